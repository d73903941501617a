"""Matching: which factors and site parameters fit which key, in item, process, place and time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.units import conversions
from parkkit.core.vocabulary import codes, vocabulary
from parkkit.inventory.factors import SITE, STAGES

KEY = ("site_id", "site_process", "supplier_id", "item", "use", "process_type", "technology",
       "region", "year", "amount_unit")  # fmt: skip
HEAT = "TJ"
POWER_KINDS = {"location": "average", "market": "excl_market_traded_non_fossil",
               "fossil_except_green": "fossil"}  # fmt: skip
SUPPLY = "supply"
NATION = "CN"
BURNING = ("fuel_combustion", "transport_own", "transport_hired")


def with_base(keys: pd.DataFrame) -> pd.DataFrame:
    """Add each item's base unit and the group of items it belongs to."""
    items = vocabulary("items").set_index("item")
    return keys.assign(
        base=keys["item"].map(items["base_unit"]), group=keys["item"].map(items["item_group"])
    )


def fitting(keys: pd.DataFrame, leads: pd.DataFrame, convention: Convention) -> pd.DataFrame:
    """Join keys to factors by item or its group, and keep those that fit process and period."""
    leads = leads[leads["factor_item"].isin({*keys["item"], *keys["group"]})]
    exact = keys.merge(leads, left_on="item", right_on="factor_item").assign(item_rank=0)
    grouped = keys[keys["group"] != ""].merge(leads, left_on="group", right_on="factor_item")
    found = pd.concat([exact, grouped.assign(item_rank=1)], ignore_index=True)
    kinds = found["kind"].isin(["", SUPPLY, POWER_KINDS[convention.electricity]])
    fits = kinds & ((found["factor_use"] == "") | (found["factor_use"] == found["use"]))
    for column in ("process_type", "technology"):
        wanted = found[f"factor_{column}"]
        fits &= (wanted == "") | (wanted == found[column])
    fits &= _is_near(found)
    apart, in_time = _years_apart(found, convention)
    found = found.assign(
        years_apart=apart,
        factor_year=found["valid_from"],
        process_rank=2
        - (found["factor_process_type"] != "").astype(int)
        - (found["factor_technology"] != "").astype(int),
        region_rank=(found["factor_region"] == "").astype(int),
    )
    return found[fits & in_time]


def _is_near(found: pd.DataFrame) -> pd.Series:
    """Tell which factors hold where the key is: its own region's, its nation's, everybody's.

    A grid factor holds for one grid only: the convention says which.
    """
    wanted = found["factor_region"]
    in_nation = (wanted == NATION) & (found["kind"] == "") & found["region"].isin(codes("regions"))
    return (wanted == "") | (wanted == found["region"]) | in_nation


def _years_apart(found: pd.DataFrame, convention: Convention) -> tuple[pd.Series, pd.Series]:
    """Return how far a factor's year is, and whether it may serve (grid years by the rule)."""
    early = (found["valid_from"] - found["year"]).clip(lower=0).fillna(0)
    late = (found["year"] - found["valid_to"]).clip(lower=0).fillna(0)
    apart = (early + late).astype(float)
    is_grid = ~found["kind"].isin(["", SUPPLY])
    if convention.grid_year == "nearest":
        return apart, (apart == 0) | (found["kind"] != "")
    if isinstance(convention.grid_year, int):
        # A park's own factor may hold for every year.
        is_vintage = found["valid_from"].isna() | (found["valid_from"] == convention.grid_year)
        return apart, ((apart == 0) & ~is_grid) | (is_grid & is_vintage)
    return apart, apart == 0


def site_rows(keys: pd.DataFrame, site: pd.DataFrame) -> pd.DataFrame:
    """Return site parameters beside the keys they are valid for."""
    rows = site.astype({"valid_from": "float64", "valid_to": "float64"})
    found = keys.merge(
        rows, left_on=["site_id", "item"], right_on=["enterprise_id", "item"],
        suffixes=("", "_site"),
    )  # fmt: skip
    fits = (found["process"] == "") | (found["process"] == found["site_process"])
    fits &= found["valid_from"].fillna(-np.inf) <= found["year"]
    fits &= found["valid_to"].fillna(np.inf) >= found["year"]
    return found[fits & _is_for(found)]


def _is_for(found: pd.DataFrame) -> pd.Series:
    """Tell which site parameters are for the key's use.

    A fuel's own factor is of burning it: what the fuel turns into, or took to make, is another
    matter, unless the plant names the use.
    """
    named = [
        use in given.split(";") if given else None
        for given, use in zip(found["use_site"], found["use"], strict=True)
    ]
    kinds = found["item"].map(vocabulary("items").set_index("item")["kind"])
    is_factor = found["parameter"].isin(STAGES)
    by_kind = ~(is_factor & (kinds == "fuel")) | found["use"].isin(BURNING)
    return pd.Series(named, index=found.index, dtype="boolean").fillna(by_kind).astype(bool)


def site_id(found: pd.DataFrame) -> pd.Series:
    """Return what a site parameter is called where it is used."""
    parts = found[["enterprise_id", "process", "item", "parameter", "species"]]
    return parts.agg("/".join, axis=1).radd(f"{SITE}/") if len(parts) else pd.Series(dtype="str")


def converted(units: pd.Series, wanted: str, base: pd.Series) -> pd.Series:
    """Return what each value is multiplied by to be in ``wanted``, per row's base unit."""
    return conversions(units, base.map({unit: wanted.format(base=unit) for unit in set(base)}))
