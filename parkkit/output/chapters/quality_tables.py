"""Chapter 05, tables of figures: the uncertainty of totals, how it was drawn, ranks of the data."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from html import escape
from typing import Any

import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.core.uncertainty_rule import RANKS, UncertaintyRule, percent_by_rank
from parkkit.inventory.budget import BANDS, why_mean_and_median_differ
from parkkit.inventory.compilation import CO2E, Inventory, is_memo
from parkkit.output.chapters.energy_tables import sheet_html
from parkkit.output.chapters.quality import (
    ACTIVITY,
    FACTOR,
    RANKED,
    mean_rank,
    rank_text,
    ranks,
    species_name,
)
from parkkit.output.figures import name_of
from parkkit.output.page_choice import PageChoice
from parkkit.output.quantities import is_missing, number, percent, readable
from parkkit.park.package import Park

FIGURES = ("amount_t", "mean_t", "median_t", "low_t", "high_t")
SHARES = ("closed_share", "half_share", "known_share")

Row = Mapping[Hashable, Any]


def uncertainty_html(known: pd.DataFrame, park: Park, choice: PageChoice) -> str:
    """Return the uncertainty of each species as HTML, why mean and median differ, how drawn.

    Parameters
    ----------
    known : DataFrame
        What ``chapters.quality.uncertainty`` returned.
    """
    language = choice.language
    if not len(known):
        return _told([label("page.quality.no_totals", language, year=choice.year)])
    # Where nothing is known of any species, there is one column to say so, not seven.
    is_known = bool(known["mean_t"].notna().any())
    figures, shares = (FIGURES, SHARES) if is_known else (FIGURES[:1], SHARES[-1:])
    heads = [label(f"page.quality.column.{name}", language)
             for name in ("species", *figures, *shares)]  # fmt: skip
    body = [
        [row["name"], *(readable(row[name], language) for name in figures),
         *(percent(row[name], language) for name in shares)]
        for row in known.to_dict("records")
    ]  # fmt: skip
    below = [*_notes(known, language), *_missing(known, park, language)]
    told = _why(known, language)
    if is_known:
        drawn = _draws(park.about.uncertainty, language)
        told.append(label("page.quality.drawn", language, **drawn))
    return sheet_html(heads, body, below) + _told(told) + rule_html(park, language)


def _told(texts: list[str]) -> str:
    return "".join(f"<p>{escape(text)}</p>" for text in texts)


def _why(known: pd.DataFrame, language: Language) -> list[str]:
    """Return why mean and median differ: of the first species, then of those that differ more."""
    named = known.assign(species=known["name"])
    first = why_mean_and_median_differ(named.iloc[:1], language).tolist()
    rest = named[(named["skew"] != named["skew"].iloc[0]) & (named["skew"] != "")]
    comma = label("charts.comma", language)
    others = [
        label("page.quality.of", language, names=comma.join(rows["name"]),
              text=label(f"uncertainty.why.{skew}", language))
        for skew, rows in rest.groupby("skew", sort=True) if skew != "alike"
    ]  # fmt: skip
    return [*first, *others]


def _notes(known: pd.DataFrame, language: Language) -> list[str]:
    """Return what a reader must know of the inputs, with the species that it is about."""
    told: dict[str, list[str]] = {}
    for row in known.to_dict("records"):
        for code in filter(None, str(row["notes"]).split(";")):
            told.setdefault(code, []).append(row["name"])
    comma = label("charts.comma", language)
    return [
        label("page.quality.of", language, names=comma.join(names),
              text=label(f"uncertainty.note.{code}", language))
        for code, names in told.items()
    ]  # fmt: skip


def _missing(known: pd.DataFrame, park: Park, language: Language) -> list[str]:
    """Return whose uncertainty nobody told, and what would do; nothing where all is known."""
    codes = dict.fromkeys(
        code for text in known["missing"] for code in str(text).split(";") if code
    )
    if not codes:
        return []
    titles = dict(zip(park.sources["origin"], park.sources["title"], strict=True))
    names = []
    for code in codes:
        kind, _, given = code.partition(":")
        name = titles.get(given) or name_of(given, "factor_set", language)
        names.append(label(f"uncertainty.missing.{kind}", language, name=name))
    comma = label("charts.between_notes", language)
    return [label("page.quality.uncertainty_lacks", language, names=comma.join(names))]


def _draws(rule: UncertaintyRule, language: Language) -> dict[str, object]:
    kinds = ("activity_distribution", "factor_distribution")
    return {
        "draws": f"{rule.draws:,}",
        "seed": rule.seed,
        **{kind: label(f"uncertainty.distribution.{getattr(rule, kind)}", language)
           for kind in kinds},
    }  # fmt: skip


def rule_html(park: Park, language: Language) -> str:
    """Return what a data rank stands for by the park's rule as HTML; nothing where by no rank."""
    rule = park.about.uncertainty
    tables = {"activity": rule.activity_by_rank, "factor": rule.factor_by_rank}
    if not any(tables.values()):
        return _told([label("page.quality.no_rule", language)])
    heads = [label("page.quality.rule_head", language),
             *(label(f"uncertainty.band.{rank}", language) for rank in RANKS)]  # fmt: skip
    whole = pd.Series(RANKS, dtype="float64")
    body = [
        [label(f"page.quality.kind.{kind}", language),
         *("—" if is_missing(half) else f"±{number(half, language)}%"
           for half in percent_by_rank(whole, table))]
        for kind, table in tables.items()
    ]  # fmt: skip
    return sheet_html(heads, body, [label("page.quality.rule_note", language)])


def ranks_html(inventory: Inventory, choice: PageChoice) -> str:
    """Return mean ranks of activity and factors, and how far the factors were checked, as HTML."""
    language, table = choice.language, ranks(inventory, choice)
    if not len(table):
        return ""
    checked = checked_shares(inventory, choice.year)
    bands = [
        band
        for band in BANDS
        if table.loc[(table["kind"] == FACTOR) & (table["band"] == band), "share"].gt(0).any()
    ]
    heads = [label(f"page.quality.column.{name}", language)
             for name in ("species", "activity_rank", "factor_rank")]  # fmt: skip
    names = [label(f"uncertainty.band.{band}", language) for band in bands]
    heads += [label("page.quality.column.factor_band", language, band=name) for name in names]
    heads.append(label("page.quality.column.checked", language))
    body = []
    for species in (name for name in RANKED if name in set(table["species"])):
        rows = table[(table["species"] == species) & (table["kind"] == FACTOR)]
        shares = rows.set_index("band")["share"]
        body.append([
            species_name(species, language),
            *(rank_text(mean_rank(table, species, kind), language) for kind in (ACTIVITY, FACTOR)),
            *(_share(shares.get(band), language) for band in bands),
            _share(checked.get(species), language),
        ])  # fmt: skip
    return sheet_html(heads, body, [label("page.quality.ranks_note", language)])


def _share(value: Any, language: Language) -> str:
    return "—" if is_missing(value) else percent(value, language)


def checked_shares(inventory: Inventory, year: int) -> dict[str, float]:
    """Return, of each species' tonnes that rest on factors, the share whose factor was checked.

    Checked: seen in a public copy of its primary text, or the plant's own.
    """
    rows = inventory.emissions
    rows = rows[(rows["year"] == year) & ~is_memo(rows) & (rows["factor_id"] != "")]
    gases = rows[rows["co2e_t"].notna()]
    both = pd.concat([
        rows.assign(size_t=rows["emissions_t"].abs()),
        gases.assign(species=CO2E, size_t=gases["co2e_t"].abs()),
    ]).dropna(subset="size_t")  # fmt: skip
    both = both.assign(seen_t=both["size_t"].where(both["is_factor_checked"].eq(True), 0.0))
    sums = both.groupby("species")[["size_t", "seen_t"]].sum()
    shares = sums["seen_t"] / sums["size_t"].where(sums["size_t"] > 0)
    return {str(name): float(share) for name, share in shares.items()}
