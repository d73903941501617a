"""The map of a park: its polygons and its plants."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd
from shapely.geometry import mapping, shape

from parkkit.core.labels import Language, label
from parkkit.output.figures import name_of
from parkkit.output.marks import Domain, answer_marks, haloed, names_beside
from parkkit.output.theme import (
    CARBON,
    ECONOMY,
    GREY,
    INK,
    POLLUTION,
    WARNING,
    WIDTH,
    Chart,
    captioned,
    counted,
    legend_columns,
    nothing_to_draw,
    with_notes,
)

BOUNDARIES = {
    "physical": (CARBON, [1, 0]),
    "approved": (POLLUTION, [8, 4]),
    "management": (ECONOMY, [2, 3]),
    "statistical": (WARNING, [10, 3, 2, 3]),
}
ROLES = {
    "enterprise": "circle",
    "power_heat": "square",
    "wastewater": "triangle-down",
    "waste": "diamond",
    "service": "cross",
}
FEW = 12  # plants that can all be named on a map
KM_PER_DEGREE = 111.2
LEAST_HEIGHT, GREATEST_HEIGHT = 300.0, 480.0


def boundary_map(
    polygons: Sequence[Mapping[str, Any]],
    plants: pd.DataFrame,
    *,
    language: Language,
    title: str,
    caption: str,
) -> Chart:
    """Draw the polygons of a park and its plants, members filled, others hollow.

    Parameters
    ----------
    polygons : sequence of GeoJSON features
        WGS-84 degrees, properties ``boundary_type`` and ``part``; may be empty.
    plants : DataFrame
        ``lon``, ``lat`` (WGS-84), ``name``, ``role``, ``is_member``; may be empty.

    Raises
    ------
    ParkError
        ``nothing_to_draw`` if there is neither a polygon nor a plant with a place.
    """
    columns = ["lon", "lat", "name", "role", "is_member"]
    located = plants.reindex(columns=columns).dropna(subset=["lon", "lat"])
    if not polygons and located.empty:
        raise nothing_to_draw("boundary_map")
    shrink, domains, height = _frame(polygons, located)
    points = _points(located, shrink, domains, language)
    names, left_out = names_beside(points, domains, height=height)
    x, y = _degree_axes(domains, shrink, language)
    layers = [
        *_outlines(polygons, shrink, domains, language),
        _plants(points, language).encode(x=x, y=y),
        *haloed(names, x, y),
        *_scale_bar(domains, x, y, language),
    ]
    notes = [
        label("charts.note_filled", language) if len(points) else "",
        counted("note_no_place", len(plants) - len(located), language),
        counted("note_off_map", len(located) - len(points), language),
        counted("note_not_labelled", left_out, language),
    ]
    return captioned(
        alt.layer(*layers).resolve_scale(
            stroke="independent", strokeDash="independent", shape="independent"
        ),
        title,
        with_notes(caption, notes, language),
        language=language,
        height=round(height),
    )


def _frame(
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
    wide, high = max((east - west) * shrink, 0.005) * 1.12, max(north - south, 0.005) * 1.12
    height = min(max(WIDTH * high / wide, LEAST_HEIGHT), GREATEST_HEIGHT)
    # One degree is as long on both axes: the shorter one gets more room around it.
    per_pixel = max(wide / WIDTH, high / height)
    x, y = (west + east) / 2 * shrink, (south + north) / 2
    half = (per_pixel * WIDTH / 2, per_pixel * height / 2)
    return shrink, {"x": (x - half[0], x + half[0]), "y": (y - half[1], y + half[1])}, height


def _points(
    located: pd.DataFrame, shrink: float, domains: Mapping[str, Domain], language: Language
) -> pd.DataFrame:
    points = located.assign(x=located["lon"] * shrink, y=located["lat"])
    inside = points["x"].between(*domains["x"]) & points["y"].between(*domains["y"])
    points = points[inside]
    answers = points["is_member"].map({True: "member", False: "not_member"})
    points = points.assign(
        answer=[label(f"charts.{a}", language) for a in answers.fillna("member_unknown")],
        role_name=[name_of(role, "role", language) for role in points["role"].fillna("")],
    )
    # Of many plants only the shared facilities are named: they are what the eye looks for.
    is_named = (points["role"] != "enterprise") | (len(points) <= FEW)
    return points.assign(wanted=points["name"].where(is_named, "")).sort_values(
        "role", key=lambda roles: roles == "enterprise", kind="stable"
    )


def _plants(points: pd.DataFrame, language: Language) -> alt.Chart:
    present = [role for role in ROLES if role in set(points["role"])]
    names = [name_of(role, "role", language) for role in present]
    shapes = alt.Shape(
        "role_name:N",
        title=None,
        legend=alt.Legend(columns=legend_columns(names), symbolFillColor=GREY),
        scale=alt.Scale(domain=names, range=[ROLES[role] for role in present]),
    )
    marks = answer_marks(points, "answer", language)
    drawn: alt.Chart = (
        alt.Chart(points[["x", "y", "name", "answer", "role_name"]])
        .mark_point(size=110, strokeWidth=1.8, opacity=1)
        .encode(
            shape=shapes,
            fill=marks["fill"].legend(None),
            stroke=marks["stroke"].legend(None),
            tooltip=["name:N"],
        )
    )
    return drawn


def _outlines(
    polygons: Sequence[Mapping[str, Any]],
    shrink: float,
    domains: Mapping[str, Domain],
    language: Language,
) -> list[alt.Chart]:
    """Return the polygons on the plane: no globe, so the winding of their rings is no matter."""
    if not polygons:
        return []
    features = [_on_plane(polygon, shrink, language) for polygon in polygons]
    kinds = [kind for kind in BOUNDARIES if kind in {f["kind"] for f in features}]
    names = [_outline_name(kind, language) for kind in kinds]
    (left, right), (_, high) = domains["x"], domains["y"]
    factor = WIDTH / (right - left)
    # Above the map, apart from the legend of the plants below it.
    legend = alt.Legend(
        orient="top", symbolType="stroke", symbolStrokeWidth=3, symbolSize=500,
        columns=legend_columns([f"{name}----" for name in names]),
    )  # fmt: skip
    styles = {
        "stroke": alt.Stroke("name:N", title=None, legend=legend, scale=alt.Scale(
            domain=names, range=[BOUNDARIES[kind][0] for kind in kinds])),
        "strokeDash": alt.StrokeDash("name:N", title=None, legend=legend, scale=alt.Scale(
            domain=names, range=[BOUNDARIES[kind][1] for kind in kinds])),
    }  # fmt: skip
    drawn = (
        alt.Chart(alt.InlineData(values=features))
        .mark_geoshape(fill=CARBON, fillOpacity=0.06, strokeWidth=2)
        .encode(**styles)
        .project(
            type="identity", reflectY=True, scale=factor, translate=[-left * factor, high * factor]
        )  # fmt: skip
    )
    return [drawn]


def _outline_name(kind: str, language: Language) -> str:
    """Return what a boundary is called where nothing says that it is one."""
    name = name_of(kind, "boundary_type", language)
    return label("charts.boundary_named", language, name=name[:1].upper() + name[1:])


def _on_plane(polygon: Mapping[str, Any], shrink: float, language: Language) -> dict[str, Any]:
    properties = polygon.get("properties") or {}
    kind = str(properties.get("boundary_type", ""))
    return {
        "type": "Feature",
        "kind": kind,
        "name": _outline_name(kind, language),
        "geometry": _shrunk(json.loads(json.dumps(mapping(shape(polygon["geometry"])))), shrink),
    }


def _shrunk(geometry: dict[str, Any], shrink: float) -> dict[str, Any]:
    def moved(part: list[Any]) -> list[Any]:
        if isinstance(part[0], (int, float)):
            return [round(part[0] * shrink, 6), round(part[1], 6)]
        return [moved(inner) for inner in part]

    return {**geometry, "coordinates": moved(geometry["coordinates"])}


def _degree_axes(
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


def _scale_bar(
    domains: Mapping[str, Domain], x: alt.X, y: alt.Y, language: Language
) -> list[alt.Chart]:
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
