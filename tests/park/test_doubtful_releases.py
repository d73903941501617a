"""Doubtful releases: what is told of them, row by row, and what settles them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from parkkit.core.errors import Problem
from parkkit.park.doubtful_releases import doubts
from parkkit.park.package import Park, open_park
from parkkit.park.reading import TABLES
from tests.parks import make_park

CODES = {"negative_amount", "implausible_amount", "unit_in_doubt", "co2e_in_doubt",
         "list_unit_in_doubt", "list_co2e_in_doubt", "plants_in_doubt",
         "plants_of_two_codes", "id_in_doubt", "duplicate_release"}  # fmt: skip
STATISTICS = {"list": "statistics"}
MONITORED = {"list": "monitor"}
LOOKED = {"confirmed_by": "Lab, bill of 2024-02-01"}
TWO = [{"enterprise_id": "A"}, {"enterprise_id": "B"}]


def held(park: Park) -> list[tuple[int, str]]:
    found = doubts({name: getattr(park, name) for name in TABLES})
    return list(zip(found["row"], found["reason"], strict=True))


def told(park: Park) -> list[Problem]:
    return [note for note in park.notes if note.code in CODES]


def park_of(folder: Path, *releases: dict[str, Any], **tables: Any) -> Park:
    return make_park(folder / "p", releases=list(releases), **tables)


def test_a_negative_amount_is_told_with_list_and_row_and_held(tmp_path: Path) -> None:
    park = park_of(tmp_path, {"amount": 5}, {"amount": -5, "species": "nox"})
    assert held(park) == [(3, "negative_amount")]
    note = told(park)[0]
    assert (note.file, note.row, note.column, note.is_warning) == (
        "releases.csv", 3, "amount", True)  # fmt: skip
    assert "'permit' tells -5 t" in note.told()


@pytest.mark.parametrize(
    ("row", "reason"),
    [({"amount": 1e15, "unit": "kg"}, "implausible_amount"),
     ({"species": "co2", "amount": 60e6}, ""),
     ({"species": "co2", "amount": 60e9, "unit": "kg"}, ""),
     ({"species": "co2", "amount": 60e9}, "implausible_amount"),
     ({"species": "sf6", "amount": 2e6}, "implausible_amount"),
     ({"species": "general_solid_waste", "medium": "waste", "amount_kind": "generated",
       "destination": "", "amount": 3e8}, "")],
    ids=["1e15 kg", "the largest plant", "in kg", "kg told as t", "more than the world makes",
         "the largest mine"],
)  # fmt: skip
def test_an_amount_that_no_plant_on_earth_has_is_held(
    tmp_path: Path, row: dict[str, Any], reason: str
) -> None:
    assert [why for _, why in held(park_of(tmp_path, row))] == ([reason] if reason else [])


def test_months_that_are_too_much_only_together_are_held_together(tmp_path: Path) -> None:
    rows = [{"species": "co2", "month": month, "amount": 30e6} for month in range(1, 9)]
    assert held(park_of(tmp_path, *rows)) == [
        (row, "implausible_amount") for row in range(2, 10)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("amounts", "rows"),
    [({"permit": 5, "statistics": 5.01}, []), ({"permit": 5, "statistics": 5000}, [2, 3]),
     ({"permit": 5, "statistics": 5020}, [2, 3]), ({"permit": 5, "statistics": 5040}, []),
     ({"permit": 5, "statistics": 5e6}, [2, 3]),
     ({"permit": 5, "statistics": 5000, "monitor": 6}, [3]),
     ({"permit": 5, "statistics": 5000, "monitor": 4800}, [2])],
    ids=["agree", "1000 times", "0.4 % off", "0.8 % off", "a million times", "the larger is odd",
         "the smaller is odd"],
)  # fmt: skip
def test_lists_a_thousand_times_apart_are_in_doubt_and_of_three_the_odd_one(
    tmp_path: Path, amounts: dict[str, float], rows: list[int]
) -> None:
    park = park_of(tmp_path, *({"list": name, "amount": t} for name, t in amounts.items()))
    assert held(park) == [(row, "unit_in_doubt") for row in rows]
    assert [note.row for note in told(park)] == rows


def test_a_doubt_about_a_unit_names_both_lists_and_rows(tmp_path: Path) -> None:
    park = park_of(tmp_path, {"amount": 5}, {**STATISTICS, "amount": 5000})
    text = next(note.told() for note in told(park) if note.row == 3)
    for word in ("row 3", "'statistics'", "5,000 t", "'permit' (row 2)", "1,000 times"):
        assert word in text


@pytest.mark.parametrize(
    ("species", "amount", "rows"),
    [("ch4", 56, [3]), ("ch4", 55.8, [3]), ("ch4", 70, []), ("n2o", 530, [3]), ("so2", 56, []),
     ("co2", 56, [])],
    ids=["AR5", "AR6", "no GWP", "N2O", "no greenhouse gas", "CO2"],
)  # fmt: skip
def test_a_gas_told_its_gwp_times_another_list_is_held_in_the_larger(
    tmp_path: Path, species: str, amount: float, rows: list[int]
) -> None:
    gas = {"species": species}
    park = park_of(tmp_path, {**gas, "amount": 2}, {**gas, **STATISTICS, "amount": amount})
    assert held(park) == [(row, "unit_in_doubt") for row in rows]
    assert {note.code for note in told(park)} == ({"co2e_in_doubt"} if rows else set())


def test_months_meet_the_year_of_another_list(tmp_path: Path) -> None:
    months = [{**STATISTICS, "month": month, "amount": 1000} for month in range(1, 13)]
    park = park_of(tmp_path, {"amount": 12}, *months)
    assert [row for row, _ in held(park)] == list(range(2, 15))
    assert [note.row for note in told(park)] == [2, 3]


def test_lists_a_slip_apart_wherever_they_meet_are_held_whole(tmp_path: Path) -> None:
    shared = ["so2", "nox", "co"]
    rows = [{"species": species, "amount": 2} for species in shared]
    rows += [{**MONITORED, "species": species, "amount": 2.1} for species in shared]
    rows += [{**STATISTICS, "species": species, "amount": 2000} for species in shared]
    park = park_of(tmp_path, *rows, {**STATISTICS, "species": "nh3", "amount": 7})
    assert held(park) == [(row, "unit_in_doubt") for row in range(8, 12)]
    assert [(note.code, note.row) for note in told(park)] == [("list_unit_in_doubt", 8)]
    assert "4 row(s)" in told(park)[0].told()


def test_a_list_that_tells_co2e_of_every_gas_is_held_whole_in_its_gases(tmp_path: Path) -> None:
    gases = {"ch4": 28, "n2o": 265, "sf6": 23500}
    rows = [{"species": gas, "amount": 2} for gas in gases]
    rows += [{**STATISTICS, "species": gas, "amount": 2 * gwp} for gas, gwp in gases.items()]
    alone = [{**STATISTICS, "species": "cf4", "amount": 7}, {**STATISTICS, "amount": 8}]
    park = park_of(tmp_path, *rows, *alone)
    assert held(park) == [(row, "unit_in_doubt") for row in range(5, 9)]
    assert [(note.code, note.row) for note in told(park)] == [("list_co2e_in_doubt", 5)]
    assert "4 row(s) of greenhouse gases" in told(park)[0].told()


def test_one_cell_in_which_two_lists_agree_leaves_the_lists_out_of_it(tmp_path: Path) -> None:
    rows = [{"species": species, "amount": 2} for species in ("so2", "nox", "co", "pm")]
    rows += [{**STATISTICS, "species": s, "amount": 2000} for s in ("so2", "nox", "co")]
    park = park_of(tmp_path, *rows, {**STATISTICS, "species": "pm", "amount": 2})
    assert [row for row, _ in held(park)] == [2, 3, 4, 6, 7, 8]


def test_who_confirms_a_row_settles_it_and_the_other_stays_in_doubt(tmp_path: Path) -> None:
    park = park_of(tmp_path, {"amount": 5, **LOOKED}, {**STATISTICS, "amount": 5000},
                   {"species": "nox", "amount": -1, **LOOKED},
                   {"species": "co2", "amount": 1e12, **LOOKED})  # fmt: skip
    assert held(park) == [(3, "unit_in_doubt")]


def test_the_same_content_under_another_id_is_held_whatever_the_order(tmp_path: Path) -> None:
    one, two = {"release_id": "a", "amount": 5}, {"release_id": "b", "amount": 5}
    assert held(park_of(tmp_path / "1", one, two)) == [(3, "duplicate_by_content")]
    park = park_of(tmp_path / "2", two, one)
    assert held(park) == [(2, "duplicate_by_content")]
    assert "row 3 ('a') of list 'permit'" in told(park)[0].told()


@pytest.mark.parametrize(
    "other",
    [{"stack_id": "S2"}, {"species": "nox"}, STATISTICS, {"unit": "kg"}, {"amount": 6}, LOOKED,
     {"amount": 0}],
    ids=["outlet", "species", "list", "unit", "amount", "confirmed", "nothing"],
)  # fmt: skip
def test_what_differs_or_was_confirmed_is_no_duplicate(
    tmp_path: Path, other: dict[str, Any]
) -> None:
    assert held(park_of(tmp_path, {"amount": 5}, {"amount": 5, **other})) == []


def listed(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    given = {"list": "permit", "enterprise_id": "A", "origin": "o"}
    return [{**given, **row} for row in rows]


EAST = {"lon": 120.09, "lat": 30.05, "datum": "wgs84"}
WEST = {"lon": 120.01, "lat": 30.05, "datum": "wgs84"}
NEAR = {"lon": 120.02, "lat": 30.05, "datum": "wgs84"}
MILL, YARD = {"facility_id": "1", "name": "North Mill"}, {"facility_id": "2", "name": "South Yard"}


@pytest.mark.parametrize(
    ("listings", "code"),
    [(listed({"facility_id": "1", "credit_code": "91X1"},
             {**STATISTICS, "facility_id": "2", "credit_code": "91X2"}), "plants_of_two_codes"),
     (listed({"facility_id": "1", "credit_code": "91X1"},
             {**STATISTICS, "facility_id": "2", "credit_code": "91x1 "}), ""),
     (listed({**MILL, "credit_code": "91X1"}, {**STATISTICS, **MILL, "credit_code": "91X2"}), ""),
     (listed({"facility_id": "1", "credit_code": "12345678-9"},
             {**STATISTICS, "facility_id": "2", "credit_code": "91330100123456789X"}), ""),
     (listed({"facility_id": "1", "credit_code": "12345678-0"},
             {**STATISTICS, "facility_id": "2", "credit_code": "91330100123456789X"}),
      "plants_of_two_codes"),
     (listed({**MILL, **WEST}, {**YARD, **EAST}), "plants_in_doubt"),
     (listed({**MILL, **WEST}, {**YARD, **NEAR}), ""),
     (listed({**MILL, **WEST}, {**YARD, **EAST, "name": "North Mill Ltd"}), ""),
     (listed({**MILL, **WEST}, {**YARD, **EAST, **STATISTICS}), "")],
    ids=["two codes", "one code", "a code that changed", "its organisation code",
         "another organisation code", "two places", "near", "one name", "two lists"],
)  # fmt: skip
def test_listings_that_contradict_each_other_hold_all_of_the_plant(
    tmp_path: Path, listings: Sequence[dict[str, Any]], code: str
) -> None:
    park = park_of(tmp_path, {"amount": 5}, {**STATISTICS, "amount": 6, "species": "nox"},
                   {"enterprise_id": "B", "amount": 7},
                   enterprises=TWO, listings=listings)  # fmt: skip
    assert held(park) == ([(row, "plants_in_doubt") for row in (2, 3)] if code else [])
    assert [(note.code, note.file, note.row) for note in told(park)] == (
        [(code, "listings.csv", 3)] if code else [])  # fmt: skip


@pytest.mark.parametrize(("year", "count"), [(2022, 0), (2023, 2)])
def test_ids_that_a_list_uses_in_different_years_are_one_plant(
    tmp_path: Path, year: int, count: int
) -> None:
    listings = listed({**MILL, **WEST, "process": "mill"}, {**YARD, **EAST, "process": "yard"})
    park = park_of(tmp_path, {"amount": 5, "process": "mill"},
                   {"amount": 6, "process": "yard", "year": year}, listings=listings)  # fmt: skip
    assert len(held(park)) == count


def verdict(left: tuple[str, str], right: tuple[str, str], word: str) -> dict[str, Any]:
    return {"left_list": left[0], "left_id": left[1], "right_list": right[0],
            "right_id": right[1], "verdict": word, "by": "Desk", "on": "2024-01-01",
            "why": "site visit"}  # fmt: skip


def test_a_verdict_that_two_listings_are_the_same_settles_the_plant(tmp_path: Path) -> None:
    listings = listed({"facility_id": "1", "credit_code": "91X1"},
                      {**STATISTICS, "facility_id": "2", "credit_code": "91X2"})  # fmt: skip
    same = verdict(("permit", "1"), ("statistics", "2"), "same")
    park = park_of(tmp_path, {"amount": 5}, listings=listings, same_as=[same])
    assert held(park) == []
    withdrawn = {**same, "verdict": "withdrawn", "on": "2024-02-01"}
    verdicts = [same, withdrawn]
    park = park_of(tmp_path / "2", {"amount": 5}, listings=listings, same_as=verdicts)
    assert held(park) == [(2, "plants_in_doubt")]


TWICE = listed({"facility_id": "00123456"},
               {**STATISTICS, "facility_id": "123456", "enterprise_id": "B"})  # fmt: skip


@pytest.mark.parametrize("spoilt", ["123456", "123456.0", "0123456", "1.23456E+05", "1.23E+5"])
def test_a_plant_that_stands_twice_by_a_spoilt_id_is_held_where_both_tell(
    tmp_path: Path, spoilt: str
) -> None:
    listings = [TWICE[0], {**TWICE[1], "facility_id": spoilt}]
    of_b = {**STATISTICS, "enterprise_id": "B"}
    park = park_of(tmp_path, {"amount": 5}, {**of_b, "amount": 6},
                   {**of_b, "amount": 6, "species": "nox"}, {**of_b, "amount": 6, "year": 2022},
                   enterprises=TWO, listings=listings)  # fmt: skip
    assert held(park) == [(3, "id_in_doubt")]
    text = told(park)[0].told()
    for word in (f"'{spoilt}' in list 'statistics'", "'00123456' in list 'permit'", "row 3"):
        assert word in text


def test_plant_ids_of_the_park_that_a_spreadsheet_spoilt_are_held_and_a_verdict_settles_them(
    tmp_path: Path,
) -> None:
    rows = [{"enterprise_id": "0011000123", "amount": 5},
            {**STATISTICS, "enterprise_id": "11000123", "amount": 6},
            {**STATISTICS, "enterprise_id": "11000123", "amount": 6, "species": "nox"}]  # fmt: skip
    plants = [{"enterprise_id": row["enterprise_id"]} for row in rows[:2]]
    park = park_of(tmp_path / "open", *rows, enterprises=plants)
    assert held(park) == [(3, "id_in_doubt")]
    note = next(note for note in park.notes if note.code == "plant_id_in_doubt")
    assert "'11000123' differs from '0011000123'" in note.told()
    ends = [("enterprises", each["enterprise_id"]) for each in plants]
    for word in ("same", "different"):
        park = park_of(tmp_path / word, *rows, enterprises=plants,
                       same_as=[verdict(*ends, word)])  # fmt: skip
        assert held(park) == [], word


def test_ids_alike_of_unlike_names_far_apart_are_two_plants(tmp_path: Path) -> None:
    rows = {"amount": 5}, {**STATISTICS, "enterprise_id": "B", "amount": 6}
    apart = [{**TWICE[0], "name": "North Mill", **WEST}, {**TWICE[1], "name": "South Yard", **EAST}]
    assert held(park_of(tmp_path / "1", *rows, enterprises=TWO, listings=apart)) == []
    near = [apart[0], {**apart[1], **NEAR}]
    assert held(park_of(tmp_path / "2", *rows, enterprises=TWO, listings=near)) == [
        (3, "id_in_doubt")
    ]


def test_either_verdict_settles_an_id(tmp_path: Path) -> None:
    for word in ("same", "different"):
        said = verdict(("permit", "00123456"), ("statistics", "123456"), word)
        park = park_of(tmp_path / word, {"amount": 5},
                       {**STATISTICS, "enterprise_id": "B", "amount": 6}, enterprises=TWO,
                       listings=TWICE, same_as=[said])  # fmt: skip
        assert held(park) == [], word


@pytest.mark.parametrize("ids", [("0123", "123"), ("0012-A", "12-A"), ("123456", "123457")])
def test_ids_that_differ_by_more_or_are_short_are_no_doubt(
    tmp_path: Path, ids: tuple[str, str]
) -> None:
    listings = [{**row, "facility_id": each} for row, each in zip(TWICE, ids, strict=True)]
    park = park_of(tmp_path, {"amount": 5}, {**STATISTICS, "enterprise_id": "B", "amount": 6},
                   enterprises=TWO, listings=listings)  # fmt: skip
    assert held(park) == []


def test_an_absurd_release_is_not_refused_as_more_than_was_generated(tmp_path: Path) -> None:
    made = {"amount_kind": "generated", "destination": "", "amount": 10}
    park = park_of(tmp_path, made, {"amount": 1e15, "unit": "kg"})
    assert held(park) == [(3, "implausible_amount")]


def test_the_sample_park_holds_nothing() -> None:
    assert held(open_park("langang", parks="sample_parks")) == []
