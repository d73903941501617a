"""Slopes: how much a yearly series gains a year, told robustly after Sen."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from parkkit.core.errors import ParkError
from parkkit.diagnosis.trends import SEPARATOR, tidy_series

Floats = NDArray[np.float64]
# Amounts closer than this share of their size differ by the rounding of the machine only.
ROUNDING = 1e-12


def known_amounts(series: pd.Series, where: str = "series") -> pd.Series:
    """Return the amounts there are, as numbers by whole years, in the order of the years.

    Raises
    ------
    ParkError
        If a year or an amount is no number, or a year stands twice.

    Examples
    --------
    >>> known_amounts(pd.Series({2021: 3.0, 2020: None, 2019: 1.0})).to_dict()
    {2019: 1.0, 2021: 3.0}
    """
    rows = tidy_series(
        pd.DataFrame({"group": "", "year": series.index, "amount": series.to_numpy()}), where
    )
    if not rows["year"].is_unique:
        twice = sorted(set(rows.loc[rows["year"].duplicated(), "year"]))
        raise ParkError("duplicate_years", where=where, given=twice)
    by_year = pd.Series(rows["amount"].to_numpy(), index=rows["year"].to_numpy()).sort_index()
    return by_year[np.isfinite(by_year)]


def lacking_years(series: pd.Series, known: pd.Series) -> list[int]:
    """Return the years that are given without an amount, or lie unnamed between known ones.

    Examples
    --------
    >>> series = pd.Series({2017: 1.0, 2018: None, 2020: 2.0, 2021: None})
    >>> lacking_years(series, known_amounts(series))
    [2018, 2019, 2021]
    """
    inner = range(int(known.index[0]), int(known.index[-1])) if len(known) else ()
    return sorted({*(int(year) for year in series.index), *inner} - set(known.index))


def gaps(lacking: list[int], known: pd.Series) -> list[str]:
    """Return the note that years are missing between known ones, if they are.

    Examples
    --------
    >>> gaps([2018], pd.Series({2017: 1.0, 2019: 2.0}))
    ['gap_years']
    """
    is_inner = any(known.index[0] < year < known.index[-1] for year in lacking if len(known))
    return ["gap_years"] if is_inner else []


def shared_ranks(amounts: Floats, scale: float | None = None) -> Floats:
    """Return ranks from 1 up; amounts that differ by rounding only share the mean of theirs.

    Parameters
    ----------
    amounts : array of float
        The amounts, without blanks.
    scale : float, optional
        The size that rounding is a share of; by default each amount's own.

    Examples
    --------
    >>> shared_ranks(np.array([5.0, 0.1 + 0.2, 0.3])).tolist()
    [3.0, 1.5, 1.5]
    """
    order = np.argsort(amounts, kind="stable")
    ranked = amounts[order]
    size = np.maximum(np.abs(ranked[1:]), np.abs(ranked[:-1])) if scale is None else scale
    number = np.concatenate([[0], np.cumsum(np.diff(ranked) > ROUNDING * size)])
    counts = np.bincount(number) if len(amounts) else np.zeros(0)
    ranks = np.empty(len(amounts))
    ranks[order] = (np.cumsum(counts) - (counts - 1) / 2)[number[: len(amounts)]]
    return ranks


def score_variance(ranks: Floats) -> float:
    """Return the variance of Mann-Kendall's S without trend, ties allowed for.

    References
    ----------
    Kendall 1975, Rank Correlation Methods, 4th ed., section 4.9.

    Examples
    --------
    >>> score_variance(np.arange(1.0, 11.0))
    125.0
    """
    n, tied = len(ranks), np.unique(ranks, return_counts=True)[1]
    every = n * (n - 1) * (2 * n + 5) - float(np.sum(tied * (tied - 1) * (2 * tied + 5)))
    return every / 18


def pair_slopes(years: Floats, amounts: Floats, period: int = 1) -> Floats:
    """Return the slopes between all pairs, sorted; under a period, pairs of one season only.

    Examples
    --------
    >>> pair_slopes(np.array([2018.0, 2019.0, 2021.0]), np.array([1.0, 3.0, 4.0])).tolist()
    [0.5, 1.0, 2.0]
    """
    first, last = np.triu_indices(len(years), 1)
    apart = years[last] - years[first]
    is_season = apart % period == 0
    rise = (amounts[last] - amounts[first])[is_season]
    return np.asarray(np.sort(rise / (apart[is_season] / period)), dtype=np.float64)


def sen_slope(series: pd.Series, *, alpha: float = 0.05, period: int = 1) -> pd.DataFrame:
    """Return Sen's slope of a series by year, with its interval.

    The years are the times, so that a gap among them counts with its length.

    Parameters
    ----------
    series : Series
        Amounts by year (whole numbers, in any order); blanks are left out and named.
    alpha : float
        The interval holds the slope with a confidence of ``1 - alpha``.
    period : int
        The seasonal slope: steps of the index to a year, 12 for months counted through. Only
        amounts of the same season are compared; the slope is then per year of 12 steps.

    Returns
    -------
    DataFrame
        One row: n, first, last, slope (a year), low, high, intercept (the line at year 0 of the
        index), share (the slope as a share of the amount of the first year, missing where that
        is not above zero), alpha, missing (years) and notes (codes): ``gap_years``,
        ``base_not_positive``, ``too_few_points`` (no pair to compare), ``no_interval`` (too few
        pairs for one at this confidence: none is given rather than the outermost slopes).

    Raises
    ------
    ParkError
        If a year stands twice, a number is none, or ``alpha`` or ``period`` cannot be used.

    References
    ----------
    Sen 1968, Journal of the American Statistical Association 63, 1379-1389; interval by ranks,
    interpolated between them: Gilbert 1987, Statistical Methods for Environmental Pollution
    Monitoring, sections 16.5 and 17.3; intercept by medians: Conover 1980.

    Examples
    --------
    >>> co2 = pd.Series({2016: 100.0, 2017: 102.0, 2018: 104.0, 2020: 108.0})
    >>> sen_slope(co2)[["n", "slope", "share", "missing"]].to_dict("list")
    {'n': [4], 'slope': [2.0], 'share': [0.02], 'missing': ['2019']}
    """
    check_alpha(alpha)
    if period < 1 or period != int(period):
        raise ParkError("not_from_one_up", name="period", given=period)
    known = known_amounts(series)
    lacking = lacking_years(series, known)
    told, notes = slope_of(known, alpha=alpha, period=period)
    notes = [*gaps(lacking, known), *notes]
    missing = SEPARATOR.join(str(year) for year in lacking)
    span = {"n": len(known), "first": known.index.min(), "last": known.index.max()}
    return pd.DataFrame(
        [{**span, **told, "alpha": alpha, "missing": missing, "notes": SEPARATOR.join(notes)}]
    )


def check_alpha(alpha: float) -> None:
    """Refuse a level of significance that is none.

    Examples
    --------
    >>> check_alpha(5)
    Traceback (most recent call last):
    parkkit.core.errors.ParkError: alpha takes a number between 0 and 1, such as 0.05, not '5'.
    """
    if not 0 < alpha < 1:
        raise ParkError("not_a_level", name="alpha", given=alpha)


def slope_of(
    known: pd.Series, *, alpha: float = 0.05, period: int = 1
) -> tuple[dict[str, float], list[str]]:
    """Return slope, low, high, intercept and share of amounts by year, with the notes on them.

    Examples
    --------
    >>> slope_of(pd.Series({2019: 4.0, 2020: 5.0}))[0]["share"]
    0.25
    """
    years, amounts = known.index.to_numpy(dtype=float), known.to_numpy(dtype=float)
    slopes = pair_slopes(years, amounts, period)
    if not len(slopes):
        return dict.fromkeys(["slope", "low", "high", "intercept", "share"], np.nan), [
            "too_few_points"
        ]
    slope = float(np.median(slopes))
    seasons = [shared_ranks(amounts[years % period == season]) for season in range(period)]
    low, high = _interval(slopes, sum(score_variance(ranks) for ranks in seasons), alpha)
    intercept = float(np.median(amounts) - slope * np.median(years) / period)
    share = slope / float(amounts[0]) if amounts[0] > 0 else np.nan
    notes = {"base_not_positive": amounts[0] <= 0, "no_interval": np.isnan(low)}
    told = {"slope": slope, "low": low, "high": high, "intercept": intercept, "share": share}
    return told, [code for code, is_so in notes.items() if is_so]


def _interval(slopes: Floats, variance: float, alpha: float) -> tuple[float, float]:
    """Return the slopes at the ranks that bound the confidence, or none where there are no such."""
    reach = NormalDist().inv_cdf(1 - alpha / 2) * sqrt(variance)
    ranks = (len(slopes) - reach) / 2, (len(slopes) + reach) / 2 + 1
    # np.interp would go on with the outermost slope for a rank beyond it.
    if ranks[0] < 1:
        return np.nan, np.nan
    low, high = np.interp(ranks, np.arange(1, len(slopes) + 1), slopes)
    return float(low), float(high)
