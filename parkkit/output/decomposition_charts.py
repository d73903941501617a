"""Charts of why and along which way: effects of a decomposition, paths, small multiples."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.diagnosis.decomposition import effect_name
from parkkit.diagnosis.identities import TOTAL
from parkkit.output.decoupling_charts import PLANE_HEIGHT, around_zero, rays
from parkkit.output.layout import shortened
from parkkit.output.ledger_charts import waterfall
from parkkit.output.marks import DASHES, SHAPES, haloed, names_beside, series_name
from parkkit.output.quantities import Kind
from parkkit.output.theme import (
    CARBON,
    ECONOMY,
    GREY,
    POLLUTION,
    TEXT_SIZE,
    Chart,
    captioned,
    code_legend,
    counted,
    drawable,
    with_notes,
)

EFFECT = ["effect", "amount", "start", "end", "before", "after"]
PATH = ["group", "end", "economy_change", "pressure_change"]
MULTIPLE = ["group", "year", "series", "index"]
COLUMNS, SMALL_WIDTH, SMALL_HEIGHT = 2, 235, 120
# The first group of paths is drawn heavier; grey ones behind it differ by dash and shape.
LEAD, OTHERS = CARBON, GREY
LINES = {
    "economy": (ECONOMY, [1, 0]),
    "carbon": (CARBON, [8, 4]),
    "equivalents": (POLLUTION, [2, 3]),
}


def effects_waterfall(
    frame: pd.DataFrame, *, language: Language, title: str, caption: str, kind: Kind = "co2e"
) -> Chart:
    """Draw how each effect moved an emission from its first to its last year.

    Parameters
    ----------
    frame : DataFrame
        ``effect``, ``amount`` (tonnes; a ``total`` is left out), ``start``, ``end`` (years),
        ``before`` and ``after`` (the whole in them). Effects of exactly 0 are not drawn.
    kind : str
        What is measured: ``co2e``, or ``mass`` for the tonnes of one species.

    Raises
    ------
    ParkError
        ``nothing_to_draw`` if an effect is not known.
    """
    rows = drawable(frame, EFFECT, values=["amount"], where="effects_waterfall")
    parts = rows[(rows["effect"] != TOTAL) & (rows["amount"] != 0)]
    if rows["amount"].isna().any():
        parts = parts.assign(amount=float("nan"))
        drawable(parts, EFFECT, values=["amount"], where="effects_waterfall")
    first = rows.iloc[0]
    totals = first["before"] + parts["amount"].cumsum()
    ends = [label("charts.year_total", language, year=first[side]) for side in ("start", "end")]
    named = [effect_name(effect, language) for effect in parts["effect"]]
    steps = pd.DataFrame(
        {
            "name": [ends[0], *named, ends[1]],
            "is_end": [True, *[False] * len(parts), True],
            "change_t": [float("nan"), *parts["amount"], float("nan")],
            "total_t": [first["before"], *totals, first["after"]],
        }
    )
    return waterfall(steps, language, title, caption, kind)


def tapio_paths(frame: pd.DataFrame, *, language: Language, title: str, caption: str) -> Chart:
    """Draw the way each group went, year after year, in the plane of economy and pressure.

    Parameters
    ----------
    frame : DataFrame
        ``group`` (the first is drawn heavier, with its years), ``end`` (a year),
        ``economy_change`` and ``pressure_change`` (shares of the first year).

    Raises
    ------
    ParkError
        ``nothing_to_draw`` if no point has both changes.
    """
    changes = PATH[2:]
    rows = drawable(frame, PATH, values=changes, where="tapio_paths")
    known = rows.dropna(subset=changes).rename(columns=dict(zip(changes, "xy", strict=True)))
    known = known.assign(way=known["group"], year=known["end"].astype("int"))
    groups = list(dict.fromkeys(known["way"]))
    domains = {axis: around_zero(known[axis]) for axis in ("x", "y")}
    x, y = (
        alt.X("x:Q", title=label("charts.economy_change", language), axis=alt.Axis(format="~%"),
              scale=alt.Scale(domain=domains["x"], nice=False)),
        alt.Y("y:Q", title=label("charts.pressure_change", language), axis=alt.Axis(format="~%"),
              scale=alt.Scale(domain=domains["y"], nice=False)),
    )  # fmt: skip
    names, left_out = names_beside(_wanted(known, groups), domains, height=PLANE_HEIGHT)
    notes = [label("charts.note_rays", language),
             counted("note_no_change", len(rows) - len(known), language),
             counted("note_not_labelled", left_out, language)]  # fmt: skip
    drawn = alt.layer(*rays(domains, x, y, language), *_ways(known, groups, x, y),
                      *haloed(names, x, y))  # fmt: skip
    told = with_notes(caption, notes, language)
    return captioned(drawn, title, told, language=language, height=PLANE_HEIGHT)


def _wanted(known: pd.DataFrame, groups: Sequence[str]) -> pd.DataFrame:
    """Return the points with their names: each year of the first way, the last of the others."""
    last = known.groupby("way")["year"].transform("max")
    is_first = known["way"] == groups[0]
    years = known["year"].astype("str")
    # The legend has the whole names; here an industry goes by its code.
    coded = known["way"].astype("str").str.split().str[0] + " " + years
    names = years.where(is_first, coded).where(is_first | (known["year"] == last), "")
    ranked = known.assign(wanted=names, is_last=known["year"] == last, is_first=is_first)
    return ranked.sort_values(["is_last", "is_first", "year"], ascending=False, kind="stable")


def _ways(known: pd.DataFrame, groups: Sequence[str], x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Return a line and points a group, apart by dash and shape where colour is not seen."""
    domain, count = list(groups), len(groups)
    colors = alt.Scale(domain=domain, range=[LEAD, *[OTHERS] * (count - 1)])
    dashes = alt.Scale(domain=domain, range=[[1, 0], *(DASHES * count)[: count - 1]])
    shapes = alt.Scale(domain=domain, range=["circle", *(SHAPES * count)[: count - 1]])
    widths = alt.Scale(domain=domain, range=[3.5, *[1.75] * (count - 1)])
    legend = code_legend({group: shortened(group, size=TEXT_SIZE, width=240) for group in domain})
    drawn = alt.Chart(known)
    lines = drawn.mark_line().encode(
        x=x, y=y, order="year:Q", color=alt.Color("way:N", title=None, legend=legend, scale=colors),
        strokeDash=alt.StrokeDash("way:N", legend=None, scale=dashes),
        strokeWidth=alt.StrokeWidth("way:N", legend=None, scale=widths),
    )  # fmt: skip
    points = drawn.mark_point(filled=True, size=80, opacity=1).encode(
        x=x, y=y, color=alt.Color("way:N", title=None, legend=legend, scale=colors),
        shape=alt.Shape("way:N", title=None, legend=legend, scale=shapes),
    )  # fmt: skip
    return [lines, points]


def industry_multiples(
    frame: pd.DataFrame, *, language: Language, title: str, caption: str
) -> Chart:
    """Draw economy, carbon and pollution of each group as indices, a small picture for each.

    Parameters
    ----------
    frame : DataFrame
        ``group`` (in the order of the pictures), ``year``, ``series`` (``economy``, ``carbon``,
        ``equivalents``), ``index`` (the first year is 100; a missing value breaks the line).

    Raises
    ------
    ParkError
        ``nothing_to_draw`` if no index is known.
    """
    rows = drawable(frame, MULTIPLE, values=["index"], where="industry_multiples")
    rows = rows.astype({"year": "int", "index": "float"})
    rows["group"] = [
        shortened(str(name), size=TEXT_SIZE, width=SMALL_WIDTH) for name in rows["group"]
    ]
    series = [name for name in LINES if name in set(rows["series"])]
    colors, dashes = (
        alt.Scale(domain=series, range=[LINES[name][place] for name in series]) for place in (0, 1)
    )
    # Of several panels in a row the first and the last year alone find room.
    years = [int(rows["year"].min()), int(rows["year"].max())]
    legend = code_legend({name: series_name(name, language) for name in series})
    drawn = alt.Chart(rows).mark_line(strokeWidth=2.5, clip=True).encode(
        x=alt.X("year:Q", title=None, scale=alt.Scale(domain=years, nice=False, padding=8),
                axis=alt.Axis(values=years, format="d", grid=False)),
        y=alt.Y("index:Q", title=None, scale=alt.Scale(zero=False, nice=True),
                axis=alt.Axis(tickCount=4)),
        color=alt.Color("series:N", title=None, legend=legend, scale=colors),
        strokeDash=alt.StrokeDash("series:N", title=None, legend=legend, scale=dashes),
        facet=alt.Facet("group:N", columns=COLUMNS, title=None, spacing={"row": 20, "column": 50},
                        sort=list(dict.fromkeys(rows["group"])),
                        header=alt.Header(labelFontSize=TEXT_SIZE, labelAnchor="start")),
    )  # fmt: skip
    told = with_notes(caption, [label("charts.note_same_scale", language, year=years[0])], language)
    return captioned(drawn, title, told, language=language, height=SMALL_HEIGHT, width=SMALL_WIDTH)
