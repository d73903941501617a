"""Chapter 02, the factors: what each one is, how far it was checked, and how much rests on it."""

from __future__ import annotations

import re
from collections.abc import Hashable
from html import escape
from typing import Any

import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.inventory.calculation import greenhouse_gases
from parkkit.inventory.compilation import Inventory
from parkkit.output.chapters.ledger import NUMBER, grouped_html
from parkkit.output.figures import column_name, name_of, number
from parkkit.output.page_choice import PageChoice
from parkkit.output.quantities import is_missing, readable

CERTIFICATE = "certificate"
COLUMNS = ["factor_id", "factor_set", "species", "value", "unit", "factor_mark", "entry_count",
           "emissions_t"]  # fmt: skip


def factors_table(inventory: Inventory, choice: PageChoice) -> pd.DataFrame:
    """Return the factors behind the figures of the page's year, how far each was checked.

    Returns
    -------
    DataFrame
        ``factor_id``, ``factor_set``, ``species``, ``value``, ``unit``, ``factor_mark`` (seen, seen
        once, recalled, the plant's or the park's own, a certificate), ``entry_count`` (rows of the
        inventory that use it) and ``emissions_t``, the greenhouse gases first.
    """
    rows = inventory.emissions
    rows = rows[(rows["year"] == choice.year) & (rows["factor_id"] != "")]
    table = rows.groupby(["factor_id", "factor_set", "species"], sort=True).agg(
        entry_count=("factor_id", "size"),
        emissions_t=("emissions_t", lambda values: values.sum(min_count=1)),
    ).reset_index()  # fmt: skip
    table = table.merge(_marks(inventory, choice.year), how="left")
    mark = table["factor_mark"].mask(table["factor_set"] == CERTIFICATE, CERTIFICATE)
    is_gas = table["species"].isin(greenhouse_gases())
    table = table.assign(factor_mark=mark, is_gas=is_gas, size=table["emissions_t"].abs())
    table = table.sort_values(["is_gas", "size", "factor_id"], ascending=[False, False, True])
    return table[COLUMNS].reset_index(drop=True)


def _marks(inventory: Inventory, year: int) -> pd.DataFrame:
    """Return value, unit and mark of each factor used in a year."""
    keys = ["factor_id", "species"]
    used = inventory.factors_used
    if not len(used):
        return pd.DataFrame(columns=[*keys, "value", "unit", "factor_mark"], dtype="str")
    used = used[(used["rank"] == 0) & (used["year"] == year)].drop_duplicates(keys)
    return used.rename(columns={"checked": "factor_mark"})[[*keys, "value", "unit", "factor_mark"]]


def factors_html(inventory: Inventory, choice: PageChoice) -> str:
    """Return the factors of the page's year as HTML, set by set in the order they are tried."""
    language = choice.language
    table = factors_table(inventory, choice)
    if not len(table):
        return f"<p>{escape(label('statement.no_factors', language))}</p>"
    heads = [
        (column_name(name, language), NUMBER if name in ("entry_count", "value") else "")
        for name in ("factor_id", "value", "factor_mark", "entry_count")
    ]
    heads.append((label("page.factors.amount", language), NUMBER))
    chosen = choice.convention.factor_sets
    order = [*sorted(set(table["factor_set"]) - set(chosen)), *chosen]
    groups = [
        (_set_name(name, language), "".join(_factor(row, language) for row in rows))
        for name in order
        if (rows := table[table["factor_set"] == name].to_dict("records"))
    ]
    return grouped_html(heads, groups)


def _set_name(name: str, language: Language) -> str:
    """Return a set's name with its code, by which a convention and ``pk.factors`` know it."""
    told = name_of(name, "factor_set", language)
    return told if told == name else label("figures.with_unit", language, name=told, unit=name)


def _factor(row: dict[Hashable, Any], language: Language) -> str:
    """Return a factor as a row: its id without the set, under which it stands."""
    short = str(row["factor_id"]).removeprefix(f"{row['factor_set']}/")
    unit = "" if is_missing(row["unit"]) or row["unit"] == "1" else f" {row['unit']}"
    value = "—" if is_missing(row["value"]) else f"{number(row['value'], language)}{unit}"
    species = name_of(row["species"], "species", language)
    cells = [
        (value, NUMBER),
        (name_of(row["factor_mark"], "factor_mark", language), ""),
        (str(row["entry_count"]), NUMBER),
        (f"{species} {readable(row['emissions_t'], language)}", NUMBER),
    ]
    # An id may break after its marks, so that a phone shows it whole.
    first = re.sub("([/_])", r"\1<wbr>", escape(short))
    figures = "".join(f"<td{side}>{escape(text)}</td>" for text, side in cells)
    return f"<tr><td>{first}</td>{figures}</tr>"
