"""Offer: what every plant of a park tells under a convention, before anybody is cut out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.errors import Problem
from parkkit.core.ledger import candidates, joined
from parkkit.inventory.calculation import calculate
from parkkit.inventory.cautions import cautions
from parkkit.inventory.claims import claims, contracts_without_factor
from parkkit.inventory.filling import fill_months
from parkkit.inventory.held_releases import told_releases
from parkkit.inventory.overlap import mark_parts
from parkkit.inventory.reconciliation import reconcile
from parkkit.inventory.releases import in_tonnes, reported
from parkkit.park.doubts import REASONS
from parkkit.park.package import Park

YEARLY = ("rows", "ledger", "candidates", "activity", "releases")
OUT = "outside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What a park tells under a convention, whoever is in: any perimeter is cut out of it.

    ``rows`` are the reconciled emissions of every plant, ``ledger`` what became of the others,
    ``candidates`` the tonnes of all of them; ``years`` are those that anything is told of.
    """

    park: Park
    convention: Convention
    rows: pd.DataFrame
    ledger: pd.DataFrame
    candidates: pd.DataFrame
    activity: pd.DataFrame
    releases: pd.DataFrame
    factors_used: pd.DataFrame
    years: tuple[int, ...]
    notes: tuple[Problem, ...]


def offer(park: Park, convention: Convention) -> Offered:
    """Return what every plant of a park tells under a convention, members or not.

    The costly half of an inventory: many perimeters are compiled of one offer.
    """
    calculated = calculate(park, convention)
    # The doubts about half a million rows are looked for once.
    told_rows = told_releases(park)
    listed, held = reported(park, told_rows)
    claimed = claims(park, calculated, convention)
    rows = _stacked([calculated.emissions, claimed, listed])
    # Waste that was only generated is no release, and yet its plants are asked about.
    told = (park.releases["year"], calculated.activity["year"], rows["year"])
    # A memo is told beside what is offered, and is no part of it.
    counted = held[~held["is_memo"].astype(bool)].rename(columns={"amount_t": "emissions_t"})
    all_offered = candidates(pd.concat([rows, counted], ignore_index=True))
    kept, lost = reconcile(rows, convention=convention, list_order=park.about.list_order)
    lost = _told_once(lost, held)
    kept, added = fill_months(kept, convention)
    kept, parts = mark_parts(kept)
    return Offered(
        park=park, convention=convention, rows=kept, ledger=joined([held, lost, added, parts]),
        candidates=all_offered, activity=calculated.activity, releases=in_tonnes(park, told_rows),
        factors_used=calculated.factors_used,
        years=tuple(sorted({int(year) for column in told for year in column})),
        notes=(*park.notes, *calculated.notes, *contracts_without_factor(park, convention),
               *cautions(calculated, convention)),
    )  # fmt: skip


def of_years(offered: Offered, years: Collection[int]) -> Offered:
    """Return what is told of some years alone, the others left out of every table."""
    tables = {name: getattr(offered, name) for name in YEARLY}
    kept = {name: table[table["year"].isin(years)] for name, table in tables.items()}
    left = tuple(year for year in offered.years if year in years)
    return replace(offered, years=left, **kept)


def each_alone(offered: Offered) -> Offered:
    """Return what every plant tells of itself, as if whom it trades with were outside."""
    plants = set(offered.park.enterprises["enterprise_id"])
    tables = {name: getattr(offered, name) for name in ("rows", "activity")}
    apart = {
        name: table.assign(
            counterpart_id=table["counterpart_id"].mask(table["counterpart_id"].isin(plants), OUT)
        )
        for name, table in tables.items()
    }
    return replace(offered, **apart)


def _told_once(lost: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """Return what was lost to another list, without the numberless rows of what is in doubt.

    Those stand in the ledger already, with their amounts.
    """
    doubted = held.loc[held["reason"].isin(REASONS), "release_id"]
    return lost[lost["amount_t"].notna() | ~lost["release_id"].isin(doubted)]


def _stacked(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of several lists as one table, in an order that their order cannot move."""
    filled = [part for part in parts if len(part)]
    rows = pd.concat(filled, ignore_index=True) if filled else parts[0]
    order = ["enterprise_id", "process", "year", "species", "list", "activity_id", "release_id",
             "factor_id"]  # fmt: skip
    return rows.sort_values(order, kind="stable", ignore_index=True)
