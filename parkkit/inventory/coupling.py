"""Coupling: where carbon and a pollutant of one source are large, of one cause, of one way."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from parkkit.core.labels import Language, label
from parkkit.inventory.calculation import greenhouse_gases
from parkkit.inventory.common_causes import NO_CARBON, NO_POLLUTANT, common_causes
from parkkit.inventory.common_directions import common_directions
from parkkit.inventory.compilation import Inventory, is_incomplete, known_year
from parkkit.inventory.equivalents import equivalents, lacks_equivalents
from parkkit.inventory.fusion import CoControlRule, fuse
from parkkit.inventory.leading import leading
from parkkit.inventory.pareto import pareto_front

CARBON = "direct_co2e"
# The axes a source is judged on, and the column of the fused table that tells each.
AXES = {"equivalents_air": "equivalents_air", "equivalents_water": "equivalents_water",
        "voc": "voc_t"}  # fmt: skip
INCOMPLETE = "incomplete"
COUPLING = ["unit_id", "enterprise_id", "year", "axis", "direct_co2e_share", "pollution_share",
            "is_carbon_leading", "is_pollution_leading", "is_co_control_point", "same_cause",
            "cause", "same_direction", "pair_count", "agreeing_count", "is_on_front",
            "reason"]  # fmt: skip


def coupling(
    inventory: Inventory,
    *,
    year: int,
    rule: CoControlRule | None = None,
    years: Sequence[int] | None = None,
) -> pd.DataFrame:
    """Return how carbon and pollution of each source hang together.

    Parameters
    ----------
    year : int
        The year whose sources are judged.
    rule : CoControlRule, optional
        The two shares; 80 % each unless told.
    years : sequence of int, optional
        The years over which the direction is judged; all of the inventory unless told.

    Returns
    -------
    DataFrame
        A row per source (``unit_id``) and ``axis`` (``equivalents_air``, ``equivalents_water``,
        ``voc``): the shares of the year; ``is_carbon_leading``, ``is_pollution_leading``
        (missing where not told, or too small by a number that is missing);
        ``is_co_control_point`` (never where the source has no direct carbon or no pollutant, as
        bought energy; missing where a missing number leaves it open); ``same_cause`` (``yes``,
        ``no``, ``unknown``) and ``cause`` (the activity ids, else outlets, that both come from);
        ``same_direction``, ``pair_count``, ``agreeing_count``; ``is_on_front`` and ``reason``:
        codes why something is unknown, joined by ``;`` (``reason_text`` puts them in words).

    Raises
    ------
    ParkError
        If nothing is told of the year, or of one of ``years``.

    References
    ----------
    The guide for co-control in industrial parks, 6.3 (同源、同向); the shares, five years and
    three quarters of the pairs are our reading of it.
    """
    year = known_year(inventory, year)
    fused = fuse(inventory).reset_index(drop=True)
    span = [known_year(inventory, each) for each in years or sorted({*fused["year"], year})]
    rows = _with_units(inventory.emissions, fused)
    tables = [_on_axis(axis, fused, rows, year, rule or CoControlRule(), span) for axis in AXES]
    table = pd.concat(tables, ignore_index=True)
    table["axis"] = pd.Categorical(table["axis"], [*AXES])
    table = table.sort_values(["unit_id", "axis"], ignore_index=True)
    return table.astype({"axis": "str"})[COUPLING]


def reason_text(reason: str, language: Language) -> str:
    """Return in words why something of a source is unknown; blank where nothing is.

    Examples
    --------
    >>> reason_text("whole_plant_list;fewer_than_five_years", "en")
    'one side comes from a list of the whole plant; fewer than five years tell both sides'
    """
    mark = label("coupling.mark", language)
    return mark.join(label(f"coupling.reason.{code}", language) for code in reason.split(";")
                     if code)  # fmt: skip


def _on_axis(
    axis: str, fused: pd.DataFrame, rows: pd.DataFrame, year: int, rule: CoControlRule,
    span: Sequence[int],
) -> pd.DataFrame:  # fmt: skip
    carbon, pollution = _carbon_rows(rows), _axis_rows(rows, axis)
    told = fused.assign(
        axis=axis, carbon=fused["direct_co2e_t"], pollution=_column(fused, AXES[axis]),
        pollution_share=fused[f"{axis}_share"],
        carbon_short=_is_short(fused, carbon), pollution_short=_is_short(fused, pollution),
    )  # fmt: skip
    told["is_short"] = told["carbon_short"] | told["pollution_short"]
    in_span = told["year"].isin(span)
    of_year = told[told["year"] == year]
    judged = _leads(of_year, rule)
    units = of_year["unit_id"]
    causes = common_causes(_with_number(carbon, year), _with_number(pollution, year), units)
    directions = common_directions(told.assign(carbon=told["carbon"].where(in_span)))
    directions = directions.reindex(units).set_axis(of_year.index)
    front = pareto_front(of_year, "carbon", "pollution")
    table = pd.concat([of_year, judged, causes, directions], axis=1).assign(is_on_front=front)
    codes = table[["lead_reason", "cause_reason", "direction_reason"]].fillna("")
    parts = [";".join(dict.fromkeys(filter(None, found))) for found in codes.to_numpy()]
    return table.assign(reason=pd.Series(parts, index=table.index, dtype="str"))


def _leads(told: pd.DataFrame, rule: CoControlRule) -> pd.DataFrame:
    """Tell who leads, who is a point, and what leaves it open."""
    sides = {
        "carbon": leading(told, f"{CARBON}_share", rule.carbon_share),
        "pollution": leading(told, "pollution_share", rule.pollution_share),
    }
    table, parts, reasons = pd.DataFrame(index=told.index), [], []
    for name, leads in sides.items():
        is_told, is_short = told[name].notna(), told[f"{name}_short"]
        none = ~is_told & ~is_short
        known = leads.astype("boolean").mask(~leads & is_short)
        table[f"is_{name}_leading"] = known.mask(none)
        parts.append(known)  # what is not told does not lead: never a point
        code = NO_CARBON if name == "carbon" else NO_POLLUTANT
        reasons.append(none.map({True: code, False: ""}).mask(known.isna(), INCOMPLETE))
    table["is_co_control_point"] = parts[0] & parts[1]
    return table.assign(lead_reason=reasons[0].mask(reasons[0] == "", reasons[1]))


def _column(fused: pd.DataFrame, name: str) -> pd.Series:
    """Return a column of the fused table, all missing where no source tells it."""
    return fused[name] if name in fused else pd.Series(float("nan"), index=fused.index)


def _with_number(rows: pd.DataFrame, year: int) -> pd.DataFrame:
    return rows[(rows["year"] == year) & rows["emissions_t"].notna()]


def _with_units(emissions: pd.DataFrame, fused: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the source of the fused table that each belongs to."""
    rows = emissions[~emissions["is_biogenic"].astype(bool)]
    known = pd.MultiIndex.from_frame(fused[["unit_id", "year"]].astype({"year": "int64"}))
    unit = rows["source_id"]
    # The wider name last: where the fused table has it, it stands for all below it.
    for name in (rows["enterprise_id"] + "/" + rows["process"], rows["enterprise_id"]):
        at = pd.MultiIndex.from_arrays([name, rows["year"].astype("int64")])
        unit = unit.mask(at.isin(known), name)
    return rows.assign(unit_id=unit, year=rows["year"].astype("int64"))


def _carbon_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of direct carbon, ``is_short`` where a number is missing."""
    is_direct = (rows["scope"] == 1).fillna(False).astype(bool)
    rows = rows[is_direct & rows["species"].isin(greenhouse_gases())]
    return rows.assign(is_short=is_incomplete(rows) | rows["co2e_t"].isna())


def _axis_rows(rows: pd.DataFrame, axis: str) -> pd.DataFrame:
    """Return the rows that an axis is the sum of, ``is_short`` where a number is missing."""
    if axis == "voc":
        rows = rows[rows["species"] == "voc"]
        return rows.assign(is_short=is_incomplete(rows))
    lacks = lacks_equivalents(rows)
    is_here = rows["medium"] == axis.removeprefix("equivalents_")
    return rows.assign(is_short=lacks)[is_here & (lacks | equivalents(rows).notna())]


def _is_short(fused: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    short = pd.MultiIndex.from_frame(rows.loc[rows["is_short"], ["unit_id", "year"]])
    told = pd.MultiIndex.from_frame(fused[["unit_id", "year"]].astype({"year": "int64"}))
    return pd.Series(told.isin(short), index=fused.index)
