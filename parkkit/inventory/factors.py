"""Factors: what the sets hold, and the formulas they are used in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.errors import ParkError, unknown
from parkkit.core.vocabulary import codes, synonyms, vocabulary

CO2_PER_CARBON = 44 / 12
SITE = "site"
CHECKED = "seen"
SHOWN = ("factor_id", "factor_set", "item", "use", "process_type", "technology", "species",
         "stage", "parameter", "value", "unit", "formula", "region", "valid_from", "valid_to",
         "checked", "source", "note")  # fmt: skip

Columns = Mapping[str, pd.Series]


@dataclass(frozen=True, slots=True)
class Formula:
    """A named formula: tonnes released per base unit, from a factor's value and parameters.

    ``unit`` is what the value converts to (``{base}`` stands for the item's base unit), ``needs``
    the parameters, each with its unit; ``same_set`` says they must come from the factor's own set
    (or the site), because sets are never mixed silently.
    """

    unit: str
    needs: Mapping[str, str]
    tonnes: Callable[[pd.Series, Columns], pd.Series]
    same_set: bool = False


FORMULAS: dict[str, Formula] = {
    "fuel_carbon": Formula(
        "t/TJ",
        {"ncv": "TJ/{base}", "oxidation": "1"},
        lambda value, p: p["ncv"] * value * p["oxidation"] * CO2_PER_CARBON,
        same_set=True,
    ),
    "per_energy": Formula("t/TJ", {"ncv": "TJ/{base}"}, lambda value, p: value * p["ncv"]),
    "per_amount": Formula("t/{base}", {}, lambda value, p: value),
    "sulphur_balance": Formula(
        "1",
        {"sulphur_share": "1", "sulphur_in_ash_share": "1"},
        lambda value, p: value * p["sulphur_share"] * (1 - p["sulphur_in_ash_share"]),
    ),
    "ash_balance": Formula(
        "1",
        {"ash_share": "1", "ash_to_bottom_share": "1", "pm_share": "1"},
        lambda value, p: value * p["ash_share"] * (1 - p["ash_to_bottom_share"]) * p["pm_share"],
    ),
    # The census coefficients take percent numbers: 16 S with S = 0.8 for 0.8 %.
    "per_sulphur_percent": Formula(
        "t/{base}", {"sulphur_share": "1"}, lambda value, p: value * 100 * p["sulphur_share"]
    ),
    "per_ash_percent": Formula(
        "t/{base}", {"ash_share": "1"}, lambda value, p: value * 100 * p["ash_share"]
    ),
    "per_sulphur_mg_per_m3": Formula(
        "t/{base}", {"sulphur_mg_per_m3": "mg/m3"}, lambda value, p: value * p["sulphur_mg_per_m3"]
    ),
    "incinerated_carbon": Formula(
        "1",
        {"fossil_carbon_share": "1", "combustion_efficiency": "1"},
        lambda value, p: (
            value * p["fossil_carbon_share"] * p["combustion_efficiency"] * CO2_PER_CARBON
        ),
        same_set=True,
    ),
}


@cache
def factor_table() -> pd.DataFrame:
    """Return every factor of the package, its own columns named apart from an activity's.

    Examples
    --------
    >>> int((factor_table()["factor_set"] == "CN_HEAT").sum())
    1
    """
    table = vocabulary("factors")
    for name in ("value", "valid_from", "valid_to"):
        table[name] = pd.to_numeric(table[name])
    for name in ("uncertainty_low_percent", "uncertainty_high_percent"):
        table[name] = pd.to_numeric(table[name], errors="coerce")
    return table.rename(columns={"item": "factor_item", "technology": "factor_technology",
                                 "process_type": "factor_process_type", "use": "factor_use",
                                 "region": "factor_region"})  # fmt: skip


def factor_sets() -> tuple[str, ...]:
    """Return the ids of the factor sets that the package holds."""
    return tuple(sorted(factor_table()["factor_set"].unique()))


def check_sets(convention: Convention) -> None:
    """Refuse a convention that names a factor set nobody knows.

    Raises
    ------
    ParkError
        With the known sets.
    """
    for name in convention.factor_sets:
        if name not in factor_sets():
            raise ParkError("unknown", kind="factor_set", given=name, known=list(factor_sets()))


def sets_with(item: str, use: str) -> dict[str, tuple[str, ...]]:
    """Return, per species, the factor sets that have a factor for an item and use.

    Examples
    --------
    >>> sets_with("natural_gas", "fuel_combustion")["co2"]
    ('CN_ETS2024', 'CN_NDRC24', 'CN_PROV2025')
    """
    table = factor_table()
    group = vocabulary("items").set_index("item")["item_group"].get(item, "")
    names = {item, group} - {""}
    rows = table[
        table["factor_item"].isin(names) & (table["factor_use"] == use) & (table["formula"] != "")
    ]
    return {
        str(species): tuple(sorted(found["factor_set"].unique()))
        for species, found in rows.groupby("species")
    }


def factors(
    text: str = "", *, item: str = "", species: str = "", factor_set: str = ""
) -> pd.DataFrame:
    """Search the factors of the package.

    Parameters
    ----------
    text : str
        A word of the factor's id, source or note, or a name people use for its item.
    item, species, factor_set : str
        Codes, or names people use for the item and the species.

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
    table = vocabulary("factors").assign(value=factor_table()["value"])
    code = synonyms("items").get(text.lower(), text)
    haystack = table[["factor_id", "source", "note", "item"]].agg(" ".join, axis=1).str.lower()
    fits = haystack.str.contains(code.lower(), regex=False)
    if item:
        fits &= table["item"].isin(_with_group(_coded("items", item)))
    if species:
        fits &= table["species"] == _coded("species", species)
    if factor_set:
        if factor_set not in factor_sets():
            raise unknown("factor_set", factor_set, factor_sets())
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
