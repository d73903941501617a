"""Appending: rows join the tables of a park folder, all of them or none."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from parkkit.core.errors import ParkError, Problem
from parkkit.core.tables import columns
from parkkit.core.texts import read_decoded
from parkkit.park.checking import errors
from parkkit.park.package import check_park
from parkkit.park.polygons import FILE as SHAPES
from parkkit.park.reading import ABOUT, TABLES
from parkkit.park.replacing import replace_files

BOM = b"\xef\xbb\xbf"


def append(folder: Path, rows: Mapping[str, pd.DataFrame]) -> list[Problem]:
    """Append rows to tables of a park folder.

    What stands in a file stays as it is, byte for byte; only where the header lacks a column that
    the rows need is the table written anew. The park is checked with the rows first, in a copy.

    Parameters
    ----------
    rows : mapping of table to DataFrame
        Columns of the tables; those that a table has besides are left blank.

    Returns
    -------
    list of Problem
        The warnings that the park did not have before.

    Raises
    ------
    ParkError
        If the park would have errors that it has not now, or a file cannot be written. Nothing is
        changed then.
    """
    made = {f"{table}.csv": extended(folder / f"{table}.csv", table, frame)
            for table, frame in rows.items() if len(frame)}  # fmt: skip
    with tempfile.TemporaryDirectory() as aside:
        copy = Path(aside) / folder.resolve().name
        _copy(folder, copy)
        before = set(map(_told, check_park(copy)))
        for name, content in made.items():
            (copy / name).write_bytes(content)
        found = [problem for problem in check_park(copy) if _told(problem) not in before]
    if wrong := errors(found):
        raise ParkError("form_breaks_park", park=folder.name, count=len(wrong), problems=wrong)
    replace_files(folder, made)
    return list(found)


def _told(problem: Problem) -> tuple[str, str, int | None, str]:
    return (problem.code, problem.file, problem.row, problem.column)


def _copy(folder: Path, copy: Path) -> None:
    """Copy what a park is read from: a folder may hold reports and papers as well."""
    copy.mkdir()
    for name in (ABOUT, SHAPES, *(f"{table}.csv" for table in TABLES)):
        if (folder / name).is_file():
            shutil.copyfile(folder / name, copy / name)


def extended(path: Path, table: str, rows: pd.DataFrame) -> bytes:
    """Return the content of a table with rows below it, in its own encoding and line ends."""
    declared = [column.name for column in columns(table)]
    if not path.is_file() or not read_decoded(path).strip():
        return _lines([declared, *_cells(rows, declared)], "\n").encode()
    content, text = path.read_bytes(), read_decoded(path)
    given = list(csv.reader(io.StringIO(text, newline="")))
    place = next(at for at, row in enumerate(given) if any(row))
    header = [name.strip() for name in given[place]]
    ends = "\r\n" if "\r\n" in text else "\n"
    used = {name for name in rows if (rows[name].astype("str") != "").any()}
    lacking = [name for name in declared if name not in header and name in used]
    new = _lines(_cells(rows, [*header, *lacking]), ends)
    if not lacking:
        return content + (b"" if text.endswith("\n") else ends.encode()) + _encoded(new, content)
    old = [[*row, *[""] * (len(header) - len(row) + len(lacking))] if row else [] for row in given]
    old[place] = [*header, *lacking]
    return (BOM if content.startswith(BOM) else b"") + _encoded(_lines(old, ends) + new, content)


def _cells(rows: pd.DataFrame, names: Sequence[str]) -> list[list[str]]:
    blank = [""] * len(rows)
    wanted = [list(rows[name].astype("str")) if name in rows else blank for name in names]
    return [list(cells) for cells in zip(*wanted, strict=True)]


def _lines(rows: Sequence[Sequence[str]], ends: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=ends).writerows(rows)
    return text.getvalue()


def _encoded(text: str, like: bytes) -> bytes:
    """Return text in the encoding of a file that is UTF-8 or GB18030."""
    try:
        like.decode("utf-8")
    except UnicodeDecodeError:
        return text.encode("gb18030")
    return text.encode()
