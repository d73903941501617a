"""Ways of one job measured side by side: fresh processes that take turns."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

# What a way found: ``seconds``, ``peak_mb``, and whatever tells two ways apart.
Found = dict[str, Any]


def peak_mb() -> float:
    """Return the most memory this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_turn(
    benchmark: str, rounds: Mapping[str, int], medians: tuple[str, ...] = ("seconds",)
) -> dict[str, Found]:
    """Return what each way found, with the median of its seconds and its highest peak.

    Parameters
    ----------
    benchmark : str
        The module's name in this folder; it is run anew for every way and round.
    rounds : mapping of str to int
        The ways, and how often each is run.
    medians : tuple of str
        What of a way is the median over its rounds.
    """
    told: dict[str, list[Found]] = {way: [] for way in rounds}
    for number in range(max(rounds.values())):
        for way in (way for way, times in rounds.items() if number < times):
            command = [sys.executable, "-m", f"tests.benchmarks.{benchmark}", way]
            run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            told[way].append(json.loads(run.stdout))
    return {
        way: {**runs[0], **{name: median(run[name] for run in runs) for name in medians},
              "peak_mb": max(run["peak_mb"] for run in runs)}
        for way, runs in told.items()
    }  # fmt: skip


def begin(measure: Callable[[str], None], main: Callable[[], None]) -> None:
    """Measure the way that the call names, else tell all of them."""
    if len(sys.argv) > 1:
        measure(sys.argv[1])
    else:
        main()
