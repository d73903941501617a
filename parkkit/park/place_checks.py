"""Checks of places: plants and polygons that cannot belong to one park."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from parkkit.core.errors import Problem
from parkkit.park.boundary_checks import boundary_problems, feature_names
from parkkit.park.datum import unshifted
from parkkit.park.datum_checks import datum_problems
from parkkit.park.faults import Tables, at
from parkkit.park.polygons import FILE, distance_km

FAR_KM = 50.0
# Nowhere on the ellipsoid is this many degrees, in any direction, more than FAR_KM.
NEAR_DEGREES = 0.44
# Below this many plants nobody can tell whether the polygon or the plant is off.
FEWEST_PLANTS = 2
_EARTH = pyproj.Geod(ellps="WGS84")


def place_problems(tables: Tables, boundaries: pd.DataFrame) -> list[Problem]:
    """Return what is wrong with the places of plants and polygons, seen together.

    A polygon far from every plant is refused and left out when plants are judged.
    """
    plants = tables["enterprises"]
    places = _placed(plants)
    far = far_polygons(boundaries, places)
    near = boundaries[~boundaries.index.isin([row for row, _, _ in far])]
    names = feature_names(boundaries)
    return [
        *(_far_polygon(names[row], away, is_swapped) for row, away, is_swapped in far),
        *_half_places("enterprises", plants),
        *_half_places("listings", tables["listings"]),
        *_misplaced_plants(plants, near),
        *boundary_problems(near, places),
        *datum_problems(tables, near),
    ]


def _placed(plants: pd.DataFrame) -> pd.DataFrame:
    """Return the plants with a place, in WGS-84; a latitude beyond the pole is none."""
    is_placed = plants["lon"].notna() & (plants["lat"].abs() <= 90)
    return unshifted(plants[is_placed])


def far_polygons(boundaries: pd.DataFrame, places: pd.DataFrame) -> list[tuple[int, float, bool]]:
    """Return the polygons more than 50 km from every plant.

    Parameters
    ----------
    boundaries : DataFrame
        As ``read_boundaries`` gives it.
    places : DataFrame
        Plants with a place: ``lon``, ``lat`` in WGS-84. Of fewer than two nothing follows.

    Returns
    -------
    list of tuples
        The row in ``boundaries``, the distance to the nearest plant in km, and whether the
        polygon is near with longitude and latitude swapped.

    Examples
    --------
    >>> drawn = pd.DataFrame({"geometry": [shapely.box(30.0, 80.0, 30.1, 80.1)]})
    >>> plants = pd.DataFrame({"lon": [80.05, 80.06], "lat": [30.05, 30.06]})
    >>> [(row, is_swapped) for row, _, is_swapped in far_polygons(drawn, plants)]
    [(0, True)]
    """
    if len(places) < FEWEST_PLANTS or boundaries.empty:
        return []
    points = shapely.points(places["lon"], places["lat"])
    tree = shapely.STRtree(points)
    shapes = boundaries["geometry"].to_numpy()
    close, _ = tree.query_nearest(shapes, max_distance=NEAR_DEGREES, all_matches=False)
    found = []
    for place in sorted(set(range(len(shapes))) - set(close.tolist())):
        away = _nearest_km(shapes[place], points)
        if away > FAR_KM:
            found.append((int(boundaries.index[place]), away, _fits_swapped(shapes[place], points)))
    return found


def _nearest_km(shape: BaseGeometry, points: NDArray[np.object_]) -> float:
    """Return how far the nearest of some points is from a shape, in kilometres."""
    ends = shapely.get_coordinates(shapely.shortest_line(shape, points)).reshape(-1, 4)
    return float(np.min(_EARTH.inv(*ends.T)[2])) / 1000


def _fits_swapped(shape: BaseGeometry, points: NDArray[np.object_]) -> bool:
    west, _, east, _ = shape.bounds
    turned = shapely.transform(shape, lambda corners: corners[:, ::-1])
    return max(-west, east) <= 90 and _nearest_km(turned, points) <= FAR_KM


def _far_polygon(name: str, away: float, is_swapped: bool) -> Problem:
    return Problem(code="polygon_swapped" if is_swapped else "polygon_far", file=FILE,
                   values={"feature": name, "away": f"{away:,.0f}"})  # fmt: skip


def _half_places(table: str, rows: pd.DataFrame) -> Iterator[Problem]:
    """Tell places of which one half, or the datum, is missing."""
    for row in rows.index[rows["lon"].isna() != rows["lat"].isna()]:
        yield at(table, row, "lon", "half_a_place")
    placed = rows[rows["lon"].notna() & rows["lat"].notna()]
    for row in placed.index[placed["datum"] == ""]:
        yield at(table, row, "datum", "no_datum")


def _misplaced_plants(plants: pd.DataFrame, boundaries: pd.DataFrame) -> Iterator[Problem]:
    placed = plants[plants["lon"].notna() & plants["lat"].notna()]
    whole = shapely.union_all(list(boundaries["geometry"])) if len(boundaries) else None
    for row in placed.index[~_is_near(placed, whole)]:
        lon, lat = float(placed["lon"][row]), float(placed["lat"][row])
        if code := _misplaced(whole, lon, lat):
            away = distance_km(whole, lon, lat) if whole and abs(lat) <= 90 else 0
            yield at("enterprises", row, "lat" if abs(lat) > 90 else "lon", code,
                     given=f"{lon:g}, {lat:g}", away=f"{away:,.0f}")  # fmt: skip


def _is_near(placed: pd.DataFrame, whole: BaseGeometry | None) -> NDArray[np.bool_]:
    """Return which plants are so near that no geodesic need be measured."""
    if whole is None:
        return np.zeros(len(placed), dtype=bool)
    shapely.prepare(whole)
    points = shapely.points(placed["lon"], placed["lat"])
    answer: NDArray[np.bool_] = shapely.dwithin(whole, points, NEAR_DEGREES)
    return answer & (placed["lat"].abs() <= 90).to_numpy()


def _misplaced(whole: BaseGeometry | None, lon: float, lat: float) -> str:
    """Return what is wrong with a place as a code, blank where it may be right."""
    if abs(lat) > 90:
        return "beyond_pole_swapped" if abs(lon) <= 90 else "beyond_pole"
    if whole is None or distance_km(whole, lon, lat) <= FAR_KM:
        return ""
    is_swapped = abs(lon) <= 90 and distance_km(whole, lat, lon) <= FAR_KM
    return "swapped" if is_swapped else "far_away"
