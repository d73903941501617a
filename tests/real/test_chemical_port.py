"""A real chemical port: two lists that share neither ids nor years, by one bridge in one park."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from parkkit.inventory.compilation import Inventory, compile_inventory, total, totals
from parkkit.inventory.untold_species import untold_species
from parkkit.park.package import Park, open_park
from parkkit.park.proposals import propose_identities
from parkkit.park.registers import append_register, import_register
from tests.real.test_identity import AIR_LIQUIDE, SAME, pairs

pytestmark = pytest.mark.real

LISTS = ("co2_facilities.csv", "co_facilities.csv")
RING = [[4.2, 51.2], [4.4, 51.2], [4.4, 51.4], [4.2, 51.4], [4.2, 51.2]]
LIST = "E-PRTR-"


def made(folder: Path, *sources: Path) -> Path:
    shape = {"type": "Polygon", "coordinates": [RING]}
    drawn = {"type": "FeatureCollection",
             "features": [{"type": "Feature", "properties": {}, "geometry": shape}]}  # fmt: skip
    (folder / "box.geojson").write_text(json.dumps(drawn), encoding="utf-8")
    import_register(sources, folder / "port", boundary=folder / "box.geojson",
                    boundary_type="physical", country="BE", industry_scheme="NACE")  # fmt: skip
    return folder / "port"


@pytest.fixture(scope="module")
def port(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Park:
    source = real / "chemical_port_eu"
    folder = made(tmp_path_factory.mktemp("port"), *(source / name for name in LISTS))
    return open_park(folder)


@pytest.fixture(scope="module")
def inventory(port: Park) -> Inventory:
    return compile_inventory(port, boundary_type="physical", convention=port.about.convention)


def test_carbon_dioxide_of_seventeen_plants_comes_out_as_published(inventory: Inventory) -> None:
    rows = inventory.emissions[inventory.emissions["year"] == 2014]
    assert rows["enterprise_id"].nunique() == 17
    assert total(inventory, "co2", 2014) == pytest.approx(13_341_000, rel=1e-12)


def test_carbon_monoxide_comes_out_in_the_years_that_tell_it(inventory: Inventory) -> None:
    found = totals(inventory)
    co = found[found["species"] == "co"].set_index("year")["amount_t"]
    # Sums of the file, by hand, in t.
    assert co.to_dict() == pytest.approx({2001: 6615.0, 2004: 4654.0, 2010: 3261.0, 2011: 500.0})


def test_carbon_monoxide_of_2014_is_not_computable_and_not_zero(inventory: Inventory) -> None:
    assert pd.isna(total(inventory, "co", 2014))
    assert "co" not in set(totals(inventory, years=[2014])["species"])
    untold = untold_species(inventory, year=2014)
    told = untold[["species", "status", "missing", "told_years"]].to_numpy().tolist()
    assert told == [["co", "not_computable", "not_told", "2001;2004;2010;2011"]]
    assert untold["amount_t"].isna().all()


def test_every_year_that_a_species_lacks_is_told(inventory: Inventory) -> None:
    found = untold_species(inventory)
    lacking = found.groupby("species")["year"].agg(list).to_dict()
    assert lacking == {"co": [2014], "co2": [2001, 2004, 2010, 2011]}


def test_both_readings_of_an_amount_agree(real: Path, port: Park) -> None:
    raw = pd.read_csv(real / "chemical_port_eu" / LISTS[1], dtype={"FacilityReportID": "str"})
    co = port.releases[port.releases["species"] == "co"].set_index("enterprise_id")
    megatonnes = raw.set_index(LIST + raw["FacilityReportID"])["MTonnes"]
    assert set(co["unit"]) == {"kg"}
    assert (co["amount"] / 1e9).to_dict() == pytest.approx(megatonnes.to_dict())


def test_the_plants_of_the_readme_are_proposed_by_name_and_none_is_merged(port: Park) -> None:
    found = pairs(propose_identities(port))
    wanted = {frozenset([LIST + one, LIST + each]) for one, others in SAME.items()
              for each in others}  # fmt: skip
    assert wanted <= found
    assert not [pair for pair in found if LIST + AIR_LIQUIDE in pair]
    assert len(port.enterprises) == 27


def test_the_second_list_may_join_the_park_of_the_first(
    real: Path, port: Park, tmp_path: Path
) -> None:
    source = real / "chemical_port_eu"
    folder = made(tmp_path, source / LISTS[0])
    append_register(source / LISTS[1], folder)
    joined = open_park(folder)
    key = ["enterprise_id", "species", "year", "amount", "unit", "list", "release_id", "origin"]
    pd.testing.assert_frame_equal(joined.releases[key], port.releases[key])
    by_id = [park.enterprises.sort_values("enterprise_id", ignore_index=True)
             for park in (joined, port)]  # fmt: skip
    pd.testing.assert_frame_equal(*by_id)
