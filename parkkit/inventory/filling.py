"""Fill: the months nobody told, at the mean of those that were, and what that added."""

from __future__ import annotations

import numpy as np
import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.ledger import entries, joined

MONTHS = 12
FILLED = "filled_months"
SERIES = ["source_id", "enterprise_id", "process", "item", "use", "counterpart_id", "list",
          "species", "medium", "is_biogenic", "scope", "year"]  # fmt: skip
AMOUNTS = ["emissions_t", "generated_t", "sent_t"]
# Such a month is told: its release stands elsewhere, or there is none to tell.
EXCUSED = ("IE", "NA")
UNTOLD = ("NE", "C")
CALCULATED = "calculated"
CLAIM = "certificate"


def fill_months(rows: pd.DataFrame, convention: Convention) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add to each source whose months are not all there what the missing ones would make.

    One row a source, list and species: the mean of the months told times the number of months
    missing. A month in which nothing occurs (NO) is told, as nothing; one included elsewhere (IE)
    or not applicable (NA) is not filled; with no month in numbers there is nothing to fill from.
    The row is ``computed``, has no month and is marked ``filled_months`` in ``missing``; the
    months beside it are no longer partial, and one not estimated (NE) or confidential (C) is now
    included elsewhere (IE): in that row. ``coverage_share`` still tells how many were there.

    Parameters
    ----------
    rows : DataFrame
        Rows of ``emissions`` after ``reconcile``.
    convention : Convention
        ``fill="none"`` changes nothing.

    Returns
    -------
    filled, ledger : DataFrame
        The ledger takes what was added with the other sign (reason ``filled_months``).

    Examples
    --------
    Nine months of 2 t and one that did not occur have a mean of 1.8 t; the row added for the two
    that are missing holds 3.6 t.
    """
    # A claim is worth what it says, whatever the months of the power it is for.
    is_claim = rows["factor_set"] == CLAIM
    part = rows[rows["month"].notna() & (rows["coverage_share"] < 1) & ~is_claim]
    if convention.fill == "none" or not len(part):
        return rows, joined([])
    added = _added(part)
    if not len(added):
        return rows, joined([])
    is_filled = _cells(rows).isin(_cells(added)) & rows["month"].notna()
    is_untold = is_filled & rows["status"].isin(UNTOLD)
    is_partial = is_filled & (rows["status"] == "partial")
    whole = pd.Series(np.where(rows["list"] == CALCULATED, "computed", "reported"), rows.index)
    told = rows.assign(
        status=rows["status"].mask(is_partial, whole.astype("str")).mask(is_untold, "IE"),
        missing=rows["missing"].mask(is_untold, FILLED),
    )
    together = pd.concat([told, added.astype(rows.dtypes)], ignore_index=True)
    return together, entries(added, stage="calculate", reason=FILLED, sign=-1)


def _added(part: pd.DataFrame) -> pd.DataFrame:
    """Return the row that each series of months lacks."""
    ordered = part.sort_values([*SERIES, "month", "activity_id", "release_id"], kind="stable")
    series = ordered.groupby(SERIES, dropna=False)
    told = (ordered["coverage_share"] * MONTHS).round()
    is_excused = ordered["status"].isin(EXCUSED)
    excused = ordered["month"].where(is_excused).groupby(
        [ordered[name] for name in SERIES], dropna=False
    ).transform("nunique").astype("float64")  # fmt: skip
    times = (MONTHS - told - excused) / told.where(told > 0)
    sums = {name: series[name].transform("sum", min_count=1) * times for name in AMOUNTS}
    rows = ordered.assign(
        **sums,
        month=pd.Series(pd.NA, index=ordered.index, dtype=ordered["month"].dtype),
        activity_rank=series["activity_rank"].transform("max"),
        activity_id="",
        release_id="",
        status="computed",
        missing=FILLED,
    )
    return rows[(times > 0) & rows["emissions_t"].notna()].drop_duplicates(SERIES)


def _cells(rows: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(rows[SERIES].astype({"scope": "float64"}).fillna({"scope": 0}))
