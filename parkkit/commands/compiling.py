"""Compile: the totals of an inventory, as a table or as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated

import pandas as pd
import typer

from parkkit.commands.options import (
    AsJson,
    BoundaryAsked,
    ParkName,
    Parks,
    PartAsked,
    Tongued,
    YearAsked,
    perimeter,
    say,
    spoken,
)
from parkkit.core.labels import Language, has_label, label
from parkkit.inventory.compilation import (
    CO2E,
    Inventory,
    compile_inventory,
    is_incomplete,
    total,
    totals,
)
from parkkit.output.page_choice import chosen_year, merged
from parkkit.output.quantities import readable
from parkkit.output.statement import method_statement
from parkkit.park.package import open_park

MOST_GAPS = 12


def compile_park(
    park: ParkName,
    year: YearAsked = None,
    boundary: BoundaryAsked = None,
    part: PartAsked = "",
    choice: Annotated[list[str] | None, typer.Option(help="e.g. level=enterprise")] = None,
    parks: Parks = None,
    language: Tongued = None,
    as_json: AsJson = False,
) -> None:
    """Compile an inventory and print its totals.  parkkit compile langang --choice gwp=AR6"""
    tongue, opened = spoken(language), open_park(park, parks=parks)
    chosen, (kind, within) = chosen_year(year, opened), perimeter(opened, boundary, part)
    inventory = compile_inventory(
        opened,
        boundary_type=kind,
        convention=merged(opened.about.convention, _choices(choice or [])),
        part=within,
    )
    amount = total(inventory, CO2E, chosen)
    table = totals(inventory, years=[chosen])
    if as_json:
        rows = json.loads(table.to_json(orient="records", double_precision=15))
        headline = {
            "species": CO2E,
            "year": chosen,
            "amount_t": None if amount != amount else amount,
            "status": _headline_status(table),
        }
        statement = dict(method_statement(inventory, tongue))
        told = [note.told(tongue) for note in inventory.notes]
        result = {"headline": headline, "totals": rows, "statement": statement, "notes": told}
        typer.echo(json.dumps(result, ensure_ascii=False))
        return
    key = "cli.total_partial" if _headline_status(table) == "partial" else "cli.total"
    say(key, tongue, year=chosen, amount=readable(amount, tongue, "co2e"))
    for row in table.to_dict("records"):
        shown = readable(row["amount_t"], tongue)
        typer.echo(f"  {row['species']:<18} {row['medium']:<6} {shown:>16}  {row['status']}")
    _say_gaps(inventory, chosen, tongue)
    for name, text in method_statement(inventory, tongue):
        typer.echo(f"  {name}: {text}")
    for note in inventory.notes:
        typer.echo(note.told(tongue), err=True)


def _headline_status(table: pd.DataFrame) -> str:
    """Return the status of CO2e in ``totals``; without a row of it nothing can be computed."""
    return str(next(iter(table.loc[table["species"] == CO2E, "status"]), "not_computable"))


def _say_gaps(inventory: Inventory, year: int, language: Language) -> None:
    """Say which rows make a total partial, and what each of them lacks."""
    rows = inventory.emissions
    rows = rows[(rows["year"] == year) & is_incomplete(rows)]
    rows = rows.assign(lacks=rows["missing"].where(rows["missing"] != "", rows["status"]))
    groups = rows.groupby(["source_id", "item", "lacks"], sort=True)["species"].unique()
    for gap in groups.head(MOST_GAPS).reset_index().to_dict("records"):
        keys = [(f"missing.{code}", f"charts.status.{code}") for code in gap["lacks"].split(";")]
        codes = [label(next(filter(has_label, pair), pair[0]), language) for pair in keys]
        say("cli.gap", language, source=gap["source_id"], item=gap["item"] or "-",
            species=", ".join(gap["species"]),
            missing=label("error.separator", language).join(codes))  # fmt: skip
    if len(groups) > MOST_GAPS:
        say("cli.more_gaps", language, count=len(groups) - MOST_GAPS)


def _choices(given: Sequence[str]) -> dict[str, object]:
    """Read ``name=value`` pairs; lists are separated by commas, numbers are numbers.

    The rules of single species are written ``species_rules=co2:largest,nox:mean``.
    """
    chosen: dict[str, object] = {}
    for pair in given:
        name, _, text = pair.partition("=")
        parts = [int(part) if part.isdigit() else part for part in text.split(",") if part]
        is_list = name in ("factor_sets", "scopes") or len(parts) > 1
        chosen[name] = parts if is_list else (parts[0] if parts else "")
        if name == "species_rules":
            chosen[name] = [str(part).split(":", 1) for part in parts]
    return chosen
