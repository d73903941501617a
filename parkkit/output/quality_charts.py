"""Charts of data quality: what to measure better, and on what ranks of data the tonnes rest."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import altair as alt
import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.inventory.budget import BANDS
from parkkit.output.layout import text_width
from parkkit.output.marks import (
    MARK_OFFSET,
    amount_scale,
    height,
    names_above,
    row_axis,
    texts_beside,
)
from parkkit.output.quantities import is_missing, number, percent, readable, scale
from parkkit.output.theme import (
    CARBON,
    INK,
    TEXT_SIZE,
    WIDTH,
    Chart,
    captioned,
    drawable,
    legend_columns,
    with_notes,
)

TOP = 10  # of what to measure better
FACTOR = "factor"
# Ranks follow each other from dark to light, so that grey print keeps their order.
FILLS = {"1": CARBON, "2": "#5f7d8f", "3": "#93abb8", "4": "#c6d4dc", "5": "#eef3f5",
         "none": "white"}  # fmt: skip
DARK = ("1", "2")
BAR, ROW = 26, 64
ABOVE = -24
MARGIN = 10  # of a text within its part of the bar


def width_bars(frame: pd.DataFrame, *, language: Language, title: str, caption: str) -> Chart:
    """Draw by how much the interval would narrow if each input were known, the ten first.

    Parameters
    ----------
    frame : DataFrame
        ``name``, ``kind`` (``factor``: filled; an activity or report: hollow), ``width_t``,
        ``width_share``, ``half_width_percent``.

    Raises
    ------
    ParkError
        ``nothing_to_draw`` if no width is known, or none is above 0.
    """
    columns = ["name", "kind", "width_t", "width_share", "half_width_percent"]
    rows = drawable(frame[frame["width_t"] > 0] if "width_t" in frame else frame, columns,
                    values=["width_t"], where="width_bars")  # fmt: skip
    known = rows.sort_values("width_t", ascending=False, kind="stable", ignore_index=True)
    bars = known.head(TOP)
    unit, step = scale(float(bars["width_t"].max()), language, "mass")
    amounts = bars["width_t"] / float(step)
    kinds = [label(f"quality_chart.kind.{'factor' if kind == FACTOR else 'source'}", language)
             for kind in bars["kind"]]  # fmt: skip
    bars = bars.assign(
        row=[f"{place:03d}" for place in range(len(bars))], amount=amounts, end=amounts,
        text=[_width_text(row, language) for row in bars.to_dict("records")], kind_name=kinds,
    )  # fmt: skip
    order = list(bars["row"])
    axis = label("charts.axis", language, name=label("quality_chart.width", language), unit=unit)
    marks = alt.Chart(bars).mark_bar(size=18, yOffset=MARK_OFFSET, stroke=INK, strokeWidth=1.5)
    drawn = marks.encode(
        x=alt.X("amount:Q", title=axis, scale=amount_scale(0.0, float(amounts.max()))),
        y=row_axis(order),
        color=_kind_color(kinds, language),
    )
    names = [_width_name(row, place, language) for place, row in
             enumerate(bars.to_dict("records"), start=1)]  # fmt: skip
    layers = alt.layer(drawn, names_above(order, names), texts_beside(bars, order))
    rest = len(known) - len(bars)
    notes = [label("quality_chart.rest", language, count=rest) if rest else ""]
    told = with_notes(caption, notes, language)
    return captioned(layers, title, told, language=language, height=height(order))


def _kind_color(there: list[str], language: Language) -> alt.Color:
    fills = {label("quality_chart.kind.factor", language): CARBON,
             label("quality_chart.kind.source", language): "white"}  # fmt: skip
    shown = [name for name in fills if name in there]
    return alt.Color(
        "kind_name:N", title=None, legend=alt.Legend(columns=legend_columns(shown)),
        scale=alt.Scale(domain=shown, range=[fills[name] for name in shown]),
    )  # fmt: skip


def _width_name(row: Mapping[Hashable, Any], place: int, language: Language) -> str:
    half = number(row["half_width_percent"], language)
    return label("quality_chart.name", language, place=place, name=row["name"], half=half)


def _width_text(row: Mapping[Hashable, Any], language: Language) -> str:
    text = readable(float(row["width_t"]), language)
    share = row["width_share"]
    if is_missing(share):
        return text
    return label("charts.with_share", language, value=text, share=percent(share, language))


def rank_bars(frame: pd.DataFrame, *, language: Language, title: str, caption: str) -> Chart:
    """Draw on data of which ranks each species' tonnes rest, as a bar of shares a species.

    Parameters
    ----------
    frame : DataFrame
        ``species``, ``name``, ``band`` (1 to 5, ``none``), ``share`` (of the tonnes, 0 to 1).

    Raises
    ------
    ParkError
        ``nothing_to_draw`` if no share is known.
    """
    columns = ["species", "name", "band", "share"]
    rows = drawable(frame, columns, values=["share"], where="rank_bars")
    rows = rows[rows["share"] > 0]
    parts = _placed(rows, language)
    order = list(parts["species"].unique())
    y = alt.Y("species:N", sort=order, axis=None, scale=alt.Scale(domain=order))
    names = list(parts.drop_duplicates("species")["name"])
    above = alt.Chart(pd.DataFrame({"species": order, "text": names})).mark_text(
        align="left", yOffset=ABOVE
    ).encode(x=alt.value(0), y=y, text="text:N")  # fmt: skip
    drawn = alt.layer(_bars(parts, y, language), *_inner(parts, y), above)
    return captioned(drawn, title, caption, language=language, height=ROW * len(order))


def _placed(rows: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return the parts of each bar in order of rank, where each begins and ends, and its text."""
    order = {name: place for place, name in enumerate(dict.fromkeys(rows["species"]))}
    rows = rows.assign(
        place=rows["species"].map(order),
        rank=rows["band"].map({band: place for place, band in enumerate(BANDS)}),
    ).sort_values(["place", "rank"], ignore_index=True)  # fmt: skip
    end = rows.groupby("species")["share"].cumsum()
    texts = [
        label("quality_chart.part", language, share=percent(share, language),
              band=label(f"quality_chart.band.{band}", language))
        for band, share in zip(rows["band"], rows["share"], strict=True)
    ]  # fmt: skip
    fits = [text_width(text, TEXT_SIZE) + MARGIN <= share * WIDTH
            for text, share in zip(texts, rows["share"], strict=True)]  # fmt: skip
    return rows.assign(start=end - rows["share"], end=end, part=texts, fits=fits)


def _bars(parts: pd.DataFrame, y: alt.Y, language: Language) -> alt.Chart:
    there = [band for band in BANDS if band in set(parts["band"])]
    names = [label(f"uncertainty.band.{band}", language) for band in there]
    named = parts.assign(band_name=parts["band"].map(dict(zip(there, names, strict=True))))
    x = alt.X(
        "start:Q", title=label("quality_chart.share", language), axis=alt.Axis(format="~%"),
        scale=alt.Scale(domain=[0, 1]),
    )  # fmt: skip
    color = alt.Color(
        "band_name:N", title=None, legend=alt.Legend(columns=legend_columns(names)),
        scale=alt.Scale(domain=names, range=[FILLS[band] for band in there]),
    )  # fmt: skip
    marks = alt.Chart(named).mark_bar(size=BAR, yOffset=4, stroke=INK, strokeWidth=1)
    drawn: alt.Chart = marks.encode(x=x, x2="end:Q", y=y, color=color)
    return drawn


def _inner(parts: pd.DataFrame, y: alt.Y) -> list[alt.Chart]:
    """Return the texts of the parts that are wide enough, light on dark and dark on light."""
    inside = parts[parts["fits"]].assign(middle=(parts["start"] + parts["end"]) / 2)
    layers = []
    for color, is_dark in (("white", True), (INK, False)):
        rows = inside[inside["band"].isin(DARK) == is_dark]
        marks = alt.Chart(rows[["species", "middle", "part"]]).mark_text(color=color, yOffset=4)
        layers.append(marks.encode(x="middle:Q", y=y, text="part:N"))
    return layers
