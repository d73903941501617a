"""KML: the placemarks of a file by the folder that they stand in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import shapely
from shapely.geometry.base import BaseGeometry

from parkkit.core.errors import ParkError
from parkkit.park.attribute_texts import code_page

Placemark = tuple[dict[str, Any], BaseGeometry | None]

_HOLDERS = ("Document", "Folder")
_SIMPLE = ("Point", "LineString", "LinearRing")


def placemarks(path: Path, *, encoding: str = "") -> dict[str, list[Placemark]]:
    """Return the placemarks of a KML file, attributes beside shape, by their nearest folder.

    Parameters
    ----------
    path : Path
    encoding : str
        The code page, where the file does not say or says it wrong.

    Returns
    -------
    dict
        A folder without a name is called after the file, one that shares its name with another
        by those it stands in as well. Attributes are ``name``, ``description`` and the extended
        data; heights are left away.

    Raises
    ------
    ParkError
        If the file is no XML, its code page does not read it, or a coordinate is no number.
    """
    found: dict[tuple[str, ...], list[Placemark]] = {}
    try:
        root = ElementTree.fromstring(_xml(path, encoding))
        for folder, placemark in _walked(root, ()):
            found.setdefault(folder or (path.stem,), []).append(
                (_attributes(placemark), _shape(placemark))
            )
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        if isinstance(error, ParkError):
            raise
        raise ParkError("broken_layer", where=path.name, given=error) from error
    return dict(zip(short_names(found), found.values(), strict=True))


def short_names(places: Iterable[tuple[str, ...]]) -> list[str]:
    """Return what to call each place: its own name where no other has it, else its whole path.

    Examples
    --------
    >>> short_names([("2019", "park"), ("2023", "park"), ("2023", "east")])
    ['2019/park', '2023/park', 'east']
    """
    given = list(places)
    own = Counter(place[-1] for place in given)
    return [place[-1] if own[place[-1]] == 1 else "/".join(place) for place in given]


def _xml(path: Path, encoding: str) -> bytes | str:
    """Return what the XML reader takes: it knows no Chinese code page, so such text is decoded."""
    content = path.read_bytes()
    head = re.match(rb"\s*<\?xml[^>]*?encoding=[\"']([\w.-]+)[\"']", content)
    page = code_page(encoding or (head[1].decode() if head else ""))
    if not encoding and page not in ("gb18030", "cp950"):
        return content
    if not page:
        known = ("utf-8", "gb18030", "cp950")
        raise ParkError("unknown", where=path.name, kind="encoding", given=encoding, known=known)
    try:
        text = content.decode(page).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise ParkError("code_page_fails", where=path.name, given=page, feature="XML") from error
    return re.sub(r"^\s*<\?xml.*?\?>", "", text)


def _walked(
    element: ElementTree.Element, folder: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], ElementTree.Element]]:
    """Return every placemark below an element, with the names of the folders that it is in."""
    for child in element:
        if _kind(child) == "Placemark":
            yield folder, child
        elif _kind(child) in _HOLDERS:
            name = _said(child, "name")
            yield from _walked(child, (*folder, name) if name else folder)


def _kind(element: ElementTree.Element) -> str:
    """Return the name of an element without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _said(element: ElementTree.Element, kind: str) -> str:
    return next(((child.text or "").strip() for child in element if _kind(child) == kind), "")


def _attributes(placemark: ElementTree.Element) -> dict[str, Any]:
    given: dict[str, Any] = {
        kind: _said(placemark, kind) for kind in ("name", "description") if _said(placemark, kind)
    }
    for element in placemark.iter():
        key = element.get("name")
        if key and _kind(element) == "SimpleData":
            given[key] = (element.text or "").strip()
        elif key and _kind(element) == "Data":
            given[key] = _said(element, "value")
    return given


def _shape(placemark: ElementTree.Element) -> BaseGeometry | None:
    shapes = list(_shapes(placemark))
    if len(shapes) < 2:
        return shapes[0] if shapes else None
    if all(shape.geom_type == "Polygon" for shape in shapes):
        return shapely.MultiPolygon(shapes)
    return shapely.GeometryCollection(shapes)


def _shapes(element: ElementTree.Element) -> Iterator[BaseGeometry]:
    for child in element:
        if _kind(child) == "MultiGeometry":
            yield from _shapes(child)
        elif _kind(child) == "Polygon":
            shell, holes = _rings(child, "outerBoundaryIs"), _rings(child, "innerBoundaryIs")
            yield shapely.Polygon(shell[0], holes) if shell else shapely.Polygon()
        elif _kind(child) in _SIMPLE:
            corners = _corners(child)
            one = len(corners) == 1
            yield shapely.Point(corners[0]) if one else shapely.LineString(corners)


def _rings(polygon: ElementTree.Element, side: str) -> list[list[tuple[float, float]]]:
    """Return the rings of a polygon that enclose something; others are left away."""
    rings = [_corners(ring) for each in polygon if _kind(each) == side for ring in each]
    return [ring for ring in rings if len(ring) > 2]


def _corners(element: ElementTree.Element) -> list[tuple[float, float]]:
    # Some write a blank behind the comma, which the standard has between the tuples.
    plain = re.sub(r"\s*,\s*", ",", _said(element, "coordinates"))
    tuples = [each.split(",") for each in plain.split()]
    return [(float(given[0]), float(given[1])) for given in tuples if len(given) > 1]
