"""Charts of waste: what became of each kind of it."""

from __future__ import annotations

import altair as alt
import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.output.figures import name_of
from parkkit.output.layout import shortened, text_width
from parkkit.output.quantities import percent, readable
from parkkit.output.theme import (
    CARBON,
    INK,
    POLLUTION,
    TEXT_SIZE,
    WIDTH,
    Chart,
    captioned,
    drawable,
    legend_columns,
    with_notes,
)

# Fills of fates that follow each other differ in lightness, so that grey print tells them apart.
FILLS = {"used": "#1f6f66", "treated": "#e8f5f2", "stored": "#b9cad4", "disposed": "#8da1ad",
         "sent": CARBON, "dumped": POLLUTION}  # fmt: skip
LIGHT = ("treated", "stored", "disposed")
ROW, BAR = 92, 30
NAME_OFFSET, REST_OFFSET = -28, 30
MARGIN = 12  # of a text within its part of the bar


def waste_bars(frame: pd.DataFrame, *, language: Language, title: str, caption: str) -> Chart:
    """Draw what became of each kind of waste as one bar of shares, every part named.

    Parameters
    ----------
    frame : DataFrame
        ``species``, ``fate`` (``used``, ``treated``, ``stored``, ``disposed``, ``sent``,
        ``dumped``), ``amount_t``, ``share`` (of the kind, 0 to 1), ``is_partial``.

    Raises
    ------
    ParkError
        ``nothing_to_draw`` if no amount is known.
    """
    columns = ["species", "fate", "amount_t", "share", "is_partial"]
    rows = drawable(frame, columns, values=["amount_t"], where="waste_bars")
    parts = _placed(rows.dropna(subset=["amount_t"]), language)
    order = list(parts["species"].unique())
    y = alt.Y("species:N", sort=order, axis=None, scale=alt.Scale(domain=order))
    drawn = alt.layer(
        _bars(parts, y, language), *_inner(parts, y), *_lines(parts, order, y, language)
    )
    note = label("charts.note_partial", language) if parts["is_partial"].any() else ""
    return captioned(
        drawn, title, with_notes(caption, [note], language), language=language,
        height=ROW * len(order),
    )  # fmt: skip


def _placed(rows: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return the parts of each bar in order, where each begins and ends, and its text."""
    rank = rows["fate"].map({name: place for place, name in enumerate(FILLS)})
    rows = rows.assign(rank=rank).sort_values(["species", "rank"], ignore_index=True)
    end = rows.groupby("species")["share"].cumsum()
    texts = [
        label("waste_chart.destination", language, share=percent(share, language),
              name=label(f"waste_chart.fate.{fate}", language))
        for fate, share in zip(rows["fate"], rows["share"], strict=True)
    ]  # fmt: skip
    fits = [text_width(text, TEXT_SIZE) + MARGIN <= share * WIDTH
            for text, share in zip(texts, rows["share"], strict=True)]  # fmt: skip
    return rows.assign(start=end - rows["share"], end=end, part=texts, fits=fits)


def _bars(parts: pd.DataFrame, y: alt.Y, language: Language) -> alt.Chart:
    there = [fate for fate in FILLS if fate in set(parts["fate"])]
    names = [label(f"waste_chart.fate.{fate}", language) for fate in there]
    named = parts.assign(name=parts["fate"].map(dict(zip(there, names, strict=True))))
    x = alt.X(
        "start:Q", title=label("waste_chart.axis", language), axis=alt.Axis(format="~%"),
        scale=alt.Scale(domain=[0, 1]),
    )  # fmt: skip
    color = alt.Color(
        "name:N", title=None, legend=alt.Legend(columns=legend_columns(names)),
        scale=alt.Scale(domain=names, range=[FILLS[fate] for fate in there]),
    )  # fmt: skip
    marks = alt.Chart(named).mark_bar(size=BAR, stroke=INK, strokeWidth=1)
    drawn: alt.Chart = marks.encode(x=x, x2="end:Q", y=y, color=color)
    return drawn


def _inner(parts: pd.DataFrame, y: alt.Y) -> list[alt.Chart]:
    """Return the texts of the parts that are wide enough, light on dark and dark on light."""
    inside = parts[parts["fits"]].assign(middle=(parts["start"] + parts["end"]) / 2)
    layers = []
    for color, is_light in (("white", False), (INK, True)):
        rows = inside[inside["fate"].isin(LIGHT) == is_light]
        marks = alt.Chart(rows[["species", "middle", "part"]]).mark_text(color=color)
        layers.append(marks.encode(x="middle:Q", y=y, text="part:N"))
    return layers


def _lines(parts: pd.DataFrame, order: list[str], y: alt.Y, language: Language) -> list[alt.Chart]:
    """Return the line above each bar, its kind and amount, and below it what found no room."""
    amounts = parts.groupby("species")["amount_t"].sum()
    partial = parts.groupby("species")["is_partial"].any()
    above, below = [], []
    for species in order:
        text = readable(float(amounts[species]), language)
        text = label("charts.partial", language, value=text) if partial[species] else text
        above.append(label("waste_chart.kind", language, amount=text,
                           name=name_of(species, "species", language)))  # fmt: skip
        small = parts[(parts["species"] == species) & ~parts["fits"]]["part"]
        below.append(label("charts.comma", language).join(small))
    return [
        _texts(order, above, y, NAME_OFFSET),
        _texts(order, below, y, REST_OFFSET, is_right=True),
    ]


def _texts(
    order: list[str], texts: list[str], y: alt.Y, offset: int, *, is_right: bool = False
) -> alt.Chart:
    fitting = [shortened(text, size=TEXT_SIZE, width=WIDTH) for text in texts]
    rows = pd.DataFrame({"species": order, "text": fitting})
    marks = alt.Chart(rows).mark_text(align="right" if is_right else "left", yOffset=offset)
    drawn: alt.Chart = marks.encode(x=alt.value(WIDTH if is_right else 0), y=y, text="text:N")
    return drawn
