"""What it costs to reconcile half a million releases in three lists, beside group by group.

The job: whole-plant releases of plants, years, species and media in three lists that overlap, some
told in several rows. Of each plant, year, species and medium the first list of the order that
tells it counts, with all its rows: the published rule of StEWI's combiner (``stewicombo``,
``overlaphandler.py``: by facility, flow and compartment the preferred inventory is kept). The
other way is that rule as an analyst writes it, a function applied to each group; ours is
``reconcile`` under ``release_rule="priority"``, which writes the ledger too. Both start from rows
that stand in memory, keep exactly the same rows, and run in fresh processes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from time import perf_counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from parkkit.core.convention import Convention
from parkkit.core.tables import columns, empty
from parkkit.inventory.reconciliation import reconcile
from tests.benchmarks._side_by_side import begin, in_turn, peak_mb

ROWS = 500_000
BAR = 20.0
# The slow way takes minutes: once is enough for a bar so far away.
ROUNDS = {"ours": 5, "group_by_group": 1}
ORDER = ("monitored", "permit", "statistics")
SPECIES = ("so2", "nox", "pm", "voc", "co", "nh3", "cod", "nh3_n", "tn", "tp", "lead", "co2")
MEDIA = ("air", "water")
YEARS = (2021, 2022, 2023)
CELL = ["enterprise_id", "year", "species", "medium"]
CONVENTION = Convention(factor_sets=(), release_rule="priority")


def releases(count: int, seed: int = 7) -> pd.DataFrame:
    """Return so many rows of ``emissions`` as three lists report them, in no order."""
    rng = np.random.default_rng(seed)
    # Two lists in three tell a cell, and one row in ten is told in two pieces.
    plants = [f"E{plant:06d}" for plant in range(max(1, count // 180))]
    sides = [plants, YEARS, SPECIES, MEDIA, ORDER]
    cells = np.prod([len(side) for side in sides])
    told = rng.choice(cells, size=int(count / 1.1), replace=False)
    told = rng.permutation(np.concatenate([told, rng.choice(told, count - len(told))]))
    places = np.unravel_index(told, [len(side) for side in sides])
    values = {
        name: np.array(side)[place]
        for name, side, place in zip([*CELL, "list"], sides, places, strict=True)
    }
    amount = rng.lognormal(1.0, 2.0, count)
    return _as_emissions(pd.DataFrame(values), amount, rng.integers(1, 6, count))


def _as_emissions(
    rows: pd.DataFrame, amount: NDArray[np.float64], rank: NDArray[np.int64]
) -> pd.DataFrame:
    """Return the rows with every column of ``emissions``, as compiling a park makes them."""
    blank = empty("emissions")
    names = [column.name for column in columns("emissions")]
    table = rows.assign(
        emissions_t=amount, activity_rank=rank, coverage_share=1.0, status="reported",
        is_biogenic=False, source_id=rows["enterprise_id"], origin="o",
        release_id=[f"r{number:06d}" for number in range(len(rows))],
    )  # fmt: skip
    texts = [name for name in names if blank[name].dtype == "str" and name not in table]
    return table.assign(**dict.fromkeys(texts, "")).reindex(columns=names)


def ours(rows: pd.DataFrame) -> pd.DataFrame:
    """Choose by the convention, and write the ledger."""
    return reconcile(rows, convention=CONVENTION, list_order=ORDER)[0]


def group_by_group(rows: pd.DataFrame) -> pd.DataFrame:
    """Choose the preferred list in each group, the next where it is absent."""

    def preferred(group: pd.DataFrame) -> pd.DataFrame:
        for name in ORDER:
            found = group[group["list"] == name]
            if len(found):
                return found
        return group

    # Only what the rule needs, so that no column it does not read slows it down.
    narrow = rows[[*CELL, "list", "release_id", "emissions_t"]]
    return narrow.groupby(CELL, group_keys=False)[list(narrow.columns)].apply(preferred)


WAYS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "ours": ours,
    "group_by_group": group_by_group,
}


def digest(kept: pd.DataFrame) -> str:
    """Return what tells two sets of kept rows apart, whatever their order."""
    rows = kept[["release_id", "emissions_t"]].sort_values("release_id", ignore_index=True)
    return hashlib.sha256(pd.util.hash_pandas_object(rows).to_numpy().tobytes()).hexdigest()


def measure(way: str) -> None:
    """Run a way once in this process, warm, and print its rows' digest, seconds and peak."""
    rows = releases(ROWS)
    WAYS[way](rows.head(1000))
    started = perf_counter()
    kept = WAYS[way](rows)
    seconds = perf_counter() - started
    peak = peak_mb()
    told = {"kept": len(kept), "digest": digest(kept), "seconds": seconds, "peak_mb": peak}
    print(json.dumps(told))


def main() -> None:
    """Print one line: the two medians, their ratio, the bar, and whether the rows are the same."""
    found = in_turn("reconciling", ROUNDS)
    fast, slow = found["ours"], found["group_by_group"]
    ratio = slow["seconds"] / fast["seconds"]
    is_same = (fast["digest"], fast["kept"]) == (slow["digest"], slow["kept"])
    print(
        f"{ROWS:.0e} releases in {len(ORDER)} lists: {fast['seconds']:.2f} s, baseline "
        f"{slow['seconds']:.1f} s, ratio {ratio:.0f}, bar {BAR:.0f}: "
        f"{'ok' if is_same and ratio >= BAR else 'short'} ({fast['kept']} rows kept, "
        f"{'the same' if is_same else 'NOT the same'}; peak {fast['peak_mb']:.0f} and "
        f"{slow['peak_mb']:.0f} MB)"
    )


if __name__ == "__main__":
    begin(measure, main)
