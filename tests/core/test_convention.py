"""Convention: every choice declared, what nobody knows refused by name."""

from __future__ import annotations

from dataclasses import asdict, fields

import pytest

from parkkit.core.convention import Convention, choices, convention
from parkkit.core.errors import ParkError


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
        ("species_rules", (("nox2", "mean"),), "unknown species 'nox2'. Did you mean 'nox'?"),
        ("species_rules", (("nox", "men"),), "unknown release_rule 'men'. Did you mean 'mean'?"),
        ("species_rules", (("co2", "mean"), ("co2", "mean")), "names 'co2' twice"),
        ("species_rules", "largest", "takes pairs of a species and a rule"),
        ("species_rules", (("co2", "mean", "x"),), "takes pairs of a species and a rule"),
        ("species_rules", (("co2", 1),), "takes pairs of a species and a rule"),
    ],
)
def test_a_value_nobody_knows_is_refused(name: str, value: object, told: str) -> None:
    with pytest.raises(ParkError) as error:
        Convention(**{"factor_sets": (), name: value})
    assert told in str(error.value)


def test_every_value_that_is_known_is_accepted() -> None:
    for name, values in choices().items():
        for value in values:
            assert getattr(Convention(**{"factor_sets": (), name: value}), name) == value
    assert Convention(factor_sets=(), scopes=(1, 2, 3)).scopes == (1, 2, 3)


def test_a_convention_survives_being_written_down() -> None:
    chosen = Convention(factor_sets=("CN_NDRC24", "CN_GRID"), grid_year=2022, gases="co2",
                        scopes=(1,), level="enterprise", gwp="AR6",
                        species_rules=(("nox", "mean"),))  # fmt: skip
    written = {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(chosen).items()}
    assert convention(written) == chosen


@pytest.mark.parametrize(
    "written",
    [
        {"co2": "largest", "nox": "mean"},
        [["nox", "mean"], ["co2", "largest"]],
        (("nox", "mean"), ("co2", "largest")),
    ],
    ids=["park.toml", "lists", "pairs in another order"],
)
def test_the_rules_of_single_species_are_the_same_however_they_are_written(written: object) -> None:
    given = convention({"factor_sets": [], "species_rules": written})
    assert given.species_rules == (("co2", "largest"), ("nox", "mean"))


@pytest.mark.parametrize("given", ["co2=largest", ["co2"], {"co2": 1}, 3])
def test_rules_of_single_species_that_are_no_pairs_are_refused(given: object) -> None:
    with pytest.raises(ParkError, match="takes pairs of a species and a rule"):
        convention({"factor_sets": [], "species_rules": given})


def test_an_unknown_choice_is_told_with_a_hint() -> None:
    with pytest.raises(ParkError, match="unknown choice 'gird_year'. Did you mean 'grid_year'?"):
        convention({"factor_sets": [], "gird_year": "nearest"})


def test_the_factor_sets_have_no_default() -> None:
    with pytest.raises(ParkError, match="no factor sets were chosen"):
        convention({"gwp": "AR5"})


def test_every_field_but_lists_is_a_closed_choice() -> None:
    assert set(choices()) == {field.name for field in fields(Convention)} - {
        "factor_sets", "scopes", "species_rules"}  # fmt: skip
