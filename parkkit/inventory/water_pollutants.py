"""Pollutants in water: generated at a plant, sent to treatment, released at an outlet."""

from __future__ import annotations

import pandas as pd

from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.compilation import Inventory, is_incomplete
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


def water_pollutants(inventory: Inventory) -> pd.DataFrame:
    """Return what each member and the park generate, send and release into water, by pollutant.

    Released (外排量) is what stands in ``inventory.emissions``; sent (纳管量) is what the ledger
    took out of it, as sent to a member or released elsewhere. So the COD of a plant connected to
    a member's treatment plant stands in ``sent_t``, and once, at that plant's outlet, in
    ``released_t``. Generated (产生量) is of the list that was taken for the release or for what
    was sent; where that tells none, what was calculated beside all of them, then of the best
    list.

    Returns
    -------
    DataFrame
        ``enterprise_id`` (blank is the park), ``year``, ``species``; ``generated_t``, ``sent_t``,
        ``sent_to_members_t`` (of it, inside the park), ``received_from_members_t``,
        ``released_t``, each with its list; ``status`` of what is sent and released, and
        ``missing``: ``generated``, ``sent`` or ``released``, of the park ``PLANT/...``.

        What a plant generates that receives from members is theirs, and is left out of the
        park's sum.
    """
    sent, released = _sent(inventory), _released(inventory)
    inside = sent[sent["is_inside"]]
    received = inside.groupby(["counterpart_id", "year", "species"])["amount_t"].agg(told_sum)
    received = received.rename_axis(CELL).rename("received_from_members_t")
    sums = {
        "sent": _summed(sent, "sent"),
        "sent_to_members": _summed(inside, "sent_to_members"),
        "released": _summed(released, "released"),
    }
    table = pd.concat([*sums.values(), received.to_frame()], axis=1).sort_index()
    made = _generated(inventory, sent, released)
    plants = table.join(made, how="left").reset_index()
    is_short = {name: plants[f"{name}_short"].eq(True) for name in ("sent", "released")}
    lacks = pd.DataFrame({"generated": plants["generated_t"].isna(), **is_short})
    values = plants[["sent_t", "released_t"]]
    plants = plants.assign(
        status=told_status(lacks[["sent", "released"]].any(axis=1), values),
        missing=flag_names(lacks),
    )
    lists = ("generated_list", "sent_list", "released_list")
    plants = plants.assign(**{name: plants[name].fillna("").astype("str") for name in lists})
    both = pd.concat([_park_pollutants(plants), plants], ignore_index=True)
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
    is_short = (amount.isna() & (notation != "IE")) | (rows["month"].notna() & (count < 12))
    is_inside = rows["reason"] == "sent_to_member"
    generated = _generated_of_sent(inventory, rows).mask(notation.isin(NONE), 0.0)
    return rows.assign(
        amount_t=amount, generated_t=generated, is_short=is_short, is_inside=is_inside
    )


def _generated_of_sent(inventory: Inventory, rows: pd.DataFrame) -> pd.Series:
    """Return what was generated of what was calculated as sent: the ledger holds only the latter.

    Months that were filled, and lists that were averaged, have no single activity behind them.
    """
    choices = inventory.convention
    if choices.fill != "none" or choices.release_rule == "mean":
        return pd.Series(float("nan"), index=rows.index)
    activity = inventory.activity[["activity_id", "key_id", "amount"]]
    factors = inventory.factors_used
    factors = factors[(factors["rank"] == 0) & (factors["stage"] == "generation")]
    told = rows[["activity_id", "species"]].merge(activity, on="activity_id", how="left")
    told = told.merge(factors[["key_id", "species", "t_per_base"]], on=["key_id", "species"],
                      how="left")  # fmt: skip
    return (told["amount"] * told["t_per_base"]).set_axis(rows.index)


def _summed(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    return rows.groupby(CELL).agg(
        **{f"{name}_t": ("amount_t", told_sum), f"{name}_list": ("list", joined_names),
           f"{name}_short": ("is_short", "any")}
    )  # fmt: skip


def _generated(inventory: Inventory, sent: pd.DataFrame, released: pd.DataFrame) -> pd.DataFrame:
    """Return what was generated, by plant, year and species, with the list that told it."""
    rows = _of_water(inventory.releases)
    rows = rows[rows["amount_kind"] == "generated"].astype({"year": "int64"})
    named = pd.concat([sent, released])[[*CELL, "list"]]
    named = named.assign(list=named["list"].str.split(";")).explode("list").drop_duplicates()
    taken = pd.MultiIndex.from_frame(named)
    is_taken = pd.MultiIndex.from_frame(rows[[*CELL, "list"]]).isin(taken)
    beside = pd.concat([sent, released])
    # Generated of a part would stand beside all that was sent and released.
    is_whole = beside["generated_t"].notna().groupby([beside[name] for name in CELL])
    beside = beside[is_whole.transform("all")]
    tables = [
        _made(rows[is_taken], inventory),
        _summed(beside.assign(amount_t=beside["generated_t"]), "generated"),
        _made(rows, inventory),
    ]
    table = pd.concat(tables)
    return table[~table.index.duplicated()][["generated_t", "generated_list"]]


def _made(rows: pd.DataFrame, inventory: Inventory) -> pd.DataFrame:
    best = rows[taken_whole(rows, rule=inventory.convention.release_rule)]
    best = best[best["amount_t"].notna()]
    return _summed(best.assign(is_short=best["coverage_share"] < 1), "generated")


def _park_pollutants(plants: pd.DataFrame) -> pd.DataFrame:
    receives = plants["received_from_members_t"].notna()
    own = plants.assign(generated_t=plants["generated_t"].where(~receives))
    by = ["year", "species"]
    amounts = [name for name in POLLUTANTS if name.endswith("_t")]
    lists = [name for name in POLLUTANTS if name.endswith("_list")]
    groups = own.groupby(by)
    sums = groups[amounts].sum(min_count=1).join(groups[lists].agg(joined_names))
    is_lacking = plants["status"].ne("computed").groupby([plants[name] for name in by]).any()
    missing = park_missing(plants[~(receives & plants["missing"].eq("generated"))], by)
    sums = sums.assign(
        missing=missing.reindex(sums.index).fillna("").astype("str"),
        status=told_status(is_lacking, sums[["sent_t", "released_t"]]),
    )
    return sums.reset_index().assign(enterprise_id=WHOLE_PARK)
