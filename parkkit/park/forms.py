"""Forms: the statutory returns that a park already has join its tables.

Three are read: energy purchase, consumption and stock (form 205-1), the annual permit execution
report, and environmental statistics of plants. Their layouts are recalled, not read in a print of
the forms: see ``form_mapping``. Data are of rank 2, as statutory returns are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from parkkit.core.errors import ParkError, Problem, unknown
from parkkit.core.labels import Language
from parkkit.park.appending import append
from parkkit.park.checking import OUTSIDERS, errors
from parkkit.park.energy_form import energy_rows, is_energy
from parkkit.park.form_mapping import Form, known_form
from parkkit.park.form_placing import placed, with_numbers
from parkkit.park.form_reading import Sheet, read_form
from parkkit.park.form_standing import KEYS, add, held_against, standing
from parkkit.park.gathering import large_activity
from parkkit.park.package import find_park
from parkkit.park.permit_form import is_pollutant, permit_rows
from parkkit.park.reading import read_table
from parkkit.park.statistics_form import is_indicator, statistics_rows

# What makes a row one of the form: an item, a pollutant, an indicator.
KNOWN = {"energy_205_1": is_energy, "permit_report": is_pollutant, "env_statistics": is_indicator}


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
    sheets = read_form(source, form)
    tables, problems = _park_tables(folder)
    problems += _call_problems(tables, enterprise_id, treatment_plant)
    there = {table: standing(table, tables[table]) for table in KEYS}
    made: dict[str, list[pd.DataFrame]] = {table: [] for table in KEYS}
    for sheet in sheets:
        rows, found = placed(sheet, tables["enterprises"], enterprise_id=enterprise_id, year=year)
        problems += [*sheet.problems, *found]
        taken, found = _taken(rows, sheet, form, treatment_plant)
        problems += found
        for table, each in taken.items():
            full = _full(each, about, table, origin, language)
            full, found = held_against(full, there[table], sheet)
            problems += found
            add(there[table], full.assign(file=sheet.file))
            made[table].append(full)
    _refuse(problems, made, source.name)
    appended = {table: pd.concat(each, ignore_index=True) for table, each in made.items() if each}
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


def _taken(
    rows: pd.DataFrame, sheet: Sheet, form: str, treatment_plant: str
) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    """Return what a sheet tells, by table; a table that it tells nothing for is left out."""
    if not len(rows):
        return {}, []
    rows, problems = with_numbers(rows, sheet, form, is_known=KNOWN[form])
    activity, releases = pd.DataFrame(), pd.DataFrame()
    if form == "energy_205_1":
        activity, found = energy_rows(rows, sheet)
    elif form == "permit_report":
        releases, found = permit_rows(rows, sheet, treatment_plant=treatment_plant)
    else:
        releases, activity, found = statistics_rows(rows, sheet, treatment_plant=treatment_plant)
    told = {"activity": activity, "releases": releases}
    return {table: each for table, each in told.items() if len(each)}, [*problems, *found]


def _full(
    rows: pd.DataFrame, form: Form, table: str, origin: str, language: Language
) -> pd.DataFrame:
    """Return rows with their ids, which say form, plant, year and row, and with their origin."""
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


def _refuse(problems: list[Problem], made: Mapping[str, Sequence[pd.DataFrame]], file: str) -> None:
    """Raise what is wrong with a form, or that nothing is in it for this park.

    The warnings come after what is wrong: a row that was left out may be why a sum is not right.
    """
    wrong = errors(problems)
    if not wrong and not any(made.values()):
        raise ParkError("form_nothing_taken", where=file, problems=problems)
    if wrong:
        warnings = [problem for problem in problems if problem.is_warning]
        raise ParkError("file_has_problems", given=file, count=len(wrong),
                        problems=[*wrong, *warnings])  # fmt: skip
