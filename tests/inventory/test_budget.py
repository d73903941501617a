"""Uncertainty budget: what to measure better first, why the median differs, data by rank."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from parkkit.core.uncertainty_rule import NORMAL_95, UncertaintyRule
from parkkit.inventory.budget import (
    rank_shares,
    uncertainty_budget,
    why_mean_and_median_differ,
)
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.uncertainty import propagate
from parkkit.park.package import open_park
from tests.parks import compiled, make_park

LANGANG = Path(__file__).parents[2] / "sample_parks" / "langang"
CARBON = {"parameter": "emission_factor", "species": "co2", "value": 2, "unit": "t/t",
          "factor_rank": 2}  # fmt: skip
RULE = UncertaintyRule(factor_by_rank={2: 10}, draws=1000)


def release(process: str, amount: float, percent: float | str, **given: Any) -> dict[str, Any]:
    return {"process": process, "amount": amount, "uncertainty_percent": percent, **given}


@pytest.fixture
def plants(tmp_path: Path) -> Inventory:
    """200 t and 600 t of CO2 under one factor, of meters at 6 % and 3 %."""
    rows = [{"amount": 100, "uncertainty_percent": 6},
            {"amount": 300, "uncertainty_percent": 3, "process": "kiln"}]  # fmt: skip
    park = make_park(tmp_path / "p", activity=rows, site_factors=[CARBON])
    return compiled(park, gases="co2")


def test_the_width_that_would_vanish_is_that_of_the_total_without_it(tmp_path: Path) -> None:
    # Standard deviations of 3 and 4 t make 5 t; without the second 3 t are left.
    percent = 10 * NORMAL_95
    rows = [release("a", 30, percent), release("b", 40, percent)]
    found = uncertainty_budget(
        compiled(make_park(tmp_path / "p", releases=rows)), species="so2", year=2023
    )
    assert found["source_id"].tolist() == ["A/b", "A/a"]
    assert found["width_t"].tolist() == pytest.approx([2 * NORMAL_95 * 2, 2 * NORMAL_95 * 1])
    assert found["width_share"].tolist() == pytest.approx([0.4, 0.2])
    assert found["variance_share"].tolist() == pytest.approx([16 / 25, 9 / 25])
    assert found["rank"].tolist() == [1, 2]
    assert set(found["kind"]) == {"release"}
    assert found["id"].tolist() == ["r0002", "r0001"]


def test_a_shared_factor_bears_all_that_it_reaches(plants: Inventory) -> None:
    first = uncertainty_budget(plants, RULE, year=2023).iloc[0]
    assert (first["kind"], first["factor_set"], first["sources"]) == ("factor", "site", 2)
    assert (first["amount_t"], first["half_width_percent"]) == (800, 10)
    assert first["id"].startswith("site/A/")


def test_without_the_part_the_closed_form_is_as_much_narrower(plants: Inventory) -> None:
    found = uncertainty_budget(plants, RULE, year=2023).set_index("id")
    exact = UncertaintyRule(factor_by_rank={2: 0}, draws=1000)
    width = {
        rule: propagate(plants, rule).set_index("species").loc["co2e", "closed_sd_t"]
        for rule in (RULE, exact)
    }
    narrower = 2 * NORMAL_95 * (width[RULE] - width[exact])
    assert found.loc[found["kind"] == "factor", "width_t"].item() == pytest.approx(narrower)
    # Both orders: activity and factor count what they make together.
    assert found["variance_share"].sum() > 1
    second = 0.1**2 * ((200 * 0.06) ** 2 + (600 * 0.03) ** 2) / NORMAL_95**4
    assert found["variance_share"].sum() == pytest.approx(1 + second / width[RULE] ** 2)


def test_what_nobody_tells_is_listed_last_and_not_ranked(tmp_path: Path) -> None:
    rows = [release("a", 1, 10), release("b", 5, ""), release("c", 9, "")]
    found = uncertainty_budget(
        compiled(make_park(tmp_path / "p", releases=rows)), species="so2", year=2023
    )
    assert found["source_id"].tolist() == ["A/a", "A/c", "A/b"]
    assert found["rank"].isna().tolist() == [False, True, True]
    assert found["width_t"].isna().tolist() == [False, True, True]
    assert found["missing"].tolist() == ["", "uncertainty", "uncertainty"]


def test_a_species_without_rows_has_an_empty_budget(plants: Inventory) -> None:
    found = uncertainty_budget(plants, RULE, species="sf6", year=2023)
    assert len(found) == 0
    assert "width_t" in found


def test_where_all_is_exact_nothing_is_to_be_gained(tmp_path: Path) -> None:
    park = make_park(tmp_path / "p", releases=[release("a", 1, 0)])
    found = uncertainty_budget(compiled(park), species="so2", year=2023).iloc[0]
    assert found["width_t"] == 0
    assert np.isnan(found["width_share"])


@pytest.mark.parametrize(
    ("skew", "words", "told"),
    [
        ("alike", "by no more than the sampling error", "不超过抽样误差"),
        ("second_order", "activity and factor multiply", "二阶项"),
        ("skewed_inputs", "lognormal inputs", "对数正态"),
        ("", "no interval", "区间无法计算"),
    ],
)
def test_a_sentence_says_why_mean_and_median_differ(skew: str, words: str, told: str) -> None:
    row = {"species": "co2e", "amount_t": 3276187.0, "mean_t": 3276030.8, "median_t": 12.5,
           "draws": 10000, "skew": skew}  # fmt: skip
    english = why_mean_and_median_differ(pd.DataFrame([row]), "en").item()
    chinese = why_mean_and_median_differ(pd.DataFrame([row]), "zh").item()
    assert words in english
    assert told in chinese
    assert ("3,276,200 t" in english) == ("12.500 t" in chinese) == (skew != "")


def test_tonnes_by_rank_are_shares_of_the_total(tmp_path: Path) -> None:
    rows = [release("a", 60, 1, data_rank=1), release("b", 30, 1, data_rank=3.5),
            release("c", 10, 1, data_rank="")]  # fmt: skip
    found = rank_shares(compiled(make_park(tmp_path / "p", releases=rows)))
    assert set(found["kind"]) == {"activity"}  # a reported release has no factor
    shares = found.set_index("band")["share"]
    assert shares.to_dict() == {"1": 0.6, "2": 0, "3": 0, "4": 0.3, "5": 0, "none": 0.1}
    assert found["mean_rank"].unique() == pytest.approx([(60 + 30 * 3.5) / 90])


def test_a_species_in_two_media_has_two_budgets_and_two_ranks(tmp_path: Path) -> None:
    rows = [release("a", 5, 100, species="fluorides", data_rank=1),
            release("b", 3, 300, species="fluorides", medium="water", data_rank=3)]  # fmt: skip
    found = compiled(make_park(tmp_path / "p", releases=rows))
    budget = uncertainty_budget(found, RULE, species="fluorides", year=2023)
    told = budget[["medium", "rank", "amount_t", "width_share"]].values.tolist()
    assert told == [["air", 1, 5, 1], ["water", 1, 3, 1]]
    shares = rank_shares(found).query("amount_t > 0")
    assert shares[["medium", "band", "share"]].values.tolist() == [
        ["air", "1", 1], ["water", "3", 1]]  # fmt: skip


def test_activity_and_factors_are_ranked_apart(plants: Inventory) -> None:
    found = rank_shares(plants, by=["year", "process"])
    co2e = found[(found["species"] == "co2e") & (found["share"] > 0)]
    assert co2e.set_index(["process", "kind"])["band"].to_dict() == {
        ("boiler", "activity"): "2", ("boiler", "factor"): "2",
        ("kiln", "activity"): "2", ("kiln", "factor"): "2",
    }  # fmt: skip
    assert co2e["share"].eq(1).all()


def test_langang_says_what_to_measure_first() -> None:
    inventory = compiled(open_park(LANGANG))
    by_rank = {1: 2.0, 2: 5.0, 3: 10.0, 4: 20.0, 5: 50.0}
    rule = UncertaintyRule(activity_by_rank=by_rank, factor_by_rank=by_rank)
    found = uncertainty_budget(inventory, rule, year=2023)
    assert found["width_t"].is_monotonic_decreasing
    assert found["missing"].eq("").all()
    first = found.iloc[0]
    assert first["kind"] == "factor"
    assert first["width_share"] > 0.1
    without = uncertainty_budget(inventory, UncertaintyRule(), year=2023)
    assert without["missing"].eq("uncertainty").any()
    assert (
        rank_shares(inventory)
        .groupby(["year", "species", "kind"])["share"]
        .sum()
        .round(12)
        .isin([1.0])
        .all()
    )
