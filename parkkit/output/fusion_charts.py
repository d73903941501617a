"""Charts of the fused inventory whose marks can be chosen: carbon against pollution, and ranks."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from html import escape
from itertools import pairwise
from typing import Any, Literal

import altair as alt
import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.output.layout import placed, shortened, text_width
from parkkit.output.marks import (
    MARK_OFFSET,
    haloed,
    height,
    names_above,
    row_axis,
    texts_beside,
)
from parkkit.output.quantities import Kind, number, percent, readable
from parkkit.output.theme import (
    CARBON,
    GREY,
    LOOK,
    POLLUTION,
    SCOPES,
    TEXT_SIZE,
    WARNING,
    Chart,
    drawable,
    legend_columns,
    mime_bundle,
)

Axis = Literal["equivalents_air", "equivalents_water", "voc"]
# The column of the fused table that an axis shows, and what it measures.
AXES: dict[str, tuple[str, Kind]] = {
    "equivalents_air": ("equivalents_air", "equivalents"),
    "equivalents_water": ("equivalents_water", "equivalents"),
    "voc": ("voc_t", "mass"),
}
# Two pictures stand side by side on a page, so each is narrower than the house's.
ACROSS, UP = 430, 400
STEPS = 30
KINDS = {
    "control_point": (POLLUTION, "diamond", 260),
    "no_control_point": (SCOPES[2], "circle", 150),
    "control_unknown": (WARNING, "cross", 200),
}
# How Vega writes a mark with a link: the link becomes a button that no address stands behind.
LINKED = re.compile(
    r'<a xlink:href="[^"]*#(\d+)"><path aria-label="([^"]*)" role="graphics-symbol" '
    r'aria-roledescription="[^"]*"([^>]*)/></a>'
)


def front_scatter(
    frame: pd.DataFrame, *, language: Language, title: str, axis: Axis = "equivalents_air"
) -> Chart:
    """Draw sources by direct carbon and by pollution on logarithmic scales, with their front.

    Sources that nobody beats on both stand on the front, drawn as steps.

    Parameters
    ----------
    frame : DataFrame
        ``name``, ``carbon_t`` (direct, CO2e), ``amount`` (equivalents, or tonnes of VOCs),
        ``kind`` (``control_point``, ``no_control_point``, ``control_unknown``), ``is_on_front``,
        ``told`` (what a screen reader speaks). Rows without both amounts above 0 are not drawn.
    title : str
        What the picture shows, for those who do not see it.
    axis : str
        Which pollution ``amount`` is.

    Raises
    ------
    ParkError
        ``nothing_to_draw`` if no source has both amounts above 0.
    """
    columns = ["name", "carbon_t", "amount", "kind", "is_on_front", "told"]
    rows = drawable(frame, columns, values=["carbon_t", "amount"], where="front_scatter")
    rows = rows.assign(mark=[f"#{place}" for place in range(len(rows))])
    shown = rows[(rows["carbon_t"] > 0) & (rows["amount"] > 0)]
    drawable(shown, columns, values=["carbon_t", "amount"], where="front_scatter")
    points = shown.assign(x=_powers(shown["carbon_t"]), y=_powers(shown["amount"]))
    spans = {name: _span(points[name]) for name in ("x", "y")}
    kind = AXES[axis][1]
    x = alt.X("x:Q", title=label("fused.axis.carbon", language),
              **_powers_of_ten(spans["x"], "mass", language))  # fmt: skip
    y = alt.Y("y:Q", title=label(f"fused.axis.{axis}", language),
              **_powers_of_ten(spans["y"], kind, language))  # fmt: skip
    front = pd.DataFrame(_steps(points[points["is_on_front"]], spans), columns=["x", "y"])
    line = alt.Chart(front.assign(place=range(len(front)))).mark_line(
        color=GREY, strokeWidth=2, strokeDash=[7, 4]
    ).encode(x=x, y=y, order="place:Q")  # fmt: skip
    names = _names(points, front, spans)
    layers = [line, _points(points, language).encode(x=x, y=y), *haloed(names, x, y)]
    return _looking(alt.layer(*layers), title, UP)


def ranked_bars(
    frame: pd.DataFrame, *, language: Language, title: str, kind: Kind, top: int = 5
) -> Chart:
    """Draw the largest sources as bars, each with its amount and its share of the park.

    Parameters
    ----------
    frame : DataFrame
        ``name``, ``amount`` (tonnes or equivalents), ``share`` (0 to 1 or missing), ``told``.
    kind : str
        What is measured: ``co2e`` (then in the colour of carbon), ``equivalents`` or ``mass``.
    top : int
        Bars drawn.

    Raises
    ------
    ParkError
        ``nothing_to_draw`` if no amount is known.
    """
    rows = drawable(frame, ["name", "amount", "share", "told"], values=["amount"],
                    where="ranked_bars")  # fmt: skip
    rows = rows.assign(mark=[f"#{place}" for place in range(len(rows))])
    first = rows.dropna(subset="amount").sort_values("amount", ascending=False, kind="stable")
    first = first.head(top)
    first = first.assign(
        row=[f"{place:03d}" for place in range(len(first))],
        end=first["amount"],
        text=[_amount(amount, share, kind, language)
              for amount, share in zip(first["amount"], first["share"], strict=True)],
    )  # fmt: skip
    order = list(first["row"])
    names = [shortened(name, size=TEXT_SIZE, width=ACROSS) for name in first["name"]]
    low, high = min(float(first["amount"].min()), 0.0), max(float(first["amount"].max()), 0.0)
    room = 14 + max(text_width(text, TEXT_SIZE) for text in first["text"])
    reach = low + ((high - low) or 1.0) * ACROSS / max(ACROSS - room, ACROSS / 6)
    bars = alt.Chart(first).mark_bar(
        size=18, yOffset=MARK_OFFSET, color=CARBON if kind == "co2e" else POLLUTION
    ).encode(
        x=alt.X("amount:Q", axis=None, scale=alt.Scale(domain=[low, reach], nice=False)),
        y=row_axis(order), href="mark:N", description="told:N",
    )  # fmt: skip
    drawn = alt.layer(bars, names_above(order, names), texts_beside(first, order))
    return _looking(drawn, title, height(order))


def choosable(chart: Chart, sources: Sequence[str]) -> str:
    """Return a chart as SVG whose marks are buttons, each with its name and its source.

    Parameters
    ----------
    chart : Chart
        Whose marks have ``#PLACE`` as their link and a description.
    sources : sequence of str
        The source of each place; a mark carries it as ``data-source``.

    Examples
    --------
    >>> rows = pd.DataFrame({"name": ["Kiln"], "amount": [2.0], "share": [1.0], "told": ["Kiln"]})
    >>> chart = ranked_bars(rows, language="en", title="Largest", kind="co2e")
    >>> 'data-source="A/kiln" role="button" tabindex="0"' in choosable(chart, ["A/kiln"])
    True
    """
    bundle = mime_bundle(chart.to_dict())

    def button(mark: re.Match[str]) -> str:
        place, told, drawn = mark.groups()
        source = escape(sources[int(place)], quote=True)
        # JupyterLab else takes the keys of whoever stands on a mark for its own.
        return (
            f'<g class="pk-mark" data-source="{source}" role="button" tabindex="0" '
            f'aria-pressed="false" aria-label="{told}" data-lm-suppress-shortcuts="true">'
            f"<title>{told}</title><path{drawn}/></g>"
        )

    return LINKED.sub(button, str(bundle["image/svg+xml"]))


def _powers(values: pd.Series) -> list[float]:
    return [math.log10(value) for value in values]


def _span(powers: pd.Series) -> tuple[float, float]:
    """Return the whole powers of ten around values, a little room beyond the last."""
    low, high = math.floor(powers.min() - 0.05), math.ceil(powers.max() + 0.05)
    return float(low), float(max(high, low + 1))


def _powers_of_ten(span: tuple[float, float], kind: Kind, language: Language) -> dict[str, Any]:
    """Return scale and ticks of an axis of powers of ten, each written as the amount it is."""
    ticks = list(range(int(span[0]), int(span[1]) + 1))
    texts = [_tick(10.0**tick, kind, language) for tick in ticks]
    told = json.dumps(texts, ensure_ascii=False)
    return {
        "scale": alt.Scale(domain=list(span), nice=False),
        "axis": alt.Axis(
            values=ticks,
            labelExpr=f"{told}[round(datum.value) - ({ticks[0]})]",
            labelOverlap="greedy",
            labelSeparation=10,
            labelFlush=False,
        ),
    }


def _tick(amount: float, kind: Kind, language: Language) -> str:
    """Return an amount as short as it can be told; the axis itself says what is counted."""
    if kind != "equivalents":
        return readable(amount, language, kind)
    told = (number(amount, language), readable(amount, language, "count"))
    return min(told, key=lambda text: text_width(text, TEXT_SIZE))


def _steps(front: pd.DataFrame, spans: dict[str, tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the corners of the front: up from the axis, and left at every source on it."""
    ordered = front.sort_values(["x", "y"], ascending=[False, True])
    corners: list[tuple[float, float]] = []
    below = spans["y"][0]
    for x, y in zip(ordered["x"], ordered["y"], strict=True):
        corners += [(x, below), (x, y)]
        below = y
    return [*corners, (spans["x"][0], below)]


def _points(points: pd.DataFrame, language: Language) -> alt.Chart:
    names = {kind: label(f"charts.{kind}", language) for kind in KINDS}
    present = [kind for kind in KINDS if kind in set(points["kind"])]
    domain = [names[kind] for kind in present]

    def scale(part: int) -> alt.Scale:
        return alt.Scale(domain=domain, range=[KINDS[kind][part] for kind in present])

    # A scale of sizes with a single kind gives none at all.
    sizes = [KINDS[kind][2] for kind in points["kind"]]
    legend = alt.Legend(columns=min(legend_columns(domain), 2))
    drawn: alt.Chart = (
        alt.Chart(points.assign(named=points["kind"].map(names), size=sizes))
        .mark_point(filled=True, opacity=1, stroke="white", strokeWidth=1)
        .encode(
            color=alt.Color("named:N", title=None, scale=scale(0), legend=legend),
            shape=alt.Shape("named:N", title=None, scale=scale(1)),
            size=alt.Size("size:Q", legend=None, scale=None),
            href="mark:N",
            description="told:N",
        )
    )
    return drawn


def _names(
    points: pd.DataFrame, front: pd.DataFrame, spans: dict[str, tuple[float, float]]
) -> pd.DataFrame:
    """Return where the names of points and of the front stand without covering anything."""
    (left, right), (low, high) = spans["x"], spans["y"]
    across, up = ACROSS / (right - left), UP / (high - low)
    is_named = points["is_on_front"] | (points["kind"] == "control_point")
    ordered = points.assign(is_named=is_named).sort_values(
        ["is_named", "x"], ascending=False, kind="stable"
    )
    texts = [
        shortened(name, size=TEXT_SIZE, width=ACROSS * 0.6) if wanted else ""
        for name, wanted in zip(ordered["name"], ordered["is_named"], strict=True)
    ]
    # The front is in the way of names, too: places along it, which want no name of their own.
    all_places = [*zip(ordered["x"], ordered["y"], strict=True), *_along(front)]
    pixels = [((x - left) * across, (high - y) * up) for x, y in all_places]
    wanted = [*texts, *[""] * (len(pixels) - len(texts))]
    centres = placed(pixels, wanted, size=TEXT_SIZE, width=ACROSS, height=UP)
    shown = [(left + centre[0] / across, high - centre[1] / up, text)
             for centre, text in zip(centres, wanted, strict=True) if centre]  # fmt: skip
    return pd.DataFrame(shown, columns=["x", "y", "text"])


def _along(front: pd.DataFrame) -> list[tuple[float, float]]:
    """Return places along a line, close enough that no name fits between two."""
    corners = list(zip(front["x"], front["y"], strict=True))
    return [
        (
            start[0] + (end[0] - start[0]) * step / STEPS,
            start[1] + (end[1] - start[1]) * step / STEPS,
        )
        for start, end in pairwise(corners)
        for step in range(1, STEPS)
    ]


def _amount(amount: float, share: float, kind: Kind, language: Language) -> str:
    told = readable(amount, language, kind)
    if pd.isna(share):
        return told
    return label("fused.with_share", language, amount=told, share=percent(share, language))


def _looking(chart: Chart, title: str, up: int) -> Chart:
    """Return a chart in the house's look without a title of its own: the page has a heading."""
    drawn: Chart = chart.properties(width=ACROSS, height=up, description=title).configure(**LOOK)
    return drawn
