"""The command line: little, and meant."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from parkkit.commands.boundaries import tell_boundary
from parkkit.commands.compiling import compile_park
from parkkit.commands.fusing import fuse_park
from parkkit.commands.identities import tell_identities
from parkkit.commands.importing import import_source
from parkkit.commands.options import (
    WRONG_CALL,
    WRONG_DATA,
    AsJson,
    BoundaryAsked,
    ParkName,
    Parks,
    PartAsked,
    Tongue,
    Tongued,
    YearAsked,
    say,
    spoken,
)
from parkkit.core.errors import ParkError, Problem
from parkkit.core.labels import Language, label
from parkkit.inventory.factors import factors
from parkkit.output import apps
from parkkit.output.pages import notebooks_folder
from parkkit.output.report import reports_folder, write_report
from parkkit.park.checking import errors
from parkkit.park.package import check_park, find_park, new_park, open_park, parks_folder

# What is wrong with the call, not with the data it names.
CALL_CODES = frozenset({"unknown_park", "not_a_folder_name", "folder_exists", "not_a_folder",
                        "not_writable", "no_parks_folder", "port_taken", "no_port", "unknown",
                        "not_served", "not_one", "not_species_rules", "species_rule_twice",
                        "not_scopes", "not_a_list",
                        "no_notebooks", "form_no_source", "no_parts", "part_not_drawn",
                        "file_exists", "part_twice", "one_area_for_many", "missing_layer",
                        "several_layers", "no_reference_system", "not_list_and_id",
                        "datum_and_system", "unknown_mapping", "threshold_not_share",
                        "verdict_on_unlisted", "verdict_on_itself",
                        "verdict_on_several"})  # fmt: skip
# What a form does not say and the call does not either.
FORM_CALL_CODES = frozenset({"form_no_plant", "form_no_year"})

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False,
    help="Industrial parks: boundary, carbon and pollutants, decoupling. 产业园区减污降碳工作台",
)  # fmt: skip


@app.command()
def new(folder: Path, language: Tongued = None) -> None:
    """Make an empty park folder.  parkkit new parks/mine"""
    new_park(folder, park_id=folder.name)
    say("cli.made", spoken(language), folder=folder)


@app.command()
def check(
    park: ParkName, parks: Parks = None, language: Tongued = None, as_json: AsJson = False
) -> None:
    """Read a park and print every problem.  parkkit check langang"""
    tongue, problems = spoken(language), check_park(park, parks=parks)
    wrong = errors(problems)
    if as_json:
        typer.echo(json.dumps([_row(problem, tongue) for problem in problems], ensure_ascii=False))
    else:
        for problem in problems:
            kind = label("cli.warning" if problem.is_warning else "cli.error", tongue)
            told = label("error.where", tongue, where=kind, text=problem.told(tongue))
            typer.echo(told, err=not problem.is_warning)
        say("cli.checked", tongue, park=find_park(park, parks=parks).name, errors=len(wrong),
            warnings=len(problems) - len(wrong))  # fmt: skip
    raise typer.Exit(WRONG_DATA if wrong else 0)


def _row(problem: Problem, language: Language) -> dict[str, object]:
    return {
        "code": problem.code, "is_warning": problem.is_warning, "file": problem.file,
        "row": problem.row, "column": problem.column, "text": problem.told(language),
    }  # fmt: skip


app.command(name="import")(import_source)
app.command(name="boundary")(tell_boundary)
app.command(name="identity")(tell_identities)
app.command(name="compile")(compile_park)
app.command(name="fuse")(fuse_park)


@app.command(name="factors")
def search_factors(
    text: Annotated[str, typer.Argument(help="a word, or the name of an item")] = "",
    item: Annotated[str, typer.Option(help="code or name")] = "",
    species: Annotated[str, typer.Option(help="code or name")] = "",
    factor_set: Annotated[str, typer.Option("--set", help="e.g. CN_NDRC24")] = "",
    park: Annotated[str | None, typer.Option(help="search its own sets too")] = None,
    parks: Parks = None,
    language: Tongued = None,
    as_json: AsJson = False,
) -> None:
    """Search the emission factors.  parkkit factors 天然气 --species co2"""
    tongue = spoken(language)
    own = None if park is None else open_park(park, parks=parks)
    found = factors(text, item=item, species=species, factor_set=factor_set, park=own)
    if as_json:
        typer.echo(found.to_json(orient="records", force_ascii=False))
        return
    for row in found.to_dict("records"):
        mark = label(f"explain.checked.{row['checked']}", tongue)
        years = f" [{row['valid_from']}]" if row["valid_from"] else ""
        typer.echo(
            f"{row['factor_id']}{years}: {row['value']:g} {row['unit']}; {mark}; {row['source']}"
        )
    say("cli.factors", tongue, count=len(found))


@app.command()
def report(
    park: ParkName,
    folder: Annotated[Path | None, typer.Option(help="else reports/")] = None,
    year: YearAsked = None,
    boundary: BoundaryAsked = None,
    part: PartAsked = "",
    parks: Parks = None,
    language: Tongued = None,
) -> None:
    """Write the report, both languages unless one is named.  parkkit report langang"""
    target, home = reports_folder(folder), find_park(park, parks=parks)
    wanted: Sequence[Language] = [spoken(language)] if language else ["zh", "en"]
    for tongue in wanted:
        path = write_report(home, language=tongue, folder=target, year=year, boundary=boundary,
                            part=part)  # fmt: skip
        say("cli.report", tongue, path=path)


@app.command(name="app")
def serve_app(
    port: Annotated[int, typer.Option(help="of this machine")] = 8866,
    parks: Parks = None,
    language: Tongued = None,
    opened: Annotated[bool, typer.Option("--open", help="open a browser")] = False,
) -> None:
    """Serve the notebooks as pages.  parkkit app --port 8866"""
    raise typer.Exit(
        apps.serve(
            notebooks_folder(),
            port=port,
            language=spoken(language or Tongue.zh),
            parks=parks_folder(parks),
            is_opened=opened,
        )  # fmt: skip
    )


@app.command()
def lab(
    port: Annotated[int, typer.Option(help="of this machine")] = 8888,
    parks: Parks = None,
    language: Tongued = None,
) -> None:
    """Open the notebooks in JupyterLab.  parkkit lab"""
    raise typer.Exit(
        apps.lab(
            notebooks_folder(),
            port=port,
            language=spoken(language or Tongue.zh),
            parks=parks_folder(parks),
        )  # fmt: skip
    )


def _asked(arguments: Sequence[str] | None) -> Tongue | None:
    """Return the language that a call names, which an error on its way out no longer knows."""
    words = " ".join(sys.argv[1:] if arguments is None else arguments)
    found = re.search(r"--language[ =](zh|en)\b", words)
    return Tongue(found[1]) if found else None


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; a mistake of the user is a message and a status, never a traceback."""
    run: Callable[..., object] = app
    try:
        run(args=arguments)
    except ParkError as error:
        typer.echo(error.told(spoken(_asked(arguments))), err=True)
        sys.exit(WRONG_CALL if _is_of_call(error) else WRONG_DATA)


def _is_of_call(error: ParkError) -> bool:
    found = {problem.code for problem in error.problems}
    return error.code in CALL_CODES or bool(found) and found <= FORM_CALL_CODES
