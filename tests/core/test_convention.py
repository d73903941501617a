"""Convention: every choice declared, what is not served refused by name."""

from __future__ import annotations

from dataclasses import asdict, fields

import pytest

from parkkit.core.convention import Convention, choices, convention, served
from parkkit.core.errors import ParkError

REFUSED = [
    (name, value)
    for name, values in choices().items()
    for value in values
    if value not in served(name)
]


def test_some_values_are_known_and_not_served_yet() -> None:
    assert ("electricity", "market") in REFUSED
    assert ("fill", "mean_of_months") in REFUSED


@pytest.mark.parametrize(("name", "value"), REFUSED, ids=lambda value: str(value))
def test_a_value_that_is_not_served_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(ParkError) as told:
        Convention(factor_sets=(), **{name: value})
    assert f"{name} = '{value}' is not served yet" in str(told.value)
    assert f"“{name}”的取值“{value}”" in told.value.told("zh")


def test_scope_three_is_refused_by_name() -> None:
    with pytest.raises(ParkError, match="scopes = '3' is not served yet; served now: 1, 2"):
        Convention(factor_sets=(), scopes=(1, 2, 3))


def test_the_consumption_view_says_that_it_needs_the_factor_value() -> None:
    with pytest.raises(ParkError, match="export_value = 'allocated' is not served"):
        Convention(factor_sets=(), view="consumption")
    assert Convention(factor_sets=(), view="consumption", export_value="factor")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("level", "parc", "unknown level 'parc'. Did you mean 'park'?"),
        ("gwp", "AR7", "unknown gwp 'AR7'"),
        ("grid_year", "closest", "unknown grid_year 'closest'"),
        ("grid_year", True, "unknown grid_year 'True'"),
        ("scopes", (4,), "unknown scope '4'"),
        ("scopes", (), "scopes takes a list that is not empty"),
        ("factor_sets", "CN_GRID", "factor_sets takes a list of names, not 'CN_GRID'"),
        ("factor_sets", ["CN_GRID"], "factor_sets takes a list of names"),
        ("factor_sets", (1,), "factor_sets takes a list of names"),
    ],
)
def test_a_value_nobody_knows_is_refused(name: str, value: object, told: str) -> None:
    with pytest.raises(ParkError) as error:
        Convention(**{"factor_sets": (), name: value})
    assert told in str(error.value)


def test_every_served_value_is_accepted() -> None:
    for name in choices():
        for value in served(name):
            given = {"factor_sets": (), name: value}
            if value == "consumption":
                given["export_value"] = "factor"
            assert getattr(Convention(**given), name) == value


def test_a_convention_survives_being_written_down() -> None:
    chosen = Convention(factor_sets=("CN_NDRC24", "CN_GRID"), grid_year=2022, gases="co2",
                        scopes=(1,), level="enterprise", gwp="AR6")  # fmt: skip
    written = {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(chosen).items()}
    assert convention(written) == chosen


def test_an_unknown_choice_is_told_with_a_hint() -> None:
    with pytest.raises(ParkError, match="unknown choice 'gird_year'. Did you mean 'grid_year'?"):
        convention({"factor_sets": [], "gird_year": "nearest"})


def test_the_factor_sets_have_no_default() -> None:
    with pytest.raises(ParkError, match="no factor sets were chosen"):
        convention({"gwp": "AR5"})


def test_every_field_but_lists_is_a_closed_choice() -> None:
    assert set(choices()) == {field.name for field in fields(Convention)} - {
        "factor_sets", "scopes"}  # fmt: skip
