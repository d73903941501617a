"""A large activity file is read as cells, and what is wrong with its rows is still named."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from parkkit.core.errors import Problem
from parkkit.park import gathering
from parkkit.park.package import Park, check_park, gathered, open_park
from tests.large_parks import to_parquet
from tests.parks import make_park, write_park

METER = {"item": "bituminous", "amount": 1}


@pytest.fixture(autouse=True)
def every_csv_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "LARGE_BYTES", 0)


def problems(folder: Path, rows: list[dict[str, Any]], **tables: Any) -> list[Problem]:
    write_park(folder / "p", activity=rows, **tables)
    return [problem for problem in check_park(folder / "p") if not problem.is_warning]


def cells(park: Park) -> list[tuple[Any, ...]]:
    wanted = ["activity_id", "item", "month", "amount", "rows"]
    return list(
        park.activity[wanted].astype("object").fillna("").itertuples(index=False, name=None)
    )


def test_rows_that_differ_in_amount_alone_are_one_cell(tmp_path: Path) -> None:
    rows = [{"month": 1, "amount": 2}, {"month": 2, "amount": 4}, {"month": 1, "amount": 3}]
    park = make_park(tmp_path / "p", activity=rows)
    assert cells(park) == [
        ("cell-000001", "bituminous", 1, 5.0, 2), ("cell-000002", "bituminous", 2, 4.0, 1)
    ]  # fmt: skip
    assert park.activity.index.tolist() == [2, 3]


def test_a_file_below_the_limit_is_read_row_by_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "LARGE_BYTES", 10_000)
    park = make_park(tmp_path / "p", activity=[METER, METER])
    assert park.activity["activity_id"].tolist() == ["a0001", "a0002"]


def test_the_order_of_rows_moves_no_cell(tmp_path: Path) -> None:
    rows = [
        {"month": month, "item": item, "amount": 8 * month + place,
         "activity_id": f"{item}{month}{place}"}
        for month in (1, 2, 10) for item in ("bituminous", "anthracite") for place in range(3)
    ]  # fmt: skip
    turned = random.Random(1).sample(rows, len(rows))
    left, right = (
        make_park(tmp_path / name, activity=each) for name, each in (("a", rows), ("b", turned))
    )
    pd.testing.assert_frame_equal(
        left.activity.reset_index(drop=True), right.activity.reset_index(drop=True)
    )


def test_data_ranks_are_told_apart(tmp_path: Path) -> None:
    rows = [{**METER, "data_rank": 1}, {**METER, "data_rank": 5}, {**METER, "data_rank": 1}]
    park = make_park(tmp_path / "p", activity=rows)
    assert park.activity[["data_rank", "rows"]].to_numpy().tolist() == [[1.0, 2.0], [5.0, 1.0]]


def test_a_blank_with_a_notation_is_no_part_of_a_sum(tmp_path: Path) -> None:
    rows = [METER, {"amount": "", "notation": "NE"}, METER]
    park = make_park(tmp_path / "p", activity=rows)
    told = park.activity[["notation", "amount"]].fillna(-1).to_numpy().tolist()
    assert told == [["", 2.0], ["NE", -1.0]]


def test_parquet_gives_the_cells_of_the_csv(tmp_path: Path) -> None:
    rows = [{**METER, "month": m, "uncertainty_percent": 3} for m in (1, 1, 2)]
    folder = write_park(tmp_path / "p", activity=rows)
    left = open_park(folder)
    right = open_park(to_parquet(folder))
    pd.testing.assert_frame_equal(left.activity, right.activity)


def test_readings_need_no_id_of_their_own(tmp_path: Path) -> None:
    folder = to_parquet(write_park(tmp_path / "p", activity=[METER, METER]))
    path = folder / "activity.parquet"
    readings = duckdb.sql(f"SELECT * EXCLUDE (activity_id) FROM '{path}'").df()
    assert len(readings) == 2
    duckdb.sql(f"COPY (FROM readings) TO '{path}'")
    assert cells(open_park(folder)) == [("cell-000001", "bituminous", "", 2.0, 2)]


def test_thousands_are_read_as_in_a_small_file(tmp_path: Path) -> None:
    rows = [{"amount": "1,234.5"}, {"amount": "１０"}, {"amount": "1,234.5"}, METER]
    park = make_park(tmp_path / "p", activity=rows)
    assert park.activity["amount"].sum() == 2 * 1234.5 + 10 + 1


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"amount": -3}, "below"),
        ({"amount": "much"}, "not_a_number"),
        ({"amount": "inf"}, "not_a_number"),
        ({"amount": ""}, "blank_amount"),
        ({"uncertainty_percent": -2}, "below"),
        ({"item": "coal_raw"}, "unknown"),
        ({"unit": "m3"}, "wrong_dimension"),
        ({"enterprise_id": "Z"}, "unknown_reference"),
        ({"amount": 1, "notation": "NO"}, "amount_and_notation"),
        ({"year": "last"}, "not_whole"),
    ],
    ids=lambda value: str(value),
)
def test_what_is_wrong_with_rows_is_named(
    tmp_path: Path, wrong: dict[str, object], code: str
) -> None:
    (found,) = problems(tmp_path, [METER, {**METER, **wrong}, METER, {**METER, **wrong}])
    assert (found.code, found.file, found.row) == (code, "activity.csv", 3)
    assert "2 rows" in found.told("en")
    assert "共 2 行" in found.told("zh")


def test_an_id_that_stands_twice_is_named(tmp_path: Path) -> None:
    rows = [{**METER, "activity_id": name} for name in ("a", "b", "a", "")]
    first, blank = problems(tmp_path, rows)
    assert (first.code, first.row, first.values["given"]) == ("id_in_rows", 2, "a")
    assert (blank.code, blank.row, blank.column) == ("blank", 5, "activity_id")


def test_a_slip_in_every_month_is_told_once(tmp_path: Path) -> None:
    rows = [{**METER, "item": "coal_raw", "month": month} for month in (3, 1, 2)]
    (found,) = problems(tmp_path, rows)
    assert (found.row, found.values["given"]) == (2, "coal_raw")
    assert "3 rows" in found.told()


def test_problems_of_parquet_name_that_file(tmp_path: Path) -> None:
    folder = to_parquet(write_park(tmp_path / "p", activity=[METER, {"amount": -1}]))
    found = [problem for problem in check_park(folder) if not problem.is_warning]
    assert [(problem.file, problem.row, problem.code) for problem in found] == [
        ("activity.parquet", 3, "below")
    ]


def test_activity_is_given_once(tmp_path: Path) -> None:
    folder = write_park(tmp_path / "p", activity=[METER])
    text = (folder / "activity.csv").read_text(encoding="utf-8")
    to_parquet(folder)
    (folder / "activity.csv").write_text(text, encoding="utf-8")
    assert "two_activities" in {problem.code for problem in check_park(folder)}


def test_a_column_that_is_not_there_is_missed_and_an_unknown_one_told(tmp_path: Path) -> None:
    folder = write_park(tmp_path / "p", activity=[METER])
    path = folder / "activity.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",unit,", ",Unit,"), encoding="utf-8")
    found = {(problem.code, problem.column) for problem in check_park(folder)}
    assert {("missing_column", "unit"), ("extra_column", "Unit")} <= found


@pytest.mark.parametrize("name", ["activity.csv", "activity.parquet"])
def test_a_file_that_cannot_be_read_is_one_problem(tmp_path: Path, name: str) -> None:
    folder = write_park(tmp_path / "p")
    (folder / name).write_bytes("item,amount\n烟煤,1\n".encode("gb18030"))
    found = [problem for problem in check_park(folder) if problem.code == "not_scanned"]
    assert [problem.file for problem in found] == [name]


def test_a_park_in_memory_is_gathered_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"month": 1, "amount": 2}, {"month": 2, "amount": 4}, {"month": 1, "amount": 3}]
    large = make_park(tmp_path / "p", activity=rows)
    monkeypatch.setattr(gathering, "LARGE_BYTES", 10_000)
    small = open_park(tmp_path / "p")
    pd.testing.assert_frame_equal(gathered(small).activity, large.activity)
    assert small.activity["amount"].tolist() == [2.0, 4.0, 3.0]
