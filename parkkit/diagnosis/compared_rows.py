"""Compared rows: what each row of a table had in each year, and how rows came and went."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from parkkit.core.errors import ParkError, Problem, unknown
from parkkit.diagnosis.identities import Identity
from parkkit.diagnosis.logarithmic_means import Floats
from parkkit.diagnosis.trends import Span

Codes: TypeAlias = NDArray[np.intp]
Marks: TypeAlias = NDArray[np.bool_]
Key: TypeAlias = str | tuple[str, ...]

WHERE = "rows"
# How a row may say that it came or went, in columns it need not have.
BOUNDARY = "boundary"
ARRIVALS = {"entry": ("opened", BOUNDARY), "exit": ("closed", BOUNDARY)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The rows of a table by key and year, as arrays.

    ``groups`` has a row per group, ``group_of`` the group of each key. ``amounts`` is keys x years
    x columns, 0 where ``is_there`` says that the key has no row, NaN where a cell is blank.
    ``has_come`` and ``has_gone`` tell the rows that a moved boundary let in or out.
    """

    groups: pd.DataFrame
    group_of: Codes
    keys: tuple[str, ...]
    years: tuple[int, ...]
    columns: tuple[str, ...]
    amounts: Floats
    is_there: Marks
    has_come: Marks
    has_gone: Marks

    def summed(self, values: Floats) -> Floats:
        """Return values of the keys summed by group."""
        count = len(self.groups)
        if values.ndim == 1:
            return np.bincount(self.group_of, weights=values, minlength=count).astype(np.float64)
        return np.stack([self.summed(each) for each in values.T], axis=-1)

    def some(self, marks: Marks) -> Marks:
        """Return which groups have a key that is marked."""
        return np.bincount(self.group_of[marks], minlength=len(self.groups)) > 0

    def at(self, year: int) -> int:
        """Return the place of a year; there is none of a year nobody has rows for."""
        return self.years.index(year)

    def there(self, year: int) -> Marks:
        """Return which keys have a row in a year."""
        if year not in self.years:
            return np.zeros(len(self.keys), dtype=bool)
        return self.is_there[:, self.at(year)]

    def totals(self, year: int) -> Floats:
        """Return each group's sum of the first column in a year, NaN where it is not known."""
        if year not in self.years:
            return np.full(len(self.groups), np.nan)
        place = self.at(year)
        sums = self.summed(self.amounts[:, place, 0])
        return np.where(self.some(self.is_there[:, place]), sums, np.nan)


def panel(
    rows: pd.DataFrame,
    identity: Identity,
    *,
    by: Sequence[str],
    key: Sequence[str],
    years: Span,
    moved: Collection[Key] = (),
) -> Panel:
    """Return the rows of a table by key and year; those of one key and year add up.

    Raises
    ------
    ParkError
        If a column is missing, stands in the identity and names rows, or holds what is no number;
        or a year in the span asked for has a negative amount.

    Examples
    --------
    >>> from parkkit.diagnosis.identities import parse_identity
    >>> rows = pd.DataFrame({"plant": ["A", "B"], "year": [2020, 2021], "co2_t": [5.0, 7.0]})
    >>> found = panel(rows, parse_identity("co2_t = co2_t"), by=(), key=["plant"],
    ...     years=(2020, 2021))
    >>> found.is_there.tolist(), found.totals(2021).tolist()
    ([[True, False], [False, True]], [7.0])
    """
    _check_columns(rows, identity, [*by, *key])
    year = _years(rows["year"])
    named = pd.DataFrame({name: rows[name].astype("str").fillna("") for name in [*by, *key]},
        index=rows.index)  # fmt: skip
    values = np.stack([_numbers(rows[column], column) for column in identity.columns], axis=-1)
    is_asked = (year >= years[0]) & (year <= years[1])
    _refuse_negatives(values, is_asked, identity, named, year)
    group, groups = _numbered(named, list(by))
    code, keyed = _numbered(named, [*by, *key])
    group_of = np.zeros(len(keyed), dtype=np.intp)
    group_of[code] = group
    known = np.unique(year[is_asked])
    place = np.searchsorted(known, year[is_asked])
    shape = (len(keyed), len(known))
    spot = (code[is_asked], place)
    amounts = np.zeros((*shape, values.shape[1]))
    np.add.at(amounts, spot, values[is_asked])
    marks = {name: np.zeros(shape, dtype=bool) for name in ("there", *ARRIVALS)}
    marks["there"][spot] = True
    is_moved = _are_moved(keyed[list(key)], moved)
    for name in ARRIVALS:
        marks[name][spot] = _told(rows, name, identity)[is_asked]
        marks[name] |= is_moved[:, None]
    return Panel(
        groups=groups,
        group_of=group_of,
        keys=tuple("/".join(each) for each in keyed[list(key)].itertuples(index=False)),
        years=tuple(int(each) for each in known),
        columns=tuple(identity.columns),
        amounts=amounts,
        is_there=marks["there"],
        has_come=marks["entry"],
        has_gone=marks["exit"],
    )


def arrivals(found: Panel, start: int, end: int) -> tuple[Marks, Marks]:
    """Return which keys of the end came, and which of the start went, by a moved boundary.

    A key came by its first row after the start and went by its last row before the end.
    """
    first, last = found.at(start), found.at(end)
    came, went = found.is_there[:, first + 1 : last + 1], found.is_there[:, first:last]
    keys = np.arange(len(found.keys))
    by_first = found.has_come[keys, first + 1 + came.argmax(axis=1)]
    by_last = found.has_gone[keys, last - 1 - went[:, ::-1].argmax(axis=1)]
    is_new = found.is_there[:, last] & ~found.is_there[:, first]
    is_old = found.is_there[:, first] & ~found.is_there[:, last]
    return is_new & by_first, is_old & by_last


def _check_columns(rows: pd.DataFrame, identity: Identity, naming: Sequence[str]) -> None:
    for name in [*naming, "year"]:
        if name not in rows:
            raise ParkError("missing_column", where=f"{WHERE}.{name}", given=list(rows.columns))
    identity.check_columns(rows.columns)
    for name in [*naming, "year"]:
        if name in identity.columns:
            raise ParkError("column_twice", where="identity", given=name)
    if rows.empty:
        raise ParkError("no_rows", where=WHERE)


def _numbers(given: pd.Series, column: str) -> Floats:
    """Return a column as numbers, blanks as NaN; what is no number is refused."""
    numbers = pd.to_numeric(given, errors="coerce").astype("float64")
    is_blank = given.isna() | given.astype("str").str.strip().eq("")
    wrong = given[(numbers.isna() & ~is_blank) | np.isinf(numbers)]
    if len(wrong):
        raise ParkError("not_a_number", where=f"{WHERE}.{column}", given=wrong.iloc[0])
    return np.asarray(numbers, dtype=np.float64)


def _years(given: pd.Series) -> NDArray[np.int64]:
    years = _numbers(given, "year")
    if np.isnan(years).any():
        raise ParkError("blank", where=f"{WHERE}.year")
    odd = years[years % 1 != 0]
    if len(odd):
        raise ParkError("not_whole", where=f"{WHERE}.year", given=odd[0])
    return years.astype(np.int64)


def _refuse_negatives(
    values: Floats,
    is_asked: Marks,
    identity: Identity,
    named: pd.DataFrame,
    year: NDArray[np.int64],
) -> None:
    problems = [
        Problem(
            code="negative_amount_cell",
            column=identity.columns[column],
            values={
                "cell": " / ".join([*named.iloc[row], str(year[row])]),
                "given": f"{values[row, column]:g}",
            },
        )
        for row, column in np.argwhere((values < 0) & is_asked[:, None])
    ]
    if problems:
        count = len(problems)
        raise ParkError("file_has_problems", given=WHERE, count=count, problems=problems)


def _numbered(named: pd.DataFrame, columns: list[str]) -> tuple[Codes, pd.DataFrame]:
    """Return the number of each row's combination of some columns, and the combinations."""
    if not columns:
        return np.zeros(len(named), dtype=np.intp), pd.DataFrame(index=range(1))
    codes = named.groupby(columns, sort=True).ngroup().to_numpy(dtype=np.intp)
    found = named[columns].drop_duplicates().sort_values(columns, ignore_index=True)
    return np.asarray(codes), found


def _told(rows: pd.DataFrame, name: str, identity: Identity) -> Marks:
    """Return which rows say of themselves that a moved boundary let them in, or out."""
    if name not in rows or name in identity.columns:
        return np.zeros(len(rows), dtype=bool)
    told = rows[name].astype("str").fillna("").str.strip()
    for wrong in told[~told.isin(["", *ARRIVALS[name]])]:
        raise unknown(name, wrong, ARRIVALS[name], where=f"{WHERE}.{name}")
    return told.eq(BOUNDARY).to_numpy()


def _are_moved(keyed: pd.DataFrame, moved: Iterable[Key]) -> Marks:
    """Return which keys are among those said to have been let in or out."""
    if isinstance(moved, str):
        raise ParkError("not_a_list", name="moved", given=moved)
    wanted = {(each,) if isinstance(each, str) else tuple(each) for each in moved}
    known = list(keyed.itertuples(index=False, name=None))
    for each in sorted(wanted - set(known)):
        names = sorted({"/".join(key) for key in known})
        raise unknown("key", "/".join(each), names, where="moved")
    return np.array([key in wanted for key in known], dtype=bool)
