"""Boundaries: who is in, in which year, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from parkkit.core.errors import ParkError, unknown
from parkkit.park.datum import DATUMS, convert
from parkkit.park.package import Park
from parkkit.park.polygons import BOUNDARY_TYPES, inside

AreaKind = Literal["drawn", "official"]


def places(park: Park) -> pd.DataFrame:
    """Return where the plants are in WGS-84.

    Returns
    -------
    DataFrame
        The ``enterprises`` table with ``lon`` and ``lat`` converted from each row's datum.
    """
    plants = park.enterprises.copy()
    for datum in DATUMS[1:]:
        rows = plants["datum"] == datum
        lon, lat = convert(plants.loc[rows, "lon"], plants.loc[rows, "lat"], source=datum)
        plants.loc[rows, "lon"], plants.loc[rows, "lat"] = lon, lat
    return plants


def outline(park: Park, boundary_type: str, year: int, *, part: str = "") -> BaseGeometry | None:
    """Return the polygon of a boundary as it was in a year, or None where none is drawn."""
    chosen = _chosen(park, boundary_type, year, part)
    return shapely.union_all(list(chosen["geometry"])) if len(chosen) else None


def drawn_in(park: Park, year: int) -> pd.DataFrame:
    """Return the boundary polygons that are valid in a year."""
    drawn = park.boundaries
    is_valid = (drawn["valid_from"].fillna(year) <= year) & (drawn["valid_to"].fillna(year) >= year)
    return drawn[is_valid]


def _chosen(park: Park, boundary_type: str, year: int, part: str) -> pd.DataFrame:
    drawn = drawn_in(park, year)
    return drawn[(drawn["boundary_type"] == boundary_type) & (drawn["part"] == part)]


def area(park: Park, boundary_type: str, year: int, *, kind: AreaKind) -> float:
    """Return the drawn (geodesic) or official area of a boundary in a year, in hectares.

    Missing where none is drawn, or no official area is given.
    """
    chosen = _chosen(park, boundary_type, year, "")
    return float(pd.to_numeric(chosen[f"{kind}_area_ha"]).sum(min_count=1))


def members(park: Park, boundary_type: str, year: int, *, part: str = "") -> pd.DataFrame:
    """Return who is inside a boundary in a year, and why.

    Physical and approved boundaries go by place; management by ``is_managed_here``, by place
    where that is blank; statistical by ``is_registered_here`` only. ``opened`` and ``closed``
    bound all four.

    Parameters
    ----------
    boundary_type : {"physical", "approved", "management", "statistical"}
    year : int
    part : str
        The name of a part of the park (园中园); blank is the whole.

    Returns
    -------
    DataFrame
        One row a plant: ``enterprise_id``, ``is_member``, and ``basis``: ``inside``,
        ``outside``, ``managed``, ``not_managed``, ``registered``, ``not_registered``,
        ``unknown_place``, ``unknown_registration``, ``not_yet_open``, ``closed``.

    Raises
    ------
    ParkError
        If the type is unknown, or the park has no such boundary in that year.

    References
    ----------
    Explanatory note of the guide for co-control of pollution and carbon in industrial parks,
    clause 4.2.1: four common boundaries, the physical one recommended.
    """
    if boundary_type not in BOUNDARY_TYPES:
        raise unknown("boundary", boundary_type, BOUNDARY_TYPES)
    plants = places(park)
    shape = outline(park, boundary_type, year, part=part)
    if shape is None and (part or boundary_type in ("physical", "approved")):
        raise _not_drawn(park, boundary_type, year, part)
    basis = _by_place(plants, shape)
    if not part and boundary_type == "management":
        basis = _by_flag(plants["is_managed_here"], "managed").fillna(basis)
    if not part and boundary_type == "statistical":
        basis = _by_flag(plants["is_registered_here"], "registered").fillna("unknown_registration")
    basis = basis.mask((plants["opened"] > year).fillna(False).astype(bool), "not_yet_open")
    basis = basis.mask((plants["closed"] < year).fillna(False).astype(bool), "closed")
    return pd.DataFrame(
        {
            "enterprise_id": plants["enterprise_id"],
            "is_member": basis.isin(["inside", "managed", "registered"]),
            "basis": basis,
        }
    )


def _not_drawn(park: Park, boundary_type: str, year: int, part: str) -> ParkError:
    """Return the error for a boundary that is not drawn at all, or not for that year."""
    drawn = park.boundaries
    if len(drawn[(drawn["boundary_type"] == boundary_type) & (drawn["part"] == part)]):
        return ParkError("no_boundary_that_year", given=part or boundary_type, year=year)
    known = {*drawn.loc[drawn["part"] == part, "boundary_type"], "statistical"}
    return ParkError("no_boundary", given=part or boundary_type, known=sorted(known))


def _by_place(plants: pd.DataFrame, shape: BaseGeometry | None) -> pd.Series:
    has_place = plants["lon"].notna() & plants["lat"].notna()
    if shape is None:
        return pd.Series("unknown_place", index=plants.index, dtype="str")
    words = np.where(inside(shape, plants["lon"], plants["lat"]), "inside", "outside")
    return pd.Series(words, index=plants.index, dtype="str").where(has_place, "unknown_place")


def _by_flag(flag: pd.Series, word: str) -> pd.Series:
    return flag.map({True: word, False: f"not_{word}"}).astype("str")


def members_by_year(park: Park, boundary_type: str, years: Iterable[int]) -> pd.DataFrame:
    """Return ``members`` for several years, with a ``year`` column."""
    frames = [members(park, boundary_type, year).assign(year=year) for year in sorted(set(years))]
    if not frames:
        kinds = {"enterprise_id": "str", "is_member": "bool", "basis": "str", "year": "int64"}
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})
    return pd.concat(frames, ignore_index=True)
