"""Chapter 03, coupling: one cause and one direction, what control costs in carbon, correlations."""

from __future__ import annotations

import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.inventory.compilation import CO2E, Inventory
from parkkit.inventory.control_penalties import control_penalties, penalty_note
from parkkit.inventory.correlations import ALPHA, correlations
from parkkit.inventory.coupling import coupling, reason_text
from parkkit.output.chapters.fusion import source_names
from parkkit.output.figures import name_of
from parkkit.output.page_choice import PageChoice
from parkkit.output.pages import say, say_text, show_table
from parkkit.output.quantities import percent
from parkkit.park.package import Park

COMPARED = (CO2E, "so2", "nox", "pm", "voc", "cod")


def show_coupling(inventory: Inventory, park: Park, choice: PageChoice) -> None:
    """Show of the leading sources whether carbon and pollution have one cause and one direction."""
    say("page.coupling.title", choice.language)
    table = coupled(inventory, park, choice)
    if not len(table):
        say("page.coupling.none", choice.language)
        return
    show_table(table, choice.language, limit=25, absent=nothing_told(table, choice.language))
    say("page.coupling.note", choice.language)


def nothing_told(table: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Tell the shares that `coupled` has not because nobody tells of that side at all.

    A share that a missing number keeps from being computed is not among them.
    """
    lacks = table["why_open"].str.contains(reason_text("incomplete", language), regex=False)
    return table[["direct_co2e_share", "pollution_share"]].isna().mul(~lacks, axis=0)


def coupled(inventory: Inventory, park: Park, choice: PageChoice) -> pd.DataFrame:
    """Return the sources that lead in carbon or on an axis of pollution, points first.

    An axis on which a source tells no pollutant is left out: it says nothing of it.
    """
    language = choice.language
    table = coupling(inventory, year=choice.year)
    leads = [table[f"is_{side}_leading"].fillna(False).astype(bool)
             for side in ("carbon", "pollution")]  # fmt: skip
    told = table[(leads[0] | leads[1]) & (table["pollution_share"].notna() | leads[1])]
    order = ["is_co_control_point", "direct_co2e_share", "pollution_share"]
    ranked = told.sort_values(order, ascending=False, kind="stable")
    words = {
        name: ranked[name].map(lambda code: label(f"coupling.answer.{code}", language))
        for name in ("same_cause", "same_direction")
    }
    why = ranked["reason"].map(lambda code: reason_text(code, language) or "—")
    points = ranked["is_co_control_point"].map({True: "yes", False: "no"}).fillna("unknown")
    return pd.DataFrame(
        {
            "name": source_names(ranked["unit_id"], park, language),
            "axis": [_axis_name(code, language) for code in ranked["axis"]],
            "direct_co2e_share": ranked["direct_co2e_share"],
            "pollution_share": ranked["pollution_share"],
            "is_point": [label(f"coupling.answer.{code}", language) for code in points],
            **words, "why_open": why,
        }
    ).reset_index(drop=True)  # fmt: skip


def show_penalties(inventory: Inventory, park: Park, choice: PageChoice) -> None:
    """Show what running each control device costs in carbon, per tonne that it takes off."""
    say("page.coupling.penalty", choice.language)
    table = penalties(inventory, park, choice)
    if not len(table):
        say("page.coupling.no_penalty", choice.language)
        return
    show_table(table, choice.language, limit=30)
    say_text(penalty_note(choice.language))


def penalties(inventory: Inventory, park: Park, choice: PageChoice) -> pd.DataFrame:
    """Return the devices of the page's year, the dearest in carbon first."""
    language = choice.language
    table = control_penalties(inventory, park, year=choice.year)
    ranked = table.sort_values("penalty_co2e_t", ascending=False, kind="stable")
    units = ranked["enterprise_id"] + "/" + ranked["process"]
    lacks = [
        label("charts.comma", language).join(
            label(f"missing.{code}", language) for code in codes.split(";") if code
        )
        for codes in ranked["missing"]
    ]
    return pd.DataFrame(
        {
            "name": source_names(units, park, language),
            "technology": ranked["technology"],
            "species": ranked["species"],
            "removed_t": ranked["removed_t"],
            "penalty_co2e_t": ranked["penalty_co2e_t"],
            "penalty_t_per_t": ranked["penalty_t_per_t"],
            "lacks": [text or "—" for text in lacks],
        }
    ).reset_index(drop=True)


def show_correlations(inventory: Inventory, choice: PageChoice) -> None:
    """Show which species go together over the sources of the year, and how sure that is."""
    language = choice.language
    say("page.coupling.correlation", language)
    say_text(correlation_text(inventory, choice))


def correlation_text(inventory: Inventory, choice: PageChoice) -> str:
    """Return, as a list in words, the pairs that go together, those that do not, the unjudged."""
    language = choice.language
    here = set(inventory.emissions["species"])
    species = [name for name in COMPARED if name == CO2E or name in here]
    if len(species) < 2:
        return label("page.missing.data", language)
    found = correlations(inventory, species=species, year=choice.year)
    found = found[(found["species_a"] == CO2E)]
    lines = []
    for row in found.to_dict("records"):
        other = name_of(row["species_b"], "species", language)
        key = "unjudged" if row["status"] != "computed" else (
            "significant" if row["is_significant"] else "not_significant")  # fmt: skip
        lines.append(label(
            f"page.coupling.pair.{key}", language, other=other, count=row["n"],
            value=f"{row['coefficient']:.2f}".replace("-", "−"), level=percent(ALPHA, language),
            p=_p_text(row["p_adjusted"]), why=reason_text(row["reason"], language),
        ))  # fmt: skip
    note = label("page.coupling.correlation_note", language)
    return "".join(f"- {line}\n" for line in lines) + f"\n{note}"


def _p_text(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"


def _axis_name(axis: str, language: Language) -> str:
    if axis == "voc":
        return name_of(axis, "species", language)
    return label(f"charts.series.{axis}", language)
