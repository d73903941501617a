"""Common directions (同向): whether carbon and a pollutant of a source fell or rose together."""

from __future__ import annotations

import pandas as pd

LEAST_YEARS = 5
AGREEING_SHARE = 0.75
# A change must not be one of binary dust.
STILL = 1e-9
FEW_YEARS, SHORT_YEARS, NO_PAIRS = "fewer_than_five_years", "incomplete_years", "no_year_pairs"
DIRECTION = ["same_direction", "pair_count", "agreeing_count", "direction_reason"]


def common_directions(amounts: pd.DataFrame) -> pd.DataFrame:
    """Return whether carbon and pollutant of each source fell or rose together.

    Both fell or both rose in at least three quarters of the pairs of consecutive years in which
    both are told; a pair in which one stands still does not agree. Fewer than five such years
    cannot be judged.

    Parameters
    ----------
    amounts : DataFrame
        A row per ``unit_id`` and ``year``: ``carbon``, ``pollution`` (in whatever unit; missing
        where not told) and ``is_short`` (a number or a month is missing: no year to compare).

    Returns
    -------
    DataFrame
        By ``unit_id``: ``same_direction`` (``yes``, ``no``, ``unknown``), ``pair_count``,
        ``agreeing_count`` and ``direction_reason``, the code why it is unknown.

    References
    ----------
    The guide for co-control asks for processes of 同向 coupling; five years and three quarters
    are our reading of it.

    Examples
    --------
    Down, down, up and down on both sides:

    >>> years = pd.DataFrame({"unit_id": "A", "year": range(2019, 2024), "is_short": False,
    ...     "carbon": [9, 8, 7, 8, 7], "pollution": [5, 4, 3, 4, 2]})
    >>> common_directions(years).to_dict("records")[0]["same_direction"]
    'yes'
    """
    both = amounts[amounts["carbon"].notna() & amounts["pollution"].notna()]
    told = both[~both["is_short"]].sort_values(["unit_id", "year"])
    by_unit = told.groupby("unit_id", sort=False)
    is_pair = by_unit["year"].diff() == 1
    agrees = is_pair & (
        _signs(told, "carbon") * _signs(told, "pollution") > 0
    )  # a sign of 0 agrees with none
    units = pd.Index(sorted(amounts["unit_id"].unique()), name="unit_id")
    key = told["unit_id"]
    counts = pd.DataFrame({
        "years": by_unit.size(), "pair_count": is_pair.groupby(key).sum(),
        "agreeing_count": agrees.groupby(key).sum(),
        "all_years": both.groupby("unit_id").size(),
    }).reindex(units).fillna(0).astype("int64")  # fmt: skip
    is_few = counts["years"] < LEAST_YEARS
    reason = pd.Series("", index=units, dtype="str")
    reason = reason.mask(counts["pair_count"] == 0, NO_PAIRS).mask(is_few, FEW_YEARS)
    reason = reason.mask(is_few & (counts["all_years"] >= LEAST_YEARS), SHORT_YEARS)
    together = counts["agreeing_count"] >= AGREEING_SHARE * counts["pair_count"]
    direction = together.map({True: "yes", False: "no"}).mask(reason != "", "unknown")
    return counts.assign(same_direction=direction, direction_reason=reason)[DIRECTION]


def _signs(told: pd.DataFrame, column: str) -> pd.Series:
    """Return 1 where a column rose since the year before, -1 where it fell, 0 where it stood."""
    last = told.groupby("unit_id", sort=False)[column].shift()
    change = told[column] - last
    size = pd.concat([told[column].abs(), last.abs()], axis=1).max(axis=1)
    moved = change.abs() > STILL * size
    return (change > 0).astype("int64").where(moved, 0) - (change < 0).astype("int64").where(
        moved, 0
    )
