"""The look of a chart: colours, fonts, title with caption, and what draws it offline."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import altair as alt
import pandas as pd
import vl_convert

from parkkit.core.errors import ParkError
from parkkit.core.labels import Language, has_label, label
from parkkit.output.layout import text_width, wrapped

Chart: TypeAlias = alt.Chart | alt.LayerChart | alt.FacetChart  # what alt.layer may return

CARBON, POLLUTION, ECONOMY = "#2f4858", "#c8553d", "#2a9d8f"
SCOPES = {1: "#2f4858", 2: "#7e9bad", 3: "#c6d4dc"}
WARNING, INK, GREY, PALE = "#a86400", "#1f2d36", "#566570", "#dfe5e8"
FONT = "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',sans-serif"
# With its axis a picture is about 640 wide and its text as large as the page's: on a phone of 390
# its 16 px are read as 9, on paper as 10 points.
WIDTH = 560
HEADING_WIDTH = 625
TITLE_SIZE, TEXT_SIZE, SMALL_SIZE = 20, 16, 15

MOST_NAMED = 3

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
# The version nearest to the 5.6 that JupyterLab bundles: the still picture is the live one.
VEGA_LITE = "5.8"


LOOK: dict[str, Any] = {
    "font": FONT,
    "numberFormat": "~r",  # never in scientific notation
    "background": "white",
    "view": {"stroke": None},
    "title": {
        "anchor": "start", "frame": "bounds", "offset": 14, "color": INK,
        "fontSize": TITLE_SIZE, "lineHeight": TITLE_SIZE + 6,
        "subtitleFontSize": SMALL_SIZE, "subtitleLineHeight": SMALL_SIZE + 5,
        "subtitleColor": GREY, "subtitlePadding": 6,
    },
    "axis": {
        "labelFontSize": TEXT_SIZE, "titleFontSize": TEXT_SIZE, "titleFontWeight": "normal",
        "labelColor": INK, "titleColor": INK, "gridColor": PALE, "domainColor": GREY,
        "tickColor": GREY, "labelLimit": 0, "titlePadding": 8,
    },
    "axisQuantitative": {"tickCount": 5},
    "legend": {
        "labelFontSize": TEXT_SIZE, "titleFontSize": TEXT_SIZE, "titleFontWeight": "normal",
        "labelColor": INK, "titleColor": INK, "orient": "bottom", "labelLimit": 0,
        "symbolSize": 140, "columnPadding": 18, "rowPadding": 5,
    },
    "text": {"fontSize": TEXT_SIZE, "color": INK},
}  # fmt: skip


def mime_bundle(spec: dict[str, object], **_: object) -> dict[str, object]:
    """Return a chart as Lab, Voila and a static report draw it without a network.

    Altair's own renderers ask a CDN for Vega, or emit a version that Lab does not know.
    """
    v5 = {**spec, "$schema": SCHEMA}
    svg = vl_convert.vegalite_to_svg(json.dumps(v5), vl_version=VEGA_LITE)
    fluid = svg.replace("<svg ", '<svg style="max-width:100%;height:auto" ', 1)
    return {
        "application/vnd.vegalite.v5+json": v5,
        "image/svg+xml": fluid,
        "text/plain": str(spec.get("description", "")),
    }


def captioned(
    chart: Chart,
    title: str,
    caption: str,
    *,
    language: Language,
    height: int,
    width: int = WIDTH,
) -> Chart:
    """Return a chart in the house's look, its title the finding, its caption below the title.

    Parameters
    ----------
    chart : Chart or LayerChart
        Not yet configured.
    title : str
        What the chart shows, as a sentence.
    caption : str
        Boundary, year, convention and source; lines are kept.
    language : str
        Of the menu beside the chart.
    height, width : int
        Of the picture without its axes, in pixels.

    Examples
    --------
    >>> plain = alt.Chart(pd.DataFrame({"a": [1]})).mark_point()
    >>> chart = captioned(plain, "Falling", "Physical boundary", language="en", height=300)
    >>> chart.to_dict()["title"]["text"]
    ['Falling']
    """
    heading = alt.TitleParams(
        text=wrapped(title, size=TITLE_SIZE * 1.04, width=HEADING_WIDTH),
        subtitle=wrapped(caption, size=SMALL_SIZE, width=HEADING_WIDTH) if caption else [],
    )
    # The description is what a screen reader speaks.
    drawn: Chart = chart.properties(
        title=heading,
        description=f"{title}\n{caption}".strip(),
        usermeta=_embedding(language),
        width=width,
        height=height,
    ).configure(**LOOK)
    return drawn


def _embedding(language: Language) -> dict[str, object]:
    """Return what the embedding page is told: SVG that shrinks, no link to an outside editor."""
    menu = {"export": True, "source": False, "compiled": False, "editor": False}
    words = {
        "PNG_ACTION": label("charts.save_png", language),
        "SVG_ACTION": label("charts.save_svg", language),
        "CLICK_TO_VIEW_ACTIONS": label("charts.menu", language),
    }
    return {"embedOptions": {"renderer": "svg", "actions": menu, "i18n": words}}


def drawable(
    frame: pd.DataFrame, columns: Sequence[str], *, values: Sequence[str], where: str
) -> pd.DataFrame:
    """Return the columns a chart needs, of a frame that has something to draw.

    Raises
    ------
    ParkError
        ``missing_column`` if a column is not there; ``nothing_to_draw`` if the frame has no row in
        which all ``values`` stand.
    """
    for column in columns:
        if column not in frame:
            given = [str(name) for name in frame.columns]
            raise ParkError("missing_column", where=f"{where}, {column}", given=given)
    if frame.dropna(subset=list(values)).empty:
        raise nothing_to_draw(where)
    return frame[list(columns)].reset_index(drop=True)


def nothing_to_draw(where: str) -> ParkError:
    """Return the error of a chart that would be empty."""
    return ParkError("nothing_to_draw", where=where)


def axis_title(name: str, unit: str, language: Language) -> str:
    """Return the title of an axis, ``charts.NAME`` with its unit."""
    return label("charts.axis", language, name=label(f"charts.{name}", language), unit=unit)


def legend_columns(names: Sequence[str]) -> int:
    """Return how many entries of a legend fit beside each other.

    Examples
    --------
    >>> legend_columns(["范围一", "范围二"]), legend_columns(["a long name of a state" * 2] * 3)
    (2, 1)
    """
    widest = max((text_width(name, TEXT_SIZE) for name in names), default=1.0)
    return max(1, min(len(names), int((WIDTH + 40) / (widest + 36))))


def code_legend(names: Mapping[int, str] | Mapping[str, str]) -> alt.Legend:
    """Return a legend that shows codes by their names, in as many columns as fit."""
    written = json.dumps(names, ensure_ascii=False)
    columns = legend_columns(list(names.values()))
    return alt.Legend(columns=columns, labelExpr=f"({written})[datum.value]")


def with_notes(caption: str, notes: Sequence[str], language: Language) -> str:
    """Return a caption with a further line of notes, the empty ones left out."""
    told = label("charts.between_notes", language).join(note for note in notes if note)
    return "\n".join(line for line in (caption, told) if line)


def counted(key: str, count: int, language: Language) -> str:
    """Return the note ``charts.KEY`` with its count, or nothing for a count of 0."""
    return numbered(f"charts.{key}", count, language) if count else ""


def numbered(key: str, count: int, language: Language, **values: object) -> str:
    """Return a text with its count, in the wording for one where ``KEY.one`` gives it.

    Examples
    --------
    >>> numbered("charts.note_no_place", 1, "en"), numbered("charts.note_no_place", 2, "en")
    ('1 plant without a place', '2 plants without a place')
    """
    one = f"{key}.one"
    return label(one if count == 1 and has_label(one) else key, language, count=count, **values)


def listed(key: str, names: Sequence[str], language: Language) -> str:
    """Return the note ``charts.KEY`` with names, of many the first three; nothing for none."""
    if not names:
        return ""
    told = label("charts.comma", language).join(dict.fromkeys(names[:MOST_NAMED]))
    if len(names) > MOST_NAMED:
        told = label("charts.and_more", language, names=told, count=len(names))
    return label(f"charts.{key}", language, names=told)
