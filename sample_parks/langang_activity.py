"""What the plants of Langang burn, buy, sell, draw and send away, with closed balances."""

from __future__ import annotations

from collections import defaultdict

from langang_years import (
    CHP,
    COAL_GJ_PER_T,
    DIGITS,
    ENERGY_PER_OUTPUT,
    GAS_GJ_PER_1E4M3,
    SEWAGE,
    TO_BASE,
    WASTE,
    WATER_PER_OUTPUT,
    YEARS,
    Levels,
    Row,
    base,
    number,
    reported,
    total,
)

EFFICIENCY = dict(zip(YEARS, (0.78, 0.78, 0.785, 0.79, 0.8, 0.81), strict=True))
GAS_SHARE = {2021: 0.04, 2022: 0.08, 2023: 0.13}  # of the fuel energy, gas for peaks
POWER_PER_HEAT, HOUSE_LOAD, HEAT_LOSS = 0.24, 0.08, 0.006
WASTE_MWH_PER_T, WASTE_HOUSE_LOAD = 0.38, 0.15
SOLAR_MWH = {"LG18": 9500.0, "LG19": 6200.0}  # a year, from 2021


def all_activity(plants: list[Row], fuels: list[Row], levels: Levels) -> list[Row]:
    """Return fuels, power, heat, water and waste: every plant, then those that serve the others."""
    rows: list[Row] = []
    for plant in plants:
        for year in YEARS:
            level = levels.get((plant["enterprise_id"], year))
            if level is not None:
                rows += power_bought(plant, year, level) + heat_bought(plant, year, level)
                rows += water(plant, year, level) + waste_sent(plant, year, level)
    rows += fuel_rows(fuels, levels)
    for year in YEARS:
        rows += served([row for row in rows if row["year"] == year], year)
    rows += [not_estimated()]
    return eleven_months(rows)


def entry(
    plant: object, year: int, process: str, item: str, use: str, amount: float, unit: str,
    **rest: object,
) -> Row:  # fmt: skip
    """Return one row of activity."""
    row: Row = {"enterprise_id": plant, "year": year, "process": process, "item": item}
    row |= {"use": use, "amount": amount, "unit": unit, "process_type": "", **rest}
    rank = row.setdefault("data_rank", 2.0)
    row.setdefault("uncertainty_percent", 1.5 if rank < 1.5 else 3.0 if rank < 2.2 else 6.0)
    return row


def power_bought(plant: Row, year: int, level: float) -> list[Row]:
    """Return a plant's electricity: from the grid, straight from the CHP, and its own panels."""
    who, unit = plant["enterprise_id"], plant["power_unit"]
    demand = number(plant, "electricity_mwh") * level * ENERGY_PER_OUTPUT[year]
    solar = SOLAR_MWH.get(who, 0.0) if year >= 2021 else 0.0
    direct = demand * number(plant, "chp_share")
    details: Row = {"process_type": "purchase", "data_rank": 1.5, "origin": "power_bills"}
    rows = [
        entry(who, year, "外购能源", "electricity", "purchased", reported(amount, unit), unit,
              counterpart_id=seller, meter_level=1, **details)
        for seller, amount in (("grid", demand - direct - solar), (CHP, direct))
        if amount > 0
    ]  # fmt: skip
    if solar:
        rows.append(entry(who, year, "屋顶光伏", "electricity", "self_generated",
                          reported(solar, unit), unit, counterpart_id=who, meter_level=2,
                          process_type="solar_power", data_rank=1.5,
                          origin="power_bills"))  # fmt: skip
    return rows


def heat_bought(plant: Row, year: int, level: float) -> list[Row]:
    """Return the steam that a plant buys from the CHP."""
    demand = number(plant, "heat_gj") * level * ENERGY_PER_OUTPUT[year]
    if not demand:
        return []
    return [entry(plant["enterprise_id"], year, "外购能源", "heat", "purchased",
                  reported(demand, "GJ"), "GJ", process_type="purchase", counterpart_id=CHP,
                  meter_level=1, data_rank=1.3, origin="heat_meters")]  # fmt: skip


def water(plant: Row, year: int, level: float) -> list[Row]:
    """Return a plant's water: what comes in is consumed by a fixed share or leaves as sewage."""
    who, unit = plant["enterprise_id"], plant["water_unit"]
    fresh = reported(number(plant, "fresh_water_m3") * level * WATER_PER_OUTPUT[year], unit)
    share = number(plant, "reuse_share") and number(plant, "reuse_share") + 0.01 * (year - 2018)
    reused = reported(fresh * TO_BASE[unit] * share, unit)
    details: Row = {"process_type": "water_use", "data_rank": 2.2, "origin": "water_form"}
    rows = [entry(who, year, "用水", "fresh_water", "water_withdrawn", fresh, unit, **details)]
    if reused:
        other = SEWAGE if who == CHP else ""
        rows.append(entry(who, year, "用水", "reused_water", "water_reused", reused, unit,
                          counterpart_id=other, **details))  # fmt: skip
    else:
        rows.append(nothing_reused(who, year, unit, details))
    leaving = (fresh + reused) * TO_BASE[unit] * (1 - number(plant, "consumed_share"))
    return rows + sewage(plant, year, reported(leaving, unit), unit)


def nothing_reused(who: object, year: int, unit: str, details: Row) -> Row:
    """Return the row of a plant that reuses no water and says so."""
    row = entry(who, year, "用水", "reused_water", "water_reused", 0.0, unit, notation="NO",
                **details)  # fmt: skip
    return row | {"amount": ""}


def sewage(plant: Row, year: int, amount: float, unit: str) -> list[Row]:
    """Return where a plant's wastewater goes: the park's plant, outside, or a plant of its own."""
    who, sewer = plant["enterprise_id"], plant["sewer"]
    if not sewer:
        return []
    details: Row = {"stack_id": "DW001", "data_rank": 1.8, "origin": "sewer_meters"}
    if sewer == "own":
        return [entry(who, year, "自建污水站", "wastewater", "treated", amount, unit,
                      process_type="wastewater_treatment", **details)]  # fmt: skip
    return [entry(who, year, "废水", "wastewater", "wastewater_sent", amount, unit,
                  process_type="wastewater_discharge", counterpart_id=sewer,
                  **details)]  # fmt: skip


def waste_sent(plant: Row, year: int, level: float) -> list[Row]:
    """Return the hazardous waste that a plant sends to the incinerator."""
    amount = reported(number(plant, "hazardous_t") * level, "t")
    if not amount:
        return []
    return [entry(plant["enterprise_id"], year, "固体废物", "hazardous_waste", "waste_sent",
                  amount, "t", counterpart_id=WASTE, data_rank=1.6,
                  origin="waste_manifests")]  # fmt: skip


def fuel_rows(fuels: list[Row], levels: Levels) -> list[Row]:
    """Return the fuels, waste and lime of the plan, year by year."""
    rows = []
    for use in fuels:
        for year in range(int(use["first"]), int(use["last"]) + 1):
            level = levels[use["enterprise_id"], year]
            thrift = 1.0 if use["item"] in ("lime", "municipal_waste") else ENERGY_PER_OUTPUT[year]
            amount = round(use["amount"] * level * thrift, DIGITS[use["unit"]])
            codes = {name: use[name] for name in ("process_type", "technology", "stack_id")}
            is_heat = use["item"] == "heat"
            rows.append(entry(use["enterprise_id"], year, use["process"], use["item"], use["use"],
                              amount, use["unit"], counterpart_id=CHP if is_heat else "",
                              meter_level=1 if is_heat else 2,
                              data_rank=1.3 if is_heat else 2.0,
                              origin="heat_meters" if is_heat else "energy_form",
                              **codes))  # fmt: skip
    return rows


def served(rows: list[Row], year: int) -> list[Row]:
    """Return one year of the CHP, the sewage plant and the incinerator, closing the balances."""
    return power_plant(rows, year) + sewage_plant(rows, year) + incinerator(rows, year)


def power_plant(rows: list[Row], year: int) -> list[Row]:
    """Return what the CHP sold, made and burnt."""
    details: Row = {"data_rank": 1.0, "meter_level": 1, "origin": "chp_meters"}
    bought = [row for row in rows if row["use"] == "purchased" and row["counterpart_id"] == CHP]
    sales = [
        entry(CHP, year, "汽轮机组", row["item"], "sold", row["amount"],
              row["unit"], counterpart_id=row["enterprise_id"], **details)
        for row in bought
    ]  # fmt: skip
    sales = merged(sales)
    heat = round(total(sales, "heat") / (1 - HEAT_LOSS))
    power = round(heat / 3.6 * POWER_PER_HEAT / 10, 2)  # 万kWh
    to_grid = round(power * (1 - HOUSE_LOAD) - total(sales, "electricity") / 10, 2)
    made = [
        entry(CHP, year, "汽轮机组", "heat", "self_generated", float(heat), "GJ",
              counterpart_id=CHP, **details),
        entry(CHP, year, "汽轮机组", "electricity", "self_generated", power, "万kWh",
              counterpart_id=CHP, **details),
        entry(CHP, year, "汽轮机组", "electricity", "sold", to_grid, "万kWh",
              counterpart_id="grid", **details),
    ]  # fmt: skip
    return boilers((heat + power * 36) / EFFICIENCY[year], year) + made + sales


def merged(sales: list[Row]) -> list[Row]:
    """Return one sale a buyer and item: a plant's second steam line is on the same bill."""
    by_buyer: dict[tuple[object, object], Row] = {}
    for row in sales:
        key = row["counterpart_id"], row["item"]
        first = by_buyer.setdefault(key, {**row, "amount": 0.0})
        first["amount"] = first["amount"] + row["amount"]
    return list(by_buyer.values())


def boilers(energy_gj: float, year: int) -> list[Row]:
    """Return the fuels that hold an energy: coal, and from 2021 gas for the peaks."""
    gas = round(energy_gj * GAS_SHARE.get(year, 0.0) / GAS_GJ_PER_1E4M3, 2)
    coal = round((energy_gj - gas * GAS_GJ_PER_1E4M3) / COAL_GJ_PER_T / 1e4, 3)
    details: Row = {"process_type": "boiler", "data_rank": 1.0, "meter_level": 1,
                    "origin": "chp_meters"}  # fmt: skip
    rows = [entry(CHP, year, "循环流化床锅炉", "bituminous", "fuel_combustion", coal, "万t",
                  technology="cfb", stack_id="DA001", **details)]  # fmt: skip
    if gas:
        rows.append(entry(CHP, year, "燃气调峰锅炉", "natural_gas", "fuel_combustion", gas, "万m3",
                          technology="gas_low_nox_leading", stack_id="DA002",
                          **details))  # fmt: skip
    return rows


def sewage_plant(rows: list[Row], year: int) -> list[Row]:
    """Return what the sewage plant treated: all that was sent to it."""
    sent = sum(base(row) for row in rows if row.get("counterpart_id") == SEWAGE
               and row["use"] == "wastewater_sent")  # fmt: skip
    return [entry(SEWAGE, year, "污水处理", "wastewater", "treated", round(sent / 1e4, 2), "万m3",
                  process_type="wastewater_treatment", stack_id="DW001", meter_level=1,
                  data_rank=1.2, origin="sewer_meters")]  # fmt: skip


def incinerator(rows: list[Row], year: int) -> list[Row]:
    """Return the hazardous waste burnt, all of it from the park, and the power made from waste."""
    sent = sum(base(row) for row in rows if row["use"] == "waste_sent")
    burnt = sum(base(row) for row in rows if row["item"] == "municipal_waste")
    power = round(burnt * WASTE_MWH_PER_T)
    details: Row = {"data_rank": 1.4, "meter_level": 1, "origin": "power_bills"}
    return [
        entry(WASTE, year, "危废焚烧线", "hazardous_waste", "treated", sent, "t",
              process_type="incinerator", stack_id="DA002", data_rank=1.5,
              origin="waste_manifests"),
        entry(WASTE, year, "余热发电", "electricity", "self_generated", float(power), "MWh",
              counterpart_id=WASTE, **details),
        entry(WASTE, year, "余热发电", "electricity", "sold",
              float(round(power * (1 - WASTE_HOUSE_LOAD))), "MWh", counterpart_id="grid",
              **details),
    ]  # fmt: skip


def not_estimated() -> Row:
    """Return the one row that is known to exist and was not estimated."""
    return entry("LG30", 2021, "应急发电机", "diesel", "fuel_combustion", 0.0, "t",
                 notation="NE", data_rank=5.0, uncertainty_percent="",
                 origin="estimate") | {"amount": ""}  # fmt: skip


def eleven_months(rows: list[Row]) -> list[Row]:
    """Return the rows with the gas of LG08 in 2022 by month, February missing."""
    shares = {1: 0.094, 2: 0.072, 3: 0.088, 4: 0.081, 5: 0.079, 6: 0.078, 7: 0.077, 8: 0.078,
              9: 0.081, 10: 0.085, 11: 0.091, 12: 0.096}  # fmt: skip
    out: list[Row] = []
    for row in rows:
        if (row["enterprise_id"], row["year"], row["item"]) == ("LG08", 2022, "natural_gas"):
            whole = row["amount"]
            out += [row | {"month": month, "amount": round(whole * share, 2)}
                    for month, share in shares.items() if month != 2]  # fmt: skip
        else:
            out.append(row)
    return out


def numbered(rows: list[Row]) -> list[Row]:
    """Return the rows by plant and year, each with an id that later rows do not shift."""
    counts: dict[str, int] = defaultdict(int)
    out = []
    for row in sorted(rows, key=lambda row: (row["enterprise_id"], row["year"])):
        stem = f"{row['enterprise_id']}-{row['year']}"
        counts[stem] += 1
        out.append({"activity_id": f"{stem}-{counts[stem]:02d}"} | row)
    return out
