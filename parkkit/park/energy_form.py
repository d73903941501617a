"""Energy form: rows of form 205-1, energy purchase, consumption and stock, become activity.

What a fuel's industrial and other consumption holds besides raw material and vehicles is burnt.
Of electricity and heat what was purchased is taken: own generation is no purchase. Stocks,
purchases of fuels and coefficients to standard coal only check what was consumed: a coefficient
kept beside the heat value that CO2 goes by would be a second truth about one fuel.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from parkkit.core.errors import ParkError, Problem
from parkkit.core.vocabulary import vocabulary
from parkkit.park.form_energy_units import FORM, coefficient_problems, in_unit, tce_per_unit
from parkkit.park.form_mapping import (
    FormRow,
    form_row,
    form_unit,
    known_rows,
    of_its_kind,
    plain,
    told,
)
from parkkit.park.form_placing import texts
from parkkit.park.form_reading import Sheet

AMOUNTS = ("opening", "purchased", "consumed", "industrial", "feedstock", "elsewhere", "transport",
           "closing")  # fmt: skip
SELLERS = {"electricity": "grid", "heat": "outside"}
AGREES = 0.01
PLANT_YEAR = ["enterprise_id", "year"]


def energy_rows(rows: pd.DataFrame, sheet: Sheet) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the activity that form 205-1 tells, and what is not taken of it.

    Parameters
    ----------
    rows : DataFrame
        The form's rows with ``enterprise_id``, ``year`` and numbers.

    Returns
    -------
    activity : DataFrame
        ``row``, ``suffix`` and columns of ``activity``; a fuel's consumption stands as
        ``fuel_combustion``, ``feedstock`` and ``transport_own``, which add up to it.
    problems : list of Problem
        Errors, and a warning for each row not taken and each check that does not close.
    """
    table = texts(rows, ["unit"])
    kinds = pd.Series([form_row(FORM, name) for name in table["name"]], table.index, dtype="object")
    table = table.assign(used=_used(table), kind=kinds)
    table = table.assign(unit=[_stated_unit(row, sheet) for row in table.to_dict("records")])
    problems = [*_twice(table, sheet), *_not_taken(table, sheet), *_subtotals(table, sheet)]
    problems += [*_totals(table, sheet), *_stocks(table, sheet)]
    problems += coefficient_problems(table[_has_amounts(table)], sheet)
    activity: list[dict[str, object]] = []
    for row in table[_is_leaf(table)].to_dict("records"):
        made, found = _row(row, sheet)
        activity += made
        problems += found
    return pd.DataFrame(activity), problems


def _used(table: pd.DataFrame) -> pd.Series:
    parts = table[["industrial", "elsewhere"]].sum(axis=1, min_count=1)
    return parts.fillna(table["consumed"])


def _has_amounts(table: pd.DataFrame) -> pd.Series:
    return (table[list(AMOUNTS)].fillna(0.0) > 0).any(axis=1)


def _is_leaf(table: pd.DataFrame) -> pd.Series:
    """Tell the rows that count: not a total, and not the sum of rows that are there as well."""
    is_item = table["kind"].map(lambda kind: kind is not None and kind.target == "activity")
    parents = table.assign(parent=table["kind"].map(lambda kind: kind.part_of if kind else ""))
    there = parents[_has_amounts(table) & (parents["parent"] != "")]
    divided = set(zip(there["enterprise_id"], there["year"], there["parent"], strict=True))
    keys = zip(table["enterprise_id"], table["year"], map(plain, table["name"]), strict=True)
    return is_item & pd.Series([key not in divided for key in keys], index=table.index)


def _not_taken(table: pd.DataFrame, sheet: Sheet) -> Iterator[Problem]:
    column = sheet.headers.get("name", "")
    for row in table[_has_amounts(table)].to_dict("records"):
        kind: FormRow | None = row["kind"]
        if kind is None:
            yield told(sheet.file, row["row"], column, "form_unknown_row", is_warning=True,
                       given=row["name"],
                       known=of_its_kind(row["name"], known_rows(FORM)))  # fmt: skip
        elif kind.target in ("no_item", "no_emission"):
            yield told(sheet.file, row["row"], column, f"form_{kind.target}", is_warning=True,
                       given=row["name"])  # fmt: skip


def _twice(table: pd.DataFrame, sheet: Sheet) -> Iterator[Problem]:
    told_rows = table[_has_amounts(table)]
    names = told_rows["name"].map(plain)
    keys = told_rows[PLANT_YEAR].assign(name=names)
    first = told_rows["row"].groupby([keys[key] for key in keys]).transform("min")
    column = sheet.headers.get("name", "")
    for place in told_rows.index[told_rows["row"] != first]:
        yield told(sheet.file, told_rows["row"][place], column, "form_row_twice",
                   given=told_rows["name"][place], first=first[place])  # fmt: skip


def _apart(left: float, right: float) -> bool:
    return abs(left - right) > AGREES * max(abs(left), abs(right))


def _subtotals(table: pd.DataFrame, sheet: Sheet) -> Iterator[Problem]:
    """Tell a row such as 原煤 that is not the sum of the kinds below it."""
    parents = table["kind"].map(lambda kind: kind.part_of if kind else "")
    parts = table[(parents != "") & _has_amounts(table)].assign(parent=parents)
    wholes = table.assign(plain=table["name"].map(plain))
    for key, group in parts.groupby([*PLANT_YEAR, "parent"]):
        mine = wholes[(wholes["enterprise_id"] == key[0]) & (wholes["year"] == key[1])
                      & (wholes["plain"] == key[2])]  # fmt: skip
        for whole in mine.to_dict("records"):
            rates = [in_unit(unit, whole["unit"]) for unit in group["unit"]]
            for field in ("used", "feedstock", "transport"):
                # A unit that is wrong is told at its row.
                total = float((group[field].fillna(0.0) * rates).sum(skipna=False))
                if not np.isnan(whole[field] + total) and _apart(whole[field], total):
                    header = sheet.headers.get(field, sheet.headers.get("industrial", ""))
                    yield told(sheet.file, whole["row"], header, "form_does_not_add_up",
                               given=f"{whole[field]:g}", parts=list(group["name"]),
                               total=f"{total:g}")  # fmt: skip


def _totals(table: pd.DataFrame, sheet: Sheet) -> Iterator[Problem]:
    """Tell a total in tce that is not the sum of the rows by their coefficients."""
    is_total = table["kind"].map(lambda kind: kind is not None and kind.target == "total")
    parents = table["kind"].map(lambda kind: kind.part_of if kind else "")
    for total in table[is_total & table["used"].notna()].to_dict("records"):
        mine = (table["enterprise_id"] == total["enterprise_id"]) & (table["year"] == total["year"])
        # 原煤 stands for its kinds where it is there.
        is_covered = parents.isin(table.loc[mine & table["used"].notna(), "name"].map(plain))
        rows = table[mine & ~is_total & ~is_covered & (table["used"] > 0)]
        column = sheet.headers.get("coefficient", sheet.headers.get("consumed", ""))
        if rows["coefficient"].isna().any():
            yield told(sheet.file, total["row"], column, "form_total_unchecked", is_warning=True,
                       given=list(rows.loc[rows["coefficient"].isna(), "name"]))  # fmt: skip
            continue
        sums = sum(row["used"] * tce_per_unit(row) for row in rows.to_dict("records"))
        # A total without a unit is in tonnes of coal equivalent, as the form has it.
        given = total["used"] * (in_unit(total["unit"], "tce") if total["unit"] else 1.0)
        if _apart(sums, given):
            yield told(sheet.file, total["row"], column, "form_total_differs", is_warning=True,
                       given=f"{given:g}", total=f"{sums:g}")  # fmt: skip


def _stocks(table: pd.DataFrame, sheet: Sheet) -> Iterator[Problem]:
    """Tell rows whose purchases do not cover what was consumed and laid in."""
    known = table["kind"].map(lambda kind: kind is not None and kind.target == "activity")
    for row in table[known & table["used"].notna()].to_dict("records"):
        moves = [row[field] for field in ("opening", "purchased", "closing")]
        if all(np.isnan(each) for each in moves):
            continue
        opening, purchased, closing = (0.0 if np.isnan(each) else each for each in moves)
        there, gone = opening + purchased, row["used"] + closing
        if _apart(there, gone):
            yield told(sheet.file, row["row"], sheet.headers.get("closing", ""),
                       "stock_does_not_close", is_warning=True, given=row["name"],
                       there=f"{there:g}", gone=f"{gone:g}", difference=f"{there - gone:g}",
                       unit=row["unit"])  # fmt: skip


def _stated_unit(row: dict[Any, Any], sheet: Sheet) -> str:
    """Return the unit of a row: its own, else of the column, else of the sheet."""
    return str(row["unit"] or sheet.units.get("industrial", "") or sheet.units.get("", ""))


# --- one row ----------------------------------------------------------------------------------


def _row(row: dict[Any, Any], sheet: Sheet) -> tuple[list[dict[str, object]], list[Problem]]:
    if not any(row[field] >= 0 for field in AMOUNTS):
        return [], []
    item = row["kind"].item
    entry = vocabulary("items").set_index("item").loc[item]
    given = row["unit"]
    column = sheet.headers.get("unit", "")
    if not given:
        return [], [told(sheet.file, row["row"], column, "form_no_unit", given=row["name"])]
    wanted = entry["base_unit"] + (" TJ" if entry["kind"] == "fuel" else "")
    try:
        unit = form_unit(FORM, item, given, wanted)
    except ParkError as error:
        return [], [Problem(code=error.code, file=sheet.file, row=row["row"], column=column,
                            values=error.values)]  # fmt: skip
    made, problems = (_bought if entry["kind"] == "energy" else _burnt)(row, sheet)
    return [{"row": row["row"], "enterprise_id": row["enterprise_id"], "year": row["year"],
             "name": row["name"], "item": item, "unit": unit, "suffix": str(each["use"]), **each}
            for each in made], problems  # fmt: skip


def _bought(row: dict[Any, Any], sheet: Sheet) -> tuple[list[dict[str, object]], list[Problem]]:
    item = row["kind"].item
    if np.isnan(row["purchased"]):
        column = sheet.headers.get("purchased", "")
        return [], [told(sheet.file, row["row"], column, "form_not_purchased", is_warning=True,
                         given=row["name"])]  # fmt: skip
    seller = SELLERS[item]
    made: dict[str, object] = {"use": "purchased", "process_type": "purchase",
                               "counterpart_id": seller, "amount": row["purchased"]}  # fmt: skip
    problem = told(sheet.file, row["row"], sheet.headers.get("purchased", ""),
                   "form_seller_assumed", is_warning=True, given=row["name"],
                   kind=f"seller_{seller}")  # fmt: skip
    return [made], [problem]


def _burnt(row: dict[Any, Any], sheet: Sheet) -> tuple[list[dict[str, object]], list[Problem]]:
    problems = list(_faults(row, sheet))
    if problems or np.isnan(row["used"]):
        if not problems:
            problems = [told(sheet.file, row["row"], sheet.headers.get("industrial", ""),
                             "form_not_consumed", is_warning=True, given=row["name"])]  # fmt: skip
        return [], problems
    feedstock, transport = (np.nan_to_num(row[field]) for field in ("feedstock", "transport"))
    # Differences of decimals carry binary dust: 0.3 - 0.1 is not 0.2.
    burnt = float(f"{row['used'] - feedstock - transport:.12g}")
    amounts = {"fuel_combustion": burnt, "feedstock": float(feedstock),
               "transport_own": float(transport)}  # fmt: skip
    kept = {use: amount for use, amount in amounts.items() if amount > 0}
    # A zero that was written down is a zero.
    kept = kept or {"fuel_combustion": 0.0}
    made: list[dict[str, object]] = [
        {"use": use, "amount": amount, "counterpart_id": "",
         "process_type": "vehicle" if use == "transport_own" else ""}
        for use, amount in kept.items()
    ]  # fmt: skip
    return made, list(_doubts(row, kept, sheet))


def _faults(row: dict[Any, Any], sheet: Sheet) -> Iterator[Problem]:
    """Tell a row whose parts are not its consumption."""
    parts = np.nansum([row["industrial"], row["elsewhere"]])
    if not np.isnan(row["consumed"]) and _apart(row["consumed"], row["used"]):
        names = [sheet.headers[field] for field in ("industrial", "elsewhere")
                 if field in sheet.headers]  # fmt: skip
        yield told(sheet.file, row["row"], sheet.headers.get("consumed", ""),
                   "form_does_not_add_up", given=f"{row['consumed']:g}", parts=names,
                   total=f"{parts:g}")  # fmt: skip
    inside = np.nansum([row["feedstock"], row["transport"]])
    used = np.nan_to_num(row["used"])
    if inside > used * (1 + 1e-9):
        yield told(sheet.file, row["row"], sheet.headers.get("industrial", ""),
                   "form_parts_above", given=row["name"], parts=f"{inside:g}",
                   total=f"{used:g}")  # fmt: skip


def _doubts(row: dict[Any, Any], kept: dict[str, float], sheet: Sheet) -> Iterator[Problem]:
    if row["kind"].doubt == "conversion" and kept.get("fuel_combustion", 0.0) > 0:
        yield told(sheet.file, row["row"], sheet.headers.get("industrial", ""),
                   "form_perhaps_converted", is_warning=True, given=row["name"])  # fmt: skip
    if "feedstock" in kept:
        yield told(sheet.file, row["row"], sheet.headers.get("feedstock", ""),
                   "form_feedstock", is_warning=True, given=row["name"])  # fmt: skip


def is_energy(name: str) -> bool:
    """Tell whether a row is one of the form's."""
    return form_row(FORM, name) is not None
