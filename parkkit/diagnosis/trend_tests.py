"""Trend tests: whether a yearly series rises or falls for certain, after Mann and Kendall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import erfc, factorial, sqrt
from statistics import NormalDist
from typing import Literal, TypedDict, get_args

import numpy as np
import pandas as pd

from parkkit.core.errors import ParkError, unknown
from parkkit.diagnosis.slopes import (
    Floats,
    check_alpha,
    gaps,
    known_amounts,
    lacking_years,
    pair_slopes,
    score_variance,
    shared_ranks,
    slope_of,
)
from parkkit.diagnosis.trends import KEYS, SEPARATOR, mixed_bases, tidy_series, yearly_cells

Method = Literal["normal", "exact"]
Correction = Literal["none", "hamed_rao", "yue_wang"]
# METHODS 1.4: fewer points are no series to test; below the second p decides no state.
LEAST, TRUSTED = 5, 8
# Beyond it the normal approximation serves as well.
EXACT_MOST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendRule:
    """The choices a trend is tested under.

    Parameters
    ----------
    method : {"normal", "exact"}
        p by the normal approximation with continuity correction, or by counting all orders
        (up to 10 years whose amounts all differ).
    correction : {"none", "hamed_rao", "yue_wang"}
        How the variance allows for amounts that follow those of the years before.
    lags : int, optional
        The longest lag the correction looks at; by default every one.
    alpha : float
        A p below it is a trend.

    Examples
    --------
    >>> TrendRule(method="exakt")
    Traceback (most recent call last):
    parkkit.core.errors.ParkError: unknown method 'exakt'. Did you mean 'exact'? Known: exact, \
normal.
    """

    method: Method = "normal"
    correction: Correction = "none"
    lags: int | None = None
    alpha: float = 0.05

    def __post_init__(self) -> None:
        if self.method not in get_args(Method):
            raise unknown("method", self.method, get_args(Method))
        if self.correction not in get_args(Correction):
            raise unknown("correction", self.correction, get_args(Correction))
        if self.method == "exact" and self.correction != "none":
            raise ParkError("exact_corrected", given=self.correction)
        if self.lags is not None and (self.lags < 1 or self.lags != int(self.lags)):
            raise ParkError("not_from_one_up", name="lags", given=self.lags)
        check_alpha(self.alpha)


DEFAULT_TREND_RULE = TrendRule()


class Trend(TypedDict):
    """What a test found; the columns are those of :func:`mann_kendall`."""

    trend: str
    s: int
    var_s: float
    z: float
    tau: float
    p: float
    n: int
    ties: int
    first: float
    last: float


def mann_kendall(
    series: pd.Series,
    *,
    method: Method = "normal",
    correction: Correction = "none",
    lags: int | None = None,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Return the Mann-Kendall test of a series by year.

    Only the order of the years matters, not how far apart they are; where some are missing the
    corrections take the years next to the gap for neighbours.

    Parameters
    ----------
    series : Series
        Amounts by year (whole numbers, in any order); blanks are left out and named.
    method, correction, lags, alpha
        As in :class:`TrendRule`.

    Returns
    -------
    DataFrame
        One row: trend (``increasing``, ``decreasing``, ``no_trend``, ``not_computable``), s,
        var_s (corrected, if asked for), z, tau (S as a share of all pairs), p, n, ties (how many
        amounts share theirs), first, last, the choices, missing (years) and notes (codes):
        ``gap_years``, ``too_few_points`` (below 5: no p), ``few_points`` (below 8: p is an
        indication), ``variance_not_positive`` (the correction failed).

    Raises
    ------
    ParkError
        If the exact test is asked of more than 10 years or of ties, a year stands twice, or a
        choice is unknown.

    References
    ----------
    Mann 1945, Econometrica 13, 245-259; Kendall 1975, Rank Correlation Methods; Hamed and Rao
    1998, Journal of Hydrology 204, 182-196; Yue and Wang 2004, Water Resources Management 18,
    201-218.

    Examples
    --------
    >>> co2 = pd.Series([100, 104, 109, 112, 110, 108, 105, 101, 98, 95], index=range(2014, 2024))
    >>> mann_kendall(co2)[["trend", "s", "var_s"]].to_dict("records")
    [{'trend': 'no_trend', 's': -17, 'var_s': 125.0}]
    >>> mann_kendall(co2, method="exact")["p"].round(6).tolist()
    [0.155742]
    """
    rule = TrendRule(method=method, correction=correction, lags=lags, alpha=alpha)
    known = known_amounts(series)
    lacking = lacking_years(series, known)
    told, notes = trend_of(known, rule, where="series")
    notes = [*gaps(lacking, known), *notes]
    missing = SEPARATOR.join(str(year) for year in lacking)
    return pd.DataFrame(
        [{**told, **asdict(rule), "missing": missing, "notes": SEPARATOR.join(notes)}]
    )


def trend_of(
    known: pd.Series, rule: TrendRule = DEFAULT_TREND_RULE, *, where: str = ""
) -> tuple[Trend, list[str]]:
    """Return the test of amounts by year, none of them missing, with the notes on it.

    Examples
    --------
    >>> trend_of(pd.Series({2019: 4.0, 2020: 5.0}))[1]
    ['too_few_points']
    """
    years, amounts = known.index.to_numpy(dtype=float), known.to_numpy(dtype=float)
    ranks, n = shared_ranks(amounts), len(known)
    s, variance = _score(ranks), score_variance(ranks)
    if n >= LEAST and variance > 0:
        variance *= _inflation(years, amounts, rule)
    z = p = np.nan
    if n >= LEAST and variance >= 0:
        # S moves in steps of two; nearer to 0 by one, it is as good as continuous.
        z = float((s - np.sign(s)) / sqrt(variance)) if s else 0.0
        is_exact = rule.method == "exact"
        p = _exact_p(s, known, ranks, where) if is_exact else erfc(abs(z) / sqrt(2))
    tau = s / (n * (n - 1) / 2) if n > 1 else np.nan
    found: Trend = {
        "trend": _trend(s, p, rule.alpha), "s": s, "var_s": variance, "z": z, "tau": tau, "p": p,
        "n": n, "ties": _ties(ranks), "first": known.index.min(), "last": known.index.max(),
    }  # fmt: skip
    notes = {
        "too_few_points": n < LEAST,
        "few_points": LEAST <= n < TRUSTED,
        "variance_not_positive": variance < 0,
    }
    return found, [code for code, is_so in notes.items() if is_so]


def _score(ranks: Floats) -> int:
    """Return S: how many pairs rise, less how many fall."""
    rises = np.sign(np.subtract.outer(ranks, ranks))
    return int(rises[np.tril_indices(len(ranks), -1)].sum())


def _trend(s: int, p: float, alpha: float) -> str:
    if np.isnan(p):
        return "not_computable"
    way = "increasing" if s > 0 else "decreasing"
    return way if p < alpha else "no_trend"


def _ties(ranks: Floats) -> int:
    counts = np.unique(ranks, return_counts=True)[1]
    return int(counts[counts > 1].sum())


def _exact_p(s: int, known: pd.Series, ranks: Floats, where: str) -> float:
    """Return how many of all orders of the amounts have a score as far from 0."""
    n = len(ranks)
    if n > EXACT_MOST:
        raise ParkError("exact_too_long", where=where, most=EXACT_MOST, given=n)
    if _ties(ranks):
        tied = pd.Series(ranks, index=known.index).duplicated(keep=False)
        raise ParkError("exact_ties", where=where, given=[int(year) for year in known.index[tied]])
    # An amount put behind k others has 0 to k of them above it, each equally often.
    orders = np.ones(1, dtype=np.int64)
    for behind in range(1, n):
        orders = np.convolve(orders, np.ones(behind + 1, dtype=np.int64))
    scores = n * (n - 1) // 2 - 2 * np.arange(len(orders))
    return float(orders[np.abs(scores) >= abs(s)].sum() / factorial(n))


def _inflation(years: Floats, amounts: Floats, rule: TrendRule) -> float:
    """Return what the autocorrelation makes of the variance, as a factor."""
    if rule.correction == "none":
        return 1.0
    n = len(amounts)
    # Without the trend, by places and not by years: a lag counts observations, too.
    rest = amounts - np.arange(1, n + 1) * np.median(pair_slopes(years, amounts))
    if rule.correction == "hamed_rao":
        rest = shared_ranks(rest, scale=float(np.abs(amounts).max()))
    lag = np.arange(1, n if rule.lags is None else min(rule.lags + 1, n))
    correlation = _autocorrelation(rest)[lag]
    if rule.correction == "yue_wang":
        return float(1 + 2 * np.sum((1 - lag / n) * correlation))
    bound = NormalDist().inv_cdf(1 - rule.alpha / 2) / sqrt(n)
    weights = (n - lag) * (n - lag - 1) * (n - lag - 2) * (np.abs(correlation) > bound)
    return float(1 + 2 / (n * (n - 1) * (n - 2)) * np.sum(weights * correlation))


def _autocorrelation(rest: Floats) -> Floats:
    """Return the autocorrelation at every lag; none where nothing varies."""
    around = rest - rest.mean()
    products = np.correlate(around, around, "full")[len(rest) - 1 :]
    flat = np.concatenate([[1.0], np.zeros(len(rest) - 1)])
    return np.asarray(products / products[0] if products[0] > 0 else flat, dtype=np.float64)


def series_trends(rows: pd.DataFrame, *, rule: TrendRule = DEFAULT_TREND_RULE) -> pd.DataFrame:
    """Return the Mann-Kendall test and Sen's slope of every series of a tidy table.

    Parameters
    ----------
    rows : DataFrame
        Columns group, year, species, amount; measure, price_year, unit where known. Rows of one
        group, year and species add up; one blank amount makes their sum missing.
    rule : TrendRule
        How trends are tested.

    Returns
    -------
    DataFrame
        A row per group and species: the columns of :func:`mann_kendall`, with slope, low, high,
        intercept and share of :func:`parkkit.diagnosis.slopes.sen_slope`. A series that mixes
        units, measures or price bases is ``not_computable``, with the note that says which.

    Examples
    --------
    >>> rows = pd.DataFrame({"group": "park", "year": [2016, 2017, 2018, 2020, 2021],
    ...     "species": "so2", "amount": [9.0, 8.0, 7.0, 5.0, 4.0]})
    >>> series_trends(rows)[["trend", "slope", "missing"]].to_dict("records")
    [{'trend': 'decreasing', 'slope': -1.0, 'missing': 'so2 2019'}]
    """
    tidy = tidy_series(rows, "rows", "species").rename(columns={"species": "name"})
    told = [
        {"group": group, "species": name, **_series_trend(cells, f"{group} {name}", rule)}
        for (group, name), cells in yearly_cells(tidy).groupby(KEYS)
    ]
    # A table without a series still has its columns.
    columns = ["group", "species", *_series_trend(yearly_cells(tidy.iloc[:0]), "", rule)]
    return pd.DataFrame(told, columns=columns)


def _series_trend(cells: pd.DataFrame, where: str, rule: TrendRule) -> dict[str, object]:
    """Return test and slope of the yearly cells of one series."""
    series = pd.Series(cells["amount"].to_numpy(), index=cells["year"].to_numpy(dtype="int64"))
    known = series[np.isfinite(series)].sort_index()
    lacking, mixed = lacking_years(series, known), mixed_bases(cells)
    # What cannot be compared is not tested; how many years there are is still told.
    test, notes = trend_of(known.iloc[:0] if mixed else known, rule, where=where)
    slope, more = slope_of(known.iloc[:0] if mixed else known, alpha=rule.alpha)
    codes = [*gaps(lacking, known), *(mixed or [*notes, *more])]
    missing = named_cells(cells["name"].iloc[0] if len(cells) else "", lacking)
    span = {"n": len(known), "first": known.index.min(), "last": known.index.max()}
    return {**test, **span, **slope, **asdict(rule), "missing": missing,
            "notes": SEPARATOR.join(dict.fromkeys(codes))}  # fmt: skip


def named_cells(name: str, years: Sequence[int]) -> str:
    """Return the cells of a series in some years, as ``missing`` names them.

    Examples
    --------
    >>> named_cells("so2", [2019, 2021])
    'so2 2019; so2 2021'
    """
    return SEPARATOR.join(f"{name} {year}" for year in years)
