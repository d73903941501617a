"""Expectation: what an activity must release, so that a missing factor is told and not nothing."""

from __future__ import annotations

import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.errors import ParkError, Problem
from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.factors import factor_table, sets_with
from parkkit.inventory.matching import POWER_KINDS
from parkkit.park.package import Park

# Power of sun, wind and water takes no fuel.
PRIMARY = ("solar_power", "wind_power", "hydro_power")
ENERGY_USES = ("fuel_combustion", "transport_own", "transport_hired")
CONVERSION_USES = ("conversion_in", "conversion_out")
PROCESS_USES = ("feedstock", "process_output", "leaked", "charged", *CONVERSION_USES)
WASTE_USES = ("treated", "recovered")
# What is released, or kept from it, by name: without a factor it is missing, not nothing.
CARRYING = ("leaked", "charged", "recovered", "captured", "sink")
CARBON_FREE = "carbon_free"


def check_grid(
    activity: pd.DataFrame, used: pd.DataFrame, park: Park, convention: Convention
) -> None:
    """Refuse a year without a grid factor: a wrong factor would be a wrong number.

    Raises
    ------
    ParkError
        With the first row, and the years that the chosen sets have.
    """
    is_power = (activity["use"] == "purchased") & (activity["item"] == "electricity")
    bought = activity[is_power & activity["amount"].notna()]
    if park.about.country != "CN" or not len(bought):
        return
    # A factor without a number (a region whose own is not published) is no factor.
    usable = used.loc[used["t_per_base"].notna(), "key_id"]
    without = bought[~bought["key_id"].isin(usable)].sort_values(["year", "row"])
    if len(without):
        first = without.iloc[0]
        raise ParkError(
            "no_grid_factor", where=f"activity.csv row {first['row']}", year=int(first["year"]),
            given=convention.grid_year, region=park.about.province or "?",
            sets=list(convention.factor_sets), known=grid_years(convention, first["region"]),
        )  # fmt: skip


def grid_years(convention: Convention, region: str) -> list[str]:
    """Return the years for which the chosen sets have a factor for bought power in a region."""
    table = factor_table()
    table = table[
        (table["factor_item"] == "electricity")
        & table["factor_set"].isin(convention.factor_sets)
        & (table["kind"] == POWER_KINDS[convention.electricity])
        & table["factor_region"].isin(["", region])
        & table["value"].notna()
    ]
    return sorted({f"{year:.0f}" for year in table["valid_from"].dropna()})


def with_expected(
    keys: pd.DataFrame, used: pd.DataFrame, activity: pd.DataFrame, convention: Convention
) -> tuple[pd.DataFrame, list[Problem]]:
    """Add a not-computable row for each species that is expected and has no factor here.

    A species is expected where a chosen set has it for the item; CO2 wherever any set has it, and
    of every fossil fuel that is burnt, turned or fed in, whether a set knows its carbon or not. Of
    what else carries carbon by its use it is expected where no set knows anything.
    """
    known = set(zip(used["key_id"], used["species"], strict=True))
    gives = dict(vocabulary("uses")[["use", "gives"]].itertuples(index=False, name=None))
    first_row = activity.groupby("key_id")["row"].min()
    rows: list[dict[str, object]] = []
    notes: list[Problem] = []
    for (item, use, process_type), group in keys.groupby(["item", "use", "process_type"]):
        sets = sets_with(str(item), str(use), process_type=str(process_type))
        without = group[~group["key_id"].isin(used["key_id"])]
        if sets and not convention.factor_sets and len(without):
            raise ParkError("no_set_for_item", item=item, known=sorted({*sum(sets.values(), ())}))
        is_told = gives[str(use)] != "transfer" or 3 in convention.scopes
        if not sets and len(without) and is_told:
            notes.append(Problem(code="no_factor_anywhere", file="activity.csv", column="item",
                                 row=int(first_row[without["key_id"]].min()), is_warning=True,
                                 values={"item": item, "use": use}))  # fmt: skip
        in_sets = {s: v for s, v in sets.items()
                   if s == "co2" or set(v) & set(convention.factor_sets)}  # fmt: skip
        chosen = in_sets or sets
        if not chosen and _carries(str(item), str(use)):
            chosen, group = {_carried(str(item)): ()}, without
        elif _burns_carbon(str(item), str(use)):
            # Soot that has a factor says nothing of the carbon that has none.
            chosen = {"co2": (), **chosen}
        rows += [
            {"key_id": key_id, "species": species, "missing": "factor",
             "factor_set": ";".join(chosen[species])}
            for key_id in group["key_id"] for species in chosen if (key_id, species) not in known
        ]  # fmt: skip
    return pd.concat([used, pd.DataFrame(rows)], ignore_index=True) if rows else used, notes


def _burns_carbon(item: str, use: str) -> bool:
    """Tell a fossil fuel whose carbon goes where it is used; that of biomass is a memo."""
    items = vocabulary("items").set_index("item")
    is_fossil = str(items["kind"][item]) == "fuel" and str(items["is_biogenic"][item]) != "yes"
    turns = use in (*ENERGY_USES, "feedstock", *CONVERSION_USES)
    return is_fossil and turns and str(items["item_group"][item]) != CARBON_FREE


def _carries(item: str, use: str) -> bool:
    """Tell what releases something by what it is used for, though no set says how much."""
    items = vocabulary("items").set_index("item")
    kind, group = str(items["kind"][item]), str(items["item_group"][item])
    if use == "purchased":
        return True
    if use in (*ENERGY_USES, "feedstock"):
        return kind == "fuel" and group != CARBON_FREE
    return use in CARRYING or (use in CONVERSION_USES and group != CARBON_FREE)


def _carried(item: str) -> str:
    """Return the species that is missing of an item: its own, else CO2."""
    return str(vocabulary("items").set_index("item")["species"][item]) or "co2"
