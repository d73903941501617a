"""Consolidate: who is in, what plants send each other, which scopes count, which view."""

from __future__ import annotations

import numpy as np
import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.ledger import entries, joined
from parkkit.inventory.calculation import greenhouse_gases
from parkkit.inventory.resolution import KEY, resolve
from parkkit.park.package import Park

Split = tuple[pd.DataFrame, pd.DataFrame]
SENT = ("wastewater_sent", "waste_sent")


def cut(rows: pd.DataFrame, membership: pd.DataFrame) -> Split:
    """Keep the rows of members; the others go to the ledger with why they are not in.

    Parameters
    ----------
    membership : DataFrame
        ``enterprise_id``, ``year``, ``is_member``, ``basis``.
    """
    found = rows[["enterprise_id", "year"]].merge(membership, how="left")
    found.index = rows.index
    is_member = found["is_member"].fillna(False).astype(bool)
    out = rows[~is_member]
    return rows[is_member], entries(out, stage="boundary", reason=found.loc[out.index, "basis"])


def net_transfers(rows: pd.DataFrame, membership: pd.DataFrame, *, level: str) -> Split:
    """Take out what one member gives another, so that it is counted once, where it is released.

    Wastewater and waste sent to a member count at that member's outlet, at either level. Power
    and heat bought from a member are left out at park level only: the enterprise level is gross.
    Power bought from the grid that a member sold to the grid is not netted.
    """
    inside = membership.loc[membership["is_member"], ["enterprise_id", "year"]]
    pairs = pd.MultiIndex.from_frame(inside)
    other = pd.MultiIndex.from_frame(rows[["counterpart_id", "year"]])
    to_member = pd.Series(other.isin(pairs), index=rows.index)
    is_sent = rows["use"].isin(SENT) | rows["sent_t"].notna()
    is_bought = rows["use"] == "purchased"
    netted = to_member & (is_sent | (is_bought & (level == "park")))
    elsewhere = is_sent & ~to_member
    reason = pd.Series(np.where(is_sent, "sent_to_member", "bought_from_member"), index=rows.index)
    ledger = joined(
        [
            entries(rows[netted], stage="transfer", reason=reason[netted]),
            # Released by a plant outside: scope 3, which is not among the scopes counted.
            entries(rows[elsewhere], stage="scope", reason="released_elsewhere"),
        ]
    )
    return rows[~netted & ~elsewhere], ledger


def keep_scopes(rows: pd.DataFrame, convention: Convention) -> Split:
    """Keep the scopes and gases that the convention counts; pollutants and memos stay."""
    has_scope = rows["scope"].notna()
    wrong_scope = has_scope & ~rows["scope"].isin(convention.scopes)
    wrong_gas = rows["species"].isin(greenhouse_gases() - {"co2"}) & (convention.gases == "co2")
    wrong_scope, wrong_gas = wrong_scope.astype(bool), wrong_gas.astype(bool)
    ledger = joined(
        [
            entries(rows[wrong_scope], stage="scope", reason="scope_not_counted"),
            entries(rows[wrong_gas & ~wrong_scope], stage="scope", reason="gas_not_counted"),
        ]
    )
    return rows[~wrong_scope & ~wrong_gas], ledger


def exports(activity: pd.DataFrame, park: Park, convention: Convention) -> pd.DataFrame:
    """Return what is sold as power and heat, valued by the factor a buyer would use.

    Parameters
    ----------
    activity : DataFrame
        The activity in base units; rows with use ``sold`` are valued.

    Returns
    -------
    DataFrame
        The sold rows with ``species``, ``factor_id``, ``factor_set`` and ``value_t`` (tonnes).
    """
    sold = activity[(activity["use"] == "sold") & activity["item"].isin(["electricity", "heat"])]
    keys = sold.drop_duplicates("key_id")[["key_id", *KEY]].assign(use="purchased")
    used = resolve(keys, park, convention)
    used = used[used["rank"] == 0][["key_id", "species", "t_per_base", "factor_id", "factor_set"]]
    rows = sold.merge(used, on="key_id", how="left")
    has_factor = rows["species"].notna()
    return rows.assign(
        species=rows["species"].fillna("co2"),
        missing=np.where(has_factor, "", "factor"),
        value_t=rows["amount"] * rows["t_per_base"],
    )


def apply_view(
    rows: pd.DataFrame, sold: pd.DataFrame, membership: pd.DataFrame, convention: Convention
) -> Split:
    """Return the rows in the view asked for.

    Production keeps what is released for exported energy. Consumption takes it off: each sale to
    somebody who is no member becomes a row of its own, scope 1 and negative, and the ledger takes
    the same amount with the other sign.
    """
    if convention.view == "production" or 1 not in convention.scopes or not len(sold):
        return rows, joined([])
    inside = membership.loc[membership["is_member"], ["enterprise_id", "year"]]
    pairs = pd.MultiIndex.from_frame(inside)
    is_ours = pd.MultiIndex.from_frame(sold[["enterprise_id", "year"]]).isin(pairs)
    to_us = pd.MultiIndex.from_frame(sold[["counterpart_id", "year"]]).isin(pairs)
    exported = sold[is_ours & ~to_us]
    taken_off = exported.assign(
        source_id=exported["enterprise_id"] + "/" + exported["process"],
        source_class="energy",
        medium="air",
        scope=pd.Series(1, index=exported.index, dtype="Int64"),
        emissions_t=-exported["value_t"],
        is_biogenic=False,
        part_of="",
        list="calculated",
        release_id="",
        control="",
        status=np.where(exported["value_t"].notna(), "computed", "not_computable"),
        activity_rank=exported["data_rank"],
    )
    together = pd.concat(
        [rows, taken_off.reindex(columns=rows.columns).astype(rows.dtypes)], ignore_index=True
    )
    return together, entries(taken_off, stage="view", reason="exported_energy", sign=-1)
