"""Restatement: the same park under each of its boundaries."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.errors import ParkError
from parkkit.inventory.compilation import Inventory, compile_inventory, totals
from parkkit.park.boundary import area, members
from parkkit.park.package import Park
from parkkit.park.polygons import BOUNDARY_TYPES


def boundary_totals(
    park: Park, *, year: int, convention: Convention, species: Sequence[str] = ("co2e",)
) -> pd.DataFrame:
    """Return what each of the four boundaries holds in a year.

    Returns
    -------
    DataFrame
        ``boundary_type``, ``member_count``, ``drawn_area_ha`` (geodesic), ``official_area_ha``,
        and ``SPECIES_t`` for each species. A boundary that the park does not have, or in which
        nobody's membership is known, has missing values: it is not computable, not empty.
    """
    rows = [
        _boundary(park, boundary_type, year, convention, species)
        for boundary_type in BOUNDARY_TYPES
    ]
    return pd.DataFrame(rows)


def _boundary(
    park: Park, boundary_type: str, year: int, convention: Convention, species: Sequence[str]
) -> dict[str, object]:
    missing = {f"{name}_t": float("nan") for name in species}
    blank: dict[str, object] = {"boundary_type": boundary_type, "member_count": None,
                                "drawn_area_ha": float("nan"),
                                "official_area_ha": float("nan"), **missing}  # fmt: skip
    try:
        inside = members(park, boundary_type, year)
        if inside["basis"].str.startswith("unknown").all():
            return blank
        inventory = compile_inventory(park, boundary_type=boundary_type, convention=convention)
    except ParkError as error:
        if error.code != "no_boundary":
            raise
        return blank
    return {
        **blank,
        "member_count": int(inside["is_member"].sum()),
        "drawn_area_ha": area(park, boundary_type, year, kind="drawn"),
        "official_area_ha": area(park, boundary_type, year, kind="official"),
        **_tonnes(inventory, year, species),
    }


def _tonnes(inventory: Inventory, year: int, species: Sequence[str]) -> dict[str, object]:
    table = totals(inventory, years=[year])
    sums = table.groupby("species")["amount_t"].sum(min_count=1)
    return {f"{name}_t": float(sums.get(name, float("nan"))) for name in species}
