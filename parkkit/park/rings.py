"""Rings: the outlines of a feature's polygons as a file gives them, made whole or refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from parkkit.core.errors import ParkError, Problem

Places = NDArray[np.float64]
# Two places and the way back enclose nothing.
FEWEST = 3


def drawn_polygons(geometry: object, feature: str) -> tuple[BaseGeometry, list[Problem]]:
    """Return the polygons of a GeoJSON geometry, their rings made whole.

    A ring that does not end where it began is closed, a vertex that stands twice in a row counts
    once, a hole of fewer than three places is left out, and latitudes that are all beyond 90
    degrees are turned where the pair fits the other way round: each with a note. Heights are
    left out without one, because an area on a map has none. Nothing is said of rings that cross.

    Parameters
    ----------
    geometry : object
        A GeoJSON geometry, as the file gives it; in degrees.
    feature : str
        What to call the feature.

    Returns
    -------
    shape : Polygon or MultiPolygon
        With ``x`` the longitude; it may be invalid.
    notes : list of Problem
        A warning for each kind of repair, without a file.

    Raises
    ------
    ParkError
        If there is no polygon, an outline has fewer than three places, or a coordinate is no
        number of degrees.

    Examples
    --------
    >>> ring = [[0, 0], [1, 0], [1, 0], [1, 1]]
    >>> shape, notes = drawn_polygons({"type": "Polygon", "coordinates": [ring]}, "Works")
    >>> shape.area, [note.code for note in notes]
    (0.5, ['ring_closed', 'vertices_dropped'])
    """
    tally: Counter[str] = Counter()
    polygons = [
        [_ring(ring, feature, tally) for ring in _listed(rings, feature)]
        for rings in _given(geometry, feature)
    ]
    polygons = [list(_enclosing(rings, tally)) for rings in polygons if rings]
    _check_outlines(polygons, feature)
    polygons, turned = _in_degrees(polygons, feature)
    notes = [
        Problem(code=code, is_warning=True, values={"feature": feature, "count": count})
        for code, count in tally.items() if count
    ]  # fmt: skip
    drawn = [shapely.Polygon(rings[0], rings[1:]) for rings in polygons]
    return drawn[0] if len(drawn) == 1 else shapely.MultiPolygon(drawn), notes + turned


def _given(geometry: object, feature: str) -> Sequence[Any]:
    """Return the coordinates of each polygon of a geometry."""
    given = geometry if isinstance(geometry, Mapping) else {}
    coordinates, kind = given.get("coordinates"), given.get("type")
    if kind not in ("Polygon", "MultiPolygon") or not coordinates:
        raise ParkError("no_polygon", feature=feature)
    return [coordinates] if kind == "Polygon" else _listed(coordinates, feature)


def _listed(given: object, feature: str) -> Sequence[Any]:
    if not isinstance(given, list | tuple):
        raise _no_coordinates(given, feature)
    return given


def _ring(given: object, feature: str, tally: Counter[str]) -> Places:
    """Return the distinct places of a ring in turn, the closing one left out."""
    places = _places(_listed(given, feature), feature)
    is_closed = len(places) > 1 and bool((places[0] == places[-1]).all())
    closed = places if is_closed else np.concatenate([places, places[:1]])
    repeats = (closed[1:] == closed[:-1]).all(axis=1)
    distinct: Places = closed[:-1][~repeats]
    if len(distinct) >= FEWEST:
        tally["ring_closed"] += not is_closed
        tally["vertices_dropped"] += int(repeats.sum())
    return distinct


def _places(ring: Sequence[Any], feature: str) -> Places:
    """Return the longitudes and latitudes of a ring; heights are left out."""
    if not len(ring):
        return np.empty((0, 2))
    try:
        table = np.asarray(ring)
    except ValueError:  # some places have a height, or one is no pair
        table = np.asarray([_pair(place, feature) for place in ring])
    # Text would be turned into numbers without a word, and a truth value too.
    if table.ndim != 2 or table.shape[1] < 2 or table.dtype.kind not in "iuf":
        raise _no_coordinates(_first_wrong(ring), feature)
    places: Places = table[:, :2].astype("float64")
    wrong = ~np.isfinite(places).all(axis=1)
    if wrong.any():
        raise _no_coordinates(ring[int(wrong.argmax())], feature)
    return places


def _pair(place: object, feature: str) -> Sequence[Any]:
    if not isinstance(place, list | tuple) or len(place) < 2:
        raise _no_coordinates(place, feature)
    return place[:2]


def _first_wrong(ring: Sequence[Any]) -> object:
    def is_pair(place: object) -> bool:
        return isinstance(place, list | tuple) and len(place) > 1 and all(
            isinstance(each, int | float) for each in place[:2]
        )  # fmt: skip

    return next((place for place in ring if not is_pair(place)), ring[0])


def _no_coordinates(given: object, feature: str) -> ParkError:
    told = str(given)
    told = told if len(told) <= 60 else f"{told[:60]}…"
    return ParkError("not_coordinates", feature=feature, given=told)


def _enclosing(rings: Sequence[Places], tally: Counter[str]) -> Iterator[Places]:
    """Return the outline of a polygon and those of its holes that enclose something."""
    yield rings[0]
    for hole in rings[1:]:
        if len(hole) >= FEWEST:
            yield hole
        else:
            tally["hole_dropped"] += 1


def _check_outlines(polygons: Sequence[Sequence[Places]], feature: str) -> None:
    """Refuse outlines that enclose nothing: a piece of the park may have got lost in them."""
    short = sum(len(rings[0]) < FEWEST for rings in polygons)
    if short == len(polygons):
        raise ParkError("no_polygon", feature=feature)
    if short:
        raise ParkError("few_places", feature=feature, count=short)


def _in_degrees(
    polygons: list[list[Places]], feature: str
) -> tuple[list[list[Places]], list[Problem]]:
    """Return the rings in degrees, longitude first; turned where they fit only that way."""
    places = np.concatenate([ring for rings in polygons for ring in rings])
    x, y = np.abs(places).max(axis=0)
    if x <= 180 and y <= 90:
        return polygons, []
    told = ", ".join(f"{edge:g}" for edge in (*places.min(axis=0), *places.max(axis=0)))
    # All latitudes must be beyond the pole: where some are not, a single number is wrong.
    is_turned = bool((np.abs(places[:, 1]) > 90).all())
    if not is_turned or x > 90 or y > 180:
        raise ParkError("not_degrees", feature=feature, given=told)
    note = Problem(code="axes_turned", is_warning=True, values={"feature": feature, "given": told})
    return [[ring[:, ::-1] for ring in rings] for rings in polygons], [note]
