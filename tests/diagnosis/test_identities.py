"""Identities are read, and cancel, before any number is touched."""

import pytest

from parkkit.core.errors import ParkError
from parkkit.diagnosis.identities import Cell, park_identities, parse_identity

KAYA = (
    "co2_t = [value_added] * value_added/[value_added] * energy_tce/value_added * co2_t/energy_tce"
)


def test_factors_are_called_as_written_or_as_named():
    assert parse_identity(KAYA).names == [
        "[value_added]",
        "value_added/[value_added]",
        "energy_tce/value_added",
        "co2_t/energy_tce",
    ]
    assert parse_identity("c = 规模: gdp * c/gdp").names == ["规模", "c/gdp"]


def test_a_sum_is_not_the_rows_own_amount():
    powers = parse_identity(KAYA).factors[1].powers
    assert powers == {Cell("value_added"): 1, Cell("value_added", is_sum=True): -1}


def test_columns_are_read_once_with_the_left_side_first():
    assert parse_identity(KAYA).columns == ["co2_t", "value_added", "energy_tce"]


@pytest.mark.parametrize(
    "text",
    [
        "c = g/1000 * 1000*c/g",
        "c = 44/12 * c * 12/44",
        "c = (e*s)/(g*g) * (g*g)/e * c/s",
        "c = a/(b/c) * (b/a)",
        "c = [g] * (g/[g]) * c/g",
        "c ＝ ［g］ × g／［g］ ＊ c／g",
        "`co2 (t)` = gdp * `co2 (t)`/gdp",
    ],
)
def test_what_cancels_is_taken(text):
    assert parse_identity(text).factors


@pytest.mark.parametrize(
    ("text", "over"),
    [
        ("c = g * c", "g is"),
        ("c = g * e/g", "e/c is"),
        ("c = [g] * c/g", r"\[g\]/g is"),
        ("c = 2 * c", "2 is"),
        ("c = c/(g*g) * g", "1/g is"),
        ("c = c/(e*f)", r"1/\(e\*f\) is"),
        ("c = 44/12 * c/3", "11/9 is"),
    ],
)
def test_what_does_not_cancel_is_told(text, over):
    with pytest.raises(ParkError, match=f"does not cancel to 'c', {over} left over"):
        parse_identity(text)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("", "''"),
        ("co2", "'co2'"),
        ("co2 = ", "'co2 ='"),
        ("co2 = gdp * ", "'co2 = gdp \\*'"),
        ("co2 = gdp + 1", r"'\+ 1'"),
        ("co2 = gdp co2/gdp", "'co2/gdp'"),
        ("[co2] = co2", r"'\[co2\]=co2'"),
        ("co2 = (co2/gdp * gdp", r"'co2 = \(co2/gdp \* gdp'"),
        ("co2 = co2/0", "'0'"),
        ("co2 = [2*gdp] * co2", r"'2\*gdp\]\*co2'"),
        ("co2 = gdp * co2/gdp)", r"'\)'"),
    ],
)
def test_what_is_no_identity_is_told_with_its_place(text, near):
    with pytest.raises(ParkError, match=f"cannot be read at {near}; write it as"):
        parse_identity(text)


def test_two_factors_of_one_name_are_refused():
    with pytest.raises(ParkError, match="the factor 'g/e' stands twice; give it a name"):
        parse_identity("c = g/e * e/g * g/e * c/g * e")


@pytest.mark.parametrize("name", ["opened", "closed", "boundary_moved", "total"])
def test_a_factor_may_not_be_called_as_an_effect_of_every_decomposition(name):
    with pytest.raises(ParkError, match=f"'{name}' names an effect that every"):
        parse_identity(f"c = {name}: g * c/g")


def test_an_unknown_column_is_told_with_the_one_that_was_meant():
    with pytest.raises(ParkError, match="unknown column 'energy_tce'. Did you mean 'energy_tec'"):
        parse_identity(KAYA).check_columns(["co2_t", "value_added", "energy_tec"])


def test_the_identities_of_a_park_cancel():
    identities = park_identities(["so2", "nox"])
    assert list(identities) == ["co2", "so2", "nox"]
    assert [parse_identity(text).left for text in identities.values()] == [
        "co2_t",
        "so2_emitted_t",
        "nox_emitted_t",
    ]
    assert parse_identity(identities["nox"]).names == [
        "scale",
        "structure",
        "energy_intensity",
        "source",
        "end_of_pipe",
    ]
