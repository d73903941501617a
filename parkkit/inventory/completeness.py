"""Completeness: which source categories have which species, and what keeps the rest away."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.categories import CATEGORIES, EXPECTED, expected_of, with_category
from parkkit.inventory.compilation import Inventory, known_year
from parkkit.inventory.factors import AS_ITEM
from parkkit.inventory.told_sources import (
    SOLID_WASTE,
    SOURCE,
    UNTOLD,
    counted,
    joined_codes,
    lost_sources,
    plant_sized,
    told_sources,
    told_sum,
)

CELL = ["category", "species", "medium", "year"]
NOT_OCCURRING, ELSEWHERE = ("NO", "NA"), ("IE",)
PLACE = ["enterprise_id", "year", "species", "medium"]
OWN = ("energy", "process", "gases", "waste")


def completeness(inventory: Inventory, *, year: int | None = None) -> pd.DataFrame:
    """Return the matrix of source categories by species: what is there, and what is missing.

    A category is judged by the activity that members tell of it. Where none tells any, nobody
    knows whether it occurs: that is `not_told`, and never taken for not occurring.

    Parameters
    ----------
    year : int, optional
        Only this year.

    Returns
    -------
    DataFrame
        ``category``, ``class``, ``species`` (blank where the category releases its own items and
        none is told), ``medium``, ``year``, ``state``, ``amount_t`` (kept), ``moved_t`` (known,
        and counted at another plant or in a scope left out), ``rows`` (with a number), ``plants``
        (how many have the category), ``missing`` (what is: a parameter, ``factor``, ``amount``,
        ``months``, ``generated``), ``missing_plants`` and ``missing_rows`` (of activity.csv).

        ``state`` is ``there``; ``partial`` (months, or some sources, are missing); ``missing``
        (the species is expected and has no number); ``elsewhere`` (the numbers stand with a
        report of the whole plant, or the notation is IE); ``not_occurring`` (the notation is NO
        or NA throughout); ``not_told``. A species that is only possible, and of which nobody
        tells, has no row. Scope 3 categories are judged where the convention counts scope 3.

    Raises
    ------
    ParkError
        If the inventory tells nothing of the year.
    """
    if year is not None:
        known_year(inventory, year)
    cells = source_cells(inventory)
    cells = cells if year is None else cells[cells["year"] == year]
    table = _matrix(cells)
    years = sorted(inventory.members["year"].unique()) if year is None else [year]
    table = pd.concat([table, _not_told(table, years, inventory)], ignore_index=True)
    classes = vocabulary(CATEGORIES).set_index("category")["class"]
    place = {name: rank for rank, name in enumerate(classes.index)}
    table = table.assign(**{"class": table["category"].map(classes)})
    order = table.assign(place=table["category"].map(place)).sort_values(
        ["year", "place", "species", "medium"], ignore_index=True
    )
    return order[["category", "class", "species", "medium", "year", "state", "amount_t", "moved_t",
                  "rows", "plants", "missing", "missing_plants", "missing_rows"]]  # fmt: skip


def source_cells(inventory: Inventory) -> pd.DataFrame:
    """Return what is told of each source and species, and what is expected and is not.

    Sources are processes; of wastewater and solid waste, whose processes share a number, plants.

    Returns
    -------
    DataFrame
        ``category``, ``enterprise_id``, ``process``, ``year``, ``species``, ``medium``,
        ``state``, ``amount_t``, ``moved_t``, ``rows``, ``missing``, ``activity_rows`` (of
        activity.csv), ``is_expected``, ``is_calculated`` (a factor gives a number, taken or not),
        ``lists``.
    """
    activity = _activity(inventory)
    told = told_sources(inventory, activity)
    wanted = counted(_wanted(activity), inventory)
    cells = wanted.merge(told, on=SOURCE, how="outer")
    is_lost = pd.MultiIndex.from_frame(cells[SOURCE]).isin(lost_sources(inventory, activity))
    cells = cells.assign(
        is_expected=cells["is_expected"].eq(True),
        is_calculated=cells["is_calculated"].eq(True) | is_lost,
        activity_rows=_text(cells["activity_rows"]),
        rows=cells["rows"].fillna(0).astype("int64"),
        lists=_text(cells["lists"]),
        notation=_text(cells["notation"]),
    )
    state = _states(cells, _whole_plants(told))
    missing = _text(cells["missing"]).where(state.isin(["missing", "partial"]), "")
    nothing = (state == "missing") & (missing == "")
    missing = missing.mask(nothing & (cells["category"] == SOLID_WASTE), "generated")
    missing = missing.mask(nothing & (cells["category"] != SOLID_WASTE), "factor")
    missing = missing.mask((state == "missing") & cells["notation"].isin(UNTOLD), "amount")
    return cells.assign(state=state, missing=missing)[
        [*SOURCE, "state", "amount_t", "moved_t", "rows", "missing", "activity_rows",
         "is_expected", "is_calculated", "lists"]
    ]  # fmt: skip


def spelled_list(values: Iterable[int]) -> str:
    """Return distinct values in order, with semicolons."""
    return ";".join(str(value) for value in sorted({*values}))


def _text(values: pd.Series) -> pd.Series:
    """Return texts with blanks where nothing is told; of no rows at all they are no texts yet."""
    return values.astype("str").fillna("")


def _activity(inventory: Inventory) -> pd.DataFrame:
    """Return the releasing activity of members by category, scope 3 only where it counts."""
    inside = inventory.members.loc[inventory.members["is_member"].astype(bool)]
    rows = inventory.activity.merge(inside[["enterprise_id", "year"]], on=["enterprise_id", "year"])
    return with_category(rows)


def _wanted(activity: pd.DataFrame) -> pd.DataFrame:
    """Return the sources and species of which a number is expected, with the rows behind them."""
    rows = plant_sized(_with_medium(expected_of(activity)))
    groups = rows.groupby(SOURCE)
    table = groups["row"].agg(spelled_list).rename("activity_rows")
    notation = groups["notation"].agg(_one_notation).rename("notation")
    return pd.concat([table, notation], axis=1).reset_index().assign(is_expected=True)


def _with_medium(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with the medium that each species is expected in; blank for no species."""
    own = vocabulary("species").drop_duplicates("species").set_index("species")["medium"]
    return rows.assign(medium=_text(rows["species"].map(own)))


def _one_notation(keys: pd.Series) -> str:
    """Return the notation that speaks for a source: only one that every row of it has."""
    given = set(keys)
    for group in (NOT_OCCURRING, ELSEWHERE):
        if given <= set(group):
            return group[0]
    return next((key for key in UNTOLD if key in given), "")


def _joined_rows(texts: pd.Series) -> str:
    numbers = {part for text in texts for part in text.split(";")} - {""}
    return spelled_list(int(number) for number in numbers)


def _whole_plants(told: pd.DataFrame) -> pd.MultiIndex:
    """Return the plants, years and species whose number is one report of the whole plant."""
    table = vocabulary(CATEGORIES)
    reports = told["category"].isin(table.loc[table["class"] == "reports", "category"])
    whole = told[reports & (told["process"] == "") & (told["rows"] > 0)]
    return pd.MultiIndex.from_frame(whole[PLACE])


def _states(cells: pd.DataFrame, whole: pd.MultiIndex) -> pd.Series:
    has_number = cells["rows"] > 0
    in_whole = pd.MultiIndex.from_frame(cells[PLACE]).isin(whole)
    table = vocabulary(CATEGORIES)
    releases = cells["category"].isin(table.loc[table["class"].isin(OWN), "category"])
    status = _text(cells["status"]).replace({"NA;NO": "NO"})
    words = np.select(
        [
            has_number & cells["is_short"].eq(True),
            has_number,
            cells["notation"].isin(NOT_OCCURRING) | status.isin(NOT_OCCURRING),
            cells["notation"].isin(ELSEWHERE) | status.isin(ELSEWHERE) | (in_whole & releases),
        ],
        ["partial", "there", "not_occurring", "elsewhere"],
        default="missing",
    )
    return pd.Series(words, index=cells.index, dtype="str")


def _matrix(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of the matrix: the sources of a category together."""
    lacks = cells["state"].isin(["missing", "partial"])
    cells = cells.assign(
        lacking=cells["enterprise_id"].where(lacks, ""),
        lacking_rows=cells["activity_rows"].where(lacks, ""),
    )
    table = cells.groupby(CELL).agg(
        state=("state", _one_state), amount_t=("amount_t", told_sum), moved_t=("moved_t", told_sum),
        rows=("rows", "sum"), plants=("enterprise_id", "nunique"),
        missing=("missing", joined_codes), missing_plants=("lacking", joined_codes),
        missing_rows=("lacking_rows", _joined_rows),
    )  # fmt: skip
    return table.reset_index()


def _one_state(states: pd.Series) -> str:
    found = {*states}
    lacking = found & {"missing", "partial"}
    if found == {"missing"} or found == {"missing", "not_occurring"}:
        return "missing"
    if lacking:
        return "partial"
    return next(word for word in ("there", "elsewhere", "not_occurring") if word in found)


def _not_told(table: pd.DataFrame, years: Iterable[int], inventory: Inventory) -> pd.DataFrame:
    """Return a row for each expected species of a category of which a year tells nothing."""
    wanted = vocabulary(EXPECTED)
    wanted = counted(wanted[wanted["expectation"] == "expected"], inventory)
    wanted = wanted[["category", "species"]].replace({"species": {AS_ITEM: ""}})
    told = pd.MultiIndex.from_frame(table[["category", "year"]])
    rows = wanted.merge(
        pd.Series([int(each) for each in years], name="year", dtype="int64"), how="cross"
    )
    rows = rows[~pd.MultiIndex.from_frame(rows[["category", "year"]]).isin(told)]
    rows = _with_medium(rows)
    return rows.assign(state="not_told", amount_t=np.nan, moved_t=np.nan, rows=0, plants=0,
                       missing="activity", missing_plants="", missing_rows="")  # fmt: skip
