"""The map of a park: its boundaries, its parts, its plants, and who falls between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.output.figures import name_of
from parkkit.output.layout import text_width, wrapped
from parkkit.output.map_numbers import lines_to, numbers_beside
from parkkit.output.map_outlines import BOUNDARIES, Feature, outlines, part_labels, undrawn
from parkkit.output.map_plane import degree_axes, extent, scale_bar
from parkkit.output.marks import Domain, answer_marks, haloed, names_beside
from parkkit.output.theme import (
    GREY,
    SMALL_SIZE,
    TEXT_SIZE,
    WARNING,
    WIDTH,
    Chart,
    captioned,
    counted,
    legend_columns,
    nothing_to_draw,
    with_notes,
)

__all__ = ["BOUNDARIES", "boundary_map"]  # the editor draws in the same colours

ROLES = {
    "enterprise": "circle",
    "power_heat": "square",
    "wastewater": "triangle-down",
    "waste": "diamond",
    "service": "cross",
}
FEW = 12  # plants that can all be named on a map
MOST_NUMBERED = 40  # who falls between the boundaries, named beneath the map
COLUMNS = ["lon", "lat", "name", "role", "is_member", "number"]
# From the lower edge of the map to below its axis, and a line of its legend.
AXIS_ROOM, LEGEND_LINE = 66, 23


def boundary_map(
    polygons: Sequence[Feature],
    plants: pd.DataFrame,
    *,
    language: Language,
    title: str,
    caption: str,
    used: tuple[str, str] = ("", ""),
) -> Chart:
    """Draw the boundaries of a park and its plants, members filled, others hollow.

    Parameters
    ----------
    polygons : sequence of GeoJSON features
        WGS-84 degrees, properties ``boundary_type`` and ``part``; may be empty. They are thinned
        for drawing by less than half a pixel.
    plants : DataFrame
        ``lon``, ``lat`` (WGS-84), ``name``, ``role``, ``is_member``; may be empty. Who has a
        ``number`` falls between the boundaries: ringed, numbered, and named beneath the map, as
        are those without a place.
    used : (str, str)
        The type and part of the boundary that the page uses: it is drawn strong, the others thin.

    Raises
    ------
    ParkError
        ``nothing_to_draw`` if there is neither a polygon nor a plant with a place.
    """
    given = plants.reindex(columns=COLUMNS)
    located = given.dropna(subset=["lon", "lat"])
    if not polygons and located.empty:
        raise nothing_to_draw("boundary_map")
    shrink, domains, height = extent(polygons, located)
    points = _points(located, shrink, domains, language)
    # The parts' names first, then the numbers, which find room anywhere, then who is named.
    part_names = part_labels(polygons, points, shrink, domains, height)
    numbers = numbers_beside(points, domains, height=height, avoid=part_names)
    wanting = [points, numbers[["x", "y"]], part_names[["x", "y"]]]
    names, left_out = names_beside(
        pd.concat(wanting).fillna({"wanted": ""}), domains, height=height
    )
    x, y = degree_axes(domains, shrink, language)
    below = _beneath(given, located[~located.index.isin(points.index)], language)
    layers = [
        *outlines(polygons, shrink, domains, used, language),
        *lines_to(numbers, x, y),
        *_rings(points, x, y),
        _plants(points, language).encode(x=x, y=y),
        *haloed(numbers[["x", "y", "text"]], x, y),
        *haloed(pd.concat([part_names, names]), x, y),
        *scale_bar(domains, x, y, language),
        *_written(below, height, points, language),
    ]
    notes = [
        label("charts.note_filled", language) if len(points) else "",
        label("charts.note_ringed", language) if points["number"].notna().any() else "",
        counted("note_no_place", len(plants) - len(located), language),
        counted("note_off_map", len(located) - len(points), language),
        counted("note_not_labelled", left_out, language),
        undrawn(polygons, used, language),
    ]
    return captioned(
        alt.layer(*layers).resolve_scale(
            stroke="independent", strokeDash="independent", shape="independent",
            strokeWidth="independent",
        ),
        title,
        with_notes(caption, notes, language),
        language=language,
        height=round(height),
    )  # fmt: skip


def _points(
    located: pd.DataFrame, shrink: float, domains: Mapping[str, Domain], language: Language
) -> pd.DataFrame:
    """Return the plants on the map with the name written beside each, the facilities first."""
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


def _rings(points: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Return a ring around each plant on which the boundaries disagree."""
    ringed = points.loc[points["number"].notna(), ["x", "y"]]
    if ringed.empty:
        return []
    drawn = alt.Chart(ringed).mark_point(
        shape="circle", size=330, stroke=WARNING, strokeWidth=1.6, fillOpacity=0, opacity=1
    )
    return [drawn.encode(x=x, y=y)]


def _plants(points: pd.DataFrame, language: Language) -> alt.Chart:
    names = _role_names(points, language)
    shapes = alt.Shape(
        "role_name:N",
        title=None,
        legend=alt.Legend(columns=legend_columns(names), symbolFillColor=GREY),
        scale=alt.Scale(domain=names, range=[ROLES[role] for role in _roles(points)]),
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


def _roles(points: pd.DataFrame) -> list[str]:
    return [role for role in ROLES if role in set(points["role"])]


def _role_names(points: pd.DataFrame, language: Language) -> list[str]:
    return [name_of(role, "role", language) for role in _roles(points)]


def _beneath(plants: pd.DataFrame, off_map: pd.DataFrame, language: Language) -> list[str]:
    """Return the lines beneath the map: the numbers' names, who has no place, who is off it."""
    ringed = plants.dropna(subset=["number", "lon", "lat"]).sort_values("number")
    listed = [f"{number:g} {name}" for number, name
              in zip(ringed["number"], ringed["name"], strict=True)]  # fmt: skip
    unplaced = list(plants.loc[plants["lon"].isna() | plants["lat"].isna(), "name"])
    lines: list[str] = []
    for key, names in (("map_numbers", listed), ("map_unplaced", unplaced),
                       ("map_beyond", list(off_map["name"]))):  # fmt: skip
        lines += _lines(key, list(map(str, names)), language) if names else []
    return lines


def _lines(key: str, names: list[str], language: Language) -> list[str]:
    """Return names as lines that break between them, never between a number and its name."""
    comma = label("charts.map_comma", language)
    lines = [label(f"charts.{key}", language, names=names[0])]
    for name in names[1:MOST_NUMBERED]:
        lines[-1] += comma
        if text_width(lines[-1] + name, SMALL_SIZE) > WIDTH:
            lines.append("")
        lines[-1] += name
    if len(names) > MOST_NUMBERED:
        more = label("charts.more_plants", language, names=lines.pop(), count=len(names))
        lines += wrapped(more, size=SMALL_SIZE, width=WIDTH)
    return [line.rstrip() for line in lines]


def _written(
    lines: list[str], height: float, points: pd.DataFrame, language: Language
) -> list[alt.Chart]:
    """Return lines of text beneath the legend of the map."""
    if not lines:
        return []
    names = _role_names(points, language)
    rows = -(-len(names) // legend_columns(names)) if names else 0
    text = alt.Chart(alt.InlineData(values=[{}])).mark_text(
        text=lines, align="left", baseline="top", x=0, lineHeight=SMALL_SIZE + 5,
        y=round(height) + AXIS_ROOM + LEGEND_LINE * rows + TEXT_SIZE, fontSize=SMALL_SIZE,
    )  # fmt: skip
    return [text]
