"""The worked examples from end to end: a row of activity in, the tonnes of the book out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from parkkit.inventory.compilation import total
from tests.parks import compiled, make_park

PLANT = {"process": "works"}
ALUMINIUM = {**PLANT, "process_type": "aluminium_electrolysis", "item": "primary_aluminium",
             "use": "process_output", "amount": 1}  # fmt: skip
CARBONATE = {**PLANT, "process_type": "", "use": "feedstock", "amount": 1}
WATER = {**PLANT, "process_type": "wastewater_treatment", "item": "cod_load", "use": "treated",
         "unit": "kg", "amount": 500000}  # fmt: skip
WASTE = {**PLANT, "process_type": "incinerator", "use": "treated", "amount": 1}
COOLING = {**PLANT, "process_type": "refrigeration", "item": "r410a", "use": "charged",
           "unit": "kg", "amount": 500}  # fmt: skip
OVERLOADED = {"technology": "aerobic_overloaded"}
CO2, CO2E = "co2", "co2e"


@pytest.mark.parametrize(
    ("sets", "row", "site", "species", "tonnes", "digits"),
    [
        # al_anode: 0.42 x (1 - 0.02 - 0.004) x 44/12
        (["CN_NDRC24"], ALUMINIUM, [], CO2, 1.50304, 5),
        # al_pfc: (0.034 x 7380 + 0.0034 x 12400) / 1000 over the anode's own
        (["CN_NDRC24"], ALUMINIUM, [], CO2E, 1.50304 + 0.29308, 5),
        (["STOICHIOMETRY"], {**CARBONATE, "item": "limestone"}, [], CO2, 0.43971, 5),
        (["STOICHIOMETRY"], {**CARBONATE, "item": "magnesite"}, [], CO2, 0.52197, 5),
        (["STOICHIOMETRY"], {**CARBONATE, "item": "soda_ash"}, [], CO2, 0.41523, 5),
        # ww_ch4: 500 t x 0.25 x 0.3, at 27.9
        (["IPCC2006"], {**WATER, **OVERLOADED}, [], "ch4", 37.5, 9),
        (["IPCC2006"], {**WATER, **OVERLOADED}, [], CO2E, 1046.25, 9),
        (["CN_PROV2025"], {**WASTE, "item": "municipal_waste"}, [], CO2, 0.557333, 6),
        (["CN_PROV2025"], {**WASTE, "item": "hazardous_waste"}, [], CO2, 1.64175, 5),
        # refrigerant: 500 kg x 8 % x 2255.5
        (["IPCC2006"], {**COOLING, "technology": "chiller"},
         [{"item": "r410a", "parameter": "leak_share", "value": 0.08}], CO2E, 90.22, 9),
    ],
    ids=["al_anode", "al_pfc", "CaCO3", "MgCO3", "Na2CO3", "ww_ch4", "ww_ch4 in CO2e",
         "incineration_msw", "incineration of hazardous waste", "refrigerant"],
)  # fmt: skip
def test_a_worked_example_comes_out(
    tmp_path: Path, sets: list[str], row: dict[str, Any], site: list[dict[str, Any]],
    species: str, tonnes: float, digits: int,
) -> None:  # fmt: skip
    park = make_park(tmp_path / "p", activity=[row], site_factors=site,
                     convention={"factor_sets": sets, "gwp": "AR6"})  # fmt: skip
    found = total(compiled(park), species, 2023)
    assert found == pytest.approx(tonnes, rel=1e-12, abs=0.5 * 10**-digits)


@pytest.mark.parametrize(
    ("item", "amount", "unit", "tce"),
    [
        ("raw_coal", 10000, "t", 7143.0),
        ("washed_coal", 10000, "t", 9000.0),
        ("coke", 10000, "t", 9714.0),
        ("crude_oil", 10000, "t", 14286.0),
        ("diesel", 10000, "t", 14571.0),
        ("lpg", 10000, "t", 17143.0),
        ("blast_furnace_gas", 1, "1e4m3", 1.286),
        ("electricity", 10000, "kWh", 1.229),
        ("heat", 10000, "GJ", 341.2),
    ],
)
def test_a_coal_equivalent_is_the_coefficient_of_the_national_standard(
    tmp_path: Path, item: str, amount: float, unit: str, tce: float
) -> None:
    use = {"use": "self_generated"} if item in ("electricity", "heat") else {}
    row = {"item": item, "amount": amount, "unit": unit, "counterpart_id": "A", **use}
    park = make_park(tmp_path / "p", activity=[row],
                     convention={"factor_sets": ["CN_GBT2589", "IPCC2006"]})  # fmt: skip
    found = compiled(park).activity["energy_tce"].iloc[0]
    assert found == pytest.approx(tce, rel=1e-12)


@pytest.mark.parametrize(
    ("year", "tce"), [(2020, 305.5), (2023, 301.9), (2024, 302.4)]
)  # thousand kWh at the coal that thermal power took that year
def test_the_equivalent_value_of_power_is_that_of_its_year(
    tmp_path: Path, year: int, tce: float
) -> None:
    row = {"item": "electricity", "amount": 1000000, "unit": "kWh", "use": "self_generated",
           "counterpart_id": "A", "year": year}  # fmt: skip
    park = make_park(tmp_path / "p", activity=[row],
                     convention={"factor_sets": ["CN_GBT2589"]})  # fmt: skip
    found = compiled(park).activity["energy_tce_supply"].iloc[0]
    assert found == pytest.approx(tce, rel=1e-12)


def test_a_year_without_an_equivalent_value_has_none(tmp_path: Path) -> None:
    row = {"item": "electricity", "amount": 1, "unit": "kWh", "use": "self_generated",
           "counterpart_id": "A", "year": 2022}  # fmt: skip
    park = make_park(tmp_path / "p", activity=[row],
                     convention={"factor_sets": ["CN_GBT2589"]})  # fmt: skip
    assert compiled(park).activity["energy_tce_supply"].isna().all()


def test_a_coefficient_that_is_a_range_is_not_chosen_for_anybody(tmp_path: Path) -> None:
    row = {"item": "natural_gas", "amount": 1, "unit": "万m3"}
    park = make_park(tmp_path / "p", activity=[row],
                     convention={"factor_sets": ["CN_GBT2589"]})  # fmt: skip
    found = compiled(park)
    assert found.activity["energy_tce"].isna().all()
    note = next(note for note in found.notes if note.code == "coefficient_is_a_range")
    assert (note.file, note.row) == ("activity.csv", 2)
    assert "1.1" in note.told("en")
    assert "1.33" in note.told("zh")
