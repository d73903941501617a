"""Leading sources: the fewest that together make up a share of their year's total."""

from __future__ import annotations

import pandas as pd

# A source must not lead only because a sum of shares ends in binary dust.
DUST = 1e-9


def leading(fused: pd.DataFrame, column: str, share: float) -> pd.Series:
    """Tell the fewest sources of each year that together make up a share of its total.

    Parameters
    ----------
    fused : DataFrame
        ``unit_id``, ``year`` and ``column``: the source's share of the year (0 to 1; missing:
        not told).
    share : float
        What they make up together, 0 to 1.

    Returns
    -------
    Series of bool
        By the index of ``fused``. Of sources with equal shares the first by name leads.

    Examples
    --------
    >>> sources = pd.DataFrame({"unit_id": list("abc"), "year": 2023, "share": [0.2, 0.7, 0.1]})
    >>> leading(sources, "share", 0.8).tolist()
    [True, True, False]
    """
    ordered = fused.sort_values(["year", column, "unit_id"], ascending=[True, False, True])
    before = ordered.groupby("year")[column].cumsum() - ordered[column]
    leads = (before < share - DUST) & (ordered[column] > 0)
    return leads.reindex(fused.index)
