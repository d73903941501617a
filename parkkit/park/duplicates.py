"""Duplicates: releases that one list tells twice, word for word but for their ids."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from parkkit.park.doubts import Doubt
from parkkit.park.faults import at

CONTENT = ["enterprise_id", "list", "process", "stack_id", "species", "medium", "year", "month",
           "amount_kind", "destination", "counterpart_id", "amount", "unit"]  # fmt: skip


def duplicates(releases: pd.DataFrame) -> Iterator[Doubt]:
    """Return the releases whose content stands in a row before them, by their ids.

    The row with the first id counts, in whatever order they stand. Amounts of 0 change nothing,
    and those that are not told are no duplicates.

    Parameters
    ----------
    releases : DataFrame
        The ``releases`` table.

    Examples
    --------
    >>> row = dict.fromkeys(CONTENT, "") | {"amount": 2.0, "confirmed_by": ""}
    >>> rows = pd.DataFrame([{**row, "release_id": "r2"}, {**row, "release_id": "r1"}])
    >>> [(doubt.rows, doubt.problem.values["first"]) for doubt in duplicates(rows)]
    [((0,), 1)]
    """
    told = releases[releases["amount"].notna() & (releases["amount"] != 0)]
    told = told[told.duplicated(CONTENT, keep=False)].sort_values("release_id", kind="stable")
    if told.empty:
        return
    groups = told.groupby(CONTENT, dropna=False, sort=False)
    first = told.index.to_series().groupby(groups.ngroup()).transform("first")
    for row in sorted(told.index[(told.index != first) & (told["confirmed_by"] == "")]):
        told_row = told.loc[row]
        yield Doubt(rows=(int(row),), reason="duplicate_by_content", problem=at(
            "releases", row, "release_id", "duplicate_release", is_warning=True,
            given=told_row["release_id"], first=int(first[row]), list=told_row["list"],
            other=releases["release_id"][first[row]],
        ))  # fmt: skip
