"""Consolidate: who is in, what plants send each other, which scopes count, which view."""

from __future__ import annotations

import numpy as np
import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.ledger import entries, joined
from parkkit.inventory.calculation import CALCULATED, greenhouse_gases
from parkkit.inventory.exports import allocated_rows, exported, sale_rows
from parkkit.park.package import Park

Split = tuple[pd.DataFrame, pd.DataFrame]
SENT = ("wastewater_sent", "waste_sent")
CELL = ["enterprise_id", "year", "species", "medium"]
# Nothing went, or it is told elsewhere.
NOTHING_SENT = ("NO", "NA", "IE")
# What is bought, sold or taken up says nothing of what a plant releases of what it received.
NOT_OWN = (*SENT, "purchased", "sold", "self_generated", "transport_hired", "captured", "sink")
RELEASE = "release"


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
    # Of a year in which the boundary is not drawn nobody can be told to be in.
    reason = found.loc[out.index, "basis"].fillna("not_drawn")
    return rows[is_member], entries(out, stage="boundary", reason=reason)


def net_transfers(rows: pd.DataFrame, membership: pd.DataFrame, *, level: str) -> Split:
    """Take out what one member gives another, so that it is counted once, where it is released.

    Wastewater and waste sent to a member count at that member's outlet, at either level. What is
    bought from a member (energy of every kind; materials where scope 3 is counted) is left out at
    park level only: the enterprise level is gross. Power bought from the grid that a member sold
    to the grid is not netted. What is sent to a plant outside is released there: of the gases an
    upstream release (scope 3), of a pollutant none of the park's.

    A member that takes something in and tells nothing of what it releases of it gets a row that
    is not computable (``missing`` is ``release``): else it would be nowhere, and the total whole.
    """
    inside = membership.loc[membership["is_member"], ["enterprise_id", "year"]]
    pairs = pd.MultiIndex.from_frame(inside)
    other = pd.MultiIndex.from_frame(rows[["counterpart_id", "year"]])
    to_member = pd.Series(other.isin(pairs), index=rows.index)
    is_sent = rows["use"].isin(SENT) | rows["sent_t"].notna()
    is_bought = rows["use"] == "purchased"
    netted = to_member & (is_sent | (is_bought & (level == "park")))
    is_upstream = rows["scope"].eq(3).fillna(False).astype(bool)
    elsewhere = is_sent & ~to_member & ~is_upstream
    reason = pd.Series(np.where(is_sent, "sent_to_member", "bought_from_member"), index=rows.index)
    ledger = joined(
        [
            entries(rows[netted], stage="transfer", reason=reason[netted]),
            entries(rows[elsewhere], stage="scope", reason="released_elsewhere"),
        ]
    )
    left = rows[~netted & ~elsewhere]
    return _with_untold(left, rows, rows[netted & is_sent]), ledger


def _with_untold(left: pd.DataFrame, rows: pd.DataFrame, taken_in: pd.DataFrame) -> pd.DataFrame:
    """Add to the rows left one for each cell that took something in and tells no release of it.

    A plant that sends it on tells what became of it. Of the gases the sender's row is a guess at
    how the receiver treats what it gets: any gas that this one tells of waste is its answer.
    """
    went = ~taken_in["status"].isin(NOTHING_SENT) & taken_in["emissions_t"].ne(0)
    went &= ~taken_in["is_biogenic"].astype(bool)
    cells = taken_in[went].drop(columns="enterprise_id").rename(
        columns={"counterpart_id": "enterprise_id"}
    )[CELL].drop_duplicates().sort_values(CELL)  # fmt: skip
    if not len(cells):
        return left
    untold = cells[~_is_told(cells, left, rows)]
    return _with_rows(left, untold, rows) if len(untold) else left


def _is_told(cells: pd.DataFrame, left: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    """Tell the cells of which their plant tells a release, or to whom it sends on."""
    gases = greenhouse_gases()
    own = left[~left["use"].isin(NOT_OWN)]
    is_waste = ~own["source_class"].isin(["energy", "process"])
    told = own[is_waste | (own["medium"] == "water")]
    # A sewer back to itself is no answer.
    sent = rows[rows["use"].isin(SENT) & (rows["counterpart_id"] != rows["enterprise_id"])]
    both = pd.MultiIndex.from_frame(pd.concat([told[CELL], sent[CELL]]))
    of_waste = own[(own["source_class"] == "waste") & own["species"].isin(gases)]
    plants = pd.MultiIndex.from_frame(of_waste[CELL[:2]])
    by_gas = pd.MultiIndex.from_frame(cells[CELL[:2]]).isin(plants) & cells["species"].isin(gases)
    return pd.Series(by_gas | pd.MultiIndex.from_frame(cells[CELL]).isin(both), cells.index)


def _with_rows(left: pd.DataFrame, untold: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Add a not-computable release of each cell; it is the plant's own, so a gas has scope 1."""
    texts = [str(name) for name in rows if pd.api.types.is_string_dtype(rows[name])]
    known = rows.drop_duplicates("enterprise_id").set_index("enterprise_id")["industry_code"]
    is_gas = untold["species"].isin(greenhouse_gases())
    scope = pd.Series(1, index=untold.index, dtype="Int64").where(is_gas)
    blank = dict.fromkeys([name for name in texts if name not in CELL], "")
    added = untold.assign(**blank).assign(
        source_id=untold["enterprise_id"], industry_code=untold["enterprise_id"].map(known),
        use="treated", source_class="waste", scope=scope, list=CALCULATED, is_biogenic=False,
        coverage_share=1.0, status="not_computable", missing=RELEASE,
    ).reindex(columns=rows.columns)  # fmt: skip
    left = left.astype({"is_factor_checked": "boolean"})
    return pd.concat([left, added.astype(left.dtypes)], ignore_index=True)


def keep_scopes(rows: pd.DataFrame, convention: Convention) -> Split:
    """Keep the scopes and gases that the convention counts; pollutants and memos stay."""
    has_scope = rows["scope"].notna()
    wrong_scope = has_scope & ~rows["scope"].isin(convention.scopes)
    wrong_gas = rows["species"].isin(greenhouse_gases() - {"co2"}) & (convention.gases == "co2")
    wrong_scope, wrong_gas = wrong_scope.astype(bool), wrong_gas.astype(bool)
    is_sent = rows["use"].isin(SENT) | rows["sent_t"].notna()
    why = pd.Series(np.where(is_sent, "released_elsewhere", "scope_not_counted"), index=rows.index)
    ledger = joined(
        [
            entries(rows[wrong_scope], stage="scope", reason=why[wrong_scope]),
            entries(rows[wrong_gas & ~wrong_scope], stage="scope", reason="gas_not_counted"),
        ]
    )
    return rows[~wrong_scope & ~wrong_gas], ledger


def apply_view(
    rows: pd.DataFrame,
    activity: pd.DataFrame,
    park: Park,
    membership: pd.DataFrame,
    convention: Convention,
) -> Split:
    """Return the rows in the view asked for.

    Production keeps what is released for exported energy. Consumption takes it off: each sale
    that leaves the boundary becomes rows of their own, scope 1 and negative (a pollutant has no
    scope), and the ledger takes the same amount with the other sign. Under
    ``export_value="allocated"`` a sale takes along its part of the seller's own fuel emissions,
    pollutants too; under ``"factor"`` the carbon that its buyer would report, and no pollutant.

    Parameters
    ----------
    rows : DataFrame
        Rows of ``emissions`` that are left before the view.
    activity : DataFrame
        The activity of every plant, in base units.
    """
    if convention.view == "production" or 1 not in convention.scopes:
        return rows, joined([])
    sold = exported(activity, membership, convention)
    if not len(sold):
        return rows, joined([])
    if convention.export_value == "factor":
        carried = sale_rows(sold, activity, park, convention)
    else:
        method = convention.chp
        carried = allocated_rows(sold, rows, activity, park.site_factors, method)
    rows = rows.astype({"is_factor_checked": "boolean"})
    taken_off = _negative(carried, rows)
    together = pd.concat([rows, taken_off], ignore_index=True)
    return together, entries(taken_off, stage="view", reason="exported_energy", sign=-1)


def _negative(carried: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return what exports carry as rows that take it off."""
    is_known = carried["emissions_t"].notna()
    status = np.select([~is_known, carried["is_short"].astype(bool)],
                       ["not_computable", "partial"], "computed")  # fmt: skip
    texts = [str(name) for name in rows if pd.api.types.is_string_dtype(rows[name])]
    blank = [name for name in texts if name not in carried]
    table = (
        carried.assign(**dict.fromkeys(blank, ""))
        .assign(
            emissions_t=-carried["emissions_t"],
            generated_t=-carried["generated_t"] if "generated_t" in carried else np.nan,
            status=pd.Series(status, index=carried.index, dtype="str"),
            is_biogenic=False,
        )
        .reindex(columns=rows.columns)
    )
    return table.fillna(dict.fromkeys(texts, "")).astype(rows.dtypes)
