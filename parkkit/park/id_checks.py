"""Id checks: ids and credit codes that a spreadsheet spoilt."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from parkkit.core.errors import Problem
from parkkit.park.evidence import LONG_ID
from parkkit.park.faults import at
from parkkit.park.listed_plants import level_id, number_of_id

# 1.10067E+11: what a spreadsheet shows of a long number, and saves.
_CUT = r"\d(?:\.\d+)?[Ee]\+?\d+"


def id_problems(listings: pd.DataFrame) -> Iterator[Problem]:
    """Warn of ids and credit codes that a spreadsheet made numbers of, by row of listings.csv.

    Parameters
    ----------
    listings : DataFrame
        As ``Park.listings``.

    Examples
    --------
    >>> rows = pd.DataFrame({"list": ["a", "b"], "facility_id": ["0012345", "12345"],
    ...     "credit_code": ["", "9.133E+17"]}, index=[2, 3])
    >>> [(problem.code, problem.row) for problem in id_problems(rows)]
    [('id_cut', 3), ('id_lost_zeros', 3)]
    """
    for name in ("facility_id", "credit_code"):
        for row in listings.index[listings[name].str.fullmatch(_CUT)]:
            yield at("listings", row, name, "id_cut", is_warning=True, given=listings[name][row],
                     list=listings["list"][row])  # fmt: skip
    ids = listings[["list", "facility_id"]].drop_duplicates()
    ids = ids.assign(number=ids["facility_id"].map(number_of_id),
                     level=ids["facility_id"].map(level_id))  # fmt: skip
    ids = ids[ids["number"].str.len() >= LONG_ID]
    for _, rows in ids[ids["number"].duplicated(keep=False)].groupby("number"):
        yield from _unlike_ids(rows)


def _unlike_ids(rows: pd.DataFrame) -> Iterator[Problem]:
    """Tell the ids of one number that are not written as the longest plain one is."""
    plain = rows[~rows["level"].str.contains(".", regex=False)]
    if plain.empty:
        return
    full = max(plain["level"])
    full = max(plain["level"], key=lambda text: (len(text), text == full))
    other = plain.index[plain["level"] == full][0]
    for row in rows.index[rows["level"] != full]:
        code = "id_with_decimals" if "." in rows["level"][row] else "id_lost_zeros"
        yield at("listings", row, "facility_id", code, is_warning=True,
                 given=rows["facility_id"][row], list=rows["list"][row],
                 other=rows["facility_id"][other], other_list=rows["list"][other])  # fmt: skip
