"""Economy: what the members of a boundary add in value, year by year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from parkkit.core.units import conversions
from parkkit.park.package import Park

Measure = Literal["gross_output", "value_added", "revenue"]
PARK = "park"
DIVISION_DIGITS = {"GB/T 4754": 2, "NACE": 2, "NAICS": 3}


def economy_series(
    park: Park, members: pd.DataFrame, *, measure: Measure = "value_added"
) -> pd.DataFrame:
    """Return the value of the park and of each industry, as tidy series.

    Parameters
    ----------
    members : DataFrame
        ``enterprise_id``, ``year``, ``is_member``, as an inventory holds it.
    measure : {"value_added", "gross_output", "revenue"}
        Never mixed.

    Returns
    -------
    DataFrame
        ``group`` (``park`` or an industry's division), ``year``, ``amount`` in CNY, ``measure``,
        ``price_year`` (blank is current prices), ``missing`` (members without a value that year:
        the amount is then missing, not smaller).
    """
    rows = _member_rows(park, members, measure)
    division = divisions(rows["industry_code"], park.about.industry_scheme)
    industry = rows.assign(group=division)[division != ""]
    both = pd.concat([rows.assign(group=PARK), industry], ignore_index=True)
    groups = both.groupby(["group", "year"], sort=True)
    table = groups.agg(
        amount=("amount", lambda values: values.sum(skipna=False)),
        price_year=("price_year", "first"),
        missing=("absent", lambda names: ";".join(name for name in names if name)),
    ).reset_index()
    return table.assign(measure=measure)


def divisions(codes: pd.Series, scheme: str) -> pd.Series:
    """Return the division each industry code is in: the level at which industries compare.

    Two digits of GB/T 4754 and NACE, three of NAICS; another scheme is taken as it stands.

    Examples
    --------
    >>> divisions(pd.Series(["2614", "4412"]), "GB/T 4754").tolist()
    ['26', '44']
    """
    return codes.str[: DIVISION_DIGITS.get(scheme)]


def _member_rows(park: Park, members: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return a row for every member and year, with its value or the member as absent."""
    inside = members.loc[members["is_member"].astype(bool), ["enterprise_id", "year"]]
    given = park.economy[park.economy["measure"] == measure]
    in_cny = given["amount"] * conversions(given["unit"], pd.Series("CNY", index=given.index))
    values = given.assign(amount=in_cny, year=given["year"].astype("int64"))
    summed = values.groupby(["enterprise_id", "year"], as_index=False).agg(
        amount=("amount", "sum"), price_year=("price_year", "first")
    )
    plants = park.enterprises.drop_duplicates("enterprise_id")[["enterprise_id", "industry_code"]]
    rows = inside.merge(plants, how="left").merge(summed, how="left")
    # A plant that never reports this measure (an office, a service) is not a gap in one year.
    reporting = set(summed["enterprise_id"])
    rows = rows[rows["enterprise_id"].isin(reporting)]
    return rows.assign(absent=rows["enterprise_id"].where(rows["amount"].isna(), ""))


def area_ha(park: Park, boundary_type: str, year: int) -> float:
    """Return the drawn area of a boundary in a year, in hectares; missing where none is drawn."""
    drawn = park.boundaries
    is_valid = (drawn["valid_from"].fillna(year) <= year) & (drawn["valid_to"].fillna(year) >= year)
    chosen = drawn[(drawn["boundary_type"] == boundary_type) & (drawn["part"] == "") & is_valid]
    return float(chosen["drawn_area_ha"].astype("float64").sum(min_count=1))


def intensity(amount: float, divisor: float) -> float:
    """Return amount per unit of divisor; missing where either is missing or nothing divides.

    Examples
    --------
    >>> intensity(300.0, 150.0)
    2.0
    >>> intensity(300.0, 0.0)
    nan
    """
    return amount / divisor if divisor else float("nan")


def years_of(table: pd.DataFrame) -> Sequence[int]:
    """Return the years of a table, in order."""
    return sorted(int(year) for year in table["year"].unique())
