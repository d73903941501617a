"""The eight states of economy, pollution and carbon, and what keeps a verdict back."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.core.errors import ParkError
from parkkit.diagnosis.decoupling import DecouplingRule, decoupling_states, diagnose

SPAN = (2020, 2021)


def pressures_of(group="park", **ends):
    """Return series that start at 100 in 2020 and end as given in 2021."""
    rows = [
        {"group": group, "year": year, "species": species, "amount": amount}
        for species, end in ends.items()
        for year, amount in ((2020, 100.0), (2021, end))
    ]
    return pd.DataFrame(rows)


def economy_of(end=110.0, group="park", **bases):
    rows = pd.DataFrame({"group": group, "year": [2020, 2021], "amount": [100.0, end]})
    return rows.assign(**({"price_year": 2020} | bases))


def verdict(economy_end, rule=None, **ends):
    rule = rule or DecouplingRule()
    return diagnose(pressures_of(**ends), economy_of(economy_end), SPAN, rule=rule).loc[0]


@pytest.mark.parametrize(
    ("economy", "pollution", "carbon", "state"),
    [
        (110, 90, 90, "S1"),
        (110, 90, 110, "S2"),
        (110, 110, 90, "S3"),
        (110, 110, 110, "S4"),
        (90, 90, 90, "S5"),
        (90, 90, 110, "S6"),
        (90, 110, 90, "S7"),
        (90, 110, 110, "S8"),
    ],
)
def test_three_signs_make_a_state(economy, pollution, carbon, state):
    assert verdict(economy, so2=pollution, co2e=carbon)["state"] == state


@pytest.mark.parametrize(
    ("economy", "pollution", "carbon"), [(101, 90, 90), (110, 99.5, 90), (110, 90, 100)]
)
def test_a_change_within_the_threshold_is_atypical(economy, pollution, carbon):
    assert verdict(economy, so2=pollution, co2e=carbon)["state"] == "atypical"


def test_the_threshold_is_the_users():
    ends = {"so2": 97.0, "co2e": 90.0}
    assert verdict(110, **ends)["state"] == "S1"
    assert verdict(110, DecouplingRule(threshold=0.05), **ends)["state"] == "atypical"


def test_each_pollutant_has_a_verdict_of_its_own():
    table = diagnose(pressures_of(so2=90.0, nox=120.0, co2e=95.0), economy_of(), SPAN)
    assert table[["pollutant", "state"]].to_numpy().tolist() == [["nox", "S3"], ["so2", "S1"]]
    assert table["pollution_change"].tolist() == pytest.approx([0.2, -0.1])
    assert table["pollution_tapio"].tolist() == [
        "expansive_negative_decoupling",
        "strong_decoupling",
    ]
    assert table["carbon_elasticity"].tolist() == pytest.approx([-0.5, -0.5])


def test_greenhouse_gases_and_sums_are_no_pollutants():
    table = diagnose(
        pressures_of(so2=90.0, co2=90.0, CH4=90.0, equivalents=90.0, co2e=90.0), economy_of(), SPAN
    )
    assert table["pollutant"].tolist() == ["so2"]


def test_the_worst_pollutant_decides():
    rule = DecouplingRule(pollution="worst")
    row = verdict(110, rule, so2=50.0, nox=105.0, cod=102.0, co2e=90.0)
    assert (row["state"], row["pollutant"]) == ("S3", "nox")
    assert row["pollution_change"] == pytest.approx(0.05)


def test_worst_is_told_although_another_is_missing_only_when_one_is_up():
    rule = DecouplingRule(pollution="worst", pollutants=("so2", "nox", "cod"))
    up = verdict(110, rule, so2=50.0, nox=105.0, co2e=90.0)
    assert (up["state"], up["pollutant"], up["missing"]) == ("S3", "nox", "cod 2020; cod 2021")
    down = verdict(110, rule, so2=50.0, nox=80.0, co2e=90.0)
    assert (down["state"], down["pollution"]) == ("not_computable", "")
    assert np.isnan(down["pollution_change"])
    assert down["missing"] == "cod 2020; cod 2021"


def test_equivalents_speak_for_pollution_when_asked_to():
    rule = DecouplingRule(pollution="equivalents")
    row = verdict(110, rule, so2=120.0, equivalents=90.0, co2e=90.0)
    assert (row["state"], row["pollutant"]) == ("S1", "equivalents")
    without = verdict(110, rule, so2=120.0, co2e=90.0)
    assert without["state"] == "not_computable"
    assert without["missing"] == "equivalents 2020; equivalents 2021"


def test_a_park_without_pollutants_keeps_its_row():
    row = verdict(110, co2e=90.0)
    assert row["state"] == "not_computable"
    assert row["missing"] == "pollution 2020; pollution 2021"
    assert row["carbon_tapio"] == "strong_decoupling"


def test_a_park_without_economy_is_not_computable_and_says_so():
    economy = economy_of().iloc[:0]
    row = diagnose(pressures_of(so2=90.0, co2e=90.0), economy, SPAN).loc[0]
    assert (row["state"], row["missing"]) == ("not_computable", "economy 2020; economy 2021")
    assert (row["economy"], row["pollution"], row["carbon"]) == ("", "-", "-")


def test_nothing_given_gives_no_rows():
    empty = pressures_of(so2=1.0).iloc[:0], economy_of().iloc[:0]
    assert diagnose(*empty, SPAN).empty


@pytest.mark.parametrize("base", [0.0, -5.0])
def test_an_economy_that_cannot_be_a_base_is_named(base):
    economy = pd.DataFrame({"group": "park", "year": [2020, 2021], "amount": [base, 10.0]})
    row = diagnose(pressures_of(so2=90.0, co2e=90.0), economy, SPAN).loc[0]
    assert (row["state"], row["missing"]) == ("not_computable", "economy 2020")
    assert row["notes"] == "base_not_positive"


@pytest.mark.parametrize(
    ("bases", "note"),
    [({"price_year": 2020}, ""), ({"price_year": None}, "current_prices")],
    ids=["constant prices", "current prices"],
)
def test_current_prices_give_the_verdict_with_a_warning(bases, note):
    row = diagnose(pressures_of(so2=90.0, co2e=90.0), economy_of(**bases), SPAN).loc[0]
    assert (row["state"], row["notes"]) == ("S1", note)


def test_an_amount_that_is_too_small_is_noted_and_not_hidden():
    short = pressures_of(so2=90.0, co2e=90.0)
    short["is_partial"] = (short["species"] == "co2e") & (short["year"] == 2021)
    table = diagnose(short, economy_of(), SPAN)
    assert table.loc[0, ["state", "notes"]].tolist() == ["S1", "partial"]
    assert diagnose(short.assign(is_partial=False), economy_of(), SPAN).loc[0, "notes"] == ""


def test_a_price_base_nobody_stated_is_warned_of():
    economy = economy_of().drop(columns="price_year")
    row = diagnose(pressures_of(so2=90.0, co2e=90.0), economy, SPAN).loc[0]
    assert (row["state"], row["notes"]) == ("S1", "price_base_unknown")


def test_gross_output_is_never_compared_with_value_added():
    economy = economy_of(measure=["gross_output", "value_added"])
    row = diagnose(pressures_of(so2=90.0, co2e=90.0), economy, SPAN).loc[0]
    assert (row["state"], row["notes"]) == ("not_computable", "mixed_measure")


def test_industries_that_differ_between_years_are_told_apart():
    pressures = pd.concat(
        [
            pressures_of("25", so2=90.0, co2e=90.0),
            pressures_of("26", so2=90.0, co2e=90.0).iloc[[0, 2]],
        ]
    )
    economy = pd.concat([economy_of(group="25"), economy_of(group="26")])
    table = diagnose(pressures, economy, SPAN).set_index("group")
    assert table["state"].to_dict() == {"25": "S1", "26": "not_computable"}
    assert table.loc["26", "missing"] == "so2 2021; co2e 2021"


def test_several_spans_give_a_row_each():
    table = diagnose(pressures_of(so2=90.0, co2e=90.0), economy_of(), [SPAN, (2021, 2022)])
    assert table[["start", "end", "state"]].to_numpy().tolist() == [
        [2020, 2021, "S1"],
        [2021, 2022, "not_computable"],
    ]


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"sign": "slope"}, "unknown sign 'slope'"),
        ({"alpha": 5}, "alpha takes a number between 0 and 1"),
        ({"pollution": "wurst"}, "Did you mean 'worst'"),
        ({"closed": "left"}, "unknown closed 'left'"),
        ({"threshold": -0.1}, "threshold takes a finite number"),
        ({"tolerance": float("nan")}, "tolerance takes a finite number"),
    ],
)
def test_a_rule_is_checked_where_it_is_made(choice, words):
    with pytest.raises(ParkError, match=words):
        DecouplingRule(**choice)


def test_a_user_can_name_the_states():
    states = decoupling_states().assign(state=list("abcdefgh"))
    given = pressures_of(so2=90.0, co2e=110.0), economy_of(), SPAN
    assert diagnose(*given, states=states).loc[0, "state"] == "b"


def test_a_state_table_with_a_hole_is_refused():
    with pytest.raises(ParkError, match=r"absent or twice: \+--"):
        diagnose(pressures_of(so2=90.0), economy_of(), SPAN, states=decoupling_states().iloc[1:])


ends = st.integers(min_value=1, max_value=300)


@st.composite
def parks(draw):
    """Draw the series of three industries and of two pollutants, with whole numbers."""
    groups = ["25", "26", "31"]
    pressures = pd.concat(
        [pressures_of(g, so2=draw(ends), nox=draw(ends), co2e=draw(ends)) for g in groups]
    )
    economy = pd.concat([economy_of(draw(ends), group=g) for g in groups])
    return pressures.reset_index(drop=True), economy.reset_index(drop=True)


@settings(max_examples=25, deadline=None)
@given(parks(), st.sampled_from(["each", "worst"]), st.sampled_from([1e-6, 0.907, 29.3076, 1e4]))
def test_states_do_not_depend_on_units(park, pollution, scale):
    pressures, economy = park
    rule = DecouplingRule(pollution=pollution)
    scaled = (
        pressures.assign(amount=pressures["amount"] * scale),
        economy.assign(amount=economy["amount"] / scale),
    )
    as_given = diagnose(pressures, economy, SPAN, rule=rule)
    pd.testing.assert_frame_equal(diagnose(*scaled, SPAN, rule=rule), as_given, rtol=1e-6)


@settings(max_examples=25, deadline=None)
@given(parks(), st.sampled_from(["each", "worst"]), st.randoms(use_true_random=False))
def test_states_do_not_depend_on_the_order_of_rows(park, pollution, random):
    rule = DecouplingRule(pollution=pollution)
    shuffled = [table.iloc[random.sample(range(len(table)), len(table))] for table in park]
    pd.testing.assert_frame_equal(
        diagnose(*shuffled, SPAN, rule=rule), diagnose(*park, SPAN, rule=rule)
    )


@settings(max_examples=25, deadline=None)
@given(parks())
def test_the_park_is_the_same_split_into_industries_and_summed(park):
    pressures, economy = (table.assign(group="park") for table in park)
    sums = (
        pressures.groupby(["group", "year", "species"], as_index=False)["amount"].sum(),
        economy.groupby(["group", "year", "price_year"], as_index=False)["amount"].sum(),
    )
    split = diagnose(pressures, economy, SPAN)
    pd.testing.assert_frame_equal(diagnose(*sums, SPAN), split)


@settings(max_examples=10, deadline=None)
@given(parks())
def test_the_series_given_stay_as_they_were(park):
    kept = [table.copy() for table in park]
    diagnose(*park, SPAN, rule=DecouplingRule(pollution="worst"))
    for table, copy in zip(park, kept, strict=True):
        pd.testing.assert_frame_equal(table, copy)
