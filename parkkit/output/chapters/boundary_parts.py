"""Chapter 01, parts: a park within the park and the rest, and what they give each other."""

from __future__ import annotations

from html import escape

import pandas as pd

from parkkit.core.errors import ParkError
from parkkit.core.labels import Language, label
from parkkit.inventory.part_differences import part_reconciliation, part_transfers
from parkkit.output.chapters.boundary import COMPARED, sheet
from parkkit.output.figures import name_of
from parkkit.output.marks import series_name
from parkkit.output.page_choice import PageChoice
from parkkit.output.pages import boundary_name, say, show_html, warn
from parkkit.output.quantities import readable
from parkkit.output.theme import numbered
from parkkit.park.boundary import drawn_in, part_key, part_names
from parkkit.park.package import Park, plant_names

KINDS = ("part", "rest", "transfers", "whole")
MOST = 20  # transfers listed


def show_parts(park: Park, choice: PageChoice) -> None:
    """Show each part that is drawn for the page's boundary and year beside the rest of the park."""
    language = choice.language
    say("page.boundary.parts", language)
    drawn = drawn_parts(park, choice)
    if not drawn:
        boundary = boundary_name(choice.boundary, language)
        say("page.boundary.no_parts", language, boundary=boundary, year=choice.year)
        return
    say("page.boundary.parts_text", language)
    for part in drawn:
        try:
            show_html(part_html(park, choice, part))
        except ParkError as error:
            warn("page.boundary.not_parted", language, part=" ".join(part.split()),
                 error=error.told(language))  # fmt: skip


def drawn_parts(park: Park, choice: PageChoice) -> list[str]:
    """Return the parts drawn for the page's boundary and year; the page's own alone if it has."""
    rows = drawn_in(park, choice.year)
    rows = rows[rows["boundary_type"] == choice.boundary]
    drawn = {part_key(name) for name in rows["part"]}
    named = [name for name in part_names(park, choice.boundary) if part_key(name) in drawn]
    own = part_key(choice.part)
    return [name for name in named if not own or part_key(name) == own]


def part_html(park: Park, choice: PageChoice, part: str) -> str:
    """Return a part, the rest and the transfers between them, and the transfers one by one."""
    told, given = (
        asked(park, boundary_type=choice.boundary, part=part, year=choice.year,
              convention=choice.convention, species=COMPARED)
        for asked in (part_reconciliation, part_transfers)
    )  # fmt: skip
    return _sums_html(told, " ".join(part.split()), choice) + _given_html(given, park, choice)


def _sums_html(told: pd.DataFrame, part: str, choice: PageChoice) -> str:
    language = choice.language
    counts = told.drop_duplicates("kind").set_index("kind")["member_count"]
    amounts = told.pivot(index="kind", columns="species", values="amount_t").reindex(list(KINDS))
    rows = pd.DataFrame({
        "step": [part, *(label(f"reconciliation.kind.{kind}", language) for kind in KINDS[1:])],
        "member_count": counts.reindex(list(KINDS)).astype("Float64").array,
        **{f"{name}_t": amounts[name].array for name in COMPARED},
    })  # fmt: skip
    absent = rows[[f"{name}_t" for name in COMPARED]].isna()
    absent = absent.assign(member_count=[kind == "transfers" for kind in KINDS])
    partial = told["status"].isin(["partial", "not_computable"]).any()
    note = label("page.boundary.part_partial", language) if partial else ""
    sentence = _finding(told, part, language)
    lacks = label("page.boundary.no_data_note", language) if amounts.isna().any(axis=None) else ""
    below = "".join(map(_note, (lacks, note)))
    return f"<p>{escape(sentence)}</p>{sheet(rows, language, absent=absent)}{below}"


def _finding(told: pd.DataFrame, part: str, language: Language) -> str:
    """Return what share of the whole the part alone would claim."""
    carbon = told[told["species"] == "co2e"]
    rows = {row["kind"]: row for row in carbon.to_dict("records")}
    count = int(rows["part"]["member_count"])
    # Its sign is told in words: what both count is taken off, what neither counts comes on top.
    between = rows["transfers"]["amount_t"]
    tonnes = {**{kind: rows[kind]["amount_t"] for kind in KINDS}, "transfers": abs(between)}
    amounts = {kind: readable(amount, language, "co2e") for kind, amount in tonnes.items()}
    key = "part_finding_more" if between > 0 else "part_finding"
    return numbered(f"page.boundary.{key}", count, language, name=part, **amounts)


def _given_html(given: pd.DataFrame, park: Park, choice: PageChoice) -> str:
    """Return the transfers between a part and the rest, those that move the sum most first."""
    language, names = choice.language, plant_names(park, choice.language)
    if given.empty:
        return _note(label("page.boundary.no_transfers", language))
    size = given["carried_t"].abs().fillna(0.0).where(given["amount_t"].eq(0), float("inf"))
    ranked = given.assign(size=size, moved=given["amount_t"].abs()).sort_values(
        ["size", "moved"], ascending=False, kind="stable"
    )
    rows = pd.DataFrame({
        "from": [names.get(plant, plant) for plant in ranked["from_id"]],
        "to": [names.get(plant, plant) for plant in ranked["to_id"]],
        "use": ranked["use"].array,
        "item": [name_of(item, "item", language) for item in ranked["item"]],
        "species": [series_name(species, language) for species in ranked["species"]],
        "carried_t": ranked["carried_t"].array,
        "moved_t": ranked["amount_t"].array,
    })  # fmt: skip
    absent = pd.DataFrame({"carried_t": rows["carried_t"].isna()})
    note = label("page.boundary.transfers_note", language)
    return sheet(rows, language, limit=MOST, absent=absent) + _note(note)


def _note(text: str) -> str:
    return f'<p class="pk-note">{escape(text)}</p>' if text else ""
