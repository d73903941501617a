"""Part differences: a part of a park and the rest of it, and what the whole counts once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from parkkit.core.convention import Convention
from parkkit.inventory.compilation import CO2E, Inventory, compile_members, summands, with_co2e
from parkkit.inventory.consolidation import SENT
from parkkit.inventory.offering import Offered, of_years, offer
from parkkit.inventory.plant_totals import Told, members_of, plant_tonnes, summed, total_of
from parkkit.park.boundary import ELSEWHERE, members
from parkkit.park.package import Park

PART, REST, TRANSFERS, WHOLE = "part", "rest", "transfers", "whole"
COLUMNS = ["species", "kind", "amount_t", "member_count", "status"]
# What names one trade, row by row of the emissions.
ROW = ["enterprise_id", "counterpart_id", "use", "item", "species", "medium", "activity_id",
       "release_id", "factor_id", "source_id", "list", "missing"]  # fmt: skip
TRADE = ["from_id", "to_id", "use", "item", "species"]
TRADED = [*TRADE, "carried_t", "amount_t", "status"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """One offer compiled three times: the part, the rest of its park, the whole."""

    part: Inventory
    rest: Inventory
    whole: Inventory


def part_reconciliation(
    park: Park,
    *,
    boundary_type: str,
    part: str,
    year: int,
    convention: Convention,
    species: Sequence[str] = (CO2E,),
) -> pd.DataFrame:
    """Add a part of a park and the rest of it up to the whole.

    Parameters
    ----------
    boundary_type : {"physical", "approved", "management", "statistical"}
        The boundary that is parted.
    part : str
        The name of a park within the park (园中园).

    Returns
    -------
    DataFrame
        For each species a row of each ``kind``: ``part``, ``rest`` (members of the whole that are
        not in the part; also those without a place), ``transfers`` (what one of the two has of the
        other and the whole counts once, or does not take off) and ``whole``; ``amount_t``,
        ``member_count``, ``status``. Part, rest and transfers sum to the whole.

    Raises
    ------
    ParkError
        If the whole or the part is not drawn in that year.
    """
    sides = _sides(of_years(offer(park, convention), [year]), boundary_type, part, year)
    return added_up(sides, year, species)


def added_up(sides: Sides, year: int, species: Sequence[str]) -> pd.DataFrame:
    """Return what `part_reconciliation` does, of sides that are compiled already."""
    found = {PART: sides.part, REST: sides.rest, WHOLE: sides.whole}
    tonnes = {kind: plant_tonnes(inventory, year, species) for kind, inventory in found.items()}
    counts = {kind: len(members_of(inventory, year)) for kind, inventory in found.items()}
    trades = traded(sides, year, species)
    rows = []
    for name in species:
        told = {kind: total_of(table, name) for kind, table in tonnes.items()}
        told[TRANSFERS] = _nothing_or_sum(trades[trades["species"] == name])
        rows += [
            {"species": name, "kind": kind, "amount_t": told[kind][0],
             "member_count": counts.get(kind), "status": told[kind][1]}
            for kind in (PART, REST, TRANSFERS, WHOLE)
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS).astype({"member_count": "Int64"})


def _nothing_or_sum(rows: pd.DataFrame) -> Told:
    """Return the sum of transfers; no transfer at all is nothing, and known."""
    return summed(rows["amount_t"], rows["status"]) if len(rows) else (0.0, "computed")


def _sides(offered: Offered, boundary_type: str, part: str, year: int) -> Sides:
    """Compile the part, the rest and the whole of one year."""
    park = offered.park
    # The part first: its errors name the types it is drawn for.
    in_part = members(park, boundary_type, year, part=part).assign(year=year)
    in_whole = members(park, boundary_type, year).assign(year=year)
    return compiled_sides(offered, in_part, in_whole, boundary_type=boundary_type)


def compiled_sides(
    offered: Offered, in_part: pd.DataFrame, in_whole: pd.DataFrame, *, boundary_type: str
) -> Sides:
    """Compile the part, the rest and the whole, of who is in the part and who in the whole.

    Parameters
    ----------
    in_part, in_whole : DataFrame
        ``enterprise_id``, ``year``, ``is_member``, ``basis``, of the same plants in the same
        order; who is in the part is in the whole.
    """
    is_rest = in_whole["is_member"] & ~in_part["is_member"]
    basis = in_whole["basis"].mask(in_part["is_member"], ELSEWHERE)
    told = {PART: in_part, REST: in_whole.assign(is_member=is_rest, basis=basis), WHOLE: in_whole}
    compiled = {
        side: compile_members(offered, inside, boundary_type=boundary_type)
        for side, inside in told.items()
    }
    return Sides(**compiled)


def part_transfers(
    park: Park,
    *,
    boundary_type: str,
    part: str,
    year: int,
    convention: Convention,
    species: Sequence[str] = (CO2E,),
) -> pd.DataFrame:
    """Return what a part and the rest of its park give each other, one by one.

    Power and heat bought of a member of the other side, wastewater and waste sent to it, and, in
    the consumption view, energy sold to it, whose emissions each side alone takes off and the
    whole does not.

    Returns
    -------
    DataFrame
        ``from_id`` and ``to_id`` (plants; who gives and who takes), ``use``, ``item``,
        ``species``; ``carried_t`` (what is told of it, before anything is left out; missing for
        what is sold), ``amount_t`` (what it moves in the sum of part, rest and transfers: its sum
        is the ``transfers`` of `part_reconciliation`; 0 where neither side counts it, as of
        wastewater, which counts at the outlet of the plant that treats it), ``status``. A row
        without ``from_id`` is of a plant that tells nothing of what it received from the other
        side: the whole lacks it, the part alone does not ask.

    Raises
    ------
    ParkError
        If the whole or the part is not drawn in that year.
    """
    offered = of_years(offer(park, convention), [year])
    sides = _sides(offered, boundary_type, part, year)
    moved = traded(sides, year, species)
    carried = _carried(offered, sides, year, species)
    both = carried.merge(moved, on=TRADE, how="outer")
    # Told by the side that gives, and counted by neither: it moves nothing.
    is_still = both["status"].isna()
    amount = both["amount_t"].mask(is_still, 0.0)
    status = both["status"].mask(is_still, "computed")
    order = {name: place for place, name in enumerate(species)}
    table = both.assign(amount_t=amount, status=status.astype("str"))
    table = table.sort_values(["from_id", "to_id", "use", "item", "species"], ignore_index=True)
    by_species = table["species"].map(order).sort_values(kind="stable").index
    return table.loc[by_species, TRADED].reset_index(drop=True)


def traded(sides: Sides, year: int, species: Sequence[str]) -> pd.DataFrame:
    """Return the trades in which the whole differs from its two sides together.

    Returns
    -------
    DataFrame
        ``from_id``, ``to_id``, ``use``, ``item``, ``species``, ``amount_t`` (of the whole, less
        of the two sides), ``status``.
    """
    apart = [_summands(side.emissions, year, species) for side in (sides.part, sides.rest)]
    whole = _summands(sides.whole.emissions, year, species)
    together = _cells(pd.concat(apart, ignore_index=True))
    cells = together.add_suffix("_apart").join(_cells(whole).add_suffix("_whole"), how="outer")
    amounts = cells[["emissions_t_apart", "emissions_t_whole"]]
    counts = cells.drop(columns=amounts.columns).fillna(0)
    change = amounts["emissions_t_whole"].fillna(0.0) - amounts["emissions_t_apart"].fillna(0.0)
    is_short = counts["short_apart"].ne(0) | counts["short_whole"].ne(0)
    differs = counts["rows_apart"].ne(counts["rows_whole"]) | change.ne(0.0)
    told = cells.assign(amount_t=change.where(amounts.notna().any(axis=1)), is_short=is_short)
    return _as_trades(told[differs].reset_index())


def _summands(rows: pd.DataFrame, year: int, species: Sequence[str]) -> pd.DataFrame:
    rows = summands(rows[rows["year"] == year])
    return rows[rows["species"].isin(species)]


def _cells(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what each trade, or other row of the emissions, adds to a total."""
    groups = rows.groupby(ROW)
    amounts = groups["emissions_t"].sum(min_count=1)
    counts = groups["is_short"].agg(rows="size", short="sum")
    return pd.concat([amounts, counts], axis=1)


def _as_trades(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows as who gives what to whom, with ``amount_t`` and ``status``."""
    groups = _with_ends(rows).groupby(TRADE, sort=True)
    amounts = groups["amount_t"].sum(min_count=1)
    table = pd.concat([amounts, groups["is_short"].any()], axis=1).reset_index()
    status = pd.Series("computed", index=table.index).mask(table["is_short"], "partial")
    status = status.mask(table["amount_t"].isna(), "not_computable").astype("str")
    return table.assign(status=status).drop(columns="is_short")


def _with_ends(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with who gives and who takes: what is bought comes from the counterpart."""
    own, other = rows["enterprise_id"], rows["counterpart_id"]
    is_given = rows["use"].isin([*SENT, "sold"])
    # A plant that tells nothing of what it took in has no counterpart in its row.
    return rows.assign(from_id=own.where(is_given, other), to_id=other.where(is_given, own))


def _carried(offered: Offered, sides: Sides, year: int, species: Sequence[str]) -> pd.DataFrame:
    """Return what is told of purchases and of what is sent between the two sides."""
    rows = offered.rows
    here, there = (members_of(side, year) for side in (sides.part, sides.rest))
    own, other = rows["enterprise_id"], rows["counterpart_id"]
    crosses = (own.isin(here) & other.isin(there)) | (own.isin(there) & other.isin(here))
    rows = rows[crosses & rows["use"].isin([*SENT, "purchased"])]
    told = _with_ends(_summands(with_co2e(rows, offered.convention), year, species))
    sums = told.groupby(TRADE, sort=True)["emissions_t"].sum(min_count=1)
    return sums.rename("carried_t").reset_index()
