"""Further measures beside a diagnosis: the same as series by series, for every group and span."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.core.errors import ParkError
from parkkit.diagnosis.coordination import coordination
from parkkit.diagnosis.decoupling import DecouplingRule, diagnose
from parkkit.diagnosis.elasticity import coupling_elasticity, oecd, tapio
from parkkit.diagnosis.further_measures import with_measures
from parkkit.diagnosis.trends import spans, spans_from_first

YEARS = (2015, 2016, 2017, 2018, 2019, 2020)
SERIES = {
    ("park", "so2"): [10, 9, 9.5, 7, 6, 6],
    ("park", "co2e"): [100, 104, 110, 108, 99, 90],
    ("26", "so2"): [5, 5, 6, 4, 3, 0],
    ("26", "co2e"): [60, 61, 66, 64, 57, 55],
}
VALUE = {"park": [50, 55, 53, 60, 66, 72], "26": [20, 21, 22, 21, 24, 27]}


def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = [{"group": group, "species": species, "year": year, "amount": amount}
            for (group, species), amounts in SERIES.items()
            for year, amount in zip(YEARS, amounts, strict=True)]  # fmt: skip
    money = [{"group": group, "year": year, "amount": amount, "price_year": 2015}
             for group, amounts in VALUE.items()
             for year, amount in zip(YEARS, amounts, strict=True)]  # fmt: skip
    return pd.DataFrame(rows), pd.DataFrame(money)


def same(one: pd.Series, other: pd.Series) -> bool:
    """Whether numbers agree, missing ones with missing ones."""
    return bool(one.tolist() == pytest.approx(other.tolist(), nan_ok=True))


@pytest.mark.parametrize(
    "over",
    [spans(YEARS), spans(YEARS, 1), spans(YEARS, 5), spans(YEARS, 3), spans_from_first(YEARS)],
    ids=["whole", "chained", "five years", "moving", "by end points"],
)
def test_every_span_has_every_measure_for_the_park_and_its_industries(
    over: list[tuple[int, int]],
) -> None:
    table = with_measures(diagnose(*tables(), over))
    assert set(table["group"]) == {"park", "26"}
    for group in VALUE:
        mine = table[table["group"] == group].reset_index(drop=True)
        value = pd.Series(VALUE[group], YEARS)
        so2, co2e = (pd.Series(SERIES[group, name], YEARS) for name in ("so2", "co2e"))
        for axis, series in (("pollution", so2), ("carbon", co2e)):
            alone = tapio(series, value, over)
            assert mine[f"{axis}_tapio"].tolist() == alone["state"].tolist()
            assert same(mine[f"{axis}_elasticity"], alone["elasticity"])
            alone = oecd(series, value, over)
            assert mine[f"{axis}_oecd"].tolist() == alone["state"].tolist()
            assert same(mine[f"{axis}_oecd_factor"], alone["factor"])
        alone = coupling_elasticity(so2, co2e, over)
        assert mine["coupling"].tolist() == alone["coupling"].tolist()
        assert mine["led_by"].tolist() == alone["led_by"].tolist()
        assert same(mine["coupling_elasticity"], alone["elasticity"])


@pytest.mark.parametrize("sign", ["end_points", "sen", "mann_kendall"])
def test_the_signs_of_every_method_are_told_beside_the_same_measures(sign: Any) -> None:
    told = with_measures(diagnose(*tables(), spans(YEARS, 5), rule=DecouplingRule(sign=sign)))
    row = told.set_index("group").loc["park"]
    assert (row["sign_method"], row["economy"], row["pollution"]) == (sign, "+", "-")
    # Carbon rose, then fell: of 15 pairs 6 rise and 9 fall, which the ends and the slope tell.
    assert (row["carbon"], row["carbon_oecd"]) == ("-", "absolute_decoupling")


def test_what_has_no_change_has_no_measure() -> None:
    rows, money = tables()
    row = with_measures(diagnose(rows, money, (2020, 2021))).loc[0]
    assert (row["carbon_oecd"], row["coupling"], row["led_by"]) == (
        "not_computable", "not_computable", "")  # fmt: skip
    assert pd.isna(row["carbon_oecd_factor"])


def test_a_degree_of_coordination_by_weights() -> None:
    # 0.75 x 0.8 + 0.25 x 0.4 = 0.7; the means are 0.565685 and 0.6.
    found = coordination([0.8, 0.4], weights=[3, 1])
    assert found == pytest.approx((0.942809, 0.7, (0.942809 * 0.7) ** 0.5), abs=1e-6)


@pytest.mark.parametrize(
    ("levels", "choices", "words"),
    [
        ([0.5], {}, "takes two levels or more"),
        ([0.5, 1.2], {}, "between 0 and 1"),
        ([0.5, float("nan")], {}, "between 0 and 1"),
        ([0.5, 0.5], {"weights": [1.0]}, "weights are 2 numbers from 0 up"),
        ([0.5, 0.5], {"weights": [0.0, 0.0]}, "not all 0"),
        ([0.5, 0.5], {"form": "new"}, "unknown form 'new'"),
    ],
)
def test_levels_that_cannot_be_coordinated_are_refused(
    levels: list[float], choices: dict[str, Any], words: str
) -> None:
    with pytest.raises(ParkError, match=words):
        coordination(levels, **choices)


@settings(max_examples=40)
@given(st.lists(st.floats(0, 1), min_size=2, max_size=5), st.randoms(),
       st.sampled_from(["plain", "corrected"]))  # fmt: skip
def test_coordination_lies_between_0_and_1_in_any_order(
    levels: list[float], random: Any, form: Any
) -> None:
    found = coordination(levels, form=form)
    assert all(-1e-12 <= value <= 1 + 1e-12 for value in found)
    again = coordination(random.sample(levels, len(levels)), form=form)
    assert again == pytest.approx(found, abs=1e-9)
