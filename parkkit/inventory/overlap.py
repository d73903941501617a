"""Overlap: species that are parts of others, so that no sum across species counts them twice."""

from __future__ import annotations

import pandas as pd

from parkkit.core.ledger import entries
from parkkit.park.control_checks import parts_of_wholes

PLANT_CELL = ["enterprise_id", "year", "medium"]


def ancestors(species: str) -> tuple[str, ...]:
    """Return the species that a species is a part of, the nearest first.

    Examples
    --------
    >>> ancestors("pm2_5")
    ('pm10', 'pm')
    """
    pairs = parts_of_wholes()
    return tuple(pairs.loc[pairs["part"] == species, "whole"])


def mark_parts(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Mark the rows whose species is part of another one that the same plant reports.

    A part stays in its own species' total; it is left out only of sums across species. So the
    ledger tells it as a memo.

    Returns
    -------
    marked : DataFrame
        The rows with ``part_of`` filled in.
    ledger : DataFrame
        A memo entry per marked row.

    Examples
    --------
    PM2.5 beside PM at one plant is a part of it; alone at another it is not.
    """
    chains = {name: ancestors(name) for name in rows["species"].unique()}
    # A whole without a number holds nothing, so its parts stay what they are.
    told = rows.loc[rows["emissions_t"].notna(), [*PLANT_CELL, "species"]]
    there = set(told.itertuples(index=False, name=None))
    cells = rows[[*PLANT_CELL, "species"]].itertuples(index=False, name=None)
    parents = [
        next((up for up in chains[species] if (plant, year, medium, up) in there), "")
        for plant, year, medium, species in cells
    ]
    marked = rows.assign(part_of=pd.Series(parents, index=rows.index, dtype="str"))
    parts = marked[marked["part_of"] != ""]
    return marked, entries(parts, stage="overlap", reason="part_of_other_species", is_memo=True)
