"""Chapter 02: what the park emits, from which list, and where a figure comes from."""

from __future__ import annotations

from functools import partial
from html import escape

import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.inventory.calculation import greenhouse_gases
from parkkit.inventory.compilation import CO2E, Inventory, total, totals
from parkkit.inventory.economy import PARK, park_economy, ratio
from parkkit.inventory.explanation import explain
from parkkit.inventory.prices import deflator_text
from parkkit.inventory.untold_species import untold_species
from parkkit.output.figures import Card, card, name_of, number
from parkkit.output.page_choice import PageChoice
from parkkit.output.pages import say, say_text, show_table
from parkkit.output.quantities import is_missing, percent, readable
from parkkit.output.theme import numbered
from parkkit.park.boundary import area
from parkkit.park.package import Park, plant_names

CNY_PER_10K = 1e4


def headline(inventory: Inventory, choice: PageChoice) -> Card:
    """Return the headline figure, the same on every page, in the report and everywhere else."""
    language, year = choice.language, choice.year
    table = totals(inventory, years=[year])
    is_partial = (table.loc[table["species"] == CO2E, "status"] == "partial").any()
    note = label("page.partial", language) if is_partial else ""
    amount = total(inventory, CO2E, year)
    return card(label("page.total", language), amount, language, "co2e", note)


def key_figures(inventory: Inventory, park: Park, choice: PageChoice) -> list[Card]:
    """Return the total, its scopes, and its intensities as cards."""
    language, year = choice.language, choice.year
    scopes = totals(inventory, by=["scope"], years=[year])
    by_scope = scopes[scopes["species"] == CO2E].set_index("scope")["amount_t"]
    rows = [headline(inventory, choice)]
    rows += [
        card(label(f"charts.scope.{scope}", language), by_scope.get(scope), language, "co2e")
        for scope in inventory.convention.scopes
    ]
    return [*rows, *_intensities(inventory, park, choice)]


def _intensities(inventory: Inventory, park: Park, choice: PageChoice) -> list[Card]:
    language, amount = choice.language, total(inventory, CO2E, choice.year)
    economy = park_economy(park, inventory.members, part=inventory.part)
    row = economy[(economy["group"] == PARK) & (economy["year"] == choice.year)]
    value = float(row["amount"].sum(min_count=1))
    hectares = area(park, choice.boundary, choice.year, kind="drawn", part=choice.part)
    return [
        Card(name=label("page.per_value", language), note=_price_note(row, language),
             value=number(ratio(amount, value / CNY_PER_10K), language),
             unit=label("figures.intensity.co2e_t_per_10k_cny", language)),
        Card(name=label("page.per_area", language),
             value=number(ratio(amount, hectares), language),
             unit=label("figures.intensity.co2e_t_per_ha", language)),
    ]  # fmt: skip


def _price_note(told: pd.DataFrame, language: Language) -> str:
    """Return in which prices a value added is told, or which index lacks; of none nothing."""
    if not len(told):
        return ""
    row = told.iloc[0]
    if row["price_missing"]:
        return label("page.prices_missing", language)
    if is_missing(row["amount"]):
        return ""
    if is_missing(row["price_year"]):
        return label("page.prices_current", language)
    note = label("page.prices_of", language, year=int(row["price_year"]))
    if not row["deflator"]:
        return note
    return label("page.prices_deflated", language, prices=note,
                 deflator=deflator_text(row["deflator"], language))  # fmt: skip


def by_year(inventory: Inventory) -> pd.DataFrame:
    """Return CO2e by year and scope."""
    table = totals(inventory, by=["year", "scope"])
    return table[table["species"] == CO2E].rename(columns={"amount_t": "co2e_t"})


def by_plant(inventory: Inventory, park: Park, choice: PageChoice) -> pd.DataFrame:
    """Return CO2e by plant and scope in the page's year."""
    table = totals(inventory, by=["enterprise_id", "scope"], years=[choice.year])
    rows = table[table["species"] == CO2E].rename(columns={"amount_t": "co2e_t"})
    return rows.assign(name=rows["enterprise_id"].map(plant_names(park, choice.language)))


def by_species(inventory: Inventory, choice: PageChoice) -> pd.DataFrame:
    """Return each species in the page's year with the lists its tonnes come from.

    Greenhouse gases count in the scopes of the convention; a species without any number is
    missing, never 0.
    """
    table = totals(inventory, by=["list"], years=[choice.year])
    rows = table[table["species"] != CO2E]
    comma = label("page.list_separator", choice.language)
    lists = rows["list"].map(lambda name: name_of(name, "list", choice.language))
    groups = rows.assign(list=lists).groupby(["species", "medium"], sort=True)
    table = groups.agg(
        emissions_t=("amount_t", lambda values: values.sum(min_count=1)),
        list=("list", lambda names: comma.join(dict.fromkeys(names))),
        missing_rows=("missing_rows", "sum"),
    ).reset_index()
    is_gas = table["species"].isin(greenhouse_gases())
    return table.assign(is_gas=is_gas).sort_values(
        ["is_gas", "medium", "emissions_t"], ascending=[False, True, False]
    )


def gas_table(inventory: Inventory, choice: PageChoice) -> pd.DataFrame:
    """Return the greenhouse gases of ``by_species``, in the columns that a page shows."""
    table = by_species(inventory, choice)
    return table[table["is_gas"]][["species", "medium", "emissions_t", "list"]]


def pollutants(inventory: Inventory, choice: PageChoice) -> pd.DataFrame:
    """Return the species that are no greenhouse gases."""
    table = by_species(inventory, choice)
    return table[~table["is_gas"]]


def traced_html(inventory: Inventory, choice: PageChoice) -> str:
    """Return, as HTML, how the largest calculated figure of the page's year came about."""
    rows = inventory.emissions
    rows = rows[(rows["year"] == choice.year) & (rows["activity_id"] != "")]
    rows = rows.dropna(subset="co2e_t").sort_values(["co2e_t", "activity_id"])
    if not len(rows):
        return f"<p>{escape(label('page.inventory.nothing_traced', choice.language))}</p>"
    told = explain(inventory, rows["activity_id"].iloc[-1], language=choice.language)
    first, *others = told.splitlines()
    shown = "".join(f"<li>{escape(line.strip())}</li>" for line in others)
    return f'<div class="pk-trace"><b>{escape(first)}</b><ul>{shown}</ul></div>'


def not_computable(inventory: Inventory, park: Park, choice: PageChoice) -> pd.DataFrame:
    """Return the values of the page's year that could not be computed, with what is missing."""
    rows = inventory.emissions
    rows = rows[(rows["year"] == choice.year) & rows["emissions_t"].isna()]
    names = rows["enterprise_id"].map(plant_names(park, choice.language))
    missing = rows["missing"].map(partial(missing_names, language=choice.language))
    told = rows.assign(name=names, missing=missing)
    told = told[["name", "process", "item", "species", "status", "missing"]]
    return told.drop_duplicates().reset_index(drop=True)


def show_gaps(inventory: Inventory, park: Park, choice: PageChoice) -> None:
    """Show the values that could not be computed, and what is told in other years alone."""
    say("page.inventory.gaps", choice.language)
    say("page.inventory.gaps_text", choice.language)
    show_table(not_computable(inventory, park, choice), choice.language)
    say_text(untold_text(inventory, choice))


def untold_text(inventory: Inventory, choice: PageChoice) -> str:
    """Return which species the members tell in other years and not in the page's; else nothing."""
    language = choice.language
    table = untold_species(inventory, year=choice.year)
    if not len(table):
        return ""
    comma = label("page.list_separator", language)
    told = [
        label("page.inventory.untold_one", language,
              species=name_of(row["species"], "species", language),
              years=row["told_years"].replace(";", comma))
        for row in table.to_dict("records")
    ]  # fmt: skip
    return label("page.inventory.untold", language, given=comma.join(told))


def missing_names(codes: str, language: Language) -> str:
    """Return what is missing by name, such as a factor or the heat value.

    Examples
    --------
    >>> missing_names("ncv;oxidation", "en")
    'heat value, oxidation'
    """
    comma = label("page.list_separator", language)
    return comma.join(label(f"missing.{code}", language) for code in codes.split(";") if code)


def year_title(inventory: Inventory, language: Language) -> str:
    """Return the finding of the bars by year: the last total against the first."""
    table = by_year(inventory).groupby("year")["co2e_t"].sum(min_count=1).dropna()
    if len(table) < 2:
        text = readable(float(table.iloc[0]), language, "co2e") if len(table) else "—"
        return label("page.inventory.one_year_title", language, amount=text,
                     year=int(table.index[0]) if len(table) else "—")  # fmt: skip
    first, last = float(table.iloc[0]), float(table.iloc[-1])
    change = last / first - 1 if first else float("nan")
    word = "up" if change > 0 else "down"
    return label(
        f"page.inventory.year_title_{word}", language, year=int(table.index[-1]),
        amount=readable(last, language, "co2e"), base=int(table.index[0]),
        change=percent(abs(change), language),
    )  # fmt: skip


def plant_title(frame: pd.DataFrame, language: Language) -> str:
    """Return the finding of the bars by plant: the largest one and its share."""
    sums = frame.groupby("name")["co2e_t"].sum().sort_values(ascending=False)
    if not len(sums) or not sums.sum():
        return label("page.inventory.no_plant_title", language)
    share = percent(float(sums.iloc[0] / sums.sum()), language)
    return label("page.inventory.plant_title", language, name=sums.index[0], share=share)


def species_title(frame: pd.DataFrame, language: Language) -> str:
    """Return the finding of the pollutants: how many there are, from which lists."""
    known = frame.dropna(subset="emissions_t")
    return numbered("page.inventory.species_title", len(known), language)
