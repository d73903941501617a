"""Restatement: history on one perimeter, and what of a change is a boundary that moved."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.errors import ParkError, unknown
from parkkit.inventory.boundary_differences import told_changes
from parkkit.inventory.compilation import CO2E, Inventory, compile_members
from parkkit.inventory.offering import of_years, offer
from parkkit.inventory.plant_totals import (
    Told,
    differences,
    members_of,
    plant_tonnes,
    summed,
    total_of,
)
from parkkit.park.boundary import THAT_YEAR, members, members_by_year
from parkkit.park.package import Park

RESTATED = ["year", "species", "declared_t", "restated_t", "declared_count", "restated_count",
            "declared_status", "status"]  # fmt: skip
STEPS = ["kind", "amount_t", "enterprise_count", "enterprises", "status"]


def restate(
    park: Park,
    *,
    boundary_type: str,
    convention: Convention,
    perimeter_year: int,
    species: Sequence[str] = (CO2E,),
    part: str = "",
) -> pd.DataFrame:
    """Recompute the history of a boundary on its perimeter of one year.

    Parameters
    ----------
    boundary_type : {"physical", "approved", "management", "statistical"}
    perimeter_year : int
        The year whose polygons hold for every year. Who was open, each year tells itself.
    part : str
        A park within the park (园中园) alone; blank is the whole.

    Returns
    -------
    DataFrame
        For each year of the data and each species: ``declared_t`` (on the perimeter of that year)
        and ``restated_t``, the members on each (``declared_count``, ``restated_count``),
        ``declared_status`` and ``status`` (of what is restated). A year in which the boundary was
        not drawn has no declared amount, be it every year of the data.

    Raises
    ------
    ParkError
        If the boundary is unknown, or not drawn in ``perimeter_year``.
    """
    offered = offer(park, convention)
    own = _declared(park, boundary_type, offered.years, part)
    one = members_by_year(
        park, boundary_type, offered.years, part=part, perimeter_year=perimeter_year
    )
    declared, restated = (
        compile_members(offered, inside, boundary_type=boundary_type, part=part)
        for inside in (own, one)
    )
    rows = [row for year in offered.years for row in _year(declared, restated, year, species)]
    kinds = {"declared_count": "Int64", "restated_count": "Int64"}
    return pd.DataFrame(rows, columns=RESTATED).astype(kinds)


def _declared(park: Park, boundary_type: str, years: Sequence[int], part: str) -> pd.DataFrame:
    """Return who was in, year by year; nobody's row where no year has its boundary drawn."""
    try:
        return members_by_year(park, boundary_type, years, part=part)
    except ParkError as error:
        if error.code != THAT_YEAR:
            raise
        # History may be older than the first drawing: nothing was declared of it.
        return members_by_year(park, boundary_type, [], part=part)


def _year(
    declared: Inventory, restated: Inventory, year: int, species: Sequence[str]
) -> list[dict[str, object]]:
    """Return what is declared of a year and what is restated, a row a species."""
    before, after = (plant_tonnes(each, year, species) for each in (declared, restated))
    is_drawn = bool((declared.members["year"] == year).any())
    counts = {
        "declared_count": len(members_of(declared, year)) if is_drawn else None,
        "restated_count": len(members_of(restated, year)),
    }
    told = {name: (total_of(before, name), total_of(after, name)) for name in species}
    return [
        {"year": year, "species": name, "declared_t": was[0], "declared_status": was[1],
         "restated_t": now[0], "status": now[1], **counts}
        for name, (was, now) in told.items()
    ]  # fmt: skip


def change_steps(
    park: Park,
    *,
    boundary_type: str,
    convention: Convention,
    first: int,
    last: int,
    species: str = CO2E,
    part: str = "",
) -> pd.DataFrame:
    """Split the change of a total between two years: boundary moved, opened, closed, the rest.

    The boundary moves in the first year, whose total is told again on the perimeter of the last
    (a recalculated base year); what opens, closes and changes does so on that perimeter.

    Parameters
    ----------
    boundary_type : {"physical", "approved", "management", "statistical"}
    first, last : int
        Years of the data.
    part : str
        A park within the park (园中园) alone; blank is the whole.

    Returns
    -------
    DataFrame
        ``kind``: ``start`` (declared in the first year), ``boundary_moved``, ``opened``,
        ``closed``, ``rest`` (plants in both years, with whom they trade), ``end`` (declared in the
        last); ``amount_t``, ``enterprise_count``, ``enterprises`` (``;`` between them; of start,
        rest and end only the count), ``status``: a plant that is not computable, or only in part,
        leaves its step ``partial``, in both years too. The steps between sum to end less start.

    Raises
    ------
    ParkError
        If a year has no data or the boundary is not drawn in it, or the last is before the first.

    References
    ----------
    GHG Protocol Corporate Standard, chapter 5: the base year is recalculated when the boundary
    moves, and not for what grows, opens or closes inside it.
    """
    offered = offer(park, convention)
    for year in (first, last):
        if year not in offered.years:
            raise unknown("year", str(year), [str(each) for each in offered.years])
    if first > last:
        raise ParkError("years_reversed", first=first, given=last)
    offered = of_years(offered, [first, last])

    def compiled(year: int, perimeter_year: int) -> Inventory:
        inside = members(park, boundary_type, year, part=part, perimeter_year=perimeter_year)
        return compile_members(
            offered, inside.assign(year=year), boundary_type=boundary_type, part=part
        )

    before, moved, after = compiled(first, first), compiled(first, last), compiled(last, last)
    steps = [
        _end("start", before, first, species),
        _moved(before, moved, first, species),
        *_changed(moved, after, (first, last), species),
        _end("end", after, last, species),
    ]
    return pd.DataFrame(steps, columns=STEPS)


def _end(kind: str, inventory: Inventory, year: int, species: str) -> dict[str, object]:
    told = total_of(plant_tonnes(inventory, year, [species]), species)
    return _step(kind, told, len(members_of(inventory, year)))


def _moved(before: Inventory, after: Inventory, year: int, species: str) -> dict[str, object]:
    """Return what the moved boundary alone changes: who crosses it, and their trade."""
    crossed = members_of(before, year) ^ members_of(after, year)
    table = told_changes(before, after, year, [species])
    return _step("boundary_moved", _sum_of(table), len(crossed), crossed)


def _changed(
    before: Inventory, after: Inventory, years: tuple[int, int], species: str
) -> list[dict[str, object]]:
    """Return what opened, closed and else changed on one perimeter between two years."""
    was, now = (members_of(each, year)
                for each, year in zip((before, after), years, strict=True))  # fmt: skip
    tonnes = [plant_tonnes(each, year, [species])
              for each, year in zip((before, after), years, strict=True)]  # fmt: skip
    table = differences(*tonnes)
    parts = {"opened": now - was, "closed": was - now}
    steps = [
        _step(kind, _sum_of(table[table["enterprise_id"].isin(plants)]), len(plants), plants)
        for kind, plants in parts.items()
    ]
    both = was & now
    return [*steps, _step("rest", _sum_of(table[table["enterprise_id"].isin(both)]), len(both))]


def _sum_of(rows: pd.DataFrame) -> Told:
    """Return the sum of changes; no change at all is nothing, and known."""
    return summed(rows["amount_t"], rows["status"]) if len(rows) else (0.0, "computed")


def _step(
    kind: str, told: Told, count: int, plants: Sequence[str] | set[str] = ()
) -> dict[str, object]:
    return {"kind": kind, "amount_t": told[0], "enterprise_count": count,
            "enterprises": ";".join(sorted(plants)), "status": told[1]}  # fmt: skip
