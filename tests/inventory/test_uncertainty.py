"""Uncertainty: who shares an error, in closed form and by draws, and what is not known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.core.uncertainty_rule import NORMAL_95, UncertaintyRule
from parkkit.inventory import simulation
from parkkit.inventory.compilation import totals
from parkkit.inventory.error_cells import cells_of, closed_form
from parkkit.inventory.simulation import drawn_sums, parts_of
from parkkit.inventory.uncertainty import combined, propagate
from parkkit.park.package import open_park
from tests.parks import INSIDE, OUTSIDE, compiled, make_park

LANGANG = Path(__file__).parents[2] / "sample_parks" / "langang"
FEW = UncertaintyRule(draws=1000)
CARBON = {"parameter": "emission_factor", "species": "co2", "value": 2, "unit": "t/t",
          "factor_rank": 2}  # fmt: skip
METERED = {"amount": 100, "uncertainty_percent": 6}
POWER = {"process": "power", "process_type": "purchase", "item": "electricity", "unit": "MWh",
         "use": "purchased", "counterpart_id": "grid", "amount": 1000,
         "uncertainty_percent": 2}  # fmt: skip
GRID = {"electricity": "market", "factor_sets": ("CN_GRID",), "gases": "co2"}


def terms(*rows: tuple[float, str, str, float, float], **more: Any) -> pd.DataFrame:
    """Amount, activity, factor, and the half-widths of both in percent."""
    names = ["amount_t", "activity_key", "factor_key", "activity_percent", "factor_percent"]
    return pd.DataFrame(rows, columns=names).assign(**{"g": "g", **more})


def one(table: pd.DataFrame, rule: UncertaintyRule = FEW) -> pd.Series:
    return combined(table, by=["g"], rule=rule).iloc[0]


def gas(table: pd.DataFrame, species: str) -> pd.Series:
    return table.set_index("species").loc[species]


# The worked examples.


def test_approach_1_gives_the_numbers_of_the_book() -> None:
    table = terms((50000, "a", "x", 3, 5), (30000, "b", "y", 2, 10), (20000, "c", "z", 5, 20))
    each = combined(table.assign(g=["1", "2", "3"]), by=["g"], rule=FEW)
    assert each["approach1_percent"].round(4).tolist() == [5.8310, 10.1980, 20.6155]
    assert one(table)["approach1_percent"] == pytest.approx(5.9042, abs=5e-5)


def test_a_shared_factor_is_drawn_once_a_draw() -> None:
    table = terms((50000, "a", "f", 3, 10), (30000, "b", "f", 2, 10))
    found = one(table, UncertaintyRule(draws=2_000_000))
    assert found["mean_t"] == pytest.approx(80003, abs=40)
    assert [found["low_percent"], found["high_percent"]] == pytest.approx([-10.2, 10.2], abs=0.1)


# Closed form.


def test_the_second_order_is_in_the_closed_form() -> None:
    # One product of two deviations of 0.5: 1.5625 - 1 = 0.5625 of the amount squared.
    half = 50 * NORMAL_95
    assert one(terms((10, "a", "f", half, half)))["closed_sd_t"] == pytest.approx(7.5)
    assert one(terms((10, "a", "f", half, half)))["approach1_percent"] == pytest.approx(
        half * np.sqrt(2)
    )


def test_calling_a_shared_factor_independent_understates() -> None:
    rows = [(10.0, f"a{n}", "f", 0.0, 20.0) for n in range(12)]
    shared = one(terms(*rows))["closed_sd_t"]
    apart = one(terms(*rows).assign(factor_key=[f"f{n}" for n in range(12)]))["closed_sd_t"]
    assert shared / apart == pytest.approx(np.sqrt(12))  # 3.5 times


def test_gases_of_one_activity_deviate_together() -> None:
    # Factors known exactly: 30 + 40 t of one meter at 10 % is 70 t at 10 %, not 50 t at 10 %.
    together = terms((30, "a", "f", 10, 0), (40, "a", "h", 10, 0))
    apart = terms((30, "a", "f", 10, 0), (40, "b", "h", 10, 0))
    for name in ("closed_percent", "approach1_percent"):
        assert one(together)[name] == pytest.approx(10)
        assert one(apart)[name] == pytest.approx(10 * 50 / 70)
    rule = UncertaintyRule(draws=20_000)
    assert one(together, rule)["sd_t"] / one(apart, rule)["sd_t"] == pytest.approx(1.4, rel=0.05)


def test_what_is_taken_off_takes_its_errors_off() -> None:
    found = one(terms((100, "a", "f", 10, 20), (-100, "a", "f", 10, 20)))
    assert [found["amount_t"], found["closed_sd_t"], found["sd_t"]] == [0, 0, 0]
    assert np.isnan(found["closed_percent"])


def test_splitting_an_activity_into_independent_halves_narrows_it() -> None:
    halves = terms((50, "a1", "f", 10, 0), (50, "a2", "f", 10, 0))
    assert one(halves)["closed_percent"] == pytest.approx(10 / np.sqrt(2))


def test_splitting_a_row_of_one_activity_changes_nothing() -> None:
    whole, halves = terms((100, "a", "f", 10, 20)), terms(*[(50, "a", "f", 10, 20)] * 2)
    pd.testing.assert_series_equal(one(whole), one(halves))


# Draws against the closed form.

row = st.tuples(
    st.floats(-20, 200), st.sampled_from([f"a{n}" for n in range(8)]),
    st.sampled_from(["", "f", "g", "h"]), st.just(0.0), st.just(0.0), st.sampled_from("xy"),
)  # fmt: skip


def with_widths(rows: list[tuple[Any, ...]], widths: list[float]) -> pd.DataFrame:
    """Give every key a half-width of its own; one of no factor is none."""
    table = terms(*(each[:5] for each in rows)).assign(g=[each[5] for each in rows])
    activity = table["activity_key"].str[1:].astype(int).map(dict(enumerate(widths)))
    factor = table["factor_key"].map({"": 0.0, "f": widths[8], "g": widths[9], "h": widths[10]})
    return table.assign(activity_percent=activity, factor_percent=factor)


@settings(max_examples=15)
@given(
    rows=st.lists(row, min_size=1, max_size=30),
    widths=st.lists(st.floats(0, 60), min_size=11, max_size=11),
    activity=st.sampled_from(["normal", "lognormal", "triangular"]),
    factors=st.sampled_from(["normal", "lognormal", "triangular"]),
)
def test_the_draws_agree_with_the_closed_form(
    rows: list[tuple[Any, ...]], widths: list[float], activity: Any, factors: Any
) -> None:
    rule = UncertaintyRule(
        draws=20_000, activity_distribution=activity, factor_distribution=factors
    )
    table = with_widths(rows, widths)
    table = table.assign(output=table.groupby("g").ngroup())
    cells = cells_of(table, rule)
    closed = closed_form(cells)
    sums = drawn_sums(parts_of(cells, activity), cells.factor_sd, rule, range(len(closed)))
    for drawn, amount, sd in zip(sums, closed["amount_t"], closed["closed_sd_t"], strict=True):
        tiny = 1e-9 * (1 + np.abs(table["amount_t"]).sum())
        assert abs(drawn.mean() - amount) <= 5 * sd / np.sqrt(rule.draws) + tiny
        # The sampling error of a variance follows from the fourth moment.
        squares = (drawn - drawn.mean()) ** 2
        assert abs(squares.mean() - sd**2) <= 5 * squares.std() / np.sqrt(rule.draws) + tiny**2


def many(count: int = 400) -> pd.DataFrame:
    """Two gases of each of many activities under one factor each."""
    rng = np.random.default_rng(2)
    amounts, widths = rng.uniform(1, 3, count), rng.uniform(5, 40, count)
    rows = [
        (a, f"a{n}", "f", w, 20.0) for n, (a, w) in enumerate(zip(amounts, widths, strict=True))
    ]
    other = [(0.1 * a * (1 + n % 3), f"a{n}", "h", w, 30.0) for n, (a, *_, w, _) in enumerate(rows)]
    return terms(*rows, *other)


@pytest.mark.parametrize("distribution", ["normal", "lognormal", "triangular"])
def test_errors_summed_by_cell_are_as_good_as_one_for_every_row(
    monkeypatch: pytest.MonkeyPatch, distribution: Any
) -> None:
    rule = UncertaintyRule(activity_distribution=distribution, draws=20_000)
    table = many().assign(factor_percent=0.0)
    cells = cells_of(table.assign(output=0), rule)
    assert len(parts_of(cells, distribution).spread) == 2
    quick = one(table, rule)
    # Every row drawn on its own: no sum of errors is near enough to normal, and none is small.
    monkeypatch.setattr(simulation, "NEARLY_NORMAL", -1.0)
    shape = "triangular" if distribution == "normal" else distribution
    slow_rule = UncertaintyRule(activity_distribution=shape, draws=20_000, seed=8)
    slow_cells = cells_of(table.assign(output=0), slow_rule)
    assert len(parts_of(slow_cells, shape).spread) == 400
    slow = one(table, slow_rule)
    scale = slow["closed_sd_t"] / quick["closed_sd_t"]  # half-widths mean other deviations
    error = quick["closed_sd_t"] / np.sqrt(rule.draws)
    for name, errors in {"mean_t": 5, "sd_t": 5, "low_t": 14, "high_t": 14}.items():
        # The error of a 2.5 percentile is 2.67 standard errors of the mean; of two, times 1.4.
        centre = 0 if name == "sd_t" else quick["amount_t"]
        apart = (slow[name] - centre) / scale - (quick[name] - centre)
        assert abs(apart) <= errors * 1.4 * error


def test_a_few_skewed_errors_are_drawn_one_by_one() -> None:
    rule = UncertaintyRule(activity_distribution="lognormal", draws=20_000)
    rows = [(10.0, f"a{n}", "f", 120.0, 0.0) for n in range(4)]
    cells = cells_of(terms(*rows).assign(output=0), rule)
    assert len(parts_of(cells, "lognormal").spread) == 4
    found = one(terms(*rows), rule)
    assert found["high_percent"] > -found["low_percent"] * 1.3
    assert found["skew"] == "skewed_inputs"


def test_the_order_of_rows_changes_nothing() -> None:
    table = many(60).assign(g=["x", "y"] * 60)
    shuffled = table.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(
        combined(table, by=["g"], rule=FEW), combined(shuffled, by=["g"], rule=FEW),
        check_exact=True,
    )  # fmt: skip


def test_the_order_of_a_cells_amounts_changes_no_digit() -> None:
    rows = [(amount, "a", "f", 10.0, 5.0) for amount in (1e16, 1.0, -1e16, 3.0, 0.1, 0.7)]
    there, back = one(terms(*rows)), one(terms(*rows[::-1]))
    pd.testing.assert_series_equal(there, back, check_exact=True)


def test_errors_that_offset_each_other_still_do_when_summed_by_cell() -> None:
    # What each activity adds under one factor it takes off, more or less of it, under another.
    shares = np.linspace(0.5, 1.5, 40)
    rows = [(10.0, f"a{n}", "f", 30.0, 0.0) for n in range(40)]
    rows += [(-10.0 * share, f"a{n}", "h", 30.0, 0.0) for n, share in enumerate(shares)]
    rule = UncertaintyRule(draws=50_000)
    assert len(parts_of(cells_of(terms(*rows).assign(output=0), rule), "normal").spread) == 2
    found = one(terms(*rows), rule)
    left = 10 * 0.3 / NORMAL_95 * np.sqrt(((1 - shares) ** 2).sum())
    assert found["closed_sd_t"] == pytest.approx(left)
    assert found["sd_t"] == pytest.approx(left, rel=5 / np.sqrt(2 * rule.draws))


def test_a_seed_gives_the_same_draws_and_another_one_others() -> None:
    again, other = one(many(9)), one(many(9), UncertaintyRule(draws=1000, seed=2))
    assert again["mean_t"] == one(many(9))["mean_t"]
    assert again["mean_t"] != other["mean_t"]


def test_outputs_that_do_not_fit_in_memory_at_once_get_the_same_draws(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = many(20).assign(g=[str(n % 5) for n in range(40)])
    whole = combined(table, by=["g"], rule=FEW)
    monkeypatch.setattr(simulation, "SUM_VALUES", 2000)
    pd.testing.assert_frame_equal(whole, combined(table, by=["g"], rule=FEW), check_exact=True)


# What is not known, and what does not suit.


def test_what_nobody_tells_stays_out_of_the_interval_and_is_told() -> None:
    found = one(terms((60, "a", "f", 10, 0), (40, "b", "h", np.nan, 0)))
    assert found["amount_t"] == 100
    assert found["closed_sd_t"] * NORMAL_95 == pytest.approx(6)
    assert (found["known_share"], found["notes"]) == (0.6, "partly_known")


def test_with_nothing_known_there_is_no_interval() -> None:
    found = one(terms((60, "a", "f", np.nan, np.nan)))
    assert found["known_share"] == 0
    assert found[["mean_t", "low_t", "closed_sd_t", "approach1_percent"]].isna().all()


def test_what_is_exact_tells_no_width_of_what_nobody_knows() -> None:
    found = one(terms((60, "a", "f", 0, np.nan), (40, "b", "g", np.nan, 0)))
    assert found["known_share"] == 0
    assert found[["mean_t", "low_t", "closed_sd_t", "approach1_percent"]].isna().all()


def test_zero_percent_is_known_and_no_gap() -> None:
    found = one(terms((60, "a", "f", 0, 0)))
    assert (found["known_share"], found["sd_t"], found["notes"]) == (1, 0, "")


def test_draws_below_zero_are_told_and_not_clipped() -> None:
    found = one(terms((10, "a", "f", 0, 200)))
    # A deviation of 2 / 1.96 is below -1 in 16.4 % of all draws.
    assert found["negative_draws_share"] == pytest.approx(0.164, abs=0.04)
    assert found["low_t"] < 0
    assert found["notes"] == "input_below_zero;wide_input"
    better = one(terms((10, "a", "f", 0, 200)), UncertaintyRule(factor_distribution="lognormal"))
    assert (better["negative_draws_share"], better["notes"]) == (0, "wide_input")
    assert better["low_t"] > 0


def test_two_normal_errors_that_multiply_set_mean_and_median_apart() -> None:
    found = one(terms((10, "a", "f", 60, 60)), UncertaintyRule(draws=100_000))
    assert found["skew"] == "second_order"
    assert found["mean_t"] > found["median_t"]
    assert one(terms((10, "a", "", 20, 0)))["skew"] == "alike"


# Inventories.


def test_an_interval_stands_beside_every_total(tmp_path: Path) -> None:
    rows = [METERED, {**METERED, "process": "kiln", "amount": 300}]
    park = make_park(tmp_path / "p", activity=rows, site_factors=[CARBON])
    rule = UncertaintyRule(factor_by_rank={2: 10}, draws=1000)
    inventory = compiled(park, gases="co2")
    before = inventory.emissions.copy()
    found = propagate(inventory, rule)
    pd.testing.assert_frame_equal(before, inventory.emissions)
    sums = totals(inventory)
    pd.testing.assert_series_equal(found["amount_t"], sums["amount_t"], check_exact=True)
    co2 = gas(found, "co2")
    # 200 and 600 t: the factor is shared, the meters are not.
    first = 10**2 + 6**2 * (200**2 + 600**2) / 800**2
    assert co2["approach1_percent"] == pytest.approx(np.sqrt(first))
    assert gas(found, "co2e")["closed_percent"] == pytest.approx(co2["closed_percent"])
    assert (co2["status"], co2["known_share"], co2["missing"]) == ("computed", 1, "")
    assert (co2["draws"], co2["seed"], co2["factor_distribution"]) == (1000, 1, "normal")


def test_a_rank_stands_in_only_where_a_row_tells_nothing(tmp_path: Path) -> None:
    rows = [METERED, {"process": "kiln", "amount": 300, "data_rank": 2.5}]
    park = make_park(tmp_path / "p", activity=rows, site_factors=[CARBON])
    inventory = compiled(park, gases="co2")
    rule = UncertaintyRule(activity_by_rank={2: 20, 3: 40}, factor_by_rank={2: 0}, draws=1000)
    found = gas(propagate(inventory, rule, by=["year", "process"]), "co2").set_index("process")
    assert found["closed_percent"].to_dict() == pytest.approx({"boiler": 6, "kiln": 30})


def test_without_a_factors_uncertainty_the_total_is_partial_and_says_whose(tmp_path: Path) -> None:
    park = make_park(tmp_path / "p", activity=[METERED], site_factors=[CARBON])
    co2 = gas(propagate(compiled(park, gases="co2"), FEW), "co2")
    assert (co2["status"], co2["known_share"], co2["missing"]) == ("partial", 0, "factor:site")
    assert (co2["activity_known_share"], co2["factor_known_share"]) == (1, 0)
    assert co2["closed_percent"] == pytest.approx(6)  # that of the meter alone


def test_without_any_uncertainty_nothing_is_computable(tmp_path: Path) -> None:
    park = make_park(tmp_path / "p", activity=[{"amount": 100}], site_factors=[CARBON])
    co2 = gas(propagate(compiled(park, gases="co2"), FEW), "co2")
    assert (co2["status"], co2["missing"]) == ("not_computable", "activity:o;factor:site")
    assert np.isnan(co2["low_t"])
    assert co2["amount_t"] == 200


def test_a_year_without_rows_has_no_interval_and_no_error(tmp_path: Path) -> None:
    inventory = compiled(make_park(tmp_path / "p", activity=[METERED]))
    found = propagate(inventory, FEW, years=[1999])
    assert len(found) == 0
    assert set(found) == set(propagate(inventory, FEW))


def test_a_reported_release_has_one_error_of_its_own(tmp_path: Path) -> None:
    rows = [{"amount": 30, "process": "a", "uncertainty_percent": 10},
            {"amount": 40, "process": "b", "uncertainty_percent": 10}]  # fmt: skip
    found = gas(propagate(compiled(make_park(tmp_path / "p", releases=rows)), FEW), "so2")
    assert found["closed_percent"] == pytest.approx(10 * 50 / 70)
    assert (found["status"], found["known_share"]) == ("computed", 1)


def test_lists_that_are_averaged_are_independent(tmp_path: Path) -> None:
    rows = [{"amount": 10, "process": "a", "list": name, "uncertainty_percent": 10}
            for name in ("permit", "statistics")]  # fmt: skip
    inventory = compiled(make_park(tmp_path / "p", releases=rows), release_rule="mean")
    found = gas(propagate(inventory, FEW), "so2")
    assert found["amount_t"] == 10
    assert found["closed_percent"] == pytest.approx(10 / np.sqrt(2))


def test_filled_months_have_no_uncertainty_but_by_rank(tmp_path: Path) -> None:
    months = [{"amount": 1, "process": "a", "month": m, "uncertainty_percent": 10}
              for m in range(1, 7)]  # fmt: skip
    park = make_park(tmp_path / "p", releases=months)
    inventory = compiled(park, fill="mean_of_months")
    found = gas(propagate(inventory, FEW), "so2")
    assert (found["amount_t"], found["known_share"], found["missing"]) == (12, 0.5, "release:o")
    by_rank = propagate(inventory, UncertaintyRule(activity_by_rank={2: 50}, draws=1000))
    # 6 t at 50 %, and six independent months of 1 t at 10 %.
    assert gas(by_rank, "so2")["closed_percent"] == pytest.approx(
        np.sqrt(3**2 + 6 * 0.1**2) / 12 * 100
    )


def test_power_claimed_as_green_has_no_error_of_the_grids_factor(tmp_path: Path) -> None:
    rule = UncertaintyRule(factor_by_rank={4: 20}, draws=1000)
    found = {}
    for claimed in (0, 400, 1000):
        green = {"kind": "gec", "amount": claimed, "unit": "MWh"}
        park = make_park(tmp_path / f"p{claimed}", activity=[POWER],
                         certificates=[green] if claimed else [])  # fmt: skip
        found[claimed] = gas(propagate(compiled(park, **GRID), rule), "co2")
    whole = found[0]["amount_t"]
    # The meter's 2 % is of all that was bought, the factor's 20 % of what is not claimed.
    for claimed, row in found.items():
        factor = 0.2 / NORMAL_95 * whole * (1 - claimed / 1000)
        meter = 0.02 / NORMAL_95 * whole
        first_order = np.hypot(factor, meter)
        assert row["closed_sd_t"] == pytest.approx(first_order, rel=0.025)
        assert row["status"] == "computed"
    assert np.isnan(found[1000]["approach1_percent"])  # of no tonnes


@pytest.mark.parametrize(
    ("claimed", "meter", "exposed"), [(100, 2, 300), (400, 0, 0)], ids=["some of it", "all of it"]
)
def test_a_contracts_own_factor_does_not_keep_the_error_of_the_grids(
    tmp_path: Path, claimed: float, meter: float, exposed: float
) -> None:
    power = {**POWER, "amount": 400, "uncertainty_percent": meter}
    contract = {"kind": "contract", "amount": claimed, "unit": "MWh", "factor": 0.1}
    park = make_park(tmp_path / "p", activity=[power], certificates=[contract])
    inventory = compiled(park, **GRID)
    rows = inventory.emissions
    grid = rows.loc[rows["factor_set"] != "certificate", "emissions_t"].sum() / 400
    claim = rows[rows["factor_set"] == "certificate"].drop_duplicates("factor_id")
    apart = pd.concat([rows[rows["factor_set"] != "certificate"],
                       claim.assign(emissions_t=-claimed * grid, co2e_t=-claimed * grid),
                       claim.assign(emissions_t=claimed * 0.1, co2e_t=claimed * 0.1)],
                      ignore_index=True)  # fmt: skip
    rule = UncertaintyRule(factor_by_rank={4: 20, 5: 20}, draws=100)
    found = gas(propagate(replace(inventory, emissions=apart), rule), "co2")
    assert found["amount_t"] == pytest.approx(400 * grid - claimed * (grid - 0.1))
    assert found["missing"] == "factor:certificate"  # nobody tells how sure the contract's is
    by_meter, by_factor = meter / 100 * 400 * grid, 0.2 * exposed * grid
    if exposed:
        assert found["status"] == "partial"
        assert found["approach1_percent"] == pytest.approx(
            100 * np.hypot(by_meter, by_factor) / found["amount_t"]
        )
    else:
        assert found["status"] == "not_computable"
        assert np.isnan(found["closed_percent"])


def turbine(item: str, counterpart: str, amount: float, use: str = "sold") -> dict[str, Any]:
    unit = "MWh" if item == "electricity" else "GJ"
    return {"process": "turbine", "process_type": "", "item": item, "use": use, "unit": unit,
            "counterpart_id": counterpart, "amount": amount}  # fmt: skip


def test_an_export_by_allocation_errs_with_the_fuel_it_is_a_part_of(tmp_path: Path) -> None:
    made = [turbine("electricity", "A", 100, "self_generated"),
            turbine("heat", "A", 2000, "self_generated")]  # fmt: skip
    plants = [{"enterprise_id": "A", **INSIDE}, {"enterprise_id": "C", **OUTSIDE}]
    rule = UncertaintyRule(factor_by_rank={2: 10}, draws=1000)
    widths = []
    for sold in (0.5, 1.0):
        rows = [METERED, *made, turbine("electricity", "grid", 100 * sold),
                turbine("heat", "C", 2000 * sold)]  # fmt: skip
        park = make_park(tmp_path / f"p{sold}", enterprises=plants, activity=rows,
                         site_factors=[CARBON])  # fmt: skip
        inventory = compiled(park, gases="co2", view="consumption", chp="energy")
        widths.append(gas(propagate(inventory, rule), "co2"))
    half, nothing = widths
    assert half["amount_t"] == pytest.approx(100)
    assert half["approach1_percent"] == pytest.approx(np.hypot(10, 6))
    assert nothing["closed_sd_t"] == pytest.approx(0, abs=1e-9)
    assert half["known_share"] == nothing["known_share"] == 1


def test_an_export_by_factor_errs_with_its_sale_and_its_factor(tmp_path: Path) -> None:
    sale = {**POWER, "use": "sold", "amount": 250, "uncertainty_percent": 4}
    park = make_park(tmp_path / "p", activity=[POWER, sale])
    inventory = compiled(park, **{**GRID, "electricity": "location"}, view="consumption",
                         export_value="factor")  # fmt: skip
    found = gas(propagate(inventory, UncertaintyRule(factor_by_rank={4: 20}, draws=1000)), "co2")
    bought, sold = 1000 * 0.02, 250 * 0.04
    first = np.hypot(20, np.hypot(bought, sold) / 750 * 100)
    assert found["approach1_percent"] == pytest.approx(first)


def test_langang_tells_of_what_share_its_interval_is() -> None:
    park = open_park(LANGANG)
    inventory = compiled(park)
    # Without what the park says of data ranks: what factors' sources tell alone.
    found = propagate(inventory, years=[2023])
    co2e = gas(found, "co2e")
    assert 0 < co2e["known_share"] < 1
    assert co2e["low_t"] < co2e["amount_t"] < co2e["high_t"]
    assert co2e["status"] == "partial"
    assert "factor:CN_GRID" in co2e["missing"].split(";")
    assert co2e["sd_t"] == pytest.approx(co2e["closed_sd_t"], rel=0.05)
