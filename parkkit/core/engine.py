"""The engine: rows of a file or of a frame in memory, gathered into cells in one scan.

One source in Narwhals runs on DuckDB for files and for the rows of a park in memory, and on pandas
for a frame. Results are equal to 1e-12, not bitwise: DuckDB adds up in parallel.
"""

from __future__ import annotations

import csv
import glob
import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import narwhals as nw
import pandas as pd

from parkkit.core.errors import ParkError

if TYPE_CHECKING:
    import duckdb

# Rows not read yet: of a frame, or of a file.
Rows: TypeAlias = nw.LazyFrame[Any]
ROW, AS_GIVEN = "row", "as_given"
CELL = ("cell", "cell_too")
AMOUNT, UNCERTAINTY, IS_ODD = "amount", "uncertainty_percent", "is_odd"
# Between the two texts of AS_GIVEN: no text of a table holds it.
PARTED = "\x1f"
# A blank amount is as given too: a blank among numbers must not pass for one of them.
CAREFUL = (
    f"* REPLACE (CASE WHEN NOT {IS_ODD} THEN {AMOUNT} END AS {AMOUNT}, "
    f"CASE WHEN NOT {IS_ODD} THEN {UNCERTAINTY} END AS {UNCERTAINTY}, "
    f"CASE WHEN {IS_ODD} OR {AMOUNT} IS NULL THEN {AS_GIVEN} END AS {AS_GIVEN})"
)
# From 0 in Parquet; a spreadsheet counts from 1, and the header is row 1.
NUMBERED = f"file_row_number + 2 AS {ROW}"
# Nothing is fetched: the engine is what was installed.
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    # What does not fit is written to a file meanwhile: a park opens on a small machine too.
    "memory_limit": "600MB",
    "temp_directory": tempfile.gettempdir(),
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """Rows that are not read yet: the columns there are, and those with one value throughout.

    ``careful`` is ``frame`` with ``as_given``: needed only where a number is odd, and slower.
    ``at`` returns the keys of some rows, given by their number.
    """

    frame: Rows
    careful: Rows
    columns: tuple[str, ...]
    constants: dict[str, str]
    at: Callable[[pd.Series], pd.DataFrame]


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """Return the engine, started once in a process; each use of it takes a cursor of its own."""
    import duckdb

    return duckdb.connect(config=SETTINGS)


def scan(path: Path, keys: Collection[str]) -> Scan:
    """Return the rows of a Parquet or CSV file, ready to be gathered by some of its columns.

    Parameters
    ----------
    path : Path
        ``*.parquet``, or a CSV in UTF-8 with a header.
    keys : collection of str
        The columns to gather by; those that the file does not have are left out.

    Returns
    -------
    Scan
        ``frame`` has the keys as they stand, ``cell`` and ``cell_too`` (two hashes of those that
        vary: 128 bits, so that no two cells meet), ``amount`` and ``uncertainty_percent`` as
        numbers, ``is_odd`` (one of them is there, but is no number from 0 up) and ``row`` as a
        spreadsheet counts it. In ``careful`` an odd row has no numbers but ``as_given``, their
        texts: nothing is judged here.

    Raises
    ------
    ParkError
        If the file cannot be read.
    """
    import duckdb

    connection = _engine().cursor()
    is_parquet = path.suffix == ".parquet"
    try:
        source, places = _parquet(connection, path) if is_parquet else _csv(path)
        constants = _constants(connection, path, keys) if is_parquet else {}
        there = [key for key in keys if key in places]
        kept = [f"{places[key]} AS {_name(key)}" for key in there]
        hashes = _hashes([places[key] for key in there if key not in constants])
        numbers = _numbers(places.get(AMOUNT, "NULL"), places.get(UNCERTAINTY, "NULL"))
        plain = f"SELECT {', '.join([*kept, hashes, numbers, NUMBERED])} FROM {source}"
        frame, careful = connection.sql(plain), connection.sql(f"SELECT {CAREFUL} FROM ({plain})")
    except duckdb.Error as error:
        raise unreadable(path, error) from error
    return Scan(
        frame=nw.from_native(frame).lazy(),
        careful=nw.from_native(careful).lazy(),
        columns=tuple(places),
        constants=constants,
        at=partial(_rows_at, connection, f"SELECT {', '.join([*kept, NUMBERED])} FROM {source}"),
    )


def rows_of(table: pd.DataFrame) -> Rows:
    """Return the rows of an activity table in memory, ready to be gathered.

    Here too DuckDB does it: it gathers by texts several times faster than pandas tells them apart.

    Returns
    -------
    LazyFrame
        The columns of the table, ``row`` (its index), ``is_odd`` (no row is: the table was read)
        and ``as_given``, whether the amount is blank.
    """
    connection = _engine().cursor()
    connection.register("rows_given", table.rename_axis(ROW).reset_index())
    plain = f"SELECT *, false AS {IS_ODD}, {AMOUNT} IS NULL AS {AS_GIVEN} FROM rows_given"
    return nw.from_native(connection.sql(plain)).lazy()


def _hashes(places: Sequence[str]) -> str:
    """Return in SQL what tells cells apart: integers, because texts group three times slower."""
    if not places:
        return f"0 AS {CELL[0]}, 0 AS {CELL[1]}"
    backwards = ", ".join([*reversed(places), "1"])
    return f"hash({', '.join(places)}) AS {CELL[0]}, hash({backwards}) AS {CELL[1]}"


def _rows_at(
    connection: duckdb.DuckDBPyConnection, selected: str, numbers: pd.Series
) -> pd.DataFrame:
    """Return the selected columns of the rows of these numbers."""
    connection.register("wanted", pd.DataFrame({"number": numbers - 2}))
    # The file's own number is asked for, so that parts of the file without one are not read.
    found: pd.DataFrame = connection.sql(
        f"{selected} WHERE file_row_number IN (SELECT number FROM wanted)"
    ).df()
    return found


def unreadable(path: Path, error: Exception) -> ParkError:
    """Return the error for a file that the engine cannot read, with what it told."""
    return ParkError("not_scanned", where=path.name, given=str(error).strip().splitlines()[0])


def _parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[str, dict[str, str]]:
    """Return the source in SQL, and the file's columns with what to call them in it."""
    source = f"read_parquet({_quoted(path)}, file_row_number=true)"
    named = connection.sql(f"SELECT * EXCLUDE (file_row_number) FROM {source}").columns
    # DuckDB ignores case, and calls the second of CO and Co by another name of its own.
    return source, {name: _name(name) for name in named}


def _csv(path: Path) -> tuple[str, dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = [name.strip() for name in next(csv.reader(file), [])]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise unreadable(path, error) from error
    # By index, because DuckDB ignores case: amount and Amount would be one.
    types = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(header)))
    read = (
        f"read_csv({_quoted(path)}, columns={{{types}}}, auto_detect=false, header=true, "
        "delim=',', quote='\"', escape='\"', null_padding=true)"
    )
    cells = ", ".join(f"c{place}" for place in range(len(header)))
    # Excel leaves rows of commas behind: they are counted, and are no rows.
    numbered = f"(SELECT *, row_number() OVER () - 1 AS file_row_number FROM {read})"
    rows = f"(SELECT * FROM {numbered} WHERE coalesce({cells}) IS NOT NULL)"
    return rows, {name: f"c{place}" for place, name in enumerate(header)}


def _quoted(path: Path) -> str:
    # A folder may be called park[1]; DuckDB would look for a pattern.
    return "'" + glob.escape(str(path)).replace("'", "''") + "'"


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _numbers(amount: str, spread: str) -> str:
    """Return in SQL the numbers of a row, whether one is odd, and how they were given."""
    values = [f"TRY_CAST({given} AS DOUBLE)" for given in (amount, spread)]
    # NaN is above infinity in DuckDB, so it is odd too.
    odd = [
        f"({given} IS NOT NULL AND NOT coalesce({value} >= 0 AND {value} < 'inf'::DOUBLE, false))"
        for given, value in zip((amount, spread), values, strict=True)
    ]
    texts = [f"coalesce(CAST({given} AS VARCHAR), '')" for given in (amount, spread)]
    return (
        f"{values[0]} AS {AMOUNT}, {values[1]} AS {UNCERTAINTY}, {odd[0]} OR {odd[1]} AS {IS_ODD}, "
        f"{texts[0]} || chr({ord(PARTED)}) || {texts[1]} AS {AS_GIVEN}"
    )


def _constants(
    connection: duckdb.DuckDBPyConnection, path: Path, keys: Collection[str]
) -> dict[str, str]:
    """Return the keys that hold one value throughout, as the file's own statistics tell.

    Grouping by them would tell nothing apart; there are usually several (a notation, a year).
    """
    table = connection.sql(
        "SELECT path_in_schema, min(stats_min_value), max(stats_max_value), "
        "sum(stats_null_count), sum(num_values), "
        "bool_and(min_is_exact AND max_is_exact), count(stats_min_value) = count(*) "
        f"FROM parquet_metadata({_quoted(path)}) GROUP BY path_in_schema"
    )
    found: dict[str, str] = {}
    for name, low, high, blanks, rows, is_exact, has_all in table.fetchall():
        if name in keys and blanks is not None and blanks == rows:
            found[name] = ""
        elif name in keys and blanks == 0 and is_exact and has_all and low == high:
            found[name] = low
    return found


def gather(frame: Rows, keys: Sequence[str]) -> pd.DataFrame:
    """Return the sums of rows by cell, a cell being one value of every key.

    Parameters
    ----------
    frame : LazyFrame
        The keys, ``amount``, ``uncertainty_percent``, ``is_odd`` and ``row``.
    keys : sequence of str
        Blanks are a value of their own.

    Returns
    -------
    DataFrame
        The keys, ``amount`` (missing where no row has a number, never 0), ``rows`` (how many),
        ``row`` (the first) and ``uncertainty_percent``: the root of the sum of squares, rows
        being independent; missing where a row has none. ``is_mixed``: a row is odd, or some
        have a number and some have none, so that the sum is not what the rows say.

    Examples
    --------
    >>> rows = pd.DataFrame({"meter": ["m", "m"], "amount": [3.0, 4.0],
    ...     "uncertainty_percent": [10.0, 10.0], "is_odd": False, "row": [2, 3]})
    >>> cells = gather(nw.from_native(rows).lazy(), ["meter"])
    >>> [round(float(value), 6) for value in cells.loc[0, ["amount", "uncertainty_percent"]]]
    [7.0, 7.142857]
    """
    amount, spread = nw.col(AMOUNT), nw.col(UNCERTAINTY)
    cells: pd.DataFrame = (
        # The last key is for tables that nothing tells apart: one cell, not none.
        frame.with_columns(square=amount * amount * spread * spread, whole=nw.lit(0))
        .group_by(*keys, *([] if keys else ["whole"]))
        .agg(
            amount.sum(), nw.len().alias("rows"), nw.col(ROW).min(),
            # Sums of nothing are 0 here: the counts tell them from a true 0.
            amount.count().alias("numbers"), spread.count().alias("spreads"),
            nw.col("square").sum(), spread.max().alias("widest"), nw.col(IS_ODD).any(),
        )
        .collect("pandas")
        .to_native()
    )  # fmt: skip
    total = cells[AMOUNT].where(cells["numbers"] > 0)
    root = cells["square"] ** 0.5 / total.where(total > 0)
    # Of nothing but zeros every share is 0 / 0; none is wider than the widest.
    wide = root.fillna(cells["widest"]).where(cells["spreads"] == cells["rows"])
    is_part = (cells["numbers"] > 0) & (cells["numbers"] < cells["rows"])
    counted = cells[[*keys, "rows", ROW]].astype({"rows": "int64", ROW: "int64"})
    return counted.assign(
        **{AMOUNT: total, UNCERTAINTY: wide, "is_mixed": cells[IS_ODD].astype(bool) | is_part}
    )


def doubled(frame: Rows, key: str) -> pd.DataFrame:
    """Return the values of a column that stand in several rows, or are blank: how many, where.

    Returns
    -------
    DataFrame
        The column, ``rows`` and ``row`` (the first), in the order of the file.
    """
    groups = frame.group_by(key).agg(nw.len().alias("rows"), nw.col(ROW).min())
    is_wrong = (nw.col("rows") > 1) | nw.col(key).is_null() | (nw.col(key) == "")
    found: pd.DataFrame = groups.filter(is_wrong).collect("pandas").to_native()
    return found.sort_values(ROW, ignore_index=True)
