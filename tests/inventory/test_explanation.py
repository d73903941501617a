"""One activity row told whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from parkkit.core.errors import ParkError
from parkkit.core.labels import LANGUAGES
from parkkit.inventory.compilation import Inventory, compile_inventory
from parkkit.inventory.explanation import explain
from parkkit.park.package import gathered, open_park
from tests.parks import make_park

LANGANG = Path(__file__).parents[2] / "sample_parks" / "langang"


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    park = open_park(LANGANG)
    return compile_inventory(park, boundary_type="physical", convention=park.about.convention)


def row(inventory: Inventory, query: str) -> str:
    return str(inventory.activity.query(query)["activity_id"].iloc[0])


def test_the_calculation_is_told_with_its_factor_and_the_factors_that_lost(inventory) -> None:
    coal = "enterprise_id == 'LG06' and item == 'bituminous' and year == 2023"
    told = explain(inventory, row(inventory, coal))
    # 27 519 t x 19.57 GJ/t x 0.0261 t/GJ x 0.93 x 44/12, by hand
    assert "Carbon dioxide: 27519 t × 1.74174957 t/t = 47931.20642 t (released)" in told
    assert "CN_PROV2025/bituminous/oxidation" in told
    assert "not used: CN_NDRC24/bituminous/carbon_content" in told
    assert "its set comes later" in told


def test_what_is_missing_is_told(inventory) -> None:
    coal = "enterprise_id == 'LG06' and item == 'bituminous' and year == 2023"
    told = explain(inventory, row(inventory, coal))
    assert "Sulphur dioxide: not computable, missing sulphur content" in told


def test_what_became_of_the_tonnes_is_told(inventory) -> None:
    sent = "enterprise_id == 'LG01' and use == 'wastewater_sent' and year == 2023"
    bought = "enterprise_id == 'LG02' and item == 'heat' and use == 'purchased' and year == 2023"
    assert "sent to a member, counted at its outlet" in explain(inventory, row(inventory, sent))
    assert "bought from a member" in explain(inventory, row(inventory, bought))


def test_water_releases_nothing_and_says_so(inventory) -> None:
    water = "use == 'water_withdrawn' and year == 2023"
    assert explain(inventory, row(inventory, water)).endswith("nothing is released by this")


def test_every_row_of_a_year_can_be_explained_in_both_languages(inventory) -> None:
    for activity_id in inventory.activity.query("year == 2022")["activity_id"]:
        for language in LANGUAGES:
            assert activity_id in explain(inventory, activity_id, language=language)


def test_an_unknown_row_is_named(inventory) -> None:
    with pytest.raises(ParkError, match="unknown activity_id 'LG01-2023-1'.*Did you mean"):
        explain(inventory, "LG01-2023-1")


def test_a_cell_of_metered_rows_says_how_many_it_holds(tmp_path: Path) -> None:
    park = gathered(make_park(tmp_path / "p", activity=[{"amount": 3}, {"amount": 4}]))
    found = compile_inventory(park, boundary_type="physical", convention=park.about.convention)
    assert "7 t = 7 t; origin: o (gathered from 2 rows" in explain(found, "cell-000001")
