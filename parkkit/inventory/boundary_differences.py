"""Boundary differences: who is in one boundary and not in another, and what that moves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.errors import ParkError, unknown
from parkkit.inventory.compilation import CO2E, Inventory, compile_members
from parkkit.inventory.offering import Offered, each_alone, of_years, offer
from parkkit.inventory.plant_totals import (
    COMPUTED,
    PARTIAL,
    changes,
    members_of,
    plant_tonnes,
    total_of,
)
from parkkit.park.boundary import NOT_DRAWN, NOT_RUNNING, AreaKind, area, members, places
from parkkit.park.package import Park
from parkkit.park.polygons import BOUNDARY_TYPES

UNKNOWN, UNREGISTERED = "unknown", "unknown_registration"
AREAS: tuple[AreaKind, ...] = ("drawn", "official")
LEAVES, ENTERS, TRADE = "leaves", "enters", "trade"
COLUMNS = ["boundary_type", "species", "kind", "enterprise_id", "siting", "amount_t", "status"]
# What the register says, and where the plant stands.
SITINGS = {(True, "inside"): "both", (True, "outside"): "produces_elsewhere",
           (False, "inside"): "registered_elsewhere", (False, "outside"): "neither"}  # fmt: skip


def boundary_totals(
    park: Park,
    *,
    year: int,
    convention: Convention,
    species: Sequence[str] = (CO2E,),
    part: str = "",
) -> pd.DataFrame:
    """Return what each of the four boundaries holds in a year.

    Parameters
    ----------
    part : str
        A park within the park (园中园) alone; blank is the whole.

    Returns
    -------
    DataFrame
        ``boundary_type``, ``member_count``, ``drawn_area_ha`` (geodesic), ``official_area_ha``,
        and ``SPECIES_t`` for each species. A boundary that the park does not have in that year,
        or in which nobody's membership is known, has missing values: it is not computable, not
        empty.
    """
    offered = of_years(offer(park, convention), [year])
    rows = []
    for boundary_type in BOUNDARY_TYPES:
        inventory = _inventory(offered, boundary_type, year, part)
        is_there = inventory is not None
        areas = {f"{kind}_area_ha": area(park, boundary_type, year, kind=kind, part=part)
                 if is_there else math.nan for kind in AREAS}  # fmt: skip
        tonnes = {f"{name}_t": _total(inventory, name, year) for name in species}
        count = len(members_of(inventory, year)) if inventory else None
        rows.append({"boundary_type": boundary_type, "member_count": count, **areas, **tonnes})
    return pd.DataFrame(rows)


def _total(inventory: Inventory | None, species: str, year: int) -> float:
    if inventory is None:
        return math.nan
    return total_of(plant_tonnes(inventory, year, [species]), species)[0]


def _inventory(offered: Offered, boundary_type: str, year: int, part: str = "") -> Inventory | None:
    """Return the inventory of a boundary in a year; none where nobody can be told to be in."""
    inside = _members(offered.park, boundary_type, year, part)
    if inside is None:
        return None
    running = inside[~inside["basis"].isin(NOT_RUNNING)]
    if not len(inside) or (len(running) and running["basis"].str.startswith(UNKNOWN).all()):
        return None
    return compile_members(
        offered, inside.assign(year=year), boundary_type=boundary_type, part=part
    )


def _members(park: Park, boundary_type: str, year: int, part: str = "") -> pd.DataFrame | None:
    try:
        return members(park, boundary_type, year, part=part)
    except ParkError as error:
        if error.code not in NOT_DRAWN:
            raise
        return None


def disputed_plants(
    park: Park, *, year: int, convention: Convention, species: Sequence[str] = (CO2E,)
) -> pd.DataFrame:
    """Return the plants that are in one boundary and not in another, with what is at stake.

    Returns
    -------
    DataFrame
        A row for each plant running in that year on whose membership the boundaries differ, that
        has no place, or of which the register says nothing while it does of others:
        ``enterprise_id``; ``physical``, ``approved``, ``management``, ``statistical`` (in or not;
        missing where it cannot be told); ``siting``: ``both`` (here and registered here),
        ``produces_elsewhere`` (registered here, stands outside the physical boundary),
        ``registered_elsewhere`` (stands inside, registered elsewhere), ``neither``, ``no_place``,
        ``unknown``; and ``SPECIES_t``: what the plant emits by itself, whom it trades with being
        outside. Missing tonnes are not computable.
    """
    table = _memberships(park, year)
    answers = table[list(BOUNDARY_TYPES)]
    differs = answers.eq(True).any(axis=1) & answers.eq(False).any(axis=1)
    siting = _sitings(park, year).reindex(table["enterprise_id"]).to_numpy()
    table = table.assign(siting=siting)
    # A register that says nothing of anybody is no boundary that could be in dispute.
    is_untold = table["statistical"].isna() & bool(table["statistical"].notna().any())
    is_differing = pd.Series(differs.to_numpy(dtype=bool), index=table.index)
    table = table.loc[is_differing | (table["siting"] == "no_place") | is_untold]
    alone = _alone(park, year, convention, species)
    wide = alone.pivot(index="enterprise_id", columns="species", values="amount_t")
    wide = wide.reindex(index=table["enterprise_id"], columns=list(species)).add_suffix("_t")
    return table.reset_index(drop=True).join(
        wide.reset_index(drop=True).rename_axis(columns=None).astype("float64")
    )


def _memberships(park: Park, year: int) -> pd.DataFrame:
    """Return the running plants, and in which boundaries each is; missing where not known."""
    plants = park.enterprises
    told = {name: _members(park, name, year) for name in BOUNDARY_TYPES}
    columns = {name: _answers(inside, len(plants)) for name, inside in told.items()}
    is_running = ~((plants["opened"] > year) | (plants["closed"] < year)).fillna(False)
    table = pd.DataFrame({"enterprise_id": plants["enterprise_id"].array, **columns})
    return table[is_running.to_numpy(dtype=bool)].reset_index(drop=True)


def _answers(inside: pd.DataFrame | None, count: int) -> pd.Series:
    if inside is None:
        return pd.Series(pd.NA, index=range(count), dtype="boolean")
    is_known = ~inside["basis"].str.startswith(UNKNOWN)
    return inside["is_member"].astype("boolean").where(is_known).reset_index(drop=True)


def _sitings(park: Park, year: int) -> pd.Series:
    """Return by plant whether it stands and is registered here."""
    plants = places(park)
    inside = _members(park, "physical", year)
    stands = inside["basis"].array if inside is not None else [""] * len(plants)
    registered = park.enterprises["is_registered_here"]
    told = [SITINGS.get(pair, UNKNOWN) for pair in zip(registered, stands, strict=True)]
    has_place = plants["lon"].notna() & plants["lat"].notna()
    names = np.where(has_place, told, "no_place")
    return pd.Series(names, index=plants["enterprise_id"].array, dtype="str")


def _alone(park: Park, year: int, convention: Convention, species: Sequence[str]) -> pd.DataFrame:
    """Return what each plant emits by itself: all it buys is bought, all it sells is sold."""
    offered = each_alone(of_years(offer(park, convention), [year]))
    plants = park.enterprises["enterprise_id"]
    everyone = pd.DataFrame(
        {"enterprise_id": plants, "year": year, "is_member": True, "basis": "inside"}
    )
    return plant_tonnes(compile_members(offered, everyone, boundary_type=""), year, species)


def boundary_reconciliation(
    park: Park,
    *,
    year: int,
    convention: Convention,
    species: Sequence[str] = (CO2E,),
    start: str = "physical",
) -> pd.DataFrame:
    """Lead from what one boundary holds in a year to what each of the others holds.

    Parameters
    ----------
    start : {"physical", "approved", "management", "statistical"}
        The boundary that is led from.

    Returns
    -------
    DataFrame
        ``boundary_type`` (led to), ``species``, ``kind``, ``enterprise_id``, ``siting`` (as in
        `disputed_plants`), ``amount_t``, ``status``. Kinds: ``start``; ``leaves`` (a plant that is
        not in the other: below zero), ``enters``, ``trade`` (what changes at a plant in both,
        because whom it trades with is in or out); ``end``. Start, leaves, enters and trade sum to
        the end. A plant without any row of the species is not listed; one whose tonnes are not
        computable is, without an amount. A plant with emissions of which the register says
        nothing leaves its step, and the total of the statistical boundary, ``partial``. Where one
        of the two boundaries does not exist in that year there are only start and end, the
        missing one without an amount.

    Raises
    ------
    ParkError
        If there is no such type of boundary.
    """
    if start not in BOUNDARY_TYPES:
        raise unknown("boundary", start, BOUNDARY_TYPES)
    offered = of_years(offer(park, convention), [year])
    found = {name: _inventory(offered, name, year) for name in BOUNDARY_TYPES}
    sitings = _sitings(park, year)
    parts = [
        _led(found[start], found[name], year, species).assign(boundary_type=name)
        for name in BOUNDARY_TYPES
        if name != start
    ]
    table = pd.concat(parts, ignore_index=True)
    siting = table["enterprise_id"].map(sitings).fillna("").astype("str")
    order = {name: place for place, name in enumerate([*BOUNDARY_TYPES, *species])}
    place = [table[name].map(order) for name in ("boundary_type", "species")]
    table = table.assign(siting=siting, to=place[0], of=place[1])
    return table.sort_values(["to", "of"], kind="stable", ignore_index=True)[COLUMNS]


def _led(
    before: Inventory | None, after: Inventory | None, year: int, species: Sequence[str]
) -> pd.DataFrame:
    """Return the steps from one inventory to another, of every species."""
    ends = {kind: _ends(kind, inventory, year, species)
            for kind, inventory in (("start", before), ("end", after))}  # fmt: skip
    if before is None or after is None:
        return pd.concat(ends.values(), ignore_index=True)
    steps = told_changes(before, after, year, species)
    is_untold = steps["enterprise_id"].isin(_untold(before) | _untold(after))
    is_short = is_untold & (steps["status"] == COMPUTED)
    steps = steps.assign(status=steps["status"].mask(is_short, PARTIAL))
    steps = steps.sort_values(["place", "enterprise_id"], kind="stable").drop(columns="place")
    filled = [part for part in (ends["start"], steps, ends["end"]) if len(part)]
    return pd.concat(filled, ignore_index=True)


def told_changes(
    before: Inventory, after: Inventory, year: int, species: Sequence[str]
) -> pd.DataFrame:
    """Return what changes at each plant between two perimeters in a year, and why.

    Returns
    -------
    DataFrame
        ``enterprise_id``, ``species``, ``kind`` (``leaves``, ``enters``, ``trade``), ``place``
        (of the kind in that order), ``amount_t``, ``status``.
    """
    table = changes(*(plant_tonnes(each, year, species) for each in (before, after)))
    was_in = table["enterprise_id"].isin(members_of(before, year))
    is_in = table["enterprise_id"].isin(members_of(after, year))
    place = np.select([was_in & ~is_in, is_in & ~was_in], [0, 1], 2)
    kinds = np.array([LEAVES, ENTERS, TRADE])[place]
    return table.assign(kind=pd.Series(kinds, index=table.index, dtype="str"), place=place)


def _ends(
    kind: str, inventory: Inventory | None, year: int, species: Sequence[str]
) -> pd.DataFrame:
    tonnes = plant_tonnes(inventory, year, species) if inventory else None
    told = [
        (math.nan, "not_computable") if tonnes is None else total_of(tonnes, name)
        for name in species
    ]
    is_untold = inventory is not None and bool(_untold(inventory))
    if is_untold:
        told = [(amount, PARTIAL if status == COMPUTED else status) for amount, status in told]
    rows: list[Mapping[str, object]] = [
        {"species": name, "kind": kind, "enterprise_id": "", "amount_t": amount, "status": status}
        for name, (amount, status) in zip(species, told, strict=True)
    ]
    return pd.DataFrame(rows)


def _untold(inventory: Inventory) -> set[str]:
    """Return the plants with emissions of which the register does not tell whether they are in."""
    rows = inventory.members
    untold = set(rows.loc[rows["basis"] == UNREGISTERED, "enterprise_id"])
    lost = inventory.ledger
    return untold & set(lost.loc[lost["stage"] == "boundary", "enterprise_id"])
