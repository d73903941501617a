"""The method statement: under which choices a figure was made, written out."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from html import escape

import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.labels import Language, has_label, label
from parkkit.core.vocabulary import names as names_of
from parkkit.inventory.compilation import Inventory, is_memo
from parkkit.inventory.factors import OWN, SITE
from parkkit.output.quantities import readable

CERTIFICATE = "certificate"
MARKS = ("seen", "seen_once", "recalled", SITE, OWN, CERTIFICATE)
ALWAYS = ("dust", "grid_sales", "gwp_methane")
MEMO_USES = ("captured", "sink")


def unused_choices(convention: Convention) -> tuple[str, ...]:
    """Return the choices that shape nothing under the others made: saying them would mislead.

    Examples
    --------
    >>> unused_choices(Convention(factor_sets=()))
    ('export_value', 'chp')
    >>> unused_choices(Convention(factor_sets=(), view="consumption", electricity="market"))
    ('grid_region',)
    """
    has_exports = convention.view == "consumption" and 1 in convention.scopes
    by_factor = has_exports and convention.export_value == "factor"
    # What is exported is valued by the factor of who buys it.
    needs_grid = 2 in convention.scopes or by_factor
    unused = {
        "electricity": not needs_grid,
        # Only average factors are published by region and province.
        "grid_region": not needs_grid or convention.electricity != "location",
        "grid_year": not needs_grid,
        "export_value": not has_exports,
        "chp": not has_exports or by_factor,
        "gwp": convention.gases == "co2",
    }
    return tuple(name for name, is_unused in unused.items() if is_unused)


def method_statement(inventory: Inventory, language: Language) -> list[tuple[str, str]]:
    """Return the choices behind an inventory as pairs of name and text.

    Boundary, part of the park, scopes, level, view, electricity method, factor sets, GWP and every
    other choice that shapes the figures; how many factors were seen in a public copy and how many
    only recalled; and what is always done.

    Examples
    --------
    The report and every page end with it; so does ``parkkit compile``.
    """
    chosen = inventory.convention
    boundary = label(f"charts.boundary_type.{inventory.boundary_type}", language)
    unused = unused_choices(chosen)
    choices = [field.name for field in fields(Convention) if field.name not in unused]
    if not chosen.species_rules:  # the rule of all species has told everything
        choices.remove("species_rules")
    lines = [(label("statement.boundary", language), boundary)]
    if inventory.part:
        lines.append((label("statement.part", language), " ".join(inventory.part.split())))
    lines += [
        (label(f"convention.{name}", language), value_text(name, chosen, language))
        for name in choices
    ]
    if "electricity" in choices:
        text = label(f"statement.power.{chosen.electricity}", language)
        lines.append((label("statement.power", language), text))
    if "electricity" in choices and chosen.electricity != "location":
        lines.append((label("statement.claims", language), _claims(inventory, language)))
    lines.append((label("statement.memos", language), _memos(inventory, language)))
    lines.append((label("statement.factors", language), _factors(inventory, language)))
    return lines + [
        (label(f"statement.{name}", language), label(f"statement.{name}_text", language))
        for name in ALWAYS
    ]


def value_text(name: str, convention: Convention, language: Language) -> str:
    """Return the value of a choice as people say it.

    Examples
    --------
    >>> value_text("level", Convention(factor_sets=()), "en") != "park"
    True
    """
    value = getattr(convention, name)
    if not isinstance(value, tuple):
        return _one(name, value, language)
    comma = label("error.separator", language)
    if name == "species_rules" and value:
        known = names_of("species", language)
        return comma.join(
            label("statement.species_rule", language, species=known[species],
                  rule=_one("release_rule", rule, language))
            for species, rule in value
        )  # fmt: skip
    key = "factor_set" if name == "factor_sets" else name
    return comma.join(_one(key, part, language) for part in value) or label(
        "statement.none", language
    )


def _one(name: str, value: object, language: Language) -> str:
    for key in (f"convention.{name}.{value}", f"{name}.{value}"):
        if has_label(key):
            return label(key, language)
    return str(value)


def _factors(inventory: Inventory, language: Language) -> str:
    used = inventory.factors_used
    certificates = _certificates(inventory)["factor_id"].nunique()
    if not len(used) and not certificates:
        return label("statement.no_factors", language)
    first = used[used["rank"] == 0].drop_duplicates("factor_id") if len(used) else used
    counts = Counter(first["checked"] if len(first) else ())
    counts[CERTIFICATE] = certificates
    parts = [
        label(f"statement.checked.{mark}", language, count=counts[mark])
        for mark in MARKS if counts[mark]
    ]  # fmt: skip
    return label("error.separator", language).join(parts)


def _certificates(inventory: Inventory) -> pd.DataFrame:
    """Return the rows in which a certificate or contract changed what bought power counts."""
    return inventory.emissions[inventory.emissions["factor_set"] == CERTIFICATE]


def _claims(inventory: Inventory, language: Language) -> str:
    """Return, year by year, how many certificates counted, and what they changed."""
    rows = _certificates(inventory)
    if not len(rows):
        return label("statement.claims_none", language)
    parts = [
        label("statement.claims_year", language, year=year, count=found["factor_id"].nunique(),
              change=readable(float(found["emissions_t"].sum()), language, "co2e"))
        for year, found in rows.groupby("year", sort=True)
    ]  # fmt: skip
    return label("statement.between", language).join(parts)


def _memos(inventory: Inventory, language: Language) -> str:
    """Return which memos stand beside the totals."""
    rows = inventory.emissions[is_memo(inventory.emissions)]
    kinds = rows["use"].where(rows["use"].isin(MEMO_USES), "biogenic")
    names = [label(f"statement.memo.{kind}", language)
             for kind in ("biogenic", *MEMO_USES) if (kinds == kind).any()]  # fmt: skip
    if not names:
        return label("statement.memos_none", language)
    comma = label("error.separator", language)
    return label("statement.memos_text", language, names=comma.join(names))


def statement_html(inventory: Inventory, language: Language) -> str:
    """Return the method statement as HTML (class ``pk-statement``)."""
    rows = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>"
        for name, text in method_statement(inventory, language)
    )
    return f'<dl class="pk-statement">{rows}</dl>'
