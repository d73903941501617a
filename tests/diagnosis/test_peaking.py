"""Whether a series has peaked: the years after the peak decide, and only enough of them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.core.errors import ParkError
from parkkit.core.labels import label
from parkkit.diagnosis.peak_sentences import peaking_sentence
from parkkit.diagnosis.peaking import PeakingRule, peaking
from parkkit.diagnosis.trend_tests import TrendRule

HUMP = [100, 104, 109, 112, 110, 108, 105, 101, 98, 95]


def rows_of(amounts, first=2014, **more):
    years = range(first, first + len(amounts))
    given = {"group": "park", "year": years, "species": "co2e", "amount": amounts}
    return pd.DataFrame(given).assign(**more)


def row_of(amounts, rule=None, **more):
    return peaking(rows_of(amounts, **more), rule=rule or PeakingRule()).loc[0]


def test_the_years_after_the_peak_are_tested_alone():
    row = row_of(HUMP)
    assert (row["state"], row["peak_year"], row["years_after"]) == ("peaked", 2017, 6)
    # 110 to 95: S = -15 of 6 years, var S = 28.3333, z = -14 / 5.3229; slopes around -3.
    assert row["p"] == pytest.approx(0.008535, abs=5e-6)
    assert row["slope"] == pytest.approx(-3)
    assert row["slope_share"] == pytest.approx(-3 / 112)
    assert (row["full_trend"], row["full_p"]) == ("no_trend", pytest.approx(0.152406, abs=5e-7))


@pytest.mark.parametrize(
    ("amounts", "state"),
    [
        ([90, 100, 99, 98, 96, 94, 92], "peaked"),
        ([90, 100, 97, 94, 91, 88], "likely"),
        ([90, 92, 94, 96, 98, 100], "not_yet"),
        ([90, 92, 94, 96, 100, 80], "not_yet"),
        ([100, 90, 80, 85, 90, 95, 99], "not_yet"),
        ([100, 10, 20, 30, 40, 50, 60], "not_yet"),
        ([80, 100, 99.9, 99.8, 97, 99.5, 99], "not_yet"),
        ([90, 100, 99, 99, 98, 99, 99], "plateau"),
        ([98.5, 98.4, 99, 98.6, 98.8, 99, 100], "plateau"),
        ([80, 90, 100, 92, 96, 88, 95, 93, 89], "likely"),
        ([100, 99, 97, 95, 92, 90], "peak_before_data"),
        ([100, 92, 96, 88, 95, 93, 89], "peak_before_data"),
        ([None, 100, 99, 97, 95, 92, 90], "peak_before_data"),
        ([100, 98, 100, 97, 95, 93, 92, 90], "peaked"),
        ([100, 99.8, 99.6, 99.4, 99.2, 99], "peak_before_data"),
        ([100, 99.5, 99.2, 99.4, 99, 99.3], "plateau"),
    ],
    ids=["falls for five years", "falls for four years", "rises", "one low year", "comes back",
         "rises again for certain", "falls, but is back near the peak",
         "stays near the peak", "stays near, the top last", "falls, but not for certain",
         "only falls", "only falls, not for certain", "falls from the first year with data",
         "is back at its first amount once", "falls a little for certain", "stays near the first"],
)  # fmt: skip
def test_the_states(amounts, state):
    assert row_of(amounts)["state"] == state


def test_a_fall_from_the_first_year_is_told_without_a_peak():
    text = {language: peaking_sentence(row_of([100, 99, 97, 95, 92, 90]), language)
            for language in ("zh", "en")}  # fmt: skip
    assert "峰值可能早于数据起始年份。有数据的首年（2014 年）即为最高值" in text["zh"]
    assert "The first year with data, 2014, is the highest" in text["en"]
    assert "达峰。" not in text["zh"]
    assert "peaked" not in text["en"]


@pytest.mark.parametrize(("count", "short"), [(1, 5), (3, 3), (5, 1)])
def test_a_series_too_short_says_how_many_years_are_missing(count, short):
    row = row_of([10.0 - i for i in range(count)])
    assert (row["state"], row["short_years"]) == ("not_computable", short)
    assert "too_few_points" in row["notes"]


def test_the_years_a_peak_needs_are_the_users():
    row = row_of([90, 100, 99, 98, 96, 94, 92], PeakingRule(years_after=6))
    assert row["state"] == "likely"


def test_the_band_of_a_plateau_is_the_users():
    falling = [90, 100, 97, 98, 96, 97, 96, 96]
    assert row_of(falling)["state"] == "likely"
    assert row_of(falling, PeakingRule(band=0.05))["state"] == "plateau"


def test_the_bound_of_the_band_is_within_it():
    level = [49, 50, 49, 49.5, 49.2, 49.8, 49]
    assert row_of([0.1 * amount for amount in level])["state"] == "plateau"


def test_of_several_maxima_the_last_is_the_peak_and_all_are_named():
    row = row_of([100, 90, 100, 98, 96, 94, 92, 90])
    assert (row["peak_year"], row["tied_years"], row["years_after"]) == (2016, "2014; 2016", 5)
    assert "tied_peak" in row["notes"]


def test_a_partial_last_year_is_no_fall_and_is_named():
    is_partial = [False] * 6 + [True]
    row = row_of([90, 92, 94, 96, 98, 100, 40], is_partial=is_partial)
    assert (row["state"], row["last_year"]) == ("not_yet", 2019)
    assert (row["missing"], row["notes"]) == ("co2e 2020", "partial_left_out")


def test_years_that_are_all_partial_are_judged_with_a_note():
    row = row_of(HUMP, is_partial=True)
    assert (row["state"], row["missing"]) == ("peaked", "")
    assert row["notes"].split("; ")[0] == "partial"


def test_a_year_missing_after_the_peak_is_named_and_does_not_count():
    row = row_of([90, 100, 99, None, 96, 94, 92])
    assert (row["state"], row["years_after"], row["missing"]) == ("likely", 4, "co2e 2017")
    assert "gap_years" in row["notes"]


def test_a_sum_of_sinks_has_no_peak():
    row = row_of([-5.0] * 7)
    assert (row["state"], row["notes"]) == ("not_computable", "base_not_positive")


def test_units_that_change_are_no_peak():
    row = row_of(HUMP, unit=["t"] * 5 + ["kt"] * 5)
    assert (row["state"], row["notes"]) == ("not_computable", "mixed_unit")
    assert row["full_trend"] == "not_computable"


def test_a_long_series_can_be_tested_exactly_after_its_peak():
    rule = PeakingRule(trend=TrendRule(method="exact"))
    row = row_of([90, 95, *HUMP], rule)
    # Of 720 orders of six amounts two have a score of -15 or 15.
    assert (row["state"], row["p"]) == ("peaked", pytest.approx(2 / 720))


def test_a_table_without_rows_keeps_its_columns():
    assert list(peaking(rows_of([]))) == list(peaking(rows_of(HUMP)))


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"years_after": 0}, "years_after takes a whole number from 1 up"),
        ({"band": 1.0}, "band takes a number between 0 and 1"),
        ({"band": -0.1}, "band takes a number between 0 and 1"),
    ],
)
def test_a_rule_is_checked_where_it_is_made(choices, words):
    with pytest.raises(ParkError, match=words):
        PeakingRule(**choices)


def test_every_state_and_note_has_a_name():
    assert label("diagnosis.peaking.likely", "zh") == "疑似达峰"
    for state in ("not_yet", "plateau", "likely", "peaked", "peak_before_data", "not_computable"):
        assert label(f"diagnosis.peaking.{state}", "en")
    for note in ("tied_peak", "partial_left_out", "few_years_after", "gap_years",
                 "too_few_points", "base_not_positive", "partial"):  # fmt: skip
        assert label(f"diagnosis.note.{note}", "en")


amounts = st.lists(st.integers(min_value=1, max_value=300), min_size=1, max_size=12)


@settings(max_examples=40, deadline=None)
@given(amounts, st.sampled_from([1e-6, 0.907, 29.3076, 1e4]), st.randoms(use_true_random=False))
def test_a_peak_depends_neither_on_units_nor_on_the_order_or_split_of_rows(
    given_amounts, scale, random
):
    rows = rows_of(given_amounts)
    split = pd.concat([rows.assign(amount=rows["amount"] * part * scale) for part in (0.3, 0.7)])
    shuffled = split.sample(frac=1, random_state=random.randrange(1000))
    told, again = peaking(rows).loc[0], peaking(shuffled).loc[0]
    same = ["state", "peak_year", "tied_years", "years_after", "short_years", "full_trend", "notes"]
    assert again[same].tolist() == told[same].tolist()
    assert again["p"] == pytest.approx(told["p"], nan_ok=True)
    assert again["slope"] == pytest.approx(told["slope"] * scale, nan_ok=True, abs=1e-9 * scale)


@settings(max_examples=40, deadline=None)
@given(amounts)
def test_no_peak_without_five_lower_years_behind_it(given_amounts):
    row = row_of(given_amounts)
    later = given_amounts[int(np.flatnonzero(np.array(given_amounts) == max(given_amounts))[-1]) :]
    if row["state"] == "peaked":
        assert len(later) > 5
        assert row["slope"] < 0
        assert row["p"] < 0.05
    if len(given_amounts) < 6:
        assert row["state"] == "not_computable"
