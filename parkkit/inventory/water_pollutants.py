"""Pollutants in water: generated at a plant, sent to treatment, released at an outlet."""

from __future__ import annotations

import pandas as pd

from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.calculation import CALCULATED, source_ids
from parkkit.inventory.compilation import Inventory, is_incomplete
from parkkit.inventory.consolidation import RELEASE
from parkkit.inventory.filling import EXCUSED, FILLED, MONTHS
from parkkit.inventory.list_groups import release_rules
from parkkit.inventory.reconciliation import taken_whole
from parkkit.inventory.water import (
    KEY,
    NONE,
    WHOLE_PARK,
    flag_names,
    joined_names,
    park_missing,
    told_status,
    told_sum,
)

CELL = [*KEY, "species"]
POLLUTANTS = [*CELL, "generated_t", "generated_list", "sent_t", "sent_to_members_t", "sent_list",
              "received_from_members_t", "released_t", "released_list", "status",
              "missing"]  # fmt: skip
SENT_REASONS = ("sent_to_member", "released_elsewhere")
SERIES = ["source_id", "list", "year", "species"]


def water_pollutants(inventory: Inventory) -> pd.DataFrame:
    """Return what each member and the park generate, send and release into water, by pollutant.

    Released (外排量) is what stands in ``inventory.emissions``; sent (纳管量) is what the ledger
    took out of it, as sent to a member or released elsewhere. So the COD of a plant connected to
    a member's treatment plant stands in ``sent_t``, and once, at that plant's outlet, in
    ``released_t``. Generated (产生量) is of the list that was taken for the release or for what
    was sent (of several, averaged, their mean); where that tells none, what was calculated
    beside all of them, then of the best list.

    Returns
    -------
    DataFrame
        ``enterprise_id`` (blank is the park), ``year``, ``species``; ``generated_t``, ``sent_t``,
        ``sent_to_members_t`` (of it, inside the park), ``received_from_members_t``,
        ``released_t``, each with its list; ``status`` of what is sent and released, and
        ``missing``: ``generated``, ``sent`` or ``released``, of the park ``PLANT/...``.

        What a plant generates that receives from members is theirs, and is left out of the
        park's sum; so is what it sends on to a member, which was sent before. What it sends on to
        a plant outside leaves the park, and counts. One that tells no release of what it received
        lacks ``released``.
    """
    sent, released = _sent(inventory), _released(inventory)
    inside = sent[sent["is_inside"]]
    received = inside.groupby(["counterpart_id", "year", "species"])["amount_t"].agg(told_sum)
    received = received.rename_axis(CELL).rename("received_from_members_t")
    sums = {
        "sent": _summed(sent, "sent"),
        "sent_to_members": _summed(inside, "sent_to_members"),
        "sent_outside": _summed(sent[~sent["is_inside"]], "sent_outside"),
        "released": _summed(released, "released"),
    }
    table = pd.concat([*sums.values(), received.to_frame()], axis=1).sort_index()
    made = _generated(inventory, sent, released)
    plants = table.join(made, how="left").reset_index()
    is_short = {name: plants[f"{name}_short"].eq(True) for name in ("sent", "released")}
    is_partly = plants["generated_short"].eq(True)
    lacks = pd.DataFrame({"generated": plants["generated_t"].isna() | is_partly, **is_short})
    values = plants[["sent_t", "released_t"]]
    plants = plants.assign(
        status=told_status(lacks[["sent", "released"]].any(axis=1), values),
        missing=flag_names(lacks),
    )
    lists = ("generated_list", "sent_list", "released_list")
    plants = plants.assign(**{name: plants[name].fillna("").astype("str") for name in lists})
    came = inside[inside["amount_t"] != 0]
    receivers = pd.MultiIndex.from_frame(came[["counterpart_id", "year", "species"]])
    receives = pd.Series(pd.MultiIndex.from_frame(plants[CELL]).isin(receivers), plants.index)
    both = pd.concat([_park_pollutants(plants, lacks, receives), plants], ignore_index=True)
    ordered = both.sort_values(["year", "species", "enterprise_id"], ignore_index=True)
    return ordered.reindex(columns=POLLUTANTS)


def _pollutants() -> list[str]:
    species = vocabulary("species")
    return list(species.loc[species["kind"] == "pollutant", "species"])


def _of_water(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[(rows["medium"] == "water") & rows["species"].isin(_pollutants())]


def _released(inventory: Inventory) -> pd.DataFrame:
    rows = _of_water(inventory.emissions)
    is_none = rows["status"].isin(NONE)
    return rows.assign(
        amount_t=rows["emissions_t"].mask(is_none, 0.0), is_short=is_incomplete(rows),
        generated_t=rows["generated_t"].mask(is_none, 0.0),
        # No list tells of a release that nobody tells.
        list=rows["list"].mask(rows["missing"] == RELEASE, ""),
    )  # fmt: skip


def _sent(inventory: Inventory) -> pd.DataFrame:
    """Return the ledger's rows of what members sent, with whether months are missing."""
    rows = _of_water(inventory.ledger)
    rows = rows[rows["reason"].isin(SENT_REASONS) & rows["stage"].isin(["transfer", "scope"])]
    notations = pd.concat(
        [inventory.releases.set_index("release_id")["notation"],
         inventory.activity.set_index("activity_id")["notation"]]
    )  # fmt: skip
    told_by = rows["release_id"].where(rows["release_id"] != "", rows["activity_id"])
    notation = told_by.map(notations[~notations.index.duplicated()]).fillna("")
    amount = rows["amount_t"].mask(notation.isin(NONE), 0.0)
    months = rows["month"].where(amount.notna())
    source = [rows[name] for name in ("source_id", "year", "species")]
    count = months.groupby(source).transform("nunique")
    is_short = (amount.isna() & (notation != "IE")) | (rows["month"].notna() & (count < MONTHS))
    is_short &= ~_is_filled(rows, inventory, also=("counterpart_id",))
    is_inside = rows["reason"] == "sent_to_member"
    generated = _generated_of_sent(inventory, rows).mask(notation.isin(NONE), 0.0)
    return rows.assign(
        amount_t=amount, generated_t=generated, is_short=is_short, is_inside=is_inside
    )


def _is_filled(rows: pd.DataFrame, inventory: Inventory, also: tuple[str, ...] = ()) -> pd.Series:
    """Tell the rows of series whose missing months the convention filled."""
    key = [*SERIES, *also]
    added = inventory.ledger[inventory.ledger["reason"] == FILLED]
    series = pd.MultiIndex.from_frame(added[key])
    return pd.Series(pd.MultiIndex.from_frame(rows[key]).isin(series), index=rows.index)


def _generated_of_sent(inventory: Inventory, rows: pd.DataFrame) -> pd.Series:
    """Return what was generated of what was calculated as sent: the ledger holds only the latter.

    Lists that were averaged have no single activity behind them.
    """
    is_mean = release_rules(rows["species"], inventory.convention) == "mean"
    activity = inventory.activity[["activity_id", "key_id", "amount"]]
    factors = inventory.factors_used
    factors = factors[(factors["rank"] == 0) & (factors["stage"] == "generation")]
    told = rows[["activity_id", "species"]].merge(activity, on="activity_id", how="left")
    told = told.merge(factors[["key_id", "species", "t_per_base"]], on=["key_id", "species"],
                      how="left")  # fmt: skip
    made = (told["amount"] * told["t_per_base"]).set_axis(rows.index)
    # Filled months have no activity; of what they sent as much was generated as of the others.
    series = [rows[name] for name in (*SERIES, "counterpart_id")]
    known = made.groupby(series).transform("sum")
    sent = rows["amount_t"].where(made.notna()).groupby(series).transform("sum")
    is_added = (rows["activity_id"] == "") & (rows["list"] == CALCULATED)
    filled = made.mask(is_added, rows["amount_t"] * known / sent.where(sent > 0))
    return filled.mask(is_mean)


def _summed(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    return rows.groupby(CELL).agg(
        **{f"{name}_t": ("amount_t", told_sum), f"{name}_list": ("list", joined_names),
           f"{name}_short": ("is_short", "any")}
    )  # fmt: skip


def _generated(inventory: Inventory, sent: pd.DataFrame, released: pd.DataFrame) -> pd.DataFrame:
    """Return what was generated, by plant, year and species, with the list that told it."""
    rows = _of_water(inventory.releases)
    rows = rows[rows["amount_kind"] == "generated"].astype({"year": "int64"})
    rows = _with_filled(rows, inventory)
    named = pd.concat([sent, released])[[*CELL, "list"]]
    named = named.assign(list=named["list"].str.split(";")).explode("list").drop_duplicates()
    lists = pd.MultiIndex.from_frame(named)
    taken = rows[pd.MultiIndex.from_frame(rows[[*CELL, "list"]]).isin(lists)]
    beside = pd.concat([sent, released])
    # What is told elsewhere was generated there too.
    beside = beside[beside["amount_t"].notna() | beside["is_short"]]
    # Generated of a part would stand beside all that was sent and released.
    is_whole = beside["generated_t"].notna().groupby([beside[name] for name in CELL])
    beside = beside[is_whole.transform("all")]
    rule = release_rules(rows["species"], inventory.convention)
    is_mean = rule[taken.index] == "mean"
    best = taken_whole(taken, rule=rule[taken.index])
    averaged = _averaged(taken[is_mean], best[is_mean])
    tables = [
        _summed(averaged, "generated"),
        _summed(taken[best & ~is_mean], "generated"),
        _summed(beside.assign(amount_t=beside["generated_t"]), "generated"),
        _summed(rows[taken_whole(rows, rule=rule)], "generated"),
    ]
    table = pd.concat([each[each["generated_t"].notna()] for each in tables])
    return table[~table.index.duplicated()]


def _with_filled(rows: pd.DataFrame, inventory: Inventory) -> pd.DataFrame:
    """Return generated amounts with what filling adds, and whether a number or month is missing.

    Where the months that a source released or sent were filled, so are those it generated.
    """
    source = rows.assign(source_id=source_ids(rows).str.rstrip("/"))
    is_filled = _is_filled(source, inventory) & (rows["coverage_share"] > 0)
    excused = rows["month"].where(rows["notation"].isin(EXCUSED))
    series = [source[name] for name in SERIES]
    count = excused.groupby(series).transform("nunique").astype("float64")
    size = ((MONTHS - count) / (MONTHS * rows["coverage_share"])).where(is_filled, 1.0)
    amount = rows["amount_t"].mask(rows["notation"].isin(NONE), 0.0) * size
    is_short = (amount.isna() & (rows["notation"] != "IE")) | (rows["coverage_share"] < 1)
    return rows.assign(amount_t=amount, is_short=is_short & ~is_filled)


def _averaged(rows: pd.DataFrame, best: pd.Series) -> pd.DataFrame:
    """Return the rows of the lists that were averaged at their share of the mean.

    Lists that tell the plant as a whole are averaged with each other, and so are those that tell
    its processes: of the two the best list decides.
    """
    sides = pd.MultiIndex.from_frame(rows[CELL].assign(is_whole=rows["process"] == ""))
    alike = rows[sides.isin(sides[best.to_numpy()])]
    tellers = alike["list"].where(alike["amount_t"].notna())
    count = tellers.groupby([alike[name] for name in (*CELL, "process")]).transform("nunique")
    return alike.assign(amount_t=alike["amount_t"] / count.where(count > 0))


def _park_pollutants(
    plants: pd.DataFrame, lacks: pd.DataFrame, receives: pd.Series
) -> pd.DataFrame:
    """Return the park's rows: what receivers generate and send on to members is the senders'."""
    own = plants.assign(
        generated_t=plants["generated_t"].where(~receives),
        sent_t=plants["sent_t"].where(~receives, plants["sent_outside_t"]),
        sent_to_members_t=plants["sent_to_members_t"].where(~receives),
        missing=flag_names(lacks.assign(generated=lacks["generated"] & ~receives)),
    )
    by = ["year", "species"]
    amounts = [name for name in POLLUTANTS if name.endswith("_t")]
    lists = [name for name in POLLUTANTS if name.endswith("_list")]
    groups = own.groupby(by)
    sums = groups[amounts].sum(min_count=1).join(groups[lists].agg(joined_names))
    is_lacking = plants["status"].ne("computed").groupby([plants[name] for name in by]).any()
    missing = park_missing(own, by)
    sums = sums.assign(
        received_from_members_t=sums["sent_to_members_t"],
        missing=missing.reindex(sums.index).fillna("").astype("str"),
        status=told_status(is_lacking, sums[["sent_t", "released_t"]]),
    )
    return sums.reset_index().assign(enterprise_id=WHOLE_PARK)
