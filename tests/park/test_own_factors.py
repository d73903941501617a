"""A park's own factor sets: read beside park.toml, coded, and told where they do not do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parkkit.core.tables import columns, empty
from parkkit.core.vocabulary import codes, vocabulary
from parkkit.inventory.factors import factors
from parkkit.inventory.formulas import FORMULAS
from parkkit.park.faults import overlapping
from parkkit.park.own_factors import package_sets
from parkkit.park.package import Park, new_park, open_park
from parkkit.park.parameter_checks import PARAMETER_UNITS, parameter_units
from parkkit.park.reading import read_about
from tests.parks import write_park

COAL = {"amount": 10}
OWN = {"convention": {"factor_sets": ["OWN", "CN_NDRC24"]}, "activity": [COAL]}
NCV = {"use": "", "species": "", "parameter": "ncv", "unit": "GJ/t", "value": 20}


def read(tmp_path: Path, *factors: dict[str, Any]) -> Park:
    return open_park(write_park(tmp_path / "p", factors=factors, **OWN))


def test_a_park_without_own_factors_has_an_empty_table(tmp_path: Path) -> None:
    folder = write_park(tmp_path / "p", activity=[COAL])
    assert not (folder / "factors.csv").exists()
    assert open_park(folder).factors.equals(empty("factors"))


def test_an_own_set_is_read_and_known_to_the_convention(tmp_path: Path) -> None:
    park = read(tmp_path, {"value": 2.5, "valid_from": 2020})
    row = park.factors.loc[2]
    assert (row["factor_set"], row["value"], row["unit"], row["valid_from"]) == (
        "OWN", 2.5, "t/t", 2020,
    )  # fmt: skip
    assert park.about.convention.factor_sets == ("OWN", "CN_NDRC24")
    assert park.notes == ()


def test_the_page_of_parks_knows_own_sets_too(tmp_path: Path) -> None:
    folder = write_park(tmp_path / "p", factors=[{"value": 2}], **OWN)
    about, problems = read_about(folder)
    assert about is not None
    assert problems == []
    (folder / "factors.csv").unlink()
    about, problems = read_about(folder)
    assert [(p.code, p.column, p.values["given"]) for p in problems] == [
        ("unknown", "factor_sets", "OWN")
    ]


def test_names_in_either_language_become_codes(tmp_path: Path) -> None:
    park = read(
        tmp_path,
        {"item": "烟煤", "use": "燃料燃烧； Own transport", "species": "二氧化碳", "region": "浙江",
         "value": 2},
        {"item": "oil", "species": "N2O", "unit": "kg/TJ", "value": 0.6},
    )  # fmt: skip
    named = park.factors[["item", "use", "species", "region"]].to_numpy().tolist()
    assert named == [
        ["bituminous", "fuel_combustion;transport_own", "co2", "330000"],
        ["oil", "fuel_combustion", "n2o", ""],
    ]


def test_a_carbon_content_is_burnt_to_co2_where_nothing_else_is_told(tmp_path: Path) -> None:
    carbon = {"parameter": "carbon_content", "unit": "t/GJ", "value": 0.026}
    park = read(tmp_path, {**carbon, "use": "", "species": ""}, {**carbon, "item": "coke"})
    assert park.factors[["use", "species"]].to_numpy().tolist() == [
        ["fuel_combustion;transport_own;transport_hired", "co2"],
        ["fuel_combustion", "co2"],
    ]


@pytest.mark.parametrize(
    "factor",
    [
        {"unit": "t/TJ", "value": 95}, {"unit": "kg/GJ", "value": 95},
        {"unit": "t/kgce", "value": 0.0028}, {"item": "electricity", "use": "purchased",
        "unit": "kg/kWh", "value": 0.4}, {"species": "nox", "stage": "generation", "unit": "kg/t",
        "value": 2.94}, NCV, {**NCV, "item": "coal"},
        {**NCV, "parameter": "coal_equivalent", "unit": "kgce/t", "value": 714},
        {**NCV, "parameter": "coal_equivalent_supply", "item": "electricity", "unit": "kgce/kWh",
         "value": 0.3},
        {**NCV, "parameter": "oxidation", "unit": "%", "value": 98},
    ],
    ids=lambda row: f"{row.get('item', 'coal')} {row.get('parameter', 'factor')} {row['unit']}",
)  # fmt: skip
def test_units_of_the_trade_do(tmp_path: Path, factor: dict[str, Any]) -> None:
    assert len(read(tmp_path, factor).factors) == 1


def test_what_differs_in_use_place_or_years_is_no_duplicate(tmp_path: Path) -> None:
    factors = [{"value": 1}, {"value": 2, "use": "transport_own"},
               {"value": 3, "region": "330000", "valid_to": 2020},
               {"value": 4, "region": "330000", "valid_from": 2021},
               {"value": 5, "factor_set": "OTHER"}]  # fmt: skip
    assert len(read(tmp_path, *factors).factors) == 5


def test_a_supplier_and_the_heat_it_sells_may_be_described(tmp_path: Path) -> None:
    heat = {"item": "heat", "process": ""}
    site = [
        {**heat, "parameter": "supplied_factor", "species": "co2", "unit": "t/GJ", "value": 0.1},
        {**heat, "parameter": "heat_temperature_c", "unit": "degC", "value": 180},
        {**heat, "parameter": "ambient_temperature_c", "unit": "℃", "value": 17},
        {"parameter": "emission_factor", "species": "co2", "unit": "kg/GJ", "value": 95},
    ]
    trade = {**COAL, **heat, "process": "boiler", "unit": "GJ", "counterpart_id": "outside"}
    sold = [{**trade, "use": use}
            for use in ("self_generated", "sold")]  # fmt: skip
    park = open_park(write_park(tmp_path / "p", activity=[COAL, *sold], site_factors=site))
    assert park.notes == ()
    alone = open_park(write_park(tmp_path / "q", activity=[COAL], site_factors=site))
    assert [note.code for note in alone.notes] == ["supplied_by_none"]


def test_overlaps_are_found_behind_a_row_that_spans_others() -> None:
    frame = pd.DataFrame(
        {"item": ["a", "a", "b", "a"], "valid_from": [2000, 2005, 2020, 2020],
         "valid_to": [None, 2006, 2021, 2021]}, index=[2, 3, 4, 5],
    )  # fmt: skip
    assert list(overlapping(frame, ["item"])) == [(3, 2), (5, 2)]


def test_a_new_park_tells_of_its_own_factors(tmp_path: Path) -> None:
    made = new_park(tmp_path / "fresh", park_id="fresh")
    assert tmp_path / "fresh" / "factors.csv" in made
    assert "factors.csv" in (tmp_path / "fresh" / "park.toml").read_text(encoding="utf-8")


# --- one fact in one place -------------------------------------------------------------------


def choices(table: str, name: str) -> set[str]:
    return {each for column in columns(table) if column.name == name for each in column.choices}


def test_every_formula_of_the_package_may_be_named_in_an_own_set() -> None:
    assert choices("factors", "formula") == set(FORMULAS) - {"carbon_balance"}


def test_every_parameter_of_the_package_may_be_given_in_an_own_set_and_at_a_site() -> None:
    # A range is narrowed by its user to one value, and devices stand in abatement.csv.
    ranges = {"coal_equivalent_low", "coal_equivalent_high", "ncv_low", "ncv_high"}
    given = {*vocabulary("factors")["parameter"]} - ranges - {"removal_share"}
    assert given - choices("factors", "parameter") == set()
    assert given - choices("site_factors", "parameter") == set()
    assert set(PARAMETER_UNITS) <= choices("site_factors", "parameter")


def test_what_a_formula_needs_may_be_given_in_its_unit() -> None:
    for formula in FORMULAS.values():
        for name, unit in formula.needs.items():
            assert name in choices("factors", "parameter") & choices("site_factors", "parameter")
            assert PARAMETER_UNITS.get(name, "1") == unit


def test_every_factor_of_the_package_has_a_unit_that_would_do_in_an_own_set() -> None:
    table = vocabulary("factors")
    named = table[table["parameter"].isin(choices("factors", "parameter"))]
    told = [(problem.row, problem.values["given"]) for problem in parameter_units("factors", named)]
    assert told == []
    assert set(package_sets()) == set(table["factor_set"])


def test_no_item_is_named_like_a_group_of_others() -> None:
    groups = set(vocabulary("items")["item_group"]) - {""}
    assert groups & set(codes("items")) == set()


def warned(folder: Path, **tables: Any) -> list[tuple[str, int | None]]:
    park = open_park(write_park(folder, **tables))
    return [(note.code, note.row) for note in park.notes]


def test_an_own_set_that_is_not_named_or_not_of_the_year_is_told(tmp_path: Path) -> None:
    own = {"factor_set": "MINE", "item": "bituminous", "use": "fuel_combustion", "species": "co2",
           "parameter": "emission_factor", "value": 2, "unit": "t/t", "origin": "o"}  # fmt: skip
    old = {**own, "valid_from": 2018, "valid_to": 2020}
    named = {"factor_sets": ["MINE", "CN_NDRC24"]}
    assert warned(tmp_path / "a", activity=[COAL], factors=[own]) == [("own_set_unused", 2)]
    found = warned(tmp_path / "b", activity=[COAL], factors=[old], convention=named)
    assert found == [("own_factor_years", 2)]
    assert warned(tmp_path / "c", activity=[COAL], factors=[own], convention=named) == []


def test_a_claim_in_kilograms_is_told(tmp_path: Path) -> None:
    power = {**COAL, "item": "electricity", "use": "purchased", "counterpart_id": "grid",
             "unit": "MWh"}  # fmt: skip
    claim = {"enterprise_id": "A", "year": 2023, "kind": "contract", "amount": 1, "unit": "MWh",
             "factor": 500, "origin": "o"}  # fmt: skip
    found = warned(tmp_path / "a", activity=[power], certificates=[claim])
    assert found == [("claim_factor_large", 2)]


def test_the_factors_of_a_park_without_own_ones_are_searched(tmp_path: Path) -> None:
    park = open_park(write_park(tmp_path / "a", activity=[COAL]))
    assert len(factors(item="烟煤", species="co2", park=park))
