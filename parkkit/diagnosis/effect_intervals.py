"""Effect intervals: how far each effect of a decomposition may be from what is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from parkkit.core.uncertainty_rule import UncertaintyRule
from parkkit.diagnosis.decomposition import decompose
from parkkit.diagnosis.identities import TOTAL
from parkkit.diagnosis.park_effects import NET_SELLERS, net_sellers
from parkkit.diagnosis.series_draws import SeriesDraws, checked_terms, draw_series
from parkkit.diagnosis.trends import SEPARATOR, Span

FEW_DRAWS = UncertaintyRule(draws=2000)
BY = ["group", "start", "end", "effect"]
INTERVAL = (0.025, 0.975)


def effect_intervals(
    terms: pd.DataFrame,
    rows: pd.DataFrame,
    identity: str,
    years: Span | Sequence[Span],
    *,
    columns: Mapping[str, str],
    errors: UncertaintyRule = FEW_DRAWS,
    chained: bool = False,
) -> pd.DataFrame:
    """Return the 95 % interval of each additive effect, with errors that years share.

    Every draw is decomposed by itself, as a group of its own. A draw moves an amount by the share
    it moves the sum of its terms by, so the two may stand in different units.

    Parameters
    ----------
    terms : DataFrame
        As for :func:`parkkit.diagnosis.likelihood.state_probabilities`; ``group`` is what
        ``rows`` calls ``industry``.
    rows : DataFrame
        group, industry, year and the columns of the identity, as for
        :func:`parkkit.diagnosis.decomposition.decompose`.
    columns : mapping of str to str
        Which species of ``terms`` a column of ``rows`` is: ``{"co2e_t": "co2e"}``. All other
        columns are taken as exact.
    errors : UncertaintyRule
        Distributions, number of draws, seed.
    chained : bool
        As for ``decompose``.

    Returns
    -------
    DataFrame
        Per group, span and effect: ``amount`` (as told), ``low`` and ``high`` (2.5 and 97.5
        percentiles), ``draws``, ``draws_left_out`` (with a negative amount, which no logarithm
        takes), ``known_share`` (the least of any amount), ``status`` (``computed``; ``partial``:
        the interval is at least this wide; ``not_computable``), ``missing`` and ``notes`` (codes
        of ``likelihood.note``, besides those of the decomposition).

    Examples
    --------
    >>> terms = pd.DataFrame({"group": "A", "species": "co2e", "year": [2020, 2021],
    ...     "amount": [30.0, 60.0], "activity_key": ["a", "b"], "factor_key": "f",
    ...     "activity_percent": 0.0, "factor_percent": 10.0})
    >>> rows = pd.DataFrame({"group": "park", "industry": "A", "year": [2020, 2021],
    ...     "gdp": [10.0, 20.0], "co2_t": [30.0, 60.0]})
    >>> table = effect_intervals(terms, rows, "co2_t = scale: gdp * intensity: co2_t/gdp",
    ...     (2020, 2021), columns={"co2_t": "co2e"}).set_index("effect")

    The factor is in both years, so the scale takes all of its error and the intensity none.

    >>> bool(table.loc["intensity", ["low", "high"]].abs().max() < 1e-9)
    True
    >>> table.loc["scale", ["low", "high"]].astype(float).round(0).tolist()
    [27.0, 33.0]
    """
    point = decompose(rows, identity, years, chained=chained)
    kept = checked_terms(terms)
    kept = kept[kept["species"].isin(columns.values())]
    drawn = draw_series(kept, errors)
    many, left_out = _drawn_rows(rows, drawn, columns)
    known = _known(rows, drawn.cells, columns, years)
    table = point.drop(columns="residual").merge(known, on="group", how="left")
    table = table.merge(_quantiles(many, identity, years, chained), on=BY, how="left")
    table = table.assign(draws=errors.draws, draws_left_out=table["group"].map(left_out))
    return _annotated(table)


def park_intervals(
    terms: pd.DataFrame,
    rows: pd.DataFrame,
    identity: str,
    span: Span,
    *,
    column: str,
    species: str,
    errors: UncertaintyRule = FEW_DRAWS,
) -> pd.DataFrame:
    """Return the 95 % interval of each effect on a park's emission, net sellers apart.

    Parameters
    ----------
    terms : DataFrame
        As for :func:`effect_intervals`, of industries alone.
    rows, identity, span
        As for :func:`parkkit.diagnosis.park_effects.decompose_park`.
    column, species : str
        The column that is drawn, and the species of ``terms`` that it is.

    Returns
    -------
    DataFrame
        As :func:`effect_intervals`, with ``net_sellers`` where there are any, and the ``total``
        of all industries.
    """
    at_ends = rows[rows["year"].isin(span)]
    sellers = net_sellers(at_ends)
    is_seller = at_ends["industry"].isin(sellers)
    table = effect_intervals(terms, at_ends[~is_seller], identity, span,
                             columns={column: species}, errors=errors)  # fmt: skip
    drawn = draw_series(_of(checked_terms(terms), species, at_ends["industry"]), errors)
    row = table[table["effect"] == TOTAL]
    whole = row.assign(**_change_bounds(drawn, at_ends, column, span))
    parts = [table[table["effect"] != TOTAL]]
    if sellers:
        own = draw_series(_of(checked_terms(terms), species, pd.Series(sellers)), errors)
        sold = _change_bounds(own, at_ends[is_seller], column, span)
        parts.append(row.assign(effect=NET_SELLERS, **sold))
    return pd.concat([*parts, whole], ignore_index=True)


def _of(terms: pd.DataFrame, species: str, groups: pd.Series) -> pd.DataFrame:
    """Return the terms of a species in some groups, as those of one group."""
    kept = terms[(terms["species"] == species) & terms["group"].isin(groups)]
    return kept.assign(group=TOTAL)


def _change_bounds(
    drawn: SeriesDraws, rows: pd.DataFrame, column: str, span: Span
) -> dict[str, float]:
    """Return the change between two years with its percentiles, missing where a year is.

    What no term stands for, such as an industry without a code, is taken as exact, as it is in
    the other effects.
    """
    first, last = (rows.loc[rows["year"] == year, column].sum(skipna=False) for year in span)
    at = drawn.cells.reset_index().set_index("year")["index"]
    if not set(span) <= set(at.index):
        return {"amount": float(last - first), "low": np.nan, "high": np.nan}
    told, change = (values[at[span[1]]] - values[at[span[0]]]
                    for values in (drawn.cells["amount"].to_numpy(), drawn.drawn))  # fmt: skip
    low, high = np.quantile(change, INTERVAL) + (last - first - told)
    return {"amount": float(last - first), "low": float(low), "high": float(high)}


def _drawn_rows(
    rows: pd.DataFrame, found: SeriesDraws, columns: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.Series]:
    """Return the rows once for each draw, and per group how many draws have a negative amount."""
    count = found.drawn.shape[1]
    many = rows.iloc[np.repeat(np.arange(len(rows)), count)].reset_index(drop=True)
    many["draw"] = np.tile(np.arange(count), len(rows))
    is_negative = np.zeros(len(many), dtype=bool)
    for column, species in columns.items():
        cells = _cells_of(rows, found.cells, species)
        share = np.ones((len(rows), count))
        has_cell = (cells["amount"].notna() & cells["amount"].ne(0)).to_numpy()
        at = cells.loc[has_cell, "row"].to_numpy(dtype="int64")
        share[has_cell] = found.drawn[at] / cells.loc[has_cell, "amount"].to_numpy()[:, None]
        many[column] = many[column] * share.ravel()
        is_negative |= share.ravel() < 0
    pair = many["group"].astype("str") + "/" + many["draw"].astype("str")
    is_out = pair.isin(pair[is_negative])
    out = many.loc[is_out, ["group", "draw"]].drop_duplicates().groupby("group").size()
    return many[~is_out], out.reindex(rows["group"].unique(), fill_value=0)


def _cells_of(rows: pd.DataFrame, cells: pd.DataFrame, species: str) -> pd.DataFrame:
    """Return for each row the cell that its amount is drawn with, if there is one."""
    own = cells[cells["species"] == species].reset_index(names="row")
    own = own.rename(columns={"group": "industry"}).drop(columns="species")
    asked = rows[["group", "industry", "year"]].astype({"industry": "str"})
    return asked.merge(own, on=["industry", "year"], how="left")


def _known(
    rows: pd.DataFrame,
    cells: pd.DataFrame,
    columns: Mapping[str, str],
    years: Span | Sequence[Span],
) -> pd.DataFrame:
    """Return per group how much of its amounts has an uncertainty, and whose lacks."""
    bounds = np.ravel(np.asarray(years, dtype="int64"))
    told = []
    for column, species in columns.items():
        own = _cells_of(rows, cells, species).assign(value=rows[column].to_numpy())
        own = own[own["year"].between(bounds.min(), bounds.max()) & own["value"].ne(0)]
        name = f"{species} " + own["industry"] + " " + own["year"].astype("str")
        told.append(own.assign(lacks=own["lacks"].astype("str").mask(own["row"].isna(), name)))
    every = pd.concat(told).assign(
        known_share=lambda table: table["known_share"].fillna(0.0),
        is_known=lambda table: table["is_known"].eq(True),
    )
    return every.groupby("group", as_index=False).agg(
        known_share=("known_share", "min"), has_width=("is_known", "any"),
        lacks=("lacks", lambda codes: SEPARATOR.join(dict.fromkeys(c for c in codes if c))),
    )  # fmt: skip


def _quantiles(
    many: pd.DataFrame, identity: str, years: Span | Sequence[Span], chained: bool
) -> pd.DataFrame:
    """Return the percentiles of each effect over the draws."""
    if many.empty:
        return pd.DataFrame(columns=[*BY, "low", "high"])
    drawn = decompose(many, identity, years, chained=chained, by=("group", "draw"))
    wide = drawn.groupby(BY)["amount"].quantile(np.array(INTERVAL)).unstack()
    return wide.set_axis(["low", "high"], axis=1).reset_index()


def _annotated(table: pd.DataFrame) -> pd.DataFrame:
    """Tell the status of each interval, what is missing and what to know of it."""
    is_none = ~table["has_width"].eq(True) | table["low"].isna()
    is_part = table["known_share"].lt(1) | table["draws_left_out"].gt(0)
    status = np.select([is_none, is_part], ["not_computable", "partial"], default="computed")
    missing = (table["missing"] + SEPARATOR + table["lacks"].fillna("")).str.strip(SEPARATOR)
    notes = table["notes"]
    flags = {"no_uncertainty": ~table["has_width"].eq(True),
             "at_least": table["known_share"].lt(1) & ~is_none,
             "negative_draws": table["draws_left_out"].gt(0)}  # fmt: skip
    for code, is_so in flags.items():
        notes = notes.where(~is_so, (notes + SEPARATOR + code).str.removeprefix(SEPARATOR))
    bounds = {name: table[name].astype("float64").mask(is_none) for name in ("low", "high")}
    told = table.assign(status=pd.Series(status, table.index, dtype="str"), missing=missing,
                        notes=notes, **bounds)  # fmt: skip
    return told[[*BY, "amount", "low", "high", "draws", "draws_left_out", "known_share", "status",
                 "missing", "notes"]]  # fmt: skip
