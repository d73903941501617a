"""Charts of moving perimeters: from one boundary to another, and history told on one perimeter."""

from __future__ import annotations

import altair as alt
import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.output.ledger_charts import ENDS, waterfall
from parkkit.output.marks import row_axis
from parkkit.output.quantities import Kind, number, scale
from parkkit.output.theme import (
    CARBON,
    GREY,
    POLLUTION,
    Chart,
    axis_title,
    captioned,
    code_legend,
    drawable,
    listed,
    with_notes,
)

STEPS = ["name", "kind", "change_t", "total_t"]
LINES = ("declared", "restated")
STYLES = {
    # A ring around a square: where both lie on one spot, both are seen.
    "declared": (POLLUTION, [6, 4], "circle", "transparent", 260),
    "restated": (CARBON, [1, 0], "square", CARBON, 80),
}
LINES_HEIGHT = 260
ROW = 54  # pixels of a step: its name is nearer to its own bar than to the one above


def perimeter_waterfall(
    frame: pd.DataFrame, *, language: Language, title: str, caption: str, measure: Kind = "co2e"
) -> Chart:
    """Draw how a total moves with its perimeter, a bar a step.

    Parameters
    ----------
    frame : DataFrame
        ``name`` (of the step, in words), ``kind`` (``start`` and ``end`` are totals, all others
        changes), ``change_t`` and the ``total_t`` reached. Each ``start`` opens a group, apart
        from the one above it. Steps that change nothing are named in a note, a total that is not
        computable is left out and named, too.
    measure : str
        ``co2e``, or ``mass`` for the tonnes of one species.

    Raises
    ------
    ParkError
        ``nothing_to_draw`` if no total is known.
    """
    rows = drawable(frame, STEPS, values=["total_t"], where="perimeter_waterfall")
    is_end = rows["kind"].isin(ENDS)
    lost = is_end & rows["total_t"].isna()
    still = rows["change_t"].eq(0) & ~is_end
    steps = rows.assign(is_end=is_end)[~lost & ~still]
    notes = [
        label("charts.note_steps", language) if not steps["is_end"].all() else "",
        listed("note_unmoved", list(rows.loc[still, "name"]), language),
        listed("note_not_computable", list(rows.loc[lost, "name"]), language),
    ]
    drawn = waterfall(steps, language, title, with_notes(caption, notes, language), measure)
    return _grouped(drawn, steps)


def _grouped(drawn: Chart, steps: pd.DataFrame) -> Chart:
    """Return a waterfall with room between its rows and a line above each further group."""
    shown = steps[steps["is_end"] | steps["change_t"].notna()].reset_index(drop=True)
    order = [str(place) for place in shown.index]
    opens = [row for row, kind in zip(order, shown["kind"], strict=True) if kind == "start"]
    if len(opens) > 1 and isinstance(drawn, alt.LayerChart):
        rule = alt.Chart(pd.DataFrame({"row": opens[1:]})).mark_rule(
            color=GREY, strokeWidth=1.5, yOffset=-ROW / 2
        )
        drawn.layer = [*drawn.layer, rule.encode(y=row_axis(order))]
    spaced: Chart = drawn.properties(height=ROW * len(order))
    return spaced


def restated_lines(
    frame: pd.DataFrame, *, language: Language, title: str, caption: str, measure: Kind = "co2e"
) -> Chart:
    """Draw each year's total as declared then, and on one perimeter for all years.

    Parameters
    ----------
    frame : DataFrame
        ``year``, ``declared_t``, ``restated_t``; a missing total breaks its line.

    Raises
    ------
    ParkError
        ``nothing_to_draw`` if no total is known.
    """
    columns = ["year", *(f"{line}_t" for line in LINES)]
    rows = drawable(frame, columns, values=["year"], where="restated_lines")
    long = rows.rename(columns={f"{line}_t": line for line in LINES}).melt("year", var_name="line")
    drawable(long, ["value"], values=["value"], where="restated_lines")
    unit, size = scale(float(long["value"].abs().max()), language, measure)
    long = long.assign(value=long["value"] / float(size))
    years = list(range(int(rows["year"].min()), int(rows["year"].max()) + 1))
    x = alt.X("year:O", title=label("charts.year", language), scale=alt.Scale(domain=years),
              axis=alt.Axis(labelAngle=0, labelOverlap=True))  # fmt: skip
    # From 0 to a little above the highest: room for its figure.
    top = max(float(long["value"].max()) * 1.12, 0.0)
    y = alt.Y("value:Q", title=axis_title("emissions" if measure == "co2e" else "amount", unit,
                                          language),
              scale=alt.Scale(domain=[min(0.0, float(long["value"].min())), top], nice=False),
              )  # fmt: skip
    drawn = alt.layer(*_lines(long, x, y, language), _ends(long, years, language).encode(x=x, y=y))
    return captioned(drawn, title, caption, language=language, height=LINES_HEIGHT)


def _lines(long: pd.DataFrame, x: alt.X, y: alt.Y, language: Language) -> list[alt.Chart]:
    """Return both lines with their points: they differ in colour, dash, shape and filling."""
    legend = code_legend({line: label(f"charts.line_{line}", language) for line in LINES})
    colors, dashes, shapes, fills, sizes = (
        alt.Scale(type="ordinal", domain=list(LINES), range=list(values))
        for values in zip(*STYLES.values(), strict=True)
    )
    base = alt.Chart(long).encode(x=x, y=y)
    color = alt.Color("line:N", title=None, legend=legend, scale=colors)
    dash = alt.StrokeDash("line:N", title=None, legend=legend, scale=dashes)
    return [
        base.mark_line(strokeWidth=2.5, invalid="break-paths-show-domains").encode(
            color=color, strokeDash=dash
        ),
        base.mark_point(strokeWidth=2, opacity=1).encode(
            size=alt.Size("line:N", title=None, legend=legend, scale=sizes),
            stroke=alt.Stroke("line:N", title=None, legend=legend, scale=colors),
            shape=alt.Shape("line:N", title=None, legend=legend, scale=shapes),
            fill=alt.Fill("line:N", title=None, legend=legend, scale=fills),
        ),
    ]


def _ends(long: pd.DataFrame, years: list[int], language: Language) -> alt.Chart:
    """Return the amounts of the first and last year, the higher line's above, the lower's below."""
    known = long.dropna(subset="value")
    ends = known[known["year"].isin([years[0], years[-1]])]
    ends = ends.assign(text=[number(value, language) for value in ends["value"]])
    high = ends.groupby("year")["value"].transform("max") == ends["value"]
    # One text where both lines meet.
    ends = ends.assign(is_high=high).drop_duplicates(["year", "text"])
    texts = alt.Chart(ends[["year", "value", "text", "is_high"]])
    drawn: alt.Chart = texts.mark_text(
        fontWeight="bold", dy=alt.expr("datum.is_high ? -14 : 16")
    ).encode(text="text:N")
    return drawn
