"""Versions: a boundary drawn anew, valid from a year, in memory and in the park folder."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from parkkit.core.errors import ParkError, Problem
from parkkit.core.texts import read_decoded
from parkkit.park.appending import extended
from parkkit.park.checking import errors
from parkkit.park.drawings import Drawing, free_origin, revised, sound, source
from parkkit.park.layers import read_features, stated_system
from parkkit.park.package import Park, check_park
from parkkit.park.polygons import COLUMNS, FILE, area_ha, read_boundaries
from parkkit.park.reading import ABOUT, read_text
from parkkit.park.replacing import digests, refuse_changed, replace_files

SOURCES = "sources.csv"
# What tells whether a boundary fits its park; the large tables need not be read for it.
CHECKED_WITH = (ABOUT, FILE, SOURCES, "enterprises.csv", "listings.csv")
# Longitude and latitude by their names; CGCS2000 differs from WGS-84 by centimetres.
DEGREES = ("CRS84", ":4326", ":4490")
DERIVED = ("geometry", "drawn_area_ha")


def with_version(
    park: Park,
    shape: BaseGeometry,
    *,
    boundary_type: str,
    valid_from: int,
    part: str = "",
    author: str = "",
    note: str = "",
    today: date | None = None,
) -> Park:
    """Return the park with a boundary as drawn from a year on; no file is touched.

    Its boundaries and sources are those that `open_park` reads after `save_version`.

    Parameters
    ----------
    park : Park
    shape : Polygon or MultiPolygon
        In WGS-84 degrees.
    boundary_type : {"physical", "approved", "management", "statistical"}
    valid_from : int
        The first year of the new version. The one that was valid then ends the year before; one
        that began then or later is replaced.
    part : str
        The name of a part of the park (园中园); blank is the whole.
    author, note : str
        Who drew it, and why.
    today : date, optional
        The day it was drawn, today unless given.

    Raises
    ------
    ParkError
        If the type is unknown, the year out of range, or the shape no sound polygon.

    Examples
    --------
    >>> from parkkit import open_park
    >>> park = open_park("langang", parks="sample_parks")
    >>> moved = with_version(park, shapely.box(121.3, 30.3, 121.35, 30.33),
    ...     boundary_type="approved", valid_from=2022)
    >>> rows = moved.boundaries[moved.boundaries["boundary_type"] == "approved"]
    >>> int(rows["valid_from"].iloc[-1])
    2022
    """
    drawing = Drawing(
        boundary_type=boundary_type,
        part=part,
        valid_from=valid_from,
        author=author.strip(),
        note=note.strip(),
        drawn_on=today or date.today(),
    )
    checked = sound(shape)
    given = park.boundaries.to_dict("index")
    origin = free_origin(drawing, park.sources["origin"])
    rows = revised([_plain(row) for row in given.values()], drawing, origin=origin)
    rows[-1] |= {"geometry": checked, "drawn_area_ha": area_ha(checked)}
    # Replaced ones leave gaps: the index counts the features of the file.
    places = [int(place) for place in park.boundaries.index]
    places.append(max(places, default=-1) + 1)
    kept = {
        place: {column: row.get(column) for column in COLUMNS} | {"part": row["part"] or ""}
        for place, row in zip(places, rows, strict=True) if not row.get("replaced_on")
    }  # fmt: skip
    frame = pd.DataFrame(list(kept.values()), index=list(kept), columns=list(COLUMNS))
    sources = _with_row(park.sources, source(drawing, origin))
    return replace(park, boundaries=frame, sources=sources)


def save_version(
    folder: Path,
    shape: BaseGeometry,
    *,
    boundary_type: str,
    valid_from: int,
    author: str,
    note: str,
    part: str = "",
    today: date | None = None,
    expected: str = "",
) -> list[Problem]:
    """Write a boundary as drawn from a year on into a park folder, all of it or nothing.

    What was valid before stays in ``boundaries.geojson`` and ends the year before; what began
    then or later stays as history, with the day as ``replaced_on``. The new feature takes names
    and official area from the one before; its origin is a new line in ``sources.csv``.

    Parameters
    ----------
    folder : Path
        The park folder.
    shape, boundary_type, valid_from, part, today
        As `with_version` takes them.
    author, note : str
        Who drew it, and why; neither may be blank.
    expected : str
        The `digest` of the folder when its boundaries were read; blank if nobody else writes.

    Returns
    -------
    list of Problem
        The warnings that the park did not have before.

    Raises
    ------
    ParkError
        If author or note is blank, the shape is no sound polygon, a file was changed meanwhile,
        the park would have errors that it has not now, or a file cannot be written.
    """
    if not author.strip():
        raise ParkError("version_no_author")
    if not note.strip():
        raise ParkError("version_no_note")
    drawing = Drawing(
        boundary_type=boundary_type,
        part=part,
        valid_from=valid_from,
        author=author.strip(),
        note=note.strip(),
        drawn_on=today or date.today(),
    )
    checked = sound(shape)
    known = digests(folder, (FILE, SOURCES))
    if expected and known[FILE] != expected:
        raise ParkError("changed_meanwhile", given=FILE)
    made, warnings = _tried(folder, checked, drawing)
    refuse_changed(folder, known)
    replace_files(folder, made)
    return warnings


def digest(folder: Path) -> str:
    """Return what tells one content of a folder's ``boundaries.geojson`` from any other.

    Examples
    --------
    >>> len(digest(Path("sample_parks/langang")))
    64
    """
    return digests(folder, [FILE])[FILE]


def as_features(boundaries: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the boundaries of a park as GeoJSON features in WGS-84 degrees.

    Parameters
    ----------
    boundaries : DataFrame
        As ``Park.boundaries``.

    Returns
    -------
    list of dict
        A feature a row; its properties are the columns, blanks ``None``. The drawn area is left
        out: it follows from the polygon.
    """
    return [
        {
            "type": "Feature",
            "properties": {
                **{key: value for key, value in _plain(row).items() if key not in DERIVED},
                "part": row["part"] or None,
                "datum": "wgs84",
            },
            "geometry": plain_geometry(row["geometry"]),
        }
        for row in boundaries.to_dict("records")
    ]


def plain_geometry(shape: BaseGeometry) -> dict[str, Any]:
    """Return a shape as GeoJSON of lists, as it comes back from a file.

    Examples
    --------
    >>> plain_geometry(shapely.Point(120, 30))
    {'type': 'Point', 'coordinates': [120.0, 30.0]}
    """
    geometry: dict[str, Any] = json.loads(shapely.to_geojson(shape))
    return geometry


def write_geojson(path: Path, features: Sequence[Mapping[str, Any]]) -> None:
    """Write features as GeoJSON, in UTF-8, the whole file or nothing.

    Raises
    ------
    ParkError
        If the file cannot be written; what stood there stays.
    """
    replace_files(path.parent, {path.name: _encoded({}, features)})


def _encoded(members: Mapping[str, Any], features: Sequence[Mapping[str, Any]]) -> bytes:
    given = {"type": "FeatureCollection", **members, "features": list(features)}
    return f"{json.dumps(given, ensure_ascii=False, indent=1)}\n".encode()


def _tried(
    folder: Path, shape: BaseGeometry, drawing: Drawing
) -> tuple[dict[str, bytes], list[Problem]]:
    """Return the new files and the warnings that come with them, tried in a copy first."""
    with tempfile.TemporaryDirectory() as aside:
        copy = Path(aside) / folder.resolve().name
        copy.mkdir()
        for name in CHECKED_WITH:
            if (folder / name).is_file():
                shutil.copyfile(folder / name, copy / name)
        before = set(map(_told, check_park(copy)))
        origin = free_origin(drawing, _origins(copy))
        (copy / FILE).write_bytes(_document(copy / FILE, shape, drawing, origin))
        line = pd.DataFrame([source(drawing, origin)])
        (copy / SOURCES).write_bytes(extended(copy / SOURCES, "sources", line))
        found = [problem for problem in check_park(copy) if _told(problem) not in before]
        made = {name: (copy / name).read_bytes() for name in (SOURCES, FILE)}
    if wrong := errors(found):
        raise ParkError("version_breaks_park", park=folder.name, count=len(wrong), problems=wrong)
    return made, list(found)


def _told(problem: Problem) -> str:
    return problem.told()


def _document(path: Path, shape: BaseGeometry, drawing: Drawing, origin: str) -> bytes:
    """Return the content of ``boundaries.geojson`` with a drawing in it."""
    members, features = _standing(path) if path.is_file() else ({}, [])
    *rows, new = revised([_properties(each) for each in features], drawing, origin=origin)
    kept = [{**each, "properties": row} for each, row in zip(features, rows, strict=True)]
    drawn = {"type": "Feature", "properties": new, "geometry": plain_geometry(shape)}
    return _encoded(members, [*kept, drawn])


def _standing(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the features of a sound file, and what the file says besides."""
    if wrong := errors(read_boundaries(path)[1]):
        raise ParkError("file_has_problems", given=FILE, count=len(wrong), problems=wrong)
    members = json.loads(read_decoded(path))
    features: list[dict[str, Any]] = members.pop("features")
    system = stated_system(members, path) or DEGREES[0]
    if not system.endswith(DEGREES):
        # The drawing is in degrees: beside metres it would be read as metres.
        features = read_features(path)[0]
        members = {key: value for key, value in members.items() if key not in ("crs", "datum")}
    return members, features


def _properties(feature: Mapping[str, Any]) -> dict[str, Any]:
    return dict(feature.get("properties") or {})


def _origins(folder: Path) -> list[str]:
    """Return the source ids that a folder has, as they stand in the file."""
    path = folder / SOURCES
    sources = read_text(path) if path.is_file() else pd.DataFrame()
    return list(sources["origin"]) if "origin" in sources else []


def _with_row(sources: pd.DataFrame, row: Mapping[str, str]) -> pd.DataFrame:
    last = 1 if sources.empty else int(sources.index.max())
    index = pd.Index([last + 1], name=sources.index.name)
    new = pd.DataFrame([row], index=index).reindex(columns=sources.columns, fill_value="")
    return pd.concat([sources, new.astype(sources.dtypes)])


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a row as JSON has it: a blank is None, a whole year no fraction."""
    return {str(name): _cell(value) for name, value in row.items()}


def _cell(value: Any) -> Any:
    if isinstance(value, BaseGeometry):
        return value
    if pd.isna(value):
        return None
    return int(value) if isinstance(value, float) and value.is_integer() else value
