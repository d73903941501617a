"""Chapter 02, energy: its tables, and what a value that is not whole lacks."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from parkkit.core.labels import Language, has_label, label
from parkkit.inventory.intensity import AREAS, MEASURES
from parkkit.inventory.prices import deflator_text
from parkkit.output.figures import STYLE, column_name, name_of, number
from parkkit.output.page_choice import PageChoice
from parkkit.output.quantities import is_missing, parted, readable
from parkkit.park.package import Park, plant_names

TRADED = ("bought_outside", "made", "sold_outside", "used", "bought_inside", "sold_inside",
          "difference", "unexplained")  # fmt: skip
COALS = ("energy_tj", "calorific_tce", "equivalent_tce", "consumed_tce")
ROUNDING = 1e-3
SHOWN = 3  # of what is missing
SHEET = """<style>
.pk-energy.pk-energy{border-collapse:separate;border-spacing:0}
.pk-energy.pk-energy th,.pk-energy.pk-energy td{vertical-align:middle}
.pk-energy.pk-energy.pk-energy tr{background:none}
.pk-energy.pk-energy th{white-space:normal;min-width:4em;background:#f1f4f6}
.pk-energy.pk-energy :is(th,td):first-child{position:sticky;left:0;min-width:6em;
white-space:normal;word-break:normal}
.pk-energy.pk-energy td:first-child{background:#fff}
@media (max-width:600px){.pk-energy.pk-energy :is(th,td){padding:5px 6px}
.pk-energy.pk-energy :is(th,td):first-child{min-width:5em}}
.pk-energy.pk-energy tr.pk-sum td{border-top:2px solid #2f4858;font-weight:600}
</style>"""


def intensity_html(rows: pd.DataFrame, park: Park, choice: PageChoice) -> str:
    """Return energy, carbon and fresh water per value added and per hectare as HTML."""
    language, plants = choice.language, plant_names(park, choice.language)
    pers = ("value_added", *AREAS)
    heads = [column_name("measure", language)]
    heads += [label(f"page.energy.per.{per}", language) for per in pers]
    body, notes = [], []
    for measure in MEASURES:
        found = [row_of(rows, measure, per) for per in pers]
        body.append([label(f"energy.measure.{measure}", language),
                     *(_value(row, measure, language) for row in found)])  # fmt: skip
        notes += [lacking(row, plants, language) for row in found]
    told = [_taken(rows, choice), *notes]
    return sheet_html(heads, body, list(dict.fromkeys(note for note in told if note)))


def _taken(rows: pd.DataFrame, choice: PageChoice) -> str:
    """Return in which value the energy, in which prices the value added, and which areas."""
    language = choice.language
    value = label(f"page.energy.{choice.convention.coal_equivalent}", language)
    prices = price_text(row_of(rows, "energy", "value_added"), language)
    areas = {per: row_of(rows, "energy", per).get("divisor") for per in AREAS}
    told = [
        label("page.energy.taken.energy", language, value=value),
        label("page.energy.taken.prices", language, prices=prices) if prices else "",
        *(label(f"page.energy.taken.{per}", language, amount=number(amount, language))
          for per, amount in areas.items() if not is_missing(amount)),
    ]  # fmt: skip
    return joined(told, language)


def _value(row: Mapping[Any, Any], measure: str, language: Language) -> str:
    text = number(row.get("value"), language)
    if is_missing(row.get("value")):
        return text
    text = f"{text} {label(f'page.energy.unit_of.{measure}', language)}"
    return label("charts.partial", language, value=text) if row["status"] == "partial" else text


def balance_html(table: pd.DataFrame, language: Language) -> str:
    """Return what was bought, made, sold and used of each item, net of transfers, as HTML."""
    is_open = table["unexplained"].abs() > ROUNDING * table["used"].abs()
    names = [name for name in TRADED if name != "unexplained" or is_open.any()]
    body = [
        [name_of(row["item"], "item", language), *(_traded(row, name, language) for name in names)]
        for row in table.to_dict("records")
    ]
    heads = [label("page.energy.column.item", language)]
    heads += [column_name(name, language) for name in names]
    notes = ["page.energy.used_note", "page.energy.difference_note"]
    if is_open.any():
        notes.append("page.energy.unexplained_note")
    return sheet_html(heads, body, [label(key, language) for key in notes])


def _traded(row: Mapping[Hashable, Any], name: str, language: Language) -> str:
    # What nobody told is a dash; only a use that should follow from the rest is not computable.
    if is_missing(row[name]) and not (name == "used" and "self_generated" in row["missing"]):
        return "—"
    return physical(row[name], row["unit"], language)


def coal_html(table: pd.DataFrame, language: Language) -> str:
    """Return what each item is in heat and standard coal, and what counts of it, as HTML."""
    rows = table.to_dict("records")
    body = [
        [name_of(row["item"], "item", language), *(_coal(row, name, language) for name in COALS)]
        for row in rows
    ]
    is_short = bool((table["status"] != "computed").any())
    sums = table[list(COALS)].sum(min_count=1).to_dict()
    sums["status"] = "partial" if is_short else "computed"
    heads = [label(f"page.energy.column.{name}", language) for name in ("item", *COALS)]
    notes = [label("page.energy.net_note", language)]
    notes += [label("charts.note_partial", language)] if is_short else []
    notes += [
        label("page.energy.item_lacks", language, item=name_of(row["item"], "item", language),
              lacks=lacking(row, {}, language))
        for row in rows if row["missing"]
    ]  # fmt: skip
    last = [label("page.energy.sum", language), *(_coal(sums, name, language) for name in COALS)]
    return sheet_html(heads, body, notes, last=last)


def _coal(row: Mapping[Hashable, Any], name: str, language: Language) -> str:
    """Return heat or standard coal as people read it, marked where it is partial."""
    amount = row[name]
    text = number(amount, language) if name == "energy_tj" else readable(amount, language, "energy")
    is_marked = row["status"] == "partial" and not is_missing(amount)
    return label("charts.partial", language, value=text) if is_marked else text


def physical(amount: float, unit: str, language: Language) -> str:
    """Return an amount of energy in the unit that people of the language use.

    Examples
    --------
    >>> physical(1_614_224.0, "MWh", "zh"), physical(141_632_960.0, "m3", "en")
    ('16.14 亿kWh', '141.6 million m³')
    """
    if is_missing(amount):
        return label("figures.not_computable", language)
    key = f"page.energy.unit.{unit}"
    size, name = label(key, language).split(" ") if has_label(key) else ("1", unit)
    # Rounding of sums is no amount.
    written, steps = parted(round(amount * float(size), 6), language, "count")
    return f"{written} {unit_joined(steps, name, language)}"


def unit_joined(steps: str, unit: str, language: Language) -> str:
    return label("page.energy.unit_joined", language, steps=steps, unit=unit).strip()


def price_text(row: Mapping[Any, Any], language: Language) -> str:
    """Return in which prices a value added is told."""
    if not row.get("prices"):
        return ""
    year = "" if is_missing(row["price_year"]) else int(row["price_year"])
    prices = label(f"energy.prices.{row['prices']}", language, year=year)
    if not row.get("deflator"):
        return prices
    return label("energy.prices.deflated", language, prices=prices,
                 deflator=deflator_text(row["deflator"], language))  # fmt: skip


def lacking(row: Mapping[Any, Any], plants: Mapping[str, str], language: Language) -> str:
    """Return what a value lacks, of many the first three; nothing where it is whole.

    Examples
    --------
    >>> lacking({"status": "not_computable", "missing": "coke/ncv"}, {}, "zh")
    '缺少：焦炭的低位发热量'
    """
    names = [_part(part, plants, language) for part in str(row.get("missing", "")).split(";")
             if part]  # fmt: skip
    if not names:
        return ""
    told = label("charts.comma", language).join(dict.fromkeys(names[:SHOWN]))
    if len(names) > SHOWN:
        told = label("charts.and_more", language, names=told, count=len(names))
    key = "lacks" if row["status"] == "not_computable" else "partly"
    return label(f"page.energy.{key}", language, names=told)


def _part(part: str, plants: Mapping[str, str], language: Language) -> str:
    """Return what is missing in words: of which item (``item/what``) or plant (``what/plant``)."""
    first, _, second = part.partition("/")
    of, what = (first, second) if has_label(f"energy.missing.{second}") else (second, first)
    keys = [f"energy.{kind}.{what}" for kind in ("missing", "measure")]
    name = next((label(key, language) for key in keys if has_label(key)), what)
    if not of:
        return name
    owner = plants.get(of) or name_of(of, "item", language)
    return label("page.energy.of", language, name=owner, what=name)


def joined(notes: Sequence[str], language: Language) -> str:
    """Return notes in one line, the empty ones left out."""
    return label("charts.between_notes", language).join(note for note in notes if note)


def sheet_html(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    notes: Sequence[str] = (),
    *,
    last: Sequence[str] = (),
) -> str:
    """Return a table as HTML whose first column stays in sight, with a sum and notes below."""
    side = ' class="pk-number"'
    top = "".join(f"<th{side if place else ''}>{escape(head)}</th>"
                  for place, head in enumerate(heads))  # fmt: skip
    whole = [*rows, last] if len(rows) > 1 and last else rows
    body = "".join(
        ('<tr class="pk-sum">' if row is last else "<tr>")
        + "".join(f"<td{side if n else ''}>{escape(cell)}</td>" for n, cell in enumerate(row))
        + "</tr>"
        for row in whole
    )
    below = "".join(f'<div class="pk-note">{escape(note)}</div>' for note in notes)
    return (
        f'{STYLE}{SHEET}<div class="pk-scroll"><table class="pk-table pk-energy"><thead><tr>{top}'
        f"</tr></thead><tbody>{body}</tbody></table></div>{below}"
    )


def row_of(rows: pd.DataFrame, measure: str, per: str) -> dict[Hashable, Any]:
    """Return the row of a measure; a year without members has none."""
    found = rows[(rows["measure"] == measure) & (rows["per"] == per)].to_dict("records")
    return found[0] if found else {"value": None, "status": "not_computable", "missing": measure}
