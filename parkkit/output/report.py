"""Reports: one file a park and language, from the same notebooks that people explore."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from errno import EACCES
from html import escape
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

import nbformat
import papermill
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from parkkit.core.errors import ParkError, unknown
from parkkit.core.labels import Language, label
from parkkit.inventory.compilation import Inventory, compile_inventory
from parkkit.output.apps import CHAPTERS, LAB_ONLY, TEMPLATES
from parkkit.output.chapters.inventory import key_figures
from parkkit.output.figures import cards
from parkkit.output.page_choice import PageChoice, park_title
from parkkit.output.pages import boundary_name, notebooks_folder, open_page, warnings_html
from parkkit.output.statement import statement_html
from parkkit.park.package import PARKS_VARIABLE, Park, find_park

REPORTED = CHAPTERS[1:]
# Cells for readers of a notebook or a page, which a report says elsewhere or cannot hold.
LEFT_OUT = frozenset({LAB_ONLY, "page-only", "parameters", "injected-parameters"})
WORKERS = 2
MOST_OF_PART = 40  # letters of a part's name in a file name, which no system lets grow for ever
# A kernel warns at its start that it talks over the loopback, and at its end that it was stopped.
QUIET = ["--IPKernelApp.log_level=CRITICAL"]


def write_report(
    park: str | Path,
    *,
    language: Language,
    folder: Path,
    year: int | None = None,
    boundary: str | None = None,
    part: str = "",
) -> Path:
    """Run the chapters on a park and write one self-contained HTML file.

    Parameters
    ----------
    park : str or Path
        The name of a park folder, or a path to one.
    language : {"zh", "en"}
    folder : Path
        Where the report goes, as ``PARK_LANGUAGE.html``, or ``PARK_PART_LANGUAGE.html``.
    year, boundary : optional
        Else the park's own defaults.
    part : str
        A part of the park (园中园) instead of the whole.

    Returns
    -------
    Path
        The report: a cover (title, key figures, method statement, contents), then the chapters as
        executed, then the warnings from the data.

    Raises
    ------
    ParkError
        If the park's data have problems, or a notebook does not take a parameter.
    """
    home = find_park(park)
    parameters = {"park": home.name, "year": year, "boundary": boundary, "part": part,
                  "language": language}  # fmt: skip
    with _parks(home.parent), tempfile.TemporaryDirectory() as aside:
        choice, opened = open_page(
            park=home.name, year=year, boundary=boundary, part=part, language=language,
            convention={},
        )  # fmt: skip
        inventory = compile_inventory(
            opened, boundary_type=choice.boundary, convention=choice.convention, part=choice.part
        )
        chapters = _executed(parameters, Path(aside))
    report = _joined(chapters, choice, opened, inventory)
    return _written(folder / report_name(home.name, choice.part, language), _html(report, language))


def report_name(park: str, part: str, language: Language) -> str:
    """Return the file name of a report; a part stands in it by what every file system takes.

    Where that is not the name itself, a few digits of it tell two such parts apart.

    Examples
    --------
    >>> report_name("langang", "", "zh"), report_name("langang", "新材料园", "zh")
    ('langang_zh.html', 'langang_新材料园_zh.html')
    >>> report_name("langang", "a/b <c>", "en")
    'langang_a-b-c-8afd48_en.html'
    """
    safe = re.sub(r"[^\w]+", "-", part).strip("-")[:MOST_OF_PART]
    if safe != part:
        digest = hashlib.sha256(part.encode()).hexdigest()[:6]
        safe = "-".join(filter(None, [safe, digest]))
    return "_".join(filter(None, [park, safe, f"{language}.html"]))


def _written(target: Path, text: str) -> Path:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ParkError("not_writable", given=target, why=error.strerror) from error
    return target


@contextmanager
def _parks(folder: Path) -> Iterator[None]:
    """Tell the kernels where the parks are; they only take a park's name."""
    before = os.environ.get(PARKS_VARIABLE)
    os.environ[PARKS_VARIABLE] = str(folder.resolve())
    try:
        yield
    finally:
        if before is None:
            del os.environ[PARKS_VARIABLE]
        else:
            os.environ[PARKS_VARIABLE] = before


def _executed(parameters: Mapping[str, object], aside: Path) -> list[NotebookNode]:
    """Run the chapters, each in a kernel of its own, two at a time.

    In processes of their own: the client of a kernel leaves its event loop behind in a thread.
    """
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        made = list(pool.map(execute, REPORTED, repeat(parameters), repeat(aside)))
    return [nbformat.read(path, as_version=4) for path in made]


def execute(chapter: str, parameters: Mapping[str, object], folder: Path) -> Path:
    """Run one notebook with parameters, in the notebooks' folder; return the executed copy.

    Raises
    ------
    ParkError
        If the notebook has no such parameter (papermill would only log it and run on), or a cell
        fails.
    """
    notebooks = notebooks_folder()
    source, made = notebooks / f"{chapter}.ipynb", folder / f"{chapter}.ipynb"
    known = papermill.inspect_notebook(str(source))
    for name in parameters:
        if name not in known:
            raise unknown("parameter", name, known, where=source.name)
    try:
        papermill.execute_notebook(
            str(source), str(made), parameters=dict(parameters), cwd=str(notebooks),
            progress_bar=False, log_output=False, extra_arguments=QUIET,
        )  # fmt: skip
    except papermill.PapermillExecutionError as error:
        raise ParkError(
            "notebook_failed", where=source.name, given=f"{error.ename}: {error.evalue}"
        ) from error
    return made


def _joined(
    chapters: list[NotebookNode], choice: PageChoice, park: Park, inventory: Inventory
) -> NotebookNode:
    title = label("report.title", choice.language, park=park_title(choice, park))
    joined: NotebookNode = new_notebook(metadata={**chapters[0].metadata, "title": title})
    joined.cells = [_shown(_cover(title, choice, park, inventory))]
    for name, chapter in zip(REPORTED, chapters, strict=True):
        kept = [cell for cell in chapter.cells if not LEFT_OUT & set(cell.metadata.get("tags", []))]
        joined.cells += [_shown(f'<div class="pk-chapter" id="{name}"></div>'), *kept]
    joined.cells.append(_shown(warnings_html(inventory, choice.language)))
    return joined


def _shown(html: str) -> NotebookNode:
    """Return a cell that shows a piece of HTML."""
    cell: NotebookNode = new_code_cell("")
    cell.outputs = [new_output("display_data", data={"text/html": html})]
    return cell


def _cover(title: str, choice: PageChoice, park: Park, inventory: Inventory) -> str:
    language = choice.language
    line = label(
        "report.about", language, year=choice.year,
        boundary=boundary_name(choice.boundary, language),
    )  # fmt: skip
    synthetic = label("page.synthetic", language) if park.about.is_synthetic else ""
    contents = "".join(
        f'<li><a href="#{name}">{escape(label(f"page.{name}.title", language))}</a></li>'
        for name in REPORTED
    )
    heads = {name: escape(label(f"report.{name}", language)) for name in ("contents", "statement")}
    return (
        f'<section class="pk-cover"><h1>{escape(title)}</h1><p>{escape(line + synthetic)}</p>'
        f"{cards(key_figures(inventory, park, choice), language)}"
        f"<h2>{heads['statement']}</h2>{statement_html(inventory, language)}"
        f'<h2>{heads["contents"]}</h2><ol class="pk-toc">{contents}</ol></section>'
    )


def _html(report: NotebookNode, language: Language) -> str:
    exporter = HTMLExporter(
        template_name="parkkit_report",
        extra_template_basedirs=[str(TEMPLATES / "report")],
        extra_template_paths=[str(TEMPLATES)],
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        language_code=language,
    )
    body, _ = exporter.from_notebook_node(report)
    return str(body)


def reports_folder(given: Path | None) -> Path:
    """Return where reports go: the folder given, else ``reports`` here.

    Raises
    ------
    ParkError
        If it is no folder or may not be written to: told before anything is computed.
    """
    folder = given or Path("reports")
    standing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not standing.is_dir():
        raise ParkError("not_a_folder", given=standing)
    if not os.access(standing, os.W_OK):
        raise ParkError("not_writable", given=standing, why=os.strerror(EACCES))
    return folder
