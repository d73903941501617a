"""Form outlets: of what each row of a permit report speaks, an outlet, the plant, or neither."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from parkkit.core.errors import Problem
from parkkit.park.form_headers import MONTHS, QUARTERS
from parkkit.park.form_mapping import form_row, plain, told
from parkkit.park.form_reading import Sheet
from parkkit.park.release_rows import species_of

PERMIT = "permit_report"
AGREES = 0.01
# A number first, the rest is a name: DA001 锅炉烟囱.
CODE = re.compile(r"([A-Z]{2}-?\d{2,5})(?![\dA-Z])", re.IGNORECASE)
SUBTOTAL = re.compile(r".*(小计|排放口合计|排放口总计)")
NO_MASS = ("无量纲", "级", "林格曼级", "倍", "稀释倍数", "个/L", "个/升", "MPN/L", "℃")
PLACES = ("outlet", "outlet_type", "category", "name")


def outlet_code(text: str) -> str:
    """Return the number of an outlet, without the name behind it; other texts as they are.

    Examples
    --------
    >>> outlet_code("DA001 锅炉烟囱"), outlet_code("dw002（总排口）"), outlet_code("废气总口")
    ('DA001', 'DW002', '废气总口')
    """
    found = CODE.match(text.strip())
    return found[1].upper() if found else text.strip()


def is_total(text: str) -> bool:
    """Tell whether a text means the whole plant.

    Examples
    --------
    >>> is_total("全厂合计"), is_total("一般排放口合计"), is_total("DA001")
    (True, False, False)
    """
    row = form_row(PERMIT, text) if text else None
    return row is not None and row.target == "total" and not is_subtotal(text)


def is_subtotal(text: str) -> bool:
    """Tell whether a text means some outlets of a plant, whichever they are.

    Examples
    --------
    >>> is_subtotal("主要排放口合计"), is_subtotal("小计"), is_subtotal("全部排放口合计")
    (True, True, False)
    """
    given = plain(text)
    return bool(SUBTOTAL.fullmatch(given)) and not given.startswith(("全", "所有", "各"))


def of_outlets(table: pd.DataFrame, sheet: Sheet, problems: list[Problem]) -> pd.DataFrame:
    """Return the rows that are of an outlet or the whole plant, with ``is_whole``.

    ``outlet`` is the number of the outlet, blank for the plant; ``substance`` is the species, or
    the name of one that nobody knows. Sub-totals, and rows of what has no mass, are left out and
    told.
    """
    is_whole = pd.Series(False, index=table.index)
    is_left = pd.Series(False, index=table.index)
    for place in PLACES:
        is_whole |= table[place].map(is_total)
        is_left |= table[place].map(is_subtotal)
    has_no_mass = pd.Series(
        [_has_no_mass(row, sheet) for row in table.to_dict("records")], table.index, dtype="bool"
    )
    problems += _left_out(table[is_left & ~has_no_mass], sheet)
    problems += _without_mass(table[has_no_mass], sheet)
    known = [species_of(name) or name for name in table["name"]]
    codes = table["outlet"].map(outlet_code).mask(is_whole, "")
    made = table.assign(is_whole=is_whole, outlet=codes, substance=known)
    return made[~is_left & ~has_no_mass]


def _has_no_mass(row: dict[Any, Any], sheet: Sheet) -> bool:
    kind = form_row(PERMIT, row["name"]) if row["name"] else None
    return _unit(row, sheet) in NO_MASS or (kind is not None and kind.target == "no_mass")


def _unit(row: dict[Any, Any], sheet: Sheet) -> str:
    return str(row["unit"] or sheet.units.get("amount", "") or sheet.units.get("", ""))


def _has_amount(table: pd.DataFrame) -> pd.Series:
    return table[["amount", "part_sum", *QUARTERS, *MONTHS]].notna().any(axis=1)


def _left_out(rows: pd.DataFrame, sheet: Sheet) -> Iterator[Problem]:
    for row in rows[_has_amount(rows)].to_dict("records"):
        texts = [row[place] for place in PLACES]
        yield told(sheet.file, row["row"], sheet.headers.get("outlet", ""), "form_subtotal_left",
                   is_warning=True, given=next(filter(is_subtotal, texts)),
                   name=row["name"])  # fmt: skip


def _without_mass(rows: pd.DataFrame, sheet: Sheet) -> Iterator[Problem]:
    for row in rows[_has_amount(rows)].to_dict("records"):
        yield told(sheet.file, row["row"], sheet.headers.get("name", ""), "form_no_mass",
                   is_warning=True, given=row["name"], unit=_unit(row, sheet))  # fmt: skip


def of_months(table: pd.DataFrame, sheet: Sheet, problems: list[Problem]) -> pd.DataFrame:
    """Return the rows with months that stand in columns as rows of their own.

    The sum of some months is no year: it is compared with them, or is the quarter that a row
    says it is of.

    Parameters
    ----------
    table : DataFrame
        With ``part``: ``year``, ``q1`` to ``q4``, or ``1`` to ``12``.
    """
    made: list[dict[Any, Any]] = []
    for row in table.to_dict("records"):
        months = {month: row[month] for month in MONTHS if row[month] >= 0}
        if row["part_sum"] >= 0:
            row = _with_sum(row, months, sheet, problems)
        made.append(row)
        blank = dict.fromkeys((*QUARTERS, "permitted"), float("nan"))
        made += [{**row, **blank, "part": month[1:], "amount": amount,
                  "unit": row["unit"] or sheet.units.get(month, ""),
                  "column": sheet.headers[month]}
                 for month, amount in months.items()]  # fmt: skip
    return pd.DataFrame(made, columns=table.columns)


def _with_sum(
    row: dict[Any, Any], months: dict[str, float], sheet: Sheet, problems: list[Problem]
) -> dict[Any, Any]:
    column, amount = sheet.headers.get("part_sum", ""), row["part_sum"]
    name = f"{row['outlet']} {row['name']}".strip()
    if months:
        total = sum(months.values())
        if abs(total - amount) > AGREES * max(total, amount):
            problems.append(told(sheet.file, row["row"], column, "form_part_sum_differs",
                                 is_warning=True, given=name, amount=f"{amount:g}",
                                 total=f"{total:g}"))  # fmt: skip
        return row
    if row["part"] in QUARTERS:
        unit = row["unit"] or sheet.units.get("part_sum", "")
        return {**row, "amount": amount, "unit": unit, "column": column}
    problems.append(told(sheet.file, row["row"], column, "form_part_sum_alone", given=name))
    return row
