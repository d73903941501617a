"""Energy balances: fuel against the heat and power made of it, supply against sales, both sides."""

from __future__ import annotations

import numpy as np
import pandas as pd

from parkkit.core.units import conversion
from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.expectation import PRIMARY
from parkkit.inventory.material_sides import (
    PLACE,
    Sides,
    closed_or_open,
    lacks,
    untold,
    whole_sum,
)
from parkkit.park.package import Park

PLANT = ["enterprise_id", "year"]
POWER = "electricity"
WARM = ("heat", "steam")
TRADE = ["seller", "buyer", "item", "year", "unit"]


def energy_balances(
    park: Park, given: Sides, *, tolerance: float, efficiency: float
) -> pd.DataFrame:
    """Return the balances of what plants burn, make, buy and sell of energy."""
    return pd.concat(
        [
            *_made(park, given.activity, tolerance=tolerance, efficiency=efficiency),
            _supply(given.activity, tolerance=tolerance),
            _trade(given, tolerance=tolerance),
        ],
        ignore_index=True,
    )


def _made(
    park: Park, rows: pd.DataFrame, *, tolerance: float, efficiency: float
) -> list[pd.DataFrame]:
    """Return fuel burnt beside the power and heat made of it: as they are, and by efficiencies."""
    rows = rows.assign(missing=_untold_energy(rows))
    burnt = rows[rows["use"] == "fuel_combustion"]
    made = rows[(rows["use"] == "self_generated") & ~rows["process_type"].isin(PRIMARY)]
    # Cooling and compressed air are made of power, not of fuel.
    made = made[made["item"].isin([POWER, *WARM])]
    burnt, made = _by_process(burnt, made)
    fuel = _sums(burnt).rename(columns={"energy_tj": "amount_in"})
    power, warm = (_sums(made[(made["item"] == POWER) == flag]) for flag in (True, False))
    both = power.merge(warm, on=PLACE, how="outer", suffixes=("_power", "_heat"))
    both = both.merge(fuel, on=PLACE, how="left")
    lost = [both[name].fillna("") for name in ("missing_power", "missing_heat")]
    # Heat that a process gives off takes no fuel, and nobody tells how much there is.
    lost.append(both["missing"].fillna("fuel"))
    parts = both[["energy_tj_power", "energy_tj_heat"]].fillna(0.0)
    both = both.assign(unit="TJ", missing=_together(lost))
    plain = both.assign(amount_out=parts.sum(axis=1))
    declared = _declared(park, both)
    taken = [
        (parts[f"energy_tj_{name}"] / declared[f"{name}_efficiency"]).where(
            parts[f"energy_tj_{name}"] != 0, 0.0
        )
        for name in ("power", "heat")
    ]
    undeclared = [
        pd.Series(f"{name}_efficiency", index=both.index).where(value.isna(), "")
        for name, value in zip(("power", "heat"), taken, strict=True)
    ]
    by_rate = both.assign(amount_out=sum(taken), missing=_together([both["missing"], *undeclared]))
    return [
        closed_or_open(plain, balance="energy_made", tolerance=tolerance, above="made_above_fuel"),
        closed_or_open(
            by_rate, balance="energy_efficiency", tolerance=efficiency, least=1.0,
            above="efficiency_above_declared", below="efficiency_below_declared",
        ),
    ]  # fmt: skip


def _by_process(burnt: pd.DataFrame, made: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return fuels and products by process, or by plant where a product has no fuel beside it.

    Steam of a boiler drives a turbine, so what burns none itself may be made of any fuel there;
    where each product stands with its own fuel, that of other processes (a kiln) is not for it.
    """
    is_placed = pd.MultiIndex.from_frame(made[PLACE]).isin(pd.MultiIndex.from_frame(burnt[PLACE]))
    whole = pd.MultiIndex.from_frame(made.loc[~is_placed, PLANT])
    sized = []
    for table in (burnt, made):
        is_whole = pd.MultiIndex.from_frame(table[PLANT]).isin(whole)
        sized.append(table.assign(process=table["process"].mask(is_whole, "")))
    return sized[0], sized[1]


def _untold_energy(rows: pd.DataFrame) -> pd.Series:
    missing = untold(rows)
    heat = (rows["item"] + "/ncv").where(rows["energy_tj"].isna(), "")
    return missing.mask(missing == "", heat)


def _sums(rows: pd.DataFrame) -> pd.DataFrame:
    groups = rows.groupby(PLACE)
    sums = groups["energy_tj"].agg(whole_sum)
    return pd.concat([sums, groups["missing"].agg(lacks)], axis=1).reset_index()


def _together(texts: list[pd.Series]) -> pd.Series:
    """Return several columns of what is missing as one."""
    both = pd.concat(texts, axis=1)
    return pd.Series([lacks(row) for _, row in both.iterrows()], index=both.index, dtype="str")


def _declared(park: Park, places: pd.DataFrame) -> pd.DataFrame:
    """Return the efficiencies declared for places, missing where there is none, or several.

    A process has its own before the plant's; a plant as a whole any that it declares.
    """
    site = park.site_factors
    found: dict[str, list[float]] = {}
    for name in ("power_efficiency", "heat_efficiency"):
        rows = site[site["parameter"] == name]
        start = rows["valid_from"].astype("float64").fillna(-np.inf)
        end = rows["valid_to"].astype("float64").fillna(np.inf)
        value = rows["value"] * [conversion(unit, "1") for unit in rows["unit"]]
        column = found.setdefault(name, [])
        for plant, process, year in places[PLACE].itertuples(index=False, name=None):
            fits = (rows["enterprise_id"] == plant) & (start <= year) & (end >= year)
            own = fits & (rows["process"] == process)
            general = fits & ((rows["process"] == "") | (process == ""))
            known = value[own if own.any() and process else general].unique()
            column.append(float(known[0]) if len(known) == 1 else float("nan"))
    return pd.DataFrame(found, index=places.index, dtype="float64")


def _supply(rows: pd.DataFrame, *, tolerance: float) -> pd.DataFrame:
    """Return what plants make and buy of each kind of energy beside what they sell of it."""
    kinds = rows["item"].map(vocabulary("items").set_index("item")["kind"])
    rows = rows[(kinds == "energy") & rows["use"].isin(["self_generated", "purchased", "sold"])]
    rows = rows.assign(
        missing=untold(rows),
        amount_in=rows["amount"].where(rows["use"] != "sold", 0.0),
        amount_out=rows["amount"].where(rows["use"] == "sold", 0.0),
        is_sold=rows["use"] == "sold",
    )
    groups = rows.groupby([*PLANT, "item", "unit"])
    sums = groups[["amount_in", "amount_out"]].agg(whole_sum)
    table = sums.assign(missing=groups["missing"].agg(lacks), is_sold=groups["is_sold"].any())
    return closed_or_open(
        table[table["is_sold"]].reset_index(), balance="energy_supply", tolerance=tolerance,
        above="sold_above_supply",
    )  # fmt: skip


def _trade(given: Sides, *, tolerance: float) -> pd.DataFrame:
    """Return what one plant says it sold another beside what that one says it bought."""
    rows = given.everyone
    plants = set(rows["enterprise_id"])
    kinds = rows["item"].map(vocabulary("items").set_index("item")["kind"])
    rows = rows[(kinds == "energy") & rows["counterpart_id"].isin(plants)]
    rows = rows.assign(missing=untold(rows))
    sides = {"sold": ("enterprise_id", "counterpart_id", "amount_in"),
             "purchased": ("counterpart_id", "enterprise_id", "amount_out")}  # fmt: skip
    sums = []
    for use, (giver, taker, name) in sides.items():
        mine = rows[rows["use"] == use].rename(
            columns={giver: "seller", taker: "buyer", "amount": name}
        )
        groups = mine.groupby(TRADE)
        amount = groups[name].agg(whole_sum)
        sums.append(pd.concat([amount, groups["missing"].agg(lacks)], axis=1).reset_index())
    both = sums[0].merge(sums[1], on=TRADE, how="outer", suffixes=("_sold", "_bought"))
    told = [both["missing_sold"].fillna("sold"), both["missing_bought"].fillna("purchased")]
    both = both.assign(missing=_together(told))
    inside = pd.MultiIndex.from_frame(given.activity[PLANT].drop_duplicates())
    of_member = [
        pd.MultiIndex.from_frame(both[[side, "year"]]).isin(inside) for side in ("seller", "buyer")
    ]
    both = both[of_member[0] | of_member[1]]
    table = both.rename(columns={"seller": "enterprise_id", "buyer": "counterpart_id"})
    return closed_or_open(
        table, balance="energy_trade", tolerance=tolerance, least=1.0,
        above="bought_above_sold", below="bought_below_sold",
    )  # fmt: skip
