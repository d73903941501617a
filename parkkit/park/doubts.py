"""Doubts: rows of releases that nobody should count before somebody has looked at them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from parkkit.core.errors import Problem

REASONS = ("negative_amount", "implausible_amount", "plants_in_doubt", "id_in_doubt",
           "duplicate_by_content", "unit_in_doubt")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One thing that puts rows of releases.csv in doubt: the rows, the reason, and how it is told.

    ``rows`` are counted as a spreadsheet does; ``reason`` is one of ``REASONS``.
    """

    rows: tuple[int, ...]
    reason: str
    problem: Problem


def unsettled(releases: pd.DataFrame) -> pd.DataFrame:
    """Return the releases that nobody let stand: those without ``confirmed_by``.

    Examples
    --------
    >>> unsettled(pd.DataFrame({"confirmed_by": ["", "Lab, seen the bill"]})).index.tolist()
    [0]
    """
    return releases[releases["confirmed_by"] == ""]


def without(releases: pd.DataFrame, doubts: Iterable[Doubt]) -> pd.DataFrame:
    """Return the releases that no doubt is about."""
    return releases.drop(index=[row for doubt in doubts for row in doubt.rows])
