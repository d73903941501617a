"""Water: what plants take in, use again, send away and consume."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from parkkit.inventory.compilation import Inventory
from parkkit.inventory.releases import SENT_USE

KEY = ["enterprise_id", "year"]
UNIT, FRESH, WASTEWATER = "m3", "fresh_water", "wastewater"
WHOLE_PARK = ""
# What says that there is nothing, not that nobody knows.
NONE = ("NO", "NA")
VOLUMES = ("own_withdrawal", "from_members", "passed_on", "reused", "treated", "sent_to_members",
           "sent_outside", "received", "received_from_members",
           "received_from_outside")  # fmt: skip
PARTS = ("withdrawn", "reused", "wastewater")
WATER = [*KEY, "withdrawn_m3", "from_members_m3", "passed_on_m3", "reused_m3", "reuse_share",
         "wastewater_m3", "treated_m3", "sent_to_members_m3", "sent_outside_m3", "received_m3",
         "received_from_members_m3", "consumed_m3", "status", "missing"]  # fmt: skip


def water(inventory: Inventory) -> pd.DataFrame:
    """Return what each member and the park take in, use again, send away and consume, by year.

    Wastewater is what a plant sent away and what it treated on its own site; give water that is
    pretreated and then sent once, as sent. A plant that receives the water of others
    tells none of its own: what it treats is theirs. Consumed is withdrawn plus reused less
    wastewater and less what was passed on to a member, where all of them are told.

    Returns
    -------
    DataFrame
        ``enterprise_id`` (blank is the park), ``year``; in m3 ``withdrawn_m3`` (of a plant with
        what it takes from a member, of the park without), ``from_members_m3``, ``passed_on_m3``,
        ``reused_m3``, ``wastewater_m3``, ``treated_m3``, ``sent_to_members_m3``,
        ``sent_outside_m3``, ``received_m3`` (from every plant of the data, members or not),
        ``received_from_members_m3``, ``consumed_m3``; ``reuse_share`` of withdrawn and reused
        together; ``status`` and ``missing``: of a plant ``withdrawn``, ``reused``,
        ``wastewater``, of the park ``PLANT/...``. A value that is there and named is partial.

        The park's amounts are the sums of what is told; a share needs both its parts whole, of
        every plant that stands here. What a plant that receives sends on to a member counts in
        the park's sent and received once, where it was sent first.
    """
    told = water_volumes(inventory)
    plants = _water_of(_wide(told))
    receives = _receives(told, plants)
    made = plants[["sent_to_members_m3", "sent_outside_m3", "treated_m3"]].sum(axis=1, min_count=1)
    plants["wastewater_m3"] = made.where(~receives)
    is_short, is_elsewhere = _short(told, plants), _elsewhere(inventory, plants)
    # Of a plant that receives, what it treats is theirs: it has no wastewater of its own to tell.
    is_elsewhere["wastewater"] |= receives
    withdrawn, reused, wastewater = (plants[f"{name}_m3"] for name in PARTS)
    is_blank = pd.DataFrame({name: plants[f"{name}_m3"].isna() for name in PARTS})
    lacks = (is_blank & ~is_elsewhere) | is_short
    consumed = withdrawn + reused - wastewater - plants["passed_on_m3"].fillna(0.0)
    plants = plants.assign(
        consumed_m3=consumed.where(~lacks.any(axis=1)),
        reuse_share=_share(reused, withdrawn, lacks["reused"] | lacks["withdrawn"]),
        status=told_status(lacks.any(axis=1), plants[[f"{name}_m3" for name in PARTS]]),
        missing=flag_names(lacks),
    )
    return pd.concat([_park(plants, lacks, receives), plants[WATER]], ignore_index=True)


def water_volumes(inventory: Inventory) -> pd.DataFrame:
    """Return each volume of water that the members' activity tells.

    Returns
    -------
    DataFrame
        ``enterprise_id``, ``year``, ``volume`` (``own_withdrawal``, ``from_members``,
        ``passed_on``, ``reused``, ``treated``, ``sent_to_members``, ``sent_outside``,
        ``received``, ``received_from_members``, ``received_from_outside``), ``amount_m3`` and
        ``is_short``: a row has no number, or months are missing. What does not occur (NO, NA) is
        0; IE stands elsewhere.
    """
    rows = inventory.activity
    rows = rows[(rows["unit"] == UNIT) & (rows["notation"] != "IE")]
    pairs = member_pairs(inventory)
    other = rows.assign(enterprise_id=rows["counterpart_id"])
    to_member = pd.MultiIndex.from_frame(other[KEY]).isin(pairs)
    is_member = pd.MultiIndex.from_frame(rows[KEY]).isin(pairs)
    fresh = (rows["use"] == "water_withdrawn") & (rows["item"] == FRESH)
    sent = rows["use"] == SENT_USE
    parts = {
        "own_withdrawal": rows[fresh & ~to_member],
        "from_members": rows[fresh & to_member],
        "passed_on": other[fresh & to_member & is_member],
        "reused": rows[rows["use"] == "water_reused"],
        "treated": rows[(rows["use"] == "treated") & (rows["item"] == WASTEWATER)],
        "sent_to_members": rows[sent & to_member],
        "sent_outside": rows[sent & ~to_member],
        "received": other[sent & (other["enterprise_id"] != "")],
        "received_from_members": other[sent & to_member & is_member],
        "received_from_outside": other[sent & (other["enterprise_id"] != "") & ~is_member],
    }
    told = pd.concat([part.assign(volume=name) for name, part in parts.items()])
    told = told[pd.MultiIndex.from_frame(told[KEY]).isin(pairs)]
    amount = told["amount"].mask(told["notation"].isin(NONE), 0.0)
    is_short = amount.isna() | (told["coverage_share"] < 1)
    return (
        told.assign(amount_m3=amount, is_short=is_short)
        .groupby([*KEY, "volume"], as_index=False)
        .agg(amount_m3=("amount_m3", told_sum), is_short=("is_short", "any"))
    )


def member_pairs(inventory: Inventory) -> pd.MultiIndex:
    """Return who was a member in which year, as pairs of ``enterprise_id`` and ``year``."""
    inside = inventory.members[inventory.members["is_member"].astype(bool)]
    return pd.MultiIndex.from_frame(inside[KEY].astype({"year": "int64"}))


def told_sum(values: pd.Series) -> float:
    """Return the sum of what is told; missing, not 0, where nothing is."""
    return float(values.sum(min_count=1))


def _wide(told: pd.DataFrame) -> pd.DataFrame:
    table = told.pivot(index=KEY, columns="volume", values="amount_m3")
    return table.reindex(columns=list(VOLUMES)).add_suffix("_m3").reset_index()


def _water_of(table: pd.DataFrame) -> pd.DataFrame:
    withdrawn = table[["own_withdrawal_m3", "from_members_m3"]].sum(axis=1, min_count=1)
    return table.rename_axis(columns=None).assign(withdrawn_m3=withdrawn)


def _receives(told: pd.DataFrame, plants: pd.DataFrame) -> pd.Series:
    """Tell the plants that take in the wastewater of others, known how much or not."""
    came = told[(told["volume"] == "received") & (told["amount_m3"] != 0)]
    receivers = pd.MultiIndex.from_frame(came[KEY])
    return pd.Series(pd.MultiIndex.from_frame(plants[KEY]).isin(receivers), index=plants.index)


def _elsewhere(inventory: Inventory, plants: pd.DataFrame) -> pd.DataFrame:
    """Return beside each plant which of its parts it says to be told elsewhere (IE)."""
    rows = inventory.activity
    rows = rows[(rows["unit"] == UNIT) & (rows["notation"] == "IE")]
    is_sent = rows["use"].eq(SENT_USE) | (
        rows["use"].eq("treated") & (rows["item"] == WASTEWATER)
    )  # fmt: skip
    parts = {
        "withdrawn": rows["use"].eq("water_withdrawn") & (rows["item"] == FRESH),
        "reused": rows["use"].eq("water_reused"), "wastewater": is_sent,
    }  # fmt: skip
    mine = pd.MultiIndex.from_frame(plants[KEY])
    return pd.DataFrame(
        {name: mine.isin(pd.MultiIndex.from_frame(rows.loc[flag, KEY]))
         for name, flag in parts.items()}, index=plants.index,
    )  # fmt: skip


def _short(told: pd.DataFrame, plants: pd.DataFrame) -> pd.DataFrame:
    """Return beside each plant which of its parts are told only partly."""
    of_volume = {"own_withdrawal": "withdrawn", "from_members": "withdrawn", "reused": "reused",
                 "treated": "wastewater", "sent_to_members": "wastewater",
                 "sent_outside": "wastewater"}  # fmt: skip
    part = told["volume"].map(of_volume)
    flags = told.assign(part=part).dropna(subset="part")
    wide = flags.pivot_table(index=KEY, columns="part", values="is_short", aggfunc="max")
    wide = wide.reindex(index=pd.MultiIndex.from_frame(plants[KEY]), columns=list(PARTS))
    return wide.eq(True).reset_index(drop=True).rename_axis(columns=None)


def _share(above: pd.Series, beside: pd.Series, is_unknown: pd.Series) -> pd.Series:
    both = above + beside
    return (above / both).where(~is_unknown & (both > 0))


def flag_names(lacks: pd.DataFrame) -> pd.Series:
    """Return, beside each row, the names of the columns flagged in it, joined by semicolons.

    Examples
    --------
    >>> flag_names(pd.DataFrame({"used": [True, False], "sent": [True, False]})).tolist()
    ['used;sent', '']
    """
    told = [";".join(str(name) for name in lacks if row[name]) for row in lacks.to_dict("records")]
    return pd.Series(told, index=lacks.index, dtype="str")


def told_status(is_lacking: pd.Series, values: pd.DataFrame) -> pd.Series:
    """Return the status of each row: whole, lacking something, or without any of its values.

    Examples
    --------
    >>> values = pd.DataFrame({"used_t": [1.0, 2.0, None]})
    >>> told_status(pd.Series([False, True, True]), values).tolist()
    ['computed', 'partial', 'not_computable']
    """
    status = pd.Series("computed", index=values.index, dtype="str").mask(is_lacking, "partial")
    return status.mask(values.isna().all(axis=1), "not_computable")


def _park(plants: pd.DataFrame, lacks: pd.DataFrame, receives: pd.Series) -> pd.DataFrame:
    """Return the park's row of each year: the sums of its members, what they pass on once."""
    named = plants.assign(
        withdrawn_m3=plants["own_withdrawal_m3"],
        sent_to_members_m3=plants["sent_to_members_m3"].where(~receives),
    )
    amounts = [name for name in WATER if name.endswith("_m3")]
    groups = named.groupby("year")
    sums = groups[amounts].sum(min_count=1)
    came = sums[["sent_to_members_m3"]].assign(
        outside=groups["received_from_outside_m3"].sum(min_count=1)
    )
    # What members send to each other is what members receive from each other.
    sums = sums.assign(
        received_from_members_m3=sums["sent_to_members_m3"],
        received_m3=came.sum(axis=1, min_count=1),
    ).reset_index()
    flags = lacks.groupby(plants["year"]).any().reindex(sums["year"]).reset_index(drop=True)
    missing = park_missing(plants).reindex(sums["year"]).fillna("").to_numpy()
    share = _share(sums["reused_m3"], sums["withdrawn_m3"], flags["reused"] | flags["withdrawn"])
    return sums.assign(
        enterprise_id=WHOLE_PARK, reuse_share=share, missing=missing,
        status=told_status(pd.Series(missing != ""), sums[[f"{name}_m3" for name in PARTS]]),
    )[WATER]  # fmt: skip


def park_missing(plants: pd.DataFrame, by: Iterable[str] = ("year",)) -> pd.Series:
    """Return what the plants of each group lack, as ``PLANT/...`` joined by semicolons.

    Examples
    --------
    >>> plants = pd.DataFrame({"enterprise_id": ["A", "B"], "year": 2023,
    ...                        "missing": ["used;sent", ""]})
    >>> park_missing(plants).tolist()
    ['A/used;A/sent']
    """
    lacking = plants[plants["missing"] != ""]
    named = [
        ";".join(f"{plant}/{name}" for name in names.split(";"))
        for plant, names in zip(lacking["enterprise_id"], lacking["missing"], strict=True)
    ]
    told = pd.Series(named, index=lacking.index, dtype="str")
    return told.groupby([lacking[name] for name in by]).agg(";".join)


def joined_names(names: pd.Series) -> str:
    """Return the distinct names of texts that hold several, joined by semicolons in order.

    Examples
    --------
    >>> joined_names(pd.Series(["permit", "", "cems;permit"]))
    'cems;permit'
    """
    return ";".join(sorted({part for name in names for part in str(name).split(";") if part}))
