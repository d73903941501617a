"""Any reference system leads to WGS-84, and how well is told."""

from __future__ import annotations

import math

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.core.errors import ParkError
from parkkit.park.reference_systems import (
    accuracy_m,
    is_cgcs2000,
    is_wgs84,
    known_system,
    reprojected,
    system_name,
)

ARCGIS = (
    'PROJCS["CGCS2000_3_Degree_GK_CM_120E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",120.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
OWN_NAMES = (
    ARCGIS.replace("D_China_2000", "D_CGCS_2000")
    .replace("GCS_China_Geodetic_Coordinate_System_2000", "GCS_CGCS2000")
    .replace("CGCS2000_3_Degree_GK_CM_120E", "park_120")
    .replace('SPHEROID["CGCS2000"', 'SPHEROID["S_2000"')
)
CHINESE = ARCGIS.replace("D_China_2000", "D_2000国家大地坐标系").replace(
    "GCS_China_Geodetic_Coordinate_System_2000", "2000国家大地坐标系"
)
XIAN = (
    ARCGIS.replace("D_China_2000", "D_Xian_1980")
    .replace("GCS_China_Geodetic_Coordinate_System_2000", "GCS_Xian_1980")
    .replace("CGCS2000_3", "Xian_1980_3")
    .replace('"CGCS2000",6378137.0,298.257222101', '"Xian_1980",6378140.0,298.257')
)
LOCAL = "+proj=tmerc +lon_0=120 +x_0=500000 +ellps=krass +towgs84=15.8,-154.4,-82.3 +units=m"


@pytest.mark.parametrize(
    "crs",
    ["EPSG:4549", "4549", "urn:ogc:def:crs:EPSG::4549", ARCGIS, OWN_NAMES, CHINESE],
    ids=["code", "number", "urn", "ArcGIS", "own names", "Chinese names"],
)
def test_the_central_meridian_of_a_zone_is_its_longitude(crs: str) -> None:
    moved = reprojected(shapely.Point(500000, 3320000), crs)
    # the meridian from the equator to 30 degrees is 3 320 113.398 m long on GRS80
    assert moved.x == 120.0
    assert moved.y == pytest.approx(30 - 113.398 / 110_852.0, abs=1e-6)
    assert is_cgcs2000(crs)
    assert accuracy_m(crs) == 0.0


@pytest.mark.parametrize(
    ("crs", "x", "y"),
    [("EPSG:4490", 121.5, 30.5), ("EPSG:4326", 121.5, 30.5), ("OGC:CRS84", 121.5, 30.5),
     ("EPSG:32651", 500000.0, 0.0), ("EPSG:3857", 111319.49079327358, 0.0)],
)  # fmt: skip
def test_the_first_coordinate_is_longitude_whatever_the_axes(crs: str, x: float, y: float) -> None:
    moved = reprojected(shapely.Point(x, y), crs)
    known = {"EPSG:32651": (123.0, 0.0), "EPSG:3857": (1.0, 0.0)}
    assert (moved.x, moved.y) == pytest.approx(known.get(crs, (x, y)), abs=1e-9)
    assert accuracy_m(crs) == 0.0


@settings(max_examples=25, deadline=None)
@given(
    lon=st.floats(118.5, 121.5), lat=st.floats(22, 53),
    crs=st.sampled_from(["EPSG:4549", "EPSG:4528", "EPSG:32650", "EPSG:3857", "EPSG:4490"]),
)  # fmt: skip
def test_out_and_back_is_the_same_place(lon: float, lat: float, crs: str) -> None:
    system = pyproj.CRS(crs)
    x, y = pyproj.Transformer.from_crs(system.geodetic_crs, system, always_xy=True).transform(
        lon, lat
    )
    back = reprojected(shapely.Point(x, y), crs)
    assert (back.x, back.y) == pytest.approx((lon, lat), abs=2e-9)


def test_a_polygon_keeps_its_hole_and_loses_its_heights() -> None:
    shell = [(0, 0, 7), (9, 0, 7), (9, 9, 7), (0, 9, 7)]
    hole = [(3, 3, 7), (6, 3, 7), (6, 6, 7)]
    moved = reprojected(
        shapely.transform(shapely.Polygon(shell, [hole]), lambda at: at + [500000, 3e6, 0],
                          include_z=True), "EPSG:4549"
    )  # fmt: skip
    assert not moved.has_z
    assert len(moved.interiors) == 1


def test_a_datum_is_wgs84_by_its_name_and_not_by_its_ellipsoid() -> None:
    assert is_wgs84("EPSG:32651")
    assert not is_wgs84("+proj=tmerc +lon_0=120 +ellps=WGS84")
    assert not is_wgs84("+proj=tmerc +lon_0=120 +ellps=GRS80")
    assert not is_wgs84("EPSG:4610")


@pytest.mark.parametrize(
    "crs",
    [
        "EPSG:2385",
        "EPSG:4610",
        XIAN,
        "EPSG:4555",
        "+proj=tmerc +lon_0=120 +x_0=500000 +ellps=GRS80",
    ],
    ids=["Xian zone", "Xian degrees", "Xian by ArcGIS", "New Beijing", "no datum"],
)
def test_a_guess_between_datums_is_refused_and_says_what_would_do(crs: str) -> None:
    is_projected = known_system(crs).is_projected
    place = shapely.Point(500000, 3320000) if is_projected else shapely.Point(120, 30)
    with pytest.raises(ParkError, match="CGCS2000") as error:
        reprojected(place, crs)
    assert error.value.code == "ballpark_only"
    assert system_name(crs) in str(error.value)
    assert math.isnan(accuracy_m(crs))


def test_beijing_1954_serves_where_its_parameters_are_published_and_nowhere_else() -> None:
    # EPSG::15920 and its neighbours: by the Yellow Sea to 15 m, in Zhejiang none
    sea, inland = np.array([[121.0, 35.0]]), np.array([[120.0, 30.0]])
    assert accuracy_m("EPSG:4214", sea) == 15.0
    assert math.isnan(accuracy_m("EPSG:4214", inland))
    moved = reprojected(shapely.Point(121, 35), "EPSG:4214")
    metres = pyproj.Geod(ellps="WGS84").inv(121, 35, moved.x, moved.y)[2]
    assert 30 < metres < 200
    with pytest.raises(ParkError, match="Beijing 1954"):
        reprojected(shapely.Point(120, 30), "EPSG:4214")
    with pytest.raises(ParkError):  # one corner is where no parameters hold
        reprojected(shapely.box(121, 30, 121.1, 35), "EPSG:4214")


def test_local_parameters_are_used_and_their_accuracy_is_not_told() -> None:
    plain = LOCAL.replace(" +towgs84=15.8,-154.4,-82.3", "")
    with pytest.raises(ParkError):
        reprojected(shapely.Point(500000, 3320000), plain)
    moved = reprojected(shapely.Point(500000, 3320000), LOCAL)
    assert (moved.x, moved.y) == pytest.approx((120, 30), abs=0.01)
    assert moved.x != 120.0
    assert math.isnan(accuracy_m(LOCAL))


@pytest.mark.parametrize("crs", ["EPSG:999999", "no such", "", 'LOCAL_CS["x",UNIT["m",1]]',
                                 "EPSG:4479"])  # fmt: skip
def test_a_system_nobody_knows_is_refused_by_name(crs: str) -> None:
    with pytest.raises(ParkError) as error:
        reprojected(shapely.Point(0, 0), crs)
    assert error.value.code == "other_reference_system"


@pytest.mark.parametrize(
    ("x", "y"), [(40_500_000, 3_320_000), (3_320_000, 500_000), (500_000, 9_000_000)],
    ids=["zone number in front", "northing first", "beyond the north"],
)  # fmt: skip
def test_coordinates_of_another_zone_are_refused_with_their_extent(x: float, y: float) -> None:
    with pytest.raises(ParkError, match=f"{x}, {y}") as error:
        reprojected(shapely.Point(x, y), "EPSG:4549")
    assert error.value.code == "outside_system"


NO_AREA = {
    "ArcGIS": ARCGIS.replace("CGCS2000_3_Degree_GK_CM_120E", "Local").replace("Meridian\",120.0",
                                                                           "Meridian\",120.5"),
    "PROJ": "+proj=tmerc +lon_0=120 +x_0=500000 +datum=WGS84 +units=m",
    "in feet": "+proj=tmerc +lon_0=120 +x_0=500000 +datum=WGS84 +units=us-ft",
    "local parameters": LOCAL,
}  # fmt: skip


@pytest.mark.parametrize("crs", NO_AREA.values(), ids=NO_AREA)
def test_without_an_area_of_use_a_belt_ends_eight_degrees_from_its_meridian(crs: str) -> None:
    system = pyproj.CRS(crs)
    assert system.area_of_use is None
    plain = system.source_crs if system.is_bound else system
    step = pyproj.Transformer.from_crs(plain.geodetic_crs, plain, always_xy=True)
    central = 120.5 if "120.5" in crs else 120.0
    corners = [step.transform(central + away, 30.0) for away in (-7.9, 7.9)]
    moved = reprojected(shapely.LineString(corners), crs)
    assert moved.bounds[::2] == pytest.approx((central - 7.9, central + 7.9), abs=0.01)
    x, y = step.transform(central, 30.0)
    for wrong in (step.transform(central + 8.1, 30.0), step.transform(central - 8.1, 30.0), (y, x),
                  (x + 40_000_000, y)):  # fmt: skip
        with pytest.raises(ParkError, match="northing stands first") as error:
            reprojected(shapely.Point(wrong), crs)
        assert error.value.code == "outside_system"


def test_a_belt_may_lie_on_the_date_line() -> None:
    crs = "+proj=tmerc +lon_0=180 +x_0=500000 +datum=WGS84 +units=m"
    moved = reprojected(shapely.Point(600_000, 6_000_000), crs)
    assert moved.x == pytest.approx(-178.46, abs=0.05)


def test_zone_40_takes_the_zone_number_in_front() -> None:
    assert reprojected(shapely.Point(40_500_000, 3_320_000), "EPSG:4528").x == 120.0


def test_wkt_without_end_is_cut_short_in_a_message() -> None:
    with pytest.raises(ParkError) as error:
        known_system("PROJCS[" + "x" * 500)
    assert len(str(error.value)) < 250


def test_two_hundred_thousand_corners_are_one_conversion() -> None:
    turn = np.linspace(0, 2 * np.pi, 200_000)
    ring = np.column_stack([500000 + 5000 * np.cos(turn), 3320000 + 5000 * np.sin(turn)])
    moved = reprojected(shapely.Polygon(ring), "EPSG:4549")
    assert shapely.get_num_coordinates(moved) >= 200_000
    lon, lat = shapely.get_coordinates(moved).T
    radius = pyproj.Geod(ellps="WGS84").inv(
        np.full(len(lon), 120.0), np.full(len(lat), 29.998977038), lon, lat
    )[2]
    assert np.allclose(radius, 5000, atol=0.01)
