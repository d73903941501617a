"""Chapter 05, balances: what goes in beside what comes out, the open ones first."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from parkkit.core.labels import Language, has_label, label
from parkkit.inventory.balances import LEAST_RELEASED
from parkkit.output.chapters.energy_tables import physical, sheet_html, unit_joined
from parkkit.output.chapters.ledger import NUMBER, grouped_html
from parkkit.output.figures import name_of
from parkkit.output.page_choice import PageChoice
from parkkit.output.quantities import change, is_missing, parted, percent, readable
from parkkit.park.package import Park, plant_names

STATES = ("open", "not_computable", "closed")
# How each is judged: of most the second side may be smaller, for water is used up, and sulphur
# and dust are held back.
RULES = {"carbon": "carbon", **dict.fromkeys(
    ("energy_trade", "energy_efficiency", "wastewater", "load"), "two_sided"
)}  # fmt: skip
HEADS = ("source", "amount_in", "amount_out", "difference")
ROUNDING = 4  # decimals of a difference as a share
SHEET = """<style>
.pk-checks.pk-checks.pk-checks td{vertical-align:top;white-space:normal}
.pk-checks.pk-checks.pk-checks td.pk-number{white-space:nowrap}
.pk-checks.pk-checks.pk-checks tr.pk-part td{border-bottom:0;padding-bottom:1px}
.pk-checks.pk-checks.pk-checks tr.pk-said td{color:#4a5a65}
.pk-checks tr{break-inside:avoid}
.pk-checks :is(tr.pk-part,tr.pk-stage){break-after:avoid}
@media (max-width:600px){.pk-checks :is(table,thead,tbody){display:block}
.pk-checks.pk-checks.pk-checks tr{display:grid;padding:0;
grid-template-columns:1fr 1fr 1.3fr}
.pk-checks.pk-checks.pk-checks tr.pk-year{grid-template-columns:3em 1fr 1fr 1.3fr}
.pk-checks tr:not(.pk-year)>:first-child,.pk-checks tr>[colspan]{grid-column:1/-1}
.pk-checks.pk-checks.pk-checks.pk-checks td.pk-number{white-space:normal}}
</style>"""

Row = Mapping[Hashable, Any]


def balances_html(table: pd.DataFrame, park: Park, choice: PageChoice) -> str:
    """Return the balances as HTML: counted by kind, then the open ones of all years, and the rest.

    Parameters
    ----------
    table : DataFrame
        What ``balances`` returned. Of the closed ones of the page's year the largest of each kind
        is shown with its figures, of those not computable what they lack.
    """
    language = choice.language
    if not len(table):
        return f"<p>{escape(label('page.quality.no_balances', language))}</p>"
    plants = plant_names(park, language)
    now = table[table["year"] == choice.year]
    heads = [(label(f"page.quality.balance_column.{name}", language),
              NUMBER if name != "source" else "") for name in HEADS]  # fmt: skip
    groups = [
        ("open", _open(table[table["state"] == "open"], plants, language)),
        ("not_computable", _lacking(now, plants, language)),
        ("closed", "".join(_closed(row, plants, language) for row in _largest(now))),
    ]
    shown = [(label(f"page.quality.balances.{state}", language, year=choice.year), rows)
             for state, rows in groups if rows]  # fmt: skip
    told = escape(balances_text(table, choice))
    return (
        f"<p>{told}</p>{_counts(now, language)}{SHEET}"
        f'<div class="pk-checks">{grouped_html(heads, shown)}</div>'
    )


def balances_text(table: pd.DataFrame, choice: PageChoice) -> str:
    """Return the finding: how many balances of the page's year are open, how many of all years."""
    counts = table.loc[table["year"] == choice.year, "state"].value_counts()
    told = {state: int(counts.get(state, 0)) for state in STATES}
    return label("page.quality.balances_text", choice.language, year=choice.year,
                 total=sum(told.values()), ever=int(table["state"].eq("open").sum()),
                 **told)  # fmt: skip


def _counts(now: pd.DataFrame, language: Language) -> str:
    """Return how many balances of each kind are open, not computable and closed."""
    if not len(now):
        return ""
    counts = now.groupby(["balance", "state"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=list(STATES), fill_value=0)
    counts = counts.sort_values(list(STATES), ascending=False, kind="stable")
    tolerance = now.groupby("balance")["tolerance"].max()
    names = ["kind", *STATES, "tolerance", "rule"]
    heads = [label(f"page.quality.balance_column.{name}", language) for name in names]
    body = [
        [label(f"balance.name.{name}", language), *(str(int(each)) for each in row),
         percent(tolerance[name], language), label(f"page.quality.rule.{rule_of(name)}", language,
                                                   least=percent(LEAST_RELEASED, language))]
        for name, row in zip(counts.index, counts.to_numpy(), strict=True)
    ]  # fmt: skip
    return words_last_html(heads, body, [label("page.quality.sides_note", language)])


def rule_of(balance: str) -> str:
    """Return how a balance is judged: ``one_sided``, ``two_sided`` or ``carbon``."""
    return RULES.get(balance, "one_sided")


def words_last_html(
    heads: Sequence[str], rows: Sequence[Sequence[str]], notes: Sequence[str] = ()
) -> str:
    """Return a table as ``sheet_html`` does, whose last column holds words, not numbers."""
    html = sheet_html(heads, rows, notes)
    style = (
        "<style>.pk-lastwords.pk-lastwords.pk-lastwords.pk-lastwords :is(th,td):last-child{"
        "text-align:left;white-space:normal;min-width:9em}"
        ".pk-lastwords.pk-lastwords.pk-lastwords td:first-child{min-width:9em}</style>"
    )
    return style + html.replace("pk-table pk-energy", "pk-table pk-energy pk-lastwords", 1)


def _open(rows: pd.DataFrame, plants: Mapping[str, str], language: Language) -> str:
    """Return the open balances: a plant's together, the years below each other, and what it means.

    The plant with the latest one comes first.
    """
    key = ["balance", "enterprise_id", "counterpart_id", "process", "item", "meaning"]
    latest = rows.groupby(key)["year"].transform("max")
    rows = rows.assign(latest=-latest).sort_values(["latest", *key, "year"])
    told = []
    for _, found in rows.groupby(["latest", *key], sort=True):
        first = found.to_dict("records")[0]
        told.append(f'<tr class="pk-part"><td colspan="{len(HEADS)}">'
                    f"{_name(first, plants, language)}</td></tr>")  # fmt: skip
        told += [
            f'<tr class="pk-part pk-year"><td>{int(row["year"])}</td>{_figures(row, language)}</tr>'
            for row in found.sort_values("year", ascending=False).to_dict("records")
        ]
        told.append(_said(label(f"balance.meaning.{first['meaning']}", language)))
    return "".join(told)


def _closed(row: Row, plants: Mapping[str, str], language: Language) -> str:
    return f"<tr><td>{_name(row, plants, language)}</td>{_figures(row, language)}</tr>"


def _largest(now: pd.DataFrame) -> list[dict[Hashable, Any]]:
    """Return the largest closed balance of each kind."""
    closed = now[now["state"] == "closed"]
    ordered = closed.sort_values(["balance", "amount_in"], ascending=[True, False])
    return ordered.drop_duplicates("balance").to_dict("records")


def _said(text: str) -> str:
    return f'<tr class="pk-said"><td colspan="{len(HEADS)}">{escape(text)}</td></tr>'


def _figures(row: Row, language: Language) -> str:
    """Return the two sides and their difference, which is told as a share of the first too."""
    texts = [amount_text(row[name], row["unit"], language) for name in HEADS[1:]]
    if not is_missing(row["difference_share"]):
        share = change(round(float(row["difference_share"]), ROUNDING), language)
        texts[-1] = label("figures.with_unit", language, name=texts[-1], unit=share)
    return "".join(f"<td{NUMBER}>{escape(text)}</td>" for text in texts)


def _name(row: Row, plants: Mapping[str, str], language: Language) -> str:
    name = label(f"balance.name.{row['balance']}", language)
    return f"<b>{escape(name)}</b><br>{escape(_place(row, plants, language))}"


def _place(row: Row, plants: Mapping[str, str], language: Language) -> str:
    """Return whose balance it is, of which process and item."""
    owner = plants.get(row["enterprise_id"], row["enterprise_id"])
    if row["counterpart_id"]:
        other = plants.get(row["counterpart_id"], row["counterpart_id"])
        owner = label("page.quality.pair", language, first=owner, second=other)
    parts = [owner, row["process"], _item(str(row["item"]), language)]
    return label("charts.comma", language).join(part for part in parts if part)


def _item(code: str, language: Language) -> str:
    """Return the name of an item or a species, whichever the code is."""
    if not code:
        return ""
    name = name_of(code, "item", language)
    return name if name != code else name_of(code, "species", language)


def amount_text(value: float, unit: str, language: Language) -> str:
    """Return an amount in its own unit, as people read it; a blank one is a dash."""
    if is_missing(value):
        return "—"
    if unit == "t":
        # Rounding of sums is no amount.
        return readable(round(value, 6), language)
    if unit in ("MWh", "m3"):
        return physical(value, unit, language)
    written, steps = parted(round(value, 6), language, "count")
    return f"{written} {unit_joined(steps, unit, language)}"


def _lacking(now: pd.DataFrame, plants: Mapping[str, str], language: Language) -> str:
    """Return the balances that lack something, a row for each kind and what it lacks."""
    rows = now[now["state"] == "not_computable"].assign(item="")
    comma, told = label("charts.between_notes", language), []
    for (kind, missing), found in rows.groupby(["balance", "missing"], sort=True):
        places = comma.join(_place(row, plants, language) for row in found.to_dict("records"))
        what = label("page.quality.balance_lacks", language, what=_missing(str(missing), language))
        name = label(f"balance.name.{kind}", language)
        told.append(
            f"<tr><td><b>{escape(name)}</b><br>{escape(places)}</td>"
            f'<td colspan="{len(HEADS) - 1}">{escape(what)}</td></tr>'
        )
    return "".join(told)


def _missing(codes: str, language: Language) -> str:
    """Return what a balance lacks in words; a part may be ``item/parameter``."""
    names = []
    for code in filter(None, codes.split(";")):
        item, _, what = code.rpartition("/")
        keys = [f"{part}.{what}" for part in ("page.quality.missing", "gap.missing", "missing")]
        name = next((label(key, language) for key in keys if has_label(key)), "")
        name = name or _item(what, language)
        if item:
            name = label("page.energy.of", language, name=_item(item, language), what=name)
        names.append(name)
    return label("charts.comma", language).join(dict.fromkeys(names))
