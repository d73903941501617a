"""What a change over a span is, and when there is none."""

import numpy as np
import pandas as pd
import pytest

from parkkit.core.errors import ParkError
from parkkit.diagnosis.trends import as_spans, end_point_signs, span_changes, spans, tidy_series


def test_spans_are_whole_yearly_or_moving():
    years = [2020, 2018, 2019, 2021]
    assert spans(years) == [(2018, 2021)]
    assert spans(years, 1) == [(2018, 2019), (2019, 2020), (2020, 2021)]
    assert spans(years, 2) == [(2018, 2020), (2019, 2021)]


def test_a_gap_in_the_years_still_bounds_spans():
    assert spans([2018, 2020], 1) == [(2018, 2019), (2019, 2020)]


def test_one_year_has_no_span():
    with pytest.raises(ParkError, match="at least two different years"):
        spans([2020, 2020])


@pytest.mark.parametrize("length", [0, -1, 3])
def test_a_length_outside_the_years_is_refused(length):
    with pytest.raises(ParkError, match="does not fit between 2018 and 2020"):
        spans([2018, 2019, 2020], length)


@pytest.mark.parametrize("years", [(2020, 2018), (2020, 2020), [(2018, 2019), (2020,)]])
def test_a_span_runs_forward(years):
    with pytest.raises(ParkError, match="is not a span"):
        as_spans(years)


def test_no_span_at_all_is_refused():
    with pytest.raises(ParkError, match="takes a list that is not empty"):
        as_spans([])


def test_whole_numbers_of_any_kind_make_a_span():
    assert as_spans((np.int64(2018), np.int64(2020))) == [(2018, 2020)]


def test_a_change_of_exactly_the_threshold_has_no_sign():
    at = [(101 - 100) / 100, (99 - 100) / 100, 0.0102, -0.0102]
    assert end_point_signs(at, threshold=0.01).tolist() == ["0", "0", "+", "-"]


def changes(amounts, *, over=(2019, 2020), **bases):
    rows = pd.DataFrame({"group": "park", "year": list(amounts), "amount": list(amounts.values())})
    rows = tidy_series(rows.assign(**bases), "economy").assign(name="economy")
    names = pd.DataFrame({"group": ["park"], "name": ["economy"]})
    return span_changes(rows, names, [over]).loc[0]


@pytest.mark.parametrize(
    ("amounts", "missing", "notes"),
    [
        ({2019: 10.0}, "economy 2020", ""),
        ({2020: 10.0}, "economy 2019", ""),
        ({2019: 10.0, 2020: None}, "economy 2020", ""),
        ({2019: 10.0, 2020: float("inf")}, "economy 2020", ""),
        ({2019: 0.0, 2020: 5.0}, "economy 2019", "base_not_positive"),
        ({2019: -4.0, 2020: 5.0}, "economy 2019", "base_not_positive"),
    ],
    ids=["no end", "no start", "blank", "infinite", "zero base", "negative base"],
)
def test_what_cannot_serve_is_named_not_invented(amounts, missing, notes):
    row = changes(amounts)
    assert np.isnan(row["change"])
    assert (row["missing"], row["notes"]) == (missing, notes)


def test_an_end_below_zero_is_computed_with_a_note():
    row = changes({2019: 10.0, 2020: -5.0})
    assert row["change"] == pytest.approx(-1.5)
    assert row["notes"] == "sign_changed"


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("measure", ["value_added", "gross_output"]),
        ("price_year", [2020, None]),
        ("unit", ["CNY", "USD"]),
    ],
)
def test_what_is_measured_in_two_ways_is_not_compared(column, values):
    row = changes({2019: 10.0, 2020: 12.0}, **{column: values})
    assert np.isnan(row["change"])
    assert row["notes"] == f"mixed_{column}"


def test_one_blank_part_makes_the_sum_missing():
    rows = pd.DataFrame({"group": "park", "name": "so2", "year": [2019, 2019, 2020],
        "amount": [1.0, None, 2.0]})  # fmt: skip
    row = span_changes(rows, rows[["group", "name"]].drop_duplicates(), [(2019, 2020)]).loc[0]
    assert row["missing"] == "so2 2019"


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(ParkError, match=r"economy\.amount: the column is missing"):
        tidy_series(pd.DataFrame({"group": ["park"], "year": [2020]}), "economy")


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("amount", "about 5", r"economy\.amount: 'about 5' is not a number"),
        ("year", 2020.5, r"economy\.year: '2020\.5' is not a whole number"),
        ("year", None, r"economy\.year: is blank"),
    ],
)
def test_what_is_no_number_is_refused(column, value, words):
    rows = pd.DataFrame({"group": ["park"], "year": [2020], "amount": [5.0]}).astype(object)
    rows[column] = value
    with pytest.raises(ParkError, match=words):
        tidy_series(rows, "economy")
