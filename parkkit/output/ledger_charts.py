"""Waterfalls: from one total to another, a bar a step, for conventions and for the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from parkkit.core.labels import Language, has_label, label
from parkkit.output.figures import name_of
from parkkit.output.layout import text_width
from parkkit.output.marks import (
    MARK_OFFSET,
    amount_scale,
    height,
    names_above,
    row_axis,
    texts_beside,
)
from parkkit.output.quantities import Kind, readable, scale
from parkkit.output.theme import (
    CARBON,
    INK,
    POLLUTION,
    TEXT_SIZE,
    WIDTH,
    Chart,
    axis_title,
    captioned,
    drawable,
    listed,
    with_notes,
)

ENDS = ("start", "end", "candidates", "kept")
SEVERAL = ";"
# Steps that span less than this share of the total are drawn on an axis that does not begin at 0.
CUT_BELOW = 0.25
ROOM_BESIDE = 0.08
WATERFALL = ["choice", "before", "after", "change_t", "total_t"]
LEDGER = ["reason", "stage", "change_t", "total_t"]


def convention_waterfall(
    frame: pd.DataFrame, *, language: Language, title: str, caption: str
) -> Chart:
    """Draw how a total moves from one convention to another, a bar for each choice.

    Parameters
    ----------
    frame : DataFrame
        What ``convention_steps`` returns. Choices that move nothing are named in a note.

    Raises
    ------
    ParkError
        ``nothing_to_draw`` if no total is known.
    """
    rows = drawable(frame, WATERFALL, values=["total_t"], where="convention_waterfall")
    names = [said_step(row, language) for row in rows.to_dict("records")]
    steps = rows.assign(name=names, is_end=rows["choice"].isin(ENDS))
    still = steps["change_t"].eq(0) & ~steps["is_end"]
    choices = [said_choices(str(choice), language) for choice in steps.loc[still, "choice"]]
    note = listed("note_no_effect", choices, language)
    return waterfall(steps[~still], language, title, with_notes(caption, [note], language))


def ledger_waterfall(
    frame: pd.DataFrame, *, language: Language, title: str, caption: str, kind: Kind = "co2e"
) -> Chart:
    """Draw how all candidates come to the headline, a bar for each reason of the ledger.

    Parameters
    ----------
    frame : DataFrame
        What ``ledger_steps`` returns.
    kind : str
        What is measured: ``co2e``, or ``mass`` for the tonnes of one species.

    Raises
    ------
    ParkError
        ``nothing_to_draw`` if no total is known.
    """
    rows = drawable(frame, LEDGER, values=["total_t"], where="ledger_waterfall")
    names = [said_reason(row, language) for row in rows.to_dict("records")]
    steps = rows.assign(name=names, is_end=rows["reason"].isin(ENDS))
    return waterfall(steps, language, title, caption, kind)


def said_step(row: Mapping[Any, Any], language: Language) -> str:
    """Return a step between conventions in words: the choice, its value before and after.

    Examples
    --------
    >>> said_step({"choice": "electricity", "before": "location", "after": "market"}, "zh")
    '外购电力核算方法：基于位置法 → 基于市场法'
    """
    names = str(row["choice"]).split(SEVERAL)
    if names[0] in ENDS:
        return label(f"charts.step.{names[0]}", language)
    if len(names) > 1:
        return label("charts.choices_together", language, names=said_choices(SEVERAL.join(names),
                                                                             language))  # fmt: skip
    name, before, after = names[0], str(row["before"]), str(row["after"])
    if name == "factor_sets":
        told = _sets_changed(before, after, language)
        return label("charts.choice_changed", language, choice=said_choices(name, language),
                     change=told)  # fmt: skip
    values = {"choice": said_choices(name, language), "before": said_value(name, before, language),
              "after": said_value(name, after, language)}  # fmt: skip
    whole = label("charts.choice_step", language, **values)
    if text_width(whole, TEXT_SIZE) <= WIDTH:
        return whole
    return label("charts.choice_now", language, choice=values["choice"], after=values["after"])


def said_choices(names: str, language: Language) -> str:
    """Return what choices are called.

    Examples
    --------
    >>> said_choices("level;view", "en")
    'Level, View'
    """
    parts = [label(f"convention.{name}", language) for name in names.split(SEVERAL)]
    return label("charts.comma", language).join(parts)


def said_value(name: str, value: str, language: Language) -> str:
    """Return what the value of a choice is called; numbers and years stand for themselves."""
    key = f"convention.{name}.{value}"
    if has_label(key) and name != "scopes":
        return label(key, language)
    return label("charts.comma", language).join(value.split(","))


def _sets_changed(before: str, after: str, language: Language) -> str:
    """Return which factor sets came, which went, or that only their order is another."""
    old, new = before.split(","), after.split(",")
    comma = label("charts.comma", language)
    changes = {"added": [name for name in new if name not in old and name],
               "removed": [name for name in old if name not in new and name]}  # fmt: skip
    told = [label(f"charts.sets_{word}", language, names=comma.join(names))
            for word, names in changes.items() if names]  # fmt: skip
    return comma.join(told) or label("charts.sets_reordered", language)


def said_reason(row: Mapping[Any, Any], language: Language) -> str:
    """Return a step of the ledger in words: its stage and reason."""
    reason = name_of(row["reason"], "reason", language)
    if not row["stage"]:
        return reason
    stage = name_of(row["stage"], "stage", language)
    return label("charts.stage_reason", language, stage=stage, reason=reason)


def waterfall(
    steps: pd.DataFrame, language: Language, title: str, caption: str, kind: Kind = "co2e"
) -> Chart:
    """Draw steps between totals: ``name``, ``is_end``, ``change_t``, ``total_t`` reached."""
    unknown = steps[steps["change_t"].isna() & ~steps["is_end"]]
    known = steps.drop(unknown.index).reset_index(drop=True)
    bars, is_cut = _bars(known)
    unit, size = scale(float(bars[["from", "to"]].abs().max().max()), language, kind)
    sides = {side: bars[side] / float(size) for side in ("from", "to")}
    bars = bars.assign(**sides, row=known.index.astype("str"), text=_texts(known, language, kind))
    bars = bars.assign(end=bars[["from", "to"]].max(axis=1))
    order = list(bars["row"])
    notes = [
        label("charts.note_cut", language) if is_cut else "",
        listed("note_not_computable", list(unknown["name"]), language),
    ]
    x = alt.X(
        "from:Q",
        title=axis_title("emissions" if kind == "co2e" else "amount", unit, language),
        scale=_amounts(bars, is_cut=is_cut),
    )
    drawn = alt.layer(
        *_marks(bars, x, order, is_cut=is_cut),
        names_above(order, list(known["name"])),
        texts_beside(bars, order, dx=12 if is_cut else 6),
    )
    told = with_notes(caption, notes, language)
    return captioned(drawn, title, told, language=language, height=height(order))


def _bars(steps: pd.DataFrame) -> tuple[pd.DataFrame, bool]:
    """Return where each bar begins and ends, and whether the axis is cut."""
    is_end, total = steps["is_end"], steps["total_t"].fillna(0.0)
    since = total - steps["change_t"].fillna(0.0)
    places = pd.concat([total, since])
    span, high = float(places.max() - places.min()), float(places.max())
    is_cut = bool(places.min() > 0 and 0 < span < CUT_BELOW * high)
    # On a cut axis a bar from its edge would lie about the total: its place is marked instead.
    begin = total if is_cut else 0.0
    kind = pd.Series("in", index=steps.index).mask(steps["change_t"] < 0, "out")
    bars = pd.DataFrame({"from": since.mask(is_end, begin), "to": total})
    return bars.assign(kind=kind.mask(is_end, "end")), is_cut


def _texts(steps: pd.DataFrame, language: Language, kind: Kind) -> list[str]:
    changes = [
        label(f"charts.step_{'out' if change < 0 else 'in'}", language,
              amount=readable(abs(change), language, kind))
        for change in steps["change_t"]
    ]  # fmt: skip
    totals = [readable(amount, language, kind) for amount in steps["total_t"]]
    return [
        whole if is_end else moved
        for whole, moved, is_end in zip(totals, changes, steps["is_end"], strict=True)
    ]


def _amounts(bars: pd.DataFrame, *, is_cut: bool) -> alt.Scale:
    low, high = float(bars[["from", "to"]].min().min()), float(bars["end"].max())
    if not is_cut:
        return amount_scale(low, high)
    low -= ROOM_BESIDE * (high - low)
    from_zero = amount_scale(0.0, high - low).to_dict()["domain"]
    return alt.Scale(domain=[low + place for place in from_zero], nice=False)


def _marks(bars: pd.DataFrame, x: alt.X, order: Sequence[str], *, is_cut: bool) -> list[alt.Chart]:
    """Return the bars, hollow where the total falls: they differ without colour, too."""
    y = row_axis(list(order))
    fill = alt.Color(
        "kind:N",
        legend=None,
        scale=alt.Scale(domain=["end", "in", "out"], range=[CARBON, POLLUTION, "white"]),
    )
    drawn = bars[bars["kind"] != "end"] if is_cut else bars
    marks = [
        alt.Chart(drawn)
        .mark_bar(size=18, yOffset=MARK_OFFSET, stroke=INK, strokeWidth=1.5)
        .encode(x=x, x2="to:Q", y=y, color=fill)
    ]
    if is_cut:
        points = alt.Chart(bars[bars["kind"] == "end"])
        marks.append(
            points.mark_point(
                shape="diamond", filled=True, size=220, yOffset=MARK_OFFSET, opacity=1
            ).encode(x=x, y=y, color=fill)
        )
    return marks
