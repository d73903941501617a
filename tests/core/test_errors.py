"""Errors: where, what was given, what would do, in both languages."""

from __future__ import annotations

from parkkit.core.errors import ParkError, Problem, unknown


def test_a_problem_names_file_row_and_column_in_both_languages() -> None:
    problem = Problem(code="blank", file="activity.csv", row=7, column="unit")
    assert problem.told("en") == "activity.csv, row 7, column 'unit': is blank; fill it in."
    assert problem.told("zh") == "activity.csv，第 7 行，“unit”列：为空；请填写。"


def test_swapped_words_are_still_recognised() -> None:
    told = str(unknown("item", "coal_raw", ["raw_coal", "coke"]))
    assert "Did you mean 'raw_coal'?" in told
    assert told.endswith("Known: coke, raw_coal.")


def test_a_name_like_no_other_gets_no_hint() -> None:
    assert str(unknown("item", "xyz", ["coke"])) == "unknown item 'xyz'. Known: coke."


def test_an_error_with_several_problems_tells_each_on_its_own_line() -> None:
    problems = [Problem(code="blank", file=f"{name}.csv") for name in ("a", "b")]
    error = ParkError("park_has_problems", park="p", count=2, problems=problems)
    assert error.told("en").splitlines()[1:] == ["a.csv: is blank; fill it in.",
                                                 "b.csv: is blank; fill it in."]  # fmt: skip
    assert "2 处问题" in error.told("zh")


def test_braces_in_what_was_given_are_told_as_they_are() -> None:
    assert "'{x}'" in str(unknown("item", "{x}", ["coke"]))
