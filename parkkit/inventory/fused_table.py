"""Fused table: the wide form, a row per source and year with a column for every species."""

from __future__ import annotations

import numpy as np
import pandas as pd

from parkkit.inventory.calculation import greenhouse_gases
from parkkit.inventory.compilation import is_incomplete
from parkkit.inventory.fused_categories import LEVELS
from parkkit.inventory.fused_cells import firsts, lacks_gwp, mean_rank
from parkkit.inventory.fused_units import HELD
from parkkit.inventory.joined_names import joined_names

UNIT = ["unit_id", "enterprise_id", "year"]
SHARED = ("direct_co2e", "equivalents_air", "equivalents_water", "voc")
BOTH, CARBON_ONLY, POLLUTION_ONLY, HELD_ONLY = "both", "carbon_only", "pollution_only", "held_only"


def fused_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the wide form: a row per source and year, carbon and pollutants side by side.

    Parameters
    ----------
    rows : DataFrame
        Rows of sources with ``unit_id``, the four levels, ``rank``, ``equivalents``,
        ``conventional`` and ``is_held``.
    """
    groups = rows.groupby(UNIT, sort=True).ngroup()
    about = firsts(rows[UNIT], groups)
    told = [*LEVELS, "process", "industry_code", "source_class"]
    names = {name: joined_names(groups, rows[name]) for name in told}
    sums = _sums(rows).groupby(groups).sum(min_count=1)
    marks = pd.DataFrame(
        {
            "held_count": rows["is_held"].groupby(groups).sum(),
            "match": _match(rows, groups),
            "lists": joined_names(groups, rows["list"]),
            "missing": joined_names(groups, _short_species(rows), joint=";"),
            "data_rank": _data_rank(rows, groups),
        },
        index=about.index,
    ).astype({"held_count": "int64"})
    texts = dict.fromkeys((*told, "lists", "missing", "match"), "")
    fused = about.assign(**names).join(sums).join(marks).fillna(texts)
    fused = fused.astype(dict.fromkeys(texts, "str"))
    fused = fused.join(_species_columns(rows, groups)).reset_index(drop=True)
    return fused.assign(**{f"{name}_share": _share(fused, name) for name in SHARED})


def _sums(rows: pd.DataFrame) -> pd.DataFrame:
    is_direct = (rows["scope"] == 1).fillna(False).astype(bool)
    by_medium = {
        f"{prefix}equivalents_{medium}": rows[column].where(rows["medium"] == medium)
        for prefix, column in (("", "equivalents"), ("conventional_", "conventional"))
        for medium in ("air", "water")
    }
    return pd.DataFrame(
        {"co2e_t": rows["co2e_t"], "direct_co2e_t": rows["co2e_t"].where(is_direct), **by_medium}
    )


def _share(fused: pd.DataFrame, name: str) -> pd.Series:
    column = name if name in fused else f"{name}_t"
    amount = fused.get(column, pd.Series(float("nan"), index=fused.index))
    whole = amount.groupby(fused["year"]).transform("sum")
    return amount / whole.where(whole != 0)


def _short_species(rows: pd.DataFrame) -> pd.Series:
    """Return the species of the rows that leave a sum too small, blank beside the others."""
    return rows["species"].where(is_incomplete(rows) | lacks_gwp(rows), "")


def _match(rows: pd.DataFrame, groups: pd.Series) -> pd.Series:
    """Return whether a source has numbers of carbon and of pollution, or of one alone.

    Where it has no number at all, what is told of it without one decides; where nothing is told
    but what is held out, it is ``held_only``.
    """
    is_gas = rows["species"].isin(greenhouse_gases())
    # A source all of whose rows are held has a row without a number, which says why.
    is_told = ~rows["is_held"] & ~rows["missing"].isin(HELD)
    has_number = rows["emissions_t"].notna()
    counts = is_told & (has_number | ~has_number.groupby(groups).transform("any"))
    sides = pd.DataFrame({"carbon": counts & is_gas, "pollution": counts & ~is_gas})
    found = sides.groupby(groups).any()
    match = pd.Series(HELD_ONLY, index=found.index, dtype="str")
    match = match.mask(found["carbon"], CARBON_ONLY).mask(found["pollution"], POLLUTION_ONLY)
    return match.mask(found["carbon"] & found["pollution"], BOTH)


def _data_rank(rows: pd.DataFrame, groups: pd.Series) -> pd.Series:
    """Return the rank of what makes up the direct CO2e, else the equivalents, else all CO2e."""
    is_direct = (rows["scope"] == 1).fillna(False).astype(bool)
    ways = (rows["co2e_t"].where(is_direct), rows["equivalents"], rows["co2e_t"])
    rank = pd.Series(float("nan"), index=range(groups.nunique()))
    is_open = rank.isna()
    for weight in ways:
        has_any = pd.Series(np.bincount(groups, weight.abs() > 0, minlength=len(rank)) > 0)
        rank = rank.mask(is_open & has_any, mean_rank(groups, rows["rank"], weight.abs()))
        is_open &= ~has_any
    return rank


def _species_columns(rows: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    """Return tonnes, tonnes generated and lists of each species, a column for each."""
    told = rows[~rows["is_held"]]
    keys = [groups[~rows["is_held"]].rename("group"), told["species"]]
    cells = told.groupby(keys, sort=True)
    tonnes = cells[["emissions_t", "generated_t"]].sum(min_count=1)
    lists = joined_names(cells.ngroup(), told["list"])
    lists.index = tonnes.index[lists.index]
    parts = [
        tonnes["emissions_t"].unstack("species").add_suffix("_t"),
        tonnes["generated_t"].unstack("species").add_suffix("_generated_t"),
        lists.unstack("species").add_suffix("_list"),
    ]  # fmt: skip
    return pd.concat(parts, axis=1)
