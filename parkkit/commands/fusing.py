"""Fuse: carbon and pollutants of each source on the command line, as JSON or as a file."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Annotated, Any

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
    check_target,
    perimeter,
    say,
    spoken,
)
from parkkit.core.labels import Language, label
from parkkit.inventory.compilation import compile_inventory
from parkkit.inventory.fused_files import known_ending, write_fused
from parkkit.inventory.fusion import fuse
from parkkit.inventory.joined_names import JOINT
from parkkit.output.chapters.fusion import source_names
from parkkit.output.figures import name_of
from parkkit.output.page_choice import chosen_year
from parkkit.output.quantities import Kind, is_missing, readable
from parkkit.park.package import open_park

MOST_ROWS = 20
NOTHING = "-"
Out = Annotated[Path | None, typer.Option("--out", help="write it, .csv, .parquet or .xlsx")]


def fuse_park(
    park: ParkName,
    year: YearAsked = None,
    every_year: Annotated[bool, typer.Option("--every-year", help="all years, not one")] = False,
    boundary: BoundaryAsked = None,
    part: PartAsked = "",
    form: Annotated[str, typer.Option(help="wide (a row per source) or long")] = "wide",
    media: Annotated[str, typer.Option(help="all or air")] = "all",
    out: Out = None,
    parks: Parks = None,
    language: Tongued = None,
    as_json: AsJson = False,
) -> None:
    """Lay carbon and pollutants side by side.  parkkit fuse langang --out fused.xlsx"""
    tongue = spoken(language)
    if out is not None:
        known_ending(out)
        check_target(out)
    opened = open_park(park, parks=parks)
    chosen, (kind, within) = chosen_year(year, opened), perimeter(opened, boundary, part)
    inventory = compile_inventory(
        opened, boundary_type=kind, convention=opened.about.convention, part=within
    )
    # `fuse` itself refuses a form or media that there is not.
    fused = fuse(inventory, form=form, media=media, park=opened)  # type: ignore[arg-type]
    asked = fused if every_year else fused[fused["year"] == chosen]
    if as_json:
        typer.echo(asked.to_json(orient="records", double_precision=15, force_ascii=False))
    else:
        shown = fused[fused["year"] == chosen]
        names = source_names(shown["unit_id"], opened, tongue)
        tell = _say_cells if form == "long" else _say_sources
        # What goes into a file is not listed besides.
        tell(shown.assign(name=names), chosen, MOST_ROWS if out is None else 0, tongue)
    if out is not None:
        write_fused(asked, out)
        # What a script reads stays JSON alone.
        typer.echo(label("cli.written", tongue, path=out), err=as_json)


def _say_sources(fused: pd.DataFrame, year: int, most: int, language: Language) -> None:
    count = fused["match"].value_counts()
    say("cli.fused", language, year=year, count=len(fused), both=count.get("both", 0),
        carbon=count.get("carbon_only", 0), pollution=count.get("pollution_only", 0),
        held=count.get("held_only", 0))  # fmt: skip
    ordered = fused.sort_values(["direct_co2e_t", "unit_id"], ascending=[False, True])
    for row in ordered.head(most).to_dict("records"):
        told = label("cli.fused_mark", language).join(_parts(row, language))
        say("cli.fused_source", language, source=row["name"], told=told)
    _say_more(len(fused), most, language)


def _parts(row: Mapping[Hashable, Any], language: Language) -> list[str]:
    """Return in words what a source has; what it has not is passed over."""
    amounts: list[tuple[str, str, Kind]]
    amounts = [("carbon", "direct_co2e_t", "co2e"), ("air", "equivalents_air", "equivalents"),
               ("water", "equivalents_water", "equivalents")]  # fmt: skip
    told = [
        label(f"cli.fused_{part}", language, amount=readable(row[column], language, kind))
        for part, column, kind in amounts if not is_missing(row[column])
    ]  # fmt: skip
    told.append(label(f"fusion.match.{row['match']}", language))
    if row["lists"]:
        told.append(label("cli.fused_lists", language, lists=_lists(row["lists"], language)))
    if row["held_count"]:
        told.append(label("cli.fused_held", language, count=row["held_count"]))
    return told


def _lists(joined: object, language: Language) -> str:
    names = [name_of(name, "list", language) for name in str(joined).split(JOINT)]
    return label("page.list_separator", language).join(names)


def _shown(value: float, language: Language, kind: Kind = "mass") -> str:
    """Return a quantity as people read it; a dash where a source has none."""
    return NOTHING if is_missing(value) else readable(value, language, kind)


def _say_cells(cells: pd.DataFrame, year: int, most: int, language: Language) -> None:
    say("cli.fused_cells", language, year=year, count=len(cells))
    for row in cells.head(most).to_dict("records"):
        say("cli.fused_cell", language, source=row["name"],
            species=name_of(row["species"], "species", language),
            medium=name_of(row["medium"], "medium", language),
            amount=_shown(row["emissions_t"], language), list=_lists(row["list"], language),
            status=name_of(row["status"], "status", language))  # fmt: skip
    _say_more(len(cells), most, language)


def _say_more(count: int, most: int, language: Language) -> None:
    if most and count > most:
        say("cli.fused_more", language, count=count - most)
