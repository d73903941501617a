"""Trends: how a yearly series changes over a span of years."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from numbers import Integral
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from parkkit.core.errors import ParkError

Span: TypeAlias = tuple[int, int]

# What two cells must share to be compared at all.
BASES = ("measure", "price_year", "unit")
# Told of an amount that is too small: a source without a number, months that are not there.
PARTIAL = "is_partial"
KEYS = ["group", "name"]
SEPARATOR = "; "


def spans(years: Iterable[int], length: int | None = None) -> list[Span]:
    """Return the whole span of some years, or every span of a length within them.

    A year without data inside the range still bounds spans, so that the gap is named later.

    Parameters
    ----------
    years : iterable of int
        The years there are, in any order.
    length : int, optional
        Years from start to end: 1 for year on year, 5 for moving five-year spans.

    Raises
    ------
    ParkError
        If fewer than two years are given, or the length does not fit into them.

    Examples
    --------
    >>> spans([2018, 2019, 2020])
    [(2018, 2020)]
    >>> spans([2018, 2019, 2020], 1)
    [(2018, 2019), (2019, 2020)]
    """
    given = sorted({int(year) for year in years})
    if len(given) < 2:
        raise ParkError("too_few_years", given=given)
    first, last = given[0], given[-1]
    step = last - first if length is None else length
    if not 1 <= step <= last - first:
        raise ParkError("span_length", given=step, first=first, last=last)
    return [(start, start + step) for start in range(first, last - step + 1)]


def spans_from_first(years: Iterable[int]) -> list[Span]:
    """Return the spans from the first of some years to every later one: a path by end points.

    The same path chained is that of :func:`spans` with a length of 1.

    Examples
    --------
    >>> spans_from_first([2018, 2020, 2019])
    [(2018, 2019), (2018, 2020)]
    """
    [(first, last)] = spans(years)
    return [(first, year) for year in range(first + 1, last + 1)]


def as_spans(years: Span | Sequence[Span]) -> list[Span]:
    """Return one span or several as a list, each checked to run forward.

    Examples
    --------
    >>> as_spans((2018, 2023))
    [(2018, 2023)]
    """
    is_one = len(years) > 0 and isinstance(years[0], Integral)
    given = [years] if is_one else list(years)
    if not given:
        raise ParkError("not_a_list", name="years", given=years)
    return [_forward(span) for span in given]


def _forward(span: object) -> Span:
    match span:
        case (Integral() as start, Integral() as end) if int(start) < int(end):
            return int(start), int(end)
    raise ParkError("bad_span", given=str(span))


def end_point_signs(
    changes: ArrayLike, *, threshold: float = 0.01, tolerance: float = 1e-9
) -> NDArray[np.str_]:
    """Return the sign of each relative change: ``+``, ``-``, ``0`` within the threshold.

    A change that is missing has the sign ``""``. The threshold itself counts as within.

    Examples
    --------
    >>> end_point_signs([0.05, -0.2, 0.01, float("nan")]).tolist()
    ['+', '-', '0', '']
    """
    change = np.asarray(changes, dtype=float)
    # 100 -> 101 is 0.010000000000000009 in floats: the bound gets the tolerance, too.
    bound = threshold + tolerance
    return np.select(
        [np.isnan(change), change > bound, change < -bound], ["", "+", "-"], default="0"
    )


def tidy_series(given: pd.DataFrame, where: str, *more: str) -> pd.DataFrame:
    """Return tidy rows with plain types: text keys, whole years, numbers, bases as text.

    Parameters
    ----------
    given : DataFrame
        Columns group, year, amount, the columns in ``more``, any of ``BASES``, ``is_partial``.
    where : str
        What to call the table in an error.

    Raises
    ------
    ParkError
        If a column is missing, or a year or an amount is no number.

    Examples
    --------
    >>> tidy_series(pd.DataFrame({"group": [26], "year": [2020], "amount": ["5"]}), "economy")
      group  year  amount
    0    26  2020     5.0
    """
    wanted = ["group", "year", *more, "amount"]
    for column in wanted:
        if column not in given:
            raise ParkError("missing_column", where=f"{where}.{column}", given=list(given.columns))
    rows = given[wanted + [told for told in (*BASES, PARTIAL) if told in given]].copy()
    for column in ("year", "amount", "price_year"):
        if column in rows:
            rows[column] = _numbers(rows[column], f"{where}.{column}")
    if rows["year"].isna().any():
        raise ParkError("blank", where=f"{where}.year")
    odd = rows.loc[rows["year"] % 1 != 0, "year"]
    if len(odd):
        raise ParkError("not_whole", where=f"{where}.year", given=odd.iloc[0])
    if "price_year" in rows:
        rows["price_year"] = rows["price_year"].astype("Int64").astype("str")
    for column in rows.columns.difference(["year", "amount", PARTIAL]):
        rows[column] = rows[column].astype("str").fillna("")
    return rows.astype({"year": "int64", "amount": "float64"})


def _numbers(given: pd.Series, where: str) -> pd.Series:
    """Return a column as numbers, blanks missing; text that is none is refused."""
    numbers = pd.to_numeric(given, errors="coerce").astype("float64")
    is_blank = given.isna() | given.astype("str").str.strip().eq("")
    wrong = given[numbers.isna() & ~is_blank]
    if len(wrong):
        raise ParkError("not_a_number", where=where, given=wrong.iloc[0])
    return numbers


def span_changes(rows: pd.DataFrame, names: pd.DataFrame, over: Sequence[Span]) -> pd.DataFrame:
    """Return each series' relative change over each span, with what is missing.

    Parameters
    ----------
    rows : DataFrame
        Columns group, name, year, amount; measure, price_year, unit, is_partial where known. Rows
        of one series and year add up; one blank amount makes their sum missing.
    names : DataFrame
        Columns group, name: the series asked for, whether ``rows`` has them or not.
    over : sequence of (int, int)
        The spans.

    Returns
    -------
    DataFrame
        A row per series and span: group, name, start, end, change (a share of the base), missing
        (the cells, ``"so2 2019; so2 2020"``), notes (codes), and ``measure``, ``price_year``,
        ``unit`` of the base where ``rows`` has them.

    Examples
    --------
    >>> rows = pd.DataFrame({"group": "park", "name": "so2", "year": [2019, 2020],
    ...     "amount": [10.0, 8.0]})
    >>> table = span_changes(rows, rows[["group", "name"]].drop_duplicates(),
    ...     [(2019, 2020), (2020, 2021)])
    >>> table[["start", "change", "missing"]].to_dict("list")
    {'start': [2019, 2020], 'change': [-0.2, nan], 'missing': ['', 'so2 2021']}
    """
    cells = yearly_cells(rows)
    table = names.merge(pd.DataFrame(over, columns=["start", "end"]), how="cross")
    for side in ("start", "end"):
        sided = cells.rename(columns={c: f"{c}_{side}" for c in cells if c not in KEYS})
        sided = sided.rename(columns={f"year_{side}": side})
        table = table.merge(sided, how="left", on=[*KEYS, side])
    start = table["amount_start"].where(np.isfinite(table["amount_start"]))
    end = table["amount_end"].where(np.isfinite(table["amount_end"]))
    mixed = _mixed(table)
    comparable = (start > 0) & ~pd.DataFrame(mixed, index=table.index).any(axis=1)
    table["change"] = ((end - start) / start).where(comparable)
    table["missing"] = joined(
        _cell_names(table, "start", ~(start > 0)), _cell_names(table, "end", end.isna())
    )
    notes = {"base_not_positive": start <= 0, "sign_changed": (start > 0) & (end < 0), **mixed,
             "partial": _is_partial(table) & table["change"].notna()}  # fmt: skip
    table["notes"] = joined(*(flagged(code, is_true) for code, is_true in notes.items()))
    bases = [basis for basis in BASES if basis in cells]
    table = table.rename(columns={f"{basis}_start": basis for basis in bases})
    return table[[*KEYS, "start", "end", "change", "missing", "notes", *bases]]


def joined(*texts: pd.Series) -> pd.Series:
    """Join lists of codes row by row, each code once, blanks left out.

    Examples
    --------
    >>> joined(pd.Series(["a", ""]), pd.Series(["a; b", ""])).tolist()
    ['a; b', '']
    """
    rows = zip(*texts, strict=True)
    parts = [[part for text in row for part in text.split(SEPARATOR) if part] for row in rows]
    return pd.Series(
        [SEPARATOR.join(dict.fromkeys(row)) for row in parts], index=texts[0].index, dtype="str"
    )


def yearly_cells(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per series and year, counting what each basis is in it.

    Parameters
    ----------
    rows : DataFrame
        Columns group, name, year, amount; measure, price_year, unit, is_partial where known.

    Examples
    --------
    >>> rows = pd.DataFrame({"group": "park", "name": "so2", "year": 2020, "amount": [1.0, 2.0]})
    >>> yearly_cells(rows)["amount"].tolist()
    [3.0]
    """
    grouped = rows.groupby([*KEYS, "year"], as_index=False)
    cells = pd.DataFrame(grouped["amount"].sum(skipna=False))
    for basis in BASES:
        if basis in rows:
            cells[basis] = grouped[basis].first()[basis]
            cells[f"count_{basis}"] = grouped[basis].nunique()[basis]
    if PARTIAL in rows:
        cells[PARTIAL] = grouped[PARTIAL].any()[PARTIAL]
    return cells


def mixed_bases(cells: pd.DataFrame) -> list[str]:
    """Return the codes of the bases that the known years of one series do not share.

    Examples
    --------
    >>> rows = pd.DataFrame({"group": "park", "name": "so2", "year": [2019, 2020],
    ...     "amount": [1.0, 2.0], "unit": ["t", "kg"]})
    >>> mixed_bases(yearly_cells(rows))
    ['mixed_unit']
    """
    known = cells[np.isfinite(cells["amount"])]
    return [
        f"mixed_{basis}"
        for basis in BASES
        if basis in known and (known[basis].nunique() > 1 or (known[f"count_{basis}"] > 1).any())
    ]


def _is_partial(table: pd.DataFrame) -> pd.Series:
    """Tell the spans of which an end is too small."""
    ends = table.reindex(columns=[f"{PARTIAL}_start", f"{PARTIAL}_end"])
    return ends.eq(True).any(axis=1)


def _mixed(table: pd.DataFrame) -> dict[str, pd.Series]:
    """Return for each basis where the two cells of a span do not share a single one."""
    both = table["amount_start"].notna() & table["amount_end"].notna()
    mixed = {}
    for basis in BASES:
        if f"{basis}_start" in table:
            differs = table[f"{basis}_start"] != table[f"{basis}_end"]
            several = table[[f"count_{basis}_start", f"count_{basis}_end"]].max(axis=1) > 1
            mixed[f"mixed_{basis}"] = both & (differs | several)
    return mixed


def _cell_names(table: pd.DataFrame, side: str, is_lacking: pd.Series) -> pd.Series:
    names = table["name"].astype("str") + " " + table[side].astype("str")
    return names.where(is_lacking, "")


def flagged(code: str, is_true: pd.Series) -> pd.Series:
    """Return a code where something is true, else a blank."""
    return pd.Series(np.where(is_true, code, ""), index=is_true.index, dtype="str")
