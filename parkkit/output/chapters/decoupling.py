"""Chapter 04: whether growth has come loose from carbon and from pollution."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import NamedTuple

import pandas as pd

from parkkit.core.labels import Language
from parkkit.core.uncertainty_rule import UncertaintyRule
from parkkit.diagnosis.certainty import with_certainty
from parkkit.diagnosis.decoupling import DecouplingRule, diagnose
from parkkit.diagnosis.likelihood import FEW_DRAWS, state_probabilities
from parkkit.diagnosis.likelihood import verdicts as judged
from parkkit.diagnosis.series_draws import inventory_terms
from parkkit.diagnosis.series_names import named_group
from parkkit.diagnosis.trends import Span, spans
from parkkit.inventory.compilation import CO2E, Inventory, totals
from parkkit.inventory.economy import PARK, divisions, park_economy
from parkkit.inventory.equivalents import equivalents, lacks_equivalents
from parkkit.park.package import Park

POLLUTANTS = ("so2", "nox", "pm", "voc", "cod")
EQUIVALENTS = "equivalents"
# What a reader asks for first, for a narrow screen shows no more.
COLUMNS = ("start", "end", "state", "certainty", "economy_change", "pollution_change",
           "carbon_change", "pollution_tapio", "carbon_tapio")  # fmt: skip
SHOWN_LINES = ("so2", "nox", "cod")


class Errors(NamedTuple):
    """What verdicts are drawn from: the terms of the series, and how they are drawn."""

    terms: pd.DataFrame
    rule: UncertaintyRule


def errors_of(inventory: Inventory, park: Park) -> Errors:
    """Return the errors of an inventory, drawn often enough for a page and no oftener."""
    rule = park.about.uncertainty or UncertaintyRule()
    terms = inventory_terms(inventory, rule, scheme=park.about.industry_scheme)
    return Errors(terms, replace(rule, draws=FEW_DRAWS.draws))


def pressures(inventory: Inventory, park: Park) -> pd.DataFrame:
    """Return CO2e, pollutants and air equivalents of the park and each industry, by year."""
    rows = inventory.emissions
    division = divisions(rows["industry_code"], park.about.industry_scheme)
    by_division = replace(inventory, emissions=rows.assign(industry_code=division))
    whole = totals(inventory).assign(group=PARK)
    parts = totals(by_division, by=["year", "industry_code"]).rename(
        columns={"industry_code": "group"}
    )
    tonnes = pd.concat([whole, parts], ignore_index=True).rename(columns={"amount_t": "amount"})
    told = tonnes[tonnes["species"].isin([CO2E, *POLLUTANTS])]
    told = told.assign(is_partial=told["status"] == "partial")
    both = pd.concat([told, _equivalents(by_division)], ignore_index=True)
    named = both[both["group"] != ""]
    return named[["group", "year", "species", "amount", "is_partial"]]


def _equivalents(inventory: Inventory) -> pd.DataFrame:
    rows = inventory.emissions
    told = rows.assign(amount=equivalents(rows), is_partial=lacks_equivalents(rows))
    air = told[(told["medium"] == "air") & (told["amount"].notna() | told["is_partial"])]
    both = pd.concat([air.assign(group=PARK), air.assign(group=air["industry_code"])])
    sums = both.groupby(["group", "year"], as_index=False).agg(
        amount=("amount", lambda values: values.sum(min_count=1)),
        is_partial=("is_partial", "any"),
    )
    return sums.assign(species=EQUIVALENTS)


def economy(inventory: Inventory, park: Park) -> pd.DataFrame:
    """Return the members' value added, the park's and each industry's."""
    return park_economy(park, inventory.members, part=inventory.part)


def verdicts(
    pressure: pd.DataFrame,
    value: pd.DataFrame,
    errors: Errors | None = None,
    *,
    states: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the state of the park over the whole span, one row a pollutant."""
    rows = pressure[pressure["species"] != EQUIVALENTS]
    found = _Diagnosed(rows, value, DecouplingRule(), states, errors)
    return found.over(None, groups=[PARK])


def verdict(
    pressure: pd.DataFrame,
    value: pd.DataFrame,
    errors: Errors | None = None,
    *,
    states: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the state of the park over the whole span, pollution as air equivalents: one row.

    No row where fewer than two years have both an economy and a pressure.

    Parameters
    ----------
    errors : Errors, optional
        What :func:`errors_of` returns; with it the row says how sure the verdict is.
    states : DataFrame, optional
        A park's own table of states, such as ``park.states``.
    """
    found = _Diagnosed(pressure, value, DecouplingRule(pollution="equivalents"), states, errors)
    return found.over(None, groups=[PARK])


def states_by_industry(
    pressure: pd.DataFrame,
    value: pd.DataFrame,
    language: Language,
    errors: Errors | None = None,
    *,
    states: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the state of the park and each industry, year by year, for the grid."""
    both = set(value["group"]) & set(pressure["group"])
    groups = sorted(both, key=lambda name: (name != PARK, name))
    rule = DecouplingRule(pollution="equivalents")
    table = _Diagnosed(pressure, value, rule, states, errors).over(1, groups=groups)
    named = table.assign(group=table["group"].map(partial(industry_name, language=language)))
    # The order of rows is the order of the picture: the whole park first.
    ranked = named.sort_values(
        "group", key=lambda names: names != industry_name(PARK, language), kind="stable"
    )
    columns = ["group", "start", "span_end", "state", "is_open"]
    return ranked.rename(columns={"end": "span_end"})[columns]


def industry_name(group: str, language: Language) -> str:
    """Return what a group is called: the whole park, or an industry with its division.

    Examples
    --------
    >>> industry_name("26", "en")
    '26 Chemicals'
    """
    return named_group(group, language)


class _Diagnosed(NamedTuple):
    """A diagnosis to be made over spans, with how sure it is where errors are told."""

    pressure: pd.DataFrame
    value: pd.DataFrame
    rule: DecouplingRule
    states: pd.DataFrame | None = None
    errors: Errors | None = None

    def over(self, length: int | None, *, groups: list[str]) -> pd.DataFrame:
        """Return the verdicts over all years, or over every span of some length."""
        known = sorted({int(y) for y in set(self.pressure["year"]) & set(self.value["year"])})
        if len(known) < 2:
            return pd.DataFrame(columns=["group", "pollutant", *COLUMNS, "is_open"])
        return self.of(spans(known, length), groups)

    def of(self, years: Span | list[Span], groups: list[str]) -> pd.DataFrame:
        """Return the verdicts over some spans."""
        rows = self.pressure[self.pressure["group"].isin(groups)]
        money = self.value[self.value["group"].isin(groups)]
        found = diagnose(rows, money, years, rule=self.rule, states=self.states)
        if self.errors is None:
            return found.assign(is_open=False)
        terms = self.errors.terms
        asked = terms["group"].isin(groups) & terms["species"].isin(set(rows["species"]))
        if not asked.any():
            return found.assign(is_open=False)
        told = state_probabilities(terms[asked], money, years, rule=self.rule,
                                   errors=self.errors.rule, states=self.states)  # fmt: skip
        return with_certainty(found, judged(told))


def explored_verdict(
    pressure: pd.DataFrame,
    value: pd.DataFrame,
    years: Span,
    rule: DecouplingRule,
    errors: Errors | None,
    states: pd.DataFrame | None,
) -> pd.Series:
    """Return the verdict of the one group in two tables over a span, and how sure it is."""
    groups = sorted(set(pressure["group"]) & set(value["group"]))
    return _Diagnosed(pressure, value, rule, states, errors).of(years, groups).iloc[0]


def index_lines(pressure: pd.DataFrame, value: pd.DataFrame) -> pd.DataFrame:
    """Return the park's economy, carbon and main pollutants as indices, the first year 100."""
    money = value[value["group"] == PARK].assign(series="economy")
    rows = pressure[(pressure["group"] == PARK) & pressure["species"].isin([CO2E, *SHOWN_LINES])]
    named = rows.assign(series=rows["species"].replace({CO2E: "carbon"}))
    both = pd.concat([money, named])[["year", "series", "amount"]]
    if both["year"].nunique() < 2 or not len(money):
        return both.assign(index=float("nan")).head(0)
    base = both[both["year"] == both["year"].min()].set_index("series")["amount"]
    return both.assign(index=100 * both["amount"] / both["series"].map(base.where(base > 0)))


def tapio_points(pressure: pd.DataFrame, value: pd.DataFrame) -> pd.DataFrame:
    """Return the yearly changes of carbon and air equivalents against the economy's."""
    rule = DecouplingRule(pollution="equivalents")
    table = _Diagnosed(pressure, value, rule).over(1, groups=[PARK])
    sides = {"carbon": "carbon", EQUIVALENTS: "pollution"}
    frames = [
        table[["economy_change", "start", "end"]].assign(
            series=series, pressure_change=table[f"{axis}_change"], state=table[f"{axis}_tapio"]
        )
        for series, axis in sides.items()
    ]
    return pd.concat(frames, ignore_index=True)
