"""Checks of listings: rows that stand twice, places that no plant of the park can have."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from parkkit.core.errors import Problem
from parkkit.park.datum import unshifted
from parkkit.park.faults import Tables, at
from parkkit.park.place_checks import FAR_KM
from parkkit.park.polygons import distance_km

KEY = ["list", "facility_id", "enterprise_id", "process", "name", "lon", "lat", "datum"]


def listing_problems(tables: Tables, boundaries: pd.DataFrame) -> Iterator[Problem]:
    """Return what is wrong with the places that registers list, and what is odd.

    A row that stands twice is an error, and so is a latitude beyond the pole. One facility given
    to two plants, or a place more than 50 km from the park's boundaries, is a warning: registers
    do err, and the plant's confirmed place goes before theirs.
    """
    listings = tables["listings"]
    yield from _repeated(listings)
    yield from _shared(listings)
    beyond = listings["lat"].abs() > 90
    for row in listings.index[beyond.fillna(False)]:
        lon, lat = float(listings["lon"][row]), float(listings["lat"][row])
        code = "beyond_pole_swapped" if abs(lon) <= 90 else "beyond_pole"
        yield at("listings", row, "lat", code, given=f"{lon:g}, {lat:g}")
    if len(boundaries):
        whole = shapely.union_all(list(boundaries["geometry"]))
        has_place = listings["lon"].notna() & listings["lat"].notna()
        yield from _far(listings[has_place & ~beyond], whole)


def _repeated(listings: pd.DataFrame) -> Iterator[Problem]:
    keys = listings[KEY]
    first = keys.assign(row=keys.index).groupby(KEY, dropna=False)["row"].transform("first")
    for row in keys.index[keys.duplicated()]:
        yield at("listings", row, "facility_id", "listed_twice",
                 given=keys["facility_id"][row], list=keys["list"][row],
                 first=int(first[row]))  # fmt: skip


def _shared(listings: pd.DataFrame) -> Iterator[Problem]:
    """Tell facilities of a list that are given to several plants: their releases may be twice."""
    for (name, facility), rows in listings.groupby(["list", "facility_id"]):
        plants = sorted(set(rows["enterprise_id"]))
        if facility and len(plants) > 1:
            yield at("listings", rows.index[0], "enterprise_id", "listed_for_two",
                     is_warning=True, given=facility, list=name, plants=plants)  # fmt: skip


def _far(listings: pd.DataFrame, whole: BaseGeometry) -> Iterator[Problem]:
    # A place that stands in many rows is told once, at the first.
    distinct = unshifted(listings).drop_duplicates(["enterprise_id", "lon", "lat"])
    for row in distinct.index:
        away = distance_km(whole, float(distinct["lon"][row]), float(distinct["lat"][row]))
        if away > FAR_KM:
            given = f"{listings['lon'][row]:g}, {listings['lat'][row]:g}"
            yield at("listings", row, "lon", "listed_far", is_warning=True, given=given,
                     list=listings["list"][row], plant=listings["enterprise_id"][row],
                     away=f"{away:,.0f}")  # fmt: skip
