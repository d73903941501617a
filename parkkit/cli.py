"""The command line: little, and meant."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from parkkit.core.errors import ParkError, Problem
from parkkit.core.labels import Language, has_label, label
from parkkit.inventory.compilation import (
    CO2E,
    Inventory,
    compile_inventory,
    is_incomplete,
    total,
    totals,
)
from parkkit.inventory.factors import factors
from parkkit.output import apps
from parkkit.output.pages import LANGUAGE_VARIABLE, chosen_year, merged, notebooks_folder
from parkkit.output.quantities import readable
from parkkit.output.report import reports_folder, write_report
from parkkit.output.statement import method_statement
from parkkit.park.checking import errors
from parkkit.park.form_mapping import known_form
from parkkit.park.forms import Imported, import_form
from parkkit.park.package import (
    check_park,
    find_park,
    new_park,
    open_park,
    parks_folder,
)
from parkkit.park.registers import import_register

WRONG_DATA, WRONG_CALL = 1, 2
MOST_GAPS = 12
# What is wrong with the call, not with the data it names.
CALL_CODES = frozenset({"unknown_park", "not_a_folder_name", "folder_exists", "not_a_folder",
                        "not_writable", "no_parks_folder", "port_taken", "no_port", "unknown",
                        "not_served", "not_one", "not_scopes", "not_a_list",
                        "no_notebooks", "form_no_source"})  # fmt: skip
# What a form does not say and the call does not either.
FORM_CALL_CODES = frozenset({"form_no_plant", "form_no_year"})


class Tongue(StrEnum):
    """The languages of the command line."""

    zh = "zh"
    en = "en"


class Kind(StrEnum):
    """What a source is imported as."""

    register = "register"
    energy_205_1 = "energy_205_1"
    permit_report = "permit_report"
    env_statistics = "env_statistics"


app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False,
    help="Industrial parks: boundary, carbon and pollutants, decoupling. 产业园区减污降碳工作台",
)  # fmt: skip
ParkName = Annotated[str, typer.Argument(help="a park's name, or a path to its folder")]
Parks = Annotated[Path | None, typer.Option("--parks", help="the folder of parks")]
Tongued = Annotated[Tongue | None, typer.Option("--language", help="zh or en")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON for a script")]


def _language(given: Tongue | None) -> Language:
    chosen = given or os.environ.get(LANGUAGE_VARIABLE) or ""
    if not chosen:
        chosen = "zh" if os.environ.get("LANG", "").lower().startswith("zh") else "en"
    return "zh" if chosen == "zh" else "en"


def _say(key: str, language: Language, **values: object) -> None:
    typer.echo(label(key, language, **values))


@app.command()
def new(folder: Path, language: Tongued = None) -> None:
    """Make an empty park folder.  parkkit new parks/mine"""
    new_park(folder, park_id=folder.name)
    _say("cli.made", _language(language), folder=folder)


@app.command()
def check(
    park: ParkName, parks: Parks = None, language: Tongued = None, as_json: AsJson = False
) -> None:
    """Read a park and print every problem.  parkkit check langang"""
    tongue, problems = _language(language), check_park(park, parks=parks)
    wrong = errors(problems)
    if as_json:
        typer.echo(json.dumps([_row(problem, tongue) for problem in problems], ensure_ascii=False))
    else:
        for problem in problems:
            kind = label("cli.warning" if problem.is_warning else "cli.error", tongue)
            told = label("error.where", tongue, where=kind, text=problem.told(tongue))
            typer.echo(told, err=not problem.is_warning)
        _say("cli.checked", tongue, park=find_park(park, parks=parks).name, errors=len(wrong),
             warnings=len(problems) - len(wrong))  # fmt: skip
    raise typer.Exit(WRONG_DATA if wrong else 0)


def _row(problem: Problem, language: Language) -> dict[str, object]:
    return {
        "code": problem.code, "is_warning": problem.is_warning, "file": problem.file,
        "row": problem.row, "column": problem.column, "text": problem.told(language),
    }  # fmt: skip


@app.command(name="import")
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
    origin: Annotated[str, typer.Option(help="form: its id in sources.csv")] = "",
    treatment_plant: Annotated[str, typer.Option(help="form: who takes the wastewater")] = "",
    parks: Parks = None,
    language: Tongued = None,
) -> None:
    """Make a park of a release list, or add a form.  parkkit import list.csv gary --boundary ..."""
    # A bare name goes under the parks, as everywhere; a path is taken as it is.
    target = folder if len(folder.parts) > 1 else parks_folder(parks) / folder
    tongue = _language(language)
    if as_kind is not Kind.register:
        try:
            imported = import_form(
                source, target, form=as_kind.value, enterprise_id=enterprise, year=year,
                origin=origin, treatment_plant=treatment_plant, language=tongue,
            )  # fmt: skip
        except ParkError as error:
            raise _without_warnings(error, tongue) from error
        _say_imported(imported, as_kind, target, tongue)
        return
    if boundary is None:
        raise typer.BadParameter(label("cli.needs_boundary", tongue))
    problems = import_register(
        source, target, boundary=boundary, boundary_type=boundary_type, country=country,
        industry_scheme=industry_scheme,
    )  # fmt: skip
    made = open_park(target)
    held = sum(problem.code == "unknown_species" for problem in problems)
    _say("cli.imported", tongue, folder=target, plants=len(made.enterprises),
         releases=len(made.releases), held=held)  # fmt: skip


def _say_warnings(problems: Sequence[Problem], language: Language) -> None:
    for problem in problems:
        told = label("error.where", language, where=label("cli.warning", language),
                     text=problem.told(language))  # fmt: skip
        typer.echo(told, err=True)


def _without_warnings(error: ParkError, language: Language) -> ParkError:
    """Say the warnings of a refused import as such, and return the error with what is wrong."""
    wrong = errors(error.problems)
    if wrong:
        _say_warnings([each for each in error.problems if each.is_warning], language)
        return ParkError(error.code, where=error.where, problems=wrong, **error.values)
    return error


def _say_imported(imported: Imported, kind: Kind, folder: Path, language: Language) -> None:
    """Say how many rows went where, and what was not taken and why."""
    _say_warnings(imported.problems, language)
    for table, rows in imported.tables.items():
        _say("cli.form_appended", language, table=table, count=len(rows))
    _say("cli.form_done", language, form=known_form(kind.value).name(language), folder=folder,
         count=len(imported.problems))  # fmt: skip


@app.command(name="compile")
def compile_park(
    park: ParkName,
    year: Annotated[int | None, typer.Option(help="else the park's own")] = None,
    boundary: Annotated[str | None, typer.Option(help="else the park's own")] = None,
    choice: Annotated[list[str] | None, typer.Option(help="e.g. level=enterprise")] = None,
    parks: Parks = None,
    language: Tongued = None,
    as_json: AsJson = False,
) -> None:
    """Compile an inventory and print its totals.  parkkit compile langang --choice gwp=AR6"""
    tongue, opened = _language(language), open_park(park, parks=parks)
    chosen = chosen_year(year, opened)
    inventory = compile_inventory(
        opened,
        boundary_type=opened.about.default_boundary if boundary is None else boundary,
        convention=merged(opened.about.convention, _choices(choice or [])),
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
    _say(key, tongue, year=chosen, amount=readable(amount, tongue, "co2e"))
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
        _say("cli.gap", language, source=gap["source_id"], item=gap["item"] or "-",
             species=", ".join(gap["species"]),
             missing=label("error.separator", language).join(codes))  # fmt: skip
    if len(groups) > MOST_GAPS:
        _say("cli.more_gaps", language, count=len(groups) - MOST_GAPS)


def _choices(given: Sequence[str]) -> dict[str, object]:
    """Read ``name=value`` pairs; lists are separated by commas, numbers are numbers."""
    chosen: dict[str, object] = {}
    for pair in given:
        name, _, text = pair.partition("=")
        parts = [int(part) if part.isdigit() else part for part in text.split(",") if part]
        is_list = name in ("factor_sets", "scopes") or len(parts) > 1
        chosen[name] = parts if is_list else (parts[0] if parts else "")
    return chosen


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
    tongue = _language(language)
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
    _say("cli.factors", tongue, count=len(found))


@app.command()
def report(
    park: ParkName,
    folder: Annotated[Path | None, typer.Option(help="else reports/")] = None,
    year: Annotated[int | None, typer.Option(help="else the park's own")] = None,
    boundary: Annotated[str | None, typer.Option(help="else the park's own")] = None,
    parks: Parks = None,
    language: Tongued = None,
) -> None:
    """Write the report, both languages unless one is named.  parkkit report langang"""
    target, home = reports_folder(folder), find_park(park, parks=parks)
    wanted: Sequence[Language] = [_language(language)] if language else ["zh", "en"]
    for tongue in wanted:
        path = write_report(home, language=tongue, folder=target, year=year, boundary=boundary)
        _say("cli.report", tongue, path=path)


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
            language=_language(language or Tongue.zh),
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
            language=_language(language or Tongue.zh),
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
        typer.echo(error.told(_language(_asked(arguments))), err=True)
        sys.exit(WRONG_CALL if _is_of_call(error) else WRONG_DATA)


def _is_of_call(error: ParkError) -> bool:
    found = {problem.code for problem in error.problems}
    return error.code in CALL_CODES or bool(found) and found <= FORM_CALL_CODES
