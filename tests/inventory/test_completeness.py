"""Completeness: what is there, what is missing, and what nobody tells."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.core.vocabulary import codes, vocabulary
from parkkit.inventory.categories import source_category
from parkkit.inventory.completeness import completeness
from tests.parks import OFFICE, OUTSIDE, compiled, make_park

COAL = {"amount": 10000}
TWO = [{"enterprise_id": "A"}, {"enterprise_id": "B"}]
OWN = {"convention": {"factor_sets": ["CN_NDRC24"]}}


def matrix(folder: Path, **rows: Any) -> pd.DataFrame:
    park = make_park(folder / "p", **{**OWN, **rows})
    return completeness(compiled(park)).set_index(["category", "species", "year"]).sort_index()


def cell(table: pd.DataFrame, category: str, species: str, year: int = 2023) -> pd.Series:
    return table.loc[(category, species, year)]


@pytest.mark.parametrize(
    ("use", "process_type", "item", "category"),
    [
        ("fuel_combustion", "boiler", "petroleum_coke", "stationary_solid"),
        ("fuel_combustion", "boiler", "diesel", "stationary_liquid"),
        ("fuel_combustion", "boiler", "lng", "stationary_gas"),
        ("fuel_combustion", "boiler", "hydrogen", "stationary_gas"),
        ("transport_own", "vehicle", "diesel", "mobile"),
        ("purchased", "purchase", "electricity", "electricity"),
        ("purchased", "purchase", "steam", "heat"),
        ("purchased", "", "ethylene", "materials"),
        ("feedstock", "flue_gas_cleaning", "limestone", "flue_gas_cleaning"),
        ("feedstock", "", "dolomite", "carbonates"),
        ("process_output", "lime_kiln", "lime", "carbonates"),
        ("process_output", "nitric_acid_plant", "nitric_acid", "chemicals_n2o"),
        ("process_output", "synthesis", "ammonia", "chemicals_carbon"),
        ("process_output", "aluminium_electrolysis", "primary_aluminium", "metals"),
        ("treated", "incinerator", "municipal_waste", "incineration"),
        ("treated", "wastewater_treatment", "nitrogen_load", "wastewater_treatment"),
        ("recovered", "wastewater_treatment", "methane", "wastewater_treatment"),
        ("treated", "landfill", "municipal_waste", "landfill"),
        ("charged", "refrigeration", "hfc_134a", "refrigerants"),
        ("charged", "switchgear", "sf6", "switchgear"),
        ("leaked", "", "methane", "process_gases"),
        ("conversion_in", "coke_oven", "coking_coal", "conversion"),
        ("captured", "lime_kiln", "carbon_dioxide", "captured"),
        ("wastewater_sent", "wastewater_discharge", "wastewater", "wastewater_sent"),
        ("waste_sent", "", "hazardous_waste", "solid_waste"),
        ("sold", "", "electricity", ""),
        ("water_withdrawn", "water_use", "fresh_water", ""),
    ],
)
def test_an_activity_has_its_category(
    use: str, process_type: str, item: str, category: str
) -> None:
    assert source_category(use, process_type, item) == category


def test_every_activity_that_releases_has_a_category() -> None:
    uses = vocabulary("uses")
    releasing = uses.loc[uses["gives"] != "none", "use"]
    without = [(use, item) for use in releasing for item in codes("items")
               if not source_category(use, "", item) and use != "purchased"]  # fmt: skip
    assert without == []


def test_categories_and_species_of_the_tables_are_known() -> None:
    table = vocabulary("expected_species")
    assert set(table["category"]) <= set(codes("source_categories"))
    assert set(table["species"]) <= {*codes("species"), "as_item"}
    assert set(table["expectation"]) == {"expected", "possible"}
    assert not table.duplicated(["category", "species"]).any()


def test_a_number_is_there_and_a_species_without_factor_or_report_is_missing(
    tmp_path: Path,
) -> None:
    table = matrix(tmp_path, activity=[COAL])
    there = cell(table, "stationary_solid", "co2")
    # 10 000 t x 23.204 GJ/t x 0.02618 t/GJ x 0.93 x 44/12
    assert (there["state"], there["amount_t"]) == ("there", pytest.approx(20715.093))
    lacking = cell(table, "stationary_solid", "so2")
    assert (lacking["state"], lacking["missing"], lacking["missing_plants"]) == (
        "missing", "factor", "A",
    )  # fmt: skip
    assert lacking["missing_rows"] == "2"
    assert pd.isna(lacking["amount_t"])


def test_a_category_without_activity_is_not_told_and_never_not_occurring(tmp_path: Path) -> None:
    table = matrix(tmp_path, activity=[COAL])
    assert cell(table, "mobile", "co2")["state"] == "not_told"
    assert cell(table, "refrigerants", "")["state"] == "not_told"
    assert "not_occurring" not in set(table["state"])


def test_only_a_notation_says_that_nothing_occurs(tmp_path: Path) -> None:
    table = matrix(tmp_path, activity=[{"notation": "NO"}])
    assert set(table.loc["stationary_solid"]["state"]) == {"not_occurring"}


@pytest.mark.parametrize(
    ("notation", "state", "missing"),
    [("NE", "missing", "amount"), ("C", "missing", "amount"), ("IE", "elsewhere", "")],
)
def test_a_notation_tells_why_there_is_no_number(
    tmp_path: Path, notation: str, state: str, missing: str
) -> None:
    row = cell(matrix(tmp_path, activity=[{"notation": notation}]), "stationary_solid", "so2")
    assert (row["state"], row["missing"]) == (state, missing)


def test_a_plant_that_has_it_not_occurring_takes_nothing_from_one_that_tells(
    tmp_path: Path,
) -> None:
    rows = [COAL, {"enterprise_id": "B", "notation": "NO"}]
    row = cell(matrix(tmp_path, enterprises=TWO, activity=rows), "stationary_solid", "co2")
    assert (row["state"], row["plants"]) == ("there", 2)


def test_missing_months_make_it_partial(tmp_path: Path) -> None:
    months = [{"amount": 100, "month": month} for month in range(1, 12)]
    row = cell(matrix(tmp_path, activity=months), "stationary_solid", "co2")
    assert (row["state"], row["missing"]) == ("partial", "months")


def test_one_plant_without_a_number_makes_it_partial_and_is_named(tmp_path: Path) -> None:
    rows = [COAL, {**COAL, "enterprise_id": "B"}]
    nox = [{"species": "nox", "process": "boiler", "amount": 5}]
    row = cell(
        matrix(tmp_path, enterprises=TWO, activity=rows, releases=nox), "stationary_solid", "nox"
    )
    assert (row["state"], row["amount_t"], row["plants"]) == ("partial", 5, 2)
    assert (row["missing_plants"], row["missing_rows"]) == ("B", "3")


def test_a_report_of_the_whole_plant_stands_by_itself(tmp_path: Path) -> None:
    table = matrix(tmp_path, activity=[COAL], releases=[{"species": "nox", "amount": 5}])
    assert cell(table, "stationary_solid", "nox")["state"] == "elsewhere"
    whole = cell(table, "other_reports", "nox")
    assert (whole["state"], whole["amount_t"]) == ("there", 5)


def test_voc_of_whole_plants_is_a_category_of_its_own(tmp_path: Path) -> None:
    table = matrix(tmp_path, releases=[{"species": "voc", "amount": 2}])
    assert cell(table, "solvents_voc", "voc")["amount_t"] == 2


def test_a_stack_of_two_fuels_stands_with_the_first_of_them(tmp_path: Path) -> None:
    rows = [COAL, {"item": "natural_gas", "amount": 10, "unit": "万m3"}]
    nox = [{"species": "nox", "process": "boiler", "amount": 5}]
    table = matrix(tmp_path, activity=rows, releases=nox)
    assert cell(table, "stationary_solid", "nox")["state"] == "there"


def test_a_possible_species_is_told_only_where_somebody_tells_it(tmp_path: Path) -> None:
    table = matrix(tmp_path, activity=[COAL])
    assert ("stationary_solid", "co", 2023) not in table.index
    told = matrix(
        tmp_path / "2", activity=[COAL],
        releases=[{"species": "co", "process": "boiler", "amount": 1}],
    )  # fmt: skip
    assert cell(told, "stationary_solid", "co")["state"] == "there"


def test_a_refrigerant_is_expected_as_itself(tmp_path: Path) -> None:
    charge = {"item": "hfc_134a", "use": "leaked", "process_type": "refrigeration", "unit": "kg",
              "process": "chiller", "amount": 40}  # fmt: skip
    table = matrix(tmp_path, activity=[charge], convention={"factor_sets": ["STOICHIOMETRY"]})
    row = cell(table, "refrigerants", "hfc_134a")
    assert (row["state"], row["amount_t"]) == ("there", pytest.approx(0.04))


def test_what_another_member_counts_is_there_and_moved(tmp_path: Path) -> None:
    bought = {**OFFICE, "enterprise_id": "B", "item": "heat", "unit": "GJ", "use": "purchased",
              "counterpart_id": "A", "amount": 1000}  # fmt: skip
    sold = {**bought, "enterprise_id": "A", "use": "sold", "counterpart_id": "B"}
    made = {**sold, "use": "self_generated", "counterpart_id": "", "process_type": ""}
    table = matrix(
        tmp_path, enterprises=TWO, activity=[COAL, bought, sold, made],
        convention={"factor_sets": ["CN_NDRC24", "CN_HEAT"]},
    )  # fmt: skip
    row = cell(table, "heat", "co2")
    assert row["state"] == "there"
    assert pd.isna(row["amount_t"])
    assert row["moved_t"] == pytest.approx(110.0)  # 1000 GJ x 0.11 t/GJ


def test_a_scope_that_does_not_count_is_not_judged(tmp_path: Path) -> None:
    truck = {"item": "diesel", "use": "transport_hired", "process_type": "", "amount": 10}
    assert "transport_hired" not in matrix(tmp_path, activity=[truck]).index.get_level_values(0)


def test_waste_that_is_only_sent_lacks_what_was_generated(tmp_path: Path) -> None:
    sent = {"item": "hazardous_waste", "use": "waste_sent", "process": "waste", "amount": 30,
            "process_type": "", "counterpart_id": "outside"}  # fmt: skip
    row = cell(matrix(tmp_path, activity=[sent]), "solid_waste", "hazardous_waste")
    assert (row["state"], row["missing"], row["amount_t"]) == ("partial", "generated", 30)
    made = {"species": "hazardous_waste", "medium": "waste", "amount_kind": "generated",
            "destination": "", "amount": 40}  # fmt: skip
    told = matrix(tmp_path / "2", activity=[sent], releases=[made])
    row = cell(told, "solid_waste", "hazardous_waste")
    assert (row["state"], row["amount_t"]) == ("there", 40)


GENERATED = {"species": "general_solid_waste", "medium": "waste", "amount_kind": "generated",
             "destination": ""}  # fmt: skip
SENT = {**GENERATED, "amount_kind": "released", "destination": "transfer",
        "counterpart_id": "outside"}  # fmt: skip


def solid(table: pd.DataFrame) -> list[Any]:
    row = cell(table, "solid_waste", "general_solid_waste")
    return [row["state"], row["amount_t"], row["missing"]]


def test_waste_is_that_of_one_list_and_a_month_is_no_year(tmp_path: Path) -> None:
    rows = [{**GENERATED, "amount": 100}, {**GENERATED, "amount": 110, "list": "statistics"}]
    assert solid(matrix(tmp_path, releases=rows)) == ["there", 100, ""]
    month = {**GENERATED, "enterprise_id": "B", "amount": 5, "month": 1}
    table = matrix(tmp_path / "2", enterprises=TWO, releases=[*rows, month])
    assert solid(table) == ["partial", 105, "months"]


def test_waste_that_a_list_and_activity_tell_was_sent_counts_once(tmp_path: Path) -> None:
    sent = {"item": "general_solid_waste", "use": "waste_sent", "process": "waste", "amount": 100,
            "process_type": "", "counterpart_id": "outside"}  # fmt: skip
    rows = [{**SENT, "amount": 100}, {**SENT, "amount": 7, "destination": "used_from_stock"}]
    table = matrix(tmp_path, activity=[sent], releases=rows)
    assert solid(table) == ["partial", 100, "generated"]


def test_dumped_waste_stands_with_the_waste_alone(tmp_path: Path) -> None:
    rows = [{**GENERATED, "amount": 100}, {**SENT, "amount": 2, "destination": "environment",
                                           "counterpart_id": ""}]  # fmt: skip
    table = matrix(tmp_path, releases=rows)
    assert solid(table) == ["there", 100, ""]
    assert "other_reports" not in table.index.get_level_values("category")


@pytest.mark.parametrize(
    ("notation", "state", "missing"),
    [("NO", "not_occurring", ""), ("NE", "missing", "amount"), ("IE", "elsewhere", "")],
)
def test_a_notation_of_waste_says_what_is_missing(
    tmp_path: Path, notation: str, state: str, missing: str
) -> None:
    found = solid(matrix(tmp_path, releases=[{**GENERATED, "amount": "", "notation": notation}]))
    assert (found[0], found[2]) == (state, missing)
    assert pd.isna(found[1])


def test_what_goes_to_air_and_to_water_is_not_added(tmp_path: Path) -> None:
    told = {"species": "fluorides", "amount": 1}
    water = {**told, "medium": "water", "amount": 2}
    untold = {**water, "enterprise_id": "B", "amount": "", "notation": "NE"}
    table = matrix(tmp_path, enterprises=TWO, releases=[told, water, untold]).reset_index()
    rows = table[table["species"] == "fluorides"].set_index("medium")
    columns = ["state", "amount_t", "missing", "missing_plants"]
    assert rows.loc["air", columns].tolist() == ["there", 1, "", ""]
    # B's list tells of water, without its amount: no factor is wanted
    assert rows.loc["water", columns].tolist() == ["partial", 2, "amount", "B"]


def test_a_list_without_its_amount_asks_for_it_and_not_for_a_factor(tmp_path: Path) -> None:
    lists = [{"process": "boiler", "amount": "", "notation": "NE"}]
    row = cell(matrix(tmp_path, activity=[COAL], releases=lists), "stationary_solid", "so2")
    assert (row["state"], row["missing"]) == ("missing", "amount")


def test_plants_outside_are_not_judged(tmp_path: Path) -> None:
    plants = [{"enterprise_id": "A"}, {"enterprise_id": "B", **OUTSIDE}]
    table = matrix(tmp_path, enterprises=plants, activity=[COAL, {**COAL, "enterprise_id": "B"}])
    assert cell(table, "stationary_solid", "co2")["plants"] == 1


def test_a_year_of_its_own(tmp_path: Path) -> None:
    park = make_park(tmp_path / "p", activity=[COAL, {**COAL, "year": 2022}], **OWN)
    assert set(completeness(compiled(park), year=2022)["year"]) == {2022}
    assert set(completeness(compiled(park))["year"]) == {2022, 2023}


ROWS = [
    {"amount": 8}, {"enterprise_id": "B", "amount": 16, "technology": "cfb"},
    {"item": "diesel", "process": "engine", "notation": "NE"},
    {"item": "diesel", "process": "truck", "use": "transport_own", "amount": 4},
    {**OFFICE, "use": "purchased", "amount": 32, "counterpart_id": "grid"},
]  # fmt: skip
LISTS = [{"species": "nox", "process": "boiler", "amount": 2}, {"species": "voc", "amount": 1},
         {"species": "so2", "enterprise_id": "B", "amount": 1}]  # fmt: skip


@settings(deadline=None, max_examples=6, derandomize=True)
@given(rows=st.permutations(ROWS), lists=st.permutations(LISTS), split=st.booleans())
def test_order_and_split_rows_change_no_state(
    rows: list[dict[str, Any]], lists: list[dict[str, Any]], split: bool
) -> None:
    halves = [{**row, "amount": row["amount"] / 2} for row in rows if "amount" in row]
    given_rows = [*halves, *halves, *(row for row in rows if "amount" not in row)]
    columns = ["category", "species", "state", "amount_t", "plants", "missing", "missing_plants"]
    tables = []
    for activity, releases in ((ROWS, LISTS), (given_rows if split else rows, lists)):
        with tempfile.TemporaryDirectory() as folder:
            park = make_park(Path(folder) / "p", enterprises=TWO, activity=activity,
                             releases=releases)  # fmt: skip
            tables.append(completeness(compiled(park))[columns])
    pd.testing.assert_frame_equal(tables[0], tables[1])
