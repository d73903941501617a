"""Half-widths by rank: those that look like a slip are told, and ranks as they were typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from parkkit.core.errors import ParkError
from parkkit.core.uncertainty_rule import UncertaintyRule, uncertainty_rule, wide_ranks
from parkkit.park.package import check_park
from tests.parks import write_park


def section(folder: Path, text: str) -> list[str]:
    path = write_park(folder / "p", activity=[{"amount": 1}])
    with (path / "park.toml").open("a", encoding="utf-8") as file:
        file.write(f"[uncertainty]\n{text}\n")
    return [f"{each.is_warning} {each.told()}" for each in check_park(path)]


def test_two_hundred_percent_is_the_widest_that_is_not_doubted() -> None:
    assert wide_ranks(UncertaintyRule(factor_by_rank={1: 5, 5: 200})) == []
    [found] = wide_ranks(UncertaintyRule(activity_by_rank={1: 5, 5: 201}))
    assert found.is_warning
    assert (found.values["name"], found.values["given"]) == ("activity_by_rank", "5 = 201")


def test_a_wide_rank_is_a_warning_of_the_park(tmp_path: Path) -> None:
    [told] = section(tmp_path, "factor_by_rank = {1 = 5, 4 = 5000}")
    assert told.startswith("True park.toml [uncertainty]: factor_by_rank has '4 = 5000'")


@pytest.mark.parametrize(
    ("text", "typed"),
    [("{1.5 = 2}", "1.5 = 2"), ('{"1.5" = 2}', "1.5 = 2"), ("{1 = -2}", "1 = -2")],
)
def test_a_rank_is_told_as_it_was_typed(tmp_path: Path, text: str, typed: str) -> None:
    [told] = section(tmp_path, f"activity_by_rank = {text}")
    assert told.startswith("False")
    assert f"not '{typed}'." in told


def test_a_rank_within_a_rank_is_told_in_python_too() -> None:
    with pytest.raises(ParkError, match="not '1.5 = 2'"):
        uncertainty_rule({"activity_by_rank": {"1": {"5": 2}}})
