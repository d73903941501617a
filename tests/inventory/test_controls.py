"""What control devices take: reagents, ammonia that slips, electricity."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parkkit.inventory.calculation import calculate
from parkkit.inventory.compilation import total
from parkkit.inventory.controls import control_cautions, device_energy
from tests.parks import compiled, make_park

Noted = Callable[..., list[Any]]
COAL = {"amount": 10000}
LIMESTONE = {"process": "FGD", "process_type": "flue_gas_cleaning", "item": "limestone",
             "use": "feedstock", "amount": 100}  # fmt: skip
FGD = {"reagent": "石灰石粉", "reagent_t": 100}
SCR = {"species": "nox", "technology": "SCR", "reagent": "氨水", "reagent_t": 5}
SLIP = {"process": "SCR", "process_type": "flue_gas_cleaning", "technology": "scr",
        "item": "bituminous", "use": "treated", "amount": 10000}  # fmt: skip
POWER = {"process": "power", "process_type": "purchase", "item": "electricity", "unit": "MWh",
         "use": "purchased", "counterpart_id": "grid", "amount": 100}  # fmt: skip


@pytest.fixture
def notes(tmp_path: Path) -> Noted:
    """The notes of a park that burns coal, of one code."""

    def made(code: str, sets: tuple[str, ...] = (), **tables: Any) -> list[Any]:
        given = {"activity": [COAL], **tables}
        chosen = [*sets, "CN_NDRC24", "STOICHIOMETRY", "CN_GRID"]
        park = make_park(tmp_path / "p", convention={"factor_sets": chosen}, **given)
        return [note for note in calculate(park, park.about.convention).notes if note.code == code]

    return made


# --- reagents --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reagent", "item"),
    [("石灰石粉", "limestone"), ("Limestone", "limestone"), ("碳酸钙", "limestone"),
     ("纯碱", "soda_ash"), ("白云石", "dolomite"), ("小苏打", "sodium_bicarbonate")],
)  # fmt: skip
def test_a_carbonate_reagent_without_activity_is_told_with_the_row_to_write(
    notes: Noted, reagent: str, item: str
) -> None:
    [note] = notes("reagent_not_counted", abatement=[{**FGD, "reagent": reagent}])
    assert (note.file, note.row, note.column) == ("abatement.csv", 2, "reagent_t")
    text = note.told("en")
    for word in ("2023", f"item = {item}", "use = feedstock", "amount = 100", "CO2"):
        assert word in text
    assert "其二氧化碳未计入" in note.told("zh")


@pytest.mark.parametrize("reagent", ["氢氧化钠", "生石灰", "尿素", ""])
def test_what_holds_no_carbonate_needs_no_row(notes: Noted, reagent: str) -> None:
    assert notes("reagent_not_counted", abatement=[{**FGD, "reagent": reagent}]) == []


def test_a_reagent_counts_in_each_year_its_process_runs(notes: Noted) -> None:
    rows = [{**COAL, "year": year} for year in (2020, 2021, 2022, 2023)]
    [note] = notes("reagent_not_counted", activity=[*rows, {**LIMESTONE, "year": 2021}],
                   abatement=[{**FGD, "valid_to": 2022}])  # fmt: skip
    assert note.values["years"] == ["2020", "2022"]


def test_bought_limestone_has_not_given_its_co2(notes: Noted) -> None:
    bought = {**LIMESTONE, "use": "purchased", "counterpart_id": "outside"}
    assert len(notes("reagent_not_counted", activity=[COAL, bought], abatement=[FGD])) == 1


@pytest.mark.parametrize(("amount", "count"), [(100, 0), (96, 0), (105, 0), (94, 1), (106.5, 1)])
def test_a_reagent_within_a_twentieth_of_its_activity_is_the_same(
    notes: Noted, amount: float, count: int
) -> None:
    rows = [COAL, {**LIMESTONE, "amount": amount}]
    found = notes("reagent_differs", activity=rows, abatement=[FGD])
    assert len(found) == count
    assert notes("reagent_not_counted", activity=rows, abatement=[FGD]) == []


def test_the_reagents_of_all_devices_meet_all_activity(notes: Noted) -> None:
    rows = [COAL, {**LIMESTONE, "amount": 100}, {**LIMESTONE, "amount": 80, "unit": "t"}]
    both = [FGD, {**FGD, "species": "hcl", "reagent_t": 80}]
    assert notes("reagent_differs", activity=rows, abatement=both) == []
    [note] = notes("reagent_differs", activity=rows, abatement=[FGD])
    assert (note.values["given"], note.values["told"], note.row) == ("100", "180", 2)


def test_the_limestone_of_a_kiln_is_another_matter(notes: Noted) -> None:
    kiln = {**LIMESTONE, "process": "kiln", "process_type": "lime_kiln", "amount": 5000}
    assert notes("reagent_differs", activity=[COAL, LIMESTONE, kiln], abatement=[FGD]) == []
    assert len(notes("reagent_differs", activity=[COAL, kiln], abatement=[FGD])) == 1


def test_how_near_a_reagent_must_be_is_the_readers_choice(tmp_path: Path) -> None:
    park = make_park(tmp_path / "p", activity=[COAL, {**LIMESTONE, "amount": 90}],
                     abatement=[FGD], convention={"factor_sets": ["CN_NDRC24"]})  # fmt: skip
    activity = calculate(park, park.about.convention).activity
    loose = control_cautions(activity, park, park.about.convention, reagents_agree=0.2)
    strict = control_cautions(activity, park, park.about.convention)
    assert [[note.code for note in found] for found in (loose, strict)] == [[], ["reagent_differs"]]


def test_the_co2_of_the_reagent_appears(tmp_path: Path) -> None:
    def co2(*rows: dict[str, Any]) -> float:
        park = make_park(tmp_path / "p", activity=[COAL, *rows], abatement=[FGD],
                         convention={"factor_sets": ["CN_NDRC24", "STOICHIOMETRY"]})  # fmt: skip
        return total(compiled(park), "co2", 2023)

    assert co2(LIMESTONE) - co2() == pytest.approx(43.971)


# --- slip ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("technology", "slips_as"),
    [("SCR", "scr"), ("sncr", "sncr"), ("lnb_scr", "scr"),
     ("选择性非催化还原（SNCR）", "sncr")],
)  # fmt: skip
def test_ammonia_that_is_sprayed_and_not_told_to_slip_is_said(
    notes: Noted, technology: str, slips_as: str
) -> None:
    device = {**SCR, "technology": technology, "reagent": "尿素"}
    [note] = notes("slip_not_counted", ("CN_CSES144",), abatement=[device])
    assert (note.file, note.row, note.column) == ("abatement.csv", 2, "reagent")
    for word in (f"technology = {slips_as}", "use = treated", "item = bituminous", "2023"):
        assert word in note.told("en")


def test_the_row_that_the_note_asks_for_silences_it_and_counts_the_slip(tmp_path: Path) -> None:
    park = make_park(tmp_path / "p", activity=[COAL, SLIP], abatement=[SCR],
                     convention={"factor_sets": ["CN_CSES144", "CN_NDRC24"]})  # fmt: skip
    found = compiled(park)
    assert "slip_not_counted" not in {note.code for note in found.notes}
    assert total(found, "nh3", 2023) == pytest.approx(1.6)  # 10 000 t at 0.16 kg


@pytest.mark.parametrize(
    ("sets", "device", "burnt"),
    [
        ((), {}, {}),
        (("CN_CSES144",), {"reagent": "氢气"}, {}),
        (("CN_CSES144",), {"technology": "臭氧氧化"}, {}),
        (("CN_CSES144",), {"species": "so2"}, {}),
        (("CN_CSES144",), {"valid_to": 2022}, {}),
        (("CN_CSES144",), {}, {"item": "natural_gas", "unit": "m3"}),
    ],
    ids=["no set has it", "no ammonia", "another technology", "another species",
         "another year", "the factor is of coal"],
)  # fmt: skip
def test_no_slip_is_asked_for_where_none_could_be_counted(
    notes: Noted, sets: tuple[str, ...], device: dict[str, Any], burnt: dict[str, Any]
) -> None:
    found = notes("slip_not_counted", sets, activity=[{**COAL, **burnt}],
                  abatement=[{**SCR, **device}])  # fmt: skip
    assert found == []


def test_of_a_series_one_row_of_slip_will_do(notes: Noted) -> None:
    series = [{**SCR, "technology": "SNCR", "order": 1}, {**SCR, "order": 2}]
    assert len(notes("slip_not_counted", ("CN_CSES144",), abatement=series)) == 2
    told = [COAL, SLIP]
    assert notes("slip_not_counted", ("CN_CSES144",), activity=told, abatement=series) == []


# --- electricity -----------------------------------------------------------------------------


def test_the_electricity_of_devices_is_told_and_added_to_nothing(tmp_path: Path) -> None:
    devices = [{"energy_use_kwh": 20000}, {"species": "pm", "energy_use_kwh": 10000},
               {"species": "nox", "energy_use_kwh": 7000, "valid_to": 2022}]  # fmt: skip
    given = {"activity": [COAL, POWER], "convention": {"factor_sets": ["CN_NDRC24", "CN_GRID"]}}
    bare = make_park(tmp_path / "bare", **given)
    park = make_park(tmp_path / "p", **given, abatement=devices)
    row = device_energy(park).iloc[0]
    assert (row["devices"], row["energy_mwh"], row["purchased_mwh"]) == (2, 30.0, 100.0)
    assert (row["status"], row["missing"]) == ("computed", "")
    assert pd.isna(row["self_generated_mwh"])
    assert total(compiled(park), "co2", 2023) == total(compiled(bare), "co2", 2023)


def test_a_device_that_does_not_tell_its_electricity_leaves_the_sum_partial(
    tmp_path: Path,
) -> None:
    rows = [COAL, {**COAL, "process": "kiln", "enterprise_id": "B"}]
    devices = [{"energy_use_kwh": 20000}, {"species": "pm"},
               {"enterprise_id": "B", "process": "kiln"}]  # fmt: skip
    park = make_park(tmp_path / "p", enterprises=[{}, {"enterprise_id": "B"}], activity=rows,
                     abatement=devices)  # fmt: skip
    table = device_energy(park).set_index("enterprise_id")
    assert table["status"].to_dict() == {"A": "partial", "B": "not_computable"}
    assert table["missing"].to_dict() == {"A": "energy_use_kwh", "B": "energy_use_kwh"}
    assert pd.isna(table["energy_mwh"]["B"])


def test_a_park_without_devices_has_no_electricity_of_them(tmp_path: Path) -> None:
    assert len(device_energy(make_park(tmp_path / "p", activity=[COAL]))) == 0


@pytest.mark.parametrize(("kwh", "count"), [(100000, 0), (100001, 1)])
def test_devices_that_take_more_than_the_plant_has_are_told(
    notes: Noted, kwh: float, count: int
) -> None:
    found = notes("device_energy_above_power", activity=[COAL, POWER],
                  abatement=[{"energy_use_kwh": kwh}])  # fmt: skip
    assert len(found) == count
    for note in found:
        assert (note.file, note.row, note.column) == ("abatement.csv", 2, "energy_use_kwh")
        assert "100.001 MWh" in note.told("en")


def test_what_a_plant_makes_itself_runs_its_devices_too(notes: Noted) -> None:
    made = {**POWER, "use": "self_generated", "counterpart_id": "A", "amount": 50}
    found = notes("device_energy_above_power", activity=[COAL, POWER, made],
                  abatement=[{"energy_use_kwh": 150000}])  # fmt: skip
    assert found == []


def test_power_that_is_confidential_is_not_judged(notes: Noted) -> None:
    hidden = {**POWER, "amount": "", "notation": "C"}
    given = {"activity": [COAL, hidden], "abatement": [{"energy_use_kwh": 150000}]}
    assert notes("device_energy_above_power", **given) == []
    assert notes("device_energy_without_power", **given) == []


def test_devices_of_a_plant_that_tells_of_no_power_are_told(notes: Noted) -> None:
    rows = [COAL, {**COAL, "year": 2022}]
    [note] = notes("device_energy_without_power", activity=rows,
                   abatement=[{"energy_use_kwh": 150000}])  # fmt: skip
    assert (note.row, note.values["years"]) == (2, ["2022–2023"])
