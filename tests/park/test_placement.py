"""Points in polygons, without Point objects; plants in parks that overlap."""

from __future__ import annotations

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from parkkit.core.errors import ParkError
from parkkit.park import placement
from parkkit.park.placement import home_parks, within

Pairs = list[tuple[int, int]]
SQUARE = shapely.box(0, 0, 2, 2)
HOLED = shapely.Polygon(SQUARE.exterior, [shapely.box(0.5, 0.5, 1.5, 1.5).exterior])
APART = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(40, 10, 41, 11)])


def pairs(lon: ArrayLike, lat: ArrayLike, shapes: list[BaseGeometry]) -> Pairs:
    found = within(lon, lat, shapes)
    return list(found.itertuples(index=False, name=None))


def by_shapely(x: NDArray[np.float64], y: NDArray[np.float64], shapes: list[BaseGeometry]) -> Pairs:
    points = shapely.points(x, y)
    return [
        (point, shape)
        for point in range(len(points))
        for shape in range(len(shapes))
        if shapely.intersects(points[point], shapes[shape])
    ]


def by_geopandas(
    x: NDArray[np.float64], y: NDArray[np.float64], shapes: list[BaseGeometry]
) -> Pairs:
    left = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(x, y))
    right = geopandas.GeoDataFrame(geometry=shapes)
    found = geopandas.sjoin(left, right, predicate="intersects")
    return sorted(zip(found.index, found["index_right"], strict=True))


def stars(rng: np.random.Generator, count: int) -> list[BaseGeometry]:
    """Polygons of uneven corners, some with a hole, some of two parts, some very wide."""
    made: list[BaseGeometry] = []
    for number in range(count):
        angle = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(5, 40)))
        ring = np.column_stack([np.cos(angle), np.sin(angle)]) * rng.uniform(
            0.4, 1, (len(angle), 1)
        )
        ring = ring * (20.0 if number % 7 == 0 else 1.0) + rng.uniform(-5, 5, 2)
        shape = shapely.make_valid(shapely.Polygon(ring))
        if number % 3 == 0:
            shape = shape.difference(shapely.buffer(shape.representative_point(), 0.05))
        if number % 4 == 0:
            shape = shape.union(shapely.box(8, 8, 8 + rng.uniform(0.1, 1), 9))
        made.append(shape)
    return made


@pytest.mark.parametrize("seed", [1, 2])
def test_the_pairs_are_those_of_shapely_and_geopandas(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shapes = stars(rng, 40)
    corners = shapely.get_coordinates(shapes)[:100]
    # The middles of edges between corners of one column are on the edge exactly.
    edges = np.array([[8.0, 8.5], [8.05, 8.0], [8.05, 9.0]])
    points = np.concatenate([rng.uniform(-8, 9, (300, 2)), corners, edges])
    x, y = points[:, 0], points[:, 1]
    expected = by_shapely(x, y, shapes)
    assert pairs(x, y, shapes) == expected == by_geopandas(x, y, shapes)
    assert len(set(expected)) > 300


NUMBERS = st.floats(-3, 3, allow_nan=False) | st.sampled_from([0.0, 0.1, 0.3, 1.0, 2.0])


@settings(max_examples=60)
@given(
    boxes=st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=6),
    points=st.lists(st.tuples(NUMBERS, NUMBERS), max_size=12),
)
def test_a_box_holds_what_lies_between_its_edges_however_numbers_round(
    boxes: list[tuple[float, ...]], points: list[tuple[float, float]]
) -> None:
    sorted_boxes = [(*sorted((a, c)), *sorted((b, d))) for a, b, c, d in boxes]
    kept = [box for box in sorted_boxes if box[1] - box[0] > 1e-6 and box[3] - box[2] > 1e-6]
    shapes = [shapely.box(west, south, east, north) for west, east, south, north in kept]
    corners = [(box[i], box[j]) for box in kept for i in (0, 1) for j in (2, 3)]
    every = [*points, *corners]
    expected = [
        (place, shape)
        for place, (x, y) in enumerate(every)
        for shape, (west, east, south, north) in enumerate(kept)
        if west <= x <= east and south <= y <= north
    ]
    assert pairs([x for x, _ in every], [y for _, y in every], shapes) == expected


@pytest.mark.parametrize(("x", "y"), [(0, 0), (2, 2), (1, 0), (0.5, 1.0)],
                         ids=["corner", "far corner", "edge", "edge of a hole"])  # fmt: skip
def test_a_point_on_an_edge_is_in(x: float, y: float) -> None:
    assert pairs([x], [y], [HOLED]) == [(0, 0)]


def test_a_point_in_a_hole_is_out() -> None:
    assert pairs([1.0], [1.0], [HOLED]) == []


def test_what_has_no_place_is_nowhere() -> None:
    nan, inf = float("nan"), float("inf")
    assert pairs([nan, 1.0, nan, inf, 1.0], [1.0, nan, nan, 1.0, 1.0], [SQUARE]) == [(4, 0)]
    assert pairs(pd.Series([None, 1.0]), pd.Series([1.0, 1.0]), [SQUARE]) == [(1, 0)]


def test_parts_far_apart_hold_their_own_and_nothing_between() -> None:
    assert pairs([0.5, 20.0, 40.5], [0.5, 5.0, 10.5], [APART]) == [(0, 0), (2, 0)]


def test_a_point_where_two_parts_touch_is_in_once() -> None:
    touching = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(1, 1, 2, 2)])
    assert pairs([1.0], [1.0], [touching]) == [(0, 0)]


def test_nothing_in_nothing() -> None:
    assert pairs([], [], [SQUARE]) == []
    assert pairs([1.0], [1.0], []) == []
    assert pairs([1.0], [1.0], [shapely.Polygon(), SQUARE]) == [(0, 1)]


def test_a_single_polygon_without_width_of_points_is_found() -> None:
    assert pairs([1.0] * 3, [1.0, 1.0, 5.0], [SQUARE]) == [(0, 0), (1, 0)]


def test_work_done_in_pieces_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    shapes, points = stars(rng, 20), rng.uniform(-8, 9, (500, 2))
    whole = pairs(points[:, 0], points[:, 1], shapes)
    monkeypatch.setattr(placement, "BLOCK", 7)
    monkeypatch.setattr(placement, "MOST_AT_ONCE", 10)
    assert pairs(points[:, 0], points[:, 1], shapes) == whole


# --- plants in parks -------------------------------------------------------------------------

PARKS = pd.DataFrame(
    {"park_id": ["west", "east", "east"],
     "geometry": [shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1), shapely.box(1, 0.4, 5, 0.6)]}
)  # fmt: skip


def plants(*rows: tuple[str, float | None, float | None, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["enterprise_id", "lon", "lat", "registered_in"])


def test_a_plant_is_in_the_park_whose_polygon_holds_it() -> None:
    given = plants(("A", 0.5, 0.5, "east"), ("B", 4.5, 0.5, ""), ("C", 9.0, 9.0, "west"))
    assert home_parks(given, PARKS).to_numpy().tolist() == [
        ["A", "west", "inside"], ["B", "east", "inside"], ["C", "", "outside"]
    ]  # fmt: skip


def test_two_polygons_of_one_park_are_no_tie() -> None:
    assert home_parks(plants(("A", 2.5, 0.5, "")), PARKS)["park_id"].tolist() == ["east"]


@pytest.mark.parametrize("park", ["west", "east"])
def test_registration_settles_a_tie(park: str) -> None:
    found = home_parks(plants(("A", 1.5, 0.5, park)), PARKS)
    assert found.to_numpy().tolist() == [["A", park, "registered"]]


def test_a_plant_without_a_place_is_told_and_not_dropped() -> None:
    found = home_parks(plants(("A", None, 0.5, "west"), ("B", 0.5, None, "")), PARKS)
    assert found["basis"].tolist() == ["unknown_place"] * 2
    assert found["park_id"].tolist() == ["", ""]


def test_ties_that_nobody_settles_are_all_told_with_both_parks() -> None:
    given = plants(("A", 1.5, 0.5, ""), ("B", 1.5, 0.5, "north"), ("C", 1.5, 0.5, "east"))
    with pytest.raises(ParkError, match="2 plant") as error:
        home_parks(given, PARKS)
    told = [problem.told() for problem in error.value.problems]
    assert ["'A'" in told[0], "'B'" in told[1], len(told)] == [True, True, 2]
    assert all("east, west" in text for text in told)
    assert "registered in: north" in told[1]
    assert "企业“A”" in error.value.told("zh")


def test_the_index_of_the_plants_decides_nothing_and_they_are_not_changed() -> None:
    given = plants(("A", 0.5, 0.5, ""), ("B", 1.5, 0.5, "east")).set_index(pd.Index([7, 7]))
    before = given.copy(deep=True)
    assert home_parks(given, PARKS)["park_id"].tolist() == ["west", "east"]
    pd.testing.assert_frame_equal(given, before)


def test_no_plants_and_no_parks_are_no_error() -> None:
    assert home_parks(plants(), PARKS).empty
    assert home_parks(plants(("A", 1.0, 1.0, "")), PARKS[:0])["basis"].tolist() == ["outside"]
