"""Uses: what each use of an item releases, in which scope and class, with which sign."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parkkit.inventory.compilation import Inventory, total, totals
from parkkit.inventory.explanation import explain
from tests.parks import compiled, make_park

Compile = Callable[..., Inventory]
COKING = {"process": "coke_oven", "process_type": "", "item": "coking_coal", "amount": 1000}
OWN = {"factor_set": "MINE", "item": "bituminous", "use": "fuel_combustion", "species": "co2",
       "parameter": "emission_factor", "value": 2, "unit": "t/t", "origin": "o"}  # fmt: skip


@pytest.fixture
def inventory(tmp_path: Path) -> Compile:
    """Compile a park of the given tables under some choices."""

    def made(choices: dict[str, Any] | None = None, **tables: Any) -> Inventory:
        return compiled(make_park(tmp_path / "p", **tables), **(choices or {}))

    return made


def co2(found: Inventory) -> pd.DataFrame:
    return found.emissions[found.emissions["species"] == "co2"]


# --- conversion ------------------------------------------------------------------------------


def site(item: str, ncv: float, ncv_unit: str, carbon: float) -> list[dict[str, Any]]:
    """Heat value and carbon content measured at the plant."""
    return [
        {"item": item, "parameter": "ncv", "value": ncv, "unit": ncv_unit},
        {"item": item, "parameter": "carbon_content", "value": carbon, "unit": "t/GJ"},
    ]


def test_a_conversion_is_carbon_in_less_carbon_out_at_oxidation_one(inventory: Compile) -> None:
    """ndrc910_conversion: 1000 t of coking coal give 650 t of coke and 28 x 1e4 m3 of gas."""
    rows = [
        {**COKING, "use": "conversion_in"},
        {**COKING, "item": "coke", "use": "conversion_out", "amount": 650},
        {**COKING, "item": "coke_oven_gas", "use": "conversion_out", "amount": 28, "unit": "万m3"},
    ]
    # The factors of the example: heat value x carbon content x 44/12.
    factors = (
        site("coking_coal", 26.344, "GJ/t", 2.453504533333333 * 12 / 44 / 26.344)
        + site("coke", 28.435, "GJ/t", 3.075719166666666 * 12 / 44 / 28.435)
        + site("coke_oven_gas", 179.81, "GJ/万m3", 8.953339266666667 * 12 / 44 / 179.81)
    )
    found = inventory(activity=rows, site_factors=factors, convention={"factor_sets": ["IPCC2006",
                      "CN_PROV2025"]})  # fmt: skip
    assert total(found, "co2", 2023) == pytest.approx(203.594, abs=5e-4)
    assert set(co2(found)["source_class"]) == {"energy"}
    assert set(co2(found)["scope"]) == {1}


def test_more_carbon_out_than_in_is_flagged_and_not_cut_off(inventory: Compile) -> None:
    rows = [{**COKING, "use": "conversion_in"},
            {**COKING, "item": "coke", "use": "conversion_out", "amount": 1000}]  # fmt: skip
    found = inventory(activity=rows, convention={"factor_sets": ["IPCC2006"]})
    # 1000 x (28.2 x 94.6 - 28.2 x 107) / 1000 t
    assert total(found, "co2", 2023) == pytest.approx(-349.68, rel=1e-6)
    note = next(note for note in found.notes if note.code == "negative_balance")
    assert (note.file, note.row, note.is_warning) == ("activity.csv", 2, True)


def test_a_fuel_that_goes_into_a_product_is_process_and_not_energy(inventory: Compile) -> None:
    found = inventory(activity=[{**COKING, "use": "feedstock"}],
                      convention={"factor_sets": ["IPCC2006"]})  # fmt: skip
    assert total(found, "co2", 2023) == pytest.approx(2667.72, rel=1e-5)
    assert list(co2(found)["source_class"]) == ["process"]


def test_a_product_and_its_material_counted_both_is_told(inventory: Compile) -> None:
    lime = {"process": "kiln", "process_type": "lime_kiln", "unit": "t"}
    rows = [{**lime, "item": "lime", "use": "process_output", "amount": 100},
            {**lime, "item": "limestone", "use": "feedstock", "amount": 170}]  # fmt: skip
    found = inventory(activity=rows, convention={"factor_sets": ["CN_PROV2011", "STOICHIOMETRY",
                                                                 "IPCC2006"]})  # fmt: skip
    assert "counted_twice" in {note.code for note in found.notes}


# --- what stands beside the totals -----------------------------------------------------------


def test_what_is_captured_is_a_memo_and_lowers_no_total(inventory: Compile) -> None:
    stored = {"process": "capture", "process_type": "", "item": "carbon_dioxide", "amount": 500,
              "use": "captured"}  # fmt: skip
    found = inventory(activity=[{"amount": 10000}, stored],
                      convention={"factor_sets": ["CN_NDRC24", "STOICHIOMETRY"]})  # fmt: skip
    assert total(found, "co2", 2023) == pytest.approx(20715.093, rel=5e-8)
    memo = co2(found)[co2(found)["use"] == "captured"].iloc[0]
    assert memo["emissions_t"] == -500
    assert pd.isna(memo["scope"])
    assert pd.isna(memo["co2e_t"])


def test_methane_that_is_flared_is_taken_off_what_is_treated(inventory: Compile) -> None:
    """ww_ch4: 500 t of COD x 0.25 x 0.8; less 30 t recovered."""
    water = {"process": "anaerobic", "process_type": "wastewater_treatment"}
    rows = [{**water, "technology": "anaerobic_reactor", "item": "cod_load", "use": "treated",
             "amount": 500},
            {**water, "item": "methane", "use": "recovered", "amount": 30}]  # fmt: skip
    found = inventory(activity=rows, convention={"factor_sets": ["IPCC2006", "STOICHIOMETRY"]})
    assert total(found, "ch4", 2023) == pytest.approx(100 - 30)
    assert "-30" in explain(found, "a0002")


# --- scope 3 ---------------------------------------------------------------------------------


def test_a_bought_material_counts_only_where_scope_three_does(inventory: Compile) -> None:
    steel = {"process": "store", "process_type": "", "item": "limestone", "use": "purchased",
             "counterpart_id": "outside", "amount": 10, "scope3_category": 1}  # fmt: skip
    factor = [{"item": "limestone", "parameter": "emission_factor", "species": "co2",
               "value": 0.02, "unit": "t/t"}]  # fmt: skip
    tables = {"activity": [{"amount": 1}, steel], "site_factors": factor}
    narrow, wide = inventory(**tables), inventory({"scopes": (1, 2, 3)}, **tables)
    assert total(wide, "co2", 2023) - total(narrow, "co2", 2023) == pytest.approx(0.2)
    bought = co2(wide)[co2(wide)["use"] == "purchased"].iloc[0]
    assert (bought["scope"], bought["scope3_category"]) == (3, 1)


def test_a_lorry_of_others_is_scope_three_and_an_own_one_scope_one(inventory: Compile) -> None:
    road = {"process": "lorries", "process_type": "vehicle", "item": "diesel", "amount": 1}
    rows = [{**road, "use": "transport_own"}, {**road, "use": "transport_hired", "amount": 2}]
    found = inventory({"scopes": (1, 2, 3)}, activity=rows)
    by_scope = co2(found).groupby("scope")["emissions_t"].sum()
    assert by_scope[1] == pytest.approx(3.09591, rel=2e-6)
    assert by_scope[3] == pytest.approx(2 * by_scope[1])


# --- fuels given in heat, factors of one's own -----------------------------------------------


def test_a_fuel_given_in_heat_needs_no_heat_value(inventory: Compile) -> None:
    heat = inventory(activity=[{"amount": 232.04, "unit": "TJ"}],
                     convention={"factor_sets": ["CN_NDRC24"]})  # fmt: skip
    assert total(heat, "co2", 2023) == pytest.approx(20715.093, rel=5e-8)
    assert heat.activity["energy_tce"].iloc[0] == pytest.approx(232040 / 29.3076)


def test_standard_coal_is_a_heat(inventory: Compile) -> None:
    found = inventory(activity=[{"amount": 1, "unit": "tce"}],
                      convention={"factor_sets": ["CN_NDRC24"]})  # fmt: skip
    # 29.3076 GJ x 0.02618 t/GJ x 0.93 x 44/12
    assert total(found, "co2", 2023) == pytest.approx(2.6164008, rel=1e-7)


def test_a_factor_by_mass_meets_a_fuel_in_heat_through_its_heat_value(inventory: Compile) -> None:
    own = [{"parameter": "emission_factor", "species": "co2", "value": 2, "unit": "t/t"}]
    found = inventory(activity=[{"amount": 232.04, "unit": "TJ"}], site_factors=own,
                      convention={"factor_sets": ["CN_NDRC24"]})  # fmt: skip
    assert total(found, "co2", 2023) == pytest.approx(20000.0)


def test_a_set_of_the_park_goes_by_its_place_in_the_order(inventory: Compile) -> None:
    tables = {"activity": [{"amount": 10}], "factors": [OWN]}
    first = inventory(**tables, convention={"factor_sets": ["MINE", "CN_NDRC24"]})
    assert total(first, "co2", 2023) == 20
    row = co2(first).iloc[0]
    assert (row["factor_set"], row["factor_id"]) == (
        "MINE", "MINE/bituminous/co2/emission_factor")  # fmt: skip
    later = inventory(**tables, convention={"factor_sets": ["CN_NDRC24", "MINE"]})
    assert total(later, "co2", 2023) == pytest.approx(20.715093, rel=5e-8)


def test_a_park_may_give_a_factor_by_heat(inventory: Compile) -> None:
    """0.102955847 short tons per MMBtu of bituminous coal, on 1000 MMBtu."""
    own = {**OWN, "value": 0.102955847, "unit": "short_ton/MMBtu"}
    found = inventory(activity=[{"amount": 1000, "unit": "MMBtu"}], factors=[own],
                      convention={"factor_sets": ["MINE"]})  # fmt: skip
    assert total(found, "co2", 2023) == pytest.approx(102.955847 * 0.90718474, rel=1e-9)


def test_what_the_supplier_says_of_its_heat_goes_before_the_default(inventory: Compile) -> None:
    heat = {"process": "heat", "process_type": "purchase", "item": "heat", "unit": "GJ"}
    rows = [{**heat, "use": "purchased", "counterpart_id": "B", "amount": 1000},
            {**heat, "enterprise_id": "B", "use": "self_generated", "amount": 1000},
            {**heat, "enterprise_id": "B", "use": "sold", "counterpart_id": "A",
             "amount": 1000}]  # fmt: skip
    supplied = [{"enterprise_id": "B", "item": "heat", "parameter": "supplied_factor",
                 "species": "co2", "value": 0.07, "unit": "t/GJ"}]  # fmt: skip
    found = inventory({"level": "enterprise"}, enterprises=[{}, {"enterprise_id": "B"}],
                      activity=rows, site_factors=supplied)  # fmt: skip
    assert total(found, "co2", 2023) == pytest.approx(70.0)
    assert "site/B//heat/supplied_factor" in co2(found).iloc[0]["factor_id"]


# --- what a set lacks ------------------------------------------------------------------------


def test_a_solid_of_the_trading_guideline_needs_its_equipment(inventory: Compile) -> None:
    sets = {"factor_sets": ["CN_ETS2024"]}
    bare = inventory(activity=[{"amount": 10000, "process_type": ""}], convention=sets)
    assert list(co2(bare)["missing"]) == ["oxidation"]
    note = next(note for note in bare.notes if note.code == "set_without_parameter")
    assert (note.file, note.row) == ("activity.csv", 2)
    assert "cement_kiln" in note.told("en")
    kiln = inventory(activity=[{"amount": 10000, "process_type": "cement_kiln"}], convention=sets)
    # 10000 x 23.076 x 0.02618 x 0.99 x 44/12
    assert total(kiln, "co2", 2023) == pytest.approx(21929.907, rel=1e-6)


def test_a_set_passed_over_for_want_of_a_parameter_is_told(inventory: Compile) -> None:
    found = inventory(activity=[{"amount": 1, "process_type": ""}],
                      convention={"factor_sets": ["CN_ETS2024", "CN_NDRC24"]})  # fmt: skip
    note = next(note for note in found.notes if note.code == "set_without_parameter")
    assert "CN_NDRC24" in note.told("en")


def test_a_fuel_whose_carbon_no_chosen_set_has_says_so(inventory: Compile) -> None:
    gas = {"item": "natural_gas", "unit": "m3", "amount": 1000}
    found = inventory(activity=[gas], convention={"factor_sets": ["IPCC2006"]})
    assert list(co2(found)["status"]) == ["not_computable"]


# --- a plant's own factor is for what it is for ----------------------------------------------


def test_a_fuels_own_factor_is_of_burning_it(inventory: Compile) -> None:
    """What is bought of it, or turned into something, is another matter."""
    own = [{"parameter": "emission_factor", "species": "co2", "value": 2, "unit": "t/t"}]
    bought = {"process": "store", "process_type": "", "use": "purchased", "amount": 100,
              "counterpart_id": "outside"}  # fmt: skip
    turned = {"process": "oven", "process_type": "", "use": "conversion_in", "amount": 100}
    found = inventory({"scopes": (1, 2, 3)}, activity=[{"amount": 100}, bought, turned],
                      site_factors=own, convention={"factor_sets": ["CN_NDRC24"]})  # fmt: skip
    by_use = co2(found).set_index("use")
    assert by_use.loc["fuel_combustion", "emissions_t"] == 200
    # 100 x 23.204 x 0.02618 x 44/12, all of the carbon
    assert by_use.loc["conversion_in", "emissions_t"] == pytest.approx(222.743, abs=5e-4)
    assert by_use.loc["purchased", ["status", "missing"]].tolist() == ["not_computable", "factor"]


def test_a_plant_may_name_the_use_of_its_factor(inventory: Compile) -> None:
    own = [{"parameter": "emission_factor", "species": "co2", "value": 0.3, "unit": "t/t",
            "use": "purchased"}]  # fmt: skip
    bought = {"process": "store", "process_type": "", "use": "purchased", "amount": 100,
              "counterpart_id": "outside"}  # fmt: skip
    found = inventory({"scopes": (3,)}, activity=[bought], site_factors=own)
    assert total(found, "co2", 2023) == 30


def test_carbon_that_nobody_can_count_is_missing_and_not_nothing(inventory: Compile) -> None:
    gas = {"process": "synthesis", "process_type": "", "item": "natural_gas", "unit": "万m3",
           "use": "conversion_in", "amount": 100}  # fmt: skip
    alcohol = {**gas, "item": "methanol", "unit": "t", "use": "conversion_out", "amount": 400}
    found = inventory(activity=[gas, alcohol], convention={"factor_sets": ["CN_NDRC24"]})
    row = co2(found)[co2(found)["item"] == "methanol"].iloc[0]
    assert (row["status"], row["missing"]) == ("not_computable", "factor")
    note = next(note for note in found.notes if note.code == "no_factor_anywhere")
    assert (note.file, note.row) == ("activity.csv", 3)
    assert "not computable" in explain(found, "a0002")


def test_bought_cooling_without_a_factor_is_missing(inventory: Compile) -> None:
    cold = {"process": "cold", "process_type": "", "item": "cooling", "use": "purchased",
            "counterpart_id": "outside", "unit": "GJ", "amount": 1000}  # fmt: skip
    found = inventory(activity=[{"amount": 1}, cold])
    assert totals(found).set_index("species").loc["co2", "status"] == "partial"


# --- power -----------------------------------------------------------------------------------

GRID = {"process": "power", "process_type": "purchase", "item": "electricity", "unit": "MWh",
        "use": "purchased", "counterpart_id": "grid", "amount": 1000}  # fmt: skip


def test_the_fossil_account_knows_one_factor_for_all_power(inventory: Compile) -> None:
    own = [{"item": "electricity", "parameter": "emission_factor", "species": "co2", "value": 0.2,
            "unit": "t/MWh"}]  # fmt: skip
    choices = {"electricity": "fossil_except_green", "grid_year": 2022}
    assert total(inventory(choices, activity=[GRID], site_factors=own), "co2", 2023) == 832.5


def test_an_own_grid_factor_serves_by_location_alone(inventory: Compile) -> None:
    own = [{**OWN, "item": "electricity", "use": "purchased", "value": 0.3, "unit": "t/MWh"}]
    tables = {"activity": [GRID], "factors": own,
              "convention": {"factor_sets": ["MINE", "CN_GRID"]}}  # fmt: skip
    assert total(inventory(**tables), "co2", 2023) == 300
    market = inventory({"electricity": "market"}, **tables)
    assert total(market, "co2", 2023) == pytest.approx(609.6)


def test_a_park_abroad_takes_no_chinese_grid(inventory: Compile) -> None:
    found = inventory({"grid_region": "nation"}, activity=[GRID],
                      about={"country": "US", "province": "CA"})  # fmt: skip
    assert list(co2(found)["status"]) == ["not_computable"]


def test_what_is_sold_on_takes_no_more_than_was_released(inventory: Compile) -> None:
    """1000 t of coal make 100 MWh; 50 are bought, 120 sold: 120 / 150 of its CO2 leaves."""
    made = {**GRID, "process": "boiler"}
    rows = [{"amount": 1000}, {**made, "use": "self_generated", "amount": 100},
            {**GRID, "amount": 50}, {**made, "use": "sold", "amount": 120}]  # fmt: skip
    found = inventory({"view": "consumption", "scopes": (1,), "gases": "co2"}, activity=rows,
                      convention={"factor_sets": ["CN_NDRC24", "CN_GRID"]})  # fmt: skip
    assert total(found, "co2", 2023) == pytest.approx(2071.5093 * (1 - 120 / 150), rel=1e-6)


def test_filled_months_do_not_stretch_a_certificate(inventory: Compile) -> None:
    months = [{**GRID, "month": month, "amount": 100} for month in range(1, 10)]
    claim = [{"enterprise_id": "A", "year": 2023, "kind": "gec", "amount": 450, "unit": "MWh",
              "origin": "o"}]  # fmt: skip
    found = inventory({"electricity": "market", "fill": "mean_of_months"}, activity=months,
                      certificates=claim)  # fmt: skip
    assert total(found, "co2", 2023) == pytest.approx((1200 - 450) * 0.6096)


# --- marks and memos -------------------------------------------------------------------------


def test_a_number_is_no_better_known_than_its_least_known_part(inventory: Compile) -> None:
    water = {"process": "plant", "process_type": "wastewater_treatment", "item": "bod_load",
             "technology": "national_average", "use": "treated", "amount": 10}  # fmt: skip
    found = inventory(activity=[water], convention={"factor_sets": ["IPCC2006", "CN_PROV2011"]})
    row = found.emissions[found.emissions["species"] == "ch4"].iloc[0]
    assert not row["is_factor_checked"]  # the methane correction factor was only recalled
    assert row["factor_rank"] == 5


def test_a_plant_that_burns_wood_alone_reports_a_memo(inventory: Compile) -> None:
    wood = {"item": "wood_biomass", "amount": 100, "process": "stove"}
    told = [{"species": "co2", "amount": 175}]
    found = inventory({"release_rule": "priority"}, activity=[wood], releases=told)
    assert co2(found)["scope"].isna().all()


def test_a_charge_and_its_leak_counted_both_is_told(inventory: Compile) -> None:
    cold = {"process": "chiller", "process_type": "refrigeration", "technology": "chiller",
            "item": "r410a"}  # fmt: skip
    rows = [{**cold, "use": "charged", "amount": 2}, {**cold, "use": "leaked", "amount": 0.1}]
    found = inventory(activity=rows, convention={"factor_sets": ["IPCC2006", "STOICHIOMETRY"]})
    assert "counted_twice" in {note.code for note in found.notes}
