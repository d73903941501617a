"""Fused units: the sources of a fused table, with all that is told of them or held out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from parkkit.inventory.compilation import Inventory, is_memo

# Why the ledger holds rows back until somebody settles them; they are nobody's loss to another.
HELD = ("unknown_species", "negative_amount", "implausible_amount", "unit_in_doubt",
        "plants_in_doubt", "id_in_doubt", "duplicate_by_content")  # fmt: skip
HELD_STATUS = "held"
PLANT = ["enterprise_id", "year"]


def told_rows(inventory: Inventory) -> pd.DataFrame:
    """Return the rows that totals are made of, with the source (``unit_id``) each belongs to.

    A source is a process of a plant, or an outlet where every list of its process tells outlets;
    a plant with any value for the whole plant is one source, because its processes cannot be told
    apart on both sides. Memos (biogenic CO2, what is captured, sinks) are not among them.
    """
    rows = inventory.emissions
    rows = rows[~is_memo(rows)]
    return rows.assign(unit_id=_units(rows), rank=_ranks(rows), is_held=False)


def held_rows(inventory: Inventory, told: pd.DataFrame) -> pd.DataFrame:
    """Return what the ledger holds of members until it is settled, with the source of each row.

    A source of which nothing else is told is a source of its own.

    Returns
    -------
    DataFrame
        A row per entry of the ledger with the columns of ``told_rows`` that an entry has; no
        tonnes, ``status`` ``held`` and the reason as ``missing``.
    """
    ledger = inventory.ledger
    held = ledger[(ledger["stage"] == "reconcile") & ledger["reason"].isin(HELD)]
    inside = inventory.members.loc[inventory.members["is_member"].astype(bool), PLANT]
    place = pd.MultiIndex.from_frame(held[PLANT])
    held = held[place.isin(pd.MultiIndex.from_frame(inside))]
    after = held["source_id"].str.extract(r"^[^/]*/([^/]*)", expand=False)
    codes = told.drop_duplicates("enterprise_id").set_index("enterprise_id")["industry_code"]
    rows = held[["source_id", *PLANT, "species", "medium", "list"]].assign(
        process=after.astype("str").fillna(""),
        industry_code=held["enterprise_id"].map(codes).astype("str").fillna(""),
        **dict.fromkeys(("source_class", "process_type", "technology", "item", "control",
                        "activity_id"), ""),
        **dict.fromkeys(("generated_t", "sent_t", "emissions_t", "co2e_t", "rank"), np.nan),
        scope=pd.Series(pd.NA, index=held.index, dtype="Int64"),
        status=HELD_STATUS, missing=held["reason"], is_held=True,
    )  # fmt: skip
    return rows.assign(unit_id=_known_units(rows, told))


def _units(rows: pd.DataFrame) -> pd.Series:
    """Return what is told apart: the plant where a list tells only that, else process or outlet."""
    plant = [rows["enterprise_id"], rows["year"]]
    process = rows["enterprise_id"] + "/" + rows["process"]
    any_whole = (rows["process"] == "").groupby(plant).transform("any")
    is_unsplit = rows["source_id"] == process
    any_unsplit = is_unsplit.groupby([*plant, process]).transform("any")
    units = rows["source_id"].mask(any_unsplit, process)
    return units.where(~any_whole, rows["enterprise_id"])


def _known_units(rows: pd.DataFrame, told: pd.DataFrame) -> pd.Series:
    """Return the source each held row belongs to: one that is there, as near as can be told.

    One of the whole plant stands by itself where the plant's processes do (``PLANT/``), and so
    does one of a process whose outlets do: the bare name would say that they are one source.
    """
    process = rows["enterprise_id"] + "/" + rows["process"]
    units, is_found = rows["source_id"], pd.Series(False, index=rows.index)
    known = _places(told["unit_id"], told["year"])
    for nearest in (process, rows["source_id"], rows["enterprise_id"]):
        is_there = _places(nearest, rows["year"]).isin(known)
        units, is_found = units.mask(is_there, nearest), is_found | is_there
    wider = [told["enterprise_id"], told["enterprise_id"] + "/" + told["process"]]
    above = _places(pd.concat(wider), pd.concat([told["year"], told["year"]]))
    is_above = _places(units, rows["year"]).isin(above)
    return units.mask(is_above & ~is_found, units + "/")


def _places(units: pd.Series, years: pd.Series) -> pd.MultiIndex:
    return pd.MultiIndex.from_arrays([units, years])


def _ranks(rows: pd.DataFrame) -> pd.Series:
    """A calculated value is as good as the worse of its activity and its factor."""
    return rows[["activity_rank", "factor_rank"]].max(axis=1)
