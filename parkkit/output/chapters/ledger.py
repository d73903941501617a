"""Chapter 02, the ledger: what was left out, netted or replaced, by how much, and why."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from html import escape
from typing import Any

import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.inventory.calculation import greenhouse_gases
from parkkit.inventory.compilation import Inventory, with_co2e
from parkkit.inventory.ledger_steps import (
    CANDIDATES,
    KEPT,
    STAGES,
    ledger_entries,
    ledger_steps,
)
from parkkit.output.figures import STYLE, column_name, name_of
from parkkit.output.page_choice import PageChoice
from parkkit.output.quantities import MINUS, is_missing, percent, readable

NUMBER, ACROSS = ' class="pk-number"', ' colspan="4"'
SHOWN = ("so2", "nox", "pm", "voc", "cod", "nh3_n")
SHEET = """<style>
:where(.pk-ledger){width:100%;max-width:900px}
.pk-ledger.pk-ledger.pk-ledger tr{background:none}
.pk-ledger.pk-ledger tr.pk-stage th{background:#eef2f4;border-top:2px solid #2f4858;
font-size:15px;font-weight:600}
.pk-ledger.pk-ledger tr.pk-reason td{border-bottom:0;padding-bottom:0;color:#1f2d36}
.pk-ledger.pk-ledger tr.pk-reason td:first-child{font-weight:600;min-width:6.5em}
.pk-ledger.pk-ledger tr.pk-reason td:first-child::first-letter{text-transform:uppercase}
.pk-ledger.pk-ledger td{word-break:normal}
.pk-ledger.pk-ledger tr.pk-why td{color:#4a5a65;white-space:normal;line-height:1.55}
.pk-ledger.pk-ledger tr{break-inside:avoid}
.pk-ledger.pk-ledger tr.pk-reason{break-after:avoid}
@media (max-width:600px){.pk-ledger.pk-ledger th,.pk-ledger.pk-ledger td{padding:5px 4px}
.pk-ledger.pk-ledger td:first-child{min-width:5em;overflow-wrap:anywhere}
.pk-table.pk-ledger .pk-number.pk-number{white-space:normal}}
</style>"""


def steps(inventory: Inventory, choice: PageChoice) -> pd.DataFrame:
    """Return how the candidates of the page's year come to its headline figure, in CO2e."""
    return ledger_steps(inventory, year=choice.year)


def title(table: pd.DataFrame, language: Language) -> str:
    """Return the finding: what share of the candidates is in the headline, what took most."""
    totals = table.set_index("reason")["total_t"]
    whole, kept = float(totals[CANDIDATES]), float(totals[KEPT])
    share = percent(kept / whole, language) if whole else "—"
    moves = table["change_t"].abs().fillna(0.0).to_numpy()
    if not moves.any():
        return label("page.ledger.nothing_left_out", language)
    reason = name_of(table["reason"].iloc[int(moves.argmax())], "reason", language)
    return label("page.ledger.title", language, share=share, reason=reason)


def reasons(inventory: Inventory, choice: PageChoice) -> pd.DataFrame:
    """Return what the ledger holds in the page's year, by stage and reason.

    Returns
    -------
    DataFrame
        ``stage``, ``reason``, ``co2e_t`` (signed as in the ledger: positive was left out),
        ``pollutants`` (the main ones as text), ``entry_count``, ``plant_count``; in the order the
        stages act, the largest first.
    """
    rows = ledger_entries(inventory, choice.year)
    is_gas = rows["species"].isin(greenhouse_gases())
    gases = with_co2e(rows.assign(scope=1, emissions_t=rows["amount_t"]), inventory.convention)
    rows = rows.assign(co2e_t=gases["co2e_t"].where(is_gas))
    keys = ["stage", "reason"]
    table = rows.groupby(keys, sort=True).agg(
        co2e_t=("co2e_t", lambda values: values.sum(min_count=1)),
        entry_count=("species", "size"),
        plant_count=("enterprise_id", "nunique"),
    )  # fmt: skip
    others = rows[~is_gas].groupby(keys)[["species", "amount_t"]]
    told = {key: _pollutants(found, choice.language) for key, found in others}
    table = table.assign(pollutants=[told.get(key, "") for key in table.index]).reset_index()
    place = {name: rank for rank, name in enumerate(STAGES)}
    table = table.assign(place=table["stage"].map(place), size=-table["co2e_t"].abs())
    table = table.sort_values(["place", "size", "reason"], kind="stable", ignore_index=True)
    return table.drop(columns=["place", "size"])


def _pollutants(rows: pd.DataFrame, language: Language) -> str:
    """Return the main pollutants with their amounts, and how many more there are."""
    sums = rows.groupby("species")["amount_t"].sum(min_count=1)
    shown = [name for name in SHOWN if name in sums]
    texts = [
        label("page.ledger.amount", language, name=name_of(name, "species", language),
              amount=_left_out(float(sums[name]), language))
        for name in shown
    ]  # fmt: skip
    rest = len(sums) - len(shown)
    if rest:
        key = "page.ledger.more" if shown else "page.ledger.others"
        texts.append(label(key, language, count=rest))
    return label("page.list_separator", language).join(texts)


def _left_out(amount: float, language: Language) -> str:
    """Return an amount of the ledger as people read it: what was left out is less."""
    text = readable(abs(amount), language)
    if is_missing(amount) or not amount:
        return text
    return f"{MINUS}{text}" if amount > 0 else f"+{text}"


def ledger_html(inventory: Inventory, choice: PageChoice) -> str:
    """Return the ledger as HTML: what was left out, by how much, of how many, and why."""
    language = choice.language
    table = reasons(inventory, choice)
    if not len(table):
        return f"<p>{escape(label('page.ledger.empty', language))}</p>"
    heads = [(_head(name, language), NUMBER if name != "reason" else "")
             for name in ("reason", "co2e_t", "entry_count", "plant_count")]  # fmt: skip
    groups = [
        (name_of(stage, "stage", language),
         "".join(_reason(row, language) for row in rows.to_dict("records")))
        for stage, rows in table.groupby("stage", sort=False)
    ]  # fmt: skip
    return grouped_html(heads, groups)


def grouped_html(heads: Sequence[tuple[str, str]], groups: Sequence[tuple[str, str]]) -> str:
    """Return a table in groups as HTML.

    Parameters
    ----------
    heads : sequence of (str, str)
        The columns: what each is called, and the class of its cells.
    groups : sequence of (str, str)
        What each group is called, and its rows as HTML.
    """
    top = "".join(f"<th{side}>{escape(text)}</th>" for text, side in heads)
    across = f' colspan="{len(heads)}"'
    body = "".join(
        f'<tbody><tr class="pk-stage"><th{across}>{escape(name)}</th></tr>{rows}</tbody>'
        for name, rows in groups
    )
    return (
        f'{STYLE}{SHEET}<div class="pk-scroll"><table class="pk-table pk-ledger">'
        f"<thead><tr>{top}</tr></thead>{body}</table></div>"
    )


def _head(name: str, language: Language) -> str:
    return label("page.ledger.gases", language) if name == "co2e_t" else column_name(name, language)


def _reason(row: dict[Hashable, Any], language: Language) -> str:
    gases = "—" if is_missing(row["co2e_t"]) else _left_out(row["co2e_t"], language)
    cells = [gases, str(row["entry_count"]), str(row["plant_count"])]
    figures = "".join(f"<td{NUMBER}>{escape(text)}</td>" for text in cells)
    name = escape(name_of(row["reason"], "reason", language))
    lines = [label(f"why.{row['reason']}", language)]
    if row["pollutants"]:
        told = label("page.ledger.pollutants", language, amounts=row["pollutants"])
        lines.insert(0, told)
    below = "<br>".join(escape(line) for line in lines)
    return (
        f'<tr class="pk-reason"><td>{name}</td>{figures}</tr>'
        f'<tr class="pk-why"><td{ACROSS}>{below}</td></tr>'
    )
