"""The uncertainty rule: what it takes, and what half-widths mean under each distribution."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import pytest

from parkkit.core.errors import ParkError
from parkkit.core.uncertainty_rule import (
    UncertaintyRule,
    percent_by_rank,
    relative_sd,
    uncertainty_rule,
)
from parkkit.inventory.simulation import standard


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"activity_distribution": "normale"}, "Did you mean 'normal'?"),
        ({"factor_distribution": ["normal"]}, "unknown factor_distribution"),
        ({"activity_by_rank": {6: 10}}, "by data rank 1 to 5, such as {1 = 5, 3 = 20}, not '6 = 1"),
        ({"activity_by_rank": {1.5: 10}}, "not '1.5 = 10'"),
        ({"factor_by_rank": {}}, "factor_by_rank takes half-widths"),
        ({"factor_by_rank": 10}, "not '10'"),
        ({"factor_by_rank": {1: -1}}, "not '1 = -1'"),
        ({"factor_by_rank": {1: float("nan")}}, "not '1 = nan'"),
        ({"factor_by_rank": {1: True}}, "not '1 = True'"),
        ({"activity_by_rank": {1: 20, 3: 10}}, "a worse rank cannot be known better"),
        ({"draws": 10}, "draws takes a whole number from 100 to 10000000, not '10'"),
        ({"draws": 1e4}, "draws takes a whole number"),
        ({"seed": -1}, "seed takes a whole number from 0"),
        ({"seed": True}, "seed takes a whole number from 0"),
    ],
)
def test_a_value_that_does_not_do_is_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ParkError) as error:
        UncertaintyRule(**given)
    assert told in str(error.value)


def test_ranks_have_no_uncertainty_by_default() -> None:
    rule = UncertaintyRule()
    assert (rule.activity_by_rank, rule.factor_by_rank) == (None, None)
    assert percent_by_rank(pd.Series([1.0, 5.0]), None).isna().all()


def test_a_rank_between_two_is_interpolated_and_one_outside_has_none() -> None:
    ranks = pd.Series([1.9, 2.0, 2.25, 4.0, 4.5, np.nan])
    found = percent_by_rank(ranks, {2: 10, 4: 30})
    assert found.tolist() == pytest.approx([np.nan, 10, 12.5, 30, np.nan, np.nan], nan_ok=True)


def test_a_rule_survives_being_written_down() -> None:
    rule = UncertaintyRule(activity_by_rank={5: 40, 1: 2.5}, factor_distribution="lognormal",
                           draws=500, seed=9)  # fmt: skip
    written = asdict(rule)
    written["activity_by_rank"] = {str(rank): v for rank, v in rule.activity_by_rank.items()}
    assert uncertainty_rule(written) == rule
    assert list(rule.activity_by_rank) == [1, 5]
    assert len({rule, uncertainty_rule(written)}) == 1


def test_what_is_given_may_change_later_without_changing_the_rule() -> None:
    given = {1: 5.0}
    rule = UncertaintyRule(activity_by_rank=given)
    given[1] = 50.0
    assert rule.activity_by_rank == {1: 5.0}


def test_an_unknown_name_is_told_with_a_hint() -> None:
    with pytest.raises(ParkError, match="unknown choice 'draw'. Did you mean 'draws'?"):
        uncertainty_rule({"draw": 100})


@pytest.mark.parametrize(
    ("distribution", "low", "high"),
    [
        ("normal", 0.8, 1.2),
        ("triangular", 0.8, 1.2),
        # mean 1, sd 0.2 / 1.959964: ln sd = 0.101779, ln median = -0.005179
        ("lognormal", np.exp(-0.005179 - 1.959964 * 0.101779),
         np.exp(-0.005179 + 1.959964 * 0.101779)),
    ],
)  # fmt: skip
def test_half_of_the_95_percent_interval_is_what_was_given(
    distribution: Any, low: float, high: float
) -> None:
    sd = relative_sd(np.array([20.0]), distribution)
    draws = 1 + sd[0] * standard(distribution, sd, 400_000, np.random.default_rng(3))[0]
    assert np.quantile(draws, [0.025, 0.975]) == pytest.approx([low, high], abs=0.002)
    # Whatever the distribution, its mean is the value, and its deviation the one told.
    assert draws.mean() == pytest.approx(1, abs=5 * sd[0] / np.sqrt(400_000))
    assert draws.std() == pytest.approx(sd[0], rel=0.01)


def test_a_row_without_a_rank_has_no_percent_by_rank() -> None:
    found = percent_by_rank(pd.Series([2.0, None]), {2: 5})
    assert found.iloc[0] == 5
    assert pd.isna(found.iloc[1])
