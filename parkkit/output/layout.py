"""Where texts stand in a picture: lines that fit, labels that do not overlap."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

# A word, a space, or a Chinese character with the closing punctuation that may not begin a line.
PIECES = re.compile(r"[\u2e80-\uffef][，。；：、）》”！？]*|[^\s\u2e80-\uffef]+|\s")

Point = tuple[float, float]
Box = tuple[float, float, float, float]


def text_width(text: str, size: float) -> float:
    """Return about how many pixels a text takes: a Chinese character is as wide as high.

    Examples
    --------
    >>> text_width("澜港", 14), text_width("ab", 10)
    (28.0, 11.0)
    """
    return round(size * sum(map(_letter_width, text)), 6)


def _letter_width(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    if letter in "iljtfrI.,:;'|!() -":
        return 0.33
    return 0.85 if letter in "mwMW" else 0.62 if letter.isupper() else 0.55


def wrapped(text: str, *, size: float, width: float) -> list[str]:
    """Return a text as lines that fit a width, broken between words or Chinese characters.

    Examples
    --------
    >>> wrapped("one two three", size=10, width=60)
    ['one two', 'three']
    """
    lines: list[str] = []
    for paragraph in text.splitlines():
        lines.append("")
        for piece in PIECES.findall(paragraph):
            if text_width(lines[-1] + piece, size) > width and lines[-1].strip():
                lines[-1] = lines[-1].rstrip()
                lines.append("")
            lines[-1] += piece if lines[-1] else piece.lstrip()
    return lines


def shortened(text: str, *, size: float, width: float) -> str:
    """Return a text cut to a width, an ellipsis telling that it goes on.

    Examples
    --------
    >>> shortened("abcdefgh", size=10, width=30)
    'abcd…'
    """
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text + "…"


def spread(places: Sequence[float], *, gap: float, low: float, high: float) -> list[float]:
    """Return places moved as little as needed to lie a gap apart, within limits if they fit.

    Examples
    --------
    >>> spread([10, 12, 50], gap=10, low=0, high=100)
    [10, 20, 50]
    >>> spread([95, 99], gap=10, low=0, high=100)
    [90, 100]
    """
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = [max(low, places[index]) for index in order]
    for before, after in pairwise(range(len(moved))):
        moved[after] = max(moved[after], moved[before] + gap)
    limit = high
    for index in reversed(range(len(moved))):
        moved[index] = min(moved[index], limit)
        limit = moved[index] - gap
    back = dict(zip(order, moved, strict=True))
    return [back[index] for index in range(len(places))]


def placed(
    points: Sequence[Point], texts: Sequence[str], *, size: float, width: float, height: float
) -> list[Point | None]:
    """Return the centre of a label beside each point, or None where it would cover another.

    Parameters
    ----------
    points : sequence of (x, y)
        Pixels from the upper left corner; a point whose text is empty wants no label.
    texts : sequence of str
        The most important first: who comes first is placed first.
    size, width, height : float
        Of the font and the picture, in pixels.

    Examples
    --------
    >>> placed([(50, 50), (50, 50)], ["a", ""], size=10, width=100, height=100)
    [(60.75, 50.0), None]
    """
    taken: list[Box] = [(x - 6, y - 6, x + 6, y + 6) for x, y in points]
    centres: list[Point | None] = []
    for (x, y), text in zip(points, texts, strict=True):
        wide = text_width(text, size)
        aside, above = wide / 2 + 8, size / 2 + 9
        offsets = [(aside, 0.0), (-aside, 0.0), (0.0, -above), (0.0, above),
                   (aside, -above), (aside, above), (-aside, -above), (-aside, above)]  # fmt: skip
        own = (x - 6, y - 6, x + 6, y + 6)
        others = [box for box in taken if box != own]
        free = [
            (round(x + dx, 6), round(y + dy, 6))
            for dx, dy in offsets
            if _is_free(_box(x + dx, y + dy, wide, size), others, width, height)
        ]
        centres.append(free[0] if text and free else None)
        if text and free:
            taken.append(_box(*free[0], wide, size))
    return centres


def _box(x: float, y: float, wide: float, high: float) -> Box:
    return x - wide / 2, y - high / 2 - 1, x + wide / 2, y + high / 2 + 1


def _is_free(box: Box, taken: Sequence[Box], width: float, height: float) -> bool:
    left, top, right, bottom = box
    if left < 0 or top < 0 or right > width or bottom > height:
        return False
    return not any(a < right and left < c and b < bottom and top < d for a, b, c, d in taken)
