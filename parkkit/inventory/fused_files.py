"""Fused files: a fused table as CSV, Parquet or Excel, and read back."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pandas as pd
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from parkkit.core.errors import ParkError, unknown
from parkkit.inventory.fused_categories import LEVELS
from parkkit.park.replacing import replace_files

ENDINGS = (".csv", ".parquet", ".xlsx")
EXCEL_ROWS, EXCEL_COLUMNS = 1_048_576, 16_384
SHEET = "fused"
TEXTS = ("unit_id", "enterprise_id", "process", *LEVELS, "industry_code", "source_class", "lists",
         "match", "missing", "species", "medium", "list", "status", "judged_on")  # fmt: skip
WHOLES = {"year": "int64", "held_count": "int64", "scope": "Int64"}
OF_LIST = "_list"


def write_fused(fused: pd.DataFrame, path: str | Path) -> Path:
    """Write a fused table to a file, whole or not at all; one that is there is replaced.

    Parameters
    ----------
    fused : DataFrame
        What ``fuse`` returns, wide or long.
    path : str or Path
        Ending in ``.csv`` (UTF-8 with a byte-order mark, so that a spreadsheet reads Chinese),
        ``.parquet`` or ``.xlsx`` (codes such as 06 stay text; a spreadsheet keeps 16 digits).

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ParkError
        If the ending is another, the folder cannot be written to, or Excel cannot hold the table.

    Examples
    --------
    >>> write_fused(pd.DataFrame(), "fused.txt")
    Traceback (most recent call last):
    parkkit.core.errors.ParkError: fused.txt: unknown ending '.txt'. Known: .csv, .parquet, .xlsx.
    """
    target = Path(path)
    write = {".csv": _csv, ".parquet": _parquet, ".xlsx": _excel}[known_ending(target)]
    replace_files(target.parent, {target.name: write(fused)})
    return target


def read_fused(path: str | Path) -> pd.DataFrame:
    """Return a fused table that ``write_fused`` wrote, with the types it had.

    Parameters
    ----------
    path : str or Path
        The file.

    Raises
    ------
    ParkError
        If the ending is unknown.
    """
    source = Path(path)
    read = {".csv": _from_csv, ".parquet": _from_parquet, ".xlsx": _from_excel}
    return _typed(read[known_ending(source)](source))


def known_ending(path: Path) -> str:
    """Return the ending of a file that a fused table can be written to, or refuse it.

    Raises
    ------
    ParkError
        If it is none of ``.csv``, ``.parquet``, ``.xlsx``.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise unknown("ending", path.suffix, ENDINGS, where=path.name)
    return ending


def _csv(fused: pd.DataFrame) -> bytes:
    return fused.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def _from_csv(path: Path) -> pd.DataFrame:
    names = [str(name) for name in pd.read_csv(path, nrows=0, encoding="utf-8-sig")]
    # NA is a notation here, and no blank.
    return pd.read_csv(
        path, encoding="utf-8-sig", keep_default_na=False,
        dtype={name: "str" for name in names if _is_text(name)},
        na_values={name: [""] for name in names if not _is_text(name)},
    )  # fmt: skip


def _parquet(fused: pd.DataFrame) -> bytes:
    import duckdb

    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = os.path.join(folder, "fused.parquet")
        connection.register("fused", fused)
        connection.table("fused").write_parquet(path)
        return Path(path).read_bytes()


def _from_parquet(path: Path) -> pd.DataFrame:
    import duckdb

    with duckdb.connect() as connection:
        table: pd.DataFrame = connection.read_parquet(str(path)).df()
    return table


def _excel(fused: pd.DataFrame) -> bytes:
    if len(fused) >= EXCEL_ROWS or len(fused.columns) > EXCEL_COLUMNS:
        raise ParkError("excel_too_large", where="fused", rows=len(fused),
                        columns=len(fused.columns))  # fmt: skip
    _refuse_letters(fused)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    sheet.freeze_panes = "B2"
    sheet.append(list(fused))
    for row in _plain_rows(fused):
        sheet.append([_cell(sheet, value) for value in row])
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _plain_rows(fused: pd.DataFrame) -> Iterable[Sequence[object]]:
    """Return the rows as Python values, None where there is none."""
    plain = fused.astype(object)
    return plain.where(plain.notna(), None).itertuples(index=False, name=None)


def _refuse_letters(fused: pd.DataFrame) -> None:
    """Refuse a text with a letter that a workbook cannot hold, before one is begun."""
    for name in fused:
        if not pd.api.types.is_string_dtype(fused[name]):
            continue
        is_bad = fused[name].str.contains(ILLEGAL_CHARACTERS_RE, na=False).to_numpy(dtype=bool)
        for row in is_bad.nonzero()[0]:
            raise ParkError("excel_no_such_letter", where="fused", row=int(row) + 2, column=name,
                            given=fused[name].iloc[row])  # fmt: skip


def _cell(sheet: object, value: object) -> object:
    """Return a value as a cell; a text that starts like a formula stays a text."""
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    return cell


def _from_excel(path: Path) -> pd.DataFrame:
    book = load_workbook(path, read_only=True)
    try:
        rows: Iterator[tuple[object, ...]] = book[SHEET].iter_rows(values_only=True)
        names = pd.Index(next(rows), dtype="str")
        # A row that ends in blanks is a short one.
        whole = [(*row, *[None] * (len(names) - len(row))) for row in rows]
        return pd.DataFrame(whole, columns=names, dtype=object)
    finally:
        book.close()


def _is_text(name: str) -> bool:
    return name in TEXTS or name.endswith(OF_LIST)


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of a fused table with the types that ``fuse`` gives them."""
    columns = {str(name): table[name] for name in table}
    typed = {name: _as_told(name, cells) for name, cells in columns.items()}
    return pd.DataFrame(typed, index=table.index)


def _as_told(name: str, cells: pd.Series) -> pd.Series:
    if name.startswith("is_"):
        return cells.astype(bool)
    if not _is_text(name):
        return cells.astype(WHOLES.get(name, "float64"))  # type: ignore[call-overload, no-any-return]
    texts = cells.astype("str").fillna("")
    # A species of which no list tells has no list; a blank text would be one without a name.
    return texts.mask(texts == "") if name.endswith(OF_LIST) else texts
