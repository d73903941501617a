"""Allocate: what cogeneration burns is shared between its power and its heat."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.inventory.allocation import METHODS, allocate, shares
from parkkit.inventory.compilation import Inventory
from tests.parks import compiled, make_park

Row = dict[str, Any]
COAL: Row = {"amount": 1000}
CARBON = 1000 * 19.57 * 0.0261 * 0.93 * 44 / 12
TURBINE: Row = {"process": "turbine", "process_type": "", "use": "self_generated",
                "counterpart_id": "A"}  # fmt: skip
POWER: Row = {**TURBINE, "item": "electricity", "unit": "MWh", "amount": 100}  # 360 GJ
HEAT: Row = {**TURBINE, "item": "heat", "unit": "GJ", "amount": 800}
NOX: Row = {"species": "nox", "process": "boiler", "amount": 58}
CARNOT = 1 - (25 + 273.15) / (200 + 273.15)
POWER_SHARE = {
    "energy": 360 / 1160,
    "efficiency": (360 / 0.35) / (360 / 0.35 + 800 / 0.80),
    "exergy": 360 / (360 + 800 * CARNOT),
}
Compile = Callable[..., Inventory]


@pytest.fixture
def inventory(tmp_path: Path) -> Compile:
    def made(*activity: Row, **tables: Any) -> Inventory:
        return compiled(make_park(tmp_path / "p", activity=list(activity), **tables))

    return made


def parameter(name: str, value: float, **given: Any) -> Row:
    return {"enterprise_id": "A", "process": "", "parameter": name, "value": value, "unit": "1",
            "valid_from": float("nan"), "valid_to": float("nan"), **given}  # fmt: skip


def site(*rows: Row) -> pd.DataFrame:
    return pd.DataFrame(rows or [parameter("ncv", 1)]).head(len(rows))


WARM = parameter("heat_temperature_c", 200, unit="degC")


def shared(found: Inventory, *rows: Row, species: str = "co2") -> pd.DataFrame:
    table = allocate(found.emissions, found.activity, site(*rows))
    return table[table["species"] == species].set_index("method")


# --- by hand ---------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_the_methods_share_carbon_as_by_hand(inventory: Compile, method: str) -> None:
    row = shared(inventory(COAL, POWER, HEAT), WARM).loc[method]
    share = POWER_SHARE[method]
    assert row[["power_share", "heat_share"]].tolist() == pytest.approx([share, 1 - share])
    assert row["fuel_t"] == pytest.approx(CARBON)
    assert row[["power_t", "heat_t"]].tolist() == pytest.approx(
        [CARBON * share, CARBON * (1 - share)]
    )
    assert row["power_t_per_mwh"] == pytest.approx(CARBON * share / 100)
    assert row["heat_t_per_gj"] == pytest.approx(CARBON * (1 - share) / 800)


def test_pollutants_take_the_same_shares_and_co2e_is_beside_the_gases(inventory: Compile) -> None:
    found = inventory(COAL, POWER, HEAT, releases=[NOX])
    assert shared(found, species="nox").loc["energy", "power_t"] == pytest.approx(18.0)
    whole = found.emissions["co2e_t"].sum()
    assert shared(found, species="co2e").loc["energy", "fuel_t"] == pytest.approx(whole)


def test_a_plants_own_efficiencies_replace_the_recalled_ones(inventory: Compile) -> None:
    own = [parameter("power_efficiency", 0.5), parameter("heat_efficiency", 0.5)]
    found = inventory(COAL, POWER, HEAT)
    row = shared(found, *own).loc["efficiency"]
    assert row["power_share"] == pytest.approx(360 / 1160)
    assert row["parameters_used"] == "power_efficiency 0.5 (site);heat_efficiency 0.5 (site)"
    recalled = "power_efficiency 0.35 (recalled);heat_efficiency 0.8 (recalled)"
    assert shared(found).loc["efficiency", "parameters_used"] == recalled


def test_a_parameter_serves_the_years_it_is_valid_in(inventory: Compile) -> None:
    old = parameter("power_efficiency", 0.5, valid_to=2022)
    row = shared(inventory(COAL, POWER, HEAT), old).loc["efficiency"]
    assert row["power_share"] == pytest.approx(POWER_SHARE["efficiency"])


@pytest.mark.parametrize("rows", [[], [parameter("heat_temperature_c", 20, unit="degC")]],
                         ids=["not told", "no warmer than ambient"])  # fmt: skip
def test_exergy_without_a_temperature_of_heat_is_not_computable(
    inventory: Compile, rows: list[Row]
) -> None:
    row = shared(inventory(COAL, POWER, HEAT), *rows).loc["exergy"]
    assert row["missing"] == "heat_temperature_c"
    assert pd.isna(row["power_t"])
    assert pd.isna(row["heat_share"])


@pytest.mark.parametrize(("only", "product"), [(POWER, "power"), (HEAT, "heat")])
def test_one_product_alone_takes_it_whole_by_every_method(
    inventory: Compile, only: Row, product: str
) -> None:
    table = shared(inventory(COAL, only))
    assert table[f"{product}_share"].tolist() == [1.0, 1.0, 1.0]
    assert table[f"{product}_t"].tolist() == pytest.approx([CARBON] * 3)
    assert set(table["missing"]) == {""}


def test_what_was_made_in_an_amount_nobody_told_shares_nothing(inventory: Compile) -> None:
    silent = {**POWER, "amount": "", "notation": "NE"}
    table = shared(inventory(COAL, silent, HEAT), WARM)
    assert set(table["missing"]) == {"self_generated"}
    assert table["heat_t"].isna().all()


# --- which fuel belongs ----------------------------------------------------------------------


KILN: Row = {"amount": 500, "process": "kiln", "process_type": "furnace"}


def test_the_fuel_of_the_process_that_makes_power_is_its_fuel(inventory: Compile) -> None:
    own = {**POWER, "process": "boiler", "process_type": "boiler"}
    assert shared(inventory(COAL, KILN, own)).loc["energy", "fuel_t"] == pytest.approx(CARBON)


def test_a_turbine_that_burns_nothing_takes_the_fuel_of_the_plant(inventory: Compile) -> None:
    row = shared(inventory(COAL, KILN, POWER, HEAT)).loc["energy"]
    assert row["fuel_t"] == pytest.approx(CARBON * 1.5)


def test_power_of_the_sun_takes_no_fuel(inventory: Compile) -> None:
    panels = {**POWER, "process": "roof", "process_type": "solar_power", "amount": 900}
    assert not len(shared(inventory(COAL, panels)))
    row = shared(inventory(COAL, POWER, HEAT, panels)).loc["energy"]
    assert row[["power_made_gj", "power_share"]].tolist() == pytest.approx([360.0, 360 / 1160])


def test_biogenic_carbon_is_no_part_of_what_is_shared(inventory: Compile) -> None:
    wood = {**COAL, "item": "wood_biomass"}
    assert shared(inventory(COAL, wood, POWER)).loc["energy", "fuel_t"] == pytest.approx(CARBON)


@pytest.mark.parametrize(
    ("rows", "tonnes", "missing"),
    [([COAL], 70.0, ""), ([COAL, {**KILN, "use": "process_output", "item": "lime",
                                  "process_type": "lime_kiln"}], None, "process")],
    ids=["only burnt", "a lime kiln too"],
)  # fmt: skip
def test_a_whole_plant_value_is_shared_only_where_all_of_it_was_burnt_for_it(
    inventory: Compile, rows: list[Row], tonnes: float | None, missing: str
) -> None:
    whole = {**NOX, "process": "", "amount": 70, "data_rank": 1}
    row = shared(inventory(*rows, POWER, releases=[whole]), species="nox").loc["energy"]
    assert row["missing"] == missing
    assert (None if pd.isna(row["fuel_t"]) else row["fuel_t"]) == tonnes


def test_a_park_that_makes_no_power_shares_nothing(inventory: Compile) -> None:
    assert not len(shared(inventory(COAL)))


# --- always true -----------------------------------------------------------------------------

GJ = st.integers(min_value=1, max_value=10**7).map(lambda number: number / 8)


def made(power_gj: float, heat_gj: float) -> pd.DataFrame:
    row = {"enterprise_id": "A", "year": 2023, "process": "turbine", "process_type": "",
           "use": "self_generated", "notation": "", "amount": 1.0}  # fmt: skip
    return pd.DataFrame(
        [{**row, "item": "electricity", "energy_tj": power_gj / 1000},
         {**row, "item": "heat", "energy_tj": heat_gj / 1000}]
    )  # fmt: skip


@settings(max_examples=25, derandomize=True)
@given(power=GJ, heat=GJ, celsius=st.integers(min_value=30, max_value=600))
def test_shares_sum_to_one_and_lie_between(power: float, heat: float, celsius: int) -> None:
    table = shares(made(power, heat), site(parameter("heat_temperature_c", celsius)))
    assert (table["power_share"] + table["heat_share"]).tolist() == pytest.approx([1.0] * 3)
    assert table["power_share"].between(0, 1).all()
    # Work is worth more than warmth: exergy gives power more than energy does.
    by = table.set_index("method")["power_share"]
    assert by["exergy"] > by["energy"]


@settings(max_examples=25, derandomize=True)
@given(power=GJ, heat=GJ, times=st.sampled_from([1e-3, 8.0, 1e6]))
def test_shares_do_not_depend_on_the_unit_of_energy(
    power: float, heat: float, times: float
) -> None:
    left, right = (
        shares(made(*pair), site(WARM))["power_share"].tolist()
        for pair in ((power, heat), (power * times, heat * times))
    )
    assert left == pytest.approx(right, rel=1e-12)


@pytest.mark.parametrize(
    "told",
    [[{**POWER, "amount": 10, "unit": "万kWh"}, {**HEAT, "amount": 0.08, "unit": "万GJ"}],
     [{**POWER, "amount": 30}, {**POWER, "amount": 70}, HEAT]],
    ids=["other units", "split rows"],
)  # fmt: skip
def test_neither_units_nor_split_rows_move_a_share(inventory: Compile, told: list[Row]) -> None:
    table = shared(inventory(COAL, *told), WARM)
    assert table["power_share"].to_dict() == pytest.approx(POWER_SHARE)
