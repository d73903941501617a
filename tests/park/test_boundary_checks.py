"""Polygons against plants and against each other: what is told, with which numbers, and when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from parkkit.core.errors import Problem
from parkkit.park.package import check_park, open_park
from tests.parks import write_park

FAR = (100.0, 30.0, 100.1, 30.1)
# 0.01 by 0.01 degrees at 30 degrees north, see the example of area_ha
HECTARES = 106.95


def piece(
    west: float, south: float, east: float, north: float, kind: str = "physical", **told: Any
) -> dict[str, Any]:
    """A feature, in hundredths of a degree from 120 east and 30 north."""
    x = [round(120 + each / 100, 6) for each in (west, east)]
    y = [round(30 + each / 100, 6) for each in (south, north)]
    ring = [[x[0], y[0]], [x[1], y[0]], [x[1], y[1]], [x[0], y[1]], [x[0], y[0]]]
    return {
        "type": "Feature",
        "properties": {"boundary_type": kind, **told},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def plant(number: int, east: float, north: float, **more: Any) -> dict[str, Any]:
    return {"enterprise_id": f"P{number}", "lon": 120 + east / 100, "lat": 30 + north / 100, **more}


PLANTS = (plant(1, 0.5, 0.5), plant(2, 5, 5))


def told(folder: Path, *shapes: Any, plants: Any = PLANTS, **given: Any) -> list[Problem]:
    coal = {"enterprise_id": plants[0]["enterprise_id"], "amount": 10}
    about = {"default_boundary": "statistical"}
    write_park(folder / "p", about=about, enterprises=plants, activity=[coal],
               boundaries=list(shapes), **given)  # fmt: skip
    return list(check_park(folder / "p"))


def one(problems: list[Problem], code: str) -> Problem:
    assert [problem.code for problem in problems] == [code]
    problem = problems[0]
    assert problem.told("zh") != problem.told("en")
    return problem


def edges(west: float, south: float, east: float, north: float, **told: Any) -> dict[str, Any]:
    feature = piece(0, 0, 1, 1, **told)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    feature["geometry"]["coordinates"] = [ring]
    return feature


# --- polygons far from every plant -----------------------------------------------------------


def test_a_polygon_on_another_continent_is_an_error_that_names_it(tmp_path: Path) -> None:
    american = edges(-87.5, 41.6, -87.4, 41.7, name_zh="远方")
    problem = one(told(tmp_path, piece(0, 0, 10, 10), american), "polygon_far")
    assert not problem.is_warning
    assert problem.file == "boundaries.geojson"
    assert "feature '远方' is 11," in problem.told()


def test_swapped_axes_within_valid_degrees_are_told_as_such(tmp_path: Path) -> None:
    plants = [{**plant(1, 0, 0), "lon": 80.05, "lat": 30.05},
              {**plant(2, 0, 0), "lon": 80.06, "lat": 30.05}]  # fmt: skip
    swapped = edges(30.0, 80.0, 30.1, 80.1)
    problem = one(told(tmp_path, swapped, plants=plants), "polygon_swapped")
    assert "swapped it is near" in problem.told()


def test_swapped_axes_beyond_the_pole_are_turned_with_a_note(tmp_path: Path) -> None:
    problem = one(told(tmp_path, edges(30.0, 120.0, 30.1, 120.1)), "axes_turned")
    assert problem.is_warning


def test_with_one_plant_it_is_the_plant_that_is_far(tmp_path: Path) -> None:
    problem = one(told(tmp_path, edges(*FAR), plants=[plant(1, 0.5, 0.5)]), "far_away")
    assert problem.file == "enterprises.csv"


def test_plants_are_not_judged_by_a_polygon_that_is_far_from_all(tmp_path: Path) -> None:
    assert [p.code for p in told(tmp_path, edges(*FAR))] == ["polygon_far"]


def test_a_polygon_one_plant_is_near_to_leaves_the_others_to_be_told(tmp_path: Path) -> None:
    plants = [plant(1, 5, 5), {**plant(2, 0, 0), "lon": 121.5}]
    assert one(told(tmp_path, piece(0, 0, 10, 10), plants=plants), "far_away").row == 3


@pytest.mark.parametrize(("north", "is_far"), [(30.44, False), (30.46, True)])
def test_the_limit_is_50_km(tmp_path: Path, north: float, is_far: bool) -> None:
    # a degree of latitude is 110.85 km at 30 north: 48.8 and 51.0 km
    plants = [{**plant(n, 5, 0), "lat": round(north + 0.1, 6)} for n in (1, 2)]
    assert bool(told(tmp_path, piece(0, 0, 10, 10), plants=plants)) is is_far


def test_a_degree_of_longitude_is_short_in_the_north(tmp_path: Path) -> None:
    # 0.8 degrees of longitude at 60 north are 44.6 km
    plants = [{**plant(n, 0, 0), "lon": 30.9, "lat": 60.05} for n in (1, 2)]
    assert told(tmp_path, edges(30.0, 60.0, 30.1, 60.1), plants=plants) == []


# --- overlaps --------------------------------------------------------------------------------


def test_two_polygons_of_one_boundary_that_overlap_are_told_and_count_once(tmp_path: Path) -> None:
    shapes = [piece(0, 0, 2, 2, name_zh="甲"), piece(1, 1, 3, 3, name_zh="乙")]
    problem = one(told(tmp_path, *shapes), "polygons_overlap")
    assert (problem.values["feature"], problem.values["other"]) == ("甲", "乙")
    assert float(str(problem.values["area"])) == pytest.approx(HECTARES, rel=0.001)


def test_polygons_without_a_name_are_told_by_their_number(tmp_path: Path) -> None:
    shapes = [piece(0, 0, 2, 2, name_zh="甲"), piece(1, 1, 3, 3, name_zh="甲"),
              piece(5, 5, 6, 6)]  # fmt: skip
    problem = one(told(tmp_path, *shapes), "polygons_overlap")
    assert (problem.values["feature"], problem.values["other"]) == ("甲 #1", "甲 #2")


@pytest.mark.parametrize("other", [
    pytest.param(piece(2, 0, 3, 2, valid_to=2020), id="a common side"),
    pytest.param(piece(1.9999, 0, 3, 2, valid_to=2020), id="a sliver"),
    pytest.param(piece(1, 1, 3, 3, kind="approved"), id="another type"),
    pytest.param(piece(1, 1, 3, 3, valid_from=2021), id="other years"),
])  # fmt: skip
def test_what_is_no_overlap_is_not_told(tmp_path: Path, other: Any) -> None:
    one_of_two = piece(0, 0, 2, 2, valid_to=2020)
    assert told(tmp_path, one_of_two, other) == []
    assert told(tmp_path, other, one_of_two) == []


def test_parts_that_overlap_are_told_with_the_plants_in_both(tmp_path: Path) -> None:
    shapes = [piece(0, 0, 2, 2, part="东区", name_zh="东"),
              piece(1, 1, 3, 3, part="西区", name_zh="西")]  # fmt: skip
    plants = [plant(1, 1.5, 1.5), plant(2, 0.5, 0.5), plant(3, 2, 2)]
    problem = one(told(tmp_path, *shapes, plants=plants), "parts_overlap")
    assert problem.values["plants"] == ["P1", "P3"]
    assert "东" in problem.told()
    assert "西" in problem.told()


def test_a_part_on_its_whole_is_no_overlap(tmp_path: Path) -> None:
    assert told(tmp_path, piece(0, 0, 2, 2), piece(0, 0, 1, 1, part="东区")) == []


def test_a_part_is_one_whichever_brackets_are_typed(tmp_path: Path) -> None:
    shapes = [piece(0, 0, 2, 2, part="东区（一期）"), piece(1, 1, 3, 3, part="东区(一期)")]
    one(told(tmp_path, *shapes), "polygons_overlap")


# --- parts, years and areas ------------------------------------------------------------------


@pytest.mark.parametrize(("east", "is_out"), [(2.005, False), (2.02, True)])
def test_a_part_may_reach_one_percent_beyond_its_whole(
    tmp_path: Path, east: float, is_out: bool
) -> None:
    shapes = [piece(0, 0, 2, 1, name_zh="整体"), piece(1, 0, east, 1, part="东区", name_zh="东")]
    problems = told(tmp_path, *shapes)
    if not is_out:
        assert problems == []
        return
    problem = one(problems, "part_outside")
    assert (problem.values["feature"], problem.values["other"]) == (["东"], ["整体"])
    assert float(str(problem.values["area"])) == pytest.approx(0.02 * HECTARES, rel=0.002)


def test_a_part_is_measured_by_the_whole_of_its_own_type_and_years(tmp_path: Path) -> None:
    part = piece(0, 0, 1, 1, part="东区", valid_from=2021)
    before, after = piece(5, 5, 6, 6, valid_to=2020), piece(0, 0, 2, 2, valid_from=2021)
    assert told(tmp_path, before, after, part) == []
    assert told(tmp_path, piece(5, 5, 6, 6, kind="approved"), part) == []


def test_years_without_a_polygon_are_told(tmp_path: Path) -> None:
    shapes = [piece(0, 0, 1, 1, valid_to=2015, name_zh="旧"), piece(0, 0, 1, 1, valid_from=2018)]
    problem = one(told(tmp_path, *shapes), "years_without_polygon")
    assert (problem.values["feature"], problem.values["years"]) == (["旧"], "2016–2017")


def test_a_single_year_between_is_told_as_one(tmp_path: Path) -> None:
    shapes = [piece(0, 0, 1, 1, valid_to=2015), piece(0, 0, 1, 1, valid_from=2017)]
    assert one(told(tmp_path, *shapes), "years_without_polygon").values["years"] == "2016"


def test_an_older_version_that_was_not_ended_is_told_with_its_years(tmp_path: Path) -> None:
    shapes = [piece(0, 0, 2, 2, valid_from=2010, valid_to=2020), piece(0, 0, 3, 2, valid_from=2018)]
    problem = one(told(tmp_path, *shapes), "versions_overlap")
    assert problem.values["years"] == "2018–2020"
    assert float(str(problem.values["area"])) == pytest.approx(4 * HECTARES, rel=0.001)


def test_a_piece_added_later_is_no_second_version(tmp_path: Path) -> None:
    assert told(tmp_path, piece(0, 0, 1, 1), piece(3, 3, 4, 4, valid_from=2018)) == []


def test_an_official_area_that_one_piece_lacks_is_compared_with_nothing(tmp_path: Path) -> None:
    shapes = [piece(0, 0, 1, 1, official_area_ha=10), piece(2, 0, 3, 1)]
    assert "area_differs" not in [problem.code for problem in told(tmp_path, *shapes)]


@pytest.mark.parametrize(("official", "percent"), [(102.5, ""), (101, "+5.9"), (120, "-10.9")])
def test_an_official_area_more_than_five_percent_off_is_told(
    tmp_path: Path, official: float, percent: str
) -> None:
    problems = told(tmp_path, piece(0, 0, 1, 1, official_area_ha=official))
    assert [problem.values["percent"] for problem in problems] == ([percent] if percent else [])
    if percent:
        assert "with 107.0 ha" in one(problems, "area_differs").told()


def test_what_two_polygons_share_counts_once_in_the_drawn_area(tmp_path: Path) -> None:
    # 2 + 2 - 1 squares
    halves = {"official_area_ha": 1.5 * HECTARES}
    shapes = [piece(0, 0, 2, 1, **halves), piece(1, 0, 3, 1, **halves)]
    assert [p.code for p in told(tmp_path, *shapes)] == ["polygons_overlap"]


# --- holes -----------------------------------------------------------------------------------


def holed(**more: Any) -> dict[str, Any]:
    feature = piece(0, 0, 10, 10, **more)
    hole = piece(4, 4, 6, 6)["geometry"]["coordinates"][0]
    feature["geometry"]["coordinates"].append(hole)
    return feature


def test_a_plant_in_a_hole_is_told_with_the_polygon(tmp_path: Path) -> None:
    problem = one(told(tmp_path, holed(name_zh="主区")), "plant_in_hole")
    assert (problem.values["plants"], problem.values["feature"]) == (["P2"], ["主区"])
    assert "P2" in problem.told()


def test_a_plant_on_the_edge_of_a_hole_is_in_the_park(tmp_path: Path) -> None:
    assert told(tmp_path, holed(), plants=[plant(1, 1, 1), plant(2, 4, 5)]) == []


def test_a_plant_on_an_island_in_a_hole_is_in_the_park(tmp_path: Path) -> None:
    assert told(tmp_path, holed(), piece(4.5, 4.5, 5.5, 5.5)) == []


def test_a_shifted_plant_is_looked_for_where_it_really_stands(tmp_path: Path) -> None:
    # 10 m inside the hole's western edge as written, and so 500 m west of it in truth
    plants = [plant(1, 1, 1), plant(2, 4.01, 5, datum="gcj02")]
    assert told(tmp_path, holed(), plants=plants) == []


def test_a_hole_is_told_once_though_the_boundary_has_two_versions(tmp_path: Path) -> None:
    shapes = [holed(valid_to=2020), holed(valid_from=2021)]
    assert [p.code for p in told(tmp_path, *shapes)] == ["plant_in_hole"]


# --- all of it is a warning ------------------------------------------------------------------


def test_a_park_with_every_doubt_still_opens(tmp_path: Path) -> None:
    shapes = [holed(official_area_ha=1), piece(9, 9, 12, 12, official_area_ha=1),
              piece(20, 0, 21, 1, part="东区"),
              piece(20, 0, 21, 1, part="西区", valid_to=2015),
              piece(20, 0, 21, 1, part="西区", valid_from=2017)]  # fmt: skip
    told(tmp_path, *shapes)
    codes = {note.code for note in open_park(tmp_path / "p").notes}
    assert codes == {"plant_in_hole", "area_differs", "polygons_overlap", "part_outside",
                     "parts_overlap", "years_without_polygon"}  # fmt: skip


# --- listed places ---------------------------------------------------------------------------


@pytest.mark.parametrize(("place", "code", "column"), [
    ({"lon": 120.05}, "half_a_place", "lon"),
    ({"lon": 120.05, "lat": 30.05}, "no_datum", "datum"),
    ({"enterprise_id": "Z"}, "unknown_reference", "enterprise_id"),
    ({"origin": "book"}, "unknown_reference", "origin"),
])  # fmt: skip
def test_a_listed_place_is_checked_like_any_other(
    tmp_path: Path, place: dict[str, Any], code: str, column: str
) -> None:
    listed = {"list": "permit", "facility_id": "f1", "enterprise_id": "P1", "origin": "o", **place}
    problem = one(told(tmp_path, piece(0, 0, 10, 10), listings=[listed]), code)
    assert (problem.file, problem.row, problem.column) == ("listings.csv", 2, column)
