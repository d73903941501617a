"""Pollution equivalents (污染当量): by the law, and apart from it by a convention of the user."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache

import pandas as pd

from parkkit.core.errors import ParkError, unknown
from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.compilation import Inventory, grouping, is_incomplete
from parkkit.inventory.overlap import ancestors, standing_for

KG_PER_T = 1000.0
# One of these stands for the oxygen demand of an outlet, the first that is there.
OXYGEN_DEMAND = ("cod", "bod", "toc")
NONE_CODES = ("part_of_other", "no_statutory_value", "other_oxygen_demand", "no_number",
              "no_user_value")  # fmt: skip
READING = ["kg_per_equivalent", "counted_t", "equivalents", "none"]
SUMS = ["amount_t", "counted_t", "equivalents", "conventional_counted_t",
        "conventional_equivalents"]  # fmt: skip
COLUMNS = ["medium", "species", "statutory_name", "water_class", "is_statutory", "amount_t",
           "kg_per_equivalent", "counted_t", "equivalents", "none",
           "conventional_kg_per_equivalent", "conventional_counted_t",
           "conventional_equivalents", "conventional_none", "status", "missing"]  # fmt: skip
# Kilograms per equivalent of a species in a medium; dust has one by source class, else blank.
Values = Mapping[tuple[str, str, str], float]


def equivalents(rows: pd.DataFrame) -> pd.Series:
    """Return the statutory pollution equivalents (污染当量数) of each row, missing where none.

    Tonnes x 1000 divided by the pollutant's equivalent value in kg. A part of a species that the
    same place also reports, that is no less and that has a value, is not counted again; PM10 and
    PM2.5 have none of their own; of COD, BOD and TOC one counts at an outlet, the first that is
    above 0; dust is combustion dust (2.18) unless its process is one of production (4). Total
    nitrogen and VOCs are not in the statute and have none here. A place is an outlet, or the
    process or plant where a species is told for that as a whole only.

    Air and water are different kinds of equivalents: sum each medium apart. Tax is another step:
    the items that are taxed (the first three of an outlet, the first five of class 1) and relief
    for low concentrations (75 %, 50 %) are not mixed in.

    Parameters
    ----------
    rows : DataFrame
        Rows of ``emissions``: ``enterprise_id``, ``year``, ``medium``, ``species``,
        ``source_class``, ``emissions_t``; ``process`` and ``source_id`` (without them every row
        is of its whole plant).

    References
    ----------
    Environmental Protection Tax Law of China, annexed table 2.

    Examples
    --------
    50 t SO2 at 0.95 kg, of VOC and of PM2.5:

    >>> rows = pd.DataFrame({"enterprise_id": "A", "year": 2023, "medium": "air",
    ...     "source_class": "energy", "species": ["so2", "voc", "pm2_5"], "emissions_t": 50.0})
    >>> equivalents(rows).round(1).tolist()
    [52631.6, nan, nan]
    """
    return _reading(rows, _statutory())["equivalents"]


def conventional_equivalents(rows: pd.DataFrame, user_values: Mapping[str, float]) -> pd.Series:
    """Return the equivalents of each row by the law and the user's values together.

    It stands beside `equivalents` and is never mixed into it. Where the user values total
    nitrogen, the ammonia nitrogen in it is not added; where VOCs, the listed species in them are
    left out: at the same place, and where the whole is no less. A medium in which the user gives
    no value has no such reading: all missing.

    Parameters
    ----------
    rows : DataFrame
        As in `equivalents`.
    user_values : mapping of str to float
        Kilograms per equivalent by species, such as ``recalled_values()``.

    Raises
    ------
    ParkError
        If a species is unknown or has a statutory value, or a value is not above 0.

    Examples
    --------
    5 t TN, of which 4 t NH3-N, at 0.8 kg for TN:

    >>> rows = pd.DataFrame({"enterprise_id": "A", "year": 2023, "medium": "water",
    ...     "source_class": "", "species": ["tn", "nh3_n"], "emissions_t": [5.0, 4.0]})
    >>> conventional_equivalents(rows, {"tn": 0.8}).tolist()
    [6250.0, nan]
    >>> equivalents(rows).tolist()
    [nan, 5000.0]
    """
    return _conventional(rows, _checked(user_values))["equivalents"]


def recalled_values() -> dict[str, float]:
    """Return values that some use for what the statute does not list; none of them is law.

    They are recalled and not confirmed from a primary text (``checked`` in
    ``pollution_equivalents.csv``), and are used only where a caller hands them in.

    Examples
    --------
    >>> recalled_values()
    {'tn': 0.8, 'voc': 0.95}
    """
    table = vocabulary("pollution_equivalents")
    rows = table[table["is_statutory"] == "no"]
    return dict(zip(rows["species"], rows["kg_per_equivalent"].astype(float), strict=True))


def lacks_equivalents(rows: pd.DataFrame) -> pd.Series:
    """Tell the rows whose statutory equivalents are missing or too small, for want of a number."""
    read = _reading(rows, _statutory())
    return read["kg_per_equivalent"].notna() & read["none"].isin(["", "no_number"]) & (
        is_incomplete(rows)
    )  # fmt: skip


def equivalents_by(
    inventory: Inventory,
    *,
    by: Sequence[str] = ("year",),
    user_values: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Return tonnes and equivalents of each pollutant and medium, and why one has none.

    Tax relief and the choice of the taxed items are not mixed in (see `equivalents`).

    Parameters
    ----------
    by : sequence of str
        Columns of ``emissions``, such as ``year``, ``enterprise_id``, ``industry_code``.
    user_values : mapping of str to float, optional
        Kilograms per equivalent by species, for the conventional reading. Default: none.

    Returns
    -------
    DataFrame
        ``by``, ``medium``, ``species`` (dust has a row for combustion and one for process),
        ``statutory_name`` and ``water_class`` (1, 2) of the law's item, ``is_statutory``,
        ``amount_t``, ``kg_per_equivalent``, ``counted_t`` (the tonnes that count),
        ``equivalents`` = ``counted_t`` x 1000 / ``kg_per_equivalent``; ``none``: why
        ``amount_t`` less ``counted_t`` has no equivalents, codes of ``NONE_CODES`` joined by
        semicolons (labels ``equivalents.none.CODE``); the same for the conventional reading
        (``conventional_kg_per_equivalent``, ``conventional_counted_t``,
        ``conventional_equivalents``, ``conventional_none``); ``status`` of the tonnes
        (``computed``, ``partial``, ``not_computable``) and ``missing``.

    Raises
    ------
    ParkError
        If a column is unknown, or ``user_values`` do not do.
    """
    by = grouping(inventory, by)
    rows = inventory.emissions[inventory.emissions["species"].isin(_kind_of_pollutants())]
    statutory = _reading(rows, _statutory())
    given = _conventional(rows, _checked(user_values or {})).add_prefix("conventional_")
    told = pd.concat([rows, statutory, given], axis=1).assign(
        amount_t=rows["emissions_t"], is_short=is_incomplete(rows), lacking=_lacking(rows)
    )
    table = _summed(told.join(_items(rows)), by)
    status = pd.Series("computed", index=table.index).mask(table["is_short"], "partial")
    status = status.mask(table["amount_t"].isna(), "not_computable")
    statutory_rows = table["kg_per_equivalent"].notna()
    return table.assign(status=status, is_statutory=statutory_rows)[[*by, *COLUMNS]]


def _summed(told: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    keys = [*by, "medium", "species", "statutory_name"]
    aggregate = {
        **{name: (name, lambda values: values.sum(min_count=1)) for name in SUMS},
        **{name: (name, "first") for name in ("kg_per_equivalent", "water_class",
                                              "conventional_kg_per_equivalent")},
        **{name: (name, _joined) for name in ("none", "conventional_none")},
        "missing": ("lacking", _joined), "is_short": ("is_short", "any"),
    }  # fmt: skip
    if told.empty:  # an aggregate of nothing loses its types
        return told.assign(missing="")[[*dict.fromkeys([*keys, *aggregate])]]
    return told.groupby(keys, dropna=False, sort=True).agg(**aggregate).reset_index()


def _joined(codes: pd.Series) -> str:
    return ";".join(sorted({code for told in codes for code in told.split(";") if code}))


def _lacking(rows: pd.DataFrame) -> pd.Series:
    """Return what the incomplete rows miss: as they say it, else an amount, or months of it."""
    is_partial = rows["emissions_t"].notna()
    default = pd.Series("amount", index=rows.index, dtype="str").mask(is_partial, "months")
    return rows["missing"].mask(rows["missing"] == "", default).where(is_incomplete(rows), "")


def _items(rows: pd.DataFrame) -> pd.DataFrame:
    """Return ``statutory_name`` and ``water_class`` of the law's item of each row."""
    table = vocabulary("pollution_equivalents")
    law = table[table["is_statutory"] == "yes"]
    names = {
        (row["species"], row["medium"], row["source_class"]):
            (row["statutory_name"], row["water_class"])
        for row in law.to_dict("records")
    }  # fmt: skip
    found = [names.get((s, m, "")) or names.get((s, m, d), ("", "")) for s, m, d in _keys(rows)]
    return pd.DataFrame(
        found, index=rows.index, columns=["statutory_name", "water_class"], dtype="str"
    )


@cache
def _kind_of_pollutants() -> frozenset[str]:
    species = vocabulary("species")
    return frozenset(species.loc[species["kind"] == "pollutant", "species"])


def _statutory() -> dict[tuple[str, str, str], float]:
    """Return the statutory values; those per tonne of wastewater are no species' and not in."""
    table = vocabulary("pollution_equivalents")
    law = table[(table["is_statutory"] == "yes") & (table["kg_per_equivalent"] != "")]
    return {
        (row["species"], row["medium"], row["source_class"]): float(row["kg_per_equivalent"])
        for row in law.to_dict("records")
    }


def _checked(user_values: Mapping[str, float]) -> dict[tuple[str, str, str], float]:
    """Return the user's values by species and its medium, or refuse them."""
    media = vocabulary("species").set_index("species")["medium"]
    law = {(species, medium) for species, medium, _ in _statutory()}
    checked = {}
    for name, value in user_values.items():
        if name not in _kind_of_pollutants():
            raise unknown("species", name, _kind_of_pollutants(), where="user_values")
        if (name, media[name]) in law:
            raise ParkError("equivalent_is_statutory", where="user_values", given=name)
        if not (math.isfinite(value) and value > 0):
            raise ParkError("equivalent_not_positive", where="user_values", species=name,
                            given=value)  # fmt: skip
        checked[name, str(media[name]), ""] = float(value)
    return checked


def _conventional(rows: pd.DataFrame, given: Values) -> pd.DataFrame:
    """Return the reading by law and user together, in the media where the user gives a value."""
    if not given:  # the common case, spared a second look at every row
        return pd.DataFrame(
            {**dict.fromkeys(READING, float("nan")), "none": "no_user_value"}, index=rows.index
        )
    read = _reading(rows, {**_statutory(), **given})
    # Without a value of the user it would be the statutory sum under another name.
    has_reading = rows["medium"].isin({medium for _, medium, _ in given})
    return read.assign(
        kg_per_equivalent=read["kg_per_equivalent"].where(has_reading),
        counted_t=read["counted_t"].where(has_reading),
        equivalents=read["equivalents"].where(has_reading),
        none=read["none"].where(has_reading, "no_user_value"),
    )


def _reading(rows: pd.DataFrame, values: Values) -> pd.DataFrame:
    """Return value, tonnes that count, equivalents, and why a row has none, under some values."""
    kg = pd.Series(
        [values.get((s, m, "")) or values.get((s, m, d)) for s, m, d in _keys(rows)],
        index=rows.index, dtype="float64",
    )  # fmt: skip
    none = pd.Series("", index=rows.index, dtype="str")
    none = none.mask(rows["emissions_t"].isna(), "no_number")
    none = none.mask(_is_spare_demand(rows), "other_oxygen_demand")
    none = none.mask(kg.isna(), "no_statutory_value")
    none = none.mask(_is_counted_in_whole(rows, values), "part_of_other")
    counted = rows["emissions_t"].where(none == "")
    return pd.DataFrame(
        {"kg_per_equivalent": kg, "counted_t": counted, "equivalents": counted * KG_PER_T / kg,
         "none": none}
    )[READING]  # fmt: skip


def _keys(rows: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Return species, medium, and whether its dust would be of a process or of combustion."""
    dust = rows["source_class"].map(lambda name: "process" if name == "process" else "energy")
    return list(zip(rows["species"], rows["medium"], dust, strict=True))


def _is_counted_in_whole(rows: pd.DataFrame, values: Values) -> pd.Series:
    """Tell the rows that a species with a value of its own, at the same place, already holds."""
    has_value = {(species, medium) for species, medium, _ in values}
    return standing_for(
        rows, lambda species, medium: [up for up in ancestors(species) if (up, medium) in has_value]
    ) != ""  # fmt: skip


def _is_spare_demand(rows: pd.DataFrame) -> pd.Series:
    """Tell the oxygen demands beside a better one at the same place."""
    better = {name: OXYGEN_DEMAND[:rank] for rank, name in enumerate(OXYGEN_DEMAND)}
    return standing_for(rows, lambda species, _: better.get(species, ()), _stands_for_demand) != ""


def _stands_for_demand(spare_t: float, better_t: float) -> bool:
    """Tell whether a better demand stands for another: one of 0 beside a larger one does not."""
    return better_t != 0 or spare_t <= 0
