"""Balances: energy, carbon, sulphur, ash and water, of what goes in and what comes out."""

from __future__ import annotations

import pandas as pd

from parkkit.core.errors import ParkError
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.element_balances import element_balances, reagent_balances
from parkkit.inventory.energy_balances import energy_balances
from parkkit.inventory.material_sides import COLUMNS, Sides, sides
from parkkit.inventory.water_balances import water_balances
from parkkit.park.package import Park

TOLERANCE = 0.02
EFFICIENCY_TOLERANCE = 0.05
LEAST_RELEASED = 0.8
REAGENT_TOLERANCE = 0.05
LOAD_TOLERANCE = 0.05


def balances(
    inventory: Inventory,
    park: Park,
    *,
    tolerance: float = TOLERANCE,
    efficiency_tolerance: float = EFFICIENCY_TOLERANCE,
    least_released: float = LEAST_RELEASED,
    reagent_tolerance: float = REAGENT_TOLERANCE,
    load_tolerance: float = LOAD_TOLERANCE,
) -> pd.DataFrame:
    """Return, for each plant, process or pair and year, whether what goes in comes out.

    Parameters
    ----------
    park : Park
        The park that the inventory was compiled from.
    tolerance : float
        By how much, as a share of what goes in, the two sides may differ (0.02).
    efficiency_tolerance : float
        The same for fuel against what the products take at declared efficiencies (0.05).
    least_released : float
        The share of the carbon going in that a fire releases at least (0.8).
    reagent_tolerance : float
        By how much the limestone used may lie below what the sulphur removed takes (0.05).

    load_tolerance : float
        By how much the load sent may differ from the load received (0.05): both are
        concentrations times volumes.

    Returns
    -------
    DataFrame
        ``balance``, ``enterprise_id``, ``counterpart_id`` (of a pair), ``process`` (blank is the
        plant), ``item`` or species, ``year``, ``amount_in``, ``amount_out``, ``unit``,
        ``difference`` (in less out), ``difference_share`` (of what goes in), ``ratio`` (in over
        out), ``state``, ``missing``, ``tolerance``, ``meaning`` (a code, label
        ``balance.meaning.CODE``).

        ``state`` is ``closed``, ``open`` (it breaks: ``meaning`` says how) or ``not_computable``
        (``missing`` names what is not given).

        Balances: ``energy_made`` (fuel burnt, heat and power made), ``energy_efficiency`` (fuel
        burnt, fuel that the products take at the plant's declared efficiencies),
        ``energy_supply`` (made and bought, sold), ``energy_trade`` (sold by one, bought by the
        other), ``carbon`` (in fuels before oxidation, as CO2; in CO2 kept, captured, and in the
        fuels made), ``sulphur`` and ``sulphur_generated`` (as SO2), ``limestone`` (used, needed:
        CaCO3 per SO2 removed, 100/64), ``ash``, ``ash_generated``, ``water`` (withdrawn and
        reused, wastewater), ``wastewater`` and ``load`` (sent by plants, received by theirs).

    Raises
    ------
    ParkError
        If a tolerance or share is below 0, or inventory and park change places.
    """
    if not (isinstance(inventory, Inventory) and isinstance(park, Park)):
        raise ParkError("arguments_swapped", where="balances",
                        given=[type(inventory).__name__, type(park).__name__])  # fmt: skip
    limits = {"tolerance": tolerance, "efficiency_tolerance": efficiency_tolerance,
              "least_released": least_released, "reagent_tolerance": reagent_tolerance,
              "load_tolerance": load_tolerance}  # fmt: skip
    for name, given in limits.items():
        if not given >= 0:
            raise ParkError("number_below", where="balances", name=name, given=given, low=0)
    both: Sides = sides(park, inventory)
    parts = [
        energy_balances(park, both, tolerance=tolerance, efficiency=efficiency_tolerance),
        element_balances(both, tolerance=tolerance, least_released=least_released),
        reagent_balances(park, both, tolerance=reagent_tolerance),
        water_balances(inventory, both, tolerance=tolerance, load_tolerance=load_tolerance),
    ]
    table = pd.concat(parts, ignore_index=True).astype({"year": "int64"})
    order = ["balance", "enterprise_id", "counterpart_id", "process", "item", "year"]
    return table[list(COLUMNS)].sort_values(order, ignore_index=True)
