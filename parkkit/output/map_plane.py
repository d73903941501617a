"""The plane a map is drawn on: its extent, axes in degrees, scale bar, and outlines laid on it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd
import shapely
from shapely.geometry import mapping, shape

from parkkit.core.labels import Language, label
from parkkit.output.marks import Domain, haloed
from parkkit.output.theme import INK, WIDTH

KM_PER_DEGREE = 111.2
LEAST_HEIGHT, GREATEST_HEIGHT = 300.0, 480.0
THINNED_TO = 0.4  # pixels that a drawn line may lie off the true one
MARGIN = 1.12


def extent(
    polygons: Sequence[Mapping[str, Any]], located: pd.DataFrame
) -> tuple[float, dict[str, Domain], float]:
    """Return how much longitude shrinks, what the axes span, and the height of the map.

    The map is the extent of the polygons and half as much again, so that one plant with a wrong
    place does not shrink the park to a dot; without polygons it is the extent of the plants.
    """
    boxes = [shape(polygon["geometry"]).bounds for polygon in polygons]
    if not boxes:
        lon, lat = located["lon"], located["lat"]
        boxes = [(lon.min(), lat.min(), lon.max(), lat.max())]
    west, south = (min(box[side] for box in boxes) for side in (0, 1))
    east, north = (max(box[side] for box in boxes) for side in (2, 3))
    shrink = math.cos(math.radians((south + north) / 2))
    wide, high = max((east - west) * shrink, 0.005), max(north - south, 0.005)
    near = located[
        located["lon"].between(west - 0.5 * wide / shrink, east + 0.5 * wide / shrink)
        & located["lat"].between(south - 0.5 * high, north + 0.5 * high)
    ]
    if len(near):
        west, east = min(west, near["lon"].min()), max(east, near["lon"].max())
        south, north = min(south, near["lat"].min()), max(north, near["lat"].max())
    wide = max((east - west) * shrink, 0.005) * MARGIN
    high = max(north - south, 0.005) * MARGIN
    height = min(max(WIDTH * high / wide, LEAST_HEIGHT), GREATEST_HEIGHT)
    # One degree is as long on both axes: the shorter one gets more room around it.
    per_pixel = max(wide / WIDTH, high / height)
    x, y = (west + east) / 2 * shrink, (south + north) / 2
    half = (per_pixel * WIDTH / 2, per_pixel * height / 2)
    return shrink, {"x": (x - half[0], x + half[0]), "y": (y - half[1], y + half[1])}, height


def laid(geometry: Mapping[str, Any], shrink: float, domains: Mapping[str, Domain]) -> Any:
    """Return a GeoJSON geometry on the plane, thinned for drawing only.

    A line is moved by less than half a pixel: 200 000 vertices are drawn as some hundreds, which
    the eye cannot tell apart. What is measured or asked who is inside it is never thinned.

    Examples
    --------
    >>> line = [[0, 0], [1, 0], [2, 0], [2, 2], [0, 2], [0, 0]]
    >>> square = {"type": "Polygon", "coordinates": [line]}
    >>> domains = {"x": (0.0, 4.0), "y": (0.0, 4.0)}
    >>> len(laid(square, 1.0, domains)["coordinates"][0])
    5
    """
    left, right = domains["x"]
    outline = shapely.transform(shape(geometry), lambda corners: corners * (shrink, 1.0))
    tolerance = THINNED_TO * (right - left) / WIDTH
    thinned = shapely.simplify(outline, tolerance, preserve_topology=True)
    places = max(4, 2 - math.floor(math.log10(tolerance)))
    rounded = shapely.transform(thinned, lambda corners: corners.round(places))
    return json.loads(json.dumps(mapping(rounded)))


def degree_axes(
    domains: Mapping[str, Domain], shrink: float, language: Language
) -> tuple[alt.X, alt.Y]:
    """Return axes in degrees, although the picture is drawn in degrees of latitude both ways."""
    west, east = (side / shrink for side in domains["x"])
    across, up = _ticks(west, east), _ticks(*domains["y"])
    x = alt.X(
        "x:Q",
        title=label("charts.longitude", language),
        scale=alt.Scale(domain=domains["x"], nice=False, zero=False),
        axis=alt.Axis(
            values=[tick * shrink for tick in across],
            labelExpr=_degree_texts(across, "east", "west", language),
            grid=False,
        ),
    )
    y = alt.Y(
        "y:Q",
        title=label("charts.latitude", language),
        scale=alt.Scale(domain=domains["y"], nice=False, zero=False),
        axis=alt.Axis(
            values=up,
            labelExpr=_degree_texts(up, "north", "south", language),
            grid=False,
        ),
    )
    return x, y


def _ticks(low: float, high: float) -> list[float]:
    """Return three to six round values within a span."""
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first = math.ceil(low / step)
    return [round(place * step, 6) for place in range(first, math.floor(high / step) + 1)]


def _degree_texts(ticks: list[float], above: str, below: str, language: Language) -> str:
    places = max(len(f"{tick:.6f}".rstrip("0").partition(".")[2]) for tick in [0.0, *ticks])
    texts = [
        label(
            f"charts.{above if tick >= 0 else below}", language, degrees=f"{abs(tick):.{places}f}"
        )
        for tick in ticks
    ]
    last = max(len(ticks) - 1, 1)
    return f"{json.dumps(texts, ensure_ascii=False)}[round(datum.index * {last})]"


def scale_bar(
    domains: Mapping[str, Domain], x: alt.X, y: alt.Y, language: Language
) -> list[alt.Chart]:
    """Return a bar of a round length with its kilometres above it, lower left."""
    (left, right), (low, high) = domains["x"], domains["y"]
    rough = (right - left) * KM_PER_DEGREE / 4
    power = 10.0 ** math.floor(math.log10(rough))
    length = max(power * factor for factor in (1, 2, 5) if power * factor <= rough)
    start, at = left + 0.03 * (right - left), low + 0.04 * (high - low)
    end = start + length / KM_PER_DEGREE
    ends = pd.DataFrame({"x": [start, end], "y": [at, at]})
    text = label("charts.kilometres", language, length=f"{length:g}")
    above = at + 0.03 * (high - low)
    words = pd.DataFrame({"x": [(start + end) / 2], "y": [above], "text": [text]})
    bar = alt.Chart(ends).mark_line(color=INK, strokeWidth=4)
    return [bar.encode(x=x, y=y), *haloed(words, x, y)]
