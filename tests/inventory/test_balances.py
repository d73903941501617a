"""Balances: where what goes in does not come out, on numbers for a pencil."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.core.labels import label
from parkkit.inventory.balances import balances
from parkkit.park.package import open_park
from tests.parks import OUTSIDE, compiled, make_park

OWN = {"convention": {"factor_sets": ["CN_NDRC24"]}}
LANGANG = Path(__file__).parents[2] / "sample_parks" / "langang"
TWO = [{"enterprise_id": "A"}, {"enterprise_id": "B"}]
COAL = {"amount": 10000}
COAL_TJ = 232.04  # 10 000 t x 23.204 GJ/t
COAL_CO2 = 22274.29  # 232.04 TJ x 26.18 t/TJ x 44/12
TURBINE = {"process": "turbine", "process_type": "", "use": "self_generated"}
MADE = {**TURBINE, "item": "heat", "unit": "GJ", "amount": 185632}  # 0.8 of the coal's heat
POWER = {**TURBINE, "item": "electricity", "unit": "MWh"}
SULPHUR = {"parameter": "sulphur_share", "value": 0.01}
WATER = {"process": "water", "process_type": "water_use", "item": "fresh_water", "unit": "m3",
         "use": "water_withdrawn", "amount": 1000}  # fmt: skip
SENT = {"process": "sewer", "process_type": "wastewater_discharge", "item": "wastewater",
        "unit": "m3", "use": "wastewater_sent", "counterpart_id": "B", "amount": 800}  # fmt: skip
TREATED = {"enterprise_id": "B", "process": "works", "process_type": "wastewater_treatment",
           "item": "wastewater", "unit": "m3", "use": "treated", "amount": 800}  # fmt: skip
COD = {"item": "wastewater", "parameter": "generation_factor", "species": "cod", "unit": "g/m3",
       "value": 500}  # fmt: skip


def found(folder: Path, name: str, **rows: Any) -> pd.DataFrame:
    limits = rows.pop("limits", {})
    park = make_park(folder / "p", **{**OWN, **rows})
    table = balances(compiled(park), park, **limits)
    return table[table["balance"] == name].reset_index(drop=True)


def judged(table: pd.DataFrame) -> list[list[Any]]:
    return table[["state", "meaning", "missing"]].values.tolist()


def test_heat_below_the_fuel_closes_and_its_loss_is_shown(tmp_path: Path) -> None:
    table = found(tmp_path, "energy_made", activity=[COAL, MADE])
    assert judged(table) == [["closed", "closed", ""]]
    assert table["amount_in"][0] == pytest.approx(COAL_TJ)
    assert table["difference_share"][0] == pytest.approx(0.2)


def test_more_heat_than_the_fuel_holds_breaks(tmp_path: Path) -> None:
    table = found(tmp_path, "energy_made", activity=[COAL, {**MADE, "amount": 250_000}])
    assert judged(table) == [["open", "made_above_fuel", ""]]


def test_heat_without_fuel_is_not_computable(tmp_path: Path) -> None:
    assert judged(found(tmp_path, "energy_made", activity=[MADE])) == [
        ["not_computable", "not_computable", "fuel"]
    ]


def test_power_of_the_sun_takes_no_fuel(tmp_path: Path) -> None:
    sun = {**POWER, "process_type": "solar_power", "amount": 100_000}
    assert len(found(tmp_path, "energy_made", activity=[COAL, sun])) == 0


@pytest.mark.parametrize(
    ("efficiency", "unit", "verdict"),
    [(0.8, "1", "closed"), (80, "%", "closed"), (0.7, "1", "efficiency_above_declared"),
     (0.9, "1", "efficiency_below_declared")],
)  # fmt: skip
def test_the_declared_efficiency_is_held_against_the_fuel(
    tmp_path: Path, efficiency: float, unit: str, verdict: str
) -> None:
    declared = {"item": "heat", "parameter": "heat_efficiency", "value": efficiency, "unit": unit}
    table = found(tmp_path, "energy_efficiency", activity=[COAL, MADE], site_factors=[declared])
    assert table["meaning"].tolist() == [verdict]


def test_an_efficiency_nobody_declares_is_named(tmp_path: Path) -> None:
    power = {**POWER, "amount": 1}
    table = found(tmp_path, "energy_efficiency", activity=[COAL, MADE, power])
    assert table["missing"].tolist() == ["heat_efficiency;power_efficiency"]


@pytest.mark.parametrize("item", ["cooling", "compressed_air"])
def test_what_power_makes_is_not_made_of_fuel(tmp_path: Path, item: str) -> None:
    unit = {"cooling": "GJ", "compressed_air": "m3"}[item]
    made = {**TURBINE, "item": item, "unit": unit, "amount": 10**6}
    assert len(found(tmp_path, "energy_made", activity=[COAL, made])) == 0


def test_the_fuel_of_a_kiln_is_not_the_boilers(tmp_path: Path) -> None:
    kiln = {**COAL, "process": "kiln", "process_type": "lime_kiln"}
    heat = {**MADE, "process": "boiler"}
    declared = {"item": "heat", "parameter": "heat_efficiency", "value": 0.8, "unit": "1"}
    others = {**declared, "process": "kiln", "value": 0.3}
    rows = {"activity": [COAL, kiln, heat], "site_factors": [declared, others]}
    table = found(tmp_path, "energy_efficiency", **rows)
    assert table[["process", "amount_in"]].values.tolist() == [["boiler", pytest.approx(COAL_TJ)]]
    assert judged(table) == [["closed", "closed", ""]]
    own = {**declared, "process": "boiler", "value": 0.7}
    rows["site_factors"] = [declared, own]
    assert found(tmp_path / "2", "energy_efficiency", **rows)["meaning"].tolist() == [
        "efficiency_above_declared"
    ]


def test_what_stands_beside_no_fuel_is_held_against_all_of_the_plant(tmp_path: Path) -> None:
    rows = [COAL, {**COAL, "process": "b2"}, MADE, {**MADE, "process": "boiler", "amount": 1}]
    table = found(tmp_path, "energy_made", activity=rows)
    assert table[["process", "amount_in"]].values.tolist() == [["", pytest.approx(2 * COAL_TJ)]]


def test_nobody_sells_more_than_is_made_and_bought(tmp_path: Path) -> None:
    sold = {**MADE, "use": "sold", "counterpart_id": "outside"}
    table = found(tmp_path, "energy_supply", activity=[COAL, MADE, {**sold, "amount": 100_000}])
    assert table["difference"].tolist() == pytest.approx([85_632])
    # A sale above what is told of making needs the check that refuses it to be a warning only:
    # what is bought is not, so that the sale stands.
    rows = [COAL, {**sold, "amount": 100_000}]
    above = found(tmp_path / "2", "energy_supply", activity=[*rows, {
        **MADE, "use": "purchased", "counterpart_id": "outside", "amount": 1000}],
        convention={"factor_sets": ["CN_NDRC24", "CN_HEAT"]})  # fmt: skip
    assert judged(above) == [["open", "sold_above_supply", ""]]


@pytest.mark.parametrize(
    ("bought", "verdict"),
    [(995, "closed"), (900, "bought_below_sold"), (1100, "bought_above_sold")],
)
def test_what_one_sells_the_other_buys(tmp_path: Path, bought: float, verdict: str) -> None:
    sold = {**MADE, "use": "sold", "counterpart_id": "B", "amount": 1000}
    taken = {**MADE, "enterprise_id": "B", "use": "purchased", "counterpart_id": "A",
             "amount": bought}  # fmt: skip
    table = found(tmp_path, "energy_trade", enterprises=TWO, activity=[COAL, MADE, sold, taken],
                  convention={"factor_sets": ["CN_NDRC24", "CN_HEAT"]})  # fmt: skip
    assert table[["enterprise_id", "counterpart_id", "meaning"]].values.tolist() == [
        ["A", "B", verdict]
    ]


@pytest.mark.parametrize(
    ("reported", "verdict"),
    [(None, "closed"), (22_000, "closed"), (23_000, "carbon_above_fuel"), (15_000, "carbon_lost")],
)
def test_no_more_co2_leaves_than_the_fuel_has_carbon(
    tmp_path: Path, reported: float | None, verdict: str
) -> None:
    lists = [{"species": "co2", "process": "boiler", "amount": reported, "data_rank": 1}]
    table = found(tmp_path, "carbon", activity=[COAL], releases=lists if reported else [])
    assert table["amount_in"].tolist() == pytest.approx([COAL_CO2], rel=1e-5)
    assert table["meaning"].tolist() == [verdict]


def test_a_whole_plant_is_held_against_all_its_fuel(tmp_path: Path) -> None:
    lists = [{"species": "co2", "amount": 40_000, "data_rank": 1}]
    rows = [COAL, {**COAL, "process": "kiln"}]
    table = found(tmp_path, "carbon", activity=rows, releases=lists)
    assert table["process"].tolist() == [""]
    assert table["amount_in"].tolist() == pytest.approx([2 * COAL_CO2], rel=1e-5)


def test_what_is_captured_adds_to_what_a_stack_measures_only(tmp_path: Path) -> None:
    captured = {"item": "carbon_dioxide", "use": "captured", "process_type": "boiler",
                "amount": 4000}  # fmt: skip
    calculated = found(tmp_path, "carbon", activity=[COAL, captured])
    # 0.93 of the carbon is burnt; what is caught of it is in that already
    assert calculated["amount_out"].tolist() == pytest.approx([0.93 * COAL_CO2], rel=1e-5)
    lists = [{"species": "co2", "process": "boiler", "amount": 17_000, "data_rank": 1}]
    measured = found(tmp_path / "2", "carbon", activity=[COAL, captured], releases=lists)
    assert measured["amount_out"].tolist() == [21_000]


def test_carbon_of_another_source_in_the_process_is_not_known(tmp_path: Path) -> None:
    stone = {"item": "limestone", "use": "feedstock", "amount": 100}
    table = found(tmp_path, "carbon", activity=[COAL, stone])
    assert "limestone/carbon_content" in table["missing"][0]


def test_carbon_that_leaves_in_a_fuel_made_counts(tmp_path: Path) -> None:
    oven = {"process_type": "coke_oven", "process": "oven"}
    rows = [{**oven, "item": "bituminous", "use": "conversion_in", "amount": 1000},
            {**oven, "item": "coke", "use": "conversion_out", "amount": 700}]  # fmt: skip
    row = found(tmp_path, "carbon", activity=rows).iloc[0]
    assert row["state"] == "closed"
    # a balance at oxidation 1: what is not in the coke is released
    assert row["amount_out"] == pytest.approx(row["amount_in"])


@pytest.mark.parametrize(
    ("so2", "verdict"), [(150, "closed"), (200, "closed"), (230, "sulphur_above_fuel")]
)
def test_no_more_so2_leaves_than_the_fuel_has_sulphur(
    tmp_path: Path, so2: float, verdict: str
) -> None:
    lists = [{"species": "so2", "process": "boiler", "amount": so2}]
    table = found(tmp_path, "sulphur", activity=[COAL], releases=lists, site_factors=[SULPHUR])
    assert table["amount_in"].tolist() == pytest.approx([200])  # 2 x 1 % of 10 000 t
    assert table["meaning"].tolist() == [verdict]


def test_sulphur_that_nobody_measured_is_named(tmp_path: Path) -> None:
    lists = [{"species": "so2", "process": "boiler", "amount": 1}]
    table = found(tmp_path, "sulphur", activity=[COAL], releases=lists)
    assert judged(table) == [["not_computable", "not_computable", "bituminous/sulphur_share"]]


def test_the_sulphur_of_a_gas_is_told_by_volume(tmp_path: Path) -> None:
    gas = {"item": "natural_gas", "unit": "万m3", "amount": 100}
    measured = {"item": "natural_gas", "parameter": "sulphur_mg_per_m3", "value": 20,
                "unit": "mg/m3"}  # fmt: skip
    lists = [{"species": "so2", "process": "boiler", "amount": 0.03}]
    table = found(tmp_path, "sulphur", activity=[gas], releases=lists, site_factors=[measured])
    assert table["amount_in"].tolist() == pytest.approx([0.04])  # 2 x 1e6 m3 x 20 mg
    assert table["state"].tolist() == ["closed"]


def test_dust_of_a_fire_is_ash(tmp_path: Path) -> None:
    ash = {"parameter": "ash_share", "value": 0.1}
    lists = [{"species": "pm", "process": "boiler", "amount": 1100}]
    table = found(tmp_path, "ash", activity=[COAL], releases=lists, site_factors=[ash])
    assert table["amount_in"].tolist() == pytest.approx([1000])
    assert table["meaning"].tolist() == ["ash_above_fuel"]


@pytest.mark.parametrize(("stone", "verdict"), [(250, "closed"), (100, "too_little_limestone")])
def test_limestone_must_do_for_the_sulphur_taken_out(
    tmp_path: Path, stone: float, verdict: str
) -> None:
    scrubber = {"process": "fgd", "process_type": "flue_gas_cleaning", "item": "limestone",
                "use": "feedstock", "amount": stone}  # fmt: skip
    generated = {"parameter": "generation_factor", "species": "so2", "value": 0.016, "unit": "t/t"}
    table = found(tmp_path, "limestone", activity=[COAL, scrubber], site_factors=[generated],
                  abatement=[{}])  # fmt: skip
    # 160 t made, 0.9 of it taken out: 144 t x 100/64
    assert table["amount_out"].tolist() == pytest.approx([225])
    assert table["ratio"].tolist() == pytest.approx([stone / 225])
    assert table["meaning"].tolist() == [verdict]


SO2 = {"parameter": "generation_factor", "species": "so2", "value": 0.016, "unit": "t/t"}
STONE = {"reagent": "limestone", "reagent_t": 300}


def test_a_release_of_the_whole_plant_is_held_against_all_it_generates(tmp_path: Path) -> None:
    rows = [COAL, {**COAL, "process": "b2"}]  # 160 t each, the second not scrubbed
    table = found(tmp_path, "limestone", activity=rows, site_factors=[SO2], abatement=[STONE],
                  releases=[{"amount": 176}])  # fmt: skip
    assert table["amount_out"].tolist() == pytest.approx([225])  # (320 - 176) t x 100/64
    assert judged(table) == [["closed", "closed", ""]]


@pytest.mark.parametrize("given", ["fuel", "limestone"])
def test_months_that_nobody_tells_leave_the_limestone_open_to_doubt(
    tmp_path: Path, given: str
) -> None:
    months: list[dict[str, Any]] = [{"month": month} for month in range(1, 12)]
    scrubber = {"process": "fgd", "process_type": "flue_gas_cleaning", "item": "limestone",
                "use": "feedstock", "amount": 300}  # fmt: skip
    rows = {"fuel": COAL, "limestone": scrubber}
    activity = [{**row, **one} for name, row in rows.items()
                for one in (months if name == given else [{}])]  # fmt: skip
    table = found(tmp_path, "limestone", site_factors=[SO2], abatement=[{}], activity=activity,
                  releases=[{"process": "boiler", "amount": 16, "data_rank": 1}])  # fmt: skip
    assert judged(table) == [["not_computable", "not_computable", "months"]]


def test_the_reagent_of_a_device_stands_in_for_the_activity(tmp_path: Path) -> None:
    device = {"reagent": "石灰石粉", "reagent_t": 300, "valid_from": 2020, "valid_to": 2023}
    generated = {"parameter": "generation_factor", "species": "so2", "value": 0.016, "unit": "t/t"}
    rows = [COAL, {**COAL, "year": 2024}]
    table = found(tmp_path, "limestone", activity=rows, site_factors=[generated],
                  abatement=[device])  # fmt: skip
    assert table[["year", "amount_in"]].values.tolist() == [[2023, 300]]


@pytest.mark.parametrize(("sent", "verdict"), [(800, "closed"), (1500, "wastewater_above_intake")])
def test_no_more_wastewater_than_water(tmp_path: Path, sent: float, verdict: str) -> None:
    reused = {**WATER, "item": "reused_water", "use": "water_reused", "amount": 200}
    rows = [WATER, reused, {**SENT, "amount": sent}, {**TREATED, "amount": sent}]
    table = found(tmp_path, "water", enterprises=TWO, activity=rows)
    assert table[["enterprise_id", "amount_in", "meaning"]].values.tolist() == [
        ["A", 1200, verdict]
    ]


def test_wastewater_without_intake_is_not_computable(tmp_path: Path) -> None:
    table = found(tmp_path, "water", enterprises=TWO, activity=[SENT, TREATED])
    assert table["missing"].tolist() == ["water_withdrawn"]


@pytest.mark.parametrize(
    ("treated", "verdict"),
    [(800, "closed"), (900, "treated_above_sent"), (700, "treated_below_sent")],
)
def test_what_is_sent_is_received(tmp_path: Path, treated: float, verdict: str) -> None:
    rows = [SENT, {**TREATED, "amount": treated}]
    table = found(tmp_path, "wastewater", enterprises=TWO, activity=rows)
    assert table[["enterprise_id", "meaning"]].values.tolist() == [["B", verdict]]


@pytest.mark.parametrize(
    ("inlet", "verdict"),
    [(500, "closed"), (520, "closed"), (600, "load_above_sent"), (400, "load_below_sent")],
)
def test_the_load_sent_reaches_the_inlet(tmp_path: Path, inlet: float, verdict: str) -> None:
    site = [{**COD, "enterprise_id": "A"}, {**COD, "enterprise_id": "B", "value": inlet}]
    table = found(tmp_path, "load", enterprises=TWO, activity=[SENT, TREATED], site_factors=site)
    assert table["amount_in"].tolist() == pytest.approx([0.4])  # 800 m3 x 500 g/m3
    assert table[["item", "meaning"]].values.tolist() == [["cod", verdict]]


def test_a_part_of_the_total_nitrogen_is_sent_once(tmp_path: Path) -> None:
    inlet = {**COD, "enterprise_id": "B", "species": "nh3_n", "value": 50}
    sent = {"medium": "water", "destination": "treatment_plant", "counterpart_id": "B"}
    lists = [{**sent, "species": "nh3_n", "amount": 0.04}, {**sent, "species": "tn", "amount": 0.1}]
    table = found(tmp_path, "load", enterprises=TWO, activity=[SENT, TREATED],
                  site_factors=[inlet], releases=lists)  # fmt: skip
    # 800 m3 x 50 g/m3
    assert table[["item", "amount_in", "amount_out"]].values.tolist() == [
        ["nh3_n", 0.04, pytest.approx(0.04)]
    ]


def test_a_load_from_outside_the_boundary_reaches_the_inlet(tmp_path: Path) -> None:
    site = [{**COD, "enterprise_id": "B"}]
    sent = {"medium": "water", "species": "cod", "destination": "treatment_plant",
            "counterpart_id": "B"}  # fmt: skip
    lists = [{**sent, "amount": 0.3}, {**sent, "enterprise_id": "X", "amount": 0.1}]
    table = found(tmp_path, "load", enterprises=[*TWO, {"enterprise_id": "X", **OUTSIDE}],
                  activity=[TREATED], site_factors=site, releases=lists)  # fmt: skip
    assert table["amount_in"].tolist() == pytest.approx([0.4])
    assert table["meaning"].tolist() == ["closed"]


def test_tonnes_are_no_cubic_metres(tmp_path: Path) -> None:
    soft = {**WATER, "item": "softened_water", "unit": "t", "amount": 900}
    load = {**SENT, "item": "cod_load", "unit": "t", "amount": 300}
    rows = [WATER, soft, {**SENT, "amount": 950}, load, {**TREATED, "amount": 950}]
    tables = [found(tmp_path / name, name, enterprises=TWO, activity=rows)
              for name in ("water", "wastewater")]  # fmt: skip
    sides = [table[["amount_in", "amount_out", "meaning"]].values.tolist() for table in tables]
    assert sides == [[[1000, 950, "closed"]], [[950, 950, "closed"]]]


def test_a_tolerance_can_be_asked_for(tmp_path: Path) -> None:
    rows = [SENT, {**TREATED, "amount": 900}]
    table = found(tmp_path, "wastewater", enterprises=TWO, activity=rows,
                  limits={"tolerance": 0.2})  # fmt: skip
    assert table[["state", "tolerance"]].values.tolist() == [["closed", 0.2]]


def test_missing_months_leave_a_balance_open_to_doubt(tmp_path: Path) -> None:
    rows = [{"amount": 100, "month": month} for month in range(1, 12)]
    table = found(tmp_path, "carbon", activity=rows)
    assert (table["state"][0], "months" in table["missing"][0]) == ("not_computable", True)


def test_a_park_of_lists_alone_has_no_balance(tmp_path: Path) -> None:
    park = make_park(tmp_path / "p", releases=[{"amount": 5}], **OWN)
    assert len(balances(compiled(park), park)) == 0


def test_every_balance_and_meaning_has_its_text() -> None:
    park = open_park(LANGANG)
    table = balances(compiled(park), park)
    for language in ("zh", "en"):
        assert all(label(f"balance.name.{name}", language) for name in set(table["balance"]))
        assert all(label(f"balance.state.{name}", language) for name in set(table["state"]))
        assert all(label(f"balance.meaning.{name}", language) for name in set(table["meaning"]))
    # What its maker closed is closed here.
    made = ["energy_made", "energy_supply", "energy_trade", "limestone", "water", "wastewater",
            "load"]  # fmt: skip
    closed = table[table["balance"].isin(made) & (table["state"] != "not_computable")]
    assert set(closed["balance"]) == set(made)
    assert set(closed["state"]) == {"closed"}


ROWS = [COAL, MADE, {**MADE, "use": "sold", "counterpart_id": "outside", "amount": 5000}, WATER,
        SENT, TREATED]  # fmt: skip


@settings(deadline=None, max_examples=5, derandomize=True)
@given(rows=st.permutations(ROWS), is_split=st.booleans())
def test_order_and_split_rows_change_no_balance(rows: list[dict[str, Any]], is_split: bool) -> None:
    halves = [{**row, "amount": row["amount"] / 2} for row in rows]
    tables = []
    for activity in (ROWS, [*halves, *halves] if is_split else rows):
        with tempfile.TemporaryDirectory() as folder:
            park = make_park(Path(folder) / "p", enterprises=TWO, activity=activity,
                             site_factors=[SULPHUR], **OWN)  # fmt: skip
            tables.append(balances(compiled(park), park))
    pd.testing.assert_frame_equal(tables[0], tables[1])
