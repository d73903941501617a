"""Form placing: which plant and year each row of a form is for, and the numbers it holds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

import pandas as pd

from parkkit.core.errors import Problem
from parkkit.park.form_mapping import NONE, known_headers, number_in, told
from parkkit.park.form_reading import Sheet

FIRST_YEAR, LAST_YEAR = 1900, 2100


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
    known = _known(plants)
    for (code, name), group in rows.groupby([codes, names], sort=False):
        row, column = group["row"].iloc[0], sheet.headers.get("credit_code" if code else "plant")
        found = known.get(_key(str(code))) or known.get(_key(str(name))) or []
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
        if found and (len(found) == 1 or enterprise_id in found):
            ids[group.index] = enterprise_id or found[0]
    return ids, problems


def _key(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper()


def _known(plants: pd.DataFrame) -> dict[str, list[str]]:
    """Return the ids of the plants by everything they are called."""
    known: dict[str, list[str]] = {}
    for plant in plants.to_dict("records"):
        former = plant["former_names"].split(";")
        names = (plant["credit_code"], plant["name_zh"], plant["name_en"], *former)
        for name in dict.fromkeys(map(_key, (plant["enterprise_id"], *names))):
            if name:
                known.setdefault(name, []).append(plant["enterprise_id"])
    return known


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
    found = re.fullmatch(r"(\d{4})(?:\.0+)?年?(?:度)?", _key(text))
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
    own = plants.loc[plants["enterprise_id"] == enterprise_id, "credit_code"]
    code = re.search(r"(?:信用代码|机构代码)[^:]{0,9}:\s*([0-9A-Z]{9,20})", above)
    if code and len(own) and own.iloc[0] and _key(own.iloc[0]) != code[1]:
        problems.append(told(sheet.file, 1, "", "form_other_plant", given=code[1],
                             found=code[1], wanted=enterprise_id))  # fmt: skip
    return problems


def with_numbers(
    rows: pd.DataFrame, sheet: Sheet, form: str, *, is_known: Callable[[str], bool]
) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the rows with every field of numbers as numbers, those that are blank missing.

    A dash is a blank: no zero is made of it. A text that is no number, or a negative one, is a
    problem, and its cell is missing. A row of no known name and without any number is a note.
    """
    fields = dict(known_headers(form).values())
    numbers = [field for field, kind in fields.items() if kind == "number" and field != "year"]
    blank = pd.Series("", index=rows.index, dtype="str")
    read = {field: rows.get(field, blank).fillna("").map(number_in).astype("float64")
            for field in numbers}  # fmt: skip
    is_note = pd.DataFrame(read).isna().all(axis=1) & ~rows["name"].map(is_known)
    problems = list(_notes(rows[is_note], numbers, sheet))
    rows, blank = rows[~is_note], blank[~is_note]
    values: dict[str, pd.Series] = {}
    for field in numbers:
        given = rows.get(field, blank).fillna("")
        values[field] = read[field][~is_note]
        is_told = ~given.isin(NONE)
        headed = rows["column"] if field == "amount" else None
        for row in rows.index[is_told & ~(values[field] >= 0)]:
            column = sheet.headers.get(field, "") if headed is None else headed[row]
            code = "below" if values[field][row] < 0 else "not_a_number"
            problems.append(told(sheet.file, rows["row"][row], column, code, given=given[row],
                                 low="0"))  # fmt: skip
        values[field] = values[field].where(values[field] >= 0)
    return rows.assign(**values), problems


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
