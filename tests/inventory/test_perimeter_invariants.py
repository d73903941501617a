"""Perimeters: whoever is in, nothing is lost, and every table between two of them adds up."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from itertools import product

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from parkkit.core.ledger import candidates
from parkkit.inventory.boundary_differences import boundary_reconciliation, told_changes
from parkkit.inventory.compilation import Inventory, compile_members, totals
from parkkit.inventory.offering import Offered, of_years, offer
from parkkit.inventory.part_differences import added_up, compiled_sides
from parkkit.inventory.plant_totals import plant_tonnes
from parkkit.inventory.restatement import change_steps
from parkkit.park.package import Park, open_park

YEAR, LAST = 2020, 2023
CELL = ["year", "species", "medium"]
VIEWS = [{"level": level, "view": view, "scopes": (1, 2, 3)} for level, view in product(
    ("park", "enterprise"), ("production", "consumption"))]  # fmt: skip
PLANTS = [f"LG{number:02d}" for number in range(1, 34)]
SETS = st.sets(st.sampled_from(PLANTS))
FEW = {"deadline": None, "derandomize": True}


@cache
def langang() -> Park:
    return open_park("langang")


@cache
def offered(number: int) -> Offered:
    """The sample park's offer of one year under one of the views."""
    convention = replace(langang().about.convention, **VIEWS[number])  # type: ignore[arg-type]
    return of_years(offer(langang(), convention), [YEAR])


def standing(inside: Iterable[str]) -> pd.DataFrame:
    """Who is in: just these plants."""
    inside = set(inside)
    table = pd.DataFrame({"enterprise_id": PLANTS, "year": YEAR})
    is_member = table["enterprise_id"].isin(inside)
    basis = is_member.map({True: "inside", False: "outside"}).astype("str")
    return table.assign(is_member=is_member, basis=basis)


def compiled(number: int, inside: Iterable[str]) -> Inventory:
    return compile_members(offered(number), standing(inside), boundary_type="physical")


def everything(inventory: Inventory) -> list[str]:
    """Every species that an offer tells of, and CO2e."""
    return sorted({*inventory.candidates["species"], "co2e"})


def close(first: float, second: float, size: float) -> bool:
    return math.isclose(first, second, rel_tol=1e-9, abs_tol=1e-9 * max(size, 1e-6))


def known(values: Iterable[float]) -> float:
    return math.fsum(value for value in values if not math.isnan(value))


@settings(max_examples=12, **FEW)
@given(inside=SETS, number=st.integers(0, len(VIEWS) - 1))
def test_inside_and_outside_are_everything(inside: set[str], number: int) -> None:
    here, rest = (compiled(number, plants) for plants in (inside, set(PLANTS) - inside))
    everyone = candidates(offered(number).rows).set_index(CELL)["candidates_t"].fillna(0.0)
    lost = [each.ledger[each.ledger["stage"] == "boundary"] for each in (here, rest)]
    cut = [rows.groupby(CELL)["amount_t"].sum().reindex(everyone.index).fillna(0.0)
           for rows in lost]  # fmt: skip
    # What one boundary cuts off is just what the other one keeps.
    pd.testing.assert_series_equal(cut[0] + cut[1], everyone, check_names=False, rtol=1e-9)
    assert set(lost[0]["enterprise_id"]) <= set(PLANTS) - inside
    assert set(lost[1]["enterprise_id"]) <= inside


@settings(max_examples=15, **FEW)
@given(whole=SETS, some=SETS, number=st.integers(0, len(VIEWS) - 1))
def test_a_part_the_rest_and_their_transfers_are_the_whole(
    whole: set[str], some: set[str], number: int
) -> None:
    sides = compiled_sides(
        offered(number), standing(whole & some), standing(whole), boundary_type="physical"
    )
    table = added_up(sides, YEAR, everything(sides.whole))
    for species, rows in table.groupby("species"):
        told = rows.set_index("kind")["amount_t"]
        size = told.abs().max()
        steps = known(told[["part", "rest", "transfers"]])
        assert close(steps, known([told["whole"]]), size), species
    count = table.set_index("kind")["member_count"]
    assert (count["part"] + count["rest"]).eq(count["whole"]).all()


@settings(max_examples=15, **FEW)
@given(first=SETS, second=SETS, number=st.integers(0, len(VIEWS) - 1))
def test_any_two_perimeters_differ_by_who_leaves_who_enters_and_their_trade(
    first: set[str], second: set[str], number: int
) -> None:
    before, after = compiled(number, first), compiled(number, second)
    species = everything(before)
    steps = told_changes(before, after, YEAR, species)
    assert set(steps.loc[steps["kind"] == "leaves", "enterprise_id"]) <= first - second
    assert set(steps.loc[steps["kind"] == "enters", "enterprise_id"]) <= second - first
    assert set(steps.loc[steps["kind"] == "trade", "enterprise_id"]) <= first & second
    tables = [plant_tonnes(before, YEAR, species), plant_tonnes(after, YEAR, species), steps]
    sums = [table.groupby("species")["amount_t"].sum().reindex(species, fill_value=0.0)
            for table in tables]  # fmt: skip
    for was, now, change in zip(*sums, strict=True):
        assert close(was + change, now, max(abs(was), abs(now)))


@pytest.mark.parametrize("number", [0, 1], ids=["production", "consumption"])
def test_four_inventories_and_their_reconciliation_add_up_for_every_species(number: int) -> None:
    park, convention = langang(), offered(number).convention
    species = everything(compiled(number, PLANTS))
    table = boundary_reconciliation(park, year=YEAR, convention=convention, species=species)
    assert set(table["boundary_type"]) == {"approved", "management", "statistical"}
    for _, rows in table.groupby(["boundary_type", "species"]):
        kinds = rows["kind"].tolist()
        assert (kinds[0], kinds[-1]) == ("start", "end")
        amounts = rows["amount_t"]
        if rows["status"].iloc[-1] != "not_computable":
            end = known([amounts.iloc[-1]])
            assert close(known(amounts.iloc[:-1]), end, amounts.abs().max())


@st.composite
def moved(draw: st.DrawFn) -> Park:
    """The sample park with other years of opening and closing, and polygons that changed."""
    park = langang()
    count = len(park.enterprises)
    years = st.one_of(st.none(), st.integers(YEAR, LAST))
    opened = draw(st.lists(years, min_size=count, max_size=count))
    closed = draw(st.lists(years, min_size=count, max_size=count))
    turn = draw(st.integers(YEAR, LAST - 1))
    drawn = park.boundaries[park.boundaries["part"] == ""].drop_duplicates("boundary_type")
    drawn = drawn.set_index("boundary_type")
    names = draw(st.permutations(["physical", "approved", "management"]))
    shapes = pd.DataFrame(
        [{**drawn.loc[name], "boundary_type": "physical", "valid_from": start, "valid_to": end}
         for name, start, end in ((names[0], None, turn), (names[1], turn + 1, None))],
        columns=park.boundaries.columns,
    )  # fmt: skip
    plants = park.enterprises.assign(
        opened=pd.array(opened, dtype="Int64"), closed=pd.array(closed, dtype="Int64")
    )
    return replace(park, enterprises=plants, boundaries=shapes)


@settings(max_examples=8, phases=[Phase.generate], **FEW)
@given(park=moved(), species=st.sampled_from(["co2e", "so2", "nox", "cod", "pm"]))
def test_the_steps_of_a_change_sum_to_it(park: Park, species: str) -> None:
    given_choice = {"boundary_type": "physical", "convention": park.about.convention}
    table = change_steps(park, **given_choice, first=YEAR, last=LAST, species=species)  # type: ignore[arg-type]
    amounts = table.set_index("kind")["amount_t"]
    steps = known(amounts[["start", "boundary_moved", "opened", "closed", "rest"]])
    assert close(steps, known([amounts["end"]]), amounts.abs().max())


def test_an_offer_of_some_years_compiles_to_those_years_of_the_whole() -> None:
    park = langang()
    whole = offer(park, park.about.convention)
    inside = standing(PLANTS[:20])
    both = [compile_members(each, inside, boundary_type="physical")
            for each in (whole, of_years(whole, [YEAR]))]  # fmt: skip
    tables = [totals(each, by=("year", "enterprise_id")) for each in both]
    pd.testing.assert_frame_equal(*tables)
