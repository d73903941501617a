"""List totals: the park's total of a species beside what each list adds up to."""

from __future__ import annotations

import numpy as np
import pandas as pd

from parkkit.inventory.comparison import AGREE, OTHERWISE
from parkkit.inventory.compilation import Inventory, is_incomplete, is_memo
from parkkit.inventory.releases import burns_biomass_alone

CELL = ["year", "species", "medium"]
PLANT = ["enterprise_id", *CELL]
PAIR = ["enterprise_id", "year"]


def statistics_totals(inventory: Inventory, *, tolerance: float = AGREE) -> pd.DataFrame:
    """Return the totals of each list of releases beside the inventory's own.

    A list may hold other plants than the inventory (coverage), plants outside the boundary
    (scope), or other numbers of the same plants (disagreement): the three are told apart.

    Parameters
    ----------
    tolerance : float
        The list and what is kept of its plants agree within this share (0.01).

    Returns
    -------
    DataFrame
        ``year``, ``species``, ``medium``, ``list``; ``kept_t`` (the members' own releases),
        ``list_t`` (of members), ``outside_t`` (of plants that are not), ``plants_in_list`` and
        ``plants_in_kept`` (members with a number), ``covered_t`` (kept, of the sources that the
        list has: processes where both tell them, else plants), ``uncovered_t`` (kept, of those
        that it has not), ``difference_t`` (list less covered), ``difference_share`` (of covered),
        ``is_partial`` (a month, or a number, is missing on either side), ``verdict``:
        ``agree``, ``differ`` or ``not_comparable``.

        What is sent to a treatment plant, and waste, is no release and not in; neither is
        biogenic CO2. A list that tells a plant as a whole and by process counts the whole.
    """
    kept, listed = _kept(inventory), _listed(inventory)
    inside = inventory.members.loc[inventory.members["is_member"].astype(bool), PAIR]
    is_member = pd.MultiIndex.from_frame(listed[PAIR]).isin(pd.MultiIndex.from_frame(inside))
    outside = listed[~is_member].groupby([*CELL, "list"])["list_t"].agg(_sum).rename("outside_t")
    both = _side_by_side(listed[is_member], kept)
    covered = both[both["list_t"].notna()]
    groups = covered.groupby([*CELL, "list"])
    table = groups.agg(
        list_t=("list_t", _sum), covered_t=("kept_t", _sum),
        plants_in_list=("enterprise_id", "nunique"),
        is_partial=("is_short", "any"), is_short=("is_kept_short", _any_true),
    )  # fmt: skip
    table = pd.concat([table, outside], axis=1).reset_index()
    table = table.merge(_totals(kept), on=CELL, how="left")
    table = table.assign(
        plants_in_list=table["plants_in_list"].fillna(0).astype("int64"),
        plants_in_kept=table["plants_in_kept"].fillna(0).astype("int64"),
        uncovered_t=table["kept_t"] - table["covered_t"].fillna(0.0),
        difference_t=table["list_t"] - table["covered_t"],
        is_partial=table["is_partial"].eq(True) | table["is_short"].eq(True),
    )
    share = table["difference_t"] / table["covered_t"].where(table["covered_t"] != 0)
    words = np.select(
        [share.isna(), share.abs() <= tolerance], ["not_comparable", "agree"], "differ"
    )
    table = table.assign(
        difference_share=share, verdict=pd.Series(words, index=table.index, dtype="str")
    )
    return table[
        [*CELL, "list", "kept_t", "list_t", "outside_t", "plants_in_list", "plants_in_kept",
         "covered_t", "uncovered_t", "difference_t", "difference_share", "is_partial", "verdict"]
    ].sort_values([*CELL, "list"], ignore_index=True)  # fmt: skip


def _side_by_side(listed: pd.DataFrame, kept: pd.DataFrame) -> pd.DataFrame:
    """Return what a list tells of each source beside what is kept of it.

    Where one of the two knows the plant as a whole only, its processes are one source.
    """
    whole = kept.loc[kept["process"] == "", PLANT]
    parts = []
    for _, mine in listed.groupby("list"):
        told = pd.concat([whole, mine.loc[mine["process"] == "", PLANT]])
        plants = pd.MultiIndex.from_frame(told)
        sides = [_sized(table, plants) for table in (mine, kept)]
        place = [*PLANT, "process"]
        first = (
            sides[0]
            .groupby([*place, "list"], as_index=False)
            .agg(list_t=("list_t", _sum), is_short=("is_short", "any"))
        )
        second = (
            sides[1]
            .groupby(place, as_index=False)
            .agg(kept_t=("kept_t", _sum), is_kept_short=("is_kept_short", "any"))
        )
        parts.append(first.merge(second, on=place, how="left"))
    return pd.concat(parts, ignore_index=True) if parts else listed.merge(kept, on=PLANT)


def _sized(table: pd.DataFrame, plants: pd.MultiIndex) -> pd.DataFrame:
    is_whole = pd.MultiIndex.from_frame(table[PLANT]).isin(plants)
    return table.assign(process=table["process"].mask(is_whole, ""))


def _any_true(flags: pd.Series) -> bool:
    return bool(flags.eq(True).any())


def _kept(inventory: Inventory) -> pd.DataFrame:
    rows = inventory.emissions
    rows = rows[~is_memo(rows) & ~rows["use"].isin(OTHERWISE)]
    groups = rows.assign(short=is_incomplete(rows)).groupby([*PLANT, "process"])
    return groups.agg(
        kept_t=("emissions_t", _sum), is_kept_short=("short", "any")
    ).reset_index()  # fmt: skip


def _listed(inventory: Inventory) -> pd.DataFrame:
    """Return what each list says a plant releases to the environment."""
    rows = inventory.releases
    rows = rows[(rows["amount_kind"] == "released") & (rows["destination"] == "environment")]
    rows = rows[rows["medium"].isin(["air", "water", "land"])].astype({"year": "int64"})
    rows = rows[~((rows["species"] == "co2") & burns_biomass_alone(rows, inventory.activity))]
    is_whole = rows["process"] == ""
    has_whole = is_whole.groupby([rows[name] for name in [*PLANT, "list"]]).transform("any")
    rows = rows[is_whole | ~has_whole]
    months = rows["month"].groupby([rows[name] for name in [*PLANT, "list", "process", "stack_id"]])
    few = rows["month"].notna() & (months.transform("nunique") < 12)
    untold = rows["amount_t"].isna() & ~rows["notation"].isin(["NO", "NA"])
    groups = rows.assign(is_short=few | untold).groupby([*PLANT, "process", "list"])
    return groups.agg(list_t=("amount_t", _sum), is_short=("is_short", "any")).reset_index()


def _totals(kept: pd.DataFrame) -> pd.DataFrame:
    told = kept[kept["kept_t"].notna()]
    return told.groupby(CELL, as_index=False).agg(
        kept_t=("kept_t", _sum), plants_in_kept=("enterprise_id", "nunique")
    )


def _sum(values: pd.Series) -> float:
    return float(values.sum(min_count=1))
