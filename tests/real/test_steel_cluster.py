"""Seven real steel and refining plants, imported from a public release list."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from parkkit.core.ledger import closing
from parkkit.core.vocabulary import codes, synonyms
from parkkit.inventory.compilation import Inventory, compile_inventory, total, totals
from parkkit.inventory.economy import economy_series
from parkkit.inventory.listed_places import listed_apart
from parkkit.park.boundary import members
from parkkit.park.doubts import REASONS
from parkkit.park.package import Park, open_park
from parkkit.park.registers import import_register
from tests.parks import box

pytestmark = pytest.mark.real

# Tonnes to air in 2017, from the README of the data; the last two are exact sums.
WHOLE = {"co2": 36_971_943.6, "nox": 16_614.750, "so2": 24_349.524, "pm2_5": 7_697.719,
         "voc": 1_940.320, "co": 180_697.313, "ch4": 4_466.60, "n2o": 53.201}  # fmt: skip
CUT = {"co2": 19_145_338.1, "nox": 5_583.770, "so2": 9_799.206, "pm2_5": 2_822.614,
       "co": 48_571.651}  # fmt: skip
LISTS = {"co2": {"GHGRP"}, "ch4": {"GHGRP"}, "n2o": {"GHGRP"}, "nox": {"NEI"}, "so2": {"NEI"},
         "pm2_5": {"NEI"}, "voc": {"NEI"}, "co": {"NEI"}}  # fmt: skip
LEAD = ("lead", "lead_compounds", "total_lead")
LOST_CO2 = 7_989_148.2
SMALLER = (-87.55, 41.58, -87.43, 41.70)


def imported(real: Path, folder: Path, boundary: Path) -> Park:
    import_register(
        real / "steel_cluster_us" / "releases_2017.csv", folder, boundary=boundary,
        boundary_type="physical", country="US", industry_scheme="NAICS",
    )  # fmt: skip
    return open_park(folder)


def compiled(park: Park) -> Inventory:
    return compile_inventory(park, boundary_type="physical", convention=park.about.convention)


@pytest.fixture(scope="module")
def park(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Park:
    folder = tmp_path_factory.mktemp("parks") / "steel"
    return imported(real, folder, real / "steel_cluster_us" / "box.geojson")


@pytest.fixture(scope="module")
def inventory(park: Park) -> Inventory:
    return compiled(park)


@pytest.mark.parametrize("species", WHOLE)
def test_the_published_totals_come_out(inventory: Inventory, species: str) -> None:
    assert total(inventory, species, 2017) == pytest.approx(WHOLE[species], rel=1e-6)
    rows = inventory.emissions[inventory.emissions["species"] == species]
    assert set(rows["list"]) == LISTS[species]


def test_the_list_is_of_seven_plants_all_inside(park: Park) -> None:
    inside = members(park, "physical", 2017)
    assert len(inside) == 7
    assert inside["is_member"].all()


def test_two_plants_that_shared_two_names_stay_two(park: Park) -> None:
    plants = park.enterprises.set_index("enterprise_id")
    assert {"110000397794", "110066942526"} <= set(plants.index)


def test_every_substance_without_a_species_is_held_and_told(
    real: Path, park: Park, inventory: Inventory
) -> None:
    raw = pd.read_csv(real / "steel_cluster_us" / "releases_2017.csv", dtype=str)
    named = raw["FlowName"].str.lower().map(synonyms("species"))
    without = set(raw.loc[named.isna(), "FlowName"])
    assert raw["FlowName"].nunique() == 110
    assert len(without) == 110 - raw.loc[named.notna(), "FlowName"].nunique() > 45
    held = inventory.ledger[inventory.ledger["reason"] == "unknown_species"]
    assert set(held["species"]) == without
    assert len(held) == int(named.isna().sum())
    assert held["amount_t"].sum() == pytest.approx(
        raw.loc[named.isna(), "FlowAmount"].astype(float).sum() / 1000
    )
    told = {p.values["given"] for p in park.notes if p.code == "unknown_species"}
    assert told == without
    assert not set(inventory.emissions["species"]) - set(codes("species"))


def test_the_ledger_closes(inventory: Inventory) -> None:
    table = closing(inventory.candidates, inventory.emissions, inventory.ledger)
    assert table["difference_t"].abs().max() < 1e-6


def test_what_the_list_lacks_is_not_computable_and_never_zero(
    park: Park, inventory: Inventory
) -> None:
    assert len(inventory.activity) == 0
    assert pd.isna(total(inventory, "cod", 2017))
    assert pd.isna(total(inventory, "co2", 2016))
    assert len(economy_series(park, inventory.members)) == 0
    # Facilities report a zero of their own for some substances; none is made up here.
    zero = totals(inventory).query("amount_t == 0")
    raw = park.releases.groupby("species")["amount"].sum()
    assert all(raw[species] == 0 for species in zero["species"])


@pytest.fixture(scope="module")
def smaller(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Park:
    folder = tmp_path_factory.mktemp("smaller")
    shapes = folder / "smaller.geojson"
    shapes.write_text(json.dumps({"features": [box(edges=SMALLER)]}), encoding="utf-8")
    return imported(real, folder / "smaller", shapes)


def test_a_smaller_rectangle_cuts_plants_and_not_rows(smaller: Park) -> None:
    found = compiled(smaller)
    assert int(found.members["is_member"].sum()) == 4
    for species, tonnes in CUT.items():
        assert total(found, species, 2017) == pytest.approx(tonnes, rel=1e-6)


def test_what_cutting_rows_first_would_lose_is_listed(smaller: Park) -> None:
    found = listed_apart(smaller, boundary_type="physical", year=2017)
    co2 = found[found["species"] == "co2"]
    assert co2["amount_t"].tolist() == pytest.approx([LOST_CO2], rel=1e-6)
    only = co2.iloc[0]
    assert (only["enterprise_id"], only["list"], only["facility_id"]) == (
        "110066942526", "GHGRP", "1000156")  # fmt: skip
    assert (only["is_member"], only["is_inside"]) == (True, False)
    assert (only["lon"], only["lat"]) == (-87.4264, 41.68)
    assert total(compiled(smaller), "co2", 2017) - LOST_CO2 == pytest.approx(11_156_189.9, rel=1e-6)


@pytest.fixture(scope="module")
def by_priority(park: Park) -> Inventory:
    chosen = replace(park.about.convention, release_rule="priority")
    return compile_inventory(park, boundary_type="physical", convention=chosen)


def test_lead_counts_once_and_the_other_list_stands_in_the_ledger(by_priority: Inventory) -> None:
    assert total(by_priority, "lead", 2017) == pytest.approx(11.308, abs=5e-4)
    rows = by_priority.emissions[by_priority.emissions["species"].isin(LEAD)]
    assert set(rows["species"]) == {"lead"}
    assert (set(rows["list"]), rows["enterprise_id"].nunique(), len(rows)) == ({"NEI"}, 7, 7)
    lost = by_priority.ledger[by_priority.ledger["species"] == "lead"]
    assert (set(lost["list"]), len(lost)) == ({"TRI"}, 5)
    assert lost["amount_t"].sum() == pytest.approx(10.970, abs=5e-4)
    told = by_priority.ledger[by_priority.ledger["reason"] == "species_aligned"]
    assert told.loc[told["species"] == "lead_compounds", "amount_t"].sum() == pytest.approx(
        10.970, abs=5e-4
    )


def test_by_rank_too_each_plant_has_its_lead_of_one_list(inventory: Inventory) -> None:
    rows = inventory.emissions[inventory.emissions["species"].isin(LEAD)]
    assert rows["enterprise_id"].value_counts().tolist() == [1] * 7
    both = rows["emissions_t"].sum() + inventory.ledger.query("species == 'lead'")["amount_t"].sum()
    assert both == pytest.approx(11.308 + 10.970, abs=1e-3)


def test_no_release_of_true_plants_is_held_in_doubt(inventory: Inventory) -> None:
    assert not set(inventory.ledger["reason"]) & set(REASONS)


def test_every_facility_of_the_list_is_kept_where_the_list_puts_it(real: Path, park: Park) -> None:
    raw = pd.read_csv(real / "steel_cluster_us" / "releases_2017.csv", dtype=str)
    key = ["FRS_ID", "Source", "FacilityID", "FacilityName", "Longitude", "Latitude"]
    assert len(park.listings) == len(raw[key].drop_duplicates()) == 22
