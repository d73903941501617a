"""Waste rows: every amount of waste that lists and activity tell, and which of them count."""

from __future__ import annotations

import pandas as pd

from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.calculation import CALCULATED
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.list_groups import release_rules
from parkkit.inventory.reconciliation import taken_whole
from parkkit.inventory.water import NONE, member_pairs

KEY = ["enterprise_id", "year", "species"]
MEDIUM, GENERATED, SENT = "waste", "generated", "sent"
DESTINATIONS = {"used": "used", "treated": "treated", "stored": "stored", "disposed": "disposed",
                "transfer": SENT, "treatment_plant": SENT, "environment": "dumped",
                "used_from_stock": "used_from_stock",
                "disposed_from_stock": "disposed_from_stock"}  # fmt: skip
# Where the waste of the year goes; what comes from stock is waste of other years.
OF_THE_YEAR = ("used", "treated", "stored", "disposed", SENT, "dumped")
FROM_STOCK = ("used_from_stock", "disposed_from_stock")
MEASURES = (GENERATED, *OF_THE_YEAR, *FROM_STOCK)


def waste_rows(inventory: Inventory) -> pd.DataFrame:
    """Return every amount of waste that lists or activity tell, and which count.

    One list is taken whole for a plant, year and kind of waste (``taken_whole``); what activity
    tells was sent counts where no list tells anything.

    Returns
    -------
    DataFrame
        ``enterprise_id``, ``year``, ``species``, ``list`` (``calculated`` is activity),
        ``measure`` (of ``MEASURES``), ``counterpart_id``, ``amount_t`` (0 for what does not
        occur), ``notation``, ``coverage_share``, ``is_short`` (a number or months are missing),
        ``is_taken``, ``is_member`` (in that year).
    """
    kinds = waste_kinds()
    lists = inventory.releases
    lists = lists[(lists["medium"] == MEDIUM) & lists["species"].isin(kinds)]
    rules = release_rules(lists["species"], inventory.convention)
    measure = lists["destination"].map(DESTINATIONS)
    lists = lists.astype({"year": "int64"}).assign(
        measure=measure.mask(lists["amount_kind"] == "generated", GENERATED).astype("str"),
        is_taken=taken_whole(lists, rule=rules),
    )
    activity = inventory.activity
    activity = activity[(activity["use"] == "waste_sent") & activity["item"].isin(kinds)]
    activity = activity.assign(species=activity["item"], list=CALCULATED, measure=SENT,
                               amount_t=activity["amount"])  # fmt: skip
    by_lists = pd.MultiIndex.from_frame(lists[KEY])
    activity["is_taken"] = ~pd.MultiIndex.from_frame(activity[KEY]).isin(by_lists)
    columns = [*KEY, "list", "measure", "counterpart_id", "amount_t", "notation",
               "coverage_share", "is_short", "is_taken"]  # fmt: skip
    rows = pd.concat([_with_gaps(lists)[columns], _with_gaps(activity)[columns]], ignore_index=True)
    is_member = pd.MultiIndex.from_frame(rows[KEY[:2]]).isin(member_pairs(inventory))
    return rows.assign(is_member=is_member)


def treated_by_activity(inventory: Inventory) -> pd.Series:
    """Return what members treat of each kind of waste, by plant, year and kind, as activity tells.

    Where a number or months of it are missing, so is the amount.
    """
    rows = inventory.activity
    is_member = pd.MultiIndex.from_frame(rows[KEY[:2]]).isin(member_pairs(inventory))
    rows = rows[(rows["use"] == "treated") & rows["item"].isin(waste_kinds()) & is_member]
    rows = _with_gaps(rows.assign(amount_t=rows["amount"], species=rows["item"]))
    rows = rows[rows["notation"] != "IE"]
    groups = rows.groupby(KEY)
    return groups["amount_t"].sum(min_count=1).where(~groups["is_short"].any())


def waste_kinds() -> list[str]:
    """Return the species that are kinds of waste."""
    species = vocabulary("species")
    return list(species.loc[species["kind"] == MEDIUM, "species"])


def _with_gaps(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with 0 for what does not occur, and whether a number or month is missing."""
    amount = rows["amount_t"].mask(rows["notation"].isin(NONE), 0.0)
    return rows.assign(amount_t=amount, is_short=amount.isna() | (rows["coverage_share"] < 1))
