"""Doubtful releases: every reason to hold a release out of all totals until it is settled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import pandas as pd

from parkkit.core.vocabulary import vocabulary
from parkkit.park.doubtful_plants import ids_in_doubt, plants_in_doubt
from parkkit.park.doubtful_units import units_in_doubt
from parkkit.park.doubts import Doubt, unsettled, without
from parkkit.park.duplicates import duplicates
from parkkit.park.faults import Tables, at
from parkkit.park.monitors import monitored
from parkkit.park.release_amounts import aligned_species, tonnes

YEAR = ["enterprise_id", "list", "year", "species", "medium", "amount_kind", "destination"]
COLUMNS = ("row", "reason", "list")


def doubts(tables: Tables, found: Sequence[Doubt] | None = None) -> pd.DataFrame:
    """Return the rows of releases that are held out of every total, and why.

    A row is in doubt for the first reason that fits: ``negative_amount``, ``implausible_amount``
    (more than ``plausible_limits.csv`` has for any plant and year), ``plants_in_doubt`` (two
    plants under one id), ``id_in_doubt`` (one plant under two, an id being spoilt),
    ``duplicate_by_content``, ``unit_in_doubt``. One whose ``confirmed_by`` is filled is settled.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``releases``, ``listings``, ``enterprises`` and ``same_as``, as `read_table` gives them.
    found : sequence of Doubt, optional
        What `find_doubts` returned for them, where it stands already.

    Returns
    -------
    DataFrame
        ``row`` (of releases.csv, as a spreadsheet counts), ``reason``, ``list``.
    """
    given = find_doubts(tables) if found is None else found
    reasons = {row: doubt.reason for doubt in given for row in doubt.rows}
    lists = tables["releases"]["list"]
    rows = [(row, reasons[row], lists[row]) for row in sorted(reasons)]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        {"row": "int64", "reason": "str", "list": "str"}
    )


def find_doubts(tables: Tables) -> list[Doubt]:
    """Return every doubt about releases; no row is in two."""
    if not len(tables["releases"]):
        return []
    given = monitored(tables["releases"])
    rows = aligned_species(given)
    rows = rows.assign(amount_t=tonnes(rows))
    found = [*_negative(given)]
    found += _implausible(without(rows, found))
    found += plants_in_doubt({**tables, "releases": without(rows, found)})
    # Of a row in doubt nobody says more; an id may be doubted beside several others.
    for doubt in ids_in_doubt({**tables, "releases": without(rows, found)}):
        found += _only_new(doubt, found)
    found += duplicates(without(given, found))
    for doubt in units_in_doubt(without(rows, found)):
        found += _only_new(doubt, found)
    return found


def _only_new(doubt: Doubt, found: list[Doubt]) -> list[Doubt]:
    known = {row for each in found if each.reason == doubt.reason for row in each.rows}
    rows = tuple(row for row in doubt.rows if row not in known)
    return [Doubt(rows=rows, reason=doubt.reason, problem=doubt.problem)] if rows else []


def _negative(releases: pd.DataFrame) -> Iterator[Doubt]:
    rows = unsettled(releases)
    for row in rows.index[rows["amount"] < 0]:
        yield Doubt(rows=(int(row),), reason="negative_amount", problem=at(
            "releases", row, "amount", "negative_amount", is_warning=True,
            given=f"{rows['amount'][row]:g} {rows['unit'][row]}", list=rows["list"][row],
        ))  # fmt: skip


def _implausible(releases: pd.DataFrame) -> Iterator[Doubt]:
    """Return amounts above what any plant releases: alone, or all that a list tells of a year."""
    rows = unsettled(releases)
    limits = _limits(rows)
    alone = rows["amount_t"] > limits
    for row in rows.index[alone]:
        yield _too_much(rows, [row], rows["amount_t"][row], limits[row])
    rest = rows[~alone & (rows["amount_t"] > 0)]
    # A sum above a limit has a row of a thousandth of it or more, unless it has a thousand rows.
    near = rest[rest["amount_t"] > limits.reindex(rest.index) / 1000]
    if near.empty:
        return
    key = pd.MultiIndex.from_frame(rest[YEAR].astype("str"))
    rest = rest[key.isin(pd.MultiIndex.from_frame(near[YEAR].astype("str")))]
    sums = rest["amount_t"].groupby(rest.groupby(YEAR, dropna=False).ngroup()).transform("sum")
    above = rest[sums > limits.reindex(rest.index)]
    for _, group in above.groupby(YEAR, dropna=False):
        first = group.index[0]
        yield _too_much(rows, list(group.index), group["amount_t"].sum(), limits[first])


def _too_much(releases: pd.DataFrame, rows: list[int], amount_t: float, limit_t: float) -> Doubt:
    first = releases.loc[rows[0]]
    return Doubt(rows=tuple(int(row) for row in rows), reason="implausible_amount", problem=at(
        "releases", rows[0], "amount", "implausible_amount", is_warning=True, list=first["list"],
        given=f"{amount_t:,.6g}", species=first["species"], limit=f"{limit_t:,.6g}",
        unit=first["unit"], plant=first["enterprise_id"], count=len(rows),
    ))  # fmt: skip


def _limits(releases: pd.DataFrame) -> pd.Series:
    """Return what no plant releases more of in a year, in t for each row."""
    kinds = vocabulary("species").drop_duplicates("species").set_index("species")["kind"]
    pairs = list(zip(releases["species"], releases["medium"], strict=True))
    found = {pair: _limit(str(kinds.get(pair[0], "")), *pair) for pair in set(pairs)}
    return pd.Series([found[pair] for pair in pairs], index=releases.index, dtype="float64")


@cache
def _limit(kind: str, species: str, medium: str) -> float:
    """Return the limit of the first row of plausible_limits.csv that fits."""
    for row in vocabulary("plausible_limits").itertuples(index=False):
        if row.kind in ("", kind) and row.species in ("", species) and row.medium in ("", medium):
            return float(str(row.limit_t))
    return float("inf")
