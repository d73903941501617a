"""Economy: what the members of a boundary add in value, year by year."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from parkkit.core.units import conversions
from parkkit.inventory.prices import JOIN, Prices, joined_codes, priced
from parkkit.park.boundary import ELSEWHERE, NOT_RUNNING
from parkkit.park.package import Park

Measure = Literal["gross_output", "value_added", "revenue"]
PARK = "park"
CELL = ["group", "year"]
OUR_SCHEME = "GB/T 4754"
DIVISION_DIGITS = {"GB/T 4754": 2, "NACE": 2, "NAICS": 3}


def economy_series(
    park: Park,
    members: pd.DataFrame,
    *,
    measure: Measure = "value_added",
    part: str = "",
    prices: Prices = "given",
    index: str = "",
) -> pd.DataFrame:
    """Return the value of the park and of each industry, as tidy series.

    A value given for an industry as a whole stands for it where none of its plants reports
    itself: the two are never added. A year is in one price base: prices of two years are never
    added either.

    Parameters
    ----------
    members : DataFrame
        ``enterprise_id``, ``year``, ``is_member``, ``basis``, as an inventory holds it.
    measure : {"value_added", "gross_output", "revenue"}
        Never mixed.
    part : str
        The park within the park (园中园) that the members are of; blank is the whole.
    prices : {"given", "constant", "current"}
        As told; in the prices of the park's ``price_base_year``, by ``price_index.csv``; or in
        current prices. :func:`parkkit.inventory.prices.priced` has the details.
    index : str
        Which index, where ``price_index.csv`` has several for one industry.

    Returns
    -------
    DataFrame
        ``group`` (``park`` or an industry's division), ``year``, ``amount`` in CNY, ``measure``,
        ``price_year`` (blank is current prices), ``missing`` (members and industries without a
        value that year, and industries of which a part of the park has only some: the amount is
        then missing, not smaller), ``deflator`` (the indexes used), ``price_missing`` (an index
        and a year without which a value that is told is not computable), ``told_instead``
        (members that tell another measure and not this one), ``uncertainty_percent`` (half-width
        of the 95 % interval, the errors of the summands independent; missing where one has none).

    Raises
    ------
    ParkError
        If constant prices are asked for without a base year, or by an index nobody knows, or an
        industry has several indexes and none is named.
    """
    rows = _rows(park, members, measure, part, _values(park, measure, prices, index))
    table = _in_groups(rows).groupby(CELL, sort=True).agg(
        amount=("amount", lambda values: values.sum(skipna=False)),
        price_year=("price_year", "first"),
        missing=("absent", lambda names: JOIN.join(name for name in names if name)),
        deflator=("deflator", joined_codes),
        price_missing=("lacks", joined_codes),
        variance=("variance", lambda values: values.sum(skipna=False)),
    ).reset_index()  # fmt: skip
    others = _in_groups(_told_instead(park, members, measure)).groupby(CELL)["told"]
    told = others.agg(joined_codes).rename("told_instead").reset_index()
    table = table.merge(told, on=CELL, how="left")
    amount = table["amount"].abs()
    return table.assign(
        measure=measure,
        told_instead=table["told_instead"].astype("str").fillna(""),
        uncertainty_percent=100 * np.sqrt(table["variance"]) / amount.where(amount > 0),
    ).drop(columns="variance")


def park_economy(park: Park, members: pd.DataFrame, *, part: str = "") -> pd.DataFrame:
    """Return the value added in the prices of :func:`park_prices`: what every page tells.

    Parameters
    ----------
    members, part
        As for :func:`economy_series`, whose columns these are.
    """
    return economy_series(park, members, part=part, prices=park_prices(park))


def _in_groups(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows twice: once for the park and once for the industry of each."""
    industry = rows.assign(group=rows["division"])[rows["division"] != ""]
    return pd.concat([rows.assign(group=PARK), industry], ignore_index=True)


def park_prices(park: Park) -> Prices:
    """Return the prices a diagnosis of a park is told in, where nobody chooses.

    Constant ones where the park says of which year and holds one index by name, which is then
    the one that is meant; else as told.
    """
    has_one_index = park.price_index["index"].nunique() == 1
    return "constant" if park.about.price_base_year is not None and has_one_index else "given"


def divisions(codes: pd.Series, scheme: str) -> pd.Series:
    """Return the division each industry code is in: the level at which industries compare.

    Two digits of GB/T 4754 and NACE, three of NAICS; another scheme is taken as it stands. A code
    of another scheme than GB/T 4754 carries its scheme, so that none is taken for one of ours.

    Examples
    --------
    >>> divisions(pd.Series(["2614", "4412"]), "GB/T 4754").tolist()
    ['26', '44']
    >>> divisions(pd.Series(["20.14", ""]), "NACE").tolist()
    ['NACE 20', '']
    """
    cut = codes.str[: DIVISION_DIGITS.get(scheme)]
    if scheme in ("", OUR_SCHEME):
        return cut
    return cut.mask(cut != "", f"{scheme} " + cut)


def _rows(
    park: Park, members: pd.DataFrame, measure: str, part: str, values: pd.DataFrame
) -> pd.DataFrame:
    """Return a row for every value of a member or an industry, and for every absent one."""
    inside = _inside(park, members)
    own = values[values["enterprise_id"] != ""].drop(columns=["industry_code", "division"])
    # A plant that never reports this measure (an office, a service) is not a gap in one year.
    reporting = inside[inside["enterprise_id"].isin(_reporting(park, measure))]
    rows = reporting.merge(own, on=["enterprise_id", "year"], how="left")
    # Who tells a value that no index converts is not absent: the index is.
    is_absent = rows["amount"].isna() & rows["lacks"].fillna("").eq("")
    rows = rows.assign(absent=rows["enterprise_id"].where(is_absent, ""))
    plants, scheme = _plants(park), park.about.industry_scheme
    elsewhere = _elsewhere(members, plants, scheme, part)
    industries = _industry_rows(values, inside, reporting, plants, scheme, elsewhere)
    both = pd.concat([rows, industries], ignore_index=True)
    return both.assign(deflator=both["deflator"].fillna(""), lacks=both["lacks"].fillna(""))


def _plants(park: Park) -> pd.DataFrame:
    return park.enterprises.drop_duplicates("enterprise_id")[["enterprise_id", "industry_code"]]


def _inside(park: Park, members: pd.DataFrame) -> pd.DataFrame:
    """Return the members of each year with the division of their industry."""
    inside = members.loc[members["is_member"].astype(bool), ["enterprise_id", "year"]]
    inside = inside.merge(_plants(park), how="left")
    codes = inside["industry_code"].fillna("")
    return inside.assign(division=divisions(codes, park.about.industry_scheme))


def _told_instead(park: Park, members: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return the members and years that tell another measure, and not this one."""
    given = park.economy[park.economy["enterprise_id"] != ""]
    given = given.assign(year=given["year"].astype("int64"))
    key = ["enterprise_id", "year"]
    is_told = given["measure"] == measure
    told = pd.MultiIndex.from_frame(given.loc[is_told, key])
    others = given.loc[~is_told & ~pd.MultiIndex.from_frame(given[key]).isin(told)]
    rows = _inside(park, members).merge(others[[*key, "measure"]].drop_duplicates(), on=key)
    return rows.assign(told=rows["enterprise_id"] + " " + rows["measure"])


def _reporting(park: Park, measure: str) -> set[str]:
    given = park.economy[park.economy["measure"] == measure]
    return set(given["enterprise_id"]) - {""}


def _values(park: Park, measure: str, prices: Prices, index: str) -> pd.DataFrame:
    """Return what each plant or industry adds in CNY, in the prices asked for."""
    given = park.economy[park.economy["measure"] == measure]
    in_cny = given["amount"] * conversions(given["unit"], pd.Series("CNY", index=given.index))
    industry = given["enterprise_id"].map(_plants(park).set_index("enterprise_id")["industry_code"])
    code = given["industry_code"].mask(given["enterprise_id"] != "", industry)
    values = given.assign(amount=in_cny, year=given["year"].astype("int64"),
                          code=code.astype("str").fillna(""))  # fmt: skip
    values = priced(values, park.price_index, prices=prices, index=index,
                    base_year=park.about.price_base_year)  # fmt: skip
    values = values.assign(
        division=divisions(values["industry_code"], park.about.industry_scheme),
        variance=(values["amount"] * values["uncertainty_percent"] / 100) ** 2,
    )
    by_entity = values.groupby(["enterprise_id", "industry_code", "division", "year"])
    # All rows of one are in one price base: what is said of the first is said of all.
    told = by_entity[["price_year", "deflator", "lacks"]].first()
    sums = by_entity[["amount", "variance"]].sum(skipna=False)
    return sums.join(told).reset_index()


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
    amount = rows["amount"].mask(is_of_more)
    is_absent = amount.isna() & (is_of_more | rows["lacks"].eq(""))
    told = rows.assign(amount=amount, absent=rows["industry_code"].where(is_absent, ""))
    known = told[(is_inside | is_unlisted) & ~is_told]
    untold = _untold_years(rows[~is_told], inside, is_unlisted)
    return pd.concat([known, untold]) if len(untold) else known


def _untold_years(rows: pd.DataFrame, inside: pd.DataFrame, is_unlisted: pd.Series) -> pd.DataFrame:
    """Return the years in which an industry told as a whole has no value: absent, by its code.

    Of an industry whose plants nobody lists only the years between its values are known to be.
    """
    untold = []
    for division, told in rows.groupby("division"):
        years = set(told["year"])
        here = set(inside.loc[inside["division"] == division, "year"])
        between = range(min(years), max(years)) if is_unlisted[told.index].all() else here
        code = min(told["industry_code"], key=len)
        untold += [{"division": division, "year": year, "absent": code}
                   for year in sorted(set(between) - years)]  # fmt: skip
    columns = {"division": "str", "year": "int64", "absent": "str"}
    return pd.DataFrame(untold, columns=list(columns)).astype(columns)


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
