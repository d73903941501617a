"""Uncertainty: the intervals of an inventory, in closed form and by Monte Carlo."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from parkkit.core.uncertainty_rule import UncertaintyRule, relative_sd
from parkkit.inventory.compilation import Inventory, grouping, totals
from parkkit.inventory.deviations import deviating, with_co2e
from parkkit.inventory.error_cells import Cells, cells_of, closed_form
from parkkit.inventory.simulation import FIGURES, draw

# Half-widths above this make the symmetric interval of the closed form rough (IPCC 2006 V1 Ch3).
WIDE_PERCENT = 30.0
COMBINED = ["amount_t", *FIGURES, "low_percent", "high_percent", "closed_sd_t", "closed_low_t",
            "closed_high_t", "closed_percent", "approach1_percent", "known_share",
            "activity_known_share", "factor_known_share", "negative_draws_share", "skew",
            "notes"]  # fmt: skip
# A standard deviation below this share of the tonnes is one of digits alone.
NO_WIDTH = 1e-12
# More than one draw in a thousand is below zero from this relative standard deviation on.
BELOW_ZERO = {"normal": 1 / 3.090232, "triangular": 1.046808 / np.sqrt(6), "lognormal": np.inf}


def propagate(
    inventory: Inventory,
    rule: UncertaintyRule | None = None,
    *,
    by: Sequence[str] = ("year",),
    years: Sequence[int] = (),
) -> pd.DataFrame:
    """Return the uncertainty of an inventory's totals, in closed form and by Monte Carlo.

    What nobody tells the uncertainty of is in the amount, but not in the interval: the interval
    is then too narrow, ``known_share`` says of how many tonnes, and the status is ``partial``.
    Which rows share an error is told by ``deviating``, how sums are drawn by ``combined``.

    Parameters
    ----------
    inventory : Inventory
        Its rows tell the half-widths of activity and factor in percent.
    rule : UncertaintyRule, optional
        Such as ``park.about.uncertainty``; by default normal errors, and nothing by rank.
    by : sequence of str
        Columns of ``emissions``, as for ``totals``.
    years : sequence of int
        Only these years; none means all.

    Returns
    -------
    DataFrame
        Per group, species (with ``co2e``) and medium what ``totals`` says (``amount_t``) and what
        ``combined`` adds; then ``missing`` (whose uncertainty nobody told:
        ``activity:ORIGIN``, ``release:ORIGIN``, ``factor:FACTOR_SET``), ``draws``, ``seed``,
        ``activity_distribution``, ``factor_distribution`` and ``status``: ``computed``,
        ``partial`` (a row, a month or an uncertainty is missing), ``not_computable`` (no
        uncertainty is known, or none but of what is exact).

    Raises
    ------
    ParkError
        If a column of ``by`` is unknown.
    """
    rule, by = rule or UncertaintyRule(), grouping(inventory, by)
    group = [*by, "species", "medium"]
    rows = with_co2e(deviating(inventory, rule, years=years))
    found = combined(rows, by=group, rule=rule).drop(columns="amount_t", errors="ignore")
    lacking = _lacking(rows, group)
    table = totals(inventory, by=by, years=years).drop(columns="missing_rows")
    table = table.merge(found, on=group, how="left").merge(lacking, on=group, how="left")
    is_known = table["mean_t"].notna()
    is_whole = table["status"].eq("computed") & table["known_share"].eq(1)
    status = pd.Series("partial", index=table.index, dtype="str").mask(is_whole, "computed")
    texts = ["missing", "notes", "skew"]
    return table.fillna(dict.fromkeys(texts, "")).assign(
        draws=rule.draws,
        seed=rule.seed,
        activity_distribution=rule.activity_distribution,
        factor_distribution=rule.factor_distribution,
        status=status.where(is_known, "not_computable"),
    )


def _lacking(rows: pd.DataFrame, group: Sequence[str]) -> pd.DataFrame:
    """Return, per group, whose uncertainty nobody told."""
    names = ["lacks_activity", "lacks_factor"]
    long = pd.concat([rows[[*group, name]].rename(columns={name: "missing"}) for name in names])
    # By the set of pairs, which are few, not by the rows.
    pairs = long.drop_duplicates().sort_values("missing")
    told = pairs.groupby(list(group), dropna=False)["missing"].agg(
        lambda codes: ";".join(code for code in codes if code)
    )
    return told.reset_index()


def combined(terms: pd.DataFrame, *, by: Sequence[str], rule: UncertaintyRule) -> pd.DataFrame:
    """Return the sums of products of uncertain activities and factors, by group.

    Each term is ``amount_t`` x (1 + a) x (1 + f); ``a`` is shared by all terms of one activity,
    ``f`` by all terms of one factor, and all else is independent. The mean is therefore the
    amount, and the variance is exactly

    ``sum_k (A_k s_k)^2 + sum_j (F_j s_j)^2 + sum_kj (W_kj s_k s_j)^2``

    with ``W_kj`` the amount of activity k under factor j, and ``A_k``, ``F_j`` its sums. The
    third, second-order sum is what Approach 1 leaves out. The draws sum the errors of all
    activities of a cell first: a sum of normal errors is normal, exactly; one of lognormal or
    triangular errors is taken as normal only where it nearly is (``NEARLY_NORMAL``), and each is
    drawn otherwise.

    Parameters
    ----------
    terms : DataFrame
        The columns ``by``, ``amount_t``, ``activity_key``, ``factor_key`` (blank: no factor),
        ``activity_percent``, ``factor_percent`` (half-widths of the 95 % interval; what is
        missing stays out of the interval). Percents follow from their key.
    by : sequence of str
        Columns that make a group.

    Returns
    -------
    DataFrame
        Per group ``amount_t``, ``mean_t``, ``median_t``, ``sd_t``, ``low_t`` and ``high_t`` (2.5
        and 97.5 percentiles), ``low_percent`` and ``high_percent`` (of the amount),
        ``closed_sd_t``, ``closed_low_t``, ``closed_high_t``, ``closed_percent`` (half-width),
        ``approach1_percent`` (without the second order), ``known_share``,
        ``activity_known_share``, ``factor_known_share`` (of the tonnes),
        ``negative_draws_share`` (draws in which the sum has the other sign), ``skew``
        (``alike``, ``second_order``, ``skewed_inputs``: why mean and median differ, if they do)
        and ``notes`` (codes of ``uncertainty.note``).

    References
    ----------
    IPCC 2006 Guidelines, Volume 1 Chapter 3, equations 3.1 and 3.2 (Approach 1), and Approach 2.

    Examples
    --------
    Two sources of 50 and 30 t share a factor: 4 % is the activity alone, 10 % the factor.

    >>> terms = pd.DataFrame({"amount_t": [50.0, 30.0], "activity_key": ["a", "b"],
    ...     "factor_key": "f", "activity_percent": [4.0, 4.0], "factor_percent": 10.0, "park": "p"})
    >>> found = combined(terms, by=["park"], rule=UncertaintyRule())
    >>> found["approach1_percent"].round(4).tolist()  # sqrt(10^2 + (50^2 + 30^2) / 80^2 x 4^2)
    [10.4163]
    """
    groups = terms.groupby(list(by), dropna=False, sort=True)
    table = groups.size().index.to_frame(index=False)
    if not len(terms):
        return pd.DataFrame(columns=[*by, *COMBINED])
    rows = terms.assign(output=groups.ngroup())
    cells = cells_of(rows, rule)
    drawn = draw(cells, rule)
    closed = closed_form(cells)
    shares = _known_shares(rows)
    told = pd.concat([table, shares, drawn, closed], axis=1)
    # An interval of which nothing is known is none; and exact parts alone tell no width of all.
    size_t = rows["amount_t"].abs().groupby(rows["output"]).sum()
    has_width = told["closed_sd_t"] > NO_WIDTH * size_t
    is_known = told["known_share"].eq(1) | has_width
    unknown = [*FIGURES, *closed.columns.drop("amount_t"), "negative_draws_share"]
    told[unknown] = told[unknown].where(is_known)
    size = told["amount_t"].abs().where(told["amount_t"] != 0)
    found = told.assign(
        low_percent=(told["low_t"] - told["amount_t"]) / size * 100,
        high_percent=(told["high_t"] - told["amount_t"]) / size * 100,
        skew=_skew(told, cells, rule).where(is_known, ""),
        notes=_notes(told["known_share"] < 1, cells, rule),
    )
    return found[[*by, *COMBINED]]


def _known_shares(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what share of each output's tonnes has an uncertainty: of both parts, and of each."""
    rows = rows.sort_values("amount_t")  # so that the order given cannot move a sum
    activity, factor = rows["activity_percent"].notna(), rows["factor_percent"].notna()
    has_factor = rows["factor_key"] != ""
    tonnes = rows["amount_t"].abs()
    flags = {
        "known_share": activity & (factor | ~has_factor),
        "activity_known_share": activity,
        "factor_known_share": factor | ~has_factor,
    }
    all_t = tonnes.groupby(rows["output"]).sum()
    shares = {
        # Of all a share of exactly 1, whatever the sums round to; of nothing but zeros by rows.
        name: (tonnes.where(flag, 0.0).groupby(rows["output"]).sum() / all_t.where(all_t > 0))
        .fillna(0.0).mask(flag.groupby(rows["output"]).all(), 1.0)
        for name, flag in flags.items()
    }  # fmt: skip
    return pd.DataFrame(shares)


def _skew(told: pd.DataFrame, cells: Cells, rule: UncertaintyRule) -> pd.Series:
    """Tell why mean and median differ by more than their sampling error, if they do."""
    # Of normal sums the difference has a variance of (pi / 2 - 1) sd^2 / draws.
    error = told["sd_t"] * np.sqrt((np.pi / 2 - 1) / rule.draws)
    # Four, so that of a hundred groups hardly one is told apart by chance.
    apart = (told["mean_t"] - told["median_t"]).abs() > 4 * error
    by_activity = cells.activity_sd[cells.activity] > 0
    by_factor = cells.factor_sd[cells.factor] > 0
    skewed = by_activity & (rule.activity_distribution == "lognormal")
    skewed |= by_factor & (rule.factor_distribution == "lognormal")
    has_skewed = np.bincount(cells.output, weights=skewed, minlength=len(told)) > 0
    why = np.where(has_skewed, "skewed_inputs", "second_order")
    return pd.Series(np.where(apart, why, "alike"), index=told.index, dtype="str")


def _notes(is_partly: pd.Series, cells: Cells, rule: UncertaintyRule) -> pd.Series:
    """Return the codes of what a reader must know of each output's inputs."""
    activity, factor = cells.activity_sd[cells.activity], cells.factor_sd[cells.factor]
    below = activity > BELOW_ZERO[rule.activity_distribution]
    below |= factor > BELOW_ZERO[rule.factor_distribution]
    limit = np.array([WIDE_PERCENT * (1 + 1e-9)])
    wide = activity > relative_sd(limit, rule.activity_distribution)
    wide |= factor > relative_sd(limit, rule.factor_distribution)
    notes = pd.Series("", index=is_partly.index, dtype="str").mask(is_partly, ";partly_known")
    for code, flags in {"input_below_zero": below, "wide_input": wide}.items():
        weights = flags & (cells.amount != 0)
        there = np.bincount(cells.output, weights=weights, minlength=len(notes)) > 0
        notes = notes.where(~there, notes + ";" + code)
    return notes.str.strip(";")
