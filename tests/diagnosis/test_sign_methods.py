"""Signs by Sen's slope and by Mann-Kendall: what they say that the two ends do not."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.core.labels import label
from parkkit.diagnosis.decoupling import DecouplingRule, diagnose
from parkkit.diagnosis.trends import spans

SEN, MANN_KENDALL = DecouplingRule(sign="sen"), DecouplingRule(sign="mann_kendall")
GROWING = [100.0 + 5 * i for i in range(10)]
METHODS = ["end_points", "sen", "mann_kendall"]


def pressures_of(group="park", first=2014, **series):
    return pd.DataFrame(
        [
            {"group": group, "year": first + i, "species": species, "amount": amount}
            for species, amounts in series.items()
            for i, amount in enumerate(amounts)
        ],
        columns=["group", "year", "species", "amount"],
    )


def economy_of(amounts, group="park", first=2014, **more):
    years = range(first, first + len(amounts))
    given = {"group": group, "year": years, "amount": amounts, "price_year": 2014}
    return pd.DataFrame(given).assign(**more)


def verdict(rule, economy=GROWING, **series):
    span = (2014, 2014 + len(economy) - 1)
    return diagnose(pressures_of(**series), economy_of(economy), span, rule=rule).loc[0]


FALLING = [50.0 - i for i in range(10)]


def test_end_points_stay_the_default_and_tell_no_trend():
    row = verdict(DecouplingRule(), so2=FALLING, co2e=FALLING)
    assert (row["sign_method"], row["state"]) == ("end_points", "S1")
    axes = ("economy", "pollution", "carbon")
    assert row[[f"{axis}_{told}" for axis in axes for told in ("trend", "p")]].isna().all()


def test_one_odd_last_year_turns_the_ends_and_not_the_slope():
    odd = [*FALLING[:-1], 55.0]
    assert verdict(DecouplingRule(), so2=odd, co2e=FALLING)["pollution"] == "+"
    row = verdict(SEN, so2=odd, co2e=FALLING)
    assert (row["pollution"], row["state"]) == ("-", "S1")
    # Nine steps of -1 on a base of 50; the change and Tapio's state stay those of the ends.
    assert row["pollution_trend"] == pytest.approx(-9 / 50)
    assert row["pollution_change"] == pytest.approx(0.1)
    assert np.isnan(row["pollution_p"])


def test_the_threshold_serves_the_slope_over_the_span():
    slow = [100.0 + 0.1 * i for i in range(10)]
    assert verdict(SEN, so2=slow, co2e=FALLING)["pollution"] == "0"
    fine = DecouplingRule(sign="sen", threshold=0.005)
    assert verdict(fine, so2=slow, co2e=FALLING)["pollution"] == "+"


def test_a_slope_of_two_years_is_their_change():
    row = verdict(SEN, [100.0, 110.0], so2=[10.0, 9.0], co2e=[10.0, 12.0])
    assert row["state"] == "S2"
    assert row["pollution_trend"] == pytest.approx(row["pollution_change"])


NOISY = [100.0, 109, 96, 112, 99, 105, 101, 110, 98, 104]


def test_mann_kendall_is_sure_or_the_trend_is_atypical():
    row = verdict(MANN_KENDALL, so2=NOISY, co2e=FALLING)
    assert (row["pollution"], row["state"]) == ("0", "atypical")
    assert row["pollution_p"] > 0.05
    # All of 45 pairs fall: z = -44 / sqrt(125).
    assert (row["carbon"], row["carbon_p"]) == ("-", pytest.approx(0.0000830, abs=5e-7))
    assert verdict(SEN, so2=NOISY, co2e=FALLING)["pollution"] == "+"


def test_the_level_of_significance_is_the_users():
    hump = [100.0, 104, 109, 112, 110, 108, 105, 101, 98, 95]
    assert verdict(MANN_KENDALL, so2=hump, co2e=FALLING)["pollution"] == "0"
    loose = DecouplingRule(sign="mann_kendall", alpha=0.2)
    assert verdict(loose, so2=hump, co2e=FALLING)["pollution"] == "-"


@pytest.mark.parametrize(
    ("count", "sign", "note"),
    [(4, "", "too_few_points"), (5, "-", "few_points"), (7, "-", "few_points"), (8, "0", "")],
)
def test_below_eight_years_p_is_shown_and_decides_nothing(count, sign, note):
    # Fewer pairs rise than fall, but nowhere near for certain.
    wavering = [100.0, 80, 95, 70, 99, 75, 88, 85][:count]
    row = verdict(MANN_KENDALL, GROWING[:count], so2=wavering, co2e=FALLING[:count])
    assert row["pollution"] == sign
    assert row["notes"] == note
    if count < 5:
        assert (row["state"], np.isnan(row["pollution_p"])) == ("not_computable", True)
    else:
        assert row["pollution_p"] > 0.05


def test_as_many_rises_as_falls_have_no_direction():
    # Of ten pairs five rise; Sen's slope is the mean of -10/3 and 5/2.
    row = verdict(MANN_KENDALL, GROWING[:5], so2=[100.0, 120, 70, 80, 110], co2e=FALLING[:5])
    assert (row["pollution_p"], row["pollution"]) == (1.0, "0")
    assert row["pollution_trend"] == pytest.approx(-4 * 5 / 12 / 100)


@pytest.mark.parametrize("rule", [SEN, MANN_KENDALL], ids=["sen", "mann_kendall"])
def test_a_year_missing_inside_the_span_is_named(rule):
    gap = [*FALLING[:4], None, *FALLING[5:]]
    row = verdict(rule, so2=gap, co2e=FALLING)
    assert (row["state"], row["missing"], row["notes"]) == ("S1", "so2 2018", "gap_years")
    assert row["pollution_trend"] == pytest.approx(-9 / 50)
    ends = verdict(DecouplingRule(), so2=gap, co2e=FALLING)
    assert (ends["missing"], ends["notes"]) == ("", "")


@pytest.mark.parametrize("rule", [SEN, MANN_KENDALL], ids=["sen", "mann_kendall"])
def test_no_slope_is_drawn_beyond_the_years_there_are(rule):
    row = verdict(rule, so2=[None, *FALLING[1:]], co2e=FALLING)
    assert (row["state"], row["missing"]) == ("not_computable", "so2 2014")
    assert np.isnan(row["pollution_trend"])


@pytest.mark.parametrize("rule", [SEN, MANN_KENDALL], ids=["sen", "mann_kendall"])
def test_a_year_in_another_unit_inside_the_span_is_not_compared(rule):
    units = ["t"] * 4 + ["kt"] + ["t"] * 5
    pressures = pressures_of(so2=FALLING).assign(unit=units)
    pressures = pd.concat([pressures, pressures_of(co2e=FALLING).assign(unit="t")])
    row = diagnose(pressures, economy_of(GROWING), (2014, 2023), rule=rule).loc[0]
    assert (row["state"], row["pollution"], row["notes"]) == ("not_computable", "", "mixed_unit")
    # The two ends are in one unit.
    assert row["pollution_change"] == pytest.approx(-9 / 50)


def test_a_partial_year_inside_the_span_is_noted():
    pressures = pressures_of(so2=FALLING, co2e=FALLING)
    pressures["is_partial"] = pressures["year"] == 2016
    row = diagnose(pressures, economy_of(GROWING), (2014, 2023), rule=SEN).loc[0]
    assert row["notes"] == "partial"


def test_the_worst_pollutant_is_one_that_is_up_for_certain():
    # nox rises by more and wavers; so2 creeps up year by year.
    creeping = [100.0 + i for i in range(10)]
    wavering = [100.0, 140, 80, 150, 90, 160, 100, 150, 110, 135]
    rule = DecouplingRule(sign="mann_kendall", pollution="worst")
    row = verdict(rule, so2=creeping, nox=wavering, co2e=FALLING)
    assert (row["pollutant"], row["pollution"], row["state"]) == ("so2", "+", "S3")
    by_size = DecouplingRule(sign="sen", pollution="worst")
    assert verdict(by_size, so2=creeping, nox=wavering, co2e=FALLING)["pollutant"] == "nox"


def test_worst_stays_open_while_one_pollutant_is_too_short_to_test():
    rule = DecouplingRule(sign="mann_kendall", pollution="worst")
    short = [50.0, None, None, None, None, None, None, None, None, 40.0]
    row = verdict(rule, so2=FALLING, nox=short, co2e=FALLING)
    assert (row["state"], row["pollutant"]) == ("not_computable", "pollution")
    assert "too_few_points" in row["notes"]
    assert row[["pollution_change", "pollution_trend", "pollution_p"]].isna().all()


def test_moving_spans_have_a_sign_each():
    up_and_down = [10.0, 11, 12, 13, 14, 15, 14, 13, 12, 11]
    over = spans(range(2014, 2024), 5)
    given = pressures_of(so2=up_and_down, co2e=FALLING), economy_of(GROWING), over
    table = diagnose(*given, rule=SEN)
    assert table["pollution"].tolist() == ["+", "+", "+", "-", "-"]
    yearly = diagnose(*given[:2], spans(range(2014, 2024), 1), rule=MANN_KENDALL)
    assert set(yearly["state"]) == {"not_computable"}


def test_every_note_has_words_in_both_languages():
    for note in ("gap_years", "few_points", "too_few_points"):
        assert label(f"diagnosis.note.{note}", "zh") != label(f"diagnosis.note.{note}", "en")


whole = st.integers(min_value=1, max_value=300)


@st.composite
def parks(draw):
    """Draw some years of three industries and of two pollutants, with whole numbers."""
    count = draw(st.integers(min_value=2, max_value=9))
    years = st.lists(whole, min_size=count, max_size=count)
    groups = ["25", "26", "31"]
    pressures = [
        pressures_of(g, so2=draw(years), nox=draw(years), co2e=draw(years)) for g in groups
    ]
    economy = [economy_of(draw(years), group=g) for g in groups]
    span = (2014, 2013 + count)
    return pd.concat(pressures, ignore_index=True), pd.concat(economy, ignore_index=True), span


rules = st.builds(
    DecouplingRule, sign=st.sampled_from(METHODS), pollution=st.sampled_from(["each", "worst"])
)


@settings(max_examples=30, deadline=None)
@given(parks(), rules, st.sampled_from([1e-6, 0.907, 29.3076, 1e4]))
def test_states_do_not_depend_on_units_under_any_method(park, rule, scale):
    pressures, economy, span = park
    scaled = (
        pressures.assign(amount=pressures["amount"] * scale),
        economy.assign(amount=economy["amount"] / scale),
    )
    as_given = diagnose(pressures, economy, span, rule=rule)
    pd.testing.assert_frame_equal(
        diagnose(*scaled, span, rule=rule), as_given, rtol=1e-6, atol=1e-12
    )


@settings(max_examples=30, deadline=None)
@given(parks(), rules, st.randoms(use_true_random=False))
def test_states_do_not_depend_on_the_order_of_rows_under_any_method(park, rule, random):
    *tables, span = park
    shuffled = [table.sample(frac=1, random_state=random.randrange(1000)) for table in tables]
    pd.testing.assert_frame_equal(
        diagnose(*shuffled, span, rule=rule), diagnose(*tables, span, rule=rule)
    )


@settings(max_examples=30, deadline=None)
@given(parks(), rules)
def test_the_park_is_the_same_split_and_summed_under_any_method(park, rule):
    pressures, economy, span = park
    parts = [
        pd.concat([table.assign(amount=table["amount"] * part) for part in (0.1, 0.2, 0.7)])
        for table in (pressures.assign(group="park"), economy.assign(group="park"))
    ]
    sums = (
        pressures.assign(group="park").groupby(["group", "year", "species"], as_index=False),
        economy.assign(group="park").groupby(["group", "year", "price_year"], as_index=False),
    )
    whole_park = diagnose(*(rows["amount"].sum() for rows in sums), span, rule=rule)
    pd.testing.assert_frame_equal(
        diagnose(*parts, span, rule=rule), whole_park, rtol=1e-6, atol=1e-9
    )


@settings(max_examples=10, deadline=None)
@given(parks(), rules)
def test_the_series_given_stay_as_they_were_under_any_method(park, rule):
    *tables, span = park
    kept = [table.copy() for table in tables]
    diagnose(*tables, span, rule=rule)
    for table, copy in zip(tables, kept, strict=True):
        pd.testing.assert_frame_equal(table, copy)
