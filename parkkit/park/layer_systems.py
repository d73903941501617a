"""Layer systems: the features of a layer, out of its reference system into degrees."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
import shapely.geometry
from shapely.geometry.base import BaseGeometry

from parkkit.core.errors import ParkError, Problem, unknown
from parkkit.park.attribute_texts import feature_name
from parkkit.park.datum import DATUMS, UNSHIFTED
from parkkit.park.reference_systems import (
    Corners,
    accuracy_m,
    extent_text,
    is_cgcs2000,
    is_wgs84,
    known_system,
    strays,
    system_name,
    to_wgs84,
    unprojected,
)

Feature = dict[str, Any]


def in_degrees(
    features: Sequence[Feature], crs: str, file: str
) -> tuple[list[Feature], list[Problem]]:
    """Return features with their shapes in WGS-84 degrees, as GeoJSON has them."""
    if is_wgs84(crs) and known_system(crs).is_geographic:
        return [_as_geojson(each) for each in features], _notes(crs, None, file)
    shapes = [_shape(each) for each in features]
    corners = [unprojected(shapely.get_coordinates(shape), crs) for shape in shapes]
    problems, kept = [], []
    for number, (each, degrees) in enumerate(zip(features, corners, strict=True)):
        if strays(degrees, crs).any():
            values = {
                "feature": feature_name(each.get("properties") or {}, number + 1),
                "given": system_name(crs),
                "extent": extent_text(shapes[number].bounds),
            }
            problems.append(Problem(code="feature_outside_system", file=file, values=values))
        else:
            kept.append(number)
    if not any(len(corners[number]) for number in kept):
        return [], problems
    # All at once, so that one conversion serves the whole layer and neighbours still touch.
    degrees = np.concatenate([corners[number] for number in kept])
    moved = shapely.set_coordinates(
        shapely.force_2d(np.array([shapes[number] for number in kept], dtype=object)),
        np.round(to_wgs84(degrees, crs), 9),
    )
    converted = [
        {**features[number], "geometry": shape} for number, shape in zip(kept, moved, strict=True)
    ]
    return [_as_geojson(each) for each in converted], [*problems, *_notes(crs, degrees, file)]


def _shape(feature: Feature) -> BaseGeometry:
    """Return the shape of a feature; an empty one where it holds none."""
    given = feature.get("geometry")
    if isinstance(given, BaseGeometry):
        return given
    try:
        shape: BaseGeometry = shapely.geometry.shape(given)
    except (KeyError, TypeError, ValueError, AttributeError, shapely.errors.ShapelyError):
        return shapely.Polygon()
    return shape


def _as_geojson(feature: Feature) -> Feature:
    shape = feature.get("geometry")
    if not isinstance(shape, BaseGeometry):
        return feature
    return {**feature, "geometry": json.loads(shapely.to_geojson(shape))}


def _notes(crs: str, degrees: Corners | None, file: str) -> list[Problem]:
    """Tell what a conversion rests on, where that may matter."""
    if is_wgs84(crs):
        codes = ["cgcs2000_as_wgs84"] if is_cgcs2000(crs) else []
        return [Problem(code=code, file=file, is_warning=True) for code in codes]
    metres = accuracy_m(crs, degrees)
    if metres <= 1:
        return []
    code = "accuracy_of_system" if metres > 1 else "accuracy_not_told"
    values = {"given": system_name(crs), "metres": f"{metres:g}"}
    return [Problem(code=code, file=file, is_warning=True, values=values)]


def overruled(asked: str, stated: str, file: str) -> list[Problem]:
    """Tell where the system asked for is not the one that the file states."""
    if not (asked and stated) or asked == stated:
        return []
    try:
        same = known_system(asked).equals(known_system(stated), ignore_axis_order=True)
    except ParkError:
        same = False
    if same:
        return []
    values = {"given": asked, "stated": stated[:80]}
    return [Problem(code="system_overruled", file=file, is_warning=True, values=values)]


def with_datum(
    features: list[Feature], asked: str, stated: str, *, crs: str, file: str
) -> list[Feature]:
    """Return features that state their datum: their own, else the file's, else the one asked for.

    Raises
    ------
    ParkError
        If one is unknown, the one asked for is not what a feature or the file states, or a
        shifted one stands beside a reference system that is not of WGS-84.
    """
    if not (asked or stated):
        return features
    made = []
    for feature in features:
        given = feature.get("properties")
        given = given if isinstance(given, dict) else {}
        own = given.get("datum") or stated
        if own and asked and own != asked:
            raise ParkError("datum_disagrees", where=file, given=asked, stated=own)
        made.append({**feature, "properties": {**given, "datum": own or asked}})
    for datum in [each["properties"]["datum"] for each in made]:
        if datum not in DATUMS:
            raise unknown("datum", str(datum), DATUMS, where=file)
        # What was surveyed on CGCS2000 is never shifted; web maps that are go by WGS-84's name.
        if datum not in UNSHIFTED and crs and (not is_wgs84(crs) or is_cgcs2000(crs)):
            raise ParkError("datum_and_system", where=file, given=datum, system=system_name(crs))
    return made
