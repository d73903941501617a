"""What Langang is made of: its plans, its years, and how amounts are written."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

Row = dict[str, Any]
Levels = dict[tuple[str, int], float]  # plant, year: output, 2018 = 1


HOME = Path(__file__).parent
YEARS = tuple(range(2018, 2024))

# The park as a whole, 2018 = 1: output dips in 2020, efficiency gains tell from 2021 on.
OUTPUT = dict(zip(YEARS, (1.0, 1.05, 1.03, 1.11, 1.15, 1.19), strict=True))
VALUE = dict(zip(YEARS, (1.0, 1.07, 1.01, 1.145, 1.205, 1.265), strict=True))
ENERGY_PER_OUTPUT = dict(zip(YEARS, (1.0, 0.985, 1.008, 0.972, 0.915, 0.862), strict=True))
WATER_PER_OUTPUT = dict(zip(YEARS, (1.0, 0.98, 0.97, 0.95, 0.92, 0.9), strict=True))
VOC_PER_OUTPUT = dict(zip(YEARS, (1.0, 0.92, 0.84, 0.74, 0.66, 0.58), strict=True))
RAMP = (0.4, 0.8, 1.0, 1.1)  # a plant that opens after 2018: its first years
CHP, SEWAGE, WASTE = "LG01", "LG02", "LG03"
COAL_GJ_PER_T, GAS_GJ_PER_1E4M3 = 21.85, 389.31
COAL_SULPHUR, COAL_ASH, GAS_SULPHUR_MG = 0.008, 0.14, 20.0
LIMESTONE_PURITY = 0.92  # CaCO3 in the stone, by mass
WASTE_KG = {"municipal_waste": (1.6, 2.1, 18.0), "hazardous_waste": (4.0, 3.5, 25.0)}
TO_BASE = {"MWh": 1.0, "万kWh": 10.0, "GJ": 1.0, "m3": 1.0, "万m3": 1e4, "1e4m3": 1e4, "t": 1.0,
           "万t": 1e4, "kg": 1e-3}  # fmt: skip

DIGITS = {"MWh": 0, "万kWh": 2, "GJ": 0, "m3": -1, "万m3": 2, "1e4m3": 2, "t": 0, "万t": 2,
          "kg": 0}  # fmt: skip
CODES = ("industry_code", "date", "page")
AIR = {"so2": "二氧化硫", "nox": "氮氧化物", "pm": "颗粒物"}


def plan(name: str) -> list[Row]:
    """Return a plan beside this script: codes as text, amounts as numbers, blanks as ``""``."""
    with (HOME / f"langang_{name}.csv").open(encoding="utf-8", newline="") as file:
        return [
            {column: given(column, text) for column, text in row.items()}
            for row in csv.DictReader(file)
        ]


def given(column: str, text: str) -> str | float:
    """Return a cell of a plan: a number where it is one and the column is not of codes."""
    is_number = re.fullmatch(r"-?\d+(\.\d+)?", text) and column not in CODES
    return float(text) if is_number else text


def reported(amount: float, unit: str) -> float:
    """Return an amount in base units as people report it in a unit."""
    return round(amount / TO_BASE[unit], DIGITS[unit])


def base(row: Row) -> float:
    """Return what a row's amount is in base units (MWh, GJ, m3, t)."""
    return float(row["amount"]) * TO_BASE[row["unit"]]


def number(plant: Row, name: str) -> float:
    """Return a planned amount; a blank is none."""
    return float(plant[name] or 0)


def total(rows: Iterable[Row], item: str) -> float:
    """Return the amount of an item over rows, in base units."""
    return sum(base(row) for row in rows if row["item"] == item)


def running_levels(plants: list[Row], noise: np.random.Generator) -> Levels:
    """Return each plant's output by year, 2018 = 1; years in which it does not run are absent."""
    wobble = noise.uniform(0.988, 1.012, size=(len(plants), len(YEARS)))
    levels: Levels = {}
    for count, plant in enumerate(plants):
        for step, year in enumerate(YEARS):
            opened, closed = int(plant["opened"]), int(plant["closed"] or YEARS[-1])
            if opened <= year <= closed:
                age = year - opened if opened > YEARS[0] else len(RAMP)
                growth = (1 + plant["growth_percent"] / 100) ** step
                level = OUTPUT[year] * growth if age >= len(RAMP) else RAMP[age]
                levels[plant["enterprise_id"], year] = level * wobble[count, step]
    return levels
