"""The ledger: every tonne that a stage left out, netted or replaced, with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from parkkit.core.tables import columns, empty

Stage = Literal["calculate", "reconcile", "overlap", "transfer", "boundary", "scope", "view"]
CELL = ("year", "species", "medium")


def entries(
    rows: pd.DataFrame,
    *,
    stage: Stage,
    reason: str | pd.Series,
    sign: int = 1,
    is_memo: bool = False,
) -> pd.DataFrame:
    """Return the ledger entries for rows that a stage took out (or, with ``sign=-1``, put in).

    Parameters
    ----------
    rows : DataFrame
        Rows of the ``emissions`` table; ``emissions_t`` becomes ``amount_t``.
    stage : str
        The stage that acts.
    reason : str or Series
        A code that both languages name (label ``reason.CODE``), one or one per row.
    is_memo : bool
        The row stays in its own species' total and is only told: the closing passes it over.

    Returns
    -------
    DataFrame
        Rows of the ``ledger`` table.
    """
    if not len(rows):
        return empty("ledger")
    names = [column.name for column in columns("ledger")]
    told = rows.assign(
        stage=stage, reason=reason, amount_t=sign * rows["emissions_t"], is_memo=is_memo
    )
    return told[names].reset_index(drop=True)


def joined(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return ledgers as one, in the order given; no parts give an empty ledger."""
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else empty("ledger")


def candidates(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the tonnes of rows of the ``emissions`` table per year, species and medium.

    Returns
    -------
    DataFrame
        Columns ``year``, ``species``, ``medium``, ``candidates_t``; a cell in which no row has a
        number is missing, not 0.
    """
    sums = rows.groupby(list(CELL), sort=True)["emissions_t"].sum(min_count=1)
    return sums.rename("candidates_t").reset_index()


def closing(offered: pd.DataFrame, kept: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """Return, per year, species and medium, how candidates, kept and ledger add up.

    Parameters
    ----------
    offered : DataFrame
        What ``candidates`` returned before any stage acted.
    kept : DataFrame
        Rows of the ``emissions`` table that are left.
    ledger : DataFrame
        Every ledger entry; memo entries do not count.

    Returns
    -------
    DataFrame
        ``candidates_t``, ``kept_t``, ``ledger_t`` and ``difference_t`` (candidates less the other
        two: zero but for rounding), indexed by year, species and medium.
    """
    counted = ledger[~ledger["is_memo"].astype(bool)]
    table = pd.DataFrame(
        {
            "candidates_t": offered.set_index(list(CELL))["candidates_t"],
            "kept_t": kept.groupby(list(CELL))["emissions_t"].sum(),
            "ledger_t": counted.groupby(list(CELL))["amount_t"].sum(),
        }
    ).fillna(0.0)
    difference = table["candidates_t"] - table["kept_t"] - table["ledger_t"]
    return table.assign(difference_t=difference).sort_index()
