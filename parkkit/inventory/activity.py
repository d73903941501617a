"""Activity in base units: one unit an item, energy in TJ and tce, a key for its factor."""

from __future__ import annotations

import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.units import GJ_PER_MWH, TJ_PER_GJ, conversion, conversions
from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.resolution import KEY, heat_values
from parkkit.park.package import Park

MONTHS = 12
# Power and heat have their energy by definition, fuels by their heat value.
ENERGY_TJ = {"electricity": GJ_PER_MWH * TJ_PER_GJ, "heat": TJ_PER_GJ}


def used_activity(park: Park, convention: Convention) -> pd.DataFrame:
    """Return the activity rows in base units, with energy and the id of their factor key.

    Returns
    -------
    DataFrame
        The ``activity`` table with ``amount`` and ``unit`` in the item's base unit,
        ``given_amount`` and ``given_unit`` as they were, ``row`` (of activity.csv),
        ``coverage_share`` (months there / 12; 1 for a yearly row), ``energy_tj`` and
        ``energy_tce`` (calorific value; missing for what is no energy), ``region``, ``key_id``.
    """
    rows = park.activity.reset_index(names="row")
    base = rows["item"].map(vocabulary("items").set_index("item")["base_unit"])
    rows = rows.assign(
        given_amount=rows["amount"],
        given_unit=rows["unit"],
        amount=rows["amount"] * conversions(rows["unit"], base),
        unit=base,
        year=rows["year"].astype("int64"),
        region=grid_region(park, convention),
        coverage_share=_coverage(rows),
    )
    has_site = rows["enterprise_id"].isin(park.site_factors["enterprise_id"])
    rows["site_id"] = rows["enterprise_id"].where(has_site, "")
    rows["site_process"] = rows["process"].where(has_site, "")
    rows["key_id"] = rows.groupby(list(KEY), sort=True).ngroup()
    return _with_energy(rows, park, convention)


def _coverage(rows: pd.DataFrame) -> pd.Series:
    source = ["enterprise_id", "process", "stack_id", "item", "use", "counterpart_id", "year"]
    # A month in which nothing occurs is a month told.
    filled = rows[rows["amount"].notna() | (rows["notation"] == "NO")]
    months = filled.groupby(source)["month"].nunique().rename("months").reset_index()
    count = rows[source].merge(months, on=source, how="left")["months"]
    share = pd.Series(count.to_numpy(dtype=float) / MONTHS, index=rows.index)
    return share.where(rows["month"].notna(), 1.0)


def grid_region(park: Park, convention: Convention) -> str:
    """Return the code of the region whose grid factor a park's power takes."""
    province = park.about.province
    if not province or convention.grid_region == "province":
        return province
    parents = vocabulary("regions").set_index("region")["part_of"]
    # A province outside China is in no grid of the vocabulary.
    return str(parents.get(province, "")) if convention.grid_region == "region" else "CN"


def _with_energy(rows: pd.DataFrame, park: Park, convention: Convention) -> pd.DataFrame:
    keys = rows.drop_duplicates("key_id")[["key_id", *KEY]]
    per_unit = rows["key_id"].map(heat_values(keys, park, convention)).astype("float64")
    per_unit = rows["item"].map(ENERGY_TJ).astype("float64").fillna(per_unit)
    energy_tj = rows["amount"] * per_unit
    return rows.assign(energy_tj=energy_tj, energy_tce=energy_tj * conversion("TJ", "tce"))
