"""Marks that charts share: rows with their names above, names beside points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from parkkit.core.labels import Language, has_label, label
from parkkit.core.vocabulary import names
from parkkit.output.layout import placed, shortened
from parkkit.output.theme import CARBON, ECONOMY, GREY, POLLUTION, TEXT_SIZE, WARNING, WIDTH

HEIGHT = 43
MARK_OFFSET, NAME_OFFSET = 9, -12
TEXT_ROOM = 200  # beside the longest bar, for its amount


Domain = tuple[float, float]

CARBONS = ("carbon", "co2", "co2e")
DASHES = ([6, 3], [2, 2], [10, 3, 2, 3], [12, 4], [1, 3], [4, 1])
SHAPES = ("triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left")


def row_axis(order: list[str]) -> alt.Y:
    """Return the rows in order, without an axis: their names stand in the picture."""
    return alt.Y("row:N", sort=order, axis=None, scale=alt.Scale(domain=order))


def height(order: list[str]) -> int:
    """Return how high a chart of so many rows is."""
    return HEIGHT * len(order)


def names_above(order: list[str], names: list[str] | None = None) -> alt.Chart:
    """Return the names of rows, left-aligned above their marks."""
    texts = [
        shortened(name, size=TEXT_SIZE, width=WIDTH) for name in (order if names is None else names)
    ]
    drawn: alt.Chart = (
        alt.Chart(pd.DataFrame({"row": order, "text": texts}))
        .mark_text(align="left", yOffset=NAME_OFFSET)
        .encode(x=alt.value(0), y=row_axis(order), text="text:N")
    )
    return drawn


def texts_beside(ends: pd.DataFrame, order: list[str], *, dx: int = 6) -> alt.Chart:
    """Return texts right of where bars end: ``row``, ``end``, ``text``."""
    drawn: alt.Chart = (
        alt.Chart(ends)
        .mark_text(align="left", dx=dx, yOffset=MARK_OFFSET)
        .encode(x=alt.X("end:Q"), y=row_axis(order), text="text:N")
    )
    return drawn


def amount_scale(low: float, high: float) -> alt.Scale:
    """Return a scale from the least amount (or 0) to the greatest, with room for its text."""
    low, high = min(low, 0.0), max(high, 0.0)
    return alt.Scale(domain=[low, low + (high - low) * WIDTH / (WIDTH - TEXT_ROOM)], nice=False)


def haloed(names: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Return texts (``x``, ``y``, ``text``) on a white halo, readable over lines."""
    texts = alt.Chart(names)
    marks = [texts.mark_text(stroke="white", strokeWidth=4, strokeJoin="round"), texts.mark_text()]
    return [mark.encode(x=x, y=y, text="text:N") for mark in marks]


def names_beside(
    points: pd.DataFrame, domains: Mapping[str, Domain], *, height: float
) -> tuple[pd.DataFrame, int]:
    """Return where the names of points stand without covering anything, and how many found no room.

    Parameters
    ----------
    points : DataFrame
        ``x``, ``y``, ``wanted`` (the name, or empty), the most important first.
    domains : mapping
        What the axes ``x`` and ``y`` span.
    height : float
        Of the picture, in pixels.

    Returns
    -------
    names : DataFrame
        ``x``, ``y`` of the centre of each text, ``text``.
    left_out : int
        Names that found no room.
    """
    (left, right), (low, high) = domains["x"], domains["y"]
    across, up = WIDTH / (right - left), height / (high - low)
    pixels = [
        ((x - left) * across, (high - y) * up)
        for x, y in zip(points["x"], points["y"], strict=True)
    ]
    texts = [str(text) for text in points["wanted"]]
    centres = placed(pixels, texts, size=TEXT_SIZE, width=WIDTH, height=height)
    shown = [
        (left + centre[0] / across, high - centre[1] / up, text)
        for centre, text in zip(centres, texts, strict=True)
        if centre
    ]
    left_out = sum(bool(text) for text in texts) - len(shown)
    return pd.DataFrame(shown, columns=["x", "y", "text"]), left_out


def answer_marks(rows: pd.DataFrame, field: str, language: Language) -> dict[str, Any]:
    """Return fill, outline and shape of members (filled), others (hollow) and the untold."""
    kinds = [kind for kind in ("member", "not_member", "member_unknown")
             if label(f"charts.{kind}", language) in set(rows[field])]  # fmt: skip
    domain = [label(f"charts.{kind}", language) for kind in kinds]
    fills = {"member": CARBON, "not_member": "white", "member_unknown": "white"}
    strokes = {"member": CARBON, "not_member": GREY, "member_unknown": WARNING}
    shapes = {"member": "square", "not_member": "circle", "member_unknown": "triangle-up"}
    return {
        channel.lower(): getattr(alt, channel)(
            f"{field}:N",
            title=None,
            scale=alt.Scale(domain=domain, range=[values[kind] for kind in kinds]),
        )
        for channel, values in (("Fill", fills), ("Stroke", strokes), ("Shape", shapes))
    }


def series_name(series: str, language: Language) -> str:
    """Return what a series is called: economy, carbon, a sum of equivalents, or a species."""
    keys = [f"charts.series.{series}", f"diagnosis.name.{series}", f"charts.short.{series}"]
    named = [label(key, language) for key in keys if has_label(key)]
    return named[0] if named else names("species", language).get(series, series)


def series_styles(series: list[str]) -> dict[str, tuple[str, list[int], str]]:
    """Return colour, dash and shape of each series: pollutants share a colour, not a dash."""
    styles: dict[str, tuple[str, list[int], str]] = {}
    pollutants = 0
    for name in sorted(series, key=lambda name: (name != "economy", name not in CARBONS)):
        if name == "economy":
            styles[name] = (ECONOMY, [1, 0], "circle")
        elif name in CARBONS:
            styles[name] = (CARBON, [1, 0], "square")
        else:
            place = pollutants % len(DASHES)
            styles[name] = (POLLUTION, DASHES[place], SHAPES[place])
            pollutants += 1
    return styles
