"""Held releases: which rows of the lists count, and which wait until somebody has looked."""

from __future__ import annotations

import pandas as pd

from parkkit.park.doubtful_releases import doubts
from parkkit.park.package import Park
from parkkit.park.release_amounts import aligned_species

# A row that stands twice leaves no gap when it is held: the other tells its amount.
COPY = "duplicate_by_content"
TABLES = ("releases", "listings", "enterprises", "same_as")


def told_releases(park: Park) -> pd.DataFrame:
    """Return the releases of a park in the species that the vocabulary counts, with their doubts.

    Returns
    -------
    DataFrame
        The ``releases`` table as `aligned_species` returns it, and ``doubt``: why a row is held
        out of every total (a reason of `parkkit.park.doubtful_releases.doubts`), blank for a row
        that counts.
    """
    found = doubts({name: getattr(park, name) for name in TABLES}).set_index("row")["reason"]
    rows = aligned_species(park.releases)
    return rows.assign(doubt=found.reindex(rows.index).fillna("").astype("str"))


def without_doubted(rows: pd.DataFrame) -> pd.DataFrame:
    """Return told releases with no amount in the rows that are held, and without copies.

    A held row stays as one without a number, so that nobody takes what is left for the whole.

    Examples
    --------
    >>> rows = pd.DataFrame({"amount": [1.0, 2.0, 2.0], "doubt": ["negative_amount", "", COPY]})
    >>> without_doubted(rows)["amount"].tolist()
    [nan, 2.0]
    """
    rows = rows[rows["doubt"] != COPY]
    return rows.assign(amount=rows["amount"].where(rows["doubt"] == ""))
