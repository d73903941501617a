"""Make the synthetic sample park Langang: ``python sample_parks/make_langang.py [FOLDER]``.

What the plants are stands in ``langang_plants.csv``, what they burn in ``langang_fuels.csv``, what
else gives off greenhouse gases in ``langang_gases.csv``, how they clean it in
``langang_devices.csv``, what general waste they have in ``langang_wastes.csv``, all at the level
of 2018. The modules beside this script
let them run for six years, close the balances of energy, steam and water, and write down what
people would have reported. The seed is fixed: the same bytes every time.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from langang_activity import all_activity, numbered
from langang_gases import all_gases
from langang_lists import generated, identified, released, releases
from langang_plants import (
    abatement,
    carried,
    certificates,
    economy,
    enterprises,
    place,
    price_index,
    site_factors,
)
from langang_wastes import ammonia_slip, nutrients, wastes
from langang_years import HOME, Row, plan, running_levels

COLUMNS = HOME.parent / "parkkit" / "data" / "columns.csv"
SEED = 20182023


def make(folder: Path) -> None:
    """Write the park folder."""
    folder.mkdir(parents=True, exist_ok=True)
    plants, fuels = plan("plants"), plan("fuels")
    noise = np.random.default_rng(SEED)
    levels = running_levels(plants, noise)
    metered = all_activity(plants, fuels, levels)
    devices, factors = plan("devices"), site_factors(plants, metered)
    loads = carried(factors)
    gases = all_gases(plan("gases"), levels, metered, devices, loads)
    activity = numbered(metered + gases + ammonia_slip(metered))
    truth = released(activity, devices, loads)
    listed = releases(plants, truth, levels, noise)
    tables: dict[str, list[Row]] = {
        "enterprises": enterprises(plants),
        "activity": activity,
        "site_factors": factors,
        "abatement": abatement(devices, activity),
        # What was generated comes last, so that no other row's id moves.
        "releases": identified(
            listed
            + nutrients(metered)
            + wastes(plan("wastes"), levels, activity)
            + generated(listed, truth, devices)
        ),
        "certificates": certificates(),
        "economy": economy(plants, levels, noise),
        "price_index": price_index(),
        "same_as": [],
        "sources": plan("sources"),
    }
    for table, rows in tables.items():
        write(folder, table, rows)
    write_boundaries(folder)
    for name, text in (("park.toml", PARK_TOML), ("README.md", README)):
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def columns(table: str) -> list[str]:
    """Return the declared columns of a table, in their order."""
    with COLUMNS.open(encoding="utf-8", newline="") as file:
        return [row["column"] for row in csv.DictReader(file) if row["table"] == table]


def write(folder: Path, table: str, rows: Iterable[Row]) -> None:
    """Write a table with every declared column."""
    names = columns(table)
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        for row in rows:
            unknown = set(row) - set(names)
            if unknown:
                raise ValueError(f"{table}: undeclared columns {sorted(unknown)}")
            writer.writerow([plain(row.get(name, "")) for name in names])


def plain(value: object) -> str:
    """Return a number without exponent or trailing zeros, anything else as text."""
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return str(value)


Ring = tuple[tuple[float, float], ...]


def box(west: float, south: float, east: float, north: float) -> Ring:
    """Return a rectangle in metres, counter-clockwise."""
    return (west, south), (east, south), (east, north), (west, north)


CORE: Ring = ((0, 0), (5200, 0), (5600, 1500), (5200, 3200), (400, 3400), (0, 2000))
VILLAGE: Ring = box(1800, 1400, 2300, 1900)[::-1]  # a hole: the village that stayed

Polygons = tuple[tuple[Ring, ...], ...]
Validity = tuple[int, int | None]

# type, part, polygons (each its rings), first and last year, official area in ha, names
OUTLINES: tuple[tuple[str, str | None, Polygons, Validity, float, str, str], ...] = (
    ("physical", None, ((CORE, VILLAGE), (box(-2200, 300, -900, 1500),)), (2016, None), 1900.0,
     "澜港化工园物理边界（合成数据）", "Langang, physical boundary (synthetic)"),
    # An extension was approved from 2021: of the plants of today it held five before.
    ("approved", None, ((box(600, 200, 3400, 2300),),), (2006, 2020), 560.0,
     "澜港化工园审批边界（扩区前，合成数据）",
     "Langang, approved boundary before its extension (synthetic)"),
    ("approved", None, ((box(600, 200, 4600, 2800),),), (2021, None), 980.0,
     "澜港化工园审批边界（合成数据）", "Langang, approved boundary (synthetic)"),
    ("management", None, ((box(-2500, -400, 6200, 3900),), (box(9000, 1000, 11000, 2600),)),
     (2012, None), 4100.0,
     "澜港化工园管理边界（合成数据）", "Langang, management boundary (synthetic)"),
    ("physical", "新材料园", ((box(2600, 1900, 4200, 3000),),), (2018, None), 176.0,
     "澜港新材料园（合成数据）", "Langang New Materials Park (synthetic)"),
)  # fmt: skip


def write_boundaries(folder: Path) -> None:
    """Write the boundaries in WGS-84; the statistical one is a list and has no polygon."""
    features = [
        {
            "type": "Feature",
            "properties": {
                "boundary_type": kind, "part": part, "valid_from": first, "valid_to": last,
                "datum": "wgs84", "official_area_ha": area, "origin": "park_map",
                "name_zh": name_zh, "name_en": name_en,
            },
            "geometry": {"type": "MultiPolygon",
                         "coordinates": [[degrees(ring) for ring in rings] for rings in polygons]},
        }
        for kind, part, polygons, (first, last), area, name_zh, name_en in OUTLINES
    ]  # fmt: skip
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False,
                      indent=1)  # fmt: skip
    path = folder / "boundaries.geojson"
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def degrees(ring: Ring) -> list[list[float]]:
    """Return a closed ring in degrees, six decimals."""
    points = [place(east, north) for east, north in (*ring, ring[0])]
    return [[round(float(lon), 6), round(float(lat), 6)] for lon, lat in points]


PARK_TOML = """\
[park]
id = "langang"
name_zh = "澜港化工园（合成数据）"
name_en = "Langang Chemical Park (synthetic)"
country = "CN"
province = "330000"              # Zhejiang: decides the grid factor
park_type = "chemical"
industry_scheme = "GB/T 4754"
is_synthetic = true              # no plant and no number of this park is real
list_order = ["cems", "permit", "statistics", "calculated"]   # who wins between equal ranks
price_base_year = 2020
default_boundary = "physical"
default_year = 2023

[convention]
factor_sets = [                  # in this order: the first that has a factor is used
    "CN_PROV2025", "CN_NDRC24", "CN_PROV2011", "CN_CENSUS2", "CN_CSES144", "CN_GRID", "CN_HEAT",
    "IPCC2006", "IPCC2019R", "STOICHIOMETRY", "CN_GBT2589",
]
grid_year = "nearest"            # no grid factor before 2021 is published as a series

[uncertainty]                    # half-widths of the 95 % interval, in percent
# The synthetic park's own judgement, not a standard: what a data rank stands for where neither the
# row nor the factor's source tells an uncertainty. Rank 4 of a factor: a set's default value.
activity_by_rank = { 1 = 2, 2 = 5, 3 = 10, 4 = 20, 5 = 40 }
factor_by_rank = { 1 = 2, 2 = 5, 3 = 10, 4 = 15, 5 = 50 }
factor_distribution = "lognormal"   # CH4 and N2O factors are known within a factor of 3
"""

README = """\
# 澜港化工园（合成数据） · Langang Chemical Park (synthetic)

- **Real:** only the method: units, industry codes (GB/T 4754), the shift of the datums.
- **Synthetic (合成数据):** every plant, place, code and number. Made by
  `python sample_parks/make_langang.py` from the plans `sample_parks/langang_*.csv`: change those.
- **33 plants, 2018 to 2023:** a CHP (LG01), a wastewater plant (LG02), a waste incinerator (LG03),
  29 works, and a service company without coordinates (LG04).
- **Boundaries:** LG27 to LG29 are registered here and sited outside, LG30 to LG32 the reverse; LG33
  lies in the exclave and is managed here; LG19 opened in 2020, 2021 was the last year of LG16.
  The approved boundary was extended from 2021: before, it held 5 plants.
- **Balances** close within 1 %: fuel of the CHP x declared efficiency = heat + power; sold =
  bought; fresh + reused water = wastewater + consumed; COD and ammonia nitrogen sent = received;
  limestone of the CHP's scrubber = the sulphur it takes out x 100/32 x 1.03 / 92 % CaCO3; waste
  generated = used + disposed of + stored + sent (what LG01 uses of its old stock stands apart).
- **Other greenhouse gases:** loads, sludge and flared methane of LG02; N2O and CH4 of LG03's
  stoker; limestone and SF6 of LG01; chillers of LG09; vehicles of LG04 and LG24; solar power of
  LG18 and LG19. Beside them: the ammonia that slips at LG01, nutrients and oil at LG02's outlet,
  general and hazardous waste as the statistics tell it. Memo: CO2 that LG06 captures of its kiln's
  gas. Scope 3, counted only where the convention names it: hired transport of LG08 (category 4),
  ethylene of LG18 (category 1, with the supplier's figure).
- **Generated beside released** of SO2, NOx and dust, in every list and at every outlet: what the
  devices of `abatement.csv` let pass is what was released. VOCs and COD are told as released only.
- **Lists disagree:** permit reports by stack, statistics by registered plant, monitors on the coal
  stack of the CHP (by month in 2023). LG29 buys steam across the boundary.
- **Missing on purpose:** NOx of the lime kiln (no factor, no report), a dust factor for the gas of
  LG20, a month of gas of LG08 in 2022, the emergency diesel of LG30 (NE), LG27's value of 2019.
- **Incomplete on purpose:** no credit code for LG25, no industry code for LG26; odour is reported
  in tonnes, which no vocabulary knows.
- **Not here at all:** refrigerants, vehicles and switchgear of the other plants, the methane of
  LG21's own sewage works, ammonia slip of other boilers, fine particles, general waste of the
  smaller works, other scope 3 categories.
- Most coordinates are GCJ-02, some BD-09 or WGS-84, as `datum` says; the polygons are WGS-84.
"""


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else HOME / "langang")
