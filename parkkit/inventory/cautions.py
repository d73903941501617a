"""Cautions: what a compiled inventory should be read with, each naming its row and a cure."""

from __future__ import annotations

import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.errors import Problem
from parkkit.inventory.calculation import Calculation
from parkkit.inventory.expectation import CONVERSION_USES
from parkkit.inventory.factors import factor_table

MATERIAL_USES = ("feedstock", *CONVERSION_USES)
BALANCES = (*CONVERSION_USES, "recovered")
SOURCE = ["source_id", "year", "species"]


def cautions(calculated: Calculation, convention: Convention) -> list[Problem]:
    """Return what a reader must know before trusting the calculated numbers.

    A carbon balance below zero, carbon that a product's factor and its feedstock may both count,
    a fuel whose chosen set was passed over because it lacks something there, and energy whose
    only coefficient is a range.
    """
    return [
        *_negative_balances(calculated),
        *_counted_twice(calculated),
        *_passed_over(calculated),
        *_ranges(calculated, convention),
        *_carbon_alone(calculated, convention),
    ]


def _grouped(calculated: Calculation, emissions: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Return each group's sum, and the first row of activity.csv behind it."""
    rows = calculated.activity.set_index("activity_id")["row"]
    groups = emissions.assign(row=emissions["activity_id"].map(rows)).groupby(key)
    return groups.agg(
        amount=("emissions_t", lambda values: values.sum(min_count=1)), row=("row", "min")
    ).reset_index()


def _negative_balances(calculated: Calculation) -> list[Problem]:
    """Say where more carbon leaves than enters: flagged, never cut off at zero."""
    rows = calculated.emissions
    rows = rows[rows["scope"].notna()]
    if not rows["use"].isin(BALANCES).any():
        return []
    balanced = rows.groupby(SOURCE)["use"].transform(lambda uses: uses.isin(BALANCES).any())
    rows = rows[balanced.astype(bool)]
    groups = _grouped(calculated, rows, SOURCE)
    return [
        Problem(code="negative_balance", file="activity.csv", row=int(group["row"]),
                column="amount", is_warning=True,
                values={"source": group["source_id"], "year": int(group["year"]),
                        "species": group["species"], "given": f"{group['amount']:,.1f}"})
        for group in groups[groups["amount"] < 0].to_dict("records")
    ]  # fmt: skip


def _counted_twice(calculated: Calculation) -> list[Problem]:
    """Say where a process counts a product's factor and the carbon of what went into it."""
    rows = calculated.emissions
    rows = rows[rows["emissions_t"].notna() & (rows["process"] != "")]
    if not rows["use"].isin([*MATERIAL_USES, "leaked"]).any():
        return []
    key = ["source_id", "year"]
    carbon = rows[rows["species"] == "co2"]
    by_product = carbon[carbon["use"] == "process_output"]
    by_material = carbon[carbon["use"].isin(MATERIAL_USES)]
    twice = by_material.merge(by_product[key].drop_duplicates(), on=key)
    # The yearly leak of a charge, and the gas that was seen to leak.
    gas = [*key, "item"]
    leaked = rows[rows["use"] == "leaked"]
    charged = leaked.merge(rows.loc[rows["use"] == "charged", gas].drop_duplicates(), on=gas)
    both = pd.concat([twice, charged], ignore_index=True)
    return [
        Problem(code="counted_twice", file="activity.csv", row=int(group["row"]), column="use",
                is_warning=True,
                values={"source": group["source_id"], "year": int(group["year"])})
        for group in _grouped(calculated, both, key).to_dict("records")
    ]  # fmt: skip


def _passed_over(calculated: Calculation) -> list[Problem]:
    """Say which set was passed over for want of a parameter, and which one stepped in."""
    used = calculated.factors_used
    if not len(used):
        return []
    used = used[used["species"] == "co2"]
    best = used[used["rank"] == 0].set_index("key_id")
    lost = used[used["is_incomplete"] & (used["rank"] > 0)]
    lost = lost[lost["set_rank"] < lost["key_id"].map(best["set_rank"])]
    alone = used[(used["rank"] == 0) & used["is_incomplete"]]
    told = pd.concat([lost, alone]).drop_duplicates(["item", "process_type", "factor_set"])
    first = calculated.activity.groupby("key_id")["row"].min()
    return [
        Problem(code="set_without_parameter", file="activity.csv", row=int(first[row["key_id"]]),
                column="process_type", is_warning=True,
                values={"item": row["item"], "given": row["factor_set"],
                        "missing": row["missing"].replace(";", ", "),
                        "taken": _taken(best, row["key_id"])})
        for row in told.to_dict("records")
    ]  # fmt: skip


def _taken(best: pd.DataFrame, key_id: int) -> str:
    row = best.loc[key_id]
    return "-" if row["is_incomplete"] else str(row["factor_set"])


def _ranges(calculated: Calculation, convention: Convention) -> list[Problem]:
    """Say where standard coal has only a range to go by: nobody chooses in it for a plant."""
    table = factor_table()
    table = table[table["factor_set"].isin(convention.factor_sets)]
    low, high = (
        table[table["parameter"] == f"coal_equivalent_{end}"].set_index("factor_item")
        for end in ("low", "high")
    )
    rows = calculated.activity
    without = rows[
        rows["energy_tce"].isna() & rows["amount"].notna() & rows["item"].isin(low.index)
    ]
    return [
        Problem(code="coefficient_is_a_range", file="activity.csv", row=int(row["row"]),
                column="item", is_warning=True,
                values={"item": row["item"], "low": f"{low['value'][row['item']]:g}",
                        "high": f"{high['value'][row['item']]:g}",
                        "unit": low["unit"][row["item"]]})
        for row in without.drop_duplicates("item").to_dict("records")
    ]  # fmt: skip


def _carbon_alone(calculated: Calculation, convention: Convention) -> list[Problem]:
    """Say where all gases are asked for and the chosen sets know CO2 alone of what is burnt."""
    burnt = calculated.emissions[calculated.emissions["use"] == "fuel_combustion"]
    has_others = burnt["species"].isin(["ch4", "n2o"]).any()
    if convention.gases != "all" or not len(burnt) or has_others:
        return []
    return [Problem(code="gases_without_factor", is_warning=True)]
