"""Zero carbon: the account of a park's CO2 by Annex 4 of the notice on zero-carbon parks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from parkkit.core.convention import ZERO_CARBON_2025, Convention
from parkkit.core.errors import unknown
from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.claims import CLAIM, DIRECT, GREEN, claimed_power
from parkkit.inventory.compilation import Inventory, compile_members, is_incomplete
from parkkit.inventory.energy import consumption, energy_rows, park_energy
from parkkit.inventory.expectation import CONVERSION_USES, PRIMARY
from parkkit.inventory.exports import green_pool
from parkkit.inventory.offering import of_years, offer
from parkkit.inventory.plant_totals import members_of
from parkkit.park.boundary import members
from parkkit.park.package import Park

NAN = float("nan")
ENERGY_PARTS = ("E_fuel", "E_conversion", "E_electricity", "E_heat")
COUNTED = (*ENERGY_PARTS, "E_process")
BUNKERS = "international_transport"
DIRECT_WANTED = 0.5
INDICATORS, CORE = "NDRC910_2025", "core"
# What a row of these statuses lacks, in the words of the energy table.
LACKS = {"NE": "amount", "C": "amount", "partial": "months"}
COLUMNS = ["part", "amount", "unit", "status", "missing", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A line of the account; ``status`` says whether its amount is whole, or what was judged."""

    part: str
    amount: float = NAN
    unit: str = "t"
    status: str = "computed"
    missing: str = ""
    note: str = ""


def zero_carbon_account(
    park: Park,
    *,
    boundary_type: str,
    year: int,
    convention: Convention = ZERO_CARBON_2025,
    part: str = "",
) -> pd.DataFrame:
    """Return the CO2 account of a park in a year, as the notice on zero-carbon parks asks for it.

    It is made of activity and factors alone: what lists report of CO2 is not in it. Fuels used as
    feedstock count in the process part, not in the fuel part; conversion counts all carbon (a
    negative balance is told, not cut off). Of what is sold the same factors are taken off, and
    nothing for power made of sun or wind: it was never counted. The notice names no CO2 of waste
    treatment: it is told beside the total, not in it.

    Parameters
    ----------
    boundary_type : {"physical", "approved", "management", "statistical"}
        Whose CO2 counts.
    year : int
        One natural year.
    convention : Convention
        ``ZERO_CARBON_2025``, or that with another ``grid_year`` or other ``factor_sets``.
    part : str
        A park within the park (园中园), as most of the national zero-carbon parks are; blank is
        the whole.

    Returns
    -------
    DataFrame
        ``part``, ``amount``, ``unit``, ``status``, ``missing``, ``note`` (codes; their texts are
        the labels ``zero_carbon.note.CODE``). Parts: ``E_fuel``, ``E_conversion``,
        ``E_electricity``, ``E_heat``, ``E_energy`` (their sum), ``E_process``, ``E_total``;
        ``bunkers`` (of ``E_fuel``, listed and not taken off), ``waste``; ``energy_tce`` (with power
        at the equivalent value, net) and ``feedstock_tce`` of it; ``intensity`` (t/tce);
        ``green_share`` and ``direct_supply_share`` of the power used, ``direct_supply_goal``
        (``met`` from 0.5 on); ``threshold``, ``core`` (``met``, ``not_met``, ``not_defined`` below
        200 000 tce, ``not_computable``) and ``reduction_needed``. A part without any row has the
        status ``no_rows`` and no amount.

    Raises
    ------
    ParkError
        If the park tells no activity of the year, the boundary or part is not drawn in it, or a
        plant claims more green power than it bought.

    References
    ----------
    NDRC, MIIT and NEA, notice on building zero-carbon parks (发改环资〔2025〕910号), Annexes 3, 4.
    """
    known = sorted({int(each) for each in park.activity["year"].dropna()})
    if year not in known:
        raise unknown("year", str(year), [str(each) for each in known])
    by_factors = replace(park, releases=park.releases.iloc[:0])
    offered = of_years(offer(by_factors, convention), [year])
    inside = members(by_factors, boundary_type, year, part=part).assign(year=year)
    inventory = compile_members(offered, inside, boundary_type=boundary_type, part=part)
    sums = {part.part: part for part in _emission_parts(inventory, park, year)}
    used = consumption(inventory)
    used = used[used["year"] == year]
    energy_tce = _energy_part("energy_tce", used, "consumed_tce")
    shares = _power_shares(inventory, park, year)
    parts = [
        *(sums[name] for name in (*ENERGY_PARTS, "E_energy", "E_process", "E_total")),
        sums["bunkers"],
        sums["waste"],
        energy_tce,
        _energy_part("feedstock_tce", used, "feedstock_tce"),
        *core_parts(sums["E_total"], energy_tce),
        *shares,
    ]
    return pd.DataFrame([{name: getattr(part, name) for name in COLUMNS} for part in parts])


def core_threshold(energy_tce: float) -> float:
    """Return the highest CO2 per tce that the core indicator allows; missing below 200 000 tce.

    Examples
    --------
    >>> core_threshold(400_018.5), core_threshold(1_000_000), core_threshold(199_999)
    (0.2, 0.3, nan)
    """
    table = vocabulary("zero_carbon_indicators")
    table = table[(table["indicator_set"] == INDICATORS) & (table["kind"] == CORE)]
    low = pd.to_numeric(table["energy_from_tce"])
    high = pd.to_numeric(table["energy_below_tce"]).fillna(np.inf)
    found = table.loc[(low <= energy_tce) & (energy_tce < high), "threshold"]
    return float(found.iloc[0]) if len(found) else NAN


def core_parts(total: Part, energy_tce: Part) -> tuple[Part, Part, Part, Part]:
    """Return the intensity, its threshold, whether it is met, and how much CO2 is too much.

    An amount of energy that is only partly known is judged by no threshold: the intensity would
    be too large.

    Examples
    --------
    >>> parts = core_parts(Part(part="E_total", amount=110_000.0),
    ...     Part(part="energy_tce", amount=500_000.0, unit="tce"))
    >>> [(part.part, round(part.amount, 2), part.status) for part in parts if part.part != "core"]
    [('intensity', 0.22, 'computed'), ('threshold', 0.2, 'computed'), \
('reduction_needed', 10000.0, 'computed')]
    """
    is_known = energy_tce.status == "computed" and energy_tce.amount > 0
    threshold = core_threshold(energy_tce.amount) if is_known else NAN
    is_defined = threshold == threshold  # not a number is not itself
    value = total.amount / energy_tce.amount if is_known else NAN
    missing = _joined([total.missing, energy_tce.missing])
    if is_known and not is_defined:
        verdict = judged = "not_defined"
    elif is_known and total.status == "computed":
        verdict, judged = "met" if value <= threshold else "not_met", "computed"
    else:
        verdict = judged = "not_computable"
    above = max(total.amount - threshold * energy_tce.amount, 0.0) if judged == "computed" else NAN
    defined = "computed" if is_defined else "not_defined" if is_known else "not_computable"
    note = "no_threshold" if defined == "not_defined" else ""
    return (
        Part(part="intensity", amount=value, unit="t/tce", missing=missing,
             status=total.status if is_known else "not_computable"),
        Part(part="threshold", amount=threshold, unit="t/tce", status=defined, note=note),
        Part(part="core", unit="", status=verdict, missing=missing, note=note),
        Part(part="reduction_needed", amount=above, status=judged, missing=missing),
    )  # fmt: skip


def _emission_parts(inventory: Inventory, park: Park, year: int) -> list[Part]:
    """Return the parts of the CO2 account, their sums, and what stands beside them."""
    rows = inventory.emissions
    rows = rows[(rows["year"] == year) & rows["scope"].notna() & (rows["species"] == "co2")]
    part = _parts(rows)
    # Power of sun and wind was never counted, so nothing is taken off for selling it.
    is_green_sale = (rows["use"] == "sold") & rows["process_type"].isin(PRIMARY)
    # Nor for power of a plant that burns no fuel: the CO2 of its waste stands beside the total.
    burning = set(rows.loc[rows["use"].isin(["fuel_combustion", "purchased"]), "enterprise_id"])
    is_waste_sale = (rows["use"] == "sold") & ~rows["enterprise_id"].isin(burning)
    rows = rows.assign(part=part.mask(is_green_sale | is_waste_sale, ""))
    notes = {"waste": "waste_beside", "bunkers": "bunkers_listed"}
    if is_green_sale.any():
        notes["E_electricity"] = "green_export"
    if (rows["use"] == "feedstock").any():
        notes["E_process"] = "feedstock_in_process"
    sums = [_sum(name, rows[rows["part"] == name]) for name in (*COUNTED, "waste")]
    sums.append(_sum("E_energy", rows[rows["part"].isin(ENERGY_PARTS)]))
    is_bunker = (rows["part"] == "E_fuel") & (rows["process_type"] == BUNKERS)
    sums.append(_sum("bunkers", rows[is_bunker]))
    total = _sum("E_total", rows[rows["part"].isin(COUNTED)])
    if unseen := _listed_only(inventory, park, year):
        named = _joined([total.missing, *(f"activity/{name}" for name in unseen)])
        status = "partial" if total.amount == total.amount else "not_computable"
        total = replace(total, missing=named, status=status, note="listed_only")
    told = [
        replace(each, note="negative_balance")
        if each.part == "E_conversion" and each.amount < 0
        else replace(each, note=notes.get(each.part, "") if each.status != "no_rows" else "")
        for each in sums
    ]
    return [*told, total]


def _parts(rows: pd.DataFrame) -> pd.Series:
    """Return which part of the account each row belongs to: each to one, none to none."""
    kind, use = rows["source_class"], rows["use"]
    is_trade = use.isin(["purchased", "sold"])
    is_power = rows["item"] == "electricity"
    part = pd.Series("E_process", index=rows.index, dtype="str")
    part = part.mask(kind == "waste", "waste").mask(kind == "energy", "E_fuel")
    part = part.mask((kind == "energy") & use.isin(CONVERSION_USES), "E_conversion")
    return part.mask(is_trade & is_power, "E_electricity").mask(is_trade & ~is_power, "E_heat")


def _sum(name: str, rows: pd.DataFrame) -> Part:
    if not len(rows):
        return Part(part=name, status="no_rows")
    amount = float(rows["emissions_t"].sum(min_count=1))
    gaps = rows[is_incomplete(rows)]
    lacking = gaps["missing"].where(gaps["missing"] != "", gaps["status"].replace(LACKS))
    status = "partial" if len(gaps) else "computed"
    return Part(
        part=name, amount=amount, status=status if amount == amount else "not_computable",
        missing=_joined(gaps["item"] + "/" + lacking),
    )  # fmt: skip


def _listed_only(inventory: Inventory, park: Park, year: int) -> list[str]:
    """Return the members whose CO2 is in a list of releases, and who tell no activity for it."""
    listed = park.releases[(park.releases["species"] == "co2") & (park.releases["year"] == year)]
    rows = inventory.emissions
    is_own = (rows["scope"] == 1) & (rows["use"] != "sold") & (rows["species"] == "co2")
    known = set(rows.loc[is_own.fillna(False) & (rows["year"] == year), "enterprise_id"])
    return sorted(set(listed["enterprise_id"]) & members_of(inventory, year) - known)


def _energy_part(name: str, used: pd.DataFrame, column: str) -> Part:
    if not len(used) or used[column].isna().all() and column != "consumed_tce":
        return Part(part=name, unit="tce", status="no_rows")
    row = used.iloc[0]
    return Part(part=name, amount=float(row[column]), unit="tce", status=str(row["status"]),
                missing=str(row["missing"]))  # fmt: skip


def _power_shares(inventory: Inventory, park: Park, year: int) -> list[Part]:
    """Return what share of the power used is green, and what share is supplied directly.

    Power that members make of sun or wind and use is green, and supplied directly.
    """
    rows = energy_rows(inventory)
    rows = rows[(rows["year"] == year) & (rows["item"] == "electricity")]
    balance = park_energy(inventory)
    balance = balance[(balance["year"] == year) & (balance["item"] == "electricity")]
    if not len(balance):
        return [
            Part(part=name, unit=unit, status="no_rows")
            for name, unit in (("green_share", "1"), ("direct_supply_share", "1"),
                               ("direct_supply_goal", ""))
        ]  # fmt: skip
    used = float(balance["used"].iloc[0])
    green, direct = _green_used(inventory, park, rows, year)
    is_known = used > 0 and rows["amount"].notna().all()
    is_short = bool((rows["coverage_share"] < 1).any())
    status = ("partial" if is_short else "computed") if is_known else "not_computable"
    missing = "" if is_known and not is_short else _joined(balance["missing"]) or "amount"
    shares = [
        Part(part=name, amount=mwh_green / used if is_known else NAN, unit="1", status=status,
             missing=missing)
        for name, mwh_green in (("green_share", green), ("direct_supply_share", direct))
    ]  # fmt: skip
    reached = "met" if is_known and direct / used >= DIRECT_WANTED else "not_met"
    goal = Part(part="direct_supply_goal", amount=DIRECT_WANTED, unit="1", missing=missing,
                status=reached if is_known else status, note="in_principle")  # fmt: skip
    return [*shares, goal]


def _green_used(
    inventory: Inventory, park: Park, rows: pd.DataFrame, year: int
) -> tuple[float, float]:
    """Return the MWh of green power that members use, and how much of it is supplied directly.

    What a plant sells is the mixture of what it makes and buys. A claim on power that another
    member made is not counted again: that member's own sun and wind are.
    """
    rows = rows[~((rows["use"] == "sold") & rows["is_inside"])]
    pool = green_pool(rows, replace(park, certificates=park.certificates.iloc[:0]),
                      inventory.convention)  # fmt: skip
    claimed = _claimed(inventory, park, year)
    is_apart = rows["process_type"].isin(PRIMARY)
    mixed = rows[(rows["use"] == "sold") & ~is_apart]
    sold = mixed.groupby("enterprise_id")["amount"].sum()
    pool = pool.set_index("enterprise_id")
    kept = 1 - (sold.reindex(pool.index).fillna(0.0) / pool["all_mwh"])
    sign = rows["use"].map({"self_generated": 1.0, "sold": -1.0})
    own = (rows["amount"] * sign)[is_apart].groupby(rows["enterprise_id"]).sum()
    own = own.reindex(pool.index).fillna(0.0)
    all_claims = claimed.groupby("enterprise_id")["mwh"].sum().reindex(pool.index).fillna(0.0)
    straight = claimed[claimed["kind"] == DIRECT].groupby("enterprise_id")["mwh"].sum()
    straight = straight.reindex(pool.index).fillna(0.0)
    green, direct = pool["green_mwh"] + all_claims, own + straight
    return float((green * kept).sum()), float((direct * kept).sum())


def _claimed(inventory: Inventory, park: Park, year: int) -> pd.DataFrame:
    """Return the green claims that stand in a year's result."""
    rows = inventory.emissions
    counted = rows.loc[rows["factor_set"] == CLAIM, "factor_id"].str.removeprefix(f"{CLAIM}/")
    given = claimed_power(park)
    given = given[(given["year"] == year) & given["kind"].isin(GREEN)]
    return given[given["certificate_id"].isin(counted)]


def _joined(texts: Sequence[str] | pd.Series) -> str:
    """Return what is missing, each once, with semicolons between."""
    named = [name for text in texts for name in str(text).split(";") if name]
    return ";".join(dict.fromkeys(named))
