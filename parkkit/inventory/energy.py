"""Energy: what members use, make, buy and sell of it, in units, TJ and standard coal."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.activity import SUPPLIED_ITEMS
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.expectation import PRIMARY

BURNT = ("fuel_combustion", "transport_own")
FUEL, ENERGY = "fuel", "energy"
# What of a use is consumed: of fuels what is burnt, fed or lost in conversion, of power and heat
# what is bought and not sold on.
FUEL_SIGNS = {"feedstock": 1, "conversion_in": 1, "conversion_out": -1}
TRADE_SIGNS = {"purchased": 1, "sold": -1}
USES = (*BURNT, *FUEL_SIGNS, *TRADE_SIGNS, "self_generated")
UNTOLD = ("", "NE", "C")
SUMS = ("energy_tj", "calorific_tce", "equivalent_tce", "energy_tce", "consumed_tce",
        "feedstock_tce")  # fmt: skip
BALANCE = ("bought_outside", "made", "sold_outside", "used", "bought_inside", "sold_inside")
ROUNDING = 1e-3  # as the checks of a park's trade have it


def energy(inventory: Inventory) -> pd.DataFrame:
    """Return what each member uses, makes, buys and sells of each energy item, year by year.

    The comprehensive energy consumption (综合能源消费量) of a plant is the sum of its
    ``consumed_tce``: fuels burnt, its own transport's too, fuels used as feedstock, what goes into
    conversion less the fuels that come out, power and heat bought less sold, and power made of sun
    or wind. Other power and heat that it makes come from fuels already counted; fuels bought or
    sold count where they are burnt or come out.

    Returns
    -------
    DataFrame
        ``enterprise_id``, ``year``, ``item``, ``unit`` (its base unit; TJ where a fuel was given
        in heat), ``use``, ``amount``, ``energy_tj``, ``calorific_tce`` (当量值),
        ``equivalent_tce`` (等价值: power at the coal that its supply takes), ``energy_tce`` (the
        one that the convention names), ``consumed_tce`` (what counts of it, with its sign),
        ``feedstock_tce`` (of which), ``status`` (``computed``, ``partial``, ``not_computable``)
        and ``missing``: ``ncv``, ``coal_equivalent``, ``coal_equivalent_supply`` (of that year),
        ``amount`` or ``months``. What is not computable is missing, never 0.

    References
    ----------
    GB/T 2589-2020, general rules for the calculation of comprehensive energy consumption.
    """
    keys = ["enterprise_id", "year", "item", "unit", "use"]
    sums = _summed(energy_rows(inventory), keys, sums=("amount", *SUMS))
    return sums.drop(columns="is_counted")


def consumption(inventory: Inventory, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return the comprehensive energy consumption by year: of the park, or of each part of it.

    A plant's own (``by=["enterprise_id"]``) is gross; in the park's, what members buy from and
    sell to each other is left out.

    Returns
    -------
    DataFrame
        ``by``, ``year``, ``consumed_tce``, ``feedstock_tce`` (of which), ``status``, and
        ``missing``: ``item/parameter`` for what has no number.
    """
    rows = energy_rows(inventory)
    rows = rows[(rows["sign"] != 0) & (~rows["is_inside"] | bool(len(by)))]
    # A heat value that only the TJ hang on is no gap of the consumption.
    rows = rows.assign(missing=_named(rows["item"], rows["blocking"]))
    sums = _summed(rows, [*by, "year"], sums=("consumed_tce", "feedstock_tce"))
    return sums.drop(columns="is_counted")


def park_energy(inventory: Inventory) -> pd.DataFrame:
    """Return the energy balance of the members together, net of what they sell each other.

    Returns
    -------
    DataFrame
        By ``year``, ``item`` and ``unit``: ``bought_outside`` + ``made`` = ``sold_outside`` +
        ``used``; ``bought_inside`` against ``sold_inside`` and their ``difference`` (a loss, or
        one of the two is wrong); ``unexplained``, what the balance leaves open; ``energy_tj``,
        ``calorific_tce``, ``equivalent_tce``, ``energy_tce`` (what counts, with its sign),
        ``consumed_tce``, ``feedstock_tce`` (of which), ``status`` and ``missing`` as in `energy`.

        Nobody tells how much power or heat is used: it follows from the rest, and is missing
        (``missing`` says ``self_generated``) where a plant sells more than it tells to have
        bought and made. Of fuels ``used`` is what was burnt, fed or converted, ``made`` what came
        out of conversion; ``unexplained`` (stocks) is missing where no purchase is told.
    """
    rows = energy_rows(inventory)
    keys = ["year", "item", "unit"]
    signs = rows["sign"].where(~rows["is_inside"], 0)
    net = {name: (rows[name] * signs).where(signs != 0) for name in SUMS[:4]}
    outside = {name: rows[name].mask(rows["is_inside"]) for name in SUMS[4:]}
    gaps = {name: rows[name] & (signs != 0) for name in ("is_gap", "is_short")}
    sums = _summed(rows.assign(**net, **outside, **gaps, sign=signs), keys, sums=SUMS)
    # What is counted elsewhere, or traded inside alone, adds nothing to the park.
    sums[list(SUMS[:4])] = sums[list(SUMS[:4])].where(sums["is_counted"], 0.0)
    table = _balance(rows, keys).merge(sums.drop(columns="is_counted"), on=keys)
    open_ended = table["used"].isna() & (table["kind"] == ENERGY)
    told = (table["missing"] + ";self_generated").str.strip(";")
    return table.assign(missing=table["missing"].mask(open_ended, told)).drop(columns="kind")


def energy_rows(inventory: Inventory) -> pd.DataFrame:
    """Return the activity of members that is about energy, with what counts of each row.

    Returns
    -------
    DataFrame
        The inventory's ``activity`` with the columns of ``SUMS``, ``sign`` (1, -1, or 0 where it
        is counted elsewhere), ``is_inside`` (bought from or sold to a member), ``is_gap`` (no
        tce), ``is_short`` (that, or months are missing), ``missing``, and ``blocking``: what of it
        keeps the tce that the convention names from being computed.
    """
    rows = _members(inventory)
    kind = rows["item"].map(vocabulary("items").set_index("item")["kind"])
    is_energy = kind.isin([FUEL, ENERGY]) & rows["use"].isin(USES)
    # Burning is energy, whatever is burnt.
    rows = rows[is_energy | rows["use"].isin(BURNT)]
    # What does not occur, or is told elsewhere, is no gap.
    rows = rows[rows["amount"].notna() | rows["notation"].isin(UNTOLD)]
    kind = kind[rows.index]
    sign = _signs(rows, kind)
    rows = rows.assign(
        kind=kind,
        sign=sign,
        calorific_tce=rows["energy_tce"],
        equivalent_tce=rows["energy_tce_supply"],
    )
    by_supply = inventory.convention.coal_equivalent == "equivalent"
    chosen = rows["equivalent_tce" if by_supply else "calorific_tce"]
    consumed = (chosen * sign).where(sign != 0)
    missing, blocking = _missing(rows, by_supply=by_supply)
    return rows.assign(
        energy_tce=chosen,
        consumed_tce=consumed,
        feedstock_tce=consumed.where(rows["use"] == "feedstock"),
        is_gap=chosen.isna(),
        is_short=chosen.isna() | (rows["coverage_share"] < 1),
        missing=missing,
        blocking=blocking,
    )


def _members(inventory: Inventory) -> pd.DataFrame:
    """Return the activity of members; ``is_inside`` says that the other side is one too."""
    is_member = inventory.members["is_member"].astype(bool)
    inside = inventory.members.loc[is_member, ["enterprise_id", "year"]]
    pairs = pd.MultiIndex.from_frame(inside)
    rows = inventory.activity
    rows = rows[pd.MultiIndex.from_frame(rows[["enterprise_id", "year"]]).isin(pairs)]
    other = pd.MultiIndex.from_frame(rows[["counterpart_id", "year"]]).isin(pairs)
    return rows.assign(is_inside=other & rows["use"].isin(TRADE_SIGNS))


def _signs(rows: pd.DataFrame, kind: pd.Series) -> pd.Series:
    """Return what each row does to the comprehensive consumption of its plant."""
    use = rows["use"]
    sign = use.map(FUEL_SIGNS).where(kind == FUEL, use.map(TRADE_SIGNS).where(kind == ENERGY))
    is_primary = (use == "self_generated") & rows["process_type"].isin(PRIMARY)
    sign = sign.mask(is_primary & (kind == ENERGY), 1)
    return sign.mask(use.isin(BURNT), 1).fillna(0).astype("int64")


def _missing(rows: pd.DataFrame, *, by_supply: bool) -> tuple[pd.Series, pd.Series]:
    """Return what each row lacks, and what of it keeps the chosen tce from being computed."""
    is_told = rows["amount"].notna()
    is_supplied = rows["item"].isin(SUPPLIED_ITEMS)
    needs_supply = is_supplied if by_supply else pd.Series(False, index=rows.index)
    no_coal = is_told & rows["calorific_tce"].isna()
    no_supply = is_told & rows["equivalent_tce"].isna() & is_supplied
    lacks = {
        "amount": (~is_told, ~is_told),
        "months": (rows["coverage_share"] < 1, rows["coverage_share"] < 1),
        "ncv": (is_told & rows["energy_tj"].isna(), pd.Series(False, index=rows.index)),
        "coal_equivalent": (no_coal, no_coal & ~needs_supply),
        "coal_equivalent_supply": (no_supply, no_supply & needs_supply),
    }
    told = [pd.Series("", index=rows.index, dtype="str") for _ in range(2)]
    for name, lacking in lacks.items():
        told = [
            text.where(~mask, text + ";" + name) for text, mask in zip(told, lacking, strict=True)
        ]
    return told[0].str.strip(";"), told[1].str.strip(";")


def _named(items: pd.Series, missing: pd.Series) -> pd.Series:
    """Return what is missing with the item it is missing for: ``coke/coal_equivalent``."""
    pairs = pd.MultiIndex.from_arrays([items, missing])
    named = {
        (item, text): ";".join(f"{item}/{name}" for name in text.split(";") if name)
        for item, text in pairs.unique()
    }
    return pd.Series(pairs.map(named), index=items.index, dtype="str")


def _summed(rows: pd.DataFrame, keys: Sequence[str], *, sums: Sequence[str]) -> pd.DataFrame:
    """Return sums by some columns, whether any of it counts, is whole, and what is missing."""
    rows = rows.assign(is_counted=rows["sign"] != 0)
    groups = rows.groupby(list(keys), sort=True)
    table = groups[list(sums)].sum(min_count=1).assign(is_counted=groups["is_counted"].any())
    # A missing number is a gap where it counts; where nothing counts, nothing is consumed.
    consumed = table["consumed_tce"].where(table["is_counted"], 0.0)
    status = pd.Series("computed", index=table.index, dtype="str")
    status = status.mask(groups["is_short"].any(), "partial")
    status = status.mask(groups["is_gap"].all(), "not_computable")
    lacks = rows[[*keys, "missing"]].assign(missing=rows["missing"].str.split(";"))
    lacks = lacks.explode("missing").drop_duplicates()
    lacks = lacks[lacks["missing"] != ""].sort_values([*keys, "missing"])
    told = lacks.groupby(list(keys))["missing"].agg(";".join).reindex(table.index).fillna("")
    return table.assign(
        consumed_tce=consumed, status=status, missing=told.astype("str")
    ).reset_index()


def _balance(rows: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Return what was bought, made, sold and used of each item, in its unit; untold is missing."""
    use, is_inside = rows["use"], rows["is_inside"]
    parts = {
        "bought_outside": (use == "purchased") & ~is_inside,
        "made": use.isin(["self_generated", "conversion_out"]),
        "sold_outside": (use == "sold") & ~is_inside,
        "used": use.isin([*BURNT, "feedstock", "conversion_in"]),
        "bought_inside": (use == "purchased") & is_inside,
        "sold_inside": (use == "sold") & is_inside,
    }
    rows = rows.assign(**{name: rows["amount"].where(mask) for name, mask in parts.items()})
    groups = rows.groupby(list(keys), sort=True)
    table = groups[list(BALANCE)].sum(min_count=1).assign(kind=groups["kind"].first())
    told = table[list(BALANCE)].fillna(0.0)
    there = told["bought_outside"] + told["made"] - told["sold_outside"]
    follows = there.mask(_oversold(rows, keys))
    used = table["used"].where(table["kind"] != ENERGY, follows)
    has_source = (table["kind"] == ENERGY) | table["bought_outside"].notna()
    return table.assign(
        used=used,
        difference=(told["bought_inside"] - told["sold_inside"]).where(
            table[["bought_inside", "sold_inside"]].notna().any(axis=1)
        ),
        unexplained=(there - used).where(has_source),
    ).reset_index()


def _oversold(rows: pd.DataFrame, keys: Sequence[str]) -> pd.Series:
    """Tell where a plant sells more than it tells to have bought and made."""
    by_plant = rows.groupby([*keys, "enterprise_id"])[list(BALANCE)].sum()
    sold = by_plant["sold_outside"] + by_plant["sold_inside"]
    there = by_plant["bought_outside"] + by_plant["bought_inside"] + by_plant["made"]
    return (sold > there * (1 + ROUNDING)).groupby(list(keys)).any()
