"""Comparison: what other lists say of a source, beside the value that was taken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parkkit.inventory.comparison import compare_lists
from tests.parks import compiled, make_park

# 10 000 t x 23.204 GJ/t x 0.02618 t/GJ x 0.93 x 44/12
COAL = {"amount": 10000}
CALCULATED_T = 20715.093
CO2 = {"species": "co2", "process": "boiler"}


def compared(folder: Path, releases: list[dict[str, Any]], **rows: Any) -> pd.DataFrame:
    activity = rows.pop("activity", [COAL])
    park = make_park(folder / "p", activity=activity, releases=releases,
                     convention={"factor_sets": ["CN_NDRC24"]}, **rows)  # fmt: skip
    table = compare_lists(compiled(park, release_rule="priority"))
    return table[table["species"] == "co2"]


@pytest.mark.parametrize(
    ("reported_t", "verdict"),
    [(20800.0, "agree"), (25000.0, "list_larger"), (15000.0, "list_smaller")],
)
def test_a_list_is_held_against_the_calculation(
    tmp_path: Path, reported_t: float, verdict: str
) -> None:
    row = compared(tmp_path, [{**CO2, "amount": reported_t}]).iloc[0]
    assert (row["taken_list"], row["list"]) == ("permit", "calculated")
    assert row["difference_share"] == pytest.approx(
        (CALCULATED_T - reported_t) / reported_t, abs=1e-7
    )
    assert (row["verdict"], row["items"]) == (verdict, "bituminous")


def test_a_whole_plant_is_held_against_the_sum_of_its_processes(tmp_path: Path) -> None:
    kiln = {**COAL, "process": "kiln"}
    found = compared(tmp_path, [{"species": "co2", "amount": 50000}], activity=[COAL, kiln])
    row = found.iloc[0]
    assert len(found) == 1
    assert (row["process"], row["taken_t"]) == ("", 50000)
    assert row["amount_t"] == pytest.approx(2 * CALCULATED_T)
    assert row["verdict"] == "list_larger"


def test_two_lists_that_disagree_only_differ(tmp_path: Path) -> None:
    lists = [{**CO2, "amount": 100}, {**CO2, "amount": 200, "list": "statistics"}]
    found = compared(tmp_path, lists, activity=[]).set_index("list")
    assert found.loc["statistics", "verdict"] == "differ"
    assert found.loc["statistics", "difference_share"] == 1.0


def test_a_list_without_a_number_cannot_be_compared(tmp_path: Path) -> None:
    lists = [{**CO2, "amount": 100}, {**CO2, "notation": "NE", "list": "statistics"}]
    found = compared(tmp_path, lists, activity=[]).set_index("list")
    assert found.loc["statistics", "verdict"] == "not_comparable"
