"""Logarithmic means: changes of products told by factor, with the limits at zeros."""

from __future__ import annotations

from functools import reduce
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from parkkit.core.errors import ParkError, unknown

Method = Literal["lmdi1", "lmdi2"]
Form = Literal["additive", "multiplicative"]
Floats: TypeAlias = NDArray[np.float64]

# Cells worked on at a time: what fits into a processor's cache is done several times faster.
BLOCK = 65_536


def check_choices(method: str, form: str, where: str) -> None:
    """Raise an error for a method or a form that nobody knows."""
    if method not in get_args(Method):
        raise unknown("method", method, get_args(Method), where=where)
    if form not in get_args(Form):
        # "form" alone is the catalogue's word for a reporting form.
        raise unknown("decomposition_form", form, get_args(Form), where=where)


def logarithmic_mean(first: ArrayLike, second: ArrayLike) -> Floats:
    """Return the logarithmic mean of amounts from 0 up; 0 where either is 0.

    Examples
    --------
    >>> logarithmic_mean([1.0, 5.0, 0.0], [np.e, 5.0, 5.0]).round(6).tolist()
    [1.718282, 5.0, 0.0]
    """
    first, second = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    is_positive = (first > 0) & (second > 0)
    a, b = np.where(is_positive, first, 1.0), np.where(is_positive, second, 1.0)
    change, logs = np.asarray(b - a), np.asarray(np.log(b) - np.log(a))
    # Near 1 the log of a rounded ratio is wrong in its leading digits: log1p of the change is not.
    near = np.abs(logs) < 0.5
    logs[near] = np.log1p(change[near] / a[near])
    is_still = logs == 0
    means = np.where(is_still, a, change / np.where(is_still, 1.0, logs))
    # Not a plain 0: the mean with an amount that is missing is missing.
    return np.asarray(np.where(is_positive, means, 0.0 * first + 0.0 * second))


def row_effects(first: Floats, second: Floats, logs: Floats, orders: Floats) -> Floats:
    """Return what each factor did to the change of each row: they sum to it.

    Parameters
    ----------
    first, second : array of float, shape (..., rows)
        The rows' amounts, or their shares of a total.
    logs : array of float, shape (..., rows, factors)
        The log ratios of the factors, second to first; those of a zero left out (0).
    orders : array of float, shape (..., rows, factors)
        How many zeros of a factor went away, less those that came.

    Returns
    -------
    array of float, shape (..., rows, factors)
        ``L(second, first) * logs`` where both amounts are positive. Where one is zero the limit:
        the factors whose zeros went (or came) take the whole change, several in equal parts.
        Nothing where both are zero.

    References
    ----------
    Wood & Lenzen 2006, Energy Policy 34, 1326-1331; Ang & Liu 2007, Energy Policy 35, 238-246.

    Examples
    --------
    A fuel's share goes from 0 to 0.2 of an energy use that grows from 100 to 110:

    >>> row_effects(np.array([0.0]), np.array([44.0]),
    ...     np.array([[np.log(1.1), 0.0, 0.0]]), np.array([[0.0, 1.0, 0.0]])).tolist()
    [[0.0, 44.0, 0.0]]
    """
    # Along a short last axis numpy is far faster when it goes factor by factor.
    passes = reduce(np.add, np.moveaxis(orders, -1, 0))
    is_crossing = ((first > 0) != (second > 0)) & (passes != 0)
    part = np.where(is_crossing, second - first, 0.0) / np.where(is_crossing, passes, 1.0)
    effects = logarithmic_mean(first, second)[..., None] * logs
    effects += part[..., None] * orders
    return np.asarray(effects)


def array_effects(
    factors: ArrayLike, *, method: Method = "lmdi1", form: Form = "additive"
) -> Floats:
    """Return the effect of each factor on sums of products, year on year, for many series.

    Parameters
    ----------
    factors : array_like, shape (series, rows, years, factors)
        From 0 up. A series is, in each year, the sum over its rows of the product of the factors.
    method : {"lmdi1", "lmdi2"}
        LMDI-II weighs a row by its share of the total, LMDI-I by its amount.
    form : {"additive", "multiplicative"}
        Effects that sum to the change, or that multiply to the ratio.

    Returns
    -------
    array of float, shape (series, years - 1, factors)
        Missing where there is none: a ratio to a total of zero, LMDI-II without a row that stays.

    References
    ----------
    Ang 2015, Energy Policy 86, 233-238.

    Examples
    --------
    >>> array_effects([[[[10.0, 2.0], [20.0, 2.0]]]]).round(9).tolist()
    [[[20.0, 0.0]]]
    >>> array_effects([[[[10.0, 2.0], [20.0, 3.0]]]], form="multiplicative").round(9).tolist()
    [[[2.0, 1.5]]]
    """
    check_choices(method, form, "array_effects")
    given = np.asarray(factors, dtype=float)
    if (given < 0).any():
        place = tuple(int(each) for each in np.argwhere(given < 0)[0])
        raise ParkError("negative_amount_cell", cell=f"factors{list(place)}", given=given[place])
    series, rows, years, count = given.shape
    found = np.empty((series, max(years - 1, 0), count))
    step = max(1, BLOCK // max(1, rows * years * count))
    for start in range(0, series, step):
        block = slice(start, start + step)
        found[block] = _block_effects(given[block], method, form)
    return found


def _block_effects(given: Floats, method: Method, form: Form) -> Floats:
    amounts = reduce(np.multiply, np.moveaxis(given, -1, 0))
    totals = amounts.sum(axis=1)
    if method == "lmdi2":
        with np.errstate(divide="ignore", invalid="ignore"):
            amounts = amounts / totals[:, None, :]
    is_zero = given == 0
    logs = np.diff(np.log(np.where(is_zero, 1.0, given)), axis=2)
    orders = -np.diff(is_zero.astype(np.float64), axis=2)
    first, second = amounts[:, :, :-1], amounts[:, :, 1:]
    effects = row_effects(first, second, logs, orders).sum(axis=1)
    weights = logarithmic_mean(first, second).sum(axis=1) if method == "lmdi2" else effects[..., 0]
    return scaled_effects(effects, weights, totals[:, :-1], totals[:, 1:], method, form)


def scaled_effects(
    effects: Floats,
    weights: Floats,
    first: Floats,
    second: Floats,
    method: Method,
    form: Form,
) -> Floats:
    """Return summed effects of rows in a form, for totals that go from first to second.

    ``weights`` are the summed log-mean shares, by which LMDI-II is normalised; the last axis of
    ``effects`` is the one of factors.
    """
    if method == "lmdi1" and form == "additive":
        return effects
    means = logarithmic_mean(first, second)[..., None]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        logs = effects / (means if method == "lmdi1" else weights[..., None])
        logs = np.where(means > 0, logs, np.nan)
        found = np.exp(logs) if form == "multiplicative" else logs * means
    # An index of 0 or without end is what LMDI-II makes of rows that hardly weigh anything.
    is_sound = np.isfinite(found) & ((found > 0) | (form == "additive"))
    return np.asarray(np.where(is_sound, found, np.nan))
