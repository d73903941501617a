"""Chapter 04, since when: paths, small multiples and peaks of a park, and the explorer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd
from IPython.display import display

from parkkit.core.labels import Language, label
from parkkit.diagnosis.decoupling import DecouplingRule, diagnose
from parkkit.diagnosis.peak_sentences import peaking_sentence
from parkkit.diagnosis.peaking import peaking
from parkkit.diagnosis.trends import Span, spans
from parkkit.inventory.compilation import CO2E
from parkkit.inventory.economy import PARK
from parkkit.output.chapters.decoupling import (
    EQUIVALENTS,
    POLLUTANTS,
    Errors,
    explored_verdict,
    industry_name,
)
from parkkit.output.decomposition_charts import industry_multiples, tapio_paths
from parkkit.output.page_choice import PageChoice
from parkkit.output.pages import draw, say, say_text
from parkkit.park.package import Park

SHOWN = 4  # industries beside the whole park: more lines cannot be told apart in print
COLUMNS = ["group", "end", "economy_change", "pressure_change"]


def show_paths(pressure: pd.DataFrame, value: pd.DataFrame, park: Park, choice: PageChoice) -> None:
    """Show the way of the park and its largest emitters since the first year."""
    language = choice.language
    say("page.decoupling.paths", language)
    table = paths(pressure, value, language)
    title = label("page.decoupling.paths_none", language)
    if len(table):
        title = label("page.decoupling.paths_title", language, year=table["end"].min())
    draw(tapio_paths, table, choice=choice, park=park, title=title,
         missing="page.missing.economy")  # fmt: skip


def show_multiples(
    pressure: pd.DataFrame, value: pd.DataFrame, park: Park, choice: PageChoice
) -> None:
    """Show economy, carbon and pollution of the park and its largest emitters as indices."""
    say("page.decoupling.multiples", choice.language)
    title = label("page.decoupling.multiples_title", choice.language)
    table = multiples(pressure, value, choice.language)
    draw(industry_multiples, table, choice=choice, park=park, title=title,
         missing="page.missing.economy")  # fmt: skip


def show_peaks(pressure: pd.DataFrame, choice: PageChoice) -> None:
    """Show in sentences whether carbon and each pollutant of the park have peaked."""
    say("page.decoupling.peak", choice.language)
    told = "".join(f"- {text}\n" for text in peaks(pressure, choice.language))
    say_text(told or label("page.missing.data", choice.language))


def peaks(pressure: pd.DataFrame, language: Language) -> list[str]:
    """Return a sentence for carbon and for each pollutant of the park."""
    rows = pressure[(pressure["group"] == PARK) & (pressure["species"] != EQUIVALENTS)]
    order = {name: place for place, name in enumerate((CO2E, *POLLUTANTS))}
    table = peaking(rows) if len(rows) else pd.DataFrame(columns=["species"])
    ranked = table.sort_values("species", key=lambda names: names.map(order))
    return [peaking_sentence(row, language) for _, row in ranked.iterrows()]


def show_limits(choice: PageChoice, errors: Errors | None = None) -> None:
    """Say what the pictures do not show, and how the probabilities were drawn."""
    say("page.decoupling.limits", choice.language)
    text = label("page.decoupling.limits_text", choice.language)
    if errors is not None:
        drawn = label("page.decoupling.limits_drawn", choice.language, draws=errors.rule.draws,
                      seed=errors.rule.seed)  # fmt: skip
        text = f"{text}\n{drawn}"
    say_text(text)


def show_explorer(
    explorer: Callable[..., object],
    pressure: pd.DataFrame,
    value: pd.DataFrame,
    choice: PageChoice,
    errors: Errors | None = None,
    states: pd.DataFrame | None = None,
) -> None:
    """Show the explorer of the diagnosis.

    Parameters
    ----------
    explorer : callable
        ``parkkit_widgets.DecouplingExplorer``: the front end imports this package, never the
        other way round.
    """
    if len(set(pressure["year"]) & set(value["year"])) < 2:
        return
    say("page.decoupling.try", choice.language)
    display(explorer(pressure, value, errors=errors, states=states, language=choice.language))


def explored(
    pressure: pd.DataFrame,
    value: pd.DataFrame,
    group: str,
    years: Span,
    rule: DecouplingRule,
    *,
    errors: Errors | None = None,
    states: pd.DataFrame | None = None,
) -> tuple[pd.Series, pd.DataFrame]:
    """Return the verdict of one group over a span, and its series as indices for a chart.

    Returns
    -------
    verdict : Series
        A row of what :func:`parkkit.diagnosis.decoupling.diagnose` returns; with errors, how
        sure it is.
    lines : DataFrame
        ``year``, ``series``, ``index``: the first year of the span is 100; missing where that
        year has no amount above zero.
    """
    rows, money = pressure[pressure["group"] == group], value[value["group"] == group]
    found = explored_verdict(rows, money, years, rule, errors, states)
    names = {rule.carbon: "carbon", found["pollutant"]: found["pollutant"]}
    told = rows[rows["species"].isin(names)]
    both = pd.concat([money.assign(series="economy"),
                      told.assign(series=told["species"].map(names))])  # fmt: skip
    both = both[both["year"].between(*years)]
    cells = _summed(both, ["year", "series"])
    base = cells[cells["year"] == years[0]].set_index("series")["amount"]
    index = 100 * cells["amount"] / cells["series"].map(base.where(base > 0))
    return found, cells.assign(index=index)[["year", "series", "index"]]


def moving(
    pressure: pd.DataFrame,
    value: pd.DataFrame,
    group: str,
    years: Span,
    rule: DecouplingRule,
    *,
    length: int,
    states: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the states of one group over every span of some years within a longer one.

    Returns
    -------
    DataFrame
        ``start``, ``end``, ``state`` and the changes, a row a span.
    """
    rows, money = pressure[pressure["group"] == group], value[value["group"] == group]
    over = spans(range(years[0], years[1] + 1), length)
    table = diagnose(rows, money, over, rule=rule, states=states)
    return table[["start", "end", "state", "economy_change", "pollution_change", "carbon_change"]]


def largest(pressure: pd.DataFrame, value: pd.DataFrame) -> list[str]:
    """Return the park, then the industries that emit most carbon and of which value is told.

    Examples
    --------
    >>> pressure = pd.DataFrame({"group": ["park", "26", "44"], "year": 2020, "species": "co2e",
    ...     "amount": [9.0, 2.0, 7.0]})
    >>> largest(pressure, pressure.assign(amount=1.0))
    ['park', '44', '26']
    """
    rows = pressure[(pressure["species"] == CO2E) & pressure["group"].isin(set(value["group"]))]
    means = rows[rows["group"] != PARK].groupby("group")["amount"].mean().dropna()
    return [PARK, *means.sort_values(ascending=False, kind="stable").index[:SHOWN]]


def _summed(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return sums of the amounts; a blank makes its sum blank."""
    sums: pd.Series = rows.groupby(by)["amount"].agg(lambda amounts: amounts.sum(skipna=False))
    return pd.DataFrame({"amount": sums}).reset_index()


def _cells(pressure: pd.DataFrame, value: pd.DataFrame) -> pd.DataFrame:
    """Return economy, carbon and equivalents of the largest groups as shares of the first year."""
    names = {CO2E: "carbon", EQUIVALENTS: EQUIVALENTS}
    rows = pressure[pressure["species"].isin(names)]
    both = pd.concat([value.assign(series="economy"),
                      rows.assign(series=rows["species"].map(names))])  # fmt: skip
    both = both[both["group"].isin(largest(pressure, value))]
    cells = _summed(both, ["group", "year", "series"])
    # Groups compare from one year on; one that has nothing in it has no share.
    first = cells["year"].min() if cells["year"].nunique() > 1 else None
    base = cells[cells["year"] == first].set_index(["group", "series"])["amount"]
    joined = cells.join(base.where(base > 0).rename("base"), on=["group", "series"])
    return joined.assign(share=joined["amount"] / joined["base"])


def paths(pressure: pd.DataFrame, value: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return how far carbon and the economy of the largest groups had come in each year.

    Returns
    -------
    DataFrame
        ``group`` (a name; the whole park first), ``end``, ``economy_change`` and
        ``pressure_change`` (shares of the first year).
    """
    cells = _cells(pressure, value)
    if not len(cells):
        return pd.DataFrame(columns=COLUMNS)
    wide = cells.pivot(index=["group", "year"], columns="series", values="share")
    wide = wide.reindex(columns=["economy", "carbon"]) - 1
    rank = {group: place for place, group in enumerate(largest(pressure, value))}
    table = wide.reset_index().rename(columns=dict(zip(
        ["year", "economy", "carbon"], COLUMNS[1:], strict=True)))  # fmt: skip
    table = table.assign(rank=table["group"].map(rank))
    ranked = table.sort_values(["rank", "end"], ignore_index=True)
    named = ranked["group"].map(partial(industry_name, language=language))
    return ranked.assign(group=named)[COLUMNS]


def multiples(pressure: pd.DataFrame, value: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return the indices of the largest groups: ``group``, ``year``, ``series``, ``index``."""
    cells = _cells(pressure, value)
    rank = {group: place for place, group in enumerate(largest(pressure, value))}
    ranked = cells.sort_values("group", key=lambda names: names.map(rank), kind="stable")
    named = ranked["group"].map(partial(industry_name, language=language)).astype("str")
    return ranked.assign(group=named, index=100 * ranked["share"])[
        ["group", "year", "series", "index"]
    ].reset_index(drop=True)
