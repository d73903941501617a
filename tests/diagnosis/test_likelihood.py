"""Likelihood: how probable each state is, and how wide each effect, when errors are shared."""

from __future__ import annotations

from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.core.errors import ParkError
from parkkit.core.labels import LANGUAGES
from parkkit.core.uncertainty_rule import NORMAL_95, UncertaintyRule
from parkkit.diagnosis.certainty import certainty_name, note_text
from parkkit.diagnosis.decoupling import DecouplingRule, decoupling_states, diagnose
from parkkit.diagnosis.drawn_signs import drawn_signs
from parkkit.diagnosis.effect_intervals import effect_intervals
from parkkit.diagnosis.likelihood import (
    state_probabilities,
    verdicts,
)
from parkkit.diagnosis.series_draws import draw_series, economy_terms, inventory_terms
from parkkit.diagnosis.slopes import slope_of
from parkkit.diagnosis.trend_tests import trend_of
from parkkit.inventory.compilation import Inventory, totals
from parkkit.inventory.uncertainty import propagate
from tests.parks import compiled, make_park

SPAN = (2020, 2023)
MANY = UncertaintyRule(draws=20_000, seed=5)
FEW = UncertaintyRule(draws=500)
ECONOMY = pd.DataFrame({"group": "park", "year": SPAN, "amount": [50.0, 60.0], "price_year": 2020})
ROWS = ["species", "year", "amount", "activity_key", "factor_key", "activity_percent",
        "factor_percent"]  # fmt: skip
Term = tuple[str, int, float, str, str, float | None, float | None]


def terms(*rows: Term, group: str = "park") -> pd.DataFrame:
    return pd.DataFrame(rows, columns=ROWS).assign(group=group)


def pair(name: str, first: float, last: float, activity: float | None, factor: float | None,
         *, shared: bool = True) -> pd.DataFrame:  # fmt: skip
    """A species in both years, of one activity each, by one factor or two."""
    factors = ["f", "f"] if shared else ["f1", "f2"]
    return terms(*[
        (name, year, amount, f"{name}{year}", name + key, activity, factor)
        for year, amount, key in zip(SPAN, (first, last), factors, strict=True)
    ])  # fmt: skip


FALLING = pair("so2", 10, 5, 1, 1)


def probability(table: pd.DataFrame, state: str) -> float:
    return float(table.set_index("state").loc[state, "probability"])


def within(found: float, expected: float, draws: int) -> bool:
    """Whether a share of draws is what it should be, within four standard errors."""
    return abs(found - expected) <= 4 * np.sqrt(expected * (1 - expected) / draws) + 1e-12


# What is shared between years.


def test_a_shared_factor_leaves_the_change_alone() -> None:
    rows = pd.concat([FALLING, pair("co2e", 100, 105, 0, 30)])
    shared = state_probabilities(rows, ECONOMY, SPAN, errors=MANY)
    assert probability(shared, "S2") == 1
    rows = pd.concat([FALLING, pair("co2e", 100, 105, 0, 30, shared=False)])
    apart = state_probabilities(rows, ECONOMY, SPAN, errors=MANY)
    assert 0.4 < probability(apart, "S2") < 0.7


@pytest.mark.parametrize("factor", [0, 30], ids=["exact factor", "shared factor"])
def test_the_probability_of_a_sign_is_the_normal_one(factor: float) -> None:
    rows = pd.concat([FALLING, pair("co2e", 100, 103, 6, factor)])
    rule = DecouplingRule(threshold=0.0)
    found = probability(state_probabilities(rows, ECONOMY, SPAN, rule=rule, errors=MANY), "S2")
    # (103 + 103 s b) - (100 + 100 s a) > 0, whatever the factor that multiplies both.
    sd = 6 / 100 / NORMAL_95 * np.hypot(100, 103)
    assert within(found, 1 - NormalDist(3, sd).cdf(0), MANY.draws)


def by_hand(rng: np.random.Generator, draws: int) -> dict[str, float]:
    """Simulate row by row: two plants burn by one factor, a third by its own; then classify."""
    sd = np.array([8, 5, 10, 40, 25]) / 100 / NORMAL_95
    states = {"-": 0, "+": 1}
    count = dict.fromkeys(["S1", "S2", "S3", "S4", "atypical"], 0)
    for _ in range(draws):
        coal, gas, sulphur = (1 + sd[i] * rng.standard_normal() for i in (3, 4, 3))
        a, b, c = ([1 + sd[i] * rng.standard_normal() for _ in SPAN] for i in (0, 1, 2))
        co2 = [amount * (a[t] * w[0] * coal + b[t] * w[1] * coal + c[t] * w[2] * gas)
               for t, (amount, w) in enumerate([(1, (50, 30, 20)), (1, (48, 32, 24))])]  # fmt: skip
        so2 = [sulphur * (a[0] * 4 + b[0] * 3), sulphur * (a[1] * 4 + b[1] * 2.7)]
        ways = []
        for first, last in (so2, co2):
            change = last / first - 1
            ways.append("0" if abs(change) <= 0.01 else "+" if change > 0 else "-")
        if "0" in ways:
            count["atypical"] += 1
        else:
            count[["S1", "S2", "S3", "S4"][2 * states[ways[0]] + states[ways[1]]]] += 1
    return {name: number / draws for name, number in count.items()}


def test_states_agree_with_a_simulation_row_by_row() -> None:
    burnt = {2020: (50.0, 30.0, 20.0), 2023: (48.0, 32.0, 24.0)}
    sulphur = {2020: (4.0, 3.0), 2023: (4.0, 2.7)}
    rows: list[Term] = []
    for year in SPAN:
        for plant, amount, percent, factor in zip("abc", burnt[year], (8, 5, 10), ("coal", "coal",
                                                  "gas"), strict=True):  # fmt: skip
            wide = 40 if factor == "coal" else 25
            rows.append(("co2e", year, amount, f"{plant}{year}", factor, percent, wide))
        for plant, amount, percent in zip("ab", sulphur[year], (8, 5), strict=True):
            rows.append(("so2", year, amount, f"{plant}{year}", "sulphur", percent, 40))
    found = state_probabilities(terms(*rows), ECONOMY, SPAN, errors=MANY)
    draws = 10_000
    order = decoupling_states().set_index(["economy", "pollution", "carbon"])["state"]
    signs = {"S1": "+--", "S2": "+-+", "S3": "++-", "S4": "+++"}
    named = {mine: order[*key] for mine, key in signs.items()} | {"atypical": "atypical"}
    for mine, share in by_hand(np.random.default_rng(99), draws).items():
        told = probability(found, str(named[mine]))
        sd = np.sqrt(max(told, share) * (1 - max(told, share)) * (1 / draws + 1 / MANY.draws))
        assert abs(told - share) <= 4 * sd + 1e-3, mine
    assert found["probability"].sum() == pytest.approx(1, abs=1e-12)


def test_the_draws_are_as_wide_as_the_inventorys_own_interval(tmp_path: Path) -> None:
    inventory = trend_park(tmp_path)
    rows = inventory_terms(inventory)
    drawn = draw_series(rows, UncertaintyRule(draws=20_000))
    cell = drawn.cells.query("group == 'park' and species == 'co2'").index
    own = propagate(inventory, UncertaintyRule(draws=1000)).query("species == 'co2'")
    assert drawn.drawn[cell].std(axis=1) == pytest.approx(own["closed_sd_t"].to_numpy(), rel=0.03)
    changes = drawn.drawn[cell[1]] / drawn.drawn[cell[0]]
    assert changes.std() < 0.06 < 0.1 < drawn.drawn[cell[0]].std() / drawn.cells["amount"][cell[0]]


def trend_park(folder: Path) -> Inventory:
    """Coal in two years, metered to 5 %, by a factor known to 30 %."""
    factor = {"parameter": "emission_factor", "species": "co2", "value": 2, "unit": "t/t",
              "uncertainty_percent": 30}  # fmt: skip
    coal = [{"amount": amount, "year": year, "uncertainty_percent": 5}
            for year, amount in ((2022, 100), (2023, 110))]  # fmt: skip
    park = make_park(folder / "p", activity=coal, factors=[factor])
    return compiled(park, factor_sets=("OWN",), gases="co2")


def test_terms_sum_to_the_inventorys_totals(tmp_path: Path) -> None:
    inventory = trend_park(tmp_path)
    rows = inventory_terms(inventory)
    sums = rows.groupby(["group", "species", "year"])["amount"].sum()
    told = totals(inventory).set_index(["species", "year"])["amount_t"]
    assert sums["park", "co2", 2023] == pytest.approx(told["co2", 2023])
    assert sums["26", "co2e", 2022] == pytest.approx(told["co2e", 2022])
    assert rows["factor_key"].nunique() == 1


# The economy.


def test_an_economy_without_uncertainty_is_taken_as_exact_and_said_so() -> None:
    rows = pd.concat([FALLING, pair("co2e", 100, 130, 1, 1)])
    exact = state_probabilities(rows, ECONOMY.assign(amount=[50.0, 51.0]), SPAN, errors=MANY)
    assert set(exact["notes"]) == {"economy_exact"}
    value = ECONOMY.assign(amount=[50.0, 51.0], uncertainty_percent=4.0)
    table = state_probabilities(rows, value, SPAN, errors=MANY, rule=DecouplingRule(threshold=0.0))
    assert set(table["notes"]) == {""}
    grown = 1 - NormalDist(1, 4 / 100 / NORMAL_95 * np.hypot(50, 51)).cdf(0)
    assert within(probability(table, "S2"), grown, MANY.draws)


@pytest.mark.parametrize("given_percent", ["much", -1.0])
def test_an_odd_uncertainty_of_the_economy_is_refused(given_percent: object) -> None:
    with pytest.raises(ParkError, match=r"economy\.uncertainty_percent"):
        economy_terms(ECONOMY.assign(uncertainty_percent=given_percent))


# What is not known.


def test_without_any_uncertainty_there_is_no_probability() -> None:
    rows = pd.concat([pair("so2", 10, 5, None, None), pair("co2e", 100, 80, None, None)])
    table = state_probabilities(rows, ECONOMY, SPAN, errors=FEW)
    assert table["probability"].isna().all()
    told = verdicts(table).iloc[0]
    assert (told["status"], told["certainty"], told["is_open"]) == (
        "not_computable", "unknown", False)  # fmt: skip
    assert "factor:co2ef" in told["missing"]
    assert "activity:so22020" in told["missing"]
    assert "no_uncertainty" in told["notes"]


def test_one_side_without_uncertainty_is_enough_to_have_no_probability() -> None:
    rows = pd.concat([pair("so2", 10, 5, None, None), pair("co2e", 100, 80, 2, 2)])
    assert state_probabilities(rows, ECONOMY, SPAN, errors=FEW)["probability"].isna().all()


def test_where_a_part_is_known_the_spread_is_at_least_this() -> None:
    unknown = pair("co2e", 50, 40, None, None).replace({"activity_key": {"co2e2020": "x"}})
    rows = pd.concat([FALLING, pair("co2e", 100, 80, 2, 2), unknown])
    told = verdicts(state_probabilities(rows, ECONOMY, SPAN, errors=FEW)).iloc[0]
    assert (told["status"], told["certainty"]) == ("partial", "settled_so_far")
    assert told["known_share"] < 1
    assert "at_least" in told["notes"]


def test_where_less_than_half_is_known_there_is_no_probability() -> None:
    rows = pd.concat([FALLING, pair("co2e", 10, 8, 2, 2), pair("co2e", 90, 72, None, None)])
    told = verdicts(state_probabilities(rows.assign(activity_key=[str(n) for n in range(6)],
        factor_key=["s", "s", "f", "f", "g", "g"]), ECONOMY, SPAN, errors=FEW)).iloc[0]  # fmt: skip
    assert (told["status"], told["certainty"]) == ("not_computable", "unknown")
    assert told["known_share"] == pytest.approx(0.1)


def test_an_infinite_change_has_its_sign() -> None:
    drawn = np.array([[5e-324], [1.0]])
    assert drawn_signs(drawn, np.array([1.0, 2.0]), DecouplingRule()).tolist() == ["+"]


def test_what_is_told_to_be_exact_is_certain() -> None:
    rows = pd.concat([pair("so2", 10, 5, 0, 0), pair("co2e", 100, 80, 0, 0)])
    told = verdicts(state_probabilities(rows, ECONOMY, SPAN, errors=FEW)).iloc[0]
    assert (told["probability"], told["certainty"]) == (1, "settled")


def test_a_missing_year_has_no_verdict() -> None:
    rows = pd.concat([FALLING, pair("co2e", 100, 80, 1, 1).iloc[:1]])
    table = state_probabilities(rows, ECONOMY, SPAN, errors=FEW)
    assert probability(table, "not_computable") == 1
    told = verdicts(table).iloc[0]
    assert (told["certainty"], told["missing"]) == ("unknown", "co2e 2023")


# Verdicts.


def test_a_verdict_that_flips_within_its_uncertainty_is_open() -> None:
    rows = pd.concat([FALLING, pair("co2e", 100, 102, 10, 5)])
    table = state_probabilities(rows, ECONOMY, SPAN, errors=FEW)
    assert verdicts(table)["certainty"].tolist() == ["open"]
    assert not verdicts(table, least=0.2)["is_open"].any()
    with pytest.raises(ParkError, match="least"):
        verdicts(table, least=1.5)


def test_the_worst_pollutant_is_the_worst_of_each_draw() -> None:
    rows = pd.concat([pair("so2", 10, 9.9, 6, 0), pair("nox", 10, 9.9, 6, 0),
                      pair("co2e", 100, 50, 0, 0)])  # fmt: skip
    rule = DecouplingRule(pollution="worst", threshold=0.0)
    table = state_probabilities(rows, ECONOMY, SPAN, rule=rule, errors=MANY)
    falls = NormalDist(-0.1, 6 / 100 / NORMAL_95 * np.hypot(10, 9.9)).cdf(0)
    assert within(probability(table, "S1"), falls**2, MANY.draws)
    assert len(verdicts(table)) == 1


def history(seed: int, years: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rising = {"co2e": 1.0, "so2": -0.5, "nox": 0.1}
    steps = range(2010, 2010 + years)
    return pd.concat([
        terms(*[(name, y, 20 + slope * (y - 2010) + rng.integers(0, 5), f"{name}{y}", "", 0.0, 0.0)
                for y in steps])
        for name, slope in rising.items()
    ])  # fmt: skip


@pytest.mark.parametrize("sign", ["end_points", "sen", "mann_kendall"])
@pytest.mark.parametrize("years", [4, 6, 10])
@pytest.mark.parametrize("pollution", ["each", "worst"])
def test_draws_without_errors_all_tell_the_verdict(sign: str, years: int, pollution: str) -> None:
    for seed in range(4):
        rows = history(seed, years)
        value = pd.DataFrame({"group": "park", "year": range(2010, 2010 + years),
                              "amount": np.arange(years) + 50.0})  # fmt: skip
        rule = DecouplingRule(sign=sign, pollution=pollution)  # type: ignore[arg-type]
        table = state_probabilities(rows, value, (2010, 2009 + years), rule=rule, errors=FEW)
        point = diagnose(rows, value, (2010, 2009 + years), rule=rule)
        told = verdicts(table)
        assert told["state"].tolist() == point["state"].tolist()
        assert told["probability"].eq(1).all()


@pytest.mark.parametrize("years", [7, 8, 10])
def test_draws_are_tested_as_each_series_alone_with_its_ties(years: int) -> None:
    rng = np.random.default_rng(years)
    step = np.arange(years)
    drawn = np.floor(20 + 0.4 * step[:, None] + rng.uniform(0, 4, (years, 150)))
    rule = DecouplingRule(sign="mann_kendall", threshold=0.0)
    told = drawn_signs(drawn, step + 2010.0, rule)
    for column, sign in zip(drawn.T, told, strict=True):
        series = pd.Series(column, index=step + 2010)
        test, _ = trend_of(series)
        is_flat = test["s"] == 0 or (years >= 8 and test["p"] >= 0.05)
        slope = slope_of(series)[0]["slope"]
        assert sign == ("0" if is_flat or slope == 0 else "+" if slope > 0 else "-")
    assert {"0", "+"} <= set(told)


def test_a_draw_without_a_base_has_no_sign() -> None:
    drawn = np.array([[-1.0, 0.0, 4.0], [2.0, 2.0, 4.0]])
    assert drawn_signs(drawn, np.array([1.0, 2.0]), DecouplingRule()).tolist() == ["", "", "0"]


# What is always true.


percents = st.sampled_from([None, 0.0, 3.0, 25.0, 90.0])
amounts = st.one_of(st.just(0.0), st.floats(1e-3, 1e6))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(amounts, amounts, percents, percents), min_size=2, max_size=4))
def test_probabilities_lie_between_0_and_1_and_sum_to_1(
    given_rows: list[tuple[float, float, float | None, float | None]],
) -> None:
    names = ["co2e", "so2", "nox", "pm"]
    rows = pd.concat([pair(name, *each) for name, each in zip(names, given_rows, strict=False)])
    before = rows.copy()
    table = state_probabilities(rows, ECONOMY, SPAN, errors=UncertaintyRule(draws=100))
    sums = table.groupby("pollutant")["probability"].agg(["sum", "count"])
    is_told = sums["count"] > 0
    assert np.allclose(sums.loc[is_told, "sum"], 1, atol=1e-12)
    assert table["probability"].dropna().between(0, 1).all()
    assert table.groupby("pollutant")["is_verdict"].sum().eq(1).all()
    pd.testing.assert_frame_equal(rows, before)


@settings(max_examples=15, deadline=None)
@given(st.integers(-10, 10), st.integers(0, 5))
def test_units_and_the_order_of_rows_do_not_matter(power: int, seed: int) -> None:
    rows = pd.concat([pair("so2", 10, 9, 8, 20), pair("co2e", 100, 102, 8, 20)])
    # A power of two, so that no digit moves.
    other = rows.assign(amount=rows["amount"] * 2.0**power).sample(frac=1, random_state=seed)
    value = ECONOMY.assign(amount=ECONOMY["amount"] * 8)
    one = state_probabilities(rows, ECONOMY, SPAN, errors=FEW)
    two = state_probabilities(other, value, SPAN, errors=FEW)
    pd.testing.assert_frame_equal(one, two)


# Effects.

IDENTITY = "co2_t = scale: gdp * intensity: co2_t/gdp"
EFFECT_ROWS = pd.DataFrame({"group": "park", "industry": ["A", "A"], "year": [2020, 2023],
                            "gdp": [10.0, 20.0], "co2_t": [30.0, 60.0]})  # fmt: skip
COLUMNS = {"co2_t": "co2e"}


def intervals(rows: pd.DataFrame, errors: UncertaintyRule = MANY) -> pd.DataFrame:
    table = effect_intervals(rows, EFFECT_ROWS, IDENTITY, SPAN, columns=COLUMNS, errors=errors)
    return table.set_index("effect")


def test_the_interval_of_an_effect_is_that_of_a_simulation_by_hand() -> None:
    rows = pair("co2e", 30, 60, 5, 20).assign(group="A")
    found = intervals(rows).loc["intensity"]
    rng, draws = np.random.default_rng(3), 200_000
    factor = 1 + 20 / 100 / NORMAL_95 * rng.standard_normal(draws)
    first, last = (v * factor * (1 + 5 / 100 / NORMAL_95 * rng.standard_normal(draws))
                   for v in (30, 60))  # fmt: skip
    effect = (last - first) / np.log(last / first) * np.log(last / 20 / (first / 10))
    expected = np.quantile(effect, [0.025, 0.975])
    assert [found["low"], found["high"]] == pytest.approx(list(expected), abs=0.1)
    assert (found["status"], found["amount"]) == ("computed", pytest.approx(0))


def test_an_effect_without_uncertainty_has_no_interval() -> None:
    found = intervals(pair("co2e", 30, 60, None, None).assign(group="A"), FEW)
    assert found["low"].isna().all()
    assert found["status"].eq("not_computable").all()
    assert found["notes"].eq("no_uncertainty").all()
    assert "factor:co2ef" in found["missing"].iloc[0]


def test_an_amount_that_no_term_stands_for_is_named() -> None:
    found = intervals(pair("co2e", 30, 60, 5, 20).assign(group="A").iloc[:1], FEW)
    assert found["status"].eq("partial").all()
    assert found["missing"].eq("co2e A 2023").all()


def test_draws_that_turn_negative_are_counted_not_clipped() -> None:
    found = intervals(pair("co2e", 30, 60, 100, 0).assign(group="A"), FEW)
    wide = intervals(pair("co2e", 30, 60, 20, 0).assign(group="A"), FEW)
    assert found["draws_left_out"].between(5, 60).all()
    assert found["notes"].eq("negative_draws").all()
    assert wide["draws_left_out"].eq(0).all()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_words(language: str) -> None:
    for code in ("settled", "open", "settled_so_far", "unknown"):
        assert certainty_name(code, language)  # type: ignore[arg-type]
    for code in ("at_least", "economy_exact", "negative_draws", "no_uncertainty"):
        assert note_text(code, language)  # type: ignore[arg-type]
