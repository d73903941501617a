"""Forms: the statutory returns that a park already has join its tables.

Three are read: energy purchase, consumption and stock (form 205-1), the annual permit execution
report, and environmental statistics of plants. Their layouts are recalled, not read in a print of
the forms: see ``form_mapping``. Data are of rank 2, as statutory returns are.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from parkkit.core.errors import ParkError, Problem, unknown
from parkkit.core.labels import Language
from parkkit.park.appending import append
from parkkit.park.checking import OUTSIDERS, errors
from parkkit.park.energy_form import energy_rows, is_energy
from parkkit.park.form_mapping import Form, known_form, told
from parkkit.park.form_placing import placed, with_numbers
from parkkit.park.form_reading import Sheet, read_form
from parkkit.park.gathering import large_activity
from parkkit.park.package import find_park
from parkkit.park.permit_form import is_pollutant, permit_rows
from parkkit.park.reading import read_table
from parkkit.park.statistics_form import is_indicator, statistics_rows

KEYS = {"activity": "activity_id", "releases": "release_id"}
# What makes a row one of the form: an item, a pollutant, an indicator.
KNOWN = {"energy_205_1": is_energy, "permit_report": is_pollutant, "env_statistics": is_indicator}
SAME_USE = ["enterprise_id", "item", "use", "year"]
SAME_RELEASE = ["enterprise_id", "list", "species", "medium", "amount_kind", "destination", "year"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import brought: the rows by table, and a warning for all that was not taken."""

    tables: Mapping[str, pd.DataFrame]
    problems: tuple[Problem, ...]


def import_form(
    source: Path,
    folder: Path,
    *,
    form: str,
    enterprise_id: str = "",
    year: int | None = None,
    origin: str = "",
    treatment_plant: str = "",
    language: Language = "zh",
) -> Imported:
    """Append what a form tells to the tables of a park folder.

    Parameters
    ----------
    source : Path
        A CSV (UTF-8 or GB18030) or Excel file in the layout of the form: titles above the header,
        blank lines, totals and notes may stand in it. Columns go by their headers.
    folder : Path
        The park folder.
    form : str
        ``energy_205_1``, ``permit_report`` or ``env_statistics``.
    enterprise_id : str, optional
        The plant, where the form has no column of credit codes or names.
    year : int, optional
        The year, where the form has no column of it.
    origin : str, optional
        The source id; else the form's own. It is added to ``sources.csv`` where it is not there.
    treatment_plant : str, optional
        Who takes wastewater that the form says nothing more of: a plant's id, or ``outside``.
    language : {"zh", "en"}
        Of the form's title and of the process that its rows of activity stand under.

    Returns
    -------
    Imported
        ``tables``: the rows that were appended to ``activity``, ``releases`` and ``sources``.
        ``problems``: warnings only.

    Raises
    ------
    ParkError
        If anything is wrong: every problem with its file, row and column. Nothing is written
        then. A form that was imported before is refused, and so is a row that would count twice.

    References
    ----------
    Ranks: T/CACE guide, Appendix A as reconstructed (2: energy and environmental returns).
    """
    about = known_form(form)
    find_park(folder)
    sheet = read_form(source, form)
    tables, problems = _park_tables(folder)
    problems += _call_problems(tables, enterprise_id, treatment_plant)
    rows, found = placed(sheet, tables["enterprises"], enterprise_id=enterprise_id, year=year)
    problems += [*sheet.problems, *found]
    made: dict[str, pd.DataFrame] = {}
    if len(rows):
        rows, found = with_numbers(rows, sheet, form, is_known=KNOWN[form])
        made, more = _converted(rows, sheet, form, treatment_plant)
        problems += [*found, *more]
    full = {table: _full(each, about, table, origin, language) for table, each in made.items()}
    for table, each in full.items():
        problems += _standing(each, tables[table], table, sheet)
    _refuse(problems, full, sheet)
    appended: dict[str, pd.DataFrame] = {table: each for table, each in full.items() if len(each)}
    wanted = origin or about.origin
    if wanted not in set(tables["sources"]["origin"]):
        appended["sources"] = pd.DataFrame(
            [{"origin": wanted, "title": about.name(language), "note": source.name}]
        )
    problems += append(folder, appended)
    return Imported(tables=appended, problems=tuple(problems))


def _park_tables(folder: Path) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    """Return the tables that rows are held against; each must be sound enough to be read."""
    if large := large_activity(folder):
        raise ParkError("form_large_activity", given=large.name)
    read = {table: read_table(folder, table)
            for table in ("enterprises", "activity", "releases", "sources")}  # fmt: skip
    found = [problem for _, problems in read.values() for problem in errors(problems)]
    return {table: frame for table, (frame, _) in read.items()}, found


def _call_problems(
    tables: Mapping[str, pd.DataFrame], enterprise_id: str, treatment_plant: str
) -> list[Problem]:
    plants = list(tables["enterprises"]["enterprise_id"])
    if enterprise_id and enterprise_id not in plants:
        raise unknown("plant", enterprise_id, plants)
    if treatment_plant and treatment_plant not in [*plants, *OUTSIDERS]:
        raise unknown("plant", treatment_plant, [*plants, "outside"])
    return []


def _converted(
    rows: pd.DataFrame, sheet: Sheet, form: str, treatment_plant: str
) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    if form == "energy_205_1":
        activity, problems = energy_rows(rows, sheet)
        return {"activity": activity}, problems
    if form == "permit_report":
        releases, problems = permit_rows(rows, sheet, treatment_plant=treatment_plant)
        return {"releases": releases}, problems
    releases, activity, problems = statistics_rows(rows, sheet, treatment_plant=treatment_plant)
    return {"releases": releases, "activity": activity}, problems


def _full(
    rows: pd.DataFrame, form: Form, table: str, origin: str, language: Language
) -> pd.DataFrame:
    """Return rows with their ids, which say form, plant, year and row, and with their origin."""
    if not len(rows):
        return rows
    month = rows["month"].astype("str") if "month" in rows else pd.Series("", index=rows.index)
    ids = pd.Series(form.form, index=rows.index, dtype="str")
    for name in ("enterprise_id", "year", "row", "suffix"):
        ids = ids + "-" + rows[name].astype("str")
    ids = ids + ("-" + month.str.zfill(2)).where(month != "", "")
    named = rows.assign(data_rank=f"{form.data_rank:g}", origin=origin or form.origin)
    named[KEYS[table]] = ids
    if table == "activity":
        return named.assign(process=form.process(language))
    return named.assign(list=form.list, method=form.name(language))


def _standing(
    rows: pd.DataFrame, there: pd.DataFrame, table: str, sheet: Sheet
) -> Iterator[Problem]:
    """Tell rows that the park has already: from this form, or from somewhere else."""
    if not len(rows):
        return
    key = KEYS[table]
    first = dict(zip(there[key], there.index, strict=True))
    same = SAME_USE if table == "activity" else SAME_RELEASE
    held: dict[tuple[object, ...], list[tuple[int, str]]] = {}
    for row in there.reset_index(names="row").to_dict("records"):
        held.setdefault(_key(row, same), []).append((row["row"], row["stack_id"]))
    items = _items(there) if table == "activity" else {}
    column = sheet.headers.get("name", "")
    for row in rows.to_dict("records"):
        stack = row.get("stack_id", "")
        twice = [place for place, other in held.get(_key(row, same), [])
                 if table == "activity" or "" in (stack, other) or stack == other]  # fmt: skip
        what = row.get("item") or row.get("species")
        if row[key] in first:
            yield told(sheet.file, row["row"], column, "form_imported_already",
                       given=row[key], table=f"{table}.csv", first=first[row[key]])  # fmt: skip
        elif twice:
            yield told(sheet.file, row["row"], column, "form_counts_twice", given=what,
                       plant=row["enterprise_id"], year=row["year"], table=f"{table}.csv",
                       first=twice[0])  # fmt: skip
        elif other_row := items.get((row["enterprise_id"], row.get("item"), int(row["year"]))):
            yield told(sheet.file, row["row"], column, "form_item_stands", is_warning=True,
                       given=what, plant=row["enterprise_id"], year=row["year"],
                       first=other_row)  # fmt: skip


def _key(row: Mapping[Hashable, Any], names: list[str]) -> tuple[object, ...]:
    return tuple(str(row[name]) if name in row else "" for name in names)


def _items(activity: pd.DataFrame) -> dict[tuple[object, ...], int]:
    """Return the first row of each item of a plant and year."""
    rows = activity[activity["year"].notna()].reset_index(names="row")
    rows = rows.drop_duplicates(["enterprise_id", "item", "year"])
    return {(row["enterprise_id"], row["item"], int(row["year"])): row["row"]
            for row in rows.to_dict("records")}  # fmt: skip


def _refuse(problems: list[Problem], made: Mapping[str, pd.DataFrame], sheet: Sheet) -> None:
    """Raise what is wrong with a form, or that nothing is in it for this park."""
    wrong = errors(problems)
    if not wrong and not any(len(rows) for rows in made.values()):
        raise ParkError("form_nothing_taken", where=sheet.file, problems=problems)
    if wrong:
        raise ParkError("file_has_problems", given=sheet.file, count=len(wrong), problems=wrong)
