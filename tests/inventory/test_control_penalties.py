"""Penalties: the carbon of running a control device, per tonne that it takes off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parkkit.inventory.compilation import total
from parkkit.inventory.control_penalties import control_penalties, penalty_note
from tests.parks import OFFICE, compiled, make_park

# Zhejiang 2023; of pure carbonate and of urea: the factors of the sets
GRID_T_PER_MWH, CALCITE, UREA = 0.4974, 0.43971, 0.733
POWER = {**OFFICE, "use": "purchased", "amount": 1000, "counterpart_id": "grid"}
BURNT = {"amount": 100}
DEVICE = {"energy_use_kwh": 20000, "reagent": "石灰石粉", "reagent_t": 10}
SETS = ["CN_NDRC24", "CN_GRID", "IPCC2006", "STOICHIOMETRY"]


def told(species: str, left: Any, made: Any = None, **given: Any) -> list[dict[str, Any]]:
    """Release rows of the boiler: what is left, and what was generated where that is told."""
    rows = [{"process": "boiler", "species": species, "amount": left, **given}]
    if made is not None:
        rows.append({**rows[0], "amount": made, "amount_kind": "generated", "destination": ""})
    return rows


def penalties(
    folder: Path, releases: list[dict[str, Any]], abatement: list[dict[str, Any]], **given: Any
) -> pd.DataFrame:
    tables = {"activity": [BURNT, POWER], "convention": {"factor_sets": SETS}, **given}
    park = make_park(folder / "p", releases=releases, abatement=abatement, **tables)
    return control_penalties(compiled(park), park, year=2023)


def test_a_device_costs_its_power_and_its_carbonate(tmp_path: Path) -> None:
    row = penalties(tmp_path, told("so2", 10, 100), [DEVICE]).iloc[0]
    power, stone = 20 * GRID_T_PER_MWH, 10 * CALCITE
    assert (row["removed_t"], row["removed_basis"]) == (90.0, "generated")
    assert row["energy_co2e_t"] == pytest.approx(power)
    assert row["reagent_co2e_t"] == pytest.approx(stone)
    assert row["penalty_co2e_t"] == pytest.approx(power + stone)
    assert row["penalty_t_per_t"] == pytest.approx((power + stone) / 90)
    # 90 000 kg at 0.95 kg per equivalent
    assert row["penalty_kg_per_equivalent"] == pytest.approx(
        (power + stone) * 1000 / (90000 / 0.95)
    )
    assert (row["status"], row["missing"]) == ("computed", "")


def test_where_nobody_tells_what_was_generated_it_is_counted_back(tmp_path: Path) -> None:
    row = penalties(tmp_path, told("so2", 10), [{**DEVICE, "running_share": 0.5}]).iloc[0]
    # 0.9 x 0.5 is taken off, 0.55 is left
    assert row["removed_t"] == pytest.approx(10 / 0.55 * 0.45)
    assert row["removed_basis"] == "emitted"


@pytest.mark.parametrize("made", [None, 1000], ids=["counted back", "told"])
def test_in_a_series_each_device_has_its_own_share(tmp_path: Path, made: float | None) -> None:
    dust = {"species": "pm", "energy_use_kwh": 1000}
    devices = [{**dust, "technology": "B", "removal_share": 0.8, "order": 2},
               {**dust, "technology": "A", "removal_share": 0.9, "order": 1}]  # fmt: skip
    found = penalties(tmp_path, told("pm", 20, made), devices).set_index("technology")
    # of 1000 t the first takes 900, of the 100 that pass the second takes 80
    assert found["removed_t"].to_dict() == pytest.approx({"A": 900.0, "B": 80.0})
    ratio = found["penalty_t_per_t"]
    assert ratio["B"] / ratio["A"] == pytest.approx(900 / 80)


def test_what_a_series_takes_off_is_what_was_generated_less_what_is_left(tmp_path: Path) -> None:
    dust = {"species": "pm", "energy_use_kwh": 1000}
    devices = [{**dust, "removal_share": 0.9, "order": 1},
               {**dust, "removal_share": 0.8, "order": 2}]  # fmt: skip
    # the shares would leave 20 t; 30 t were measured: the rest goes by the shares, 900 to 80
    found = penalties(tmp_path, told("pm", 30, 1000), devices)
    assert found["removed_t"].tolist() == pytest.approx([970 * 900 / 980, 970 * 80 / 980])


def test_urea_is_no_carbonate_and_gives_off_its_carbon_all_the_same(tmp_path: Path) -> None:
    device = {**DEVICE, "species": "nox", "technology": "SNCR", "reagent": "尿素"}
    row = penalties(tmp_path, told("nox", 10, 20), [device]).iloc[0]
    assert row["reagent_co2e_t"] == pytest.approx(10 * UREA)


REAGENTS: dict[str, tuple[dict[str, Any], float | None, str]] = {
    "binds none": ({"reagent": "氨水"}, 0.0, ""),
    "unknown": ({"reagent": "fairy dust"}, None, "reagent"),
    "an amount of nothing": ({"reagent": ""}, None, "reagent"),
    "a scrubber needs some": ({"reagent": "", "reagent_t": ""}, None, "reagent"),
    "no amount": ({"reagent_t": ""}, None, "reagent_t"),
    "no factor": ({"reagent": "小苏打粉"}, None, "reagent_factor"),
}


def test_a_reagent_is_counted_or_said_to_be_missing(tmp_path: Path) -> None:
    """Each case is a boiler of its own; the sets asked for know no sodium bicarbonate."""
    releases = [row for name in REAGENTS for row in told("so2", 10, 100, process=name)]
    devices = [{**DEVICE, "process": name, **case[0]} for name, case in REAGENTS.items()]
    found = penalties(tmp_path, releases, devices, convention={"factor_sets": SETS[1:]})
    for row, (_, reagent_co2e_t, missing) in zip(
        found.to_dict("records"), REAGENTS.values(), strict=True
    ):
        assert row["missing"] == missing
        if reagent_co2e_t is None:
            assert pd.isna(row["reagent_co2e_t"])
            # the power alone: too small, and said so
            assert row["status"] == "partial"
            assert row["penalty_co2e_t"] == pytest.approx(20 * GRID_T_PER_MWH)
        else:
            assert (row["reagent_co2e_t"], row["status"]) == (reagent_co2e_t, "computed")


def test_a_filter_needs_no_reagent(tmp_path: Path) -> None:
    row = penalties(tmp_path, told("pm", 10, 100), [{"species": "pm", "energy_use_kwh": 5}]).iloc[0]
    assert (row["reagent_co2e_t"], row["status"]) == (0.0, "computed")


def test_a_device_that_does_not_tell_its_power_has_no_penalty(tmp_path: Path) -> None:
    row = penalties(tmp_path, told("pm", 10, 100), [{"species": "pm"}]).iloc[0]
    assert pd.isna(row["penalty_co2e_t"])
    assert (row["status"], row["missing"]) == ("not_computable", "energy_use_kwh")
    assert row["removed_t"] == 90.0


def test_a_plant_that_buys_no_power_has_no_factor(tmp_path: Path) -> None:
    row = penalties(tmp_path, told("so2", 10, 100), [DEVICE], activity=[BURNT]).iloc[0]
    assert (row["status"], row["missing"]) == ("partial", "electricity_factor")
    assert row["penalty_co2e_t"] == pytest.approx(10 * CALCITE)


UNTOLD: dict[str, tuple[list[dict[str, Any]], dict[str, Any], str]] = {
    "no release": (told("nox", 1), {}, "emissions"),
    "another outlet": (told("so2", 10, 100, stack_id="S2"), {"stack_id": "S1"}, "stack_id"),
    "no removal": (told("so2", 10), {"removal_share": ""}, "removal_share"),
    "all removed and some left": (told("so2", 10), {"removal_share": 1}, "generated_t"),
    "stands still": (told("so2", 10), {"running_share": 0}, "nothing_removed"),
}


def test_what_a_device_takes_off_is_never_made_up(tmp_path: Path) -> None:
    """Each case is a boiler of its own."""
    releases = [{**row, "process": name} for name, case in UNTOLD.items() for row in case[0]]
    devices = [{**DEVICE, "process": name, **case[1]} for name, case in UNTOLD.items()]
    found = penalties(tmp_path, releases, devices)
    assert found["missing"].tolist() == [case[2] for case in UNTOLD.values()]
    assert (found["status"] == "not_computable").all()
    assert found["penalty_t_per_t"].isna().all()
    assert (found["penalty_co2e_t"] > 0).all()  # the carbon of running is known all the same


def test_one_device_alone_needs_no_removal_share_where_both_amounts_are_told(
    tmp_path: Path,
) -> None:
    row = penalties(tmp_path, told("so2", 10, 100), [{**DEVICE, "removal_share": ""}]).iloc[0]
    assert (row["removed_t"], row["status"]) == (90.0, "computed")


def test_devices_of_other_years_and_of_those_outside_are_not_in(tmp_path: Path) -> None:
    devices = [{**DEVICE, "valid_to": 2022}, {**DEVICE, "process": "kiln"}]
    assert len(penalties(tmp_path, told("so2", 10, 100), devices)) == 0


def test_a_penalty_is_added_to_no_total(tmp_path: Path) -> None:
    given = {"activity": [BURNT, POWER], "releases": told("so2", 10, 100),
             "convention": {"factor_sets": SETS}}  # fmt: skip
    bare = compiled(make_park(tmp_path / "bare", **given))
    park = make_park(tmp_path / "p", abatement=[DEVICE], **given)
    inventory = compiled(park)
    control_penalties(inventory, park, year=2023)
    assert total(inventory, "co2e", 2023) == total(bare, "co2e", 2023)
    assert "beside the totals" in penalty_note("en")
    assert "不计入任何合计" in penalty_note("zh")
