"""The chart of members: who is in which boundary."""

from __future__ import annotations

import altair as alt
import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.output.figures import name_of
from parkkit.output.layout import shortened
from parkkit.output.marks import answer_marks
from parkkit.output.theme import (
    TEXT_SIZE,
    WIDTH,
    Chart,
    captioned,
    counted,
    drawable,
    with_notes,
)

NAME_ROOM = 235  # left of the marks
KINDS = ("physical", "approved", "management", "statistical")


def membership_matrix(
    frame: pd.DataFrame, *, language: Language, title: str, caption: str, top: int = 20
) -> Chart:
    """Draw who is a member of which boundary, those on whom the boundaries differ first.

    Parameters
    ----------
    frame : DataFrame
        ``name``, ``boundary_type``, ``is_member`` (missing: cannot be told); of plants that
        differ alike, the first comes first.
    top : int
        Plants listed.

    Raises
    ------
    ParkError
        ``nothing_to_draw`` if no membership is known.
    """
    columns = ["name", "boundary_type", "is_member"]
    rows = drawable(frame, columns, values=["is_member"], where="membership_matrix")
    # Missing counts as an answer of its own: such a plant is worth a look, too.
    answers = rows["is_member"].map({True: "member", False: "not_member"}).fillna("member_unknown")
    kinds = answers.groupby(rows["name"], sort=False).nunique()
    # On whom they differ, not by how many answers: the order given stays.
    differing = kinds.gt(1).sort_values(ascending=False, kind="stable")
    order = list(differing.index[:top])
    shown = rows.assign(
        answer=[label(f"charts.{answer}", language) for answer in answers],
        boundary=[_head(kind, language) for kind in rows["boundary_type"]],
        plant=[shortened(str(name), size=TEXT_SIZE, width=NAME_ROOM) for name in rows["name"]],
    )[rows["name"].isin(order)]
    present = [kind for kind in KINDS if kind in set(rows["boundary_type"])]
    plants = [shortened(str(name), size=TEXT_SIZE, width=NAME_ROOM) for name in order]
    marks = (
        alt.Chart(shown)
        .mark_point(size=170, strokeWidth=2, opacity=1)
        .encode(
            x=alt.X(
                "boundary:N",
                title=None,
                axis=alt.Axis(orient="top", labelAngle=0, grid=False),
                scale=alt.Scale(domain=[_head(kind, language) for kind in present]),
            ),
            y=alt.Y(
                "plant:N",
                title=None,
                axis=alt.Axis(grid=True, ticks=False, domain=False),
                scale=alt.Scale(domain=list(dict.fromkeys(plants))),
            ),
            **answer_marks(shown, "answer", language),
        )
    )
    unlisted = differing.iloc[top:]
    notes = [
        counted("note_differing", int(unlisted.sum()), language),
        counted("note_agreed", int((~unlisted).sum()), language),
    ]
    return captioned(
        marks,
        title,
        with_notes(caption, notes, language),
        language=language,
        height=28 * len(order),
        width=WIDTH - 145,
    )


def _head(boundary_type: str, language: Language) -> str:
    """Return what a boundary is called above its column."""
    name = name_of(boundary_type, "boundary_type", language)
    return name[:1].upper() + name[1:]
