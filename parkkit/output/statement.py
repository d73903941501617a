"""The method statement: under which choices a figure was made, written out."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from html import escape

from parkkit.core.convention import Convention
from parkkit.core.labels import Language, has_label, label
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.factors import SITE

# Choices that shape nothing under the other choices made: saying them would mislead.
UNUSED_UNDER = {"production": ("export_value", "chp"), "consumption": ()}
MARKS = ("seen", "seen_once", "recalled", SITE)


def method_statement(inventory: Inventory, language: Language) -> list[tuple[str, str]]:
    """Return the choices behind an inventory as pairs of name and text.

    Boundary, scopes, level, view, electricity method, factor sets, GWP and every other choice
    that shapes the figures; how many factors were seen in a public copy and how many only
    recalled; and what is always done.

    Examples
    --------
    The report and every page end with it; so does ``parkkit compile``.
    """
    chosen = inventory.convention
    boundary = label(f"charts.boundary_type.{inventory.boundary_type}", language)
    lines = [(label("statement.boundary", language), boundary)]
    lines += [
        (label(f"convention.{field.name}", language), value_text(field.name, chosen, language))
        for field in fields(Convention)
        if field.name not in UNUSED_UNDER[chosen.view]
    ]
    lines.append((label("statement.factors", language), _factors(inventory, language)))
    always = ("dust", "grid_sales", "gwp_methane")
    return lines + [
        (label(f"statement.{name}", language), label(f"statement.{name}_text", language))
        for name in always
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
    if not len(used):
        return label("statement.no_factors", language)
    first = used[(used["rank"] == 0)].drop_duplicates("factor_id")
    counts = Counter(first["checked"])
    parts = [
        label(f"statement.checked.{mark}", language, count=counts[mark])
        for mark in MARKS if counts[mark]
    ]  # fmt: skip
    return label("error.separator", language).join(parts)


def statement_html(inventory: Inventory, language: Language) -> str:
    """Return the method statement as HTML (class ``pk-statement``)."""
    rows = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>"
        for name, text in method_statement(inventory, language)
    )
    return f'<dl class="pk-statement">{rows}</dl>'
