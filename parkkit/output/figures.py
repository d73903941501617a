"""Figures as HTML: key-figure cards and tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cache
from html import escape

import pandas as pd

from parkkit.core.labels import Language, has_label, label
from parkkit.core.vocabulary import vocabulary
from parkkit.output.quantities import (
    MINUS,
    Kind,
    Number,
    intensity,
    is_missing,
    number,
    parted,
    percent,
    readable,
    scale,
)
from parkkit.output.theme import FONT

__all__ = ["Card", "card", "cards", "column_name", "intensity", "name_of", "number", "percent",
           "readable", "table"]  # fmt: skip

# :where() weighs nothing: the style of a page or a report wins. What must stand is named twice,
# for Lab and Voila set all text of tables to the right.
STYLE = f"""<style>
:where(.pk-cards){{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:12px;
margin:12px 0;font-family:{FONT}}}
:where(.pk-card){{padding:10px 14px;border:1px solid #d5dce0;border-top:4px solid #2f4858;
break-inside:avoid;background:#fff;color:#1f2d36}}
:where(.pk-name){{font-size:14px;color:#4a5a65}}
:where(.pk-value){{font-size:28px;font-weight:600;white-space:nowrap}}
.pk-card .pk-value.pk-words{{font-size:18px;white-space:normal;line-height:1.5}}
:where(.pk-unit){{font-size:14px;margin-left:4px}}
:where(.pk-note){{font-size:13px;color:#4a5a65}}
:where(.pk-scroll){{overflow-x:auto;margin:12px 0;font-family:{FONT}}}
:where(.pk-table){{border-collapse:collapse;font-size:14px;color:#1f2d36}}
:where(.pk-table) caption{{text-align:left;font-weight:600;padding:4px 0}}
:where(.pk-table) :where(th,td){{padding:5px 10px;border-bottom:1px solid #d5dce0}}
:where(.pk-table) thead :where(th){{border-bottom:2px solid #2f4858}}
.pk-table.pk-table tr{{background:none}}
.pk-table.pk-table th,.pk-table.pk-table td{{text-align:left;vertical-align:top;max-width:none}}
.pk-table.pk-table .pk-number{{text-align:right;white-space:nowrap;
font-variant-numeric:tabular-nums}}
.pk-table.pk-table.pk-table td.pk-long{{min-width:13em;word-break:normal;overflow-wrap:anywhere}}
.vega-embed svg.marks{{max-width:100%;height:auto}}
@media (max-width:600px){{.vega-embed.vega-embed.has-actions{{padding-right:0}}
.vega-embed.vega-embed details{{display:none}}}}
</style>"""
# Which table and column of it hold the codes that stand in a column.
CODED = {
    "species": ("species", "species"),
    "part_of": ("species", "species"),
    "pollutant": ("species", "species"),
    "item": ("items", "item"),
    "use": ("uses", "use"),
    "process_type": ("processes", "process_type"),
    "technology": ("processes", "technology"),
    "province": ("regions", "region"),
    "state": ("decoupling_states", "state"),
}
# Columns whose codes have their names in the labels of another one.
NAMED_AS = {"pollution_tapio": "tapio", "carbon_tapio": "tapio"}
PLAIN = ("year", "month", "scope", "span_end", "base_year", "start", "end")
SHARES = ("_share", "_change")
NUMBER = ' class="pk-number"'
# Pages keep Chinese words whole; a name this long would push the last columns out of sight.
LONG = re.compile(r"[^\s，。；、：（）()·—-]{18,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A key figure: its name, its value as text, the unit, and a note below."""

    name: str
    value: str
    unit: str = ""
    note: str = ""


def card(name: str, value: Number, language: Language, kind: Kind = "co2e", note: str = "") -> Card:
    """Return the card of a quantity; ``value`` and ``kind`` as `readable` takes them.

    Examples
    --------
    >>> card("Total", 36_971_943.6, "en")
    Card(name='Total', value='36.97', unit='Mt CO₂e', note='')
    """
    written, unit = parted(value, language, kind)
    return Card(name=name, value=written, unit=unit, note=note)


def cards(rows: Iterable[Card], language: Language) -> str:
    """Return key figures as HTML.

    Parameters
    ----------
    rows : iterable of Card
        In the order shown. A card without a value says that it is not computable.

    Examples
    --------
    >>> "<b" in cards([Card(name="<b>", value="1")], "en")
    False
    """
    return f'{STYLE}<div class="pk-cards">{"".join(_card(row, language) for row in rows)}</div>'


def _card(row: Card, language: Language) -> str:
    value = row.value or label("figures.not_computable", language)
    # A state or "not computable" is words: smaller, so that it stays inside its card.
    words = "" if re.match(rf"[{MINUS}+±\d]", value) else " pk-words"
    has_unit = row.unit and value != label("figures.not_computable", language)
    unit = f'<span class="pk-unit">{escape(row.unit)}</span>' if has_unit else ""
    note = f'<div class="pk-note">{escape(row.note)}</div>' if row.note else ""
    return (
        f'<div class="pk-card"><div class="pk-name">{escape(row.name)}</div>'
        f'<div class="pk-value{words}">{escape(value)}{unit}</div>{note}</div>'
    )


def table(
    frame: pd.DataFrame,
    language: Language,
    *,
    limit: int = 20,
    caption: str = "",
    absent: pd.DataFrame | None = None,
    numeric: Collection[str] = (),
) -> str:
    """Return a table as HTML, its columns and codes by their names.

    Parameters
    ----------
    frame : DataFrame
        Columns ending in ``_t`` are tonnes and shown in the unit that suits them (but not those
        ending in ``_per_t``), ``_share`` and ``_change`` as per cent, other numbers with four
        significant digits. A missing quantity
        is told as not computable, any other missing cell is a dash.
    limit : int
        Rows shown; a note tells how many are not.
    caption : str
        A line above the table.
    absent : DataFrame of bool, optional
        True where a cell is missing because there is nothing to tell: it is a dash, too.
    numeric : collection of str
        Columns of numbers that are written already, to the right as numbers are.

    Examples
    --------
    >>> html = table(pd.DataFrame({"species": ["so2"], "emissions_t": [24_349.524]}), "zh")
    >>> "二氧化硫" in html, "排放量（万t）" in html, "2.435" in html
    (True, True, True)
    """
    shown = frame.head(limit)
    if not len(shown):
        return f"{STYLE}{_below(0, limit, language)}"
    columns = [_column(shown[name], str(name), language) for name in frame.columns]
    columns = [
        (head, NUMBER if name in numeric else side, cells)
        for name, (head, side, cells) in zip(frame.columns, columns, strict=True)
    ]
    if absent is not None:
        columns = [
            (head, side, _dashed(cells, absent.get(name)))
            for name, (head, side, cells) in zip(frame.columns, columns, strict=True)
        ]
    heads = "".join(f"<th{side}>{escape(head)}</th>" for head, side, _ in columns)
    rows = zip(*(cells for *_, cells in columns), strict=True)
    sides = [side for _, side, _ in columns]
    body = "".join(
        f"<tr>{''.join(_cell(c, s) for s, c in zip(sides, row, strict=True))}</tr>" for row in rows
    )
    above = f"<caption>{escape(caption)}</caption>" if caption else ""
    return (
        f'{STYLE}<div class="pk-scroll"><table class="pk-table">{above}<thead><tr>{heads}</tr>'
        f"</thead><tbody>{body}</tbody></table></div>{_below(len(frame), limit, language)}"
    )


def _cell(text: str, side: str) -> str:
    """Return a cell; a long word without a place to break may break anywhere."""
    shown = side or (' class="pk-long"' if LONG.search(text) else "")
    return f"<td{shown}>{escape(text)}</td>"


def _dashed(cells: list[str], absent: pd.Series | None) -> list[str]:
    if absent is None:
        return cells
    return ["—" if gone else cell for cell, gone in zip(cells, absent, strict=False)]


def _below(count: int, limit: int, language: Language) -> str:
    if count == 0:
        note = label("figures.no_rows", language)
    elif count > limit:
        note = label("figures.rows_left", language, count=count - limit)
    else:
        return ""
    return f'<div class="pk-note">{escape(note)}</div>'


def column_name(name: str, language: Language) -> str:
    """Return what a column is called: a label ``column.NAME``, else its declared name.

    Examples
    --------
    >>> column_name("emissions_t", "en")
    'Emissions (t)'
    """
    if has_label(f"column.{name}"):
        return label(f"column.{name}", language)
    declared = vocabulary("columns").drop_duplicates("column").set_index("column")
    return str(declared[f"name_{language}"].get(name, name))


def name_of(value: object, column: str, language: Language) -> str:
    """Return the name of a code that stands in a column, or the value itself as text.

    Names come from the vocabulary of the column, else from a label ``COLUMN.CODE``, which a part
    may have put under its own prefix.

    Examples
    --------
    >>> name_of("coke", "item", "zh"), name_of("Steel works", "name", "zh")
    ('焦炭', 'Steel works')
    """
    code, column = str(value), NAMED_AS.get(column, column)
    source = CODED.get(column)
    if source and source[0] == "species" and has_label(f"charts.short.{code}"):
        return label(f"charts.short.{code}", language)
    if source and (name := _names(*source, language).get(code)):
        return name
    keys = [f"{part}{column}.{code}" for part in ("", "charts.", "diagnosis.")]
    return next((label(key, language) for key in keys if has_label(key)), code)


@cache
def _names(source: str, column: str, language: Language) -> dict[str, str]:
    entries = vocabulary(source).drop_duplicates(column)
    return dict(zip(entries[column], entries[f"name_{language}"], strict=True))


def _column(cells: pd.Series, name: str, language: Language) -> tuple[str, str, list[str]]:
    """Return a column's head, the class of its cells, and the cells as text."""
    head = column_name(name, language)
    if pd.api.types.is_bool_dtype(cells):
        return head, "", [_yes_or_no(cell, language) for cell in cells]
    if name in PLAIN or not pd.api.types.is_numeric_dtype(cells):
        return head, "", [_text(cell, name, language) for cell in cells]
    if name.endswith("_t") and not name.endswith("_per_t"):
        head, write = _tonnes(cells, head, language)
    else:
        write = percent if name.endswith(SHARES) else number
    return head, NUMBER, [write(cell, language) for cell in cells]


def _tonnes(
    cells: pd.Series, head: str, language: Language
) -> tuple[str, Callable[[Number, Language], str]]:
    """Return the head with the column's unit, or no unit where the cells need one each."""
    bare = re.sub(r"\s*[(（]t[)）]$", "", head)
    sizes = cells.dropna().abs()
    sizes = sizes[sizes > 0]
    unit, size = scale(float(sizes.max()) if len(sizes) else 0.0, language)
    if len(sizes) and sizes.min() < 0.01 * float(size):
        return bare, readable
    whole = label("figures.with_unit", language, name=bare, unit=unit)
    return whole, lambda cell, tongue: number(
        cell if is_missing(cell) else float(cell or 0) / float(size), tongue
    )


def _yes_or_no(cell: object, language: Language) -> str:
    return "—" if is_missing(cell) else label(f"figures.{'yes' if cell else 'no'}", language)


def _text(cell: object, column: str, language: Language) -> str:
    if is_missing(cell) or cell == "":
        return "—"
    is_whole = isinstance(cell, float) and cell.is_integer()
    return name_of(int(cell) if is_whole and isinstance(cell, float) else cell, column, language)
