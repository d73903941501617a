"""Chapter 02, conventions: what another convention does to the total, and which choice did it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape

import pandas as pd
from IPython.display import display

from parkkit.core.convention import Convention
from parkkit.core.errors import ParkError
from parkkit.core.labels import Language, label
from parkkit.inventory.compilation import CO2E, Inventory, compile_inventory
from parkkit.inventory.convention_steps import steps_between
from parkkit.inventory.plant_totals import Told, told_total
from parkkit.output.charts import convention_waterfall
from parkkit.output.figures import Card, card, cards
from parkkit.output.ledger_charts import said_step
from parkkit.output.page_choice import PageChoice
from parkkit.output.pages import draw, say, say_text, warn
from parkkit.output.quantities import MINUS, is_missing, parted, readable
from parkkit.park.package import Park

EXAMPLE = '{"level": "enterprise"}'
TotalOf = Callable[[Convention], Told]


def total_of(inventory: Inventory, park: Park, choice: PageChoice) -> TotalOf:
    """Return what gives the page's total under any convention, each compiled once."""
    known = {inventory.convention: told_total(inventory, CO2E, choice.year)}

    def told(convention: Convention) -> Told:
        if convention not in known:
            moved = compile_inventory(
                park, boundary_type=choice.boundary, convention=convention, part=choice.part
            )
            known[convention] = told_total(moved, CO2E, choice.year)
        return known[convention]

    return told


def show_restated(inventory: Inventory, park: Park, choice: PageChoice) -> None:
    """Show what the page's convention moves against the park's own, or how to change it."""
    own, language = park.about.convention, choice.language
    say("page.inventory.restated", language)
    if choice.convention == own:
        say("page.inventory.own_convention", language, example=EXAMPLE)
        return
    try:
        steps = steps_between(own, choice.convention, total_of(inventory, park, choice))
    except ParkError as error:
        warn("page.inventory.not_restated", language, error=error.told(language))
        return
    say_text(restated_text(steps, language))
    if largest_step(steps) is not None:
        draw(convention_waterfall, steps, choice=choice, park=park,
             title=restated_title(steps, language))  # fmt: skip


def largest_step(steps: pd.DataFrame) -> pd.Series | None:
    """Return the step that moves the total most; none where nothing moves it."""
    moves = steps["change_t"].abs().fillna(0.0).to_numpy()
    return steps.iloc[int(moves.argmax())] if moves.any() else None


def signed(amount: float, language: Language) -> str:
    """Return a change with its sign.

    Examples
    --------
    >>> signed(-12_000.0, "zh"), signed(5.0, "en")
    ('−1.2 万t CO₂e', '+5 t CO₂e')
    """
    text = readable(amount, language, "co2e")
    return text if is_missing(amount) or text.startswith(MINUS) or not amount else f"+{text}"


def restated_title(steps: pd.DataFrame, language: Language) -> str:
    """Return the finding of the waterfall: from which total to which."""
    first, last = float(steps["total_t"].iloc[0]), float(steps["total_t"].iloc[-1])
    return label(
        "page.inventory.restated_title", language, before=readable(first, language, "co2e"),
        after=readable(last, language, "co2e"), change=signed(last - first, language),
    )  # fmt: skip


def restated_text(steps: pd.DataFrame, language: Language) -> str:
    """Return one sentence on what moved the total most."""
    if steps["total_t"].isna().any():
        return label("page.inventory.restated_unknown", language)
    largest = largest_step(steps)
    if largest is None:
        return label("page.inventory.restated_still", language)
    return label(
        "page.inventory.restated_text", language, choice=said_step(largest.to_dict(), language),
        change=signed(float(largest["change_t"]), language),
    )  # fmt: skip


def show_picker(
    picker: Callable[..., object], inventory: Inventory, park: Park, choice: PageChoice
) -> None:
    """Show the convention's choices with what they do to the total.

    Parameters
    ----------
    picker : callable
        ``parkkit_widgets.ConventionPicker``: the front end imports this package, never the
        other way round.
    """
    say("page.inventory.change", choice.language)
    compute = partial(effect_html, choice, total_of(inventory, park, choice))
    own = sorted(set(park.factors["factor_set"])) if len(park.factors) else []
    display(picker(base=choice.convention, language=choice.language, compute=compute, own_sets=own))


def effect_html(choice: PageChoice, told: TotalOf, other: Convention) -> str:
    """Return, as HTML, the total under another convention, and which choice moved it most."""
    language = choice.language
    steps = steps_between(choice.convention, other, told)
    (before, _), (after, status) = told(choice.convention), told(other)
    partly = label("page.partial", language) if status == "partial" else ""
    rows = [card(label("page.inventory.effect_total", language), after, language, note=partly)]
    if choice.convention != other:
        whole = readable(before, language, "co2e")
        against = label("page.inventory.effect_against", language, before=whole)
        rows.append(_moved("page.inventory.effect_change", after - before, against, language))
    largest = largest_step(steps)
    if largest is not None:
        name = said_step(largest.to_dict(), language)
        moved = float(largest["change_t"])
        rows.append(_moved("page.inventory.effect_largest", moved, name, language))
    elif choice.convention == other:
        return cards(rows, language) + f"<p>{escape(label('page.inventory.same', language))}</p>"
    return cards(rows, language)


def _moved(name: str, change: float, note: str, language: Language) -> Card:
    written, unit = parted(change, language, "co2e")
    sign = "+" if change > 0 else ""
    return Card(name=label(name, language), value=f"{sign}{written}", unit=unit, note=note)
