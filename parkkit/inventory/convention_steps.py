"""Convention steps: the same park under other choices, one choice after the other."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import fields, replace

import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.errors import ParkError
from parkkit.inventory.compilation import CO2E, compile_inventory
from parkkit.inventory.plant_totals import Told, told_total
from parkkit.park.package import Park

START, END = "start", "end"
BETWEEN_CHOICES = ";"


def convention_steps(
    park: Park,
    *,
    boundary_type: str,
    before: Convention,
    after: Convention,
    year: int,
    species: str = CO2E,
    part: str = "",
) -> pd.DataFrame:
    """Lead from the total under one convention to that under another, choice by choice.

    Parameters
    ----------
    boundary_type : {"physical", "approved", "management", "statistical"}
        Whose emissions count.
    before, after : Convention
        Choices that are equal are skipped; the others change one at a time, in the order of the
        fields of a convention. The order decides how much each choice is said to move.
    part : str
        A park within the park (园中园) alone; blank is the whole.

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
        compiled = compile_inventory(
            park, boundary_type=boundary_type, convention=convention, part=part
        )
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
    if not isinstance(value, tuple):
        return str(value)
    # The rules of single species are pairs, as the command line writes them.
    return ",".join(":".join(part) if isinstance(part, tuple) else str(part) for part in value)
