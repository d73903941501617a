"""Faults: a problem at a cell of a table, and the checks that several tables share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from parkkit.core.errors import ParkError, Problem
from parkkit.core.units import conversion, measures

Tables = Mapping[str, pd.DataFrame]
OPEN = float("inf")


def at(
    table: str, row: object, column: str, code: str, *, is_warning: bool = False, **values: object
) -> Problem:
    """Return a problem at a cell of a table."""
    return Problem(code=code, file=f"{table}.csv", row=int(str(row)), column=column,
                   is_warning=is_warning, values=values)  # fmt: skip


def wrong_units(table: str, pairs: pd.DataFrame) -> Iterator[Problem]:
    """Tell units that do not convert; each distinct pair of unit and wanted unit is tried once.

    Parameters
    ----------
    table : str
        The table to name.
    pairs : DataFrame
        ``unit`` and ``wanted``: a unit, or several with a blank between them of which one will do.

    Examples
    --------
    >>> pairs = pd.DataFrame({"unit": ["GJ", "m3"], "wanted": ["t TJ", "t TJ"]}, index=[2, 3])
    >>> for problem in wrong_units("activity", pairs):
    ...     print(problem.told())
    activity.csv, row 3, column 'unit': unit 'm3' measures something else; give a unit that \
converts to t, TJ.
    """
    given = pairs[(pairs["unit"] != "") & pairs["wanted"].notna()]
    for (unit, wanted), rows in given.groupby(["unit", "wanted"]):
        choices = str(wanted).split()
        if any(measures(str(unit), each) for each in choices):
            continue
        error = _refusal(str(unit), choices)
        for row in rows.index:
            yield Problem(code=error.code, file=f"{table}.csv", row=int(str(row)), column="unit",
                          values=error.values)  # fmt: skip


def _refusal(unit: str, choices: Sequence[str]) -> ParkError:
    """Return the error of a unit that none of the choices takes."""
    try:
        conversion(unit, choices[0])
    except ParkError as error:
        if error.code != "wrong_dimension":
            return error
    return ParkError("wrong_dimension", given=unit, wanted=choices)


def overlapping(frame: pd.DataFrame, keys: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Return rows of one key whose years overlap those of an earlier row, with that row.

    A blank ``valid_from`` or ``valid_to`` is open.

    Examples
    --------
    >>> frame = pd.DataFrame({"item": ["coke"] * 3, "valid_from": [2000, 2005, 2020],
    ...                       "valid_to": [2030, 2006, None]}, index=[2, 3, 4])
    >>> list(overlapping(frame, ["item"]))
    [(3, 2), (4, 2)]
    """
    spans = frame[list(keys)].assign(
        start=frame["valid_from"].astype("float64").fillna(-OPEN),
        end=frame["valid_to"].astype("float64").fillna(OPEN),
    )
    spans = spans.sort_values([*keys, "start"], kind="stable")
    groups = spans.groupby(list(keys), sort=False, dropna=False)
    spans["latest"] = groups["end"].cummax()
    before = spans.groupby(list(keys), sort=False, dropna=False)["latest"].shift()
    for place in map(int, (spans["start"] <= before).to_numpy().nonzero()[0]):
        same = (spans[list(keys)] == spans[list(keys)].iloc[place]).all(axis=1).to_numpy()
        reaches = (spans["end"] >= spans["start"].iloc[place]).to_numpy()
        earlier = (same & reaches)[:place].nonzero()[0][0]
        yield int(spans.index[place]), int(spans.index[earlier])


def years_reversed(table: str, frame: pd.DataFrame) -> Iterator[Problem]:
    """Tell rows that end before they begin."""
    wrong = (frame["valid_to"] < frame["valid_from"]).fillna(False).astype(bool)
    for row in frame.index[wrong]:
        yield at(table, row, "valid_to", "years_reversed", given=frame["valid_to"][row],
                 first=frame["valid_from"][row])  # fmt: skip
