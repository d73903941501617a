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
    "co2e": [3551434.7454, 3685585.668, 3710823.25, 3770368.7277, 3430841.1107, 3276187.0316],
    "co2": [3523325.9034, 3656459.9706, 3681826.248, 3741946.1151, 3401938.6137, 3248514.4867],
    "ch4": [317.73320155, 329.03603642, 328.87815565, 316.09674904, 324.73244667, 304.89426818],
    "n2o": [67.951039126, 70.579450543, 70.110489447, 68.90278921, 69.786705419, 67.226969506],
    "sf6": [0.0234, 0.0234, 0.0234, 0.02756, 0.02756, 0.02756],
    "hfc_134a": [0.442, 0.442, 0.442, 0.442, 0.442, 0.442],
    "r410a": [0.042, 0.044, 0.044, 0.047, 0.049, 0.051],
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
    assert told.to_dict() == {
        "grid_year_nearest": 3, "unknown_species": 1, "incomplete": 2, "slip_not_counted": 2,
        "area_differs": 2
    }  # fmt: skip
