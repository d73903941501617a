"""Permit form: an annual permit execution report, outlet by pollutant, becomes releases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from parkkit.core.errors import Problem
from parkkit.park.form_headers import MONTHS
from parkkit.park.form_mapping import form_row, plain, told
from parkkit.park.form_outlets import is_total, of_months, of_outlets
from parkkit.park.form_placing import texts
from parkkit.park.form_reading import Sheet
from parkkit.park.permit_outlets import (
    PERMIT,
    QUARTERS,
    amount_field,
    outlet_amounts,
    stated_medium,
)
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

WORDS = {"一": 1, "二": 2, "三": 3, "四": 4}


def permit_rows(
    rows: pd.DataFrame, sheet: Sheet, *, treatment_plant: str
) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the releases that a permit execution report tells.

    The amount of the year is taken; where there is none, months stand as months, and four
    quarters are summed: an outlet with fewer has no amount and the notation NE. A row of the
    whole plant is taken for a pollutant that no outlet has; else what it has beyond the outlets
    that tell a year is taken as the rest of the plant. What is permitted is no release; a
    release above it is told.

    Parameters
    ----------
    treatment_plant : str
        Where water goes that the form says nothing of: a plant's id, ``outside``, or blank for
        the environment.
    """
    table = texts(rows, ["unit", "outlet", "outlet_type", "category", "period", "destination"])
    problems: list[Problem] = []
    table = of_outlets(table, sheet, problems)
    periods = _periods(table, sheet, problems)
    problems += _nameless(table, table["is_whole"], sheet)
    table = table.assign(part=periods)[periods.notna() & ~table["name"].map(is_total)]
    table = of_months(table[table["is_whole"] | (table["outlet"] != "")], sheet, problems)
    problems += _above_permitted(table, sheet)
    found = outlet_amounts(table, sheet, problems)
    made = [_permit_row(row, sheet, treatment_plant, problems) for row in found]
    return pd.DataFrame([row for row in made if row]), problems


def is_pollutant(name: str) -> bool:
    """Tell whether a row names a substance that is known, or a total."""
    return bool(name) and (form_row(PERMIT, name) is not None or species_of(name) != "")


def _nameless(table: pd.DataFrame, is_whole: pd.Series, sheet: Sheet) -> Iterator[Problem]:
    has_amount = table[["amount", "part_sum", *QUARTERS, *MONTHS]].notna().any(axis=1)
    for place in table.index[has_amount & (table["name"] == "")]:
        yield told(sheet.file, table["row"][place], sheet.headers.get("name", ""), "blank")
    for place in table.index[has_amount & (table["name"] != "") & (table["outlet"] == "")
                             & ~is_whole]:  # fmt: skip
        yield told(sheet.file, table["row"][place], sheet.headers.get("outlet", ""),
                   "form_no_outlet")  # fmt: skip
    for place in table.index[has_amount & table["name"].map(is_total)]:
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
    whole = ("", "全年", "年", "年度", "本年", "全年合计", "年度合计", "合计", "年合计")
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


def _above_permitted(table: pd.DataFrame, sheet: Sheet) -> Iterator[Problem]:
    """Tell years, or four quarters of one row, above what is permitted."""
    years = table["amount"].where(table["part"] == "year")
    amounts = years.fillna(table[list(QUARTERS)].sum(axis=1, min_count=len(QUARTERS)))
    for row in table.assign(amount=amounts)[amounts > table["permitted"]].to_dict("records"):
        yield told(sheet.file, row["row"], row["column"], "form_above_permitted",
                   is_warning=True, given=f"{row['amount']:g}",
                   name=f"{row['outlet']} {row['name']}".strip(),
                   permitted=f"{row['permitted']:g}")  # fmt: skip


def _permit_row(
    row: dict[Any, Any], sheet: Sheet, treatment_plant: str, problems: list[Problem]
) -> dict[str, object] | None:
    unit, found = unit_of(row, sheet, PERMIT, "", "t", amount_field(sheet))
    problems += found
    # A pollutant that nobody knows is held out of every total, and told, by the park's own check.
    species = species_of(row["name"])
    stated = stated_medium(row)
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
                    unit) | {"stack_id": row["outlet"], "month": row["month"],
                             "amount": "" if row["notation"] else row["amount"],
                             "notation": row["notation"], "name": row["name"]}  # fmt: skip
