"""What cutting rows by their own coordinates would lose or add, beside who is who first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from parkkit.core.errors import ParkError
from parkkit.inventory.listed_places import listed_apart
from parkkit.park.package import Park
from tests.parks import INSIDE, OUTSIDE, box, make_park

LISTED = {"list": "permit", "facility_id": "1", "enterprise_id": "A", "name": "Works",
          "datum": "wgs84", "origin": "o", **INSIDE}  # fmt: skip
Row = Mapping[str, Any]


def park_of(folder: Path, listed: Sequence[Row], releases: Sequence[Row], **tables: Any) -> Park:
    plants = tables.pop("enterprises", [INSIDE, {"enterprise_id": "B", **OUTSIDE}])
    return make_park(folder, enterprises=plants, listings=[{**LISTED, **row} for row in listed],
                     releases=releases, **tables)  # fmt: skip


def told(park: Park, *names: str, boundary_type: str = "physical", part: str = "") -> list[Any]:
    found = listed_apart(park, boundary_type=boundary_type, year=2023, part=part)
    return (
        found[list(names or ("enterprise_id", "is_member", "is_inside", "amount_t"))]
        .to_numpy()
        .tolist()
    )


def test_a_members_release_listed_outside_would_be_lost(tmp_path: Path) -> None:
    park = park_of(tmp_path, [OUTSIDE], [{"amount": 3}, {"amount": 4, "unit": "kg"}])
    assert told(park) == [["A", True, False, 3.004]]
    names = ("list", "facility_id", "name", "lon", "lat", "species", "medium")
    assert told(park, *names) == [["permit", "1", "Works", 120.2, 30.05, "so2", "air"]]


def test_an_outsiders_release_listed_inside_would_be_added(tmp_path: Path) -> None:
    park = park_of(tmp_path, [{"enterprise_id": "B"}], [{"enterprise_id": "B", "amount": 3}])
    assert told(park) == [["B", False, True, 3.0]]


def test_what_is_listed_where_its_plant_stands_is_not_told(tmp_path: Path) -> None:
    listed = [{}, {"enterprise_id": "B", **OUTSIDE}]
    park = park_of(tmp_path, listed, [{"amount": 3}, {"enterprise_id": "B", "amount": 3}])
    assert told(park) == []


def test_a_process_goes_by_its_own_listing_and_the_rest_by_the_whole_plants(tmp_path: Path) -> None:
    listed: list[Row] = [{"facility_id": "7", "process": "kiln", **OUTSIDE}, {"facility_id": "8"}]
    releases = [{"process": "kiln", "amount": 1}, {"process": "mill", "amount": 2}, {"amount": 4}]
    park = park_of(tmp_path, listed, releases)
    assert told(park, "facility_id", "amount_t") == [["7", 1.0]]
    listed = [{"facility_id": "7", "process": "kiln"}, {"facility_id": "8", **OUTSIDE}]
    park = park_of(tmp_path / "other", listed, releases)
    assert told(park, "facility_id", "amount_t") == [["8", 6.0]]


def test_the_listing_of_one_list_says_nothing_of_another(tmp_path: Path) -> None:
    park = park_of(tmp_path, [{"list": "statistics", **OUTSIDE}], [{"amount": 3}])
    assert told(park) == []


def test_a_facility_with_several_places_goes_by_the_one_nearest_their_median(
    tmp_path: Path,
) -> None:
    listed = [{"lon": 120.2}, {"lon": 120.21, "name": "Old"}, {"lon": 120.05}]
    park = park_of(tmp_path, listed, [{"amount": 3}])
    assert told(park, "lon", "amount_t") == [[120.2, 3.0]]


@pytest.mark.parametrize("release", [
    {"amount": 3, "year": 2022}, {"amount": 3, "species": "phlogiston"},
    {"amount": 3, "amount_kind": "generated", "destination": ""},
    {"amount": 3, "species": "cod", "medium": "water", "destination": "treatment_plant",
     "counterpart_id": "outside"},
], ids=["another year", "no species", "generated", "sent away"])  # fmt: skip
def test_only_what_was_released_to_the_environment_that_year_counts(
    tmp_path: Path, release: Row
) -> None:
    # The second row is there to be told: silence alone would prove nothing.
    releases = [release, {"amount": 1, "species": "nox"}]
    park = park_of(tmp_path, [OUTSIDE], releases)
    assert told(park, "species", "amount_t") == [["nox", 1.0]]


def test_a_plant_that_was_not_open_is_on_no_side(tmp_path: Path) -> None:
    plants = [{**INSIDE, "opened": 2024}]
    park = park_of(tmp_path, [{}], [{"amount": 3}], enterprises=plants)
    assert told(park) == []


def test_a_part_is_a_boundary_of_its_own(tmp_path: Path) -> None:
    shapes = [box(), box(part="东区（一期）", edges=(120.0, 30.0, 120.04, 30.1))]
    listed = [{"lon": 120.01}]
    park = park_of(tmp_path, listed, [{"amount": 3}], boundaries=shapes)
    assert told(park) == []
    assert told(park, part="东区(一期)") == [["A", False, True, 3.0]]


def test_membership_by_registration_is_compared_with_the_polygon_where_there_is_one(
    tmp_path: Path,
) -> None:
    plants = [{**OUTSIDE, "is_registered_here": "yes"}]
    park = park_of(tmp_path, [OUTSIDE], [{"amount": 3}], enterprises=plants)
    assert told(park, boundary_type="statistical") == []
    drawn = [box(), box("statistical")]
    park = park_of(
        tmp_path / "drawn", [OUTSIDE], [{"amount": 3}], enterprises=plants, boundaries=drawn
    )
    assert told(park, boundary_type="statistical") == [["A", True, False, 3.0]]


def test_a_park_without_listings_or_releases_has_an_empty_table(tmp_path: Path) -> None:
    found = listed_apart(
        park_of(tmp_path, [], [{"amount": 3}]), boundary_type="physical", year=2023
    )
    assert len(found) == 0
    assert found[["amount_t", "is_member"]].dtypes.astype("str").tolist() == ["float64", "bool"]
    assert told(park_of(tmp_path / "none", [OUTSIDE], [])) == []


def test_a_boundary_that_is_not_drawn_is_refused(tmp_path: Path) -> None:
    park = park_of(tmp_path, [OUTSIDE], [{"amount": 3}])
    with pytest.raises(ParkError, match="approved"):
        listed_apart(park, boundary_type="approved", year=2023)
