"""Boundary: areas, the plants on which boundaries disagree, the polygons and the map as files."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path
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
    check_target,
    perimeter,
    say,
    spoken,
)
from parkkit.core.errors import ParkError
from parkkit.core.labels import Language, label
from parkkit.inventory.boundary_differences import disputed_plants
from parkkit.output.figures import column_name, name_of
from parkkit.output.maps import write_map
from parkkit.output.page_choice import PageChoice, chosen_year, one_line
from parkkit.output.quantities import change, is_missing, number, readable
from parkkit.park.boundary import areas, drawn_in
from parkkit.park.package import Park, find_park, open_park, plant_names
from parkkit.park.polygons import BOUNDARY_TYPES
from parkkit.park.versions import as_features, write_geojson

MAPS = (".svg", ".png")
SHAPES = (".geojson", ".json")
GeoJson = Annotated[Path | None, typer.Option("--out", help="write the year's polygons, GeoJSON")]
Map = Annotated[Path | None, typer.Option("--map", help="write the map, .svg or .png")]


def tell_boundary(
    park: ParkName,
    year: YearAsked = None,
    boundary: BoundaryAsked = None,
    part: PartAsked = "",
    out: GeoJson = None,
    picture: Map = None,
    parks: Parks = None,
    language: Tongued = None,
    as_json: AsJson = False,
) -> None:
    """Tell areas, and plants in one boundary and not in another.  parkkit boundary langang"""
    tongue, opened = spoken(language), open_park(park, parks=parks)
    kind, within = perimeter(opened, boundary, part)
    choice = PageChoice(
        park=find_park(park, parks=parks).name, year=chosen_year(year, opened), boundary=kind,
        language=tongue, convention=opened.about.convention, part=within,
    )  # fmt: skip
    for path, endings in ((out, SHAPES), (picture, MAPS)):
        if path is not None:
            _check_shape(path, endings, tongue)
    drawn = areas(opened, choice.year)
    disputed = disputed_plants(opened, year=choice.year, convention=choice.convention)
    if as_json:
        _print_json(choice.year, drawn, disputed)
    else:
        _say_areas(drawn, choice)
        _say_disputed(disputed, opened, choice)
    _write(opened, choice, out, picture, as_json)


def _check_shape(path: Path, endings: Sequence[str], language: Language) -> None:
    if path.suffix.lower() not in endings:
        wanted = label("charts.comma", language).join(endings)
        raise typer.BadParameter(
            label("cli.wrong_ending", language, given=path.name, endings=wanted)
        )
    check_target(path)


def _print_json(year: int, drawn: pd.DataFrame, disputed: pd.DataFrame) -> None:
    tables = {"areas": drawn, "plants": disputed}
    rows = {
        name: json.loads(table.to_json(orient="records", double_precision=15))
        for name, table in tables.items()
    }
    typer.echo(json.dumps({"year": year, **rows}, ensure_ascii=False))


def _say_areas(drawn: pd.DataFrame, choice: PageChoice) -> None:
    language = choice.language
    if not len(drawn):
        say("cli.no_areas", language, year=choice.year)
        return
    say("cli.areas", language, year=choice.year)
    heads = [
        column_name("boundary_type", language), label("statement.part", language),
        column_name("drawn_area_ha", language), column_name("official_area_ha", language),
        label("cli.area_difference", language),
    ]  # fmt: skip
    body = [
        [name_of(row["boundary_type"], "boundary_type", language),
         one_line(str(row["part"])) or label("widgets.whole_park", language),
         number(row["drawn_area_ha"], language), number(row["official_area_ha"], language),
         change(row["difference_percent"] / 100, language)]
        for row in drawn.to_dict("records")
    ]  # fmt: skip
    _say_rows([heads, *body])


def _say_disputed(disputed: pd.DataFrame, park: Park, choice: PageChoice) -> None:
    language = choice.language
    if not len(disputed):
        say("cli.no_disputed", language, year=choice.year)
        return
    say("cli.disputed", language, year=choice.year, count=len(disputed))
    names = plant_names(park, language)
    heads = [
        column_name("enterprise_id", language),
        *(name_of(kind, "boundary_type", language) for kind in BOUNDARY_TYPES),
        column_name("siting", language), label("cli.at_stake", language),
    ]  # fmt: skip
    body = [
        [f"{row['enterprise_id']} {one_line(names[row['enterprise_id']])}",
         *(_is_in(row[kind], language) for kind in BOUNDARY_TYPES),
         name_of(row["siting"], "siting", language), readable(row["co2e_t"], language, "co2e")]
        for row in disputed.to_dict("records")
    ]  # fmt: skip
    _say_rows([heads, *body])


def _is_in(told: object, language: Language) -> str:
    if is_missing(told):
        return label("cli.cannot_tell", language)
    return label(f"figures.{'yes' if told else 'no'}", language)


def _say_rows(rows: Sequence[Sequence[str]]) -> None:
    """Print rows with their columns below each other; a Chinese letter is two wide."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        )
        typer.echo(f"  {'  '.join(cells)}".rstrip())


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _write(
    park: Park, choice: PageChoice, out: Path | None, picture: Path | None, as_json: bool
) -> None:
    if out is not None:
        rows = drawn_in(park, choice.year)
        if not len(rows):
            raise ParkError("none_drawn", year=choice.year)
        write_geojson(out, as_features(rows))
    if picture is not None:
        write_map(park, choice, picture)
    for path in (out, picture):
        if path is not None:
            # What a script reads stays JSON alone.
            typer.echo(label("cli.written", choice.language, path=path), err=as_json)
