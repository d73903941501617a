"""Who the plants of Langang are: places, parameters, devices, value and green power."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
from langang_years import (
    AIR,
    CHP,
    COAL_ASH,
    COAL_GJ_PER_T,
    COAL_SULPHUR,
    GAS_SULPHUR_MG,
    LIMESTONE_PURITY,
    OUTPUT,
    SEWAGE,
    VALUE,
    WASTE,
    WASTE_KG,
    YEARS,
    Levels,
    Row,
    base,
    number,
    plan,
)

from parkkit.park.datum import convert

COD_FACTOR = ((2018, 2020, 1.0), (2021, 2023, 0.93))  # concentrations at the sewer fell once
LIMESTONE, CO2_PER_CACO3 = "石灰石粉", 0.43971  # by their molar masses
SCALE = {"万元": 1.0, "元": 1e-4, "亿元": 1e4}
PRICES = dict(zip(YEARS, (102.6, 101.3, 100.0, 108.2, 111.5, 107.4), strict=True))
CHEMICAL_PRICES = dict(zip(YEARS, (107.9, 103.1, 100.0, 119.4, 124.6, 112.8), strict=True))


def place(east_m: float, north_m: float) -> tuple[float, float]:
    """Return WGS-84 degrees of a point of the fictional flat, given in metres."""
    lon, lat = 121.3, 30.3
    return lon + east_m / (111320 * np.cos(np.radians(lat))), lat + north_m / 110850


def enterprises(plants: list[Row]) -> list[Row]:
    """Return the plant list; places are true in WGS-84 and written in each row's datum."""
    rows: list[Row] = []
    names = ("enterprise_id", "name_zh", "name_en", "industry_code", "role", "is_registered_here",
             "is_managed_here", "datum", "opened", "closed")  # fmt: skip
    for count, plant in enumerate(plants, start=1):
        row: Row = {name: plant[name] for name in names}
        row["credit_code"] = f"SYN330000{count:09d}" if plant["enterprise_id"] != "LG25" else ""
        row["address"] = f"澜港滨海路{count * 8}号（虚构地址）"
        row["is_confidential"] = "yes" if plant["enterprise_id"] == "LG19" else "no"
        if plant["datum"]:
            lon, lat = place(plant["east_m"], plant["north_m"])
            shown = convert(lon, lat, source="wgs84", target=plant["datum"])
            row |= {"lon": round(float(shown[0]), 6), "lat": round(float(shown[1]), 6)}
        rows.append(row)
    rows[11]["parent_id"] = "LG11"
    rows[17]["former_names"] = "澜港塑料一厂"
    return rows


def parameter(
    plant: object, process: object, item: str, name: str, value: float, unit: str, **rest: object
) -> Row:
    """Return one site parameter."""
    row: Row = {"enterprise_id": plant, "process": process, "item": item, "parameter": name}
    row |= {"value": value, "unit": unit, "valid_from": 2018, "valid_to": 2023, "factor_rank": 1.5}
    return row | {"origin": "stack_tests", **rest}


def site_factors(plants: list[Row], activity: list[Row]) -> list[Row]:
    """Return what was measured: coal, gas, waste and wastewater."""
    rows = fuel_parameters()
    for item, kg in WASTE_KG.items():
        process = "生活垃圾焚烧线" if item == "municipal_waste" else "危废焚烧线"
        rows += [parameter(WASTE, process, item, "generation_factor", value, "kg/t",
                           species=species, factor_rank=2.0)
                 for species, value in zip(AIR, kg, strict=True)]  # fmt: skip
    rows += wastewater_parameters(plants) + inlet(plants, activity)
    return rows + material_parameters()


def fuel_parameters() -> list[Row]:
    """Return sulphur, ash and heat value of each fuel, and the dust of gas where it was tested."""
    coal: Row = {"origin": "coal_lab", "factor_rank": 1.0}
    rows = [parameter(CHP, "循环流化床锅炉", "bituminous", "ncv", COAL_GJ_PER_T, "GJ/t", **coal)]
    uses = plan("fuels") + [
        {"enterprise_id": CHP, "process": "循环流化床锅炉", "item": "bituminous",
         "sulphur": COAL_SULPHUR, "valid_from": 2018},
        {"enterprise_id": CHP, "process": "燃气调峰锅炉", "item": "natural_gas",
         "sulphur": GAS_SULPHUR_MG},
    ]  # fmt: skip
    seen = set()
    for use in uses:
        who, process, item = use["enterprise_id"], use["process"], use["item"]
        if use["sulphur"] == "" or (who, process) in seen:
            continue
        seen.add((who, process))
        if item == "natural_gas":
            rows.append(parameter(who, process, item, "sulphur_mg_per_m3", use["sulphur"], "mg/m3"))
            if who != "LG20":  # its dust was never tested and no factor set has one
                rows.append(parameter(who, process, item, "generation_factor", 1.03, "kg/1e4m3",
                                      species="pm", factor_rank=2.0))  # fmt: skip
        else:
            rows.append(parameter(who, process, item, "sulphur_share", use["sulphur"], "1", **coal))
        if item == "bituminous":
            rows.append(parameter(who, process, item, "ash_share", COAL_ASH, "1", **coal))
    return rows


def material_parameters() -> list[Row]:
    """Return the CO2 of a tonne of limestone, by its purity, and of the ethylene LG18 buys."""
    stone = round(CO2_PER_CACO3 * LIMESTONE_PURITY, 4)
    return [
        parameter(CHP, "烟气脱硫", "limestone", "emission_factor", stone, "t/t", species="co2",
                  origin="fgd_log", factor_rank=1.2),
        parameter("LG18", "外购原料", "ethylene", "emission_factor", 1.35, "t/t", species="co2",
                  origin="supplier_sheet", factor_rank=2.0),
    ]  # fmt: skip


def wastewater_parameters(plants: list[Row]) -> list[Row]:
    """Return what each sender's wastewater carries, before and after 2021."""
    rows = []
    for plant in plants:
        for first, last, factor in COD_FACTOR if plant["sewer"] else ():
            process = "自建污水站" if plant["sewer"] == "own" else "废水"
            for species in ("cod", "nh3_n"):
                value = round(number(plant, f"{species}_g_per_m3") * factor, 1)
                rows.append(parameter(plant["enterprise_id"], process, "wastewater",
                                      "generation_factor", value, "g/m3", species=species,
                                      valid_from=first, valid_to=last))  # fmt: skip
    return rows


def inlet(plants: list[Row], activity: list[Row]) -> list[Row]:
    """Return what reaches the sewage plant: the mean of its senders, weighted by their flow."""
    loads = carried(wastewater_parameters(plants))
    rows = []
    for year in YEARS:
        sent = [row for row in activity if row["use"] == "wastewater_sent"
                and row["counterpart_id"] == SEWAGE and row["year"] == year]  # fmt: skip
        for species, digits in (("cod", 1), ("nh3_n", 2)):
            load = sum(base(row) * loads[row["enterprise_id"], species, year] for row in sent)
            value = round(load / sum(base(row) for row in sent), digits)
            rows.append(parameter(SEWAGE, "污水处理", "wastewater", "generation_factor", value,
                                  "g/m3", species=species, valid_from=year, valid_to=year,
                                  factor_rank=1.0))  # fmt: skip
    return rows


def carried(factors: Iterable[Row]) -> dict[tuple[str, str, int], float]:
    """Return what each plant's wastewater carries in a year, g/m3 by species."""
    return {
        (row["enterprise_id"], row["species"], year): row["value"]
        for row in factors
        if row["item"] == "wastewater"
        for year in range(row["valid_from"], row["valid_to"] + 1)
    }


def abatement(devices: list[Row], activity: list[Row]) -> list[Row]:
    """Return the devices of the plan, numbered within their plant; limestone is what was fed."""
    stone = {row["year"]: row["amount"] for row in activity if row["item"] == "limestone"}
    counts: dict[str, int] = defaultdict(int)
    rows: list[Row] = []
    for device in devices:
        who = device["enterprise_id"]
        counts[who] += 1
        row: Row = {"device_id": f"{who}-D{counts[who]:02d}", "origin": "device_files"} | device
        if device["reagent"] == LIMESTONE:
            row["reagent_t"] = stone[device["valid_from"]]
        rows.append(row)
    return rows


def certificates() -> list[Row]:
    """Return the green power that LG19 bought."""
    rows = ((2022, "green_power", 18000.0), (2023, "green_power", 24000.0), (2023, "gec", 6000.0))
    return [{"certificate_id": f"LG19-{year}-{kind}", "enterprise_id": "LG19", "year": year,
             "kind": kind, "amount": amount, "unit": "MWh", "factor": 0.0,
             "origin": "green_trades"} for year, kind, amount in rows]  # fmt: skip


def economy(plants: list[Row], levels: Levels, noise: np.random.Generator) -> list[Row]:
    """Return value added at prices of 2020, and for some plants gross output at current ones."""
    wobble = noise.uniform(0.994, 1.006, size=(len(plants), len(YEARS)))
    rows: list[Row] = []
    for count, plant in enumerate(plants):
        who = plant["enterprise_id"]
        unit = {"LG01": "亿元", "LG07": "亿元", "LG25": "元"}.get(who, "万元")
        for step, year in enumerate(YEARS):
            if (who, year) not in levels or (who, year) == ("LG27", 2019):
                continue
            level = levels[who, year] / OUTPUT[year] * VALUE[year]
            value = number(plant, "value_added") * level * wobble[count, step]
            row: Row = {"enterprise_id": who, "year": year, "measure": "value_added",
                        "amount": round(value / SCALE[unit], 4 if unit == "亿元" else 0),
                        "unit": unit, "price_year": 2020, "origin": "stats_return"}  # fmt: skip
            rows.append(row)
            if count % 4 == 0:
                rows.append(row | {"measure": "gross_output", "price_year": "", "unit": "万元",
                                   "amount": round(value * 4.2 * PRICES[year] / 100)})  # fmt: skip
    return rows


def price_index() -> list[Row]:
    """Return the synthetic price index of industry, and of chemicals."""
    return [{"index": "ppi", "industry_code": code, "year": year, "value": value,
             "base_year": 2020, "origin": "price_series"}
            for code, series in (("", PRICES), ("26", CHEMICAL_PRICES))
            for year, value in series.items()]  # fmt: skip
