"""The outlines of a map: the boundary that is used strong, the others thin, the parts named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd
import shapely
from shapely.geometry import shape

from parkkit.core.labels import Language, label
from parkkit.output.figures import name_of
from parkkit.output.layout import text_width
from parkkit.output.map_plane import laid
from parkkit.output.marks import Domain
from parkkit.output.theme import (
    CARBON,
    ECONOMY,
    INK,
    POLLUTION,
    TEXT_SIZE,
    WARNING,
    WIDTH,
    legend_columns,
)

BOUNDARIES = {
    "physical": (CARBON, [1, 0]),
    "approved": (POLLUTION, [8, 4]),
    "management": (ECONOMY, [2, 3]),
    "statistical": (WARNING, [10, 3, 2, 3]),
}
PART = (INK, [6, 2, 1, 2])
STRONG, THIN = 4.0, 1.8
LEVELS = 9  # heights at which the name of a part is tried
MARK = 5  # pixels from the centre of a plant to the edge of its mark

Feature = Mapping[str, Any]


def outlines(
    polygons: Sequence[Feature],
    shrink: float,
    domains: Mapping[str, Domain],
    used: tuple[str, str],
    language: Language,
) -> list[alt.Chart]:
    """Return the polygons on the plane: no globe, so the winding of their rings is no matter."""
    if not polygons:
        return []
    features = [_on_plane(polygon, shrink, domains, used, language) for polygon in polygons]
    # The strong one last: it lies over the thin ones where their lines meet.
    features.sort(key=lambda feature: (feature["width"], feature["is_part"]))
    styles = {feature["name"]: _style(feature) for feature in sorted(features, key=_place)}
    (left, right), (_, high) = domains["x"], domains["y"]
    factor = WIDTH / (right - left)
    # Above the map, apart from the legend of the plants below it.
    legend = alt.Legend(
        orient="top", symbolType="stroke", symbolSize=500,
        columns=legend_columns([f"{name}----" for name in styles]),
    )  # fmt: skip
    channels = zip(("stroke", "strokeDash", "strokeWidth"),
                   zip(*styles.values(), strict=True), strict=True)  # fmt: skip
    drawn = (
        alt.Chart(alt.InlineData(values=features))
        .mark_geoshape(fill=CARBON)
        .encode(
            fillOpacity=alt.FillOpacity("shade:Q", scale=None, legend=None),
            **{
                channel: getattr(alt, channel[0].upper() + channel[1:])(
                    "name:N", title=None, legend=legend,
                    scale=alt.Scale(type="ordinal", domain=list(styles), range=list(values)),
                )
                for channel, values in channels
            },
        )
        .project(
            type="identity", reflectY=True, scale=factor, translate=[-left * factor, high * factor]
        )
    )  # fmt: skip
    return [drawn]


def _on_plane(
    polygon: Feature,
    shrink: float,
    domains: Mapping[str, Domain],
    used: tuple[str, str],
    language: Language,
) -> dict[str, Any]:
    kind, part = _of(polygon)
    is_used = (kind, part) == used
    return {
        "type": "Feature",
        "kind": kind,
        "is_part": bool(part),
        "name": _legend_name(kind, part, language, is_used=is_used),
        "width": STRONG if is_used else THIN,
        "shade": 0.1 if is_used else 0.0,
        "geometry": laid(polygon["geometry"], shrink, domains),
    }


def _of(polygon: Feature) -> tuple[str, str]:
    properties = polygon.get("properties") or {}
    return str(properties.get("boundary_type") or ""), str(properties.get("part") or "")


def _style(feature: Feature) -> tuple[str, list[int], float]:
    thin = PART if feature["is_part"] else BOUNDARIES.get(feature["kind"], PART)
    return (*thin, feature["width"])


def _place(feature: Feature) -> tuple[bool, bool, int]:
    """Return where a polygon stands in the legend: what is used, then the wholes, then parts."""
    kinds = list(BOUNDARIES)
    rank = kinds.index(feature["kind"]) if feature["kind"] in kinds else len(kinds)
    return feature["width"] < STRONG, feature["is_part"], rank


def _legend_name(kind: str, part: str, language: Language, *, is_used: bool) -> str:
    """Return what a polygon is called in the legend; parts that are not used share one entry."""
    if part and not is_used:
        return label("charts.map_part", language)
    name = name_of(kind, "boundary_type", language)
    whole = " ".join(part.split()) or label(
        "charts.boundary_named", language, name=name[:1].upper() + name[1:]
    )
    return label("charts.map_used", language, name=whole) if is_used else whole


def part_labels(
    polygons: Sequence[Feature],
    points: pd.DataFrame,
    shrink: float,
    domains: Mapping[str, Domain],
    height: float,
) -> pd.DataFrame:
    """Return where the names of the parts stand: each inside its part, never in its neighbour.

    Where plants fill a part, its name stands on its upper edge.

    Parameters
    ----------
    points : DataFrame
        ``x``, ``y`` of the plants on the plane.

    Returns
    -------
    DataFrame
        ``x``, ``y`` of the centre of each name, ``text``.
    """
    (left, right), (low, high) = domains["x"], domains["y"]
    pixels = (right - left) / WIDTH, (high - low) / height
    plants = shapely.points(points["x"].to_numpy(float), points["y"].to_numpy(float))
    areas: dict[str, shapely.Geometry] = {}
    for polygon in polygons:
        text = " ".join(_of(polygon)[1].split())
        if text and text not in areas:
            # An outline that crosses itself is drawn as it is; to cut it, it has to be mended.
            drawn = shapely.make_valid(shape(polygon["geometry"]))
            areas[text] = shapely.transform(drawn, lambda xy: xy * (shrink, 1.0))
    rows = []
    for text, area in areas.items():
        others = [other for name, other in areas.items() if name != text]
        spot = _spot(area, text, others, plants, pixels)
        rows.append({"x": spot.x, "y": spot.y, "text": text})
    return pd.DataFrame(rows, columns=["x", "y", "text"])


def _spot(
    area: shapely.Geometry,
    text: str,
    others: Sequence[shapely.Geometry],
    plants: Any,
    pixels: tuple[float, float],
) -> shapely.Point:
    """Return the centre of a part's name: in no other part, over fewest plants, least outside."""
    wide, tall = text_width(text, TEXT_SIZE) * pixels[0], TEXT_SIZE * pixels[1]

    def cost(spot: shapely.Point) -> tuple[float, int, float]:
        covers = shapely.box(
            spot.x - wide / 2, spot.y - tall / 2, spot.x + wide / 2, spot.y + tall / 2
        )
        foreign = sum(covers.difference(area).intersection(other).area for other in others)
        reach = covers.buffer(MARK * max(pixels))
        covered = int(shapely.contains_properly(reach, plants).sum())
        beyond = covers.difference(area).area
        return round(foreign / covers.area, 3), covered, round(beyond / covers.area, 3)

    return min(_candidates(area, tall), key=cost)


def _candidates(area: shapely.Geometry, tall: float) -> list[shapely.Point]:
    """Return the middles of a part from the top down, and last a place above its upper edge."""
    west, south, east, north = area.bounds
    found = []
    for level in range(LEVELS):
        y = north - (north - south) * (level + 0.5) / LEVELS
        across = shapely.LineString([(west, y), (east, y)]).intersection(area)
        lines = [line for line in shapely.get_parts(across) if line.length]
        if lines:
            widest = max(lines, key=lambda line: line.length)
            found.append(widest.interpolate(0.5, normalized=True))
    inside = found or [shapely.point_on_surface(area)]
    return [*inside, shapely.Point(inside[0].x, north + 0.8 * tall)]


def undrawn(polygons: Sequence[Feature], used: tuple[str, str], language: Language) -> str:
    """Return that the boundary used has no polygon: who is in it is told by a list."""
    if not used[0] or used in {_of(polygon) for polygon in polygons}:
        return ""
    name = name_of(used[0], "boundary_type", language)
    return label("charts.note_undrawn", language, name=name[:1].upper() + name[1:])
