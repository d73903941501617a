"""Layers: files of drawn features, read as GeoJSON features in longitude and latitude."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from parkkit.core.errors import ParkError, Problem
from parkkit.core.texts import read_decoded
from parkkit.park.attribute_texts import code_page, feature_name, on_one_line
from parkkit.park.layer_files import Layer, read_layer
from parkkit.park.layer_systems import Feature, in_degrees, overruled, with_datum
from parkkit.park.reference_systems import extent_text

GEOJSON = (".geojson", ".json")
_POLYGONS = ("Polygon", "MultiPolygon")


def read_features(
    path: Path, *, crs: str = "", encoding: str = "", layer: str = "", datum: str = ""
) -> tuple[list[Feature], list[Problem]]:
    """Return the features of a layer as GeoJSON mappings, in longitude and latitude.

    CGCS2000 is treated as equal to WGS-84: they differ by centimetres. The first coordinate is
    always easting or longitude. What a GeoJSON holds is returned as it stands, whether its
    shapes will do or not, only in degrees; of the other formats only polygons are returned.

    Parameters
    ----------
    path : Path
        GeoJSON, Shapefile (``.shp``, or all its parts in a ``.zip``), GeoPackage or KML.
    crs : str
        The reference system, such as ``EPSG:4549``; it goes before what the file says.
    encoding : str
        The code page of the attributes, such as ``gb18030``; it goes before what the file says.
    layer : str
        Which layer of a file that has several.
    datum : {"", "gcj02", "bd09", "wgs84"}
        The datum of features that state none, neither by a property ``datum`` nor, in a GeoJSON,
        by a ``datum`` beside the features. It is kept as their property ``datum``, and the
        coordinates stay in it.

    Returns
    -------
    features : list of dict
    problems : list of Problem
        Errors for features that were left out, and warnings for what was converted or mended.

    Raises
    ------
    ParkError
        If the file cannot be read, states no reference system or an unknown one, only a guess
        leads from it to WGS-84, or the code page of its attributes cannot be told.
    """
    if path.suffix.lower() in GEOJSON:
        features, stated, own_datum = _geojson(path, encoding)
        features, problems = _without_collections(features, path.name)
    else:
        drawn = read_layer(path, encoding=encoding, layer=layer)
        features, problems = _polygons(drawn, path.name)
        stated, own_datum = drawn.crs, ""
        if not (crs or stated):
            raise ParkError("no_reference_system", where=path.name, extent=_edges(drawn.shapes))
    system, problems = crs or stated, [*problems, *overruled(crs, stated, path.name)]
    if system:
        try:
            features, found = in_degrees(features, system, path.name)
        except ParkError as error:
            values: dict[str, Any] = dict(error.values)
            raise ParkError(error.code, where=path.name, **values) from error
        problems += found
    return with_datum(features, datum, own_datum, crs=system, file=path.name), problems


def _geojson(path: Path, encoding: str) -> tuple[list[Feature], str, str]:
    """Return the features of a GeoJSON, the reference system it states, and its datum."""
    if not path.is_file():
        raise ParkError("missing_layer", where=path.name, given=path.parent)
    try:
        given = json.loads(_json_text(path, encoding))
    except (json.JSONDecodeError, RecursionError) as error:
        raise ParkError("not_geojson", where=path.name, given=error) from error
    features = given.get("features") if isinstance(given, dict) else None
    if not isinstance(features, list) or not all(isinstance(each, dict) for each in features):
        raise ParkError("no_features", where=path.name)
    return features, stated_system(given, path), str(given.get("datum") or "")


def _without_collections(
    features: Sequence[Feature], file: str
) -> tuple[list[Feature], list[Problem]]:
    """Return features with the polygons of a collection in its place, each with a note."""
    made, problems = [], []
    for number, feature in enumerate(features, start=1):
        geometry = feature.get("geometry")
        members = geometry.get("geometries") if isinstance(geometry, dict) else None
        polygons = list(_collected(members)) if isinstance(members, list) else []
        if not polygons:
            made.append(feature)
            continue
        made.append({**feature, "geometry": {"type": "MultiPolygon", "coordinates": polygons}})
        values = {"feature": feature_name(feature.get("properties") or {}, number)}
        problems.append(Problem(code="collection_polygons", file=file, is_warning=True,
                                values=values))  # fmt: skip
    return made, problems


def _collected(members: Sequence[Any]) -> Iterator[Any]:
    """Return the coordinates of each polygon among the members of a GeoJSON collection."""
    for member in members:
        given = member if isinstance(member, dict) else {}
        coordinates = given.get("coordinates")
        if given.get("type") == "Polygon" and coordinates:
            yield coordinates
        elif given.get("type") == "MultiPolygon" and isinstance(coordinates, list):
            yield from coordinates


def _json_text(path: Path, encoding: str) -> str:
    if not encoding:
        return read_decoded(path)
    page = code_page(encoding)
    if not page:
        known = ("utf-8", "gb18030", "cp950")
        raise ParkError("unknown", where=path.name, kind="encoding", given=encoding, known=known)
    try:
        return path.read_bytes().decode(page).removeprefix("\ufeff")
    except OSError as error:
        raise ParkError("not_readable", where=path.name, given=error.strerror) from error
    except UnicodeDecodeError as error:
        raise ParkError("code_page_fails", where=path.name, given=page, feature="JSON") from error


def stated_system(given: Mapping[str, Any], path: Path) -> str:
    """Return the reference system that a GeoJSON names; blank is longitude and latitude.

    Raises
    ------
    ParkError
        If it is told by anything but a name.

    Examples
    --------
    >>> stated_system({"crs": {"properties": {"name": "EPSG:4549"}}}, Path("a.geojson"))
    'EPSG:4549'
    >>> stated_system({"crs": "EPSG:4326"}, Path("a.geojson"))
    'EPSG:4326'
    """
    member = given.get("crs")
    if isinstance(member, str) or member is None:
        return member or ""
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str) or not name:
        # A link to a definition elsewhere, or nothing at all: nobody looks it up from here.
        raise ParkError("other_reference_system", where=path.name, given=json.dumps(member))
    return name


def _edges(shapes: Sequence[BaseGeometry | None]) -> str:
    corners = shapely.get_coordinates([shape for shape in shapes if shape is not None])
    if not len(corners):
        return "-"
    return extent_text((*corners.min(axis=0), *corners.max(axis=0)))


def _polygons(drawn: Layer, file: str) -> tuple[list[Feature], list[Problem]]:
    """Return the features of a layer that are polygons, and tell of the others by name."""
    features: list[Feature] = []
    problems = list(drawn.problems)
    rows, mended = _on_one_line(drawn.properties)
    if mended:
        values = {"count": len(mended), "first": mended[0]}
        problems.append(Problem(code="breaks_folded", file=file, is_warning=True, values=values))
    for number, (given, shape) in enumerate(zip(rows, drawn.shapes, strict=True), start=1):
        kept, code = _polygon(shape)
        if code:
            values = {"feature": feature_name(given, number),
                      "given": "" if shape is None else shape.geom_type}  # fmt: skip
            problems.append(Problem(code=code, file=file, values=values,
                                    is_warning=kept is not None))  # fmt: skip
        if kept is not None:
            features.append({"type": "Feature", "properties": given, "geometry": kept})
    return features, problems


def _on_one_line(rows: Sequence[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return attributes with the line breaks in their texts folded, and the texts that had any."""
    made: list[dict[str, Any]] = []
    mended: list[str] = []
    for row in rows:
        broken = [key for key, value in row.items()
                  if isinstance(value, str) and len(value.strip().splitlines()) > 1]  # fmt: skip
        changed = {key: on_one_line(row[key]) for key in broken}
        mended += changed.values()
        made.append({**row, **changed})
    return made, mended


def _polygon(shape: BaseGeometry | None) -> tuple[BaseGeometry | None, str]:
    """Return what of a shape is polygons, and the code of what there is to tell."""
    if shape is None or shape.is_empty:
        return None, "empty_geometry"
    if shape.geom_type in _POLYGONS:
        return shape, ""
    if shape.geom_type != "GeometryCollection":
        return None, "not_a_polygon"
    parts = [
        part for each in shapely.get_parts(shape) for part in shapely.get_parts(each)
        if part.geom_type == "Polygon" and not part.is_empty
    ]  # fmt: skip
    return (
        (shapely.MultiPolygon(parts), "collection_polygons") if parts else (None, "not_a_polygon")
    )
