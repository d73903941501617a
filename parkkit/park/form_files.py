"""Form files: a file of text or a workbook as cells of text, and what is merged in it."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from parkkit.core.errors import ParkError
from parkkit.core.texts import read_decoded
from parkkit.park.form_mapping import told

Cells = Sequence[Sequence[str]]
Place = tuple[int, int]
# What a file is shows in its first bytes, whatever its name says.
WORKBOOK = b"PK"
BINARY = (
    (b"\xd0\xcf\x11\xe0", "form_old_excel"),
    (b"%PDF", "form_is_pdf"),
    (b"\x89PNG", "form_is_picture"),
    (b"\xff\xd8\xff", "form_is_picture"),
    (b"GIF8", "form_is_picture"),
    (b"BM", "form_is_picture"),
    (b"II*\x00", "form_is_picture"),
    (b"MM\x00*", "form_is_picture"),
)
WEB_PAGE = re.compile(
    rb"\s*(?:<!--.*?-->\s*)?<(?:!doctype|html|head|table|\?xml|meta)", re.IGNORECASE | re.DOTALL
)
MARKS_16 = (b"\xff\xfe", b"\xfe\xff")
DELIMITERS = (",", "\t", ";")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The cells of a sheet as text.

    What is merged stands in every cell of it; ``merged`` says of each such cell but the first
    which range it is of, by row and column from 0.
    """

    cells: Cells
    merged: Mapping[Place, str]
    title: str = ""


def sheets(path: Path) -> Iterator[Grid]:
    """Return the cells of a file of text, or of each visible sheet of a workbook.

    Text is separated by commas, tabs or semicolons.

    Raises
    ------
    ParkError
        If there is no such file, it is no table but a picture, a PDF, a web page or an old
        workbook, or a formula has no saved result.
    """
    content = _content(path)
    if content.startswith(WORKBOOK):
        yield from _workbook(path, content)
    else:
        yield Grid(cells=_table(_text(path, content)), merged={})


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise ParkError("form_no_source", where=path.name, given=path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ParkError("not_readable", where=path.name, given=error.strerror) from error
    if not content.strip(b"\xef\xbb\xbf \t\r\n"):
        raise ParkError("form_is_empty", where=path.name)
    for start, code in BINARY:
        # A text may begin with BM; no text holds a zero byte.
        if content.startswith(start) and (start != b"BM" or b"\x00" in content):
            raise ParkError(code, where=path.name)
    if WEB_PAGE.match(content.removeprefix(b"\xef\xbb\xbf")):
        raise ParkError("form_is_web_page", where=path.name)
    return content


def _text(path: Path, content: bytes) -> str:
    if not content.startswith(MARKS_16):
        return read_decoded(path)
    try:
        return content.decode("utf-16")
    except UnicodeDecodeError as error:
        raise ParkError("not_text", where=path.name) from error


def _table(text: str) -> Cells:
    """Return the cells of a text by what separates them in most of its lines."""
    tables = [
        [[cell.strip() for cell in row]
         for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
        for delimiter in DELIMITERS
    ]  # fmt: skip
    # Of equals the first: a text of one column is as good with commas.
    return max(tables, key=lambda rows: sum(len(row) > 1 for row in rows))


def _workbook(path: Path, content: bytes) -> Iterator[Grid]:
    try:
        values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        formulas = openpyxl.load_workbook(io.BytesIO(content))
    except (zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
        raise ParkError("form_not_a_workbook", where=path.name) from error
    # Chart sheets hold no cells.
    for sheet in values.worksheets:
        if sheet.sheet_state == "visible":
            _uncalculated(path.name, sheet, formulas[sheet.title])
            yield _filled(sheet)


def _uncalculated(file: str, values: Worksheet, formulas: Worksheet) -> None:
    """Tell formulas whose result was never saved: they would read as blank."""
    for row in formulas.iter_rows():
        for cell in row:
            if cell.data_type == "f" and values[cell.coordinate].value is None:
                problem = told(file, cell.row, cell.column_letter, "form_formula",
                               given=cell.coordinate)  # fmt: skip
                raise ParkError("file_has_problems", given=file, count=1, problems=[problem])


def _filled(sheet: Worksheet) -> Grid:
    """Return the cells as text, with what is merged standing in every cell of it."""
    cells = [[_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    merged: dict[Place, str] = {}
    for area in sheet.merged_cells.ranges:
        text = cells[area.min_row - 1][area.min_col - 1]
        for row in range(area.min_row - 1, area.max_row):
            for column in range(area.min_col - 1, area.max_col):
                cells[row][column] = text
                merged[row, column] = area.coord
        del merged[area.min_row - 1, area.min_col - 1]
    return Grid(cells=cells, merged=merged, title=sheet.title)


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return "" if value is None else str(value).strip()
