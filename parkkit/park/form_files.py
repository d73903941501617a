"""Form files: a CSV or Excel file as cells of text."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from parkkit.core.errors import ParkError
from parkkit.core.texts import read_decoded
from parkkit.park.form_mapping import told

Cells = Sequence[Sequence[str]]
EXCEL = (".xlsx", ".xlsm")


def sheets(path: Path) -> Iterator[Cells]:
    """Return the cells of a CSV, or of each visible sheet of an Excel file, as text.

    What is merged stands in every cell of it.

    Raises
    ------
    ParkError
        If the file cannot be read, or a formula has no saved result.
    """
    if path.suffix.lower() in EXCEL:
        yield from _workbook(path)
    elif path.suffix.lower() == ".xls":
        raise ParkError("form_old_excel", where=path.name)
    else:
        text = read_decoded(path)
        yield [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""))]


def _workbook(path: Path) -> Iterator[Cells]:
    try:
        values = openpyxl.load_workbook(path, data_only=True)
        formulas = openpyxl.load_workbook(path)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
        raise ParkError("not_readable", where=path.name, given=error) from error
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


def _filled(sheet: Worksheet) -> Cells:
    """Return the cells as text, with what is merged standing in every cell of it."""
    cells = [[_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    for merged in sheet.merged_cells.ranges:
        text = cells[merged.min_row - 1][merged.min_col - 1]
        for row in range(merged.min_row - 1, merged.max_row):
            for column in range(merged.min_col - 1, merged.max_col):
                cells[row][column] = text
    return cells


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return "" if value is None else str(value).strip()
