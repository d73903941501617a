"""Claims: what green power a plant may say it bought, taken off what the grid's power counts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.errors import ParkError, Problem
from parkkit.core.tables import empty
from parkkit.core.units import conversions
from parkkit.inventory.calculation import Calculation
from parkkit.inventory.factors import SITE
from parkkit.park.package import Park

GREEN = ("direct_supply", "green_power", "gec")
CONTRACT = "contract"
DIRECT, CLAIM = "direct_supply", "certificate"
OUTSIDERS = ("grid", "outside")
TOLERANCE = 1e-9
PLANT_YEAR = ["enterprise_id", "year"]


def claimed_power(park: Park) -> pd.DataFrame:
    """Return the certificates and contracts of a park in MWh.

    Returns
    -------
    DataFrame
        The ``certificates`` table with ``mwh`` and ``t_per_mwh``: its own factor, else 0 for
        green power (direct supply, green-power trade, green certificate); a contract without a
        factor has none.
    """
    given = park.certificates
    mwh = given["amount"] * conversions(given["unit"], pd.Series("MWh", index=given.index))
    green = pd.Series(0.0, index=given.index).where(given["kind"].isin(GREEN))
    factor = given["factor"].astype("float64").fillna(green)
    return given.assign(mwh=mwh, t_per_mwh=factor, year=given["year"].astype("int64"))


def claims(park: Park, calculated: Calculation, convention: Convention) -> pd.DataFrame:
    """Return what certificates and contracts change in the emissions of bought power.

    Under market accounting every claim counts at its own factor; under ``fossil_except_green``
    green power counts as 0 and a contract changes nothing; by location claims change nothing.
    A plant's claims of a year spread over the purchases they are for in proportion to their
    amount (``attached``).

    Parameters
    ----------
    calculated : Calculation
        Its emissions hold bought power at the factor of what nobody claims.

    Returns
    -------
    DataFrame
        Rows of ``emissions``, scope 2: below zero what the power claimed counted before, and
        beside it, where the claim has a factor of its own above 0, what it counts by that, so
        that the errors of the two factors stay apart; ``factor_id`` of both is ``certificate/``
        and the certificate's id.

    Raises
    ------
    ParkError
        If a plant claims more than it bought that year, each with its first row.
    """
    emissions = calculated.emissions
    pairs = attached(park, calculated, convention)
    if not len(pairs):
        return empty("emissions")
    rate = pairs["emissions_t"] / pairs["mwh"]
    taken = pairs.assign(emissions_t=-pairs["mwh_claimed"] * rate)
    counted = pairs.assign(emissions_t=pairs["mwh_claimed"] * pairs["t_per_mwh"])
    pairs = pd.concat([taken, counted[counted["emissions_t"] > 0]], ignore_index=True)
    rows = pairs.assign(
        factor_id=CLAIM + "/" + pairs["certificate_id"],
        factor_set=CLAIM,
        factor_rank=np.nan,
        factor_uncertainty_percent=np.nan,
        is_factor_checked=pd.Series(pd.NA, index=pairs.index, dtype="boolean"),
        origin=pairs["origin_claimed"],
    )
    return rows[emissions.columns].astype(emissions.dtypes.drop("is_factor_checked"))


def attached(park: Park, calculated: Calculation, convention: Convention) -> pd.DataFrame:
    """Return each counted claim beside the purchases it is for, with the part of it they take.

    Power supplied directly was bought of its maker, where a purchase from a plant is told; every
    other claim is of the power from the grid and from outside.

    Returns
    -------
    DataFrame
        Rows of ``emissions`` (bought power) with ``mwh``, ``certificate_id``, ``kind``,
        ``mwh_claimed``, ``t_per_mwh``.
    """
    counted = _counted(park, convention)
    bought = _bought_power(calculated)
    if not len(counted):
        return bought.iloc[:0]
    is_outside = bought["counterpart_id"].isin(OUTSIDERS)
    plants = pd.MultiIndex.from_frame(bought.loc[~is_outside, PLANT_YEAR])
    has_maker = pd.MultiIndex.from_frame(counted[PLANT_YEAR]).isin(plants)
    from_maker = (counted["kind"] == DIRECT) & has_maker
    parts = []
    for claimed, power in (
        (counted[from_maker], bought[~is_outside]), (counted[~from_maker], bought[is_outside])
    ):  # fmt: skip
        _check_claims(claimed, power)
        parts.append(power.merge(claimed, on=PLANT_YEAR, suffixes=("", "_claimed")))
    pairs = pd.concat(parts, ignore_index=True)
    in_year = pairs["mwh"] / pairs.groupby("certificate_id")["mwh"].transform("sum")
    return pairs.assign(mwh_claimed=pairs["mwh_claimed"] * in_year)


def _bought_power(calculated: Calculation) -> pd.DataFrame:
    """Return the CO2 of bought power, with its ``mwh``."""
    rows = calculated.emissions
    mwh = calculated.activity.set_index("activity_id")["amount"]
    bought = rows[
        (rows["use"] == "purchased")
        & (rows["item"] == "electricity")
        & (rows["species"] == "co2")
        & (rows["factor_set"] != SITE)
        & rows["emissions_t"].notna()
    ]
    bought = bought.assign(mwh=bought["activity_id"].map(mwh))
    return bought[bought["mwh"] > 0]


def _counted(park: Park, convention: Convention) -> pd.DataFrame:
    """Return the claims that the convention counts."""
    given = claimed_power(park)
    kinds = {"location": (), "market": (*GREEN, CONTRACT), "fossil_except_green": GREEN}
    counted = given[given["kind"].isin(kinds[convention.electricity])]
    if convention.electricity == "fossil_except_green":
        counted = counted.assign(t_per_mwh=0.0)
    return counted[counted["t_per_mwh"].notna()]


def _check_claims(counted: pd.DataFrame, bought: pd.DataFrame) -> None:
    """Refuse claims above what was bought: a claim is worth no more than its power."""
    claimed = counted.groupby(PLANT_YEAR).agg(mwh=("mwh", "sum"))
    power = bought.groupby(PLANT_YEAR)["mwh"].sum().reindex(claimed.index).fillna(0.0)
    above = claimed[claimed["mwh"] > power * (1 + TOLERANCE)]
    problems = [
        Problem(code="claims_above_grid_power", file="certificates.csv", column="amount",
                row=int(counted.index[(counted[PLANT_YEAR] == list(key)).all(axis=1)][0]),
                values={"source": key[0], "year": int(key[1]), "given": float(row["mwh"]),
                        "bought": float(power[key])})
        for key, row in zip(above.index, above.to_dict("records"), strict=True)
    ]  # fmt: skip
    if problems:
        raise ParkError("file_has_problems", given="certificates.csv", count=len(problems),
                        problems=problems)  # fmt: skip


def contracts_without_factor(park: Park, convention: Convention) -> list[Problem]:
    """Say which contracts change nothing because nobody says what their power releases."""
    if convention.electricity != "market":
        return []
    given = claimed_power(park)
    return [
        Problem(code="contract_without_factor", file="certificates.csv", row=int(row),
                column="factor", is_warning=True, values={"given": given["certificate_id"][row]})
        for row in given.index[given["t_per_mwh"].isna()]
    ]  # fmt: skip
