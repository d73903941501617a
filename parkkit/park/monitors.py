"""Monitors: releases told by concentration, flow and hours, as amounts in tonnes."""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Iterator

import pandas as pd

from parkkit.core.errors import Problem
from parkkit.core.units import conversion, measures
from parkkit.park.faults import at

READINGS = ("concentration_mg_per_m3", "flow_m3_per_h", "hours")
UNIT = "t"
T_PER_MG = 1e-9
AGREE = 0.01
HOURS_A_DAY = 24


def monitored(releases: pd.DataFrame) -> pd.DataFrame:
    """Return releases with the amount of each row that tells all three readings and no amount.

    ``amount = concentration_mg_per_m3 x flow_m3_per_h x hours x 1e-9``, in t, which such a row
    must give as its unit. Concentration and flow are means over the hours, both at the same
    (standard, dry) state. How means are made of hourly values (a day needs 18 of them) is the
    business of whoever runs the monitor, and out of scope here.

    Parameters
    ----------
    releases : DataFrame
        The ``releases`` table.

    References
    ----------
    T/CSES 144-2024, eq. (1), there in kg.

    Examples
    --------
    >>> row = {"concentration_mg_per_m3": [50.0], "flow_m3_per_h": [1e5], "hours": [8000.0]}
    >>> rows = pd.DataFrame({**row, "amount": [None], "unit": ["t"]}).astype({"amount": float})
    >>> monitored(rows)["amount"].round(9).tolist()
    [40.0]
    """
    read = read_tonnes(releases).where(releases["unit"] == UNIT)
    return releases.assign(amount=releases["amount"].fillna(read))


def read_tonnes(releases: pd.DataFrame) -> pd.Series:
    """Return the tonnes that each row's readings make; missing where one of the three is."""
    concentration, flow, hours = (releases[name] for name in READINGS)
    return concentration * flow * hours * T_PER_MG


def has_readings(releases: pd.DataFrame) -> pd.Series:
    """Tell the rows that give one of the three readings or more."""
    return releases[list(READINGS)].notna().any(axis=1)


def monitor_problems(releases: pd.DataFrame) -> Iterator[Problem]:
    """Return what is wrong with readings: one missing, too many hours, another amount beside."""
    rows = releases[has_readings(releases)]
    for name in READINGS:
        for row in rows.index[rows[name].isna()]:
            given = [other for other in READINGS if pd.notna(rows[other][row])]
            yield at("releases", row, name, "monitor_incomplete", given=given, wanted=name)
    read = read_tonnes(rows)
    for row in rows.index[read.notna() & rows["amount"].isna() & (rows["unit"] != UNIT)]:
        yield at("releases", row, "unit", "monitor_unit", given=rows["unit"][row], wanted=UNIT)
    yield from _hours(rows)
    yield from _differing(rows, read)


def _hours(rows: pd.DataFrame) -> Iterator[Problem]:
    told = rows[rows["hours"].notna() & rows["year"].notna()]
    for row in told.index:
        year, month = int(told["year"][row]), told["month"][row]
        days = monthrange(year, int(month))[1] if pd.notna(month) else 365 + isleap(year)
        if told["hours"][row] > days * HOURS_A_DAY:
            period = f"{year}" if pd.isna(month) else f"{year}-{int(month):02d}"
            yield at("releases", row, "hours", "hours_above_year", given=f"{told['hours'][row]:g}",
                     period=period, most=days * HOURS_A_DAY)  # fmt: skip


def _differing(rows: pd.DataFrame, read: pd.Series) -> Iterator[Problem]:
    """Tell amounts that stand beside readings and are not what these make."""
    rates = {unit: conversion(unit, UNIT) if measures(unit, UNIT) else float("nan")
             for unit in rows["unit"].unique()}  # fmt: skip
    amount = rows["amount"] * rows["unit"].map(rates).astype("float64")
    larger = pd.concat([amount, read], axis=1).abs().max(axis=1)
    for row in rows.index[(amount - read).abs() > AGREE * larger]:
        yield at("releases", row, "amount", "monitor_differs", is_warning=True,
                 given=f"{amount[row]:.6g}", read=f"{read[row]:.6g}")  # fmt: skip
