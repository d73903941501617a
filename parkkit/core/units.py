"""Units: the trade's units, converted once per distinct unit."""

from __future__ import annotations

from functools import cache

import pandas as pd
import pint

from parkkit.core.errors import ParkError, unknown
from parkkit.core.vocabulary import vocabulary

TJ_PER_GJ = 1e-3
GJ_PER_TCE = 29.3076  # GB/T 2589-2020: 1 kgce is 7000 kcal at 4.1868 kJ
GJ_PER_MWH = 3.6


@cache
def _registry() -> pint.UnitRegistry[float]:
    # pint's own cache would write into the home folder, which an intranet server may forbid.
    registry: pint.UnitRegistry[float] = pint.UnitRegistry()
    for currency in ("CNY", "USD", "EUR"):
        registry.define(f"{currency} = [{currency.lower()}]")
    return registry


@cache
def _definitions() -> dict[str, str]:
    table = vocabulary("units")
    known: dict[str, str] = {}
    for row in table.to_dict("records"):
        for name in [row["unit"], *row["synonyms"].split(";")]:
            if name:
                known[name] = row["definition"]
    return known


def is_unit(unit: str) -> bool:
    """Return whether a unit, or a quotient of two, is known.

    Examples
    --------
    >>> is_unit("万kWh"), is_unit("kg/万m3"), is_unit("bucket")
    (True, True, False)
    """
    return all(part in _definitions() for part in unit.split("/"))


@cache
def measures(unit: str, base: str) -> bool:
    """Tell whether a unit is known and measures what ``base`` measures.

    Examples
    --------
    >>> measures("tce", "TJ"), measures("t", "TJ"), measures("bucket", "TJ")
    (True, False, False)
    """
    try:
        conversion(unit, base)
    except ParkError:
        return False
    return True


@cache
def conversion(unit: str, base: str) -> float:
    """Return what one ``unit`` is in ``base``; quotients such as ``kg/TJ`` too.

    Raises
    ------
    ParkError
        If a unit is unknown, or the two measure different things.

    Examples
    --------
    >>> conversion("tce", "GJ")
    29.3076
    >>> conversion("short_ton", "t")
    0.90718474
    >>> conversion("kg/万m3", "t/m3")
    1e-07
    """
    for given in (unit, base):
        for part in given.split("/"):
            if part not in _definitions():
                raise unknown("unit", part, sorted(_definitions()))
    try:
        # 15 digits: products of decimal prefixes carry binary dust (1e-3 * 1e-4 is not 1e-7).
        return float(f"{_quantity(unit).to(_quantity(base).units).m / _quantity(base).m:.15g}")
    except pint.DimensionalityError as error:
        raise ParkError("wrong_dimension", given=unit, wanted=base) from error


def _quantity(unit: str) -> pint.Quantity[float]:
    above, *below = (_registry()(f"1 * {_definitions()[part]}") for part in unit.split("/"))
    for quantity in below:
        above = above / quantity
    return above


def conversions(units: pd.Series, wanted: pd.Series) -> pd.Series:
    """Return what each row's number is multiplied by; each distinct pair is converted once.

    A row whose unit or wanted unit is missing has none.

    Examples
    --------
    >>> conversions(pd.Series(["kg", "万t"]), pd.Series(["t", "t"])).tolist()
    [0.001, 10000.0]
    """
    pairs = list(zip(units.tolist(), wanted.tolist(), strict=True))
    rates = {
        pair: conversion(*pair)
        for pair in set(pairs) if all(isinstance(unit, str) for unit in pair)
    }  # fmt: skip
    return pd.Series([rates.get(pair) for pair in pairs], index=units.index, dtype="float64")
