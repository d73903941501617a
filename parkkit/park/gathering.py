"""Gathering: metered rows, too many to carry, as an activity table of cells.

A cell holds every row that nothing tells apart but its amount: plant, process, item, use, period
and so on are the same. Cells go through the same checks and the same inventory as rows do, so
that every rule lives once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from parkkit.core.engine import (
    AMOUNT,
    AS_GIVEN,
    CELL,
    PARTED,
    ROW,
    UNCERTAINTY,
    Scan,
    doubled,
    gather,
    rows_of,
    scan,
    unreadable,
)  # fmt: skip
from parkkit.core.errors import ParkError, Problem
from parkkit.core.labels import Language, label
from parkkit.core.tables import columns, empty, read_values

TABLE, FILE, PARQUET = "activity", "activity.csv", "activity.parquet"
ID = "activity_id"
# Above this a CSV is not read row by row.
LARGE_BYTES = 20_000_000
# Not averaged but told apart: the data rank, because reconciling takes the worse of the activity's
# and the factor's row by row, and a mean of ranks is not the mean of the worse; the meter level,
# because a plant's main meter must not melt into those below it.
KEYS = tuple(
    column.name for column in columns(TABLE) if column.name not in (ID, AMOUNT, UNCERTAINTY)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsProblem(Problem):
    """A problem that several rows of a large file have; ``row`` is the first of them."""

    rows: int = 1

    def told(self, language: Language = "en") -> str:
        """Return the problem as a sentence, with how many rows have it."""
        text = Problem.told(self, language)
        if self.rows == 1:
            return text
        return label("engine.rows_told", language, text=text, count=f"{self.rows:,}")


def large_activity(folder: Path) -> Path | None:
    """Return the activity file of a park that is gathered, None where it is read row by row."""
    if (folder / PARQUET).is_file():
        return folder / PARQUET
    path = folder / FILE
    return path if path.is_file() and path.stat().st_size > LARGE_BYTES else None


def read_gathered(path: Path) -> tuple[pd.DataFrame, list[Problem]]:
    """Read a large activity file as a table of cells, and tell what is wrong with its rows.

    Returns
    -------
    cells : DataFrame
        As ``read_cells`` returns them; none where the file cannot be read.
    problems : list of Problem
        Those of the cells, by their index, in the file ``activity.csv``: ``located`` tells them
        as problems of the rows.
    """
    import duckdb

    found: list[Problem] = []
    if path.name == PARQUET and (path.parent / FILE).is_file():
        found.append(Problem(code="two_activities", file=FILE, values={"given": PARQUET}))
    try:
        table, problems = read_cells(path)
        return table, [*found, *_doubled_ids(path), *problems]
    except duckdb.Error as error:
        wrong = unreadable(path, error)
    except ParkError as error:
        wrong = error
    found.append(Problem(code=wrong.code, file=FILE, values=wrong.values))
    return empty(TABLE).assign(rows=pd.Series(dtype="int64")), found


def read_cells(path: Path) -> tuple[pd.DataFrame, list[Problem]]:
    """Gather a large activity file in one scan.

    Returns
    -------
    cells : DataFrame
        The ``activity`` table, and ``rows``, how many rows each cell holds. The index is the
        first of them, as a spreadsheet counts; ids and order do not depend on the order of rows.
    problems : list of Problem
        What is wrong with the values, by that index.
    """
    rows = scan(path, KEYS)
    return _read_cells(_cells(rows), rows.columns)


def _cells(rows: Scan) -> pd.DataFrame:
    """Return the cells as text, in an order that the order of rows cannot move."""
    varying = [key for key in KEYS if key in rows.columns and key not in rows.constants]
    cells = gather(rows.frame, CELL).assign(**{AS_GIVEN: PARTED})
    cells = cells.drop(columns=[*CELL]).merge(rows.at(cells[ROW])[[ROW, *varying]], on=ROW)
    if cells["is_mixed"].any():
        cells = gather(rows.careful, [*varying, AS_GIVEN])
    texts = {name: _texts(cells[name]) for name in [*varying, AS_GIVEN]}
    return (
        cells.assign(**texts, **rows.constants)
        .sort_values([*varying, AS_GIVEN], ignore_index=True)
    )  # fmt: skip


def _texts(values: pd.Series) -> pd.Series:
    """Return keys as the text a CSV would hold: 2 for 2.0, blank for missing."""
    if pd.api.types.is_numeric_dtype(values):
        known = {
            each: f"{each:.0f}" if each % 1 == 0 else repr(float(each))
            for each in values.dropna().unique()
        }
        return values.map(known).fillna("").astype("str")
    return values.astype("str").fillna("")


def _read_cells(cells: pd.DataFrame, given: Sequence[str]) -> tuple[pd.DataFrame, list[Problem]]:
    """Turn cells of text into activity: each odd amount is judged where every amount is."""
    parted = {text: text.partition(PARTED) for text in cells[AS_GIVEN].unique()}
    raw = cells[[key for key in KEYS if key in cells]].assign(
        **{
            ID: _ids(len(cells)),
            AMOUNT: cells[AS_GIVEN].map({text: parts[0] for text, parts in parted.items()}),
            UNCERTAINTY: cells[AS_GIVEN].map({text: parts[2] for text, parts in parted.items()}),
        }
    )
    # A column that is not there must be missed, one that nobody knows be told.
    extra = {name: "" for name in given if name not in raw}
    raw = raw.drop(columns=[AMOUNT] if AMOUNT not in given else []).assign(**extra)
    table, problems = read_values(raw.set_axis(pd.Index(cells[ROW], name=ROW)), TABLE, FILE)
    counts = cells["rows"].set_axis(table.index)
    sums = cells[[AMOUNT, UNCERTAINTY]].set_axis(table.index)
    amounts = sums[AMOUNT].fillna(table[AMOUNT] * counts)
    # Rows of one odd text are the same number, each with its own error.
    spreads = sums[UNCERTAINTY].fillna(table[UNCERTAINTY] / np.sqrt(counts))
    return table.assign(**{AMOUNT: amounts, UNCERTAINTY: spreads, "rows": counts}), problems


def _ids(count: int) -> pd.Series:
    return pd.Series([f"cell-{number:06d}" for number in range(1, count + 1)], dtype="str")


def _doubled_ids(path: Path) -> list[Problem]:
    rows = scan(path, [ID])
    # Meters need not number their readings; where they do, no reading may count twice.
    if ID not in rows.columns:
        return []
    found = doubled(rows.frame, ID)
    return [
        RowsProblem(code="blank", file=FILE, row=int(row), column=ID, rows=int(count))
        if pd.isna(key) or key == "" else
        RowsProblem(code="id_in_rows", file=FILE, row=int(row), column=ID, rows=int(count),
                    values={"given": key})
        for key, count, row in zip(found[ID], found["rows"], found[ROW], strict=True)
    ]  # fmt: skip


def located(problems: Iterable[Problem], path: Path, cells: pd.DataFrame) -> list[Problem]:
    """Return problems of cells as problems of the file's rows: the first row, and how many.

    What several cells have alike (an unknown item in each of twelve months) is told once.
    """
    told: dict[tuple[object, ...], Problem] = {}
    counts = dict(zip(cells.index, cells["rows"], strict=True))
    for problem in problems:
        if problem.file != FILE:
            told[(len(told),)] = problem
            continue
        here = replace(problem, file=path.name)
        key = (here.code, here.column, str(here.values.get("given")))
        if here.row in counts and not isinstance(here, RowsProblem):
            here = RowsProblem(
                code=here.code, file=path.name, row=here.row, column=here.column,
                is_warning=here.is_warning, values=here.values, rows=int(counts[here.row]),
            )  # fmt: skip
            told[key] = _together(told.get(key), here)
        else:
            told[(*key, len(told))] = here
    return list(told.values())


def _together(first: Problem | None, other: RowsProblem) -> Problem:
    if not isinstance(first, RowsProblem):
        return other
    earlier = min(first, other, key=lambda problem: problem.row or 0)
    return replace(earlier, rows=first.rows + other.rows)


def gathered_activity(activity: pd.DataFrame) -> pd.DataFrame:
    """Return an activity table in memory as cells, with ``rows``, how many each holds.

    Examples
    --------
    >>> rows = empty("activity").reindex([2, 3]).assign(enterprise_id="A", amount=[1.0, 2.0])
    >>> gathered_activity(rows)[["activity_id", "amount", "rows"]].to_dict("records")
    [{'activity_id': 'cell-000001', 'amount': 3.0, 'rows': 2}]
    """
    if not len(activity):
        return activity.assign(rows=pd.Series(dtype="int64"))
    rows = rows_of(activity[[*KEYS, AMOUNT, UNCERTAINTY]])
    keys = list(KEYS)
    cells = gather(rows, keys)
    if cells["is_mixed"].any():
        keys.append(AS_GIVEN)
        cells = gather(rows, keys)
    ordered = cells.sort_values(keys, ignore_index=True)
    wanted = [column.name for column in columns(TABLE)]
    named = ordered.assign(**{ID: _ids(len(ordered))}).set_index(ROW)
    return named[[*wanted, "rows"]].astype(activity[wanted].dtypes.to_dict())
