"""Calculate: activity times factor, by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parkkit.core.errors import ParkError
from parkkit.inventory.calculation import calculate
from parkkit.inventory.compilation import Inventory, total, totals
from tests.parks import SETS, Row, compiled, make_park

Compile = Callable[..., Inventory]
COAL = {"amount": 10000}
GRID = {"process": "power", "process_type": "purchase", "item": "electricity", "unit": "MWh",
        "use": "purchased", "counterpart_id": "grid", "amount": 100000}  # fmt: skip
STOKER = {**COAL, "technology": "stoker"}


@pytest.fixture
def inventory(tmp_path: Path) -> Compile:
    """Compile a park of the given tables under some choices."""

    def made(choices: dict[str, Any] | None = None, **tables: Any) -> Inventory:
        return compiled(make_park(tmp_path / "p", **tables), **(choices or {}))

    return made


def cells(found: Inventory, species: str) -> pd.DataFrame:
    return found.emissions[found.emissions["species"] == species]


def only(found: Inventory, species: str) -> pd.Series:
    rows = cells(found, species)
    assert len(rows) == 1
    return rows.iloc[0]


# --- carbon ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sets", "row", "tonnes", "exact"),
    [
        # 10 000 t x 23.204 GJ/t x 0.02618 t/GJ x 0.93 x 44/12 (hand-calc)
        (["CN_NDRC24"], {"amount": 10000}, 20715.093, 5e-8),
        # 500 x 389.31 GJ x 0.0153 x 0.99 x 44/12 (hand-calc; a public copy has 21.6219 per 1e4 m3)
        (["CN_PROV2025"], {"item": "natural_gas", "amount": 500, "unit": "万Nm3"}, 10810.944, 5e-8),
        # 42.652 x 0.0202 x 0.98 x 44/12 (checked against a public copy)
        (["CN_PROV2025"], {"item": "diesel", "amount": 1}, 3.09591, 2e-6),
    ],
    ids=["fuel_bituminous", "fuel_natgas", "fuel_diesel"],
)
def test_a_fuel_gives_heat_value_times_carbon_times_oxidation(
    inventory: Compile, sets: list[str], row: dict[str, Any], tonnes: float, exact: float
) -> None:
    found = inventory(activity=[row], convention={"factor_sets": sets})
    assert total(found, "co2", 2023) == pytest.approx(tonnes, rel=exact)


@pytest.mark.parametrize(
    ("grid_region", "tonnes"), [("province", 49740.0), ("nation", 53060.0)]
)  # scope2, location-based: 100 000 MWh at 0.4974 (Zhejiang 2023) and 0.5306 (nation)
def test_bought_power_takes_the_factor_of_its_grid(
    inventory: Compile, grid_region: str, tonnes: float
) -> None:
    found = inventory({"grid_region": grid_region}, activity=[GRID])
    assert total(found, "co2", 2023) == pytest.approx(tonnes, rel=1e-12)
    assert only(found, "co2")["scope"] == 2


def test_bought_heat_takes_the_default_of_the_guidelines(inventory: Compile) -> None:
    steam = {**GRID, "item": "heat", "unit": "GJ", "counterpart_id": "outside", "amount": 200000}
    assert total(inventory(activity=[steam]), "co2", 2023) == pytest.approx(22000.0)  # x 0.11


def test_burnt_municipal_waste_gives_its_fossil_carbon(inventory: Compile) -> None:
    row = {"process": "line", "process_type": "incinerator", "item": "municipal_waste",
           "use": "treated", "amount": 1000}  # fmt: skip
    found = inventory(activity=[row])  # incineration_msw: 0.4 x 0.4 x 0.95 x 44/12
    assert total(found, "co2", 2023) == pytest.approx(557.333, abs=0.001)
    assert only(found, "co2")["source_class"] == "waste"


def test_methane_and_nitrous_oxide_go_by_energy(inventory: Compile) -> None:
    found = inventory(activity=[COAL], convention={"factor_sets": ["CN_NDRC24", "IPCC2006"]})
    energy_tj = 10000 * 23.204e-3
    assert total(found, "ch4", 2023) == pytest.approx(energy_tj * 10e-3)
    assert total(found, "n2o", 2023) == pytest.approx(energy_tj * 1.5e-3)
    expected = total(found, "co2", 2023) + 28 * energy_tj * 10e-3 + 265 * energy_tj * 1.5e-3
    assert total(found, "co2e", 2023) == pytest.approx(expected)


def test_carbon_of_biomass_is_a_memo(inventory: Compile) -> None:
    wood = {"item": "wood_biomass", "amount": 100}
    row = only(inventory(activity=[wood]), "co2")
    assert bool(row["is_biogenic"])
    assert pd.isna(row["scope"])
    assert row["emissions_t"] > 0
    assert pd.isna(row["co2e_t"])


def test_a_memo_is_in_no_total(inventory: Compile) -> None:
    wood = {"item": "wood_biomass", "amount": 100, "process": "stove"}
    both, coal = inventory(activity=[COAL, wood]), inventory(activity=[COAL])
    assert total(both, "co2", 2023) == total(coal, "co2", 2023)
    # What burning wood gives beside CO2 is none of the tree: 1.56 TJ x (30 x 28 + 4 x 265) kg.
    above = total(both, "co2e", 2023) - total(coal, "co2e", 2023)
    assert above == pytest.approx(1.56 * (30 * 28 + 4 * 265) / 1000)


# --- pollutants and control ------------------------------------------------------------------


def test_sulphur_goes_by_mass_balance(inventory: Compile) -> None:
    site = [
        {"parameter": "sulphur_share", "value": 0.008},
        {"parameter": "sulphur_in_ash_share", "value": 0.15},
    ]
    row = only(
        inventory(activity=[COAL], site_factors=site, abatement=[{"removal_share": 0.95}],
                  convention={"factor_sets": ["CN_CSES144"]}),
        "so2",
    )  # fmt: skip
    # so2_mass_balance: 10 000 t x 2 x 0.008 x (1 - 0.15), then 95 % removed
    assert (row["generated_t"], row["emissions_t"]) == (pytest.approx(136.0), pytest.approx(6.8))
    assert row["control"] == "FGD"


def test_a_boiler_goes_by_the_census_coefficients(inventory: Compile) -> None:
    site = [
        {"parameter": "sulphur_share", "value": 0.008},
        {"parameter": "ash_share", "value": 0.18},
    ]
    devices = [{"species": name, "removal_share": share}
               for name, share in (("so2", 0.9), ("pm", 0.99), ("nox", 0.5))]  # fmt: skip
    found = inventory(activity=[STOKER], site_factors=site, abatement=devices,
                      convention={"factor_sets": ["CN_CENSUS2", "CN_NDRC24"]})  # fmt: skip
    # census_boiler: 16 S = 128, 1.25 A = 225, 2.94 kg/t = 29.4
    told = {name: (row["generated_t"], row["emissions_t"])
            for name in ("so2", "pm", "nox") for row in [only(found, name)]}  # fmt: skip
    assert told["so2"] == pytest.approx((128.0, 12.8))
    assert told["pm"] == pytest.approx((225.0, 2.25))
    assert told["nox"] == pytest.approx((29.4, 14.7))


def test_devices_in_series_multiply_what_they_let_pass(inventory: Compile) -> None:
    devices = [
        {"species": "nox", "technology": "SCR", "order": 2, "removal_share": 0.8},
        {"species": "nox", "technology": "LNB", "order": 1, "removal_share": 0.5,
         "running_share": 0.6},
        {"species": "nox", "technology": "old", "removal_share": 1, "valid_to": 2022},
        {"species": "nox", "technology": "other stack", "removal_share": 1, "stack_id": "S9"},
        {"species": "pm", "technology": "bag", "removal_share": 1},
    ]  # fmt: skip
    row = only(inventory(activity=[STOKER], abatement=devices), "nox")
    assert row["emissions_t"] == pytest.approx(29.4 * (1 - 0.5 * 0.6) * (1 - 0.8))
    assert row["control"] == "LNB+SCR"


def test_a_device_beside_a_release_factor_is_not_applied_and_that_is_said(
    inventory: Compile,
) -> None:
    site = [{"parameter": "release_factor", "species": "so2", "value": 2, "unit": "kg/t"}]
    found = inventory(activity=[STOKER], site_factors=site, abatement=[{}])
    row = only(found, "so2")
    assert row["emissions_t"] == pytest.approx(20.0)
    assert pd.isna(row["generated_t"])
    assert row["control"] == ""
    assert [note.values["species"] for note in found.notes
            if note.code == "control_not_applied"] == ["so2"]  # fmt: skip


def test_a_device_takes_nothing_from_carbon(inventory: Compile) -> None:
    free = total(inventory(activity=[STOKER]), "co2", 2023)
    assert total(inventory(activity=[STOKER], abatement=[{}]), "co2", 2023) == free


def test_a_plant_with_activity_and_no_device_emits_what_it_generates(inventory: Compile) -> None:
    row = only(inventory(activity=[STOKER]), "nox")
    assert row["emissions_t"] == row["generated_t"] == pytest.approx(29.4)


def test_pretreatment_acts_on_what_is_sent(tmp_path: Path) -> None:
    water = {
        "process": "sewer",
        "process_type": "wastewater_discharge",
        "item": "wastewater",
        "use": "wastewater_sent",
        "counterpart_id": "outside",
        "amount": 1000,
        "unit": "m3",
    }
    park = make_park(
        tmp_path / "p", activity=[water],
        site_factors=[{"item": "wastewater", "parameter": "generation_factor", "species": "cod",
                       "value": 400, "unit": "g/m3"}],
        abatement=[{"process": "sewer", "species": "cod", "removal_share": 0.75}],
    )  # fmt: skip
    row = calculate(park, park.about.convention).emissions.iloc[0]
    assert (row["generated_t"], row["sent_t"]) == (pytest.approx(0.4), pytest.approx(0.1))


# --- which factor ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "ncv"),
    [(["CN_NDRC24", "CN_PROV2025"], 23.204), (["CN_PROV2025", "CN_NDRC24"], 19.57)],
)
def test_the_first_set_that_has_a_factor_wins(
    inventory: Compile, order: list[str], ncv: float
) -> None:
    found = inventory(activity=[COAL], convention={"factor_sets": order})
    assert only(found, "co2")["factor_set"] == order[0]
    assert found.activity["energy_tj"].iloc[0] == pytest.approx(10 * ncv)
    losers = found.factors_used[found.factors_used["rank"] > 0]
    assert order[1] in set(losers["factor_set"])


def test_a_site_factor_goes_before_every_set(inventory: Compile) -> None:
    site = [{"parameter": "emission_factor", "species": "co2", "value": 2, "unit": "t/t"}]
    row = only(inventory(activity=[COAL], site_factors=site), "co2")
    assert (row["emissions_t"], row["factor_set"]) == (20000.0, "site")
    assert bool(row["is_factor_checked"])


def test_a_factor_of_the_process_goes_before_one_of_the_plant(inventory: Compile) -> None:
    own = {"parameter": "emission_factor", "species": "co2", "unit": "t/t"}
    site = [{**own, "value": 2}, {**own, "value": 3, "process": "boiler"}]
    assert total(inventory(activity=[COAL], site_factors=site), "co2", 2023) == 30000.0


def test_a_site_factor_holds_only_in_its_years(inventory: Compile) -> None:
    site = [{"parameter": "emission_factor", "species": "co2", "value": 2, "unit": "t/t",
             "valid_from": 2022, "valid_to": 2022}]  # fmt: skip
    found = inventory(activity=[COAL, {**COAL, "year": 2022}], site_factors=site)
    assert total(found, "co2", 2022) == 20000.0
    assert total(found, "co2", 2023) != 20000.0


@pytest.mark.parametrize(
    ("parameter", "value", "unit", "tonnes"),
    [
        ("ncv", 20.0, "GJ/t", 10000 * 20.0 * 0.02618 * 0.93 * 44 / 12),
        ("oxidation", 0.99, "1", 10000 * 23.204 * 0.02618 * 0.99 * 44 / 12),
        ("carbon_content", 0.027, "t/GJ", 10000 * 23.204 * 0.027 * 0.93 * 44 / 12),
    ],
)
def test_a_measured_parameter_replaces_the_default_of_the_set(
    inventory: Compile, parameter: str, value: float, unit: str, tonnes: float
) -> None:
    site = [{"parameter": parameter, "value": value, "unit": unit}]
    found = inventory(activity=[COAL], site_factors=site,
                      convention={"factor_sets": ["CN_NDRC24"]})  # fmt: skip
    assert total(found, "co2", 2023) == pytest.approx(tonnes)
    winner = found.factors_used.query("species == 'co2' and rank == 0")
    told = winner["parameters_used"].iloc[0] + winner["factor_id"].iloc[0]
    assert f"site/A//bituminous/{parameter}" in told


def test_sets_are_never_mixed_for_heat_value_carbon_and_oxidation(inventory: Compile) -> None:
    # For bituminous IPCC2006 has a heat value and a carbon content of its own.
    found = inventory(activity=[COAL], convention={"factor_sets": ["IPCC2006", "CN_NDRC24"]})
    rows = found.factors_used[found.factors_used["species"] == "co2"]
    assert len(rows) >= 2
    for row in rows.to_dict("records"):
        for parameter in row["parameters_used"].split(";"):
            assert parameter.split("(")[1].split("/")[0] == row["factor_set"]


def test_the_nearest_grid_year_is_taken_only_when_asked_and_said(inventory: Compile) -> None:
    found = inventory({"grid_year": "nearest"}, activity=[{**GRID, "year": 2018}])
    assert total(found, "co2", 2018) == pytest.approx(100000 * 0.5422)  # Zhejiang 2021
    notes = [note for note in found.notes if note.code == "grid_year_nearest"]
    assert [(n.values["year"], n.values["taken"]) for n in notes] == [(2018, 2021)]


def test_a_year_without_a_grid_factor_is_refused_otherwise(inventory: Compile) -> None:
    with pytest.raises(ParkError, match="no grid factor for 2018 .*region 330000.*'?nearest"):
        inventory(activity=[{**GRID, "year": 2018}])


def test_a_fixed_vintage_serves_every_year_and_is_said(inventory: Compile) -> None:
    found = inventory({"grid_year": 2022}, activity=[GRID, {**GRID, "year": 2022}])
    assert total(found, "co2", 2023) == total(found, "co2", 2022) == pytest.approx(51530.0)
    notes = [note for note in found.notes if note.code == "grid_year_nearest"]
    assert [note.values["year"] for note in notes] == [2023]
    assert "grid_year = 2022" in notes[0].told()


def test_power_that_did_not_flow_needs_no_grid_factor(inventory: Compile) -> None:
    found = inventory(activity=[{**GRID, "year": 2018, "amount": "", "notation": "NO"}, COAL])
    assert total(found, "co2", 2023) > 0


def test_no_set_where_one_is_needed_is_refused_with_those_that_have_it(inventory: Compile) -> None:
    with pytest.raises(ParkError, match="'bituminous' needs one; these have it: .*CN_NDRC24"):
        inventory(activity=[COAL], convention={"factor_sets": []})


def test_a_bought_fuel_has_no_release_of_its_own(inventory: Compile) -> None:
    site = [{"parameter": "emission_factor", "species": "co2", "value": 2, "unit": "t/t"}]
    bought = {**COAL, "process": "store", "process_type": "", "use": "purchased"}
    found = inventory(activity=[bought, COAL], site_factors=site)
    assert total(found, "co2", 2023) == 20000.0


# --- what is missing -------------------------------------------------------------------------


def test_what_is_not_computable_names_what_is_missing_and_is_never_zero(
    inventory: Compile,
) -> None:
    found = inventory(activity=[STOKER])
    row = only(found, "so2")
    assert (row["status"], row["missing"]) == ("not_computable", "sulphur_share")
    assert pd.isna(row["emissions_t"])
    table = totals(found).set_index("species")
    assert table.loc["so2", "status"] == "not_computable"
    assert pd.isna(table.loc["so2", "amount_t"])
    assert pd.isna(total(found, "so2", 2023))


def test_a_species_without_a_factor_for_this_process_says_so(inventory: Compile) -> None:
    furnace = {**COAL, "process_type": "furnace"}
    row = only(inventory(activity=[furnace]), "nox")
    assert (row["status"], row["missing"]) == ("not_computable", "factor")


def test_a_total_with_a_gap_is_partial_and_counts_its_gaps(inventory: Compile) -> None:
    found = inventory(activity=[STOKER, {**COAL, "process": "kiln", "process_type": "furnace"}])
    row = totals(found).set_index("species").loc["nox"]
    assert row["amount_t"] == pytest.approx(29.4)
    assert (row["status"], row["missing_rows"]) == ("partial", 1)


@pytest.mark.parametrize(("notation", "status"), [("NE", "partial"), ("C", "partial"),
                                                  ("NO", "computed"), ("IE", "computed"),
                                                  ("NA", "computed")])  # fmt: skip
def test_a_notation_key_is_kept_and_only_a_gap_makes_the_total_partial(
    inventory: Compile, notation: str, status: str
) -> None:
    silent = {"process": "spare", "item": "diesel", "notation": notation}
    found = inventory(activity=[COAL, silent])
    rows = cells(found, "co2").set_index("process")
    assert rows.loc["spare", "status"] == notation
    assert pd.isna(rows.loc["spare", "emissions_t"])
    assert totals(found).set_index("species").loc["co2", "status"] == status


def test_eleven_months_are_summed_and_partial(inventory: Compile) -> None:
    months = [{"amount": 100, "month": month} for month in range(1, 12)]
    found = inventory(activity=months)
    rows = cells(found, "co2")
    assert len(rows) == 11
    assert rows["coverage_share"].unique() == pytest.approx([11 / 12])
    whole = total(inventory(activity=[{"amount": 1100}]), "co2", 2023)
    assert total(found, "co2", 2023) == pytest.approx(whole)
    assert set(totals(found).set_index("species").loc["co2", ["status"]]) == {"partial"}


def test_a_month_in_which_nothing_occurred_is_a_month_told(inventory: Compile) -> None:
    months: list[dict[str, Any]] = [{"amount": 100, "month": month} for month in range(1, 12)]
    found = inventory(activity=[*months, {"month": 12, "notation": "NO"}])
    assert totals(found).set_index("species").loc["co2", "status"] == "computed"
    found = inventory(activity=[*months, {"month": 12, "notation": "NE"}])
    assert totals(found).set_index("species").loc["co2", "status"] == "partial"


def test_energy_stands_beside_the_activity(inventory: Compile) -> None:
    found = inventory(activity=[COAL, GRID, {"process": "tap", "process_type": "water_use",
                      "item": "fresh_water", "use": "water_withdrawn", "unit": "m3",
                      "amount": 5}])  # fmt: skip
    rows = found.activity.set_index("item")
    assert rows.loc["electricity", "energy_tj"] == pytest.approx(360.0)
    assert rows.loc["electricity", "energy_tce"] == pytest.approx(360000 / 29.3076)
    assert pd.isna(rows.loc["fresh_water", "energy_tj"])


OWN_CARBON = {"parameter": "carbon_content", "value": 26, "unit": "t/TJ"}


@pytest.mark.parametrize(
    ("site", "own", "sets", "percent"),
    [
        ([{**OWN_CARBON, "uncertainty_percent": 3}], [], SETS, 3.0),
        # Nobody told how sure the measured one is: that of the set's own is another matter.
        ([OWN_CARBON], [], ("IPCC2006",), None),
        ([], [{"value": 2.1, "uncertainty_percent": 4}], ("OWN", "IPCC2006"), 4.0),
    ],
    ids=["measured", "measured, untold", "own set"],
)
def test_a_plants_own_value_brings_its_own_uncertainty(
    tmp_path: Path, site: list[Row], own: list[Row], sets: tuple[str, ...], percent: float | None
) -> None:
    park = make_park(
        tmp_path / "p", activity=[{"amount": 100}], site_factors=site, factors=own,
        convention={"factor_sets": list(sets)},
    )  # fmt: skip
    rows = compiled(park).emissions
    told = rows.loc[rows["species"] == "co2", "factor_uncertainty_percent"].iloc[0]
    assert (None if pd.isna(told) else told) == percent
