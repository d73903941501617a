"""Langang counted again from its raw files, with plain Python and written-out factors.

Where a line is named, it is that of the file in the folder of facts that the factors came from.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from parkkit.inventory.compilation import Inventory, total, totals
from parkkit.park.package import open_park
from tests.parks import compiled

LANGANG = Path(__file__).parents[2] / "sample_parks" / "langang"
YEARS = range(2018, 2024)
TO_BASE = {"t": 1, "万t": 1e4, "kg": 1e-3, "m3": 1, "万m3": 1e4, "1e4m3": 1e4, "MWh": 1,
           "万kWh": 10, "GJ": 1}  # fmt: skip
# LG27 to LG29 are sited outside, LG33 lies in the exclave, nobody says where LG04 is.
OUTSIDE = {"LG04", "LG27", "LG28", "LG29", "LG33"}
# grid_factors.csv 65 to 67: Zhejiang 2021, 2022, 2023; before 2021 the nearest year serves
GRID_T_PER_MWH = {2018: 0.5422, 2019: 0.5422, 2020: 0.5422, 2021: 0.5422, 2022: 0.5153,
                  2023: 0.4974}  # fmt: skip
C_TO_CO2 = 44 / 12
# TJ per base unit, t C per TJ, oxidation: fuels.csv 29 to 32 (CN_PROV2025)
CARBON = {
    "gasoline": (43.07e-3, 18.9, 0.98),
    "diesel": (42.652e-3, 20.2, 0.98),
    "natural_gas": (389.31e-7, 15.3, 0.99),
    "bituminous": (19.57e-3, 26.1, 0.93),
}
WOOD_TJ_PER_T = 15.6e-3  # fuels.csv 85 (IPCC 2006); its CO2 is a memo
CHP_COAL_NCV = 21.85e-3  # measured at LG01 (site_factors.csv): TJ per t
# kg CH4 and N2O per TJ burnt: process_factors.csv 88 to 93 (IPCC 2006, V2 table 2.3), wood from
# the same table; of road vehicles V2 table 3.2.2
BURNT = {"bituminous": (10, 1.5), "diesel": (3, 0.6), "natural_gas": (1, 0.1),
         "wood_biomass": (30, 4)}  # fmt: skip
ON_THE_ROAD = {"diesel": (3.9, 3.9), "gasoline": (25, 8)}
# process_factors.csv 5 (lime); waste_factors.csv 19 to 24 (incineration, CN_PROV2025)
T_PER_T = {"lime": 0.683, "municipal_waste": 0.4 * 0.4 * 0.95 * C_TO_CO2,
           "hazardous_waste": 0.5 * 0.9 * 0.995 * C_TO_CO2}  # fmt: skip
STOKER = {"ch4": 0.2e-6, "n2o": 50e-6}  # t per t of municipal waste: waste_factors.csv 40, 41
LIMESTONE_T_PER_T = 0.4045  # site_factors.csv: 0.92 of what pure CaCO3 gives, 0.43971
# t CH4 per t COD: waste_factors.csv 2 (0.25) x 6 (reactor, 0.8) or 11 (centralised aerobic, 0.03)
METHANE_PER_COD = {"anaerobic_reactor": 0.25 * 0.8, "centralised_aerobic": 0.25 * 0.03}
N2O_PER_NITROGEN = 0.016 * 44 / 28  # waste_factors.csv 17
# share of a charge that leaks in a year: waste_factors.csv 44 (chillers), 45 (switchgear)
LEAKS = {"hfc_134a": 0.085, "sf6": 0.026}
# gwp.csv 8, 12, 16, 54, 108
GWP_AR5 = {"co2": 1, "ch4": 28, "n2o": 265, "sf6": 23500, "hfc_134a": 1300, "r410a": 1923.5}

Gases = dict[str, float]


def rows(table: str, year: int = 2023) -> list[dict[str, str]]:
    with (LANGANG / f"{table}.csv").open(encoding="utf-8-sig") as file:
        return [row for row in csv.DictReader(file) if row["year"] == str(year)]


def base(row: dict[str, str]) -> float:
    return float(row["amount"]) * TO_BASE[row["unit"]]


def gases_of(row: dict[str, str]) -> Gases:
    """What an activity row gives off in tonnes, scopes 1 and 2: nothing where no gas comes of it.

    Steam and power from the heat plant, a member, are counted in its chimney; what hired vehicles
    burn and what making ethylene gave off are scope 3.
    """
    use, item = row["use"], row["item"]
    if not row["amount"]:
        return {}
    if use in ("fuel_combustion", "transport_own"):
        return of_fuel(row)
    if use == "purchased" and row["counterpart_id"] == "grid":
        return {"co2": base(row) * GRID_T_PER_MWH[int(row["year"])]}
    if use == "process_output":
        return {"co2": base(row) * T_PER_T[item]}
    if use == "feedstock":
        return {"co2": base(row) * LIMESTONE_T_PER_T}
    if use == "charged":
        return {item: base(row) * LEAKS[item]}
    if use == "leaked":
        return {item: base(row)}
    return of_waste(row) if use in ("treated", "recovered") else {}


def of_fuel(row: dict[str, str]) -> Gases:
    """What a fuel gives off where it is burnt."""
    item = row["item"]
    ch4, n2o = (ON_THE_ROAD if row["use"] == "transport_own" else BURNT)[item]
    ncv, carbon, oxidation = CARBON.get(item, (WOOD_TJ_PER_T, 0.0, 0.0))
    is_chp = row["enterprise_id"] == "LG01" and item == "bituminous"
    heat = base(row) * (CHP_COAL_NCV if is_chp else ncv)
    return {"co2": heat * carbon * oxidation * C_TO_CO2, "ch4": heat * ch4 / 1000,
            "n2o": heat * n2o / 1000}  # fmt: skip


def of_waste(row: dict[str, str]) -> Gases:
    """What waste and its load give off where they are treated; what is recovered is taken off."""
    item, amount = row["item"], base(row) * (-1 if row["use"] == "recovered" else 1)
    if item == "cod_load":
        return {"ch4": amount * METHANE_PER_COD[row["technology"]]}
    if item == "methane":
        return {"ch4": amount}
    if item == "nitrogen_load":
        return {"n2o": amount * N2O_PER_NITROGEN}
    if item == "municipal_waste":
        return {"co2": amount * T_PER_T[item]} | {
            gas: amount * tonnes for gas, tonnes in STOKER.items()
        }
    return {"co2": amount * T_PER_T[item]} if item in T_PER_T else {}


def by_hand(plant: str = "", use: str = "", year: int = 2023) -> Gases:
    sums: Gases = dict.fromkeys(GWP_AR5, 0.0)
    for row in rows("activity", year):
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
        and row["amount_kind"] == "released"
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
    assert found(inventory, "co2", "LG01", scope=1, use="fuel_combustion") == pytest.approx(
        by_hand("LG01", "fuel_combustion")["co2"], rel=1e-12
    )


def test_the_limestone_of_the_heat_plant_follows_from_its_sulphur(inventory: Inventory) -> None:
    # 12 kg SO2 per t of coal, 98.8 % removed in 99.7 % of the time, half of it sulphur
    sulphur = 898640 * 0.012 * 0.988 * 0.997 * 32 / 64
    stone = sulphur * 100 / 32 * 1.03 / 0.92
    assert stone == pytest.approx(18582, abs=0.5)
    co2 = found(inventory, "co2", "LG01", process="烟气脱硫")
    assert co2 == pytest.approx(18582 * 0.4045)


def test_the_switchgear_of_the_heat_plant_leaks_of_its_charge(inventory: Inventory) -> None:
    assert found(inventory, "sf6", "LG01") == pytest.approx(1.06 * 0.026)


def test_the_methane_of_the_wastewater_plant_is_what_no_flare_burnt(inventory: Inventory) -> None:
    reactor = 704 * 0.25 * 0.8 - 130
    basins = (8236 - 2471) * 0.25 * 0.03
    assert found(inventory, "ch4", "LG02") == pytest.approx(reactor + basins)
    assert found(inventory, "n2o", "LG02") == pytest.approx(746 * 0.016 * 44 / 28)


def test_what_the_lime_plant_captures_is_a_memo(inventory: Inventory) -> None:
    kept = inventory.emissions
    captured = kept[(kept["use"] == "captured") & (kept["year"] == 2023)]
    assert captured["emissions_t"].tolist() == [-7411]
    assert captured["scope"].isna().all()
    assert captured["co2e_t"].isna().all()
    table = totals(inventory, by=["enterprise_id"], years=[2023]).set_index(
        ["enterprise_id", "species"]
    )
    assert table.loc[("LG06", "co2"), "amount_t"] == pytest.approx(by_hand("LG06")["co2"])


def test_scope_three_counts_only_where_it_is_named(inventory: Inventory) -> None:
    # 784 t of diesel in hired lorries: CO2, and 3.9 kg of CH4 and of N2O per TJ
    heat = 784 * 42.652e-3
    freight = heat * (20.2 * 0.98 * C_TO_CO2 + 3.9e-3 * (28 + 265))
    ethylene = 55444 * 1.35  # the supplier's figure (site_factors.csv)
    wide = compiled(open_park(LANGANG), scopes=(1, 2, 3))
    third = wide.emissions[(wide.emissions["scope"] == 3) & (wide.emissions["year"] == 2023)]
    by_category = third.groupby("scope3_category")["co2e_t"].sum().to_dict()
    assert by_category == pytest.approx({1: ethylene, 4: freight})
    assert not (inventory.emissions["scope"] == 3).any()
    assert total(wide, "co2e", 2023) == pytest.approx(co2e(by_hand()) + freight + ethylene)


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
    assert found(inventory, "co2", plant, scope=2) == pytest.approx(mwh * GRID_T_PER_MWH[2023])


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


@pytest.mark.parametrize(
    "plant", ["LG01", "LG02", "LG03", "LG06", "LG07", "LG09", "LG10", "LG18", "LG24"]
)
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
    assert power == pytest.approx(1834 * GRID_T_PER_MWH[2023])


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("gas", list(GWP_AR5))
def test_the_park_is_the_sum_of_its_plants(inventory: Inventory, gas: str, year: int) -> None:
    assert total(inventory, gas, year) == pytest.approx(by_hand(year=year)[gas], rel=1e-12)


@pytest.mark.parametrize("year", YEARS)
def test_the_co2e_of_the_park(inventory: Inventory, year: int) -> None:
    assert total(inventory, "co2e", year) == pytest.approx(co2e(by_hand(year=year)), rel=1e-12)


def test_the_scopes_of_the_park(inventory: Inventory) -> None:
    table = totals(inventory, by=["scope"], years=[2023])
    found = table[table["species"] == "co2e"].set_index("scope")["amount_t"].to_dict()
    bought = co2e(by_hand(use="purchased"))
    assert found == pytest.approx({1: co2e(by_hand()) - bought, 2: bought}, rel=1e-12)
