"""Energy units: what the rows of form 205-1 are in coal equivalent, and units that cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from parkkit.core.errors import ParkError, Problem
from parkkit.core.units import conversion
from parkkit.core.vocabulary import vocabulary
from parkkit.park.form_mapping import form_unit, told
from parkkit.park.form_reading import Sheet

FORM = "energy_205_1"
# A coefficient is in tce, or in kgce, of the unit that the row is given in.
KGCE_PER_TCE = 1000.0
# Heat values of one fuel differ up to threefold; a slip of units is ten, a thousand or more.
SLIP = 5.0
BASES = "t m3 MWh GJ"
OTHERS = ("吨", "千克", "万吨", "立方米", "千立方米", "万立方米", "千瓦时", "兆瓦时", "万千瓦时",
          "亿千瓦时", "千焦", "兆焦", "吉焦", "太焦")  # fmt: skip


def in_unit(given: str, wanted: str) -> float:
    """Return what one unit is in another, both as the form writes them; NaN where it is not.

    Examples
    --------
    >>> in_unit("万吨", "吨"), in_unit("百万千焦", "吉焦"), in_unit("吨", "立方米")
    (10000.0, 1.0, nan)
    """
    base = _written(wanted)
    try:
        return conversion(_written(given), base)
    except ParkError:
        return float("nan")


def _written(unit: str) -> str:
    """Return a unit as the park's tables write it, itself where nobody knows it."""
    try:
        return form_unit(FORM, "", unit, f"{BASES} TJ")
    except ParkError:
        return unit


@cache
def heat_tce(item: str, unit: str) -> float:
    """Return the usual coal equivalent of one unit of an item, in tce; NaN where none is known.

    Only the order of magnitude is meant: the middle of the heat values on record, and of a fuel
    without any that of its group.

    Examples
    --------
    >>> round(heat_tce("diesel", "吨"), 1), round(heat_tce("electricity", "万千瓦时"), 3)
    (1.5, 1.228)
    """
    energy = in_unit(unit, "tce")
    if not np.isnan(energy):
        return energy
    items = vocabulary("items").set_index("item")
    group = items.index[(items["item_group"] == items.loc[item, "item_group"])
                        & (items["base_unit"] == items.loc[item, "base_unit"])]  # fmt: skip
    return next((heat for heat in (_median([item], unit), _median(list(group), unit))
                 if not np.isnan(heat)), float("nan"))  # fmt: skip


def _median(items: list[str], unit: str) -> float:
    factors = vocabulary("factors")
    rows = factors[factors["item"].isin(items) & (factors["parameter"] == "ncv")]
    heats = [float(row["value"]) * _tce_of(row["unit"], unit) for row in rows.to_dict("records")]
    known = [heat for heat in heats if not np.isnan(heat)]
    return float(np.median(known)) if known else float("nan")


def _tce_of(heat_unit: str, unit: str) -> float:
    """Return what a heat value of 1 is in tce for one unit of what burns."""
    energy, _, amount = heat_unit.partition("/")
    return in_unit(energy, "tce") * in_unit(unit, amount)


def tce_per_unit(row: dict[Any, Any]) -> float:
    """Return a row's coefficient in tce for its unit: as it is, or told in kgce."""
    coefficient = float(row["coefficient"])
    heat = heat_tce(row["kind"].item, row["unit"]) if _is_item(row) else float("nan")
    is_kgce = not np.isnan(heat) and _near(coefficient, heat * KGCE_PER_TCE)
    return coefficient / KGCE_PER_TCE if is_kgce else coefficient


def coefficient_problems(table: pd.DataFrame, sheet: Sheet) -> Iterator[Problem]:
    """Tell rows whose coefficient does not fit their unit: 0.7143 is of a tonne, not of 万吨.

    Both readings are told: the amount by the usual heat of the unit, and by the coefficient.
    """
    column = sheet.headers.get("coefficient", "")
    rows = table[table["coefficient"] > 0]
    for row in rows[[_is_item(row) for row in rows.to_dict("records")]].to_dict("records"):
        heat, coefficient = heat_tce(row["kind"].item, row["unit"]), row["coefficient"]
        if np.isnan(heat) or any(_near(coefficient, heat * each) for each in (1.0, KGCE_PER_TCE)):
            continue
        amount = row["used"] if row["used"] > 0 else row["purchased"]
        if np.isnan(amount):
            continue
        others = [unit for unit in OTHERS
                  if _near(coefficient, heat_tce(row["kind"].item, unit))]  # fmt: skip
        yield told(sheet.file, row["row"], column, "form_coefficient_unit", name=row["name"],
                   given=f"{coefficient:g}", unit=row["unit"], amount=f"{amount:g}",
                   first=_rounded(amount * heat), second=_rounded(amount * coefficient),
                   other=others[0] if others else "?")  # fmt: skip


def _rounded(number: float) -> str:
    return f"{float(f'{number:.4g}'):,.12g}"


def _is_item(row: dict[Any, Any]) -> bool:
    return row["kind"] is not None and row["kind"].target == "activity"


def _near(left: float, right: float) -> bool:
    return bool(right / SLIP < left < right * SLIP)
