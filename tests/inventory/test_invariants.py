"""What is always true of an inventory, on small random parks."""

from __future__ import annotations

import tempfile
from ast import literal_eval
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.core.ledger import closing
from parkkit.inventory.compilation import Inventory, totals
from parkkit.park.package import Park
from parkkit.park.reading import TABLES
from tests.parks import OUTSIDE, box, compiled, make_park, with_rows

# Numbers of few digits: what differs after a change of order is then the order, not the input.
AMOUNT = st.integers(min_value=1, max_value=10**6).map(lambda number: number / 8)
PLANTS = [{"enterprise_id": "A"}, {"enterprise_id": "B"}, {"enterprise_id": "C", **OUTSIDE}]
CHOICES = st.sampled_from(
    [
        {}, {"level": "enterprise"}, {"release_rule": "priority"}, {"release_rule": "largest"},
        {"scopes": (1,)}, {"gases": "co2"}, {"view": "consumption", "export_value": "factor"},
        {"release_rule": "mean"}, {"fill": "mean_of_months"}, {"electricity": "market"},
        {"electricity": "fossil_except_green", "scopes": (1, 2, 3)},
        {"view": "consumption", "chp": "energy"},
        {"view": "consumption", "level": "enterprise", "fill": "mean_of_months"},
    ]
)  # fmt: skip
always = settings(deadline=None, max_examples=16, derandomize=True)

PLANT = st.sampled_from("ABC")
YEAR = st.sampled_from([2022, 2023])
RANK = st.sampled_from([1, 2, 2.5, 5])
burnt = st.fixed_dictionaries(
    {
        "enterprise_id": PLANT,
        "process": st.sampled_from(["boiler", "kiln"]),
        "technology": st.sampled_from(["stoker", "cfb"]),
        "item": st.sampled_from(["bituminous", "anthracite"]),
        "year": YEAR,
        "amount": AMOUNT,
        "data_rank": RANK,
    }
)


def with_another(row: dict[str, Any]) -> bool:
    """A plant that deals with itself is refused when the park is opened."""
    return bool(row["counterpart_id"] != row["enterprise_id"])


traded = st.fixed_dictionaries(
    {
        "enterprise_id": PLANT,
        "process": st.just("steam"),
        "process_type": st.just("purchase"),
        "item": st.just("heat"),
        "unit": st.just("GJ"),
        "use": st.sampled_from(["purchased", "sold"]),
        "counterpart_id": st.sampled_from(["A", "B", "C", "outside"]),
        "year": YEAR,
        "amount": AMOUNT,
    }
).filter(with_another)
power = st.fixed_dictionaries(
    {
        "enterprise_id": PLANT,
        "process": st.just("power"),
        "process_type": st.just("purchase"),
        "item": st.just("electricity"),
        "unit": st.just("MWh"),
        "use": st.just("purchased"),
        "counterpart_id": st.sampled_from(["grid", "outside"]),
        "year": YEAR,
        "amount": AMOUNT,
    }
)
turned = st.fixed_dictionaries(
    {
        "enterprise_id": PLANT,
        "process": st.just("coke oven"),
        "process_type": st.just(""),
        "item": st.sampled_from(["coke", "bituminous"]),
        "use": st.sampled_from(["conversion_in", "conversion_out", "feedstock"]),
        "year": YEAR,
        "amount": AMOUNT,
    }
)
monthly = st.fixed_dictionaries(
    {
        "enterprise_id": PLANT,
        "process": st.just("dryer"),
        "item": st.just("bituminous"),
        "year": YEAR,
        "month": st.integers(min_value=1, max_value=12),
        "amount": AMOUNT,
        "data_rank": RANK,
    }
)
reported = st.fixed_dictionaries(
    {
        "enterprise_id": PLANT,
        "list": st.sampled_from(["permit", "statistics", "cems"]),
        "process": st.sampled_from(["boiler", "kiln", ""]),
        "species": st.sampled_from(["nox", "co2", "pm", "pm2_5", "odour"]),
        "year": YEAR,
        "amount": AMOUNT,
        "data_rank": RANK,
    }
)
sent = st.fixed_dictionaries(
    {
        "enterprise_id": PLANT,
        "species": st.just("cod"),
        "medium": st.just("water"),
        "destination": st.sampled_from(["environment", "treatment_plant"]),
        "counterpart_id": st.sampled_from(["A", "B", "C", ""]),
        "year": YEAR,
        "amount": AMOUNT,
    }
).filter(with_another)
tables = st.fixed_dictionaries(
    {
        "activity": st.lists(st.one_of(burnt, traded, power, turned, monthly), max_size=6),
        "releases": st.lists(st.one_of(reported, sent), max_size=6),
    }
)


def with_ids(given_tables: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Name each row, so that it is known again wherever it stands."""
    names = {"activity": "activity_id", "releases": "release_id"}
    return {
        table: [{**row, names[table]: f"{table[0]}{number}"} for number, row in enumerate(rows)]
        for table, rows in given_tables.items()
    }


def opened(
    given_tables: dict[str, list[dict[str, Any]]], boundaries: Any = None, **about: Any
) -> Park:
    return with_rows(empty_park(repr(boundaries), repr(about)), **rows_of(given_tables))


def rows_of(given_tables: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The rows of a park's tables: those given, and what their plants must have beside them."""
    activity = given_tables["activity"]
    return {"activity": [*activity, *made_for(activity)], "releases": given_tables["releases"],
            "certificates": claimed_of(activity)}  # fmt: skip


@cache
def empty_park(boundaries: str, about: str) -> Park:
    """The plants and boundaries alone (literals, so that a park is read once)."""
    with tempfile.TemporaryDirectory() as folder:
        return make_park(
            Path(folder) / "p", enterprises=PLANTS, activity=[], about=literal_eval(about),
            boundaries=literal_eval(boundaries),
        )  # fmt: skip


def made_for(activity: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the sellers make: enough for every sale, of the fuel of their boilers."""
    sellers = {(row["enterprise_id"], row["year"]) for row in activity if row.get("use") == "sold"}
    return [
        {"activity_id": f"made-{plant}-{year}", "enterprise_id": plant, "process": "boiler",
         "item": "heat", "use": "self_generated", "counterpart_id": plant, "unit": "GJ",
         "year": year, "amount": 10**8}
        for plant, year in sorted(sellers)
    ]  # fmt: skip


def claimed_of(activity: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A green certificate for a quarter of all power that each plant buys in a year."""
    bought: dict[tuple[str, int], float] = {}
    for row in activity:
        if row["item"] == "electricity":
            key = (row["enterprise_id"], row["year"])
            bought[key] = bought.get(key, 0.0) + row["amount"]
    return [
        {"certificate_id": f"gec-{plant}-{year}", "enterprise_id": plant, "year": year,
         "kind": "gec", "amount": amount / 4, "unit": "MWh", "origin": "o"}
        for (plant, year), amount in sorted(bought.items())
    ]  # fmt: skip


def chosen(inventory: Inventory) -> set[tuple[str, ...]]:
    rows = inventory.emissions
    return set(rows[["activity_id", "release_id", "species"]].itertuples(index=False, name=None))


def same_totals(left: Inventory, right: Inventory) -> None:
    one, two = totals(left), totals(right)
    pd.testing.assert_frame_equal(one, two, rtol=1e-12, atol=0)


@settings(always, max_examples=4)
@given(given_tables=tables.map(with_ids))
def test_the_parks_are_those_that_would_be_read(
    given_tables: dict[str, list[dict[str, Any]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        read = make_park(Path(folder) / "p", enterprises=PLANTS, **rows_of(given_tables))
    park = opened(given_tables)
    assert park.about == read.about
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(park, name), getattr(read, name))


@always
@given(given_tables=tables.map(with_ids), choices=CHOICES, data=st.data())
def test_the_order_of_rows_moves_no_total_and_no_choice(
    given_tables: dict[str, list[dict[str, Any]]], choices: dict[str, Any], data: st.DataObject
) -> None:
    turned = {name: data.draw(st.permutations(rows)) for name, rows in given_tables.items()}
    left, right = (compiled(opened(each), **choices) for each in (given_tables, turned))
    same_totals(left, right)
    assert chosen(left) == chosen(right)


@always
@given(given_tables=tables.map(with_ids))
def test_the_order_of_lists_moves_nothing_when_ranks_differ(
    given_tables: dict[str, list[dict[str, Any]]],
) -> None:
    ranks = {"permit": 1, "statistics": 2, "cems": 3}
    for row in given_tables["releases"]:
        row["data_rank"] = ranks[row.get("list", "permit")]
    activity = [{**row, "data_rank": 4} for row in given_tables["activity"]]
    settled = {**given_tables, "activity": activity}
    left = compiled(opened(settled, list_order=["permit", "statistics", "cems"]))
    right = compiled(opened(settled, list_order=["cems", "statistics", "permit"]))
    same_totals(left, right)


@always
@given(given_tables=tables.map(with_ids), choices=CHOICES)
def test_tonnes_in_kilograms_change_nothing(
    given_tables: dict[str, list[dict[str, Any]]], choices: dict[str, Any]
) -> None:
    in_kg = {
        name: [
            {**row, "amount": row["amount"] * 1000, "unit": "kg"}
            if row.get("unit", "t") == "t" else row
            for row in rows
        ]
        for name, rows in given_tables.items()
    }  # fmt: skip
    same_totals(compiled(opened(given_tables), **choices), compiled(opened(in_kg), **choices))


@always
@given(given_tables=tables.map(with_ids), choices=CHOICES)
def test_splitting_every_row_changes_nothing(
    given_tables: dict[str, list[dict[str, Any]]], choices: dict[str, Any]
) -> None:
    split = with_ids(
        {
            name: [
                {**row, "amount": row["amount"] * share} for row in rows for share in (0.25, 0.75)
            ]
            for name, rows in given_tables.items()
        }
    )
    left, right = (totals(compiled(opened(each), **choices)) for each in (given_tables, split))
    # Twice the rows, so twice the rows without a number.
    without = [table.drop(columns="missing_rows") for table in (left, right)]
    pd.testing.assert_frame_equal(*without, rtol=1e-12, atol=0)


@always
@given(given_tables=tables, choices=CHOICES)
def test_kept_and_ledger_are_all_candidates(
    given_tables: dict[str, list[dict[str, Any]]], choices: dict[str, Any]
) -> None:
    found = compiled(opened(given_tables), **choices)
    table = closing(found.candidates, found.emissions, found.ledger)
    size = table["candidates_t"].abs().clip(lower=1.0)
    assert (table["difference_t"].abs() <= 1e-12 * size).all()


@always
@given(given_tables=tables)
def test_inside_and_outside_are_all(given_tables: dict[str, list[dict[str, Any]]]) -> None:
    found = compiled(opened(given_tables), level="enterprise")
    outside = found.ledger[found.ledger["stage"] == "boundary"]
    assert set(found.emissions["enterprise_id"]) <= {"A", "B"}
    assert set(outside["enterprise_id"]) <= {"C"}
    # The other way round: what is inside the whole plane is what both sides hold.
    shapes = [box(edges=(110.0, 20.0, 130.0, 40.0))]
    both = totals(compiled(opened(given_tables, shapes), level="enterprise"))
    inside = found.emissions[~found.emissions["is_biogenic"].astype(bool)]
    cells = ["year", "species", "medium"]
    left = inside.groupby(cells)["emissions_t"].sum(min_count=1)
    right = outside.groupby(cells)["amount_t"].sum(min_count=1)
    expected = both[both["species"] != "co2e"].set_index(cells)["amount_t"]
    sums = left.add(right, fill_value=0.0).reindex(expected.index)
    # Water sent between A, B and C is netted when C is in too.
    is_water = expected.index.get_level_values("species") == "cod"
    assert sums[~is_water].to_numpy() == pytest.approx(
        expected[~is_water].to_numpy(), rel=1e-12, nan_ok=True
    )


@always
@given(given_tables=tables)
def test_park_level_is_enterprise_level_less_internal_transfers(
    given_tables: dict[str, list[dict[str, Any]]],
) -> None:
    park = opened(given_tables)
    whole, gross = compiled(park), compiled(park, level="enterprise")
    internal = whole.ledger[whole.ledger["reason"] == "bought_from_member"]
    netted = internal.groupby(["year", "species"])["amount_t"].sum()
    left = whole.emissions.groupby(["year", "species"])["emissions_t"].sum()
    right = gross.emissions.groupby(["year", "species"])["emissions_t"].sum()
    together = left.add(netted, fill_value=0.0)
    assert together.to_dict() == pytest.approx(right.to_dict(), rel=1e-12)
