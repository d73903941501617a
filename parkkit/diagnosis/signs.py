"""Signs: which way a series went over a span, told in one of three ways."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from parkkit.diagnosis.slopes import gaps, lacking_years, slope_of
from parkkit.diagnosis.trend_tests import LEAST, TRUSTED, TrendRule, named_cells, trend_of
from parkkit.diagnosis.trends import (
    KEYS,
    PARTIAL,
    SEPARATOR,
    end_point_signs,
    joined,
    mixed_bases,
    yearly_cells,
)

SignMethod = Literal["end_points", "sen", "mann_kendall"]
TOLD = ["trend", "p", "sign"]


def signed(
    rows: pd.DataFrame,
    changes: pd.DataFrame,
    method: SignMethod = "end_points",
    *,
    threshold: float = 0.01,
    tolerance: float = 1e-9,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Return the changes of series over spans with the sign of each.

    Both ends of a span must be known under every method: a slope is not drawn beyond the years
    there are. Sen's slope times the years of the span is taken as a share of the amount of the
    first year, the base of the end points too, and one threshold serves both. Mann-Kendall keeps
    that sign where S has a direction and, from 8 years with data on, p is below ``alpha``; below
    8 years p is shown and decides nothing, below 5 there is no sign.

    Parameters
    ----------
    rows : DataFrame
        What :func:`parkkit.diagnosis.trends.span_changes` was given.
    changes : DataFrame
        What it returned.
    method : {"end_points", "sen", "mann_kendall"}
        How the direction is told.
    threshold, tolerance : float
        As in :func:`parkkit.diagnosis.trends.end_point_signs`.
    alpha : float
        The level of significance of Mann-Kendall.

    Returns
    -------
    DataFrame
        ``changes`` with trend (Sen's slope over the span, a share of the base; missing under end
        points, and where a year in between is measured in another way), p (missing but under
        Mann-Kendall) and sign (``+``, ``-``, ``0``, ``""`` not computable). Years inside a span
        without data stand in missing, with the note ``gap_years``.

    Examples
    --------
    >>> from parkkit.diagnosis.trends import span_changes
    >>> rows = pd.DataFrame({"group": "park", "name": "so2", "year": [2018, 2019, 2020, 2022],
    ...     "amount": [8.0, 7.0, 6.0, 8.5]})
    >>> changes = span_changes(rows, rows[["group", "name"]].iloc[:1], [(2018, 2022)])
    >>> signed(rows, changes)["sign"].tolist()
    ['+']
    >>> signed(rows, changes, "sen")[["trend", "sign", "missing"]].to_dict("records")
    [{'trend': -0.21875, 'sign': '-', 'missing': 'so2 2021'}]
    """
    limits = {"threshold": threshold, "tolerance": tolerance}
    if method == "end_points":
        signs = end_point_signs(changes["change"], **limits)
        table = changes.assign(trend=np.nan, p=np.nan)
    else:
        table = _with_trends(rows, changes, alpha)
        signs = end_point_signs(table["trend"], **limits)
        if method == "mann_kendall":
            signs = _significant(table, signs, alpha)
        else:
            table = table.assign(p=np.nan)
    table["sign"] = pd.Series(signs, index=table.index, dtype="str")
    # Only Mann-Kendall has a least number of years.
    few = _few(table) if method == "mann_kendall" else pd.Series("", table.index, dtype="str")
    return table.assign(notes=joined(table["notes"], few))[[*changes.columns, *TOLD]]


def _significant(table: pd.DataFrame, signs: NDArray[np.str_], alpha: float) -> NDArray[np.str_]:
    """Return the signs that Mann-Kendall leaves: from 8 years on those it is sure of."""
    is_unsure = (table["points"] >= TRUSTED) & ~(table["p"] < alpha)
    cases = [(signs == "") | (table["points"] < LEAST), is_unsure | (table["s"] == 0)]
    return np.select(cases, ["", "0"], default=signs)


def _few(table: pd.DataFrame) -> pd.Series:
    """Return the note on series too short for a test, or for one that decides."""
    cases = [table["trend"].isna(), table["points"] < LEAST, table["points"] < TRUSTED]
    codes = np.select(cases, ["", "too_few_points", "few_points"], default="")
    return pd.Series(codes, index=table.index, dtype="str")


def _with_trends(rows: pd.DataFrame, changes: pd.DataFrame, alpha: float) -> pd.DataFrame:
    """Return the changes with trend, s, p and points of the years each span holds."""
    cells = yearly_cells(rows)
    series = dict(iter(cells.groupby(KEYS)))
    told = []
    asked = zip(*(changes[column] for column in [*KEYS, "start", "end", "change"]), strict=True)
    for group, name, start, end, change in asked:
        # Where the ends give no change there is no base for a trend either.
        found = cells.iloc[:0] if np.isnan(change) else series[group, name]
        told.append(_trend(found[found["year"].between(start, end)], alpha))
    columns = ["trend", "s", "p", "points", "missing", "notes"]
    table = pd.DataFrame(told, index=changes.index, columns=columns)
    return changes.assign(
        **{column: table[column] for column in columns[:4]},
        missing=joined(changes["missing"], table["missing"].astype("str")),
        notes=joined(changes["notes"], table["notes"].astype("str")),
    )


def _trend(cells: pd.DataFrame, alpha: float) -> tuple[float, int, float, int, str, str]:
    """Return trend, s, p, points, missing and notes of the years of one series in one span."""
    by_year = pd.Series(cells["amount"].to_numpy(), index=cells["year"].to_numpy(dtype="int64"))
    known = by_year[np.isfinite(by_year)].sort_index()
    mixed = mixed_bases(cells)
    if mixed or known.empty:
        return np.nan, 0, np.nan, 0, "", SEPARATOR.join(mixed)
    lacking = lacking_years(by_year, known)
    is_partial = PARTIAL in cells and bool(cells[PARTIAL].eq(True).any())
    notes = [*gaps(lacking, known), *(["partial"] if is_partial else [])]
    test, _ = trend_of(known, TrendRule(alpha=alpha))
    trend = slope_of(known)[0]["share"] * float(known.index[-1] - known.index[0])
    missing = named_cells(cells["name"].iloc[0], lacking)
    return trend, test["s"], test["p"], len(known), missing, SEPARATOR.join(notes)
