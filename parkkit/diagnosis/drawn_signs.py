"""Drawn signs: which way each of many draws of a series went over a span."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from parkkit.diagnosis.decoupling import DecouplingRule
from parkkit.diagnosis.slopes import ROUNDING
from parkkit.diagnosis.trend_tests import LEAST, TRUSTED
from parkkit.diagnosis.trends import end_point_signs

Floats = NDArray[np.float64]
Signs = NDArray[np.str_]


def drawn_signs(drawn: Floats, years: Floats, rule: DecouplingRule) -> Signs:
    """Return the sign of every draw of a series over a span, as the rule has it.

    The same as :func:`parkkit.diagnosis.signs.signed` tells of each draw alone.

    Parameters
    ----------
    drawn : array
        A row for each year with data, the first and the last year of the span among them; a
        column for each draw.
    years : array
        The years of the rows, rising.
    rule : DecouplingRule
        How directions are told.

    Returns
    -------
    array of str
        ``+``, ``-``, ``0``; ``""`` where the draw has no base above 0, or too few years.

    Examples
    --------
    >>> drawn = np.array([[10.0, 10.0, -1.0], [12.0, 9.0, 2.0]])
    >>> drawn_signs(drawn, np.array([2020.0, 2021.0]), DecouplingRule()).tolist()
    ['+', '-', '']
    """
    start = np.where(drawn[0] > 0, drawn[0], np.nan)
    if rule.sign == "end_points":
        return _signs(_share(drawn[-1] - start, start), rule)
    first, second = np.triu_indices(len(years), 1)
    rises = drawn[second] - drawn[first]
    slopes = rises / (years[second] - years[first])[:, None]
    whole = np.median(slopes, axis=0) * (years[-1] - years[0])
    signs = _signs(_share(whole, start), rule)
    if rule.sign == "sen":
        return signs
    if len(years) < LEAST:
        return np.full_like(signs, "")
    score, is_sure = _mann_kendall(drawn, rises, rule.alpha)
    is_unsure = (len(years) >= TRUSTED) & ~is_sure
    return np.where((signs != "") & (is_unsure | (score == 0)), "0", signs)


def _share(change: Floats, start: Floats) -> Floats:
    # Out of next to nothing a change is infinite, and has its sign.
    with np.errstate(over="ignore"):
        return np.asarray(change / start)


def _signs(change: Floats, rule: DecouplingRule) -> Signs:
    return end_point_signs(change, threshold=rule.threshold, tolerance=rule.tolerance)


def _mann_kendall(drawn: Floats, rises: Floats, alpha: float) -> tuple[Floats, NDArray[np.bool_]]:
    """Return S of each draw, and whether the test is sure of it (normal, with ties)."""
    count = len(drawn)
    first, second = np.triu_indices(count, 1)
    size = np.maximum(np.abs(drawn[first]), np.abs(drawn[second]))
    way = np.where(np.abs(rises) > ROUNDING * size, np.sign(rises), 0.0)
    score = way.sum(axis=0)
    # How many share an amount, told of each of them: t of them bring t (t - 1) (2 t + 5).
    ties = np.ones(drawn.shape)
    for row, (one, other) in enumerate(zip(first, second, strict=True)):
        ties[one] += way[row] == 0
        ties[other] += way[row] == 0
    tied = ((ties - 1) * (2 * ties + 5)).sum(axis=0)
    variance = (count * (count - 1) * (2 * count + 5) - tied) / 18
    # S moves in steps of two; nearer to 0 by one, it is as good as continuous.
    reach = np.abs(score - np.sign(score))
    limit = NormalDist().inv_cdf(1 - alpha / 2)
    return score, reach > limit * np.sqrt(np.maximum(variance, 0.0))
