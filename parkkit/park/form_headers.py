"""Form headers: where a form's header stands, and which field each of its columns is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from parkkit.core.errors import Problem
from parkkit.park.form_files import Cells
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
MONTHS = tuple(f"m{month}" for month in range(1, 13))
QUARTERS = ("q1", "q2", "q3", "q4")
# Words that say something only below another: 合计 below 购进量 is no consumption.
BELOW = re.compile(
    r"(\d{1,2}月份?|第?[一二三四1-4]季度?|季度?合计|季度?小计|(上|下)半年|全年(合计)?|年度(合计)?"
    r"|年合计|合计|小计|累计|实物量)"
)
WHOLES = ("合计", "小计", "累计")
GROUPS = ("amount", "consumed", "industrial", "purchased")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a form: its place, its field, and a ``fault`` where it is not to be read.

    ``field`` is blank where nobody knows the column; ``fault`` is then the group whose part it
    would be.
    """

    place: int
    field: str
    header: str
    unit: str
    fault: str = ""


def field_of(text: str, form: str) -> str:
    """Return the field a header means, blank where the form knows none.

    Examples
    --------
    >>> field_of("实际排放量（吨）", "permit_report"), field_of("月光", "permit_report")
    ('amount', '')
    """
    known = known_headers(form)
    return next((known[each][0] for each in spellings(text) if each in known), "")


def header_place(cells: Cells, form: str) -> int | None:
    """Return the place of the header's first line: where the names of rows, or plants, head."""
    for place, row in enumerate(cells):
        fields = {field_of(text, form) for text in row if text}
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


def header_lines(cells: Cells, place: int, form: str) -> int:
    """Return how many lines the header has, with a line of column marks."""
    key = next((at for at, text in enumerate(cells[place])
                if field_of(text, form) in ("name", *PLANT_FIELDS)), 0)  # fmt: skip
    for count, row in enumerate(cells[place + 1 : place + 1 + MOST_LINES], start=1):
        text = row[key] if key < len(row) else ""
        is_marked = text in MARKS
        is_below = text in ("", cells[place][key]) and not any(
            number_in(each) is not None for each in row
        )
        if not (is_marked or is_below):
            return count
    return 1


def header_columns(cells: Cells, place: int, count: int, form: str) -> list[Column]:
    """Return the columns of a header of some lines."""
    width = max(len(row) for row in cells[place : place + count])
    lines = [list(row) + [""] * (width - len(row)) for row in cells[place : place + count]]
    lines = [row for row in lines if not any(text in MARKS for text in row)]
    parted = {at: parts for at in range(width) for parts in [_parts(lines, at)] if parts}
    # Where one group is the amounts, what stands below another is not (concentrations).
    is_grouped = any(field_of(parts[0], form) in GROUPS for parts in parted.values()
                     if len(parts) > 1)  # fmt: skip
    groups = GROUPS if is_grouped else ("", *GROUPS)
    columns = []
    for at, parts in parted.items():
        unit = next((unit for unit in map(unit_in, reversed(parts)) if unit), "")
        field, fault = _matched(parts, form, groups)
        columns.append(Column(place=at, field=field, fault=fault, unit=unit,
                              header="".join(parts)))  # fmt: skip
    return _of_part_years(columns) if form == "permit_report" else columns


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


def _matched(parts: Sequence[str], form: str, groups: Sequence[str]) -> tuple[str, str]:
    """Return the field of a column, by all its lines, the last two, or the last; and its fault.

    A part that nobody knows is never taken for the group above it: half a year is no year.
    """
    joined = ["".join(plain(part) for part in parts), "".join(plain(part) for part in parts[-2:])]
    field = next((each for text in joined for each in [field_of(text, form)] if each), "")
    if field or len(parts) == 1:
        return field, ""
    group = next((each for text in ("".join(map(plain, parts[:-1])), parts[0])
                  for each in [field_of(text, form)] if each), "")  # fmt: skip
    last = field_of(parts[-1], form)
    is_below = any(BELOW.fullmatch(each) for each in spellings(parts[-1]))
    if last and not (is_below and group not in groups):
        return last, ""
    # What is permitted in a part of the year is not compared with anything.
    if group == "permitted":
        return KEPT_OUT, ""
    is_taken = group and dict(known_headers(form).values())[group] == "number"
    return ("", parts[0]) if is_taken else (group, "")


def _of_part_years(columns: Sequence[Column]) -> list[Column]:
    """Return a permit report's columns with the sum of some months told apart from the year's."""
    fields = {column.field for column in columns}
    months, quarters = fields & set(MONTHS), fields & set(QUARTERS)
    is_part = (months and len(months) < len(MONTHS)) or (quarters and len(quarters) < 4)
    if not is_part or len(quarters) == len(QUARTERS):
        return list(columns)
    made = []
    for column in columns:
        header = plain(column.header)
        is_year = re.search(r"年度?(合计|小计|累计)$", header)
        is_sum = column.field == "amount" and header.endswith(WHOLES) and not is_year
        made.append(replace(column, field="part_sum") if is_sum else column)
    return made


def column_faults(
    columns: Sequence[Column], body: Sequence[tuple[int, Sequence[str]]], form: str, file: str,
    row: int,
) -> Iterator[Problem]:  # fmt: skip
    """Tell columns that nobody knows, where they hold anything: a part of a group is an error."""
    for column in columns:
        is_used = any(column.place < len(cells) and cells[column.place] not in NONE
                      for _, cells in body)  # fmt: skip
        if column.field or not is_used:
            continue
        if column.fault:
            yield told(file, row, column.header, "form_unknown_part", given=column.header,
                       group=column.fault)  # fmt: skip
        else:
            yield told(file, row, column.header, "form_unknown_column", is_warning=True,
                       given=column.header, known=list(known_headers(form)))  # fmt: skip
