"""Jumps: what changed from one year to the next by more than a plant usually changes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from parkkit.core.errors import ParkError
from parkkit.inventory.compilation import Inventory, is_memo
from parkkit.inventory.completeness import spelled_list
from parkkit.park.package import Park

FACTOR = 1.5
UNIT_TOLERANCE = 0.05
ACTIVITY_SERIES = ["enterprise_id", "process", "item", "use", "counterpart_id", "unit"]
EMISSION_SERIES = ["enterprise_id", "process", "species", "medium", "use"]
# What a number grows by when its unit is taken for another that reports use.
UNIT_RATIOS: Mapping[str, float] = {"GJ/MWh": 3.6, "GJ/tce": 29.3076, "kJ/kcal": 4.1868}
COLUMNS = ("what", "enterprise_id", "process", "item", "use", "counterpart_id", "species",
           "medium", "year", "previous", "current", "unit", "ratio", "kind", "looks_like_unit",
           "unit_ratio", "reasons", "file", "rows_previous", "rows_current", "cure")  # fmt: skip


def jumps(
    inventory: Inventory,
    *,
    park: Park | None = None,
    factor: float = FACTOR,
    unit_tolerance: float = UNIT_TOLERANCE,
) -> pd.DataFrame:
    """Return the activities and the emissions that stand out from the year before.

    Parameters
    ----------
    park : Park, optional
        Its control devices: one that begins or ends in a year is a possible reason.
    factor : float
        What grows to this multiple of the year before, or falls to its inverse (1.5); above 1.
    unit_tolerance : float
        How near a ratio must be to that of two units to look like one taken for the other (0.05).

    Returns
    -------
    DataFrame
        ``what`` (``activity`` or ``emissions``), the source, ``year``, ``previous``, ``current``
        (in ``unit``), ``ratio``; ``kind``: ``rise``, ``fall``, ``begun`` and ``ended`` (a source
        of a plant that is there in both years), ``opened`` and ``closed`` (the plant itself);
        ``looks_like_unit`` and ``unit_ratio`` (a power of ten such as ``1000`` or ``0.001``, or
        the units); ``reasons`` (``technology``, ``device``, ``list``, ``months``,
        ``first_year``: the plant opened the year before, ``activity``: that of the process stands
        out too), ``file`` with the rows of both years, and ``cure``, a code (label
        ``jump.cure.CODE``).

        Members only. A year without a number is no jump but a gap; two years that are not next to
        each other are not compared.

    Raises
    ------
    ParkError
        If the factor is not above 1, or the tolerance below 0.

    Examples
    --------
    >>> unit_ratio(1020.0), unit_ratio(0.0099), unit_ratio(3.6), unit_ratio(2.0)
    ('1000', '0.01', 'GJ/MWh', '')
    """
    if not factor > 1:  # NaN is above nothing
        raise ParkError("number_not_above", where="jumps", name="factor", given=factor, low=1)
    if not unit_tolerance >= 0:
        raise ParkError("number_below", where="jumps", name="unit_tolerance",
                        given=unit_tolerance, low=0)  # fmt: skip
    changes = pd.concat(
        [_activity_changes(inventory), _emission_changes(inventory)], ignore_index=True
    )
    changes = changes.assign(kind=_kind(changes, inventory, factor))
    found = changes[changes["kind"] != ""]
    named = found["ratio"].map(lambda ratio: unit_ratio(ratio, tolerance=unit_tolerance))
    named = named.astype("str").where(found["kind"].isin(["rise", "fall"]), "")
    reasons = _reasons(found, inventory, park)
    found = found.assign(
        unit_ratio=named, looks_like_unit=named != "", reasons=reasons,
        cure=_cure(found["kind"], named, reasons),
    )  # fmt: skip
    order = ["what", "enterprise_id", "process", "item", "use", "counterpart_id", "species",
             "medium", "year"]  # fmt: skip
    return found[list(COLUMNS)].sort_values(order, ignore_index=True)


def unit_ratio(ratio: float, *, tolerance: float = UNIT_TOLERANCE) -> str:
    """Return the power of ten, or the two units, that a ratio comes near; blank where none."""
    if not (np.isfinite(ratio) and ratio > 0):
        return ""
    power = round(float(np.log10(ratio)))
    if power and abs(ratio / 10.0**power - 1) <= tolerance:
        return f"{10.0**power:.12g}"
    for units, value in UNIT_RATIOS.items():
        above, below = units.split("/")
        for name, wanted in ((units, value), (f"{below}/{above}", 1 / value)):
            if abs(ratio / wanted - 1) <= tolerance:
                return name
    return ""


def _members(rows: pd.DataFrame, inventory: Inventory) -> pd.DataFrame:
    pair = ["enterprise_id", "year"]
    inside = inventory.members.loc[inventory.members["is_member"].astype(bool), pair]
    return rows[pd.MultiIndex.from_frame(rows[pair]).isin(pd.MultiIndex.from_frame(inside))]


def _activity_changes(inventory: Inventory) -> pd.DataFrame:
    rows = _members(inventory.activity, inventory)
    rows = rows.assign(value=rows["amount"], lists="", control="", activity_rows=rows["row"])
    table = _changes(rows, ACTIVITY_SERIES)
    return table.assign(what="activity", species="", medium="", file="activity.csv")


def _emission_changes(inventory: Inventory) -> pd.DataFrame:
    """Return the changes of what is kept of each source's own releases, stacks together."""
    rows = inventory.emissions
    rows = rows[~is_memo(rows) & ~rows["use"].isin(["sold", "self_generated"])]
    ids = pd.concat(
        [inventory.activity.set_index("activity_id")["row"],
         inventory.releases.set_index("release_id")["row"]]
    )  # fmt: skip
    key = rows["activity_id"].where(rows["activity_id"] != "", rows["release_id"])
    # A list tells no use: what it says of a release of the plant's own goes on from what was
    # calculated.
    use = rows["use"].where(rows["use"].isin(["purchased", "wastewater_sent", "waste_sent"]), "")
    rows = rows.assign(
        value=rows["emissions_t"], lists=rows["list"], use=use,
        row=key.map(ids[~ids.index.duplicated()]), technology=_technology(rows, inventory),
    )  # fmt: skip
    table = _changes(rows, EMISSION_SERIES)
    is_listed = table["lists_current"] != "calculated"
    file = is_listed.map({True: "releases.csv", False: "activity.csv"})
    return table.assign(what="emissions", item="", counterpart_id="", unit="t", file=file)


def _technology(rows: pd.DataFrame, inventory: Inventory) -> pd.Series:
    """Return the technology that the activity of a process tells, whichever list was taken."""
    place = ["enterprise_id", "process", "year"]
    known = inventory.activity.groupby(place)["technology"].agg(_texts)
    found = known.reindex(pd.MultiIndex.from_frame(rows[place])).fillna("")
    return pd.Series(found.to_numpy(), index=rows.index, dtype="str")


def _changes(rows: pd.DataFrame, series: list[str]) -> pd.DataFrame:
    """Return each year of each series beside the year before, where either has a number."""
    groups = rows.groupby([*series, "year"])
    sums = groups.agg(
        value=("value", lambda values: values.sum(min_count=1)),
        coverage=("coverage_share", "min"), rows=("row", _rows), lists=("lists", _texts),
        technology=("technology", _texts), control=("control", _texts),
    ).reset_index()  # fmt: skip
    years = {int(year) for year in sums["year"]}
    before = sums.assign(year=sums["year"] + 1)
    before = before[before["year"].isin(years)]
    both = before.merge(sums, on=[*series, "year"], how="outer", suffixes=("_previous", "_current"))
    both = both[(both["year"] - 1).isin(years)]
    texts = [f"{name}_{side}" for name in ("rows", "lists", "technology", "control")
             for side in ("previous", "current")]  # fmt: skip
    return both.assign(
        **{name: both[name].fillna("") for name in texts},
        previous=both["value_previous"], current=both["value_current"],
        has_previous=both["coverage_previous"].notna(),
        has_current=both["coverage_current"].notna(),
        ratio=both["value_current"] / both["value_previous"].where(both["value_previous"] != 0),
    )  # fmt: skip


def _rows(numbers: pd.Series) -> str:
    return spelled_list(int(number) for number in numbers.dropna())


def _texts(texts: pd.Series) -> str:
    return ";".join(sorted({*texts} - {""}))


def _kind(table: pd.DataFrame, inventory: Inventory, factor: float) -> pd.Series:
    """Return what kind of change each is, blank for one that does not stand out."""
    was, now = table["previous"].fillna(0.0), table["current"].fillna(0.0)
    untold = (table["has_previous"] & table["previous"].isna()) | (
        table["has_current"] & table["current"].isna()
    )
    basis = inventory.members.set_index(["enterprise_id", "year"])["basis"]
    before = pd.MultiIndex.from_arrays([table["enterprise_id"], table["year"] - 1])
    after = pd.MultiIndex.from_frame(table[["enterprise_id", "year"]])
    new = basis.reindex(before).isin(["not_yet_open"]).to_numpy()
    shut = basis.reindex(after).isin(["closed"]).to_numpy()
    begun, ended = (was == 0) & (now != 0), (was != 0) & (now == 0)
    rise = table["ratio"] >= factor
    # A balance may change its sign: that stands out whatever its size.
    fall = (table["ratio"] <= 1 / factor) & ~ended
    words = np.select(
        [untold, begun & new, ended & shut, begun, ended, rise, fall],
        ["", "opened", "closed", "begun", "ended", "rise", "fall"],
        default="",
    )
    return pd.Series(words, index=table.index, dtype="str")


def _reasons(table: pd.DataFrame, inventory: Inventory, park: Park | None) -> pd.Series:
    """Return what else changed in the year, which may explain the jump."""
    both = table["has_previous"] & table["has_current"]
    changed = {
        "technology": both & (table["technology_previous"] != table["technology_current"]),
        "device": (both & (table["control_previous"] != table["control_current"])
                   & (table["lists_previous"] == table["lists_current"]))
        | _has_new_device(table, park),
        "list": both & (table["lists_previous"] != table["lists_current"]),
        "months": both & (table["coverage_previous"] != table["coverage_current"]),
        "first_year": both & _had_opened(table, inventory),
        "activity": _follows(table),
    }  # fmt: skip
    told = pd.Series("", index=table.index, dtype="str")
    for name, mask in changed.items():
        told = told.where(~mask, told + ";" + name)
    return told.str.strip(";")


def _had_opened(table: pd.DataFrame, inventory: Inventory) -> pd.Series:
    """Tell the plants of which the year before was the first: it need not be a whole one."""
    basis = inventory.members.set_index(["enterprise_id", "year"])["basis"]
    then = pd.MultiIndex.from_arrays([table["enterprise_id"], table["year"] - 2])
    return pd.Series(basis.reindex(then).eq("not_yet_open").to_numpy(), index=table.index)


def _follows(table: pd.DataFrame) -> pd.Series:
    """Tell the emissions of processes whose activity stands out in the same year."""
    place = ["enterprise_id", "process", "year"]
    of_activity = table["what"] == "activity"
    moved = pd.MultiIndex.from_frame(table.loc[of_activity, place])
    return ~of_activity & pd.MultiIndex.from_frame(table[place]).isin(moved)


def _has_new_device(table: pd.DataFrame, park: Park | None) -> pd.Series:
    """Tell the emissions of which a control device begins in the year, or ended before it."""
    none = pd.Series(False, index=table.index)
    if park is None or not len(park.abatement):
        return none
    devices = park.abatement
    begun = devices.assign(year=devices["valid_from"])
    ended = devices.assign(year=devices["valid_to"] + 1)
    key = ["enterprise_id", "species", "year"]
    moved = pd.concat([begun, ended], ignore_index=True).dropna(subset="year")
    moved = moved.astype({"year": "int64"})
    of_process = pd.MultiIndex.from_frame(table[[*key, "process"]]).isin(
        pd.MultiIndex.from_frame(moved[[*key, "process"]])
    )
    of_plant = pd.MultiIndex.from_frame(table[key]).isin(pd.MultiIndex.from_frame(moved[key]))
    return none | of_process | (of_plant & (table["process"] == "").to_numpy())


def _cure(kind: pd.Series, named: pd.Series, reasons: pd.Series) -> pd.Series:
    words = np.select(
        [named != "", reasons.str.contains("activity"), kind.isin(["opened", "closed"]),
         kind.isin(["begun", "ended"]), reasons.str.contains("months"),
         reasons.str.contains("list"), reasons != ""],
        ["unit", "activity", "none", "source", "months", "list", "confirm"],
        default="check",
    )  # fmt: skip
    return pd.Series(words, index=kind.index, dtype="str")
