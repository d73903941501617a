"""Parameters: what belongs to each key beside its factor, such as heat value and oxidation."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.units import GJ_PER_TCE, TJ_PER_GJ
from parkkit.inventory.factors import SITE, STAGES, factors_of
from parkkit.inventory.matching import HEAT, converted, fitting, site_id, site_rows, with_base
from parkkit.park.package import Park

TCE_PER_TJ = 1 / (GJ_PER_TCE * TJ_PER_GJ)


def parameters_of(keys: pd.DataFrame, park: Park, convention: Convention) -> pd.DataFrame:
    """Return every parameter of every key, the site's first, then by the order of the sets."""
    table = factors_of(park)
    place = {name: rank for rank, name in enumerate(convention.factor_sets)}
    rows = table[~table["parameter"].isin(STAGES) & table["factor_set"].isin(place)]
    in_sets = fitting(with_base(keys), rows, convention)
    in_sets = in_sets.assign(
        order=in_sets["factor_set"].map(place).astype(float) + 2,
        parameter_id=in_sets["factor_id"],
        uncertainty_percent=np.nan,
    )
    site = site_rows(with_base(keys), park.site_factors)
    site = site.assign(
        order=1 - (site["process"] != "").astype(float), factor_set=SITE, item_rank=0,
        process_rank=0, region_rank=0, parameter_id=site_id(site), years_apart=0.0,
        factor_year=np.nan, checked=SITE,
    )  # fmt: skip
    ranked = ["key_id", "parameter", "order", "item_rank", "process_rank", "region_rank",
              "years_apart", "factor_year", "parameter_id"]  # fmt: skip
    columns = [*ranked, "factor_set", "value", "unit", "checked", "uncertainty_percent"]
    both = pd.concat([site[columns], in_sets[columns]], ignore_index=True)
    return both.sort_values(ranked)


def best_parameter(
    rows: pd.DataFrame, parameters: pd.DataFrame, name: str, *, same_set: bool
) -> pd.DataFrame:
    """Return one parameter per candidate row: its site's, else its set's or the first set's."""
    offered = parameters[parameters["parameter"] == name]
    columns = ["value", "unit", "parameter_id", "checked"]
    if same_set:
        first = offered.drop_duplicates(["key_id", "factor_set"])
        place = pd.MultiIndex.from_frame(first[["key_id", "factor_set"]])
        own = place.get_indexer(pd.MultiIndex.from_frame(rows[["key_id", "factor_set"]]))
        at_site = place.get_indexer(pd.MultiIndex.from_product([rows["key_id"], [SITE]]))
        at = np.where(at_site >= 0, at_site, own)
    else:
        first = offered.drop_duplicates("key_id")
        at = pd.Index(first["key_id"]).get_indexer(pd.Index(rows["key_id"]))
    found = first[columns].set_axis(range(len(first)))
    return found.reindex(at).set_axis(rows.index)


def energy_values(keys: pd.DataFrame, parameters: pd.DataFrame) -> pd.DataFrame:
    """Return what one base unit of each key holds in energy, by ``key_id``.

    The site's own value goes first, then the convention's sets in their order. A coefficient of
    standard coal goes before a heat value of the same source: it is what statistics use.

    Returns
    -------
    DataFrame
        ``tj`` (heat value), ``tce`` (calorific: the coefficient, else heat value / 29.3076 GJ),
        ``tce_supply`` (equivalent value, such as that of power in a year), each missing where
        nothing says it (water, products).

    References
    ----------
    GB/T 2589-2020, general rules for the calculation of comprehensive energy consumption.
    """
    offered = parameters.merge(with_base(keys)[["key_id", "base", "amount_unit"]], on="key_id")
    heat, coal = ("TJ/{base}", 1.0), ("tce/{base}", 1.0)
    table = pd.DataFrame(
        {
            "tj": _first(offered, {"ncv": heat}),
            "tce": _first(offered, {"coal_equivalent": coal, "ncv": (heat[0], TCE_PER_TJ)}),
            "tce_supply": _first(offered, {"coal_equivalent_supply": coal}),
        }
    )
    table = table.reindex(keys["key_id"])
    in_heat = (keys["amount_unit"] == HEAT).to_numpy()
    # An amount in heat is its own heat value, whatever the fuel.
    return table.mask(np.tile(in_heat[:, None], table.shape[1])).fillna(
        pd.DataFrame(
            {"tj": np.where(in_heat, 1.0, np.nan), "tce": np.where(in_heat, TCE_PER_TJ, np.nan)},
            index=table.index,
        )
    )


def _first(offered: pd.DataFrame, units: Mapping[str, tuple[str, float]]) -> pd.Series:
    """Return the first of some parameters for each key, in one unit; ties go by their order.

    ``units`` gives, per parameter, what it converts to and what that is multiplied by.
    """
    rows = offered[offered["parameter"].isin(units)]
    rows = rows.assign(place=rows["parameter"].map({name: at for at, name in enumerate(units)}))
    first = rows.sort_values(["key_id", "order", "place"], kind="stable").drop_duplicates("key_id")
    values = pd.Series(np.nan, index=first.index)
    for name, (unit, times) in units.items():
        mine = first["parameter"] == name
        chosen = first[mine]
        in_unit = chosen["value"] * converted(chosen["unit"], unit, chosen["base"]) * times
        values = values.mask(mine, in_unit)
    return pd.Series(values.to_numpy(), index=first["key_id"])
