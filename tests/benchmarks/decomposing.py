"""What decomposing many series costs, beside a plain loop over them.

The job: 100 000 series of ten years, each the product of five factors of which some are zero, told
year on year by factor (LMDI-I, additive, with the limits at zeros). The loop is what one writes
without arrays: a log per factor and link, a logarithmic mean per link. Each way runs in a fresh
process, the two take turns, and both must find the same.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from parkkit.diagnosis.logarithmic_means import array_effects
from tests.benchmarks._side_by_side import begin, in_turn, peak_mb

SERIES, YEARS, FACTORS = 100_000, 10, 5
ZERO_SHARE = 0.05
BAR, RESIDUAL_BAR = 20.0, 1e-12
ROUNDS = 5
Table = NDArray[np.float64]
Series = list[list[float]]


def table(series: int = SERIES) -> Table:
    """Return the factors by series, year and factor, the same in every process."""
    rng = np.random.default_rng(7)
    factors = rng.lognormal(0, 1, (series, YEARS, FACTORS))
    factors[rng.random(factors.shape) < ZERO_SHARE] = 0.0
    return factors


def ours(factors: Table) -> Table:
    """All series at once."""
    return array_effects(factors[:, None])


def plain_loop(factors: Sequence[Series]) -> list[Series]:
    """A series, a link and a factor at a time."""
    return [series_effects(series) for series in factors]


def series_effects(series: Series) -> Series:
    """Return the effects of one series by link and factor."""
    amounts = [math.prod(year) for year in series]
    links = []
    for link in range(len(series) - 1):
        first, second = amounts[link], amounts[link + 1]
        if first > 0 and second > 0:
            mean = first if first == second else (second - first) / math.log(second / first)
            pairs = zip(series[link], series[link + 1], strict=True)
            links.append([mean * math.log(after / before) for before, after in pairs])
        elif first > 0 or second > 0:
            is_zero = [factor == 0 for factor in series[link if second > 0 else link + 1]]
            part = (second - first) / sum(is_zero)
            links.append([part if each else 0.0 for each in is_zero])
        else:
            links.append([0.0] * FACTORS)
    return links


WAYS = {"ours": ours, "plain_loop": plain_loop}


def measure(way: str) -> None:
    """Run a way once in this process, warm, and print seconds, peak memory and what it found."""
    factors = table()
    ours(factors[:100])
    # Each way gets and gives what it works on: turning lists into arrays is not the job.
    given = factors if way == "ours" else factors.tolist()
    started = perf_counter()
    found_effects = WAYS[way](given)
    seconds = perf_counter() - started
    effects = np.asarray(found_effects)
    amounts = factors.prod(axis=-1)
    residual = np.abs(effects.sum(axis=-1) - np.diff(amounts, axis=1)).max(axis=1)
    largest = amounts.max(axis=1)
    found = {
        "seconds": seconds,
        "peak_mb": peak_mb(),
        "residual": float((residual / np.where(largest > 0, largest, 1.0)).max()),
        "effects": float(np.abs(effects).sum()),
    }
    print(json.dumps(found))


def main() -> None:
    """Print one line: the two medians, their ratio, the residual, and the bars."""
    found = in_turn("decomposing", dict.fromkeys(WAYS, ROUNDS))
    fast, slow = found["ours"], found["plain_loop"]
    ratio = slow["seconds"] / fast["seconds"]
    apart = abs(fast["effects"] / slow["effects"] - 1)
    is_ok = ratio >= BAR and max(fast["residual"], apart) <= RESIDUAL_BAR
    print(
        f"LMDI {SERIES:.0e} series x {YEARS} years x {FACTORS} factors: "
        f"{fast['seconds']:.2f} s, baseline {slow['seconds']:.2f} s, ratio {ratio:.1f}, "
        f"bar {BAR:.0f}: {'ok' if is_ok else 'short'} (residual {fast['residual']:.0e} of the "
        f"largest total, bar {RESIDUAL_BAR:.0e}, loop {slow['residual']:.0e}, the two {apart:.0e} "
        f"apart; peak {fast['peak_mb']:.0f} and {slow['peak_mb']:.0f} MB)"
    )


if __name__ == "__main__":
    begin(measure, main)
