"""Rings: what is made whole with a note, what is refused, and what is read as it stands."""

from __future__ import annotations

import json
import math
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from parkkit.core.errors import ParkError, Problem
from parkkit.park.place_checks import place_problems
from parkkit.park.polygons import read_boundaries
from parkkit.park.rings import drawn_polygons
from tests.parks import write_park

SQUARE = [[120, 30], [121, 30], [121, 31], [120, 31], [120, 30]]
PENTAGRAM = [
    [120 + math.sin(4 * math.pi * k / 5) / 10, 30 + math.cos(4 * math.pi * k / 5) / 10]
    for k in range(6)
]


def drawn(*rings: Any, kind: str = "Polygon") -> tuple[shapely.Geometry, list[Problem]]:
    return drawn_polygons({"type": kind, "coordinates": list(rings)}, "Works")


def codes(*rings: Any) -> list[tuple[str, object]]:
    return [(note.code, note.values.get("count")) for note in drawn(*rings)[1]]


def read(folder: Path, *features: dict[str, Any]) -> tuple[pd.DataFrame, list[Problem]]:
    path = folder / "boundaries.geojson"
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return read_boundaries(path)


def feature(coordinates: Any, kind: str = "Polygon", **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"boundary_type": "physical", "name_zh": "东区", **properties},
        "geometry": {"type": kind, "coordinates": coordinates},
    }


# --- rings -----------------------------------------------------------------------------------


def test_a_sound_ring_is_read_without_a_note() -> None:
    shape, notes = drawn(SQUARE)
    assert (shape.area, notes) == (1.0, [])


def test_an_unclosed_ring_is_closed_with_a_note() -> None:
    assert codes(SQUARE[:-1]) == [("ring_closed", 1)]
    assert drawn(SQUARE[:-1])[0].area == 1.0


def test_vertices_twice_in_a_row_are_dropped_and_counted() -> None:
    ring = [SQUARE[0], SQUARE[0], *SQUARE[1:3], SQUARE[2], *SQUARE[3:], SQUARE[0]]
    assert codes(ring) == [("vertices_dropped", 3)]
    assert len(drawn(ring)[0].exterior.coords) == 5


def test_a_vertex_met_again_later_is_no_copy() -> None:
    two_wings = [[0, 0], [1, 0], [1, 1], [0, 0], [-1, 0], [-1, -1], [0, 0]]
    assert codes(two_wings) == []


@pytest.mark.parametrize("hole", [[], [[120.5, 30.5]], [[120.5, 30.5], [120.6, 30.5]] * 1,
                                  [[120.5, 30.5], [120.6, 30.5], [120.5, 30.5]]])  # fmt: skip
def test_a_hole_of_fewer_than_three_places_is_left_out_with_a_note(hole: Any) -> None:
    assert codes(SQUARE, hole) == [("hole_dropped", 1)]
    assert drawn(SQUARE, hole)[0].area == 1.0


def test_an_outline_of_two_places_is_refused_because_a_piece_may_be_lost_in_it() -> None:
    with pytest.raises(ParkError, match=r"feature 'Works'.*fewer than three places.*\(1\)"):
        drawn([SQUARE], [SQUARE[:2]], kind="MultiPolygon")
    with pytest.raises(ParkError, match="feature 'Works' holds no polygon"):
        drawn(SQUARE[:2])


def test_heights_are_left_out() -> None:
    ring = [[*place, 12.5] for place in SQUARE[:-1]] + [SQUARE[0]]
    shape, notes = drawn(ring)
    assert (shape.has_z, shape.area, notes) == (False, 1.0, [])


@pytest.mark.parametrize("wrong", [
    ["120", "30"], [float("nan"), 30], [float("inf"), 30], [None, 30], [120], 120, "120,30",
    {"lon": 120}, [True, "30"], [[120, 30]],
], ids=repr)  # fmt: skip
def test_what_is_no_pair_of_numbers_is_refused_and_shown(wrong: Any) -> None:
    with pytest.raises(ParkError, match="feature 'Works' has '.*' where coordinates belong") as e:
        drawn([SQUARE[0], SQUARE[1], wrong, SQUARE[3], SQUARE[0]])
    assert str(wrong) in str(e.value)


@pytest.mark.parametrize("geometry", [
    None, {}, [], "POLYGON", {"type": "Polygon"}, {"type": "Polygon", "coordinates": []},
    {"type": "Polygon", "coordinates": [[]]}, {"type": "MultiPolygon", "coordinates": [[]]},
    {"type": "Point", "coordinates": [120, 30]}, {"type": "MultiPolygon", "coordinates": None},
], ids=repr)  # fmt: skip
def test_a_geometry_without_a_polygon_is_refused(geometry: Any) -> None:
    with pytest.raises(ParkError, match="feature 'Works' holds no polygon"):
        drawn_polygons(geometry, "Works")


def test_coordinates_of_another_depth_are_refused() -> None:
    with pytest.raises(ParkError, match="where coordinates belong"):
        drawn([SQUARE])
    with pytest.raises(ParkError, match="where coordinates belong"):
        drawn(SQUARE, kind="MultiPolygon")
    with pytest.raises(ParkError, match="where coordinates belong"):
        drawn_polygons({"type": "Polygon", "coordinates": "far"}, "Works")


def test_latitudes_beyond_the_pole_are_turned_with_a_note() -> None:
    shape, notes = drawn([place[::-1] for place in SQUARE])
    assert shape.bounds == (120, 30, 121, 31)
    assert [note.code for note in notes] == ["axes_turned"]


def test_one_latitude_beyond_the_pole_is_a_slip_and_refused() -> None:
    with pytest.raises(ParkError, match="not in degrees"):
        drawn([[4, 51], [5, 51], [5, 152], [4, 52], [4, 51]])


def test_degrees_that_would_do_either_way_are_not_turned() -> None:
    assert drawn([[30, 80], [31, 80], [31, 81], [30, 80]])[1] == []


# --- polygons --------------------------------------------------------------------------------


def test_a_bow_tie_means_its_two_wings(tmp_path: Path) -> None:
    bow = [[120, 30], [120.1, 30.1], [120.1, 30], [120, 30.1], [120, 30]]
    frame, problems = read(tmp_path, feature([bow]))
    assert [(p.code, p.is_warning) for p in problems] == [("polygon_repaired", True)]
    assert frame["geometry"][0].area == pytest.approx(0.005)


@pytest.mark.parametrize(("coordinates", "kind", "odd", "filled"), [
    pytest.param([PENTAGRAM], "Polygon", None, None, id="a pentagram, its middle in or out"),
    pytest.param([[[0, 0], [.2, 0], [.2, .1], [0, .1]], [[.3, 0], [.4, 0], [.4, .1], [.3, .1]]],
                 "Polygon", "36,9", "24,6", id="a hole outside its shell"),
    pytest.param([[[[0, 0], [.2, 0], [.2, .1], [0, .1]]], [[[.1, 0], [.3, 0], [.3, .1], [.1, .1]]]],
                 "MultiPolygon", "24,6", "36,9", id="polygons on each other"),
    pytest.param([[[[0, 0], [.3, 0], [.3, .3], [0, .3]]], [[[.1, .1], [.2, .1], [.2, .2],
                 [.1, .2]]]], "MultiPolygon", "98,4", "110,7", id="one polygon in another"),
])  # fmt: skip
def test_an_outline_of_two_meanings_is_refused_with_both_areas(
    tmp_path: Path, coordinates: Any, kind: str, odd: str | None, filled: str | None
) -> None:
    _, problems = read(tmp_path, feature(coordinates, kind))
    (told,) = [problem for problem in problems if not problem.is_warning]
    assert (told.code, told.values["feature"]) == ("two_readings", "东区")
    areas = [float(str(told.values[key]).replace(",", "")) for key in ("odd", "filled")]
    assert abs(areas[0] - areas[1]) > 1
    if odd and filled:
        assert str(told.values["odd"]).startswith(odd)
        assert str(told.values["filled"]).startswith(filled)
    assert "公顷" in told.told("zh")


@pytest.mark.parametrize(("coordinates", "kind", "area"), [
    pytest.param([[[0, 0], [1, 0], [1, 1], [.5, 1], [.5, 2], [.5, 1], [0, 1]]], "Polygon", 1.0,
                 id="a spike"),
    pytest.param([[[[0, 0], [1, 0], [1, 1], [0, 1]]], [[[1, 0], [2, 0], [2, 1], [1, 1]]]],
                 "MultiPolygon", 2.0, id="two polygons with a common side"),
    pytest.param([[[0, 0], [1, 0], [1, 1], [0, 1]], [[.2, .2], [.4, .2], [.3, .2]]], "Polygon", 1.0,
                 id="a hole on one line"),
])  # fmt: skip
def test_what_encloses_the_same_either_way_is_repaired_with_a_note(
    tmp_path: Path, coordinates: Any, kind: str, area: float
) -> None:
    frame, problems = read(tmp_path, feature(coordinates, kind))
    assert [p.code for p in problems] == ["ring_closed", "polygon_repaired"]
    assert all(problem.is_warning and problem.file == "boundaries.geojson" for problem in problems)
    assert frame["geometry"][0].is_valid
    assert frame["geometry"][0].area == pytest.approx(area)


def test_a_hole_stays_a_hole(tmp_path: Path) -> None:
    hole = [[120.2, 30.2], [120.4, 30.2], [120.4, 30.4], [120.2, 30.4], [120.2, 30.2]]
    frame, problems = read(tmp_path, feature([SQUARE, hole]))
    assert problems == []
    assert frame["geometry"][0].area == pytest.approx(0.96)


def test_line_breaks_in_names_are_folded_with_a_note(tmp_path: Path) -> None:
    named = {"part": "东区（一期）\n", "name_zh": "新材料\r\n园", "name_en": "New\n Materials"}
    frame, problems = read(tmp_path, feature([SQUARE], **named))
    told = frame[["part", "name_zh", "name_en"]].iloc[0].tolist()
    assert told == ["东区（一期）", "新材料园", "New Materials"]
    assert {(p.code, p.column) for p in problems} == {("feature_folded", key) for key in named}


def test_a_replaced_version_is_history_and_no_boundary(tmp_path: Path) -> None:
    old = feature([[[500, 500]]], replaced_on="2026-01-31")
    frame, problems = read(tmp_path, old, feature([SQUARE], author="Li", drawn_on="2026-01-31"))
    assert problems == []
    assert frame["author"].tolist() == ["Li"]
    assert frame.index.tolist() == [1]


@pytest.mark.parametrize(("first", "last"), [(2020, 2016), (2020.0, 2016.0), (2020.0, 2016)])
def test_years_the_wrong_way_round_are_refused(tmp_path: Path, first: float, last: float) -> None:
    frame, problems = read(tmp_path, feature([SQUARE], valid_from=first, valid_to=last))
    assert frame.empty
    assert [(each.code, each.values["given"], each.values["first"]) for each in problems] == [
        ("feature_years", 2016, 2020)
    ]
    assert "2016.0" not in problems[0].told()
    assert read(tmp_path, feature([SQUARE], valid_from=last, valid_to=first))[1] == []


@pytest.mark.parametrize("column", ["author", "note", "drawn_on"])
def test_what_is_said_of_a_version_is_text(tmp_path: Path, column: str) -> None:
    _, problems = read(tmp_path, feature([SQUARE], **{column: 5}))
    assert [(p.code, p.column) for p in problems] == [("feature_text", column)]


@pytest.mark.parametrize("datum", ["wgs84", "cgcs2000"])
def test_cgcs2000_is_read_as_wgs84(tmp_path: Path, datum: str) -> None:
    frame, problems = read(tmp_path, feature([SQUARE], datum=datum))
    assert problems == []
    assert frame["geometry"][0].bounds == (120, 30, 121, 31)


def test_200_000_vertices_are_read_and_checked_fast(tmp_path: Path) -> None:
    turn = np.linspace(0, 2 * np.pi, 200_000, endpoint=False)
    reach = 0.1 + 0.01 * np.sin(50 * turn)
    ring = np.column_stack([120 + reach * np.cos(turn), 30 + reach * np.sin(turn)]).tolist()
    folder = write_park(tmp_path / "p")
    path = folder / "boundaries.geojson"
    one = feature([[*ring, ring[0]]])
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [one]}), encoding="utf-8")
    plants = pd.DataFrame({"enterprise_id": ["A", "B"], "lon": [120.0, 120.05], "lat": [30.0, 30.0],
                           "datum": "wgs84", "is_registered_here": True})  # fmt: skip
    start = perf_counter()
    frame, problems = read_boundaries(path)
    told = place_problems({"enterprises": plants, "listings": plants.iloc[:0]}, frame)
    # 2 s is the bar; a machine with other work may need twice as long
    assert perf_counter() - start < 4
    assert (problems, told) == ([], [])
    assert shapely.get_num_coordinates(frame["geometry"][0]) == 200_001
