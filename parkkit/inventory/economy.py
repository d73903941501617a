"""Economy: what the members of a boundary add in value, year by year."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from parkkit.core.units import conversions
from parkkit.park.boundary import ELSEWHERE, NOT_RUNNING
from parkkit.park.package import Park

Measure = Literal["gross_output", "value_added", "revenue"]
PARK = "park"
DIVISION_DIGITS = {"GB/T 4754": 2, "NACE": 2, "NAICS": 3}


def economy_series(
    park: Park, members: pd.DataFrame, *, measure: Measure = "value_added", part: str = ""
) -> pd.DataFrame:
    """Return the value of the park and of each industry, as tidy series.

    A value given for an industry as a whole stands for it where none of its plants reports
    itself: the two are never added. A year is in one price base, that of the park if any value
    has it: prices of two years are never added either.

    Parameters
    ----------
    members : DataFrame
        ``enterprise_id``, ``year``, ``is_member``, ``basis``, as an inventory holds it.
    measure : {"value_added", "gross_output", "revenue"}
        Never mixed.
    part : str
        The park within the park (园中园) that the members are of; blank is the whole.

    Returns
    -------
    DataFrame
        ``group`` (``park`` or an industry's division), ``year``, ``amount`` in CNY, ``measure``,
        ``price_year`` (blank is current prices), ``missing`` (members without a value that year,
        and industries of which a part of the park has only some: the amount is then missing, not
        smaller).
    """
    rows = _rows(park, members, measure, part)
    industry = rows.assign(group=rows["division"])[rows["division"] != ""]
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


def _rows(park: Park, members: pd.DataFrame, measure: str, part: str) -> pd.DataFrame:
    """Return a row for every value of a member or an industry, and for every absent member."""
    values = _values(park, measure)
    inside = members.loc[members["is_member"].astype(bool), ["enterprise_id", "year"]]
    plants = park.enterprises.drop_duplicates("enterprise_id")[["enterprise_id", "industry_code"]]
    scheme = park.about.industry_scheme
    inside = inside.merge(plants, how="left")
    inside = inside.assign(division=divisions(inside["industry_code"].fillna(""), scheme))
    own = values[values["enterprise_id"] != ""].drop(columns=["industry_code", "division"])
    # A plant that never reports this measure (an office, a service) is not a gap in one year.
    reporting = inside[inside["enterprise_id"].isin(_reporting(park, measure))]
    rows = reporting.merge(own, on=["enterprise_id", "year"], how="left")
    rows = rows.assign(absent=rows["enterprise_id"].where(rows["amount"].isna(), ""))
    elsewhere = _elsewhere(members, plants, scheme, part)
    industries = _industry_rows(values, inside, reporting, plants, scheme, elsewhere)
    return pd.concat([rows, industries], ignore_index=True)


def _reporting(park: Park, measure: str) -> set[str]:
    given = park.economy[park.economy["measure"] == measure]
    return set(given["enterprise_id"]) - {""}


def _values(park: Park, measure: str) -> pd.DataFrame:
    """Return what each plant or industry adds in CNY, every year in one price base."""
    given = park.economy[park.economy["measure"] == measure]
    in_cny = given["amount"] * conversions(given["unit"], pd.Series("CNY", index=given.index))
    values = given.assign(
        amount=in_cny,
        year=given["year"].astype("int64"),
        price_year=given["price_year"].astype("Int64"),
        division=divisions(given["industry_code"], park.about.industry_scheme),
    )
    values = _of_one_base(values, park.about.price_base_year)
    key = ["enterprise_id", "industry_code", "division", "year"]
    return values.groupby(key, as_index=False).agg(
        amount=("amount", lambda amounts: amounts.sum(skipna=False)),
        price_year=("price_year", "first"),
    )


def _of_one_base(values: pd.DataFrame, wanted: int | None) -> pd.DataFrame:
    """Return the rows in the price base of each year: the park's own, else that of most rows.

    Prices of two years do not add up; who has a value in another base only is then absent.
    """
    base = values["price_year"].fillna(0)
    counts = base.groupby([values["year"], base.rename("base")]).size().rename("count")
    ranked = counts.reset_index().assign(is_wanted=lambda table: table["base"] == wanted)
    ranked = ranked.sort_values(["year", "is_wanted", "count", "base"])
    chosen = ranked.drop_duplicates("year", keep="last").set_index("year")["base"]
    return values[base == values["year"].map(chosen)]


def _industry_rows(
    values: pd.DataFrame,
    inside: pd.DataFrame,
    reporting: pd.DataFrame,
    plants: pd.DataFrame,
    scheme: str,
    elsewhere: pd.DataFrame,
) -> pd.DataFrame:
    """Return what is given for an industry as a whole, where none of its plants reports itself.

    An industry of which the park has plants, but none inside that year, is outside. What is given
    for an industry that also has plants which are not in the part asked for is not that of one
    part: it is absent, by its code.
    """
    rows = values[values["enterprise_id"] == ""]
    shortest = rows["industry_code"].str.len().groupby([rows["division"], rows["year"]])
    # "26" holds "2614": of codes inside each other the widest counts.
    rows = rows[rows["industry_code"].str.len() == shortest.transform("min")]
    here = set(divisions(plants["industry_code"], scheme))
    cells = pd.MultiIndex.from_frame(rows[["division", "year"]])
    is_inside = cells.isin(pd.MultiIndex.from_frame(inside[["division", "year"]]))
    is_told = rows["division"].isin(set(reporting["division"]))
    is_shared = cells.isin(pd.MultiIndex.from_frame(elsewhere[["division", "year"]]))
    # A park tells of an industry whose plants nobody lists; which part they are in nobody tells.
    is_unlisted = ~rows["division"].isin(here)
    is_of_more = is_shared | (is_unlisted & rows["year"].isin(set(elsewhere["year"])))
    told = rows.assign(
        amount=rows["amount"].mask(is_of_more), absent=rows["industry_code"].where(is_of_more, "")
    )
    return told[(is_inside | is_unlisted) & ~is_told]


def _elsewhere(members: pd.DataFrame, plants: pd.DataFrame, scheme: str, part: str) -> pd.DataFrame:
    """Return the industries and years of running plants that are not in the part asked for.

    Where no whole is drawn, or a plant has no place, nothing says that it is elsewhere in the
    park; nor does anything say that what is told of its industry is without it.
    """
    if "basis" not in members:
        return pd.DataFrame({"division": pd.Series(dtype="str"), "year": pd.Series(dtype="int64")})
    is_out = ~members["is_member"].astype(bool) & ~members["basis"].isin(NOT_RUNNING)
    is_apart = is_out if part else members["basis"] == ELSEWHERE
    rows = members.loc[is_apart, ["enterprise_id", "year"]]
    rows = rows.merge(plants, how="left")
    return rows.assign(division=divisions(rows["industry_code"].fillna(""), scheme))


def ratio(amount: float, divisor: float) -> float:
    """Return amount per unit of divisor; missing where either is missing or nothing divides.

    Examples
    --------
    >>> ratio(300.0, 150.0)
    2.0
    >>> ratio(300.0, 0.0)
    nan
    """
    return amount / divisor if divisor else float("nan")
