"""Price checks: an index that tells one year twice, or nothing that divides."""

from __future__ import annotations

from collections.abc import Iterator

from parkkit.core.errors import Problem
from parkkit.park.faults import Tables, at

KEY = ["index", "industry_code", "year", "base_year"]


def price_problems(tables: Tables) -> Iterator[Problem]:
    """Tell the rows of ``price_index.csv`` that cannot serve."""
    rows = tables["price_index"]
    for row in rows.index[(rows["value"] <= 0).fillna(False)]:
        yield at("price_index", row, "value", "index_not_positive", given=f"{rows['value'][row]:g}")
    known = rows[rows["year"].notna() & rows["base_year"].notna() & (rows["index"] != "")]
    for row in known.index[known.duplicated(KEY)]:
        same = (known[KEY] == known.loc[row, KEY]).all(axis=1)
        yield at("price_index", row, "year", "index_twice", given=known["index"][row],
                 year=known["year"][row], base_year=known["base_year"][row],
                 first=int(str(known.index[same][0])))  # fmt: skip
