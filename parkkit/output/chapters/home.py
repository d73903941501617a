"""Chapter 00: which parks there are."""

from __future__ import annotations

from html import escape
from pathlib import Path
from urllib.parse import urlencode

from parkkit.core.labels import Language, label
from parkkit.output.apps import CHAPTERS
from parkkit.output.theme import numbered
from parkkit.park.package import named_park, park_names
from parkkit.park.reading import About, read_about, read_table


def parks_html(language: Language, *, parks: str | Path | None = None) -> str:
    """Return the parks as cards, each with links to its chapters.

    Only ``park.toml`` and the plant list are read, so that a folder of hundreds opens at once; a
    park that cannot be read says so on its card.
    """
    cards = "".join(_card(name, language, parks) for name in park_names(parks))
    empty = escape(label("page.home.no_parks", language))
    return f'<div class="pk-cards">{cards or empty}</div>'


def _card(name: str, language: Language, parks: str | Path | None) -> str:
    folder = named_park(name, parks=parks)
    about, problems = read_about(folder)
    if about is None:
        text = f'<p class="pk-warning">{escape(problems[0].told(language))}</p>'
        return f'<div class="pk-card pk-park"><b>{escape(name)}</b>{text}</div>'
    shown = about.name_zh if language == "zh" else about.name_en
    links = " · ".join(_link(chapter, name, language) for chapter in CHAPTERS[1:])
    return (
        f'<div class="pk-card pk-park"><div class="pk-park-name">{escape(shown)}</div>'
        f'<div class="pk-note">{escape(_about(about, folder, language))}</div>'
        f"<div>{links}</div></div>"
    )


def _about(about: About, folder: Path, language: Language) -> str:
    plants = len(read_table(folder, "enterprises")[0])
    boundary = label(f"charts.boundary_type.{about.default_boundary}", language)
    text = numbered("page.home.about", plants, language, boundary=boundary)
    return text + (label("page.synthetic", language) if about.is_synthetic else "")


def _link(chapter: str, park: str, language: Language) -> str:
    query = urlencode({"park": park, "lang": language})
    text = escape(label(f"apps.chapter.{chapter}", language))
    return f'<a href="{chapter}.ipynb?{query}">{text}</a>'
