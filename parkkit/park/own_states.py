"""Own states: a park's own table of what the signs of economy, pollution and carbon are called."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pandas as pd

from parkkit.core.errors import Problem
from parkkit.park.faults import at
from parkkit.park.reading import read_table

STATES = "decoupling_states"
FILE = f"{STATES}.csv"
AXES = ["economy", "pollution", "carbon"]
# What a verdict says where there is no state: no state may be called so.
RESERVED = ("atypical", "not_computable")


def own_states(folder: Path) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Read a park's ``decoupling_states.csv`` and check it; without the file there is none.

    Returns
    -------
    states : DataFrame or None
        The columns of ``data/decoupling_states.csv``, a row for each of the eight combinations
        of ``+`` and ``-``.
    problems : list of Problem
        Cells that are blank or unknown, combinations that stand twice or nowhere, codes of a
        state that are not one state's own.
    """
    if not (folder / FILE).is_file():
        return None, []
    states, problems = read_table(folder, STATES)
    problems += state_problems(states) if not _is_lacking(problems) else []
    # Counted as every table of the house is.
    return states.reset_index(drop=True), problems


def _is_lacking(problems: list[Problem]) -> bool:
    """Tell whether the table could not be read at all, or lacks a column."""
    return any(not each.is_warning and each.row in (None, 1) for each in problems)


def state_problems(states: pd.DataFrame) -> Iterator[Problem]:
    """Tell the rows of a table of states that cannot serve, and the combinations it lacks.

    Examples
    --------
    >>> states = pd.DataFrame({"economy": "+", "pollution": "-", "carbon": ["-", "-"],
    ...     "state": ["A", "B"]}, index=[2, 3])
    >>> [(each.code, each.row) for each in state_problems(states)]
    [('signs_twice', 3), ('signs_absent', None)]
    """
    # Not agg over rows: of a table without rows it makes no column.
    signs = pd.Series(["".join(row) for row in states[AXES].itertuples(index=False)],
                      index=states.index, dtype="str")  # fmt: skip
    whole = signs[signs.str.len() == len(AXES)]
    for row in whole.index[whole.duplicated()]:
        first = int(str(whole.index[whole == whole[row]][0]))
        yield at(STATES, row, "economy", "signs_twice", given=signs[row], first=first)
    lacking = [each for each in map("".join, product("+-", repeat=3)) if each not in set(whole)]
    # A row with a sign that nobody reads may be the one that lacks.
    if lacking and len(whole) == len(signs):
        yield Problem(code="signs_absent", file=FILE, values={"given": lacking})
    codes = states["state"]
    for row in codes.index[codes.duplicated() & (codes != "")]:
        first = int(str(codes.index[codes == codes[row]][0]))
        yield at(STATES, row, "state", "duplicate_key", given=codes[row], first=first)
    for row in codes.index[codes.isin(RESERVED)]:
        yield at(STATES, row, "state", "state_reserved", given=codes[row], known=list(RESERVED))
