"""Checks of what plants sell each other: both sides, what there is to sell, green claims."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from parkkit.core.errors import Problem
from parkkit.core.units import conversion, measures
from parkkit.core.vocabulary import vocabulary
from parkkit.park.faults import Tables, at

# Two meters on one line never agree to the last digit.
METERS_AGREE = 0.01
ROUNDING = 0.001
MOST_T_PER_MWH = 2.0
POWER, POWER_UNIT = "electricity", "MWh"
SALE = ["seller", "buyer", "item", "base", "year"]
KINDS_OF_USE = {"fuel_combustion": ("fuel", "waste"), "wastewater_sent": ("water",),
                "water_withdrawn": ("water",), "water_reused": ("water",)}  # fmt: skip
# What hangs on sums over rows, and means nothing while a row is wrong.
OF_SUMS = ("sale_denied", "purchase_denied", "transfer_differs", "sold_above_made",
           "sold_not_made", "claims_above_purchases", "claim_without_purchase")  # fmt: skip


def trade_problems(tables: Tables) -> Iterator[Problem]:
    """Return what is wrong with uses, transfers of energy between plants, and green claims."""
    activity = tables["activity"]
    yield from _unfit_uses(activity)
    trade = _traded(activity)
    yield from _transfers(trade, tables["enterprises"])
    yield from _oversold(trade)
    yield from _claims(tables["certificates"], trade)
    yield from _claimed_twice(tables["certificates"])
    yield from _large_claims(tables["certificates"])
    yield from _supplied_by_none(tables["site_factors"], trade)


def _unfit_uses(activity: pd.DataFrame) -> Iterator[Problem]:
    """Tell uses that an item cannot have, such as a refrigerant that is burnt."""
    items = vocabulary("items").set_index("item")
    pairs = activity[["use", "item"]].drop_duplicates()
    for use, item in pairs.itertuples(index=False, name=None):
        suits = items["kind"].isin(KINDS_OF_USE.get(use, items["kind"].unique()))
        if use == "charged":
            suits = items["species"] != ""
        if item not in items.index or suits[item]:
            continue
        wanted = list(items.loc[suits, "kind"].unique())
        for row in activity.index[(activity["use"] == use) & (activity["item"] == item)]:
            yield at("activity", row, "use", "use_of_item", given=use, item=item,
                     its=items["kind"][item], wanted=wanted)  # fmt: skip


def _traded(activity: pd.DataFrame) -> pd.DataFrame:
    """Return what is bought, sold and made of energy, in base units.

    ``amount`` is missing where it is not told (a notation key); NO, not occurring, is 0.
    """
    items = vocabulary("items").set_index("item")
    energy = items.index[items["kind"] == "energy"]
    uses = ["purchased", "sold", "self_generated"]
    fits = activity["use"].isin(uses) & activity["item"].isin(energy) & activity["year"].notna()
    columns = ["enterprise_id", "counterpart_id", "item", "use", "year", "amount", "unit",
               "notation"]  # fmt: skip
    rows = activity.loc[fits, columns].reset_index(names="row").astype({"year": "int64"})
    amount = rows["amount"].mask(rows["notation"] == "NO", 0.0)
    base = rows["item"].map(items["base_unit"])
    rows = rows.assign(amount=amount * _rates(rows["unit"], base), base=base)
    return rows.assign(is_untold=rows["amount"].isna())


def _rates(units: pd.Series, wanted: pd.Series) -> pd.Series:
    """Return each unit in the wanted one; missing where it does not convert (told elsewhere)."""
    pairs = pd.MultiIndex.from_arrays([units, wanted])
    rates = {
        pair: conversion(*pair) if measures(*pair) else float("nan") for pair in pairs.unique()
    }
    return pd.Series(pairs.map(rates), index=units.index, dtype="float64")


def _sums(trade: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return the amount of each key, its first row, and whether any amount is not told."""
    return trade.groupby(keys).agg(
        amount=("amount", "sum"), row=("row", "min"), is_untold=("is_untold", "any")
    )


def _transfers(trade: pd.DataFrame, plants: pd.DataFrame) -> Iterator[Problem]:
    """Tell energy that one plant says it gave another, and the other does not say it took."""
    known = plants["enterprise_id"]
    between = trade[
        trade["enterprise_id"].isin(known)
        & trade["counterpart_id"].isin(known)
        & (trade["enterprise_id"] != trade["counterpart_id"])
    ]
    sides = {"sold": ("enterprise_id", "counterpart_id"),
             "purchased": ("counterpart_id", "enterprise_id")}  # fmt: skip
    sums = {
        use: _sums(
            between[between["use"] == use].rename(columns={giver: "seller", taker: "buyer"}),
            SALE,
        )
        for use, (giver, taker) in sides.items()
    }
    sold, bought = (sums[use].reset_index() for use in ("sold", "purchased"))
    both = sold.merge(bought, on=SALE, how="outer", suffixes=("_sold", "_bought"))
    untold = both[["is_untold_sold", "is_untold_bought"]].fillna(False).any(axis=1)
    amounts = both[["amount_sold", "amount_bought"]].fillna(0.0)
    apart = (amounts["amount_sold"] - amounts["amount_bought"]).abs()
    wrong = both[~untold & (apart > METERS_AGREE * amounts.max(axis=1))]
    for side in wrong.itertuples(index=False):
        yield _transfer_problem(side)


def _transfer_problem(side: Any) -> Problem:
    told = {"seller": side.seller, "buyer": side.buyer, "item": side.item, "year": side.year}
    sold, bought = (_amount(each, side.base) for each in (side.amount_sold, side.amount_bought))
    row = side.row_sold if pd.notna(side.row_sold) else side.row_bought
    if pd.notna(side.row_sold) and pd.notna(side.row_bought):
        code, column = "transfer_differs", "amount"
        told |= {"sold": sold, "bought": bought, "other": int(side.row_bought)}
    else:
        code = "sale_denied" if pd.notna(side.row_sold) else "purchase_denied"
        column = "counterpart_id"
        told |= {"given": sold if code == "sale_denied" else bought, "none": _amount(0, side.base)}
    return Problem(code=code, file="activity.csv", row=int(row), column=column, is_warning=True,
                   values=told)  # fmt: skip


def _amount(value: Any, unit: object) -> str:
    """Return an amount as a reader compares it: 14,219,037 GJ, 0.25 MWh."""
    text = f"{value:,.3f}".rstrip("0").rstrip(".")
    return f"{text} {unit}"


def _oversold(trade: pd.DataFrame) -> Iterator[Problem]:
    """Tell plants that sell more energy in a year than they made and bought."""
    keys = ["enterprise_id", "item", "base", "year"]
    sums = {use: _sums(rows, keys) for use, rows in trade.groupby("use")}
    if "sold" not in sums:
        return
    none = sums["sold"].iloc[:0]
    sold, made, bought = (sums.get(use, none) for use in ("sold", "self_generated", "purchased"))
    both = sold.assign(
        made=made["amount"].reindex(sold.index),
        bought=bought["amount"].reindex(sold.index),
        is_untold=sold["is_untold"] | _untold(made, sold) | _untold(bought, sold),
    )
    there = both["made"].fillna(0.0) + both["bought"].fillna(0.0)
    # A plant that tells nothing of what it makes lacks a row; one that tells it, a tonne.
    has_source = both["made"].notna()
    above = both["amount"] > there * (1 + ROUNDING)
    wrong = both.assign(has_source=has_source)[above & ~both["is_untold"]].fillna(0.0)
    for each in wrong.reset_index().itertuples(index=False):
        code = "sold_above_made" if each.has_source else "sold_not_made"
        yield at("activity", each.row, "amount", code, is_warning=not each.has_source,
                 plant=each.enterprise_id, item=each.item, year=each.year,
                 given=_amount(each.amount, each.base), made=_amount(each.made, each.base),
                 bought=_amount(each.bought, each.base))  # fmt: skip


def _untold(sums: pd.DataFrame, like: pd.DataFrame) -> pd.Series:
    return sums["is_untold"].astype("boolean").reindex(like.index).fillna(False).astype(bool)


def _claims(certificates: pd.DataFrame, trade: pd.DataFrame) -> Iterator[Problem]:
    """Tell claims on green power beyond what the plant bought in the year, of all kinds."""
    power = trade[(trade["use"] == "purchased") & (trade["item"] == POWER)]
    bought = _sums(power, ["enterprise_id", "year"])
    rows = certificates[certificates["year"].notna()].astype({"year": "int64"})
    key = pd.MultiIndex.from_frame(rows[["enterprise_id", "year"]])
    rate = _rates(rows["unit"], pd.Series(POWER_UNIT, index=rows.index))
    claimed = (rows["amount"] * rate).fillna(0.0)
    total = claimed.groupby([rows["enterprise_id"], rows["year"]]).cumsum()
    amount = pd.Series(bought["amount"].reindex(key).to_numpy(), index=rows.index)
    untold = _untold(bought, pd.DataFrame(index=key)).to_numpy()
    for row in rows.index[amount.isna()]:
        yield at("certificates", row, "amount", "claim_without_purchase", is_warning=True,
                 given=_amount(claimed[row], POWER_UNIT), plant=rows["enterprise_id"][row],
                 year=rows["year"][row])  # fmt: skip
    above = rows[(total > amount * (1 + ROUNDING)) & ~untold]
    # The row at which the sum passes what was bought, once a plant and year.
    for row in above.drop_duplicates(["enterprise_id", "year"]).index:
        yield at("certificates", row, "amount", "claims_above_purchases", is_warning=True,
                 given=_amount(total[row], POWER_UNIT), plant=rows["enterprise_id"][row],
                 year=rows["year"][row], bought=_amount(amount[row], POWER_UNIT))  # fmt: skip


def _claimed_twice(certificates: pd.DataFrame) -> Iterator[Problem]:
    """Tell rows that differ in nothing but their id."""
    keys = ["enterprise_id", "year", "kind", "amount", "unit", "origin"]
    told = certificates[certificates["amount"].notna()]
    first = told.index.to_series().groupby([told[key] for key in keys]).transform("min")
    for row in first.index[first != first.index]:
        yield at("certificates", row, "amount", "claimed_twice", is_warning=True,
                 given=told["certificate_id"][row], first=int(first[row]),
                 other=told["certificate_id"][first[row]])  # fmt: skip


def _large_claims(certificates: pd.DataFrame) -> Iterator[Problem]:
    """Tell factors of claims that no power plant has: kilograms taken for tonnes."""
    for row in certificates.index[certificates["factor"] > MOST_T_PER_MWH]:
        yield at("certificates", row, "factor", "claim_factor_large", is_warning=True,
                 given=f"{certificates['factor'][row]:g}")  # fmt: skip


def _supplied_by_none(site: pd.DataFrame, trade: pd.DataFrame) -> Iterator[Problem]:
    """Tell factors of supplied energy at plants that sell none: they reach nobody."""
    sold = trade[trade["use"] == "sold"]
    pairs = pd.MultiIndex.from_frame(sold[["enterprise_id", "item"]])
    rows = site[site["parameter"] == "supplied_factor"]
    reaches = pd.MultiIndex.from_frame(rows[["enterprise_id", "item"]]).isin(pairs)
    for row in rows.index[~reaches]:
        yield at("site_factors", row, "parameter", "supplied_by_none", is_warning=True,
                 given=rows["enterprise_id"][row], item=rows["item"][row])  # fmt: skip
