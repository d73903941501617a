"""The formulas by hand: the worked examples, from the factors that the package holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pandas as pd
import pytest

from parkkit.core.units import conversion
from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.factors import factor_table
from parkkit.inventory.formulas import FORMULAS

Example = dict[str, dict[str, float]]


def tonnes(formula: str, value: float, **parameters: float) -> float:
    """Tonnes per base unit, from a factor's value and its parameters as numbers."""
    told = {name: pd.Series([number]) for name, number in parameters.items()}
    assert set(told) == set(FORMULAS[formula].needs)
    return float(FORMULAS[formula].tonnes(pd.Series([value]), told).iloc[0])


def factor(factor_id: str, base: str = "t") -> float:
    """What a factor of the package makes of one base unit, its set's own parameters taken."""
    table = factor_table().drop_duplicates("factor_id").set_index("factor_id")
    row = table.loc[factor_id]
    formula = FORMULAS[row["formula"]]
    is_beside = (table[["factor_set", "factor_item"]] == row[["factor_set", "factor_item"]]).all(
        axis=1
    ) & table["factor_process_type"].isin(["", row["factor_process_type"]])
    beside = table[is_beside]
    values: dict[str, float] = {}
    for name, unit in formula.needs.items():
        (found,) = beside[beside["parameter"] == name].to_dict("records")
        values[name] = found["value"] * conversion(found["unit"], unit.format(base=base))
    value = row["value"] * conversion(row["unit"], formula.unit.format(base=base))
    return tonnes(str(row["formula"]), value, **values)


def gwp(species: str, report: str, origin: str = "") -> float:
    rows = vocabulary("gwp").set_index(["species", "report", "origin"])["gwp"]
    return float(rows[(species, report, origin)])


@pytest.fixture(scope="module")
def examples(real: Path) -> dict[str, Example]:
    file = real.parent / "acceptance" / "worked_examples.json"
    if not file.is_file():
        pytest.skip(f"no worked examples at {file}")
    return cast(dict[str, Example], json.loads(file.read_text(encoding="utf-8")))


@pytest.mark.real
def test_wastewater_gives_the_methane_of_the_worked_example(examples: dict[str, Example]) -> None:
    given, out = examples["ww_ch4"]["inputs"], examples["ww_ch4"]["out"]
    load = (given["COD_removed_kg"] - given["S_kg"]) * tonnes(
        "wastewater_methane", given["Bo"], methane_correction=given["MCF"]
    )
    assert load - given["R_kg"] == pytest.approx(out["ch4_kg"])
    assert load / 1000 * given["gwp"] == pytest.approx(out["tco2e"])


@pytest.mark.real
def test_what_is_incinerated_gives_the_carbon_of_the_worked_example(
    examples: dict[str, Example],
) -> None:
    given, out = examples["incineration_msw"]["inputs"], examples["incineration_msw"]["out"]
    share = tonnes("incinerated_carbon", given["ccw"], fossil_carbon_share=given["fcf"],
                   combustion_efficiency=given["ce"])  # fmt: skip
    assert share == pytest.approx(out["tco2_per_t"], abs=5e-7)
    assert factor("CN_PROV2025/msw/carbon_content_share") == pytest.approx(share)


@pytest.mark.real
def test_aluminium_gives_the_carbon_and_the_fluorine_of_the_worked_examples(
    examples: dict[str, Example],
) -> None:
    anode = factor("CN_NDRC24/al_anode_n24/anode_consumption")
    assert anode == pytest.approx(examples["al_anode"]["out"]["tco2_per_t"], rel=1e-9)
    fluorine = sum(factor(f"CN_NDRC24/al_{gas}_n24") * gwp(gas, "AR6") for gas in ("cf4", "c2f6"))
    assert fluorine == pytest.approx(examples["al_pfc"]["out"]["tco2e_per_t"], abs=5e-6)


@pytest.mark.real
@pytest.mark.parametrize(
    ("carbonate", "item"), [("CaCO3", "limestone"), ("MgCO3", "magnesite"), ("Na2CO3", "soda_ash")]
)
def test_a_carbonate_gives_the_share_of_its_molar_mass(
    examples: dict[str, Example], carbonate: str, item: str
) -> None:
    assert factor(f"STOICHIOMETRY/{item}") == examples["carbonate"]["out"][carbonate]


@pytest.mark.real
def test_conversion_gives_the_factors_of_the_worked_example(examples: dict[str, Example]) -> None:
    """Cleaned coal in, coke and gas out, all carbon counted."""
    given, out = examples["ndrc910_conversion"]["inputs"], examples["ndrc910_conversion"]["out"]

    def balance(fuel: str, base: str) -> float:
        value, unit = parameter(f"{fuel}/carbon_content")
        heat, per = parameter(f"{fuel}/ncv")
        return tonnes("carbon_balance", value * conversion(unit, "t/TJ"),
                      ncv=heat * conversion(per, f"TJ/{base}"))  # fmt: skip

    def parameter(factor_id: str) -> tuple[float, str]:
        row = vocabulary("factors").set_index("factor_id").loc[factor_id]
        return float(row["value"]), str(row["unit"])

    coal = balance("CN_NDRC24/washed_coal", "t")
    coke = balance("CN_PROV2025/coke", "t")
    gas = balance("CN_PROV2025/coke_oven_gas", "1e4m3")
    assert coal == pytest.approx(given["ef_in"], rel=1e-9)
    assert coke == pytest.approx(given["ef_coke"], rel=1e-9)
    assert gas == pytest.approx(given["ef_cog"], rel=1e-9)
    left = (given["coking_coal_in_t"] * coal - given["coke_out_t"] * coke
            - given["cog_out_1e4m3"] * gas)  # fmt: skip
    assert left == pytest.approx(out["tco2"], abs=5e-4)


@pytest.mark.real
def test_a_charge_leaks_as_in_the_worked_example(examples: dict[str, Example]) -> None:
    given, out = examples["refrigerant"]["inputs"], examples["refrigerant"]["out"]
    assert gwp("r410a", "AR6") == out["gwp"]
    leaked = given["charge"] / 1000 * tonnes("per_amount", given["leak"])
    assert leaked * gwp("r410a", "AR6") == pytest.approx(out["tco2e"])


def test_nitrogen_leaves_as_n2o_by_its_mass() -> None:
    # 100 t of nitrogen treated: 1.6 t of it in N2O, which weighs 44/28 as much.
    assert 100 * factor("IPCC2019R/n2o_plant_2019") == pytest.approx(1.6 * 44 / 28)
    assert factor("IPCC2006/n2o_effluent_2006") == pytest.approx(0.0078571, abs=1e-7)


def test_a_landfill_gives_the_methane_of_its_degradable_carbon() -> None:
    # 1 t of waste, 14 % degradable, half of it decomposes, half of the gas is methane: 46.7 kg;
    # a shallow dump lets 0.4 of that form, a cover takes a tenth off.
    shares = {"degradable_carbon_share": 0.14, "decomposed_share": 0.5, "methane_share": 0.5}
    full = tonnes("landfill_methane", 1.0, **shares, cover_oxidation_share=0.0)
    assert full == pytest.approx(0.14 * 0.5 * 0.5 * 16 / 12)
    covered = tonnes("landfill_methane", 0.4, **shares, cover_oxidation_share=0.1)
    assert covered == pytest.approx(full * 0.4 * 0.9)


def test_nobody_but_the_plant_says_what_its_landfilled_waste_holds() -> None:
    assert "degradable_carbon_share" not in set(factor_table()["parameter"])


def test_sludge_gives_the_carbon_that_grew() -> None:
    # 30 % carbon in dry matter, none of it fossil, 95 % burnt.
    sludge = factor("CN_PROV2011/sludge/carbon_content_share")
    assert sludge == pytest.approx(0.3 * 0.95 * 44 / 12)
    items = vocabulary("items").set_index("item")
    assert items.loc["sewage_sludge", "is_biogenic"] == "yes"


def test_what_burns_is_fossil_or_grew() -> None:
    shares = {"fossil_carbon_share": 0.4, "combustion_efficiency": 0.95}
    both = sum(tonnes(name, 0.4, **shares) for name in
               ("incinerated_carbon", "incinerated_biogenic_carbon"))  # fmt: skip
    assert both == pytest.approx(0.4 * 0.95 * 44 / 12)


@pytest.mark.parametrize(
    ("factor_id", "per_tonne"),
    [
        ("CN_PROV2011/hw/carbon_content_share", 0.01 * 0.9 * 0.97 * 44 / 12),
        ("CN_PROV2011/msw/carbon_content_share", 0.2717),
        ("IPCC2006/industrial/carbon_content_share", 1.65),
        ("IPCC2006/clinical/carbon_content_share", 0.88),
        ("IPCC2006/incin_n2o_cont", 50e-6),
        ("IPCC2006/incin_ch4_cont", 0.2e-6),
        ("IPCC2006/nitric_high_ipcc", 9e-3),
        ("CN_PROV2011/mg_sf6_primary", 0.49e-3),
        ("CN_PROV2011/hcfc22_hfc23", 29.2e-3),
        ("CN_NDRC24/steel_electrode", 3.663),
        ("STOICHIOMETRY/urea", 0.733),
    ],
)
def test_a_tonne_gives_what_the_book_says(factor_id: str, per_tonne: float) -> None:
    assert factor(factor_id) == pytest.approx(per_tonne, abs=5e-5 * per_tonne)


def test_glass_from_cullet_has_no_carbonate_to_give() -> None:
    assert tonnes("glass", 0.2, cullet_share=0.25) == pytest.approx(0.15)
    assert tonnes("glass", 0.2, cullet_share=1.0) == 0


def test_soot_is_a_share_of_a_share_of_the_ash() -> None:
    # 18 % ash, 75 % of it to the bottom, a tenth of the rest fine, 2 % of that black.
    shares = {"ash_share": 0.18, "ash_to_bottom_share": 0.75, "pm2_5_share": 0.1}
    black = tonnes("black_carbon_balance", 1.0, **shares, black_carbon_share=0.02)
    assert black == pytest.approx(0.18 * 0.25 * 0.1 * 0.02)
    organic = tonnes("organic_carbon_balance", 1.0, **shares, organic_carbon_share=0.05)
    assert organic / black == pytest.approx(2.5)


@pytest.mark.parametrize("name", FORMULAS)
def test_what_a_formula_lacks_leaves_it_without_a_number(name: str) -> None:
    needs = {parameter: pd.Series([float("nan")]) for parameter in FORMULAS[name].needs}
    result = FORMULAS[name].tonnes(pd.Series([1.0]), needs)
    assert result.isna().all() == bool(needs)
