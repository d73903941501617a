"""Likelihood: how sure a decoupling verdict is, given what the inventory does not know."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from parkkit.core.errors import ParkError
from parkkit.core.uncertainty_rule import UncertaintyRule
from parkkit.diagnosis.decoupling import (
    AXES,
    DEFAULT_RULE,
    SPAN,
    DecouplingRule,
    decoupling_states,
    diagnose,
)
from parkkit.diagnosis.drawn_signs import Floats, Signs, drawn_signs
from parkkit.diagnosis.series_draws import (
    CELL,
    ECONOMY,
    checked_terms,
    draw_series,
    economy_terms,
)
from parkkit.diagnosis.trends import SEPARATOR, Span

FEW_DRAWS = UncertaintyRule(draws=2000)
OTHER_STATES = ("atypical", "not_computable")
# Draws of which most is taken as exact would call anything certain.
LEAST_KNOWN = 0.5
PAIR = [*SPAN, "pollutant"]
PROBABILITIES = [*PAIR, "carbon_species", "state", "probability", "is_verdict", "known_share",
                 "draws", "seed", "status", "missing", "notes"]  # fmt: skip
# Of several pollutants the worst: one that is up settles it, else an unknown one leaves it open.
WORST_FIRST = ("+", "", "0", "-")
NO_CELLS = pd.DataFrame(
    {"year": pd.Series(dtype="int64"), "known_share": pd.Series(dtype="float64"),
     "is_known": pd.Series(dtype="bool"), "lacks": pd.Series(dtype="str")}
)  # fmt: skip


def state_probabilities(
    terms: pd.DataFrame,
    economy: pd.DataFrame,
    years: Span | Sequence[Span],
    *,
    rule: DecouplingRule = DEFAULT_RULE,
    errors: UncertaintyRule = FEW_DRAWS,
    states: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return how probable each decoupling state is, with the inventory's errors carried through.

    Every draw is a whole history: a factor is wrong by the same share in every year that uses
    it, each activity by its own. So changes are far surer than levels.

    Parameters
    ----------
    terms : DataFrame
        What :func:`parkkit.diagnosis.series_draws.inventory_terms` returns: the terms the series
        are summed from, with ``activity_key``, ``factor_key`` (blank: none),
        ``activity_percent``, ``factor_percent`` (half-widths of the 95 % interval).
    economy : DataFrame
        As for :func:`parkkit.diagnosis.decoupling.diagnose`; ``uncertainty_percent`` where known,
        of each row by itself. What has none is taken as exact, and the note
        ``economy_exact`` says so.
    years, rule, states
        As for ``diagnose``.
    errors : UncertaintyRule
        Distributions, number of draws, seed.

    Returns
    -------
    DataFrame
        Per group, span and pollutant a row for each state: ``state`` (those of the table,
        ``atypical``, ``not_computable``: a cell is missing, or a wide normal error draws an
        amount below zero), ``probability`` (they sum to 1), ``is_verdict`` (the state that
        ``diagnose`` tells), ``known_share`` (the least of the years' amounts that has
        an uncertainty), ``draws``, ``seed``, ``status``: ``computed``; ``partial`` (a part has no
        uncertainty and counts as exact: the true spread is at least this wide, note
        ``at_least``); ``not_computable`` (no uncertainty is known, or that of less than
        half of an amount: the probability is missing),
        ``missing`` (cells, and whose uncertainty: ``activity:...``, ``factor:...``) and ``notes``
        (codes of ``likelihood.note``).

    Raises
    ------
    ParkError
        If a column is missing, a number is none, or a span does not run forward.

    Examples
    --------
    CO2 rose by 4 %, and its activities are known to 4 %: the sign is open. The factor, known to
    30 % only, is the same in both years and does not matter.

    >>> errors = {"factor_key": "f", "activity_percent": 4.0, "factor_percent": 30.0}
    >>> terms = pd.DataFrame({"group": "park", "species": ["co2e", "co2e", "so2", "so2"],
    ...     "year": [2020, 2023] * 2, "amount": [100.0, 104.0, 10.0, 5.0],
    ...     "activity_key": ["a", "b", "c", "d"], **errors})
    >>> economy = pd.DataFrame({"group": "park", "year": [2020, 2023], "amount": [50.0, 60.0]})
    >>> table = state_probabilities(terms, economy, (2020, 2023))
    >>> verdicts(table)[["state", "probability", "is_open"]].round(1).to_dict("records")
    [{'state': 'S2', 'probability': 0.8, 'is_open': True}]
    """
    rows, value = checked_terms(terms), economy_terms(economy)
    table = decoupling_states() if states is None else states
    pressures = rows[[*CELL, "amount"]]
    point = diagnose(pressures, economy, years, rule=rule, states=table)
    each = _each_pollutant(point, pressures, economy, years, rule)
    asked = rows["species"].isin({*each["pollutant"], rule.carbon})
    drawn = draw_series(pd.concat([rows[asked], value], ignore_index=True), errors)
    series = {(str(group), str(name)): cells
              for (group, name), cells in drawn.cells.groupby(["group", "species"])}  # fmt: skip
    found = _Drawn(drawn.drawn, series, rule)
    told = [_told(row, pollutants, found, table)
            for row, pollutants in _by_verdict(point, each, rule)]  # fmt: skip
    every = pd.concat(told, ignore_index=True) if told else pd.DataFrame(columns=PROBABILITIES)
    is_exact = value["activity_percent"].eq(0).any()
    return _annotated(every, bool(is_exact)).assign(draws=errors.draws, seed=errors.seed)[
        PROBABILITIES
    ]


def _each_pollutant(
    point: pd.DataFrame,
    pressures: pd.DataFrame,
    economy: pd.DataFrame,
    years: Span | Sequence[Span],
    rule: DecouplingRule,
) -> pd.DataFrame:
    """Return the signs of every pollutant, those that another one outdoes included."""
    if rule.pollution != "worst":
        return point
    return diagnose(pressures, economy, years, rule=replace(rule, pollution="each"))


def _by_verdict(
    point: pd.DataFrame, each: pd.DataFrame, rule: DecouplingRule
) -> Iterator[tuple[dict[Hashable, object], list[dict[Hashable, object]]]]:
    """Give every verdict with the pollutants it is told from."""
    keys = SPAN if rule.pollution == "worst" else PAIR
    of = {key: rows.to_dict("records") for key, rows in each.groupby(keys)}
    for row in point.to_dict("records"):
        yield row, of[tuple(row[key] for key in keys)]


class _Drawn(NamedTuple):
    """Draws, with the cells of each series and the rule they are read by."""

    drawn: Floats
    series: Mapping[tuple[str, str], pd.DataFrame]
    rule: DecouplingRule


def _deciding(found: _Drawn, group: str, name: str, span: Span) -> pd.DataFrame:
    """Return the cells that decide a sign: both ends, or all years of the span."""
    rows = found.series.get((group, name), NO_CELLS)
    is_end = found.rule.sign == "end_points"
    return rows[rows["year"].isin(span) if is_end else rows["year"].between(*span)]


def _signs(found: _Drawn, group: str, name: str, span: Span, sign: object) -> Signs:
    """Return the sign of every draw; none where the amounts as told have none."""
    if sign == "":
        return np.full(found.drawn.shape[1], "", dtype="<U1")
    rows = _deciding(found, group, name, span)
    years = rows["year"].to_numpy(dtype="float64")
    return drawn_signs(found.drawn[rows.index.to_numpy()], years, found.rule)


def _told(
    row: Mapping[Hashable, object],
    pollutants: Sequence[Mapping[Hashable, object]],
    found: _Drawn,
    states: pd.DataFrame,
) -> pd.DataFrame:
    """Return the probability of each state of one verdict, with what it rests on."""
    group, span = str(row["group"]), (int(str(row["start"])), int(str(row["end"])))
    names = [str(each["pollutant"]) for each in pollutants]
    carbon = found.rule.carbon
    pollution = _worst([_signs(found, group, name, span, each["pollution"])
                        for name, each in zip(names, pollutants, strict=True)])  # fmt: skip
    signs = [_signs(found, group, ECONOMY, span, row["economy"]), pollution,
             _signs(found, group, carbon, span, row["carbon"])]  # fmt: skip
    share = _shares(signs, states)
    cells = pd.concat([_deciding(found, group, name, span) for name in [*names, carbon]])
    least = float(cells["known_share"].min())
    is_known = bool(cells["is_known"].all()) and not least < LEAST_KNOWN
    status = "not_computable" if not is_known else "partial" if least < 1 else "computed"
    missing = [str(row["missing"]), *cells["lacks"]] if least < 1 else [str(row["missing"])]
    return pd.DataFrame({
        **{name: row[name] for name in (*PAIR, "carbon_species")}, "state": list(share),
        "probability": [value if is_known else np.nan for value in share.values()],
        "is_verdict": [state == row["state"] for state in share], "known_share": least,
        "status": status, "missing": _once(missing),
    })  # fmt: skip


def _worst(signs: Sequence[Signs]) -> Signs:
    """Return draw by draw the sign of the pollutant that fared worst."""
    stacked = np.stack(signs)
    there = [(stacked == sign).any(axis=0) for sign in WORST_FIRST]
    return np.select(there, WORST_FIRST, default="")


def _shares(signs: Sequence[Signs], states: pd.DataFrame) -> dict[str, float]:
    """Return in what share of the draws each state is told."""
    economy, pollution, carbon = signs
    joint = np.char.add(np.char.add(economy, pollution), carbon)
    has_all = np.char.str_len(joint) == len(AXES)
    given = zip(*(states[axis] for axis in AXES), strict=True)
    names = dict(zip(("".join(key) for key in given), states["state"], strict=True))
    share = dict.fromkeys([*states["state"], *OTHER_STATES], 0.0)
    for key, count in zip(*np.unique(joint[has_all], return_counts=True), strict=True):
        share[names.get(str(key), "atypical")] += int(count) / len(joint)
    share["not_computable"] += int((~has_all).sum()) / len(joint)
    return share


def _once(texts: Iterable[str]) -> str:
    codes = [code for text in texts for code in text.split(SEPARATOR) if code]
    return SEPARATOR.join(dict.fromkeys(codes))


def _annotated(found: pd.DataFrame, is_exact: bool) -> pd.DataFrame:
    """Add the codes of what a reader must know of the probabilities."""
    by_status = {"computed": "", "partial": "at_least", "not_computable": "no_uncertainty"}
    notes = found["status"].map(by_status).astype("str")
    if is_exact:
        notes = (notes + SEPARATOR + "economy_exact").str.removeprefix(SEPARATOR)
    return found.assign(notes=notes)


def verdicts(probabilities: pd.DataFrame, *, least: float = 0.9) -> pd.DataFrame:
    """Return the verdict of each group, span and pollutant, and whether it is open.

    Parameters
    ----------
    probabilities : DataFrame
        What :func:`state_probabilities` returns.
    least : float
        A verdict told by a smaller share of the draws is open.

    Returns
    -------
    DataFrame
        The rows of the verdicts, with ``is_open``, ``certainty`` (``settled``, ``open``,
        ``settled_so_far``: a part has no uncertainty, so the probability is at most this;
        ``unknown``: no uncertainty is known, or there is no verdict) and ``likeliest`` (the state
        with the most draws; blank where unknown).

    Raises
    ------
    ParkError
        If ``least`` is not between 0 and 1.
    """
    if not 0 < least < 1:
        raise ParkError("not_a_level", name="least", given=least)
    best = probabilities.dropna(subset="probability").sort_values(
        [*PAIR, "probability"], ascending=[True] * len(PAIR) + [False], kind="stable"
    )
    best = best.drop_duplicates(PAIR)[[*PAIR, "state"]].rename(columns={"state": "likeliest"})
    table = probabilities[probabilities["is_verdict"].astype(bool)].drop(columns="is_verdict")
    table = table.merge(best, on=PAIR, how="left").fillna({"likeliest": ""})
    is_told = table["probability"].notna() & table["state"].ne("not_computable")
    is_open = is_told & table["probability"].lt(least)
    certainty = np.select(
        [~is_told, is_open, table["status"].eq("partial")],
        ["unknown", "open", "settled_so_far"], default="settled",
    )  # fmt: skip
    return table.assign(is_open=is_open, certainty=pd.Series(certainty, table.index, dtype="str"))
