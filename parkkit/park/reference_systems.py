"""Reference systems: coordinates of any that is known, turned into WGS-84 degrees."""

from __future__ import annotations

import re
import unicodedata
import warnings
from functools import cache

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.aoi import AreaOfInterest
from pyproj.exceptions import CRSError, ProjError
from pyproj.network import set_network_enabled  # type: ignore[attr-defined]
from pyproj.transformer import TransformerGroup
from shapely.geometry.base import BaseGeometry

from parkkit.core.errors import ParkError

Corners = NDArray[np.float64]
Extent = tuple[float, float, float, float]

WGS84 = "EPSG:4326"
# As the names of datums read without case, spaces and underscores; Chinese software has its own.
_CGCS2000 = ("china2000", "cgcs2000", "chinageodeticcoordinatesystem2000", "2000国家大地坐标系")
_WGS84 = ("worldgeodeticsystem1984", "wgs1984", "wgs84")
# A zone three degrees wide may be drawn some way beyond its edge; a wrong zone is farther off.
_MARGIN_DEGREES = 5.0
# A belt is six degrees wide at most; where no area of use is stated, nobody draws beyond this.
_BELT_DEGREES = 8.0


def reprojected(shape: BaseGeometry, crs: str) -> BaseGeometry:
    """Return a shape in longitude and latitude of WGS-84.

    CGCS2000 is treated as equal to WGS-84: they differ by centimetres. Easting (longitude) is
    always the first coordinate, whatever the system's definition says of its axes.

    Parameters
    ----------
    shape : BaseGeometry
        In the coordinates of ``crs``; heights are left away.
    crs : str
        A code (``EPSG:4549``), a name, or WKT, also as ArcGIS and SuperMap write it.

    Raises
    ------
    ParkError
        If the system is unknown, the shape does not lie where it serves, or only a guess
        leads from its datum to WGS-84.

    Examples
    --------
    >>> reprojected(shapely.Point(500000, 3320000), "EPSG:4549").wkt
    'POINT (120 29.998977038)'
    """
    corners = unprojected(shapely.get_coordinates(shape), crs)
    if strays(corners, crs).any():
        raise ParkError("outside_system", given=system_name(crs), extent=extent_text(shape.bounds))
    return shapely.set_coordinates(shapely.force_2d(shape), np.round(to_wgs84(corners, crs), 9))


def known_system(crs: str) -> pyproj.CRS:
    """Return what a reference system is, without heights.

    Raises
    ------
    ParkError
        If it is not known, or ties no longitude and latitude to its coordinates.

    Examples
    --------
    >>> known_system("EPSG:4549").name
    'CGCS2000 / 3-degree Gauss-Kruger CM 120E'
    """
    try:
        system = _system(crs)
    except CRSError as error:
        raise ParkError("other_reference_system", given=_short(crs)) from error
    if not (system.is_projected or system.is_geographic):
        raise ParkError("other_reference_system", given=system.name)
    return system


@cache
def _system(crs: str) -> pyproj.CRS:
    given = pyproj.CRS.from_user_input(f"EPSG:{crs}" if crs.strip().isdigit() else crs)
    flat = given.sub_crs_list[0] if given.is_compound else given
    return flat.to_2d()


def system_name(crs: str) -> str:
    """Return the name of a reference system, with its EPSG code where it has one.

    Examples
    --------
    >>> system_name("EPSG:4490")
    'China Geodetic Coordinate System 2000 (EPSG:4490)'
    """
    system = known_system(crs)
    code = system.to_epsg()
    return f"{system.name} (EPSG:{code})" if code else str(system.name)


def is_cgcs2000(crs: str) -> bool:
    """Return whether a system stands on CGCS2000, under any of its names."""
    return _is_on(known_system(crs), _CGCS2000)


def is_wgs84(crs: str) -> bool:
    """Return whether a system stands on WGS-84, or on CGCS2000, which is treated as equal.

    Examples
    --------
    >>> [is_wgs84(crs) for crs in ("EPSG:3857", "EPSG:4549", "EPSG:4610")]
    [True, True, False]
    """
    system = known_system(crs)
    return not system.is_bound and _is_on(system, (*_CGCS2000, *_WGS84))


def _is_on(system: pyproj.CRS, names: tuple[str, ...]) -> bool:
    """Return whether a datum is one of those named; 'unknown based on WGS 84' names none."""
    datum, base = system.datum, system.geodetic_crs
    given = [_folded(each.name) for each in (datum, base) if each is not None]
    return any(name in each and "unknown" not in each for name in names for each in given)


def _folded(name: str) -> str:
    return re.sub(r"[\s_-]", "", unicodedata.normalize("NFKC", name)).lower()


def _short(crs: str) -> str:
    """Return WKT without its end: it fills a page."""
    return crs if len(crs) <= 80 else f"{crs[:80]}..."


def unprojected(corners: Corners, crs: str) -> Corners:
    """Return projected coordinates as degrees on the system's own datum.

    What cannot be told, because it lies too far from where the system serves, is infinite.
    """
    system = known_system(crs)
    if system.is_bound or not system.is_projected:
        return corners
    step = _unprojection(crs)
    return np.column_stack(step.transform(corners[:, 0], corners[:, 1]))


@cache
def _unprojection(crs: str) -> pyproj.Transformer:
    system = _unbound(known_system(crs))
    return pyproj.Transformer.from_crs(system, system.geodetic_crs, always_xy=True)


def _unbound(system: pyproj.CRS) -> pyproj.CRS:
    """Return a system without the parameters of a datum that came with it."""
    return system.source_crs if system.is_bound and system.source_crs else system


@cache
def _central_meridian(crs: str) -> float | None:
    """Return the central meridian of a transverse Mercator in degrees; None for other systems."""
    step = _unbound(known_system(crs)).coordinate_operation
    if step is None or "Transverse Mercator" not in step.method_name:
        return None
    found = [
        float(each.value) * float(np.degrees(each.unit_conversion_factor))
        for each in step.params
        if each.name == "Longitude of natural origin"
    ]
    return found[0] if found else None


def strays(degrees: Corners, crs: str) -> NDArray[np.bool_]:
    """Return which corners lie where a projected system does not serve.

    Such coordinates are of another zone, carry the zone's number, or have northing first.
    """
    system = known_system(crs)
    if system.is_bound and system.is_projected:
        # ``unprojected`` leaves such corners as they are drawn.
        degrees = np.column_stack(_unprojection(crs).transform(degrees[:, 0], degrees[:, 1]))
    known: NDArray[np.bool_] = np.asarray(np.isfinite(degrees).all(axis=1))
    area, meridian = system.area_of_use, _central_meridian(crs)
    if area is None and meridian is not None:
        east = np.where(known, degrees[:, 0] - meridian, 0.0)
        known &= np.abs((east + 180) % 360 - 180) <= _BELT_DEGREES
    elif system.is_projected and area is not None and area.west <= area.east:
        low = np.array([area.west, area.south]) - _MARGIN_DEGREES
        high = np.array([area.east, area.north]) + _MARGIN_DEGREES
        known &= np.asarray(((degrees >= low) & (degrees <= high)).all(axis=1))
    return ~known


def to_wgs84(degrees: Corners, crs: str) -> Corners:
    """Return degrees on a system's own datum (see ``unprojected``) as degrees of WGS-84.

    Raises
    ------
    ParkError
        If only a guess is known between the two datums where the corners lie.
    """
    if is_wgs84(crs) or not len(degrees):
        return degrees
    step = _step(crs, _extent(degrees))
    try:
        moved = np.column_stack(step.transform(degrees[:, 0], degrees[:, 1], errcheck=True))
    except ProjError as error:
        raise ParkError("other_reference_system", given=system_name(crs)) from error
    return moved


def accuracy_m(crs: str, degrees: Corners | None = None) -> float:
    """Return how well a system's conversion to WGS-84 is known, in metres.

    Parameters
    ----------
    crs : str
    degrees : array, optional
        Corners on the system's own datum; without them, for the best-known part of its area.

    Returns
    -------
    float
        0 for WGS-84 and for CGCS2000, which is treated as equal; missing where only a guess is
        known, or where the parameters came with the file.

    Examples
    --------
    >>> accuracy_m("EPSG:4549"), accuracy_m("EPSG:4610")
    (0.0, nan)
    """
    if is_wgs84(crs):
        return 0.0
    if known_system(crs).is_bound:
        return float("nan")
    steps = _steps(crs, None if degrees is None else _extent(degrees))
    return float(steps[0].accuracy) if steps and steps[0].accuracy >= 0 else float("nan")


def _extent(degrees: Corners) -> Extent:
    (west, south), (east, north) = degrees.min(axis=0), degrees.max(axis=0)
    return float(west), float(south), float(east), float(north)


def _step(crs: str, extent: Extent) -> pyproj.Transformer:
    if known_system(crs).is_bound:
        return pyproj.Transformer.from_crs(known_system(crs), WGS84, always_xy=True)
    steps = _steps(crs, extent)
    if not steps:
        raise ParkError("ballpark_only", given=system_name(crs))
    return steps[0]


@cache
def _steps(crs: str, extent: Extent | None) -> list[pyproj.Transformer]:
    """Return the conversions between datums that hold in the whole extent, best first."""
    set_network_enabled(active=False)
    area = None if extent is None else AreaOfInterest(*extent)
    with warnings.catch_warnings():
        # Without the network the best one may lack its grid; the next best is told with its metres.
        warnings.simplefilter("ignore", UserWarning)
        group = TransformerGroup(
            known_system(crs).geodetic_crs,
            WGS84,
            always_xy=True,
            area_of_interest=area,  # type: ignore[arg-type]  # its stub names a twin of the class
            allow_ballpark=False,
        )
    return [step for step in group.transformers if extent is None or _holds(step, extent)]


def _holds(step: pyproj.Transformer, extent: Extent) -> bool:
    area = step.area_of_use
    if area is None or area.west > area.east:
        return True
    west, south, east, north = extent
    return bool(area.west <= west and east <= area.east
                and area.south <= south and north <= area.north)  # fmt: skip


def extent_text(extent: tuple[float, ...]) -> str:
    """Return the edges of an extent, west, south, east, north, for a message.

    Examples
    --------
    >>> extent_text((500000.0, 3320000.0, 500100.25, 3320100.0))
    '500000, 3320000, 500100.25, 3320100'
    """
    return ", ".join(f"{edge:.9g}" for edge in extent)
