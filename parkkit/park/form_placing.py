"""Form placing: which plant and year each row of a form is for, and the numbers it holds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

import pandas as pd

from parkkit.core.errors import Problem
from parkkit.park.form_mapping import NONE, known_headers, number_in, plain, told
from parkkit.park.form_reading import Sheet
from parkkit.park.form_titles import known_plants, other_plants, plain_name

FIRST_YEAR, LAST_YEAR = 1900, 2100
FOOT = re.compile(
    r"补充资料|附注|填表说明|审核关系|单位负责人|统计负责人|填表人|报出日期|联系电话|注\d*[:.、]|说明\d*[:.、]"
)
# 0.05L is how laboratories write below 0.05.
NOT_DETECTED = re.compile(
    r"未检出|低于检出限|小于检出限|检出限以下|[Nn]\.?[Dd]\.?|[<≤].*|\d+(\.\d+)?L"
)
NOT_RUN = re.compile(
    r"未运行|停运|停产|停用|未启用|未投运|未生产|未投产|未使用|未监测|备用|不适用|无"
)


def placed(
    sheet: Sheet, plants: pd.DataFrame, *, enterprise_id: str, year: int | None
) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the rows of a form with their plant and year.

    A plant is known by its credit code, else by its name or id; a form without such columns is
    of the plant that is given.

    Parameters
    ----------
    sheet : Sheet
        As ``read_form`` returns it.
    plants : DataFrame
        The park's ``enterprises``.

    Returns
    -------
    rows : DataFrame
        Those of plants of the park, with ``enterprise_id`` and ``year`` (int).
    problems : list of Problem
        Plants that are not in the park (a warning: their rows are not taken), years that are
        missing or contradict each other.
    """
    if not len(sheet.rows):
        return sheet.rows.assign(enterprise_id="", year=0), []
    problems = _preamble(sheet, plants, enterprise_id=enterprise_id, year=year)
    ids, found = _plants(sheet, plants, enterprise_id)
    years, wrong = _years(sheet, year)
    rows = sheet.rows.assign(enterprise_id=ids, year=years)
    taken = rows[(ids != "") & years.notna()]
    return taken.astype({"year": "int64"}).reset_index(drop=True), [*problems, *found, *wrong]


def _plants(
    sheet: Sheet, plants: pd.DataFrame, enterprise_id: str
) -> tuple[pd.Series, list[Problem]]:
    rows, blank = sheet.rows, pd.Series("", index=sheet.rows.index, dtype="str")
    codes, names = rows.get("credit_code", blank), rows.get("plant", blank)
    ids, problems = blank.copy(), []
    known = known_plants(plants)
    for (code, name), group in rows.groupby([codes, names], sort=False):
        row, column = group["row"].iloc[0], sheet.headers.get("credit_code" if code else "plant")
        found = known.get(plain_name(str(code))) or known.get(plain_name(str(name))) or []
        if not (code or name):
            found = [enterprise_id] if enterprise_id else []
            if not found:
                problems.append(told(sheet.file, row, column or "", "form_no_plant"))
        elif len(found) > 1 and enterprise_id not in found:
            problems.append(told(sheet.file, row, column or "", "form_plant_unclear",
                                 given=code or name, known=found))  # fmt: skip
        elif not found:
            problems.append(told(sheet.file, row, column or "", "form_unknown_plant",
                                 is_warning=True, given=name or code, count=len(group),
                                 known=list(plants["name_zh"])))  # fmt: skip
        elif enterprise_id and enterprise_id not in found:
            problems.append(told(sheet.file, row, column or "", "form_other_plant",
                                 given=name or code, found=found[0],
                                 wanted=enterprise_id))  # fmt: skip
            # Its rows are no second telling of the plant that was named.
            found = []
        if found and (len(found) == 1 or enterprise_id in found):
            ids[group.index] = enterprise_id or found[0]
    return ids, problems


def _years(sheet: Sheet, year: int | None) -> tuple[pd.Series, list[Problem]]:
    rows = sheet.rows
    given = rows["year"] if "year" in rows else pd.Series("", index=rows.index, dtype="str")
    years, problems = pd.Series(year, index=rows.index, dtype="Int64"), []
    column = sheet.headers.get("year", "")
    for text, group in given.groupby(given, sort=False):
        row = group.index[0]
        number = _year(str(text))
        if text == "" and year is None:
            problems.append(told(sheet.file, rows["row"][row], column, "form_no_year"))
        elif text != "" and number is None:
            problems.append(told(sheet.file, rows["row"][row], column, "form_not_a_year",
                                 given=text))  # fmt: skip
        elif number is not None and year not in (None, number):
            problems.append(told(sheet.file, rows["row"][row], column, "form_other_year",
                                 given=text, wanted=year))  # fmt: skip
        if text != "":
            years[group.index] = pd.NA if number is None else number
    return years, problems


def _year(text: str) -> int | None:
    found = re.fullmatch(r"(\d{4})(?:\.0+)?年?(?:度)?", plain_name(text))
    number = int(found[1]) if found else 0
    return number if FIRST_YEAR <= number <= LAST_YEAR else None


def _preamble(
    sheet: Sheet, plants: pd.DataFrame, *, enterprise_id: str, year: int | None
) -> list[Problem]:
    """Tell titles that speak of another year, of a part of one, or of another plant."""
    above = unicodedata.normalize("NFKC", sheet.preamble).upper()
    problems = []
    stated = re.search(r"(?<!\d)(\d{4})\s*年(?:\s*1?月?\s*[-—–~至]\s*(\d{1,2})\s*月)?", above)
    if stated and year is not None and int(stated[1]) != year:
        problems.append(told(sheet.file, 1, "", "form_other_year", given=stated[1], wanted=year))
    if stated and stated[2] and int(stated[2]) != 12:
        problems.append(told(sheet.file, 1, "", "form_part_of_year", given=stated[0]))
    return [*problems, *other_plants(above, sheet.file, plants, enterprise_id)]


def with_numbers(
    rows: pd.DataFrame, sheet: Sheet, form: str, *, is_known: Callable[[str], bool]
) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the rows with every field of numbers as numbers, those that are blank missing.

    A dash is a blank: no zero is made of it, nor of what was not detected or did not run, which
    is told. Another text that is no number, or a negative one, is a problem, and its cell is
    missing. A row of no known name and without any number is a note, and so is a signature.
    """
    fields = dict(known_headers(form).values())
    numbers = [field for field, kind in fields.items() if kind == "number" and field != "year"]
    blank = pd.Series("", index=rows.index, dtype="str")
    read = {field: rows.get(field, blank).fillna("").map(number_in).astype("float64")
            for field in numbers}  # fmt: skip
    is_note = pd.DataFrame(read).isna().all(axis=1) & ~rows["name"].map(is_known)
    is_note |= rows["name"].map(_is_foot) | rows.get("outlet", blank).map(_is_foot)
    problems = list(_notes(rows[is_note], numbers, sheet))
    rows = rows[~is_note]
    # A row that nobody knows is not taken, whatever stands in it; an unknown pollutant is.
    is_read = rows["name"].map(is_known) | (form == "permit_report")
    values: dict[str, pd.Series] = {}
    for field in numbers:
        values[field] = read[field][~is_note]
        given = rows.get(field, blank[~is_note]).fillna("")
        for row in rows.index[is_read & ~given.isin(NONE) & ~(values[field] >= 0)]:
            problems.append(_no_number(rows.loc[row], field, given[row], sheet,
                                       is_negative=bool(values[field][row] < 0)))  # fmt: skip
        values[field] = values[field].where(values[field] >= 0)
    return rows.assign(**values), problems


def _is_foot(text: str) -> bool:
    return FOOT.match(plain(text)) is not None


def _no_number(
    row: pd.Series, field: str, given: str, sheet: Sheet, *, is_negative: bool
) -> Problem:
    """Return the problem of a cell without a number: a warning where it says why."""
    column = row["column"] if field == "amount" else sheet.headers.get(field, "")
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", given))
    name = f"{row.get('outlet', '')} {row['name']}".strip()
    if NOT_DETECTED.fullmatch(text):
        return told(sheet.file, row["row"], column, "form_not_detected", is_warning=True,
                    name=name, given=given)  # fmt: skip
    if NOT_RUN.fullmatch(text):
        return told(sheet.file, row["row"], column, "form_not_run", is_warning=True, name=name,
                    given=given)  # fmt: skip
    return told(sheet.file, row["row"], column, "below" if is_negative else "not_a_number",
                given=given, low="0")  # fmt: skip


def _notes(rows: pd.DataFrame, numbers: Sequence[str], sheet: Sheet) -> Iterator[Problem]:
    """Tell notes that stand where numbers should: a signature, or a number nobody can read."""
    for row in rows.to_dict("records"):
        said = [str(row[field]) for field in numbers if field in row and row[field] not in NONE]
        if said:
            yield told(sheet.file, row["row"], "", "form_note", is_warning=True,
                       given=" ".join([str(row["name"]), *said]).strip())  # fmt: skip


def texts(rows: pd.DataFrame, fields: Sequence[str]) -> pd.DataFrame:
    """Return the rows with these fields of text, blank where the form has no such column."""
    return rows.assign(**{field: rows[field].fillna("") if field in rows else ""
                          for field in fields})  # fmt: skip
