"""Boundary import: the polygons of a drawn layer join the boundaries of a park."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import shapely

from parkkit.core.errors import ParkError, Problem, unknown
from parkkit.core.texts import read_decoded
from parkkit.park.appending import append
from parkkit.park.attribute_texts import feature_name, on_one_line
from parkkit.park.boundary_checks import OVERLAP_SHARE, feature_names, part_keys
from parkkit.park.checking import errors
from parkkit.park.datum import DATUMS
from parkkit.park.faults import OPEN
from parkkit.park.geojson_text import geojson_text
from parkkit.park.layer_systems import Feature
from parkkit.park.layers import read_features
from parkkit.park.package import check_park
from parkkit.park.polygons import BOUNDARY_TYPES, FILE, area_ha, polygonal, read_boundaries
from parkkit.park.reading import ABOUT, read_text
from parkkit.park.replacing import digests, refuse_changed, replace_files

SOURCES = "sources.csv"
# What a boundary is checked against; the large tables need not be read for it.
_CHECKED_WITH = (ABOUT, FILE, SOURCES, "enterprises.csv", "listings.csv")
_OWN = ("name_zh", "name_en", "part", "valid_from", "valid_to", "official_area_ha")
# Texts that a feature may have without being called so.
_NO_NAMES = ("boundary_type", "replaced_on", "datum", "origin", "drawn_on")
_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelling:
    """What the features of a layer are called as boundaries; None and blank: as the layer says."""

    boundary_type: str
    origin: str
    part: str
    name_field: str
    part_field: str
    valid_from: int | None
    valid_to: int | None
    official_area_ha: float | None


def import_boundary(
    source: Path,
    folder: Path,
    *,
    boundary_type: str,
    part: str = "",
    crs: str = "",
    encoding: str = "",
    layer: str = "",
    datum: str = "wgs84",
    valid_from: int | None = None,
    valid_to: int | None = None,
    official_area_ha: float | None = None,
    name_field: str = "",
    part_field: str = "",
    origin: str = "",
) -> list[Problem]:
    """Add the polygons of a layer to the boundaries of a park, one feature for each.

    Everything is checked in a copy first. What stands in ``boundaries.geojson`` stays; the file
    is made where there is none. The layer's own columns ``name_zh``, ``name_en``, ``part``,
    ``valid_from``, ``valid_to`` and ``official_area_ha`` count where no argument says otherwise.
    A feature with a ``replaced_on`` is history and is left out with a note.

    Parameters
    ----------
    source : Path
        GeoJSON, Shapefile (``.shp``, or all its parts in a ``.zip``), GeoPackage or KML.
    folder : Path
        The park folder.
    boundary_type : {"physical", "approved", "management", "statistical"}
    part : str
        The name of a part of the park (园中园); blank is the whole.
    crs, encoding, layer
        As ``read_features`` takes them.
    datum : {"wgs84", "gcj02", "bd09", "cgcs2000"}
        Of features that state none. A shifted one is kept as the feature's ``datum``, with the
        coordinates as they are; reading converts.
    valid_from, valid_to : int, optional
        Years; None is open.
    official_area_ha : float, optional
        Hectares; only for a layer of one feature.
    name_field, part_field : str
        The columns that hold the names of the features, and of the parts.
    origin : str
        An id of ``sources.csv``; it gets a line if it has none. Blank: made of the file's name.

    Returns
    -------
    list of Problem
        What was converted or mended, and the warnings that the park did not have before.

    Raises
    ------
    ParkError
        If the layer cannot be read or does not do, a feature states another boundary type or
        lies on one that the park has in the same years, somebody else changed the park
        meanwhile, or a file cannot be written. Nothing is changed then.
    """
    if boundary_type not in BOUNDARY_TYPES:
        raise unknown("boundary", boundary_type, BOUNDARY_TYPES)
    if datum not in DATUMS:
        raise unknown("datum", datum, DATUMS)
    if part and part_field:
        raise ParkError("part_twice", given=part, column=part_field)
    if not (folder / ABOUT).is_file():
        raise ParkError("missing_file", where=ABOUT, given=folder)
    known = digests(folder, (FILE, SOURCES))
    features, notes = read_features(source, crs=crs, encoding=encoding, layer=layer,
                                    datum="" if datum == "wgs84" else datum)  # fmt: skip
    _refuse(errors(notes), source.name)
    if not features:
        raise ParkError("no_polygons", where=source.name)
    features, found = _current(features, boundary_type, source.name)
    notes += found
    labelling = Labelling(
        boundary_type=boundary_type,
        origin=origin or free_origin(source, _origins(folder)),
        part=on_one_line(part),
        name_field=name_field,
        part_field=part_field,
        valid_from=valid_from,
        valid_to=valid_to,
        official_area_ha=official_area_ha,
    )
    labelled, found = _labelled(features, labelling, source.name)
    notes += [*found, *_checked(features, labelled, source.name)]
    made, found = _tried(source, folder, features, labelled)
    refuse_changed(folder, known)
    replace_files(folder, made)
    said = {(note.code, str(note.values)) for note in notes}
    return [*notes, *(each for each in found if (each.code, str(each.values)) not in said)]


def free_origin(source: Path, taken: Sequence[str]) -> str:
    """Return an id for ``sources.csv``, made of a file's name, that is not taken.

    Examples
    --------
    >>> free_origin(Path("East Park (2024).shp"), ["east_park_2024"])
    'east_park_2024_2'
    """
    plain = unicodedata.normalize("NFKC", source.stem).lower()
    name = re.sub(r"\W+", "_", plain).strip("_") or "boundary"
    numbered = (f"{name}_{number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(each for each in numbered if each not in taken)


def _origins(folder: Path) -> list[str]:
    path = folder / SOURCES
    sources = read_text(path) if path.is_file() else pd.DataFrame()
    return [str(each).strip() for each in sources["origin"]] if "origin" in sources else []


def _refuse(wrong: Sequence[Problem], file: str) -> None:
    if wrong:
        raise ParkError("file_has_problems", given=file, count=len(wrong), problems=wrong)


def _current(
    features: Sequence[Feature], boundary_type: str, file: str
) -> tuple[list[Feature], list[Problem]]:
    """Return the features that are no history; one that states another type is refused."""
    names = _names(features)
    rows = [each.get("properties") or {} for each in features]
    history = [name for name, row in zip(names, rows, strict=True) if row.get("replaced_on")]
    kept = [each for each, row in zip(features, rows, strict=True) if not row.get("replaced_on")]
    if not kept:
        raise ParkError("only_history", where=file)
    stated = [(name, _text(row.get("boundary_type"))) for name, row in zip(names, rows, strict=True)
              if not row.get("replaced_on")]  # fmt: skip
    others = [f"{name} ({given})" for name, given in stated if given not in ("", boundary_type)]
    if others:
        raise ParkError("other_boundary_type", where=file, given=boundary_type, feature=others)
    if not history:
        return kept, []
    values = {"feature": history}
    return kept, [Problem(code="history_skipped", file=file, is_warning=True, values=values)]


def _names(features: Sequence[Feature]) -> list[str]:
    """Return what each feature of a layer is called in a message."""
    rows = [each.get("properties") or {} for each in features]
    told = [{key: value for key, value in row.items() if key not in _NO_NAMES} for row in rows]
    return [feature_name(row, number) for number, row in enumerate(told, start=1)]


def _labelled(
    features: Sequence[Feature], labelling: Labelling, file: str
) -> tuple[list[Feature], list[Problem]]:
    """Return the features of a layer with the properties of a boundary."""
    rows = [dict(each.get("properties") or {}) for each in features]
    _check_fields(rows, labelling, file)
    mended: list[str] = []
    made = []
    for feature, row in zip(features, rows, strict=True):
        properties = _boundary_properties(row, labelling)
        for key in ("name_zh", "name_en", "part"):
            given = properties[key]
            if isinstance(given, str) and on_one_line(given) != given.strip():
                mended.append(on_one_line(given))
            properties[key] = on_one_line(given) if isinstance(given, str) else given
        made.append({"type": "Feature", "properties": properties,
                     "geometry": feature.get("geometry")})  # fmt: skip
    if not mended:
        return made, []
    values = {"count": len(mended), "first": mended[0]}
    return made, [Problem(code="breaks_folded", file=file, is_warning=True, values=values)]


def _check_fields(rows: Sequence[Mapping[str, Any]], labelling: Labelling, file: str) -> None:
    """Refuse a column that is not there, a part without a name, one area for many features."""
    known = sorted({str(key) for row in rows for key in row})
    for field in (labelling.name_field, labelling.part_field):
        if field and field not in known:
            raise unknown("column", field, known, where=file)
    blank = [feature_name(row, number) for number, row in enumerate(rows, start=1)
             if labelling.part_field and not _text(row.get(labelling.part_field))]  # fmt: skip
    if blank:
        raise ParkError("part_blank", where=file, column=labelling.part_field, feature=blank)
    if labelling.official_area_ha is not None and len(rows) > 1:
        raise ParkError("one_area_for_many", where=file, count=len(rows),
                        given=f"{labelling.official_area_ha:g}")  # fmt: skip


def _boundary_properties(row: Mapping[str, Any], labelling: Labelling) -> dict[str, Any]:
    """Return the properties of a boundary: what the arguments say, else the layer's own."""
    own = {key: row.get(key) for key in _OWN}
    if labelling.name_field:
        name = _text(row.get(labelling.name_field))
        tongue = "name_zh" if _CHINESE.search(name) else "name_en"
        own |= {"name_zh": None, "name_en": None, tongue: name or None}
    part = _text(row.get(labelling.part_field)) if labelling.part_field else labelling.part
    asked = {
        "part": part, "valid_from": labelling.valid_from, "valid_to": labelling.valid_to,
        "official_area_ha": labelling.official_area_ha,
    }  # fmt: skip
    own |= {key: value for key, value in asked.items() if value not in (None, "")}
    return {
        "boundary_type": labelling.boundary_type, **own, "part": own["part"] or None,
        "datum": row.get("datum") or "wgs84", "origin": labelling.origin,
    }  # fmt: skip


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _checked(drawn: Sequence[Feature], labelled: Sequence[Feature], file: str) -> list[Problem]:
    """Return what reading says of the new boundaries alone, under the names of their layer."""
    named = []
    for name, made in zip(_names(drawn), labelled, strict=True):
        named.append({**made, "properties": {"name": name, **made["properties"]}})
    with tempfile.TemporaryDirectory() as aside:
        alone = Path(aside) / FILE
        alone.write_text(geojson_text({}, named), encoding="utf-8")
        notes = [replace(note, file=file) for note in read_boundaries(alone)[1]]
    _refuse(errors(notes), file)
    return notes


def _tried(
    source: Path, folder: Path, drawn: Sequence[Feature], labelled: Sequence[Feature]
) -> tuple[dict[str, bytes], list[Problem]]:
    """Add features and their source to a copy of a park; return its files and what is to note."""
    origin = labelled[0]["properties"]["origin"]
    with tempfile.TemporaryDirectory() as aside:
        copy = Path(aside) / folder.resolve().name
        copy.mkdir()
        for name in _CHECKED_WITH:
            if (folder / name).is_file():
                shutil.copyfile(folder / name, copy / name)
        before = check_park(copy)
        _refuse([problem for problem in errors(before) if problem.file == FILE], FILE)
        if origin not in _origins(copy):
            line = {"origin": origin, "title": source.name}
            append(copy, {"sources": pd.DataFrame([line])})
        (copy / FILE).write_text(_joined(copy / FILE, labelled), encoding="utf-8", newline="\n")
        told = {problem.told() for problem in before}
        found = [problem for problem in check_park(copy) if problem.told() not in told]
        _refuse(errors(found), source.name)
        _refuse(_doubled(read_boundaries(copy / FILE)[0], _names(drawn), source.name), source.name)
        made = {name: (copy / name).read_bytes() for name in (SOURCES, FILE)}
    return made, found


def _doubled(boundaries: pd.DataFrame, names: Sequence[str], file: str) -> list[Problem]:
    """Tell of new polygons, the last rows, on a standing one of their boundary and years.

    The ground counts once, but the official areas of both add up.
    """
    rows = boundaries.assign(
        key=part_keys(boundaries["part"]), name=feature_names(boundaries),
        first=boundaries["valid_from"].astype("float64").fillna(-OPEN),
        last=boundaries["valid_to"].astype("float64").fillna(OPEN),
    )  # fmt: skip
    standing = rows.iloc[: -len(names)]
    problems = []
    for name, new in zip(names, rows.iloc[-len(names) :].to_dict("records"), strict=True):
        is_same = (standing["boundary_type"] == new["boundary_type"]) & (
            standing["key"] == new["key"])  # fmt: skip
        is_same &= (standing["first"] <= new["last"]) & (standing["last"] >= new["first"])
        for old in standing[is_same].to_dict("records"):
            shared = polygonal(shapely.intersection(old["geometry"], new["geometry"]))
            shared_ha = 0.0 if shared.is_empty else area_ha(shared)
            if shared_ha > OVERLAP_SHARE * min(old["drawn_area_ha"], new["drawn_area_ha"]):
                values = {"feature": name, "other": old["name"], "area": f"{shared_ha:,.2f}"}
                problems.append(Problem(code="boundary_twice", file=file, values=values))
    return problems


def _joined(path: Path, features: Sequence[Feature]) -> str:
    """Return the text of ``boundaries.geojson`` with features after those that it has."""
    if not path.is_file():
        return geojson_text({}, features)
    given = json.loads(read_decoded(path))
    standing: list[Feature] = given.pop("features")
    if given.get("crs"):
        # What is added is in degrees; what stands there in metres must not be read beside it.
        standing = read_features(path)[0]
        given = {key: value for key, value in given.items() if key not in ("crs", "datum")}
    return geojson_text(given, [*standing, *features])
