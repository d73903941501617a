"""What is always true of pollutants behind devices in series, on small random parks."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.inventory.compilation import Inventory, totals
from parkkit.park.package import Park
from tests.parks import compiled, make_park, with_rows

always = settings(deadline=None, max_examples=8, derandomize=True)
SETS = ["CN_CENSUS1", "CN_CSES144", "CN_CSES144_FINE", "CN_NDRC24"]
# How many of the bins fine, coarse and the rest each size holds.
SIZES = {"pm_share": 3, "pm10_share": 2, "pm2_5_share": 1}
SPECIES = {"pm_share": "pm", "pm10_share": "pm10", "pm2_5_share": "pm2_5"}
SHARE = st.integers(min_value=0, max_value=16).map(lambda number: number / 16)
AMOUNT = st.integers(min_value=1, max_value=10**6).map(lambda number: number / 8)
burnt = st.fixed_dictionaries(
    {
        "process": st.sampled_from(["boiler", "kiln"]),
        "process_type": st.just("power_boiler"),
        "technology": st.sampled_from(["up_to_100mw", "from_300mw"]),
        "item": st.sampled_from(["bituminous", "anthracite"]),
        "year": st.sampled_from([2022, 2023]),
        "amount": AMOUNT,
    }
)
nox_device = st.fixed_dictionaries(
    {
        "species": st.just("nox"),
        "process": st.sampled_from(["boiler", "kiln"]),
        "technology": st.sampled_from(["lnb", "sncr", "scr", "plasma"]),
        "removal_share": st.one_of(SHARE, st.just("")),
        "running_share": SHARE,
        "valid_from": st.sampled_from(["", 2023]),
    }
)


@st.composite
def dust_parks(draw: st.DrawFn) -> dict[str, Any]:
    """A park whose dust is told by size, each device by what it catches of each size.

    What a device removes of PM10 is the mean of what it removes of the fine and of the coarse in
    it, so shares and removals are consistent.
    """
    fine, coarse, rest = (draw(SHARE) for _ in range(3))
    total = max(fine + coarse + rest, 1)
    bins = [fine / total, coarse / total, rest / total]
    fixed = {"ash_share": draw(SHARE), "ash_to_bottom_share": draw(SHARE)}
    told = {**fixed, **{name: min(sum(bins[:count]), 1) for name, count in SIZES.items()}}
    site = [{"item": item, "parameter": name, "value": value}
            for item in ("bituminous", "anthracite") for name, value in told.items()]  # fmt: skip
    devices: list[dict[str, Any]] = []
    for process in ("boiler", "kiln"):
        left = list(bins)
        for order in range(1, draw(st.integers(min_value=0, max_value=2)) + 1):
            removed, running = [draw(SHARE) for _ in bins], draw(SHARE)
            for name, count in SIZES.items():
                caught = sum(a * b for a, b in zip(left[:count], removed[:count], strict=True))
                share = min(caught / sum(left[:count]), 1) if sum(left[:count]) else 0
                devices.append({"process": process, "species": SPECIES[name], "order": order,
                                "removal_share": share, "running_share": running})  # fmt: skip
            left = [a * (1 - b * running) for a, b in zip(left, removed, strict=True)]
    devices += draw(st.lists(nox_device, max_size=3))
    rows = draw(st.lists(burnt, min_size=1, max_size=5))
    return {"activity": rows, "site_factors": site, "abatement": devices}


def named(tables: dict[str, Any]) -> dict[str, Any]:
    """Name each row, so that it is known again wherever it stands."""
    ids = {"activity": "activity_id", "abatement": "device_id"}
    return {
        table: [{ids[table]: f"{table[:2]}{number}", **row} if table in ids else row
                for number, row in enumerate(rows)]
        for table, rows in tables.items()
    }  # fmt: skip


@cache
def empty_park() -> Park:
    with tempfile.TemporaryDirectory() as folder:
        return make_park(Path(folder) / "p", convention={"factor_sets": SETS}, activity=[])


def made(tables: dict[str, Any]) -> Inventory:
    return compiled(with_rows(empty_park(), **tables))


def same_totals(left: Inventory, right: Inventory) -> None:
    columns = ["year", "species", "amount_t", "status"]
    pd.testing.assert_frame_equal(totals(left)[columns], totals(right)[columns], rtol=1e-12, atol=0)


@always
@given(tables=dust_parks())
def test_no_part_of_dust_is_above_its_whole(tables: dict[str, Any]) -> None:
    rows = made(tables).emissions
    for amount in ("generated_t", "emissions_t"):
        wide = rows[rows["species"].isin(SPECIES.values())].pivot(
            index="activity_id", columns="species", values=amount
        )
        assert wide.notna().all(axis=None)
        assert (wide["pm2_5"] <= wide["pm10"] * (1 + 1e-12)).all()
        assert (wide["pm10"] <= wide["pm"] * (1 + 1e-12)).all()


@always
@given(tables=dust_parks())
def test_nothing_released_is_above_what_was_generated(tables: dict[str, Any]) -> None:
    rows = made(tables).emissions
    known = rows[rows["generated_t"].notna() & rows["emissions_t"].notna()]
    assert (known["emissions_t"] <= known["generated_t"] * (1 + 1e-12)).all()
    assert (known["emissions_t"] >= 0).all()


@always
@given(tables=dust_parks(), data=st.data())
def test_the_order_of_rows_and_devices_moves_nothing(
    tables: dict[str, Any], data: st.DataObject
) -> None:
    tables = named(tables)
    turned = {name: data.draw(st.permutations(rows)) for name, rows in tables.items()}
    same_totals(made(tables), made(turned))


@always
@given(tables=dust_parks(), data=st.data())
def test_splitting_a_row_moves_nothing(tables: dict[str, Any], data: st.DataObject) -> None:
    first, *rest = tables["activity"]
    share = data.draw(SHARE)
    parts = [{**first, "amount": first["amount"] * each} for each in (share, 1 - share)]
    same_totals(made(tables), made({**tables, "activity": [*parts, *rest]}))


@always
@given(tables=dust_parks())
def test_tonnes_in_kilograms_move_nothing(tables: dict[str, Any]) -> None:
    in_kg = [{**row, "amount": row["amount"] * 1000, "unit": "kg"} for row in tables["activity"]]
    same_totals(made(tables), made({**tables, "activity": in_kg}))
