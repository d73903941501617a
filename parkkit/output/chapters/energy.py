"""Chapter 02, energy: what the park consumes of energy, of which kinds, traded how."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from html import escape
from typing import Any, Literal

import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.energy import BURNT, consumption, energy_rows, park_energy
from parkkit.inventory.intensity import intensity
from parkkit.output.chapters.energy_tables import (
    ROUNDING,
    balance_html,
    coal_html,
    intensity_html,
    joined,
    lacking,
    physical,
    price_text,
    row_of,
)
from parkkit.output.energy_charts import energy_bars
from parkkit.output.figures import Card, card, name_of, number
from parkkit.output.page_choice import PageChoice
from parkkit.output.pages import draw, say, show_cards, show_html
from parkkit.output.quantities import percent, readable
from parkkit.park.package import Park, plant_names

CoalEquivalent = Literal["calorific", "equivalent"]
VALUES: tuple[CoalEquivalent, ...] = ("calorific", "equivalent")
# How an item comes into the consumption, told by the uses of its rows.
ROLES = dict.fromkeys(BURNT, "burnt") | {
    "feedstock": "feedstock", "conversion_in": "converted", "conversion_out": "converted",
    "purchased": "traded", "sold": "traded", "self_generated": "made",
}  # fmt: skip
ORDER = tuple(dict.fromkeys(ROLES.values()))


def show_figures(inventory: Inventory, park: Park, choice: PageChoice) -> None:
    """Show what the park consumes of energy, and carbon and energy per value, area and coal."""
    say("page.energy.head", choice.language)
    rows = intensity(inventory, park)
    rows = rows[rows["year"] == choice.year]
    if not len(of_year(energy_rows(inventory), choice)):
        say("page.energy.none", choice.language, year=choice.year)
        return
    say("page.energy.text", choice.language)
    show_cards(energy_cards(inventory, rows, park, choice), choice.language)
    show_html(intensity_html(rows, park, choice))


def show_picture(inventory: Inventory, park: Park, choice: PageChoice) -> None:
    """Show of which kinds of energy the consumption consists; nothing where there is none."""
    table = consumed_by_item(inventory, choice)
    if len(table):
        draw(energy_bars, table, choice=choice, park=park, missing="page.energy.not_drawn",
             title=energy_title(table, choice.language))  # fmt: skip


def show_balance(inventory: Inventory, park: Park, choice: PageChoice) -> None:
    """Show the balance of each kind of energy, and what of it is to be looked at."""
    table = of_year(park_energy(inventory), choice)
    table = table.sort_values("consumed_tce", ascending=False, ignore_index=True)
    if len(table):
        say("page.energy.balance", choice.language)
        remarks = [*unequal(table, choice.language), *below_zero(inventory, park, choice)]
        told = "".join(f"<p>{escape(text)}</p>" for text in remarks)
        show_html(balance_html(table, choice.language) + coal_html(table, choice.language) + told)


def energy_cards(
    inventory: Inventory, rows: pd.DataFrame, park: Park, choice: PageChoice
) -> list[Card]:
    """Return the consumption in both values, the carbon of a tce, and energy per value added."""
    language, chosen = choice.language, inventory.convention.coal_equivalent
    plants = plant_names(park, language)
    per_tce, per_value = row_of(rows, "co2e", "energy"), row_of(rows, "energy", "value_added")
    by = label("page.energy.by", language, value=label(f"page.energy.{chosen}", language))
    return [
        consumed_card(inventory, choice),
        Card(name=label("page.energy.carbon", language), value=number(per_tce["value"], language),
             unit=label("figures.intensity.co2e_t_per_tce", language),
             note=joined([by, lacking(per_tce, plants, language)], language)),
        Card(name=label("page.energy.per_value", language),
             value=number(per_value["value"], language),
             unit=label("figures.intensity.tce_per_10k_cny", language),
             note=joined([by, price_text(per_value, language),
                          lacking(per_value, plants, language)], language)),
    ]  # fmt: skip


def consumed_card(inventory: Inventory, choice: PageChoice) -> Card:
    """Return the card of the consumption in the value the convention names, the other below."""
    language, chosen = choice.language, inventory.convention.coal_equivalent
    amount, note = consumed(inventory, chosen, choice)
    (other,) = (value for value in VALUES if value != chosen)
    beside, lacks = consumed(inventory, other, choice)
    told = label("page.energy.beside", language, value=label(f"page.energy.{other}", language),
                 amount=readable(beside, language, "energy"))  # fmt: skip
    name = label("figures.with_unit", language, name=label("energy.consumption", language),
                 unit=label(f"page.energy.{chosen}", language))  # fmt: skip
    # What both lack is said once.
    return card(name, amount, language, "energy", joined([note, told, lacks * (lacks != note)],
                                                         language))  # fmt: skip


def consumed(inventory: Inventory, value: CoalEquivalent, choice: PageChoice) -> tuple[float, str]:
    """Return the park's consumption in one value, whichever the convention names, and its lacks."""
    chosen = replace(inventory.convention, coal_equivalent=value)
    found = of_year(consumption(replace(inventory, convention=chosen)), choice)
    note = "".join(lacking(row, {}, choice.language) for row in found.to_dict("records"))
    return float(found["consumed_tce"].sum(min_count=1)), note


def consumed_by_item(inventory: Inventory, choice: PageChoice) -> pd.DataFrame:
    """Return what the consumption of the park in the page's year consists of.

    Returns
    -------
    DataFrame
        ``item``, ``name`` (with how it is consumed: burnt, bought, ...), ``consumed_tce`` (below 0
        where more power or heat is sold than bought), ``is_partial``, ``value`` (of the two which).
    """
    rows = of_year(energy_rows(inventory), choice)
    rows = rows[(rows["sign"] != 0) & ~rows["is_inside"]]
    table = rows.assign(role=rows["use"].map(ROLES)).groupby("item", sort=True).agg(
        consumed_tce=("consumed_tce", lambda values: values.sum(min_count=1)),
        is_partial=("is_short", "any"),
        roles=("role", lambda roles: ";".join(role for role in ORDER if role in set(roles))),
    ).reset_index()  # fmt: skip
    names = [_with_role(row, choice.language) for row in table.to_dict("records")]
    table = table.assign(name=names, value=inventory.convention.coal_equivalent)
    return table.sort_values("consumed_tce", ascending=False, ignore_index=True)


def _with_role(row: Mapping[Hashable, Any], language: Language) -> str:
    """Return an item with how it is consumed, such as power bought, net of what is sold."""
    side = "sold" if row["consumed_tce"] < 0 else "bought"
    roles = [side if role == "traded" else role for role in row["roles"].split(";")]
    told = [label(f"page.energy.role.{role}", language) for role in roles]
    return label("figures.with_unit", language, name=name_of(row["item"], "item", language),
                 unit=label("charts.comma", language).join(told))  # fmt: skip


def energy_title(table: pd.DataFrame, language: Language) -> str:
    """Return the finding: how much energy is consumed, and what most of it is."""
    known = table.dropna(subset="consumed_tce")
    total = float(known["consumed_tce"].sum())
    if not len(known) or total <= 0:
        return label("energy.consumption", language)
    largest = known.iloc[0]
    return label("page.energy.title", language, amount=readable(total, language, "energy"),
                 item=name_of(largest["item"], "item", language),
                 share=percent(largest["consumed_tce"] / total, language))  # fmt: skip


def unequal(table: pd.DataFrame, language: Language) -> list[str]:
    """Return a sentence on the items of which members tell to buy other than they sell."""
    largest = table[["bought_inside", "sold_inside"]].max(axis=1)
    rows = table[table["difference"].abs() > ROUNDING * largest].to_dict("records")
    told = [
        label("page.energy.apart", language, item=name_of(row["item"], "item", language),
              amount=physical(row["difference"], row["unit"], language))
        for row in rows
    ]  # fmt: skip
    comma = label("page.list_separator", language)
    return [label("page.energy.unequal", language, items=comma.join(told))] if told else []


def below_zero(inventory: Inventory, park: Park, choice: PageChoice) -> list[str]:
    """Return a sentence on each plant whose consumption is below zero, and on why."""
    table = of_year(consumption(inventory, by=["enterprise_id"]), choice)
    kinds = vocabulary("items").set_index("item")["kind"]
    used = of_year(inventory.activity, choice)
    used = used[(used["use"] == "treated") & (used["item"].map(kinds) == "waste")]
    names, comma = plant_names(park, choice.language), label("charts.comma", choice.language)
    told = []
    for row in table[table["consumed_tce"] < 0].to_dict("records"):
        items = used.loc[used["enterprise_id"] == row["enterprise_id"], "item"].unique()
        key = "below_by_waste" if len(items) else "below"
        waste = comma.join(name_of(item, "item", choice.language) for item in items)
        told.append(label(
            f"page.energy.{key}", choice.language, name=names[row["enterprise_id"]], items=waste,
            amount=readable(row["consumed_tce"], choice.language, "energy"),
        ))  # fmt: skip
    return told


def of_year(rows: pd.DataFrame, choice: PageChoice) -> pd.DataFrame:
    return rows[rows["year"] == choice.year]
