"""Boundary polygons: read, repaired, measured, and asked what lies inside."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyproj
import shapely
import shapely.geometry
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from parkkit.core.errors import ParkError, Problem
from parkkit.core.tables import LIMITS
from parkkit.core.texts import read_decoded
from parkkit.park.datum import DATUMS, convert

BOUNDARY_TYPES = ("physical", "approved", "management", "statistical")
FILE = "boundaries.geojson"
COLUMNS = ("boundary_type", "part", "valid_from", "valid_to", "official_area_ha", "origin",
           "name_zh", "name_en", "drawn_area_ha", "geometry")  # fmt: skip
# WGS-84 by its names, and CGCS2000, which differs from it by centimetres.
REFERENCE_SYSTEMS = ("CRS84", ":4326", ":4490")
_EARTH = pyproj.Geod(ellps="WGS84")


def no_boundaries() -> pd.DataFrame:
    """Return a boundary table without rows."""
    return pd.DataFrame({name: pd.Series(dtype="object") for name in COLUMNS})


def read_boundaries(path: Path) -> tuple[pd.DataFrame, list[Problem]]:
    """Read ``boundaries.geojson``: one row a feature, in WGS-84, repaired where needed.

    Returns
    -------
    frame : DataFrame
        ``boundary_type``, ``part`` (blank is the whole park), ``valid_from``, ``valid_to``
        (years, blank is open), ``official_area_ha``, ``origin``, names, ``drawn_area_ha``
        (geodesic) and ``geometry`` (shapely, degrees).
    problems : list of Problem
        What could not be read, and a warning for every repair.
    """
    try:
        features = read_features(path)
    except ParkError as error:
        return no_boundaries(), [Problem(code=error.code, file=FILE, values=error.values)]
    rows, problems = [], []
    for number, feature in enumerate(features, start=1):
        row, found = _feature(feature, number)
        problems += found
        if row:
            rows.append(row)
    return (pd.DataFrame(rows, columns=list(COLUMNS)) if rows else no_boundaries()), problems


def read_features(path: Path) -> list[dict[str, Any]]:
    """Return the features of a GeoJSON file as mappings.

    Raises
    ------
    ParkError
        If the file is no GeoJSON collection of features.
    """
    try:
        given = json.loads(read_decoded(path))
    except (json.JSONDecodeError, RecursionError) as error:
        raise ParkError("not_geojson", where=path.name, given=error) from error
    features = given.get("features") if isinstance(given, dict) else None
    if not isinstance(features, list) or not all(isinstance(each, dict) for each in features):
        raise ParkError("no_features", where=path.name)
    _check_reference_system(given, path)
    return features


def _check_reference_system(given: Mapping[str, Any], path: Path) -> None:
    """Refuse a file that says it is in other coordinates than longitude and latitude."""
    named = given.get("crs")
    properties = named.get("properties") if isinstance(named, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    if name and not name.endswith(REFERENCE_SYSTEMS):
        raise ParkError("other_reference_system", where=path.name, given=name)


def _feature(
    feature: Mapping[str, Any], number: int
) -> tuple[dict[str, object] | None, list[Problem]]:
    properties = feature.get("properties")
    given: dict[str, Any] = dict(properties) if isinstance(properties, dict) else {}
    name = str(given.get("name_zh") or given.get("name") or f"#{number}")
    wrong = list(_property_problems(given, name))
    shape = _shape(feature)
    if shape.is_empty:
        wrong.append(Problem(code="no_polygon", file=FILE, values={"feature": name}))
    elif not _is_in_degrees(shape):
        values = {"feature": name, "given": ", ".join(f"{edge:g}" for edge in shape.bounds)}
        wrong.append(Problem(code="not_degrees", file=FILE, values=values))
    if wrong:
        return None, wrong
    problems: list[Problem] = []
    if not shape.is_valid:
        reason = shapely.is_valid_reason(shape)
        shape = polygonal(shapely.make_valid(shape))
        if shape.is_empty:
            return None, [Problem(code="no_polygon", file=FILE, values={"feature": name})]
        problems.append(Problem(code="polygon_repaired", file=FILE, is_warning=True,
                                values={"feature": name, "given": reason}))  # fmt: skip
    row = {key: given.get(key) for key in COLUMNS}
    in_place = in_wgs84(shape, given.get("datum") or "wgs84")
    row |= {"part": given.get("part") or "", "geometry": in_place}
    row["drawn_area_ha"] = area_ha(in_place)
    return row, problems


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
        ("official_area_ha", "feature_area"), ("part", "feature_text"),
        ("name_zh", "feature_text"), ("name_en", "feature_text"), ("origin", "feature_text"),
    ):  # fmt: skip
        value = given.get(column)
        if value is not None and not _does(value, code):
            yield Problem(code=code, file=FILE, column=column,
                          values={"feature": name, "given": value})  # fmt: skip
    start, end = given.get("valid_from"), given.get("valid_to")
    if isinstance(start, int) and isinstance(end, int) and start > end:
        yield Problem(code="feature_years", file=FILE, column="valid_to",
                      values={"feature": name, "given": end, "first": start})  # fmt: skip


def _does(value: object, code: str) -> bool:
    """Return whether a property of a feature is of the kind that its code would tell of."""
    if code == "feature_text":
        return isinstance(value, str)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    low, high = LIMITS["year"] if code == "feature_year" else (0, 1e9)
    return low <= value <= high and (code != "feature_year" or value % 1 == 0)


def _shape(feature: Mapping[str, Any]) -> BaseGeometry:
    """Return the polygons of a feature; an empty shape where it holds none."""
    try:
        shape: BaseGeometry = shapely.geometry.shape(feature["geometry"])
    except (KeyError, TypeError, ValueError, AttributeError, shapely.errors.ShapelyError):
        return shapely.Polygon()
    return shape if shape.geom_type in ("Polygon", "MultiPolygon") else shapely.Polygon()


def _is_in_degrees(shape: BaseGeometry) -> bool:
    west, south, east, north = shape.bounds
    return bool(-180 <= west <= east <= 180 and -90 <= south <= north <= 90)


def polygonal(shape: BaseGeometry) -> BaseGeometry:
    """Return only the polygons of a shape: repairs may leave stray lines and points."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type.endswith("Polygon")]
    return shapely.union_all(parts)


def in_wgs84(shape: BaseGeometry, datum: str) -> BaseGeometry:
    """Return a shape with its corners converted to WGS-84."""

    def moved(corners: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(convert(corners[:, 0], corners[:, 1], source=datum))

    return shape if datum == "wgs84" else shapely.transform(shape, moved)


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
