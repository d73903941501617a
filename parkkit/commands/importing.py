"""Import: release lists make a park or join one; a form or polygons are added to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from parkkit.commands.options import (
    Parks,
    PartAsked,
    Tongued,
    say,
    say_warnings,
    spoken,
)
from parkkit.core.errors import ParkError, Problem
from parkkit.core.labels import Language, label
from parkkit.park.boundary_import import import_boundary
from parkkit.park.bridges import known_lists, mapping_template
from parkkit.park.checking import errors
from parkkit.park.form_mapping import known_form
from parkkit.park.forms import Imported, import_form
from parkkit.park.package import park_names, parks_folder
from parkkit.park.reading import ABOUT, read_table
from parkkit.park.registers import append_register, import_register


class Kind(StrEnum):
    """What a source is imported as."""

    register = "register"
    boundary = "boundary"
    energy_205_1 = "energy_205_1"
    permit_report = "permit_report"
    env_statistics = "env_statistics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """Lists of releases and how they are read."""

    sources: Sequence[Path]
    datum: str
    mapping: str | None
    list_name: str


def write_template(path: Path | None) -> None:
    """Write a mapping file to fill in, and end the call."""
    if path is None:
        return
    if path.exists():
        raise ParkError("file_exists", given=path)
    try:
        path.write_text(mapping_template(), encoding="utf-8")
    except OSError as error:
        raise ParkError("not_writable", given=path, why=error.strerror or "") from error
    say("cli.written", spoken(None), path=path)
    raise typer.Exit


def import_source(
    sources: Annotated[list[Path], typer.Argument(help="the file; of release lists several")],
    folder: Annotated[Path, typer.Argument(help="the park: made of release lists, else added to")],
    boundary: Annotated[Path | None, typer.Option(help="register: a layer of polygons")] = None,
    as_kind: Annotated[Kind, typer.Option("--as", help="what the source is")] = Kind.register,
    boundary_type: Annotated[str, typer.Option(help="what the polygons bound")] = "physical",
    country: Annotated[str, typer.Option(help="two letters")] = "CN",
    industry_scheme: Annotated[str, typer.Option(help="of the industry codes")] = "GB/T 4754",
    enterprise: Annotated[str, typer.Option(help="form: the plant, where no column says")] = "",
    year: Annotated[int | None, typer.Option(help="form: the year, where no column says")] = None,
    origin: Annotated[str, typer.Option(help="form, boundary: its id in sources.csv")] = "",
    treatment_plant: Annotated[str, typer.Option(help="form: who takes the wastewater")] = "",
    part: PartAsked = "",
    crs: Annotated[str, typer.Option(help="boundary: e.g. EPSG:4549, if no file says")] = "",
    encoding: Annotated[str, typer.Option(help="boundary: of the attributes, e.g. GBK")] = "",
    layer: Annotated[str, typer.Option(help="boundary: which of several layers")] = "",
    datum: Annotated[str, typer.Option(help="of places: wgs84, gcj02 or bd09")] = "wgs84",
    valid_from: Annotated[int | None, typer.Option(help="boundary: the first year")] = None,
    valid_to: Annotated[int | None, typer.Option(help="boundary: the last year")] = None,
    official_area: Annotated[float | None, typer.Option(help="boundary: in hectares")] = None,
    name_field: Annotated[str, typer.Option(help="boundary: the column of names")] = "",
    part_field: Annotated[str, typer.Option(help="boundary: the column of parts")] = "",
    mapping: Annotated[str | None, typer.Option(help="register: stewi, eprtr or a file")] = None,
    list_name: Annotated[str, typer.Option("--list", help="register: what to call the list")] = "",
    into: Annotated[bool, typer.Option("--into", help="register: append to a park")] = False,
    template: Annotated[
        Path | None,
        typer.Option("--mapping-template", is_eager=True, callback=write_template,
                     help="write a mapping file to fill in, and stop"),
    ] = None,
    parks: Parks = None,
    language: Tongued = None,
) -> None:  # fmt: skip
    """Make a park of release lists, or add a form or polygons.  parkkit import list.csv gary"""
    # A bare name goes under the parks, as everywhere; a path is taken as it is.
    target = folder if len(folder.parts) > 1 else parks_folder(parks) / folder
    tongue = spoken(language)
    if len(sources) > 1 and as_kind is not Kind.register:
        raise typer.BadParameter(label("cli.one_source", tongue, kind=as_kind.value))
    source = sources[0]
    if mapping and mapping.endswith(".toml") and not Path(mapping).is_file():
        raise ParkError("unknown_mapping", given=mapping, known=known_lists())
    lists = Lists(sources=sources, datum=datum, mapping=mapping, list_name=list_name)
    try:
        if as_kind is Kind.register and into:
            _check_place(folder, target, parks)
            _append(lists, target, tongue)
        elif as_kind is Kind.register:
            about = {"country": country, "industry_scheme": industry_scheme}
            _register(lists, target, boundary, boundary_type, about, tongue)
        elif as_kind is Kind.boundary:
            _check_place(folder, target, parks)
            drawn = import_boundary(
                source, target, boundary_type=boundary_type, part=part, crs=crs,
                encoding=encoding, layer=layer, datum=datum, valid_from=valid_from,
                valid_to=valid_to, official_area_ha=official_area, name_field=name_field,
                part_field=part_field, origin=origin,
            )  # fmt: skip
            _say_drawn(drawn, target, tongue)
        else:
            imported = import_form(
                source, target, form=as_kind.value, enterprise_id=enterprise, year=year,
                origin=origin, treatment_plant=treatment_plant, language=tongue,
            )  # fmt: skip
            _say_imported(imported, as_kind, target, tongue)
    except ParkError as error:
        raise _without_warnings(error, tongue) from error


def _register(
    lists: Lists,
    target: Path,
    boundary: Path | None,
    boundary_type: str,
    about: Mapping[str, str],
    language: Language,
) -> None:
    """Make a park of release lists, and say what came of it."""
    if boundary is None:
        raise typer.BadParameter(label("cli.needs_boundary", language))
    problems = import_register(
        lists.sources, target, boundary=boundary, boundary_type=boundary_type,
        country=about["country"], industry_scheme=about["industry_scheme"], datum=lists.datum,
        mapping=lists.mapping, list_name=lists.list_name,
    )  # fmt: skip
    _say_of_lists(problems, lists, language)
    made = _sizes(target)
    say("cli.imported", language, folder=target, plants=made[0], releases=made[1],
        held=_held(problems))  # fmt: skip


def _append(lists: Lists, target: Path, language: Language) -> None:
    """Append release lists to a park, and say what came of it."""
    before = _sizes(target)
    problems = append_register(lists.sources, target, datum=lists.datum, mapping=lists.mapping,
                               list_name=lists.list_name)  # fmt: skip
    after = _sizes(target)
    _say_of_lists(problems, lists, language)
    say("cli.list_appended", language, folder=target, held=_held(problems),
        plants=after[0] - before[0], releases=after[1] - before[1])  # fmt: skip


def _sizes(folder: Path) -> tuple[int, int]:
    """Return how many plants and releases the tables of a park hold."""
    return len(read_table(folder, "enterprises")[0]), len(read_table(folder, "releases")[0])


def _say_of_lists(problems: Sequence[Problem], lists: Lists, language: Language) -> None:
    """Say what was mended in the lists and their order; what the park's check says is its own."""
    files = {ABOUT, *(source.name for source in lists.sources)}
    say_warnings([problem for problem in problems if problem.file in files], language)


def _held(problems: Sequence[Problem]) -> int:
    return sum(problem.code == "unknown_species" for problem in problems)


def _check_place(given: Path, target: Path, parks: Path | None) -> None:
    """Refuse to draw in a folder that is no park: nobody would look for it there."""
    if not (target / ABOUT).is_file():
        raise ParkError("unknown_park", given=str(given), known=park_names(parks))


def _say_drawn(problems: Sequence[Problem], folder: Path, language: Language) -> None:
    say_warnings(problems, language)
    say("cli.drawn", language, folder=folder, count=len(problems))


def _without_warnings(error: ParkError, language: Language) -> ParkError:
    """Say the warnings of a refused import as such, and return the error with what is wrong."""
    wrong = errors(error.problems)
    if wrong:
        say_warnings([each for each in error.problems if each.is_warning], language)
        return ParkError(error.code, where=error.where, problems=wrong, **error.values)
    return error


def _say_imported(imported: Imported, kind: Kind, folder: Path, language: Language) -> None:
    """Say how many rows went where, and what was not taken and why."""
    say_warnings(imported.problems, language)
    for table, rows in imported.tables.items():
        say("cli.form_appended", language, table=table, count=len(rows))
    say("cli.form_done", language, form=known_form(kind.value).name(language), folder=folder,
        count=len(imported.problems))  # fmt: skip
