"""Identity: which listings may be one plant, and a person's word on a pair of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from parkkit.commands.options import AsJson, ParkName, Parks, Tongued, say, say_warnings, spoken
from parkkit.core.errors import ParkError
from parkkit.core.labels import Language, label
from parkkit.output.page_choice import one_line
from parkkit.output.quantities import percent
from parkkit.park.listed_plants import ENTERPRISES, Key
from parkkit.park.package import as_listed, find_park, plant_names
from parkkit.park.proposals import THRESHOLD, propose_identities, told_proposals
from parkkit.park.verdicts import Verdict, record_verdict

Pair = Annotated[tuple[str, str] | None, typer.Option(metavar="LIST:ID LIST:ID")]
Least = Annotated[
    float, typer.Option("--threshold", help="the least that speaks for a pair, 0 to 1")
]
By = Annotated[str, typer.Option("--by", help="who says so")]
Why = Annotated[str, typer.Option("--why", help="the reason")]


def tell_identities(
    park: ParkName,
    same: Pair = None,
    different: Pair = None,
    withdraw: Pair = None,
    by: By = "",
    why: Why = "",
    threshold: Least = THRESHOLD,
    parks: Parks = None,
    language: Tongued = None,
    as_json: AsJson = False,
) -> None:
    """Tell who may be who across lists, or settle a pair.  parkkit identity langang"""
    tongue = spoken(language)
    asked = {"same": same, "different": different, "withdrawn": withdraw}
    given = {verdict: pair for verdict, pair in asked.items() if pair is not None}
    if len(given) > 1:
        raise typer.BadParameter(label("cli.one_verdict", tongue))
    if given:
        ((verdict, pair),) = given.items()
        _settle(find_park(park, parks=parks), pair, verdict, by=by, why=why, language=tongue)
        return
    listed = as_listed(park, parks=parks)
    proposals = propose_identities(listed, threshold=threshold)
    if as_json:
        typer.echo(proposals.to_json(orient="records", force_ascii=False))
        return
    _say_proposals(told_proposals(proposals, tongue, plant_names(listed, tongue)), tongue)


def _settle(
    folder: Path, pair: tuple[str, str], verdict: str, *, by: str, why: str, language: Language
) -> None:
    left, right = (listed_key(text) for text in pair)
    told: Verdict = verdict  # type: ignore[assignment]  # one of the three options
    say_warnings(record_verdict(folder, left, right, told, by=by, why=why), language)
    name = label(f"identity.said.{verdict}", language)
    say("cli.verdict_written", language, left=" ".join(left), right=" ".join(right), verdict=name)


def listed_key(text: str) -> Key:
    """Return the list and id that a text names; without a list it is a plant of the park.

    Raises
    ------
    ParkError
        If a side of the colon is blank.

    Examples
    --------
    >>> listed_key("NEI:3986511"), listed_key("LG14")
    (('NEI', '3986511'), ('enterprises', 'LG14'))
    """
    given = text if ":" in text else f"{ENTERPRISES}:{text}"
    name, _, number = (part.strip() for part in given.partition(":"))
    if not (name and number):
        raise ParkError("not_list_and_id", given=text)
    return name, number


def _say_proposals(told: pd.DataFrame, language: Language) -> None:
    if not len(told):
        say("cli.no_proposals", language)
        return
    say("cli.proposals", language, count=len(told))
    for row in told.to_dict("records"):
        left, right = (
            f"{one_line(str(row[f'{side}_name']))} ({row[f'{side}_list']}:{row[f'{side}_id']})"
            for side in ("left", "right")
        )
        typer.echo(f"{percent(row['score'], language):>5}  {left} | {right}")
        say("cli.proposal_state", language, verdict=row["verdict"], why=row["why"])
        for side in ("for", "against"):
            if row[f"evidence_{side}"]:
                say(f"cli.evidence_{side}", language, given=row[f"evidence_{side}"])
