"""Charts of energy: what the consumption of a park consists of."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

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
from parkkit.output.quantities import percent, readable, scale
from parkkit.output.theme import CARBON, INK, Chart, captioned, drawable, listed, with_notes

TOP = 10  # items with a bar of their own


def energy_bars(frame: pd.DataFrame, *, language: Language, title: str, caption: str) -> Chart:
    """Draw what the energy consumption consists of as ranked bars, hollow where it is taken off.

    Parameters
    ----------
    frame : DataFrame
        What ``consumed_by_item`` returns.

    Raises
    ------
    ParkError
        ``nothing_to_draw`` if no amount is known.
    """
    columns = ["name", "consumed_tce", "is_partial", "value"]
    rows = drawable(frame, columns, values=["consumed_tce"], where="energy_bars")
    bars = _folded(rows.dropna(subset="consumed_tce"), language)
    unit, step = scale(float(bars["consumed_tce"].abs().max()), language, "energy")
    amounts, total = bars["consumed_tce"] / float(step), float(bars["consumed_tce"].sum())
    texts = [_bar_text(row, total, language) for row in bars.to_dict("records")]
    bars = bars.assign(
        row=[f"{place:03d}" for place in range(len(bars))], amount=amounts, text=texts,
        end=amounts.clip(lower=0), is_off=amounts < 0,
    )  # fmt: skip
    order = list(bars["row"])
    axis = label("charts.axis", language, name=label("energy.consumption", language), unit=unit)
    marks = alt.Chart(bars).mark_bar(size=18, yOffset=MARK_OFFSET, stroke=INK, strokeWidth=1.5)
    drawn = marks.encode(
        x=alt.X("amount:Q", title=axis, scale=amount_scale(amounts.min(), amounts.max())),
        y=row_axis(order),
        color=alt.Color("is_off:N", legend=None,
                        scale=alt.Scale(domain=[False, True], range=[CARBON, "white"])),
    )  # fmt: skip
    layers = alt.layer(drawn, names_above(order, list(bars["name"])), texts_beside(bars, order))
    told = with_notes(caption, _notes(rows, bars, language), language)
    return captioned(layers, title, told, language=language, height=height(order))


def _folded(rows: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return the items with all but the first renamed to one; what is taken off keeps its bar."""
    rows = rows.sort_values("consumed_tce", ascending=False, ignore_index=True)
    others = (rows.index >= TOP) & (rows["consumed_tce"] >= 0)
    if others.sum() < 2:
        return rows
    rest = label("page.energy.others", language, count=int(others.sum()))
    sums = rows.assign(name=rows["name"].mask(others, rest)).groupby("name", sort=False)
    return sums.agg({"consumed_tce": "sum", "is_partial": "any"}).reset_index()


def _bar_text(row: Mapping[Hashable, Any], total: float, language: Language) -> str:
    amount = float(row["consumed_tce"])
    text = readable(amount, language, "energy")
    text = label("charts.partial", language, value=text) if row["is_partial"] else text
    # What is taken off is no share of the whole, nor is there a share of nothing.
    if amount <= 0 or total <= 0:
        return text
    return label("charts.with_share", language, value=text, share=percent(amount / total, language))


def _notes(rows: pd.DataFrame, bars: pd.DataFrame, language: Language) -> list[str]:
    """Return in which value the energy is told, what is taken off, and what is not known."""
    unknown = list(rows.loc[rows["consumed_tce"].isna(), "name"])
    by = label(f"page.energy.{rows['value'].iloc[0]}", language)
    return [
        label("page.energy.by", language, value=by),
        label("page.energy.hollow", language) if bars["is_off"].any() else "",
        listed("note_not_computable", unknown, language),
        label("charts.note_partial", language) if bars["is_partial"].any() else "",
    ]
