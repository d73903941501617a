"""Boundary polygons: read, repaired, measured, and asked what lies inside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from parkkit.core.errors import ParkError, Problem
from parkkit.core.tables import LIMITS
from parkkit.park.attribute_texts import on_one_line
from parkkit.park.datum import DATUMS, UNSHIFTED, convert
from parkkit.park.layers import read_features
from parkkit.park.rings import drawn_polygons

BOUNDARY_TYPES = ("physical", "approved", "management", "statistical")
FILE = "boundaries.geojson"
COLUMNS = ("boundary_type", "part", "valid_from", "valid_to", "official_area_ha", "origin",
           "name_zh", "name_en", "author", "note", "drawn_on", "drawn_area_ha",
           "geometry")  # fmt: skip
TEXTS = ("part", "name_zh", "name_en", "origin", "author", "note", "drawn_on")
NAMES = ("part", "name_zh", "name_en", "name")
# Two readings of a broken outline that agree within this are one.
SAME_SHARE = 0.001
_EARTH = pyproj.Geod(ellps="WGS84")


def no_boundaries() -> pd.DataFrame:
    """Return a boundary table without rows."""
    return pd.DataFrame({name: pd.Series(dtype="object") for name in COLUMNS})


def read_boundaries(path: Path) -> tuple[pd.DataFrame, list[Problem]]:
    """Read ``boundaries.geojson``: one row a feature, in WGS-84, repaired where needed.

    A feature with a ``replaced_on`` is history and no boundary: it is not read.

    Returns
    -------
    frame : DataFrame
        ``boundary_type``, ``part`` (blank is the whole park), ``valid_from``, ``valid_to``
        (years, blank is open), ``official_area_ha``, ``origin``, names, ``author``, ``note``,
        ``drawn_on`` (of a version drawn here), ``drawn_area_ha`` (geodesic) and ``geometry``
        (shapely, degrees). The index counts the features of the file from 0.
    problems : list of Problem
        What could not be read, and a warning for every repair.
    """
    try:
        features, problems = read_features(path)
    except ParkError as error:
        found = error.problems or [Problem(code=error.code, file=FILE, values=error.values)]
        return no_boundaries(), list(found)
    rows: dict[int, dict[str, object]] = {}
    problems = list(problems)
    for place, feature in enumerate(features):
        row, found = _feature(feature, place + 1)
        problems += found
        if row:
            rows[place] = row
    if not rows:
        return no_boundaries(), problems
    frame = pd.DataFrame(list(rows.values()), index=list(rows), columns=list(COLUMNS))
    return frame, problems


def _feature(
    feature: Mapping[str, Any], number: int
) -> tuple[dict[str, object] | None, list[Problem]]:
    """Return the row of a feature, None where it is refused or history, with what was found."""
    properties = feature.get("properties")
    told: dict[str, Any] = dict(properties) if isinstance(properties, dict) else {}
    if told.get("replaced_on"):
        return None, []
    given = told | {key: on_one_line(told[key]) for key in NAMES if isinstance(told.get(key), str)}
    name = str(given.get("name_zh") or given.get("name") or f"#{number}")
    problems = [
        Problem(code="feature_folded", file=FILE, column=key, is_warning=True,
                values={"feature": name}) for key in given if given[key] != told[key]
    ]  # fmt: skip
    wrong = list(_property_problems(given, name))
    try:
        shape, repairs = _sound(feature.get("geometry"), name)
    except ParkError as error:
        wrong.append(Problem(code=error.code, file=FILE, values=error.values))
    if wrong:
        return None, wrong
    in_place = in_wgs84(shape, given.get("datum") or "wgs84")
    row = {key: given.get(key) for key in COLUMNS}
    row |= {"part": given.get("part") or "", "geometry": in_place}
    row["drawn_area_ha"] = area_ha(in_place)
    return row, problems + [replace(repair, file=FILE) for repair in repairs]


def _property_problems(given: Mapping[str, Any], name: str) -> Iterator[Problem]:
    for column, value, known in (
        ("boundary_type", given.get("boundary_type", ""), BOUNDARY_TYPES),
        ("datum", given.get("datum") or "wgs84", DATUMS),
    ):
        if value not in known:
            values = {"feature": name, "given": value, "known": list(known)}
            yield Problem(code="feature", file=FILE, column=column, values=values)
    for column, code in (
        ("valid_from", "feature_year"), ("valid_to", "feature_year"),
        ("official_area_ha", "feature_area"), *((text, "feature_text") for text in TEXTS),
    ):  # fmt: skip
        value = given.get(column)
        if value is not None and not _does(value, code):
            yield Problem(code=code, file=FILE, column=column,
                          values={"feature": name, "given": value})  # fmt: skip
    start, end = given.get("valid_from"), given.get("valid_to")
    # The table of a drawn layer may hold a year as 2020.0.
    years = [int(year) for year in (start, end)
             if year is not None and _does(year, "feature_year")]  # fmt: skip
    if len(years) == 2 and years[0] > years[1]:
        yield Problem(code="feature_years", file=FILE, column="valid_to",
                      values={"feature": name, "given": years[1], "first": years[0]})  # fmt: skip


def _does(value: object, code: str) -> bool:
    """Return whether a property of a feature is of the kind that its code would tell of."""
    if code == "feature_text":
        return isinstance(value, str)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    low, high = LIMITS["year"] if code == "feature_year" else (0, 1e9)
    return low <= value <= high and (code != "feature_year" or value % 1 == 0)


def _sound(geometry: object, feature: str) -> tuple[BaseGeometry, list[Problem]]:
    """Return the polygons of a feature as a valid shape, with a note for each repair."""
    shape, notes = drawn_polygons(geometry, feature)
    if shape.is_valid:
        return shape, notes
    reason = shapely.is_valid_reason(shape)
    repaired = Problem(code="polygon_repaired", is_warning=True,
                       values={"feature": feature, "given": reason})  # fmt: skip
    return _uncrossed(shape, feature, reason), [*notes, repaired]


def _uncrossed(shape: BaseGeometry, feature: str, reason: str) -> BaseGeometry:
    """Return an invalid shape repaired, if what it means does not hang on how it is read.

    Where an outline crosses itself, holes cross it, or polygons lie on each other, what is
    enclosed twice may be out (each line crossed changes sides) or in (outlines are filled, and
    their holes cut out).
    """
    polygons = shapely.get_parts(shape)
    odd = reduce(shapely.symmetric_difference, _rings(polygons))
    filled = shapely.union_all([_less_holes(polygon) for polygon in polygons])
    if odd.is_empty and filled.is_empty:
        raise ParkError("no_polygon", feature=feature)
    areas = [0.0 if each.is_empty else area_ha(each) for each in (odd, filled)]
    if abs(areas[0] - areas[1]) > SAME_SHARE * max(areas):
        raise ParkError("two_readings", feature=feature, given=reason,
                        odd=f"{areas[0]:,.2f}", filled=f"{areas[1]:,.2f}")  # fmt: skip
    return filled


def _rings(polygons: Iterable[shapely.Polygon]) -> list[BaseGeometry]:
    """Return what each ring encloses, a place that it runs round twice left out."""
    rings = [ring for each in polygons for ring in (each.exterior, *each.interiors)]
    return [polygonal(shapely.make_valid(shapely.Polygon(ring))) for ring in rings]


def _less_holes(polygon: shapely.Polygon) -> BaseGeometry:
    """Return all that an outline runs round, less all that its holes do."""
    rings = [shapely.Polygon(ring) for ring in (polygon.exterior, *polygon.interiors)]
    outline, *holes = (
        polygonal(shapely.make_valid(ring, method="structure", keep_collapsed=False))
        for ring in rings
    )
    return polygonal(shapely.difference(outline, shapely.union_all(holes)))


def polygonal(shape: BaseGeometry) -> BaseGeometry:
    """Return only the polygons of a shape: repairs may leave stray lines and points."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type.endswith("Polygon")]
    return shapely.union_all(parts)


def in_wgs84(shape: BaseGeometry, datum: str) -> BaseGeometry:
    """Return a shape with its corners converted to WGS-84."""

    def moved(corners: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(convert(corners[:, 0], corners[:, 1], source=datum))

    return shape if datum in UNSHIFTED else shapely.transform(shape, moved)


def area_ha(shape: BaseGeometry) -> float:
    """Return the area on the ellipsoid, in hectares.

    Examples
    --------
    >>> round(area_ha(shapely.box(120.0, 30.0, 120.01, 30.01)), 2)
    106.95
    """
    # The sign tells the direction of the rings; orient them so that holes count as holes.
    outward = shapely.orient_polygons(shape)
    return abs(float(_EARTH.geometry_area_perimeter(outward)[0])) / 1e4


def inside(shape: BaseGeometry, lon: pd.Series, lat: pd.Series) -> NDArray[np.bool_]:
    """Return which points are inside; a point on an edge is in, one without a place is not.

    Examples
    --------
    >>> square = shapely.box(0, 0, 1, 1)
    >>> inside(square, pd.Series([0.5, 1.0, 2.0, None]), pd.Series([0.5, 0.5, 0.5, 0.5])).tolist()
    [True, True, False, False]
    """
    x, y = lon.to_numpy(dtype=float), lat.to_numpy(dtype=float)
    placed = np.isfinite(x) & np.isfinite(y)
    shapely.prepare(shape)
    met = shapely.intersects_xy(shape, np.where(placed, x, 0), np.where(placed, y, 0))
    answer: NDArray[np.bool_] = placed & met
    return answer


def distance_km(shape: BaseGeometry, lon: float, lat: float) -> float:
    """Return how far a point is from a shape, in kilometres; 0 inside."""
    (x, y), (u, v) = shapely.get_coordinates(shapely.shortest_line(shape, shapely.Point(lon, lat)))
    return float(_EARTH.inv(x, y, u, v)[2]) / 1000
