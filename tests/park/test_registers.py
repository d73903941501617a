"""Registers: a public release list becomes a park folder, or nothing is left behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pytest
import shapely

from parkkit.core.errors import ParkError
from parkkit.park.boundary import members
from parkkit.park.identity import settle
from parkkit.park.listings import places
from parkkit.park.package import open_park
from parkkit.park.registers import import_register
from tests.parks import box

ROW = {
    "FRS_ID": "0110", "FacilityID": "7", "FacilityName": "MILL  ONE", "Source": "NEI",
    "Year": "2017", "FlowName": "Sulfur Dioxide", "Compartment": "air", "FlowAmount": "1000",
    "Unit": "kg", "DataReliability": "2", "City": "Gary", "Latitude": "30.05",
    "Longitude": "120.05", "NAICS": "331110",
}  # fmt: skip


def imported(folder: Path, rows: list[dict[str, str]], **choices: Any) -> Path:
    source, shapes = folder / "list.csv", folder / "box.geojson"
    pd.DataFrame([{**ROW, **row} for row in rows], columns=list(ROW)).to_csv(source, index=False)
    shapes.write_text(json.dumps({"features": [box()]}), encoding="utf-8")
    given = {"boundary": shapes, "boundary_type": "physical", "country": "US",
             "industry_scheme": "NAICS", **choices}  # fmt: skip
    import_register(source, folder / "parks" / "made", **given)
    return folder / "parks" / "made"


def test_facilities_that_share_an_id_are_one_plant_with_its_former_names(tmp_path: Path) -> None:
    rows = [
        {}, {"Source": "TRI", "FacilityID": "x"},
        {"Source": "GHGRP", "FacilityID": "9", "FacilityName": "OLD MILL", "Latitude": "30.09",
         "FlowName": "Carbon Dioxide"},
    ]  # fmt: skip
    park = open_park(imported(tmp_path, rows))
    plant = park.enterprises.iloc[0]
    assert len(park.enterprises) == 1
    assert (plant["name_en"], plant["former_names"], plant["lat"]) == (
        "MILL ONE",
        "OLD MILL",
        30.05,
    )
    assert park.releases["species"].tolist() == ["so2", "so2", "co2"]


def test_ids_stay_text_with_their_leading_zeros(tmp_path: Path) -> None:
    park = open_park(imported(tmp_path, [{}]))
    assert park.enterprises["enterprise_id"].tolist() == ["0110"]
    assert park.releases["enterprise_id"].tolist() == ["0110"]


def test_two_facilities_of_one_plant_in_one_list_add_up_as_processes(tmp_path: Path) -> None:
    park = open_park(imported(tmp_path, [{}, {"FacilityID": "8"}]))
    assert park.releases["process"].tolist() == ["7", "8"]


def test_the_new_park_says_what_it_is(tmp_path: Path) -> None:
    about = open_park(imported(tmp_path, [{}])).about
    assert (about.country, about.industry_scheme, about.is_synthetic) == ("US", "NAICS", False)
    assert (about.default_year, about.list_order) == (2017, ("NEI", "calculated"))


def test_plants_of_one_name_and_two_ids_stay_two(tmp_path: Path) -> None:
    assert len(open_park(imported(tmp_path, [{}, {"FRS_ID": "0111"}])).enterprises) == 2


def test_where_each_list_puts_a_facility_is_kept_once(tmp_path: Path) -> None:
    rows = [
        {}, {"FlowName": "Nitrogen Oxides", "NAICS": "33111"},
        {"FacilityName": "OLD MILL"}, {"Latitude": "30.06"}, {"Source": "TRI", "FacilityID": "x"},
    ]  # fmt: skip
    park = open_park(imported(tmp_path, rows))
    listed = park.listings[["list", "facility_id", "name", "lat", "industry_code", "process"]]
    assert listed.to_numpy().tolist() == [
        ["NEI", "7", "MILL ONE", 30.05, "331110", ""],
        ["NEI", "7", "MILL ONE", 30.06, "331110", ""],
        ["NEI", "7", "OLD MILL", 30.05, "331110", ""],
        ["TRI", "x", "MILL ONE", 30.05, "331110", ""],
    ]
    assert set(park.listings["enterprise_id"]) == {"0110"}


def test_a_listing_names_the_process_that_its_releases_have(tmp_path: Path) -> None:
    park = open_park(imported(tmp_path, [{}, {"FacilityID": "8"}]))
    assert park.listings["process"].tolist() == park.releases["process"].tolist() == ["7", "8"]


def test_a_facility_without_an_id_goes_by_its_plants(tmp_path: Path) -> None:
    park = open_park(imported(tmp_path, [{"FacilityID": ""}]))
    assert park.listings["facility_id"].tolist() == ["0110"]


def test_the_datum_of_a_register_is_kept_and_its_numbers_too(tmp_path: Path) -> None:
    rows = [{}, {"FRS_ID": "0111", "FacilityID": "9", "Latitude": "", "Longitude": ""}]
    park = open_park(imported(tmp_path, rows, datum="gcj02"))
    assert park.enterprises["datum"].tolist() == park.listings["datum"].tolist() == ["gcj02", ""]
    assert park.enterprises["lon"].iloc[0] == park.listings["lon"].iloc[0] == 120.05
    assert places(park)["lon"].iloc[0] == pytest.approx(120.0455, abs=5e-4)


def test_the_boundary_of_a_register_may_be_a_shapefile(tmp_path: Path) -> None:
    square = shapely.box(120, 30, 120.1, 30.1)
    made = geopandas.GeoDataFrame({"name_zh": ["园区"]}, geometry=[square], crs="EPSG:4326")
    made.to_crs("EPSG:32650").to_file(tmp_path / "park.shp", encoding="utf-8")
    park = open_park(imported(tmp_path, [{}], boundary=tmp_path / "park.shp"))
    assert park.boundaries["name_zh"].tolist() == ["园区"]
    assert park.boundaries["geometry"].iloc[0].bounds == pytest.approx((120, 30, 120.1, 30.1))
    assert members(park, "physical", 2017)["is_member"].all()


MISTAKES = [
    ([{"FlowAmount": "1,000"}], {}, "row 2, column 'FlowAmount': '1,000' is not written with '.'"),
    ([{}, {"FlowAmount": "many"}], {}, "list.csv, row 3, column 'FlowAmount': 'many' is not a"),
    ([{"FRS_ID": ""}], {}, "list.csv, row 2, column 'FRS_ID': is blank"),
    ([{"Year": "2017.5"}], {}, "column 'Year': '2017.5' is not a whole number"),
    ([{"Compartment": "fire"}], {}, "column 'Compartment': unknown Compartment 'fire'.*Known: air"),
    ([{"Latitude": ""}], {}, "list.csv, row 2, column 'Latitude': only one of longitude and"),
    ([{}, {"Longitude": ""}], {}, "list.csv, row 3, column 'Longitude': only one of longitude"),
    ([{"Unit": "bucket"}], {}, "unknown unit 'bucket'"),
    ([{"Latitude": "31.05"}], {}, "31.05 is 105 km from the park's boundaries"),
    ([], {}, "list.csv: there is no row below the header"),
    ([{}], {"boundary_type": "fysical"}, "unknown boundary 'fysical'"),
    ([{}], {"datum": "bd90"}, "unknown datum 'bd90'"),
    ([{}], {"boundary": Path("nowhere.geojson")}, "nowhere.geojson: the file is not there"),
]


@pytest.mark.parametrize(("rows", "choices", "told"), MISTAKES)
def test_a_mistake_is_told_and_leaves_nothing_behind(
    tmp_path: Path, rows: list[dict[str, str]], choices: dict[str, Any], told: str
) -> None:
    with pytest.raises(ParkError, match=told):
        imported(tmp_path, rows, **choices)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["box.geojson", "list.csv"]


def test_all_mistakes_of_a_list_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ParkError) as error:
        imported(tmp_path, [{"FlowAmount": "x"}, {"Year": ""}, {"Unit": ""}])
    assert [(p.row, p.column) for p in error.value.problems] == [
        (3, "Year"), (2, "FlowAmount"), (4, "Unit")]  # fmt: skip
    assert "list.csv，第 3 行" in error.value.told("zh")


def test_a_folder_that_exists_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "parks" / "made").mkdir(parents=True)
    with pytest.raises(ParkError, match="exists already; nothing was written"):
        imported(tmp_path, [{}])
    assert list((tmp_path / "parks" / "made").iterdir()) == []


def test_a_list_without_a_needed_column_is_told_its_columns(tmp_path: Path) -> None:
    source = tmp_path / "list.csv"
    source.write_text("FRS_ID,Year\n1,2017\n", encoding="utf-8")
    with pytest.raises(ParkError, match="column 'FlowAmount': the column is missing") as error:
        import_register(source, tmp_path / "made", boundary=source, boundary_type="physical",
                        country="US", industry_scheme="NAICS")  # fmt: skip
    assert error.value.values["count"] == len(ROW) - 2


def test_a_list_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ParkError, match="list.csv: the file is not there"):
        import_register(
            tmp_path / "list.csv", tmp_path / "made", boundary=tmp_path,
            boundary_type="physical", country="US", industry_scheme="NAICS",
        )  # fmt: skip


# --- who is who ------------------------------------------------------------------------------


def listing(**changes: object) -> dict[str, object]:
    return {"plant_id": "p", "list": "a", "facility_id": "1", "name": "Mill", "lon": 1.0,
            "lat": 1.0, "industry_code": "331", "address": "", **changes}  # fmt: skip


def test_the_place_is_a_listed_one_near_the_median_not_the_mean_of_all() -> None:
    rows = [listing(lon=lon, list=name) for lon, name in ((0.0, "a"), (0.1, "b"), (9.0, "c"))]
    assert settle(pd.DataFrame(rows))["lon"].tolist() == [0.1]


def test_a_place_listed_many_times_weighs_no_more_than_one() -> None:
    rows = [listing(lon=9.0, facility_id=str(number)) for number in range(5)]
    rows += [listing(lon=0.0, list="b"), listing(lon=0.1, list="c")]
    assert settle(pd.DataFrame(rows))["lon"].tolist() == [0.1]


def test_a_blank_name_is_no_name() -> None:
    settled = settle(pd.DataFrame([listing(name=""), listing(list="b")])).iloc[0]
    assert (settled["name"], settled["former_names"]) == ("Mill", "")
    assert settle(pd.DataFrame([listing(name="")]))["name"].tolist() == [""]


def test_the_order_of_listings_decides_nothing() -> None:
    rows = pd.DataFrame([listing(lon=lon, name=name, list=name) for lon, name in
                         ((0.0, "B"), (0.2, "A"), (0.1, "C"))])  # fmt: skip
    pd.testing.assert_frame_equal(settle(rows), settle(rows[::-1]))
