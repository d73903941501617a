"""Categories: which source category an activity, or a row of a list, belongs to.

The categories and the species that each is expected to release are a reconstruction: the guide's
Appendix B lists processes and gases, the pollutants follow the lists that parks already report.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pandas as pd

from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.factors import AS_ITEM

CATEGORIES, EXPECTED = "source_categories", "expected_species"
# What a plant itself releases: its lists tell of these.
OTHERWISE = ("electricity", "heat", "materials", "transport_hired", "wastewater_sent",
             "solid_waste", "captured")  # fmt: skip
VOC, OTHER_REPORTS, SENT = "solvents_voc", "other_reports", "wastewater_sent"
SOURCE = ["enterprise_id", "process", "year"]


def source_category(use: str, process_type: str, item: str) -> str:
    """Return the category of an activity; blank where its use releases nothing.

    The rules stand in ``source_categories.csv`` (``serves``: use/process type/item, of which an
    item may be a group or a kind; blank is any) and the first that fits serves.

    References
    ----------
    A reconstruction from the explanatory note of the guide for co-control in industrial parks,
    Appendix B (informative).

    Examples
    --------
    >>> source_category("fuel_combustion", "boiler", "natural_gas")
    'stationary_gas'
    >>> source_category("water_withdrawn", "water_use", "fresh_water")
    ''
    """
    if _gives().get(use, "none") == "none":
        return ""
    names = _names().get(item, frozenset({item}))
    given = (frozenset({use}), frozenset({process_type}), names)
    for category, wanted in _rules():
        if all(not want or want & have for want, have in zip(wanted, given, strict=True)):
            return category
    return ""


def with_category(activity: pd.DataFrame) -> pd.DataFrame:
    """Return rows of activity with their ``category``, without those that release nothing."""
    parts = ["use", "process_type", "item"]
    known = {
        parted: source_category(*parted)
        for parted in activity[parts].drop_duplicates().itertuples(index=False, name=None)
    }
    told = [known[each] for each in activity[parts].itertuples(index=False, name=None)]
    rows = activity.assign(category=pd.Series(told, index=activity.index, dtype="str"))
    return rows[rows["category"] != ""]


def category_of_lists(rows: pd.DataFrame, activity: pd.DataFrame) -> pd.Series:
    """Return the category of rows that lists report.

    A process that does several things (two fuels in one boiler) has one stack: what a list says
    of it stands with the first category, in the order of the table, that may release the species.
    Where no activity tells what a process does, it is a report of its own.
    """
    own = activity[~activity["category"].isin(OTHERWISE)]
    place = {name: rank for rank, name in enumerate(vocabulary(CATEGORIES)["category"])}
    pairs = own[[*SOURCE, "category"]].drop_duplicates()
    both = rows.reset_index(names="at")[["at", *SOURCE, "species"]].merge(pairs, on=SOURCE)
    known = vocabulary(EXPECTED)[["category", "species"]].drop_duplicates()
    fits = both.merge(known.assign(is_known=True), on=["category", "species"], how="left")
    fits = fits.assign(is_other=fits["is_known"].isna(), place=fits["category"].map(place))
    first = fits.sort_values(["at", "is_other", "place"]).drop_duplicates("at").set_index("at")
    free = pd.Series(OTHER_REPORTS, index=rows.index, dtype="str")
    free = free.mask(rows["species"] == "voc", VOC).mask(rows["use"] == SENT, SENT)
    found = first["category"].reindex(rows.index)
    return found.where(found.notna() & (rows["use"] != SENT), free)


def expected_of(activity: pd.DataFrame, *, expectation: str = "expected") -> pd.DataFrame:
    """Return rows of activity with each ``species`` that their category is expected to release."""
    table = vocabulary(EXPECTED)
    table = table[table["expectation"] == expectation]
    rows = activity.merge(table[["category", "species"]], on="category")
    itself = rows["item"].map(vocabulary("items").set_index("item")["species"]).fillna("")
    rows = rows.assign(species=rows["species"].mask(rows["species"] == AS_ITEM, itself))
    return rows[rows["species"] != ""]


@cache
def _rules() -> tuple[tuple[str, tuple[frozenset[str], ...]], ...]:
    return tuple(_rows())


def _rows() -> Iterator[tuple[str, tuple[frozenset[str], ...]]]:
    table = vocabulary(CATEGORIES)
    for category, serves in table[["category", "serves"]].itertuples(index=False, name=None):
        for rule in filter(None, serves.split(";")):
            parts = (frozenset(part.split("|")) - {""} for part in rule.split("/"))
            yield category, tuple(parts)


@cache
def _names() -> dict[str, frozenset[str]]:
    """Return what a rule may call each item: itself, its group, its kind."""
    items = vocabulary("items")[["item", "item_group", "kind"]]
    return {row[0]: frozenset(row) - {""} for row in items.itertuples(index=False, name=None)}


@cache
def _gives() -> dict[str, str]:
    return dict(vocabulary("uses")[["use", "gives"]].itertuples(index=False, name=None))
