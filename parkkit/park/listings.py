"""Listings: where the plants stand, by their confirmed place or else by what registers list."""

from __future__ import annotations

import pandas as pd

from parkkit.park.datum import unshifted
from parkkit.park.identity import confirmed_places
from parkkit.park.package import Park


def places(park: Park) -> pd.DataFrame:
    """Return where the plants are in WGS-84.

    Returns
    -------
    DataFrame
        The ``enterprises`` table with ``lon`` and ``lat`` converted from each row's datum, and
        ``place_basis``: ``confirmed`` (the plant's own row has a place), ``listed`` (it has none,
        and of the places that registers list for it this is the nearest to their median),
        ``unknown``. ``datum`` is ``wgs84`` where there is a place, else blank.
    """
    plants = unshifted(park.enterprises)
    is_confirmed = plants["lon"].notna() & plants["lat"].notna()
    listed = listed_places(park)
    # Most plants have a place of their own, and nobody asks the registers about those.
    asked = listed[listed["enterprise_id"].isin(plants.loc[~is_confirmed, "enterprise_id"])]
    found = confirmed_places(asked, by="enterprise_id").reindex(plants["enterprise_id"])
    for name in ("lon", "lat"):
        own = plants[name].astype("float64")
        plants[name] = own.where(is_confirmed, found[name].set_axis(plants.index))
    has_place = plants["lon"].notna()
    basis = pd.Series("unknown", index=plants.index, dtype="str").mask(has_place, "listed")
    return plants.assign(
        place_basis=basis.mask(is_confirmed, "confirmed"),
        datum=pd.Series("wgs84", index=plants.index, dtype="str").where(has_place, ""),
    )


def listed_places(park: Park) -> pd.DataFrame:
    """Return the rows of ``listings`` that have a place, in WGS-84 whatever their datum."""
    rows = park.listings
    return unshifted(rows[rows["lon"].notna() & rows["lat"].notna()])
