"""What holds for every decomposition, on random tables of which a quarter is zero."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.diagnosis.decomposition import decompose
from parkkit.diagnosis.effect_indexes import lmdi_index
from parkkit.diagnosis.logarithmic_means import array_effects

COLUMNS = ["gdp", "tce", "made", "so2"]
FIRST, LAST = 2020, 2023
COARSE = "so2 = scale: [gdp] * structure: gdp/[gdp] * intensity: tce/gdp * emission: so2/tce"
FINE = (
    "so2 = scale: [gdp] * structure: gdp/[gdp] * intensity: tce/gdp * source: made/tce "
    "* end_of_pipe: so2/made"
)
KEPT = ["opened", "closed", "boundary_moved", "scale", "structure", "intensity", "total"]
METHODS = st.sampled_from(["lmdi1", "lmdi2"])
# A table holds many rows: fewer of them say as much.
FEW = settings(max_examples=25)
FORMS = st.sampled_from(["additive", "multiplicative"])


@st.composite
def tables(draw, share_absent=0.15):
    """A table of a few groups and industries over four years; a seed draws the many numbers."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    groups, industries = draw(st.integers(1, 3)), draw(st.integers(1, 5))
    names = [range(groups), range(industries), range(FIRST, LAST + 1)]
    rows = pd.MultiIndex.from_product(names, names=["group", "industry", "year"]).to_frame(False)
    rows[["group", "industry"]] = rows[["group", "industry"]].astype("str")
    spread = draw(st.sampled_from([0.01, 1.0, 6.0]))
    amounts = rng.lognormal(3, spread, (len(rows), len(COLUMNS)))
    amounts[rng.random(amounts.shape) < 0.25] = 0.0
    rows[COLUMNS] = amounts
    is_kept = rng.random(len(rows)) >= share_absent
    is_kept[0] = True
    return rows[is_kept].reset_index(drop=True)


def decomposed(rows, identity=FINE, years=(FIRST, LAST), **choices):
    table = decompose(rows, identity, years, **choices)
    measured = "amount" if "amount" in table else "index"
    wide = table.pivot(index=["group", "start"], columns="effect", values=measured)
    return wide.sort_index()


def largest_of(rows, group):
    mine = rows[rows["group"].eq(group)]
    return mine.groupby("year")["so2"].sum().max()


@given(rows=tables(), chained=st.booleans())
def test_effects_sum_to_the_change_within_1e_12_of_the_largest_total(rows, chained):
    found = decomposed(rows, chained=chained)
    left = (found.drop(columns="total").sum(axis=1, skipna=False) - found["total"]).abs()
    for (group, _), residual in left.items():
        if not np.isnan(residual):
            assert residual <= 1e-12 * largest_of(rows, group)


@FEW
@given(rows=tables())
def test_a_group_with_rows_in_both_years_is_always_computed(rows):
    table = decompose(rows, FINE, (FIRST, LAST))
    years = rows.groupby("group")["year"].agg(set)
    for group, status in table.groupby("group")["status"].unique().items():
        whole = {FIRST, LAST} <= years[group]
        assert status.tolist() == ["computed" if whole else "not_computable"]


@FEW
@given(rows=tables(), method=METHODS, chained=st.booleans())
def test_indexes_multiply_to_the_ratio(rows, method, chained):
    found = decomposed(rows, method=method, form="multiplicative", chained=chained).dropna()
    product = found.drop(columns="total").prod(axis=1)
    # Of a row that hardly weighs anything LMDI-II makes indexes beyond 1e100.
    sane = found.apply(np.log).abs().max(axis=1) < 100
    assert product[sane].to_numpy() == pytest.approx(found.loc[sane, "total"].to_numpy(), rel=1e-10)


@FEW
@given(rows=tables(), method=METHODS, form=FORMS, seed=st.integers(0, 99))
def test_the_order_of_rows_does_not_matter(rows, method, form, seed):
    mixed = rows.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(
        decomposed(rows, method=method, form=form), decomposed(mixed, method=method, form=form)
    )


@FEW
@given(rows=tables(), method=METHODS, form=FORMS)
def test_units_of_the_factors_do_not_matter(rows, method, form):
    other = rows.assign(gdp=rows["gdp"] * 1e4, tce=rows["tce"] * 29.3, made=rows["made"] / 1e3)
    close(decomposed(other, method=method, form=form), decomposed(rows, method=method, form=form))


@FEW
@given(rows=tables(), method=METHODS)
def test_the_unit_of_the_left_side_only_scales_the_amounts(rows, method):
    kilograms = rows.assign(so2=rows["so2"] * 1000)
    close(decomposed(kilograms, method=method) / 1000, decomposed(rows, method=method))
    ratios = {"method": method, "form": "multiplicative"}
    close(decomposed(kilograms, **ratios), decomposed(rows, **ratios))


@FEW
@given(rows=tables(), method=METHODS)
def test_splitting_a_factor_leaves_the_others_and_its_parts_sum_to_it(rows, method):
    coarse, fine = decomposed(rows, COARSE, method=method), decomposed(rows, FINE, method=method)
    close(fine[KEPT], coarse[KEPT])
    close(fine["source"] + fine["end_of_pipe"], coarse["emission"])


@FEW
@given(rows=tables(), method=METHODS)
def test_a_chain_is_the_sum_of_its_years(rows, method):
    chained = decomposed(rows, method=method, chained=True).droplevel("start")
    steps = [(year, year + 1) for year in range(FIRST, LAST)]
    yearly = decomposed(rows, years=steps, method=method)
    summed = yearly.groupby("group").sum(min_count=len(steps)).drop(columns="total")
    close(summed, chained.drop(columns="total"))


@FEW
@given(rows=tables(share_absent=0))
def test_indexes_do_not_depend_on_the_order_of_years_and_end_at_the_chain(rows):
    table = lmdi_index(rows, FINE, base=FIRST)
    last = table[table["year"].eq(LAST)].pivot(index="group", columns="effect", values="index")
    chain = decomposed(rows, method="lmdi2", form="multiplicative", chained=True)
    close(last, chain.droplevel("start"))


@FEW
@given(rows=tables(share_absent=0.3))
def test_a_moved_boundary_only_takes_from_what_opened_and_closed(rows):
    keys = rows["industry"].unique().tolist()
    found, moved = decomposed(rows), decomposed(rows, moved=keys)
    close(moved["boundary_moved"], found["opened"] + found["closed"])
    close(moved[["scale", "source", "total"]], found[["scale", "source", "total"]])


@given(
    seed=st.integers(0, 2**32 - 1),
    shape=st.tuples(*[st.integers(1, 4)] * 4),
    method=METHODS,
)
def test_arrays_sum_to_the_change_and_agree_with_tables(seed, shape, method):
    rng = np.random.default_rng(seed)
    factors = rng.lognormal(0, 2, shape)
    factors[rng.random(shape) < 0.25] = 0.0
    totals = factors.prod(axis=-1).sum(axis=1)
    effects = array_effects(factors, method=method)
    left = np.abs(effects.sum(axis=-1) - np.diff(totals, axis=-1))
    largest = np.maximum(totals.max(axis=-1), np.nanmax(np.abs(effects), initial=0))
    known = ~np.isnan(left)
    assert (left <= 1e-12 * largest[:, None])[known].all()
    assert known.all() or method == "lmdi2"


def close(found, wanted):
    """Assert that two tables agree, up to rounding that is small beside the largest of a row."""
    assert found.isna().equals(wanted.isna())
    if isinstance(wanted, pd.Series):
        found, wanted = found.to_frame("value"), wanted.to_frame("value")
        scale = 1e-9 * np.maximum(wanted.abs().max(), 1e-6).max()
    else:
        scale = 1e-9 * np.maximum(wanted.abs().max(axis=1), 1e-6).to_numpy()[:, None]
    apart = (found[wanted.columns] - wanted).abs().to_numpy()
    is_apart = ~(apart <= scale) & ~np.isnan(apart)
    assert not is_apart.any(), f"{found}\n{wanted}"
