"""Chapter 02, solid waste: what was generated of each kind, and what became of it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.waste import CLOSES, OF_THE_YEAR, waste
from parkkit.inventory.water import WHOLE_PARK
from parkkit.output.chapters.energy_tables import sheet_html
from parkkit.output.figures import name_of
from parkkit.output.page_choice import PageChoice
from parkkit.output.quantities import is_missing, percent, readable
from parkkit.output.theme import MOST_NAMED
from parkkit.park.package import Park, plant_names

MEASURES = ("generated_t", "used_t", "treated_t", "stored_t", "disposed_t", "sent_t",
            "sent_to_members_t", "dumped_t", "used_from_stock_t", "disposed_from_stock_t",
            "utilisation_share")  # fmt: skip
# Shown only where there is something to tell.
OPTIONAL = ("handled_t", "balance_t")


def waste_rows(inventory: Inventory, choice: PageChoice) -> pd.DataFrame:
    """Return the park's waste of the page's year, a row for each kind, as ``waste`` tells it.

    Returns
    -------
    DataFrame
        The columns of ``waste``, and ``plants``: how many plants tell of that kind themselves.
    """
    rows = waste(inventory)
    rows = rows[rows["year"] == choice.year]
    tellers = rows[(rows["enterprise_id"] != WHOLE_PARK) & (rows["list"] != "")]
    counts = tellers["species"].value_counts()
    park = rows[rows["enterprise_id"] == WHOLE_PARK].reset_index(drop=True)
    return park.assign(plants=park["species"].map(counts).fillna(0).astype("int64"))


def waste_html(inventory: Inventory, park: Park, choice: PageChoice) -> str:
    """Return what was generated of each kind of waste and what became of it, as HTML.

    A measure is a row and a kind a column, so that a phone shows the table whole.
    """
    language, table = choice.language, waste_rows(inventory, choice)
    kinds = table.to_dict("records")
    heads = [label("page.pollution.waste.measure", language)]
    heads += [name_of(row["species"], "species", language) for row in kinds]
    shown = [*MEASURES, *(name for name in OPTIONAL if _is_told(table, name))]
    body = [
        [label(f"page.pollution.waste.row.{name}", language),
         *(_cell(row, name, language) for row in kinds)]
        for name in shown
    ]  # fmt: skip
    body += [
        [label("page.pollution.waste.row.plants", language),
         *(str(row["plants"]) for row in kinds)],
        [label("page.pollution.waste.row.list", language),
         *(_lists(row, language) for row in kinds)],
    ]  # fmt: skip
    return sheet_html(heads, body, _notes(table, inventory, park, choice))


def _is_told(table: pd.DataFrame, name: str) -> bool:
    """Tell whether an optional measure is worth a row: a balance that closes is not."""
    amounts = table[name].abs()
    if name == "balance_t":
        return bool((amounts > CLOSES * table["generated_t"]).any())
    return bool((amounts > 0).any())


def _cell(row: Mapping[Hashable, Any], name: str, language: Language) -> str:
    """Return an amount or share, marked where plants lack it; what nobody told is a dash."""
    value = row[name]
    if is_missing(value):
        # A share is worked out, so one that cannot be is told as such; an amount is told or not.
        return percent(None, language) if name == "utilisation_share" else "—"
    is_share = name.endswith("_share")
    text = percent(value, language) if is_share else readable(value, language)
    needed = ("generated", "used") if is_share else (name.removesuffix("_t"),)
    lacking = {part.split("/")[-1] for part in str(row["missing"]).split(";")}
    return label("charts.partial", language, value=text) if lacking & set(needed) else text


def _lists(row: Mapping[Hashable, Any], language: Language) -> str:
    names = [name_of(code, "list", language) for code in str(row["list"]).split(";") if code]
    return label("page.list_separator", language).join(names) or "—"


def _notes(table: pd.DataFrame, inventory: Inventory, park: Park, choice: PageChoice) -> list[str]:
    """Return how the share used is defined, what dashes mean, and which plants lack what."""
    language, plants = choice.language, plant_names(park, choice.language)
    members = inventory.members[inventory.members["year"] == choice.year]
    notes = [label("page.pollution.waste.definition", language),
             label("page.pollution.waste.dash", language)]  # fmt: skip
    if (table["missing"] != "").any():
        notes.append(label("charts.note_partial", language))
    notes += [
        label("page.pollution.waste.lacks", language,
              kind=name_of(row["species"], "species", language),
              names=lacking_plants(str(row["missing"]), "waste", plants, language))
        for row in table.to_dict("records") if row["missing"]
    ]  # fmt: skip
    count = int(members["is_member"].astype(bool).sum())
    notes.append(label("page.pollution.waste.silent", language, members=count))
    if (table["sent_to_members_t"] > 0).any() and (table["handled_t"] > 0).any():
        notes.append(label("page.pollution.waste.transfer", language))
    return notes


def lacking_plants(missing: str, part: str, plants: Mapping[str, str], language: Language) -> str:
    """Return what each plant lacks, of many plants the first three.

    Parameters
    ----------
    missing : str
        ``PLANT/measure`` joined by semicolons.
    part : str
        ``waste`` or ``water``: whose labels ``PART.missing.MEASURE`` name the measures.

    Examples
    --------
    >>> lacking_plants("A/generated;A/used;B/used", "waste", {"A": "甲厂", "B": "乙厂"}, "zh")
    '甲厂（产生量、综合利用量）、乙厂（综合利用量）'
    """
    by_plant: dict[str, list[str]] = {}
    for entry in missing.split(";"):
        plant, _, what = entry.partition("/")
        by_plant.setdefault(plant, []).append(label(f"{part}.missing.{what}", language))
    comma = label("charts.comma", language)
    names = [
        label("page.pollution.plant_lacks", language, name=plants.get(plant, plant),
              what=comma.join(whats))
        for plant, whats in by_plant.items()
    ]  # fmt: skip
    told = comma.join(names[:MOST_NAMED])
    if len(names) <= MOST_NAMED:
        return told
    return label("page.pollution.and_more", language, names=told, count=len(names))


def waste_fates(inventory: Inventory, choice: PageChoice) -> pd.DataFrame:
    """Return what became of the waste of the page's year.

    Returns
    -------
    DataFrame
        ``species``, ``fate`` (``used``, ``treated``, ``stored``, ``disposed``, ``sent``,
        ``dumped``), ``amount_t``, ``share`` (of all that is told for that kind), ``is_partial``.
    """
    table = waste_rows(inventory, choice)
    rows = table.melt(
        id_vars=["species", "missing"], value_vars=[f"{name}_t" for name in OF_THE_YEAR],
        var_name="fate", value_name="amount_t",
    )  # fmt: skip
    rows = rows[rows["amount_t"] > 0].assign(fate=rows["fate"].str.removesuffix("_t"))
    share = rows["amount_t"] / rows.groupby("species")["amount_t"].transform("sum")
    rows = rows.assign(share=share, is_partial=rows["missing"] != "")
    return rows.drop(columns="missing").sort_values("species", kind="stable", ignore_index=True)


def waste_title(fates: pd.DataFrame, language: Language) -> str:
    """Return the finding: where most of each kind of waste went."""
    largest = fates.sort_values("share", ascending=False).drop_duplicates("species")
    parts = [
        label("waste_chart.title_part", language, name=name_of(row["species"], "species", language),
              share=percent(row["share"], language),
              fate=label(f"waste_chart.fate.{row['fate']}", language))
        for row in largest.sort_values("species").to_dict("records")
    ]  # fmt: skip
    return label("charts.between_notes", language).join(parts)
