"""Deviations: which rows of an inventory are wrong together, and how far each may be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from parkkit.core.uncertainty_rule import UncertaintyRule, percent_by_rank
from parkkit.inventory.calculation import CALCULATED
from parkkit.inventory.claims import CLAIM
from parkkit.inventory.compilation import CO2E, Inventory, is_memo
from parkkit.inventory.filling import FILLED

# What an allocated export is a part of: the own release of its source, list and species.
RELEASE = ["source_id", "list", "species", "medium", "year"]
FUEL_USES = ("fuel_combustion", "treated", "")


def deviating(
    inventory: Inventory, rule: UncertaintyRule, *, years: Sequence[int] = ()
) -> pd.DataFrame:
    """Return the rows that have a number, with what each shares its errors with.

    Rows of one activity share its error, whatever their gases; rows of one ``factor_id`` share
    that factor's. Two activity rows are independent: two halves of a split row, or the months of
    one meter, come out narrower together than the whole. A reported release has one error, its
    own. The values of several lists, averaged (``mean_of_lists``), are independent of each other.

    - A **certificate** takes the error of the factor of the power it is for, so that power
      claimed as green has none; the amount on the certificate is settled and counts as exact.
      What the power releases by a contract's own factor is the second row of the contract, and
      errs with that factor alone, of which nobody tells the uncertainty.
    - An **export by allocation** is a part of the seller's own release and has the errors of
      those rows; what was sold of what was made counts as exact. One by factor has the error of
      the sale and of its factor.
    - **Filled months** have no uncertainty of their own, only one by rank.
    - The shares of control devices count as exact, and so do the parameters beside the one whose
      uncertainty the factor's source tells.

    Parameters
    ----------
    rule : UncertaintyRule
        Says what a data rank stands for where a row tells no uncertainty.

    Returns
    -------
    DataFrame
        Rows of ``emissions`` without memos, with ``activity_key``, ``factor_key`` (blank where
        there is no factor), ``activity_percent`` and ``factor_percent`` (half-widths of the 95 %
        interval; missing where nobody tells one; the widest where the rows of one key differ),
        ``lacks_activity`` and ``lacks_factor`` (whose: an origin, a factor set).
    """
    rows = inventory.emissions
    rows = rows[~is_memo(rows) & rows["emissions_t"].notna()]
    rows = _own_errors(rows[rows["year"].isin(years)] if len(years) else rows, inventory, rule)
    rows = _claimed(rows)
    rows = _exported(rows)
    rows = rows.assign(
        activity_percent=rows.groupby("activity_key")["activity_percent"].transform("max"),
        factor_percent=rows.groupby("factor_key")["factor_percent"].transform("max"),
    )
    is_calculated = rows["list"] == CALCULATED
    what = pd.Series(np.where(is_calculated, "activity:", "release:"), index=rows.index)
    return rows.assign(
        lacks_activity=(what + rows["origin"]).where(rows["activity_percent"].isna(), ""),
        lacks_factor=("factor:" + rows["factor_set"]).where(rows["factor_percent"].isna(), ""),
    )


def with_co2e(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with ``amount_t``, those of gases once more as CO2e.

    A gas and its CO2e have the same keys, so they deviate together.
    """
    gases = rows[rows["co2e_t"].notna()]
    together = [
        rows.assign(amount_t=rows["emissions_t"]),
        gases.assign(species=CO2E, amount_t=gases["co2e_t"]),
    ]
    return pd.concat(together, ignore_index=True)


def _own_errors(rows: pd.DataFrame, inventory: Inventory, rule: UncertaintyRule) -> pd.DataFrame:
    """Add the keys and what each row, its activity or its rank tells of its own uncertainty."""
    is_filled = rows["missing"] == FILLED
    told = inventory.activity.drop_duplicates("activity_id").set_index("activity_id")
    activity = rows["activity_uncertainty_percent"].fillna(
        rows["activity_id"].map(told["uncertainty_percent"]).astype("float64")
    )
    by_rank = percent_by_rank(rows["activity_rank"], rule.activity_by_rank)
    has_factor = rows["factor_id"] != ""
    factor = rows["factor_uncertainty_percent"].fillna(
        rows["factor_id"].map(_factors_told(inventory)).astype("float64")
    )
    factor = factor.fillna(percent_by_rank(rows["factor_rank"], rule.factor_by_rank))
    return rows.assign(
        activity_key=_activity_keys(rows),
        factor_key=("factor/" + rows["factor_id"]).where(has_factor, ""),
        activity_percent=activity.mask(is_filled).fillna(by_rank),
        factor_percent=factor.where(has_factor, 0.0),
    )


def _activity_keys(rows: pd.DataFrame) -> pd.Series:
    """Return what each row's amount is known by: an activity, a reported release, filled months."""
    key = ("activity/" + rows["activity_id"]).where(rows["activity_id"] != "", "")
    key = key.mask((key == "") & (rows["release_id"] != ""), "release/" + rows["release_id"])
    filled = rows[key == ""]
    told = pd.Series("filled", index=filled.index, dtype="str")
    for name in ("source_id", "list", "item", "use", "counterpart_id", "year"):
        told = told + "/" + filled[name].astype("str")
    # A filled release stands for a species of its own, a filled activity for all its gases.
    told = told + ("/" + filled["species"]).where(filled["factor_id"] == "", "")
    return key.where(key != "", told.reindex(key.index))


def _factors_told(inventory: Inventory) -> pd.Series:
    """Return the half-width of each factor that was a candidate, for rows made after that."""
    used = inventory.factors_used.dropna(subset=["factor_uncertainty_percent"])
    return used.groupby("factor_id")["factor_uncertainty_percent"].max()


def _claimed(rows: pd.DataFrame) -> pd.DataFrame:
    """Give each certificate the factor of the power it is for, and a settled amount."""
    is_claim = rows["factor_set"] == CLAIM
    if not is_claim.any():
        return rows
    power = rows[(rows["use"] == "purchased") & ~is_claim & (rows["species"] == "co2")]
    power = power.drop_duplicates("activity_id").set_index("activity_id")
    # Beside what a contract takes off stands what its own factor adds: not the grid's error.
    is_pair = rows.duplicated(["activity_id", "factor_id", "factor_set"], keep=False)
    is_own = is_claim & is_pair & (rows["emissions_t"] > 0)
    claimed = rows.assign(
        activity_key=rows["activity_key"].mask(is_claim, rows["factor_key"]),
        activity_percent=rows["activity_percent"].mask(is_claim, 0.0),
        factor_key=rows["factor_key"].mask(
            is_own, rows["factor_key"].str.replace(f"factor/{CLAIM}/", "contract/")
        ),
    )
    is_claim &= ~is_own
    of_power = rows.loc[is_claim, "activity_id"]
    for name in ("factor_key", "factor_percent", "factor_set"):
        found = of_power.map(power[name])
        claimed.loc[is_claim, name] = found if name == "factor_percent" else found.fillna(
            rows.loc[is_claim, name])  # fmt: skip
    return claimed


def _exported(rows: pd.DataFrame) -> pd.DataFrame:
    """Lay each export by allocation over the rows it is a part of, in proportion to them."""
    is_part = (rows["use"] == "sold") & (rows["factor_id"] == "")
    if not is_part.any():
        return rows
    taken = ["activity_key", "factor_key", "activity_percent", "factor_percent", "factor_set",
             "origin"]  # fmt: skip
    own = rows[rows["use"].isin(FUEL_USES) & ~rows["is_biogenic"].astype(bool)]
    own = own[[*RELEASE, *taken]].assign(own_t=own["emissions_t"])
    parts = rows[is_part].reset_index(names="part").drop(columns=taken)
    parts = parts.merge(own, on=RELEASE, how="left")
    of_all = parts["own_t"] / parts.groupby("part")["own_t"].transform("sum")
    # A release that stands nowhere gives no errors: the export is whole, and its own unknown.
    is_whole = parts["own_t"].isna()
    share = of_all.mask(is_whole, 1.0).fillna(0.0)
    alone = "export/" + parts["activity_id"] + "/" + parts["source_id"]
    laid = parts.assign(
        emissions_t=parts["emissions_t"] * share,
        co2e_t=parts["co2e_t"] * share,
        activity_key=parts["activity_key"].mask(is_whole, alone),
        factor_key=parts["factor_key"].fillna(""),
        factor_percent=parts["factor_percent"].mask(is_whole, 0.0),
        factor_set=parts["factor_set"].fillna(""),
        origin=parts["origin"].fillna(""),
    )
    return pd.concat([rows[~is_part], laid[rows.columns]], ignore_index=True)
