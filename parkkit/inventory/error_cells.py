"""Error cells: amounts by output, activity and factor, and their variance in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from parkkit.core.uncertainty_rule import NORMAL_95, Distribution, UncertaintyRule, relative_sd

Floats = np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Amounts by output, activity and factor, with the relative standard deviations of both.

    ``output``, ``activity`` and ``factor`` are codes, one entry a cell; factor 0 is none.
    """

    output: np.ndarray
    activity: np.ndarray
    factor: np.ndarray
    amount: Floats
    activity_sd: Floats
    factor_sd: Floats


def cells_of(rows: pd.DataFrame, rule: UncertaintyRule) -> Cells:
    """Return the amounts of rows by ``output``, activity and factor.

    The order of rows changes nothing, to the last digit: keys are coded in their own order, and
    the amounts of a cell are summed from the least.
    """
    activity, activity_sd = _coded(
        rows["activity_key"], rows["activity_percent"], rule.activity_distribution
    )
    factor, factor_sd = _coded(
        rows["factor_key"].where(rows["factor_key"] != ""), rows["factor_percent"],
        rule.factor_distribution,
    )  # fmt: skip
    output = rows["output"].to_numpy()
    amount = rows["amount_t"].to_numpy(dtype="float64")
    order = np.lexsort((amount, factor, activity, output))
    output, activity, factor, amount = (a[order] for a in (output, activity, factor + 1, amount))
    starts = starts_of(output, activity, factor)
    return Cells(
        output=output[starts], activity=activity[starts], factor=factor[starts],
        amount=np.add.reduceat(amount, starts), activity_sd=activity_sd,
        factor_sd=np.concatenate([[0.0], factor_sd]),
    )  # fmt: skip


def _coded(keys: pd.Series, percent: pd.Series, distribution: Distribution) -> tuple[Floats, ...]:
    """Return the code of each row's key (-1 for none), and the deviation of each key."""
    codes, names = pd.factorize(keys, sort=True)
    widest = np.zeros(len(names) + 1)
    np.maximum.at(widest, codes, percent.fillna(0.0).to_numpy(dtype="float64"))
    return codes, relative_sd(widest[:-1], distribution)


def starts_of(*codes: np.ndarray) -> np.ndarray:
    """Return where a new combination begins in sorted codes."""
    changes = np.zeros(len(codes[0]), dtype=bool)
    changes[:1] = True
    for each in codes:
        changes[1:] |= each[1:] != each[:-1]
    return np.flatnonzero(changes)


def variances(cells: Cells) -> tuple[Floats, Floats, Floats]:
    """Return, per output, the variance by activity, by factor, and of the second order."""
    count = int(cells.output.max()) + 1
    both = cells.amount * cells.activity_sd[cells.activity] * cells.factor_sd[cells.factor]
    return (
        _squares(cells.output, cells.activity, cells.amount, cells.activity_sd, count),
        _squares(cells.output, cells.factor, cells.amount, cells.factor_sd, count),
        np.bincount(cells.output, weights=both**2, minlength=count),
    )


def _squares(output: np.ndarray, key: np.ndarray, amount: Floats, sd: Floats, n: int) -> Floats:
    """Return, per output, the sum over keys of (amount of the key x its deviation) squared."""
    pair, at = np.unique(output * len(sd) + key, return_inverse=True)
    sums = np.bincount(at, weights=amount) * sd[pair % len(sd)]
    return np.bincount(pair // len(sd), weights=sums**2, minlength=n)


def closed_form(cells: Cells) -> pd.DataFrame:
    """Return amount, standard deviation and symmetric interval of each output, without a draw."""
    by_activity, by_factor, second = variances(cells)
    amount = np.bincount(cells.output, weights=cells.amount)
    sd = np.sqrt(by_activity + by_factor + second)
    size = np.where(amount == 0, np.nan, np.abs(amount))
    return pd.DataFrame(
        {
            "amount_t": amount,
            "closed_sd_t": sd,
            "closed_low_t": amount - NORMAL_95 * sd,
            "closed_high_t": amount + NORMAL_95 * sd,
            "closed_percent": 100 * NORMAL_95 * sd / size,
            "approach1_percent": 100 * NORMAL_95 * np.sqrt(by_activity + by_factor) / size,
        }
    )
