"""What commands have in common: their options, the language they speak, how they end."""

from __future__ import annotations

import os
from collections.abc import Sequence
from enum import StrEnum
from errno import EACCES
from pathlib import Path
from typing import Annotated

import typer

from parkkit.core.errors import ParkError, Problem
from parkkit.core.labels import Language, label
from parkkit.output.page_choice import chosen_boundary, chosen_part
from parkkit.output.pages import LANGUAGE_VARIABLE
from parkkit.park.package import Park

WRONG_DATA, WRONG_CALL = 1, 2


class Tongue(StrEnum):
    """The languages of the command line."""

    zh = "zh"
    en = "en"


ParkName = Annotated[str, typer.Argument(help="a park's name, or a path to its folder")]
Parks = Annotated[Path | None, typer.Option("--parks", help="the folder of parks")]
Tongued = Annotated[Tongue | None, typer.Option("--language", help="zh or en")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON for a script")]
YearAsked = Annotated[int | None, typer.Option("--year", help="else the park's own")]
BoundaryAsked = Annotated[str | None, typer.Option("--boundary", help="else the park's own")]
PartAsked = Annotated[str, typer.Option("--part", help="a part of the park (园中园), else all")]


def spoken(given: Tongue | None) -> Language:
    """Return the language of a call: its own, else that of the environment."""
    chosen = given or os.environ.get(LANGUAGE_VARIABLE) or ""
    if not chosen:
        chosen = "zh" if os.environ.get("LANG", "").lower().startswith("zh") else "en"
    return "zh" if chosen == "zh" else "en"


def say(key: str, language: Language, **values: object) -> None:
    """Print a text of the catalogue."""
    typer.echo(label(key, language, **values))


def say_warnings(problems: Sequence[Problem], language: Language) -> None:
    """Print problems as warnings, where they are not taken for the result."""
    for problem in problems:
        told = label("error.where", language, where=label("cli.warning", language),
                     text=problem.told(language))  # fmt: skip
        typer.echo(told, err=True)


def perimeter(park: Park, boundary: str | None, part: str) -> tuple[str, str]:
    """Return the boundary type and the part that a call asks for.

    Raises
    ------
    ParkError
        If there is no such boundary type or part.
    """
    kind = chosen_boundary(boundary, park)
    return kind, chosen_part(part, park, kind)


def check_target(path: Path) -> None:
    """Refuse what would be written over, or cannot be written, before anything is computed.

    Raises
    ------
    ParkError
        If the file is there already, its folder is not, or may not be written to.
    """
    # A park's own boundaries.geojson holds its history; one year of it must not take its place.
    if path.exists():
        raise ParkError("file_exists", given=path)
    if not path.parent.is_dir():
        raise ParkError("not_a_folder", given=path.parent)
    if not os.access(path.parent, os.W_OK):
        raise ParkError("not_writable", given=path, why=os.strerror(EACCES))
