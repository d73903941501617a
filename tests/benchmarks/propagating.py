"""What 10 000 draws of a large inventory's uncertainty cost, beside drawing row by row.

The job: 100 000 activity rows under 5 000 factors, each factor shared by twenty rows or so, summed
to one total with its standard deviation and 95 % interval. Both ways draw normal errors, an
activity's for its row alone and a factor's once a draw, and both work in blocks of draws so that
memory stays bounded. Each runs in a fresh process, and the two take turns.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from time import perf_counter

import numpy as np
import pandas as pd

from parkkit.core.uncertainty_rule import UncertaintyRule, relative_sd
from parkkit.inventory.uncertainty import combined
from tests.benchmarks._side_by_side import Found, begin, in_turn, peak_mb

ROWS, FACTORS, DRAWS = 100_000, 5_000, 10_000
BAR, SD_BAR = 10.0, 0.02
ROUNDS = 5
BLOCK = 50
RULE = UncertaintyRule(draws=DRAWS)


def terms() -> pd.DataFrame:
    """Return the rows: tonnes, keys and half-widths, the same in every process."""
    rng = np.random.default_rng(5)
    factor = rng.integers(0, FACTORS, ROWS)
    percent = rng.uniform(2, 40, FACTORS)
    return pd.DataFrame(
        {
            "year": 2023,
            "amount_t": rng.lognormal(3, 1.5, ROWS),
            "activity_key": [f"activity/{row:06d}" for row in range(ROWS)],
            "factor_key": [f"factor/{each:04d}" for each in factor],
            "activity_percent": rng.uniform(1, 15, ROWS),
            "factor_percent": percent[factor],
        }
    )


def ours(table: pd.DataFrame) -> Found:
    """Errors summed by cell first."""
    row = combined(table, by=["year"], rule=RULE).iloc[0]
    return {name: float(row[name]) for name in ("sd_t", "low_t", "high_t", "closed_sd_t")}


def row_by_row(table: pd.DataFrame) -> Found:
    """An error drawn for every row, in every draw."""
    rng = np.random.default_rng(RULE.seed)
    code, _ = pd.factorize(table["factor_key"], sort=True)
    amount = table["amount_t"].to_numpy()
    activity = relative_sd(table["activity_percent"].to_numpy(), "normal")
    factor = np.zeros(FACTORS)
    factor[code] = relative_sd(table["factor_percent"].to_numpy(), "normal")
    sums = np.empty(DRAWS)
    for start in range(0, DRAWS, BLOCK):
        shared = 1 + factor * rng.standard_normal((BLOCK, FACTORS))
        own = 1 + activity * rng.standard_normal((BLOCK, ROWS))
        sums[start : start + BLOCK] = (own * shared[:, code]) @ amount
    low, high = np.quantile(sums, [0.025, 0.975])
    return {"sd_t": float(sums.std(ddof=1)), "low_t": float(low), "high_t": float(high)}


WAYS: dict[str, Callable[[pd.DataFrame], Found]] = {"ours": ours, "row_by_row": row_by_row}


def measure(way: str) -> None:
    """Run a way once in this process, warm, and print what it found, seconds and peak memory."""
    table = terms()
    WAYS["ours"](table.head(100))
    started = perf_counter()
    found = WAYS[way](table)
    found["seconds"] = perf_counter() - started
    found["peak_mb"] = peak_mb()
    print(json.dumps(found))


def main() -> None:
    """Print one line: the two medians, their ratio, how far the deviations are, and the bars."""
    found = in_turn("propagating", dict.fromkeys(WAYS, ROUNDS))
    fast, slow = found["ours"], found["row_by_row"]
    ratio = slow["seconds"] / fast["seconds"]
    off = abs(fast["sd_t"] / fast["closed_sd_t"] - 1)
    slow_off = abs(slow["sd_t"] / fast["closed_sd_t"] - 1)
    is_ok = ratio >= BAR and off <= SD_BAR
    print(
        f"Monte Carlo {DRAWS:.0e} draws, {ROWS:.0e} rows, {FACTORS} factors: "
        f"{fast['seconds']:.2f} s, baseline {slow['seconds']:.2f} s, ratio {ratio:.1f}, "
        f"bar {BAR:.0f}: {'ok' if is_ok else 'short'} (sd {off:.2%} from the closed form, bar "
        f"{SD_BAR:.0%}, row by row {slow_off:.2%}; peak {fast['peak_mb']:.0f} and "
        f"{slow['peak_mb']:.0f} MB)"
    )


if __name__ == "__main__":
    begin(measure, main)
