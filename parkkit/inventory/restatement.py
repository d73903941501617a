"""Restatement: the same park under other boundaries and other conventions, step by step."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import fields, replace

import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.errors import ParkError
from parkkit.inventory.compilation import CO2E, Inventory, compile_inventory, total, totals
from parkkit.park.boundary import area, members
from parkkit.park.package import Park
from parkkit.park.polygons import BOUNDARY_TYPES

Told = tuple[float, str]  # tonnes and their status
START, END = "start", "end"
BETWEEN_CHOICES = ";"


def boundary_totals(
    park: Park, *, year: int, convention: Convention, species: Sequence[str] = ("co2e",)
) -> pd.DataFrame:
    """Return what each of the four boundaries holds in a year.

    Returns
    -------
    DataFrame
        ``boundary_type``, ``member_count``, ``drawn_area_ha`` (geodesic), ``official_area_ha``,
        and ``SPECIES_t`` for each species. A boundary that the park does not have, or in which
        nobody's membership is known, has missing values: it is not computable, not empty.
    """
    rows = [
        _boundary(park, boundary_type, year, convention, species)
        for boundary_type in BOUNDARY_TYPES
    ]
    return pd.DataFrame(rows)


def _boundary(
    park: Park, boundary_type: str, year: int, convention: Convention, species: Sequence[str]
) -> dict[str, object]:
    missing = {f"{name}_t": float("nan") for name in species}
    blank: dict[str, object] = {"boundary_type": boundary_type, "member_count": None,
                                "drawn_area_ha": float("nan"),
                                "official_area_ha": float("nan"), **missing}  # fmt: skip
    try:
        inside = members(park, boundary_type, year)
        if inside["basis"].str.startswith("unknown").all():
            return blank
        inventory = compile_inventory(park, boundary_type=boundary_type, convention=convention)
    except ParkError as error:
        if error.code != "no_boundary":
            raise
        return blank
    return {
        **blank,
        "member_count": int(inside["is_member"].sum()),
        "drawn_area_ha": area(park, boundary_type, year, kind="drawn"),
        "official_area_ha": area(park, boundary_type, year, kind="official"),
        **_tonnes(inventory, year, species),
    }


def _tonnes(inventory: Inventory, year: int, species: Sequence[str]) -> dict[str, object]:
    table = totals(inventory, years=[year])
    sums = table.groupby("species")["amount_t"].sum(min_count=1)
    return {f"{name}_t": float(sums.get(name, float("nan"))) for name in species}


def told_total(inventory: Inventory, species: str, year: int) -> Told:
    """Return the tonnes of a species in a year, and whether they are whole."""
    table = totals(inventory, years=[year])
    statuses = set(table.loc[table["species"] == species, "status"])
    amount = total(inventory, species, year)
    if math.isnan(amount):
        return amount, "not_computable"
    return amount, "computed" if statuses == {"computed"} else "partial"


def convention_steps(
    park: Park,
    *,
    boundary_type: str,
    before: Convention,
    after: Convention,
    year: int,
    species: str = CO2E,
) -> pd.DataFrame:
    """Lead from the total under one convention to that under another, choice by choice.

    Parameters
    ----------
    boundary_type : {"physical", "approved", "management", "statistical"}
        Whose emissions count.
    before, after : Convention
        Choices that are equal are skipped; the others change one at a time, in the order of the
        fields of a convention. The order decides how much each choice is said to move.

    Returns
    -------
    DataFrame
        What `steps_between` returns, in tonnes of the species.

    Raises
    ------
    ParkError
        If the park cannot be compiled under the first or the last convention.
    """

    def total_of(convention: Convention) -> Told:
        compiled = compile_inventory(park, boundary_type=boundary_type, convention=convention)
        return told_total(compiled, species, year)

    return steps_between(before, after, total_of)


def steps_between(
    before: Convention, after: Convention, total_of: Callable[[Convention], Told]
) -> pd.DataFrame:
    """Lead from one convention to another by what a total is under each one between them.

    Returns
    -------
    DataFrame
        ``choice`` (first ``start``, last ``end``), ``before`` and ``after`` (the values as a cell
        would write them), ``total_t`` reached, ``change_t`` (missing for start and end), and the
        ``status`` of the total. Where a convention between cannot be compiled, or its total not
        computed, its choice joins the next step: several names in ``choice``, ``;`` between them.

    Examples
    --------
    >>> old = Convention(factor_sets=(), gwp="AR5", level="enterprise")
    >>> tonnes = {"AR5": 100.0, "AR6": 110.0}
    >>> new = replace(old, gwp="AR6", level="park")
    >>> steps = steps_between(old, new, lambda chosen: (tonnes[chosen.gwp], "computed"))
    >>> steps[["choice", "after", "change_t"]].values.tolist()[1:3]
    [['level', 'park', 0.0], ['gwp', 'AR6', 10.0]]
    """
    amount, status = total_of(before)
    rows = [_step([START], before, after, amount, float("nan"), status)]
    current, waiting = before, list[str]()
    for name in changed_choices(before, after):
        waiting.append(name)
        current = replace(current, **{name: getattr(after, name)})
        reached = _reached(current, total_of, is_last=current == after)
        if reached is None:
            continue
        rows.append(_step(waiting, before, after, reached[0], reached[0] - amount, reached[1]))
        (amount, status), waiting = reached, []
    return pd.DataFrame([*rows, _step([END], before, after, amount, float("nan"), status)])


def changed_choices(before: Convention, after: Convention) -> list[str]:
    """Return the names of the choices in which two conventions differ, in their order.

    Examples
    --------
    >>> changed_choices(Convention(factor_sets=()), Convention(factor_sets=(), gwp="AR6"))
    ['gwp']
    """
    names = [field.name for field in fields(Convention)]
    return [name for name in names if getattr(before, name) != getattr(after, name)]


def _reached(
    convention: Convention, total_of: Callable[[Convention], Told], *, is_last: bool
) -> Told | None:
    """Return the total under a convention; nothing where only one between has none."""
    try:
        reached = total_of(convention)
    except ParkError:
        if is_last:
            raise
        return None
    return None if math.isnan(reached[0]) and not is_last else reached


def _step(
    names: Sequence[str],
    before: Convention,
    after: Convention,
    total_t: float,
    change_t: float,
    status: str,
) -> dict[str, object]:
    values = [
        BETWEEN_CHOICES.join(_written(getattr(side, name, "")) for name in names)
        for side in (before, after)
    ]
    return {"choice": BETWEEN_CHOICES.join(names), "before": values[0], "after": values[1],
            "total_t": total_t, "change_t": change_t, "status": status}  # fmt: skip


def _written(value: object) -> str:
    return ",".join(str(part) for part in value) if isinstance(value, tuple) else str(value)
