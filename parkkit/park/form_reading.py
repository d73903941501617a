"""Form reading: a CSV or Excel file in a form's layout becomes rows with named fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from parkkit.core.errors import ParkError, Problem
from parkkit.park.form_files import Cells, sheets
from parkkit.park.form_mapping import (
    KEPT_OUT,
    NONE,
    form_row,
    known_headers,
    number_in,
    plain,
    spellings,
    told,
    unit_in,
)

PLANT_FIELDS = ("credit_code", "plant", "year")
MARKS = ("甲", "乙", "丙", "丁", "戊")
# A header of more lines than this is no header.
MOST_LINES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A form as it was read.

    ``rows`` has a column for each field, all text, with ``row`` and ``column``, where the amount
    stands; ``headers`` and ``units`` say by field how the column is headed and in which unit;
    ``preamble`` is what stands above the header.
    """

    file: str
    rows: pd.DataFrame
    headers: Mapping[str, str]
    units: Mapping[str, str]
    preamble: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    place: int
    field: str
    header: str
    unit: str


def read_form(path: Path, form: str) -> Sheet:
    """Read a file in the layout of a form.

    The header is found by its texts, in one line or several; titles above it are skipped, and so
    are blank lines, a line of column marks (甲 乙 1 2) and headers repeated on a new page. Two
    panels side by side are read one after the other. A table with a plant a row and an indicator
    a column (``env_statistics``) becomes a row for each indicator.

    Raises
    ------
    ParkError
        If the file cannot be read, or no row is a header of the form.
    """
    if not path.is_file():
        raise ParkError("missing_file", where=path.name, given=path.parent)
    found: list[Sheet] = []
    for cells in sheets(path):
        place = _header(cells, form)
        if place is not None:
            found.append(_read(cells, place, form, path.name))
    if not found:
        raise ParkError("form_no_header", where=path.name, form=form, known=_wanted(form))
    others = Problem(code="form_other_sheets", file=path.name, is_warning=True,
                     values={"count": len(found) - 1})  # fmt: skip
    return found[0] if len(found) == 1 else replace(
        found[0], problems=(*found[0].problems, others))  # fmt: skip


def _wanted(form: str) -> list[str]:
    return [header for header, (field, _) in known_headers(form).items()
            if field in ("name", "amount", "industrial", "outlet")]  # fmt: skip


# --- header -----------------------------------------------------------------------------------


def _field(text: str, form: str) -> str:
    known = known_headers(form)
    return next((known[each][0] for each in spellings(text) if each in known), "")


def _header(cells: Cells, form: str) -> int | None:
    """Return the place of the header's first line: where the names of rows, or plants, head."""
    for place, row in enumerate(cells):
        fields = {_field(text, form) for text in row if text}
        if "name" in fields and len(fields - {""}) > 1:
            return place
        is_wide = form == "env_statistics" and fields & set(PLANT_FIELDS)
        if is_wide and sum(_is_indicator(text, form) for text in row) > 0:
            return place
    return None


def _is_indicator(text: str, form: str) -> bool:
    row = form_row(form, text)
    if row is not None:
        return row.target not in ("total", "suffix", "destination")
    return any(each.endswith(("产生量", "排放量")) and len(each) > 3 for each in spellings(text))


def _lines(cells: Cells, place: int, form: str) -> int:
    """Return how many lines the header has, with a line of column marks."""
    key = next((at for at, text in enumerate(cells[place])
                if _field(text, form) in ("name", *PLANT_FIELDS)), 0)  # fmt: skip
    for count, row in enumerate(cells[place + 1 : place + 1 + MOST_LINES], start=1):
        text = row[key] if key < len(row) else ""
        is_marked = text in MARKS
        is_below = text in ("", cells[place][key]) and not any(
            number_in(each) is not None for each in row
        )
        if not (is_marked or is_below):
            return count
    return 1


def _columns(cells: Cells, place: int, count: int, form: str) -> list[_Column]:
    width = max(len(row) for row in cells[place : place + count])
    lines = [list(row) + [""] * (width - len(row)) for row in cells[place : place + count]]
    lines = [row for row in lines if not any(text in MARKS for text in row)]
    columns = []
    for at in range(width):
        parts = _parts(lines, at)
        if parts:
            unit = next((unit for unit in map(unit_in, reversed(parts)) if unit), "")
            columns.append(_Column(place=at, field=_matched(parts, form), unit=unit,
                                   header="".join(parts)))  # fmt: skip
    return columns


def _parts(lines: Sequence[Sequence[str]], at: int) -> list[str]:
    """Return a column's texts from top to bottom; a group's text stands left of its columns."""
    parts: list[str] = []
    for number, row in enumerate(lines):
        text = row[at]
        has_lower = any(lower[at] for lower in lines[number + 1 :])
        if not text and has_lower:
            text = next((each for each in reversed(row[:at]) if each), "")
        if text and text not in parts:
            parts.append(text)
    return parts


def _matched(parts: Sequence[str], form: str) -> str:
    """Return the field of a column: by all its lines, the last two, the last, the first."""
    joined = ["".join(plain(part) for part in parts), "".join(plain(part) for part in parts[-2:])]
    tried = [*joined, parts[-1], parts[0]] if len(parts) > 1 else [parts[0]]
    return next((field for text in tried for field in [_field(text, form)] if field), "")


# --- rows -------------------------------------------------------------------------------------


def _read(cells: Cells, place: int, form: str, file: str) -> Sheet:
    count = _lines(cells, place, form)
    columns = _columns(cells, place, count, form)
    body = [(number, row) for number, row in enumerate(cells, start=1)
            if number > place + count and any(row)]  # fmt: skip
    above = " ".join(text for row in cells[:place] for text in row if text)
    problems: list[Problem] = []
    if any(column.field == "name" for column in columns):
        rows = [each for panel in _panels(columns) for each in _long(body, panel, form)]
        problems += _unknown(columns, body, form, file, place + 1)
        problems += _doubled(columns, file, place + 1)
    else:
        rows = list(_wide(body, columns))
    if not rows:
        problems.append(Problem(code="no_rows", file=file))
    return Sheet(
        file=file,
        rows=pd.DataFrame(rows).fillna("").sort_values("row", kind="stable", ignore_index=True)
        if rows else pd.DataFrame(),
        headers={column.field: column.header for column in reversed(columns) if column.field},
        units=_sheet_units(columns, above),
        preamble=above,
        problems=tuple(problems),
    )  # fmt: skip


def _sheet_units(columns: Sequence[_Column], above: str) -> dict[str, str]:
    units = {column.field: column.unit for column in columns if column.field and column.unit}
    stated = re.search(r"单位:\s*([^\s)]+)", unicodedata.normalize("NFKC", above))
    unit = unit_in(f"({stated[1]})") if stated else ""
    return {**({"": unit} if unit else {}), **units}


def _panels(columns: Sequence[_Column]) -> list[list[_Column]]:
    """Return the columns of each panel: what stands left of the first belongs to all."""
    starts = [column.place for column in columns if column.field == "name"]
    ends = [*starts[1:], columns[-1].place + 1]
    left = [column for column in columns if column.place < starts[0]]
    return [
        left + [column for column in columns if start <= column.place < end]
        for start, end in zip(starts, ends, strict=True)
    ]


def _long(
    body: Sequence[tuple[int, Sequence[str]]], panel: Sequence[_Column], form: str
) -> Iterator[dict[str, object]]:
    known = [column for column in panel if column.field not in ("", KEPT_OUT)]
    amount = next((column.header for column in known if column.field in ("amount", "industrial")),
                  "")  # fmt: skip
    for number, row in body:
        cells = {column.field: row[column.place] for column in known if column.place < len(row)}
        name = str(cells.get("name", ""))
        # A header again, on a new page.
        if _field(name, form) == "name" or not any(text not in NONE for text in cells.values()):
            continue
        yield {"row": number, "column": amount, **cells}


def _wide(
    body: Sequence[tuple[int, Sequence[str]]], columns: Sequence[_Column]
) -> Iterator[dict[str, object]]:
    """Return a row for each cell of a table with a plant a row and an indicator a column."""
    shared = [column for column in columns if column.field not in ("", KEPT_OUT)]
    indicators = [column for column in columns if not column.field]
    for number, row in body:
        cells = {column.field: row[column.place] for column in shared if column.place < len(row)}
        for column in indicators:
            if column.place < len(row) and row[column.place] not in NONE:
                yield {"row": number, "column": column.header, **cells, "name": column.header,
                       "unit": column.unit, "amount": row[column.place]}  # fmt: skip


def _unknown(
    columns: Sequence[_Column], body: Sequence[tuple[int, Sequence[str]]], form: str, file: str,
    row: int,
) -> Iterator[Problem]:  # fmt: skip
    """Tell columns that nobody knows, where they hold anything."""
    for column in columns:
        is_used = any(column.place < len(cells) and cells[column.place] not in NONE
                      for _, cells in body)  # fmt: skip
        if not column.field and is_used:
            yield told(file, row, column.header, "form_unknown_column", is_warning=True,
                       given=column.header, known=list(known_headers(form)))  # fmt: skip


def _doubled(columns: Sequence[_Column], file: str, row: int) -> Iterator[Problem]:
    """Tell two columns of a panel that would be one field."""
    for panel in _panels(columns):
        fields: dict[str, str] = {}
        for column in panel:
            if column.field in ("", KEPT_OUT):
                continue
            if column.field in fields:
                yield told(file, row, column.header, "form_column_twice",
                           given=fields[column.field])  # fmt: skip
            fields.setdefault(column.field, column.header)
