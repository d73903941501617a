"""Device carbon: what the power and the reagents of control devices give off."""

from __future__ import annotations

import unicodedata
from functools import cache

import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.units import conversion, conversions
from parkkit.core.vocabulary import synonyms, vocabulary
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.controls import CARBONATE, POWER, POWER_UNIT, SLIPPING
from parkkit.inventory.factors import factors_of
from parkkit.park.control_checks import CLEANING, cleaning_codes
from parkkit.park.package import Park

# Gases that carbonates are sprayed against: a device for one of them uses some reagent.
ACID_GASES = ("so2", "hcl", "fluorides", "hydrogen_fluoride", "sulphuric_acid_mist")
# Urea is no carbonate and binds CO2 all the same; its factor is told of the making of it.
UREA, MADE = "urea", "conversion_out"
FEEDSTOCK = "feedstock"
ENERGY_USE, POWER_FACTOR = "energy_use_kwh", "electricity_factor"
REAGENT, REAGENT_AMOUNT, REAGENT_FACTOR = "reagent", "reagent_t", "reagent_factor"
CARBON = ["energy_co2e_t", "reagent_co2e_t", "missing"]


def device_carbon(
    inventory: Inventory, park: Park, devices: pd.DataFrame, year: int
) -> pd.DataFrame:
    """Return the carbon of running each device for a year, beside its row of abatement.csv.

    Parameters
    ----------
    devices : DataFrame
        Rows of abatement.csv that stood in the year.

    Returns
    -------
    DataFrame
        By the index of ``devices``: ``energy_co2e_t`` (its electricity times the mean factor of
        the power its plant bought in the year, as the inventory counts it; of power that the
        plant makes itself nothing is known here), ``reagent_co2e_t`` (CO2 bound in carbonates
        and urea, by the plant's own factor, else by the convention's sets; 0 of a reagent that
        binds none, and where none is told of a device that needs none) and ``missing``: codes
        joined by ``;``.
    """
    factor = devices["enterprise_id"].map(_power_factors(inventory, year)).astype("float64")
    mwh = devices["energy_use_kwh"].astype("float64") * conversion("kWh", POWER_UNIT)
    energy = (mwh * factor).mask(mwh == 0, 0.0)
    lacks_factor = factor.isna() & (mwh > 0)
    codes = pd.DataFrame({ENERGY_USE: mwh.isna(), POWER_FACTOR: lacks_factor})
    reagent, lacking = _of_reagents(inventory, park, devices, year)
    missing = [";".join([*codes.columns[flags], *filter(None, [code])])
               for flags, code in zip(codes.to_numpy(), lacking, strict=True)]  # fmt: skip
    table = pd.DataFrame(
        {"energy_co2e_t": energy, "reagent_co2e_t": reagent}, index=devices.index, dtype="float64"
    )
    return table.assign(missing=pd.Series(missing, index=devices.index, dtype="str"))[CARBON]


def _power_factors(inventory: Inventory, year: int) -> pd.Series:
    """Return the tonnes of CO2e of a MWh that each plant bought, over all it bought and told."""
    rows = inventory.emissions
    rows = rows[(rows["year"] == year) & (rows["item"] == POWER) & (rows["use"] == "purchased")]
    counted = rows.groupby(["enterprise_id", "activity_id"])["co2e_t"]
    tonnes = counted.sum(min_count=1).dropna().reset_index()
    bought = inventory.activity.drop_duplicates("activity_id").set_index("activity_id")
    units = bought["unit"].reindex(tonnes["activity_id"])
    mwh = bought["amount"].reindex(tonnes["activity_id"]).to_numpy() * conversions(
        units, pd.Series(POWER_UNIT, index=units.index)
    ).to_numpy()  # fmt: skip
    sums = tonnes.assign(mwh=mwh).groupby("enterprise_id")[["co2e_t", "mwh"]].sum()
    return sums["co2e_t"] / sums["mwh"].where(sums["mwh"] > 0)


def _of_reagents(
    inventory: Inventory, park: Park, devices: pd.DataFrame, year: int
) -> tuple[pd.Series, pd.Series]:
    """Return the CO2 of each device's reagent, and what is missing to say it."""
    item = devices["reagent"].map(lambda name: _items().get(_plain(name), "")).astype("str")
    is_blank = devices["reagent"].map(_plain) == ""
    binds = item.isin([*_binding()])
    own = _own_factors(inventory, year)
    ours = _set_factors(park, inventory.convention)
    keys = zip(devices["enterprise_id"], item, strict=True)
    factor = pd.Series(
        [own.get(key, ours.get(key[1])) for key in keys], index=devices.index, dtype="float64"
    )
    amount = devices["reagent_t"].astype("float64")
    needs = is_blank & (_needs_reagent(devices) | amount.notna())
    missing = pd.Series("", index=devices.index, dtype="str")
    missing = missing.mask(binds & factor.isna(), REAGENT_FACTOR)
    missing = missing.mask(binds & amount.isna(), REAGENT_AMOUNT)
    missing = missing.mask(needs | (~is_blank & (item == "")), REAGENT)
    tonnes = (amount * factor).where(binds, 0.0)
    return tonnes.mask(missing != ""), missing


def _needs_reagent(devices: pd.DataFrame) -> pd.Series:
    codes = cleaning_codes(devices["technology"])
    sprays = codes.map(lambda code: bool({*code.split("_")} & {*SLIPPING})).astype(bool)
    return devices["species"].isin(ACID_GASES) | sprays


@cache
def _items() -> dict[str, str]:
    """Return what people call items and reagents, to the item."""
    names = {**synonyms("items"), **synonyms("reagents")}
    return {_plain(name): item for name, item in names.items()}


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


@cache
def _binding() -> dict[str, str]:
    """Return the items that bind CO2, with the use whose factor tells how much."""
    table = vocabulary("reagents")
    carbonates = table.loc[table["kind"] == CARBONATE, "item"]
    return {**dict.fromkeys(carbonates, FEEDSTOCK), UREA: MADE}


def _own_factors(inventory: Inventory, year: int) -> dict[tuple[str, str], float]:
    """Return the CO2 of a tonne that each plant's own activity rows for the flue gas give."""
    rows = inventory.emissions
    rows = rows[(rows["year"] == year) & (rows["species"] == "co2") & (rows["use"] == FEEDSTOCK)]
    rows = rows[(rows["process_type"] == CLEANING) & rows["item"].isin([*_binding()])]
    bought = inventory.activity.drop_duplicates("activity_id").set_index("activity_id")
    told = rows.assign(amount=bought["amount"].reindex(rows["activity_id"]).to_numpy())
    told = told[told["emissions_t"].notna() & (told["amount"] > 0)]
    sums = told.groupby(["enterprise_id", "item"])[["emissions_t", "amount"]].sum()
    factors = sums["emissions_t"] / sums["amount"]
    names = factors.index.to_frame()
    keys = zip(names["enterprise_id"], names["item"], strict=True)
    return dict(zip(keys, factors.to_list(), strict=True))


def _set_factors(park: Park, convention: Convention) -> dict[str, float]:
    """Return the CO2 of a tonne by the convention's sets, the first set that has it."""
    table = factors_of(park)
    place = {name: rank for rank, name in enumerate(convention.factor_sets)}
    plain = (table[["factor_process_type", "factor_technology"]] == "").all(axis=1)
    fits = plain & (table["species"] == "co2") & (table["parameter"] == "emission_factor")
    fits &= table["factor_set"].isin(place) & (table["unit"] == "t/t") & table["value"].notna()
    fits &= table["factor_use"] == table["factor_item"].map(_binding())
    rows = table[fits].assign(place=table["factor_set"].map(place)).sort_values("place")
    first = rows.drop_duplicates("factor_item")
    return dict(zip(first["factor_item"], first["value"].astype(float), strict=True))
