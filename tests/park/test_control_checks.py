"""Bad devices, sizes and lists: each told with its file, row, column, what was given, a cure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from parkkit.core.errors import Problem
from parkkit.park.package import check_park
from tests.parks import write_park

COAL = {"amount": 10}
NOX = {"species": "nox", "order": 1}
SIZE = {"unit": "1"}


def size(parameter: str, value: float, **more: Any) -> dict[str, Any]:
    return {"parameter": parameter, "value": value, **SIZE, **more}


def released(species: str, amount: float, **more: Any) -> dict[str, Any]:
    return {"species": species, "amount": amount, **more}


def case(
    code: str, file: str, row: int, column: str, words: tuple[str, ...], **given: Any
) -> object:
    return pytest.param((code, file, row, column), words, given, id=f"{code}-{row}-{column}")


def problems(folder: Path, **given: Any) -> list[Problem]:
    return list(check_park(write_park(folder / "p", **{"activity": [COAL], **given})))


ERRORS = [
    case("above", "abatement.csv", 2, "removal_share", ("95", "up to 1"),
         abatement=[{"removal_share": 95}]),
    case("above", "abatement.csv", 2, "running_share", ("1.2", "up to 1"),
         abatement=[{"running_share": 1.2}]),
    case("percent_as_share", "site_factors.csv", 2, "value",
         ("0.8 as a share is 80 %", "sulphur_share", "at most 10 %", "0.8 %", "give 0.008"),
         site_factors=[size("sulphur_share", 0.8)]),
    case("percent_as_share", "site_factors.csv", 2, "value", ("120 %", "give 0.012"),
         site_factors=[size("sulphur_share", 1.2)]),
    case("percent_as_share", "site_factors.csv", 2, "value",
         ("1800 %", "ash_share", "at most 100 %", "give 0.18"),
         site_factors=[size("ash_share", 18)]),
    case("percent_as_share", "factors.csv", 2, "value", ("80 %", "give 0.008"),
         factors=[{"item": "coal", "use": "", "species": "", **size("sulphur_share", 0.8)}],
         convention={"factor_sets": ["OWN"]}),
    case("above", "site_factors.csv", 2, "value", ("80", "up to 10"),
         site_factors=[size("sulphur_share", 80, unit="%")]),
    case("size_above_larger", "site_factors.csv", 3, "value",
         ("pm10_share is 0.5", "pm_share of 0.4 in row 2"),
         site_factors=[size("pm_share", 0.4), size("pm10_share", 0.5)]),
    case("size_above_larger", "site_factors.csv", 2, "value",
         ("pm2_5_share is 0.5", "pm10_share of 0.4 in row 4"),
         site_factors=[size("pm2_5_share", 0.5), size("pm_share", 1), size("pm10_share", 0.4)]),
    case("size_above_larger", "site_factors.csv", 3, "value", ("pm2_5_share is 0.5", "pm_share"),
         site_factors=[size("pm_share", 0.4), size("pm2_5_share", 50, unit="%")]),
    case("size_above_larger", "site_factors.csv", 3, "value", ("pm_share of 0.4 in row 2",),
         site_factors=[size("pm_share", 0.4), size("pm10_share", 0.5, process="boiler")]),
    case("size_above_larger", "factors.csv", 3, "value", ("pm10_share is 0.5",),
         factors=[{"item": "coal", "use": "", "species": "", **size("pm_share", 0.4)},
                  {"item": "coal", "use": "", "species": "", **size("pm10_share", 0.5)}],
         convention={"factor_sets": ["OWN"]}),
]  # fmt: skip


@pytest.mark.parametrize(("told", "words", "given"), ERRORS)
def test_a_wrong_share_is_an_error_where_it_stands(
    tmp_path: Path, told: tuple[str, str, int, str], words: tuple[str, ...], given: Any
) -> None:
    [problem] = [each for each in problems(tmp_path, **given) if not each.is_warning]
    assert (problem.code, problem.file, problem.row, problem.column) == told
    for word in words:
        assert word in problem.told("en")
    assert problem.told("zh") != problem.told("en")


WARNINGS = [
    case("idle_device", "abatement.csv", 2, "process", ("'boilr'", "'boiler'", "no control"),
         abatement=[{"process": "boilr"}]),
    case("idle_outlet", "abatement.csv", 2, "stack_id", ("'S2'", "S1", "acts on nothing"),
         activity=[{**COAL, "stack_id": "S1"}], abatement=[{"stack_id": "S2"}]),
    case("idle_outlet", "abatement.csv", 2, "stack_id", ("'S2'", "none", "leave it blank"),
         abatement=[{"stack_id": "S2"}]),
    case("same_order", "abatement.csv", 3, "order", ("'a0002'", "'a0001' in row 2"),
         abatement=[NOX, {**NOX, "technology": "SCR"}]),
    case("same_order", "abatement.csv", 3, "order", ("row 2",), abatement=[{}, {}]),
    case("combined_twice", "abatement.csv", 3, "technology", ("'scr'", "'lnb_scr' in row 2"),
         abatement=[{**NOX, "technology": "lnb_scr"}, {**NOX, "technology": "scr", "order": 2}]),
    case("size_alone", "site_factors.csv", 2, "parameter", ("pm2_5_share", "pm_share, pm10_share"),
         site_factors=[size("pm2_5_share", 0.1)]),
    case("part_above_whole_in_list", "releases.csv", 3, "amount",
         ("pm10 of 2023 (5 t)", "pm that holds it (4 t, row 2)"),
         releases=[released("pm", 4), released("pm10", 5)]),
    case("part_above_whole_in_list", "releases.csv", 2, "amount", ("pm2_5", "pm10"),
         releases=[released("pm2_5", 5000, unit="kg"), released("pm10", 4)]),
    case("part_above_whole_in_list", "releases.csv", 2, "amount", ("pm10 of 2023 (6 t)", "5 t"),
         releases=[released("pm10", 3, month=1), released("pm10", 3, month=2),
                   released("pm", 5)]),
    case("part_above_whole_in_list", "releases.csv", 2, "amount", ("3 t", "2 t"),
         releases=[released("pm10", 3, month=1), released("pm", 2, month=1),
                   released("pm", 9, month=2)]),
    case("part_above_whole_in_list", "releases.csv", 3, "amount", ("nh3_n", "tn"),
         releases=[released("tn", 4, medium="water"), released("nh3_n", 5, medium="water")]),
]  # fmt: skip


@pytest.mark.parametrize(("told", "words", "given"), WARNINGS)
def test_a_doubt_is_a_warning_where_it_stands(
    tmp_path: Path, told: tuple[str, str, int, str], words: tuple[str, ...], given: Any
) -> None:
    [problem] = problems(tmp_path, **given)
    assert problem.is_warning
    assert (problem.code, problem.file, problem.row, problem.column) == told
    for word in words:
        assert word in problem.told("en")
    assert problem.told("zh") != problem.told("en")


SOUND = [
    pytest.param({"site_factors": [size("sulphur_share", 0.1)]}, id="sulphur of ten per cent"),
    pytest.param({"site_factors": [size("sulphur_share", 8, unit="%")]}, id="sulphur in per cent"),
    pytest.param({"site_factors": [size("ash_share", 0.6)]}, id="much ash"),
    pytest.param({"activity": [{**COAL, "item": "hazardous_waste", "use": "treated",
                                "process_type": "incinerator"}],
                  "site_factors": [size("sulphur_share", 0.4, item="hazardous_waste")]},
                 id="sulphur of a waste"),
    pytest.param({"site_factors": [size("pm_share", 1), size("pm10_share", 0.4),
                                   size("pm2_5_share", 0.4)]}, id="sizes that fit"),
    pytest.param({"activity": [COAL, {**COAL, "year": 2022}],
                  "site_factors": [size("pm_share", 0.4, valid_to=2022),
                                   size("pm_share", 1, valid_from=2023),
                                   size("pm10_share", 0.3, valid_to=2022),
                                   size("pm10_share", 0.5, valid_from=2023)]},
                 id="sizes of other years"),
    pytest.param({"site_factors": [size("pm_share", 0.4), size("pm_share", 1, process="boiler"),
                                   size("pm10_share", 0.5, process="boiler")]},
                 id="the process has a share of its own"),
    pytest.param({"activity": [{**COAL, "stack_id": "S1"}],
                  "abatement": [{"stack_id": "S1"}, {"stack_id": "S1", "order": 2}]},
                 id="an outlet that runs"),
    pytest.param({"abatement": [NOX, {**NOX, "order": 2}, {**NOX, "species": "pm"}]},
                 id="a series"),
    pytest.param({"abatement": [{**NOX, "valid_to": 2020}, {**NOX, "valid_from": 2021}]},
                 id="one after the other"),
    pytest.param({"activity": [{**COAL, "stack_id": "S1"}, {**COAL, "stack_id": "S2"}],
                  "abatement": [{**NOX, "stack_id": "S1"}, {**NOX, "stack_id": "S2"}]},
                 id="side by side"),
    pytest.param({"abatement": [{**NOX, "technology": "lnb_scr", "valid_to": 2020},
                                {**NOX, "technology": "scr", "valid_from": 2021}]},
                 id="rebuilt"),
    pytest.param({"releases": [released("pm", 5), released("pm10", 5), released("pm2_5", 5)]},
                 id="parts up to wholes"),
    pytest.param({"releases": [released("pm", 4), released("pm10", 5, list="statistics")]},
                 id="parts of another list"),
    pytest.param({"releases": [released("pm", 4), released("pm10", 4.003)]}, id="rounded"),
    pytest.param({"releases": [released("pm", "", notation="C"), released("pm10", 5)]},
                 id="a whole that is confidential"),
    pytest.param({"releases": [released("pm", 4, month=1), released("pm10", 5)]},
                 id="a whole of one month"),
]  # fmt: skip


@pytest.mark.parametrize("given", SOUND)
def test_what_is_sound_raises_no_doubt(tmp_path: Path, given: dict[str, Any]) -> None:
    assert problems(tmp_path, **given) == []


def test_a_device_where_nothing_runs_is_told_with_what_does(tmp_path: Path) -> None:
    rows = [COAL, {**COAL, "process": "kiln"}]
    [problem] = problems(tmp_path, activity=rows, abatement=[{"process": "sewer"}])
    assert problem.values["known"] == ["boiler", "kiln"]
