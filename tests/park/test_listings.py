"""Where plants stand by what registers list, and what is odd about listings and neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from parkkit.core.errors import Problem
from parkkit.park.datum import convert
from parkkit.park.identity import confirmed_place, confirmed_places
from parkkit.park.listing_checks import listing_problems
from parkkit.park.listings import places
from parkkit.park.neighbours import claimed_plants, overlapping_parks
from parkkit.park.package import Park
from parkkit.park.polygons import area_ha
from tests.parks import EAST, INSIDE, NORTH, SOUTH, WEST, box, make_park

NOWHERE = {"lon": "", "lat": "", "datum": ""}
LISTED = {"list": "permit", "facility_id": "1", "enterprise_id": "A", "name": "Works",
          "lon": 120.05, "lat": 30.05, "datum": "wgs84", "origin": "o"}  # fmt: skip


def park_of(folder: Path, plant: Mapping[str, Any], *listed: Mapping[str, Any]) -> Park:
    listings = [{**LISTED, **row} for row in listed]
    return make_park(folder, enterprises=[plant], listings=listings, releases=[])


def spot(park: Park) -> tuple[float, float, str]:
    plant = places(park).iloc[0]
    return round(plant["lon"], 6), round(plant["lat"], 6), plant["place_basis"]


def test_the_confirmed_place_goes_before_every_listed_one(tmp_path: Path) -> None:
    park = park_of(tmp_path, INSIDE, {"lon": 120.01}, {"lon": 120.01, "list": "statistics"})
    assert spot(park) == (120.05, 30.05, "confirmed")


def test_without_one_it_is_the_listed_place_nearest_to_the_median(tmp_path: Path) -> None:
    far = {"lon": 120.4, "list": "c"}
    park = park_of(tmp_path, NOWHERE, {"lon": 120.01}, {"lon": 120.02, "list": "b"}, far)
    assert spot(park) == (120.02, 30.05, "listed")


def test_half_a_listed_place_and_a_plant_nobody_lists_are_unknown(tmp_path: Path) -> None:
    found = places(park_of(tmp_path, NOWHERE, NOWHERE)).iloc[0]
    assert pd.isna(found["lon"])
    assert (found["place_basis"], found["datum"]) == ("unknown", "")


def test_each_listed_place_is_converted_by_its_own_datum_first(tmp_path: Path) -> None:
    lon, lat = convert(120.03, 30.05, source="wgs84", target="gcj02")
    shifted = {"lon": float(lon), "lat": float(lat), "datum": "gcj02", "list": "map"}
    # Read as WGS-84 the shifted place would be the eastern one, and the middle another.
    park = park_of(tmp_path, NOWHERE, {"lon": 120.029}, shifted, {"lon": 120.031, "list": "c"})
    assert spot(park) == (120.03, 30.05, "listed")
    assert places(park)["datum"].tolist() == ["wgs84"]


def test_the_order_of_listings_moves_no_plant(tmp_path: Path) -> None:
    # Eighths are exact in binary, so that the two in the middle are equally near to the median.
    rows = [{"lon": lon, "list": str(lon)} for lon in (120.0, 120.125, 120.25, 120.375)]
    one = park_of(tmp_path / "a", NOWHERE, *rows)
    other = park_of(tmp_path / "b", NOWHERE, *rows[::-1])
    assert spot(one) == spot(other) == (120.125, 30.05, "listed")


def test_many_plants_get_the_places_that_each_gets_alone() -> None:
    rows = pd.DataFrame({"plant": list("aaabbbc"), "lon": [0.0, 0.1, 9, 5, 5, 6, None],
                         "lat": [0.0, 0.1, 9, 1, 2, 3, 1]})  # fmt: skip
    found = confirmed_places(rows, by="plant")
    alone = {plant: confirmed_place(own) for plant, own in rows.groupby("plant")}
    assert {plant: (row["lon"], row["lat"]) for plant, row in found.iterrows()} == {
        plant: place for plant, place in alone.items() if plant != "c"
    }
    assert np.isnan(alone["c"]).all()


# --- what is odd ------------------------------------------------------------------------------


def problems(*rows: Mapping[str, object], boundaries: bool = True) -> list[Problem]:
    blank = {**LISTED, "process": ""}
    names = [*blank]
    listings = pd.DataFrame([{**blank, **row} for row in rows], columns=names)
    listings = listings.astype({"lon": "float64", "lat": "float64"})
    listings.index = pd.RangeIndex(2, len(listings) + 2)
    drawn = pd.DataFrame({"geometry": [shapely.box(WEST, SOUTH, EAST, NORTH)][: int(boundaries)]})
    return list(listing_problems({"listings": listings}, drawn))


def test_sound_listings_are_silent() -> None:
    other_place = {"lon": 120.06}
    assert problems({}, other_place, {"name": "Old"}, {"process": "2"}, {"list": "b"}) == []


def test_a_row_that_stands_twice_is_an_error_that_names_the_first() -> None:
    blank = {"lon": None, "lat": None, "datum": ""}
    found = problems({}, blank, {}, blank)
    assert [(each.code, each.row, each.values["first"]) for each in found] == [
        ("listed_twice", 4, 2), ("listed_twice", 5, 3)
    ]  # fmt: skip
    assert not any(each.is_warning for each in found)


def test_a_facility_of_two_plants_is_told_once_with_both() -> None:
    found = problems({}, {"enterprise_id": "B"}, {"enterprise_id": "B", "name": "Old"})
    assert [(each.code, each.is_warning) for each in found] == [("listed_for_two", True)]
    assert "(A, B)" in found[0].told()


@pytest.mark.parametrize(("place", "code", "is_warning"), [
    ({"lon": 121.0}, "listed_far", True),
    ({"lat": 120.0, "lon": 30.0}, "beyond_pole_swapped", False),
    ({"lat": 120.0, "lon": 130.0}, "beyond_pole", False),
])  # fmt: skip
def test_a_place_that_cannot_be_of_the_park_is_told(
    place: dict[str, float], code: str, is_warning: bool
) -> None:
    found = problems({}, place)
    assert [(each.code, each.row, each.is_warning) for each in found] == [(code, 3, is_warning)]


def test_a_park_without_polygons_puts_nothing_far_away() -> None:
    assert problems({"lon": 121.0}, boundaries=False) == []


# --- neighbours -------------------------------------------------------------------------------


def neighbour(
    folder: Path, name: str, west: float, east: float, plants: Sequence[Mapping[str, Any]]
) -> Park:
    feature = box(edges=(west, 30.0, east, 30.1))
    return make_park(folder / name, about={"id": name}, boundaries=[feature], enterprises=plants,
                     releases=[])  # fmt: skip


def test_parks_that_overlap_are_told_with_the_hectares_they_share(tmp_path: Path) -> None:
    plant = [{"enterprise_id": "A", "lon": 120.01, "credit_code": "S1"}]
    one = neighbour(tmp_path, "one", 120.0, 120.1, plant)
    other = neighbour(tmp_path, "other", 120.08, 120.13, [{"lon": 120.1, "credit_code": "S2"}])
    beside = neighbour(tmp_path, "beside", 120.13, 120.2, [{"lon": 120.15}])
    found = overlapping_parks([one, other, beside], 2023)
    shared = area_ha(shapely.box(120.08, 30.0, 120.1, 30.1))
    assert found[["boundary_type", "park_id", "other_park_id"]].to_numpy().tolist() == [
        ["physical", "one", "other"]
    ]
    assert found["overlap_ha"].tolist() == pytest.approx([shared], rel=1e-9)
    assert found["share_of_smaller"].tolist() == pytest.approx([0.4], rel=1e-6)
    assert overlapping_parks([], 2023).empty


def test_a_plant_of_one_park_in_the_place_of_another_is_told_by_both_names(tmp_path: Path) -> None:
    one = neighbour(tmp_path, "one", 120.0, 120.1, [
        {"enterprise_id": "A", "lon": 120.09, "credit_code": "S1"},
        {"enterprise_id": "B", "lon": 120.01, "credit_code": "S2"},
        {"enterprise_id": "C", "lon": 120.12, "credit_code": "S3"},
    ])  # fmt: skip
    plants = [{"enterprise_id": "X", "lon": 120.09, "credit_code": "S1"}]
    other = neighbour(tmp_path, "other", 120.08, 120.13, plants)
    found = claimed_plants([one, other], 2023)
    assert found.drop(columns="boundary_type").to_numpy().tolist() == [
        ["one", "A", "S1", "other", "X"], ["other", "X", "S1", "one", "A"]
    ]  # fmt: skip
    assert claimed_plants([one], 2023).empty
