"""Registers: a public list of facility releases becomes a park folder."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from parkkit.core.errors import ParkError, Problem, unknown
from parkkit.core.tables import columns
from parkkit.park.datum import DATUMS
from parkkit.park.identity import settle
from parkkit.park.layers import read_features
from parkkit.park.package import check_name, check_park
from parkkit.park.polygons import BOUNDARY_TYPES, FILE
from parkkit.park.reading import ABOUT, TABLES, read_text

REGISTER = {
    "FRS_ID": "plant_id", "FacilityID": "facility_id", "FacilityName": "name", "Source": "list",
    "Year": "year", "FlowName": "species", "Compartment": "medium", "FlowAmount": "amount",
    "Unit": "unit", "DataReliability": "data_rank", "City": "address", "Latitude": "lat",
    "Longitude": "lon", "NAICS": "industry_code",
}  # fmt: skip
NUMBERS = ("year", "amount", "data_rank", "lon", "lat")
NEEDED = ("plant_id", "list", "year", "species", "medium", "amount", "unit")
MEDIA = {"air": "air", "water": "water", "soil": "land", "land": "land"}


def import_register(
    source: Path,
    folder: Path,
    *,
    boundary: Path,
    boundary_type: str,
    country: str,
    industry_scheme: str,
    datum: str = "wgs84",
) -> list[Problem]:
    """Turn a facility release list and a polygon into a park folder.

    The list has one row per facility, list and substance, with the columns of ``REGISTER``.
    Facilities that share an id are one plant; where a plant has several facilities in one list,
    each is a process of it, so that their releases add up. Where the list puts each facility is
    kept in ``listings.csv``.

    Parameters
    ----------
    source : Path
        The release list (CSV).
    folder : Path
        The park folder to make; it must not exist.
    boundary : Path
        Polygons, in any format that ``layers.read_features`` reads; they become boundaries of
        ``boundary_type``.
    datum : {"wgs84", "gcj02", "bd09"}
        The datum of the list's coordinates, kept as they are written.

    Returns
    -------
    list of Problem
        What was converted or mended in the polygons, and what ``check_park`` says of the new
        park: warnings, such as substances without a species.

    Raises
    ------
    ParkError
        If a file is missing or does not do, or the folder exists. Nothing is written then.
    """
    check_name(folder.name)
    if folder.exists():
        raise ParkError("folder_exists", given=folder)
    if datum not in DATUMS:
        raise unknown("datum", datum, DATUMS)
    rows = _read(source)
    rows["datum"] = _datum_of(rows, datum)
    shapes, told = _polygons(boundary, boundary_type)
    about = {"id": folder.name, "country": country, "scheme": industry_scheme,
             "boundary_type": boundary_type, "year": int(rows["year"].max()),
             "lists": sorted(rows["list"].unique())}  # fmt: skip
    # Built aside and copied when sound, so that a mistake leaves nothing behind.
    with tempfile.TemporaryDirectory() as aside:
        made = Path(aside) / folder.name
        made.mkdir()
        (made / ABOUT).write_text(_about(about), encoding="utf-8")
        (made / FILE).write_text(json.dumps(shapes, ensure_ascii=False, indent=1), encoding="utf-8")
        for table in TABLES:
            _write(made / f"{table}.csv", table, _table(table, rows, source))
        problems = check_park(made)
        wrong = [problem for problem in problems if not problem.is_warning]
        if wrong:
            raise ParkError("park_has_problems", park=folder.name, count=len(wrong), problems=wrong)
        try:
            shutil.copytree(made, folder)
        except OSError as error:
            raise ParkError("not_writable", given=folder, why=error.strerror or "") from error
    return [*told, *problems]


def _datum_of(rows: pd.DataFrame, datum: str) -> pd.Series:
    """Return the datum of each row: none where there is no place for it to be of."""
    has_place = rows["lon"].notna() & rows["lat"].notna()
    return pd.Series(datum, index=rows.index, dtype="str").where(has_place, "")


def _read(source: Path) -> pd.DataFrame:
    if not source.is_file():
        raise ParkError("missing_file", where=source.name, given=source.parent)
    raw = read_text(source)
    problems = [
        Problem(code="missing_column", file=source.name, column=name,
                values={"given": list(raw.columns)})
        for name in REGISTER if name not in raw
    ]  # fmt: skip
    if not len(raw):
        problems.append(Problem(code="no_rows", file=source.name))
    if not problems:
        problems = list(_cell_problems(raw, source.name))
    if problems:
        raise ParkError("file_has_problems", given=source.name, count=len(problems),
                        problems=problems)  # fmt: skip
    rows = raw[list(REGISTER)].rename(columns=REGISTER).map(str.strip)
    numbers = {name: pd.to_numeric(rows[name]) for name in NUMBERS}
    tidy = {"name": rows["name"].str.split().str.join(" "), "medium": rows["medium"].str.lower()}
    return rows.assign(**numbers, **tidy).reset_index(drop=True)


def _cell_problems(raw: pd.DataFrame, file: str) -> Iterator[Problem]:
    """Tell every cell of the list that does not do."""
    for given, name in REGISTER.items():
        cells = raw[given].str.strip()
        numbers = pd.to_numeric(cells, errors="coerce")
        wrong = {"blank": (cells == "") & (name in NEEDED)}
        if name in NUMBERS:
            wrong["not_a_number"] = (cells != "") & ~(numbers.abs() < float("inf"))
        if name in ("lon", "lat"):
            other = raw["Latitude" if name == "lon" else "Longitude"].str.strip()
            wrong["half_a_place"] = (cells == "") & (other != "")
        if name == "year":
            wrong["not_whole"] = numbers % 1 > 0
        if name == "amount":
            wrong["below"] = numbers < 0
        if name == "medium":
            wrong["unknown"] = (cells != "") & ~cells.str.lower().isin(list(MEDIA))
        for code, flags in wrong.items():
            for row in raw.index[flags]:
                yield Problem(code=code, file=file, row=int(row), column=given,
                              values={"given": cells[row], "kind": given, "low": "0",
                                      "known": sorted(MEDIA)})  # fmt: skip


def _polygons(boundary: Path, boundary_type: str) -> tuple[dict[str, object], list[Problem]]:
    """Return the polygons as a boundary of the park, and what reading them has to tell."""
    if boundary_type not in BOUNDARY_TYPES:
        raise ParkError("unknown", kind="boundary", given=boundary_type, known=BOUNDARY_TYPES)
    if not boundary.is_file():
        raise ParkError("missing_file", where=boundary.name, given=boundary.parent)
    read, problems = read_features(boundary)
    wrong = [problem for problem in problems if not problem.is_warning]
    if wrong:
        raise ParkError("file_has_problems", given=boundary.name, count=len(wrong), problems=wrong)
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


def _table(table: str, rows: pd.DataFrame, source: Path) -> pd.DataFrame:
    if table == "enterprises":
        return _enterprises(rows)
    if table == "listings":
        return _listings(rows)
    if table == "releases":
        return _releases(rows)
    if table == "sources":
        title = f"{source.name}: {', '.join(sorted(rows['list'].unique()))}"
        return pd.DataFrame(
            [{"origin": "register", "title": title}, {"origin": "boundary", "title": FILE}]
        )
    return pd.DataFrame()


def _enterprises(rows: pd.DataFrame) -> pd.DataFrame:
    plants = settle(rows)
    return plants.rename(columns={"plant_id": "enterprise_id", "name": "name_en"}).assign(
        role="enterprise", datum=_datum_of(plants, next(filter(None, rows["datum"]), ""))
    )


def _listings(rows: pd.DataFrame) -> pd.DataFrame:
    """Return where the list puts each facility: a row for every name and place it gives it."""
    # A list may write codes of different detail for one facility; the longest says most.
    longest = rows.assign(
        enterprise_id=rows["plant_id"],
        # What the list gives no id of its own goes by the plant's.
        facility_id=rows["facility_id"].where(rows["facility_id"] != "", rows["plant_id"]),
        process=_process(rows),
        origin="register",
        length=-rows["industry_code"].str.len(),
    ).sort_values(["length", "industry_code", "address"], kind="stable")
    key = ["enterprise_id", "list", "facility_id", "name", "lon", "lat"]
    return longest.drop_duplicates(key).sort_values(key, ignore_index=True)


def _process(rows: pd.DataFrame) -> pd.Series:
    """Return the facility's id where its plant has several in the list, else blank."""
    counts = rows.groupby(["plant_id", "list"])["facility_id"].transform("nunique")
    return rows["facility_id"].where(counts > 1, "")


def _releases(rows: pd.DataFrame) -> pd.DataFrame:
    table = rows.assign(
        release_id=[f"r{number:05d}" for number in range(1, len(rows) + 1)],
        enterprise_id=rows["plant_id"],
        year=rows["year"].astype("int64"),
        process=_process(rows),
        medium=rows["medium"].map(MEDIA),
        amount_kind="released",
        destination="environment",
        # Averages of scores carry binary dust: 5.000000000000001 is 5.
        data_rank=rows["data_rank"].round(9),
        origin="register",
    )
    return table.drop(columns=["lon", "lat"])


def _write(path: Path, table: str, frame: pd.DataFrame) -> None:
    names = [column.name for column in columns(table)]
    frame.reindex(columns=names).to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


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
