"""The fused table of seven real plants: its sums are the published ones, and nobody is dropped."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from parkkit.inventory.compilation import compile_inventory
from parkkit.inventory.fused_files import read_fused, write_fused
from parkkit.inventory.fusion import fuse
from parkkit.park.package import open_park
from parkkit.park.registers import import_register

pytestmark = pytest.mark.real

# Tonnes to air in 2017, from the README of the data; the last two are exact sums.
WHOLE = {"co2": 36_971_943.6, "nox": 16_614.750, "so2": 24_349.524, "pm2_5": 7_697.719,
         "voc": 1_940.320, "co": 180_697.313, "ch4": 4_466.60, "n2o": 53.201}  # fmt: skip


@pytest.fixture(scope="module")
def wide(real: Path, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    folder = tmp_path_factory.mktemp("parks") / "steel"
    cluster = real / "steel_cluster_us"
    import_register(
        cluster / "releases_2017.csv", folder, boundary=cluster / "box.geojson",
        boundary_type="physical", country="US", industry_scheme="NAICS",
    )  # fmt: skip
    park = open_park(folder)
    inventory = compile_inventory(
        park, boundary_type="physical", convention=park.about.convention
    )  # fmt: skip
    return fuse(inventory, park=park)


def test_the_columns_sum_to_the_published_totals(wide: pd.DataFrame) -> None:
    sums = {name: wide[f"{name}_t"].sum() for name in WHOLE}
    assert sums == pytest.approx(WHOLE, rel=1e-6)


def test_every_plant_is_one_source_with_carbon_and_pollutants_of_their_lists(
    wide: pd.DataFrame,
) -> None:
    assert len(wide) == wide["unit_id"].nunique() == 7
    assert set(wide["match"]) <= {"both", "carbon_only", "pollution_only"}
    assert set(wide["co2_list"].dropna()) == {"GHGRP"}
    assert set(wide["nox_list"].dropna()) == {"NEI"}
    # What nobody knows the species of is held, and counted at its plant.
    assert wide["held_count"].sum() > 45


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".xlsx"])
def test_the_file_tells_the_same_totals(wide: pd.DataFrame, tmp_path: Path, ending: str) -> None:
    found = read_fused(write_fused(wide, tmp_path / f"fused{ending}"))
    assert {name: found[f"{name}_t"].sum() for name in WHOLE} == pytest.approx(WHOLE, rel=1e-6)
    # Register numbers of twelve digits stay texts.
    assert found["enterprise_id"].tolist() == wide["enterprise_id"].tolist()
