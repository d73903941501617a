"""Uncertainty budget: what to measure better first, and how good the data are by rank."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd

from parkkit.core.errors import unknown
from parkkit.core.labels import Language, label
from parkkit.core.uncertainty_rule import NORMAL_95, UncertaintyRule, relative_sd
from parkkit.core.vocabulary import codes, synonyms
from parkkit.inventory.compilation import CO2E, Inventory, grouping, is_memo, known_year
from parkkit.inventory.deviations import deviating, with_co2e

BANDS = ("1", "2", "3", "4", "5", "none")
FIRST_OF_KEY = ["activity_id", "release_id", "source_id", "item", "origin", "activity_rank"]
BUDGET = ["medium", "rank", "kind", "id", "source_id", "item", "origin", "factor_set", "data_rank",
          "sources", "amount_t", "half_width_percent", "width_t", "width_share",
          "variance_share", "status", "missing"]  # fmt: skip


def uncertainty_budget(
    inventory: Inventory, rule: UncertaintyRule | None = None, *, species: str = CO2E, year: int
) -> pd.DataFrame:
    """Return what to measure better first, for the total of a species in a year.

    Parameters
    ----------
    rule : UncertaintyRule, optional
        As for ``propagate``.
    species : str
        A species (code or name), or ``co2e``.

    Returns
    -------
    DataFrame
        A row per ``medium``, activity, reported release and factor, the most rewarding first,
        each medium a total of its own: ``rank`` (in the medium),
        ``kind`` (activity, release, certificate, factor, other), ``id`` (the activity_id, ...),
        ``source_id``, ``item``, ``origin`` (of an activity), ``factor_set`` (of a factor),
        ``data_rank``, ``sources`` (how many it reaches), ``amount_t`` (the tonnes it bears),
        ``half_width_percent``, ``width_t`` (by how many tonnes the 95 % interval of the total
        would be narrower if this alone were known exactly), ``width_share`` (of that interval),
        ``variance_share`` (with all that it takes part in: the shares sum to a little above 1
        where activity and factor are both uncertain). Where nobody told an uncertainty
        ``width_t`` is missing, ``status`` is ``not_computable``, ``missing`` says
        ``uncertainty``, and the largest amount comes first.

    Raises
    ------
    ParkError
        If the species is unknown, or the inventory tells nothing of the year.

    Examples
    --------
    Of two sources with a standard deviation of 3 and 4 t the total's is 5 t. Without the second
    it is 3 t: the interval, 2 x 1.96 x 5 = 19.6 t wide, loses 2 x 1.96 x 2 = 7.8 t.
    """
    rule, code = rule or UncertaintyRule(), _coded(species)
    rows = with_co2e(deviating(inventory, rule, years=[known_year(inventory, year)]))
    rows = rows[rows["species"] == code]
    parts = [_of_medium(each, rule).assign(medium=str(medium))
             for medium, each in rows.groupby("medium")]  # fmt: skip
    return pd.concat(parts, ignore_index=True)[BUDGET] if parts else pd.DataFrame(columns=BUDGET)


def _of_medium(rows: pd.DataFrame, rule: UncertaintyRule) -> pd.DataFrame:
    """Return what each part bears of the uncertainty of one total."""
    parts = pd.concat([_activities(rows), _factors(rows)], ignore_index=True)
    own, total = _variances(rows, rule)
    table = _narrowed(parts, parts["key"].map(own), total)
    ordered = table.assign(size_t=table["amount_t"].abs()).sort_values(
        ["width_t", "size_t", "kind", "id"], ascending=[False, False, True, True],
        na_position="last", ignore_index=True,
    )  # fmt: skip
    places = pd.Series(range(1, len(ordered) + 1), dtype="Int64")
    return ordered.assign(rank=places.where(ordered["width_t"].notna()))


def _coded(species: str) -> str:
    """Return the code of a species by its code or a name, or refuse it."""
    known = {CO2E: CO2E, **synonyms("species")}
    if species.lower() not in known:
        raise unknown("species", species, [CO2E, *codes("species")], where="species")
    return known[species.lower()]


def _activities(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a row per activity, reported release and whatever else has an error of its own."""
    ordered = rows.sort_values([*FIRST_OF_KEY, "factor_id"], kind="stable")
    groups = ordered.groupby("activity_key", sort=True)
    table = groups[FIRST_OF_KEY].first().join(_borne(rows, "activity_key", "activity_percent"))
    kind = table.index.to_series().str.split("/").str[0].rename("kind")
    key_id = table.index.to_series().str.partition("/")[2].rename("id")
    known = ["activity", "release", "certificate"]
    kind = kind.mask(kind == "factor", "certificate")
    told = table.assign(kind=kind.where(kind.isin(known), "other"), id=key_id, factor_set="")
    return told.rename(columns={"activity_rank": "data_rank"}).rename_axis("key").reset_index()


def _factors(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a row per factor that rows share."""
    rows = rows[rows["factor_key"] != ""]
    table = rows.groupby("factor_key", sort=True).agg(
        id=("factor_key", lambda keys: str(keys.iloc[0]).partition("/")[2]),
        factor_set=("factor_set", "first"), data_rank=("factor_rank", "max"),
    ).join(_borne(rows, "factor_key", "factor_percent"))  # fmt: skip
    blank = dict.fromkeys(["source_id", "item", "origin"], "")
    return table.assign(kind="factor", **blank).rename_axis("key").reset_index()


def _borne(rows: pd.DataFrame, key: str, percent: str) -> pd.DataFrame:
    """Return the sources that each key reaches, the tonnes that it bears, and its half-width."""
    return rows.groupby(key, sort=True).agg(
        sources=("source_id", "nunique"), amount_t=("amount_t", "sum"),
        half_width_percent=(percent, "max"),
    )  # fmt: skip


def _variances(rows: pd.DataFrame, rule: UncertaintyRule) -> tuple[pd.Series, float]:
    """Return the variance that each key takes part in, and that of the total."""
    cells = rows.groupby(["activity_key", "factor_key"], as_index=False).agg(
        amount_t=("amount_t", "sum"), activity_percent=("activity_percent", "max"),
        factor_percent=("factor_percent", "max"),
    )  # fmt: skip
    activity = relative_sd(
        cells["activity_percent"].fillna(0.0).to_numpy(), rule.activity_distribution
    )
    factor = relative_sd(cells["factor_percent"].fillna(0.0).to_numpy(), rule.factor_distribution)
    both = (cells["amount_t"] * activity * factor) ** 2
    alone, own = [], []
    for name, sd in {"activity_key": activity, "factor_key": factor}.items():
        first = (cells["amount_t"] * sd).groupby(cells[name]).sum() ** 2
        alone.append(first)
        own.append(first + both.groupby(cells[name]).sum())
    total = float(sum(each.sum() for each in alone) + both.sum())
    together = pd.concat(own)
    return together[together.index != ""], total


def _narrowed(parts: pd.DataFrame, own: pd.Series, total: float) -> pd.DataFrame:
    """Add what the interval would lose without each part; missing where nobody knows."""
    is_unknown = parts["half_width_percent"].isna()
    # The part's variance may exceed the total's by the last digit.
    without = np.sqrt((total - own).clip(lower=0.0))
    width = (2 * NORMAL_95 * (np.sqrt(total) - without)).mask(is_unknown)
    of_all = total if total > 0 else np.nan
    status = pd.Series("computed", index=parts.index, dtype="str")
    missing = pd.Series("", index=parts.index, dtype="str")
    return parts.assign(
        width_t=width,
        width_share=width / (2 * NORMAL_95 * np.sqrt(of_all)),
        variance_share=own.mask(is_unknown) / of_all,
        status=status.mask(is_unknown, "not_computable"),
        missing=missing.mask(is_unknown, "uncertainty"),
    )


def why_mean_and_median_differ(table: pd.DataFrame, language: Language) -> pd.Series:
    """Return a sentence per row of ``propagate``: value, mean and median, and why they differ.

    The value is the mean of what is drawn, so those two differ by chance alone; the median
    differs where the inputs are skewed, or where errors of activity and factor multiply.

    Examples
    --------
    >>> row = {"species": "co2e", "amount_t": 80000.0, "mean_t": 80003.0, "median_t": 79980.0,
    ...     "draws": 10000, "skew": "second_order"}
    >>> why_mean_and_median_differ(pd.DataFrame([row]), "en").str.slice(0, 57).tolist()
    ['co2e: value 80,000 t, mean of 10,000 draws 80,003 t, medi']
    """
    return pd.Series(
        [_why(row, language) for row in table.to_dict("records")], index=table.index, dtype="str"
    )


def _why(row: dict[Hashable, object], language: Language) -> str:
    species = str(row["species"])
    if row["skew"] == "":
        return label("uncertainty.why.unknown", language, species=species)
    figures = {name: _figure(float(str(row[f"{name}_t"]))) for name in ("amount", "mean", "median")}
    told = label("uncertainty.why.figures", language, species=species,
                 draws=f"{row['draws']:,}", **figures)  # fmt: skip
    return told + label(f"uncertainty.why.{row['skew']}", language)


def _figure(value: float) -> str:
    """Return a number with five significant digits and no exponent.

    Examples
    --------
    >>> [_figure(each) for each in (3276187.03, 12.34567, 0.0)]
    ['3,276,200', '12.346', '0']
    """
    if value == 0 or not np.isfinite(value):
        return f"{value:.0f}"
    digits = 4 - int(np.floor(np.log10(abs(value))))
    return f"{round(value, digits):,.{max(digits, 0)}f}"


def rank_shares(inventory: Inventory, *, by: Sequence[str] = ("year",)) -> pd.DataFrame:
    """Return what share of the tonnes rests on data of each rank, of activity and of factors.

    Ranks are decimals: a band takes what rounds to it, halves going to the worse (1.5 is in band
    2). ``none`` has no rank. Tonnes count by size, whatever their sign, so that what is taken off
    hides nothing. A reported release has no factor and is not among the tonnes of factors.

    Parameters
    ----------
    by : sequence of str
        Columns of ``emissions``.

    Returns
    -------
    DataFrame
        Per group, species (with ``co2e``), ``medium`` and ``kind`` (activity, factor) a row for
        each ``band`` (1 to 5, none): ``amount_t`` (by size), ``share``, and ``mean_rank``
        (weighted by tonnes, of those that have a rank; the same in each band).

    Examples
    --------
    60 t of rank 1 and 40 t of rank 3.5 have 0.6 in band 1, 0.4 in band 4 and a mean rank of 2.
    """
    rows = inventory.emissions
    rows = with_co2e(rows[~is_memo(rows) & rows["emissions_t"].notna()])
    group = [*dict.fromkeys([*grouping(inventory, by), "species", "medium", "kind"])]
    has_factor = rows["factor_id"] != ""
    long = pd.concat(
        [
            rows.assign(kind="activity", data_rank=rows["activity_rank"]),
            rows.assign(kind="factor", data_rank=rows["factor_rank"])[has_factor],
        ]
    )
    long = long.assign(amount_t=long["amount_t"].abs(), band=_bands(long["data_rank"]))
    long = long.assign(
        ranked_t=long["amount_t"].where(long["data_rank"].notna(), 0.0),
        weighted=(long["amount_t"] * long["data_rank"]).fillna(0.0),
    )
    sums = long.groupby(group, dropna=False)[["amount_t", "ranked_t", "weighted"]].sum()
    sums = sums.rename(columns={"amount_t": "all_t"}).reset_index()
    each = sums.merge(pd.DataFrame({"band": BANDS}), how="cross")
    found = long.groupby([*group, "band"], dropna=False)["amount_t"].sum().reset_index()
    table = each.merge(found, on=[*group, "band"], how="left")
    amount = table["amount_t"].fillna(0.0)  # a band that no row is in holds no tonnes
    return table.assign(
        amount_t=amount,
        share=amount / table["all_t"].where(table["all_t"] > 0),
        mean_rank=table["weighted"] / table["ranked_t"].where(table["ranked_t"] > 0),
    ).drop(columns=["all_t", "ranked_t", "weighted"])


def _bands(ranks: pd.Series) -> pd.Series:
    whole = pd.Series(np.floor(ranks.to_numpy(dtype="float64") + 0.5), index=ranks.index)
    return whole.map("{:.0f}".format, na_action="ignore").fillna("none").astype("str")
