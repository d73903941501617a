"""Small parks for tests: a folder of two or three plants, written from Python literals."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.tables import columns, read_values
from parkkit.inventory.compilation import Inventory, compile_inventory
from parkkit.park.checking import errors
from parkkit.park.monitors import monitored
from parkkit.park.package import Park, open_park

Row = Mapping[str, Any]
WEST, SOUTH, EAST, NORTH = 120.0, 30.0, 120.1, 30.1
INSIDE, OUTSIDE = {"lon": 120.05, "lat": 30.05}, {"lon": 120.2, "lat": 30.05}
SETS = ("CN_PROV2025", "CN_NDRC24", "CN_CENSUS2", "CN_CSES144", "CN_GRID", "CN_HEAT", "IPCC2006")
ABOUT = {
    "id": "tiny", "name_zh": "小园区（合成数据）", "name_en": "Tiny park (synthetic)",
    "province": "330000", "is_synthetic": True,
    "list_order": ["permit", "statistics", "calculated"],
}  # fmt: skip
DEFAULTS: dict[str, Row] = {
    "enterprises": {
        "enterprise_id": "A", "name_en": "Works", "credit_code": "SYN1", "industry_code": "26",
        "role": "enterprise", "is_registered_here": "yes", "datum": "wgs84", **INSIDE,
    },
    "activity": {
        "enterprise_id": "A", "process": "boiler", "process_type": "boiler", "item": "bituminous",
        "use": "fuel_combustion", "year": 2023, "unit": "t", "data_rank": 2, "origin": "o",
    },
    "releases": {
        "enterprise_id": "A", "list": "permit", "year": 2023, "species": "so2", "medium": "air",
        "amount_kind": "released", "destination": "environment", "unit": "t", "data_rank": 2,
        "origin": "o",
    },
    "abatement": {
        "enterprise_id": "A", "process": "boiler", "species": "so2", "technology": "FGD",
        "removal_share": 0.9, "running_share": 1, "origin": "o",
    },
    "site_factors": {"enterprise_id": "A", "item": "bituminous", "unit": "1", "origin": "o"},
    "factors": {
        "factor_set": "OWN", "item": "bituminous", "use": "fuel_combustion", "species": "co2",
        "parameter": "emission_factor", "unit": "t/t", "origin": "o",
    },
    "certificates": {
        "enterprise_id": "A", "year": 2023, "kind": "green_power", "unit": "MWh", "origin": "o",
    },
    "economy": {
        "enterprise_id": "A", "year": 2023, "measure": "value_added", "unit": "万元",
        "price_year": 2020, "origin": "o",
    },
    "sources": {"origin": "o", "title": "A test"},
}  # fmt: skip
IDS = {"activity": "activity_id", "releases": "release_id", "abatement": "device_id",
       "certificates": "certificate_id"}  # fmt: skip
GROUND: dict[str, Sequence[Row]] = {"enterprises": [{}], "sources": [{}]}
# Two plants inside and one outside; A burns coal, buys power, and sells to B and to the grid.
OFFICE = {"process": "office", "process_type": "purchase", "item": "electricity", "unit": "MWh"}
TRADING_PLANTS: Sequence[Row] = [
    {"enterprise_id": "A", **INSIDE},
    {"enterprise_id": "B", **INSIDE},
    {"enterprise_id": "C", **OUTSIDE},
]
TRADING_ROWS: Sequence[Row] = [
    {"enterprise_id": "A", "amount": 1000},
    {"enterprise_id": "A", **OFFICE, "use": "purchased", "amount": 100, "counterpart_id": "grid"},
    {"enterprise_id": "B", **OFFICE, "use": "purchased", "amount": 40, "counterpart_id": "A"},
    {"enterprise_id": "A", **OFFICE, "use": "sold", "amount": 40, "counterpart_id": "B"},
    {"enterprise_id": "A", **OFFICE, "use": "sold", "amount": 10, "counterpart_id": "grid"},
    {"enterprise_id": "C", "amount": 10},
]


def box(boundary_type: str = "physical", **properties: object) -> dict[str, object]:
    """A feature: the square that holds INSIDE, or the one given by its ``edges``."""
    west, south, east, north = properties.pop("edges", (WEST, SOUTH, EAST, NORTH))  # type: ignore[misc]
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "properties": {"boundary_type": boundary_type, **properties},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def write_park(
    folder: Path,
    *,
    about: Row | None = None,
    convention: Row | None = None,
    boundaries: Sequence[Mapping[str, object]] | None = None,
    **tables: Sequence[Row],
) -> Path:
    """Write a park folder; each row of a table is filled up from DEFAULTS."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = {**ABOUT, **(about or {})}
    choices = {"factor_sets": list(SETS), **(convention or {})}
    text = toml("park", settings) + toml("convention", choices)
    (folder / "park.toml").write_text(text, encoding="utf-8")
    features = [box()] if boundaries is None else list(boundaries)
    if features:
        shapes = {"type": "FeatureCollection", "features": features}
        (folder / "boundaries.geojson").write_text(json.dumps(shapes), encoding="utf-8")
    for table, rows in {**GROUND, **tables}.items():
        write_table(folder, table, rows)
    return folder


def toml(section: str, values: Row) -> str:
    """A section of park.toml: JSON values are TOML values here."""
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
    return "\n".join([f"[{section}]", *lines, ""])


def write_table(folder: Path, table: str, rows: Sequence[Row]) -> None:
    names = [column.name for column in columns(table)]
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(filled(table, rows))


def filled(table: str, rows: Sequence[Row]) -> list[Row]:
    """The rows of a table filled up from DEFAULTS, each with an id of its own."""
    keys = [{IDS[table]: f"{table[:1]}{number:04d}"} if table in IDS else {}
            for number in range(1, len(rows) + 1)]  # fmt: skip
    return [{**DEFAULTS.get(table, {}), **key, **row} for key, row in zip(keys, rows, strict=True)]


def make_park(folder: Path, **given: Any) -> Park:
    """Write a park folder and open it."""
    return open_park(write_park(folder, **given))


def with_rows(park: Park, **tables: Sequence[Row]) -> Park:
    """A park with other rows in some tables, as if read from a folder, but not checked again.

    For claims on what is compiled of very many parks: a folder costs as much as its inventory.
    """
    return replace(park, **{table: table_of(table, rows) for table, rows in tables.items()})


def table_of(table: str, rows: Sequence[Row]) -> pd.DataFrame:
    """The rows of a table, filled up, with the values that its file would be read as."""
    names = [column.name for column in columns(table)]
    texts = [[str(row.get(name, "")) for name in names] for row in filled(table, rows)]
    raw = pd.DataFrame(texts, columns=names, dtype="str")
    raw.index = pd.RangeIndex(2, len(raw) + 2, name="row")
    frame, problems = read_values(raw, table, f"{table}.csv")
    assert not errors(problems), problems
    return monitored(frame) if table == "releases" else frame


def compiled(park: Park, *, boundary_type: str = "physical", **choices: Any) -> Inventory:
    """Compile a park under its own convention with some choices changed."""
    chosen: Convention = replace(park.about.convention, **choices)
    return compile_inventory(park, boundary_type=boundary_type, convention=chosen)
