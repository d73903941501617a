"""List totals: scope, coverage and disagreement of a list are told apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parkkit.inventory.list_totals import statistics_totals
from tests.parks import OUTSIDE, compiled, make_park

PLANTS = [{"enterprise_id": "A"}, {"enterprise_id": "B"}, {"enterprise_id": "C", **OUTSIDE}]
SO2 = {"species": "so2", "process": "boiler"}
STATISTICS = {"species": "so2", "list": "statistics"}


def totals(folder: Path, releases: list[dict[str, Any]], **rows: Any) -> pd.DataFrame:
    park = make_park(folder / "p", enterprises=PLANTS, releases=releases, **rows)
    return statistics_totals(compiled(park, release_rule="priority")).set_index("list")


def test_coverage_scope_and_disagreement_are_told_apart(tmp_path: Path) -> None:
    rows = [
        {**SO2, "amount": 100},
        {**SO2, "enterprise_id": "B", "amount": 50},
        {**STATISTICS, "amount": 110},
        {**STATISTICS, "enterprise_id": "C", "amount": 7},
    ]
    row = totals(tmp_path, rows).loc["statistics"]
    assert row[["kept_t", "list_t", "outside_t"]].tolist() == [150, 110, 7]
    assert row[["covered_t", "uncovered_t", "difference_t"]].tolist() == [100, 50, 10]
    assert row["difference_share"] == pytest.approx(0.1)
    assert row[["plants_in_list", "plants_in_kept", "verdict"]].tolist() == [1, 2, "differ"]


def test_the_list_that_was_taken_agrees(tmp_path: Path) -> None:
    rows = [{**SO2, "amount": 100}, {**STATISTICS, "amount": 110}]
    assert totals(tmp_path, rows).loc["permit", "verdict"] == "agree"


def test_a_monitor_of_one_process_is_held_against_that_process(tmp_path: Path) -> None:
    rows = [
        {**SO2, "amount": 100},
        {**SO2, "process": "kiln", "amount": 40},
        {**SO2, "list": "cems", "amount": 90},
    ]
    row = totals(tmp_path, rows).loc["cems"]
    assert row[["covered_t", "uncovered_t"]].tolist() == [100, 40]


def test_a_list_that_tells_plant_and_processes_counts_the_plant_once(tmp_path: Path) -> None:
    rows = [{**STATISTICS, "amount": 110}, {**STATISTICS, "process": "boiler", "amount": 60}]
    assert totals(tmp_path, rows).loc["statistics", "list_t"] == 110


def test_missing_months_are_told(tmp_path: Path) -> None:
    rows = [{**SO2, "amount": 1, "month": month} for month in range(1, 12)]
    row = totals(tmp_path, rows).loc["permit"]
    assert (row["list_t"], bool(row["is_partial"])) == (11, True)


def test_what_is_sent_to_treatment_and_waste_are_no_release(tmp_path: Path) -> None:
    water = {"species": "cod", "medium": "water", "counterpart_id": "B"}
    rows = [
        {**water, "amount": 9, "destination": "treatment_plant"},
        {**water, "amount": 2, "counterpart_id": ""},
        {"species": "hazardous_waste", "medium": "waste", "amount": 5, "destination": "disposed"},
    ]
    table = totals(tmp_path, rows)
    assert table[["species", "list_t"]].values.tolist() == [["cod", 2]]


def test_the_co2_of_biomass_alone_is_in_neither_side(tmp_path: Path) -> None:
    rows = [{"amount": 10}, {"enterprise_id": "B", "amount": 10, "item": "wood_biomass"}]
    told = [{"species": "co2", "list": "statistics", "enterprise_id": name, "process": process,
             "amount": amount} for name, process, amount in
            (("A", "boiler", 20), ("B", "boiler", 1000))]  # fmt: skip
    other = {**told[1], "species": "so2", "amount": 3}
    table = totals(tmp_path, [*told, other], activity=rows).reset_index().set_index("species")
    assert table["list_t"].to_dict() == {"co2": 20, "so2": 3}
    assert table["plants_in_list"].to_dict() == {"co2": 1, "so2": 1}
    whole = totals(tmp_path / "2", [{**told[1], "process": ""}], activity=rows)
    assert len(whole) == 0


def test_a_park_without_lists_has_no_totals_of_them(tmp_path: Path) -> None:
    assert len(totals(tmp_path, [], activity=[{"amount": 10}])) == 0
