"""Formulas: named ways from a factor's value and parameters to tonnes per base unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

CO2_PER_CARBON = 44 / 12
CH4_PER_CARBON = 16 / 12
N2O_PER_NITROGEN = 44 / 28

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


def _fly_ash(share: str) -> Formula:
    """Return the formula of the dust of a size: ash that flies, times its share (eq. 4)."""
    return Formula(
        "1",
        {"ash_share": "1", "ash_to_bottom_share": "1", share: "1"},
        lambda value, p: value * p["ash_share"] * (1 - p["ash_to_bottom_share"]) * p[share],
    )


def _particle_carbon(share: str) -> Formula:
    """Return the formula of a carbon that is a share of fine particles (T/CSES 144-2024)."""
    return Formula(
        "1",
        {"ash_share": "1", "ash_to_bottom_share": "1", "pm2_5_share": "1", share: "1"},
        lambda value, p: (
            value * p["ash_share"] * (1 - p["ash_to_bottom_share"]) * p["pm2_5_share"] * p[share]
        ),
    )


FORMULAS: dict[str, Formula] = {
    "fuel_carbon": Formula(
        "t/TJ",
        {"ncv": "TJ/{base}", "oxidation": "1"},
        lambda value, p: p["ncv"] * value * p["oxidation"] * CO2_PER_CARBON,
        same_set=True,
    ),
    # Oxidation does not enter: all carbon that goes in comes out, as CO2 or in the products.
    "carbon_balance": Formula(
        "t/TJ",
        {"ncv": "TJ/{base}"},
        lambda value, p: p["ncv"] * value * CO2_PER_CARBON,
        same_set=True,
    ),
    "per_energy": Formula("t/TJ", {"ncv": "TJ/{base}"}, lambda value, p: value * p["ncv"]),
    "per_amount": Formula("t/{base}", {}, lambda value, p: value),
    "sulphur_balance": Formula(
        "1",
        {"sulphur_share": "1", "sulphur_in_ash_share": "1"},
        lambda value, p: value * p["sulphur_share"] * (1 - p["sulphur_in_ash_share"]),
    ),
    # All dust, and the two parts of it by size (T/CSES 144-2024).
    "ash_balance": _fly_ash("pm_share"),
    "pm10_ash_balance": _fly_ash("pm10_share"),
    "pm2_5_ash_balance": _fly_ash("pm2_5_share"),
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
    # Carbon that grew: a memo, never in a total. What is fossil in it is not counted here.
    "incinerated_biogenic_carbon": Formula(
        "1",
        {"fossil_carbon_share": "1", "combustion_efficiency": "1"},
        lambda value, p: (
            value * (1 - p["fossil_carbon_share"]) * p["combustion_efficiency"] * CO2_PER_CARBON
        ),
        same_set=True,
    ),
    "glass": Formula(
        "t/{base}", {"cullet_share": "1"}, lambda value, p: value * (1 - p["cullet_share"])
    ),
    # The net anode consumption, less what of the anode is no carbon.
    "anode_carbon": Formula(
        "1",
        {"anode_sulphur_share": "1", "anode_ash_share": "1"},
        lambda value, p: (
            value * (1 - p["anode_sulphur_share"] - p["anode_ash_share"]) * CO2_PER_CARBON
        ),
        same_set=True,
    ),
    # Methane the load could give (Bo), times the share that the treatment lets form (MCF).
    "wastewater_methane": Formula(
        "1", {"methane_correction": "1"}, lambda value, p: value * p["methane_correction"]
    ),
    "nitrogen_to_n2o": Formula("1", {}, lambda value, p: value * N2O_PER_NITROGEN),
    # The methane a waste will give over the years, all in the year it is laid down; what is
    # drawn off and burnt is a row of its own (methane, recovered).
    "landfill_methane": Formula(
        "1",
        {
            "degradable_carbon_share": "1",
            "decomposed_share": "1",
            "methane_share": "1",
            "cover_oxidation_share": "1",
        },
        lambda value, p: (
            value
            * p["degradable_carbon_share"]
            * p["decomposed_share"]
            * p["methane_share"]
            * CH4_PER_CARBON
            * (1 - p["cover_oxidation_share"])
        ),
    ),
    "black_carbon_balance": _particle_carbon("black_carbon_share"),
    "organic_carbon_balance": _particle_carbon("organic_carbon_share"),
}
