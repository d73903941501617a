"""List files: a list of releases as text, its marks and columns those that its mapping says."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from parkkit.core.errors import ParkError, Problem
from parkkit.core.texts import read_decoded
from parkkit.park.list_mapping import ListMapping

# Needed of every release, whichever column or setting says it.
NEEDED = ("list", "year", "species", "amount", "unit")


def raw_list(path: Path, mapping: ListMapping) -> tuple[pd.DataFrame, str]:
    """Return a list as text, its index the row in a spreadsheet, and its decimal mark.

    Raises
    ------
    ParkError
        If the file is missing, empty or in another encoding, its columns are parted by another
        mark than the mapping says, or a row does not fit the header.
    """
    text = _decoded(path, mapping.encoding)
    delimiter, decimal = _marks(text, mapping, path.name)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise ParkError("not_csv", where=path.name, given=error) from error
    place = next(at for at, cells in enumerate(lines) if any(cell.strip() for cell in cells))
    header = [name.strip() for name in lines[place]]
    body = {number: cells for number, cells in enumerate(lines[place + 1 :], start=place + 2)
            if any(cell.strip() for cell in cells)}  # fmt: skip
    problems = [
        Problem(code="duplicate_column", file=path.name, row=place + 1, column=name,
                values={"count": header.count(name)})
        for name in dict.fromkeys(header) if name and header.count(name) > 1
    ]  # fmt: skip
    problems += [
        Problem(code="ragged", file=path.name, row=row,
                values={"given": len(cells), "wanted": len(header)})
        for row, cells in body.items() if any(cell.strip() for cell in cells[len(header) :])
    ]  # fmt: skip
    if problems:
        raise refused(path, problems)
    width = len(header)
    filled = [(cells + [""] * (width - len(cells)))[:width] for cells in body.values()]
    columns = pd.RangeIndex(width)
    raw = pd.DataFrame(filled, index=pd.Index(list(body), dtype="int64"), columns=columns)
    raw = raw.astype("str").apply(lambda column: column.str.strip())
    # A column without a name can be asked for by nobody.
    named = [at for at, name in enumerate(header) if name]
    return raw[named].set_axis([header[at] for at in named], axis=1), decimal


def read_header(path: Path, mapping: ListMapping) -> list[str]:
    """Return the names of a list's columns, read as its mapping says."""
    text = _decoded(path, mapping.encoding)
    delimiter, _ = _marks(text, mapping, path.name)
    line = next(line for line in text.splitlines() if line.strip())
    return [name.strip() for name in next(csv.reader([line], delimiter=delimiter))]


def _decoded(path: Path, encoding: str) -> str:
    if not path.is_file():
        raise ParkError("missing_file", where=path.name, given=path.parent)
    try:
        text = path.read_bytes().decode(encoding) if encoding else read_decoded(path)
    except (UnicodeDecodeError, LookupError) as error:
        raise ParkError("not_in_encoding", where=path.name, given=encoding) from error
    except OSError as error:
        raise ParkError("not_readable", where=path.name, given=error.strerror or "") from error
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise ParkError("empty_file", where=path.name)
    return text


def _marks(text: str, mapping: ListMapping, file: str) -> tuple[str, str]:
    """Return the marks between columns and of decimals: of those the mapping knows, by header."""
    header = next(line for line in text.splitlines() if line.strip())
    best = max(mapping.marks, key=lambda pair: header.count(pair[0]))
    others = [mark for mark in (";", "\t", "|", ",") if header.count(mark) > 1]
    if not header.count(best[0]) and others:
        raise ParkError("other_delimiter", where=file, given=_shown(others[0]),
                        wanted=[_shown(mark) for mark, _ in mapping.marks])  # fmt: skip
    return best


def _shown(mark: str) -> str:
    return "Tab" if mark == "\t" else mark


def chosen_columns(header: list[str], mapping: ListMapping) -> dict[str, str]:
    """Return the column of each field: of the names it may go by the first that is there.

    A field whose column may be missing and is has none.
    """
    found = {
        key: next((name for name in names if name in header), "")
        for key, names in mapping.columns.items()
    }
    return {key: name for key, name in found.items() if name}


def missing_columns(header: list[str], mapping: ListMapping, file: str) -> list[Problem]:
    """Return a problem for each column that a list should have and has not."""
    chosen = chosen_columns(header, mapping)
    wanted = {key: names for key, names in mapping.columns.items() if key not in chosen}
    missing = [
        names[0] for key, names in wanted.items()
        if names[-1] != "" or (key in NEEDED and not _is_told(key, chosen, mapping))
    ]  # fmt: skip
    return [Problem(code="missing_column", file=file, column=name, values={"given": header})
            for name in missing]  # fmt: skip


def _is_told(key: str, chosen: Mapping[str, str], mapping: ListMapping) -> bool:
    of_amount = key == "unit" and chosen.get("amount") in mapping.column_units
    return key in mapping.fixed or of_amount


def refused(path: Path, problems: list[Problem]) -> ParkError:
    """Return the error of a list with problems."""
    return ParkError("file_has_problems", given=path.name, count=len(problems), problems=problems)
