"""Decoupling: whether an economy has come loose from its pollution and its carbon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal, get_args

import numpy as np
import pandas as pd

from parkkit.core.errors import ParkError, unknown
from parkkit.core.vocabulary import synonyms, vocabulary
from parkkit.diagnosis.elasticity import Closed, elasticities, tapio_states
from parkkit.diagnosis.signs import SignMethod, signed
from parkkit.diagnosis.slopes import check_alpha
from parkkit.diagnosis.state_table import AXES as AXES
from parkkit.diagnosis.state_table import decoupling_states as decoupling_states
from parkkit.diagnosis.state_table import state_of, states_by_signs
from parkkit.diagnosis.trends import (
    SEPARATOR,
    Span,
    as_spans,
    flagged,
    joined,
    span_changes,
    tidy_series,
)
from parkkit.inventory.prices import joined_codes

PollutionRule = Literal["each", "worst", "equivalents"]
SPAN = ["group", "start", "end"]
PRICED = ["measure", "price_year"]
DEFLATOR = "deflator"


def _one_of(name: str, given: str, served: Sequence[str]) -> None:
    if given not in served:
        raise unknown(name, given, served, where="DecouplingRule")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecouplingRule:
    """The choices a decoupling state is told under.

    Parameters
    ----------
    sign : {"end_points", "sen", "mann_kendall"}
        How the direction of an axis is told: by first and last year, by Sen's slope over all
        years, or by that slope where Mann-Kendall is sure of it (from 8 years with data on;
        below, its p is shown and decides nothing; below 5 there is no sign).
        :func:`parkkit.diagnosis.signs.signed` has the details.
    threshold : float
        A change up to this share of the base, over the whole span, has no direction.
    pollution : {"each", "worst", "equivalents"}
        Several pollutants: a verdict for each alone; one that is up if any is up; or one for
        the species ``equivalents`` (or ``equivalents_air``, ...), their sum as equivalents.
    closed : {"both", "right"}
        Whether an elasticity of 0.8 is coupling (Tapio) or still weak; 1.2 is coupling in both.
    tolerance : float
        Differences below it, as shares, are rounding of the machine.
    carbon : str
        The species that stands for carbon.
    pollutants : tuple of str
        The pollutants asked for; empty takes all species that are no greenhouse gas.
    alpha : float
        The level of significance of Mann-Kendall.

    Examples
    --------
    >>> DecouplingRule(sign="san")
    Traceback (most recent call last):
    parkkit.core.errors.ParkError: DecouplingRule: unknown sign 'san'. Did you mean 'sen'? \
Known: end_points, mann_kendall, sen.
    """

    sign: SignMethod = "end_points"
    threshold: float = 0.01
    pollution: PollutionRule = "each"
    closed: Closed = "both"
    tolerance: float = 1e-9
    carbon: str = "co2e"
    pollutants: tuple[str, ...] = ()
    alpha: float = 0.05

    def __post_init__(self) -> None:
        _one_of("sign", self.sign, get_args(SignMethod))
        _one_of("pollution", self.pollution, get_args(PollutionRule))
        _one_of("closed", self.closed, get_args(Closed))
        check_alpha(self.alpha)
        for name, value in (("threshold", self.threshold), ("tolerance", self.tolerance)):
            if not (np.isfinite(value) and value >= 0):
                raise ParkError("not_from_zero_up", name=name, given=value)


DEFAULT_RULE = DecouplingRule()


def diagnose(
    pressures: pd.DataFrame,
    economy: pd.DataFrame,
    years: Span | Sequence[Span],
    *,
    rule: DecouplingRule = DEFAULT_RULE,
    states: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Tell for each group and span whether economy, pollution and carbon have come apart.

    Parameters
    ----------
    pressures : DataFrame
        Columns group (the park, an industry), year, species, amount; ``unit`` where known, and
        ``is_partial`` where an amount is known to be too small: a note then says so.
    economy : DataFrame
        Columns group, year, amount; measure, price_year (blank: current prices) and ``unit``
        where known, and ``deflator`` (by which constant prices came about). In both, rows of one
        group, year and species add up.
    years : (int, int) or sequence of them
        The spans; :func:`parkkit.diagnosis.trends.spans` makes them.
    rule : DecouplingRule
        How directions are told, and what stands for pollution and carbon.
    states : DataFrame, optional
        A table in place of :func:`decoupling_states`.

    Returns
    -------
    DataFrame
        A row per group, span and pollutant (under ``worst`` the one that decides): the signs of
        economy, pollution and carbon (``+``, ``-``, ``0`` within the threshold, ``""`` not
        computable), state (of the table, ``atypical``, ``not_computable``), the changes as shares
        of the base, Tapio's elasticities and states, the trends the signs come from (Sen's slope
        over the span as a share of the base; missing under end points), p (under Mann-Kendall),
        the choices made, missing (cells) and notes (codes, whose texts are labels
        ``diagnosis.note.CODE``). Changes and elasticities are by end points under every rule.

    Raises
    ------
    ParkError
        If a column is missing, an amount or a year is no number, a span does not run forward, or
        a table of states is not one row for each of the eight combinations of signs.

    Examples
    --------
    >>> pressures = pd.DataFrame({"group": "park", "year": [2020, 2023] * 2,
    ...     "species": ["co2e", "co2e", "so2", "so2"], "amount": [100.0, 104.0, 10.0, 7.0]})
    >>> economy = pd.DataFrame({"group": "park", "year": [2020, 2023], "amount": [50.0, 60.0],
    ...     "price_year": 2020})
    >>> diagnose(pressures, economy, (2020, 2023)).loc[0, ["pollutant", "state"]].tolist()
    ['so2', 'S2']
    """
    over = as_spans(years)
    rows = tidy_series(pressures, "pressures", "species").rename(columns={"species": "name"})
    value = tidy_series(economy, "economy")
    groups = sorted({*rows["group"], *value["group"]})
    pollution = _changes(rows, _pollutants(rows, groups, rule), over, rule)
    if rule.pollution == "worst":
        pollution = _worst(pollution)
    carbon = _changes(rows, _named(groups, [rule.carbon]), over, rule)
    table = _axis(pollution.assign(pollutant=pollution["name"]), "pollution", "pollutant")
    table = table.merge(_axis(carbon, "carbon"), on=SPAN)
    growth = _economy(value, groups, over, rule)
    growth[DEFLATOR] = _deflators(economy, growth)
    table = table.merge(_axis(growth, "economy", *PRICED, DEFLATOR), on=SPAN)
    for told in ("missing", "notes"):
        table[told] = joined(*(table[f"{axis}_{told}"] for axis in AXES))
    return _judged(table, rule, states_by_signs(states))


def _changes(
    rows: pd.DataFrame, names: pd.DataFrame, over: Sequence[Span], rule: DecouplingRule
) -> pd.DataFrame:
    """Return the changes of series over spans, signed as the rule has it."""
    changes = span_changes(rows, names, over)
    limits = {"threshold": rule.threshold, "tolerance": rule.tolerance, "alpha": rule.alpha}
    return signed(rows, changes, rule.sign, **limits)


def _named(groups: Sequence[str], names: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(list(product(groups, names)), columns=["group", "name"], dtype="str")


def _pollutants(rows: pd.DataFrame, groups: Sequence[str], rule: DecouplingRule) -> pd.DataFrame:
    """Return group and name of every series that speaks for pollution, one a group at least."""
    if rule.pollutants and rule.pollution != "equivalents":
        return _named(groups, rule.pollutants)
    found = rows[["group", "name"]].drop_duplicates().sort_values(["group", "name"])
    is_sum = found["name"].str.startswith("equivalents")
    if rule.pollution == "equivalents":
        found, stand_in = found[is_sum], "equivalents"
    else:
        is_carbon = found["name"].eq(rule.carbon) | _are_greenhouse_gases(found["name"])
        found, stand_in = found[~is_sum & ~is_carbon], "pollution"
    # A group without any series keeps its row, so that what is missing is told.
    lacking = [group for group in groups if group not in set(found["group"])]
    return pd.concat([found, _named(lacking, [stand_in])], ignore_index=True)


def _are_greenhouse_gases(names: pd.Series) -> pd.Series:
    """Return which species are greenhouse gases, by code or by a name people use."""
    species = vocabulary("species")
    gases = {"co2e", *species.loc[species["kind"] == "ghg", "species"]}
    known = synonyms("species")
    return pd.Series([known.get(name.lower(), name.lower()) in gases for name in names],
        index=names.index, dtype=bool)  # fmt: skip


def _worst(pollution: pd.DataFrame) -> pd.DataFrame:
    """Return the pollutant that fared worst; none where an unknown one may have fared worse."""
    by_span = pollution.groupby(SPAN)
    every = pollution.assign(
        missing=by_span["missing"].transform(SEPARATOR.join),
        notes=by_span["notes"].transform(SEPARATOR.join),
        is_complete=(pollution["sign"] != "")
        .groupby([pollution[c] for c in SPAN])
        .transform("all"),
        # The largest change may be one that a test is not sure of: the sign comes first.
        order=pollution["sign"].map({"+": 0, "0": 1, "-": 2, "": 3}),
        size=pollution["trend"].fillna(pollution["change"]),
    )
    by = [*SPAN, "order", "size", "name"]
    ranked = every.sort_values(by, ascending=[True] * 4 + [False, True])
    worst = ranked.drop_duplicates(SPAN).reset_index(drop=True)
    # One pollutant that is up settles it, whatever the unknown ones did.
    is_open = ~worst["is_complete"] & (worst["sign"] != "+")
    return worst.assign(
        **{told: worst[told].mask(is_open) for told in ("change", "trend", "p")},
        sign=worst["sign"].mask(is_open, ""),
        name=worst["name"].mask(is_open, "pollution"),
        missing=joined(worst["missing"]),
        notes=joined(worst["notes"]),
    )


def _economy(
    rows: pd.DataFrame, groups: Sequence[str], over: Sequence[Span], rule: DecouplingRule
) -> pd.DataFrame:
    """Return the changes of the economy, with its measure and a note where prices are in doubt."""
    growth = _changes(rows.assign(name="economy"), _named(groups, ["economy"]), over, rule)
    note = "current_prices" if "price_year" in growth else "price_base_unknown"
    growth = growth.reindex(columns=[*growth.columns.difference(PRICED), *PRICED])
    growth[PRICED] = growth[PRICED].astype("str").fillna("")
    is_doubtful = growth["price_year"].eq("") & growth["change"].notna()
    return growth.assign(notes=joined(growth["notes"], flagged(note, is_doubtful)))


def _deflators(economy: pd.DataFrame, growth: pd.DataFrame) -> list[str]:
    """Return for each group and span the indexes that its years were deflated by."""
    if DEFLATOR not in economy:
        return [""] * len(growth)
    told = economy[["group", "year", DEFLATOR]].fillna("").astype({"group": "str"})
    by_group = dict(iter(told.astype({"year": "int64"}).groupby("group")))
    none = told.iloc[:0]
    spans = zip(growth["group"], growth["start"], growth["end"], strict=True)
    rows = ((by_group.get(group, none), start, end) for group, start, end in spans)
    return [joined_codes(of[of["year"].between(*ends)][DEFLATOR]) for of, *ends in rows]


def _axis(changes: pd.DataFrame, axis: str, *more: str) -> pd.DataFrame:
    """Return the changes of one axis under names of its own."""
    renamed = {name: f"{axis}_{name}" for name in ("change", "trend", "p", "missing", "notes")}
    renamed |= {"sign": axis}
    return changes.rename(columns=renamed)[[*SPAN, *renamed.values(), *more]]


def _judged(
    table: pd.DataFrame, rule: DecouplingRule, lookup: dict[tuple[str, ...], str]
) -> pd.DataFrame:
    """Return the table with signs, states, elasticities and the choices behind them."""
    judged = table.copy()
    signs = zip(*(judged[axis] for axis in AXES), strict=True)
    judged["state"] = pd.Series([state_of(sign, lookup) for sign in signs], dtype="str")
    for axis in ("pollution", "carbon"):
        pair = judged[f"{axis}_change"], judged["economy_change"]
        judged[f"{axis}_elasticity"] = elasticities(*pair, tolerance=rule.tolerance)
        judged[f"{axis}_tapio"] = tapio_states(*pair, closed=rule.closed, tolerance=rule.tolerance)
    judged = judged.assign(carbon_species=rule.carbon, pollution_rule=rule.pollution,
        sign_method=rule.sign, threshold=rule.threshold, closed=rule.closed,
        alpha=rule.alpha)  # fmt: skip
    judged = judged.sort_values([*SPAN, "pollutant"], ignore_index=True)
    return judged[
        [*SPAN, "pollutant", "carbon_species", *AXES, "state", *(f"{axis}_change" for axis in AXES),
         "pollution_elasticity", "pollution_tapio", "carbon_elasticity", "carbon_tapio", "measure",
         "price_year", DEFLATOR, "pollution_rule", "sign_method", "threshold", "closed", "missing",
         "notes", *(f"{axis}_{told}" for axis in AXES for told in ("trend", "p")), "alpha"]
    ]  # fmt: skip
