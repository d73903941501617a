"""Charts of greenhouse gases by scope: by year, by plant."""

from __future__ import annotations

import altair as alt
import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.output.marks import (
    MARK_OFFSET,
    amount_scale,
    height,
    names_above,
    row_axis,
    texts_beside,
)
from parkkit.output.quantities import number, percent, readable, scale
from parkkit.output.theme import (
    INK,
    SCOPES,
    WIDTH,
    Chart,
    axis_title,
    captioned,
    code_legend,
    drawable,
    listed,
    with_notes,
)

WIDEST_BAR = 90  # a single year is a bar, not a wall
MANY_YEARS = 9  # beyond it the totals above the bars would touch


def emissions_by_year(
    frame: pd.DataFrame, *, language: Language, title: str, caption: str
) -> Chart:
    """Draw greenhouse gases as bars by scope, a bar a year, its total above.

    Parameters
    ----------
    frame : DataFrame
        ``year``, ``scope`` (rows without one are memo items and not drawn), ``co2e_t``. A total
        in which an amount is missing is marked partial.

    Raises
    ------
    ParkError
        ``nothing_to_draw`` if no row has both a scope and an amount.
    """
    rows = _in_scopes(frame, "year", where="emissions_by_year")
    totals = _totals(rows, "year")
    unit, size = scale(float(totals["co2e_t"].abs().max()), language, "co2e")
    segments = _segments(rows, "year", float(size))
    tops = segments.groupby("year")["to"].max().clip(lower=0)
    years = list(range(int(rows["year"].min()), int(rows["year"].max()) + 1))
    # Every year from first to last: a gap in the data stays a gap in the picture.
    x = alt.X(
        "year:O",
        title=label("charts.year", language),
        scale=alt.Scale(domain=years),
        axis=alt.Axis(labelAngle=0, labelOverlap=True),
    )
    bars = (
        alt.Chart(segments)
        .mark_bar(stroke="white", strokeWidth=1, size=min(WIDEST_BAR, 0.88 * WIDTH / len(years)))
        .encode(
            x=x,
            y=alt.Y("from:Q", title=axis_title("emissions", unit, language)),
            y2="to:Q",
            color=_scope_color(segments, language),
        )
    )
    above = totals.assign(top=totals["year"].map(tops).fillna(0))
    above = above.assign(text=_amounts(above, float(size), language))[_is_labelled(totals)]
    texts = alt.Chart(above).mark_text(dy=-10, fontWeight="bold")
    drawn = alt.layer(
        bars,
        _digits(segments).encode(x=x, y="middle:Q"),
        texts.encode(x=x, y="top:Q", text="text:N"),
    )
    return captioned(
        drawn,
        title,
        with_notes(caption, [_partial(totals, language)], language),
        language=language,
        height=270,
    )


def emissions_by_plant(
    frame: pd.DataFrame, *, language: Language, title: str, caption: str, top: int = 10
) -> Chart:
    """Draw the plants that emit most as ranked bars by scope, the rest as one bar.

    Parameters
    ----------
    frame : DataFrame
        ``name``, ``scope`` (rows without one are memo items and not drawn), ``co2e_t``.
    top : int
        Plants with a bar of their own.

    Raises
    ------
    ParkError
        ``nothing_to_draw`` if no row has both a scope and an amount.
    """
    rows = _in_scopes(frame, "name", where="emissions_by_plant").rename(columns={"name": "row"})
    plants = _totals(rows, "row")
    known = rows[rows["row"].isin(plants.dropna(subset="co2e_t")["row"])]
    folded, order = _folded(known, top, language)
    sums = _totals(folded, "row")
    unit, size = scale(float(sums["co2e_t"].abs().max()), language, "co2e")
    segments = _segments(folded, "row", float(size))
    bars = (
        alt.Chart(segments)
        .mark_bar(size=18, yOffset=MARK_OFFSET, stroke="white", strokeWidth=1)
        .encode(
            x=alt.X(
                "from:Q",
                title=axis_title("emissions", unit, language),
                scale=amount_scale(segments["from"].min(), segments["to"].max()),
            ),
            x2="to:Q",
            y=row_axis(order),
            color=_scope_color(segments, language),
        )
    )
    digits = _digits(segments, offset=MARK_OFFSET).encode(x="middle:Q", y=row_axis(order))
    beside = texts_beside(_with_shares(sums, segments, language), order)
    unknown = list(plants[plants["co2e_t"].isna()]["row"])
    absent = listed("note_not_computable", unknown, language)
    return captioned(
        alt.layer(bars, digits, names_above(order), beside),
        title,
        with_notes(caption, [absent, _partial(sums, language)], language),
        language=language,
        height=height(order),
    )


def _in_scopes(frame: pd.DataFrame, by: str, *, where: str) -> pd.DataFrame:
    rows = drawable(frame, [by, "scope", "co2e_t"], values=["scope", "co2e_t"], where=where)
    return rows.dropna(subset=["scope"]).astype({"scope": "int"})


def _totals(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return the sum per year or plant, and whether an amount is missing in it."""
    sums = rows.groupby(by)["co2e_t"].sum(min_count=1)
    absent = rows["co2e_t"].isna().groupby(rows[by]).any()
    return pd.DataFrame({"co2e_t": sums, "is_partial": absent & sums.notna()}).reset_index()


def _folded(rows: pd.DataFrame, top: int, language: Language) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows with all but the first plants renamed to one, and the order of bars."""
    sums = _totals(rows, "row").sort_values(["co2e_t", "row"], ascending=[False, True])
    # One plant is not folded: its name takes no more room than "1 other".
    first = list(sums["row"].head(top if len(sums) > top + 1 else top + 1))
    if len(sums) == len(first):
        return rows, first
    rest = label("charts.others", language, count=len(sums) - len(first))
    return rows.assign(row=rows["row"].where(rows["row"].isin(first), rest)), [*first, rest]


def _segments(rows: pd.DataFrame, by: str, size: float) -> pd.DataFrame:
    """Return the piece of each scope, from where to where it reaches in its bar."""
    parts = rows.groupby([by, "scope"], as_index=False)["co2e_t"].sum(min_count=1).dropna()
    parts = parts.assign(amount=parts["co2e_t"] / size).sort_values([by, "scope"])
    # What is negative (exported energy) goes the other way from 0.
    to = parts.groupby([by, parts["amount"] < 0])["amount"].cumsum()
    since = to - parts["amount"]
    span = max(0.0, to.max()) - min(0.0, to.min())
    digits = parts["scope"].astype("str").where(parts["amount"].abs() > 0.06 * span, "")
    pieces: pd.DataFrame = parts.assign(
        **{"from": since, "to": to, "middle": (since + to) / 2, "digit": digits}
    )
    return pieces


def _digits(segments: pd.DataFrame, *, offset: int = 0) -> alt.Chart:
    """Return the number of each scope inside its piece: it is told without its colour."""
    ink = alt.condition(alt.datum.scope == 1, alt.value("white"), alt.value(INK))
    texts = alt.Chart(segments).mark_text(yOffset=offset)
    drawn: alt.Chart = texts.encode(text="digit:N", color=ink)
    return drawn


def _scope_color(segments: pd.DataFrame, language: Language) -> alt.Color:
    present = sorted(int(scope) for scope in segments["scope"].unique())
    names = {scope: label(f"charts.scope.{scope}", language) for scope in present}
    return alt.Color(
        "scope:O",
        title=None,
        scale=alt.Scale(domain=present, range=[SCOPES[scope] for scope in present]),
        legend=code_legend(names),
    )


def _amounts(totals: pd.DataFrame, size: float, language: Language) -> list[str]:
    """Return the totals in the unit of the axis."""
    texts = [number(amount / size, language) for amount in totals["co2e_t"]]
    return _marked(texts, totals, language)


def _marked(texts: list[str], totals: pd.DataFrame, language: Language) -> list[str]:
    return [
        label("charts.partial", language, value=text) if is_partial else text
        for text, is_partial in zip(texts, totals["is_partial"], strict=True)
    ]


def _with_shares(sums: pd.DataFrame, segments: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return where each bar ends, and its amount and share of the park as text."""
    shares = sums["co2e_t"] / sums["co2e_t"].sum()
    # Each in its own unit: from the first to the last bar it may be a thousandfold.
    amounts = [readable(amount, language) for amount in sums["co2e_t"]]
    texts = [
        label("charts.with_share", language, value=text, share=percent(round(share, 3), language))
        for text, share in zip(_marked(amounts, sums, language), shares, strict=True)
    ]
    ends = sums["row"].map(segments.groupby("row")["to"].max()).clip(lower=0)
    return pd.DataFrame({"row": sums["row"], "end": ends, "text": texts})


def _is_labelled(totals: pd.DataFrame) -> pd.Series:
    """Return which years have their total written: all, or of many the ends and the extremes."""
    if len(totals) <= MANY_YEARS:
        return pd.Series(True, index=totals.index)
    amounts = totals["co2e_t"]
    marked = [totals.index[0], totals.index[-1], amounts.idxmax(), amounts.idxmin()]
    return pd.Series(totals.index.isin(marked), index=totals.index)


def _partial(totals: pd.DataFrame, language: Language) -> str:
    return label("charts.note_partial", language) if totals["is_partial"].any() else ""
