"""Perimeters drawn: steps that add up, lines that are both seen, a map that numbers and thins."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.core.errors import ParkError
from parkkit.output import charts
from parkkit.output.layout import text_width
from parkkit.output.map_numbers import CLEAR, centres
from parkkit.output.map_outlines import part_labels
from parkkit.output.map_plane import laid
from parkkit.output.theme import TEXT_SIZE, WIDTH

SQUARE = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]
HOLE = [[0.4, 0.4], [0.4, 0.6], [0.6, 0.6], [0.6, 0.4], [0.4, 0.4]]
STEPS = pd.DataFrame({
    "name": ["Physical", "2 leave", "trade", "Approved", "Management"],
    "kind": ["start", "leaves", "trade", "end", "end"],
    "change_t": [None, -60.0, 0.0, None, None],
    "total_t": [100.0, 40.0, 40.0, 40.0, None],
})  # fmt: skip
YEARS = pd.DataFrame({"year": [2020, 2021, 2022], "declared_t": [None, 60.0, 80.0],
                      "restated_t": [90.0, 70.0, 80.0]})  # fmt: skip


def feature(kind: str, *rings: list[list[float]], part: str = "") -> dict[str, Any]:
    return {"type": "Feature", "properties": {"boundary_type": kind, "part": part},
            "geometry": {"type": "Polygon", "coordinates": list(rings)}}  # fmt: skip


def plants(count: int = 2, **columns: list[Any]) -> pd.DataFrame:
    frame = {"lon": [0.2 + 0.1 * place for place in range(count)], "lat": [0.2] * count,
             "name": [f"P{place}" for place in range(count)], "role": ["enterprise"] * count,
             "is_member": [True] * count, "number": [None] * count}  # fmt: skip
    return pd.DataFrame({**frame, **columns})


def mapped(polygons: list[dict[str, Any]], frame: pd.DataFrame, **more: Any) -> dict[str, Any]:
    return charts.boundary_map(
        polygons, frame, language="en", title="found", caption="said", **more
    ).to_dict()


def outlines(spec: dict[str, Any]) -> dict[str, Any]:
    return next(layer for layer in spec["layer"] if layer["mark"]["type"] == "geoshape")


def drawn_data(spec: dict[str, Any], layer: dict[str, Any]) -> list[dict[str, Any]]:
    return spec["datasets"][layer["data"]["name"]]


def beneath(spec: dict[str, Any]) -> list[str]:
    """The lines of text beneath a map."""
    marks = [
        layer["mark"] for layer in spec["layer"] if isinstance(layer["mark"].get("text"), list)
    ]
    return [line for mark in marks for line in mark["text"]]


def notes(spec: dict[str, Any]) -> str:
    return " ".join(spec["title"]["subtitle"])


# --- waterfalls and lines ---------------------------------------------------------------------


def test_steps_are_drawn_from_total_to_total_and_the_rest_is_said() -> None:
    spec = charts.perimeter_waterfall(STEPS, language="en", title="found", caption="said").to_dict()
    rows = [row for data in spec["datasets"].values() for row in data if "from" in row]
    ends = [(row["from"], row["to"]) for row in rows if "kind" in row]
    assert ends[:3] == [(0, 100), (100, 40), (0, 40)]
    assert "No change: trade" in notes(spec)
    assert "Not computable and not drawn: Management" in notes(spec)


def test_each_start_after_the_first_has_a_line_above_it_and_the_bars_are_explained() -> None:
    def drawn(frame: pd.DataFrame) -> dict[str, Any]:
        return charts.perimeter_waterfall(
            frame, language="en", title="found", caption="said"
        ).to_dict()

    def lines(spec: dict[str, Any]) -> list[str]:
        marks = [layer for layer in spec["layer"] if layer["mark"]["type"] == "rule"]
        return [row["row"] for layer in marks for row in drawn_data(spec, layer)]

    one, twice = drawn(STEPS), drawn(pd.concat([STEPS, STEPS], ignore_index=True))
    assert lines(one) == []
    # Start, change, end; the step of 0 and the unknown total are not drawn.
    assert lines(twice) == ["3"]
    assert twice["height"] == 2 * one["height"]
    assert "red bars add, hollow bars take away" in notes(one)
    assert "red bars" not in notes(drawn(STEPS[STEPS["kind"].isin(["start", "end"])]))


def test_declared_and_restated_differ_without_colour() -> None:
    spec = charts.restated_lines(YEARS, language="en", title="found", caption="said").to_dict()
    text = json.dumps(spec)
    assert '"range": ["circle", "square"]' in text
    assert '"range": [[6, 4], [1, 0]]' in text
    told = {row["text"] for data in spec["datasets"].values() for row in data if "text" in row}
    assert told == {"90", "80"}  # the first year was never declared; both end at 80


@pytest.mark.parametrize("frame", [YEARS.iloc[:0], YEARS.assign(declared_t=None, restated_t=None)])
def test_no_line_is_drawn_of_nothing(frame: pd.DataFrame) -> None:
    with pytest.raises(ParkError, match="nothing to draw"):
        charts.restated_lines(frame, language="en", title="found", caption="said")


# --- the map ----------------------------------------------------------------------------------


def test_the_boundary_used_is_strong_and_filled_the_others_thin() -> None:
    polygons = [feature("physical", SQUARE, HOLE), feature("approved", SQUARE)]
    spec = mapped(polygons, plants(), used=("approved", ""))
    shown = outlines(spec)
    widths = shown["encoding"]["strokeWidth"]["scale"]
    assert dict(zip(widths["domain"], widths["range"], strict=True)) == {
        "Approved boundary (used here)": 4.0, "Physical boundary": 1.8}  # fmt: skip
    assert widths["type"] == "ordinal"  # else Vega takes only the first and the last width
    values = drawn_data(spec, shown)
    assert [value["shade"] for value in values] == [0.0, 0.1]
    assert len(values[0]["geometry"]["coordinates"]) == 2  # the hole is drawn as a hole


def test_a_part_is_named_on_the_map_and_strong_where_the_page_is_about_it() -> None:
    polygons = [feature("physical", SQUARE), feature("physical", HOLE[::-1], part="East\nSide")]
    text = json.dumps(mapped(polygons, plants(), used=("physical", "")))
    assert '"text": "East Side"' in text
    shown = outlines(mapped(polygons, plants(), used=("physical", "East\nSide")))
    assert "East Side (used here)" in shown["encoding"]["stroke"]["scale"]["domain"]


def test_the_name_of_a_part_stands_inside_it_and_not_in_its_neighbour() -> None:
    halves = [[[0.0, 0.0], [0.5, 0.0], [0.5, 1.0], [0.0, 1.0], [0.0, 0.0]],
              [[0.5, 0.0], [1.0, 0.0], [1.0, 1.0], [0.5, 1.0], [0.5, 0.0]]]  # fmt: skip
    polygons = [feature("physical", half, part=part)
                for half, part in zip(halves, ("West", "East"), strict=True)]  # fmt: skip
    domains = {"x": (-0.1, 1.1), "y": (-0.1, 1.1)}
    bare = part_labels(polygons, pd.DataFrame({"x": [], "y": []}), 1.0, domains, 400.0)
    assert bare["text"].tolist() == ["West", "East"]
    assert bare["x"].tolist() == pytest.approx([0.25, 0.75])
    assert bare["y"].tolist() == pytest.approx([17 / 18, 17 / 18])  # the uppermost of nine
    # A plant on that spot moves the name down, not out.
    taken = pd.DataFrame({"x": [0.25], "y": [17 / 18]})
    moved = part_labels(polygons, taken, 1.0, domains, 400.0)
    assert moved["x"].tolist() == pytest.approx([0.25, 0.75])
    assert 0 < moved["y"][0] < 17 / 18
    # Plants all over a part: its name stands on its upper edge, unless a part lies there, too.
    steps = [(place + 0.5) / 40 for place in range(40)]
    full = pd.DataFrame([(x, y) for x in steps for y in steps], columns=["x", "y"])
    edge = part_labels(polygons[:1], full, 1.0, domains, 400.0)
    assert (edge["x"][0], edge["y"][0] > 1) == (pytest.approx(0.25), True)
    roof = [[0.0, 1.0], [1.0, 1.0], [1.0, 2.0], [0.0, 2.0], [0.0, 1.0]]
    under = [polygons[0], feature("physical", roof, part="Roof")]
    assert part_labels(under, full, 1.0, domains, 400.0)["y"][0] < 1


def test_a_boundary_without_a_polygon_is_said_to_have_none() -> None:
    spec = mapped([feature("physical", SQUARE)], plants(), used=("statistical", ""))
    assert "Statistical boundary: a list of plants" in notes(spec)


def test_who_is_in_dispute_is_ringed_numbered_and_named_beneath() -> None:
    spec = mapped([feature("physical", SQUARE)], plants(3, number=[2, None, 1]))
    rings = [layer for layer in spec["layer"] if layer["mark"].get("fillOpacity") == 0]
    assert len(rings) == 1
    assert "ringed: the boundaries disagree" in notes(spec)
    assert beneath(spec) == ["Plants on which the boundaries disagree: 1 P2; 2 P0"]


def test_nobody_is_dropped_from_a_map() -> None:
    frame = plants(3, lon=[0.2, None, 50.0])
    spec = mapped([feature("physical", SQUARE)], frame)
    assert beneath(spec) == ["Without coordinates and not on the map: P1",
                             "Beyond the edge of the map: P2"]  # fmt: skip


def test_names_beneath_a_map_break_between_plants_and_stop_at_forty() -> None:
    count = 45
    frame = plants(count, lon=[0.2 + place / 100 for place in range(count)],
                   number=list(range(1, count + 1)))  # fmt: skip
    lines = beneath(mapped([feature("physical", SQUARE)], frame))
    assert all(text_width(line, 15) <= WIDTH + 1 for line in lines)
    assert not any(line.split(" ")[-1].rstrip(";").isdigit() for line in lines[:-1])
    assert "45 in all" in lines[-1]
    assert "45 P44" not in " ".join(lines)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.floats(10, WIDTH - 10), st.floats(10, 390)), min_size=1, max_size=25))
def test_every_number_of_a_map_has_a_place_of_its_own(points: list[tuple[float, float]]) -> None:
    texts = [str(place + 1) for place in range(len(points))]
    found = centres(points, texts, 400.0)
    assert len(found) == len(points)
    for first, (x, y) in enumerate(found):
        assert math.dist((x, y), points[first]) > CLEAR
        for other, (u, v) in list(enumerate(found))[first + 1 :]:
            wide = (text_width(texts[first], TEXT_SIZE) + text_width(texts[other], TEXT_SIZE)) / 2
            assert abs(x - u) >= wide or abs(y - v) >= TEXT_SIZE - 0.02


def test_200_000_vertices_are_thinned_by_less_than_a_pixel_for_drawing_only() -> None:
    turn = np.linspace(0, 2 * np.pi, 200_001)[:-1]
    radius = 1 + 0.05 * np.sin(37 * turn)
    given_ = shapely.Polygon(np.column_stack([radius * np.cos(turn), radius * np.sin(turn)]))
    before = given_.wkb
    domains = {"x": (-1.2, 1.2), "y": (-1.2, 1.2)}
    drawn = shapely.geometry.shape(laid(shapely.geometry.mapping(given_), 1.0, domains))
    pixel = 2.4 / WIDTH
    assert shapely.get_num_coordinates(drawn) < 2_000
    assert shapely.hausdorff_distance(given_.exterior, drawn.exterior) < pixel
    assert given_.wkb == before
