"""The golden park: what Langang emits, year by year, under its own convention."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from parkkit.core.ledger import closing
from parkkit.inventory.compilation import Inventory, total
from parkkit.park.package import Park, open_park
from tests.parks import compiled

LANGANG = Path(__file__).parents[2] / "sample_parks" / "langang"
YEARS = range(2018, 2024)
GOLDEN = {
    "co2e": [
        3532495.0561,
        3665853.2719,
        3690687.0967,
        3750010.2187,
        3408281.5179,
        3254316.4114,
    ],
    "co2": [
        3514643.5725,
        3647341.5117,
        3672176.8049,
        3732302.5224,
        3393051.8879,
        3240338.639,
    ],
    "ch4": [
        263.72112253,
        273.47528123,
        273.48347574,
        262.05455371,
        225.63798045,
        207.36942876,
    ],
    "n2o": [
        39.499215822,
        40.960197468,
        40.953790486,
        39.132712536,
        33.629307716,
        30.835579061,
    ],
    "so2": [1457.06806, 1391.05645, 674.18847, 511.32334, 365.30981, 344.33354],
    "nox": [2049.676, 1999.102, 1178.092, 996.4986, 828.4204, 799.5906],
    "pm": [308.3395137, 297.6159921, 144.7794104, 120.1310394, 81.2943602, 77.4424096],
    "voc": [654.19, 632.99, 575.788, 554.274, 498.539, 460.317],
    "cod": [
        1271.8077056,
        1205.3406477,
        1053.848953,
        853.38476737,
        780.00920941,
        707.15786344,
    ],
    "nh3_n": [69.191104, 61.1075712, 52.6139264, 38.596582336, 32.58766496, 27.681998016],
}  # tonnes, 2018 to 2023


@pytest.fixture(scope="module")
def park() -> Park:
    return open_park(LANGANG)


@pytest.fixture(scope="module")
def inventory(park: Park) -> Inventory:
    return compiled(park)


@pytest.mark.parametrize("species", GOLDEN)
def test_the_headline_totals_are_those_of_the_golden_table(
    inventory: Inventory, species: str
) -> None:
    found = [total(inventory, species, year) for year in YEARS]
    assert found == pytest.approx(GOLDEN[species], rel=1e-9)


@pytest.mark.parametrize("level", ["park", "enterprise"])
@pytest.mark.parametrize("boundary", ["physical", "approved", "management", "statistical"])
def test_kept_and_ledger_are_all_candidates(park: Park, boundary: str, level: str) -> None:
    found = compiled(park, boundary_type=boundary, level=level)
    table = closing(found.candidates, found.emissions, found.ledger)
    size = table["candidates_t"].abs().clip(lower=1.0)
    assert (table["difference_t"].abs() <= 1e-12 * size).all()


def test_every_row_that_counts_has_an_origin_and_a_way_back(inventory: Inventory) -> None:
    rows = inventory.emissions
    assert (rows["origin"] != "").all()
    assert ((rows["activity_id"] != "") ^ (rows["release_id"] != "")).all()
    computed = rows[rows["status"].isin(["computed", "partial"]) & (rows["list"] == "calculated")]
    assert (computed["factor_id"] != "").all()


def test_a_gap_says_what_is_missing(inventory: Inventory) -> None:
    rows = inventory.emissions[inventory.emissions["status"] == "not_computable"]
    assert len(rows)
    assert (rows["missing"] != "").all()
    assert rows["emissions_t"].isna().all()


def test_the_notes_are_the_expected_ones(inventory: Inventory) -> None:
    told = pd.Series([note.code for note in inventory.notes]).value_counts()
    assert told.to_dict() == {"grid_year_nearest": 3, "unknown_species": 1, "incomplete": 2}
