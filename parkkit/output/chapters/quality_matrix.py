"""Chapter 05, completeness: which source categories have which species, by symbol and word."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from html import escape
from typing import Any

import pandas as pd

from parkkit.core.labels import Language, has_label, label
from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.categories import CATEGORIES
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.completeness import completeness
from parkkit.output.chapters.energy_tables import SHEET
from parkkit.output.figures import STYLE, name_of
from parkkit.output.page_choice import PageChoice
from parkkit.output.theme import FONT

# Told by shape and word; the tint only helps.
SYMBOLS = {"there": "●", "partial": "◐", "missing": "○", "elsewhere": "◇",
           "not_occurring": "／", "not_told": "？"}  # fmt: skip
MATRIX = f"""<style>
.pk-matrix.pk-matrix.pk-matrix :is(th,td):not(:first-child){{text-align:center;white-space:nowrap}}
.pk-matrix.pk-matrix.pk-matrix td:not(:first-child){{padding:4px 8px;line-height:1.35}}
.pk-matrix.pk-matrix.pk-matrix thead th:not(:first-child){{min-width:5.2em}}
.pk-matrix .pk-mark{{font:17px/1.1 {FONT};margin-right:4px}}
.pk-matrix small{{display:block;font-size:12.5px}}
.pk-matrix.pk-matrix.pk-matrix .pk-lack{{background:#fdf1d6;font-weight:600}}
.pk-matrix.pk-matrix.pk-matrix .pk-open{{color:#4a5a65}}
.pk-matrix.pk-matrix.pk-matrix tbody td:first-child{{min-width:9em}}
.pk-key{{display:flex;flex-wrap:wrap;gap:2px 18px;margin:8px 0;font-size:14px}}
@media print{{.pk-matrix .pk-mark{{font-size:10.5pt}}.pk-matrix small{{font-size:7.5pt}}}}
@media (max-width:600px){{.pk-matrix.pk-matrix.pk-matrix tbody td:first-child{{min-width:6.5em}}}}
</style>"""
MOST_ACROSS = 8  # species beside each other, so that a part fits on A4

Row = Mapping[Hashable, Any]


def matrix(inventory: Inventory, choice: PageChoice) -> pd.DataFrame:
    """Return ``completeness`` of the page's year."""
    return completeness(inventory, year=choice.year)


def matrix_html(table: pd.DataFrame, choice: PageChoice) -> str:
    """Return the matrix of source categories by species as HTML: symbols and words.

    In three tables, of greenhouse gases, of air pollutants, and of water and waste, each with
    the categories and species of which something is known or expected.
    """
    language = choice.language
    if not len(table):
        return f"<p>{escape(label('page.quality.no_matrix', language, year=choice.year))}</p>"
    species = vocabulary("species").drop_duplicates("species").set_index("species")
    is_gas = table["species"].map(species["kind"]).eq("ghg")
    # A substance may go to air and to water; what nobody told goes by the vocabulary.
    usual = table["species"].map(species["medium"])
    in_air = table["medium"].mask(table["medium"] == "", usual).eq("air")
    groups = {
        "gases": table[is_gas],
        "air": table[~is_gas & in_air],
        "water": table[~is_gas & ~in_air & (table["species"] != "")],
    }
    order = {name: rank for rank, name in enumerate(species.index)}
    parts = [
        _matrix(name, rows.assign(place=rows["species"].map(order)), language)
        for name, rows in groups.items() if len(rows)
    ]  # fmt: skip
    return (f"{STYLE}{SHEET}{MATRIX}<p>{escape(matrix_title(table, language))}</p>"
            f"{_key(table, language)}{''.join(parts)}{_untold(table, language)}")  # fmt: skip


def matrix_title(table: pd.DataFrame, language: Language) -> str:
    """Return the finding: how many cells are there, and how many are not."""
    counts = table["state"].value_counts()
    told = {name: int(counts.get(name, 0)) for name in SYMBOLS}
    told["lacking"] = told["partial"] + told["missing"]
    return label("page.quality.matrix_title", language, count=len(table), **told)


def _key(table: pd.DataFrame, language: Language) -> str:
    there = [state for state in SYMBOLS if state in set(table["state"])]
    told = [(SYMBOLS[state], label(f"page.quality.key.{state}", language)) for state in there]
    told.append(("", label("page.quality.key.blank", language)))
    parts = "".join(f"<span><b>{mark}</b> {escape(text)}</span>" for mark, text in told)
    return f'<div class="pk-key">{parts}</div>'


def _matrix(name: str, rows: pd.DataFrame, language: Language) -> str:
    """Return a part of the matrix; of many species of few categories with the species below."""
    species = list(rows.sort_values("place")["species"].unique())
    categories = list(dict.fromkeys(rows["category"]))
    cells = {(row["category"], row["species"]): row for row in rows.to_dict("records")}
    across = {one: name_of(one, "species", language) for one in species}
    down = {one: _category(one, language) for one in categories}
    is_turned = len(species) > max(MOST_ACROSS, len(categories))
    if is_turned:
        across, down = down, across
    head = label(f"page.quality.matrix.{name}", language)
    top = "".join(f"<th>{escape(text)}</th>" for text in (head, *across.values()))
    body = "".join(
        f"<tr><td>{escape(text)}</td>"
        + "".join(_cell(cells.get((two, one) if is_turned else (one, two)), language)
                  for two in across) + "</tr>"
        for one, text in down.items()
    )  # fmt: skip
    return (
        f'<div class="pk-scroll"><table class="pk-table pk-energy pk-matrix"><thead><tr>{top}</tr>'
        f"</thead><tbody>{body}</tbody></table></div>"
    )


def _category(category: str, language: Language) -> str:
    names = vocabulary(CATEGORIES).set_index("category")[f"name_{language}"]
    return str(names[category])


def _cell(row: Row | None, language: Language) -> str:
    if row is None:
        return "<td></td>"
    state = str(row["state"])
    side = {"partial": "pk-lack", "missing": "pk-lack", "there": ""}.get(state, "pk-open")
    word = escape(label(f"page.quality.state.{state}", language))
    lacks = ""
    if state in ("partial", "missing"):
        text = lacking_text(str(row["missing"]), language)
        lacks = f"<small>{escape(text)}</small>" if row["missing"] else ""
    mark = f'<span class="pk-mark">{SYMBOLS[state]}</span>'
    return f'<td class="{side}">{mark}{word}{lacks}</td>'


def lacking_text(codes: str, language: Language) -> str:
    """Return what is missing as words, each once.

    Examples
    --------
    >>> lacking_text("months;factor;factor", "en")
    'lacks some months, factor'
    """
    names = []
    for code in filter(None, codes.split(";")):
        keys = [f"gap.missing.{code}", f"missing.{code}"]
        names.append(next((label(key, language) for key in keys if has_label(key)), code))
    what = label("charts.comma", language).join(dict.fromkeys(names))
    return label("page.quality.lacks", language, what=what)


def _untold(table: pd.DataFrame, language: Language) -> str:
    """Return which categories no activity is told of, and what would do."""
    untold = table[table["state"] == "not_told"]["category"].unique()
    if not len(untold):
        return ""
    names = label("charts.comma", language).join(_category(one, language) for one in untold)
    return f"<p>{escape(label('page.quality.untold', language, names=names))}</p>"
