"""Charts of decoupling: indices over years, states by span, the Tapio plane."""

from __future__ import annotations

import altair as alt
import pandas as pd

from parkkit.core.labels import Language, has_label, label
from parkkit.diagnosis.state_table import NO_STATE, our_states, state_names
from parkkit.output.figures import name_of
from parkkit.output.layout import shortened, spread
from parkkit.output.marks import Domain, haloed, names_beside, series_name, series_styles
from parkkit.output.quantities import number
from parkkit.output.theme import (
    ECONOMY,
    GREY,
    INK,
    POLLUTION,
    TEXT_SIZE,
    WIDTH,
    Chart,
    captioned,
    code_legend,
    counted,
    drawable,
    with_notes,
)

LINES_WIDTH, LINES_HEIGHT, PLANE_HEIGHT = 340, 320, 400
NAME_ROOM = 265  # right of the lines
GROUP_ROOM = 240  # left of the tiles
# Fill and ink of a state: teal is good, terracotta bad, blue and sand the mixed ones.
STATES = {
    "S1": (ECONOMY, "white"),
    "S2": ("#a8d5cf", INK),
    "S3": ("#cfe3b4", INK),
    "S4": (POLLUTION, "white"),
    "S5": ("#b9c7d0", INK),
    "S6": ("#f0d9a8", INK),
    "S7": ("#e3b778", INK),
    "S8": ("#7d2b1c", "white"),
    "atypical": ("#f1f3f4", INK),
    "not_computable": ("white", INK),
}


def decoupling_lines(frame: pd.DataFrame, *, language: Language, title: str, caption: str) -> Chart:
    """Draw economy, carbon and pollutants as indices, the base year 100, named at the line ends.

    Parameters
    ----------
    frame : DataFrame
        ``year``, ``series`` (``economy``, ``carbon`` or a species), ``index``; a missing value
        breaks the line.

    Raises
    ------
    ParkError
        ``nothing_to_draw`` if no index is known.
    """
    rows = drawable(frame, ["year", "series", "index"], values=["index"], where="decoupling_lines")
    rows = rows.astype({"year": "int", "index": "float"}).sort_values(["series", "year"])
    low, high = _around_hundred(rows["index"])
    years = sorted({int(year) for year in rows["year"]})
    x = alt.X(
        "year:Q",
        title=label("charts.year", language),
        scale=alt.Scale(domain=[years[0], years[-1]], nice=False, zero=False, padding=12),
        axis=alt.Axis(
            values=years, tickCount=len(years), format="d", grid=False, labelOverlap=True
        ),
    )
    y = alt.Y(
        "index:Q",
        title=_index_title(rows, language),
        scale=alt.Scale(domain=[low, high], nice=False, zero=False),
    )
    styles = series_styles(list(dict.fromkeys(rows["series"])))
    base = alt.Chart(pd.DataFrame({"index": [100.0]})).mark_rule(color=GREY, strokeWidth=1.5)
    colors, dashes, shapes = (
        alt.Scale(domain=list(styles), range=list(values))
        for values in zip(*styles.values(), strict=True)
    )
    color = alt.Color("series:N", legend=None, scale=colors)
    dash = alt.StrokeDash("series:N", legend=None, scale=dashes)
    shape = alt.Shape("series:N", legend=None, scale=shapes)
    drawn = alt.Chart(rows)
    lines = drawn.mark_line(strokeWidth=2.5).encode(x=x, y=y, color=color, strokeDash=dash)
    points = drawn.mark_point(filled=True, size=70, opacity=1)
    layers = [
        base.encode(y=y),
        lines,
        points.encode(x=x, y=y, color=color, shape=shape),
        _line_names(rows, (low, high), language).encode(y=y, color=color),
    ]
    return captioned(
        alt.layer(*layers), title, caption, language=language,
        height=LINES_HEIGHT, width=LINES_WIDTH,
    )  # fmt: skip


def state_grid(
    frame: pd.DataFrame,
    *,
    language: Language,
    title: str,
    caption: str,
    states: pd.DataFrame | None = None,
) -> Chart:
    """Draw decoupling states as tiles, the code of the state written in each.

    Parameters
    ----------
    frame : DataFrame
        ``group``, ``span_end``, ``state`` (``S1`` to ``S8``, ``atypical``; missing: not
        computable), and ``is_open`` where known: a question mark behind the code.
    states : DataFrame, optional
        A park's own table of states: its codes and names, in the colours of the same signs.

    Raises
    ------
    ParkError
        ``nothing_to_draw`` if no state is known.
    """
    told = frame if "is_open" in frame else frame.assign(is_open=False)
    columns = ["group", "span_end", "state", "is_open"]
    rows = drawable(told, columns, values=["state"], where="state_grid")
    rows = rows.assign(state=rows["state"].fillna("not_computable"))
    is_open = rows["is_open"].eq(True)
    codes = {state: f"charts.state_code.{state}" for state in rows["state"].unique()}
    names = {s: label(key, language) if has_label(key) else s for s, key in codes.items()}
    rows = rows.assign(
        code=rows["state"].map(names) + is_open.map({True: "?", False: ""}),
        group=[shortened(str(group), size=TEXT_SIZE, width=GROUP_ROOM) for group in rows["group"]],
    )
    styles = STATES if states is None else _own_styles(states)
    called = state_names(language, states)
    present = [state for state in styles if state in names]
    legend = {
        state: label("charts.state_named", language, state=names[state], name=called[state])
        for state in present
    }
    x = alt.X(
        "span_end:O", title=label("charts.span_end", language),
        axis=alt.Axis(labelAngle=0, grid=False, labelOverlap=True),
    )  # fmt: skip
    y = alt.Y(
        "group:N",
        title=None,
        scale=alt.Scale(domain=list(dict.fromkeys(rows["group"]))),
        axis=alt.Axis(ticks=False, domain=False, labelPadding=8),
    )
    tiles = alt.Chart(rows).mark_rect(stroke=GREY, strokeWidth=1)
    fill = alt.Color(
        "state:N",
        title=None,
        scale=alt.Scale(domain=present, range=[styles[state][0] for state in present]),
        legend=code_legend(legend),
    )
    inks = alt.Color(
        "state:N",
        legend=None,
        scale=alt.Scale(domain=present, range=[styles[state][1] for state in present]),
    )
    texts = alt.Chart(rows).mark_text(fontWeight="bold").encode(x=x, y=y, text="code:N", color=inks)
    drawn = alt.layer(tiles.encode(x=x, y=y, color=fill), texts).resolve_scale(color="independent")
    notes = [label("charts.note_open", language)] if is_open.any() else []
    return captioned(
        drawn, title, with_notes(caption, notes, language), language=language,
        height=32 * rows["group"].nunique(), width=WIDTH - 165,
    )  # fmt: skip


def tapio_quadrant(frame: pd.DataFrame, *, language: Language, title: str, caption: str) -> Chart:
    """Draw changes of pressure against changes of the economy, with the elasticities 0.8 and 1.2.

    Parameters
    ----------
    frame : DataFrame
        ``series``, ``economy_change`` and ``pressure_change`` (shares of the base), ``state`` (a
        Tapio state), ``end`` (the last year of the span).

    Raises
    ------
    ParkError
        ``nothing_to_draw`` if no point has both changes.
    """
    changes = ["economy_change", "pressure_change"]
    rows = drawable(frame, ["series", *changes, "state", "end"], values=changes,
                    where="tapio_quadrant")  # fmt: skip
    known = rows.dropna(subset=changes).sort_values("end", ascending=False, kind="stable")
    points = _tapio_points(known, language)
    domains = {axis: around_zero(points[axis]) for axis in ("x", "y")}
    per_cent = alt.Axis(format="~%")
    x = alt.X(
        "x:Q",
        title=label("charts.economy_change", language),
        axis=per_cent,
        scale=alt.Scale(domain=domains["x"], nice=False),
    )
    y = alt.Y(
        "y:Q",
        title=label("charts.pressure_change", language),
        axis=per_cent,
        scale=alt.Scale(domain=domains["y"], nice=False),
    )
    names, left_out = names_beside(points, domains, height=PLANE_HEIGHT)
    marks = _series_marks(points, language).encode(x=x, y=y)
    notes = [
        label("charts.note_rays", language),
        counted("note_no_change", len(rows) - len(known), language),
        counted("note_not_labelled", left_out, language),
    ]
    return captioned(
        alt.layer(*rays(domains, x, y, language), *haloed(names, x, y), marks),
        title,
        with_notes(caption, notes, language),
        language=language,
        height=PLANE_HEIGHT,
    )


def _tapio_points(known: pd.DataFrame, language: Language) -> pd.DataFrame:
    names = [
        label("charts.point_of_state", language, end=end, state=name_of(state, "tapio", language))
        for end, state in zip(known["end"], known["state"].fillna("not_computable"), strict=True)
    ]
    return known.assign(x=known["economy_change"], y=known["pressure_change"], wanted=names)


def _series_marks(points: pd.DataFrame, language: Language) -> alt.Chart:
    """Return the points, a colour and a shape for each series."""
    styles = series_styles(list(dict.fromkeys(points["series"])))
    legend = code_legend({series: series_name(series, language) for series in styles})
    colors, _, shapes = (
        alt.Scale(domain=list(styles), range=list(values))
        for values in zip(*styles.values(), strict=True)
    )
    drawn: alt.Chart = (
        alt.Chart(points)
        .mark_point(filled=True, size=130, opacity=1)
        .encode(
            color=alt.Color("series:N", title=None, legend=legend, scale=colors),
            shape=alt.Shape("series:N", title=None, legend=legend, scale=shapes),
        )
    )
    return drawn


def _index_title(rows: pd.DataFrame, language: Language) -> str:
    """Return the axis title with the base year, where one year is 100 in every series."""
    is_base = rows["index"].sub(100).abs().lt(1e-9).groupby(rows["year"]).all()
    bases = [year for year, is_hundred in is_base.items() if is_hundred]
    if len(bases) != 1:
        return label("charts.index", language)
    return label("charts.index_of", language, year=bases[0])


def _line_names(rows: pd.DataFrame, domain: Domain, language: Language) -> alt.Chart:
    """Return the name and last value of each line at its end, apart from each other."""
    ends = rows.dropna().sort_values("year").drop_duplicates("series", keep="last")
    low, high = domain
    pixels = [(high - index) / (high - low) * LINES_HEIGHT for index in ends["index"]]
    places = spread(pixels, gap=TEXT_SIZE + 5, low=6, high=LINES_HEIGHT - 6)
    texts = [
        f"{shortened(series_name(s, language), size=TEXT_SIZE, width=NAME_ROOM - 50)} "
        f"{number(round(index, 1), language)}"
        for s, index in zip(ends["series"], ends["index"], strict=True)
    ]
    frame = pd.DataFrame(
        {
            "series": list(ends["series"]),
            "index": [high - place / LINES_HEIGHT * (high - low) for place in places],
            "text": texts,
        }
    )
    drawn: alt.Chart = (
        alt.Chart(frame)
        .mark_text(align="left", fontWeight="bold")
        .encode(x=alt.value(LINES_WIDTH + 6), text="text:N")
    )
    return drawn


def _own_styles(states: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Return fill and ink of a park's own states: those of our state of the same signs."""
    ours = our_states(states)
    own = {code: STATES[ours[code]] for code in sorted(ours, key=lambda code: ours[code])}
    return own | {code: STATES[code] for code in NO_STATE}


def _around_hundred(values: pd.Series) -> Domain:
    low, high = min(100.0, float(values.min())), max(100.0, float(values.max()))
    margin = 0.08 * ((high - low) or 10.0)
    return low - margin, high + margin


def around_zero(values: pd.Series) -> Domain:
    """Return what an axis spans that shows some changes and zero."""
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    span = (high - low) or 0.1
    return low - 0.15 * span, high + 0.15 * span


def rays(domains: dict[str, Domain], x: alt.X, y: alt.Y, language: Language) -> list[alt.Chart]:
    """Return the axes through zero and the lines of elasticity 0.8 and 1.2, up to the edges."""
    (left, right), (low, high) = domains["x"], domains["y"]
    ends = [
        {"slope": slope, "x": along, "y": slope * along}
        for slope in (0.8, 1.2)
        for along in (max(left, low / slope), min(right, high / slope))
    ]
    frame = pd.DataFrame(ends).assign(
        text=[label("charts.elasticity", language, value=f"{ray['slope']:g}") for ray in ends]
    )
    zero = pd.DataFrame({"x": [0.0], "y": [0.0]})
    lines = alt.Chart(frame).mark_line(color=GREY, strokeDash=[5, 4])
    return [
        alt.Chart(zero).mark_rule(color=GREY).encode(x=x),
        alt.Chart(zero).mark_rule(color=GREY).encode(y=y),
        lines.encode(x=x, y=y, detail="slope:N"),
        *haloed(_inward(frame[frame["x"] > 0]), x, y),
    ]


def _inward(ends: pd.DataFrame) -> pd.DataFrame:
    """Return the ends of rays drawn in a little, where their names stand inside the picture."""
    return ends.assign(x=0.86 * ends["x"], y=0.86 * ends["y"])
