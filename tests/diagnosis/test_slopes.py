"""Sen's slope by hand: gaps with their length, an interval only where there is one."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.core.errors import ParkError
from parkkit.diagnosis.slopes import lacking_years, sen_slope, shared_ranks

SQUARES = pd.Series({2015 + i: float(i * i) for i in range(6)})


def row_of(series, **choices):
    return sen_slope(pd.Series(series, dtype=float), **choices).loc[0]


def test_the_slope_is_the_median_of_all_pairs():
    # Of 0, 1, 4, 9, 16, 25 the pairs have slopes 1, 2, 3, 3, 4, 4, 5, 5, 5, 6, 6, 7, 7, 8, 9.
    assert row_of(SQUARES)["slope"] == 5


def test_a_gap_counts_with_its_length():
    row = row_of({2015: 1.0, 2016: 2.0, 2020: 6.0})
    assert (row["slope"], row["share"]) == (1.0, 1.0)
    assert (row["missing"], row["notes"]) == ("2017; 2018; 2019", "gap_years; no_interval")


def test_the_interval_lies_between_ranked_slopes():
    # var S = 6 * 5 * 17 / 18, reach = 1.959964 * 5.322906 = 10.432705: the ranks are
    # (15 - 10.432705) / 2 = 2.283647 and (15 + 10.432705) / 2 + 1 = 13.716353.
    row = row_of(SQUARES)
    assert (row["low"], row["high"]) == pytest.approx((2.283647, 7.716353), abs=1e-6)


def test_five_years_are_too_few_for_an_interval():
    row = row_of(SQUARES.iloc[:5])
    assert np.isnan([row["low"], row["high"]]).all()
    assert "no_interval" in row["notes"]
    wide = row_of(SQUARES.iloc[:5], alpha=0.2)
    assert wide["low"] < wide["slope"] < wide["high"]


def test_the_line_runs_through_the_medians():
    row = row_of({2018: 10.0, 2019: 12.0, 2020: 14.0})
    assert row["intercept"] + row["slope"] * 2019 == pytest.approx(12.0)


def test_a_season_is_compared_with_itself_only():
    seasons = pd.Series([1.0, 100.0, 2.0, 101.0])
    assert row_of(seasons, period=2)["slope"] == 1.0
    # All six pairs: -98, 1/2, 1/2, 100/3, 99, 99.
    assert row_of(seasons)["slope"] == pytest.approx((1 / 2 + 100 / 3) / 2)


def test_a_base_of_zero_has_no_share_and_says_so():
    row = row_of({2018: 0.0, 2019: 1.0})
    assert np.isnan(row["share"])
    assert "base_not_positive" in row["notes"]


@pytest.mark.parametrize("series", [{}, {2020: 5.0}, {2020: 5.0, 2021: None}])
def test_without_a_pair_there_is_no_slope(series):
    row = row_of(series)
    assert np.isnan(row["slope"])
    assert row["notes"] == "too_few_points"


def test_blanks_at_the_ends_are_named_and_are_no_gap():
    series = pd.Series({2017: None, 2018: 1.0, 2019: 2.0, 2020: np.inf})
    row = row_of(series)
    assert (row["missing"], row["n"]) == ("2017; 2020", 2)
    assert "gap_years" not in row["notes"]


def test_years_nobody_named_are_missing_too():
    known = pd.Series({2018: 1.0, 2020: 2.0})
    assert lacking_years(known, known) == [2019]


def test_rounding_of_the_machine_makes_no_order():
    assert shared_ranks(np.array([0.3, 0.1 + 0.2, 1.0])).tolist() == [1.5, 1.5, 3.0]
    assert shared_ranks(np.array([1e-20, 2e-20])).tolist() == [1.0, 2.0]
    assert shared_ranks(np.array([])).tolist() == []


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"alpha": 0}, "alpha takes a number between 0 and 1"),
        ({"alpha": 95}, "alpha takes a number between 0 and 1"),
        ({"period": 0}, "period takes a whole number from 1 up"),
    ],
)
def test_a_choice_that_cannot_serve_is_refused(choices, words):
    with pytest.raises(ParkError, match=words):
        sen_slope(SQUARES, **choices)


def test_a_year_that_stands_twice_is_refused():
    with pytest.raises(ParkError, match="years stand twice: 2020"):
        sen_slope(pd.Series([1.0, 2.0], index=[2020, 2020]))


amounts = st.lists(st.integers(min_value=-500, max_value=500), min_size=3, max_size=9)
years = st.sets(st.integers(min_value=2000, max_value=2025), min_size=9, max_size=9)


@settings(max_examples=40, deadline=None)
@given(amounts, years, st.sampled_from([1e-6, 0.907, 1e4]), st.integers(-1000, 1000))
def test_the_slope_scales_with_units_and_forgets_a_shift(given_amounts, over, scale, shift):
    series = pd.Series(given_amounts, index=sorted(over)[: len(given_amounts)], dtype=float)
    slope = row_of(series)["slope"]
    moved = row_of(series * scale + shift * scale)["slope"]
    assert moved == pytest.approx(slope * scale, rel=1e-6, abs=1e-9 * scale)


@settings(max_examples=40, deadline=None)
@given(amounts, years)
def test_the_slope_of_a_series_read_backwards_is_the_opposite(given_amounts, over):
    index = np.array(sorted(over)[: len(given_amounts)])
    forward = row_of(pd.Series(given_amounts, index=index, dtype=float))
    backward = row_of(pd.Series(given_amounts, index=4000 - index, dtype=float))
    ends = ["slope", "low", "high"]
    assert [-backward[e] for e in ("slope", "high", "low")] == pytest.approx(
        [forward[e] for e in ends], nan_ok=True
    )
