"""Price checks: an index that tells one year twice, or nothing that divides."""

from __future__ import annotations

from collections.abc import Iterator

from parkkit.core.errors import Problem
from parkkit.park.faults import Tables, at

KEY = ["index", "industry_code", "year", "base_year"]
# Prices never fall by nine tenths in a year: such a number is told with the year before as 1.
LEAST_OF_100 = 10.0


def price_problems(tables: Tables) -> Iterator[Problem]:
    """Tell the rows of ``price_index.csv`` that cannot serve."""
    rows = tables["price_index"]
    for row in rows.index[(rows["value"] <= 0).fillna(False)]:
        yield at("price_index", row, "value", "index_not_positive", given=f"{rows['value'][row]:g}")
    known = rows[rows["year"].notna() & rows["base_year"].notna() & (rows["index"] != "")]
    # Against a fixed year only ratios count; a chain takes the year before as 100.
    is_link = known["base_year"] == known["year"] - 1
    is_chain = is_link.groupby([known["index"], known["industry_code"]]).transform("all")
    is_small = known["value"].gt(0).fillna(False) & known["value"].lt(LEAST_OF_100).fillna(False)
    for row in known.index[is_chain.astype(bool) & is_small]:
        value = float(known["value"][row])
        yield at("price_index", row, "value", "index_of_1", given=f"{value:g}",
                 wanted=f"{100 * value:g}")  # fmt: skip
    for row in known.index[known.duplicated(KEY)]:
        same = (known[KEY] == known.loc[row, KEY]).all(axis=1)
        yield at("price_index", row, "year", "index_twice", given=known["index"][row],
                 year=known["year"][row], base_year=known["base_year"][row],
                 first=int(str(known.index[same][0])))  # fmt: skip
