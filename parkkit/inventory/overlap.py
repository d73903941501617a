"""Overlap: species that are parts of others, so that no sum across species counts them twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache

import numpy as np
import pandas as pd

from parkkit.core.ledger import entries
from parkkit.park.control_checks import parts_of_wholes

PLANT_CELL = ["enterprise_id", "year", "medium"]
PLACES = ["process", "source_id"]
TOLERANCE = 1e-9
# A species in a place: the cell of its plant, its process and its outlet, blank where of all.
Place = tuple[object, ...]
Key = tuple[str, Place]
Sums = dict[Key, float]
Wide = dict[Key, bool]
Others = Callable[[str, str], Sequence[str]]
Rule = Callable[[float, float], bool]


@cache
def ancestors(species: str) -> tuple[str, ...]:
    """Return the species that a species is a part of, the nearest first.

    Examples
    --------
    >>> ancestors("pm2_5")
    ('pm10', 'pm')
    """
    pairs = parts_of_wholes()
    return tuple(pairs.loc[pairs["part"] == species, "whole"])


def holds(part_t: float, whole_t: float) -> bool:
    """Tell whether a whole holds a part at its place: a part is no more than its whole.

    Examples
    --------
    A whole of 0 holds nothing:

    >>> holds(2.0, 3.0), holds(3.0, 2.0), holds(2.0, 0.0)
    (True, False, False)
    """
    return part_t <= whole_t * (1 + TOLERANCE)


def standing_for(rows: pd.DataFrame, others: Others, rule: Rule = holds) -> pd.Series:
    """Return the species that stands for each row at its place, blank where none does.

    A place is an outlet; where one of two species is told for a process, or for the plant, as a
    whole only, that process or plant is one place. What has no number stands for nothing.

    Parameters
    ----------
    rows : DataFrame
        ``enterprise_id``, ``year``, ``medium``, ``species``, ``emissions_t``; ``process`` and
        ``source_id`` (without them every row is of its whole plant).
    others : callable
        The species that may stand for a species in a medium, the first one first.
    rule : callable
        Whether so many tonnes of a species (0 where nobody tells) are in so many of the other.
    """
    kinds = rows[["species", "medium"]].drop_duplicates().itertuples(index=False, name=None)
    present = set(rows["species"])
    pairs = {
        (species, medium): [each for each in others(species, medium) if each in present]
        for species, medium in kinds
    }
    named = {name for (species, _), found in pairs.items() if found for name in (species, *found)}
    is_near = rows["species"].isin(named).to_numpy()
    if not is_near.any():  # the common case of a few rows
        return pd.Series("", index=rows.index, dtype="str")
    keys, amounts = _placed(rows[is_near])
    sums, wide = _sums(keys, amounts)
    told = {
        (species, place): next(
            (up for up in pairs[species, str(place[2])]
             if _stands((species, up), place, sums, wide, rule)), "",
        )
        for species, place in dict.fromkeys(keys)
    }  # fmt: skip
    found = np.full(len(rows), "", dtype=object)
    found[is_near] = [told[key] for key in keys]
    return pd.Series(found, index=rows.index, dtype="str")


def _placed(rows: pd.DataFrame) -> tuple[list[Key], Iterable[float]]:
    """Return the species and place of each row, and its tonnes."""
    blank = pd.Series("", index=rows.index, dtype="str")
    process, source = (rows.get(name, blank) for name in PLACES)
    is_wide = (source == rows["enterprise_id"] + "/" + process) | (process == "")
    cells = [rows[name] for name in PLANT_CELL]
    places = zip(*cells, process, source.mask(is_wide, ""), strict=True)
    return list(zip(rows["species"], places, strict=True)), rows["emissions_t"]


def _sums(keys: Sequence[Key], amounts: Iterable[float]) -> tuple[Sums, Wide]:
    """Return the tonnes of each species in each plant, process and outlet.

    And where it is told for the whole of a plant or process: with a number, or only without.
    """
    sums: Sums = {}
    wide: Wide = {}
    for (species, place), amount in zip(keys, amounts, strict=True):
        is_known = not np.isnan(amount)
        for depth in range(len(PLANT_CELL), len(place) + 1):
            key = (species, place[:depth])
            if is_known:
                sums[key] = sums.get(key, 0.0) + amount
            if place[depth : depth + 1] == ("",):
                wide[key] = is_known or wide.get(key, False)
    return sums, wide


def _stands(pair: tuple[str, str], place: Place, sums: Sums, wide: Wide, rule: Rule) -> bool:
    """Tell whether, at the place where both are told, the second species stands for the first."""
    species, other = pair
    depths = range(len(PLANT_CELL), len(place))
    at = next((place[:depth] for depth in depths if (species, place[:depth]) in wide
               or wide.get((other, place[:depth]), False)), place)  # fmt: skip
    other_t = sums.get((other, at))
    return other_t is not None and rule(sums.get((species, at), 0.0), other_t)


def mark_parts(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Mark the rows whose species is part of another one told at the same place.

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
    PM2.5 beside PM at one outlet is a part of it; alone at another it is not.
    """
    marked = rows.assign(part_of=standing_for(rows, lambda species, _: ancestors(species)))
    parts = marked[marked["part_of"] != ""]
    return marked, entries(parts, stage="overlap", reason="part_of_other_species", is_memo=True)
