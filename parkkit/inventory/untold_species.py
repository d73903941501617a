"""Untold species: what a park's members tell in some years and not in others."""

from __future__ import annotations

import pandas as pd

from parkkit.inventory.compilation import Inventory, known_year

SERIES = ["species", "medium"]


def untold_species(inventory: Inventory, *, year: int | None = None) -> pd.DataFrame:
    """Return the species that members tell in other years and in this one not at all.

    `totals` has no row of them: nothing was told, so nothing adds up, and nothing is 0.

    Parameters
    ----------
    year : int, optional
        Only this year; else every year of which the inventory knows members.

    Returns
    -------
    DataFrame
        ``year``, ``species``, ``medium``, ``amount_t`` (always missing), ``status``
        (``not_computable``), ``missing`` (``not_told``) and ``told_years``, with semicolons. A
        notation (NO, IE) is an answer: what has one is told.

    Raises
    ------
    ParkError
        If the inventory tells nothing of the year.
    """
    if year is not None:
        known_year(inventory, year)
    told = inventory.emissions[[*SERIES, "year"]].drop_duplicates().sort_values([*SERIES, "year"])
    spans = told.groupby(SERIES)["year"].agg(lambda years: ";".join(map(str, years)))
    years = sorted(inventory.members["year"].unique()) if year is None else [year]
    every = spans.rename("told_years").reset_index().merge(pd.DataFrame({"year": years}), "cross")
    known = pd.MultiIndex.from_frame(told)
    untold = every[~pd.MultiIndex.from_frame(every[[*SERIES, "year"]]).isin(known)]
    table = untold.assign(amount_t=float("nan"), status="not_computable", missing="not_told")
    names = ["year", *SERIES, "amount_t", "status", "missing", "told_years"]
    return table.sort_values(["year", *SERIES], ignore_index=True)[names]
