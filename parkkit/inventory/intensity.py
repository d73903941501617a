"""Intensity: energy, carbon, water and pollutants per value added, hectare and tonne of coal."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from parkkit.core.units import conversion
from parkkit.inventory.compilation import CO2E, Inventory, totals
from parkkit.inventory.economy import PARK, park_economy
from parkkit.inventory.energy import consumption
from parkkit.inventory.water import WHOLE_PARK, water
from parkkit.park.boundary import AreaKind, area
from parkkit.park.package import Park

VALUE_UNIT = "万元"
MASS_UNIT = "kg"  # of pollutants
MEASURES = ("energy", "co2e", "co2", "fresh_water")
# Each is told of one medium: nitrogen in the air is another species than nitrogen in water.
POLLUTANTS = {"so2": "air", "nox": "air", "pm": "air", "voc": "air", "cod": "water",
              "nh3_n": "water"}  # fmt: skip
AREAS: dict[str, AreaKind] = {"official_area": "official", "drawn_area": "drawn"}
PERS = ("value_added", *AREAS)
PAIRS = [(measure, per) for per in PERS for measure in MEASURES] + [("co2e", "energy")]
PAIRS += [(measure, per) for measure in POLLUTANTS for per in (*PERS, "energy")]
UNITS = {"energy": "tce", "co2e": "t", "co2": "t", "fresh_water": "m3", "value_added": VALUE_UNIT,
         **dict.fromkeys(AREAS, "ha"), **dict.fromkeys(POLLUTANTS, MASS_UNIT)}  # fmt: skip
WATER_PARTS = {"fresh_water": "withdrawn", "reused_water": "reused"}
QUANTITY = ["quantity", "year", "amount", "status", "missing"]
COLUMNS = ["year", "measure", "per", "value", "unit", "amount", "divisor", "prices", "price_year",
           "deflator", "status", "missing"]  # fmt: skip
NO_INDEX = "price_index"


def intensity(inventory: Inventory, park: Park) -> pd.DataFrame:
    """Return energy, carbon, water and pollutants per value added, area and energy, by year.

    Parameters
    ----------
    park : Park
        The park that the inventory is of: its economy and the area of its boundary.

    Returns
    -------
    DataFrame
        ``year``; ``measure`` (``energy``: the comprehensive consumption of the park in tce,
        ``co2e``, ``co2``, ``fresh_water``: what is withdrawn) ``per`` ``value_added`` (万元),
        ``official_area`` or ``drawn_area`` (ha); ``co2e`` per ``energy``; what is released of
        ``so2``, ``nox``, ``pm``, ``voc`` into air and of ``cod``, ``nh3_n`` into water (kg) per
        each of these and per ``energy`` (tce); ``value`` in ``unit``, made of ``amount`` and
        ``divisor``; ``prices`` (``constant`` or ``current``), ``price_year`` and ``deflator`` (as
        :func:`parkkit.inventory.economy.park_economy` tells the value added); ``status``;
        ``missing``: whose value added or water, which area, coefficient or species; or
        ``price_index``, where an index lacks the year.
        Measures per nothing: ``fresh_water`` and ``reused_water`` (m3), and the
        ``water_reuse_share`` (of water withdrawn and reused together).

        An amount that is only partly known gives a partial value; a divisor partly known none,
        because the value would be too large.
    """
    years = sorted({int(year) for year in inventory.members["year"]})
    table = pd.concat([_amounts(inventory), _divisors(inventory, park, years)], ignore_index=True)
    rows = [_per(table, years, measure, per) for measure, per in PAIRS]
    result = pd.concat([*rows, _water(inventory, years)], ignore_index=True)
    prices = _prices(inventory, park)
    is_valued = result["per"] == "value_added"
    told = result[["year"]].merge(prices, on="year", how="left")
    return result.assign(
        prices=told["prices"].where(is_valued).fillna("").astype("str"),
        price_year=told["price_year"].where(is_valued).astype("Int64"),
        deflator=told["deflator"].where(is_valued).fillna("").astype("str"),
    )[COLUMNS]


def _amounts(inventory: Inventory) -> pd.DataFrame:
    """Return energy, gases, pollutants and water by year, each with what is missing for it."""
    used = consumption(inventory).rename(columns={"consumed_tce": "amount"})
    fresh = _water_amounts(inventory, "fresh_water")
    parts = [used.assign(quantity="energy"), _released(inventory), fresh]
    return pd.concat([part[QUANTITY] for part in parts], ignore_index=True)


def _released(inventory: Inventory) -> pd.DataFrame:
    """Return carbon in t and the pollutants in kg, by year."""
    rows = totals(inventory).rename(columns={"species": "quantity", "amount_t": "amount"})
    is_pollutant = rows["medium"] == rows["quantity"].map(POLLUTANTS)
    rows = rows[is_pollutant | rows["quantity"].isin([CO2E, "co2"])]
    size = rows["quantity"].isin(POLLUTANTS).map({True: conversion("t", MASS_UNIT), False: 1.0})
    missing = rows["quantity"].where(rows["status"] != "computed", "")
    return rows.assign(amount=rows["amount"] * size, missing=missing)


def _divisors(inventory: Inventory, park: Park, years: Iterable[int]) -> pd.DataFrame:
    """Return value added in 万元 and both areas in hectares, by year."""
    economy = park_economy(park, inventory.members, part=inventory.part)
    economy = economy[economy["group"] == PARK]
    absent = (
        economy["missing"]
        .str.split(";")
        .map(lambda names: ";".join(f"value_added/{name}" for name in names if name))
    )
    no_index = economy["price_missing"].map(lambda codes: NO_INDEX if codes else "")
    absent = (no_index + ";" + absent).str.strip(";")
    value = pd.DataFrame(
        {"quantity": "value_added", "year": economy["year"], "missing": absent,
         "amount": economy["amount"] / conversion(VALUE_UNIT, "CNY")}
    )  # fmt: skip
    drawn = pd.DataFrame(
        [{"quantity": name, "year": year, "missing": "",
          "amount": area(park, inventory.boundary_type, year, kind=kind, part=inventory.part)}
         for year in years for name, kind in AREAS.items()]
    )  # fmt: skip
    both = pd.concat([value, drawn], ignore_index=True)
    is_there = both["amount"].notna()
    return both.assign(
        status=np.where(is_there, "computed", "not_computable"),
        missing=both["missing"].mask(~is_there & (both["missing"] == ""), both["quantity"]),
    )[QUANTITY]


def _per(table: pd.DataFrame, years: Iterable[int], measure: str, per: str) -> pd.DataFrame:
    """Return one quantity over another, by year."""
    amount, divisor = _of(table, measure, years), _of(table, per, years)
    is_whole = (divisor["status"] == "computed") & (divisor["amount"] > 0)
    value = (amount["amount"] / divisor["amount"]).where(is_whole)
    # Nothing, or a loss, divides nothing.
    lacking = divisor["missing"].mask(~is_whole & (divisor["missing"] == ""), per)
    missing = (amount["missing"] + ";" + lacking).str.strip(";")
    return pd.DataFrame(
        {
            "year": list(years), "measure": measure, "per": per, "value": value,
            "unit": f"{UNITS[measure]}/{UNITS[per]}", "amount": amount["amount"],
            "divisor": divisor["amount"],
            "status": amount["status"].mask(value.isna(), "not_computable"), "missing": missing,
        }
    ).reset_index(drop=True)  # fmt: skip


def _of(table: pd.DataFrame, quantity: str, years: Iterable[int]) -> pd.DataFrame:
    """Return one quantity by year; a year without it lacks it by name."""
    found = table[table["quantity"] == quantity].set_index("year").reindex(list(years))
    lacking = {"status": "not_computable", "missing": quantity}
    return found.fillna(lacking).astype({"status": "str", "missing": "str", "amount": "float64"})


def _water_amounts(inventory: Inventory, quantity: str) -> pd.DataFrame:
    """Return the water withdrawn, or reused, by members; what a member passes on counts once."""
    table = water(inventory)
    table = table[table["enterprise_id"] == WHOLE_PARK]
    part = WATER_PARTS[quantity]
    amount = table[f"{part}_m3"]
    named = [[name.rpartition("/") for name in names.split(";")] for names in table["missing"]]
    told = [";".join(f"{quantity}/{plant}" for plant, _, lack in names if lack == part)
            for names in named]  # fmt: skip
    missing = pd.Series(told, index=table.index, dtype="str")
    status = pd.Series("computed", index=table.index, dtype="str").mask(missing != "", "partial")
    return table.assign(
        quantity=quantity, amount=amount,
        status=status.mask(amount.isna(), "not_computable"),
        missing=missing.mask(amount.isna() & (missing == ""), quantity),
    )[QUANTITY]  # fmt: skip


def _water(inventory: Inventory, years: Iterable[int]) -> pd.DataFrame:
    """Return fresh and reused water in m3, and the share of reused water in both together."""
    parts = {name: _of(_water_amounts(inventory, name), name, years) for name in WATER_PARTS}
    fresh, reused = parts.values()
    both = fresh["amount"] + reused["amount"]
    is_whole = (fresh["status"] == "computed") & (reused["status"] == "computed") & (both > 0)
    share = pd.DataFrame(
        {"amount": reused["amount"], "divisor": both, "missing":
         (fresh["missing"] + ";" + reused["missing"]).str.strip(";"),
         "value": (reused["amount"] / both).where(is_whole),
         "status": np.where(is_whole, "computed", "not_computable")}
    )  # fmt: skip
    told = [
        part.assign(measure=name, value=part["amount"], unit="m3") for name, part in parts.items()
    ]
    rows = pd.concat([*told, share.assign(measure="water_reuse_share", unit="1")])
    return rows.reset_index(names="year").assign(per="").reindex(columns=COLUMNS)


def _prices(inventory: Inventory, park: Park) -> pd.DataFrame:
    economy = park_economy(park, inventory.members, part=inventory.part)
    economy = economy[(economy["group"] == PARK) & economy["amount"].notna()]
    base = economy["price_year"].replace(0, pd.NA).astype("Int64")
    return pd.DataFrame(
        {"year": economy["year"], "price_year": base, "deflator": economy["deflator"],
         "prices": np.where(base.isna(), "current", "constant")}
    )  # fmt: skip
