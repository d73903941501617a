"""Series draws: yearly series drawn with the errors their years share."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from parkkit.core.errors import ParkError
from parkkit.core.uncertainty_rule import UncertaintyRule
from parkkit.diagnosis.trends import SEPARATOR, tidy_series
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.deviations import deviating, with_co2e
from parkkit.inventory.economy import PARK, divisions
from parkkit.inventory.equivalents import equivalents
from parkkit.inventory.error_cells import Floats, cells_of, closed_form
from parkkit.inventory.simulation import drawn_sums, parts_of

ECONOMY, EQUIVALENTS = "economy", "equivalents"
CELL = ["group", "species", "year"]
ERRORS = ["activity_key", "factor_key", "activity_percent", "factor_percent"]
LACKS = ["lacks_activity", "lacks_factor"]
TERMS = [*CELL, "amount", *ERRORS, *LACKS]
# A standard deviation below this share of the amount is one of digits alone.
NO_WIDTH = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesDraws:
    """Draws of yearly series, a row of ``drawn`` for each row of ``cells``.

    ``cells`` tells group, species, year, amount, known_share (of the amount, by size), is_known
    (whether there is an uncertainty at all) and lacks (whose nobody told).
    """

    cells: pd.DataFrame
    drawn: Floats


def inventory_terms(
    inventory: Inventory, errors: UncertaintyRule | None = None, *, scheme: str = "GB/T 4754"
) -> pd.DataFrame:
    """Return what the series of the park and its industries are summed from, with its errors.

    Parameters
    ----------
    inventory : Inventory
        Its rows tell the half-widths of activity and factor in percent.
    errors : UncertaintyRule, optional
        Such as ``park.about.uncertainty``: what a data rank stands for.
    scheme : str
        Such as ``park.about.industry_scheme``.

    Returns
    -------
    DataFrame
        ``group`` (the park, a division), ``species`` (with ``co2e`` and ``equivalents``, those of
        the air), ``year``, ``amount`` (tonnes, or equivalents), and what
        :func:`parkkit.inventory.deviations.deviating` tells: ``activity_key``, ``factor_key``,
        ``activity_percent``, ``factor_percent``, ``lacks_activity``, ``lacks_factor``. A factor
        has one key for all years, an activity one for each. What counts as an equivalent is
        settled by the amounts as they are told.
    """
    rows = inventory.emissions
    # An export is laid over the rows it is a part of: what a tonne counts goes with it.
    per_t = (equivalents(rows) / rows["emissions_t"]).mask(rows["emissions_t"] == 0, 0.0)
    counted = replace(inventory, emissions=rows.assign(per_t=per_t.where(rows["medium"] == "air")))
    known = deviating(counted, errors or UncertaintyRule())
    air = known[known["per_t"].notna()]
    air = air.assign(species=EQUIVALENTS, amount_t=air["emissions_t"] * air["per_t"])
    told = pd.concat([with_co2e(known), air], ignore_index=True)
    of_industry = told.assign(group=divisions(told["industry_code"], scheme))
    both = pd.concat([told.assign(group=PARK), of_industry[of_industry["group"] != ""]])
    return both.rename(columns={"amount_t": "amount"})[TERMS].reset_index(drop=True)


def economy_terms(economy: pd.DataFrame) -> pd.DataFrame:
    """Return an economy as terms: each row has an error of its own, or is taken as exact.

    Parameters
    ----------
    economy : DataFrame
        group, year, amount, and ``uncertainty_percent`` where known: the half-width of the 95 %
        interval.

    Raises
    ------
    ParkError
        If an uncertainty is no number from zero up.

    Examples
    --------
    >>> economy = pd.DataFrame({"group": "park", "year": [2020, 2021], "amount": [5.0, 6.0],
    ...     "uncertainty_percent": [3.0, None]})
    >>> economy_terms(economy)["activity_percent"].tolist()
    [3.0, 0.0]
    """
    rows = tidy_series(economy, "economy")
    told = economy.get("uncertainty_percent", pd.Series(np.nan, index=economy.index))
    percent = _half_widths(told, "economy.uncertainty_percent")
    number = pd.Series(range(len(rows)), index=rows.index).astype("str")
    blank = dict.fromkeys(["factor_key", *LACKS], "")
    return rows.assign(
        species=ECONOMY, activity_key=ECONOMY + "/" + number, factor_percent=0.0,
        activity_percent=percent.fillna(0.0), **blank,
    )[TERMS]  # fmt: skip


def _half_widths(given: pd.Series, where: str) -> pd.Series:
    """Return half-widths in percent, blanks missing; what is none is refused."""
    percent = pd.to_numeric(given, errors="coerce").astype("float64")
    is_blank = given.isna() | given.astype("str").str.strip().eq("")
    wrong = given[percent.isna() & ~is_blank]
    if len(wrong):
        raise ParkError("not_a_number", where=where, given=wrong.iloc[0])
    low = percent[(percent < 0) | np.isinf(percent)]
    if len(low):
        raise ParkError("not_from_zero_up", name=where, given=low.iloc[0])
    return percent


def checked_terms(terms: pd.DataFrame) -> pd.DataFrame:
    """Return terms with plain types and every column; blanks in what is lacking by default.

    Raises
    ------
    ParkError
        If a column is missing, or a year or an amount is no number.
    """
    for column in ERRORS:
        if column not in terms:
            raise ParkError("missing_column", where=f"terms.{column}", given=list(terms.columns))
    rows = tidy_series(terms, "terms", "species")[[*CELL, "amount"]]
    for what in ("activity", "factor"):
        rows[f"{what}_key"] = terms[f"{what}_key"].astype("str").fillna("")
        percent = f"{what}_percent"
        rows[percent] = _half_widths(terms[percent], f"terms.{percent}")
    # What has no factor lacks none.
    rows["factor_percent"] = rows["factor_percent"].mask(rows["factor_key"].eq(""), 0.0)
    for column, what in zip(LACKS, ("activity", "factor"), strict=True):
        lacking = f"{what}:" + rows[f"{what}_key"].astype("str")
        told = terms.get(column, lacking).fillna("")
        rows[column] = told.where(rows[f"{what}_percent"].isna(), "").astype("str")
    return rows


def draw_series(terms: pd.DataFrame, errors: UncertaintyRule) -> SeriesDraws:
    """Return draws of the yearly sums of terms, every shared error drawn once for all years.

    Each term is ``amount`` x (1 + a) x (1 + f), as in
    :func:`parkkit.inventory.uncertainty.combined`: a factor that two years share is as wrong in
    one as in the other, so it moves both levels and leaves the change between them.

    Parameters
    ----------
    terms : DataFrame
        What :func:`inventory_terms` or :func:`economy_terms` returns.
    errors : UncertaintyRule
        Distributions, draws, seed.

    Examples
    --------
    >>> terms = pd.DataFrame({"group": "park", "species": "co2e", "year": [2020, 2021],
    ...     "amount": [100.0, 110.0], "activity_key": ["a", "b"], "factor_key": "f",
    ...     "activity_percent": 0.0, "factor_percent": 30.0, "lacks_activity": "",
    ...     "lacks_factor": ""})
    >>> drawn = draw_series(terms, UncertaintyRule(draws=100)).drawn
    >>> bool(np.allclose(drawn[1] / drawn[0], 1.1))
    True
    """
    # A cell of which a part is missing has no sum, so it has no draws.
    whole = terms["amount"].isna().groupby([terms[name] for name in CELL]).transform("any")
    kept = terms[~whole]
    groups = kept.groupby(CELL, sort=True)
    table = groups.size().index.to_frame(index=False)
    if not len(kept):
        blank = table.assign(amount=0.0, known_share=0.0, is_known=False, lacks="")
        return SeriesDraws(cells=blank, drawn=np.empty((0, errors.draws)))
    rows = kept.rename(columns={"amount": "amount_t"}).assign(output=groups.ngroup())
    cells = cells_of(rows, errors)
    parts = parts_of(cells, errors.activity_distribution)
    drawn = drawn_sums(parts, cells.factor_sd, errors, range(len(table)))
    told = table.assign(**_known(rows, closed_form(cells)))
    return SeriesDraws(cells=told, drawn=drawn)


def _known(rows: pd.DataFrame, closed: pd.DataFrame) -> dict[str, pd.Series]:
    """Return of each cell the amount, how much of it has an uncertainty, and whose lacks."""
    has_both = rows["activity_percent"].notna() & (
        rows["factor_percent"].notna() | rows["factor_key"].eq("")
    )
    size = rows["amount_t"].abs()
    all_of = size.groupby(rows["output"]).sum()
    share = size.where(has_both, 0.0).groupby(rows["output"]).sum() / all_of.where(all_of > 0)
    share = share.fillna(0.0).mask(has_both.groupby(rows["output"]).all(), 1.0)
    long = pd.concat([rows[["output", name]].set_axis(["output", "code"], axis=1)
                      for name in LACKS])  # fmt: skip
    pairs = long[long["code"] != ""].drop_duplicates().sort_values("code")
    lacks = pairs.groupby("output")["code"].agg(SEPARATOR.join).reindex(share.index).fillna("")
    # As for totals: an interval of exact parts alone tells no width of all.
    is_known = share.eq(1) | (closed["closed_sd_t"] > NO_WIDTH * all_of)
    return {"amount": closed["amount_t"], "known_share": share, "is_known": is_known,
            "lacks": lacks}  # fmt: skip
