"""Import: a release register makes a park; a form or a layer of polygons is added to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from parkkit.park.checking import errors
from parkkit.park.form_mapping import known_form
from parkkit.park.forms import Imported, import_form
from parkkit.park.package import open_park, park_names, parks_folder
from parkkit.park.reading import ABOUT
from parkkit.park.registers import import_register


class Kind(StrEnum):
    """What a source is imported as."""

    register = "register"
    boundary = "boundary"
    energy_205_1 = "energy_205_1"
    permit_report = "permit_report"
    env_statistics = "env_statistics"


def import_source(
    source: Path,
    folder: Annotated[Path, typer.Argument(help="the park: made of a register, else added to")],
    boundary: Annotated[Path | None, typer.Option(help="register: GeoJSON in WGS-84")] = None,
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
    datum: Annotated[str, typer.Option(help="boundary: wgs84, gcj02 or bd09")] = "wgs84",
    valid_from: Annotated[int | None, typer.Option(help="boundary: the first year")] = None,
    valid_to: Annotated[int | None, typer.Option(help="boundary: the last year")] = None,
    official_area: Annotated[float | None, typer.Option(help="boundary: in hectares")] = None,
    name_field: Annotated[str, typer.Option(help="boundary: the column of names")] = "",
    part_field: Annotated[str, typer.Option(help="boundary: the column of parts")] = "",
    parks: Parks = None,
    language: Tongued = None,
) -> None:
    """Make a park of a release list, or add a form or polygons.  parkkit import list.csv gary"""
    # A bare name goes under the parks, as everywhere; a path is taken as it is.
    target = folder if len(folder.parts) > 1 else parks_folder(parks) / folder
    tongue = spoken(language)
    try:
        if as_kind is Kind.register:
            about = {"country": country, "industry_scheme": industry_scheme}
            _register(source, target, boundary, boundary_type, about, tongue)
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
    source: Path,
    target: Path,
    boundary: Path | None,
    boundary_type: str,
    about: Mapping[str, str],
    language: Language,
) -> None:
    """Make a park of a release register, and say what came of it."""
    if boundary is None:
        raise typer.BadParameter(label("cli.needs_boundary", language))
    problems = import_register(
        source, target, boundary=boundary, boundary_type=boundary_type, country=about["country"],
        industry_scheme=about["industry_scheme"],
    )  # fmt: skip
    made = open_park(target)
    held = sum(problem.code == "unknown_species" for problem in problems)
    say("cli.imported", language, folder=target, plants=len(made.enterprises),
        releases=len(made.releases), held=held)  # fmt: skip


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
