"""Mann-Kendall by hand: the score, what it is sure of, and what it cannot tell."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.core.errors import ParkError
from parkkit.diagnosis.trend_tests import TrendRule, mann_kendall, series_trends

HUMP = [100, 104, 109, 112, 110, 108, 105, 101, 98, 95]


def row_of(amounts, first=2014, **choices):
    series = pd.Series(amounts, index=range(first, first + len(amounts)), dtype=float)
    return mann_kendall(series, **choices).loc[0]


def test_the_score_counts_pairs_that_rise_less_those_that_fall():
    # 3 1 2 5 4: falls 3-1, 3-2, 5-4; the other seven pairs rise.
    row = row_of([3, 1, 2, 5, 4])
    assert (row["s"], row["tau"]) == (4, 0.4)
    assert row["var_s"] == pytest.approx(5 * 4 * 15 / 18)
    assert row["z"] == pytest.approx(3 / np.sqrt(50 / 3))


def test_ties_narrow_the_variance_and_are_counted():
    row = row_of([1, 2, 2, 3, 4])
    assert (row["s"], row["ties"]) == (9, 2)
    assert row["var_s"] == pytest.approx((5 * 4 * 15 - 2 * 1 * 9) / 18)


def test_a_hump_reads_as_no_trend():
    row = row_of(HUMP)
    assert (row["trend"], row["s"]) == ("no_trend", -17)
    assert row["p"] == pytest.approx(0.152406, abs=5e-7)


def test_the_exact_p_counts_every_order():
    amounts = [2, 1, 4, 3, 5]
    scores = [
        sum(np.sign(b - a) for i, a in enumerate(order) for b in order[i + 1 :])
        for order in permutations(range(5))
    ]
    row = row_of(amounts, method="exact")
    assert row["p"] == pytest.approx(np.mean(np.abs(scores) >= abs(row["s"])))


def test_level_amounts_have_no_trend_and_a_p_of_one():
    for correction in ("none", "hamed_rao", "yue_wang"):
        row = row_of([5.0] * 8, correction=correction)
        assert (row["trend"], row["s"], row["p"]) == ("no_trend", 0, 1.0)


@pytest.mark.parametrize("correction", ["hamed_rao", "yue_wang"])
def test_a_straight_line_is_a_trend_under_every_correction(correction):
    row = row_of([0.1 * i for i in range(12)], correction=correction)
    assert (row["trend"], row["tau"]) == ("increasing", 1.0)


def test_amounts_that_follow_each_other_are_worth_less():
    wave = [1] * 6 + [5] * 6 + [2] * 6 + [6] * 6
    plain = row_of(wave)["var_s"]
    assert row_of(wave, correction="hamed_rao", lags=1)["var_s"] > plain
    assert row_of(wave, correction="yue_wang", lags=1)["var_s"] > plain


def test_a_correction_that_leaves_no_variance_says_so():
    row = row_of([10, 1, 12, 3, 14, 5, 16], correction="yue_wang", lags=1)
    assert (row["trend"], row["notes"]) == ("not_computable", "few_points; variance_not_positive")
    assert np.isnan(row["p"])


@pytest.mark.parametrize(
    ("count", "note"),
    [(0, "too_few_points"), (1, "too_few_points"), (4, "too_few_points"), (5, "few_points"),
     (7, "few_points"), (8, "")],
)  # fmt: skip
def test_short_series_are_told(count, note):
    row = row_of([float(i) for i in range(count)])
    assert row["notes"] == note
    assert np.isnan(row["p"]) == (count < 5)
    assert row["trend"] == ("not_computable" if count < 5 else "increasing")


def test_a_missing_year_is_named_and_the_others_tested():
    series = pd.Series({2015: 1.0, 2016: 2.0, 2018: 3.0, 2019: None, 2020: 4.0, 2021: 5.0})
    row = mann_kendall(series).loc[0]
    assert (row["missing"], row["notes"]) == ("2017; 2019", "gap_years; few_points")
    assert (row["s"], row["n"]) == (10, 5)


@pytest.mark.parametrize(
    ("amounts", "words"),
    [
        (range(11), "serves up to 10 years, and there are 11"),
        ([1, 2, 2, 3, 4], "those of 2015, 2016 do not"),
    ],
)
def test_the_exact_test_says_what_it_cannot_serve(amounts, words):
    with pytest.raises(ParkError, match=words):
        row_of(list(amounts), method="exact")


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"method": "fast"}, "unknown method 'fast'"),
        ({"correction": "hamed"}, "Did you mean 'hamed_rao'"),
        ({"alpha": 1.0}, "alpha takes a number between 0 and 1"),
        ({"lags": 0, "correction": "yue_wang"}, "lags takes a whole number from 1 up"),
        ({"method": "exact", "correction": "yue_wang"}, "knows no correction 'yue_wang'"),
    ],
)
def test_a_rule_is_checked_where_it_is_made(choices, words):
    with pytest.raises(ParkError, match=words):
        TrendRule(**choices)


def tidy(**series):
    rows = [
        {"group": "park", "year": 2014 + i, "species": species, "amount": amount}
        for species, amounts in series.items()
        for i, amount in enumerate(amounts)
    ]
    return pd.DataFrame(rows)


def test_every_series_of_a_table_has_a_row():
    table = series_trends(tidy(so2=range(10, 0, -1), nox=HUMP)).set_index("species")
    assert table["trend"].to_dict() == {"nox": "no_trend", "so2": "decreasing"}
    assert table.loc["so2", ["slope", "low", "high", "share"]].tolist() == [-1, -1, -1, -0.1]


def test_a_series_that_mixes_units_is_not_tested():
    rows = tidy(so2=range(1, 9)).assign(unit=["t"] * 7 + ["kg"])
    row = series_trends(rows).loc[0]
    assert (row["trend"], row["notes"], row["n"]) == ("not_computable", "mixed_unit", 8)
    assert np.isnan(row["slope"])


def test_an_exact_test_of_a_table_names_the_series_it_cannot_serve():
    with pytest.raises(ParkError, match="park so2: the exact test serves up to 10"):
        series_trends(tidy(nox=HUMP, so2=range(11)), rule=TrendRule(method="exact"))


def test_a_table_without_rows_keeps_its_columns():
    empty = series_trends(tidy(so2=[1.0]).iloc[:0])
    assert empty.empty
    assert list(empty) == list(series_trends(tidy(so2=[1.0])))


amounts = st.lists(st.integers(min_value=-40, max_value=40), min_size=5, max_size=12)
TOLD = ["s", "var_s", "z", "p", "tau", "ties"]


@settings(max_examples=50, deadline=None)
@given(
    amounts,
    st.sampled_from([lambda x: x * 0.907, lambda x: np.exp(x / 10), lambda x: x**3 + 7]),
)
def test_only_the_order_of_the_amounts_matters(given_amounts, monotone):
    transformed = monotone(np.array(given_amounts, dtype=float))
    assert row_of(transformed)[TOLD].tolist() == row_of(given_amounts)[TOLD].tolist()


@settings(max_examples=50, deadline=None)
@given(amounts)
def test_a_series_read_backwards_has_the_opposite_sign(given_amounts):
    forward, backward = row_of(given_amounts), row_of(given_amounts[::-1])
    assert (backward["s"], backward["z"]) == (-forward["s"], -forward["z"])
    assert (backward["p"], backward["var_s"]) == (forward["p"], forward["var_s"])


@settings(max_examples=50, deadline=None)
@given(st.permutations(range(8)))
def test_the_two_ways_to_p_are_near_each_other(order):
    # 1 / 18 at most: the normal curve over the steps of a score of 8 amounts.
    exact, normal = row_of(order, method="exact")["p"], row_of(order)["p"]
    assert 0 < exact <= 1
    assert abs(exact - normal) < 1 / 18
