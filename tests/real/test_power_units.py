"""Power units of two states: CO2 from heat and the publisher's own factors, beside what it says."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from parkkit.core.units import conversion
from parkkit.inventory.comparison import compare_lists
from parkkit.inventory.compilation import Inventory
from tests.parks import box, compiled, make_park

pytestmark = pytest.mark.real

SET = "EGRID"
LIST = "eGRID"
ESTIMATED = "Estimated using emissions factor"
ITEMS = {"NG": "natural_gas", "DFO": "diesel", "COG": "coke_oven_gas", "LFG": "landfill_gas",
         "WDS": "wood_biomass", "BLQ": "black_liquor"}  # fmt: skip
# Wood and black liquor burn beside other fuels there, and the extract holds the primary fuel only.
APART = {
    "10216/PB1", "10216/RB1", "10699/4", "10699/BFB", "54216/REC3", "54429/PB2", "54429/RB2",
    "54752/1PB", "54752/2PB", "54752/RECB", "54789/4RB",
}  # fmt: skip
SHORT_TON_T = 0.90718474


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def units(real: Path) -> list[dict[str, str]]:
    found = rows(real / "power_units_us" / "units_2021_al_wv.csv")
    return [{**row, "id": f"{row['orispl']}/{row['unitid']}"} for row in found]


@pytest.fixture(scope="module")
def inventory(
    real: Path, units: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Inventory:
    """The units as a park: heat of the primary fuel, and what the publisher says of CO2."""
    factors = {row["eia_fuel_code"]: row["co2_ef"]
               for row in rows(real / "power_units_us" / "fuel_factors.csv")}  # fmt: skip
    told = [row for row in units if row["co2an"]]
    heated = [row for row in units if row["co2src"] == ESTIMATED and float(row["co2an"]) > 0]
    park = make_park(
        tmp_path_factory.mktemp("parks") / "power",
        about={"id": "power", "country": "US", "province": "", "industry_scheme": "NAICS",
               "list_order": [LIST, "calculated"]},
        convention={"factor_sets": [SET], "release_rule": "priority", "gases": "co2"},
        boundaries=[box()],
        enterprises=[{"enterprise_id": plant, "name_en": name, "industry_code": "2211"}
                     for plant, name in {r["orispl"]: r["pname"] for r in units}.items()],
        activity=[{"enterprise_id": row["orispl"], "process": row["unitid"], "process_type": "",
                   "item": ITEMS[row["fuelu1"]], "amount": row["htian"], "unit": "MMBtu",
                   "year": 2021} for row in heated],
        factors=[{"factor_set": SET, "item": item, "use": "fuel_combustion", "species": "co2",
                  "parameter": "emission_factor", "value": factors[code],
                  "unit": "short_ton/MMBtu", "origin": "o"} for code, item in ITEMS.items()],
        releases=[{"enterprise_id": row["orispl"], "process": row["unitid"], "list": LIST,
                   "year": 2021, "species": species, "amount": row[column], "unit": "short_ton",
                   "method": row["co2src"] if species == "co2" else ""}
                  for row in told for species, column in
                  {"co2": "co2an", "nox": "noxan", "so2": "so2an"}.items() if row[column]],
    )  # fmt: skip
    return compiled(park)


def compared(inventory: Inventory) -> pd.DataFrame:
    table = compare_lists(inventory)
    table = table[table["species"] == "co2"]
    return table.assign(unit=table["enterprise_id"] + "/" + table["process"])


def test_the_units_with_one_fuel_agree_within_a_hundredth(inventory: Inventory) -> None:
    table = compared(inventory)
    assert len(table) == 46
    assert (table["verdict"] == "agree").sum() == 35


def test_the_others_burn_wood_or_black_liquor_beside_other_fuels(inventory: Inventory) -> None:
    table = compared(inventory)
    other = table[table["verdict"] != "agree"]
    assert set(other["unit"]) == APART
    assert set(other["items"]) == {"wood_biomass", "black_liquor"}
    # Part of the heat is of fuels with less carbon, which the extract does not name.
    assert set(other["verdict"]) == {"list_smaller"}


def test_short_tons_convert_exactly() -> None:
    assert conversion("short_ton", "t") == SHORT_TON_T


@pytest.mark.parametrize(
    ("state", "species", "short_tons"),
    [("AL", "co2", 65_626_131.332), ("AL", "nox", 29_420.167), ("AL", "so2", 24_528.794),
     ("WV", "co2", 64_162_974.296), ("WV", "nox", 34_330.466), ("WV", "so2", 47_206.427)],
)  # fmt: skip
def test_the_sums_of_the_states_are_those_published(
    inventory: Inventory, units: list[dict[str, str]], state: str, species: str, short_tons: float
) -> None:
    plants = {row["orispl"] for row in units if row["pstatabb"] == state}
    kept = inventory.emissions
    found = kept[kept["enterprise_id"].isin(plants) & (kept["species"] == species)]
    # Published to three decimals.
    assert found["emissions_t"].sum() / SHORT_TON_T == pytest.approx(short_tons, abs=5.01e-4)


def test_the_sum_in_tonnes_is_the_one_of_the_book(
    inventory: Inventory, units: list[dict[str, str]]
) -> None:
    plants = {row["orispl"] for row in units if row["pstatabb"] == "AL"}
    kept = inventory.emissions
    carbon = kept[(kept["species"] == "co2") & kept["enterprise_id"].isin(plants)]
    assert carbon["emissions_t"].sum() == pytest.approx(59_535_024.890, abs=5.01e-4)
