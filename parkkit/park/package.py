"""A park folder as a value: ``open_park`` reads and checks it, ``check_park`` only checks."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from parkkit.core.errors import ParkError, Problem
from parkkit.core.tables import columns
from parkkit.park.bundle import Park as Park
from parkkit.park.bundle import plant_names as plant_names
from parkkit.park.checking import check_tables, errors
from parkkit.park.gathering import gathered_activity, large_activity, located, read_gathered
from parkkit.park.merging import merged
from parkkit.park.monitors import monitored
from parkkit.park.own_factors import coded, unused_sets
from parkkit.park.own_states import own_states
from parkkit.park.polygons import FILE, no_boundaries, read_boundaries
from parkkit.park.reading import ABOUT, TABLES, About, read_about, read_table
from parkkit.park.release_checks import as_rates
from parkkit.park.trade_checks import OF_SUMS

PARKS_VARIABLE = "PARKKIT_PARKS"
DEFAULT_PARKS = "sample_parks"
# Without one of these there is nothing to compile.
HOLD_DATA = ("activity", "releases")
OF_PLACES = ("enterprises", "listings")
CONSEQUENCES = ("blank_amount", "half_a_place", "no_datum")


def open_park(park: str | Path, *, parks: str | Path | None = None) -> Park:
    """Read a park folder, check it, settle who is who in it, and return it.

    Plants that the verdicts in ``same_as.csv`` call the same are one plant.

    Parameters
    ----------
    park : str or Path
        The name of a folder under ``parks``, or a path to a park folder.
    parks : str or Path, optional
        The folder of parks; else the environment's ``PARKKIT_PARKS``, else ``sample_parks``.

    Raises
    ------
    ParkError
        If there is no such park, or its data have problems: all of them are in ``problems``.

    Examples
    --------
    >>> open_park("nowhere", parks="sample_parks")
    Traceback (most recent call last):
    parkkit.core.errors.ParkError: there is no park 'nowhere'. Known parks: langang.
    """
    return merged(as_listed(park, parks=parks))


def as_listed(park: str | Path, *, parks: str | Path | None = None) -> Park:
    """Read a park folder and check it, as `open_park` does, but apply no verdict on who is who.

    Raises
    ------
    ParkError
        If there is no such park, or its data have problems.
    """
    folder = find_park(park, parks=parks)
    opened, problems = _read(folder)
    wrong = errors(problems)
    if wrong or opened is None:
        raise ParkError("park_has_problems", park=folder.name, count=len(wrong), problems=wrong)
    return opened


def check_park(park: str | Path, *, parks: str | Path | None = None) -> tuple[Problem, ...]:
    """Read a park folder and return every problem and warning; nothing is computed."""
    opened, problems = _read(find_park(park, parks=parks))
    if opened is None or errors(problems):
        return tuple(problems)
    try:
        return merged(opened).notes
    except ParkError as error:
        return (*problems, *error.problems)


def gathered(park: Park) -> Park:
    """Return a park whose activity rows are summed to cells: the same totals, far fewer rows.

    ``activity`` has a column ``rows`` then: how many each cell holds. A park opened from
    ``activity.parquet``, or from a CSV above 20 MB, is gathered already.
    """
    return replace(park, activity=gathered_activity(park.activity))


def parks_folder(parks: str | Path | None = None) -> Path:
    """Return the folder of parks: the one given, else the environment's, else sample_parks.

    ``sample_parks`` is looked for here and one folder up, because notebooks run in their own.
    """
    given = parks or os.environ.get(PARKS_VARIABLE)
    if given:
        return Path(given)
    here = Path(DEFAULT_PARKS)
    return here if here.is_dir() or not (Path("..") / here).is_dir() else Path("..") / here


def park_names(parks: str | Path | None = None) -> list[str]:
    """Return the names of the park folders there are."""
    folder = parks_folder(parks)
    names = (path.parent.name for path in folder.glob(f"*/{ABOUT}"))
    return sorted(name for name in names if _is_plain(name))


def named_park(name: str, *, parks: str | Path | None = None) -> Path:
    """Return the folder of a park by its plain name: no path leads a page elsewhere.

    Raises
    ------
    ParkError
        If the name is a path or no park under ``parks``.

    Examples
    --------
    >>> named_park("../..")
    Traceback (most recent call last):
    parkkit.core.errors.ParkError: '../..' is not the name of a park folder; give a plain name \
without a path, of letters, digits, - and _.
    """
    check_name(name)
    if not parks_folder(parks).is_dir():
        raise ParkError("no_parks_folder", given=parks_folder(parks))
    known = park_names(parks)
    if name not in known:
        raise ParkError("unknown_park", given=name, known=known)
    return parks_folder(parks) / name


def check_name(name: str) -> None:
    """Refuse a name that no park folder may have.

    Raises
    ------
    ParkError
        If it holds anything but letters (of any script), digits, ``-`` and ``_``.
    """
    if not _is_plain(name):
        raise ParkError("not_a_folder_name", given=name)


def _is_plain(name: str) -> bool:
    return bool(re.fullmatch(r"[^\W_][\w-]*", name))


def find_park(park: str | Path, *, parks: str | Path | None = None) -> Path:
    """Return the folder of a park, given by name or, in Python and on the command line, by path."""
    path = Path(park)
    is_path = isinstance(park, Path) or any(mark in park for mark in ("/", os.sep))
    if not is_path:
        return named_park(str(park), parks=parks)
    if not path.is_dir():
        raise ParkError("unknown_park", given=str(park), known=park_names(parks))
    # "../" has no name of its own, and a report is called by it
    return path if path.name not in ("", "..") else path.resolve()


def _read(folder: Path) -> tuple[Park | None, list[Problem]]:
    """Read everything, gather every problem; without ``park.toml`` there is no park."""
    about, problems = read_about(folder)
    tables: dict[str, pd.DataFrame] = {}
    large = large_activity(folder)
    for table in TABLES:
        if large and table == "activity":
            tables[table], found = read_gathered(large)
        else:
            tables[table], found = read_table(folder, table)
        problems += as_rates(found)
    tables |= _in_datum(tables, about.datum if about else "")
    tables["releases"] = monitored(tables["releases"])
    tables["factors"], found = coded(tables["factors"])
    problems += found
    boundaries, found = _boundaries(folder)
    problems += found
    if not large and not any((folder / f"{name}.csv").is_file() for name in HOLD_DATA):
        problems.append(Problem(code="no_data", file="activity.csv"))
    states, found = own_states(folder)
    problems += found
    found = check_tables(tables, boundaries)
    # Whether park.toml declares a datum is not known while it cannot be read.
    problems += _unforeseen([each for each in found if about or each.code != "no_datum"], problems)
    problems = located(problems, large, tables["activity"]) if large else problems
    if about is None:
        return None, problems
    if not any(problem.file == FILE for problem in errors(problems)):
        problems += _default_boundary(about, boundaries)
    problems += _default_year(about, tables)
    problems += unused_sets(tables["factors"], about.convention.factor_sets)
    notes = tuple(problem for problem in problems if problem.is_warning)
    opened = Park(about=about, boundaries=boundaries, notes=notes, states=states, listed=None,
                  **tables)  # fmt: skip
    return opened, problems


def _unforeseen(found: Sequence[Problem], told: Sequence[Problem]) -> list[Problem]:
    """Leave out what only follows from a cell already told: an amount of -3 is not blank."""
    wrong = {(problem.file, problem.row) for problem in errors(told)}
    wrong |= {(problem.file, None) for problem in told if problem.code == "missing_column"}
    cells = {(problem.file, problem.row, problem.column) for problem in errors(told)}
    summed = {problem.file for problem in errors([*told, *found]) if problem.code not in OF_SUMS}
    return [
        problem for problem in found
        if not (problem.code in CONSEQUENCES
                and {(problem.file, problem.row), (problem.file, None)} & wrong)
        and (problem.file, problem.row, problem.column) not in cells
        # A sum over rows of which one is wrong says nothing.
        and not (problem.code in OF_SUMS and {"activity.csv", problem.file} & summed)
        # A table that could not be read names nobody.
        and not (problem.code == "unknown_reference" and (problem.values["file"], None) in wrong)
    ]  # fmt: skip


def _in_datum(tables: Mapping[str, pd.DataFrame], datum: str) -> dict[str, pd.DataFrame]:
    """Return the tables of places, each place without a datum of its own in the one declared."""
    filled = {}
    for name in OF_PLACES if datum else ():
        rows = tables[name]
        blank = (rows["datum"] == "") & (rows["lon"].notna() | rows["lat"].notna())
        filled[name] = rows.assign(datum=rows["datum"].mask(blank, datum))
    return filled


def _boundaries(folder: Path) -> tuple[pd.DataFrame, list[Problem]]:
    path = folder / FILE
    return read_boundaries(path) if path.is_file() else (no_boundaries(), [])


def _default_boundary(about: About, boundaries: pd.DataFrame) -> list[Problem]:
    """Physical and approved boundaries are drawn; the other two may stand in the plant list."""
    whole = boundaries[boundaries["part"] == ""]
    wanted, drawn = about.default_boundary, sorted(set(whole["boundary_type"]))
    if wanted in ("management", "statistical") or wanted in drawn:
        return []
    values = {"given": wanted, "known": drawn}
    return [Problem(code="no_boundary", file=FILE, values=values)]


def _default_year(about: About, tables: Mapping[str, pd.DataFrame]) -> list[Problem]:
    known = data_years(tables["activity"], tables["releases"])
    if about.default_year is None or not known or about.default_year in known:
        return []
    values = {"kind": "year", "given": about.default_year, "known": known}
    return [Problem(code="unknown", file=ABOUT, column="default_year", values=values)]


def data_years(activity: pd.DataFrame, releases: pd.DataFrame) -> list[int]:
    """Return the years for which there is activity or a release, in order."""
    both = pd.concat([activity["year"], releases["year"]])
    return sorted(int(year) for year in both.dropna().unique())


def new_park(folder: Path, *, park_id: str) -> list[Path]:
    """Make an empty park folder: ``park.toml`` to fill in and every table with its header.

    Raises
    ------
    ParkError
        If the folder exists already: nothing is overwritten.
    """
    check_name(park_id)
    if folder.exists():
        raise ParkError("folder_exists", given=folder)
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise ParkError("not_writable", given=folder, why=error.strerror) from error
    settings = folder / ABOUT
    settings.write_text(_TEMPLATE.format(park_id=park_id), encoding="utf-8")
    made = [settings]
    for table in TABLES:
        path = folder / f"{table}.csv"
        header = ",".join(column.name for column in columns(table))
        path.write_text(f"{header}\n", encoding="utf-8")
        made.append(path)
    return made


_TEMPLATE = """\
[park]
id = "{park_id}"
name_zh = "{park_id}"
name_en = "{park_id}"
country = "CN"
province = ""              # six digits, e.g. 330000
industry_scheme = "GB/T 4754"
is_synthetic = false
list_order = ["calculated"]
default_boundary = "statistical"
datum = ""                 # of places whose row says none: wgs84, cgcs2000, gcj02 or bd09

[convention]
factor_sets = []           # e.g. ["CN_NDRC24", "CN_GRID", "CN_HEAT"]; the first that has it serves
# A set of your own: give it an id in factors.csv, and put that id into factor_sets. For example:
#   factor_set,item,use,species,parameter,value,unit,valid_from,valid_to,origin
#   MY_SET,coke,fuel_combustion;transport_own,co2,emission_factor,2.9,t/t,2020,2025,study
# What was measured at one plant goes into site_factors.csv, and comes before every set.
"""
