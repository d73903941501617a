"""Prices: values of many years in the prices asked for, by a stated index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias, get_args

import numpy as np
import pandas as pd

from parkkit.core.errors import ParkError, unknown
from parkkit.core.labels import Language, label

Prices = Literal["given", "constant", "current"]
# Levels of one index by year, under what they are told against: years compare within one only.
Levels: TypeAlias = dict[str, dict[int, float]]
Indexes: TypeAlias = dict[tuple[str, str], Levels]

CHAINED = "chained"
WHOLE = "park"
JOIN = ";"
ENTITY = ["enterprise_id", "industry_code", "year"]
NO_INDEX = "price_index"
PER_100 = 100.0
# Behind the base asked for and current prices, before what cannot be had.
OTHER_BASE, LAST_YEAR, NOT_HAD = 2, 9999, 99999


def check_prices(prices: str) -> None:
    """Refuse a choice of prices that nobody knows.

    Examples
    --------
    >>> check_prices("real")
    Traceback (most recent call last):
    parkkit.core.errors.ParkError: economy_series: unknown prices 'real'. Known: constant, \
current, given.
    """
    if prices not in get_args(Prices):
        raise unknown("prices", prices, get_args(Prices), where="economy_series")


def priced(
    values: pd.DataFrame,
    price_index: pd.DataFrame,
    *,
    prices: Prices = "given",
    base_year: int | None = None,
    index: str = "",
) -> pd.DataFrame:
    """Return values in the prices asked for; one that cannot be had in them is missing.

    A value that somebody tells in several prices counts once: under ``constant`` what is told in
    the base year's prices, else what is told in current ones and deflated, else what is told in
    the latest other base and re-based. The deflator is one of output: value added is deflated by
    it singly.

    Parameters
    ----------
    values : DataFrame
        ``enterprise_id``, ``industry_code``, ``code`` (the industry of either), ``year``,
        ``amount``, ``price_year`` (blank: current prices).
    price_index : DataFrame
        As ``price_index.csv``: prices of ``year`` as ``value``, where those of ``base_year`` are
        what the row of that year says, or 100 where every row's base is the year before.
    prices : {"given", "constant", "current"}
        ``given``: as told, of each year the base year's prices if any value has them, else those
        of most. ``constant``: all in the prices of ``base_year``. ``current``: those of each year.
    base_year : int, optional
        The park's ``price_base_year``.
    index : str
        Which index, where there are several for one industry.

    Returns
    -------
    DataFrame
        ``values`` with ``amount`` and ``price_year`` in the prices asked for, ``deflator`` (the
        index, an industry or ``park``, its base year or ``chained``) and ``lacks`` (the index and
        the year without which a value could not be converted).

    Raises
    ------
    ParkError
        If there is no base year for constant prices, an index nobody knows is asked for, or an
        industry has several and none is chosen.

    Examples
    --------
    >>> values = pd.DataFrame({"enterprise_id": "A", "industry_code": "", "code": "2614",
    ...     "year": [2020, 2021], "amount": [50.0, 66.0], "price_year": None})
    >>> ppi = pd.DataFrame({"index": "ppi", "industry_code": "", "year": [2020, 2021],
    ...     "value": [100.0, 110.0], "base_year": 2020})
    >>> table = priced(values, ppi, prices="constant", base_year=2020)
    >>> table[["amount", "deflator"]].to_dict("list")
    {'amount': [50.0, 60.0], 'deflator': ['', 'ppi/park/2020']}
    """
    check_prices(prices)
    rows = values.assign(price_year=values["price_year"].astype("Int64"), deflator="", lacks="")
    if prices == "constant":
        rows = _converted(rows, price_index, base_year, index)
    else:
        wanted = rows["price_year"].isna() if prices == "current" else _of_one_base(rows, base_year)
        factor = wanted.map({True: 1.0, False: np.nan})
        rows = rows.assign(factor=factor, order=(~wanted).astype("int64"))
    best = rows["order"].groupby([rows[name] for name in ENTITY]).transform("min")
    rows = rows[rows["order"] == best]
    is_had = rows["factor"].notna()
    return rows.assign(
        amount=rows["amount"] * rows["factor"], price_year=rows["price_year"].where(is_had)
    ).drop(columns=["factor", "order"])


def _of_one_base(rows: pd.DataFrame, wanted: int | None) -> pd.Series:
    """Tell the rows in the price base of each year: the one wanted, else that of most rows.

    Prices of two years do not add up; who has a value in another base only is then absent.
    """
    base = rows["price_year"].fillna(0).astype("int64")
    counts = base.groupby([rows["year"], base.rename("base")]).size().rename("count")
    ranked = counts.reset_index().assign(is_wanted=lambda table: table["base"] == wanted)
    ranked = ranked.sort_values(["year", "is_wanted", "count", "base"])
    chosen = ranked.drop_duplicates("year", keep="last").set_index("year")["base"]
    return base == rows["year"].map(chosen)


def _converted(
    rows: pd.DataFrame, price_index: pd.DataFrame, base_year: int | None, index: str
) -> pd.DataFrame:
    """Return rows with the factor to the prices of a base year, and how each came by it."""
    if base_year is None:
        raise ParkError("no_price_base")
    indexes = price_levels(price_index, index)
    told_in = rows["price_year"].fillna(rows["year"]).astype("int64")
    pairs = pd.MultiIndex.from_arrays([rows["code"], told_in])
    found = {(code, year): _factor(code, year, base_year, indexes) for code, year in pairs.unique()}
    told = pd.DataFrame([found[pair] for pair in pairs], index=rows.index,
                        columns=["factor", "deflator", "lacks"])  # fmt: skip
    kind = np.select([rows["price_year"].eq(base_year).fillna(False), rows["price_year"].isna()],
                     [0, 1], OTHER_BASE + LAST_YEAR - told_in)  # fmt: skip
    order = pd.Series(kind, index=rows.index).where(told["factor"].notna(), NOT_HAD)
    return rows.assign(**told, order=order, price_year=base_year).astype({"price_year": "Int64"})


def _factor(code: str, year: int, base_year: int, indexes: Indexes) -> tuple[float, str, str]:
    """Return what a value in the prices of a year is multiplied by, the index, what it lacks."""
    if year == base_year:
        return 1.0, "", ""
    key = _index_of(code, indexes)
    if key is None:
        return np.nan, "", f"{NO_INDEX} {year}"
    levels = indexes[key]
    shared = [told for told in levels if {year, base_year} <= set(levels[told])]
    name = f"{key[0]}/{key[1] or WHOLE}"
    if not shared:
        known = {each for by_year in levels.values() for each in by_year}
        lacking = [each for each in (year, base_year) if each not in known] or [year, base_year]
        return np.nan, "", JOIN.join(f"{name} {each}" for each in lacking)
    # The series of the base year itself is nearest to what was published.
    told = str(base_year) if str(base_year) in shared else shared[-1]
    against = CHAINED if told.startswith(CHAINED) else told
    return levels[told][base_year] / levels[told][year], f"{name}/{against}", ""


def _index_of(code: str, indexes: Indexes) -> tuple[str, str] | None:
    """Return the index of an industry: its own, nearest first, else that of the park."""
    nearest = [industry for _, industry in indexes if code.startswith(industry)]
    if not nearest:
        return None
    industry = max(nearest, key=len)
    names = sorted(name for name, of in indexes if of == industry)
    if len(names) > 1:
        raise ParkError("which_index", given=industry or WHOLE, known=names)
    return names[0], industry


def price_levels(price_index: pd.DataFrame, index: str = "") -> Indexes:
    """Return the levels of each index by year, apart where they are told against another base.

    Where every row of an index is told against the year before, its levels are chained, with the
    year before as 100; a gap ends a chain.

    Parameters
    ----------
    price_index : DataFrame
        As ``price_index.csv``.
    index : str
        Blank takes every index.

    Raises
    ------
    ParkError
        If nobody knows the index.

    Examples
    --------
    >>> links = pd.DataFrame({"index": "ppi", "industry_code": "26", "year": [2021, 2022],
    ...     "value": [110.0, 90.0], "base_year": [2020, 2021]})
    >>> round(price_levels(links)["ppi", "26"]["chained 2020"][2022], 6)
    0.99
    """
    known = sorted(set(price_index["index"]))
    if index and index not in known:
        raise unknown("index", index, known, where="price_index.csv")
    rows = price_index[price_index["index"] == index] if index else price_index
    rows = rows[rows["value"] > 0]
    return {(str(name), str(industry)): _levels(told.sort_values(["base_year", "year"]))
            for (name, industry), told in rows.groupby(["index", "industry_code"])}  # fmt: skip


def _levels(rows: pd.DataFrame) -> Levels:
    years = [int(year) for year in rows["year"]]
    bases = [int(year) for year in rows["base_year"]]
    told = list(zip(years, bases, rows["value"].astype(float), strict=True))
    if any(base != year - 1 for year, base, _ in told):
        levels: Levels = {str(base): {} for base in bases}
        for year, base, value in told:
            levels[str(base)][year] = value
        return levels
    return _chained({year: value for year, _, value in told})


def _chained(links: Mapping[int, float]) -> Levels:
    chains: Levels = {}
    for year, value in sorted(links.items()):
        chain = next((each for each in chains.values() if year - 1 in each), None)
        if chain is None:
            chain = chains.setdefault(f"{CHAINED} {year - 1}", {year - 1: 1.0})
        chain[year] = chain[year - 1] * value / PER_100
    return chains


def joined_codes(lists: Iterable[str]) -> str:
    """Return lists of codes as one, each code once, in order.

    Examples
    --------
    >>> joined_codes(["b", "a;b", ""])
    'a;b'
    """
    return JOIN.join(sorted({code for each in lists for code in each.split(JOIN) if code}))


def deflator_text(codes: str, language: Language) -> str:
    """Return which indexes values were deflated by, of what, and against which year.

    Parameters
    ----------
    codes : str
        ``deflator`` of an economy.
    language : {"zh", "en"}
        The language of the text.

    Examples
    --------
    >>> deflator_text("ppi/26/2020;ppi/28/2020;ppi/park/2020", "en")
    'price index ppi (industry 26, 28 and the whole; base 2020)'
    """
    by_index: dict[tuple[str, str], list[str]] = {}
    for code in codes.split(JOIN):
        name, of, base = code.rsplit("/", 2)
        by_index.setdefault((name, base), []).append(of)
    parts = [
        label("economy.deflator.index", language, index=name, of=_scope(of, language),
              base=_base(base, language))
        for (name, base), of in by_index.items()
    ]  # fmt: skip
    names = label("diagnosis.separator", language).join(parts)
    return label("economy.deflator.text", language, names=names)


def index_text(code: str, language: Language) -> str:
    """Return an index and its industry in words.

    Examples
    --------
    >>> index_text("ppi/26", "en"), index_text("ppi/park", "zh")
    ('ppi (industry 26)', 'ppi（整体）')
    """
    name, of = code.rsplit("/", 1)
    return label("economy.deflator.of", language, index=name, of=_scope([of], language))


def _scope(of: list[str], language: Language) -> str:
    codes = label("diagnosis.separator", language).join(code for code in of if code != WHOLE)
    if not codes:
        return label("economy.deflator.whole", language)
    key = "both" if WHOLE in of else "industries"
    return label(f"economy.deflator.{key}", language, codes=codes)


def _base(base: str, language: Language) -> str:
    if base == CHAINED:
        return label("economy.deflator.chained", language)
    return label("economy.deflator.base", language, year=base)
