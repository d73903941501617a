"""Pages: what a notebook was asked for, and how it says and shows things in that language."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
from IPython import get_ipython
from IPython.display import HTML, Markdown, display

from parkkit.core.errors import ParkError, Problem, unknown
from parkkit.core.labels import LANGUAGES, Language, label
from parkkit.inventory.compilation import Inventory
from parkkit.output.charts import show
from parkkit.output.figures import Card, cards, table
from parkkit.output.kernels import is_page, page_query
from parkkit.output.page_choice import (
    PageChoice,
    chosen_boundary,
    chosen_part,
    chosen_year,
    merged,
    one_line,
    park_title,
)
from parkkit.output.statement import statement_html, unused_choices, value_text
from parkkit.output.theme import Chart
from parkkit.park.package import Park, named_park, open_park, park_names

LANGUAGE_VARIABLE = "PARKKIT_LANGUAGE"
YEARS = ("year", "start", "end", "span_end")  # the columns by which a chart tells its years
NO_FORMULAS = "mathjax_ignore"  # the class under which JupyterLab and Voila typeset nothing
# Where Voila shows that a cell failed.
ERROR_OUTPUT = "[data-mime-type*='error'],[data-mime-type*='stderr']"


def open_page(
    *,
    park: str,
    year: int | None,
    boundary: str | None,
    language: str,
    convention: Mapping[str, object],
    part: str = "",
) -> tuple[PageChoice, Park]:
    """Return what a notebook's parameters ask for, and the park opened.

    The address of a Voila page (``?park=&year=&boundary=&part=&lang=``) goes before the
    parameters. A year or boundary that nobody names is the park's own default, a part that nobody
    names the whole; the park must be the name of a folder, so that no page is led elsewhere.

    Raises
    ------
    ParkError
        If the park, year, boundary, part, language or a choice of the convention is unknown.
    """
    asked = page_query()
    spoken = asked.get("lang") or _page_language() or language
    try:
        given = {"park": park, "year": year, "boundary": boundary, "part": part}
        opened = _opened(asked, given, spoken, convention)
    except ParkError as error:
        if is_page():
            _refuse(error, spoken)
        raise
    if is_page():
        _tell_later(spoken)
    return opened


def _opened(
    asked: Mapping[str, str],
    given: Mapping[str, str | int | None],
    spoken: str,
    convention: Mapping[str, object],
) -> tuple[PageChoice, Park]:
    """Return the choice; ``given`` are the parameters, which the address goes before."""
    language_now, own = _language(spoken), str(given["park"])
    name = asked.get("park") or _standing(own)
    opened = open_park(named_park(name))
    # The parameters' year and boundary were written for the parameters' park. An address that
    # names the park tells the part, too: there, none is the whole.
    own_values = given if name == own else {}
    part = asked.get("part") or ("" if asked.get("park") else own_values.get("part"))
    wanted = asked.get("boundary") or own_values.get("boundary") or None
    boundary = chosen_boundary(wanted, opened)
    choice = PageChoice(
        park=name,
        year=chosen_year(asked.get("year") or own_values.get("year"), opened),
        boundary=boundary,
        language=language_now,
        convention=merged(opened.about.convention, convention),
        part=chosen_part(str(part or ""), opened, boundary),
    )
    return choice, opened


def _standing(park: str) -> str:
    """Return the notebooks' own park, or on a page the first park where that one is not there."""
    names = park_names()
    return names[0] if is_page() and names and park not in names else park


def _tell_later(spoken: str) -> None:
    """Say in the same way what a later cell refuses, such as a park that cannot be computed."""
    shell = get_ipython()
    if shell is None:
        return

    def told(
        shell: Any, kind: object, error: ParkError, trace: object, tb_offset: int | None = None
    ) -> None:
        _refuse(error, spoken)
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)

    shell.set_custom_exc((ParkError,), told)


def _refuse(error: ParkError, spoken: str) -> None:
    """Say on a page what was asked wrongly, in place of the server's own words about an error."""
    language: Language = "en" if spoken == "en" else "zh"
    text, home = escape(error.told(language)), escape(label("apps.chapter.00_home", language))
    # The way on leads through the parks: the one that the notebooks name may be the broken one.
    links = " · ".join(
        f'<a href="00_home.ipynb?park={quote(name)}&amp;lang={language}">{escape(name)}</a>'
        for name in park_names()
    )
    show_html(
        f'<style>{ERROR_OUTPUT}{{display:none}}</style><p class="pk-warning">'
        f"{text.replace(chr(10), '<br>')}</p><p>{home}{label('page.colon', language)}{links}</p>"
    )


def _page_language() -> str | None:
    return os.environ.get(LANGUAGE_VARIABLE) if is_page() else None


def _language(given: str) -> Language:
    for language in LANGUAGES:
        if given == language:
            return language
    raise unknown("language", given, LANGUAGES)


def boundary_name(boundary_type: str, language: Language) -> str:
    """Return what a boundary is called at the beginning of a line."""
    name = label(f"charts.boundary_type.{boundary_type}", language)
    return name[:1].upper() + name[1:]


def say(key: str, language: Language, **values: object) -> None:
    """Show a text of the catalogue as a paragraph (or heading, where it is written as one)."""
    say_text(label(key, language, **values))


def say_text(text: str) -> None:
    """Show a sentence that a chapter wrote; nothing where there is nothing to say."""
    if text:
        display(Markdown(text))


def plain(text: str) -> str:
    """Return a name from the data as text that Markdown, HTML and formulas leave as it is.

    Examples
    --------
    >>> plain("<b>A_1</b>")
    '&#60;b&#62;A&#95;1&#60;/b&#62;'
    >>> plain("$x$")
    '<span class="mathjax_ignore">&#36;x&#36;</span>'
    """
    safe = re.sub(r"[&<>\\`*_\[\]()#|~$!:]", lambda mark: f"&#{ord(mark[0])};", text)
    # Formulas are looked for in the finished page, where no mark is a code any more.
    return f'<span class="{NO_FORMULAS}">{safe}</span>' if re.search(r"[$\\]", text) else safe


def title(chapter: str, choice: PageChoice, park: Park) -> None:
    """Show the chapter's question as the title, and which park, year and boundary it is about."""
    language = choice.language
    question = label(f"page.{chapter}.title", language)
    synthetic = label("page.synthetic", language) if park.about.is_synthetic else ""
    line = label(
        "page.about", language, park=plain(park_title(choice, park)), year=choice.year,
        boundary=boundary_name(choice.boundary, language),
    )  # fmt: skip
    say_text(f"# {question}\n\n{line}{synthetic}")


def caption(choice: PageChoice, park: Park, *, years: tuple[int, int] | None = None) -> str:
    """Return what stands below every chart: boundary and part, year, convention, source.

    The electricity method is named where purchased power counts by another one than its place.

    Parameters
    ----------
    years : (int, int), optional
        The first and the last year of a chart of several; without them, the page's own year.
    """
    language, chosen = choice.language, choice.convention
    parts = [value_text(name, chosen, language) for name in ("level", "view")]
    if chosen.electricity != "location" and "electricity" not in unused_choices(chosen):
        method = value_text("electricity", chosen, language)
        parts.append(label("page.caption_electricity", language, method=method))
    parts.append(value_text("gwp", chosen, language))
    boundary, key = boundary_name(choice.boundary, language), "page.caption"
    if choice.part:
        boundary = label(f"charts.boundary_type.{choice.boundary}", language)
        key = "page.caption_part"
    return label(
        key, language, boundary=boundary, part=one_line(choice.part),
        year=f"{years[0]}–{years[1]}" if years else choice.year,
        convention=label("error.separator", language).join(parts), park=park.name(language),
    )  # fmt: skip


def draw(
    chart: Callable[..., Chart],
    frame: pd.DataFrame,
    *,
    choice: PageChoice,
    park: Park,
    title: str,
    missing: str = "page.missing.data",
) -> None:
    """Show a chart, or say what is missing where there is nothing to draw.

    Parameters
    ----------
    chart : callable
        One of ``parkkit.output.charts``.
    missing : str
        The label that says what the chart would need.
    """
    told = caption(choice, park, years=years_of(frame))
    try:
        drawn = chart(frame, language=choice.language, title=title, caption=told)
    except ParkError as error:
        if error.code != "nothing_to_draw":
            raise
        warn(missing, choice.language)
        return
    show(drawn)


def years_of(frame: pd.DataFrame) -> tuple[int, int] | None:
    """Return the first and the last year that a table is about, or nothing for a single one.

    Examples
    --------
    >>> years_of(pd.DataFrame({"start": [2018, 2019], "end": [2019, 2020]}))
    (2018, 2020)
    >>> years_of(pd.DataFrame({"year": [2020, 2020]})), years_of(pd.DataFrame({"name": ["a"]}))
    (None, None)
    """
    columns = [frame[name].dropna() for name in YEARS if name in frame]
    numbers = [column for column in columns if pd.api.types.is_numeric_dtype(column)]
    told = {int(year) for column in numbers for year in column}
    return (min(told), max(told)) if len(told) > 1 else None


def warn(key: str, language: Language, **values: object) -> None:
    """Show a text of the catalogue as a warning, marked by a word and a line, not colour alone."""
    mark, text = label("page.note", language), label(key, language, **values)
    show_html(f'<p class="pk-warning"><b>{escape(mark)}</b> {escape(text)}</p>')


def show_cards(rows: Sequence[Card], language: Language) -> None:
    """Show key figures."""
    show_html(cards(rows, language))


def show_table(
    frame: pd.DataFrame,
    language: Language,
    *,
    limit: int = 20,
    absent: pd.DataFrame | None = None,
) -> None:
    """Show a table with its columns and codes by their names.

    Parameters
    ----------
    absent : DataFrame of bool, optional
        True where a cell is missing because there is nothing to tell, not for want of data.
    """
    show_html(table(frame, language, limit=limit, absent=absent))


def show_statement(inventory: Inventory, language: Language) -> None:
    """Show under which choices the figures were made, and every warning."""
    say("page.statement", language)
    show_html(statement_html(inventory, language))
    show_html(warnings_html(inventory, language))


def warnings_html(inventory: Inventory, language: Language) -> str:
    """Return every warning that an inventory carries as HTML; nothing where there is none."""
    notes = _notes(inventory.notes, language)
    if not notes:
        return ""
    shown = "".join(f"<li>{escape(text)}</li>" for text in notes)
    head = escape(label("page.warnings", language, count=len(notes)))
    return f'<div class="pk-warning"><b>{head}</b><ul>{shown}</ul></div>'


def _notes(problems: Sequence[Problem], language: Language) -> list[str]:
    """Return the warnings as sentences, the substances that nobody knows as one of them."""
    held = [problem for problem in problems if problem.code == "unknown_species"]
    if len(held) < 2:
        return [problem.told(language) for problem in problems]
    comma = label("page.list_separator", language)
    text = label(
        "page.held_species", language, count=len(held),
        rows=sum(int(str(problem.values["count"])) for problem in held),
        names=comma.join(str(problem.values["given"]) for problem in held),
    )  # fmt: skip
    others = [problem.told(language) for problem in problems if problem.code != held[0].code]
    return [*others, text]


def warn_of_gaps(park: Park, language: Language) -> None:
    """Say which tables a park does not have, and what is not computable without them."""
    for name in ("activity", "releases", "economy"):
        if not len(getattr(park, name)):
            warn(f"page.lacks.{name}", language)


def show_html(text: str) -> None:
    """Show a piece of HTML; its texts are escaped already, and a ``$`` in them is a ``$``."""
    display(HTML(f'<div class="{NO_FORMULAS}">{text}</div>'))


def notebooks_folder() -> Path:
    """Return the folder of the notebooks: the environment's, the one here, the checkout's."""
    here = Path(os.environ.get("PARKKIT_NOTEBOOKS") or "notebooks")
    for place in (here, Path(__file__).parents[2] / "notebooks"):
        if (place / "00_home.ipynb").is_file():
            return place.resolve()
    raise ParkError("no_notebooks")
