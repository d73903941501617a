"""Parks whose activity is too large to read row by row."""

from __future__ import annotations

from pathlib import Path

import duckdb

NUMBERS = ("year", "month", "amount", "scope3_category", "data_rank", "uncertainty_percent")


def to_parquet(folder: Path) -> Path:
    """Turn a park's activity.csv into activity.parquet, numbers being numbers; blanks missing."""
    table = folder / "activity.csv"
    numbers = ", ".join(f'CAST("{name}" AS DOUBLE) AS "{name}"' for name in NUMBERS)
    duckdb.sql(
        f"COPY (SELECT * REPLACE ({numbers}) FROM read_csv('{table}', all_varchar=true)) "
        f"TO '{folder / 'activity.parquet'}' (FORMAT parquet)"
    )
    table.unlink()
    return folder
