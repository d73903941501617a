"""Langang in 2023 counted again from its raw files, with plain Python and written-out factors."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from parkkit.inventory.compilation import Inventory, total, totals
from parkkit.park.package import open_park
from tests.parks import compiled

LANGANG = Path(__file__).parents[2] / "sample_parks" / "langang"
TO_BASE = {"t": 1, "万t": 1e4, "kg": 1e-3, "m3": 1, "万m3": 1e4, "1e4m3": 1e4, "MWh": 1,
           "万kWh": 10, "GJ": 1}  # fmt: skip
# LG27 to LG29 are sited outside, LG33 lies in the exclave, nobody says where LG04 is, and LG16
# closed after 2021.
OUTSIDE = {"LG04", "LG16", "LG27", "LG28", "LG29", "LG33"}
GRID_T_PER_MWH = 0.4974  # Zhejiang, 2023
C_TO_CO2 = 44 / 12
# TJ per base unit, t C per TJ, oxidation (CN_PROV2025); kg CH4 and N2O per TJ (IPCC 2006)
FUELS = {
    "bituminous": (19.57e-3, 26.1, 0.93, 10, 1.5),
    "natural_gas": (389.31e-7, 15.3, 0.99, 1, 0.1),
    "diesel": (42.652e-3, 20.2, 0.98, 3, 0.6),
}
CHP_COAL_NCV = 21.85e-3  # measured at LG01: TJ per t
T_PER_T = {"lime": 0.683, "municipal_waste": 0.4 * 0.4 * 0.95 * C_TO_CO2,
           "hazardous_waste": 0.5 * 0.9 * 0.995 * C_TO_CO2}  # fmt: skip
GWP_AR5 = {"co2": 1, "ch4": 28, "n2o": 265}

Gases = dict[str, float]


def rows(table: str) -> list[dict[str, str]]:
    with (LANGANG / f"{table}.csv").open(encoding="utf-8-sig") as file:
        return [row for row in csv.DictReader(file) if row["year"] == "2023"]


def base(row: dict[str, str]) -> float:
    return float(row["amount"]) * TO_BASE[row["unit"]]


def gases_of(row: dict[str, str]) -> Gases:
    """What an activity row gives off in tonnes: nothing where no gas comes of it."""
    if row["use"] == "fuel_combustion" and row["item"] in FUELS and row["amount"]:
        ncv, carbon, oxidation, ch4, n2o = FUELS[row["item"]]
        is_chp = row["enterprise_id"] == "LG01" and row["item"] == "bituminous"
        heat = base(row) * (CHP_COAL_NCV if is_chp else ncv)
        return {"co2": heat * carbon * oxidation * C_TO_CO2, "ch4": heat * ch4 / 1000,
                "n2o": heat * n2o / 1000}  # fmt: skip
    if row["use"] in ("process_output", "treated") and row["item"] in T_PER_T:
        return {"co2": base(row) * T_PER_T[row["item"]]}
    if row["use"] == "purchased" and row["counterpart_id"] == "grid":
        return {"co2": base(row) * GRID_T_PER_MWH}
    # Steam and power from the heat plant, a member, are counted in its chimney.
    return {}


def by_hand(plant: str = "", use: str = "") -> Gases:
    sums: Gases = dict.fromkeys(GWP_AR5, 0.0)
    for row in rows("activity"):
        fits = plant in ("", row["enterprise_id"]) and use in ("", row["use"])
        if fits and row["enterprise_id"] not in OUTSIDE:
            for gas, tonnes in gases_of(row).items():
                sums[gas] += tonnes
    return sums


def co2e(gases: Gases) -> float:
    return sum(tonnes * GWP_AR5[gas] for gas, tonnes in gases.items())


def released(plant: str, species: set[str], **given: str) -> float:
    """The tonnes that lists report: the rows of a plant, a species by its names, and a list."""
    found = [
        base(row) for row in rows("releases")
        if row["enterprise_id"] == plant and row["species"] in species
        and all(row[name] == value for name, value in given.items())
    ]  # fmt: skip
    return sum(found)


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    return compiled(open_park(LANGANG))


def found(inventory: Inventory, species: str, plant: str, **given: object) -> float:
    """The tonnes the inventory keeps."""
    return _sum(inventory.emissions, "emissions_t", species, plant, given)


def lost(inventory: Inventory, species: str, source: str, which: str) -> float:
    """The tonnes of a list that the ledger holds for a source."""
    book = inventory.ledger
    plant = source.split("/")[0]
    own = book[book["source_id"].str.startswith(plant)].assign(enterprise_id=plant)
    return _sum(own, "amount_t", species, plant, {"source_id": source, "list": which})


def _sum(
    table: pd.DataFrame, column: str, species: str, plant: str, given: dict[str, object]
) -> float:
    fits = (table["species"] == species) & (table["year"] == 2023)
    fits &= table["enterprise_id"] == plant
    for name, value in given.items():
        fits &= table[name] == value
    return float(table.loc[fits, column].sum())


def test_the_co2_of_the_heat_plant(inventory: Inventory) -> None:
    assert by_hand("LG01", "fuel_combustion")["co2"] == pytest.approx(
        898640 * 21.85e-3 * 26.1 * 0.93 * C_TO_CO2 + 7536.44 * 0.38931 * 15.3 * 0.99 * C_TO_CO2
    )
    assert found(inventory, "co2", "LG01", scope=1) == pytest.approx(
        by_hand("LG01", "fuel_combustion")["co2"], rel=1e-12
    )


def test_the_so2_of_the_heat_plant_is_monitored_and_the_rest_is_in_the_ledger(
    inventory: Inventory,
) -> None:
    names = {"so2", "二氧化硫"}
    gas_stack = released("LG01", names, list="permit", process="燃气调峰锅炉")
    monitors = released("LG01", names, list="cems")
    assert found(inventory, "so2", "LG01") == pytest.approx(monitors + gas_stack)
    # 15 kg per t and per cent of sulphur, 0.8 %; desulphurisation 98.8 % in 99.7 % of the time
    calculated = 898640 * 15 * 0.8 / 1000 * (1 - 0.988 * 0.997)
    boiler = "LG01/循环流化床锅炉/DA001"
    assert lost(inventory, "so2", boiler, "calculated") == pytest.approx(calculated)
    assert lost(inventory, "so2", boiler, "permit") == 160.1
    assert lost(inventory, "so2", "LG01", "statistics") == 147.6


def test_the_process_co2_of_the_lime_plant(inventory: Inventory) -> None:
    kiln = found(inventory, "co2", "LG06", process="石灰窑煅烧")
    assert kiln == pytest.approx(228000 * 0.683)
    fire = found(inventory, "co2", "LG06", process="石灰窑燃烧")
    assert fire == pytest.approx(by_hand("LG06", "fuel_combustion")["co2"])


def test_the_nox_of_a_gas_boiler_is_the_permits(inventory: Inventory) -> None:
    assert found(inventory, "nox", "LG07") == 18.18
    calculated = 2647.51 * 6.97 / 1000
    assert lost(inventory, "nox", "LG07/自备燃气锅炉/DA002", "calculated") == pytest.approx(
        calculated
    )


@pytest.mark.parametrize(("plant", "mwh"), [("LG05", 261598.1), ("LG12", 24935)])
def test_the_co2_of_power_from_the_grid(inventory: Inventory, plant: str, mwh: float) -> None:
    assert found(inventory, "co2", plant, scope=2) == pytest.approx(mwh * GRID_T_PER_MWH)


def test_the_incinerator_burns_fossil_carbon(inventory: Inventory) -> None:
    # 0.557333 t per t of municipal waste, 1.64175 per t of hazardous waste
    expected = 236242 * 0.16 * 0.95 * C_TO_CO2 + 27696 * 0.45 * 0.995 * C_TO_CO2
    assert found(inventory, "co2", "LG03", scope=1) == pytest.approx(expected)


def test_the_cod_of_the_wastewater_plant_stands_for_all_that_send_to_it(
    inventory: Inventory,
) -> None:
    assert found(inventory, "cod", "LG02") == 699.5
    own_works = 163690 * 297.6e-6 * (1 - 0.86 * 0.98)  # LG21 treats its own
    assert total(inventory, "cod", 2023) == pytest.approx(699.5 + own_works)


@pytest.mark.parametrize("plant", ["LG01", "LG02", "LG03", "LG06", "LG07", "LG10", "LG24"])
def test_a_plant_of_each_kind(inventory: Inventory, plant: str) -> None:
    table = totals(inventory, by=["enterprise_id"], years=[2023]).set_index(
        ["enterprise_id", "species"]
    )
    assert table.loc[(plant, "co2e"), "amount_t"] == pytest.approx(co2e(by_hand(plant)), rel=1e-12)


def test_burning_wood_is_a_memo(inventory: Inventory) -> None:
    wood = inventory.emissions[
        (inventory.emissions["item"] == "wood_biomass") & (inventory.emissions["species"] == "co2")
    ]
    assert len(wood)
    assert wood["is_biogenic"].all()
    assert wood["scope"].isna().all()
    assert wood["co2e_t"].isna().all()


def test_a_plant_without_a_place_is_in_the_ledger(inventory: Inventory) -> None:
    assert found(inventory, "co2", "LG04") == 0
    power = lost(inventory, "co2", "LG04/外购能源", "calculated")
    assert power == pytest.approx(1834 * GRID_T_PER_MWH)


@pytest.mark.parametrize("gas", list(GWP_AR5))
def test_the_park_is_the_sum_of_its_plants(inventory: Inventory, gas: str) -> None:
    assert total(inventory, gas, 2023) == pytest.approx(by_hand()[gas], rel=1e-12)


def test_the_co2e_of_the_park(inventory: Inventory) -> None:
    assert total(inventory, "co2e", 2023) == pytest.approx(co2e(by_hand()), rel=1e-12)
