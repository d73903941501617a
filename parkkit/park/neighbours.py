"""Neighbours: parks whose boundaries overlap, and the plants that two of them claim."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from parkkit.park.boundary import members, outline
from parkkit.park.listings import places
from parkkit.park.package import Park
from parkkit.park.placement import within
from parkkit.park.polygons import BOUNDARY_TYPES, area_ha

OVERLAPS = {"boundary_type": "str", "park_id": "str", "other_park_id": "str",
            "overlap_ha": "float64", "share_of_smaller": "float64"}  # fmt: skip
CLAIMS = {"boundary_type": "str", "park_id": "str", "enterprise_id": "str",
          "credit_code": "str", "other_park_id": "str", "other_enterprise_id": "str"}  # fmt: skip


def overlapping_parks(parks: Sequence[Park], year: int) -> pd.DataFrame:
    """Return which parks overlap in a year, and how much, boundary by boundary.

    Parameters
    ----------
    parks : sequence of Park
        As ``open_park`` gives them; a park that does not draw a boundary overlaps none of it.

    Returns
    -------
    DataFrame
        ``boundary_type``, ``park_id`` and ``other_park_id`` (each pair once, in the order
        given), ``overlap_ha`` (on the ellipsoid) and ``share_of_smaller``: of the smaller of the
        two. Parks that only touch do not overlap.
    """
    rows = []
    for boundary_type in BOUNDARY_TYPES:
        shapes = _outlines(parks, boundary_type, year)
        for one, other in _meeting(shapes):
            shared = area_ha(shapely.intersection(shapes[one], shapes[other]))
            smaller = min(area_ha(shapes[one]), area_ha(shapes[other]))
            if shared > 0:
                rows.append((boundary_type, parks[one].about.park_id, parks[other].about.park_id,
                             shared, shared / smaller))  # fmt: skip
    return pd.DataFrame(rows, columns=list(OVERLAPS)).astype(OVERLAPS)


def claimed_plants(parks: Sequence[Park], year: int) -> pd.DataFrame:
    """Return the plants that two parks count in a year: members of one, in the place of another.

    A province that adds its parks up would count them twice. Whoever registers such a plant
    settles it, as in ``placement.home_parks``.

    Returns
    -------
    DataFrame
        ``boundary_type`` (physical and approved, which go by place), ``park_id`` and
        ``enterprise_id`` of the member, ``credit_code``, ``other_park_id`` in whose polygon it
        stands too, and ``other_enterprise_id``: the plant of that park with the same credit
        code, blank where it has none.
    """
    rows = [
        row
        for boundary_type in ("physical", "approved")
        for row in _claims(parks, boundary_type, year)
    ]
    return pd.DataFrame(rows, columns=list(CLAIMS)).astype(CLAIMS)


def _claims(
    parks: Sequence[Park], boundary_type: str, year: int
) -> Iterator[tuple[str, str, str, str, str, str]]:
    shapes = _outlines(parks, boundary_type, year)
    for place in shapes:
        park = parks[place]
        inside = members(park, boundary_type, year)
        plants = places(park)[inside["is_member"].to_numpy()]
        others = [other for other in shapes if other != place]
        pairs = within(plants["lon"], plants["lat"], [shapes[other] for other in others])
        for point, shape in pairs.itertuples(index=False):
            other, plant = parks[others[shape]], plants.iloc[point]
            code = str(plant["credit_code"])
            yield (boundary_type, park.about.park_id, plant["enterprise_id"], code,
                   other.about.park_id, _same_plant(other, code))  # fmt: skip


def _same_plant(park: Park, credit_code: str) -> str:
    """Return the plants of a park with a credit code, blank where there is none."""
    plants = park.enterprises
    named = plants.loc[(plants["credit_code"] == credit_code), "enterprise_id"]
    return ";".join(named) if credit_code else ""


def _outlines(parks: Sequence[Park], boundary_type: str, year: int) -> dict[int, BaseGeometry]:
    """Return the outlines that are drawn in a year, by the position of their park."""
    drawn = {place: outline(park, boundary_type, year) for place, park in enumerate(parks)}
    return {place: shape for place, shape in drawn.items() if shape is not None}


def _meeting(shapes: dict[int, BaseGeometry]) -> Iterator[tuple[int, int]]:
    """Return the pairs of outlines that meet, without measuring those far apart."""
    keys = list(shapes)
    if not keys:
        return
    tree = shapely.STRtree(list(shapes.values()))
    one, other = tree.query(tree.geometries, predicate="intersects")
    pairs = sorted({(min(pair), max(pair)) for pair in zip(one, other, strict=True)})
    yield from ((keys[first], keys[second]) for first, second in pairs if first != second)
