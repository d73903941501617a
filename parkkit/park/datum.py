"""Map datums: WGS-84, CGCS2000, and the two shifted ones of Chinese maps, GCJ-02 and BD-09."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from parkkit.core.errors import unknown

Datum = Literal["wgs84", "gcj02", "bd09", "cgcs2000"]
DATUMS: tuple[Datum, ...] = get_args(Datum)
UNSHIFTED = ("wgs84", "cgcs2000")
Degrees = NDArray[np.float64]

_AXIS_M = 6378245.0  # Krasovsky 1940, the ellipsoid of the shift
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BD_RADIANS = np.pi * 3000.0 / 180.0
# One step leaves about 5 m, three leave 0.2 mm: see the round trip in the tests.
_STEPS = 3


def convert(
    lon: ArrayLike, lat: ArrayLike, *, source: str, target: str = "wgs84"
) -> tuple[Degrees, Degrees]:
    """Convert longitudes and latitudes from one datum to another.

    CGCS2000 is treated as equal to WGS-84: they differ by centimetres, and a word of its own only
    says which of the two a survey was made in.

    Parameters
    ----------
    lon, lat : array-like
        Degrees.
    source, target : {"wgs84", "gcj02", "bd09", "cgcs2000"}
        The datum given and the one wanted.

    Returns
    -------
    tuple of arrays
        Longitudes and latitudes in degrees. Outside the rectangle that holds China GCJ-02 is not
        shifted, as map services do; BD-09's own step of about a kilometre stands everywhere.

    Raises
    ------
    ParkError
        If a datum is unknown.

    References
    ----------
    The shift was never published; this is the widely published reconstruction of it.

    Examples
    --------
    >>> lon, lat = convert(116.377817, 39.911954, source="wgs84", target="gcj02")
    >>> round(float(lon), 6), round(float(lat), 6)
    (116.384047, 39.913345)
    """
    for datum in (source, target):
        if datum not in DATUMS:
            raise unknown("datum", datum, DATUMS)
    source, target = ("wgs84" if name in UNSHIFTED else name for name in (source, target))
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    if source == target:
        return x.copy(), y.copy()
    if source == "bd09":
        x, y = _undo_bd09(x, y)
    if source == "wgs84":
        x, y = _add_shift(x, y)
    if target == "wgs84":
        x, y = _undo_shift(x, y)
    if target == "bd09":
        x, y = _to_bd09(x, y)
    return x, y


def unshifted(places: pd.DataFrame) -> pd.DataFrame:
    """Return a table of places in WGS-84, each converted from its own row's datum.

    Parameters
    ----------
    places : DataFrame
        ``lon`` and ``lat`` (degrees) and ``datum``; a blank datum is left as it is.

    Examples
    --------
    >>> rows = pd.DataFrame({"lon": [116.384047, 116.0], "lat": [39.913345, 39.0],
    ...                      "datum": ["gcj02", "wgs84"]})
    >>> unshifted(rows)[["lon", "lat"]].round(5).to_numpy().tolist()
    [[116.37782, 39.91195], [116.0, 39.0]]
    """
    moved = places.copy()
    for datum in DATUMS:
        rows = (places["datum"] == datum).to_numpy(dtype=bool)
        if datum not in UNSHIFTED and rows.any():
            lon, lat = convert(places.loc[rows, "lon"], places.loc[rows, "lat"], source=datum)
            moved.loc[rows, "lon"], moved.loc[rows, "lat"] = lon, lat
    return moved


def in_china(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Return which places are in the rectangle that holds China, where GCJ-02 is shifted.

    Examples
    --------
    >>> in_china([121.3, -87.5], [30.3, 41.6]).tolist()
    [True, False]
    """
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    return (x >= 72.004) & (x <= 137.8347) & (y >= 0.8293) & (y <= 55.8271)


def _shift(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Return the shift of GCJ-02 at a place, in degrees; zero outside China."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    common = 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += 2 / 3 * (common + 20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3))
    north += 2 / 3 * (160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += 2 / 3 * (common + 20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3))
    east += 2 / 3 * (150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30))
    angle = np.radians(lat)
    magic = 1 - _ECCENTRICITY_SQUARED * np.sin(angle) ** 2
    north_m = _AXIS_M * (1 - _ECCENTRICITY_SQUARED) / magic**1.5
    east_m = _AXIS_M / np.sqrt(magic) * np.cos(angle)
    inside = in_china(lon, lat)
    return (
        np.where(inside, np.degrees(east / east_m), 0.0),
        np.where(inside, np.degrees(north / north_m), 0.0),
    )


def _add_shift(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    east, north = _shift(lon, lat)
    return lon + east, lat + north


def _undo_shift(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    x, y = lon, lat
    for _ in range(_STEPS):
        east, north = _shift(x, y)
        x, y = lon - east, lat - north
    return x, y


def _to_bd09(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_RADIANS)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_RADIANS)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _undo_bd09(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Undo BD-09 by fixed-point steps: the published closed inverse is off by half a metre."""
    x, y = lon - 0.0065, lat - 0.006
    for _ in range(_STEPS):
        u, v = _to_bd09(x, y)
        x, y = x + lon - u, y + lat - v
    return x, y
