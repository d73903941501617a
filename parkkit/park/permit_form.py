"""Permit form: an annual permit execution report, outlet by pollutant, becomes releases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from parkkit.core.errors import Problem
from parkkit.park.form_mapping import form_row, plain, told
from parkkit.park.form_placing import texts
from parkkit.park.form_reading import Sheet
from parkkit.park.release_rows import (
    destination_of,
    goes_one_way,
    is_destination,
    medium_of,
    release,
    species_of,
    unit_of,
    unknown_destination,
)

PERMIT = "permit_report"
QUARTERS = ("q1", "q2", "q3", "q4")
AGREES = 0.01
WORDS = {"一": 1, "二": 2, "三": 3, "四": 4}
# A permit numbers outlets to air DA and to water DW.
OUTLETS = {"DA": "air", "DW": "water"}
CATEGORIES = {"废气": "air", "大气": "air", "废水": "water", "水": "water"}


def permit_rows(
    rows: pd.DataFrame, sheet: Sheet, *, treatment_plant: str
) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the releases that a permit execution report tells.

    The amount of the year is taken; where there is none, months stand as months, and four
    quarters are summed: fewer than four are not taken. A row of the whole plant is taken for a
    pollutant that no outlet has, and else only compared with the outlets' sum. What is permitted
    is no release; a release above it is told.

    Parameters
    ----------
    treatment_plant : str
        Where water goes that the form says nothing of: a plant's id, ``outside``, or blank for
        the environment.
    """
    table = texts(rows, ["unit", "outlet", "category", "period", "destination"])
    problems: list[Problem] = []
    periods = _periods(table, sheet, problems)
    is_whole = table["outlet"].map(_is_total) | table["name"].map(_is_total)
    problems += _nameless(table, is_whole, sheet)
    table = table.assign(is_whole=is_whole, part=periods, outlet=table["outlet"].mask(is_whole, ""))
    table = table[periods.notna() & ~table["name"].map(_is_total)]
    table = table[table["is_whole"] | (table["outlet"] != "")]
    found = _by_period(table, sheet, problems)
    problems += _above_permitted(found, sheet)
    found = _leaves(found, sheet, problems)
    made = [_permit_row(row, sheet, treatment_plant, problems) for row in found]
    return pd.DataFrame([row for row in made if row]), problems


def is_pollutant(name: str) -> bool:
    """Tell whether a row names a substance that is known, or a total."""
    return bool(name) and (_is_total(name) or species_of(name) != "")


def _is_total(name: str) -> bool:
    row = form_row(PERMIT, name) if name else None
    return row is not None and row.target == "total"


def _nameless(table: pd.DataFrame, is_whole: pd.Series, sheet: Sheet) -> Iterator[Problem]:
    has_amount = table[["amount", *QUARTERS]].notna().any(axis=1)
    for place in table.index[has_amount & (table["name"] == "")]:
        yield told(sheet.file, table["row"][place], sheet.headers.get("name", ""), "blank")
    for place in table.index[has_amount & (table["name"] != "") & (table["outlet"] == "")
                             & ~is_whole]:  # fmt: skip
        yield told(sheet.file, table["row"][place], sheet.headers.get("outlet", ""),
                   "form_no_outlet")  # fmt: skip
    for place in table.index[has_amount & table["name"].map(_is_total)]:
        yield told(sheet.file, table["row"][place], sheet.headers.get("name", ""),
                   "form_total_left", is_warning=True, given=table["name"][place])  # fmt: skip


def period_of(text: str) -> str | None:
    """Return ``year``, ``q1`` to ``q4``, or ``1`` to ``12``; None for a text that is none.

    Examples
    --------
    >>> [period_of(text) for text in ("", "全年", "第二季度", "2023年03月", "上半年")]
    ['year', 'year', 'q2', '3', None]
    """
    given = re.sub(r"^\d{4}[年\-/.]", "", plain(text))
    whole = ("", "全年", "年", "年度", "本年", "全年合计", "年度合计")
    if given in whole or re.fullmatch(r"\d{4}年?", given):
        return "year"
    if found := re.fullmatch(r"第?([一二三四1-4])季度?", given):
        return f"q{WORDS.get(found[1]) or found[1]}"
    found = re.fullmatch(r"0?(\d{1,2})月?(?:份)?", given)
    return found[1] if found and 1 <= int(found[1]) <= 12 else None


def _periods(table: pd.DataFrame, sheet: Sheet, problems: list[Problem]) -> pd.Series:
    header = sheet.headers.get("period", "")
    # A bare 2 is the second quarter under 季度, February elsewhere.
    ends = "季度" if plain(header) == "季度" else ""
    periods = pd.Series(
        [period_of(text + ends if text.isdigit() else text) for text in table["period"]],
        index=table.index, dtype="object",
    )  # fmt: skip
    for place in table.index[periods.isna()]:
        problems.append(told(sheet.file, table["row"][place], header,
                             "form_not_a_period", given=table["period"][place]))  # fmt: skip
    return periods


def _by_period(table: pd.DataFrame, sheet: Sheet, problems: list[Problem]) -> list[dict[Any, Any]]:
    """Return a row for each amount taken, of the year (blank ``month``) or of a month."""
    taken: list[dict[Any, Any]] = []
    keys = ["enterprise_id", "year", "outlet", "is_whole", "name"]
    for _, group in table.groupby(keys, sort=False):
        rows = group.to_dict("records")
        amounts: dict[str, tuple[float, dict[Any, Any]]] = {}
        for row in rows:
            spread = {part: row[part] for part in QUARTERS} | {row["part"]: row["amount"]}
            for part, amount in spread.items():
                if np.isnan(amount):
                    continue
                if part in amounts:
                    problems.append(told(sheet.file, row["row"], row["column"], "form_row_twice",
                                         given=f"{row['outlet']} {row['name']}".strip(),
                                         first=amounts[part][1]["row"]))  # fmt: skip
                amounts[part] = (float(amount), row)
        taken += _whole_year(rows[0], amounts, sheet, problems)
    return taken


def _whole_year(
    first: dict[Any, Any], amounts: dict[str, tuple[float, dict[Any, Any]]], sheet: Sheet,
    problems: list[Problem],
) -> list[dict[Any, Any]]:  # fmt: skip
    quarters = [amounts[part] for part in QUARTERS if part in amounts]
    months = {part: amounts[part] for part in amounts if part.isdigit()}
    total = float(f"{sum(amount for amount, _ in quarters):.12g}")
    if "year" in amounts:
        amount, row = amounts["year"]
        parts = quarters if len(quarters) == 4 else list(months.values())
        summed = sum(each for each, _ in parts)
        if len(parts) in (4, 12) and abs(summed - amount) > AGREES * max(summed, amount):
            problems.append(
                told(
                    sheet.file,
                    row["row"],
                    row["column"],
                    "form_year_differs",
                    is_warning=True,
                    given=f"{amount:g}",
                    total=f"{summed:g}",
                )
            )
        return [{**row, "amount": amount, "month": ""}]
    if len(quarters) == 4:
        return [{**quarters[-1][1], "amount": total, "month": ""}]
    if quarters:
        problems.append(told(sheet.file, first["row"], first["column"], "form_quarters_missing",
                             is_warning=True, given=f"{first['outlet']} {first['name']}".strip(),
                             known=[part for part in QUARTERS if part in amounts]))  # fmt: skip
    return [{**row, "amount": amount, "month": part} for part, (amount, row) in months.items()]


def _above_permitted(found: list[dict[Any, Any]], sheet: Sheet) -> Iterator[Problem]:
    for row in found:
        if row["month"] == "" and row["amount"] > row["permitted"]:
            yield told(sheet.file, row["row"], row["column"], "form_above_permitted",
                       is_warning=True, given=f"{row['amount']:g}",
                       name=f"{row['outlet']} {row['name']}".strip(),
                       permitted=f"{row['permitted']:g}")  # fmt: skip


def _leaves(
    found: list[dict[Any, Any]], sheet: Sheet, problems: list[Problem]
) -> list[dict[Any, Any]]:
    """Return the outlets, and the whole plant where no outlet has the pollutant."""
    keys = ("enterprise_id", "year", "name", "month")
    sums: dict[tuple[object, ...], float] = {}
    for row in found:
        if not row["is_whole"]:
            key = tuple(row[name] for name in keys)
            sums[key] = sums.get(key, 0.0) + row["amount"]
    kept = []
    for row in found:
        total = sums.get(tuple(row[name] for name in keys))
        if not row["is_whole"] or total is None:
            kept.append(row)
        elif abs(total - row["amount"]) > AGREES * max(total, row["amount"]):
            # Permits set limits for main outlets: the rest may stand in the total only.
            problems.append(told(sheet.file, row["row"], row["column"], "form_plant_total_differs",
                                 is_warning=True, given=f"{row['amount']:g}", name=row["name"],
                                 total=f"{total:g}"))  # fmt: skip
    return kept


def _permit_row(
    row: dict[Any, Any], sheet: Sheet, treatment_plant: str, problems: list[Problem]
) -> dict[str, object] | None:
    field = "amount" if "amount" in sheet.headers else "q1"
    unit, found = unit_of(row, sheet, PERMIT, "", "t", field)
    problems += found
    # A pollutant that nobody knows is held out of every total, and told, by the park's own check.
    species = species_of(row["name"])
    stated = OUTLETS.get(row["outlet"][:2].upper(), "")
    stated = stated or CATEGORIES.get(plain(row["category"]), "")
    medium = medium_of(species, stated)
    column = sheet.headers.get("outlet", "")
    if not medium or not (stated or goes_one_way(species)):
        problems.append(told(sheet.file, row["row"], column, "form_no_medium", given=row["name"]))
    elif species and stated and goes_one_way(species) and medium != medium_of(species, ""):
        problems.append(
            told(
                sheet.file,
                row["row"],
                column,
                "form_other_medium",
                given=row["outlet"] or row["category"],
                name=row["name"],
            )
        )
    if row["destination"] and not is_destination(PERMIT, row["destination"]):
        problems.append(unknown_destination(row, sheet, PERMIT))
    if not unit or not medium:
        return None
    destination = destination_of(row, PERMIT, medium, treatment_plant)
    if medium == "water" and not row["destination"] and not treatment_plant:
        problems.append(told(sheet.file, row["row"], column, "form_water_assumed",
                             is_warning=True, given=row["name"]))  # fmt: skip
    return release(row, species or row["name"], medium, "released", destination, treatment_plant,
                    unit) | {"stack_id": row["outlet"], "month": row["month"]}  # fmt: skip
