"""Checks of releases: where they went, rates for amounts, and more out than was generated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from parkkit.core.errors import Problem
from parkkit.core.units import conversion, measures
from parkkit.park.doubtful_releases import doubts
from parkkit.park.doubts import Doubt
from parkkit.park.faults import Tables, at
from parkkit.park.monitors import monitor_problems

FILE, UNIT, WASTE = "releases.csv", "t", "waste"
ROUNDING = 0.001
TIMES = ("s", "sec", "second", "秒", "min", "minute", "分钟", "分", "h", "hr", "hour", "小时", "时",
         "d", "day", "天", "日", "month", "mon", "月", "a", "y", "yr", "year", "年")  # fmt: skip
OF_STOCK = ("used", "used_from_stock", "disposed_from_stock")
# A landfill takes in what is released to land; air and water keep nothing.
OF_WASTE = {"air": (*OF_STOCK, "treated", "stored", "disposed"),
            "water": (*OF_STOCK, "treated", "stored", "disposed"), "land": OF_STOCK}  # fmt: skip
SENT = ("transfer", "treatment_plant")
# Stored is left out: some tell the stock at the end of the year, not what went to it.
OUT_OF_WASTE = ("used", "treated", "disposed", "transfer", "treatment_plant", "environment")
SOURCE = ["enterprise_id", "list", "process", "stack_id", "species", "medium", "year"]
PROCESS = ["enterprise_id", "list", "process", "species", "medium", "year"]
RECEIVER = ["enterprise_id", "species", "year"]
MONTHS = 12


def release_problems(tables: Tables, found: Sequence[Doubt] | None = None) -> Iterator[Problem]:
    """Return what is wrong with releases: destinations, readings, amounts above what there was."""
    releases = tables["releases"]
    yield from _destinations(releases)
    yield from monitor_problems(releases)
    doubted = doubts(tables, found)
    # What is in doubt is told as such, and compared with nothing.
    amount_t = _tonnes(releases).mask(releases.index.isin(doubted["row"]))
    is_copy = releases.index.isin(doubted.loc[doubted["reason"] == "duplicate_by_content", "row"])
    rows = releases.assign(amount_t=amount_t)[~is_copy].reset_index(names="row")
    is_waste = rows["medium"] == WASTE
    is_used = rows["destination"] == "used"
    received = _received(rows[is_waste], tables["activity"])
    above = _above(rows[is_waste & (is_used | _made(rows))], PROCESS, received)
    for each in above.itertuples():
        yield _problem(each, "waste_used_above_generated")
    told = pd.MultiIndex.from_frame(above[PROCESS])
    is_out = rows["destination"].isin(OUT_OF_WASTE)
    both = _above(rows[is_waste & (is_out | _made(rows))], PROCESS, received)
    # What is used above all that there was is told already.
    for each in both[~pd.MultiIndex.from_frame(both[PROCESS]).isin(told)].itertuples():
        yield _problem(each, "waste_out_above_generated", is_warning=True)
    for each in _above(rows[rows["medium"].isin(["air", "water"])], SOURCE).itertuples():
        yield _problem(each, "released_above_generated")


def as_rates(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems with those of a unit that is a rate told as such: kg/h is no unit of mass.

    Examples
    --------
    >>> wrong = Problem(code="unknown", file=FILE, column="unit", values={"given": "kg/h"})
    >>> print(as_rates([wrong])[0].told())
    releases.csv, column 'unit': 'kg/h' is a rate, not an amount; multiply it by the time it went \
on in the year or month (h) and give the product in kg.
    """
    return [_as_rate(problem) for problem in problems]


def _as_rate(problem: Problem) -> Problem:
    given = str(problem.values.get("given", ""))
    above, _, below = (part.strip() for part in given.partition("/"))
    is_of_unit = (problem.file, problem.column, problem.code) == (FILE, "unit", "unknown")
    if not (is_of_unit and below.lower() in TIMES and measures(above, UNIT)):
        return problem
    values = {"given": given, "wanted": above, "time": below}
    return replace(problem, code="rate_unit", values=values)


def _destinations(releases: pd.DataFrame) -> Iterator[Problem]:
    released = releases[releases["amount_kind"] == "released"]
    for row in released.index[released["destination"] == ""]:
        yield at("releases", row, "destination", "blank_destination")
    for medium, of_waste in OF_WASTE.items():
        wrong = (releases["medium"] == medium) & releases["destination"].isin(of_waste)
        for row in releases.index[wrong]:
            yield at("releases", row, "destination", "destination_of_waste", medium=medium,
                     given=releases["destination"][row])  # fmt: skip


def _tonnes(rows: pd.DataFrame) -> pd.Series:
    """Return the amounts in t: 0 for what does not occur, missing where the unit is wrong."""
    rates = {unit: conversion(unit, UNIT) if measures(unit, UNIT) else float("nan")
             for unit in rows["unit"].unique()}  # fmt: skip
    amount = rows["amount"] * rows["unit"].map(rates).astype("float64")
    return amount.mask(rows["notation"].isin(["NO", "NA"]), 0.0)


def _made(rows: pd.DataFrame) -> pd.Series:
    return rows["amount_kind"] == "generated"


def _received(waste: pd.DataFrame, activity: pd.DataFrame) -> pd.Series:
    """Return what others say they sent to each plant, by year and kind of waste.

    Of what several lists of a sender tell, or its activity, the largest: nothing is refused that
    may be right. It is missing where an amount of it is not told.
    """
    by_lists = waste[waste["destination"].isin(SENT)]
    rows = activity[activity["use"] == "waste_sent"].reset_index(drop=True)
    by_activity = rows.assign(amount_t=_tonnes(rows), species=rows["item"], list="")
    names = ["enterprise_id", "list", "counterpart_id", "species", "year", "amount_t"]
    sent = pd.concat([by_lists[names], by_activity[names]], ignore_index=True)
    sent = sent[~sent["counterpart_id"].isin(["", "outside"])]
    told = sent.groupby(names[:-1])["amount_t"].sum(skipna=False).reset_index()
    largest = told.groupby(["enterprise_id", *names[2:5]])["amount_t"].max()
    is_known = told["amount_t"].notna().groupby([told[name] for name in largest.index.names]).all()
    known = largest.where(is_known).groupby(["counterpart_id", "species", "year"])
    amounts: pd.Series = known.sum(skipna=False)
    return amounts.rename_axis(RECEIVER).rename("received")


def _above(rows: pd.DataFrame, key: list[str], received: pd.Series | None = None) -> pd.DataFrame:
    """Return the sources of which more went out than was generated, a row each.

    What was generated in the whole year meets all that went out in it; what is told for some
    months only meets those months. Where a part of it is not told, nothing is compared. What a
    plant received in the year is added to each: nobody tells which process or month took it.
    """
    is_made = _made(rows)
    if not is_made.any():
        return rows.iloc[:0]
    made = rows[is_made].assign(month=lambda table: table["month"].astype("float64"))
    groups = made.groupby(key, dropna=False)
    months = groups["month"]
    whole = (months.count() < months.size()) | (months.nunique() == MONTHS)
    both = rows.merge(whole.rename("is_whole").reset_index(), on=key)
    # 0 is the year: beside single months of what was generated, a year's amount meets nothing.
    both["period"] = both["month"].astype("float64").fillna(0).mask(both["is_whole"], 0)
    is_made = _made(both)
    by = [*key, "period"]
    sums = (
        both[is_made]
        .groupby(by)
        .agg(made=("amount_t", "sum"), known=("amount_t", "count"), count=("row", "size"))
    )
    gone = both[~is_made].groupby(by).agg(gone=("amount_t", "sum"), row=("row", "min"))
    table = gone.join(sums).reset_index()
    if received is not None:
        there = pd.MultiIndex.from_frame(table[RECEIVER])
        added = received.reindex(there).where(there.isin(received.index), 0.0)
        table = table.assign(made=table["made"] + added.to_numpy())
    is_known = table["known"] == table["count"]
    return table[is_known & (table["gone"] > table["made"] * (1 + ROUNDING))]


def _problem(each: Any, code: str, *, is_warning: bool = False) -> Problem:
    values = {"given": f"{each.gone:,.6g}", "made": f"{each.made:,.6g}", "species": each.species,
              "list": each.list, "plant": each.enterprise_id, "year": int(each.year)}  # fmt: skip
    return at("releases", each.row, "amount", code, is_warning=is_warning, **values)
