"""Tables: every bad cell is told by code, row and column, and is missing, never guessed."""

from __future__ import annotations

import pandas as pd
import pytest

from parkkit.core.tables import columns, empty, read_values

ROW = {
    "activity_id": "a1", "enterprise_id": "e1", "process": "boiler", "process_type": "boiler",
    "technology": "", "item": "bituminous", "use": "fuel_combustion", "counterpart_id": "",
    "year": "2023", "month": "", "amount": "5", "unit": "t", "data_rank": "", "origin": "o",
}  # fmt: skip


def read(**changes: str):
    """Read an activity table of one row, which stands in row 2 of its file."""
    raw = pd.DataFrame({**ROW, **changes}, index=[2], dtype="str")
    return read_values(raw, "activity", "activity.csv")


def test_a_sound_row_has_no_problem() -> None:
    frame, problems = read()
    assert problems == []
    assert frame.loc[2, ["year", "amount", "item"]].tolist() == [2023, 5.0, "bituminous"]


@pytest.mark.parametrize(
    ("column", "given", "code"),
    [
        ("amount", "five", "not_a_number"),
        ("amount", "1,5", "not_a_number"),
        ("amount", "nan", "not_a_number"),
        ("amount", "inf", "not_a_number"),
        ("amount", "1_000", "not_a_number"),
        ("amount", "-0.1", "below"),
        ("year", "2023.5", "not_whole"),
        ("year", "2023年", "not_whole"),
        ("year", "23", "below"),
        ("month", "13", "above"),
        ("month", "0", "below"),
        ("data_rank", "6", "above"),
        ("unit", "bucket", "unknown"),
        ("unit", "", "blank"),
        ("item", "coal_raw", "unknown"),
        ("use", "burnt", "unknown"),
        ("process_type", "oven", "unknown"),
        ("year", "", "blank"),
    ],
)
def test_a_bad_cell_is_told_and_is_missing(column: str, given: str, code: str) -> None:
    frame, problems = read(**{column: given})
    assert [(p.code, p.file, p.row, p.column) for p in problems] == [
        (code, "activity.csv", 2, column)]  # fmt: skip
    assert pd.isna(frame.loc[2, column]) or frame.loc[2, column] == ""
    for language in ("zh", "en"):
        assert given in problems[0].told(language)


@pytest.mark.parametrize(
    ("given", "amount"),
    [("１２．５", 12.5), (" 7 ", 7.0), ("1,234.5", 1234.5), ("1，234，567", 1234567.0)],
)
def test_a_number_typed_on_a_chinese_keyboard_is_cleaned_not_refused(given, amount) -> None:
    frame, problems = read(amount=given)
    assert frame.loc[2, "amount"] == amount
    assert all(problem.is_warning and problem.code == "cleaned" for problem in problems)


def test_full_width_digits_in_a_name_stay() -> None:
    frame, _ = read(process="１号炉")
    assert frame.loc[2, "process"] == "１号炉"


def test_people_may_use_their_own_names_for_items_and_units() -> None:
    frame, problems = read(item="烟煤", unit="万吨")
    assert (frame.loc[2, "item"], frame.loc[2, "unit"]) == ("bituminous", "万吨")
    assert problems == []


def test_a_missing_column_is_told_once_and_its_cells_are_not() -> None:
    raw = pd.DataFrame({**ROW}, index=[2], dtype="str").drop(columns="amount")
    frame, problems = read_values(raw, "activity", "activity.csv")
    assert [(p.code, p.column) for p in problems] == [("missing_column", "amount")]
    assert "activity_id" in problems[0].told()
    assert pd.isna(frame.loc[2, "amount"])


def test_an_extra_column_is_a_warning_with_a_hint() -> None:
    _, problems = read(amuont="5")
    assert [(p.code, p.is_warning) for p in problems] == [("extra_column", True)]
    assert "'amount'" in problems[0].told()


@pytest.mark.parametrize(("given", "flag"), [("是", True), ("no", False), ("TRUE", True)])
def test_flags_are_read_in_both_languages(given: str, flag: bool) -> None:
    frame, problems = flags(given)
    assert (frame.loc[2, "is_registered_here"], problems) == (flag, [])


def test_a_flag_that_is_neither_is_told() -> None:
    _, problems = flags("maybe")
    assert [(p.code, p.column) for p in problems] == [("not_yes_or_no", "is_registered_here")]


def flags(given: str):
    names = {column.name: "" for column in columns("enterprises")}
    raw = pd.DataFrame(
        {**names, "enterprise_id": "A", "role": "waste", "is_registered_here": given},
        index=[2], dtype="str",
    )  # fmt: skip
    return read_values(raw, "enterprises", "enterprises.csv")


def test_a_species_nobody_knows_is_held_as_written_with_one_warning() -> None:
    names = {column.name: "" for column in columns("releases")}
    given = {"release_id": ["1", "2"], "enterprise_id": "A", "list": "x", "year": "2023",
             "species": "Unobtainium", "medium": "air", "amount_kind": "released",
             "destination": "environment", "amount": "1", "unit": "kg", "origin": "o"}  # fmt: skip
    frame, problems = read_values(
        pd.DataFrame({**names, **given}, index=[2, 3], dtype="str"), "releases", "releases.csv"
    )
    assert frame["species"].tolist() == ["Unobtainium", "Unobtainium"]
    assert [(p.code, p.row, p.is_warning) for p in problems] == [("unknown_species", 2, True)]
    assert "2 row(s)" in problems[0].told()


def test_reading_leaves_the_raw_table_as_it_was() -> None:
    raw = pd.DataFrame({**ROW, "amount": " ５ "}, index=[2], dtype="str")
    before = raw.copy()
    read_values(raw, "activity", "activity.csv")
    pd.testing.assert_frame_equal(raw, before)


@pytest.mark.parametrize("table", ["activity", "releases", "enterprises", "emissions", "ledger"])
def test_an_empty_table_has_its_columns_and_types(table: str) -> None:
    frame = empty(table)
    assert frame.columns.tolist() == [column.name for column in columns(table)]
    assert len(frame) == 0
    assert str(frame["year" if "year" in frame else "opened"].dtype) == "Int64"


def test_a_name_mistyped_in_chinese_is_answered_with_the_name_meant() -> None:
    raw = pd.DataFrame({"item": ["天然汽"]}, index=[2])
    problems = read_values(raw, "activity", "activity.csv")[1]
    (told,) = [problem.told("zh") for problem in problems if problem.code == "unknown"]
    assert "是否指“天然气”？" in told
