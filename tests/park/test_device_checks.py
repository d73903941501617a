"""Devices that would be overlooked: years turned round, no removal, no process of theirs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from parkkit.core.errors import Problem
from parkkit.park.package import check_park
from tests.parks import write_park

COAL = {"amount": 10}
NO_REMOVAL = {"removal_share": "", "species": "nox"}


def problems(folder: Path, device: dict[str, Any]) -> list[Problem]:
    return list(check_park(write_park(folder / "p", activity=[COAL], abatement=[device])))


def test_a_device_that_ends_before_it_begins_is_an_error(tmp_path: Path) -> None:
    [found] = problems(tmp_path, {"valid_from": 2020, "valid_to": 2018})
    assert (found.code, found.row, found.column) == ("years_reversed", 2, "valid_to")
    assert not found.is_warning
    assert "2018" in found.told()
    assert "2020" in found.told()


@pytest.mark.parametrize("technology", ["magic", "wet_scrubber"])
def test_a_removal_that_nobody_knows_is_told_with_what_has_an_average(
    tmp_path: Path, technology: str
) -> None:
    [found] = problems(tmp_path, {**NO_REMOVAL, "technology": technology})
    assert (found.code, found.row, found.column) == ("removal_not_known", 2, "removal_share")
    assert found.is_warning
    assert f"'{technology}'" in found.told()
    assert "lnb, lnb_scr, lnb_sncr, scr, sncr" in found.told()


@pytest.mark.parametrize(
    "device",
    [{"technology": "SCR"}, {"technology": "magic", "running_share": 0},
     {"technology": "magic", "removal_share": 0.5}],
    ids=["an average", "it stands still", "its own removal"],
)  # fmt: skip
def test_a_removal_that_is_known_or_of_no_matter_is_not_told(
    tmp_path: Path, device: dict[str, Any]
) -> None:
    assert problems(tmp_path, {**NO_REMOVAL, **device}) == []


def test_a_species_without_any_average_is_told_so(tmp_path: Path) -> None:
    [found] = problems(tmp_path, {**NO_REMOVAL, "species": "pm", "technology": "SCR"})
    assert found.told().endswith("Technologies with an average: none.")


@pytest.mark.parametrize("place", [{"process": "kiln"}, {"stack_id": "S9"}])
def test_a_device_with_no_place_says_that_the_total_has_no_control(
    tmp_path: Path, place: dict[str, str]
) -> None:
    [found] = problems(tmp_path, place)
    assert found.is_warning
    assert "control" in found.told("en")
    assert "未经治理" in found.told("zh")
