"""Arguments that cannot be meant are refused by name, with what would do."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from parkkit.core.errors import ParkError
from parkkit.inventory.balances import balances
from parkkit.inventory.budget import rank_shares, uncertainty_budget
from parkkit.inventory.compilation import Inventory, totals
from parkkit.inventory.completeness import completeness
from parkkit.inventory.equivalents import equivalents_by
from parkkit.inventory.jumps import jumps
from parkkit.inventory.uncertainty import propagate
from parkkit.inventory.waste import waste
from parkkit.park.package import Park
from tests.parks import compiled, make_park

By = Callable[..., pd.DataFrame]
GROUPED = [totals, propagate, equivalents_by, rank_shares]


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Park:
    rows = [{"amount": 100, "uncertainty_percent": 5}]
    return make_park(tmp_path_factory.mktemp("arguments") / "p", activity=rows)


@pytest.fixture(scope="module")
def inventory(park: Park) -> Inventory:
    return compiled(park)


@pytest.mark.parametrize("grouped", GROUPED, ids=lambda each: each.__name__)
def test_a_column_that_is_not_there_is_told_with_those_that_are(
    inventory: Inventory, grouped: By
) -> None:
    with pytest.raises(ParkError, match="by: unknown column 'yeer'.*'year'.*enterprise_id"):
        grouped(inventory, by=["yeer"])


@pytest.mark.parametrize("grouped", GROUPED, ids=lambda each: each.__name__)
def test_a_single_name_is_one_column(inventory: Inventory, grouped: By) -> None:
    pd.testing.assert_frame_equal(
        grouped(inventory, by="enterprise_id"), grouped(inventory, by=["enterprise_id"])
    )


@pytest.mark.parametrize("factor", [0, 0.5, 1, -2, float("nan")])
def test_a_jump_must_be_above_one(inventory: Inventory, factor: float) -> None:
    with pytest.raises(ParkError, match="factor takes a number above 1"):
        jumps(inventory, factor=factor)


def test_a_tolerance_of_units_is_not_below_zero(inventory: Inventory) -> None:
    with pytest.raises(ParkError, match="unit_tolerance takes a number from 0 up, not '-1'"):
        jumps(inventory, unit_tolerance=-1)


def test_what_closes_is_not_below_zero(inventory: Inventory) -> None:
    with pytest.raises(ParkError, match="closes takes a number from 0 up, not '-1'"):
        waste(inventory, closes=-1)


@pytest.mark.parametrize("name", ["tolerance", "least_released", "load_tolerance"])
def test_a_limit_of_balances_is_not_below_zero(inventory: Inventory, park: Park, name: str) -> None:
    with pytest.raises(ParkError, match=f"{name} takes a number from 0 up, not '-1'"):
        balances(inventory, park, **{name: -1})


def test_inventory_and_park_that_change_places_are_told(inventory: Inventory, park: Park) -> None:
    with pytest.raises(ParkError, match="the inventory first and then the park"):
        balances(park, inventory)  # type: ignore[arg-type]


def test_a_species_of_the_budget_goes_by_its_names(inventory: Inventory) -> None:
    by_code = uncertainty_budget(inventory, species="co2", year=2023)
    assert len(by_code)
    for name in ("二氧化碳", "Carbon dioxide", "CO2"):
        found = uncertainty_budget(inventory, species=name, year=2023)
        pd.testing.assert_frame_equal(found, by_code)


def test_a_species_nobody_knows_is_told_with_those_known(inventory: Inventory) -> None:
    with pytest.raises(ParkError, match="unknown species 'xx'.*co2e"):
        uncertainty_budget(inventory, species="xx", year=2023)


def test_a_species_that_is_not_there_has_no_budget(inventory: Inventory) -> None:
    assert not len(uncertainty_budget(inventory, species="sf6", year=2023))


@pytest.mark.parametrize("told", [uncertainty_budget, completeness], ids=lambda f: f.__name__)
def test_a_year_of_which_nothing_is_told_is_refused(inventory: Inventory, told: By) -> None:
    assert len(told(inventory, year=2023))
    with pytest.raises(ParkError, match="year: unknown year '1999'.*2023"):
        told(inventory, year=1999)
