"""Control penalties: what running a control device costs in carbon, per tonne it removes."""

from __future__ import annotations

import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.inventory.compilation import Inventory, known_year
from parkkit.inventory.device_carbon import device_carbon
from parkkit.inventory.equivalents import equivalents
from parkkit.inventory.removals import removals, standing_devices
from parkkit.park.package import Park

KG_PER_T = 1000.0
PENALTIES = ["device_id", "enterprise_id", "process", "stack_id", "technology", "species", "year",
             "removed_t", "removed_basis", "energy_use_kwh", "energy_co2e_t", "reagent_co2e_t",
             "penalty_co2e_t", "penalty_t_per_t", "penalty_kg_per_equivalent", "status",
             "missing"]  # fmt: skip


def control_penalties(inventory: Inventory, park: Park, *, year: int) -> pd.DataFrame:
    """Return the carbon of running each control device, beside what the device removes.

    A line beside the totals, never part of one: the power is in what the plant buys and is
    counted there, and the carbonate where an activity row tells of it.

    Returns
    -------
    DataFrame
        A row per device of a member that stood in ``year`` where its process ran: ``removed_t``
        (its own share of what a series takes off) and ``removed_basis`` (``generated``: of the
        amount generated that is told; ``emitted``: counted back from what is emitted and the
        removal shares); ``energy_use_kwh``; ``energy_co2e_t`` (at the mean factor of the power
        that the plant bought in the year); ``reagent_co2e_t`` (CO2 bound in carbonates and
        urea); ``penalty_co2e_t``, their sum; ``penalty_t_per_t`` (t CO2e per t removed);
        ``penalty_kg_per_equivalent`` (kg CO2e per statutory pollution equivalent removed,
        missing where the law has none); ``status``: ``computed``, ``partial`` (something is
        missing, the penalty is too small or the removal too small), ``not_computable`` (no
        penalty per tonne); ``missing``: codes joined by ``;`` (labels ``missing.CODE``).

    Raises
    ------
    ParkError
        If nothing is told of the year.

    References
    ----------
    Removal in series: what passes one device meets the next, E = G x prod(1 - removal x running).
    """
    year = known_year(inventory, year)
    devices = standing_devices(inventory, park, year)
    removed = removals(inventory, devices, year)
    carbon = device_carbon(inventory, park, devices, year)
    table = pd.concat([devices, removed, carbon.drop(columns="missing")], axis=1)
    sides = table[["energy_co2e_t", "reagent_co2e_t"]]
    codes = (removed["missing"] + ";" + carbon["missing"]).str.strip(";")
    known = sides.sum(axis=1, min_count=1)
    # What is missing is not 0: a part that is known to be nothing does not make a penalty.
    known = known.mask((known == 0) & sides.isna().any(axis=1))
    table = table.assign(year=year, missing=codes.astype("str"), penalty_co2e_t=known)
    table["penalty_t_per_t"] = table["penalty_co2e_t"] / table["removed_t"].where(
        table["removed_t"] > 0
    )
    table["penalty_kg_per_equivalent"] = table["penalty_co2e_t"] * KG_PER_T / _equivalents(table)
    status = pd.Series("computed", index=table.index).mask(table["missing"] != "", "partial")
    status = status.mask(table["penalty_t_per_t"].isna(), "not_computable")
    return table.assign(status=status)[PENALTIES].reset_index(drop=True)


def penalty_note(language: Language) -> str:
    """Return the sentence that stands beside every penalty: it is in no total.

    Examples
    --------
    >>> penalty_note("en")[:41]
    'A penalty is a line beside the totals and'
    """
    return label("coupling.penalty_note", language)


def _equivalents(table: pd.DataFrame) -> pd.Series:
    """Return the statutory equivalents of what each device removes, missing where none."""
    each = table.assign(
        # Each device a place of its own: what one removes is no part of what another does.
        enterprise_id=table["device_id"], emissions_t=table["removed_t"],
    )[["enterprise_id", "year", "medium", "species", "source_class", "emissions_t"]]  # fmt: skip
    counts = equivalents(each)
    return counts.where(counts > 0)
