"""Factors: what the sets hold."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.errors import ParkError, unknown
from parkkit.core.units import measures
from parkkit.core.vocabulary import codes, synonyms, vocabulary
from parkkit.park.package import Park

SITE = "site"
OWN = "own"
CHECKED = "seen"
AS_ITEM = "as_item"
CONVERSION = "feedstock;conversion_in;conversion_out"
# Numbers that nobody could confirm must be named to be used, and are never offered as a cure.
UNCONFIRMED = "CN_UNCONFIRMED"
BY_PROCESS = ("treated", "recovered", "charged")
STAGES = {"emission_factor": "release", "release_factor": "release",
          "generation_factor": "generation"}  # fmt: skip
NUMBERS = ("value", "valid_from", "valid_to", "uncertainty_low_percent", "uncertainty_high_percent")
APART = {"item": "factor_item", "technology": "factor_technology", "use": "factor_use",
         "process_type": "factor_process_type", "region": "factor_region"}  # fmt: skip
SHOWN = ("factor_id", "factor_set", "item", "use", "process_type", "technology", "species",
         "stage", "parameter", "value", "unit", "formula", "region", "valid_from", "valid_to",
         "checked", "source", "note")  # fmt: skip


@cache
def factor_table() -> pd.DataFrame:
    """Return every factor of the package, a row for each use it serves.

    The columns that say what a factor fits are named apart from an activity's (``factor_item``
    and so on). A fuel's carbon serves its conversion too, where all of it counts.

    Examples
    --------
    >>> int((factor_table()["factor_set"] == "CN_HEAT").sum())
    2
    """
    return _by_use(vocabulary("factors"))


def factors_of(park: Park) -> pd.DataFrame:
    """Return every factor a park may use: the package's, and its own sets' (``factors.csv``)."""
    if not len(park.factors):
        return factor_table()
    return pd.concat([factor_table(), _by_use(_own(park.factors))], ignore_index=True)


def _by_use(factors: pd.DataFrame) -> pd.DataFrame:
    table = factors.assign(
        **{name: pd.to_numeric(factors[name], errors="coerce") for name in NUMBERS}
    ).rename(columns=APART)
    carbon = table[table["formula"] == "fuel_carbon"]
    together = pd.concat(
        [table, carbon.assign(formula="carbon_balance", factor_use=CONVERSION)], ignore_index=True
    )
    uses = together.assign(factor_use=together["factor_use"].str.split(";"))
    return uses.explode("factor_use", ignore_index=True)


def _own(given: pd.DataFrame) -> pd.DataFrame:
    """Return a park's own factors with the columns of the package's.

    A factor for bought power is the average of a grid, as a market's or a fossil one would be
    another: it serves accounting by location.
    """
    if not len(given):
        return vocabulary("factors").iloc[:0]
    parts = ["factor_set", "item", "process_type", "technology", "species", "parameter"]
    ids = given[parts].agg("/".join, axis=1).str.replace(r"/+", "/", regex=True)
    years = given["valid_from"].map(lambda year: "" if pd.isna(year) else f"{year:.0f}")
    rows = given.assign(
        factor_id=(ids + "/" + years).str.rstrip("/"),
        formula=given["formula"].mask(given["formula"] == "", _formulas(given)),
        stage=given["stage"].mask(given["stage"] == "", given["parameter"].map(STAGES)),
        checked=given["checked"].mask(given["checked"] == "", OWN),
        kind=np.where(_is_bought_power(given), "average", ""),
        published="",
        source=given["origin"],
        uncertainty_low_percent="",
        uncertainty_high_percent=given["uncertainty_percent"]
        .map("{:g}".format, na_action="ignore")
        .astype("str")
        .fillna(""),
    )
    return rows[vocabulary("factors").columns].fillna({"stage": "release"})


def _is_bought_power(given: pd.DataFrame) -> pd.Series:
    uses = given["use"].str.split(";").map(lambda names: "purchased" in names)
    return (given["item"] == "electricity") & uses & given["parameter"].isin(STAGES)


def _formulas(given: pd.DataFrame) -> pd.Series:
    """Return the formula that a factor's parameter and unit ask for; blank for a parameter."""
    items = vocabulary("items")
    burnt = items[items["kind"].isin(["fuel", "energy"])]
    base = given["item"].map(items.set_index("item")["base_unit"]).fillna("")
    is_burnt = given["item"].isin({*burnt["item"], *burnt["item_group"]} - {""})
    per_energy = is_burnt & pd.Series(
        [
            measures(unit, "t/TJ") and not (each and measures(unit, f"t/{each}"))
            for unit, each in zip(given["unit"], base, strict=True)
        ],
        index=given.index,
        dtype=bool,
    )
    by_unit = pd.Series("per_amount", index=given.index).mask(per_energy, "per_energy")
    formula = by_unit.where(given["parameter"].isin(STAGES), "")
    return formula.mask(given["parameter"] == "carbon_content", "fuel_carbon")


def factor_sets(park: Park | None = None) -> tuple[str, ...]:
    """Return the ids of the factor sets that the package, and a park, hold."""
    own = set() if park is None else set(park.factors["factor_set"])
    return tuple(sorted({*factor_table()["factor_set"], *own}))


def check_sets(convention: Convention, park: Park | None = None) -> None:
    """Refuse a convention that names a factor set nobody knows.

    Raises
    ------
    ParkError
        With the known sets.
    """
    known = factor_sets(park)
    for name in convention.factor_sets:
        if name not in known:
            raise ParkError("unknown", kind="factor_set", given=name, known=list(known))


@cache
def sets_with(item: str, use: str, *, process_type: str = "") -> dict[str, tuple[str, ...]]:
    """Return, per species, the factor sets that have a factor for an item and use.

    What is released of waste or of a charge hangs on where it is: there a process type narrows
    the factors down. A fuel is expected to release the same species wherever it burns.

    Examples
    --------
    >>> sets_with("natural_gas", "fuel_combustion")["co2"]
    ('CN_ETS2024', 'CN_NDRC24', 'CN_PROV2025')
    """
    table = factor_table()
    items = vocabulary("items").set_index("item")
    names = {item, items["item_group"].get(item, "")} - {""}
    fits = table["factor_item"].isin(names) & (table["factor_use"] == use)
    if process_type and use in BY_PROCESS:
        fits &= table["factor_process_type"].isin(["", process_type])
    rows = table[fits & (table["formula"] != "") & (table["factor_set"] != UNCONFIRMED)]
    species = rows["species"].replace(AS_ITEM, str(items["species"].get(item, "")))
    return {
        str(name): tuple(sorted(found["factor_set"].unique()))
        for name, found in rows.groupby(species)
    }


def factors(
    text: str = "",
    *,
    item: str = "",
    species: str = "",
    factor_set: str = "",
    park: Park | None = None,
) -> pd.DataFrame:
    """Search the factors of the package, and a park's own.

    Parameters
    ----------
    text : str
        A word of the factor's id, source or note, or a name people use for its item.
    item, species, factor_set : str
        Codes, or names people use for the item and the species.
    park : Park, optional
        Its own sets (``factors.csv``) are searched too.

    Returns
    -------
    DataFrame
        ``factor_id``, ``factor_set``, ``item``, ``use``, ``process_type``, ``technology``,
        ``species``, ``stage``, ``parameter``, ``value``, ``unit``, ``formula``, ``region``,
        ``valid_from``, ``valid_to``, ``checked`` (``seen`` in a public copy, ``seen_once`` in one
        copy only, ``recalled``: to be checked against the primary text), ``source``, ``note``.

    Raises
    ------
    ParkError
        If the item, species or set is unknown.

    Examples
    --------
    >>> found = factors(item="天然气", species="co2", factor_set="CN_NDRC24")
    >>> found[["factor_id", "value", "unit"]].values.tolist()
    [['CN_NDRC24/natural_gas/carbon_content', 0.0153, 't/GJ']]
    """
    own = [] if park is None else [_own(park.factors).astype({"value": "str"})]
    table = pd.concat([vocabulary("factors"), *own], ignore_index=True)
    table = table.assign(value=pd.to_numeric(table["value"]))
    code = synonyms("items").get(text.lower(), text)
    haystack = table[["factor_id", "source", "note", "item"]].agg(" ".join, axis=1).str.lower()
    fits = haystack.str.contains(code.lower(), regex=False)
    if item:
        fits &= table["item"].isin(_with_group(_coded("items", item)))
    if species:
        fits &= table["species"] == _coded("species", species)
    if factor_set:
        if factor_set not in factor_sets(park):
            raise unknown("factor_set", factor_set, factor_sets(park))
        fits &= table["factor_set"] == factor_set
    return table.loc[fits, list(SHOWN)].reset_index(drop=True)


def _coded(name: str, given: str) -> str:
    code = synonyms(name).get(given.lower())
    if code is None:
        raise unknown(name, given, codes(name))
    return code


def _with_group(item: str) -> set[str]:
    group = vocabulary("items").set_index("item")["item_group"][item]
    return {item, group} - {""}
