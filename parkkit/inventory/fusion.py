"""Fuse: carbon and pollutants of each source side by side, and where both are large."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from parkkit.core.errors import ParkError, unknown
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.equivalents import conventional_equivalents, equivalents
from parkkit.inventory.fused_categories import with_categories
from parkkit.inventory.fused_cells import fused_cells
from parkkit.inventory.fused_table import fused_table
from parkkit.inventory.fused_units import held_rows, told_rows
from parkkit.inventory.leading import leading
from parkkit.park.package import Park

Form = Literal["wide", "long"]
Media = Literal["all", "air"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoControlRule:
    """When a source is a co-control point.

    It is one when it is among the sources that make up ``carbon_share`` of direct CO2e, and among
    those that make up ``pollution_share`` of the equivalents of a medium, or of VOCs (which have
    no statutory equivalent and are judged on an axis of their own).

    Raises
    ------
    ParkError
        If a share is not above 0 and up to 1.
    """

    carbon_share: float = 0.8
    pollution_share: float = 0.8

    def __post_init__(self) -> None:
        for share in (self.carbon_share, self.pollution_share):
            if not 0 < share <= 1:
                raise ParkError("not_a_share", where="CoControlRule", given=share)


def fuse(
    inventory: Inventory,
    *,
    form: Form = "wide",
    media: Media = "all",
    user_values: Mapping[str, float] | None = None,
    park: Park | None = None,
) -> pd.DataFrame:
    """Lay carbon and pollutants of each source side by side.

    A source is a process of a plant, or an outlet where every list of its process tells outlets; a
    plant with any value for the whole plant is one source, because its processes cannot be told
    apart on both sides. A source of which one side is not told is in the table and marked, and so
    is one of which nothing is told but what the ledger holds until it is settled. Memos (biogenic
    CO2, what is captured, sinks) are not in, as in the totals.

    Parameters
    ----------
    form : {"wide", "long"}
        A row per source and year, or per source, category, species, medium and scope.
    media : {"all", "air"}
        Every medium, or air alone; a source is the same source under both.
    user_values : mapping of str to float, optional
        Kilograms per equivalent of species that the statute does not list (total nitrogen, VOCs).
        Default: none. They fill the conventional columns and never the statutory ones.
    park : Park, optional
        Tells the scheme of the industry codes, and the control devices of what lists report;
        without it ``category_sector`` is the industry code as it stands and ``category_control``
        tells the devices of calculated values alone.

    Returns
    -------
    DataFrame
        Wide: ``unit_id``, ``enterprise_id``, ``year``; ``category_sector``, ``category_item``,
        ``category_technology``, ``category_control`` (the four levels), ``process``,
        ``industry_code``, ``source_class``, ``lists`` (several joined by plus signs, blank where
        nobody tells); ``co2e_t`` (all scopes), ``direct_co2e_t`` (scope 1),
        ``equivalents_air``, ``equivalents_water`` (by the statute),
        ``conventional_equivalents_air``, ``conventional_equivalents_water`` (by the statute and
        ``user_values``; missing in a medium without one); ``SPECIES_t``, ``SPECIES_generated_t``
        and ``SPECIES_list`` for every species; the source's shares of the park's ``direct_co2e``,
        ``equivalents_air``, ``equivalents_water`` and ``voc`` (``..._share``). A cell without any
        row is missing.
        ``data_rank`` is the mean of what makes up the direct CO2e, else the equivalents, else all
        CO2e; missing where a part of it has no rank.
        ``match``: numbers of ``both`` sides, ``carbon_only``, ``pollution_only``, or
        ``held_only``; ``held_count``: rows of the source that the ledger holds (a species nobody
        knows, a doubt). ``missing`` names the species of which the source lacks a number (or a
        month, or a GWP): its sums are too small by them, and it may be a co-control point though
        it is not told.

        Long: ``unit_id``, ``enterprise_id``, ``process``, ``year``, the four levels, ``species``,
        ``medium``, ``scope``, ``generated_t``, ``sent_t``, ``emissions_t``, ``co2e_t``,
        ``equivalents``, ``share`` (of the park's tonnes of the species in the year and medium),
        ``list``, ``data_rank``, ``status`` (``held`` beside those of ``emissions``), ``missing``.

    Raises
    ------
    ParkError
        If the form or the media are unknown, or ``user_values`` do not do.

    Examples
    --------
    >>> import parkkit as pk
    >>> park = pk.open_park("sample_parks/langang")
    >>> inventory = pk.compile_inventory(
    ...     park, boundary_type="physical", convention=park.about.convention)
    >>> wide, long = fuse(inventory), fuse(inventory, form="long")
    >>> bool(abs(wide["so2_t"].sum() - long.query("species == 'so2'")["emissions_t"].sum()) < 1e-9)
    True
    """
    for kind, given, known in (("fused_form", form, Form), ("fused_media", media, Media)):
        if given not in get_args(known):
            raise unknown(kind, given, get_args(known), where="fuse")
    told = told_rows(inventory)
    told = told.assign(
        equivalents=equivalents(told),
        conventional=conventional_equivalents(told, user_values or {}),
    )
    held = held_rows(inventory, told).assign(equivalents=np.nan, conventional=np.nan)
    # Only what both have is wanted; a held row has no more.
    rows = pd.concat([told[list(held)], held], ignore_index=True) if len(held) else told
    if media == "air":
        rows = rows[rows["medium"] == "air"]
    rows = with_categories(rows, inventory.activity, park)
    return fused_table(rows) if form == "wide" else fused_cells(rows)


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
    carbon = leading(fused, "direct_co2e_share", chosen.carbon_share)
    axes = {
        name: carbon & leading(fused, f"{name}_share", chosen.pollution_share)
        for name in ("equivalents_air", "equivalents_water", "voc")
    }
    judged = pd.Series("", index=fused.index, dtype="str")
    for name, is_point in axes.items():
        judged = judged.where(~is_point, judged + ";" + name)
    judged = judged.str.strip(";")
    return fused.assign(is_co_control_point=judged != "", judged_on=judged)
