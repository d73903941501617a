"""Allocate: the fuel emissions of cogeneration, shared between its power and its heat."""

from __future__ import annotations

import numpy as np
import pandas as pd

from parkkit.core.units import GJ_PER_MWH, TJ_PER_GJ, conversions
from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.calculation import greenhouse_gases
from parkkit.inventory.expectation import PRIMARY
from parkkit.inventory.releases import GAPS

METHODS = ("energy", "efficiency", "exergy")
PLANT = ["enterprise_id", "year"]
MADE = ["power_made_gj", "heat_made_gj", "power_free_gj", "heat_free_gj"]
PRODUCTS = {"electricity": "power", "heat": "heat", "steam": "heat"}
# The defaults of the GHG Protocol tool for cogeneration (2006), recalled; 25 degrees is the
# ambient temperature of standard state. A plant's own values stand in site_factors.csv.
DEFAULTS = {"power_efficiency": 0.35, "heat_efficiency": 0.80, "ambient_temperature_c": 25.0}
PARAMETERS = (*DEFAULTS, "heat_temperature_c")
NEEDS: dict[str, tuple[str, ...]] = {
         "energy": (), "efficiency": ("power_efficiency", "heat_efficiency"),
         "exergy": ("heat_temperature_c", "ambient_temperature_c"),
}  # fmt: skip
KELVIN = 273.15
# What a plant does beside burning that could be in a value reported for the whole of it.
MINOR = ("transport_own", "leaked", "charged")
SOURCE = [*PLANT, "source_id", "industry_code", "process", "process_type", "source_class", "list",
          "species", "medium", "scope", "part_of"]  # fmt: skip


def allocate(
    emissions: pd.DataFrame, activity: pd.DataFrame, site_factors: pd.DataFrame
) -> pd.DataFrame:
    """Share the fuel emissions of each plant between its power and its heat, by three methods.

    ``energy`` shares by the energy of the products; ``efficiency`` by the fuel each would take,
    output over efficiency; ``exergy`` by the work each could do: power whole, heat by the Carnot
    factor 1 - T0/T. A plant with one product alone gives it the whole. The fuel emissions are
    those of the processes that the plant's ``self_generated`` rows name; if one of these burns
    nothing itself (a turbine beside its boilers), those of all that the plant burns. Waste burnt
    in an incinerator is fuel to what is made of its heat.

    Parameters
    ----------
    emissions : DataFrame
        ``emissions`` of an inventory, in tonnes.
    activity : DataFrame
        ``activity`` of the inventory, in base units with ``energy_tj``.
    site_factors : DataFrame
        ``site_factors`` of the park: ``power_efficiency``, ``heat_efficiency`` (shares),
        ``heat_temperature_c``, ``ambient_temperature_c`` (degrees Celsius) of a plant.

    Returns
    -------
    DataFrame
        One row per plant, year, species (``co2e`` beside the gases) and method: ``enterprise_id``,
        ``year``, ``species``, ``method``, ``fuel_t``, ``power_made_gj``, ``heat_made_gj``,
        ``power_share``, ``heat_share``, ``power_t``, ``heat_t``, ``power_t_per_mwh``,
        ``heat_t_per_gj``, ``missing`` (why something is not computable), ``parameters_used``.

    References
    ----------
    GHG Protocol, Allocation of GHG Emissions from a Combined Heat and Power (CHP) Plant (2006):
    efficiency, energy content and work potential methods.

    Examples
    --------
    100 t, 360 GJ of power and 800 GJ of heat: ``energy`` gives power 360 / 1 160 of it,
    ``efficiency`` (360 / 0.35) / (360 / 0.35 + 800 / 0.8), ``exergy`` at 200 degrees and 25
    ambient 360 / (360 + 800 x (1 - 298.15 / 473.15)).
    """
    sources = fuel_sources(emissions, activity)
    fuel = _by_species(sources)
    parts = shares(activity, site_factors).merge(fuel, on=PLANT, how="left")
    # A plant without any row (no member, nothing calculated) has nothing to share.
    parts = parts[parts["species"].notna()]
    power_t, heat_t = parts["fuel_t"] * parts["power_share"], parts["fuel_t"] * parts["heat_share"]
    power_mwh = parts["power_made_gj"] / GJ_PER_MWH
    missing = (parts["missing"] + ";" + parts["fuel_missing"]).str.strip(";")
    table = parts.assign(
        power_t=power_t, heat_t=heat_t, missing=missing,
        power_t_per_mwh=power_t / power_mwh.where(power_mwh > 0),
        heat_t_per_gj=heat_t / parts["heat_made_gj"].where(parts["heat_made_gj"] > 0),
    )  # fmt: skip
    names = [*PLANT, "species", "method", "fuel_t", "power_made_gj", "heat_made_gj",
             "power_share", "heat_share", "power_t", "heat_t", "power_t_per_mwh", "heat_t_per_gj",
             "missing", "parameters_used"]  # fmt: skip
    return table.sort_values([*PLANT, "species", "method"])[names].reset_index(drop=True)


def _by_species(sources: pd.DataFrame) -> pd.DataFrame:
    """Return the fuel tonnes of each plant, year and species; with an unknown part, none."""
    is_gas = sources["species"].isin(greenhouse_gases()) & sources["co2e_t"].notna()
    gases = sources[is_gas].assign(species="co2e", fuel_t=sources["co2e_t"])
    rows = pd.concat([sources, gases], ignore_index=True)
    groups = rows.groupby([*PLANT, "species"])
    table = groups.agg(
        fuel_t=("fuel_t", lambda values: values.sum(min_count=1)),
        fuel_missing=("missing", lambda codes: ";".join(sorted({*codes} - {""}))),
    ).reset_index()
    return table.assign(fuel_t=table["fuel_t"].where(table["fuel_missing"] == ""))


def shares(activity: pd.DataFrame, site_factors: pd.DataFrame) -> pd.DataFrame:
    """Return what share of its fuel each plant's power and heat take, by each method.

    Returns
    -------
    DataFrame
        One row per plant, year and method: ``power_made_gj`` and ``heat_made_gj`` (from fuel),
        ``power_free_gj`` and ``heat_free_gj`` (sun, wind, water), ``power_share``,
        ``heat_share``, ``missing``, ``parameters_used``, ``is_default``.
    """
    made = _made(activity)
    with_values = _with_parameters(made, site_factors)
    done = [_shared(with_values, method) for method in METHODS]
    return pd.concat(done, ignore_index=True)


def self_generated(activity: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of power and heat that plants make, with ``product`` and ``is_free``."""
    rows = activity[(activity["use"] == "self_generated") & activity["item"].isin(list(PRODUCTS))]
    return rows.assign(
        product=rows["item"].map(PRODUCTS), is_free=rows["process_type"].isin(PRIMARY)
    )


def _made(activity: pd.DataFrame) -> pd.DataFrame:
    """Return what each plant makes in a year, in GJ, or that a row of it has no number."""
    rows = self_generated(activity)
    kind = rows["product"].where(~rows["is_free"], rows["product"] + "_free")
    has_gap = rows["energy_tj"].isna() & (rows["amount"].notna() | rows["notation"].isin(GAPS))
    rows = rows.assign(kind=kind, gj=rows["energy_tj"] / TJ_PER_GJ, has_gap=has_gap)
    kinds = ["power", "heat", "power_free", "heat_free"]
    wide = rows.pivot_table(index=PLANT, columns="kind", values="gj", aggfunc="sum")
    gaps = rows.groupby([*PLANT, "kind"])["has_gap"].any().unstack("kind")
    wide = wide.reindex(index=gaps.index, columns=kinds).fillna(0.0)
    gaps = gaps.reindex(columns=kinds).eq(True)
    wide = wide.mask(gaps).set_axis(MADE, axis=1)
    unknown = gaps[["power", "heat"]].any(axis=1)
    missing = pd.Series("", index=wide.index, dtype="str").mask(unknown, "self_generated")
    return wide.assign(made_missing=missing).reset_index()


def _with_parameters(made: pd.DataFrame, site_factors: pd.DataFrame) -> pd.DataFrame:
    """Return the plants with the parameters of the methods: their own, else the defaults."""
    own = site_factors[site_factors["parameter"].isin(PARAMETERS)]
    pairs = made[PLANT].reset_index(names="at").merge(own, on="enterprise_id")
    since = pairs["valid_from"].astype("float64").fillna(-np.inf)
    until = pairs["valid_to"].astype("float64").fillna(np.inf)
    pairs = pairs[(since <= pairs["year"]) & (pairs["year"] <= until)]
    # The latest that is valid; on a tie the first by process, so that no order of rows decides.
    # Temperatures stand in degrees Celsius; efficiencies may be in per cent.
    is_share = ~pairs["parameter"].str.endswith("_c")
    rate = conversions(pairs["unit"].where(is_share, "1"), pd.Series("1", index=pairs.index))
    in_base = pairs["value"] * rate
    pairs = pairs.assign(since=since, in_base=in_base).sort_values(
        ["at", "parameter", "since", "process", "value"], ascending=[True, True, False, True, True]
    )
    first = pairs.drop_duplicates(["at", "parameter"])
    found = first.pivot(index="at", columns="parameter", values="in_base")
    values = found.reindex(index=made.index, columns=list(PARAMETERS)).astype("float64")
    is_own = values.notna().add_prefix("own_")
    values = values.fillna(DEFAULTS)
    # Heat no warmer than its surroundings can do no work; no output comes without efficiency.
    is_warm = values["heat_temperature_c"] > values["ambient_temperature_c"]
    values["heat_temperature_c"] = values["heat_temperature_c"].where(is_warm)
    for name in NEEDS["efficiency"]:
        values[name] = values[name].where(values[name] > 0)
    return made.join(values).join(is_own)


def _shared(plants: pd.DataFrame, method: str) -> pd.DataFrame:
    """Return the plants with the shares of power and heat by one method."""
    is_joint = (plants["power_made_gj"] != 0) & (plants["heat_made_gj"] != 0)
    # With one product alone there is nothing to weigh, so nothing can be missing.
    power, heat = (
        plants[f"{product}_made_gj"] * _worth(plants, method, product).where(is_joint, 1.0)
        for product in ("power", "heat")
    )
    both = power + heat
    missing, used = plants["made_missing"], pd.Series("", index=plants.index, dtype="str")
    for name in NEEDS[method]:
        missing = missing.mask(is_joint & plants[name].isna(), missing + ";" + name)
        used = used.mask(is_joint & plants[name].notna(), used + ";" + _told(plants, name))
    is_own = plants[[f"own_{name}" for name in NEEDS[method]]].all(axis=1)
    return plants[[*PLANT, *MADE]].assign(
        method=method,
        power_share=power / both.where(both > 0),
        heat_share=heat / both.where(both > 0),
        missing=missing.str.strip(";"),
        parameters_used=used.str.strip(";"),
        is_default=is_joint & ~is_own,
    )


def _worth(plants: pd.DataFrame, method: str, product: str) -> pd.Series:
    """Return what one GJ of a product weighs against one of the other."""
    one = pd.Series(1.0, index=plants.index)
    if method == "efficiency":
        return 1 / plants[f"{product}_efficiency"]
    if method == "exergy" and product == "heat":
        ambient, supply = plants["ambient_temperature_c"], plants["heat_temperature_c"]
        return 1 - (ambient + KELVIN) / (supply + KELVIN)
    return one


def _told(plants: pd.DataFrame, name: str) -> pd.Series:
    """Return a parameter as a reader checks it: name, value, whose."""
    value = plants[name].map("{:.10g}".format).astype("str")
    whose = plants[f"own_{name}"].map({True: "site", False: "recalled"}).astype("str")
    return name + " " + value + " (" + whose + ")"


def fuel_sources(emissions: pd.DataFrame, activity: pd.DataFrame) -> pd.DataFrame:
    """Return what each source releases of the fuel that a plant's power and heat are made of.

    Returns
    -------
    DataFrame
        One row per source, list, species and year of the plants that make power or heat:
        ``fuel_t``, ``generated_t``, ``co2e_t``, ``is_short`` (a number or a month is missing) and
        ``missing``: ``process`` where a reported value holds more than what was burnt for power
        and heat. A plant without any such row is absent.
    """
    processes = _burning(activity)
    rows = emissions[_may_be_fuel(emissions)]
    about = rows[[*PLANT, "process", "use"]].merge(processes, on=[*PLANT, "process"], how="left")
    about.index = rows.index
    plants = processes.drop_duplicates(PLANT)[[*PLANT, "is_all_fuel"]]
    of_plant = rows[PLANT].merge(plants, on=PLANT, how="left")["is_all_fuel"]
    of_plant.index = rows.index
    is_reported, is_whole = rows["use"] == "", rows["process"] == ""
    is_chosen = about["is_chosen"].eq(True)
    is_burnt = _burns(rows)
    is_fuel = is_chosen & (is_burnt | is_reported)
    is_mixed = is_chosen & is_reported & about["has_other"].eq(True)
    is_mixed |= is_whole & is_reported & of_plant.eq(False)
    kept = is_fuel | (is_whole & is_reported & of_plant.notna())
    chosen = rows.assign(
        is_short=rows["status"].eq("partial") | (rows["emissions_t"].isna()
                                                 & rows["status"].isin(GAPS)),
        fuel_t=rows["emissions_t"].mask(is_mixed), mixed=is_mixed,
    )[kept]  # fmt: skip
    return _summed(chosen)


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    groups = rows.groupby(SOURCE, dropna=False, sort=True)
    table = groups[["fuel_t", "generated_t", "co2e_t"]].sum(min_count=1)
    flags = groups.agg(
        is_short=("is_short", "any"), mixed=("mixed", "any"),
        activity_rank=("activity_rank", "max"), factor_rank=("factor_rank", "max"),
        row_missing=("missing", lambda codes: ";".join(sorted({*codes} - {"", "filled_months"}))),
    )  # fmt: skip
    table = table.join(flags).reset_index()
    missing = table["row_missing"].where(table["fuel_t"].isna(), "").astype("str")
    return table.assign(missing=missing.mask(table["mixed"], "process")).drop(
        columns=["mixed", "row_missing"]
    )


def _may_be_fuel(rows: pd.DataFrame) -> pd.Series:
    """Tell the own releases into the air that count: no memo, nothing bought, sent or sold."""
    has_use = _burns(rows) | (rows["use"] == "")
    counts = rows["scope"].isna() | rows["scope"].eq(1).fillna(False)
    is_memo = rows["is_biogenic"].astype(bool)
    return has_use & counts.astype(bool) & ~is_memo & (rows["medium"] == "air")


def _burns(rows: pd.DataFrame) -> pd.Series:
    """Tell the rows of what is burnt: fuel, and waste in an incinerator."""
    is_waste = (rows["use"] == "treated") & (rows["process_type"] == "incinerator")
    return (rows["use"] == "fuel_combustion") | is_waste


def burning_plants(activity: pd.DataFrame) -> pd.DataFrame:
    """Return the plants and years in which fuel is burnt for power or heat."""
    processes = _burning(activity)
    return processes.loc[processes["is_chosen"], PLANT].drop_duplicates()


def _burning(activity: pd.DataFrame) -> pd.DataFrame:
    """Return, for each process of the plants that make power or heat, whether its fuel counts."""
    made = self_generated(activity)
    made = made[~made["is_free"]]
    plants = pd.MultiIndex.from_frame(made[PLANT].drop_duplicates())
    rows = activity[pd.MultiIndex.from_frame(activity[PLANT]).isin(plants)]
    named = pd.MultiIndex.from_frame(made[[*PLANT, "process"]])
    gives = rows["use"].map(vocabulary("uses").set_index("use")["gives"])
    burns = _burns(rows)
    table = rows.assign(
        burns=burns,
        has_other=(gives == "own") & ~burns & ~rows["use"].isin(MINOR),
        is_named=pd.MultiIndex.from_frame(rows[[*PLANT, "process"]]).isin(named),
    )
    flags = ["burns", "has_other", "is_named"]
    table = table.groupby([*PLANT, "process"])[flags].any().reset_index()
    idle = (table["is_named"] & ~table["burns"]).groupby([table[name] for name in PLANT])
    table["is_chosen"] = table["burns"] & (table["is_named"] | idle.transform("any"))
    is_off = table["has_other"] | (table["burns"] & ~table["is_chosen"])
    by_plant = [table[name] for name in PLANT]
    is_mixed = is_off.groupby(by_plant).transform("any")
    does_burn = table["burns"].groupby(by_plant).transform("any")
    return table.assign(is_all_fuel=does_burn & ~is_mixed)
