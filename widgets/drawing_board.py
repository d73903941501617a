"""What surrounds a boundary being drawn, and what the park's own functions say of the drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from parkkit.core.errors import ParkError
from parkkit.core.labels import Language, has_label, label
from parkkit.output.boundary_charts import BOUNDARIES
from parkkit.output.quantities import number
from parkkit.park.boundary import drawn_in, members, part_key, places
from parkkit.park.drawings import crossings, united, vertex_count
from parkkit.park.package import Park, plant_names
from parkkit.park.polygons import area_ha
from parkkit.park.versions import as_features, plain_geometry, with_version

# A part has the colour of its whole, and a line of its own.
PART_DASH = [1, 4]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Which boundary of which park is drawn, as it was in which year."""

    park: Park
    boundary_type: str
    part: str
    year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is to be said of a drawing; ``states`` and ``reasons`` go by plant."""

    area_ha: float | None
    vertex_count: int
    states: list[str]
    reasons: list[str]
    problems: list[str]
    crossings: list[tuple[float, float]]


def standing(board: Board) -> pd.DataFrame:
    """Return the polygons of the boundary as they stand in the park."""
    return _of(board, drawn_in(board.park, board.year))


def _of(board: Board, drawn: pd.DataFrame) -> pd.DataFrame:
    is_part = drawn["part"].map(part_key) == part_key(board.part)
    return drawn[(drawn["boundary_type"] == board.boundary_type) & is_part.astype(bool)]


def stands_already(board: Board, shape: BaseGeometry, year: int) -> bool:
    """Return whether a boundary is a shape in every year from a given one on."""
    versions = _of(board, board.park.boundaries)
    turns = {year, *versions["valid_from"].dropna(), *(versions["valid_to"].dropna() + 1)}
    return all(
        _is_drawn(list(standing(replace(board, year=int(each)))["geometry"]), shape)
        for each in turns
        if each >= year
    )


def _is_drawn(shapes: Sequence[BaseGeometry], shape: BaseGeometry) -> bool:
    """Return whether polygons are a shape, corner by corner, in whatever order."""
    try:
        stood = united(shapes)
    except ParkError:
        return False
    return bool(stood.normalize().equals_exact(shape.normalize(), tolerance=0))


def collection(rows: pd.DataFrame) -> dict[str, Any]:
    """Return boundaries as a GeoJSON collection, each with an id of its own."""
    features = [
        {"type": "Feature", "id": f"{feature['properties']['boundary_type']}_{place}", **feature}
        for place, feature in zip(rows.index, as_features(rows), strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def applied(board: Board, shape: BaseGeometry, park: Park) -> Park:
    """Return a park with the boundary as drawn, from the year of the board on."""
    return with_version(
        park,
        shape,
        boundary_type=board.boundary_type,
        part=board.part,
        valid_from=board.year,
    )


def seen(board: Board, shapes: Sequence[BaseGeometry], language: Language) -> Seen:
    """Return what the park's own functions say of polygons drawn, sound or not."""
    problems: list[str] = []
    area = None
    # Where nothing sound is drawn, a flag may still say who is in.
    park = replace(board.park, boundaries=board.park.boundaries.drop(index=standing(board).index))
    try:
        shape = united(shapes)
        park, area = applied(board, shape, board.park), area_ha(shape)
    except ParkError as error:
        problems.append(sentence(error, language))
    try:
        found = members(park, board.boundary_type, board.year, part=board.part)
        reasons, is_in = list(found["basis"]), list(found["is_member"])
        states = [_state(*row) for row in zip(is_in, reasons, strict=True)]
    except ParkError as error:
        problems += [] if problems else [sentence(error, language)]
        reasons, states = (["unknown"] * len(park.enterprises) for _ in range(2))
    return Seen(area_ha=area, vertex_count=vertex_count(shapes), states=states, reasons=reasons,
                problems=problems, crossings=crossings(shapes))  # fmt: skip


def sentence(error: ParkError, language: Language) -> str:
    """Return an error as a sentence that stands alone.

    Examples
    --------
    >>> sentence(ParkError("version_empty"), "en")
    'No polygon is drawn; draw the boundary first.'
    """
    text = error.told(language)
    return text[:1].upper() + text[1:]


def _state(is_member: bool, reason: str) -> str:
    if is_member:
        return "in"
    return "unknown" if reason.startswith("unknown") else "out"


def plants(board: Board, language: Language) -> list[dict[str, Any]]:
    """Return the plants by name and place, without one where they have none."""
    names, placed = plant_names(board.park, language), places(board.park)
    rows = zip(placed["enterprise_id"], placed["lon"], placed["lat"], strict=True)
    return [
        {"name": names[each], "lon": _degree(lon, lat), "lat": _degree(lat, lon)}
        for each, lon, lat in rows
    ]


def _degree(value: float, other: float) -> float | None:
    """Return a coordinate, None where one of the two is missing: JSON has no NaN."""
    return None if pd.isna(value) or pd.isna(other) else float(value)


def outlines(board: Board, language: Language) -> list[dict[str, Any]]:
    """Return the other boundaries of that year, each with its name and its line."""
    drawn = drawn_in(board.park, board.year)
    others = drawn.drop(index=standing(board).index)
    found = []
    for (kind, part), rows in others.groupby(["boundary_type", "part"], sort=False):
        color, dash = BOUNDARIES[str(kind)]
        line = {"color": color, "dash": " ".join(map(str, PART_DASH if part else dash))}
        whole = plain_geometry(shapely.union_all(list(rows["geometry"])))
        found.append({"name": called(str(kind), str(part), language), **line, "geometry": whole})
    return found


def called(boundary_type: str, part: str, language: Language) -> str:
    """Return what a boundary is called.

    Examples
    --------
    >>> called("physical", "", "en"), called("physical", "东区", "zh")
    ('physical boundary', '物理边界（东区）')
    """
    name = label(f"charts.boundary_type.{boundary_type}", language)
    key = "editor.of_part" if part else "editor.of_park"
    return label(key, language, name=name, part=part)


def told(
    found: Seen, shown: Sequence[dict[str, Any]], language: Language, *, more: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the live line, what is wrong (``more`` of it besides), and where."""
    area = (
        label("editor.no_area", language)
        if found.area_ha is None
        else label("editor.area", language, area=number(found.area_ha, language))
    )
    inside, away = found.states.count("in"), [plant["lon"] is None for plant in shown]
    line = [area, label("editor.inside", language, inside=inside, all=len(found.states))]
    # Who has no place is told as such, and not once more as unknown.
    states = zip(found.states, away, strict=True)
    if doubtful := sum(state == "unknown" and not is_away for state, is_away in states):
        line.append(label("editor.unknown", language, count=doubtful))
    if any(away):
        line.append(label("editor.no_place", language, count=sum(away)))
    line.append(label("editor.vertices", language, count=found.vertex_count))
    return {
        "line": line,
        "problems": [*found.problems, *more],
        "crossings": [list(each) for each in found.crossings],
    }


def named(found: Seen, shown: Sequence[dict[str, Any]], language: Language) -> list[dict[str, str]]:
    """Return each plant's state with the text of its tooltip: its name, and why."""
    rows = zip(found.states, found.reasons, shown, strict=True)
    return [
        {
            "state": state,
            "text": label("editor.tip", language, name=plant["name"],
                          state=_why(state, reason, language)),
        }
        for state, reason, plant in rows
    ]  # fmt: skip


def _why(state: str, reason: str, language: Language) -> str:
    key = f"reason.{reason}"
    return label(key if has_label(key) else f"editor.plant_{state}", language)
