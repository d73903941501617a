"""Ledger steps: from every candidate to the headline figure, by stage and reason."""

from __future__ import annotations

import math

import pandas as pd

from parkkit.core.ledger import entries, joined
from parkkit.inventory.calculation import greenhouse_gases
from parkkit.inventory.compilation import (
    CO2E,
    TOLERANCE,
    Inventory,
    is_memo,
    total,
    with_co2e,
)

CANDIDATES, KEPT, UNEXPLAINED, NO_GWP = "candidates", "kept", "unexplained", "no_gwp"
STAGES = ("calculate", "reconcile", "overlap", "boundary", "transfer", "scope", "view")
STEP = ("stage", "reason", "change_t", "total_t", "entry_count", "plant_count")
MEMOS = {"captured": "captured_memo", "sink": "sink_memo"}


def ledger_steps(inventory: Inventory, *, year: int, species: str = CO2E) -> pd.DataFrame:
    """Lead from every candidate to the headline figure, by stage and reason of the ledger.

    Parameters
    ----------
    species : str
        A species, or ``co2e``: every greenhouse gas by the GWP of the inventory's convention.

    Returns
    -------
    DataFrame
        ``stage``, ``reason`` (first ``candidates``, last ``kept``), ``change_t`` (negative where
        something was left out), ``total_t`` reached, ``entry_count``, ``plant_count``. Memo entries
        of the ledger are passed over; greenhouse gases kept as a memo (biogenic, captured, sinks)
        are a step each. Gases without a GWP are a step without a number (``no_gwp``), and what
        nothing explains is one, too (``unexplained``).
    """
    offered = _counted(inventory.candidates, "candidates_t", inventory, year, species)
    told = ledger_entries(inventory, year)
    counting = told[~told["is_memo"].astype(bool)]
    lost = _counted(counting, "amount_t", inventory, year, species)
    steps = _by_reason(lost)
    whole = math.fsum(offered["change_t"].dropna())
    first = {"stage": "", "reason": CANDIDATES, "total_t": whole}
    steps = steps.assign(change_t=-steps["change_t"])
    steps = steps.assign(total_t=whole + steps["change_t"].fillna(0.0).cumsum())
    headline = total(inventory, species, year)
    reached = float(steps["total_t"].iloc[-1]) if len(steps) else whole
    rest = [*_without_gwp(offered, reached), *_unexplained(reached, headline, whole)]
    last = {"stage": "", "reason": KEPT, "total_t": headline}
    ends = [pd.DataFrame([row], columns=STEP) for row in (first, last)]
    parts = [ends[0], steps[list(STEP)], pd.DataFrame(rest, columns=STEP), ends[1]]
    table = pd.concat([part for part in parts if len(part)], ignore_index=True)
    return table.astype({"change_t": "float64", "entry_count": "Int64", "plant_count": "Int64"})


def ledger_entries(inventory: Inventory, year: int) -> pd.DataFrame:
    """Return the ledger of a year, and what the totals leave beside as a memo, as entries of it.

    Returns
    -------
    DataFrame
        Rows of the ``ledger`` table. Biogenic CO2, what is captured and sinks stand in
        ``emissions`` but in no total; here they are entries of the stage ``scope``.
    """
    memos = inventory.emissions[is_memo(inventory.emissions)]
    reason = memos["use"].map(MEMOS).fillna("biogenic_memo")
    told = joined([inventory.ledger, entries(memos, stage="scope", reason=reason)])
    return told[told["year"] == year].reset_index(drop=True)


def _counted(
    rows: pd.DataFrame, column: str, inventory: Inventory, year: int, species: str
) -> pd.DataFrame:
    """Return the rows of a year that bear on a species, their tonnes as ``change_t``."""
    rows = rows[rows["year"] == year]
    if species != CO2E:
        rows = rows[rows["species"] == species]
        return rows.assign(change_t=rows[column].astype("float64"))
    gases = rows[rows["species"].isin(greenhouse_gases())]
    # As if all of it counted: a memo and what is left out have no scope of their own.
    counted = with_co2e(gases.assign(scope=1, emissions_t=gases[column]), inventory.convention)
    return counted.assign(change_t=counted["co2e_t"].astype("float64"))


def _by_reason(rows: pd.DataFrame) -> pd.DataFrame:
    """Return tonnes, rows and plants by stage and reason, in the order the stages act."""
    sums = rows.groupby(["stage", "reason"], sort=True).agg(
        change_t=("change_t", lambda values: values.sum(min_count=1)),
        entry_count=("change_t", "size"),
        plant_count=("enterprise_id", "nunique"),
    ).reset_index()  # fmt: skip
    place = {stage: rank for rank, stage in enumerate(STAGES)}
    sums = sums.assign(place=sums["stage"].map(place), size=-sums["change_t"].abs())
    return sums.sort_values(["place", "size", "reason"], kind="stable").drop(
        columns=["place", "size"]
    )


def _without_gwp(offered: pd.DataFrame, reached: float) -> list[dict[str, object]]:
    """Return the step of the candidates that have tonnes but, without a GWP, no CO2e."""
    blank = offered[offered["change_t"].isna() & offered["candidates_t"].notna()]
    if not len(blank):
        return []
    return [{"stage": "scope", "reason": NO_GWP, "total_t": reached, "entry_count": len(blank)}]


def _unexplained(reached: float, headline: float, whole: float) -> list[dict[str, object]]:
    """Return what the ledger does not explain; nothing but rounding, unless there is a mistake."""
    rest = (0.0 if math.isnan(headline) else headline) - reached
    if abs(rest) <= TOLERANCE * max(abs(whole), 1.0):
        return []
    return [{"stage": "", "reason": UNEXPLAINED, "change_t": rest, "total_t": reached + rest}]
