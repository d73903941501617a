"""Chapter 05, gaps: everything that is missing, with where it is and what would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape

from parkkit.core.errors import Problem
from parkkit.core.labels import Language, has_label, label
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.gaps import gap_problems, gaps
from parkkit.output.chapters.ledger import grouped_html
from parkkit.output.chapters.quality_matrix import lacking_text
from parkkit.output.figures import name_of
from parkkit.output.page_choice import PageChoice
from parkkit.output.theme import numbered
from parkkit.park.package import Park, plant_names

GAPS = """<style>
.pk-gaps.pk-gaps.pk-gaps td{vertical-align:top;white-space:normal}
.pk-gaps.pk-gaps.pk-gaps :is(th,td):first-child{overflow-wrap:anywhere}
.pk-gaps :is(tr.pk-stage,tr.pk-why){break-after:avoid}
@media (min-width:601px){.pk-gaps.pk-gaps.pk-gaps :is(th,td):first-child{width:46%}}
.pk-gaps.pk-gaps.pk-gaps :is(th,td):nth-child(3){white-space:nowrap}
.pk-gaps.pk-gaps.pk-gaps tr.pk-gap td:last-child{color:#4a5a65;overflow-wrap:anywhere}
@media (max-width:600px){.pk-gaps :is(table,thead,tbody){display:block}
.pk-gaps.pk-gaps.pk-gaps tr{display:grid;padding:0;
grid-template-columns:auto 1fr}
.pk-gaps.pk-gaps.pk-gaps thead tr{display:none}
.pk-gaps.pk-gaps.pk-gaps tr>:first-child,.pk-gaps.pk-gaps.pk-gaps tr>:nth-child(2){
grid-column:1/-1}
.pk-gaps.pk-gaps.pk-gaps tr.pk-gap{border-bottom:1px solid #d5dce0}
.pk-gaps.pk-gaps.pk-gaps tr.pk-gap>:nth-child(2){font-weight:600}
.pk-gaps.pk-gaps.pk-gaps tr.pk-gap td{border-bottom:0;padding:1px 4px}}
</style>"""
# First what makes a total too small, then what nobody can check, then what is not known of plants.
KINDS = (
    "gap_not_computable", "gap_held", "gap_no_number", "gap_months", "gap_not_estimated",
    "gap_hole", "gap_no_activity", "gap_unknown_species", "gap_included_elsewhere",
    "gap_confidential",
    "gap_waste_generated", "gap_no_activity_of_it", "gap_list_only", "gap_economy",
    "gap_no_economy", "gap_price_index", "gap_coordinates", "gap_credit_code",
    "gap_industry_code",
)  # fmt: skip
HEADS = ("where", "what", "years", "file")
FIELDS = ("gap_coordinates", "gap_credit_code", "gap_industry_code")
OF_ECONOMY = ("gap_economy", "gap_no_economy", "gap_price_index")


def problems(inventory: Inventory, park: Park) -> list[Problem]:
    """Return every gap of the park, those of plants outside the boundary last and marked so."""
    table = gaps(inventory, park)
    inside, outside = (gap_problems(table[is_in]) for is_in in
                       (table["is_member"], ~table["is_member"]))  # fmt: skip
    marked = [replace(one, values={**one.values, "is_outside": True}) for one in outside]
    return [*inside, *marked]


def gaps_html(lacking: Sequence[Problem], park: Park, choice: PageChoice) -> str:
    """Return every gap as HTML: by kind, with where it is, what is missing, and what would do.

    Parameters
    ----------
    lacking : sequence of Problem
        What ``problems`` returned.
    """
    language = choice.language
    if not lacking:
        return f"<p>{escape(label('page.quality.no_gaps', language))}</p>"
    plants = plant_names(park, language)
    groups = []
    for kind in KINDS:
        found = [one for one in lacking if one.code == kind]
        if found:
            head = label("page.quality.gap_head", language, count=len(found),
                         name=label(f"page.quality.gap.{kind}", language))  # fmt: skip
            rows = "".join(_gap(one, plants, language) for one in _merged(found))
            groups.append((head, _cure(kind, language) + rows))
    heads = [(label(f"page.quality.gap_column.{name}", language), "") for name in HEADS]
    told = numbered("page.quality.gaps_counted", len(lacking), language)
    return f'<p>{escape(told)}</p>{GAPS}<div class="pk-gaps">{grouped_html(heads, groups)}</div>'


def _merged(found: Sequence[Problem]) -> list[Problem]:
    """Return gaps of one kind, those of several species that are alike in all else as one."""
    alike: dict[tuple[str, ...], list[Problem]] = {}
    for one in found:
        values = {name: value for name, value in one.values.items() if name != "species"}
        same = tuple(str(values[name]) for name in sorted(values) if name != "what")
        alike.setdefault((one.file, one.column, *same), []).append(one)
    merged = []
    for group in alike.values():
        names = ";".join(str(one.values["species"]) for one in group if one.values["species"])
        rows = [one.row for one in group if one.row is not None]
        merged.append(replace(
            group[0], row=min(rows, default=None),
            values={**group[0].values, "species": names, "count": len(group)},
        ))  # fmt: skip
    return merged


def _cure(kind: str, language: Language) -> str:
    text = escape(label(f"page.quality.cure.{kind}", language))
    return f'<tr class="pk-why"><td colspan="{len(HEADS)}">{text}</td></tr>'


def _gap(problem: Problem, plants: Mapping[str, str], language: Language) -> str:
    cells = [
        _places(problem, plants, language),
        _what(problem, language),
        label("charts.comma", language).join(_list(problem, "years"))
        or label("page.quality.every_year", language),
        _cell_of_file(problem, language),
    ]
    return f'<tr class="pk-gap">{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>'


def _list(problem: Problem, name: str) -> list[str]:
    given = problem.values.get(name)
    return [str(each) for each in given] if isinstance(given, list) else []


def _places(problem: Problem, plants: Mapping[str, str], language: Language) -> str:
    """Return the plants (and processes) that a gap is about, by name."""
    told = []
    for where in _list(problem, "where"):
        plant, _, process = where.partition("/")
        name = plants.get(plant, plant)
        key = "page.quality.place" if process else "page.quality.plant"
        told.append(label(key, language, plant=name, process=process))
    text = label("charts.comma", language).join(filter(None, told))
    text = text or label("page.quality.whole_park", language)
    if problem.values.get("is_outside"):
        return label("page.quality.outside", language, name=text)
    return text


def _what(problem: Problem, language: Language) -> str:
    """Return what is missing: a field, or a species or item, with the parameter or the months."""
    values = {name: str(problem.values[name]) for name in ("species", "item", "list", "missing")}
    key = f"page.quality.what.{problem.column if problem.code in FIELDS else values['missing']}"
    if problem.code in FIELDS or problem.code in OF_ECONOMY:
        return label(key, language) if has_label(key) else values["missing"]
    comma = label("charts.comma", language)
    names = [comma.join(name_of(one, "species", language)
                        for one in values["species"].split(";") if one)]  # fmt: skip
    names += [name_of(values[name], name, language) if values[name] else ""
              for name in ("item", "list")]  # fmt: skip
    first, *others = [name for name in names if name] or [label("page.quality.what.activity",
                                                               language)]  # fmt: skip
    if others:
        first = label("figures.with_unit", language, name=first, unit=comma.join(others))
    if problem.code == "gap_months":
        months = label(
            "page.quality.months", language, months=values["missing"].replace(";", comma)
        )
        return label("page.quality.of", language, names=first, text=months)
    if problem.code in ("gap_not_computable", "gap_held"):
        lacks = lacking_text(values["missing"], language)
        return label("page.quality.of", language, names=first, text=lacks)
    return first


def _cell_of_file(problem: Problem, language: Language) -> str:
    parts = [problem.file]
    if problem.row is not None:
        several = len(_list(problem, "where")) > 1 or problem.values.get("count") != 1
        key = "page.quality.from_row" if several else "error.at_row"
        parts.append(label(key, language, row=problem.row))
    return label("error.separator", language).join(part for part in parts if part)
