"""Chapter 04, why, as tables: species side by side, intervals, links of a chain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.diagnosis.decomposition import effect_name
from parkkit.diagnosis.identities import BOUNDARY_MOVED, CLOSED, OPENED, TOTAL
from parkkit.diagnosis.park_effects import NET_SELLERS
from parkkit.diagnosis.series_names import signed_percent
from parkkit.output.marks import series_name
from parkkit.output.quantities import Kind, number, readable, scale

# What a plant makes and how it makes it, then what it catches, then who came and went.
ORDER = ("scale", "structure", "energy_intensity", "carbon_factor", "source", "end_of_pipe",
         OPENED, CLOSED, BOUNDARY_MOVED, NET_SELLERS, TOTAL)  # fmt: skip
NONE = "—"


def _ordered(effects: set[str]) -> list[str]:
    return [effect for effect in ORDER if effect in effects]


def compared(found: Mapping[str, pd.DataFrame], language: Language) -> pd.DataFrame:
    """Return the effects on several species as shares of each one's first year, side by side.

    Parameters
    ----------
    found : mapping of str to DataFrame
        By species, what ``decompose_park`` returns.

    Returns
    -------
    DataFrame
        A row an effect, a column a species, all text; a dash where a species has no such factor.
    """
    columns = {}
    for name, effects in found.items():
        first, kind = effects.iloc[0], _kind(name)
        shares = effects.set_index("effect")["amount"] / first["before"]
        cells = {effect: signed_percent(share) for effect, share in shares.items()}
        ends = {"before": readable(first["before"], language, kind),
                "after": readable(first["after"], language, kind)}  # fmt: skip
        columns[series_name(name, language)] = ends | cells
    told = {effect for effects in found.values() for effect in effects["effect"]}
    still = {effect for effect in (OPENED, CLOSED, BOUNDARY_MOVED)
             if all(effects.set_index("effect")["amount"].get(effect, 0.0) == 0
                    for effects in found.values())}  # fmt: skip
    first = next(iter(found.values())).iloc[0]
    rows = ["before", *_ordered(told - still), "after"]
    names = {
        side: label("charts.year_total", language, year=first[column])
        for side, column in (("before", "start"), ("after", "end"))
    }
    table = pd.DataFrame(columns).reindex(rows).fillna(NONE)
    heads = [names.get(row) or effect_name(row, language) for row in rows]
    table.insert(0, label("column.effect", language), heads)
    return table.reset_index(drop=True)


def _kind(name: str) -> Kind:
    return "co2e" if name == "co2e" else "mass"


def with_intervals(
    effects: pd.DataFrame, intervals: pd.DataFrame, language: Language
) -> pd.DataFrame:
    """Return each effect on carbon in one unit, with its 95 % interval, all text."""
    bounds = intervals.set_index("effect").reindex(effects["effect"])[["low", "high"]]
    head, write = _in_one_unit(effects["before"].iloc[0], language)
    table = pd.DataFrame({
        "amount": _amounts(effects, write),
        "low": bounds["low"].map(write, na_action="ignore"),
        "high": bounds["high"].map(write, na_action="ignore"),
    })  # fmt: skip
    return _named(table, _moving(effects), head, language).rename(
        columns={name: label(f"column.effect_{name}", language) for name in table}
    )


def by_link(
    links: pd.DataFrame, whole: pd.DataFrame, span: pd.DataFrame, language: Language
) -> pd.DataFrame:
    """Return the effects of each link, of their chain as sum and product, and of the end points.

    Parameters
    ----------
    links, whole, span : DataFrame
        What ``decompose_links``, ``chained`` and ``decompose_park`` return.

    Returns
    -------
    DataFrame
        A row an effect, all text: amounts in one unit, the product as an index.
    """
    head, write = _in_one_unit(span["before"].iloc[0], language)
    columns = {
        f"{start}–{end}": _amounts(part, write)
        for (start, end), part in links.groupby(["start", "end"], sort=True)
    }
    product = 100 * whole.set_index("effect")["index"]
    columns |= {
        label("column.chain_sum", language): _amounts(whole, write),
        label("column.chain_index", language): product.map(partial(number, language=language)),
        label("column.end_points", language): _amounts(span, write),
    }
    return _named(pd.DataFrame(columns), _moving(links) | _moving(span), head, language)


def _in_one_unit(whole: float, language: Language) -> tuple[str, Callable[[float], str]]:
    """Return the head of the first column with the unit of all, and how amounts are written."""
    unit, size = scale(whole, language, "co2e")
    head = label("figures.with_unit", language, name=label("column.effect", language), unit=unit)
    return head, lambda amount: number(amount / float(size), language)


def _moving(effects: pd.DataFrame) -> set[str]:
    """Return the effects that are not 0 throughout, with the whole change."""
    return {TOTAL, *effects.loc[effects["amount"].ne(0), "effect"]}


def _amounts(effects: pd.DataFrame, write: Callable[[float], str]) -> pd.Series:
    return effects.set_index("effect")["amount"].map(write)


def _named(table: pd.DataFrame, effects: set[str], head: str, language: Language) -> pd.DataFrame:
    """Return the rows of some effects in their order, the names of these before all columns."""
    rows = _ordered(effects)
    told = table.reindex(rows).fillna(NONE)
    told.insert(0, head, [effect_name(row, language) for row in rows])
    return told.reset_index(drop=True)
