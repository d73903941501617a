"""Drawings: a boundary drawn anew, and what it does to the versions before it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
import shapely.geometry
from shapely.geometry.base import BaseGeometry

from parkkit.core.errors import ParkError, unknown
from parkkit.core.labels import LANGUAGES, label
from parkkit.core.tables import LIMITS
from parkkit.park.boundary import part_key
from parkkit.park.polygons import BOUNDARY_TYPES

Properties = dict[str, Any]
POLYGONS = ("Polygon", "MultiPolygon")
# A finer outline cannot be drawn by hand, and a page could not show its handles.
MOST_VERTICES = 5000
_PLACE = re.compile(r"\[(\S+) (\S+)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What a boundary drawn anew is called: of which type and part, since when, by whom, why."""

    boundary_type: str
    part: str
    valid_from: int
    author: str
    note: str
    drawn_on: date

    def __post_init__(self) -> None:
        if self.boundary_type not in BOUNDARY_TYPES:
            raise unknown("boundary", self.boundary_type, BOUNDARY_TYPES)
        first, last = LIMITS["year"]
        if type(self.valid_from) is not int or not first <= self.valid_from <= last:
            raise ParkError("version_year", given=self.valid_from, first=first, last=last)


def sound(shape: BaseGeometry) -> BaseGeometry:
    """Return a polygon without heights, refuse what is none, is empty or crosses itself.

    Raises
    ------
    ParkError
        ``version_empty``, ``version_not_polygon``, ``version_not_degrees`` or
        ``version_crosses_itself``.
    """
    if shape.is_empty:
        raise ParkError("version_empty")
    if shape.geom_type not in POLYGONS:
        raise ParkError("version_not_polygon", given=shape.geom_type)
    if not _is_in_degrees(shape):
        told = ", ".join(f"{edge:g}" for edge in shape.bounds)
        raise ParkError("version_not_degrees", given=told)
    if not shape.is_valid:
        places = "; ".join(f"{lon:.4f}, {lat:.4f}" for lon, lat in crossings([shape]))
        raise ParkError("version_crosses_itself", given=places or shapely.is_valid_reason(shape))
    return shapely.force_2d(shape)


def _is_in_degrees(shape: BaseGeometry) -> bool:
    west, south, east, north = shape.bounds
    return bool(-180 <= west <= east <= 180 and -90 <= south <= north <= 90)


def revised(
    rows: Sequence[Mapping[str, Any]], drawing: Drawing, *, origin: str
) -> list[Properties]:
    """Return the properties of the features after a drawing; those of the new one come last.

    Parameters
    ----------
    rows : sequence of mapping
        The properties of each feature that stands in the file, history included.
    drawing : Drawing
    origin : str
        The source id of the new feature.

    Examples
    --------
    >>> old = {"boundary_type": "physical", "valid_from": 2016, "name_en": "Park"}
    >>> new = Drawing(boundary_type="physical", part="", valid_from=2020, author="", note="",
    ...     drawn_on=date(2024, 5, 1))
    >>> [(row["name_en"], row.get("valid_to")) for row in revised([old], new, origin="o")]
    [('Park', 2019), ('Park', None)]
    """
    made: list[Properties] = []
    ended: list[Properties] = []
    replaced: list[Properties] = []
    for row in map(dict, rows):
        made.append(row)
        if not _is_of(row, drawing):
            continue
        start, end = row.get("valid_from"), row.get("valid_to")
        if start is not None and start >= drawing.valid_from:
            row["replaced_on"] = drawing.drawn_on.isoformat()
            replaced.append(row)
        elif end is None or end >= drawing.valid_from:
            row["valid_to"] = drawing.valid_from - 1
            ended.append(row)
    return [*made, _new(drawing, ended or _earliest(replaced), origin)]


def _earliest(replaced: Sequence[Properties]) -> list[Properties]:
    """Return the pieces of the first of the versions replaced; later ones followed it."""
    first = min((row["valid_from"] for row in replaced), default=None)
    return [row for row in replaced if row["valid_from"] == first]


def _is_of(row: Mapping[str, Any], drawing: Drawing) -> bool:
    """Return whether a feature is a version of the boundary drawn, and no history."""
    same = row.get("boundary_type") == drawing.boundary_type
    return (
        same
        and part_key(row.get("part") or "") == part_key(drawing.part)
        and not row.get("replaced_on")
    )


def _new(drawing: Drawing, before: Sequence[Mapping[str, Any]], origin: str) -> Properties:
    areas = [row.get("official_area_ha") for row in before]
    return {
        "boundary_type": drawing.boundary_type,
        "part": drawing.part or None,
        "valid_from": drawing.valid_from,
        "valid_to": None,
        "datum": "wgs84",
        # Of several polygons the areas add up, unless one is not known.
        "official_area_ha": None if None in areas or not areas else sum(areas),
        "origin": origin,
        "name_zh": _joined(before, "name_zh", "、"),
        "name_en": _joined(before, "name_en", ", "),
        "author": drawing.author or None,
        "note": drawing.note or None,
        "drawn_on": drawing.drawn_on.isoformat(),
    }


def _joined(rows: Sequence[Mapping[str, Any]], column: str, mark: str) -> str | None:
    names = dict.fromkeys(row[column] for row in rows if row.get(column))
    return mark.join(names) or None


def free_origin(drawing: Drawing, taken: Iterable[str]) -> str:
    """Return a source id that no other source has."""
    stem = f"drawn_{drawing.boundary_type}_{drawing.valid_from}"
    used = {str(each).strip() for each in taken}
    number, name = 1, stem
    while name in used:
        number += 1
        name = f"{stem}_{number}"
    return name


def source(drawing: Drawing, origin: str) -> dict[str, str]:
    """Return the line of ``sources.csv`` for a drawing."""
    titles = [
        label(
            "versions.source_title",
            language,
            boundary=label(f"charts.boundary_type.{drawing.boundary_type}", language),
            part=drawing.part and f" {drawing.part}",
            year=drawing.valid_from,
        )
        for language in LANGUAGES
    ]
    return {
        "origin": origin,
        "title": " / ".join(titles),
        "publisher": drawing.author,
        "date": drawing.drawn_on.isoformat(),
        "note": drawing.note,
    }


def polygons_of(features: Mapping[str, Any]) -> list[BaseGeometry]:
    """Return the polygons of a GeoJSON collection, whether they are sound or not.

    Raises
    ------
    ParkError
        If it is no collection of features, holds anything but polygons, is not in degrees, or has
        more than 5 000 vertices: nothing is simplified without being asked.

    Examples
    --------
    >>> polygons_of({"type": "FeatureCollection", "features": []})
    []
    """
    given = features.get("features") if isinstance(features, Mapping) else None
    if not isinstance(given, list) or features.get("type") != "FeatureCollection":
        raise ParkError("drawing_no_collection")
    shapes = [_polygon(each, number) for number, each in enumerate(given, start=1)]
    count = vertex_count(shapes)
    if count > MOST_VERTICES:
        raise ParkError("drawing_too_fine", given=f"{count:,}", most=f"{MOST_VERTICES:,}")
    return shapes


def _polygon(feature: object, number: int) -> BaseGeometry:
    geometry = feature.get("geometry") if isinstance(feature, Mapping) else None
    kind = geometry.get("type") if isinstance(geometry, Mapping) else None
    if kind not in POLYGONS:
        raise ParkError("drawing_no_polygon", number=number, given=str(kind))
    try:
        shape: BaseGeometry = shapely.geometry.shape(geometry)
    except (KeyError, TypeError, ValueError, AttributeError, shapely.errors.ShapelyError) as error:
        raise ParkError("drawing_no_polygon", number=number, given=str(error)) from error
    if shape.is_empty:
        raise ParkError("drawing_no_polygon", number=number, given=f"{kind} ()")
    if not _is_in_degrees(shape):
        told = ", ".join(f"{edge:g}" for edge in shape.bounds)
        raise ParkError("version_not_degrees", given=told)
    return shape


def vertex_count(shapes: Sequence[BaseGeometry]) -> int:
    """Return how many vertices polygons have; the one that closes a ring counts once.

    Examples
    --------
    >>> vertex_count([shapely.box(0, 0, 1, 1)])
    4
    """
    corners = int(shapely.get_num_coordinates(list(shapes)).sum())
    rings = shapely.get_num_geometries(shapely.get_rings(list(shapes))).sum() if shapes else 0
    return corners - int(rings)


def united(shapes: Sequence[BaseGeometry]) -> BaseGeometry:
    """Return polygons as one shape, corner by corner as drawn where they do not overlap.

    Raises
    ------
    ParkError
        If there is none, or one crosses itself.

    Examples
    --------
    >>> united([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)]).geom_type
    'MultiPolygon'
    """
    sound_ones = [sound(shape) for shape in shapes]
    parts = list(shapely.get_parts(sound_ones))
    if not parts:
        raise ParkError("version_empty")
    beside = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    return beside if beside.is_valid else shapely.union_all(parts)


def crossings(shapes: Sequence[BaseGeometry]) -> list[tuple[float, float]]:
    """Return where outlines cross themselves, a longitude and latitude for each broken shape.

    Examples
    --------
    >>> crossings([shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])])
    [(0.5, 0.5)]
    """
    reasons = [shapely.is_valid_reason(shape) for shape in shapes if not shape.is_valid]
    found = [_PLACE.search(reason) for reason in reasons]
    return [(float(each[1]), float(each[2])) for each in found if each]
