"""Tapio's states and the OECD factor, by hand and against what was published."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.core.errors import ParkError
from parkkit.diagnosis.elasticity import coupling_elasticity, oecd, tapio, tapio_states


def series(start, end):
    return pd.Series({2020: start, 2021: end})


@pytest.mark.parametrize(
    ("pressure_end", "economy_end", "elasticity", "state"),
    [
        (95, 110, -0.5, "strong_decoupling"),
        (104, 110, 0.4, "weak_decoupling"),
        (108, 110, 0.8, "expansive_coupling"),
        (110, 110, 1.0, "expansive_coupling"),
        (112, 110, 1.2, "expansive_coupling"),
        (113, 110, 1.3, "expansive_negative_decoupling"),
        (105, 90, -0.5, "strong_negative_decoupling"),
        (95, 90, 0.5, "weak_negative_decoupling"),
        (92, 90, 0.8, "recessive_coupling"),
        (90, 90, 1.0, "recessive_coupling"),
        (88, 90, 1.2, "recessive_coupling"),
        (87, 90, 1.3, "recessive_decoupling"),
        (100, 110, 0.0, "weak_decoupling"),
        (100, 90, 0.0, "weak_negative_decoupling"),
        (105, 100, None, "undefined"),
    ],
)
def test_tapio_by_hand(pressure_end, economy_end, elasticity, state):
    row = tapio(series(100, pressure_end), series(100, economy_end), (2020, 2021)).loc[0]
    assert row["state"] == state
    if elasticity is None:
        assert np.isnan(row["elasticity"])
    else:
        assert row["elasticity"] == pytest.approx(elasticity, abs=1e-12)
        assert not np.signbit(row["elasticity"]) or elasticity < 0


def test_rounding_of_the_machine_does_not_decide_the_state():
    pressure, economy = series(100, 108), series(100, 110)
    row = tapio(pressure, economy, (2020, 2021)).loc[0]
    assert (108 - 100) / 100 / ((110 - 100) / 100) < 0.8
    assert row["state"] == "expansive_coupling"
    assert tapio(pressure, economy, (2020, 2021), tolerance=0).loc[0, "state"] == "weak_decoupling"


@pytest.mark.parametrize(
    ("pressure_end", "economy_end", "state"),
    [
        (108, 110, "weak_decoupling"),
        (112, 110, "expansive_coupling"),
        (92, 90, "weak_negative_decoupling"),
        (88, 90, "recessive_coupling"),
    ],
)
def test_closed_right_leaves_only_the_lower_bound_out(pressure_end, economy_end, state):
    table = tapio(series(100, pressure_end), series(100, economy_end), (2020, 2021), closed="right")
    assert table.loc[0, "state"] == state


def test_an_unknown_closed_is_refused():
    with pytest.raises(ParkError, match="unknown closed 'left'"):
        tapio_states(0.1, 0.1, closed="left")


def test_published_states_of_a_development_zone():
    # Zhengzhou ETDZ, Environmental Science 2023, 44(11), 6412: 2011-2016 and 2016-2020.
    states = tapio_states([1.021, 0.089], 1.0).tolist()
    assert states == ["expansive_coupling", "weak_decoupling"]


def test_a_missing_year_is_named_and_the_rest_computed():
    pressure = pd.Series({2019: 100.0, 2020: np.nan, 2021: 95.0})
    economy = pd.Series({2019: 100.0, 2020: 105.0, 2021: 110.0})
    table = tapio(pressure, economy, [(2019, 2020), (2019, 2021), (2021, 2022)])
    assert table["state"].tolist() == ["not_computable", "strong_decoupling", "not_computable"]
    assert table["missing"].tolist() == ["pressure 2020", "", "pressure 2022; economy 2022"]


def test_a_base_of_zero_is_named():
    row = tapio(series(0, 5), series(100, 110), (2020, 2021)).loc[0]
    assert (row["state"], row["missing"]) == ("not_computable", "pressure 2020")
    assert row["notes"] == "base_not_positive"


def test_a_year_that_stands_twice_is_refused():
    twice = pd.Series([1.0, 2.0], index=[2020, 2020])
    with pytest.raises(ParkError, match="years stand twice: 2020"):
        tapio(twice, series(100, 110), (2020, 2021))


@pytest.mark.parametrize(
    ("pressure_end", "economy_end", "ratio", "factor", "state"),
    [
        (95, 110, 0.863636, 0.136364, "absolute_decoupling"),
        (100, 110, 0.909091, 0.090909, "absolute_decoupling"),
        (105, 110, 0.954545, 0.045455, "relative_decoupling"),
        (110, 110, 1.0, 0.0, "no_decoupling"),
        (95, 90, 1.055556, -0.055556, "no_decoupling"),
    ],
)
def test_oecd_by_hand(pressure_end, economy_end, ratio, factor, state):
    row = oecd(series(100, pressure_end), series(100, economy_end), (2020, 2021)).loc[0]
    assert (row["ratio"], row["factor"]) == pytest.approx((ratio, factor), abs=5e-7)
    assert row["state"] == state


def test_oecd_without_an_economy_at_the_end_is_not_computable():
    row = oecd(series(100, 95), series(100, 0), (2020, 2021)).loc[0]
    assert row["state"] == "not_computable"
    assert np.isnan(row["factor"])


@pytest.mark.parametrize(
    ("pollution_end", "carbon_end", "elasticity", "coupling", "led_by"),
    [
        (90, 95, 0.5, "co_control", "pollution"),
        (95, 90, 2.0, "co_control", "carbon"),
        (90, 90, 1.0, "co_control", "both"),
        (110, 105, 0.5, "co_increase", "pollution"),
        (101, 95, -5.0, "carbon_only", ""),
        (95, 101, -0.2, "pollution_only", ""),
        (90, 100, 0.0, "standing", ""),
        (100, 90, None, "undefined", ""),
    ],
)
def test_carbon_and_pollution_that_move_together(
    pollution_end, carbon_end, elasticity, coupling, led_by
):
    pair = series(100, pollution_end), series(100, carbon_end)
    row = coupling_elasticity(*pair, (2020, 2021)).loc[0]
    assert (row["coupling"], row["led_by"]) == (coupling, led_by)
    wanted = np.nan if elasticity is None else elasticity
    assert row["elasticity"] == pytest.approx(wanted, nan_ok=True)


def test_a_coupling_with_a_year_missing_names_it():
    pair = pd.Series({2019: 10.0, 2020: 9.0}), pd.Series({2018: 5.0, 2020: 4.0})
    table = coupling_elasticity(*pair, [(2018, 2020), (2019, 2020)])
    assert table["coupling"].tolist() == ["not_computable"] * 2
    assert table["missing"].tolist() == ["pollution 2018", "carbon 2019"]


amounts = st.integers(min_value=1, max_value=1000)


@settings(max_examples=50, deadline=None)
@given(amounts, amounts, amounts, amounts, st.sampled_from([1e-6, 0.001, 29.3076, 1e4]))
def test_units_do_not_change_a_tapio_state(p0, p1, e0, e1, scale):
    as_given = tapio(series(p0, p1), series(e0, e1), (2020, 2021)).loc[0]
    scaled = tapio(series(p0, p1) * scale, series(e0, e1) / scale, (2020, 2021)).loc[0]
    assert scaled["state"] == as_given["state"]
    assert scaled["elasticity"] == pytest.approx(as_given["elasticity"], rel=1e-9, nan_ok=True)


@settings(max_examples=50, deadline=None)
@given(amounts, amounts, amounts, amounts)
def test_inputs_stay_as_they_were(p0, p1, e0, e1):
    pressure, economy = series(p0, p1), series(e0, e1)
    kept = pressure.copy(), economy.copy()
    tapio(pressure, economy, (2020, 2021))
    pd.testing.assert_series_equal(pressure, kept[0])
    pd.testing.assert_series_equal(economy, kept[1])
