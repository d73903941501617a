"""Chapter 02, pollution: what goes into air and water, and what becomes of the waste."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.equivalents import recalled_values
from parkkit.inventory.water import WHOLE_PARK, water
from parkkit.output.chapters.energy_tables import joined, unit_joined
from parkkit.output.chapters.inventory import pollutants, species_title
from parkkit.output.chapters.pollution_amounts import air_table, water_table
from parkkit.output.chapters.pollution_tables import intensity_html, pollutants_html
from parkkit.output.chapters.pollution_waste import (
    lacking_plants,
    waste_fates,
    waste_html,
    waste_rows,
    waste_title,
)
from parkkit.output.figures import Card, name_of, number
from parkkit.output.page_choice import PageChoice
from parkkit.output.pages import draw, say, show_cards, show_html
from parkkit.output.pollutant_charts import species_bars
from parkkit.output.quantities import is_missing, parted, percent, readable
from parkkit.output.theme import MOST_NAMED
from parkkit.output.waste_charts import waste_bars
from parkkit.park.package import Park, plant_names

Row = Mapping[Hashable, Any]

MEDIA = ("air", "land")
# What a card shows, its name, and which part of the water a plant may not have told for it.
TAKEN = {"withdrawn_m3": ("energy.measure.fresh_water", "withdrawn"),
         "reused_m3": ("energy.measure.reused_water", "reused")}  # fmt: skip


def show_picture(inventory: Inventory, park: Park, choice: PageChoice) -> None:
    """Show the pollutants of the page's year side by side, each with its list."""
    say("page.pollution.head", choice.language)
    table = pollutants(inventory, choice)
    title = species_title(table, choice.language)
    draw(species_bars, table, choice=choice, park=park, title=title)


def show_air(inventory: Inventory, park: Park, choice: PageChoice) -> None:
    """Show what goes into air and land, its equivalents, and by which rule they are made."""
    language = choice.language
    tables = {medium: air_table(inventory, choice, medium) for medium in MEDIA}
    if not any(map(len, tables.values())):
        say("page.pollution.no_air", language, year=choice.year)
    if len(pollutants(inventory, choice)):
        relief = label("equivalents.no_relief", language)
        say("page.pollution.equivalents", language, relief=relief)
    for medium, table in tables.items():
        if len(table):
            say(f"page.pollution.charge.{medium}", language)
            show_html(convention_html(table, language) + air_html(table, choice))


def show_intensities(inventory: Inventory, park: Park, choice: PageChoice) -> None:
    """Show the pollutants per value added, hectare and tce; nothing where none is known."""
    html = intensity_html(inventory, park, choice)
    if html:
        say("page.pollution.intensity", choice.language)
        show_html(html)


def show_water(inventory: Inventory, park: Park, choice: PageChoice) -> None:
    """Show the water that the park takes in and sends away, and what its wastewater carries."""
    language = choice.language
    say("page.pollution.water.head", language)
    table, cards = water_table(inventory, choice), water_cards(inventory, park, choice)
    if not cards and not len(table):
        say("page.pollution.no_water", language, year=choice.year)
        return
    if cards:
        show_cards(cards, language)
    else:
        say("page.pollution.no_water_volumes", language, year=choice.year)
    if not len(table):
        say("page.pollution.no_water_pollutants", language, year=choice.year)
        return
    say("page.pollution.charge.water", language)
    told = "".join(f"<p>{escape(text)}</p>" for text in sent_told(table, language))
    show_html(told + convention_html(table, language) + water_html(table, park, choice))


def show_waste(inventory: Inventory, park: Park, choice: PageChoice) -> None:
    """Show what was generated of each kind of waste and what became of it; nothing for none."""
    if len(waste_rows(inventory, choice)):
        show_html(waste_html(inventory, park, choice))


def show_waste_picture(inventory: Inventory, park: Park, choice: PageChoice) -> None:
    """Show what became of each kind of waste; where none is told, say so."""
    say("page.pollution.waste.head", choice.language)
    if not len(waste_rows(inventory, choice)):
        say("page.pollution.no_waste", choice.language, year=choice.year)
        return
    say("page.pollution.waste.text", choice.language)
    fates = waste_fates(inventory, choice)
    if len(fates):
        title = waste_title(fates, choice.language)
        draw(waste_bars, fates, choice=choice, park=park, title=title)


def convention_html(table: pd.DataFrame, language: Language) -> str:
    """Return that the values of a convention are not law and never added; nothing without one."""
    by_convention = table[table["conventional_equivalents"].notna()]["species"]
    values = [
        label("page.pollution.conventional_value", language,
              name=name_of(name, "species", language),
              value=number(recalled_values()[name], language))
        for name in by_convention
    ]  # fmt: skip
    if not values:
        return ""
    text = label(
        "page.pollution.conventional", language,
        values=label("charts.comma", language).join(values),
        recalled=label("equivalents.recalled", language),
    )  # fmt: skip
    return f"<p>{escape(text)}</p>"


def air_html(table: pd.DataFrame, choice: PageChoice) -> str:
    """Return what was generated, removed and released of each pollutant as HTML."""
    language = choice.language
    told = [
        label("page.pollution.generated_of", language, count=row["tellers"], total=row["sources"],
              name=name_of(row["species"], "species", language))
        for row in table.to_dict("records") if row["tellers"] < row["sources"]
    ]  # fmt: skip
    names = label("charts.comma", language).join(told)
    silent = label("page.pollution.generated_air", language, names=names) if told else ""
    if table["generated_t"].notna().any():
        amounts = ["generated_t", "released_t", "control_share"]
        notes = [label("page.pollution.removed_air", language), silent]
    else:
        amounts = ["released_t"]
        notes = [label("page.pollution.no_generated", language, year=choice.year)]
    return pollutants_html(table, amounts, choice, notes)


def water_html(table: pd.DataFrame, park: Park, choice: PageChoice) -> str:
    """Return what was generated, sent to treatment and released of each pollutant as HTML."""
    language, plants = choice.language, plant_names(park, choice.language)
    amounts, notes = ["generated_t", "sent_t", "released_t"], []
    if table["control_share"].notna().any():
        amounts.append("control_share")
        notes.append(label("page.pollution.removed_water", language))
    silent = [
        label("page.pollution.lacks", language, name=name_of(row["species"], "species", language),
              what=named(row["silent"].split(";"), plants, language))
        for row in table.to_dict("records") if row["silent"]
    ]  # fmt: skip
    if silent:
        names = label("charts.between_notes", language).join(silent)
        notes.append(label("page.pollution.generated_water", language, names=names))
    notes += [
        label("page.pollution.partial", language, name=name_of(row["species"], "species", language),
              what=lacking_plants(row["lacks"], "water", plants, language))
        for row in table.to_dict("records") if row["lacks"]
    ]  # fmt: skip
    return pollutants_html(table, amounts, choice, notes)


def sent_told(table: pd.DataFrame, language: Language) -> list[str]:
    """Return what is sent to treatment: what counts once at the park's outlet, what leaves it."""
    told = []
    for place, key in (("sent_to_members_t", "inside"), ("sent_outside_t", "outside")):
        rows = table[table[place] > 0]
        amounts = [
            label("page.pollution.amount_of", language,
                  name=name_of(row["species"], "species", language),
                  amount=readable(row[place], language))
            for row in rows.to_dict("records")
        ]  # fmt: skip
        names = label("charts.comma", language).join(amounts)
        if amounts:
            told.append(label(f"page.pollution.sent_{key}", language, names=names))
    return told


def water_cards(inventory: Inventory, park: Park, choice: PageChoice) -> list[Card]:
    """Return the cards of water taken in, used again and sent away; none where nothing is told."""
    language, plants = choice.language, plant_names(park, choice.language)
    rows = water(inventory)
    rows = rows[rows["year"] == choice.year]
    found = rows[rows["enterprise_id"] == WHOLE_PARK].to_dict("records")
    if not found:
        return []
    (row,) = found
    silent = {part: named(_silent(rows, part), plants, language)
              for part in ("withdrawn", "reused", "wastewater")}  # fmt: skip
    notes = {
        part: label("page.pollution.not_told", language, names=names) if names else ""
        for part, names in silent.items()
    }
    taken = [_volume(row, name, key, notes[part], language) for name, (key, part) in TAKEN.items()]
    share = Card(name=label("energy.measure.water_reuse_share", language),
                 value=percent(row["reuse_share"], language),
                 note=label("page.energy.reuse_note", language))  # fmt: skip
    return [*taken, share, *_wastewater(row, notes["wastewater"], language)]


def _wastewater(row: Row, silent: str, language: Language) -> list[Card]:
    """Return the cards of wastewater: sent to the park's plant, and treated in the park."""
    amount = _written(row["sent_outside_m3"], language)
    outside = label("page.pollution.wastewater_outside", language, amount=amount)
    outside = outside if row["sent_outside_m3"] > 0 else ""
    then = label("page.pollution.treated_note", language)
    told = {
        "sent_to_members_m3": ("page.pollution.wastewater_inside", joined([outside, silent],
                                                                          language)),
        "treated_m3": ("page.pollution.treated", then),
    }  # fmt: skip
    found = [_volume(row, name, key, note, language) for name, (key, note) in told.items()
             if not is_missing(row[name])]  # fmt: skip
    if not is_missing(row["sent_to_members_m3"]):
        return found
    # Without a plant of the park, what all of them make of wastewater stands first.
    notes = joined([outside, silent], language)
    return [_volume(row, "wastewater_m3", "page.pollution.wastewater", notes, language), *found]


def _silent(rows: pd.DataFrame, part: str) -> list[str]:
    """Return the plants that do not tell a part of their water, or not all of it.

    A plant that receives the wastewater of others has none of its own to tell.
    """
    plants = rows[rows["enterprise_id"] != WHOLE_PARK]
    plants = plants[plants["received_m3"].isna()] if part == "wastewater" else plants
    is_lacking = plants["missing"].map(lambda names: part in names.split(";"))
    return list(plants[is_lacking]["enterprise_id"])


def _volume(row: Row, name: str, key: str, note: str, language: Language) -> Card:
    written, size = parted(row[name], language, "count")
    unit = "" if is_missing(row[name]) else unit_joined(size, "m³", language)
    return Card(name=label(key, language), value=written, unit=unit, note=note)


def _written(amount: float, language: Language) -> str:
    written, size = parted(amount, language, "count")
    return f"{written} {unit_joined(size, 'm³', language)}"


def named(plants: Sequence[str], names: Mapping[str, str], language: Language) -> str:
    """Return the names of plants, of many the first three."""
    told = label("charts.comma", language).join(names.get(at, at) for at in plants[:MOST_NAMED])
    if len(plants) <= MOST_NAMED:
        return told
    return label("page.pollution.and_more", language, names=told, count=len(plants))
