"""Exports: the energy that plants sell, and the tonnes it carries."""

from __future__ import annotations

import numpy as np
import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.units import TJ_PER_GJ
from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.allocation import PLANT, PRODUCTS, burning_plants, fuel_sources, shares
from parkkit.inventory.claims import GREEN, claimed_power
from parkkit.inventory.expectation import PRIMARY
from parkkit.inventory.factors import CHECKED, SITE
from parkkit.inventory.matching import KEY
from parkkit.inventory.releases import GAPS
from parkkit.inventory.resolution import resolve
from parkkit.park.package import Park

USED = ["species", "t_per_base", "factor_id", "factor_set", "factor_rank", "checked"]
OF_SALE = ["activity_id", "item", "use", "counterpart_id", "month", "origin"]
# Who buys it knows of one gas at least; where nothing can be said, it is said of this one.
CARRIER = "co2"
TRADE = ["enterprise_id", "year", "item", "unit", "species"]


def exported(
    activity: pd.DataFrame, membership: pd.DataFrame, convention: Convention
) -> pd.DataFrame:
    """Return the sales of energy that leave the boundary.

    At park level what a member sells to a member stays in; at enterprise level each plant is its
    own boundary, so every sale leaves it. A sale that did not occur (NO, NA) or is told elsewhere
    (IE) is none.
    """
    sold = activity[(activity["use"] == "sold") & _is_energy(activity)]
    sold = sold[(sold["amount"] != 0) & (sold["amount"].notna() | sold["notation"].isin(GAPS))]
    inside = membership.loc[membership["is_member"], ["enterprise_id", "year"]]
    pairs = pd.MultiIndex.from_frame(inside)
    is_ours = pd.MultiIndex.from_frame(sold[["enterprise_id", "year"]]).isin(pairs)
    if convention.level == "enterprise":
        return sold[is_ours]
    to_us = pd.MultiIndex.from_frame(sold[["counterpart_id", "year"]]).isin(pairs)
    return sold[is_ours & ~to_us]


def _is_energy(rows: pd.DataFrame) -> pd.Series:
    return rows["item"].map(vocabulary("items").set_index("item")["kind"]) == "energy"


def valued_by_factor(sold: pd.DataFrame, park: Park, convention: Convention) -> pd.DataFrame:
    """Return traded energy with the tonnes that a buyer would report for it.

    The factor is the one a purchase from the seller would take: the seller's own
    (``supplied_factor``), else that of the sets.

    Parameters
    ----------
    sold : DataFrame
        Rows of the activity in base units; bought rows are valued as they are.

    Returns
    -------
    DataFrame
        The rows with ``species``, ``factor_id``, ``factor_set``, ``missing`` and ``value_t``
        (tonnes); a row per species.
    """
    keys = sold.drop_duplicates("key_id")[["key_id", *KEY]]
    is_sale = keys["use"] == "sold"
    # To who buys it, the seller is the supplier.
    suppliers = keys["supplier_id"].mask(is_sale, keys["site_id"])
    used = resolve(keys.assign(use="purchased", supplier_id=suppliers), park, convention)
    used = used[used["rank"] == 0]
    rows = sold.merge(used[["key_id", *USED]], on="key_id", how="left")
    has_factor = rows["species"].notna()
    return rows.assign(
        species=rows["species"].fillna(CARRIER),
        is_factor_checked=rows["checked"].isin([CHECKED, SITE]).astype("boolean").where(has_factor),
        missing=np.where(has_factor, "", "factor"),
        value_t=rows["amount"] * rows["t_per_base"],
    )


def sale_rows(
    sold: pd.DataFrame, activity: pd.DataFrame, park: Park, convention: Convention
) -> pd.DataFrame:
    """Return exports valued by factor as rows of ``emissions``, not yet negative.

    Of power that was never counted (of sun and wind, of biomass alone, claimed as green where
    claims count) nothing is taken off: what a plant sells is the mixture of what it has.
    """
    rows = valued_by_factor(sold, park, convention)
    return rows.assign(
        source_id=rows["enterprise_id"] + "/" + rows["process"],
        source_class="energy",
        medium="air",
        scope=pd.Series(1, index=rows.index, dtype="Int64"),
        emissions_t=rows["value_t"] * _counted_share(rows, park, activity, convention),
        list="calculated",
        activity_rank=rows["data_rank"],
        is_short=rows["coverage_share"] < 1,
    )


def _counted_share(
    rows: pd.DataFrame, park: Park, activity: pd.DataFrame, convention: Convention
) -> pd.Series:
    """Return what share of each sale of power was counted before: 1 less the green share."""
    pool = green_pool(activity, park, convention).set_index(PLANT)
    found = pool.reindex(pd.MultiIndex.from_frame(rows[PLANT]))
    share = 1 - (found["green_mwh"] / found["all_mwh"].where(found["all_mwh"] > 0))
    share = pd.Series(share.fillna(1.0).to_numpy(), index=rows.index)
    share = share.mask(rows["process_type"].isin(PRIMARY), 0.0)
    return share.where(rows["item"] == "electricity", 1.0)


def green_pool(activity: pd.DataFrame, park: Park, convention: Convention) -> pd.DataFrame:
    """Return the power that each plant makes and buys in a year, and how much of it is green.

    Returns
    -------
    DataFrame
        ``enterprise_id``, ``year``, ``all_mwh`` (made and bought), ``green_mwh`` (of sun and
        wind, made in a plant that burns biomass alone, and claimed where claims count); without
        what a process of sun or wind sells.
    """
    power = activity[activity["item"] == "electricity"]
    there = power[power["use"].isin(["self_generated", "purchased"])]
    made = there[there["use"] == "self_generated"]
    fuels = activity[activity["use"] == "fuel_combustion"]
    is_wood = fuels["item"].map(vocabulary("items").set_index("item")["is_biogenic"]) == "yes"
    alone = is_wood.groupby([fuels[name] for name in PLANT]).all()
    by_wood = pd.MultiIndex.from_frame(made[PLANT]).isin(alone[alone].index)
    is_green = made["process_type"].isin(PRIMARY) | by_wood
    claimed = claimed_power(park)
    counts = claimed["kind"].isin(GREEN) & (convention.electricity != "location")
    # What a process of sun or wind sells is its own, and no part of the mixture any more.
    apart = power[(power["use"] == "sold") & power["process_type"].isin(PRIMARY)]
    apart = apart.assign(amount=-apart["amount"])[[*PLANT, "amount"]]
    there = pd.concat([there[[*PLANT, "amount"]], apart], ignore_index=True)
    parts = [made.loc[is_green, [*PLANT, "amount"]], apart,
             claimed.loc[counts, [*PLANT, "mwh"]].rename(columns={"mwh": "amount"})]  # fmt: skip
    green = pd.concat(parts, ignore_index=True).groupby(PLANT)["amount"].sum()
    table = pd.DataFrame({"all_mwh": there.groupby(PLANT)["amount"].sum(), "green_mwh": green})
    return table.fillna(0.0).rename_axis(PLANT).reset_index()


def allocated_rows(
    sold: pd.DataFrame,
    emissions: pd.DataFrame,
    activity: pd.DataFrame,
    site_factors: pd.DataFrame,
    method: str,
) -> pd.DataFrame:
    """Return exports as the part of the seller's own fuel emissions that left with them.

    That is the tonnes which the method gives to the product, times what was sold over what was
    made; of every gas and pollutant, as rows of the process, list and species it was released by.
    What the seller does not make (it sells on what it buys), or makes in an amount nobody told,
    is a row without a number for each species that it releases of its fuel.

    Parameters
    ----------
    sold : DataFrame
        Sales that leave the boundary.
    emissions : DataFrame
        Rows of ``emissions`` that are left before the view.
    activity : DataFrame
        Activity in base units; all of it, for what was made.
    method : {"energy", "efficiency", "exergy"}

    Returns
    -------
    DataFrame
        Rows of ``emissions``, not yet negative.
    """
    made = shares(activity, site_factors)
    made = made[made["method"] == method]
    sales = _with_share(sold, made, _bought(activity))
    sources = fuel_sources(emissions, activity)
    plants = pd.MultiIndex.from_frame(pd.concat([sources[PLANT], burning_plants(activity)]))
    has_fuel = pd.MultiIndex.from_frame(sales[PLANT]).isin(plants)
    # Sun, wind and water alone make power without fuel: there is nothing to take off.
    lacks_fuel = (sales["missing"] == "") & (sales["fuel_share"] > 0) & ~has_fuel
    told = sales["missing"].mask(lacks_fuel, "fuel_combustion")
    sales = sales.assign(missing=told.astype("str"))
    is_told = sales["missing"] == ""
    parts = [_carried(sales[is_told], sources), _untold(sales[~is_told], sources)]
    filled = [part for part in parts if len(part)] or parts[:1]
    return pd.concat(filled, ignore_index=True)


def _bought(activity: pd.DataFrame) -> pd.DataFrame:
    """Return what each plant buys of power and heat, in GJ."""
    rows = activity[(activity["use"] == "purchased") & activity["item"].isin(list(PRODUCTS))]
    rows = rows.assign(gj=rows["energy_tj"] / TJ_PER_GJ, product=rows["item"].map(PRODUCTS))
    sums = rows.groupby([*PLANT, "product"])["gj"].sum().unstack("product")
    return sums.reindex(columns=["power", "heat"]).add_suffix("_bought_gj").reset_index()


def _with_share(sold: pd.DataFrame, made: pd.DataFrame, bought: pd.DataFrame) -> pd.DataFrame:
    """Return sales with ``ratio``, the share of the seller's fuel emissions each takes along.

    What a plant sells is the mixture of what it made and bought: of what it bought nothing was
    released there. What a process of sun or wind sells is that process's own.
    """
    rows = sold.merge(made.rename(columns={"missing": "made_missing"}), on=PLANT, how="left")
    rows = rows.merge(bought, on=PLANT, how="left")
    is_power = rows["item"].map(PRODUCTS) == "power"
    from_fuel, free, share = (
        rows[f"power_{name}"].where(is_power, rows[f"heat_{name}"])
        for name in ("made_gj", "free_gj", "share")
    )
    also = rows["power_bought_gj"].where(is_power, rows["heat_bought_gj"]).fillna(0.0)
    of_all = from_fuel + free + also.where((from_fuel + free).notna())
    all_made = of_all.where(of_all > 0)
    gj = rows["energy_tj"] / TJ_PER_GJ
    missing = rows["made_missing"].fillna("").astype("str")
    missing = missing.mask((missing == "") & all_made.isna(), "self_generated")
    missing = missing.mask((missing == "") & gj.isna(), "energy_sold")
    missing = missing.mask(~rows["item"].isin(list(PRODUCTS)), "allocation")
    is_free = rows["process_type"].isin(PRIMARY)
    return rows.assign(
        ratio=(gj / all_made * share.where(from_fuel > 0, 0.0)).mask(is_free, 0.0),
        fuel_share=(from_fuel / all_made).mask(is_free, 0.0),
        # A seller that makes nothing has no share, and so none by default.
        is_default=rows["is_default"].astype("boolean").fillna(False).astype(bool),
        missing=missing,
    )


def _carried(sales: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    sale = sales[[*PLANT, *OF_SALE, "data_rank", "coverage_share", "ratio", "is_default"]]
    rows = sources.merge(sale, on=PLANT)
    is_short = rows["is_short"] | (rows["coverage_share"] < 1)
    # A share by default efficiencies is as good as a recalled factor.
    checked = pd.Series(pd.NA, index=rows.index, dtype="boolean").mask(rows["is_default"], False)
    return rows.assign(
        emissions_t=rows["fuel_t"] * rows["ratio"],
        generated_t=rows["generated_t"] * rows["ratio"],
        activity_rank=rows[["activity_rank", "data_rank"]].max(axis=1),
        is_factor_checked=checked,
        is_short=is_short,
    ).drop(columns="co2e_t")


def _untold(sales: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Return a row without a number for each species that the sale would take along."""
    carried = sources[[*PLANT, "species", "scope"]].drop_duplicates()
    names = [*PLANT, *OF_SALE, "process", "process_type", "missing", "coverage_share", "data_rank"]
    rows = sales[names].merge(carried, on=PLANT, how="left")
    is_unknown = rows["species"].isna()
    return rows.assign(
        source_id=rows["enterprise_id"] + "/" + rows["process"],
        source_class="energy",
        species=rows["species"].fillna(CARRIER),
        medium="air",
        scope=rows["scope"].astype("Int64").mask(is_unknown, 1),
        emissions_t=np.nan,
        list="calculated",
        activity_rank=rows["data_rank"],
        is_short=True,
    )


def net_purchases(activity: pd.DataFrame, park: Park, convention: Convention) -> pd.DataFrame:
    """Return what each plant bought and sold of each energy, and the difference.

    A memo beside the inventory, which is gross: bought as the plant reports it, sold as its
    buyers would.

    Parameters
    ----------
    activity : DataFrame
        Activity in base units.

    Returns
    -------
    DataFrame
        ``enterprise_id``, ``year``, ``item``, ``unit``, ``species``, then ``bought``, ``sold``,
        ``net`` (bought less sold) in ``unit``, and ``bought_t``, ``sold_t``, ``net_t`` in tonnes.
        An amount or a factor that nobody told makes its sum missing, and ``missing`` says which;
        what is neither bought nor sold is 0.
    """
    trade = activity[activity["use"].isin(["purchased", "sold"]) & _is_energy(activity)]
    rows = valued_by_factor(trade, park, convention)
    side = rows["use"].map({"purchased": "bought", "sold": "sold"})
    has_gap = rows["amount"].isna() & rows["notation"].isin(GAPS)
    missing = rows["missing"].mask(has_gap, "amount")
    rows = rows.assign(side=side, has_gap=has_gap, has_no_value=rows["missing"] != "",
                       missing=missing)  # fmt: skip
    rows["has_no_value"] |= rows["has_gap"]
    table = _sides(rows, "amount", "has_gap").join(
        _sides(rows, "value_t", "has_no_value").add_suffix("_t")
    )
    codes = rows.groupby(TRADE)["missing"].agg(lambda told: ";".join(sorted({*told} - {""})))
    return table.assign(
        net=table["bought"] - table["sold"], net_t=table["bought_t"] - table["sold_t"],
        missing=codes,
    ).reset_index()[
        [*TRADE, "bought", "sold", "net", "bought_t", "sold_t", "net_t", "missing"]
    ]  # fmt: skip


def _sides(rows: pd.DataFrame, values: str, gaps: str) -> pd.DataFrame:
    groups = rows.groupby([*TRADE, "side"])
    sums = groups[values].sum().where(~groups[gaps].any())
    wide = sums.unstack("side").reindex(columns=["bought", "sold"]).rename_axis(columns=None)
    there = groups.size().unstack("side").reindex(columns=wide.columns).notna()
    return wide.where(there, 0.0)
