"""Membership: who is inside each of the four boundaries, in which year, and why."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from parkkit.core.errors import ParkError
from parkkit.park.boundary import (
    area,
    areas,
    members,
    members_by_year,
    outline,
    part_names,
    places,
)
from parkkit.park.datum import convert
from parkkit.park.package import Park
from tests.parks import EAST, NORTH, OUTSIDE, WEST, box, make_park

ALL = [box("physical"), box("approved"), box("management")]
COAL = {"amount": 10}


@pytest.fixture
def basis(tmp_path: Path) -> Callable[..., str]:
    """Return why the one plant of a park is in or out."""

    def asked(boundary_type: str, *, year: int = 2023, part: str = "", **plant: Any) -> str:
        shapes = plant.pop("boundaries", ALL)
        park = park_of(tmp_path, [plant], shapes)
        return str(members(park, boundary_type, year, part=part)["basis"].iloc[0])

    return asked


def park_of(folder: Path, plants: list[dict[str, Any]], shapes: Any = ALL) -> Park:
    about = {"default_boundary": "statistical"}
    return make_park(folder / "p", about=about, enterprises=plants, boundaries=shapes)


@pytest.fixture(autouse=True)
def releases_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every park of this file some data, so that it is sound."""
    monkeypatch.setitem(make_park.__globals__["GROUND"], "releases", [])


@pytest.mark.parametrize("kind", ["physical", "approved"])
def test_physical_and_approved_go_by_place_whatever_the_register_says(basis, kind) -> None:
    assert basis(kind, is_registered_here="no") == "inside"
    assert basis(kind, **OUTSIDE) == "outside"


def test_statistical_goes_by_the_register_whatever_the_place(basis) -> None:
    assert basis("statistical", **OUTSIDE) == "registered"
    assert basis("statistical", is_registered_here="no") == "not_registered"
    assert basis("statistical", is_registered_here="") == "unknown_registration"


def test_management_goes_by_who_manages_and_by_place_where_that_is_blank(basis) -> None:
    assert basis("management", is_managed_here="yes", **OUTSIDE) == "managed"
    assert basis("management", is_managed_here="no") == "not_managed"
    assert basis("management", is_managed_here="") == "inside"
    assert basis("management", is_managed_here="", **OUTSIDE) == "outside"


def test_a_point_on_an_edge_or_a_corner_is_in(basis) -> None:
    assert basis("physical", lon=EAST, lat=30.05) == "inside"
    assert basis("physical", lon=WEST, lat=NORTH) == "inside"
    assert basis("physical", lon=EAST + 1e-9, lat=30.05) == "outside"


def test_a_plant_without_a_place_is_told_as_such_and_not_in(tmp_path: Path) -> None:
    park = park_of(tmp_path, [{"lon": "", "lat": "", "datum": ""}])
    row = members(park, "physical", 2023).iloc[0]
    assert (row["basis"], bool(row["is_member"])) == ("unknown_place", False)


@pytest.mark.parametrize("kind", ["physical", "approved", "management", "statistical"])
def test_opened_and_closed_bound_all_four(basis, kind: str) -> None:
    years = {"opened": 2020, "closed": 2022}
    told = [basis(kind, year=year, **years) for year in (2019, 2020, 2022, 2023)]
    assert told[0] == "not_yet_open"
    assert told[3] == "closed"
    assert {told[1], told[2]} <= {"inside", "registered"}


def test_a_part_of_the_park_has_only_the_plants_inside_it(tmp_path: Path) -> None:
    shapes = [box(), box(part="新材料园", edges=(120.0, 30.0, 120.05, 30.1))]
    plants = [{"enterprise_id": "W", "lon": 120.01}, {"enterprise_id": "E", "lon": 120.09}]
    park = park_of(tmp_path, plants, shapes)
    inside = members(park, "physical", 2023, part="新材料园")
    assert inside.loc[inside["is_member"], "enterprise_id"].tolist() == ["W"]
    assert members(park, "physical", 2023)["is_member"].all()


def test_a_boundary_holds_in_the_years_it_is_valid(tmp_path: Path) -> None:
    east = box(edges=(120.1, 30.0, 120.3, 30.1), valid_from=2022)
    park = park_of(tmp_path, [OUTSIDE], [box(), east])
    found = members_by_year(park, "physical", [2022, 2021, 2021])
    assert found[["year", "basis"]].to_numpy().tolist() == [[2021, "outside"], [2022, "inside"]]


def test_a_year_before_the_boundary_was_drawn_is_refused(tmp_path: Path) -> None:
    park = park_of(tmp_path, [{}], [box(valid_from=2020)])
    with pytest.raises(ParkError, match="'physical' is not drawn for 2019; .*valid_from"):
        members(park, "physical", 2019)
    assert outline(park, "physical", 2019) is None


def test_a_boundary_nobody_knows_is_refused_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(ParkError, match="unknown boundary 'fysical'. Did you mean 'physical'"):
        members(park_of(tmp_path, [{}]), "fysical", 2023)


def test_a_part_nobody_drew_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParkError, match="no part is drawn in park 'tiny', so '北园' cannot"):
        members(park_of(tmp_path, [{}]), "statistical", 2023, part="北园")
    park = park_of(tmp_path / "q", [{}], [*ALL, box(part="北区")])
    with pytest.raises(ParkError, match="'北园'.*北区"):
        members(park, "physical", 2023, part="北园")


def test_a_part_of_a_type_it_is_not_drawn_for_names_those_it_is(tmp_path: Path) -> None:
    shapes = [*ALL, box(part="北园"), box("management", part="北园")]
    with pytest.raises(ParkError, match="management, physical"):
        members(park_of(tmp_path, [{}], shapes), "statistical", 2023, part="北园")


WEST_HALF = (120.0, 30.0, 120.05, 30.1)
IN_WEST, IN_EAST = {"lon": 120.01, "lat": 30.05}, {"lon": 120.09, "lat": 30.05}


def part_basis(basis, boundary_type: str, **plant: Any) -> str:
    parts = [box(kind, part="西区", edges=(119.9, 30.0, 120.05, 30.1))
             for kind in ("physical", "management", "statistical")]  # fmt: skip
    shapes = plant.pop("boundaries", [*ALL, *parts])
    return str(basis(boundary_type, part="西区", boundaries=shapes, **plant))


def test_a_part_is_nested_in_the_whole(basis) -> None:
    assert part_basis(basis, "physical", **IN_WEST) == "inside"
    assert part_basis(basis, "physical", **IN_EAST) == "elsewhere_in_park"
    assert part_basis(basis, "physical", **OUTSIDE) == "outside"
    # The part's polygon sticks out of the whole's: who stands there is not in the park.
    assert part_basis(basis, "physical", lon=119.95, lat=30.05) == "outside"
    assert part_basis(basis, "physical", lon="", lat="", datum="") == "unknown_place"


def test_a_part_of_the_registered_holds_those_that_stand_in_it(basis) -> None:
    assert part_basis(basis, "statistical", **IN_WEST) == "inside"
    assert part_basis(basis, "statistical", **IN_EAST) == "elsewhere_in_park"
    assert part_basis(basis, "statistical", **OUTSIDE) == "elsewhere_in_park"
    not_here = {"is_registered_here": "no", **IN_WEST}
    assert part_basis(basis, "statistical", **not_here) == "not_registered"
    nobody_tells = {"is_registered_here": "", **IN_WEST}
    assert part_basis(basis, "statistical", **nobody_tells) == "unknown_registration"


def test_a_part_of_the_managed_goes_by_the_flag_first_and_then_by_place(basis) -> None:
    assert part_basis(basis, "management", is_managed_here="yes", lon=119.95, lat=30.05) == "inside"
    assert part_basis(basis, "management", is_managed_here="yes", **OUTSIDE) == "elsewhere_in_park"
    assert part_basis(basis, "management", is_managed_here="no", **IN_WEST) == "not_managed"
    assert part_basis(basis, "management", is_managed_here="", **IN_WEST) == "inside"
    assert part_basis(basis, "management", is_managed_here="", lon=119.95, lat=30.05) == "outside"


@pytest.mark.parametrize("kind", ["physical", "management"])
def test_a_part_whose_whole_nobody_drew_stands_by_place_alone(basis, kind: str) -> None:
    alone = {"boundaries": [box("approved"), box(kind, part="西区", edges=WEST_HALF)]}
    assert part_basis(basis, kind, **alone, **IN_WEST) == "inside"
    assert part_basis(basis, kind, **alone, **IN_EAST) == "outside"
    assert part_basis(basis, kind, **alone, lon="", lat="", datum="") == "unknown_place"


def test_a_part_closes_with_its_plants(basis) -> None:
    assert part_basis(basis, "physical", closed=2022, **IN_EAST) == "closed"


def test_a_part_is_found_by_either_width_of_its_brackets(tmp_path: Path) -> None:
    shapes = [*ALL, box(part="东区（一期）", edges=WEST_HALF),
              box("approved", part="东区 (一期)", edges=WEST_HALF)]  # fmt: skip
    park = park_of(tmp_path, [IN_WEST], shapes)
    assert part_names(park) == ["东区（一期）"]
    assert part_names(park, "approved") == ["东区 (一期)"]
    assert part_names(park, "management") == []
    assert members(park, "approved", 2023, part="东区（一期）")["is_member"].all()
    assert outline(park, "physical", 2023, part="东区(一期)") is not None


def test_the_perimeter_of_another_year_holds_the_plants_of_this_one(tmp_path: Path) -> None:
    shapes = [box(valid_to=2021), box(valid_from=2022, edges=(120.0, 30.0, 120.3, 30.1))]
    plants = [{"enterprise_id": "E", **OUTSIDE}, {"enterprise_id": "N", "opened": 2022}]
    park = park_of(tmp_path, plants, shapes)
    own = members(park, "physical", 2021)["basis"].tolist()
    moved = members(park, "physical", 2021, perimeter_year=2022)["basis"].tolist()
    assert (own, moved) == (["outside", "not_yet_open"], ["inside", "not_yet_open"])
    by_year = members_by_year(park, "physical", [2020, 2023], perimeter_year=2022)
    assert by_year["basis"].tolist() == ["inside", "not_yet_open", "inside", "inside"]


def test_a_year_without_the_boundary_has_no_members_and_no_rows(tmp_path: Path) -> None:
    park = park_of(tmp_path, [{}], [box(valid_from=2022)])
    assert members_by_year(park, "physical", [2021, 2022])["year"].tolist() == [2022]
    with pytest.raises(ParkError, match="not drawn for 2020"):
        members_by_year(park, "physical", [2020, 2021])
    with pytest.raises(ParkError, match="unknown boundary"):
        members_by_year(park, "fysical", [2022])


def test_areas_lay_the_official_beside_the_drawn_one(tmp_path: Path) -> None:
    twice = {"edges": (120.0, 30.0, 120.01, 30.01), "official_area_ha": 50}
    shapes = [box(**twice, origin="o"), box(**twice, valid_from=2020), box("approved"),
              box(part="北园", edges=WEST_HALF, valid_to=2022)]  # fmt: skip
    park = park_of(tmp_path, [{}], shapes)
    table = areas(park, 2023)
    assert table[["boundary_type", "part"]].to_numpy().tolist() == [
        ["physical", ""], ["approved", ""]]  # fmt: skip
    row = table.iloc[0]
    # Drawn twice over the same ground, and official in two halves.
    assert row["drawn_area_ha"] == pytest.approx(106.95, abs=0.01)
    assert row["official_area_ha"] == 100
    assert row["difference_ha"] == pytest.approx(6.95, abs=0.01)
    assert row["difference_percent"] == pytest.approx(6.95, abs=0.01)
    # One of the two tells where it is from, the other does not.
    assert (row["valid_from"], row["origin"]) == (2020, "o;—")
    assert table["origin"].iloc[1] == ""
    assert table["difference_percent"].isna().tolist() == [False, True]
    assert areas(park, 2022)["part"].tolist() == ["", "北园", ""]
    assert area(park, "physical", 2022, kind="drawn", part="北园") == pytest.approx(5347, abs=10)
    assert math.isnan(area(park, "physical", 2023, kind="drawn", part="北园"))


def test_an_official_area_that_one_piece_lacks_is_missing_and_no_smaller_sum(
    tmp_path: Path,
) -> None:
    shapes = [box(official_area_ha=100), box(edges=(120.2, 30.0, 120.3, 30.1))]
    park = park_of(tmp_path, [{}], shapes)
    row = areas(park, 2023).iloc[0]
    assert row[["official_area_ha", "difference_ha", "difference_percent"]].isna().all()
    assert math.isnan(area(park, "physical", 2023, kind="official"))


@pytest.mark.parametrize(
    ("plant", "in_part", "in_whole"),
    [
        ({**IN_WEST, "is_managed_here": ""}, "inside", "inside"),
        ({**IN_EAST, "is_managed_here": ""}, "outside", "unknown_place"),
        ({**IN_WEST, "is_managed_here": "no"}, "not_managed", "not_managed"),
        ({**IN_EAST, "is_managed_here": "yes"}, "elsewhere_in_park", "managed"),
    ],
    ids=["in a part", "in no part", "not of the park", "of the park"],
)
def test_who_is_in_a_part_is_in_the_whole_that_nobody_drew(
    basis, plant: dict[str, Any], in_part: str, in_whole: str
) -> None:
    shapes = [box("approved"), box("management", part="西区", edges=WEST_HALF)]
    assert basis("management", part="西区", boundaries=shapes, **plant) == in_part
    assert basis("management", boundaries=shapes, **plant) == in_whole


def test_places_are_in_wgs84_whatever_their_datum(tmp_path: Path) -> None:
    lon, lat = convert(120.05, 30.05, source="wgs84", target="gcj02")
    park = park_of(tmp_path, [{"lon": float(lon), "lat": float(lat), "datum": "gcj02"}])
    there = places(park).iloc[0]
    assert (there["lon"], there["lat"]) == pytest.approx((120.05, 30.05), abs=1e-8)
    assert park.enterprises["lon"].iloc[0] == pytest.approx(float(lon))


def test_a_park_without_plants_has_no_members(tmp_path: Path) -> None:
    park = park_of(tmp_path, [])
    assert len(members(park, "statistical", 2023)) == 0
    assert members_by_year(park, "statistical", []).columns.tolist() == [
        "enterprise_id", "is_member", "basis", "year"]  # fmt: skip
