"""Significance: how likely chance alone is to give a correlation, one or many."""

from __future__ import annotations

from itertools import permutations
from math import exp, lgamma, log

import numpy as np
import pandas as pd

STEPS = 10_000
CLOSE = 1e-15
TINY = 1e-300
# Up to here every order of the ranks is counted: 40 320 of eight.
MOST_COUNTED = 8


def correlation_p_value(coefficient: float, count: int) -> float:
    """Return the two-sided p of a correlation, by Student's t with two degrees of freedom less.

    For many ranks it is an approximation; `rank_p_value` is the one for few.

    Parameters
    ----------
    coefficient : float
        From -1 to 1.
    count : int
        How many pairs it comes from, 3 or more.

    References
    ----------
    With t**2 = r**2 (n - 2) / (1 - r**2) the p is the regularized incomplete beta function
    I(1 - r**2; (n - 2) / 2, 1 / 2); NIST Digital Library of Mathematical Functions, 8.17.

    Examples
    --------
    With four pairs p is 1 - |r|:

    >>> round(correlation_p_value(-0.9, 4), 12)
    0.1
    """
    left = (1 - coefficient) * (1 + coefficient)
    return _incomplete_beta(min(max(left, 0.0), 1.0), (count - 2) / 2, 0.5)


def rank_p_value(one: pd.Series, other: pd.Series) -> float:
    """Return the two-sided p of a rank correlation: the share of all orders that do as well.

    Up to eight pairs every order of the second is counted (ties as they are); beyond, Student's t
    is near enough.

    Parameters
    ----------
    one, other : Series
        Ranks, of the same length, neither all equal.

    References
    ----------
    The permutation test of a rank correlation.

    Examples
    --------
    Of the 120 orders of five ranks two are perfect, up or down:

    >>> ranks = pd.Series([1.0, 2.0, 3.0, 4.0, 5.0])
    >>> round(rank_p_value(ranks, ranks), 6)
    0.016667
    """
    apart = [(side - side.mean()).to_numpy() for side in (one, other)]
    size = float(np.sqrt((apart[0] ** 2).sum() * (apart[1] ** 2).sum()))
    found = float(apart[0] @ apart[1]) / size
    if len(one) > MOST_COUNTED:
        return correlation_p_value(max(-1.0, min(1.0, found)), len(one))
    orders = np.array(list(permutations(apart[1])))
    return float((np.abs(orders @ apart[0]) / size >= abs(found) - CLOSE * len(orders)).mean())


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """Return the regularized incomplete beta function I(x; a, b)."""
    if x <= 0.0 or x >= 1.0:
        return float(x >= 1.0)
    if x > (a + 1) / (a + b + 2):  # there the fraction converges slowly: DLMF 8.17.4
        return 1 - _incomplete_beta(1 - x, b, a)
    front = a * log(x) + b * log(1 - x) + lgamma(a + b) - lgamma(a) - lgamma(b)
    return exp(front) / (a * _fraction(x, a, b))


def _fraction(x: float, a: float, b: float) -> float:
    """Return the continued fraction of DLMF 8.17.22, by the method of Lentz."""
    value = ratio = 1.0
    inverse = 0.0
    for step in range(1, STEPS):
        half, is_odd = divmod(step, 2)
        if is_odd:
            term = -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1))
        else:
            term = half * (b - half) * x / ((a + 2 * half - 1) * (a + 2 * half))
        inverse = 1 / (1 + term * inverse or TINY)
        ratio = 1 + term / ratio or TINY
        value *= ratio * inverse
        if abs(ratio * inverse - 1) < CLOSE:
            break
    return value


def holm(p_values: pd.Series) -> pd.Series:
    """Return the p of several tests, each adjusted for how many were made.

    The smallest is multiplied by the number of tests, the next by one less, and so on; none is
    below one before it, none above 1. A missing one was no test.

    References
    ----------
    Holm 1979, Scandinavian Journal of Statistics 6, 65-70.

    Examples
    --------
    >>> holm(pd.Series([0.01, 0.04, 0.03])).round(4).tolist()
    [0.03, 0.06, 0.06]
    """
    ordered = p_values.dropna().sort_values(kind="stable")
    left = range(len(ordered), 0, -1)
    adjusted = (ordered * pd.Series(left, index=ordered.index, dtype="float64")).cummax()
    return adjusted.clip(upper=1.0).reindex(p_values.index)
