"""What else gives off greenhouse gases at Langang: reagent, sewage loads, leaks, vehicles."""

from __future__ import annotations

from collections.abc import Mapping

from langang_activity import entry
from langang_lists import RAW_KG, passing
from langang_years import (
    CHP,
    COAL_SULPHUR,
    DIGITS,
    LIMESTONE_PURITY,
    SEWAGE,
    YEARS,
    Levels,
    Row,
    base,
    number,
    reported,
)

COAL_BOILER = ("循环流化床锅炉", "DA001")
SULPHUR_IN_SO2 = 32 / 64
CACO3_PER_SULPHUR = 100 / 32  # CaCO3 + SO2 -> CaSO3 + CO2: a mole of each
CALCIUM_PER_SULPHUR = 1.03  # moles fed per mole bound: 3 % in excess
ANAEROBIC_SHARE = 0.08  # of the COD at the inlet: the strongest streams go to a reactor first
ANAEROBIC_REMOVAL = 0.8
METHANE_PER_COD = 0.25 * 0.8  # what a reactor makes of a tonne
FLARED_SHARE = 0.92
SLUDGE_SHARE = 0.3  # of the COD in the aerobic basins leaves as sludge
NITROGEN_PER_AMMONIA = 1.35  # organic nitrogen and nitrate come with it
WHOLE = ("scope3_category", "meter_level")
AS_PLANNED = ("process_type", "technology", "counterpart_id", "data_rank", "origin", *WHOLE)
Loads = Mapping[tuple[str, str, int], float]


def all_gases(
    plan: list[Row], levels: Levels, activity: list[Row], devices: list[Row], loads: Loads
) -> list[Row]:
    """Return the rows that stand beside fuels, power, water and waste."""
    rows = planned(plan, levels)
    for year in YEARS:
        in_year = [row for row in activity if row["year"] == year]
        rows += [limestone(in_year, devices, year), *sewage_loads(in_year, loads, year)]
    return rows


def planned(plan: list[Row], levels: Levels) -> list[Row]:
    """Return charges, leaks, vehicles, freight, material and captured CO2, year by year."""
    rows = []
    for use in plan:
        for year in range(int(use["first"]), int(use["last"]) + 1):
            level = levels[use["enterprise_id"], year] if use["grows"] == "yes" else 1.0
            amount = round(number(use, "amount") * level, DIGITS[use["unit"]])
            given: Row = {name: use[name] for name in AS_PLANNED if use[name] != ""}
            given |= {name: int(given[name]) for name in WHOLE if name in given}
            rows.append(entry(use["enterprise_id"], year, use["process"], use["item"], use["use"],
                              amount, use["unit"], **given))  # fmt: skip
    return rows


def limestone(rows: list[Row], devices: list[Row], year: int) -> Row:
    """Return the limestone that bound the sulphur taken out of the flue gas of the CHP.

    Closed by mass: sulphur dioxide made of the coal, times what the scrubber takes out, half of it
    sulphur; per tonne of sulphur 100/32 tonnes of CaCO3, 3 % more fed than bound, and the stone is
    92 % CaCO3. In 2023: 898640 t coal x 12 kg x 0.985 = 10622 t SO2, 5311 t S, 18582 t stone. Its
    CO2 is that of all the carbonate in it, as the guides count it, the excess too.
    """
    process, stack = COAL_BOILER
    coal = sum(base(row) for row in rows
               if (row["enterprise_id"], row["process"]) == (CHP, process))  # fmt: skip
    made = coal * RAW_KG["cfb"][0] * 100 * COAL_SULPHUR / 1000
    sulphur = made * (1 - passing(devices, CHP, process, stack, "so2", year)) * SULPHUR_IN_SO2
    stone = sulphur * CACO3_PER_SULPHUR * CALCIUM_PER_SULPHUR / LIMESTONE_PURITY
    return entry(CHP, year, "烟气脱硫", "limestone", "feedstock", reported(stone, "t"), "t",
                 process_type="flue_gas_cleaning", stack_id=stack, meter_level=2, data_rank=1.4,
                 origin="fgd_log")  # fmt: skip


def sewage_loads(rows: list[Row], loads: Loads, year: int) -> list[Row]:
    """Return the organic and nitrogen loads of the sewage plant, and the methane it burnt.

    The reactor takes a share of the COD and passes on what it does not remove; the aerobic basins
    get the rest, and a part of that leaves as sludge. Loads are the flow at the inlet times what
    a cubic metre of it carries.
    """
    flow = sum(base(row) for row in rows
               if row["enterprise_id"] == SEWAGE and row["item"] == "wastewater")  # fmt: skip
    cod = flow * loads[SEWAGE, "cod", year] / 1e6
    nitrogen = flow * loads[SEWAGE, "nh3_n", year] / 1e6 * NITROGEN_PER_AMMONIA
    strong = cod * ANAEROBIC_SHARE
    basins = cod - strong * ANAEROBIC_REMOVAL
    reactor, basin = ("厌氧预处理", "anaerobic_reactor"), ("污水处理", "centralised_aerobic")
    amounts = (
        (*reactor, "cod_load", "treated", strong),
        (*reactor, "methane", "recovered", strong * METHANE_PER_COD * FLARED_SHARE),
        (*basin, "cod_load", "treated", basins),
        (*basin, "cod_load", "recovered", basins * SLUDGE_SHARE),
        (*basin, "nitrogen_load", "treated", nitrogen),
    )
    return [
        entry(SEWAGE, year, process, item, use, reported(amount, "t"), "t",
              process_type="wastewater_treatment", technology=technology, data_rank=1.8,
              origin="sewage_log")
        for process, technology, item, use, amount in amounts
    ]  # fmt: skip
