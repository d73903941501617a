"""The numbers of a map: each near its point, clear of the others, a line where it had to move."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from parkkit.output.layout import text_width
from parkkit.output.marks import Domain
from parkkit.output.theme import GREY, TEXT_SIZE, WIDTH

RADII = (19.0, 26.0, 36.0, 48.0, 62.0, 80.0)
ANGLES = 16
NEAR = 22.0  # pixels: within them no line is needed
CLEAR = 8.0  # pixels around a point that no number covers

Point = tuple[float, float]
Box = tuple[float, float, float, float]


def numbers_beside(
    points: pd.DataFrame, domains: Mapping[str, Domain], *, height: float, avoid: pd.DataFrame
) -> pd.DataFrame:
    """Return where the numbers of points stand: none covers a point, a name or another number.

    Parameters
    ----------
    points : DataFrame
        ``x``, ``y``, ``number`` (missing: none).
    domains : mapping
        What the axes ``x`` and ``y`` span.
    height : float
        Of the picture, in pixels.
    avoid : DataFrame
        Names that stand already: ``x``, ``y`` of the centre, ``text``.

    Returns
    -------
    DataFrame
        ``x``, ``y`` of each number's centre, ``text``, ``from_x``, ``from_y`` of its point, and
        ``is_moved`` where a line is to lead from one to the other. Every number has its place: in
        the utmost crowd the farthest one, although it covers something.
    """
    (left, right), (low, high) = domains["x"], domains["y"]
    across, up = WIDTH / (right - left), height / (high - low)

    def placed(rows: pd.DataFrame) -> list[Point]:
        return [((x - left) * across, (high - y) * up)
                for x, y in zip(rows["x"], rows["y"], strict=True)]  # fmt: skip

    pixels = placed(points)
    names = [_box(centre, text) for centre, text in zip(placed(avoid), avoid["text"], strict=True)]
    texts = [f"{number:g}" if pd.notna(number) else "" for number in points["number"]]
    rows = [
        {"x": left + centre[0] / across, "y": high - centre[1] / up, "text": text,
         "from_x": left + point[0] / across, "from_y": high - point[1] / up,
         "is_moved": math.dist(centre, point) > NEAR}
        for point, centre, text in zip(
            pixels, centres(pixels, texts, height, names), texts, strict=True
        )
        if text
    ]  # fmt: skip
    columns = ["x", "y", "text", "from_x", "from_y", "is_moved"]
    return pd.DataFrame(rows, columns=columns)


def centres(
    points: Sequence[Point], texts: Sequence[str], height: float, names: Sequence[Box] = ()
) -> list[Point]:
    """Return the centre of each text, as near to its point as nothing is covered.

    Examples
    --------
    >>> centres([(50.0, 50.0), (69.0, 50.0)], ["1", ""], 100.0)[0]
    (57.27, 32.45)
    """
    taken = [*names, *((x - CLEAR, y - CLEAR, x + CLEAR, y + CLEAR) for x, y in points)]
    found = []
    for point, text in zip(points, texts, strict=True):
        centre = _free(point, text, taken, height) if text else point
        found.append(centre)
        if text:
            taken.append(_box(centre, text))
    return found


def _free(point: Point, text: str, taken: Sequence[Box], height: float) -> Point:
    centre = point
    for radius in RADII:
        for step in _turns():
            angle = 2 * math.pi * step / ANGLES
            centre = (round(point[0] + radius * math.cos(angle), 2),
                      round(point[1] + radius * math.sin(angle), 2))  # fmt: skip
            if _fits(_box(centre, text), taken, height):
                return centre
    return centre


def _turns() -> list[int]:
    """Return the directions, right first, then upwards and downwards in turn."""
    return sorted(range(ANGLES), key=lambda step: (min(step, ANGLES - step), step < ANGLES / 2))


def _box(centre: Point, text: str) -> Box:
    wide = text_width(text, TEXT_SIZE) / 2 + 1
    return centre[0] - wide, centre[1] - TEXT_SIZE / 2, centre[0] + wide, centre[1] + TEXT_SIZE / 2


def _fits(box: Box, taken: Sequence[Box], height: float) -> bool:
    left, top, right, bottom = box
    if left < 0 or top < 0 or right > WIDTH or bottom > height:
        return False
    return not any(a < right and left < c and b < bottom and top < d for a, b, c, d in taken)


def lines_to(numbers: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Return the lines from the numbers that had to move to their points."""
    moved = numbers.loc[numbers["is_moved"], ["x", "y", "from_x", "from_y"]]
    lines = alt.Chart(moved).mark_rule(color=GREY, strokeWidth=1)
    return [lines.encode(x=x, y=y, x2="from_x:Q", y2="from_y:Q")] if len(moved) else []
