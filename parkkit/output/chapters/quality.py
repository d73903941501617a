"""Chapter 05: how good the data are, in figures; what to measure better; ranks of the data."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from parkkit.core.errors import Problem
from parkkit.core.labels import Language, has_label, label
from parkkit.inventory.budget import rank_shares, uncertainty_budget
from parkkit.inventory.compilation import CO2E, Inventory
from parkkit.inventory.uncertainty import propagate
from parkkit.output.chapters.inventory import headline
from parkkit.output.figures import Card, name_of
from parkkit.output.page_choice import PageChoice
from parkkit.output.pages import plain
from parkkit.output.quantities import is_missing, number, percent, readable
from parkkit.output.theme import numbered
from parkkit.park.package import Park, plant_names

MAIN = (CO2E, "co2", "ch4", "n2o", "so2", "nox", "pm", "voc", "cod", "nh3_n")
RANKED = tuple(name for name in MAIN if name not in ("co2", "ch4", "n2o"))
ACTIVITY, FACTOR = "activity", "factor"
TOP = 10
MOST_ITEMS = 3  # of a factor that serves many

Row = Mapping[Hashable, Any]


def uncertainty(inventory: Inventory, park: Park, choice: PageChoice) -> pd.DataFrame:
    """Return the uncertainty of the page's year by the park's own rule, main species first.

    Returns
    -------
    DataFrame
        What ``propagate`` returns, of the species that the page shows, with ``name`` (with the
        medium, where a species is released into several), ``half_share`` (half of the width of
        the Monte Carlo interval as a share of the value) and ``closed_share`` (that of the closed
        form).
    """
    table = propagate(inventory, park.about.uncertainty, years=[choice.year])
    table = table[table["species"].isin(MAIN)]
    place = table["species"].map({name: rank for rank, name in enumerate(MAIN)})
    table = table.assign(place=place).sort_values(["place", "medium"], ignore_index=True)
    size = table["amount_t"].abs().where(table["amount_t"] != 0)
    names = [_species(row, table, choice.language) for row in table.to_dict("records")]
    return table.drop(columns="place").assign(
        name=pd.Series(names, index=table.index, dtype="str"),
        half_share=(table["high_t"] - table["low_t"]) / 2 / size,
        closed_share=table["closed_percent"] / 100,
    )


def _species(row: Row, table: pd.DataFrame, language: Language) -> str:
    name = species_name(row["species"], language)
    if (table["species"] == row["species"]).sum() < 2:
        return name
    medium = name_of(row["medium"], "medium", language)
    return label("figures.with_unit", language, name=name, unit=medium)


def species_name(species: str, language: Language) -> str:
    """Return the name of a species, or of the greenhouse gases together."""
    if species == CO2E:
        return label("page.quality.co2e", language)
    return name_of(species, "species", language)


def key_figures(
    inventory: Inventory,
    choice: PageChoice,
    known: pd.DataFrame,
    lacking: Sequence[Problem],
    balance: pd.DataFrame,
) -> list[Card]:
    """Return the total with its interval, the mean data rank, the gaps and the open balances.

    Parameters
    ----------
    known : DataFrame
        What ``uncertainty`` returned.
    lacking : sequence of Problem
        What ``gap_problems`` returned.
    balance : DataFrame
        What ``balances`` returned.
    """
    return [
        headline(inventory, choice),
        _interval_card(known, choice.language),
        _rank_card(ranks(inventory, choice), choice.language),
        _gap_card(lacking, choice.language),
        _balance_card(balance, choice),
    ]


def _interval_card(known: pd.DataFrame, language: Language) -> Card:
    """Return the 95 % interval of the total, and of how many tonnes the uncertainty is known."""
    name = label("page.quality.card.interval", language)
    found = known[known["species"] == CO2E].to_dict("records")
    if not found or is_missing(found[0]["half_share"]):
        return Card(name=name, value="", note=label("page.quality.card.no_interval", language))
    row = found[0]
    note = label(
        "page.quality.card.interval_note", language, low=readable(row["low_t"], language),
        high=readable(row["high_t"], language), share=percent(row["known_share"], language),
    )  # fmt: skip
    value = f"±{percent(row['half_share'], language)}"
    if row["known_share"] < 1:
        # What nobody told would widen it: the interval is no more than a lower bound.
        value = label("page.quality.card.at_least", language, value=value)
    return Card(name=name, value=value, note=note)


def _rank_card(table: pd.DataFrame, language: Language) -> Card:
    """Return the mean rank of the activity behind the total, the factors' below."""
    name = label("page.quality.card.rank", language)
    of = {kind: mean_rank(table, CO2E, kind) for kind in (ACTIVITY, FACTOR)}
    if is_missing(of[ACTIVITY]):
        return Card(name=name, value="", note=label("page.quality.card.no_rank", language))
    note = label("page.quality.card.rank_note", language)
    if not is_missing(of[FACTOR]):
        factor = rank_text(of[FACTOR], language)
        note += label("page.quality.card.rank_of_factors", language, factor=factor)
    return Card(name=name, value=rank_text(of[ACTIVITY], language), note=note)


def rank_text(value: float, language: Language) -> str:
    """Return a mean rank with at most two decimals; a dash where there is none."""
    return "—" if is_missing(value) else number(round(value, 2), language)


def _gap_card(lacking: Sequence[Problem], language: Language) -> Card:
    plants = {where.split("/")[0] for one in lacking for where in _where(one)} - {""}
    files = {one.file for one in lacking}
    unit = label("page.quality.card.items", language)
    key = "page.quality.card.gaps_note" if lacking else "page.quality.card.no_gaps"
    note = label(key, language, plants=len(plants), files=len(files))
    name = label("page.quality.card.gaps", language)
    return Card(name=name, value=str(len(lacking)), unit=unit, note=note)


def _where(problem: Problem) -> list[str]:
    given = problem.values.get("where")
    return [str(each) for each in given] if isinstance(given, list) else []


def _balance_card(balance: pd.DataFrame, choice: PageChoice) -> Card:
    """Return how many balances of the page's year are open; none to tell where none computes."""
    language = choice.language
    counts = balance.loc[balance["year"] == choice.year, "state"].value_counts()
    name = label("page.quality.card.balances", language)
    known = int(counts.get("open", 0) + counts.get("closed", 0))
    if not known:
        return Card(name=name, value="", note=label("page.quality.card.no_balances", language))
    note = label("page.quality.card.balances_note", language, closed=int(counts.get("closed", 0)),
                 rest=int(counts.get("not_computable", 0)))  # fmt: skip
    unit = label("page.quality.card.items", language)
    return Card(name=name, value=str(int(counts.get("open", 0))), unit=unit, note=note)


def ranks(inventory: Inventory, choice: PageChoice) -> pd.DataFrame:
    """Return ``rank_shares`` of the page's year, of the species shown, in their order."""
    table = rank_shares(inventory)
    table = table[(table["year"] == choice.year) & table["species"].isin(RANKED)]
    place = table["species"].map({name: rank for rank, name in enumerate(RANKED)})
    return table.assign(place=place).sort_values(
        ["place", "kind", "band"], ignore_index=True
    ).drop(columns="place")  # fmt: skip


def mean_rank(table: pd.DataFrame, species: str, kind: str) -> float:
    """Return the mean rank of a species' activity or factors; missing where none has a rank."""
    found = table[(table["species"] == species) & (table["kind"] == kind)]["mean_rank"]
    return float(found.iloc[0]) if len(found) else float("nan")


def activity_ranks(inventory: Inventory, choice: PageChoice) -> pd.DataFrame:
    """Return the shares by rank of activity data and reports, as ``rank_bars`` draws them."""
    table = ranks(inventory, choice)
    table = table[table["kind"] == ACTIVITY].reset_index(drop=True)
    names = [species_name(one, choice.language) for one in table["species"]]
    return table.assign(name=pd.Series(names, index=table.index, dtype="str"))


def ranks_title(table: pd.DataFrame, language: Language) -> str:
    """Return the finding: what share of the total's tonnes rests on data of the best two ranks."""
    rows = table[table["species"] == CO2E]
    known = rows if len(rows) else table[table["species"] == table["species"].iloc[:1].max()]
    if not len(known) or is_missing(known["share"].max()):
        return label("page.quality.ranks_axis", language)
    best = float(known.loc[known["band"].isin(["1", "2"]), "share"].sum())
    name = species_name(known["species"].iloc[0], language)
    return label("page.quality.ranks_title", language, name=name, share=percent(best, language))


def widths(inventory: Inventory, park: Park, choice: PageChoice) -> pd.DataFrame:
    """Return what to measure better for the total, the most rewarding first.

    Returns
    -------
    DataFrame
        What ``uncertainty_budget`` returns, with ``name``: of whom or of what; of a factor with
        its set.
    """
    table = uncertainty_budget(inventory, park.about.uncertainty, year=choice.year)
    used = _factors(inventory, choice.year)
    plants = plant_names(park, choice.language)
    names = [
        _factor_name(str(row["id"]), used, plants, choice.language)
        if row["kind"] == FACTOR
        else _source_name(row, plants, choice.language)
        for row in table.to_dict("records")
    ]
    return table.assign(name=pd.Series(names, index=table.index, dtype="str"))


def _factors(inventory: Inventory, year: int) -> dict[str, pd.DataFrame]:
    used = inventory.factors_used
    if not len(used):
        return {}
    used = used[(used["rank"] == 0) & (used["year"] == year)]
    return {str(name): rows for name, rows in used.groupby("factor_id")}


def _factor_name(
    factor_id: str, used: Mapping[str, pd.DataFrame], plants: Mapping[str, str], language: Language
) -> str:
    """Return what a factor is of: the item it serves, its parameter, and its set or plant."""
    if factor_id not in used:
        return factor_id
    rows = used[factor_id]
    comma = label("charts.comma", language)
    names = [name_of(item, "item", language) for item in dict.fromkeys(rows["item"])]
    items = comma.join(names[:MOST_ITEMS])
    if len(names) > MOST_ITEMS:
        items = label("charts.and_more", language, names=items, count=len(names))
    first = rows.iloc[0]
    key = f"page.quality.parameter.{first['parameter']}"
    what = label(key if has_label(key) else "page.quality.parameter.factor", language,
                 species=name_of(first["species"], "species", language))  # fmt: skip
    is_own = first["factor_set"] == "site"
    of = plants.get(str(first["site_id"]), "") if is_own else str(first["factor_set"])
    return label("page.quality.name.factor", language, items=items, what=what, of=of)


def _source_name(row: Row, plants: Mapping[str, str], language: Language) -> str:
    """Return whose activity or report a row is: plant, process and item."""
    owner, _, rest = str(row["source_id"]).partition("/")
    process = rest.partition("/")[0] or label("page.lists.whole_plant", language)
    item = name_of(row["item"], "item", language) if row["item"] else ""
    key = "page.quality.name.source" if item else "page.quality.name.report"
    return label(key, language, plant=plants.get(owner, owner), process=process, item=item)


def widths_title(table: pd.DataFrame, language: Language) -> str:
    """Return the finding: what to measure better first, and by how much the interval narrows."""
    known = table.dropna(subset="width_t")
    if not len(known) or known["width_t"].iloc[0] <= 0:
        return label("page.quality.widths_plain", language)
    first = known.iloc[0]
    return label("page.quality.widths_title", language, name=first["name"],
                 amount=readable(first["width_t"], language, "co2e"),
                 share=percent(first["width_share"], language))  # fmt: skip


def widths_text(table: pd.DataFrame, language: Language) -> str:
    """Return how to read the bars, what their sets are called, and what has no bar."""
    known, text = table[table["width_t"] > 0], ""
    if len(known):
        sets = dict.fromkeys(known.head(TOP)["factor_set"])
        named = [label("page.quality.of", language, names=plain(code),
                       text=name_of(code, "factor_set", language))
                 for code in sets if has_label(f"factor_set.{code}")]  # fmt: skip
        names = label("charts.between_notes", language).join(named)
        text = label("page.quality.widths_text", language)
        text += label("page.quality.widths_sets", language, names=names) if named else ""
    unknown = table[table["width_t"].isna()]
    if not len(unknown):
        return text
    return text + numbered("page.quality.widths_unknown", len(unknown), language,
                           name=plain(unknown["name"].iloc[0]))  # fmt: skip
