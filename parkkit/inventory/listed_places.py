"""Listed places: releases that a list puts on the other side of a boundary than their plant."""

from __future__ import annotations

import pandas as pd

from parkkit.inventory.releases import SENT_USE, reported
from parkkit.park.boundary import members, outline
from parkkit.park.identity import confirmed_places
from parkkit.park.listings import listed_places
from parkkit.park.package import Park
from parkkit.park.polygons import inside

COLUMNS = {"list": "str", "facility_id": "str", "enterprise_id": "str", "name": "str",
           "lon": "float64", "lat": "float64", "is_member": "bool", "is_inside": "bool",
           "species": "str", "medium": "str", "amount_t": "float64"}  # fmt: skip
SOURCE = ["enterprise_id", "list", "process"]
# Whoever was not open is out wherever it stands; of whom nothing is known no side can be told.
NO_SIDE = ("not_yet_open", "closed", "unknown_place", "unknown_registration")


def listed_apart(park: Park, *, boundary_type: str, year: int, part: str = "") -> pd.DataFrame:
    """Return the releases that their list puts on the other side of a boundary than their plant.

    Who is who is settled before anything is cut: a plant is in or out with all that every list
    says of it. This is what cutting the rows of the lists by their own coordinates would lose
    (of members listed outside) or add (of others listed inside).

    Parameters
    ----------
    boundary_type : {"physical", "approved", "management", "statistical"}
    year : int
    part : str
        The name of a part of the park (园中园); blank is the whole.

    Returns
    -------
    DataFrame
        ``list``, ``facility_id``, ``enterprise_id``, ``name`` and the listed ``lon`` and ``lat``
        (WGS-84); ``is_member`` (of the plant), ``is_inside`` (of the listed place); ``species``,
        ``medium`` and ``amount_t``: what the list reports as released to the environment, before
        lists are reconciled. A process takes the place listed for it, else the one listed for
        the whole plant; of several places that a list has for one facility, the one nearest to
        their median. A boundary without a polygon cuts nothing by place and gives no rows.

    Raises
    ------
    ParkError
        If the boundary is unknown, or not drawn in that year.
    """
    membership = members(park, boundary_type, year, part=part)
    shape = outline(park, boundary_type, year, part=part)
    rows = _placed(_released(park, year), _facilities(park))
    if shape is None or rows.empty:
        return pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)
    rows = rows.merge(membership, on="enterprise_id")
    rows = rows.assign(is_inside=inside(shape, rows["lon"], rows["lat"]))
    is_apart = (rows["is_member"] != rows["is_inside"]) & ~rows["basis"].isin(NO_SIDE)
    keys = [name for name in COLUMNS if name != "amount_t"]
    sums = rows[is_apart].groupby(keys, sort=True)["emissions_t"].sum(min_count=1)
    return sums.rename("amount_t").reset_index().astype(COLUMNS)


def _released(park: Park, year: int) -> pd.DataFrame:
    """Return what the lists report as released to the environment in a year."""
    offered, _ = reported(park)
    return offered[(offered["year"] == year) & (offered["use"] != SENT_USE)]


def _facilities(park: Park) -> pd.DataFrame:
    """Return where each list puts each plant or process: one place, by SOURCE."""
    listed = listed_places(park).sort_values(["facility_id", "name"], kind="stable")
    keys = listed.groupby(SOURCE).ngroup()
    return confirmed_places(listed.assign(key=keys), by="key").set_index(SOURCE)


def _placed(rows: pd.DataFrame, facilities: pd.DataFrame) -> pd.DataFrame:
    """Return the releases for which their list has a place, with it."""
    is_own = pd.MultiIndex.from_frame(rows[SOURCE]).isin(facilities.index)
    asked = rows[[*SOURCE, "species", "medium", "emissions_t"]].assign(
        process=rows["process"].where(is_own, "")
    )
    named = facilities[["facility_id", "name", "lon", "lat"]]
    return asked.merge(named, left_on=SOURCE, right_index=True)
