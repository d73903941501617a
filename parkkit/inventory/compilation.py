"""Compile: run the stages in their order, from a park to an inventory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.errors import ParkError, Problem, unknown
from parkkit.core.ledger import closing, joined
from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.calculation import greenhouse_gases
from parkkit.inventory.consolidation import apply_view, cut, keep_scopes, net_transfers
from parkkit.inventory.offering import Offered, offer
from parkkit.inventory.releases import GAPS
from parkkit.park.boundary import members_by_year
from parkkit.park.package import Park

CO2E = "co2e"
TOLERANCE = 1e-9
VALUED = ("computed", "reported", "partial")
# What does not occur is a number: 0, told by whoever says so.
NOTHING = ("NO", "NA")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What the members of a boundary emit, under one convention.

    ``part`` is the park within the park (园中园) that it is of; blank is the whole.
    ``emissions`` and ``ledger`` have the columns of ``data/columns.csv``; ``candidates`` holds
    the tonnes of every row computed or read, before any stage acted; ``members`` who was in,
    year by year; ``activity`` the rows used, in base units; ``releases`` what the lists report,
    in tonnes, of members or not; ``factors_used`` every candidate factor with its rank; ``notes``
    the warnings.
    """

    park_id: str
    boundary_type: str
    part: str = ""
    convention: Convention
    emissions: pd.DataFrame
    ledger: pd.DataFrame
    candidates: pd.DataFrame
    members: pd.DataFrame
    activity: pd.DataFrame
    releases: pd.DataFrame
    factors_used: pd.DataFrame
    notes: tuple[Problem, ...]


def compile_inventory(
    park: Park, *, boundary_type: str, convention: Convention, part: str = ""
) -> Inventory:
    """Compile what the members of a boundary emit, under one convention.

    The stages run always in this order: calculate, reconcile, overlap, boundary, transfer, scope,
    view. Every tonne that a stage takes out stands in the ledger with its reason.

    Parameters
    ----------
    park : Park
        A checked park.
    boundary_type : {"physical", "approved", "management", "statistical"}
        Whose emissions count.
    convention : Convention
        The accounting choices.
    part : str
        A park within the park (园中园) alone; blank is the whole.

    Returns
    -------
    Inventory
        Without the years in which the boundary is not drawn: what is told of them stands in the
        ledger, and a note names them.

    Raises
    ------
    ParkError
        If the boundary, the part or a factor set is unknown, the boundary is drawn in no year of
        the data, a choice is not served, or a grid factor is missing.
    """
    offered = offer(park, convention)
    membership = members_by_year(park, boundary_type, offered.years, part=part)
    return compile_members(offered, membership, boundary_type=boundary_type, part=part)


def compile_members(
    offered: Offered, membership: pd.DataFrame, *, boundary_type: str, part: str = ""
) -> Inventory:
    """Compile an inventory of those who are in, year by year, whatever made them members.

    Parameters
    ----------
    membership : DataFrame
        ``enterprise_id``, ``year``, ``is_member``, ``basis``: what ``members_by_year`` returns. A
        year that it does not hold is no year of the inventory.
    boundary_type, part : str
        What the result is called by.
    """
    convention, ledgers = offered.convention, [offered.ledger]
    kept, lost = cut(offered.rows, membership)
    ledgers.append(lost)
    kept, lost = net_transfers(kept, membership, level=convention.level)
    ledgers.append(lost)
    kept, lost = keep_scopes(kept, convention)
    ledgers.append(lost)
    kept, lost = apply_view(kept, offered.activity, offered.park, membership, convention)
    ledgers.append(lost)
    inventory = Inventory(
        park_id=offered.park.about.park_id, boundary_type=boundary_type, part=part,
        convention=convention, emissions=with_co2e(kept, convention), ledger=joined(ledgers),
        candidates=offered.candidates, members=membership, activity=offered.activity,
        releases=offered.releases, factors_used=offered.factors_used,
        notes=(*offered.notes, *_years_without(offered, membership, part or boundary_type)),
    )  # fmt: skip
    _check_closing(inventory)
    return inventory


def _years_without(offered: Offered, membership: pd.DataFrame, given: str) -> list[Problem]:
    """Say which years have data and no boundary."""
    years = sorted(set(offered.years) - {int(year) for year in membership["year"]})
    if not years:
        return []
    return [Problem(code="years_without_boundary", file="boundaries.geojson", is_warning=True,
                    column="valid_from", values={"given": given, "years": years})]  # fmt: skip


def _check_closing(inventory: Inventory) -> None:
    """Refuse to hand out an inventory whose ledger does not close: that would be our mistake."""
    table = closing(inventory.candidates, inventory.emissions, inventory.ledger)
    size = table[["candidates_t", "kept_t"]].abs().max(axis=1)
    off = table[table["difference_t"].abs() > TOLERANCE * size.clip(lower=1e-6)]
    if len(off):
        raise ParkError("ledger_open", given=list(off.index[:3]))


def with_co2e(rows: pd.DataFrame, convention: Convention) -> pd.DataFrame:
    """Return the rows with ``co2e_t`` for the greenhouse gases that count.

    Biogenic CO2 is a memo and has none; neither has a pollutant.
    """
    table = vocabulary("gwp")
    chosen = table[(table["report"] == convention.gwp) & (table["origin"] == "")]
    gwp = rows["species"].map(
        dict(zip(chosen["species"], chosen["gwp"].astype(float), strict=True))
    )
    counts = rows["scope"].notna() & rows["species"].isin(greenhouse_gases())
    return rows.assign(co2e_t=(rows["emissions_t"] * gwp.astype(float)).where(counts))


def is_incomplete(rows: pd.DataFrame) -> pd.Series:
    """Tell the rows without a number, or with months missing: a sum with one is too small.

    NO, IE and NA say that nothing is missing.
    """
    return rows["status"].eq("partial") | (rows["emissions_t"].isna() & rows["status"].isin(GAPS))


def is_memo(rows: pd.DataFrame) -> pd.Series:
    """Tell the greenhouse gases that stand beside the totals: biogenic, captured, in sinks."""
    return rows["species"].isin(greenhouse_gases()) & rows["scope"].isna()


def summands(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that totals are made of, each gas also as CO2e; memos are not among them.

    Returns
    -------
    DataFrame
        Rows of ``emissions`` with ``is_missing`` (no number) and ``is_short`` (none, or months
        are missing).
    """
    rows = rows[~is_memo(rows)]
    gases = rows[rows["scope"].notna() & rows["species"].isin(greenhouse_gases())]
    together = pd.concat(
        [rows, gases.assign(species=CO2E, emissions_t=gases["co2e_t"])], ignore_index=True
    )
    # A gas without a GWP has tonnes but no CO2e.
    is_short = is_incomplete(together) | (
        together["emissions_t"].isna() & together["status"].isin(VALUED)
    )
    return together.assign(is_missing=is_short & together["emissions_t"].isna(), is_short=is_short)


def grouping(inventory: Inventory, by: Sequence[str]) -> list[str]:
    """Return the columns of ``emissions`` to group by; a single name is one column.

    Raises
    ------
    ParkError
        If ``emissions`` has no such column.
    """
    names = [by] if isinstance(by, str) else list(by)
    for name in names:
        if name not in inventory.emissions:
            raise unknown("column", name, list(inventory.emissions.columns), where="by")
    return names


def known_year(inventory: Inventory, year: int) -> int:
    """Return a year that the inventory tells of, or refuse it.

    Raises
    ------
    ParkError
        If nothing is told of the year, with those that there are.
    """
    years = sorted({int(each) for each in inventory.members["year"]})
    # Where nothing is told at all no other year would do better.
    if years and year not in years:
        raise ParkError("unknown", kind="year", given=year, known=years, where="year")
    return year


def totals(
    inventory: Inventory, *, by: Sequence[str] = ("year",), years: Sequence[int] = ()
) -> pd.DataFrame:
    """Return the tonnes of each species, and of CO2e, by the columns asked for.

    Parameters
    ----------
    by : sequence of str
        Columns of ``emissions``, such as ``year``, ``enterprise_id``, ``industry_code``,
        ``scope``; a single name is one column.
    years : sequence of int
        Only these years; none means all.

    Returns
    -------
    DataFrame
        ``by``, ``species`` (with ``co2e`` beside the gases), ``medium``, ``amount_t``,
        ``missing_rows`` (how many rows have no number) and ``status``: ``computed``, ``partial``
        (a row or a month is missing), ``not_computable`` (no row has a number; ``amount_t`` is
        missing, never 0). Where every row says that nothing occurs (NO, NA), and no month is
        missing, the amount is 0.
        Memos (biogenic CO2, what is captured, sinks) are not in.

    Raises
    ------
    ParkError
        If a column is unknown.
    """
    by = grouping(inventory, by)
    rows = inventory.emissions
    together = summands(rows[rows["year"].isin(years)] if len(years) else rows)
    is_nothing = together["emissions_t"].isna() & together["status"].isin(NOTHING)
    # Eleven months of nothing do not say what the twelfth was.
    together = together.assign(is_nothing=is_nothing & ~(together["coverage_share"] < 1))
    groups = together.groupby([*by, "species", "medium"], dropna=False, sort=True)
    sums = groups["emissions_t"].sum(min_count=1).rename("amount_t")
    table = groups.agg(missing_rows=("is_missing", "sum"), is_short=("is_short", "any"),
                       is_nothing=("is_nothing", "all"))  # fmt: skip
    table = pd.concat([sums.mask(table["is_nothing"], 0.0), table], axis=1).reset_index()
    status = pd.Series("computed", index=table.index).mask(table["is_short"], "partial")
    status = status.mask(table["amount_t"].isna(), "not_computable")
    return table.drop(columns=["is_short", "is_nothing"]).assign(status=status)


def total(inventory: Inventory, species: str, year: int) -> float:
    """Return the tonnes of one species in a year; not a number where it is not computable.

    Examples
    --------
    The headline figure of every page is ``total(inventory, "co2e", year)``.
    """
    table = totals(inventory, years=[year])
    found = table.loc[table["species"] == species, "amount_t"]
    return float(found.sum(min_count=1))
