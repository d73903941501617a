"""What `import parkkit` costs above `import pandas`: fresh processes in turn, medians of seven."""

from __future__ import annotations

import subprocess
import sys
from statistics import median
from time import perf_counter

BAR_MS = 20.0
ROUNDS = 7


def milliseconds(statement: str) -> float:
    """Return how long a fresh process takes for a statement, without its own start."""
    code = (
        "from time import perf_counter as now; start = now(); "
        f"{statement}; print((now() - start) * 1000)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(run.stdout)


def main() -> None:
    """Print one line: the two medians, their ratio, and whether the bar holds."""
    started = perf_counter()
    pairs = [
        (milliseconds("import pandas"), milliseconds("import pandas, parkkit"))
        for _ in range(ROUNDS)
    ]
    alone, both = (median(values) for values in zip(*pairs, strict=True))
    above = median(second - first for first, second in pairs)
    verdict = "ok" if above <= BAR_MS else "short"
    print(
        f"import parkkit above pandas: {above:.1f} ms, baseline {alone:.0f} ms, "
        f"ratio {both / alone:.3f}, bar {BAR_MS:.0f} ms: {verdict} "
        f"({perf_counter() - started:.0f} s in all)"
    )


if __name__ == "__main__":
    main()
