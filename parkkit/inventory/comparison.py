"""Comparison: what the lists that lost said, beside the value that was taken."""

from __future__ import annotations

import numpy as np
import pandas as pd

from parkkit.inventory.calculation import CALCULATED
from parkkit.inventory.compilation import Inventory, is_memo

PLANT = ["enterprise_id", "year", "species", "medium"]
CELL = ["enterprise_id", "process", "year", "species", "medium"]
AGREE = 0.01
# No list of own releases tells of these.
OTHERWISE = ("purchased", "sold", "wastewater_sent", "waste_sent", "captured", "sink",
             "transport_hired")  # fmt: skip
COMPETED = ("other_list_chosen", "whole_plant_chosen", "processes_chosen")


def compare_lists(inventory: Inventory, *, tolerance: float = AGREE) -> pd.DataFrame:
    """Return, where several lists tell of one source, by how much they differ, and what that says.

    Parameters
    ----------
    tolerance : float
        Two values that differ by no more than this share of the one taken agree.

    Returns
    -------
    DataFrame
        ``enterprise_id``, ``process`` (blank is the whole plant), ``year``, ``species``,
        ``medium``, ``taken_list``, ``taken_t``, ``list``, ``amount_t``, ``difference_share`` (the
        other value less the one taken, as a share of it; missing where either is), ``items``
        (what the calculation burns or turns there), ``verdict``: ``agree``, ``list_larger``
        (a list holds more than the activity explains: a fuel or an activity may be missing),
        ``list_smaller`` (less: part of the heat may be of another fuel, or a factor too high),
        ``differ`` (between two lists) or ``not_comparable``.
    """
    kept = _kept(inventory)
    told = _by_process(_lost(inventory), kept)
    # A plant's own value holds no biogenic CO2 where it burns fossil fuel too.
    counted = kept[~kept["is_memo"] | kept.groupby(PLANT)["is_memo"].transform("all")]
    whole = counted.assign(process="").groupby([*CELL], as_index=False).agg(
        taken_t=("taken_t", lambda values: values.sum(min_count=1)),
        taken_list=("taken_list", _joined),
    )  # fmt: skip
    both = pd.concat([kept[kept["process"] != ""], whole], ignore_index=True)
    table = told.merge(both.drop_duplicates(CELL), on=CELL, how="left")
    share = (table["amount_t"] - table["taken_t"]) / table["taken_t"].where(table["taken_t"] != 0)
    table = table.assign(taken_list=table["taken_list"].fillna(""), difference_share=share)
    return table.assign(items=_items(inventory, table), verdict=_verdict(table, tolerance))


def _lost(inventory: Inventory) -> pd.DataFrame:
    ledger = inventory.ledger
    return ledger[(ledger["stage"] == "reconcile") & ledger["reason"].isin(COMPETED)]


def _process(rows: pd.DataFrame) -> pd.Series:
    """Return the process of ``enterprise/process[/stack]``."""
    after = rows["source_id"].str.extract(r"^[^/]*/([^/]*)", expand=False)
    return after.astype("str").fillna("")


def _by_process(lost: pd.DataFrame, kept: pd.DataFrame) -> pd.DataFrame:
    """Return what each list said that lost, as finely as what was taken tells it.

    Where the plant was taken as a whole, the processes that lost are summed to it.
    """
    rows = lost.assign(process=_process(lost))
    whole = kept.loc[kept["process"] == "", CELL]
    cells = pd.MultiIndex.from_frame(rows.assign(process="")[CELL])
    is_whole = cells.isin(pd.MultiIndex.from_frame(whole))
    rows = rows.assign(process=rows["process"].where(~is_whole, ""))
    return rows.groupby([*CELL, "list"], as_index=False).agg(
        amount_t=("amount_t", lambda values: values.sum(min_count=1))
    )


def _kept(inventory: Inventory) -> pd.DataFrame:
    rows = inventory.emissions
    rows = rows[~rows["use"].isin(OTHERWISE)]
    return (
        rows.assign(is_memo=is_memo(rows))
        .groupby(CELL, as_index=False)
        .agg(
            taken_t=("emissions_t", lambda values: values.sum(min_count=1)),
            taken_list=("list", _joined),
            is_memo=("is_memo", "all"),
        )
    )


def _joined(names: pd.Series) -> str:
    return ";".join(sorted({part for name in names for part in str(name).split(";")}))


def _items(inventory: Inventory, table: pd.DataFrame) -> pd.Series:
    """Return what is burnt, turned or made at each source, by code."""
    activity = inventory.activity
    own = activity[~activity["use"].isin(["purchased", "sold", "self_generated"])]
    key = ["enterprise_id", "process", "year"]
    both = pd.concat([own, own.assign(process="")], ignore_index=True)
    by_process = both.groupby(key)["item"].agg(_joined)
    found = by_process.reindex(pd.MultiIndex.from_frame(table[key]))
    return pd.Series(found.fillna("").to_numpy(), index=table.index, dtype="str")


def _verdict(table: pd.DataFrame, tolerance: float) -> pd.Series:
    share = table["difference_share"]
    by_activity = table["list"] == CALCULATED
    against = table["taken_list"] == CALCULATED
    # Seen from the list: it is larger where the calculation lost and lies below it.
    larger = (by_activity & (share < 0)) | (against & (share > 0))
    words = np.select(
        [share.isna(), share.abs() <= tolerance, (by_activity | against) & larger,
         by_activity | against],
        ["not_comparable", "agree", "list_larger", "list_smaller"],
        default="differ",
    )  # fmt: skip
    return pd.Series(words, index=table.index, dtype="str")
