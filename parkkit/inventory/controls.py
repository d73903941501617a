"""Controls: what control devices take beside what they remove, and where that is not counted."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache

import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.errors import Problem
from parkkit.core.units import conversion, conversions
from parkkit.core.vocabulary import synonyms, vocabulary
from parkkit.inventory.factors import factors_of
from parkkit.park.control_checks import (
    CLEANING,
    cleaning_codes,
    combined_technologies,
    with_spans,
)
from parkkit.park.package import Park
from parkkit.park.parameter_checks import spelled

REAGENTS_AGREE = 0.05
CARBONATE, AMMONIA = "carbonate", "ammonia"
POWER, POWER_UNIT = "electricity", "MWh"
SLIPPING = ("scr", "sncr")
PLANT_YEAR = ["enterprise_id", "year"]


def control_cautions(
    activity: pd.DataFrame,
    park: Park,
    convention: Convention,
    *,
    reagents_agree: float = REAGENTS_AGREE,
) -> list[Problem]:
    """Return what devices take or let out that no activity row counts.

    The carbonate of a desulphuriser gives CO2 and an SCR or SNCR lets ammonia slip: both are
    activities of their own. The electricity of devices is part of the plant's own power.

    Parameters
    ----------
    activity : DataFrame
        Used activity in base units.
    reagents_agree : float
        How far, as a share, the reagent of the devices may stand from the activity told of it;
        5 % unless told.
    """
    if not len(park.abatement):
        return []
    running = running_devices(park)
    return [
        *_reagent_notes(running, activity, reagents_agree),
        *_slip_notes(running, activity, park, convention),
        *_energy_notes(running, park),
    ]


def running_devices(park: Park) -> pd.DataFrame:
    """Return each device beside every year of its validity in which its process ran.

    Returns
    -------
    DataFrame
        The columns of ``abatement`` with ``year`` and ``row`` (of abatement.csv).
    """
    devices = with_spans(park.abatement).reset_index(names="row")
    activity = park.activity[park.activity["enterprise_id"].isin(devices["enterprise_id"])]
    ran = activity[["enterprise_id", "process", "year"]].drop_duplicates().astype({"year": "int64"})
    found = devices.merge(ran, on=["enterprise_id", "process"])
    in_time = (found["start"] <= found["year"]) & (found["year"] <= found["end"])
    return found[in_time].sort_values(["row", "year"], ignore_index=True)


@cache
def _reagents() -> dict[str, tuple[str, str]]:
    """Return what people call reagents, to the item each is and the kind."""
    table = vocabulary("reagents")
    kinds = dict(zip(table["item"], table["kind"], strict=True))
    names = {**synonyms("items"), **synonyms("reagents")}
    return {_plain(name): (item, kinds[item]) for name, item in names.items() if item in kinds}


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _with_reagent(running: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return the devices whose reagent is of a kind, with the item that it is."""
    known = _reagents()
    found = {name: known.get(_plain(name), ("", "")) for name in running["reagent"].unique()}
    rows = running.assign(
        item=running["reagent"].map({name: each[0] for name, each in found.items()})
    )
    kinds = running["reagent"].map({name: each[1] for name, each in found.items()})
    return rows[kinds == kind]


def _reagent_notes(
    running: pd.DataFrame, activity: pd.DataFrame, agree: float
) -> Iterator[Problem]:
    """Say where the carbonate of devices is in no activity row, or in one of another amount."""
    rows = _with_reagent(running, CARBONATE)
    rows = rows[rows["reagent_t"] > 0]
    key = [*PLANT_YEAR, "item"]
    told = _carbonate_told(activity, rows, key)
    found = rows.merge(told, on=key, how="left")
    for row, without in found[found["first_row"].isna()].groupby("row"):
        first = without.iloc[0]
        yield Problem(code="reagent_not_counted", file="abatement.csv", row=int(str(row)),
                      column="reagent_t", is_warning=True,
                      values={"given": first["device_id"], "plant": first["enterprise_id"],
                              "item": first["item"], "amount": _number(first["reagent_t"]),
                              "years": spelled(without["year"])})  # fmt: skip
    sums = found[found["is_whole"].fillna(False).astype(bool)].groupby(key, sort=False).agg(
        taken=("reagent_t", "sum"), told=("told_t", "first"), row=("row", "min"),
        first_row=("first_row", "first"),
    ).reset_index()  # fmt: skip
    apart = (sums["taken"] - sums["told"]).abs() > agree * sums["told"]
    for each in sums[apart].sort_values(["row", "year"]).to_dict("records"):
        yield Problem(code="reagent_differs", file="abatement.csv", row=int(each["row"]),
                      column="reagent_t", is_warning=True,
                      values={"plant": each["enterprise_id"], "year": int(each["year"]),
                              "item": each["item"], "given": _number(each["taken"]),
                              "told": _number(each["told"]), "rows": int(each["first_row"]),
                              "tolerance": f"{agree * 100:g}"})  # fmt: skip


def _carbonate_told(activity: pd.DataFrame, rows: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    """Return what activity tells of each reagent that gives its CO2: tonnes, and the first row.

    Where some of it is told for the flue gas or the device's own process, the rest (of a kiln,
    say) is another matter.
    """
    gives = vocabulary("uses").set_index("use")["gives"]
    near = activity[activity["enterprise_id"].isin(rows["enterprise_id"])]
    near = near[near["item"].isin(rows["item"]) & (near["use"].map(gives) == "own")]
    own = pd.MultiIndex.from_frame(rows[["enterprise_id", "process"]])
    is_own = pd.MultiIndex.from_frame(near[["enterprise_id", "process"]]).isin(own)
    near = near.assign(is_own=is_own | (near["process_type"] == CLEANING))
    any_own = near["is_own"].groupby([near[name] for name in key]).transform("any")
    near = near[near["is_own"] | ~any_own.astype(bool)]
    near = near.assign(is_whole=near["amount"].notna() & (near["coverage_share"] == 1))
    return near.groupby(list(key), sort=False).agg(
        told_t=("amount", "sum"), first_row=("row", "min"), is_whole=("is_whole", "all")
    ).reset_index()  # fmt: skip


def _slip_notes(
    running: pd.DataFrame, activity: pd.DataFrame, park: Park, convention: Convention
) -> Iterator[Problem]:
    """Say where ammonia is sprayed into the flue gas of coal, and none of it is told to slip."""
    table = factors_of(park)
    table = table[table["factor_set"].isin(convention.factor_sets)]
    slips = table[(table["species"] == "nh3") & (table["factor_process_type"] == CLEANING)
                  & (table["factor_use"] == "treated")]  # fmt: skip
    rows = _with_reagent(running[running["species"] == "nox"], AMMONIA)
    rows = rows.assign(technology=cleaning_codes(rows["technology"]).map(_slipping()).fillna(""))
    rows = rows.drop(columns="item").merge(
        slips[["factor_technology", "factor_item"]].drop_duplicates(),
        left_on="technology", right_on="factor_technology",
    )  # fmt: skip
    items = vocabulary("items").set_index("item")["item_group"]
    near = activity[activity["enterprise_id"].isin(rows["enterprise_id"])]
    near = near.assign(group=near["item"].map(items))
    burnt = near[near["use"] == "fuel_combustion"]
    burning = pd.concat([burnt.assign(factor_item=burnt[name]) for name in ("item", "group")])
    key = ["enterprise_id", "process", "year", "factor_item"]
    burning = burning[[*key, "item"]].drop_duplicates(key)
    rows = rows.merge(burning, on=key)
    slip = near[(near["use"] == "treated") & (near["process_type"] == CLEANING)]
    slip = slip[[*PLANT_YEAR, "technology"]].drop_duplicates().assign(is_told=True)
    rows = rows.merge(slip, on=[*PLANT_YEAR, "technology"], how="left")
    # In a series only the last device lets ammonia out: a row for one of them will do.
    source = [rows[name] for name in [*PLANT_YEAR, "process", "stack_id"]]
    is_told = rows["is_told"].notna().groupby(source).transform("any").astype(bool)
    for row, without in rows[~is_told].groupby("row"):
        first = without.iloc[0]
        yield Problem(code="slip_not_counted", file="abatement.csv", row=int(str(row)),
                      column="reagent", is_warning=True,
                      values={"given": first["device_id"], "plant": first["enterprise_id"],
                              "technology": first["technology"], "item": first["item"],
                              "years": spelled(without["year"])})  # fmt: skip


@cache
def _slipping() -> dict[str, str]:
    """Return the technologies that spray ammonia, with the one that each lets it slip as."""
    combined = combined_technologies().items()
    both = {code: part for code, parts in combined for part in parts if part in SLIPPING}
    return {**{code: code for code in SLIPPING}, **both}


def device_energy(park: Park) -> pd.DataFrame:
    """Return the electricity of each plant's control devices by year.

    It is part of the power that the plant buys or makes and meters itself: nothing of it is added
    to that, or it would count twice. A device counts in the years of its validity in which its
    process ran.

    Returns
    -------
    DataFrame
        ``enterprise_id``, ``year``, ``devices`` (how many ran), ``energy_mwh``,
        ``purchased_mwh`` and ``self_generated_mwh`` (missing where none is told), ``status``
        (``partial`` where some devices do not tell, ``not_computable`` where none does) and
        ``missing``.

    Examples
    --------
    >>> import parkkit as pk
    >>> energy = device_energy(pk.open_park("sample_parks/langang"))
    >>> energy.query("enterprise_id == 'LG01' and year == 2023")["energy_mwh"].tolist()
    [26010.0]
    """
    return _energy(running_devices(park), park)


def _energy(running: pd.DataFrame, park: Park) -> pd.DataFrame:
    groups = running.groupby(PLANT_YEAR)["energy_use_kwh"]
    told = pd.DataFrame({
        "devices": groups.size(), "told": groups.count(),
        "energy_mwh": groups.sum(min_count=1) * conversion("kWh", POWER_UNIT),
    })  # fmt: skip
    power = park.activity[park.activity["item"] == POWER]
    for use in ("purchased", "self_generated"):
        rows = power[power["use"] == use]
        mwh = rows["amount"] * conversions(rows["unit"], pd.Series(POWER_UNIT, index=rows.index))
        mwh = mwh.mask(rows["notation"] == "NO", 0.0)
        place = [rows["enterprise_id"], rows["year"].astype("int64")]
        # What is confidential leaves the sum unknown.
        unknown = mwh.isna().groupby(place).any()
        told[f"{use}_mwh"] = mwh.groupby(place).sum().mask(unknown).reindex(told.index)
    status = pd.Series("computed", index=told.index).mask(told["told"] < told["devices"], "partial")
    status = status.mask(told["told"] == 0, "not_computable")
    missing = pd.Series("", index=told.index).mask(status != "computed", "energy_use_kwh")
    return told.drop(columns="told").assign(status=status, missing=missing).reset_index()


def _energy_notes(running: pd.DataFrame, park: Park) -> Iterator[Problem]:
    """Say where devices take more power than their plant has, or the plant tells of none."""
    table = _energy(running, park)
    table = table[table["energy_mwh"] > 0]
    place = pd.MultiIndex.from_frame(table[PLANT_YEAR])
    first = running[running["energy_use_kwh"] > 0].groupby(PLANT_YEAR)["row"].min()
    power = park.activity[park.activity["item"] == POWER]
    power = power[power["use"].isin(["purchased", "self_generated"])]
    told = pd.MultiIndex.from_frame(power[PLANT_YEAR].astype({"year": "int64"}))
    open_years = pd.MultiIndex.from_frame(
        power.loc[power["amount"].isna() & (power["notation"] != "NO"), PLANT_YEAR].astype(
            {"year": "int64"}
        )
    )
    table = table.assign(
        row=first.reindex(place).to_numpy(),
        power=table[["purchased_mwh", "self_generated_mwh"]].sum(axis=1),
    )
    for plant, rows in table[~place.isin(told)].groupby("enterprise_id"):
        yield Problem(code="device_energy_without_power", file="abatement.csv",
                      row=int(rows["row"].min()), column="energy_use_kwh", is_warning=True,
                      values={"plant": plant, "years": spelled(rows["year"])})  # fmt: skip
    above = (table["energy_mwh"] > table["power"]) & place.isin(told) & ~place.isin(open_years)
    for row in table[above].to_dict("records"):
        yield Problem(code="device_energy_above_power", file="abatement.csv",
                      row=int(row["row"]), column="energy_use_kwh", is_warning=True,
                      values={"plant": row["enterprise_id"], "year": int(row["year"]),
                              "given": _number(row["energy_mwh"]),
                              "power": _number(row["power"])})  # fmt: skip


def _number(value: float) -> str:
    return f"{value:,.10g}"
