"""Registers: lists of facility releases become a park folder, or join one."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from parkkit.core.errors import ParkError, Problem, unknown
from parkkit.core.tables import empty
from parkkit.park.appending import append
from parkkit.park.bridges import read_sources
from parkkit.park.checking import errors
from parkkit.park.datum import DATUMS
from parkkit.park.layers import read_features
from parkkit.park.package import check_name, check_park
from parkkit.park.polygons import BOUNDARY_TYPES, FILE
from parkkit.park.reading import ABOUT, TABLES, read_about, read_table
from parkkit.park.register_tables import (
    as_csv,
    as_texts,
    datum_of,
    enterprises,
    listings,
    new_listings,
    releases,
    sources,
    with_origins,
    with_processes,
)
from parkkit.park.replacing import digests, refuse_changed

JOINED = ("enterprises", "listings", "releases", "sources")
SAME = ["list", "enterprise_id", "process", "species", "medium", "year"]
_NUMBERED = re.compile(r"r(\d+)")


def import_register(
    source: Path | Sequence[Path],
    folder: Path,
    *,
    boundary: Path,
    boundary_type: str,
    country: str,
    industry_scheme: str,
    datum: str = "wgs84",
    mapping: str | Path | None = None,
    list_name: str = "",
) -> list[Problem]:
    """Turn lists of facility releases and a polygon into a park folder.

    A list has one row per facility and substance. Facilities that share an id are one plant;
    where a plant has several facilities in one list, each is a process of it, so that their
    releases add up. Where a list has no id that others share, each of its facilities is a plant
    of its own: nothing is merged by name (`propose_identities` proposes). Where a list puts each
    facility is kept in ``listings.csv``.

    Parameters
    ----------
    source : Path or sequence of Path
        The lists, in text (CSV).
    folder : Path
        The park folder to make; it must not exist.
    boundary : Path
        Polygons, in any format that ``layers.read_features`` reads; they become boundaries of
        ``boundary_type``.
    datum : {"wgs84", "gcj02", "bd09"}
        The datum of the lists' coordinates, kept as they are written.
    mapping : str or Path, optional
        How the lists are written: ``stewi`` (GHGRP, NEI, TRI), ``eprtr``, or a mapping file such
        as `mapping_template` gives. Else each list is known by its columns.
    list_name : str
        What to call the lists; blank: as they or their mapping say.

    Returns
    -------
    list of Problem
        What was converted or mended in the polygons and lists, and what ``check_park`` says of
        the new park: warnings, such as substances without a species.

    Raises
    ------
    ParkError
        If a file is missing or does not do, or the folder exists. Nothing is written then.
    """
    check_name(folder.name)
    if folder.exists():
        raise ParkError("folder_exists", given=folder)
    rows, notes = _read(source, datum, mapping, list_name)
    shapes, told = _polygons(boundary, boundary_type)
    about = {"id": folder.name, "country": country, "scheme": industry_scheme,
             "boundary_type": boundary_type, "year": int(rows["year"].max()),
             "lists": sorted(rows["list"].unique())}  # fmt: skip
    rows = with_origins(with_processes(rows, empty("listings")), ())
    _refuse(list(_standing(rows, empty("releases"))), rows["source"].iloc[-1])
    # Built aside and copied when sound, so that a mistake leaves nothing behind.
    with tempfile.TemporaryDirectory() as aside:
        made = Path(aside) / folder.name
        made.mkdir()
        (made / ABOUT).write_text(_about(about), encoding="utf-8")
        (made / FILE).write_text(json.dumps(shapes, ensure_ascii=False, indent=1), encoding="utf-8")
        for table, frame in _tables(rows).items():
            text = as_csv(table, frame)
            (made / f"{table}.csv").write_text(text, encoding="utf-8", newline="\n")
        problems = check_park(made)
        if wrong := errors(problems):
            raise ParkError("park_has_problems", park=folder.name, count=len(wrong), problems=wrong)
        try:
            shutil.copytree(made, folder)
        except OSError as error:
            raise ParkError("not_writable", given=folder, why=error.strerror or "") from error
    return [*told, *notes, *problems]


def append_register(
    source: Path | Sequence[Path],
    folder: Path,
    *,
    datum: str = "wgs84",
    mapping: str | Path | None = None,
    list_name: str = "",
) -> list[Problem]:
    """Append lists of facility releases to a park that exists.

    Only a plant with the same shared id is the park's own; every other facility becomes a plant.
    What the park says of its plants stays.

    Parameters
    ----------
    source, datum, mapping, list_name
        As `import_register` takes them.
    folder : Path
        The park folder.

    Returns
    -------
    list of Problem
        What was mended in the lists, lists that ``park.toml`` does not put in order, and the
        warnings that the park did not have before.

    Raises
    ------
    ParkError
        If a file is missing or does not do, a release stands in the park already, or the park
        would not be sound. Nothing is changed then.
    """
    known = digests(folder, [ABOUT, *(f"{table}.csv" for table in JOINED)])
    order, there = _standing_park(folder)
    rows, notes = _read(source, datum, mapping, list_name)
    rows = with_processes(rows, there["listings"])
    rows = with_origins(rows, there["sources"]["origin"])
    wrong = [*_second_facilities(rows, there["listings"]), *_standing(rows, there["releases"])]
    _refuse(wrong, rows["source"].iloc[-1])
    is_new = ~rows["plant_id"].isin(there["enterprises"]["enterprise_id"])
    numbers = [int(match[1]) for each in there["releases"]["release_id"]
               if (match := _NUMBERED.fullmatch(each))]  # fmt: skip
    made = {
        "enterprises": enterprises(rows[is_new]) if is_new.any() else empty("enterprises"),
        "listings": new_listings(rows, there["listings"]),
        "releases": releases(rows, max(numbers, default=0) + 1),
        "sources": sources(rows),
    }
    refuse_changed(folder, known)
    found = append(folder, {table: as_texts(table, frame) for table, frame in made.items()})
    return [*notes, *_unordered(rows, order), *found]


def _read(
    source: Path | Sequence[Path], datum: str, mapping: str | Path | None, list_name: str
) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the rows of lists with the datum of their places, and what was mended."""
    if datum not in DATUMS:
        raise unknown("datum", datum, DATUMS)
    files = [source] if isinstance(source, Path) else list(source)
    # A file's name tells its rows' origin.
    names = [file.name for file in files]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise ParkError("source_twice", given=twice)
    rows, notes = read_sources(files, mapping=mapping, list_name=list_name)
    return rows.assign(datum=datum_of(rows, datum)), notes


def _standing_park(folder: Path) -> tuple[tuple[str, ...], dict[str, pd.DataFrame]]:
    """Return the order of lists of a park and the tables that a list joins."""
    if not (folder / ABOUT).is_file():
        raise ParkError("missing_file", where=ABOUT, given=folder)
    about, problems = read_about(folder)
    tables = {}
    for table in JOINED:
        tables[table], found = read_table(folder, table)
        problems += found
    wrong = errors(problems)
    if wrong or about is None:
        raise ParkError("park_has_problems", park=folder.name, count=len(wrong), problems=wrong)
    return about.list_order, tables


def _refuse(wrong: Sequence[Problem], file: str) -> None:
    if wrong:
        raise ParkError("file_has_problems", given=file, count=len(wrong), problems=wrong)


def _second_facilities(rows: pd.DataFrame, there: pd.DataFrame) -> Iterator[Problem]:
    """Tell facilities whose plant stands under the list with one other, as a whole plant."""
    whole = there[there["process"] == ""].drop_duplicates(["enterprise_id", "list"])
    known = whole.set_index(["enterprise_id", "list"])["facility_id"]
    first = rows[rows["process"] != ""].drop_duplicates(["plant_id", "list", "facility_id"])
    for row in first.to_dict("records"):
        other = known.get((row["plant_id"], row["list"]))
        if other is not None:
            yield Problem(code="second_facility", file=row["source"], row=int(row["row"]),
                          values={"given": row["facility_id"], "other": other,
                                  "list": row["list"], "plant": row["plant_id"]})  # fmt: skip


def _standing(rows: pd.DataFrame, there: pd.DataFrame) -> Iterator[Problem]:
    """Tell releases that stand in the park or in a file before: they would count twice."""
    given = rows.assign(enterprise_id=rows["plant_id"], species=rows["species_code"])
    first = there.drop_duplicates(SAME).assign(source="releases.csv")
    both = pd.concat([first[[*SAME, "source"]], given[[*SAME, "source"]]]).astype({"year": "int64"})
    earlier = both.drop_duplicates(SAME).rename(columns={"source": "earlier"})
    found = given.assign(year=given["year"].astype("int64")).merge(earlier, on=SAME, how="left")
    again = found[found["source"] != found["earlier"]]
    for (file, other, name, year), part in again.groupby(["source", "earlier", "list", "year"]):
        row = part.iloc[0]
        yield Problem(code="release_stands", file=str(file), row=int(row["row"]),
                      values={"count": len(part), "list": name, "year": year, "other": other,
                              "plant": row["plant_id"], "species": row["species"]})  # fmt: skip


def _unordered(rows: pd.DataFrame, order: Sequence[str]) -> Iterator[Problem]:
    for name in sorted(set(rows["list"]) - set(order)):
        yield Problem(code="list_not_ordered", file=ABOUT, column="list_order", is_warning=True,
                      values={"given": name, "known": list(order)})  # fmt: skip


def _polygons(boundary: Path, boundary_type: str) -> tuple[dict[str, object], list[Problem]]:
    """Return the polygons as a boundary of the park, and what reading them has to tell."""
    if boundary_type not in BOUNDARY_TYPES:
        raise ParkError("unknown", kind="boundary", given=boundary_type, known=BOUNDARY_TYPES)
    if not boundary.is_file():
        raise ParkError("missing_file", where=boundary.name, given=boundary.parent)
    read, problems = read_features(boundary)
    _refuse(errors(problems), boundary.name)
    features = [
        {**feature, "properties": {
            "name_en": "", "datum": "wgs84", "part": "", **_properties(feature),
            "boundary_type": boundary_type, "origin": "boundary"}}
        for feature in read
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": features}, problems


def _properties(feature: Mapping[str, Any]) -> dict[str, Any]:
    given = feature.get("properties")
    return dict(given) if isinstance(given, dict) else {}


def _tables(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the tables of a new park; those that lists say nothing of are empty."""
    drawn = pd.DataFrame([{"origin": "boundary", "title": FILE}])
    made = {
        "enterprises": enterprises(rows),
        "listings": listings(rows),
        "releases": releases(rows),
        "sources": pd.concat([sources(rows), drawn], ignore_index=True),
    }
    return {table: made.get(table, pd.DataFrame()) for table in TABLES}


def _about(about: Mapping[str, Any]) -> str:
    lists = json.dumps([*about["lists"], "calculated"])
    return f"""\
[park]
id = {json.dumps(about["id"])}
name_zh = {json.dumps(about["id"])}
name_en = {json.dumps(about["id"])}
country = {json.dumps(about["country"])}
industry_scheme = {json.dumps(about["scheme"])}
is_synthetic = false
list_order = {lists}
default_boundary = {json.dumps(about["boundary_type"])}
default_year = {about["year"]}

[convention]
factor_sets = []           # releases only: nothing is calculated
"""
