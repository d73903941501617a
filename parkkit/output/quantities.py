"""Quantities as people read them: four significant digits, in the unit that suits them."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Literal

import pandas as pd

from parkkit.core.labels import Language, label

Kind = Literal["mass", "co2e", "money", "energy", "equivalents", "count"]
Number = float | int | None

MINUS = "\N{MINUS SIGN}"


def readable(value: Number, language: Language, kind: Kind = "mass") -> str:
    """Return a quantity with four significant digits in the unit people read.

    Parameters
    ----------
    value : float or None
        Tonnes (``mass``, ``co2e``), yuan (``money``), tce (``energy``), pollution equivalents
        (``equivalents``) or a bare number (``count``).
    kind : str
        What is measured.

    Returns
    -------
    str
        A missing value is told as not computable, never as 0.

    Examples
    --------
    >>> readable(36_971_943.6, "zh"), readable(36_971_943.6, "en", "co2e")
    ('3697 万t', '36.97 Mt CO₂e')
    >>> readable(0.0125, "zh"), readable(123_456_789, "zh", "money")
    ('12.5 kg', '1.235 亿元')
    >>> readable(None, "zh"), readable(float("nan"), "en")
    ('无法计算', 'not computable')
    """
    return " ".join(part for part in parted(value, language, kind) if part)


def parted(value: Number, language: Language, kind: Kind = "mass") -> tuple[str, str]:
    """Return a quantity as its number and its unit, apart; a missing one has no unit.

    Examples
    --------
    >>> parted(9_999.96, "zh")
    ('1', '万t')
    """
    if is_missing(value):
        return label("figures.not_computable", language), ""
    # The unit is chosen after rounding: 9999.96 t is 1 万t, not 10000 t.
    amount = _rounded(value)
    unit, size = scale(float(amount), language, kind)
    return _written(_rounded(amount / size)), unit


def scale(value: float, language: Language, kind: Kind = "mass") -> tuple[str, Decimal]:
    """Return the unit that suits a value, and how many base units it holds.

    Examples
    --------
    >>> scale(2.5e6, "en")
    ('Mt', Decimal('1E+6'))
    """
    steps = [step.split(" ", 1) for step in label(f"figures.units.{kind}", language).split(";")]
    sizes = [(unit, Decimal(size)) for size, unit in steps]
    fitting = [(unit, size) for unit, size in sizes if abs(Decimal(str(value))) >= size]
    if value == 0:
        return next((unit, size) for unit, size in sizes if size == 1)
    return fitting[0] if fitting else sizes[-1]


def number(value: Number, language: Language) -> str:
    """Return a bare number with four significant digits, never in scientific notation.

    Examples
    --------
    >>> number(123_456, "en"), number(0.000012345, "en"), number(-2, "en")
    ('123,500', '0.00001234', '−2')
    """
    if is_missing(value):
        return label("figures.not_computable", language)
    return _written(_rounded(value))


def percent(share: Number, language: Language) -> str:
    """Return a share as per cent, with three significant digits.

    Examples
    --------
    >>> percent(0.12345, "en"), percent(1, "zh"), percent(None, "zh")
    ('12.3%', '100%', '无法计算')
    """
    if is_missing(share):
        return label("figures.not_computable", language)
    return f"{_written(Decimal(f'{float(share or 0) * 100:.3g}'))}%"


def change(share: Number, language: Language) -> str:
    """Return a change as per cent, with its sign.

    Examples
    --------
    >>> change(0.355, "en"), change(-0.0787, "zh"), change(0.0, "en")
    ('+35.5%', '−7.87%', '0%')
    """
    text = percent(share, language)
    return f"+{text}" if not is_missing(share) and float(share or 0) > 0 else text


def intensity(value: Number, unit: str, language: Language) -> str:
    """Return an intensity with its unit.

    Parameters
    ----------
    value : float or None
        In the unit named.
    unit : str
        ``co2e_t_per_10k_cny``, ``co2e_t_per_ha``, ``co2e_t_per_tce``, ``kg_per_10k_cny``,
        ``tce_per_10k_cny``: a label ``figures.intensity.UNIT``.

    Examples
    --------
    >>> intensity(1.23456, "co2e_t_per_10k_cny", "zh")
    '1.235 t CO₂e/万元'
    """
    if is_missing(value):
        return label("figures.not_computable", language)
    return f"{number(value, language)} {label(f'figures.intensity.{unit}', language)}"


def is_missing(value: object) -> bool:
    """Return whether a value is absent or no finite number."""
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    return isinstance(value, (int, float)) and not math.isfinite(value)


def _rounded(value: float | Decimal | None) -> Decimal:
    return Decimal(f"{value:.4g}")


def _written(value: Decimal) -> str:
    # Up to four digits need no separator: 3697 万t.
    text = f"{value:,f}" if abs(value) >= 10_000 else f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text.strip("-0") in ("", ".") else text.replace("-", MINUS)
