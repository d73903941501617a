"""What the lists say of Langang: permits, statistics and monitors, each with its own error."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from math import prod

import numpy as np
from langang_years import (
    AIR,
    CHP,
    COAL_ASH,
    COAL_SULPHUR,
    GAS_SULPHUR_MG,
    SEWAGE,
    VOC_PER_OUTPUT,
    WASTE,
    WASTE_KG,
    YEARS,
    Levels,
    Row,
    base,
    number,
)

# What the stacks of this park release before control, kg per t or per 1e4 m3: SO2 per percent of
# sulphur (gas: per mg/m3), NOx, PM per percent of ash (other fuels: per amount).
RAW_KG: dict[str, tuple[float, float, float]] = {
    "cfb": (15.0, 2.7, 5.19),
    "stoker": (16.0, 2.94, 1.25),
    "wood": (17.0, 1.02, 0.5),
    "oil_chamber": (19.0, 3.03, 0.26),
    "gas_conventional": (0.02, 18.71, 1.03),
    "gas_low_nox_general": (0.02, 15.87, 1.03),
    "gas_low_nox_leading": (0.02, 6.97, 1.03),
    "gas_low_nox_best": (0.02, 3.03, 1.03),
}
KILN_KG = (1.9, 3.2, 9.0)  # no factor set has it: only the permit report knows
TIE = (CHP, "pm", 2019)
LARGE_SENDERS = ("LG05", "LG07", "LG08", "LG09", "LG10", "LG11", "LG12", "LG15", "LG18")
UNREGISTERED = ("LG30", "LG31", "LG32", "LG33")  # statistics go by registration
SELF_ESTIMATED = ("LG20", "LG23", "LG24")  # their permit reports rank below the statistics
Truth = dict[tuple[str, str, str, str, int], float]  # plant, process, outlet, species, year: t
Wobble = Callable[[float, float], float]


def releases(
    plants: list[Row], truth: Truth, levels: Levels,
    noise: np.random.Generator,
) -> list[Row]:  # fmt: skip
    """Return what permits, statistics and monitors say: the truth, each with its own error."""

    def wobble(low: float, high: float) -> float:
        return float(noise.uniform(low, high))

    rows = permit_air(truth, wobble) + permit_water(truth, wobble) + vocs(plants, levels, wobble)
    return rows + statistics(truth, wobble) + monitors(truth, wobble) + odour()


def identified(rows: list[Row]) -> list[Row]:
    """Return the rows with an id that later rows do not shift."""
    counts: dict[str, int] = defaultdict(int)
    out = []
    for row in rows:
        stem = f"{row['list']}-{row['enterprise_id']}-{row['year']}"
        counts[stem] += 1
        out.append({"release_id": f"{stem}-{counts[stem]:02d}"} | row)
    return out


def released(
    activity: list[Row], devices: list[Row], loads: Mapping[tuple[str, str, int], float]
) -> Truth:
    """Return what every stack and outlet really released, in t."""
    truth: Truth = defaultdict(float)
    for row in activity:
        if row["amount"] == "" or not row.get("stack_id"):
            continue
        for species, kg in raw_kg(row, loads).items():
            key = (row["enterprise_id"], row["process"], row["stack_id"], species,
                   row["year"])  # fmt: skip
            truth[key] += kg / 1000 * passing(devices, *key)
    return truth


def raw_kg(row: Row, loads: Mapping[tuple[str, str, int], float]) -> dict[str, float]:
    """Return what a row of activity gives off before control, kg by species."""
    item, technology = row["item"], row.get("technology", "")
    if item == "wastewater":
        who, year = row["enterprise_id"], row["year"]
        return {name: base(row) * loads[who, name, year] / 1000 for name in ("cod", "nh3_n")}
    amount = base(row) / (1e4 if item == "natural_gas" else 1.0)
    if item in WASTE_KG:
        return {name: amount * kg for name, kg in zip(AIR, WASTE_KG[item], strict=True)}
    if row["process"] == "石灰窑燃烧":
        return {name: amount * kg for name, kg in zip(AIR, KILN_KG, strict=True)}
    so2, nox, pm = RAW_KG.get("wood" if item == "wood_biomass" else technology, (0.0, 0.0, 0.0))
    sulphur = {"natural_gas": GAS_SULPHUR_MG, "diesel": 0.035, "wood_biomass": 0.05}
    ash = 100 * COAL_ASH if item == "bituminous" else 1.0
    kg = {"so2": so2 * sulphur.get(item, 100 * COAL_SULPHUR), "nox": nox, "pm": pm * ash}
    return {name: amount * value for name, value in kg.items() if value}


def passing(
    devices: list[Row], plant: str, process: str, outlet: str, species: str, year: int
) -> float:
    """Return the share that passes the devices in series of a source in a year."""
    shares: list[float] = [
        1 - device["removal_share"] * device["running_share"]
        for device in devices
        if (device["enterprise_id"], device["process"]) == (plant, process)
        and device["species"] == species
        and device["valid_from"] <= year <= device["valid_to"]
    ]
    return prod(shares)


def release(list_name: str, plant: str, year: int, species: str, tonnes: float,
            **rest: object) -> Row:  # fmt: skip
    """Return one reported release to the environment, rounded to four significant digits."""
    row: Row = {"list": list_name, "enterprise_id": plant, "year": year, "species": species}
    row |= {"medium": "air", "amount_kind": "released", "destination": "environment"}
    return row | {"amount": float(f"{tonnes:.4g}"), "unit": "t"} | rest


def permit_air(truth: Truth, wobble: Wobble) -> list[Row]:
    """Return the permit reports by stack; of the lime kiln they know no NOx."""
    rows = []
    for (plant, process, outlet, species, year), tonnes in sorted(truth.items()):
        if species not in AIR or plant == "LG28" or (plant == "LG06" and species == "nox"):
            continue
        is_guess = plant in SELF_ESTIMATED
        # One tie with the monitor: the order of the lists decides it.
        rank = 3.5 if is_guess else 1.0 if (plant, species, year) == TIE else 1.7
        factor = wobble(0.85, 1.2) if is_guess else wobble(0.97, 1.0)
        rows.append(release("permit", plant, year, AIR[species], tonnes * factor, process=process,
                            stack_id=outlet, data_rank=rank, method="自行估算" if is_guess
                            else "手工监测", uncertainty_percent=30.0 if is_guess else 12.0,
                            origin="permit_report"))  # fmt: skip
    return rows


def permit_water(truth: Truth, wobble: Wobble) -> list[Row]:
    """Return the outlet of the sewage plant, and what large senders report as sent to it."""
    sent: dict[tuple[str, int], float] = {}
    rows = []
    for (plant, process, outlet, species, year), tonnes in sorted(truth.items()):
        if plant == SEWAGE and species in ("cod", "nh3_n"):
            name = {"cod": "COD", "nh3_n": "氨氮"}[species]
            rows.append(release("permit", plant, year, name, tonnes * wobble(0.97, 1.0),
                                process=process, stack_id=outlet, medium="water", data_rank=1.1,
                                method="自动监测", uncertainty_percent=8.0,
                                origin="permit_report"))  # fmt: skip
        elif species == "cod" and process == "废水" and plant in LARGE_SENDERS:
            sent[plant, year] = tonnes
    for (plant, year), tonnes in sorted(sent.items()):
        rows.append(release("permit", plant, year, "COD", tonnes * wobble(0.92, 1.05),
                            process="废水", stack_id="DW001", medium="water",
                            destination="treatment_plant", counterpart_id=SEWAGE,
                            data_rank=1.7, method="手工监测", uncertainty_percent=12.0,
                            origin="permit_report"))  # fmt: skip
    return rows


def vocs(plants: list[Row], levels: Levels, wobble: Wobble) -> list[Row]:
    """Return the VOCs of whole plants, known from permits alone; small ones report kilograms."""
    rows = []
    for plant in plants:
        for year in YEARS:
            level = levels.get((plant["enterprise_id"], year))
            tonnes = number(plant, "voc_t")
            if tonnes < 10 or level is None:
                continue
            row = release("permit", plant["enterprise_id"], year, "VOCs",
                          tonnes * level * VOC_PER_OUTPUT[year] * wobble(0.98, 1.02),
                          method="物料衡算", data_rank=2.5, uncertainty_percent=40.0,
                          origin="permit_report")  # fmt: skip
            if tonnes < 20:
                row |= {"amount": round(row["amount"] * 1000), "unit": "kg"}
            rows.append(row)
    return rows


def statistics(truth: Truth, wobble: Wobble) -> list[Row]:
    """Return the statistics return: whole plants, a little off, and without LG18 in 2019."""
    whole: dict[tuple[str, int, str], float] = defaultdict(float)
    for (plant, process, _, species, year), tonnes in sorted(truth.items()):
        is_left_out = (plant, year) == ("LG18", 2019) or plant in ("LG28", *UNREGISTERED)
        is_left_out |= (plant, species) == ("LG06", "nox")
        if process != "废水" and not is_left_out:
            whole[plant, year, species] += tonnes
    rows = []
    for (plant, year, species), tonnes in whole.items():
        rows.append(release("statistics", plant, year, {"cod": "COD"}.get(species, species),
                            tonnes * wobble(0.88, 1.16), method="产排污系数",
                            medium="air" if species in AIR else "water",
                            data_rank=2.6,
                            uncertainty_percent=25.0, origin="env_statistics"))  # fmt: skip
    return rows


def monitors(truth: Truth, wobble: Wobble) -> list[Row]:
    """Return the monitors on the CHP's coal stack: by year, from 2023 by month."""
    seasons = (1.15, 1.05, 1.02, 0.97, 0.94, 0.93, 0.95, 0.96, 0.95, 0.98, 1.02, 1.08)
    rows = []
    for (plant, process, outlet, species, year), tonnes in sorted(truth.items()):
        if plant != CHP or outlet != "DA001" or species not in AIR:
            continue
        details: Row = {"process": process, "stack_id": outlet, "method": "自动监测",
                        "data_rank": 1.0, "uncertainty_percent": 5.0, "origin": "cems"}  # fmt: skip
        measured = tonnes * wobble(0.985, 1.015)
        if year < 2023:
            rows.append(release("cems", plant, year, species, measured, **details))
            continue
        rows += [release("cems", plant, year, species, measured * season / 12, month=month,
                         **details) for month, season in enumerate(seasons, start=1)]  # fmt: skip
    return rows


def generated(rows: list[Row], truth: Truth, devices: list[Row]) -> list[Row]:
    """Return what the same lists say was generated at the same outlets, before any device.

    It is what they say was released over the share that passes the devices; a whole plant's is
    that of all its processes.
    """
    raw: dict[tuple[str, str, int], float] = defaultdict(float)
    left: dict[tuple[str, str, int], float] = defaultdict(float)
    for key, tonnes in truth.items():
        plant, _, _, species, year = key
        left[plant, species, year] += tonnes
        raw[plant, species, year] += tonnes / passing(devices, *key)
    codes = {name: code for code, name in AIR.items()} | {code: code for code in AIR}
    made = []
    for row in rows:
        species = codes.get(row["species"])
        if row["list"] not in ("permit", "statistics", "cems") or species is None:
            continue
        plant, year = row["enterprise_id"], row["year"]
        share = left[plant, species, year] / raw[plant, species, year]
        if row.get("process"):
            share = passing(devices, plant, row["process"], row["stack_id"], species, year)
        made.append(row | {"amount_kind": "generated", "destination": "",
                           "amount": float(f"{row['amount'] / share:.4g}")})  # fmt: skip
    return made


def odour() -> list[Row]:
    """Return releases of a species that no vocabulary has: odour, told in tonnes by mistake."""
    return [release("permit", WASTE, year, "臭气浓度", 0.4, method="手工监测", data_rank=4.0,
                    uncertainty_percent=50.0, origin="permit_report")
            for year in (2022, 2023)]  # fmt: skip
