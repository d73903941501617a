"""The chart of the ledger: from the candidates to what is kept."""

from __future__ import annotations

import math

import altair as alt
import pandas as pd

from parkkit.core.errors import ParkError
from parkkit.core.labels import Language, label
from parkkit.output.figures import name_of
from parkkit.output.marks import (
    MARK_OFFSET,
    amount_scale,
    height,
    names_above,
    row_axis,
    texts_beside,
)
from parkkit.output.quantities import readable, scale
from parkkit.output.theme import (
    CARBON,
    POLLUTION,
    SCOPES,
    WARNING,
    Chart,
    axis_title,
    captioned,
    drawable,
)


def ledger_bars(frame: pd.DataFrame, *, language: Language, title: str, caption: str) -> Chart:
    """Draw how the candidates, less what each reason left out, come to what is kept.

    Parameters
    ----------
    frame : DataFrame
        ``reason`` (codes; one row is ``kept``, one may be ``candidates``), ``amount_t`` with the
        sign of the ledger: positive was left out, negative was added.

    Raises
    ------
    ParkError
        ``nothing_to_draw`` if no amount is known; ``one_kept_row``; ``candidates_do_not_close`` if
        the candidates given are not kept + ledger.
    """
    steps = _steps(
        drawable(frame, ["reason", "amount_t"], values=["amount_t"], where="ledger_bars")
    )
    unit, size = scale(float(steps[["from", "to"]].abs().max().max()), language)
    steps = steps.assign(**{side: steps[side] / float(size) for side in ("from", "to")})
    order = list(steps["reason"])
    words = [name_of(reason, "reason", language) for reason in order]
    # What was left out reads as less, whatever the sign of the ledger.
    texts = [
        label(f"charts.step_{kind}", language, amount=readable(abs(amount), language))
        if kind in ("out", "in")
        else readable(amount, language)
        for kind, amount in zip(steps["kind"], steps["amount_t"], strict=True)
    ]
    ends = steps.assign(row=order, end=steps[["from", "to"]].max(axis=1), text=texts)
    lows, highs = steps[["from", "to"]].min().min(), ends["end"].max()
    bars = (
        alt.Chart(ends)
        .mark_bar(size=18, yOffset=MARK_OFFSET)
        .encode(
            x=alt.X(
                "from:Q",
                title=axis_title("amount", unit, language),
                scale=amount_scale(float(lows), float(highs)),
            ),
            x2="to:Q",
            y=row_axis(order),
            color=alt.Color(
                "kind:N",
                legend=None,
                scale=alt.Scale(
                    domain=["candidates", "kept", "out", "in"],
                    range=[SCOPES[2], CARBON, POLLUTION, WARNING],
                ),
            ),
        )
    )
    drawn = alt.layer(bars, names_above(order, words), texts_beside(ends, order))
    return captioned(drawn, title, caption, language=language, height=height(order))


def _steps(rows: pd.DataFrame) -> pd.DataFrame:
    """Return candidates, each reason and kept in order, with where each bar starts and ends."""
    sums = rows.dropna().groupby("reason")["amount_t"].sum()
    if (rows["reason"] == "kept").sum() != 1 or "kept" not in sums:
        raise ParkError("one_kept_row", where="ledger_bars", count=sum(rows["reason"] == "kept"))
    reasons = sums.drop(labels=["kept", "candidates"], errors="ignore")
    reasons = reasons.sort_values(ascending=False, kind="stable")
    whole = math.fsum([sums["kept"], *reasons])
    given = float(sums.get("candidates", whole))
    if not math.isclose(given, whole, rel_tol=1e-9, abs_tol=1e-9):
        raise ParkError("candidates_do_not_close", where="ledger_bars", given=given, sum=whole)
    ends = whole - reasons.cumsum()
    middle = pd.DataFrame({"amount_t": reasons, "from": ends, "to": ends + reasons})
    middle = middle.assign(kind=["out" if amount >= 0 else "in" for amount in reasons])
    outer = pd.DataFrame(
        {"amount_t": [whole, sums["kept"]], "from": 0.0, "to": [whole, sums["kept"]]},
        index=["candidates", "kept"],
    ).assign(kind=["candidates", "kept"])
    steps = pd.concat([outer.iloc[:1], middle, outer.iloc[1:]])
    return steps.rename_axis("reason").reset_index()
