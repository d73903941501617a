"""Form reading: a CSV or Excel file in a form's layout becomes rows with named fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from parkkit.core.errors import ParkError, Problem
from parkkit.park.form_files import Grid, sheets
from parkkit.park.form_headers import (
    Column,
    column_faults,
    field_of,
    header_columns,
    header_lines,
    header_place,
)
from parkkit.park.form_mapping import (
    KEPT_OUT,
    NONE,
    is_part,
    known_headers,
    number_in,
    told,
    unit_in,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A form as it was read.

    ``rows`` has a column for each field, all text, with ``row`` and ``column``, where the amount
    stands, and ``above``, what a row told as a part (其中) may be a part of; ``headers`` and
    ``units`` say by field how the column is headed and in which unit; ``preamble`` is what stands
    above the header, a line for each cell. ``file`` names the sheet too where there are several.
    """

    file: str
    rows: pd.DataFrame
    headers: Mapping[str, str]
    units: Mapping[str, str]
    preamble: str
    problems: tuple[Problem, ...]


def read_form(path: Path, form: str) -> list[Sheet]:
    """Read every sheet of a file that is in the layout of a form.

    The header is found by its texts, in one line or several; titles above it are skipped, and so
    are blank lines, a line of column marks (甲 乙 1 2) and headers repeated on a new page. Two
    panels side by side are read one after the other. A table with a plant a row and an indicator
    a column (``env_statistics``) becomes a row for each indicator.

    Raises
    ------
    ParkError
        If the file cannot be read, or no row is a header of the form.
    """
    grids = [grid for grid in sheets(path) if any(map(any, grid.cells))]
    places = [header_place(grid.cells, form) for grid in grids]
    fitting = [(grid, place) for grid, place in zip(grids, places, strict=True)
               if place is not None]  # fmt: skip
    if not fitting:
        raise ParkError("form_no_header", where=path.name, kind=form, known=_wanted(form))
    found = [
        _read(grid, place, form, f"{path.name}[{grid.title}]" if len(fitting) > 1 else path.name)
        for grid, place in fitting
    ]
    others = [grid.title for grid, place in zip(grids, places, strict=True) if place is None]
    if others:
        left = Problem(code="form_other_sheets", file=path.name, is_warning=True,
                       values={"given": others})  # fmt: skip
        found[0] = replace(found[0], problems=(*found[0].problems, left))
    return found


def _wanted(form: str) -> list[str]:
    return [header for header, (field, _) in known_headers(form).items()
            if field in ("name", "amount", "industrial", "outlet")]  # fmt: skip


# --- rows -------------------------------------------------------------------------------------


def _read(grid: Grid, place: int, form: str, file: str) -> Sheet:
    count = header_lines(grid.cells, place, form)
    columns = header_columns(grid.cells, place, count, form)
    is_long = any(column.field == "name" for column in columns)
    problems: list[Problem] = []
    body = list(_unmerged(grid, columns, form, file, problems, first=place + count))
    above = "\n".join(text for row in grid.cells[:place] for text in row if text)
    if is_long:
        rows = [each for panel in _panels(columns) for each in _long(body, panel, form)]
        problems += column_faults(columns, body, form, file, place + 1)
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


def _unmerged(
    grid: Grid, columns: Sequence[Column], form: str, file: str, problems: list[Problem], *,
    first: int,
) -> Iterator[tuple[int, Sequence[str]]]:  # fmt: skip
    """Return the rows below a header, without numbers that a merged cell would give to several.

    A merged name or code is each row's own; a merged amount is nobody knows whose.
    """
    kinds = dict(known_headers(form).values())
    is_long = any(column.field == "name" for column in columns)
    numbers = {column.place: column.header for column in columns
               if (column.field != "year" and kinds.get(column.field) == "number")
               or not (column.field or is_long)}  # fmt: skip
    told_of: set[str] = set()
    for at, row in enumerate(grid.cells[first:], start=first):
        cells = list(row)
        for column in numbers.keys() & {place for line, place in grid.merged if line == at}:
            area = grid.merged[at, column]
            if number_in(cells[column]) is not None and area not in told_of:
                told_of.add(area)
                problems.append(told(file, at + 1, numbers[column], "form_merged_number",
                                     given=cells[column], cells=area))  # fmt: skip
            cells[column] = ""
        if any(cells):
            yield at + 1, cells


def _sheet_units(columns: Sequence[Column], above: str) -> dict[str, str]:
    units = {column.field: column.unit for column in columns if column.field and column.unit}
    stated = re.search(r"单位:\s*([^\s)]+)", unicodedata.normalize("NFKC", above))
    unit = unit_in(f"({stated[1]})") if stated else ""
    return {**({"": unit} if unit else {}), **units}


def _panels(columns: Sequence[Column]) -> list[list[Column]]:
    """Return the columns of each panel: what stands left of the first belongs to all."""
    starts = [column.place for column in columns if column.field == "name"]
    ends = [*starts[1:], columns[-1].place + 1]
    left = [column for column in columns if column.place < starts[0]]
    return [
        left + [column for column in columns if start <= column.place < end]
        for start, end in zip(starts, ends, strict=True)
    ]


def _long(
    body: Sequence[tuple[int, Sequence[str]]], panel: Sequence[Column], form: str
) -> Iterator[dict[str, object]]:
    known = [column for column in panel if column.field not in ("", KEPT_OUT)]
    amount = next((column.header for column in known if column.field in ("amount", "industrial")),
                  "")  # fmt: skip
    above = ""
    for number, row in body:
        cells = {column.field: row[column.place] for column in known if column.place < len(row)}
        name = str(cells.get("name", ""))
        # A header again, on a new page.
        if field_of(name, form) == "name" or not any(text not in NONE for text in cells.values()):
            continue
        yield {"row": number, "column": amount, "above": above, **cells}
        above = above if is_part(name) else name


def _wide(
    body: Sequence[tuple[int, Sequence[str]]], columns: Sequence[Column]
) -> Iterator[dict[str, object]]:
    """Return a row for each cell of a table with a plant a row and an indicator a column."""
    shared = [column for column in columns if column.field not in ("", KEPT_OUT)]
    indicators = [column for column in columns if not column.field]
    wholes = ["", *("" if is_part(column.header) else column.header for column in indicators)]
    above = {column.place: next(filter(None, reversed(wholes[: at + 1])), "")
             for at, column in enumerate(indicators)}  # fmt: skip
    for number, row in body:
        cells = {column.field: row[column.place] for column in shared if column.place < len(row)}
        for column in indicators:
            if column.place < len(row) and row[column.place] not in NONE:
                yield {"row": number, "column": column.header, "above": above[column.place],
                       **cells, "name": column.header, "unit": column.unit,
                       "amount": row[column.place]}  # fmt: skip


def _doubled(columns: Sequence[Column], file: str, row: int) -> Iterator[Problem]:
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
