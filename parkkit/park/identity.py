"""Identity: which listings of several registers are one plant, and where it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import pandas as pd

LISTING = ["list", "facility_id", "name", "lon", "lat", "industry_code", "address"]


class Listing(NamedTuple):
    """What a list says of a facility: the columns of ``LISTING``."""

    list: str
    facility_id: str
    name: str
    lon: float
    lat: float
    industry_code: str
    address: str


def settle(listings: pd.DataFrame) -> pd.DataFrame:
    """Return one plant for each id that the registers share; nothing is merged by name.

    Parameters
    ----------
    listings : DataFrame
        ``plant_id`` and the columns of ``LISTING``, a row per facility and list (or per release:
        repeats do not count).

    Returns
    -------
    DataFrame
        ``plant_id``, ``name`` (the one most lists use, then one listed at the plant's place),
        ``former_names`` (the others), ``lon``, ``lat`` (the listed place nearest to the median of
        the distinct places listed), ``industry_code`` (the most detailed, then the most
        frequent), ``address`` and ``place_count``.

    Examples
    --------
    >>> rows = pd.DataFrame({"plant_id": ["p"] * 3, "list": ["a", "b", "c"],
    ...     "facility_id": ["1", "2", "3"], "name": ["Mill", "Mill", "Old Mill"],
    ...     "lon": [0.0, 0.1, 9.0], "lat": [0.0, 0.1, 9.0], "industry_code": ["33", "331", "331"],
    ...     "address": [""] * 3})
    >>> settle(rows).iloc[0].to_dict()["name"], float(settle(rows).loc[0, "lon"])
    ('Mill', 0.1)
    """
    distinct = listings[["plant_id", *LISTING]].drop_duplicates()
    places = confirmed_places(distinct, by="plant_id")[["lon", "lat"]].itertuples(name=None)
    place = {plant: (lon, lat) for plant, lon, lat in places}
    rows = distinct.sort_values("plant_id", kind="stable")
    columns = zip(rows["plant_id"], *(rows[name] for name in LISTING), strict=True)
    plants = [
        _plant(str(plant), [Listing(*cells) for _, *cells in listed], place.get(plant))
        for plant, listed in groupby(columns, key=itemgetter(0))
    ]
    return pd.DataFrame(plants)


def _plant(
    plant_id: str, rows: Sequence[Listing], place: tuple[float, float] | None
) -> dict[str, object]:
    lon, lat = place or (float("nan"), float("nan"))
    here = {row.name for row in rows if (row.lon, row.lat) == (lon, lat)}
    lists: dict[str, set[str]] = {}
    for row in rows:
        if row.name:
            lists.setdefault(row.name, set()).add(row.list)
    by_use = sorted(lists, key=lambda name: (-len(lists[name]), name not in here, name))
    codes = Counter(row.industry_code for row in rows if row.industry_code)
    listed = {(row.lon, row.lat) if row.lon == row.lon and row.lat == row.lat else None
              for row in rows}  # fmt: skip
    return {
        "plant_id": plant_id,
        "name": by_use[0] if by_use else "",
        "former_names": ";".join(by_use[1:]),
        "lon": lon,
        "lat": lat,
        "industry_code": min(codes, key=lambda code: (-len(code), -codes[code], code), default=""),
        "address": min((row.address for row in rows if row.address), default=""),
        "place_count": len(listed),
    }


def confirmed_place(rows: pd.DataFrame) -> tuple[float, float]:
    """Return the listed place nearest to the median of the distinct places listed.

    The median alone could lie where nothing stands; the nearest listed place is one that a
    register names.
    """
    found = confirmed_places(rows.assign(plant=0), by="plant")
    if not len(found):
        return float("nan"), float("nan")
    return float(found["lon"].iloc[0]), float(found["lat"].iloc[0])


def confirmed_places(rows: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """Return the confirmed place of each plant: the listed one nearest to their median.

    Parameters
    ----------
    rows : DataFrame
        ``by`` and the listed ``lon`` and ``lat``, in degrees of one datum; rows without a place
        do not count, and a place that stands in several rows counts once.
    by : str
        The column that names the plant.

    Returns
    -------
    DataFrame
        ``lon``, ``lat`` and the other columns of the row that lists it first, by ``by``. Of two
        places equally near it is the western one, of these the southern one.

    Examples
    --------
    >>> rows = pd.DataFrame({"plant": ["p"] * 3, "lon": [0.0, 0.1, 9.0], "lat": [0.0, 0.1, 9.0]})
    >>> confirmed_places(rows, by="plant").loc["p"].tolist()
    [0.1, 0.1]
    """
    key = [by, "lon", "lat"]
    distinct = rows.dropna(subset=["lon", "lat"]).drop_duplicates(key)
    middle = distinct.groupby(by)[["lon", "lat"]].transform("median")
    shrink = np.cos(np.radians(middle["lat"]))
    east, north = (distinct["lon"] - middle["lon"]) * shrink, distinct["lat"] - middle["lat"]
    ranked = distinct.assign(_apart=east**2 + north**2).sort_values([by, "_apart", "lon", "lat"])
    return ranked.drop_duplicates(by).drop(columns="_apart").set_index(by)
