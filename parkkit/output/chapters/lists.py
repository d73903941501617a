"""Chapter 02, the lists: where two of them tell of one source, how far apart, and what it means."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from html import escape
from typing import Any

import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.inventory.calculation import greenhouse_gases
from parkkit.inventory.comparison import AGREE, compare_lists
from parkkit.inventory.compilation import Inventory
from parkkit.output.chapters.ledger import ACROSS, NUMBER, grouped_html
from parkkit.output.figures import name_of
from parkkit.output.page_choice import PageChoice
from parkkit.output.quantities import change, is_missing, percent, readable
from parkkit.park.package import Park, plant_names

MOST = 30
VERDICTS = ("differ", "list_larger", "list_smaller", "not_comparable")
HEADS = ("source", "taken", "other", "difference")
# On a phone the source stands above its figures, each row a grid of its own.
SHEET = """<style>
.pk-lists.pk-lists.pk-lists td{vertical-align:top}
@media (max-width:600px){.pk-lists :is(table,thead,tbody){display:block}
.pk-lists.pk-lists.pk-lists tr{display:grid;grid-template-columns:1fr 1fr 4.5em}
.pk-lists.pk-lists.pk-lists tr.pk-pair{border-bottom:1px solid #d5dce0}
.pk-lists.pk-lists.pk-lists tr.pk-pair td{border-bottom:0}
.pk-lists.pk-lists.pk-lists tr>:first-child{grid-column:1/-1}
.pk-lists.pk-lists.pk-lists .pk-pair>:first-child{padding-bottom:0}
.pk-lists.pk-lists.pk-lists .pk-pair>:not(:first-child){padding-top:2px}}
</style>"""


def compared(inventory: Inventory, choice: PageChoice) -> pd.DataFrame:
    """Return what ``compare_lists`` tells of the page's year, the largest differences first.

    Returns
    -------
    DataFrame
        Its columns, and ``difference_t`` (the other value less the one taken). Rows that agree
        come last, before them those of which a value is missing.
    """
    table = compare_lists(inventory)
    table = table[table["year"] == choice.year]
    table = table.assign(difference_t=table["amount_t"] - table["taken_t"])
    table = table.assign(size=table["difference_t"].abs(), agrees=table["verdict"] == "agree")
    order = ["agrees", "size", "enterprise_id", "process", "species", "list"]
    ascending = [True, False, True, True, True, True]
    table = table.sort_values(order, ascending=ascending, ignore_index=True)
    return table.drop(columns=["size", "agrees"])


def lists_html(inventory: Inventory, park: Park, choice: PageChoice) -> str:
    """Return, as HTML, where lists differ on a source, by how much, and what it may mean."""
    language, table = choice.language, compared(inventory, choice)
    if not len(table):
        text = label("page.lists.none", language, year=choice.year)
        return f"<p>{escape(text)}</p>"
    told = f"<p>{escape(counted(table, language))}</p>"
    apart = table[table["verdict"] != "agree"]
    if not len(apart):
        return told
    shown, names = apart.head(MOST), plant_names(park, language)
    groups = [
        (label(f"page.lists.verdict.{verdict}", language),
         _why(rows, str(verdict), language)
         + "".join(_row(row, names, language) for row in rows.to_dict("records")))
        for verdict, rows in shown.groupby("verdict", sort=False)
    ]  # fmt: skip
    heads = [(label(f"page.lists.head.{name}", language), NUMBER if name != "source" else "")
             for name in HEADS]  # fmt: skip
    more = len(apart) - len(shown)
    rest = label("page.lists.more", language, count=more, shown=len(shown)) if more else ""
    below = f"<p>{escape(rest)}</p>" if rest else ""
    return f'{told}{SHEET}<div class="pk-lists">{grouped_html(heads, groups)}</div>{below}'


def counted(table: pd.DataFrame, language: Language) -> str:
    """Return a sentence on how many pairs of values agree, differ, and cannot be compared."""
    counts = table["verdict"].value_counts()
    alone, agree = int(counts.get("not_comparable", 0)), int(counts.get("agree", 0))
    return label(
        "page.lists.counted", language, count=len(table), agree=agree, alone=alone,
        apart=len(table) - agree - alone, share=percent(AGREE, language),
    )  # fmt: skip


def _why(rows: pd.DataFrame, verdict: str, language: Language) -> str:
    """Return what a verdict may mean as a row; of a gas it is other than of a pollutant."""
    if verdict not in ("list_larger", "list_smaller"):
        keys = [verdict]
    else:
        is_gas = rows["species"].isin(greenhouse_gases())
        kinds = {"gas": is_gas.any(), "pollutant": (~is_gas).any()}
        keys = [f"{verdict}.{kind}" for kind, is_there in kinds.items() if is_there]
    lines = [escape(label(f"page.lists.why.{key}", language)) for key in keys]
    return f'<tr class="pk-why"><td{ACROSS}>{"<br>".join(lines)}</td></tr>'


def _row(row: Mapping[Hashable, Any], names: Mapping[str, str], language: Language) -> str:
    """Return one source as a row: what was taken, what the other list says, and their distance."""
    plant = names.get(row["enterprise_id"], row["enterprise_id"])
    process = row["process"] or label("page.lists.whole_plant", language)
    what = label(
        "page.lists.of", language, process=process, medium=name_of(row["medium"], "medium",
        language), species=name_of(row["species"], "species", language),
    )  # fmt: skip
    difference = "—" if is_missing(row["difference_t"]) else change(row["difference_share"],
                                                                      language)  # fmt: skip
    cells = [_told(row["taken_list"], row["taken_t"], language),
             _told(row["list"], row["amount_t"], language), escape(difference)]  # fmt: skip
    first = f"<td><b>{escape(plant)}</b><br>{escape(what)}</td>"
    return (
        f"<tr class='pk-pair'>{first}{''.join(f'<td{NUMBER}>{cell}</td>' for cell in cells)}</tr>"
    )


def _told(lists: str, amount: float, language: Language) -> str:
    """Return an amount with the list or lists that tell it."""
    comma = label("page.list_separator", language)
    names = comma.join(name_of(name, "list", language) for name in lists.split(";") if name)
    text = readable(amount, language) if names or not is_missing(amount) else "—"
    return f"{escape(text)}<br>{escape(names)}" if names else escape(text)
