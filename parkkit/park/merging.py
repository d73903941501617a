"""Merging: the plants that verdicts settle as the same become one plant of a park."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from parkkit.core.errors import ParkError, Problem
from parkkit.park.bundle import Park
from parkkit.park.checking import check_tables, errors
from parkkit.park.faults import at
from parkkit.park.listed_plants import ENTERPRISES
from parkkit.park.listing_checks import KEY
from parkkit.park.name_forms import all_names
from parkkit.park.reading import TABLES
from parkkit.park.verdict_checks import (
    contradictions,
    joined,
    plant_holders,
    settled_plants,
    standing,
)

# Where a plant's id stands besides its own table.
PLANT_COLUMNS = ("enterprise_id", "counterpart_id")
FILLED = ("name_zh", "name_en", "address", "credit_code", "industry_code", "is_registered_here",
          "is_managed_here", "parent_id")  # fmt: skip
PLACE = ["lon", "lat", "datum"]


def merged(park: Park) -> Park:
    """Return a park in which the plants that verdicts settle as the same are one plant.

    The plant that stands first in ``enterprises.csv`` stands for all: their rows of every table
    go by its id, what its own row leaves blank is taken from the next, it is open from the first
    opening to the last closing, and the others' names become former names. Plants on which
    verdicts contradict each other stay apart. ``notes`` tell each plant that was merged and each
    that was not; no amount is changed. A withdrawn verdict gives the park as it was.

    Raises
    ------
    ParkError
        If the park would have errors that it has not now, as where one of the plants sells power
        to the other.

    Examples
    --------
    >>> from parkkit.park.package import as_listed
    >>> park = as_listed("langang", parks="sample_parks")
    >>> merged(park) is park  # nothing is settled there
    True
    """
    holders = plant_holders(park.enterprises, park.listings)
    settled = settled_plants(standing(park.same_as), holders)
    told = {note.told() for note in park.notes}
    notes = [each for each in contradictions(settled) if each.told() not in told]
    order = list(park.enterprises["enterprise_id"])
    sets = [sorted(plants, key=order.index) for plants in joined(settled)
            if not _is_doubted(plants, settled)]  # fmt: skip
    if not sets:
        return replace(park, notes=(*park.notes, *notes)) if notes else park
    kept = {plant: plants[0] for plants in sets for plant in plants}
    tables = {name: getattr(park, name) for name in TABLES}
    tables |= {name: _keyed(frame, kept) for name, frame in tables.items() if name != "same_as"}
    tables["enterprises"] = _plants(park.enterprises, sets)
    tables["listings"] = tables["listings"].drop_duplicates(KEY)
    notes += [_told(park, settled, plants) for plants in sets]
    return replace(park, notes=(*_notes(park, tables), *notes), listed=park, **tables)


def _is_doubted(plants: set[str], settled: pd.DataFrame) -> bool:
    """Return whether a verdict says that two of these plants are different."""
    different = settled[settled["verdict"] == "different"]
    both = different["left"].isin(plants) & different["right"].isin(plants)
    return bool((both & (different["left"] != different["right"])).any())


def _keyed(frame: pd.DataFrame, kept: dict[str, str]) -> pd.DataFrame:
    """Return a table in which each plant goes by the id that stands for it."""
    found = {name: frame[name].replace(kept) for name in PLANT_COLUMNS if name in frame}
    return frame.assign(**found)


def _plants(plants: pd.DataFrame, sets: Sequence[Sequence[str]]) -> pd.DataFrame:
    """Return the table of plants with one row for each set, where its first stood."""
    made = plants.copy()
    parents = {gone: first for first, *others in sets for gone in others}
    made["parent_id"] = made["parent_id"].replace(parents)
    for first, *others in sets:
        own = made.index[made["enterprise_id"] == first][0]
        rows = pd.concat([made[made["enterprise_id"] == each] for each in (first, *others)])
        made = made[~made["enterprise_id"].isin(others)].copy()
        for name, value in _row_of_all(rows).items():
            made.loc[own, name] = value  # type: ignore[call-overload]
    return made


def _row_of_all(rows: pd.DataFrame) -> dict[str, object]:
    """Return the cells of the one row that stands for several, the first of them foremost."""
    plant = rows["enterprise_id"].iloc[0]
    found: dict[str, object] = {name: _first(rows[name]) for name in FILLED}
    # What one of them keeps confidential stays so.
    found["is_confidential"] = rows["is_confidential"].max()
    if found["parent_id"] == plant:
        # One of them was the parent of the other.
        found["parent_id"] = ""
    names = all_names([*rows["name_zh"], *rows["name_en"], *rows["former_names"]])
    now = {found["name_zh"], found["name_en"]}
    found["former_names"] = ";".join(name for name in names if name not in now)
    placed = rows[rows["lon"].notna() & rows["lat"].notna()]
    if len(placed):
        found |= {name: placed[name].iloc[0] for name in PLACE}
    for name, end in (("opened", rows["opened"].min()), ("closed", rows["closed"].max())):
        # A blank is open at that end.
        found[name] = pd.NA if rows[name].isna().any() else end
    return found


def _first(cells: pd.Series) -> object:
    filled = cells[cells.notna() & (cells.astype("str") != "")]
    return filled.iloc[0] if len(filled) else cells.iloc[0]


def _told(park: Park, settled: pd.DataFrame, plants: Sequence[str]) -> Problem:
    """Return the note of plants made one: which, by which verdict, and how many rows followed."""
    same = settled[(settled["verdict"] == "same") & settled["left"].isin(plants)]
    first, *others = plants
    moved = sum(int(getattr(park, name)["enterprise_id"].isin(others).sum())
                for name in TABLES if name != ENTERPRISES
                and "enterprise_id" in getattr(park, name))  # fmt: skip
    return at("same_as", same.index[0], "verdict", "plants_merged", is_warning=True, given=others,
              kept=first, count=moved, rows=[int(row) for row in same.index])  # fmt: skip


def _notes(park: Park, tables: dict[str, pd.DataFrame]) -> list[Problem]:
    """Return the park's notes as they are of the merged tables.

    Raises
    ------
    ParkError
        If the merged tables have errors that the park had not.
    """
    given = {name: getattr(park, name) for name in TABLES}
    before, after = (_checked(each, park.boundaries) for each in (given, tables))
    found = [problem for text, problem in after.items() if text not in before]
    if wrong := errors(found):
        raise ParkError("merge_breaks_park", park=park.about.park_id, count=len(wrong),
                        problems=wrong)  # fmt: skip
    gone = set(before) - set(after)
    return [*(note for note in park.notes if note.told() not in gone), *found]


def _checked(tables: dict[str, pd.DataFrame], boundaries: pd.DataFrame) -> dict[str, Problem]:
    """Return what a check says of tables; the verdicts themselves are read as they were given."""
    found = check_tables(tables, boundaries)
    return {problem.told(): problem for problem in found if problem.file != "same_as.csv"}
