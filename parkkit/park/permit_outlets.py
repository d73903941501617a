"""Permit outlets: what the outlets of a permit report tell of a year, held against its totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan
from typing import Any

import numpy as np
import pandas as pd

from parkkit.core.errors import Problem
from parkkit.core.units import conversion
from parkkit.park.form_headers import MONTHS as MONTHS_APART
from parkkit.park.form_mapping import plain, told
from parkkit.park.form_reading import Sheet
from parkkit.park.release_rows import medium_of, species_of, unit_of

PERMIT = "permit_report"
QUARTERS = ("q1", "q2", "q3", "q4")
MONTHS = 12
AGREES = 0.01
NOT_ESTIMATED = "NE"
# A permit numbers outlets to air DA and to water DW.
OUTLETS = {"DA": "air", "DW": "water"}
CATEGORIES = {"废气": "air", "大气": "air", "废水": "water", "水": "water"}

Row = dict[Any, Any]
Parts = dict[str, tuple[float, Row]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """An outlet, or the whole plant, of a pollutant and year: its rows, and how much they tell.

    ``year_t`` is missing where they tell a part of the year only; ``told_t`` is what they tell.
    """

    rows: list[Row]
    year_t: float
    told_t: float
    is_whole: bool


def outlet_amounts(table: pd.DataFrame, sheet: Sheet, problems: list[Problem]) -> list[Row]:
    """Return what a permit report tells of each outlet, and of the plant beyond its outlets.

    The amount of the year is taken; where there is none, months stand as months, and four
    quarters are summed. An outlet of which a year is not told has no amount and the notation NE,
    unless the plant's total holds it: what the total has beyond the outlets that tell a year is
    the rest of the plant, a row without outlet. A total below the outlets is only told.

    Parameters
    ----------
    table : DataFrame
        Rows of the form with ``part`` (``year``, ``q1`` to ``q4``, ``1`` to ``12``), ``outlet``
        and ``is_whole``.

    Returns
    -------
    list of dict
        Rows with ``amount``, ``month`` (blank is the year) and ``notation``.
    """
    found: dict[tuple[object, ...], list[_Source]] = {}
    keys = ["enterprise_id", "year", "outlet", "is_whole", "substance"]
    for _, group in table.groupby(keys, sort=False):
        rows = group.to_dict("records")
        species = species_of(rows[0]["name"])
        medium = medium_of(species, stated_medium(rows[0]))
        key = (rows[0]["enterprise_id"], rows[0]["year"], species or rows[0]["name"], medium)
        source = _source(rows, sheet, problems)
        # A total that is blank tells nothing, and nothing can be held of what nobody knows.
        if (
            source.told_t != 0
            or source.rows[0]["notation"] == ""
            or (species and not source.is_whole)
        ):
            found.setdefault(key, []).append(source)
    held = [row for sources in found.values() for row in _held(sources, sheet, problems)]
    for row in held:
        if row["notation"] and not row["known"]:
            problems.append(_told(row, sheet, "form_no_amount"))
    return held


def stated_medium(row: Row) -> str:
    """Return the medium that an outlet's number or a category states; blank where neither does."""
    stated = OUTLETS.get(row["outlet"][:2].upper(), "")
    return stated or CATEGORIES.get(plain(row["category"]), "")


def amount_field(sheet: Sheet) -> str:
    """Return the field whose header says the unit of amounts."""
    fields = ("amount", "part_sum", *QUARTERS, *MONTHS_APART)
    return next((field for field in fields if field in sheet.headers), "amount")


def _tonnes(row: Row, sheet: Sheet) -> float:
    """Return how many tonnes a row's unit is; missing where it is none, which is told later."""
    unit, _ = unit_of(row, sheet, PERMIT, "", "t", amount_field(sheet))
    return float(conversion(unit, "t")) if unit else nan


def _told(row: Row, sheet: Sheet, code: str, **values: object) -> Problem:
    values = {"given": f"{row['outlet']} {row['name']}".strip(), **values}
    return told(sheet.file, row["row"], row["column"], code, is_warning=True, **values)


def _source(rows: list[Row], sheet: Sheet, problems: list[Problem]) -> _Source:
    parts: Parts = {}
    for row in rows:
        spread = {part: row[part] for part in QUARTERS} | {row["part"]: row["amount"]}
        for part, amount in spread.items():
            if np.isnan(amount):
                continue
            if part in parts:
                problems.append(told(sheet.file, row["row"], row["column"], "form_row_twice",
                                     given=f"{row['outlet']} {row['name']}".strip(),
                                     first=parts[part][1]["row"]))  # fmt: skip
            parts[part] = (float(amount), row)
    return _of_year(rows[0], parts, sheet, problems)


def _of_year(first: Row, parts: Parts, sheet: Sheet, problems: list[Problem]) -> _Source:
    quarters = [parts[part] for part in QUARTERS if part in parts]
    months = {part: parts[part] for part in parts if part.isdigit()}
    by_quarters, by_months = (_sum(each, sheet) for each in (quarters, list(months.values())))
    is_whole, blank = bool(first["is_whole"]), {"month": "", "notation": ""}
    if "year" in parts:
        amount, row = parts["year"]
        year = amount * _tonnes(row, sheet)
        for summed, is_full in ((by_quarters, len(quarters) == len(QUARTERS)),
                                (by_months, len(months) == MONTHS)):  # fmt: skip
            if is_full and abs(summed - year) > AGREES * max(summed, year):
                problems.append(_told(row, sheet, "form_year_differs", given=f"{year:g} t",
                                      total=f"{summed:g} t"))  # fmt: skip
                break
        return _Source(rows=[{**row, **blank, "amount": amount}], year_t=year, told_t=year,
                       is_whole=is_whole)  # fmt: skip
    if len(quarters) == len(QUARTERS):
        row = {**quarters[-1][1], **blank}
        return _Source(rows=[_with_tonnes(row, by_quarters, sheet)], year_t=by_quarters,
                       told_t=by_quarters, is_whole=is_whole)  # fmt: skip
    known = [part for part in QUARTERS if part in parts]
    if quarters:
        # As the form writes them: a column's header, or the period of a row.
        names = [sheet.headers.get(part) or parts[part][1]["period"] for part in known]
        problems.append(_told(first, sheet, "form_quarters_missing", known=names))
    made = [{**row, **blank, "amount": amount, "month": part}
            for part, (amount, row) in months.items()]  # fmt: skip
    return _Source(rows=made or [{**first, **_unknown(known)}], is_whole=is_whole,
                   year_t=by_months if len(months) == MONTHS else nan,
                   told_t=max(by_quarters, by_months))  # fmt: skip


def _unknown(known: Sequence[str]) -> Row:
    return {"amount": nan, "month": "", "notation": NOT_ESTIMATED, "known": list(known)}


def _sum(parts: Sequence[tuple[float, Row]], sheet: Sheet) -> float:
    return float(sum(amount * _tonnes(row, sheet) for amount, row in parts))


def _with_tonnes(row: Row, tonnes: float, sheet: Sheet) -> Row:
    """Return a row of the year with an amount in the row's own unit."""
    return {**row, "month": "", "amount": float(f"{tonnes / _tonnes(row, sheet):.12g}")}


def _held(sources: list[_Source], sheet: Sheet, problems: list[Problem]) -> list[Row]:
    """Return the outlets of a pollutant, and what the plant's total has beyond them."""
    outlets = [each for each in sources if not each.is_whole]
    plants = [each for each in sources if each.is_whole]
    every = [row for each in sources for row in each.rows]
    # A unit that is wrong, or a total twice, is told of each row.
    if not (outlets and plants) or len(plants) > 1 or any(isnan(each.told_t) for each in sources):
        return every
    whole, rows = plants[0], [row for each in outlets for row in each.rows]
    known = [each for each in outlets if not isnan(each.year_t)]
    summed = sum(each.year_t for each in known)
    least = summed + sum(each.told_t for each in outlets if isnan(each.year_t))
    slack = AGREES * max(whole.told_t, least)
    if isnan(whole.year_t):
        # Nobody knows the rest of the plant, but that there is some.
        rest = {**whole.rows[0], **_unknown(["q"])}
        return [*_years(outlets, sheet), rest] if whole.told_t > least + slack else rows
    if whole.year_t < least - slack:
        problems.append(_told(whole.rows[0], sheet, "form_plant_total_differs",
                              given=f"{whole.year_t:g}", total=f"{least:g}",
                              name=whole.rows[0]["name"]))  # fmt: skip
        return rows
    if whole.year_t - summed <= slack:
        return [row for each in known for row in each.rows]
    rest = _with_tonnes(whole.rows[0], whole.year_t - summed, sheet)
    problems.append(_told(rest, sheet, "form_plant_remainder", given=f"{whole.year_t:g}",
                          total=f"{summed:g}", rest=f"{whole.year_t - summed:g}",
                          name=rest["name"]))  # fmt: skip
    return [*_years(known, sheet), rest]


def _years(sources: list[_Source], sheet: Sheet) -> list[Row]:
    """Return sources as years: beside the rest of the plant months would compete with it."""
    rows: list[Row] = []
    for each in sources:
        if each.rows[0]["month"] == "":
            rows += each.rows
        elif isnan(each.year_t):
            rows.append({**each.rows[0], **_unknown([row["month"] for row in each.rows])})
        else:
            rows.append(_with_tonnes(each.rows[0], each.year_t, sheet))
    return rows
