"""Chapter 05, checks: jumps from one year to the next, and what each list adds up to."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.jumps import FACTOR, jumps
from parkkit.inventory.list_totals import statistics_totals
from parkkit.output.chapters.quality_balances import amount_text, words_last_html
from parkkit.output.figures import name_of, number
from parkkit.output.page_choice import PageChoice
from parkkit.output.quantities import change, is_missing, readable
from parkkit.park.package import Park, plant_names

VERDICTS = ("differ", "agree", "not_comparable")
MOST = 40  # pairs of a species and a list

Row = Mapping[Hashable, Any]


def jump_table(inventory: Inventory, park: Park) -> pd.DataFrame:
    """Return ``jumps``, emissions that only follow their activity with its process in one row.

    Returns
    -------
    DataFrame
        Its columns, and ``least`` and ``most`` of the ratios; ``species`` holds several with
        semicolons where ``cure`` is ``activity``.
        What looks like a unit comes first, then what has no reason, the latest year first.
    """
    table = jumps(inventory, park=park)
    follows = table["cure"] == "activity"
    key = ["enterprise_id", "process", "year", "kind"]
    groups = table[follows].sort_values("species").groupby(key)
    sums = groups.agg(species=("species", ";".join), least=("ratio", "min"), most=("ratio", "max"))
    firsts = table[follows].drop_duplicates(key).drop(columns="species")
    firsts = firsts.merge(sums.reset_index(), on=key)
    rest = table[~follows].assign(least=table["ratio"], most=table["ratio"])
    both = pd.concat([rest, firsts], ignore_index=True)
    place = both["cure"].map({"unit": 0, "check": 1, "source": 2}).fillna(3)
    return both.assign(place=place).sort_values(
        ["place", "year", "enterprise_id", "process", "what"],
        ascending=[True, False, True, True, True], ignore_index=True,
    ).drop(columns="place")  # fmt: skip


def jumps_html(table: pd.DataFrame, park: Park, choice: PageChoice) -> str:
    """Return the jumps of the page's year, and of all years what looks like a unit, as HTML.

    Parameters
    ----------
    table : DataFrame
        What ``jump_table`` returned.
    """
    language = choice.language
    if not len(table):
        return f"<p>{escape(label('page.quality.no_jumps', language))}</p>"
    shown = table[(table["year"] == choice.year) | table["looks_like_unit"]]
    counts = {"units": int(table["looks_like_unit"].sum()), "total": len(table)}
    told = label("page.quality.jumps_text", language, year=choice.year, shown=len(shown),
                 factor=number(FACTOR, language), **counts)  # fmt: skip
    above = f"<p>{escape(told)}</p>"
    if not len(shown):
        return above
    plants = plant_names(park, language)
    heads = [label(f"page.quality.jump_column.{name}", language)
             for name in ("source", "previous", "current", "ratio", "why")]  # fmt: skip
    body = [_jump(row, plants, language) for row in shown.to_dict("records")]
    return above + words_last_html(heads, body)


def _jump(row: Row, plants: Mapping[str, str], language: Language) -> list[str]:
    owner = plants.get(row["enterprise_id"], row["enterprise_id"])
    many = ";" in row["species"]
    comma = label("charts.comma", language)
    species = comma.join(name_of(one, "species", language)
                         for one in row["species"].split(";") if one)  # fmt: skip
    what = species or name_of(row["item"], "item", language)
    place = label("page.quality.jump_place", language, plant=owner, process=row["process"]
                  or label("page.lists.whole_plant", language), year=int(row["year"]), what=what,
                  kind=label(f"jump.what.{row['what']}", language))  # fmt: skip
    amounts = ["—" if many else amount_text(row[name], row["unit"], language)
               for name in ("previous", "current")]  # fmt: skip
    return [place, *amounts, _ratio(row, language), _jump_why(row, language)]


def _ratio(row: Row, language: Language) -> str:
    """Return the ratio of the two years, of several species the range of them."""
    if is_missing(row["least"]) or is_missing(row["most"]):
        return "—"
    ends = [number(float(f"{row[name]:.3g}"), language) for name in ("least", "most")]
    return "–".join(dict.fromkeys(ends))


def _jump_why(row: Row, language: Language) -> str:
    """Return what kind of jump it is, what else changed that year, and what would do."""
    parts = [label(f"jump.kind.{row['kind']}", language)]
    if row["looks_like_unit"]:
        parts.append(label("page.quality.unit_like", language, ratio=row["unit_ratio"]))
    parts += [label(f"jump.reason.{code}", language)
              for code in str(row["reasons"]).split(";") if code]  # fmt: skip
    told = label("charts.between_notes", language).join(parts)
    return label("page.quality.jump_said", language, told=told,
                 cure=label(f"jump.cure.{row['cure']}", language))  # fmt: skip


def list_totals(inventory: Inventory, choice: PageChoice) -> pd.DataFrame:
    """Return ``statistics_totals`` of the page's year."""
    table = statistics_totals(inventory)
    return table[table["year"] == choice.year].reset_index(drop=True)


def list_totals_html(table: pd.DataFrame, choice: PageChoice) -> str:
    """Return what each list adds up to beside the park's total, species by species, as HTML.

    Parameters
    ----------
    table : DataFrame
        What ``list_totals`` returned.
    """
    language = choice.language
    if not len(table):
        return f"<p>{escape(label('page.quality.no_lists', language, year=choice.year))}</p>"
    counts = table["verdict"].value_counts()
    told = label("page.quality.lists_text", language, total=len(table),
                 **{name: int(counts.get(name, 0)) for name in VERDICTS})  # fmt: skip
    place = table["verdict"].map({name: rank for rank, name in enumerate(VERDICTS)})
    known = table.assign(place=place)[table["verdict"] != VERDICTS[-1]]
    shown = known.sort_values("place", kind="stable").head(MOST)
    if not len(shown):
        return f"<p>{escape(told)}</p>"
    names = ("list_t", "covered_t", "difference_share", "uncovered_t", "outside_t")
    heads = [label(f"page.quality.list_column.{name}", language)
             for name in ("list", *names, "verdict")]  # fmt: skip
    body = [_list_row(row, names, language) for row in shown.to_dict("records")]
    notes = [label("page.quality.lists_note", language)]
    if len(known) > len(shown):
        notes.insert(0, label("page.quality.lists_more", language, count=len(known) - len(shown)))
    if shown["is_partial"].any():
        notes.append(label("charts.note_partial", language))
    return f"<p>{escape(told)}</p>" + words_last_html(heads, body, notes)


def _list_row(row: Row, names: Sequence[str], language: Language) -> list[str]:
    species = name_of(row["species"], "species", language)
    first = label("page.quality.of_list", language, species=species,
                  list=name_of(row["list"], "list", language))  # fmt: skip
    cells = []
    for name in names:
        value = row[name]
        if is_missing(value):
            cells.append("—")
        elif name == "difference_share":
            cells.append(change(value, language))
        else:
            text = readable(round(value, 6), language)
            marked = row["is_partial"] and name in ("list_t", "covered_t")
            cells.append(label("charts.partial", language, value=text) if marked else text)
    return [first, *cells, label(f"list_totals.verdict.{row['verdict']}", language)]
