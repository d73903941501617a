"""Untold species: a year of which nobody tells a species is not computable, and not 0."""

from __future__ import annotations

from pathlib import Path

import pytest

from parkkit.core.errors import ParkError
from parkkit.inventory.compilation import Inventory, total
from parkkit.inventory.untold_species import untold_species
from tests.parks import compiled, make_park


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    folder: Path = tmp_path_factory.mktemp("parks") / "p"
    rows = [
        {"species": "so2", "year": 2020, "amount": 1},
        {"species": "so2", "year": 2022, "amount": 2},
        {"species": "nox", "year": 2021, "amount": 3},
        {"species": "co", "year": 2021, "amount": "", "notation": "NO"},
        {"species": "co", "year": 2020, "amount": 4},
        {"species": "co", "year": 2022, "amount": 4},
    ]
    return compiled(make_park(folder, releases=rows))


def test_a_species_told_in_other_years_alone_is_not_computable(inventory: Inventory) -> None:
    found = untold_species(inventory, year=2021)
    assert found[["species", "status", "told_years"]].to_numpy().tolist() == [
        ["so2", "not_computable", "2020;2022"]
    ]
    assert found["amount_t"].isna().all()
    assert total(inventory, "so2", 2021) != 0


def test_every_year_is_told_and_a_notation_is_an_answer(inventory: Inventory) -> None:
    found = untold_species(inventory)
    assert found[["year", "species"]].to_numpy().tolist() == [
        [2020, "nox"], [2021, "so2"], [2022, "nox"]]  # fmt: skip


def test_a_year_that_nobody_knows_is_refused(inventory: Inventory) -> None:
    with pytest.raises(ParkError, match="2030"):
        untold_species(inventory, year=2030)
