"""What the page shows of one plant of each role in 2023, against a calculation written out.

Every amount stands here as it stands in ``activity.csv``: `told` looks the cell up and fails when
it differs. No list of ``releases.csv`` reports a greenhouse gas, so nothing competes with the
calculation for these figures; the pollutants that lists do report are in
``test_langang_by_hand.py``. Where a line is named, it is that of the file in the folder of facts.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from parkkit.inventory.calculation import greenhouse_gases
from parkkit.inventory.compilation import Inventory
from parkkit.output.chapters.inventory import by_plant, key_figures
from parkkit.output.pages import PageChoice
from parkkit.park.package import Park, open_park
from tests.parks import compiled

LANGANG = Path(__file__).parents[2] / "sample_parks" / "langang"
GRID = 0.4974  # t CO2 per MWh: grid_factors.csv 67, Zhejiang 2023
CH4, N2O, SF6, HFC_134A, R410A = 28, 265, 23500, 1300, 1923.5  # gwp.csv 8, 12, 16, 54, 108
C_TO_CO2 = 44 / 12
# t CO2e per TJ. CO2: fuels.csv 29 to 32 (t C per GJ, oxidation); CH4 and N2O of boilers:
# process_factors.csv 88 to 93 (kg per TJ); of vehicles: IPCC 2006, V2 table 3.2.2
COAL = 26.1 * 0.93 * C_TO_CO2 + (10 * CH4 + 1.5 * N2O) / 1000
GAS = 15.3 * 0.99 * C_TO_CO2 + (1 * CH4 + 0.1 * N2O) / 1000
DIESEL = 20.2 * 0.98 * C_TO_CO2 + (3 * CH4 + 0.6 * N2O) / 1000
DIESEL_ON_THE_ROAD = 20.2 * 0.98 * C_TO_CO2 + (3.9 * CH4 + 3.9 * N2O) / 1000
GASOLINE_ON_THE_ROAD = 18.9 * 0.98 * C_TO_CO2 + (25 * CH4 + 8 * N2O) / 1000
# TJ per t, and per 万m3 of gas: fuels.csv 29 to 31
GASOLINE_NCV, DIESEL_NCV, GAS_NCV = 0.04307, 0.042652, 0.38931

Scopes = dict[int, float]


def table(name: str) -> list[dict[str, str]]:
    with (LANGANG / f"{name}.csv").open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def told(plant: str, process: str, item: str, amount: str, unit: str, **given: str) -> float:
    """The amount of the one row of 2023 that tells it, as it is written there."""
    wanted = {"enterprise_id": plant, "year": "2023", "process": process, "item": item, **given}
    found = [
        (row["amount"], row["unit"])
        for row in table("activity")
        if all(row[name] == value for name, value in wanted.items())
    ]
    assert found == [(amount, unit)]
    return float(amount)


def grid_power(plant: str, amount: str, unit: str = "万kWh") -> float:
    """The CO2 of the power a plant bought from the grid."""
    bought = told(plant, "外购能源", "electricity", amount, unit, counterpart_id="grid")
    return bought * (10 if unit == "万kWh" else 1) * GRID


def heat_and_power() -> Scopes:
    coal = told("LG01", "循环流化床锅炉", "bituminous", "89.864", "万t")
    gas = told("LG01", "燃气调峰锅炉", "natural_gas", "7536.44", "万m3")
    stone = told("LG01", "烟气脱硫", "limestone", "18582", "t")
    sf6 = told("LG01", "升压站", "sf6", "1060", "kg", use="charged")
    burnt = coal * 1e4 * 0.02185 * COAL + gas * GAS_NCV * GAS  # coal: 21.85 GJ/t, measured
    # limestone 0.4045 t/t, measured; of the SF6 2.6 % leaks in a year (waste_factors.csv 45)
    return {1: burnt + stone * 0.4045 + sf6 / 1000 * 0.026 * SF6, 2: grid_power("LG01", "305.54")}


def wastewater() -> Scopes:
    strong = told("LG02", "厌氧预处理", "cod_load", "704", "t")
    flared = told("LG02", "厌氧预处理", "methane", "130", "t", use="recovered")
    basins = told("LG02", "污水处理", "cod_load", "8236", "t", use="treated")
    sludge = told("LG02", "污水处理", "cod_load", "2471", "t", use="recovered")
    nitrogen = told("LG02", "污水处理", "nitrogen_load", "746", "t")
    # waste_factors.csv 2 (0.25 t CH4 per t COD) x 6 (0.8) and 11 (0.03); 17 (0.016 t N per t N)
    ch4 = strong * 0.25 * 0.8 - flared + (basins - sludge) * 0.25 * 0.03
    # Its steam comes from the heat plant, a member: counted in that plant's chimney.
    told("LG02", "外购能源", "heat", "41432", "GJ", counterpart_id="LG01")
    direct = ch4 * CH4 + nitrogen * 0.016 * 44 / 28 * N2O
    return {1: direct, 2: grid_power("LG02", "1450.13")}


def waste() -> Scopes:
    municipal = told("LG03", "生活垃圾焚烧线", "municipal_waste", "236242", "t")
    hazardous = told("LG03", "危废焚烧线", "hazardous_waste", "27696", "t")
    # waste_factors.csv 19 to 24: carbon, fossil share, burnt share; 40 and 41: CH4 and N2O
    co2 = (municipal * 0.4 * 0.4 * 0.95 + hazardous * 0.5 * 0.9 * 0.995) * C_TO_CO2
    others = municipal * (0.2e-6 * CH4 + 50e-6 * N2O)
    return {1: co2 + others, 2: grid_power("LG03", "2036", "MWh")}


def service() -> Scopes:
    patrols = told("LG04", "巡查与公务车辆", "gasoline", "19", "t", use="transport_own")
    fuel = patrols * GASOLINE_NCV * GASOLINE_ON_THE_ROAD
    return {1: fuel, 2: grid_power("LG04", "1834", "MWh")}


def polyester() -> Scopes:
    gas = told("LG08", "导热油炉", "natural_gas", "1899.71", "万m3")
    # Power and steam of the heat plant are counted there, hired lorries in scope 3.
    told("LG08", "外购能源", "electricity", "6649", "万kWh", counterpart_id="LG01")
    told("LG08", "外购能源", "heat", "949857", "GJ", counterpart_id="LG01")
    told("LG08", "原料外委运输", "diesel", "784", "t", use="transport_hired")
    return {1: gas * GAS_NCV * GAS, 2: grid_power("LG08", "15514.32")}


def nylon() -> Scopes:
    chillers = told("LG09", "冷水机组", "hfc_134a", "5200", "kg", use="charged")
    refilled = told("LG09", "单元式空调", "r410a", "51", "kg", use="leaked")
    # waste_factors.csv 44: 8.5 % of a chiller's charge leaks in a year; what was refilled leaked
    leaks = chillers / 1000 * 0.085 * HFC_134A + refilled / 1000 * R410A
    told("LG09", "外购能源", "heat", "1561489", "GJ", counterpart_id="LG01")
    return {1: leaks, 2: grid_power("LG09", "12491.91")}


def storage() -> Scopes:
    boiler = told("LG24", "燃油锅炉", "diesel", "916", "t")
    trucks = told("LG24", "叉车与场内车辆", "diesel", "213", "t", use="transport_own")
    fuel = boiler * DIESEL_NCV * DIESEL + trucks * DIESEL_NCV * DIESEL_ON_THE_ROAD
    told("LG24", "外购能源", "heat", "81414", "GJ", counterpart_id="LG01")
    return {1: fuel, 2: grid_power("LG24", "9159", "MWh")}


@pytest.fixture(scope="module")
def park() -> Park:
    return open_park(LANGANG)


@pytest.fixture(scope="module")
def physical(park: Park) -> Inventory:
    return compiled(park)


def shown(inventory: Inventory, park: Park, plant: str) -> Scopes:
    """What the page's table of plants shows of one of them, by scope."""
    rows = by_plant(inventory, park, page(inventory))
    mine = rows[rows["enterprise_id"] == plant]
    return {int(row["scope"]): float(row["co2e_t"]) for row in mine.to_dict("records")}


def page(inventory: Inventory) -> PageChoice:
    return PageChoice(park="langang", year=2023, boundary=inventory.boundary_type, language="zh",
                      convention=inventory.convention)  # fmt: skip


PLANTS: dict[str, tuple[str, Callable[[], Scopes]]] = {
    "LG01": ("power_heat", heat_and_power),
    "LG02": ("wastewater", wastewater),
    "LG03": ("waste", waste),
    "LG08": ("enterprise", polyester),
    "LG09": ("enterprise", nylon),
    "LG24": ("enterprise", storage),
}


@pytest.mark.parametrize("plant", PLANTS)
def test_the_page_shows_what_a_pencil_gives(physical: Inventory, park: Park, plant: str) -> None:
    role, expected = PLANTS[plant]
    assert shown(physical, park, plant) == pytest.approx(expected(), rel=1e-12)
    roles = {row["enterprise_id"]: row["role"] for row in table("enterprises")}
    assert roles[plant] == role


def test_a_plant_without_a_place_is_shown_by_registration_alone(
    physical: Inventory, park: Park
) -> None:
    assert shown(physical, park, "LG04") == {}
    by_registration = compiled(park, boundary_type="statistical")
    assert shown(by_registration, park, "LG04") == pytest.approx(service(), rel=1e-12)


def test_no_list_reports_a_greenhouse_gas(park: Park) -> None:
    assert not set(park.releases["species"]) & greenhouse_gases()


def test_the_cards_show_the_total_and_its_scopes(physical: Inventory, park: Park) -> None:
    cards = key_figures(physical, park, page(physical))[:3]
    rows = by_plant(physical, park, page(physical))
    scopes = rows.groupby("scope")["co2e_t"].sum()
    written = [f"{tonnes / 1e4:.4g}" for tonnes in (scopes.sum(), scopes[1], scopes[2])]
    assert [card.value for card in cards] == written
    assert written[0] == "327.6"
