"""Waste: what plants generate of it, and what becomes of it within the year."""

from __future__ import annotations

import pandas as pd

from parkkit.core.errors import ParkError
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.waste_rows import (
    GENERATED,
    KEY,
    MEASURES,
    OF_THE_YEAR,
    SENT,
    treated_by_activity,
    waste_rows,
)
from parkkit.inventory.waste_settling import SETTLED, settled
from parkkit.inventory.water import (
    WHOLE_PARK,
    flag_names,
    joined_names,
    member_pairs,
    park_missing,
    told_status,
)

__all__ = ["CLOSES", "OF_THE_YEAR", "waste"]

CLOSES = 0.001
WASTE = [*KEY, *(f"{name}_t" for name in MEASURES), "sent_to_members_t", "sent_outside_t",
         "received_t", "received_outside_t", "handled_t", "list", "other_lists",
         "utilisation_share", "treated_share", "balance_t", "status", "missing"]  # fmt: skip
SHARES = {"used": "utilisation_share", "treated": "treated_share"}


def waste(inventory: Inventory, *, closes: float = CLOSES) -> pd.DataFrame:
    """Return what became of the waste of each member and of the park, by year and kind.

    One list is taken whole for a plant, year and kind of waste (``taken_whole``); what activity
    tells was sent counts where no list tells anything. Where the destinations a list tells
    account for all that was generated, those it does not tell took nothing. Nothing told from
    stock is nothing used from stock.

    Used and disposed are of the year's waste alone. A statistical return means more by them, it
    counts in what was taken from earlier years' stock: 产生量 = (综合利用量 - 其中往年) + 贮存量 +
    (处置量 - 其中往年) + 倾倒丢弃量. An import takes that part off; so must who fills the table.

    A plant that receives waste tells of it too where its destinations are more than what it
    generated; they then meet what was generated and received. What members send to members is
    settled in the park's shares by what the receiver did with it: as its list tells, of each
    tonne alike, else as its activity ``treated`` tells. Where neither is known of anything that
    stayed in the park so, the park's share is missing.

    Parameters
    ----------
    closes : float
        Generated and the sum of the destinations agree within this share of what was generated
        (0.001: a rounding).

    Returns
    -------
    DataFrame
        ``enterprise_id`` (blank is the park), ``year``, ``species`` (``general_solid_waste``,
        ``hazardous_waste``); in t ``generated_t``, ``used_t`` (综合利用), ``treated_t``,
        ``stored_t``, ``disposed_t``, ``sent_t``, ``dumped_t`` (倾倒丢弃), ``used_from_stock_t``,
        ``disposed_from_stock_t``; of sent, ``sent_to_members_t``, which stays inside the park,
        and ``sent_outside_t``; ``received_t`` from members, ``received_outside_t`` from plants of
        the data that are none; ``handled_t``: what the plant's activity treats, its own and that
        of others, shown beside and in no sum; ``list`` and ``other_lists``;
        ``utilisation_share``, ``treated_share`` (of generated, and received where the list tells
        of that), ``balance_t`` (the same less the destinations of the year, without those from
        stock), ``status`` and ``missing``: a measure, of the park ``PLANT/measure``.

        A share of a plant is of what it did itself. A share of the park is that of the plants
        that have it, ``partial`` where some have not.

    Raises
    ------
    ParkError
        If ``closes`` is below 0.

    References
    ----------
    Environmental statistics (环境统计), 一般工业固体废物综合利用率: (used + used from stock) /
    (generated + used from stock) [recalled].
    """
    if not closes >= 0:
        raise ParkError("number_below", where="waste", name="closes", given=closes, low=0)
    rows = waste_rows(inventory)
    rows = rows[rows["notation"] != "IE"]
    plants = _plants(rows, inventory)
    judged, lacks = _judged(plants, _short(rows, plants), closes)
    park = settled(judged, _inside(rows, inventory), closes=closes)
    both = pd.concat([_park(judged, lacks, park), judged], ignore_index=True)
    return both.sort_values(["year", "species", "enterprise_id"], ignore_index=True)[WASTE]


def _inside(rows: pd.DataFrame, inventory: Inventory) -> pd.DataFrame:
    """Return what was sent to members, by members or not."""
    to_member = pd.MultiIndex.from_frame(rows[["counterpart_id", "year"]]).isin(
        member_pairs(inventory)
    )
    return rows[rows["is_taken"] & (rows["measure"] == SENT) & to_member]


def _plants(rows: pd.DataFrame, inventory: Inventory) -> pd.DataFrame:
    """Return a row for each plant, year and kind of waste, every measure a column."""
    inside = _inside(rows, inventory)
    own = rows[rows["is_member"]]
    taken, other = own[own["is_taken"]], own[~own["is_taken"]]
    sums = taken.groupby([*KEY, "measure"])["amount_t"].sum(min_count=1).unstack("measure")
    table = sums.reindex(columns=list(MEASURES)).add_suffix("_t")
    outside = taken[(taken["measure"] == SENT) & ~taken.index.isin(inside.index)]
    receiver = ["counterpart_id", *KEY[1:]]
    parts = {
        "sent_to_members_t": _sums(inside[inside["is_member"]], KEY),
        "sent_outside_t": _sums(outside, KEY),
        "received_t": _sums(inside[inside["is_member"]], receiver),
        "received_outside_t": _sums(inside[~inside["is_member"]], receiver),
        "handled_t": treated_by_activity(inventory),
        "list": taken.groupby(KEY)["list"].agg(joined_names),
        "other_lists": other.groupby(KEY)["list"].agg(joined_names),
    }
    named = [part.rename(name) for name, part in parts.items()]
    table = pd.concat([table.rename_axis(columns=None), *named], axis=1).sort_index()
    texts = {name: table[name].fillna("").astype("str") for name in ("list", "other_lists")}
    return table.assign(**texts).reset_index()


def _sums(rows: pd.DataFrame, key: list[str]) -> pd.Series:
    return rows.groupby(key)["amount_t"].sum(min_count=1).rename_axis(KEY)


def _short(rows: pd.DataFrame, plants: pd.DataFrame) -> pd.DataFrame:
    """Return beside each plant which of its measures are told only partly."""
    flags = rows[rows["is_taken"]].groupby([*KEY, "measure"])["is_short"].any().unstack("measure")
    flags = flags.reindex(index=pd.MultiIndex.from_frame(plants[KEY]), columns=list(MEASURES))
    return flags.eq(True).reset_index(drop=True).rename_axis(columns=None)


def _judged(
    plants: pd.DataFrame, is_short: pd.DataFrame, closes: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add the shares, the balance and what is missing to the plants' amounts."""
    plants = _balanced(plants, is_short, closes)
    made, there = plants["made_t"], plants["there_t"]
    known = {name: _known(plants, is_short, name, plants["is_closed"]) for name in SHARES}
    stock = plants["used_from_stock_t"].fillna(0.0).where(~is_short["used_from_stock"])
    lacks = is_short.assign(
        **{GENERATED: made.isna(), **{name: known[name].isna() for name in SHARES}},
        destinations=plants[[f"{name}_t" for name in OF_THE_YEAR]].isna().all(axis=1),
    )
    above = {"used": known["used"] + stock, "treated": known["treated"]}
    below = {"used": there + stock, "treated": there}
    judged = plants.assign(
        **{SHARES[name]: (above[name] / below[name]).where(below[name] > 0) for name in SHARES},
        **{f"{name}_known_t": known[name] for name in SHARES},
        stock_t=stock, missing=flag_names(lacks),
        status=told_status(lacks.any(axis=1), plants[[f"{name}_t" for name in MEASURES]]),
    )  # fmt: skip
    return judged, lacks


def _balanced(plants: pd.DataFrame, is_short: pd.DataFrame, closes: float) -> pd.DataFrame:
    """Add what there was, what is gone, and whether the one accounts for the other."""
    made = plants["generated_t"].where(~is_short[GENERATED])
    gone = plants[[f"{name}_t" for name in OF_THE_YEAR]].sum(axis=1, min_count=1)
    gone_known = gone.where(~is_short[list(OF_THE_YEAR)].any(axis=1))
    received = plants[["received_t", "received_outside_t"]].sum(axis=1)
    # Who tells nothing of what it generated tells of what it received, if it is enough for that.
    tells_received = (received > 0) & (
        (gone > made * (1 + closes)) | (made.isna() & (gone >= received * (1 - closes)))
    )
    there = made + received.where(tells_received, 0.0)
    only_received = (gone_known - received).where(tells_received & made.isna())
    balance = there - gone_known
    return plants.assign(
        made_t=made, there_t=there, gone_t=gone_known, all_received_t=received, balance_t=balance,
        tells_received=tells_received,
        is_closed=(balance.abs() <= closes * there) | (only_received.abs() <= closes * received),
    )  # fmt: skip


def _known(
    plants: pd.DataFrame, is_short: pd.DataFrame, name: str, is_closed: pd.Series
) -> pd.Series:
    """Return what went to a destination where it is known whole.

    Where the others account for all that was generated, nothing went to one that is not told.
    """
    amount = plants[f"{name}_t"].where(~is_short[name])
    return amount.mask(amount.isna() & is_closed, 0.0)


def _park(plants: pd.DataFrame, lacks: pd.DataFrame, park: pd.DataFrame) -> pd.DataFrame:
    """Return the park's row of each year and kind: sums, and shares of the plants that tell."""
    by = ["year", "species"]
    keys = [plants[name] for name in by]
    amounts = [name for name in WASTE if name.endswith("_t")]
    groups = plants.groupby(by)
    sums = groups[amounts].sum(min_count=1).join(groups[["list", "other_lists"]].agg(joined_names))
    for name, share in SHARES.items():
        stock = plants["stock_t"] if name == "used" else 0.0
        below = plants["made_t"] + stock
        above = park[f"{name}_{SETTLED}_t"] + stock
        has = plants[share].notna() & above.notna()
        whole = above.where(has).groupby(keys).sum() / below.where(has).groupby(keys).sum()
        is_open = (park[f"{name}_is_open"] & plants[share].notna()).groupby(keys).any()
        sums[share] = whole.where(~is_open).reindex(sums.index)
    # Who only receives tells nothing of its own, as those do who stand in no row at all.
    own = lacks.where(plants["list"] != "", False)
    own = own.assign(**{name: own[name] | park[f"{name}_is_lacking"] for name in SHARES})
    named = park_missing(plants.assign(missing=flag_names(own)), by)
    missing = named.reindex(sums.index).fillna("").astype("str")
    status = told_status(missing != "", sums[[f"{name}_t" for name in MEASURES]])
    return sums.assign(missing=missing, status=status, enterprise_id=WHOLE_PARK).reset_index()
