"""Activity in base units: one unit an item, energy in TJ and tce, a key for its factor."""

from __future__ import annotations

import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.units import GJ_PER_MWH, TJ_PER_GJ, conversion, conversions, measures
from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.matching import HEAT, KEY, NATION, POWER_KINDS
from parkkit.inventory.parameters import energy_values
from parkkit.inventory.resolution import SUPPLIED
from parkkit.park.package import Park

MONTHS = 12
# What the equivalent value (等价值) is for: power costs more coal than the heat it holds.
SUPPLIED_ITEMS = ("electricity", "compressed_air", "oxygen", "nitrogen", "steam",
                  "fresh_water", "softened_water")  # fmt: skip
# Power and heat have their energy by definition, fuels by their heat value.
ENERGY_TJ = {"electricity": GJ_PER_MWH * TJ_PER_GJ, "heat": TJ_PER_GJ, "cooling": TJ_PER_GJ}


def used_activity(park: Park, convention: Convention) -> pd.DataFrame:
    """Return the activity rows in base units, with the id of their factor key.

    Returns
    -------
    DataFrame
        The ``activity`` table with ``amount`` and ``unit`` in the item's base unit (TJ where a
        fuel is given in heat), ``given_amount`` and ``given_unit`` as they were, ``row`` (of
        activity.csv), ``coverage_share`` (months there / 12; 1 for a yearly row), ``region``,
        ``key_id`` and the columns of ``KEY``.
    """
    rows = park.activity.reset_index(names="row")
    base = _base_units(rows)
    rows = rows.assign(
        given_amount=rows["amount"],
        given_unit=rows["unit"],
        amount=rows["amount"] * conversions(rows["unit"], base),
        unit=base,
        amount_unit=base,
        year=rows["year"].astype("int64"),
        region=grid_region(park, convention),
        coverage_share=_coverage(rows),
        supplier_id=_suppliers(rows, park),
    )
    has_site = rows["enterprise_id"].isin(park.site_factors["enterprise_id"])
    rows["site_id"] = rows["enterprise_id"].where(has_site, "")
    rows["site_process"] = rows["process"].where(has_site, "")
    rows["key_id"] = rows.groupby(list(KEY), sort=True).ngroup()
    return rows


def _base_units(rows: pd.DataFrame) -> pd.Series:
    """Return the unit each row is counted in: its item's, or TJ for a fuel given in heat."""
    items = vocabulary("items").set_index("item")
    base = rows["item"].map(items["base_unit"])
    is_heat = rows["unit"].map({unit: measures(unit, HEAT) for unit in rows["unit"].unique()})
    is_fuel = rows["item"].map(items["kind"]) == "fuel"
    return base.mask(is_fuel & is_heat.astype(bool), HEAT)


def _suppliers(rows: pd.DataFrame, park: Park) -> pd.Series:
    """Return who supplied what is bought, where the supplier has a factor of its own for it."""
    site = park.site_factors
    own = site.loc[site["parameter"] == SUPPLIED, ["enterprise_id", "item"]]
    pairs = pd.MultiIndex.from_frame(rows[["counterpart_id", "item"]])
    has_own = pairs.isin(pd.MultiIndex.from_frame(own)) & (rows["use"] == "purchased")
    return rows["counterpart_id"].where(has_own, "")


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
    if park.about.country != NATION:
        return ""  # the grids of the vocabulary are China's
    if POWER_KINDS[convention.electricity] != "average":
        return NATION  # such factors are published for the nation only
    if convention.grid_region == "nation":
        return NATION
    if convention.grid_region == "province":
        return province
    parents = vocabulary("regions").set_index("region")["part_of"]
    return str(parents.get(province, ""))


def with_energy(rows: pd.DataFrame, parameters: pd.DataFrame) -> pd.DataFrame:
    """Add what each row of used activity holds in energy.

    Parameters
    ----------
    parameters : DataFrame
        What ``parameters_of`` returned for the keys of the rows.

    Returns
    -------
    DataFrame
        ``energy_tj``, ``energy_tce`` (calorific value) and ``energy_tce_supply`` (equivalent
        value: power at the coal that its supply takes); missing for what is no energy.
    """
    keys = rows.drop_duplicates("key_id")[["key_id", *KEY]]
    values = energy_values(keys, parameters)
    by_nature = keys["item"].map(ENERGY_TJ).astype("float64").set_axis(keys["key_id"])
    tce = values["tce"].fillna(by_nature * conversion("TJ", "tce"))
    is_supplied = keys["item"].isin(SUPPLIED_ITEMS).set_axis(keys["key_id"])
    per_unit = {
        "energy_tj": by_nature.fillna(values["tj"]),
        "energy_tce": tce,
        "energy_tce_supply": values["tce_supply"].where(is_supplied, tce),
    }
    return rows.assign(
        **{
            name: rows["amount"] * rows["key_id"].map(value).astype("float64")
            for name, value in per_unit.items()
        }
    )
