"""Plant totals: what each plant has in an inventory, and what changes between two of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from parkkit.inventory.compilation import Inventory, totals

Told = tuple[float, str]  # tonnes and their status
KEY = ["enterprise_id", "species"]
COMPUTED, PARTIAL, NOT_COMPUTABLE = "computed", "partial", "not_computable"


def plant_tonnes(inventory: Inventory, year: int, species: Sequence[str]) -> pd.DataFrame:
    """Return what each plant has of some species in a year.

    Returns
    -------
    DataFrame
        ``enterprise_id``, ``species``, ``amount_t`` (of every medium) and ``status``; no row
        where nothing is told.
    """
    table = totals(inventory, by=("enterprise_id",), years=[year])
    table = table[table["species"].isin(species)]
    is_whole = table["status"].eq(COMPUTED)
    groups = table.assign(is_whole=is_whole).groupby(KEY, sort=True)
    amounts = groups["amount_t"].sum(min_count=1)
    sums = pd.concat([amounts, groups["is_whole"].all()], axis=1).reset_index()
    return sums.assign(status=_status(sums["amount_t"], ~sums["is_whole"]))[
        [*KEY, "amount_t", "status"]
    ]


def changes(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return what changes at each plant between two tables of `plant_tonnes`.

    Returns
    -------
    DataFrame
        ``enterprise_id``, ``species``, ``amount_t`` (what is known after less what is known
        before; missing where neither is), ``status``: ``partial`` where one side lacks something.
        What is the same on both sides has no row: between two perimeters of one year it is the
        same rows. Between two years it need not be, for which there is `differences`.
    """
    table = _compared(before, after)
    return table[~table["is_same"]].drop(columns="is_same").reset_index(drop=True)


def differences(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return what `changes` does, with the plants of which the same is told on both sides.

    What is not known, or not whole, in either of two years may well have changed between them.
    """
    return _compared(before, after).drop(columns="is_same")


def _compared(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    both = before.merge(after, on=KEY, how="outer", suffixes=("_before", "_after"))
    was, now = both["amount_t_before"], both["amount_t_after"]
    is_known = was.notna() | now.notna()
    amount = (now.fillna(0.0) - was.fillna(0.0)).where(is_known)
    statuses = both[["status_before", "status_after"]]
    is_short = statuses.isin([PARTIAL, NOT_COMPUTABLE]).any(axis=1)
    told = both[KEY].assign(amount_t=amount, status=_status(amount, is_short))
    is_same = statuses["status_before"].eq(statuses["status_after"]) & (amount.eq(0.0) | ~is_known)
    return told.assign(is_same=is_same)


def _status(amount: pd.Series, is_short: pd.Series) -> pd.Series:
    told = np.select([amount.isna(), is_short], [NOT_COMPUTABLE, PARTIAL], COMPUTED)
    return pd.Series(told, index=amount.index, dtype="str")


def summed(amounts: Iterable[float], statuses: Iterable[str]) -> Told:
    """Return the sum of what is known, and whether it is whole.

    Examples
    --------
    >>> summed([1.0, float("nan")], ["computed", "not_computable"])
    (1.0, 'partial')
    >>> summed([float("nan")], ["not_computable"])
    (nan, 'not_computable')
    """
    known = [amount for amount in amounts if not math.isnan(amount)]
    if not known:
        return math.nan, NOT_COMPUTABLE
    return math.fsum(known), COMPUTED if set(statuses) == {COMPUTED} else PARTIAL


def total_of(table: pd.DataFrame, species: str) -> Told:
    """Return the tonnes of a species in a table of `plant_tonnes` or of `changes`."""
    rows = table[table["species"] == species]
    return summed(rows["amount_t"], rows["status"])


def told_total(inventory: Inventory, species: str, year: int) -> Told:
    """Return the tonnes of a species in a year, and whether they are whole."""
    return total_of(plant_tonnes(inventory, year, [species]), species)


def members_of(inventory: Inventory, year: int) -> set[str]:
    """Return who is in, in a year."""
    rows = inventory.members
    return set(rows.loc[rows["is_member"].astype(bool) & (rows["year"] == year), "enterprise_id"])
