"""Units of the trade, converted exactly."""

from __future__ import annotations

import pandas as pd
import pytest

from parkkit.core.errors import ParkError
from parkkit.core.units import conversion, conversions, is_unit


@pytest.mark.parametrize(
    ("unit", "base", "factor"),
    [
        ("short_ton", "t", 0.90718474),
        ("万kWh", "MWh", 10.0),
        ("亿kWh", "MWh", 1e5),
        ("tce", "GJ", 29.3076),
        ("kgce", "MJ", 29.3076),
        ("万tce", "tce", 1e4),
        ("kg/万m3", "t/m3", 1e-7),
        ("g/kg", "t/t", 1e-3),
        ("GJ/1e4m3", "TJ/m3", 1e-7),
        ("t/GJ", "t/TJ", 1e3),
        ("mg/m3", "t/m3", 1e-9),
        ("万元", "CNY", 1e4),
        ("亿元", "万元", 1e4),
        ("千克", "t", 1e-3),
        ("MWh", "GJ", 3.6),
    ],
)
def test_a_unit_of_the_trade_is_worth_what_the_standard_says(unit, base, factor) -> None:
    assert conversion(unit, base) == pytest.approx(factor, rel=1e-15)


@pytest.mark.parametrize(
    ("unit", "base"), [("m3", "t"), ("t/GJ", "t/m3"), ("CNY", "USD"), ("MWh", "CNY")]
)
def test_two_units_of_different_things_are_not_converted(unit, base) -> None:
    with pytest.raises(ParkError, match=f"unit '{unit}' measures something else.*{base}"):
        conversion(unit, base)


def test_an_unknown_unit_is_told_with_a_hint() -> None:
    with pytest.raises(ParkError, match="unknown unit 'MWhh'. Did you mean 'MWh'?"):
        conversion("MWhh", "MWh")


def test_a_quotient_is_a_unit_only_if_both_parts_are() -> None:
    assert is_unit("kg/万m3")
    assert not is_unit("kg/bucket")
    assert not is_unit("")


def test_each_row_is_converted_and_a_row_without_a_unit_has_no_number() -> None:
    units = pd.Series(["kg", None, "万t", "kg"], index=[5, 6, 7, 9])
    rates = conversions(units, pd.Series("t", index=units.index))
    assert rates.index.tolist() == [5, 6, 7, 9]
    assert rates[[5, 7, 9]].tolist() == [0.001, 1e4, 0.001]
    assert pd.isna(rates[6])
