"""People read four significant digits in their own units, and never a 0 for a blank."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkkit.core.labels import Language
from parkkit.output.quantities import intensity, number, percent, readable


@pytest.mark.parametrize(
    ("tonnes", "zh", "en"),
    [
        (36_971_943.6, "3697 万t", "36.97 Mt"),
        (123_456_789.0, "1.235 亿t", "123.5 Mt"),
        (24_349.524, "2.435 万t", "24.35 kt"),
        (1940.32, "1940 t", "1.94 kt"),
        (53.201, "53.2 t", "53.2 t"),
        (0.0123456, "12.35 kg", "12.35 kg"),
        (0.0000005, "500 mg", "500 mg"),
        (-220_000.0, "−22 万t", "−220 kt"),
        (0.0, "0 t", "0 t"),
        (9_999.96, "1 万t", "10 kt"),
    ],
)
def test_a_mass_is_read_in_the_unit_that_suits_it(tonnes: float, zh: str, en: str) -> None:
    assert (readable(tonnes, "zh"), readable(tonnes, "en")) == (zh, en)


def test_money_is_read_in_wan_and_yi() -> None:
    assert readable(98_765_432, "zh", "money") == "9877 万元"
    assert readable(1_234_567_890, "zh", "money") == "12.35 亿元"
    assert readable(1_234_567_890, "en", "money") == "1.235 billion CNY"


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, float("inf")])
def test_what_is_missing_is_not_computable_and_never_zero(missing: float | None) -> None:
    told = {
        readable(missing, "zh"),
        number(missing, "zh"),
        percent(missing, "zh"),
        intensity(missing, "co2e_t_per_ha", "zh"),
    }
    assert told == {"无法计算"}
    assert readable(missing, "en", "money") == "not computable"


def test_shares_and_intensities_carry_their_units() -> None:
    assert percent(0.0012345, "en") == "0.123%"
    assert percent(1.0, "zh") == "100%"
    assert intensity(12.3456, "co2e_t_per_ha", "en") == "12.35 t CO₂e per ha"


@given(st.floats(1e-9, 1e12), st.sampled_from(["zh", "en"]))
def test_no_amount_is_written_in_scientific_notation_or_long(
    amount: float, language: Language
) -> None:
    written = readable(amount, language).split(" ")[0]
    assert "e" not in written.lower()
    assert len(written.replace(".", "").replace(",", "").strip("0")) <= 4
