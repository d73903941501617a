"""Fused cells: the long form, a row per source, category, species, medium and scope."""

from __future__ import annotations

import numpy as np
import pandas as pd

from parkkit.inventory.calculation import greenhouse_gases
from parkkit.inventory.compilation import is_incomplete
from parkkit.inventory.fused_categories import LEVELS
from parkkit.inventory.joined_names import joined_names

CELL = ["unit_id", "enterprise_id", "process", "year", *LEVELS, "species", "medium", "scope"]
AMOUNTS = ["generated_t", "sent_t", "emissions_t", "co2e_t", "equivalents"]
LONG = [*CELL, *AMOUNTS, "share", "list", "data_rank", "status", "missing"]
# Of several rows in one cell the first of these speaks for the sum; a gap comes before the rest.
NUMBERED = ("partial", "computed", "reported")
UNNUMBERED = ("not_computable", "NE", "C", "IE", "NO", "NA", "held")
NO_GWP = "no_gwp"


def fused_cells(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the long form: a row per source, category, species, medium and scope.

    Rows held out until they are settled stand by themselves: no number, ``status`` ``held``, and
    the reason as ``missing``.

    Parameters
    ----------
    rows : DataFrame
        Rows of sources with ``unit_id``, the four levels, ``rank``, ``equivalents``, ``is_held``.
    """
    held = (rows["list"] + "/" + rows["missing"]).where(rows["is_held"], "")
    groups = rows.groupby([*(rows[name] for name in CELL), held], dropna=False, sort=True).ngroup()
    first = firsts(rows[CELL], groups)
    sums = rows[AMOUNTS].groupby(groups).sum(min_count=1)
    cells = pd.concat([first, sums], axis=1)
    whole = cells["emissions_t"].groupby([cells[name] for name in ("species", "year", "medium")])
    whole_t = whole.transform("sum")
    return cells.assign(
        share=cells["emissions_t"] / whole_t.where(whole_t != 0),
        list=joined_names(groups, rows["list"]),
        data_rank=mean_rank(groups, rows["rank"], rows["emissions_t"].abs()),
        status=_status(rows, groups),
        missing=joined_names(groups, _missing(rows), joint=";"),
    ).fillna({"list": "", "missing": ""})[LONG].reset_index(drop=True)  # fmt: skip


def mean_rank(groups: pd.Series, rank: pd.Series, weight: pd.Series) -> pd.Series:
    """Return the mean data rank of each group by weight; missing where a part has no rank.

    Where nothing has a weight there is no mean either, and the rank is missing.

    Examples
    --------
    >>> mean_rank(pd.Series([0, 0]), pd.Series([2.0, 4.0]), pd.Series([3.0, 1.0])).tolist()
    [2.5]
    """
    known, given = weight.fillna(0.0).to_numpy(), rank.to_numpy(dtype="float64")
    is_open = (known > 0) & np.isnan(given)
    weighted = np.where(known > 0, known * np.nan_to_num(given), 0.0)
    count = int(groups.max()) + 1 if len(groups) else 0
    whole, top, lacking = (
        np.bincount(groups, values, minlength=count) for values in (known, weighted, is_open)
    )
    with np.errstate(invalid="ignore"):
        return pd.Series(np.where((whole > 0) & (lacking == 0), top / whole, np.nan))


def firsts(rows: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    """Return the first row of each group, in the order of the groups' numbers."""
    numbers, places = np.unique(groups, return_index=True)
    return rows.iloc[places].set_axis(numbers, axis="index")


def lacks_gwp(rows: pd.DataFrame) -> pd.Series:
    """Tell the greenhouse gases that have tonnes and no CO2e: their GWP is not known."""
    is_gas = rows["scope"].notna() & rows["species"].isin(greenhouse_gases())
    return is_gas & rows["emissions_t"].notna() & rows["co2e_t"].isna()


def _status(rows: pd.DataFrame, groups: pd.Series) -> pd.Series:
    """Return what speaks for each group: a sum with a gap is partial, whatever else is in it."""
    has_number = rows["emissions_t"].notna()
    any_number = has_number.groupby(groups).transform("any")
    status = rows["status"].mask(any_number & is_incomplete(rows), "partial")
    order = {name: place for place, name in enumerate((*NUMBERED, *UNNUMBERED))}
    place = status.map(order).where(~any_number | has_number | (status == "partial"))
    names = {place: name for name, place in order.items()}
    return place.groupby(groups).min().map(names).astype("str")


def _missing(rows: pd.DataFrame) -> pd.Series:
    """Return what each row misses: as it says itself, else an amount, months, a GWP."""
    is_short = is_incomplete(rows) & (rows["missing"] == "")
    default = np.where(rows["emissions_t"].isna(), "amount", "months")
    missing = rows["missing"].mask(is_short, pd.Series(default, index=rows.index, dtype="str"))
    return missing.mask(lacks_gwp(rows) & (missing == ""), NO_GWP)
