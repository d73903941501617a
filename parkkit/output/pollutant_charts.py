"""Charts of pollutants: each with its list, and beside carbon."""

from __future__ import annotations

import json
import math

import altair as alt
import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.output.figures import name_of
from parkkit.output.layout import shortened
from parkkit.output.marks import (
    MARK_OFFSET,
    haloed,
    height,
    names_above,
    names_beside,
    row_axis,
    texts_beside,
)
from parkkit.output.quantities import percent, readable, scale
from parkkit.output.theme import (
    CARBON,
    GREY,
    PALE,
    POLLUTION,
    SCOPES,
    TEXT_SIZE,
    WARNING,
    WIDTH,
    Chart,
    axis_title,
    captioned,
    counted,
    drawable,
    listed,
    with_notes,
)

SCATTER_HEIGHT = 360


def species_bars(
    frame: pd.DataFrame, *, language: Language, title: str, caption: str, top: int = 12
) -> Chart:
    """Draw pollutants as dots on a logarithmic scale, each with its list and its amount.

    Dots, not bars: from kilograms to megatonnes only a logarithmic scale shows them together, and
    a bar on it has no foot.

    Parameters
    ----------
    frame : DataFrame
        ``species`` (codes), ``emissions_t``, ``list`` (where the value is from).
    top : int
        Rows drawn.

    Raises
    ------
    ParkError
        ``nothing_to_draw`` if no amount is known.
    """
    rows = drawable(
        frame,
        ["species", "emissions_t", "list"],
        values=["emissions_t"],
        where="species_bars",
    )
    sums = rows.groupby(["species", "list"], dropna=False)["emissions_t"].sum(min_count=1)
    known = (
        sums.dropna().reset_index().sort_values(["emissions_t", "species"], ascending=[False, True])
    )
    drawn = known.head(top)
    drawn = drawn.assign(
        row=[f"{place:03d}" for place in range(len(drawn))],
        text=[readable(amount, language) for amount in drawn["emissions_t"]],
        name=[
            label("charts.species_of_list", language, species=name_of(species, "species", language),
                  list=name_of(origin, "list", language))
            for species, origin in zip(drawn["species"], drawn["list"].fillna("—"), strict=True)
        ],
    )  # fmt: skip
    unknown = [
        name_of(species, "species", language)
        for species in rows[rows["emissions_t"].isna()]["species"]
    ]
    notes = [
        counted("note_species_left", max(0, len(known) - top), language),
        listed("note_not_computable", unknown, language),
    ]
    return captioned(
        _dots(drawn, language),
        title,
        with_notes(caption, notes, language),
        language=language,
        height=height(list(drawn["row"])),
    )


def fused_scatter(frame: pd.DataFrame, *, language: Language, title: str, caption: str) -> Chart:
    """Draw sources by carbon and by pollution equivalents, the co-control points named.

    Parameters
    ----------
    frame : DataFrame
        ``name``, ``co2e_t``, ``equivalents``, ``is_co_control_point`` (missing: cannot be told).

    Raises
    ------
    ParkError
        ``nothing_to_draw`` if no source has both amounts.
    """
    columns = ["name", "co2e_t", "equivalents", "is_co_control_point"]
    rows = drawable(frame, columns, values=["co2e_t", "equivalents"], where="fused_scatter")
    known = rows.dropna(subset=["co2e_t", "equivalents"])
    known = known.sort_values(["co2e_t", "equivalents"], ascending=False, ignore_index=True)
    unknown = rows[rows[["co2e_t", "equivalents"]].isna().any(axis=1)]
    units = {
        "x": scale(float(known["co2e_t"].abs().max()), language, "co2e"),
        "y": scale(float(known["equivalents"].abs().max()), language, "equivalents"),
    }
    kinds = ["control_unknown" if pd.isna(is_point) else
             "control_point" if is_point else "no_control_point"
             for is_point in known["is_co_control_point"]]  # fmt: skip
    points = known.assign(
        x=known["co2e_t"] / float(units["x"][1]), y=known["equivalents"] / float(units["y"][1]),
        kind=[label(f"charts.{kind}", language) for kind in kinds],
        wanted=[shortened(name, size=TEXT_SIZE, width=WIDTH // 2) if kind == "control_point" else ""
                for name, kind in zip(known["name"], kinds, strict=True)],
    )  # fmt: skip
    domains = {axis: _domain(points[axis]) for axis in ("x", "y")}
    x = alt.X(
        "x:Q",
        title=axis_title("emissions", units["x"][0], language),
        scale=alt.Scale(domain=domains["x"], nice=False),
    )
    y = alt.Y(
        "y:Q",
        title=axis_title("equivalents", units["y"][0], language),
        scale=alt.Scale(domain=domains["y"], nice=False),
    )
    names, left_out = names_beside(points, domains, height=SCATTER_HEIGHT)
    drawn = alt.layer(_sources(points, language).encode(x=x, y=y), *haloed(names, x, y))
    notes = [
        counted("note_one_side", len(unknown), language),
        counted("note_not_labelled", left_out, language),
    ]
    return captioned(
        drawn,
        title,
        with_notes(caption, notes, language),
        language=language,
        height=SCATTER_HEIGHT,
    )


def fused_bars(
    frame: pd.DataFrame, *, language: Language, title: str, caption: str, top: int = 10
) -> Chart:
    """Draw each source's share of the park's carbon and of its pollution, back to back.

    Parameters
    ----------
    frame : DataFrame
        ``name``, ``side`` (``carbon`` or ``pollution``), ``share`` (0 to 1).
    top : int
        Sources with a row of their own: those with the largest share on either side.

    Raises
    ------
    ParkError
        ``nothing_to_draw`` if no share is known.
    """
    rows = drawable(frame, ["name", "side", "share"], values=["share"], where="fused_bars")
    sums = rows.groupby(["name", "side"])["share"].sum(min_count=1)
    wide: pd.DataFrame = sums.unstack().reindex(columns=["carbon", "pollution"])
    ranked = wide.loc[wide.max(axis=1).sort_values(ascending=False, kind="stable").index]
    first = ranked.head(top if len(ranked) > top + 1 else top + 1)
    rest = ranked.iloc[len(first) :]
    if len(rest):
        name = label("charts.other_sources", language, count=len(rest))
        folded = pd.DataFrame([rest.sum(min_count=1)], index=[name])
        first = pd.concat([first, folded])
    order = [str(name) for name in first.index]
    reach = 1.3 * float(first.max().max())  # room for the per cent at both ends
    bars = alt.layer(
        names_above(order),
        *_side(first["carbon"], "carbon", reach, language),
        *_side(first["pollution"], "pollution", reach, language),
        alt.Chart(pd.DataFrame({"x": [0]})).mark_rule(color=GREY).encode(x="x:Q"),
    )
    return captioned(bars, title, caption, language=language, height=height(order))


def _dots(rows: pd.DataFrame, language: Language) -> Chart:
    above = rows[rows["emissions_t"] > 0]["emissions_t"]
    if above.empty:
        above = pd.Series([1.0])
    low, high = math.floor(math.log10(above.min())), math.ceil(math.log10(above.max()))
    high = max(high, low + 1)
    ticks = [10.0**power for power in range(low, high + 1)]
    names = json.dumps([readable(tick, language) for tick in ticks], ensure_ascii=False)
    order = list(rows["row"])
    x = alt.X(
        "emissions_t:Q",
        title=label("charts.log_amount", language),
        scale=alt.Scale(type="log", domain=[ticks[0], ticks[-1] * 10 ** ((high - low) * 0.25)]),
        axis=alt.Axis(
            values=ticks,
            labelExpr=f"{names}[round(log(datum.value) / LN10) - ({low})]",
            labelOverlap="greedy",
            labelSeparation=8,
            labelFlush=False,
        ),
    )
    y = row_axis(order)
    stems = alt.Chart(rows[rows["emissions_t"] > 0].assign(start=ticks[0])).mark_rule(
        color=PALE, yOffset=MARK_OFFSET, strokeWidth=3
    )
    stems = stems.encode(x="start:Q", x2="emissions_t:Q", y=y)
    # A true zero has no place on this scale: its text stands at the left edge, without a dot.
    dots = alt.Chart(rows[rows["emissions_t"] > 0]).mark_point(
        filled=True, size=150, color=POLLUTION, opacity=1, yOffset=MARK_OFFSET
    )
    ends = rows.assign(end=rows["emissions_t"].where(rows["emissions_t"] > 0, ticks[0]))
    texts = texts_beside(ends, order, dx=12)
    layers = [stems, dots.encode(x=x, y=y), names_above(order, list(rows["name"])), texts]
    return alt.layer(*layers)


def _domain(values: pd.Series) -> tuple[float, float]:
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    margin = 0.06 * ((high - low) or 1.0)
    return low - margin, high + margin


def _sources(points: pd.DataFrame, language: Language) -> alt.Chart:
    kinds = ["control_point", "no_control_point", "control_unknown"]
    names = [label(f"charts.{kind}", language) for kind in kinds]
    present = [place for place, name in enumerate(names) if name in set(points["kind"])]
    domain = [names[place] for place in present]
    drawn: alt.Chart = (
        alt.Chart(points)
        .mark_point(filled=True, size=190, opacity=0.9, stroke="white", strokeWidth=1)
        .encode(
            color=alt.Color(
                "kind:N",
                title=None,
                scale=alt.Scale(
                    domain=domain, range=[[POLLUTION, SCOPES[2], WARNING][p] for p in present]
                ),
            ),
            shape=alt.Shape(
                "kind:N",
                title=None,
                scale=alt.Scale(
                    domain=domain, range=[["diamond", "circle", "cross"][p] for p in present]
                ),
            ),
            tooltip=["name:N"],
        )
    )
    return drawn


def _side(shares: pd.Series, side: str, reach: float, language: Language) -> list[alt.Chart]:
    """Return the bars of a side, their per cent, and the side's name at its foot."""
    sign, color = (-1, CARBON) if side == "carbon" else (1, POLLUTION)
    order = [str(name) for name in shares.index]
    frame = pd.DataFrame(
        {"row": order, "share": shares.to_numpy(), "end": sign * shares.to_numpy()}
    )
    frame = frame.assign(text=[percent(_three_digits(share), language) for share in shares])
    x = alt.X(
        "end:Q",
        title=label("charts.share", language),
        axis=alt.Axis(labelExpr="format(abs(datum.value), '~%')"),
        scale=alt.Scale(domain=[-reach, reach], nice=False),
    )
    y = row_axis(order)
    bars = alt.Chart(frame.dropna()).mark_bar(size=18, yOffset=MARK_OFFSET, color=color)
    texts = alt.Chart(frame.assign(end=frame["end"].fillna(0))).mark_text(
        align="right" if sign < 0 else "left", dx=sign * 6, yOffset=MARK_OFFSET
    )
    head = pd.DataFrame({"text": [label(f"charts.{side}_side", language)]})
    above = alt.Chart(head).mark_text(
        align="right" if sign < 0 else "left", fontWeight="bold", color=color
    )
    return [
        bars.encode(x=x, y=y),
        texts.encode(x=x, y=y, text="text:N"),
        above.encode(x=alt.value(WIDTH / 2 + sign * 8), y=alt.value(-10), text="text:N"),
    ]


def _three_digits(share: float) -> float:
    return float(f"{share:.3g}")
