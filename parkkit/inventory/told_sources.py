"""Told sources: what an inventory holds of each source and species, by source category."""

from __future__ import annotations

import numpy as np
import pandas as pd

from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.calculation import CALCULATED
from parkkit.inventory.categories import CATEGORIES, SENT, category_of_lists
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.releases import GAPS
from parkkit.inventory.waste_rows import (
    FROM_STOCK,
    GENERATED,
    KEY,
    MEDIUM,
    waste_kinds,
    waste_rows,
)

SOURCE = ["category", "enterprise_id", "process", "year", "species", "medium"]
# What stands in the ledger of these is known, and counted elsewhere.
MOVED = ("transfer", "scope")
UNTOLD = ("NE", "C")
SOLID_WASTE, ACTIVITY = "solid_waste", "activity"
# Their processes share one number.
PLANT_SIZED = ("wastewater_treatment", SENT, SOLID_WASTE)


def told_sources(inventory: Inventory, activity: pd.DataFrame) -> pd.DataFrame:
    """Return what the inventory holds of each source and species.

    Parameters
    ----------
    activity : DataFrame
        The releasing activity of members, with its ``category``.

    Returns
    -------
    DataFrame
        ``category``, ``enterprise_id``, ``process``, ``year``, ``species``, ``medium``,
        ``amount_t`` (kept), ``moved_t``, ``rows`` (with a number), ``is_short``,
        ``is_calculated``, ``missing``, ``lists``, ``status`` (several with semicolons).
    """
    rows = _kept_and_moved(inventory)
    rows = rows.assign(category=_categories(rows, activity))
    rows = pd.concat([rows, _wastes(inventory)], ignore_index=True)
    rows = plant_sized(counted(rows, inventory))
    number = rows["amount_t"].fillna(rows["moved_t"])
    short = rows["status"].eq("partial") | (number.isna() & rows["status"].isin(GAPS))
    missing = rows["missing"].fillna("").mask(rows["coverage_share"] < 1, "months")
    # A list that says NE lacks its amount: a factor would not make its own number.
    missing = missing.mask(rows["status"].isin(UNTOLD), "amount")
    rows = rows.assign(
        number=number, is_short=short, missing=missing.where(short, ""),
        is_calculated=(rows["list"] == CALCULATED) & number.notna(),
    )  # fmt: skip
    table = rows.groupby(SOURCE).agg(
        amount_t=("amount_t", told_sum), moved_t=("moved_t", told_sum), rows=("number", "count"),
        is_short=("is_short", "any"), is_calculated=("is_calculated", "any"),
        missing=("missing", joined_codes), lists=("list", joined_codes),
        status=("status", joined_codes),
    )  # fmt: skip
    return table.reset_index()


def lost_sources(inventory: Inventory, activity: pd.DataFrame) -> pd.MultiIndex:
    """Return the sources, by ``SOURCE``, that have a calculated number which another list beat."""
    ledger = inventory.ledger
    lost = ledger[(ledger["list"] == CALCULATED) & ledger["amount_t"].notna()]
    beaten = lost.assign(process=_process(lost["source_id"]), use="")
    beaten = plant_sized(beaten.assign(category=_categories(beaten, activity)))
    return pd.MultiIndex.from_frame(beaten[SOURCE])


def plant_sized(cells: pd.DataFrame) -> pd.DataFrame:
    """Return cells with the process left blank where the plant is the source."""
    sized = cells["category"].isin(PLANT_SIZED)
    return cells.assign(process=cells["process"].mask(sized, ""))


def counted(cells: pd.DataFrame, inventory: Inventory) -> pd.DataFrame:
    """Return cells without the categories of scope 3 where the convention does not count it."""
    table = vocabulary(CATEGORIES)
    upstream = table.loc[table["scope"] == "3", "category"]
    return cells if 3 in inventory.convention.scopes else cells[~cells["category"].isin(upstream)]


def told_sum(values: pd.Series) -> float:
    """Return the sum of what is told; missing, not 0, where nothing is."""
    return float(values.sum(min_count=1))


def joined_codes(texts: pd.Series) -> str:
    """Return the distinct codes of texts that hold several, in order, with semicolons.

    Examples
    --------
    >>> joined_codes(pd.Series(["months", "", "amount;months"]))
    'amount;months'
    """
    return ";".join(sorted({part for text in texts for part in str(text).split(";")} - {""}))


def _kept_and_moved(inventory: Inventory) -> pd.DataFrame:
    kept, ledger = inventory.emissions, inventory.ledger
    kept = kept[~kept["use"].isin(["sold", "self_generated"])]
    held = ledger["stage"].isin(MOVED) & (ledger["reason"] != "moved_not_released")
    moved = ledger[held & ~ledger["is_memo"].astype(bool)]
    sent = moved["reason"].isin(["sent_to_member", "released_elsewhere"])
    moved = moved.assign(
        moved_t=moved["amount_t"],
        amount_t=np.nan,
        process=_process(moved["source_id"]),
        use=pd.Series("", index=moved.index, dtype="str").mask(sent, SENT),
    )
    rows = pd.concat([kept.assign(amount_t=kept["emissions_t"]), moved], ignore_index=True)
    # Kinds of waste are told whole, not only what of them was dumped.
    return rows[~((rows["medium"] == MEDIUM) & rows["species"].isin(waste_kinds()))]


def _categories(rows: pd.DataFrame, activity: pd.DataFrame) -> pd.Series:
    by_id = activity.drop_duplicates("activity_id").set_index("activity_id")["category"]
    found = rows["activity_id"].map(by_id).astype("str")
    return found.fillna(category_of_lists(rows, activity))


def _process(source_id: pd.Series) -> pd.Series:
    after = source_id.str.extract(r"^[^/]*/([^/]*)", expand=False)
    return after.astype("str").fillna("")


def _wastes(inventory: Inventory) -> pd.DataFrame:
    """Return the waste of members: what was generated, else what is told of where it went.

    Only what ``waste`` takes is there: one list, or what activity tells.
    """
    rows = waste_rows(inventory)
    rows = rows[rows["is_taken"] & rows["is_member"]]
    made = rows["measure"] == GENERATED
    # Of a waste whose generation is told, what became of it adds nothing.
    is_told = made | ~made.groupby([rows[name] for name in KEY]).transform("any")
    status = rows["notation"].mask(rows["notation"] == "", "reported")
    status = status.mask((rows["coverage_share"] < 1) & (status == "reported"), "partial")
    # What came from stock is no waste of the year.
    no_amount = (rows["notation"] != "") | rows["measure"].isin(FROM_STOCK)
    rows = rows.assign(
        category=SOLID_WASTE, process="", medium=MEDIUM, moved_t=np.nan,
        amount_t=rows["amount_t"].mask(no_amount),
        status=status.where(made, "partial"),
        missing=pd.Series("generated", index=rows.index, dtype="str").mask(made, ""),
        coverage_share=rows["coverage_share"].where(made, 1.0),
        list=rows["list"].replace({CALCULATED: ACTIVITY}),
    )[is_told]  # fmt: skip
    return rows[[*SOURCE, "amount_t", "moved_t", "status", "missing", "coverage_share", "list"]]
