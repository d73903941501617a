"""Waste: what plants generate of it, and what becomes of it within the year."""

from __future__ import annotations

import pandas as pd

from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.calculation import CALCULATED
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.reconciliation import taken_whole
from parkkit.inventory.water import (
    NONE,
    WHOLE_PARK,
    flag_names,
    joined_names,
    member_pairs,
    park_missing,
    told_status,
)

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
CLOSES = 0.001
WASTE = [*KEY, *(f"{name}_t" for name in MEASURES), "sent_to_members_t", "sent_outside_t",
         "received_t", "handled_t", "list", "other_lists", "utilisation_share", "treated_share",
         "balance_t", "status", "missing"]  # fmt: skip


def waste(inventory: Inventory, *, closes: float = CLOSES) -> pd.DataFrame:
    """Return what became of the waste of each member and of the park, by year and kind.

    One list is taken whole for a plant, year and kind of waste (``taken_whole``); what activity
    tells was sent counts where no list tells anything. Where the destinations a list tells
    account for all that was generated, those it does not tell took nothing. Nothing told from
    stock is nothing used from stock.

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
        and ``sent_outside_t``; ``received_t`` from members; ``handled_t``: what the plant's
        activity treats, its own and that of others, shown beside and in no sum;
        ``list`` and ``other_lists``; ``utilisation_share``, ``treated_share`` (of generated),
        ``balance_t`` (generated less the destinations of the year, without those from stock),
        ``status`` and ``missing``: a measure, of the park ``PLANT/measure``.

        A share of the park is that of the plants that have it, ``partial`` where some have not.

    References
    ----------
    Environmental statistics (环境统计), 一般工业固体废物综合利用率: (used + used from stock) /
    (generated + used from stock) [recalled].
    """
    rows = _told(inventory)
    plants = _plants(rows, inventory)
    plants = _judged(plants, _short(rows, plants), closes)
    both = pd.concat([_park(plants), plants], ignore_index=True)
    return both.sort_values(["year", "species", "enterprise_id"], ignore_index=True)[WASTE]


def _told(inventory: Inventory) -> pd.DataFrame:
    """Return every amount of waste that a member's lists or activity tell, and which count."""
    kinds = _kinds()
    columns = [*KEY, "list", "measure", "counterpart_id", "amount_t", "is_short", "is_taken"]
    lists = inventory.releases
    lists = lists[(lists["medium"] == MEDIUM) & lists["species"].isin(kinds)]
    measure = lists["destination"].map(DESTINATIONS)
    lists = lists.astype({"year": "int64"}).assign(
        measure=measure.mask(lists["amount_kind"] == "generated", GENERATED).astype("str"),
        is_taken=taken_whole(lists, rule=inventory.convention.release_rule),
    )
    activity = inventory.activity
    activity = activity[(activity["use"] == "waste_sent") & activity["item"].isin(kinds)]
    activity = activity.assign(species=activity["item"], list=CALCULATED, measure=SENT,
                               amount_t=activity["amount"])  # fmt: skip
    by_lists = pd.MultiIndex.from_frame(lists[KEY])
    activity["is_taken"] = ~pd.MultiIndex.from_frame(activity[KEY]).isin(by_lists)
    rows = pd.concat([_with_gaps(lists)[columns], _with_gaps(activity)[columns]])
    is_member = pd.MultiIndex.from_frame(rows[KEY[:2]]).isin(member_pairs(inventory))
    return rows[is_member].reset_index(drop=True)


def _kinds() -> list[str]:
    species = vocabulary("species")
    return list(species.loc[species["kind"] == MEDIUM, "species"])


def _with_gaps(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with 0 for what does not occur, and whether a number or month is missing."""
    rows = rows[rows["notation"] != "IE"]
    amount = rows["amount_t"].mask(rows["notation"].isin(NONE), 0.0)
    return rows.assign(amount_t=amount, is_short=amount.isna() | (rows["coverage_share"] < 1))


def _plants(rows: pd.DataFrame, inventory: Inventory) -> pd.DataFrame:
    """Return a row for each plant, year and kind of waste, every measure a column."""
    taken, other = rows[rows["is_taken"]], rows[~rows["is_taken"]]
    pairs = member_pairs(inventory)
    to_member = pd.MultiIndex.from_frame(taken[["counterpart_id", "year"]]).isin(pairs)
    inside = taken[(taken["measure"] == SENT) & to_member]
    sums = taken.groupby([*KEY, "measure"])["amount_t"].sum(min_count=1).unstack("measure")
    table = sums.reindex(columns=list(MEASURES)).add_suffix("_t")
    parts = {
        "sent_to_members_t": inside.groupby(KEY)["amount_t"].sum(min_count=1),
        "sent_outside_t": taken[(taken["measure"] == SENT) & ~to_member]
        .groupby(KEY)["amount_t"].sum(min_count=1),
        "received_t": inside.groupby(["counterpart_id", *KEY[1:]])["amount_t"]
        .sum(min_count=1).rename_axis(KEY),
        "handled_t": _handled(inventory, pairs),
        "list": taken.groupby(KEY)["list"].agg(joined_names),
        "other_lists": other.groupby(KEY)["list"].agg(joined_names),
    }  # fmt: skip
    named = [part.rename(name) for name, part in parts.items()]
    table = pd.concat([table.rename_axis(columns=None), *named], axis=1).sort_index()
    texts = {name: table[name].fillna("").astype("str") for name in ("list", "other_lists")}
    return table.assign(**texts).reset_index()


def _handled(inventory: Inventory, pairs: pd.MultiIndex) -> pd.Series:
    """Return what plants treat of each kind of waste, as their activity tells."""
    rows = inventory.activity
    is_kind = rows["item"].isin(_kinds())
    is_member = pd.MultiIndex.from_frame(rows[KEY[:2]]).isin(pairs)
    rows = rows[(rows["use"] == "treated") & is_kind & is_member]
    rows = _with_gaps(rows.assign(amount_t=rows["amount"], species=rows["item"]))
    return rows.groupby(KEY)["amount_t"].sum(min_count=1)


def _short(rows: pd.DataFrame, plants: pd.DataFrame) -> pd.DataFrame:
    """Return beside each plant which of its measures are told only partly."""
    flags = rows[rows["is_taken"]].groupby([*KEY, "measure"])["is_short"].any().unstack("measure")
    flags = flags.reindex(index=pd.MultiIndex.from_frame(plants[KEY]), columns=list(MEASURES))
    return flags.eq(True).reset_index(drop=True).rename_axis(columns=None)


def _judged(plants: pd.DataFrame, is_short: pd.DataFrame, closes: float) -> pd.DataFrame:
    """Add the shares, the balance and what is missing to the plants' amounts."""
    made = plants["generated_t"].where(~is_short[GENERATED])
    gone = plants[[f"{name}_t" for name in OF_THE_YEAR]].sum(axis=1, min_count=1)
    balance = (made - gone).where(~is_short[list(OF_THE_YEAR)].any(axis=1))
    is_closed = balance.abs() <= closes * made
    used, treated = (_known(plants, is_short, name, is_closed) for name in ("used", "treated"))
    stock = plants["used_from_stock_t"].fillna(0.0).where(~is_short["used_from_stock"])
    lacks = is_short.assign(
        **{GENERATED: made.isna(), "used": used.isna(), "treated": treated.isna()},
        destinations=gone.isna(),
    )
    told = plants[[f"{name}_t" for name in MEASURES]]
    return plants.assign(
        used_known_t=used + stock, there_t=made + stock, treated_known_t=treated, made_t=made,
        utilisation_share=((used + stock) / (made + stock)).where(made + stock > 0),
        treated_share=(treated / made).where(made > 0),
        balance_t=balance,
        status=told_status(lacks.any(axis=1), told),
        missing=flag_names(lacks),
    )  # fmt: skip


def _known(
    plants: pd.DataFrame, is_short: pd.DataFrame, name: str, is_closed: pd.Series
) -> pd.Series:
    """Return what went to a destination where it is known whole.

    Where the others account for all that was generated, nothing went to one that is not told.
    """
    amount = plants[f"{name}_t"].where(~is_short[name])
    return amount.mask(amount.isna() & is_closed, 0.0)


def _park(plants: pd.DataFrame) -> pd.DataFrame:
    """Return the park's row of each year and kind: sums, and shares of the plants that tell."""
    by = ["year", "species"]
    amounts = [name for name in WASTE if name.endswith("_t")]
    groups = plants.groupby(by)
    sums = groups[amounts].sum(min_count=1).join(groups[["list", "other_lists"]].agg(joined_names))
    for share, above, below in (
        ("utilisation_share", "used_known_t", "there_t"),
        ("treated_share", "treated_known_t", "made_t"),
    ):
        whole = plants[plants[share].notna()].groupby(by)[[above, below]].sum()
        sums[share] = (whole[above] / whole[below]).reindex(sums.index)
    # Who only receives tells nothing of its own, as those do who stand in no row at all.
    named = park_missing(plants[plants["list"] != ""], by)
    missing = named.reindex(sums.index).fillna("").astype("str")
    status = told_status(missing != "", sums[[f"{name}_t" for name in MEASURES]])
    return sums.assign(missing=missing, status=status, enterprise_id=WHOLE_PARK).reset_index()
