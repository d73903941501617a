"""Simulation: sums of activity times factor with shared errors, drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from parkkit.core.uncertainty_rule import Distribution, UncertaintyRule
from parkkit.inventory.error_cells import Cells, Floats, starts_of

# The sum of many skewed errors is drawn as one normal error where its skewness and excess
# kurtosis are at most this: its 2.5 and 97.5 percentiles are then within 0.03 standard deviations.
NEARLY_NORMAL = 0.05
# Values that are in memory at once, of the draws of a block and of the sums (8 bytes each).
BLOCK_VALUES, SUM_VALUES = 1_000_000, 32_000_000
FIGURES = ["mean_t", "median_t", "sd_t", "low_t", "high_t"]
# Of deviates: the place (output and factor) that each weighs on, its number, its weight; then the
# spread of each.
Entries = tuple[np.ndarray, np.ndarray, Floats, Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Weights by output and column, sorted by both; ``column`` is a row of what was drawn."""

    output: np.ndarray
    column: np.ndarray
    weight: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Sums laid out for drawing.

    An output is ``fixed`` weights of factors (each 1 + its deviation), and ``varying`` weights of
    products of a factor and a deviate of activity. ``spread`` is the relative standard deviation
    of a deviate that is drawn as it is; the normal ones come first and have 0.
    """

    fixed: Weights
    varying: Weights
    product_factor: np.ndarray
    product_deviate: np.ndarray
    spread: Floats


def draw(cells: Cells, rule: UncertaintyRule) -> pd.DataFrame:
    """Return mean, median, standard deviation and 95 % interval of each output from draws."""
    parts = parts_of(cells, rule.activity_distribution)
    amount = np.bincount(cells.output, weights=cells.amount)
    figures = []
    chunk = max(1, SUM_VALUES // rule.draws)
    # Every chunk of outputs takes the same draws, so that all of them stay side by side.
    for first in range(0, len(amount), chunk):
        of = amount[first : first + chunk, None]
        sums = drawn_sums(parts, cells.factor_sd, rule, range(first, first + len(of)))
        low, median, high = np.quantile(sums, [0.025, 0.5, 0.975], axis=1)
        mean, sd = sums.mean(axis=1), sums.std(axis=1, ddof=1)
        turned = np.where(of[:, 0] == 0, np.nan, (sums * np.sign(of) < 0).mean(axis=1))
        figures.append(np.column_stack([mean, median, sd, low, high, turned]))
    return pd.DataFrame(np.concatenate(figures), columns=[*FIGURES, "negative_draws_share"])


def drawn_sums(parts: Parts, factor_sd: Floats, rule: UncertaintyRule, outputs: range) -> Floats:
    """Return the drawn sums of some outputs, a row each."""
    rows = [len(factor_sd), len(parts.spread), *[len(parts.product_factor)] * 2]
    block = int(np.clip(BLOCK_VALUES // sum(rows), 16, rule.draws))
    starts = range(0, rule.draws, block)
    seeds = np.random.SeedSequence(rule.seed).spawn(len(starts))
    sums = np.empty((len(outputs), rule.draws))
    # The arrays of a block are filled again and again: new memory would cost more than the draws.
    factors, deviates, products, others = (np.empty((count, block)) for count in rows)
    for start, seed in zip(starts, seeds, strict=True):
        rng = np.random.default_rng(seed)
        _fill_factors(factors, factor_sd, rule.factor_distribution, rng)
        _fill_deviates(deviates, parts.spread, rule.activity_distribution, rng)
        # "clip" only keeps numpy from taking a copy first; every place is there.
        np.take(factors, parts.product_factor, axis=0, out=products, mode="clip")
        np.take(deviates, parts.product_deviate, axis=0, out=others, mode="clip")
        products *= others
        found = _weighted(parts.fixed, factors, outputs)
        found += _weighted(parts.varying, products, outputs)
        sums[:, start : start + block] = found[:, : rule.draws - start]
    return sums


def _weighted(weights: Weights, drawn: Floats, outputs: range) -> Floats:
    """Return the weighted sums of what was drawn, a row an output."""
    bounds = np.searchsorted(weights.output, range(outputs.start, outputs.stop + 1))
    found = np.zeros((len(outputs), drawn.shape[1]))
    for row, (start, end) in enumerate(zip(bounds[:-1], bounds[1:], strict=True)):
        if start == end:
            continue
        column = weights.column[start:end]
        # Columns in one piece, as most are, need no copy.
        is_piece = column[-1] - column[0] == end - start - 1
        at = slice(column[0], column[-1] + 1) if is_piece else column
        found[row] = weights.weight[start:end] @ drawn[at]
    return found


def _fill_factors(
    found: Floats, sd: Floats, distribution: Distribution, rng: np.random.Generator
) -> None:
    """Draw every factor, around 1; one without uncertainty is 1."""
    if distribution == "normal":
        rng.standard_normal(out=found)
        found *= sd[:, None]
    else:
        known = np.flatnonzero(sd)
        found[:] = 0.0
        found[known] = sd[known, None] * standard(distribution, sd[known], found.shape[1], rng)
    found += 1.0


def _fill_deviates(
    found: Floats, spread: Floats, distribution: Distribution, rng: np.random.Generator
) -> None:
    """Draw every deviate, of mean 0 and variance 1."""
    normal = int((spread == 0).sum())
    rng.standard_normal(out=found[:normal])
    if normal < len(spread):
        found[normal:] = standard(distribution, spread[normal:], found.shape[1], rng)


def standard(
    distribution: Distribution, sd: Floats, count: int, rng: np.random.Generator
) -> Floats:
    """Return draws of mean 0 and variance 1, a row for each relative standard deviation."""
    size = (len(sd), count)
    if distribution == "triangular":
        drawn: Floats = (rng.random(size) - rng.random(size)) * np.sqrt(6)
        return drawn
    drawn = rng.standard_normal(size)
    if distribution == "lognormal":
        log_sd = np.sqrt(np.log1p(sd**2))[:, None]
        drawn = np.expm1(log_sd * drawn - log_sd**2 / 2) / sd[:, None]
    return drawn


def parts_of(cells: Cells, distribution: Distribution) -> Parts:
    """Lay the sums out for drawing: the errors of activities that feed the same cells as one.

    Activities with the same support (the same outputs under the same factors) have a sum of
    errors with a small covariance matrix, whatever their number; its root gives as many
    independent deviates as it has rank.
    """
    pairs = np.column_stack([cells.output, cells.factor])
    place, at = np.unique(pairs, axis=0, return_inverse=True)
    at = at.reshape(-1)
    found = list(_supports(cells, at, distribution))
    where = np.concatenate([np.empty(0, dtype=int), *(each[0] for each in found)])
    deviate = np.concatenate([np.empty(0, dtype=int), *(each[1] for each in found)])
    weight = np.concatenate([np.empty(0), *(each[2] for each in found)])
    spread = np.concatenate([np.empty(0), *(each[3] for each in found)])
    normal_first = np.argsort(spread > 0, kind="stable")
    deviate = np.argsort(normal_first)[deviate]
    output, factor = place[where].T
    order = np.lexsort((deviate, factor, output))
    # Numbered as they come, the products of an output stand beside each other.
    product, codes = pd.factorize(factor[order] * len(spread) + deviate[order])
    again = np.lexsort((product, output[order]))
    return Parts(
        fixed=Weights(output=place[:, 0], column=place[:, 1],
                      weight=np.bincount(at, weights=cells.amount)),
        varying=Weights(output=output[order][again], column=product[again],
                        weight=weight[order][again]),
        product_factor=codes // max(len(spread), 1),
        product_deviate=codes % max(len(spread), 1),
        spread=spread[normal_first],
    )  # fmt: skip


def _supports(cells: Cells, at: np.ndarray, distribution: Distribution) -> Iterator[Entries]:
    """Give the entries of activities, by how many places they feed."""
    sd = cells.activity_sd[cells.activity]
    there = np.flatnonzero(sd)
    order = there[np.lexsort((at[there], cells.activity[there]))]
    activity, where, weight = cells.activity[order], at[order], (cells.amount * sd)[order]
    starts = starts_of(activity)
    sizes = np.diff([*starts, len(order)])
    count = 0
    for size in np.unique(sizes):
        rows = starts[sizes == size][:, None] + np.arange(size)
        spread = cells.activity_sd[activity[rows[:, 0]]]
        for entries in _of_one_size(where[rows], weight[rows], spread, distribution):
            yield entries[0], entries[1] + count, entries[2], entries[3]
            count += len(entries[3])


def _of_one_size(
    where: np.ndarray, weight: Floats, spread: Floats, distribution: Distribution
) -> Iterator[Entries]:
    """Give the entries of activities that feed equally many places, a row each."""
    support, at = np.unique(where, axis=0, return_inverse=True)
    at = at.reshape(-1)
    size = where.shape[1]
    together = np.bincount(at) > size
    if distribution != "normal":
        together &= _is_nearly_normal(at, weight, spread, distribution)
    alone = ~together[at]
    count = int(alone.sum())
    deviate = np.repeat(np.arange(count), size)
    kept = spread[alone] if distribution != "normal" else np.zeros(count)
    yield where[alone].ravel(), deviate, weight[alone].ravel(), kept
    if together.any():
        roots = _roots(at[~alone], weight[~alone], len(support))
        place, column = np.nonzero(np.abs(roots).max(axis=1) > 0)
        deviate = np.repeat(np.arange(len(place)), size)
        yield (
            support[place].ravel(), deviate, roots[place, :, column].ravel(), np.zeros(len(place))
        )  # fmt: skip


def _roots(at: np.ndarray, weight: Floats, count: int) -> Floats:
    """Return a root of the covariance matrix of each support, without columns of no rank."""
    size = weight.shape[1]
    matrix = np.empty((count, size, size))
    for row in range(size):
        for column in range(row + 1):
            sums = np.bincount(at, weights=weight[:, row] * weight[:, column], minlength=count)
            matrix[:, row, column] = matrix[:, column, row] = sums
    values, vectors = np.linalg.eigh(matrix)
    kept = np.where(values > 1e-13 * values[:, -1:], values, 0.0)
    return vectors * np.sqrt(kept)[:, None, :]


def _is_nearly_normal(
    at: np.ndarray, weight: Floats, spread: Floats, distribution: Distribution
) -> np.ndarray:
    """Tell the supports in every place of which the sum of errors is as good as normal."""
    if distribution == "triangular":
        skew, kurtosis = np.zeros(len(spread)), np.full(len(spread), -0.6)
    else:
        grown = 1 + spread**2
        skew = (spread**2 + 3) * spread
        kurtosis = grown**4 + 2 * grown**3 + 3 * grown**2 - 6
    is_near = np.ones(at.max() + 1, dtype=bool)
    for column in weight.T:
        # In units of the largest, so that no power of it is too small to be told from 0.
        largest = np.zeros(len(is_near))
        np.maximum.at(largest, at, np.abs(column))
        share = column / np.where(largest > 0, largest, 1.0)[at]
        second = np.where(largest > 0, np.bincount(at, weights=share**2), 1.0)
        third = np.bincount(at, weights=skew * share**3) / second**1.5
        fourth = np.bincount(at, weights=kurtosis * share**4) / second**2
        is_near &= (np.abs(third) <= NEARLY_NORMAL) & (np.abs(fourth) <= NEARLY_NORMAL)
    return is_near
