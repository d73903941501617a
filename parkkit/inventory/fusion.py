"""Fuse: carbon and pollutants of each source side by side, and where both are large."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from parkkit.inventory.calculation import greenhouse_gases
from parkkit.inventory.compilation import Inventory, is_incomplete
from parkkit.inventory.equivalents import conventional_equivalents, equivalents

UNIT = ["unit_id", "enterprise_id", "year"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoControlRule:
    """When a source is a co-control point.

    It is one when it is among the sources that make up ``carbon_share`` of direct CO2e, and among
    those that make up ``pollution_share`` of the equivalents of a medium, or of VOCs (which have
    no statutory equivalent and are judged on an axis of their own).
    """

    carbon_share: float = 0.8
    pollution_share: float = 0.8


def fuse(inventory: Inventory, *, user_values: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Lay carbon and pollutants of each source side by side.

    A source is a process of a plant; a plant with any value for the whole plant is one source,
    because its processes cannot be told apart on both sides.

    Parameters
    ----------
    user_values : mapping of str to float, optional
        Kilograms per equivalent of species that the statute does not list (total nitrogen, VOCs).
        Default: none. They fill the conventional columns and never the statutory ones.

    Returns
    -------
    DataFrame
        One row per source and year: ``unit_id``, ``enterprise_id``, ``year``, ``industry_code``,
        ``source_class``, ``co2e_t`` (all scopes), ``direct_co2e_t`` (scope 1),
        ``equivalents_air``, ``equivalents_water`` (by the statute),
        ``conventional_equivalents_air``, ``conventional_equivalents_water`` (by the statute and
        ``user_values``; missing in a medium without one), ``SPECIES_t`` and ``SPECIES_list`` for
        every species, and the source's shares of the park's ``direct_co2e``,
        ``equivalents_air``, ``equivalents_water`` and ``voc`` (``..._share``). A cell without any
        row is missing.
        ``missing`` names the species of which the source lacks a number (or a month, or a GWP):
        its sums are too small by them, and it may be a co-control point though it is not told.
    """
    rows = inventory.emissions
    rows = rows[~rows["is_biogenic"].astype(bool)]
    conventional = conventional_equivalents(rows, user_values or {})
    rows = rows.assign(unit_id=_units(rows), equivalents=equivalents(rows))
    about = rows.groupby(UNIT, sort=True).agg(
        industry_code=("industry_code", "first"), source_class=("source_class", "first")
    )
    sums = {
        "co2e_t": rows["co2e_t"],
        "direct_co2e_t": rows["co2e_t"].where((rows["scope"] == 1).fillna(False).astype(bool)),
        "equivalents_air": rows["equivalents"].where(rows["medium"] == "air"),
        "equivalents_water": rows["equivalents"].where(rows["medium"] == "water"),
        "conventional_equivalents_air": conventional.where(rows["medium"] == "air"),
        "conventional_equivalents_water": conventional.where(rows["medium"] == "water"),
    }
    for name, values in sums.items():
        about[name] = values.groupby([rows[key] for key in UNIT]).sum(min_count=1)
    wide = _species_columns(rows)
    fused = about.join(_missing(rows)).join(wide).reset_index()
    fused["missing"] = fused["missing"].fillna("")
    for name, column in (
        ("direct_co2e_share", "direct_co2e_t"), ("equivalents_air_share", "equivalents_air"),
        ("equivalents_water_share", "equivalents_water"), ("voc_share", "voc_t"),
    ):  # fmt: skip
        amount = fused.get(column, pd.Series(float("nan"), index=fused.index))
        whole = amount.groupby(fused["year"]).transform("sum")
        fused[name] = amount / whole.where(whole != 0)
    return fused


def _missing(rows: pd.DataFrame) -> pd.Series:
    is_gas = rows["scope"].notna() & rows["species"].isin(greenhouse_gases())
    no_gwp = is_gas & rows["emissions_t"].notna() & rows["co2e_t"].isna()
    short = rows[is_incomplete(rows) | no_gwp]
    names = short.groupby(UNIT)["species"].agg(lambda found: ";".join(sorted(set(found))))
    return names.rename("missing").astype("str")


def _units(rows: pd.DataFrame) -> pd.Series:
    """Return what is told apart: the plant where a list tells only that, else process or outlet.

    An outlet stands for itself only where every list of its process tells outlets.
    """
    plant = [rows["enterprise_id"], rows["year"]]
    process = rows["enterprise_id"] + "/" + rows["process"]
    any_whole = (rows["process"] == "").groupby(plant).transform("any")
    is_unsplit = rows["source_id"] == process
    any_unsplit = is_unsplit.groupby([*plant, process]).transform("any")
    units = rows["source_id"].mask(any_unsplit, process)
    return units.where(~any_whole, rows["enterprise_id"])


def _species_columns(rows: pd.DataFrame) -> pd.DataFrame:
    cells = rows.groupby([*UNIT, "species"], sort=True)
    tonnes = cells["emissions_t"].sum(min_count=1).unstack("species").add_suffix("_t")
    lists = cells["list"].agg(lambda names: "+".join(sorted(set(names)))).unstack("species")
    return tonnes.join(lists.add_suffix("_list"))


def co_control_points(fused: pd.DataFrame, rule: CoControlRule | None = None) -> pd.DataFrame:
    """Return the fused table with ``is_co_control_point`` and ``judged_on``.

    ``judged_on`` names the axes that make a source a point: ``equivalents_air``,
    ``equivalents_water``, ``voc``.

    References
    ----------
    The guide for co-control (6.3) asks for processes with 同源 or 同向 coupling; the rule of two
    shares is our reading of it.
    """
    chosen = rule or CoControlRule()
    carbon = _leading(fused, "direct_co2e_share", chosen.carbon_share)
    axes = {
        name: carbon & _leading(fused, f"{name}_share", chosen.pollution_share)
        for name in ("equivalents_air", "equivalents_water", "voc")
    }
    judged = pd.Series("", index=fused.index, dtype="str")
    for name, is_point in axes.items():
        judged = judged.where(~is_point, judged + ";" + name)
    judged = judged.str.strip(";")
    return fused.assign(is_co_control_point=judged != "", judged_on=judged)


def _leading(fused: pd.DataFrame, column: str, share: float) -> pd.Series:
    """Tell the fewest sources that together make up a share of their year's total."""
    ordered = fused.sort_values(["year", column, "unit_id"], ascending=[True, False, True])
    before = ordered.groupby("year")[column].cumsum() - ordered[column]
    # 1e-9: a source must not lead only because a sum of shares ends in binary dust.
    leads = (before < share - 1e-9) & (ordered[column] > 0)
    return leads.reindex(fused.index)
