"""Chapter 02, pollutants: their tables, and what a value that is not whole lacks."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.intensity import PERS, POLLUTANTS, intensity
from parkkit.output.chapters.energy_tables import (
    SHEET,
    joined,
    lacking,
    price_text,
    row_of,
    sheet_html,
)
from parkkit.output.chapters.inventory import missing_names
from parkkit.output.figures import STYLE, name_of, number
from parkkit.output.page_choice import PageChoice
from parkkit.output.quantities import is_missing, percent, readable
from parkkit.park.package import Park, plant_names

Row = Mapping[Hashable, Any]

# A column of words is set to the left, and its lines break.
WORDS = """<style>
.pk-energy.pk-energy.pk-energy .pk-words{text-align:left;white-space:normal;min-width:9em;
font-variant-numeric:normal}
</style>"""


def pollutants_html(
    table: pd.DataFrame, amounts: Sequence[str], choice: PageChoice, notes: Sequence[str]
) -> str:
    """Return the amounts of pollutants with their lists and equivalents as HTML, the sum below."""
    language, medium = choice.language, "water" if "sent_t" in amounts else "air"
    heads = ["species", *amounts, "kg_per_equivalent", "equivalents"]
    has_convention = bool(table["conventional_equivalents"].notna().any())
    heads += ["conventional_equivalents", "list"] if has_convention else ["list"]
    names = {"released_t": "water.released_t"} if medium == "water" else {}
    top = [label(f"page.pollution.column.{names.get(head, head)}", language) for head in heads]
    body = [_cells(row, heads, language) for row in table.to_dict("records")]
    last = _sum_row(table, heads, language)
    told = [*notes, *_charge_notes(table, language)]
    return words_html(top, body, told, last=last, words=heads.index("list"))


def _cells(row: Row, heads: Sequence[str], language: Language) -> list[str]:
    """Return a pollutant's cells; what is partial is marked, what there is none of is a dash."""
    texts = []
    for head in heads:
        if head == "species":
            texts.append(name_of(row["species"], "species", language))
        elif head == "list":
            texts.append(row["list"] or "—")
        elif head == "kg_per_equivalent":
            texts.append(row["kg"] or "—")
        elif head == "control_share":
            texts.append(percent(row[head], language))
        elif head == "sent_t" and is_missing(row[head]):
            texts.append("—")
        elif head.endswith("equivalents"):
            is_short = "released" in row["short"].split(";")
            texts.append(_equivalents(row[head], is_short, language))
        else:
            is_short = head.removesuffix("_t") in row["short"].split(";")
            texts.append(_marked(readable(row[head], language), row[head], is_short, language))
    return texts


def _marked(text: str, value: Any, is_short: bool, language: Language) -> str:
    is_marked = is_short and not is_missing(value)
    return label("charts.partial", language, value=text) if is_marked else text


def _equivalents(value: float, is_short: bool, language: Language) -> str:
    text = "—" if is_missing(value) else readable(value, language, "count")
    return _marked(text, value, is_short, language)


def _sum_row(table: pd.DataFrame, heads: Sequence[str], language: Language) -> list[str]:
    """Return the sum of the statutory equivalents: of one medium, and of nothing else."""
    known = table[table["equivalents"].notna()]
    if len(known) < 2:
        return []
    is_short = table["short"].str.contains("released") & (table["kg"] != "")
    text = _equivalents(known["equivalents"].sum(), bool(is_short.any()), language)
    cells = dict.fromkeys(heads, "")
    cells |= {"species": label("page.pollution.sum", language), "equivalents": text}
    return list(cells.values())


def _charge_notes(table: pd.DataFrame, language: Language) -> list[str]:
    """Return what is partial, which pollutants have no equivalents and why."""
    comma, rows = label("charts.comma", language), table.to_dict("records")
    notes = []
    if (table["short"] != "").any():
        notes.append(label("charts.note_partial", language))
    notes += [
        label("page.pollution.partial", language, name=name_of(row["species"], "species", language),
              what=missing_names(row["missing"], language))
        for row in rows if row["missing"]
    ]  # fmt: skip
    reasons = dict.fromkeys(
        code for row in rows for code in row["none"].split(";") if code and code != "no_number"
    )
    for code in reasons:
        found = [row for row in rows if code in row["none"].split(";")]
        for key, is_part in (("no_equivalents", False), ("not_counted", True)):
            names = [name_of(row["species"], "species", language) for row in found
                     if is_missing(row["equivalents"]) != is_part]  # fmt: skip
            if names:
                notes.append(label(f"page.pollution.{key}", language, names=comma.join(names),
                                   reason=label(f"equivalents.none.{code}", language)))  # fmt: skip
    return notes


def words_html(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    notes: Sequence[str],
    *,
    last: Sequence[str] = (),
    words: int = 0,
) -> str:
    """Return a table as ``sheet_html`` does, one of whose columns holds words, not numbers."""
    sides = ["", *['class="pk-number"'] * (len(heads) - 1)]
    sides[words] = 'class="pk-words"' if words else ""
    top = "".join(f"<th {side}>{escape(head)}</th>"
                  for side, head in zip(sides, heads, strict=True))  # fmt: skip
    whole = [*rows, last] if last else rows
    body = "".join(
        ('<tr class="pk-sum">' if row is last else "<tr>")
        + "".join(f"<td {s}>{escape(cell)}</td>" for s, cell in zip(sides, row, strict=True))
        + "</tr>"
        for row in whole
    )
    below = "".join(f'<div class="pk-note">{escape(note)}</div>' for note in notes if note)
    return (
        f'{STYLE}{SHEET}{WORDS}<div class="pk-scroll"><table class="pk-table pk-energy"><thead>'
        f"<tr>{top}</tr></thead><tbody>{body}</tbody></table></div>{below}"
    )


def intensity_html(inventory: Inventory, park: Park, choice: PageChoice) -> str:
    """Return the pollutants per value added, hectare and tce as HTML; nothing where none is known.

    A value not computable says whose value added, which area or which coefficient is missing.
    """
    language, plants = choice.language, plant_names(park, choice.language)
    rows = intensity(inventory, park)
    rows = rows[rows["year"] == choice.year]
    pers = (*PERS, "energy")
    known = [name for name in POLLUTANTS if not is_missing(
        row_of(rows, name, "value_added").get("amount"))]  # fmt: skip
    if not known:
        return ""
    heads = [label("page.pollution.column.species", language)]
    heads += [label(f"page.energy.per.{per}", language) for per in PERS]
    heads += [label("page.pollution.per_energy", language)]
    body, notes = [], []
    for name in known:
        found = [row_of(rows, name, per) for per in pers]
        body.append([name_of(name, "species", language), *(_per(row, language) for row in found)])
        notes += [lacking(row, plants, language) for row in found]
    absent = [name_of(name, "species", language) for name in POLLUTANTS if name not in known]
    comma = label("charts.comma", language)
    if absent:
        notes.append(label("page.pollution.intensity_absent", language, names=comma.join(absent)))
    shown = rows[rows["measure"].isin(known) & rows["value"].notna()]
    is_partial = bool((shown["status"] == "partial").any())
    stars = [label("charts.note_partial", language)] if is_partial else []
    told = [_taken(rows, known[0], choice), *stars, *notes]
    return sheet_html(heads, body, list(dict.fromkeys(note for note in told if note)))


def _per(row: Row, language: Language) -> str:
    text, value = number(row.get("value"), language), row.get("value")
    if is_missing(value):
        return text
    text = f"{text} {label('page.pollution.intensity_unit', language)}"
    return _marked(text, value, row["status"] == "partial", language)


def _taken(rows: pd.DataFrame, name: str, choice: PageChoice) -> str:
    """Return in which value the energy, in which prices the value added, and which areas."""
    language = choice.language
    value = label(f"page.energy.{choice.convention.coal_equivalent}", language)
    prices = price_text(row_of(rows, name, "value_added"), language)
    areas = {per: row_of(rows, name, per).get("divisor") for per in PERS[1:]}
    told = [
        label("page.energy.taken.energy", language, value=value),
        label("page.energy.taken.prices", language, prices=prices) if prices else "",
        *(label(f"page.energy.taken.{per}", language, amount=number(amount, language))
          for per, amount in areas.items() if not is_missing(amount)),
    ]  # fmt: skip
    return joined(told, language)
