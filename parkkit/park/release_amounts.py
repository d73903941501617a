"""Release amounts: what lists tell, in the species of the vocabulary and in tonnes."""

from __future__ import annotations

from functools import cache

import pandas as pd

from parkkit.core.units import conversion, measures
from parkkit.core.vocabulary import synonyms, vocabulary

UNIT = "t"
# Where a list that tells the whole beside its part holds that part already.
# What it generated holds nothing of what it released.
PLANT = ["enterprise_id", "list", "year", "medium", "amount_kind"]
PLACE = [*PLANT, "process", "stack_id"]


def aligned_species(releases: pd.DataFrame) -> pd.DataFrame:
    """Return releases in the species that the vocabulary counts, whatever their lists call them.

    What a list means by a name is data (``aligned_species.csv``): a row is aligned where its list
    (blank is any) and species fit. One marked ``part`` stays what it is where the same list tells
    the species of the whole at its place, or for the plant: it is in that amount already.

    Parameters
    ----------
    releases : DataFrame
        The ``releases`` table.

    Returns
    -------
    DataFrame
        The rows with ``species``, and ``amount`` times the factor; ``given_species`` and
        ``given_amount`` are what an aligned row had, blank and missing for the others.

    Examples
    --------
    >>> rows = pd.DataFrame({"enterprise_id": "A", "list": ["TRI", "p"], "year": 2023,
    ...     "medium": "air", "process": "", "stack_id": "", "amount": [2.0, 3.0],
    ...     "amount_kind": "released", "species": ["lead_compounds", "nitric_oxide"]})
    >>> aligned_species(rows)[["species", "amount", "given_species"]].values.tolist()
    [['lead', 2.0, 'lead_compounds'], ['nox', 4.59968007, 'nitric_oxide']]
    """
    table = _table()
    given = pd.Series("", index=releases.index, dtype="str")
    species, factor = releases["species"].copy(), pd.Series(1.0, index=releases.index)
    lists = releases["list"].str.casefold()
    for rule in table[table["given"].isin(releases["species"].unique())].itertuples(index=False):
        fits = (releases["species"] == rule.given) & (given == "")
        if rule.list:
            fits &= lists == rule.list
        if rule.beside == "part":
            fits &= ~_is_held(releases, str(rule.species))
        given = given.mask(fits, str(rule.given))
        species = species.mask(fits, str(rule.species))
        factor = factor.mask(fits, float(str(rule.factor)))
    is_aligned = given != ""
    return releases.assign(
        species=species,
        amount=releases["amount"] * factor,
        given_species=given,
        given_amount=releases["amount"].where(is_aligned),
    )


def tonnes(releases: pd.DataFrame) -> pd.Series:
    """Return the amounts of releases in t; missing where there is none, or no unit of mass.

    Examples
    --------
    >>> tonnes(pd.DataFrame({"amount": [5.0, 5.0], "unit": ["kg", "kWh"]})).tolist()
    [0.005, nan]
    """
    rates = {unit: conversion(unit, UNIT) if measures(unit, UNIT) else float("nan")
             for unit in releases["unit"].unique()}  # fmt: skip
    return releases["amount"] * releases["unit"].map(rates).astype("float64")


@cache
def _table() -> pd.DataFrame:
    table = vocabulary("aligned_species")
    codes = synonyms("species")
    return table.assign(
        list=table["list"].str.casefold(),
        given=[codes[name.lower()] for name in table["given"]],
        factor=table["factor"].astype("float64"),
    )


def _is_held(releases: pd.DataFrame, species: str) -> pd.Series:
    """Tell the rows at whose place, or for whose plant, the same list tells a species."""
    told = releases[(releases["species"] == species) & releases["amount"].notna()]
    at_place = pd.MultiIndex.from_frame(releases[PLACE]).isin(pd.MultiIndex.from_frame(told[PLACE]))
    whole = told[(told["process"] == "") & (told["stack_id"] == "")]
    of_plant = pd.MultiIndex.from_frame(releases[PLANT]).isin(
        pd.MultiIndex.from_frame(whole[PLANT])
    )
    return pd.Series(at_place | of_plant, index=releases.index)
