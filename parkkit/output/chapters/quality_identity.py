"""Chapter 05, who is who: listings that may be one plant, what speaks for it and against."""

from __future__ import annotations

from html import escape

import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.output.chapters.ledger import NUMBER, grouped_html
from parkkit.output.figures import name_of
from parkkit.output.page_choice import PageChoice
from parkkit.output.pages import show_html
from parkkit.output.quantities import percent
from parkkit.park.listed_plants import ENTERPRISES
from parkkit.park.package import Park, plant_names
from parkkit.park.proposals import propose_identities, told_proposals

MOST = 20
HEADS = ("pair", "score", "evidence")
GROUPS = ("", "same", "different")


def show_identities(park: Park, choice: PageChoice) -> None:
    """Show which listings of a park may be one plant, merged or not."""
    show_html(identity_html(park.listed or park, choice))


def identity_html(park: Park, choice: PageChoice) -> str:
    """Return, as HTML, which listings may be one plant, what speaks for it and what against.

    Parameters
    ----------
    park : Park
        Before verdicts made plants one (``Park.listed``): of merged plants one would be left.
    """
    language, proposals = choice.language, propose_identities(park)
    counts = proposals["verdict"].value_counts()
    said = {code or "open": int(counts.get(code, 0)) for code in GROUPS}
    told = f"<p>{escape(label('page.identity.counted', language, **said))}</p>"
    if not len(proposals):
        return told
    words = told_proposals(proposals, language, plant_names(park, language))
    words = words.assign(code=proposals["verdict"])
    shown = words.sort_values("code", key=lambda codes: codes.map(GROUPS.index), kind="stable")
    groups = [
        (str(rows["verdict"].iloc[0]), "".join(_row(row, language) for _, row in rows.iterrows()))
        for _, rows in shown.head(MOST).groupby("code", sort=False)
    ]
    heads = [(label(f"page.identity.head.{name}", language), NUMBER if name == "score" else "")
             for name in HEADS]  # fmt: skip
    more = len(shown) - MOST
    rest = label("page.identity.more", language, count=more) if more > 0 else ""
    note = label("page.identity.note", language)
    return f"{told}{grouped_html(heads, groups)}<p>{escape(f'{rest}{note}')}</p>"


def _row(row: pd.Series, language: Language) -> str:
    """Return a pair as a row: who, how sure, and the evidence on both sides."""
    who = "<br>".join(_side(row, side, language) for side in ("left", "right"))
    evidence = "<br>".join(
        escape(label(f"page.identity.{side}", language, given=row[f"evidence_{side}"]))
        for side in ("for", "against") if row[f"evidence_{side}"]
    )  # fmt: skip
    return (
        f"<tr><td>{who}</td><td{NUMBER}>{escape(percent(row['score'], language))}</td>"
        f"<td>{evidence}</td></tr>"
    )


def _side(row: pd.Series, side: str, language: Language) -> str:
    key, name = str(row[f"{side}_id"]), str(row[f"{side}_name"])
    if row[f"{side}_list"] != ENTERPRISES:
        listed = name_of(str(row[f"{side}_list"]), "list", language)
        key = label("page.identity.key", language, list=listed, id=key)
    return f"<b>{escape(name)}</b> {escape(key)}"
