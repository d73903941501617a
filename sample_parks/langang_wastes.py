"""What Langang does with its waste, the nutrients of its outlet, and the ammonia that slips."""

from __future__ import annotations

from collections.abc import Mapping

from langang_activity import entry
from langang_lists import UNREGISTERED
from langang_years import CHP, COAL_ASH, SEWAGE, WASTE, YEARS, Levels, Row, base, number

GENERAL, HAZARDOUS = "general_solid_waste", "hazardous_waste"
BOILER = "循环流化床锅炉"
GYPSUM_PER_LIMESTONE = 1.72 / 1.03 * 0.92 / 0.9  # CaSO4.2H2O per CaCO3 bound, 10 % moisture
# Of ash and gypsum, by year: used in cement, put aside; the rest is tipped.
USED = dict(zip(YEARS, (0.81, 0.83, 0.84, 0.9, 0.93, 0.95), strict=True))
STORED = dict(zip(YEARS, (0.14, 0.12, 0.12, 0.04, 0.02, 0.01), strict=True))
FROM_STOCK = {2021: 9000, 2022: 14000, 2023: 11000}  # t of the years before, to a brick works
SCR_FROM = 2020
# mg per litre at the outlet of the sewage plant
OUTLET_MG = {
    "总氮": dict(zip(YEARS, (13.1, 12.6, 12.2, 11.5, 10.8, 10.2), strict=True)),
    "总磷": dict(zip(YEARS, (0.46, 0.44, 0.43, 0.39, 0.35, 0.31), strict=True)),
    "石油类": dict(zip(YEARS, (0.92, 0.9, 0.84, 0.77, 0.7, 0.66), strict=True)),
}


def ammonia_slip(activity: list[Row]) -> list[Row]:
    """Return the coal whose flue gas passes the ammonia of the CHP: by SNCR, then by SCR too.

    The ammonia that is left slips behind the last step, so one technology a year counts.
    """
    return [
        entry(CHP, row["year"], "烟气脱硝", "bituminous", "treated", row["amount"], row["unit"],
              process_type="flue_gas_cleaning", stack_id=row["stack_id"],
              technology="scr" if row["year"] >= SCR_FROM else "sncr",
              data_rank=1.0, meter_level=1, origin="chp_meters")
        for row in activity if (row["enterprise_id"], row["process"]) == (CHP, BOILER)
    ]  # fmt: skip


def nutrients(activity: list[Row]) -> list[Row]:
    """Return total nitrogen, phosphorus and oil at the outlet of the sewage plant, by permit."""
    flow = {row["year"]: base(row) for row in activity
            if row["enterprise_id"] == SEWAGE and row["item"] == "wastewater"}  # fmt: skip
    return [
        told("permit", SEWAGE, year, name, float(f"{flow[year] * levels[year] / 1e6:.4g}"),
             destination="environment", medium="water", process="污水处理", stack_id="DW001",
             data_rank=1.1, method="自动监测" if name == "总氮" else "手工监测",
             uncertainty_percent=8.0, origin="permit_report")
        for name, levels in OUTLET_MG.items() for year in YEARS
    ]  # fmt: skip


def wastes(plan: list[Row], levels: Levels, activity: list[Row]) -> list[Row]:
    """Return what registered plants report of their waste, in whole tonnes that add up."""
    rows = []
    for plant in plan:
        for year in YEARS:
            who = plant["enterprise_id"]
            if (who, year) in levels:
                made = round(number(plant, "general_t") * levels[who, year])
                rows += general(who, year, made, used=round(made * plant["used_share"]),
                                disposed=round(made * plant["disposed_share"]))  # fmt: skip
    for year in YEARS:
        rows += ash_and_gypsum([row for row in activity if row["year"] == year], year)
    return rows + hazardous(activity)


def ash_and_gypsum(rows: list[Row], year: int) -> list[Row]:
    """Return what the CHP does with the ash of its coal and the gypsum of its scrubber."""
    amounts: Mapping[str, float] = {
        item: sum(base(row) for row in rows if row["enterprise_id"] == CHP
                  and row["item"] == item and row["use"] != "treated")
        for item in ("bituminous", "limestone")
    }  # fmt: skip
    ash = amounts["bituminous"] * COAL_ASH
    made = round(ash + amounts["limestone"] * GYPSUM_PER_LIMESTONE)
    used = round(made * USED[year])
    told_rows = general(CHP, year, made, used=used,
                        disposed=made - used - round(made * STORED[year]))  # fmt: skip
    if year in FROM_STOCK:
        told_rows.append(told("statistics", CHP, year, GENERAL, FROM_STOCK[year],
                              destination="used_from_stock"))  # fmt: skip
    return told_rows


def general(who: object, year: int, made: int, *, used: int, disposed: int) -> list[Row]:
    """Return one plant's general waste: generated, used, disposed of, and the rest stored."""
    fates = {"used": used, "disposed": disposed, "stored": made - used - disposed}
    return [
        told("statistics", who, year, GENERAL, made, amount_kind="generated", destination=""),
        *(told("statistics", who, year, GENERAL, amount, destination=fate)
          for fate, amount in fates.items() if amount),
    ]  # fmt: skip


def hazardous(activity: list[Row]) -> list[Row]:
    """Return the hazardous waste that registered plants generated: all goes to the incinerator."""
    sent = [row for row in activity if row["item"] == HAZARDOUS and row["use"] == "waste_sent"
            and row["enterprise_id"] not in UNREGISTERED]  # fmt: skip
    return [
        told("statistics", row["enterprise_id"], row["year"], HAZARDOUS, row["amount"], **kind)
        for row in sent
        for kind in ({"amount_kind": "generated", "destination": ""},
                     {"destination": "transfer", "counterpart_id": WASTE})
    ]  # fmt: skip


def told(
    list_name: str, who: object, year: int, species: str, amount: float, **rest: object
) -> Row:
    """Return one row of a list, in tonnes; of waste as the statistics tell it."""
    row: Row = {"list": list_name, "enterprise_id": who, "year": year, "species": species,
                "medium": "waste", "amount_kind": "released", "amount": amount, "unit": "t",
                "method": "台账统计", "data_rank": 2.2, "uncertainty_percent": 10.0,
                "origin": "env_statistics"}  # fmt: skip
    return row | rest
