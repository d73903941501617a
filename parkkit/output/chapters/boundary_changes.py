"""Chapter 01, over time: history on one perimeter, and what of a change is the boundary's."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from parkkit.core.errors import ParkError
from parkkit.core.labels import Language, label
from parkkit.inventory.restatement import change_steps, restate
from parkkit.output.chapters.boundary import COMPARED, sheet
from parkkit.output.page_choice import PageChoice, years
from parkkit.output.pages import draw, say, show_html, warn
from parkkit.output.perimeter_charts import perimeter_waterfall, restated_lines
from parkkit.output.quantities import change, is_missing, readable
from parkkit.park.boundary import drawn_in, part_key
from parkkit.park.package import Park, plant_names

NAMED = 3  # plants named in a step


def restated(park: Park, choice: PageChoice) -> pd.DataFrame:
    """Return each year's total as declared and on the perimeter of the page's year."""
    return restate(
        park, boundary_type=choice.boundary, convention=choice.convention, part=choice.part,
        perimeter_year=choice.year, species=COMPARED,
    )  # fmt: skip


def versions(park: Park, choice: PageChoice) -> int:
    """Return how many different outlines the page's boundary has had in the years of the data."""
    key = part_key(choice.part)
    seen = set()
    for year in years(park):
        drawn = drawn_in(park, year)
        own = drawn[drawn["boundary_type"] == choice.boundary]
        # A part moves where its whole does.
        rows = own[own["part"].map(part_key).isin(["", key])]
        seen.add(tuple(sorted(shape.normalize().wkb for shape in rows["geometry"])))
    return len(seen)


def show_history(park: Park, choice: PageChoice) -> None:
    """Show history as declared and restated, or one sentence where there is none to restate."""
    language = choice.language
    say("page.boundary.history", language)
    span = years(park)
    if span[0] == span[-1]:
        say("page.boundary.one_year", language, year=span[0])
        return
    if versions(park, choice) < 2:
        say("page.boundary.never_moved", language, first=span[0], last=span[-1])
        return
    try:
        history = restated(park, choice)
    except ParkError as error:
        warn("page.boundary.not_restated", language, error=error.told(language))
        return
    carbon = history[history["species"] == "co2e"]
    say("page.boundary.history_text", language, year=choice.year)
    draw(restated_lines, carbon, choice=choice, park=park,
         title=history_title(carbon, choice))  # fmt: skip
    show_html(history_html(carbon, language))


def history_title(carbon: pd.DataFrame, choice: PageChoice) -> str:
    """Return the finding: how the change over the years reads before and after restatement."""
    language = choice.language
    known = carbon.dropna(subset=["declared_t", "restated_t"])
    if len(known) < 2 or not known["declared_t"].iloc[0] or not known["restated_t"].iloc[0]:
        return label("page.boundary.history_unknown", language)
    first, last = known.iloc[0], known.iloc[-1]
    shares = {name: change(float(last[f"{name}_t"] / first[f"{name}_t"] - 1), language)
              for name in ("declared", "restated")}  # fmt: skip
    return label("page.boundary.history_title", language, first=int(first["year"]),
                 last=int(last["year"]), **shares)  # fmt: skip


def history_html(carbon: pd.DataFrame, language: Language) -> str:
    """Return history as a table: plants and CO2e, as declared and restated."""
    rows = carbon[["year", "declared_count", "declared_t", "restated_count", "restated_t"]]
    counts = {name: rows[name].astype("Float64") for name in ("declared_count", "restated_count")}
    moved = rows["restated_t"] - rows["declared_t"]
    return sheet(rows.assign(**counts, restated_change_t=moved), language)


def show_change(park: Park, choice: PageChoice) -> None:
    """Show the change between the first and last year, split by what made it."""
    language, span = choice.language, years(park)
    first, last = span[0], span[-1]
    if first == last:
        return
    say("page.boundary.change", language)
    try:
        steps = change_steps(
            park, boundary_type=choice.boundary, convention=choice.convention, first=first,
            last=last, part=choice.part,
        )  # fmt: skip
    except ParkError as error:
        warn("page.boundary.not_restated", language, error=error.told(language))
        return
    say("page.boundary.change_text", language)
    draw(perimeter_waterfall, change_rows(steps, park, choice, first, last), choice=choice,
         park=park, title=change_title(steps, first, last, language))  # fmt: skip


def change_rows(
    steps: pd.DataFrame, park: Park, choice: PageChoice, first: int, last: int
) -> pd.DataFrame:
    """Return the rows of the waterfall between two years.

    Parameters
    ----------
    steps : DataFrame
        What ``change_steps`` returned.

    Returns
    -------
    DataFrame
        ``name``, ``kind``, ``change_t``, ``total_t``.
    """
    names = plant_names(park, choice.language)
    is_end = steps["kind"].isin(["start", "end"])
    reached = steps["amount_t"].where(is_end).ffill()
    moved = steps["amount_t"].where(~is_end, 0.0).cumsum()
    total = steps["amount_t"].where(is_end, reached + moved)
    told = [_said(row, names, choice.language, {"start": first, "end": last})
            for row in steps.to_dict("records")]  # fmt: skip
    return pd.DataFrame({"name": told, "kind": steps["kind"], "total_t": total,
                         "change_t": steps["amount_t"].where(~is_end)})  # fmt: skip


def _said(
    row: Mapping[Hashable, Any],
    names: Mapping[str, str],
    language: Language,
    ends: Mapping[str, int],
) -> str:
    """Return a step in words, with who opened, closed or fell on the other side."""
    kind = str(row["kind"])
    if kind in ends:
        return label("page.boundary.of_year", language, year=ends[kind])
    plants = [
        names.get(plant, plant) for plant in str(row["enterprises"] or "").split(";") if plant
    ]
    name = label(f"restatement.kind.{kind}", language)
    if kind == "rest" or not plants:
        return name
    comma = label("page.list_separator", language)
    # The count first: in the picture a long list of names is cut off.
    told = comma.join(plants[:NAMED]) + ("…" if len(plants) > NAMED else "")
    return label("page.boundary.change_named", language, name=name, count=len(plants), plants=told)


def change_title(steps: pd.DataFrame, first: int, last: int, language: Language) -> str:
    """Return the finding: how much of the change between two years is the boundary's."""
    amounts = steps.set_index("kind")["amount_t"]
    whole = float(amounts["end"] - amounts["start"])
    moved = float(amounts.get("boundary_moved", float("nan")))
    if is_missing(whole) or is_missing(moved):
        return label("page.boundary.change_unknown", language, first=first, last=last)
    key = "change_title" if moved else "change_title_still"
    return label(f"page.boundary.{key}", language, first=first, last=last,
                 whole=signed(whole, language), moved=signed(moved, language))  # fmt: skip


def signed(amount: float, language: Language) -> str:
    """Return a change with its sign.

    Examples
    --------
    >>> signed(-12_000.0, "zh"), signed(5.0, "en")
    ('−1.2 万t CO₂e', '+5 t CO₂e')
    """
    text = readable(amount, language, "co2e")
    return f"+{text}" if amount > 0 else text
