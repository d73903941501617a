"""Evidence of an undeclared datum: plants that come into the park when read as shifted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from parkkit.core.errors import Problem
from parkkit.park.datum import DATUMS, UNSHIFTED, Degrees, in_china, unshifted
from parkkit.park.faults import OPEN, Tables, at
from parkkit.park.polygons import BOUNDARY_TYPES, inside

SHIFTED = tuple(datum for datum in DATUMS if datum not in UNSHIFTED)
# DESIGN, section 5: both must be met before a datum is doubted.
LEAST_MORE, LEAST_RATIO = 5, 1.2
NAMED = 5
_EARTH = pyproj.Geod(ellps="WGS84")
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """Where the plants are when those open to doubt are read in a datum, and which are in."""

    datum: str
    lon: Degrees
    lat: Degrees
    is_in: Flags


def datum_problems(tables: Tables, boundaries: pd.DataFrame) -> Iterator[Problem]:
    """Warn where the plants declared as WGS-84 fit the park better as GCJ-02 or BD-09.

    Only plants declared ``wgs84`` or ``cgcs2000`` are read again, and only in China; the plants
    that count are those registered here, or all where nobody's registration is told. The warning
    comes when at least 5, and 20 % more, of them are inside the park as it was drawn last.

    Parameters
    ----------
    tables : mapping of DataFrames
        Of which ``enterprises``: ``enterprise_id``, ``lon``, ``lat`` (degrees), ``datum``,
        ``is_registered_here``.
    boundaries : DataFrame
        As ``read_boundaries`` gives it.
    """
    shape, plants = _park(boundaries), _judged(tables["enterprises"])
    if shape is None or plants.empty:
        return
    is_open = plants["datum"].isin(UNSHIFTED).to_numpy() & in_china(plants["lon"], plants["lat"])
    declared = _read_as("wgs84", plants, is_open, shape)
    best = max((_read_as(datum, plants, is_open, shape) for datum in SHIFTED), key=_count)
    if _count(best) >= max(_count(declared) + LEAST_MORE, LEAST_RATIO * _count(declared)):
        yield _evidence(plants, declared, best, is_open)


def _park(boundaries: pd.DataFrame) -> BaseGeometry | None:
    """Return the whole park as it was drawn last, of the first type that is drawn."""
    whole = boundaries[boundaries["part"] == ""]
    for boundary_type in BOUNDARY_TYPES:
        drawn = whole[whole["boundary_type"] == boundary_type]
        if len(drawn):
            ends = drawn["valid_to"].astype("float64").fillna(OPEN)
            return shapely.union_all(list(drawn.loc[ends == ends.max(), "geometry"]))
    return None


def _judged(plants: pd.DataFrame) -> pd.DataFrame:
    """Return the plants with a place that are registered here; all where none is told to be."""
    placed = plants[plants["lon"].notna() & plants["lat"].notna() & (plants["lat"].abs() <= 90)]
    if plants["is_registered_here"].isna().all():
        return placed
    return placed[placed["is_registered_here"].fillna(False).astype(bool)]


def _read_as(datum: str, plants: pd.DataFrame, is_open: Flags, shape: BaseGeometry) -> _Reading:
    there = unshifted(plants.assign(datum=plants["datum"].mask(is_open, datum)))
    lon, lat = there["lon"].to_numpy(dtype=float), there["lat"].to_numpy(dtype=float)
    return _Reading(datum=datum, lon=lon, lat=lat, is_in=inside(shape, there["lon"], there["lat"]))


def _count(reading: _Reading) -> int:
    return int(reading.is_in.sum())


def _evidence(plants: pd.DataFrame, declared: _Reading, best: _Reading, is_open: Flags) -> Problem:
    """Return the warning: how many of how many, how far, and who would come in."""
    metres = _EARTH.inv(declared.lon, declared.lat, best.lon, best.lat)[2]
    entering = plants[best.is_in & ~declared.is_in]
    ids = entering["enterprise_id"].tolist()
    return at(
        "enterprises", entering.index[0], "datum", "datum_doubted", is_warning=True,
        given=[*ids[:NAMED], *["…"] * (len(ids) > NAMED)], total=len(plants),
        inside=_count(declared), reading=best.datum, reread=_count(best),
        metres=f"{np.median(metres[is_open]):,.0f}",
    )  # fmt: skip
