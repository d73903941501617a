"""Peaking: whether a yearly series has passed its highest point for good."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from parkkit.core.errors import ParkError
from parkkit.diagnosis.slopes import ROUNDING, gaps, lacking_years, shared_ranks, slope_of
from parkkit.diagnosis.trend_tests import (
    DEFAULT_TREND_RULE,
    TRUSTED,
    TrendRule,
    named_cells,
    trend_of,
)
from parkkit.diagnosis.trends import (
    KEYS,
    PARTIAL,
    SEPARATOR,
    mixed_bases,
    tidy_series,
    yearly_cells,
)

EVIDENCE = ["peak_year", "peak_amount", "tied_years", "last_year", "years_after", "short_years",
            "slope", "slope_share", "p", "full_p", "full_trend"]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakingRule:
    """The choices a peak is told under.

    Parameters
    ----------
    years_after : int
        The years with data after the peak that a peak needs, none of them above it; the test
        of them needs 5 in any case.
    band : float
        A plateau: amounts no further below the peak than this share of it.
    trend : TrendRule
        How the years after the peak are tested.

    Examples
    --------
    >>> PeakingRule(band=5)
    Traceback (most recent call last):
    parkkit.core.errors.ParkError: band takes a number between 0 and 1, such as 0.05, not '5'.
    """

    years_after: int = 5
    band: float = 0.02
    trend: TrendRule = DEFAULT_TREND_RULE

    def __post_init__(self) -> None:
        if self.years_after < 1 or self.years_after != int(self.years_after):
            raise ParkError("not_from_one_up", name="years_after", given=self.years_after)
        if not 0 <= self.band < 1:
            raise ParkError("not_a_level", name="band", given=self.band)


DEFAULT_PEAKING_RULE = PeakingRule()


def peaking(rows: pd.DataFrame, *, rule: PeakingRule = DEFAULT_PEAKING_RULE) -> pd.DataFrame:
    """Tell for every series of a tidy table whether it has peaked.

    The years after the peak are tested alone: a series that rises and falls again shows no trend
    as a whole, and the peak itself stands above the rest by definition. The state is the first
    of these that holds:

    - ``not_computable``: fewer years than a peak and ``years_after`` more; nothing above zero;
    - ``peaked``: ``years_after`` years with data or more after the peak, which Mann-Kendall and
      Sen's slope find to fall;
    - ``peak_before_data``: as ``peaked`` or as ``likely`` below, but the peak is the first year
      with data: a series that only falls may have been higher before;
    - ``plateau``: the last ``years_after`` + 1 years, the peak among them or not, all lie within
      ``band`` of the peak;
    - ``likely``: two years or more after the peak fall by Sen's slope, and the last lies further
      below the peak than ``band``;
    - ``not_yet``: anything else, such as a peak in the last year or an amount that is back up.

    Parameters
    ----------
    rows : DataFrame
        Columns group, year, species, amount; measure, price_year, unit, ``is_partial`` where
        known. Rows of one group, year and species add up; one blank makes their sum missing.
        The last years are left out where they are partial and an earlier one is not: they would
        look like a fall.
    rule : PeakingRule
        What a peak needs.

    Returns
    -------
    DataFrame
        A row per group and species: state, peak_year (the last of several that share the
        maximum), peak_amount, tied_years (all of these, where there are several), last_year,
        years_after (with data), short_years (how many years are missing for a judgement), slope
        (a year) and p of the years after the peak, slope_share (of the peak), full_p and
        full_trend of the whole series for comparison, missing (cells without data and those left
        out) and notes (codes): ``gap_years``, ``tied_peak``, ``partial_left_out``, ``partial``,
        ``few_years_after``, ``too_few_points``, ``base_not_positive`` and mixed bases.

    Raises
    ------
    ParkError
        If a column is missing, or a year or an amount is no number.

    References
    ----------
    Mann-Kendall and Sen on the years after the peak: :mod:`parkkit.diagnosis.trend_tests`. No
    standard sets ``years_after`` or ``band``; the defaults are ours.

    Examples
    --------
    >>> rows = pd.DataFrame({"group": "park", "year": range(2014, 2024), "species": "co2e",
    ...     "amount": [100.0, 104, 109, 112, 110, 108, 105, 101, 98, 95]})
    >>> peaking(rows)[["state", "peak_year", "years_after", "full_trend"]].to_dict("records")
    [{'state': 'peaked', 'peak_year': 2017, 'years_after': 6, 'full_trend': 'no_trend'}]
    """
    tidy = tidy_series(rows, "rows", "species").rename(columns={"species": "name"})
    told = [
        {"group": group, "species": name, **_judged(cells, f"{group} {name}", rule)}
        for (group, name), cells in yearly_cells(tidy).groupby(KEYS)
    ]
    columns = ["group", "species", "state", *EVIDENCE, "missing", "notes"]
    table = pd.DataFrame(told, columns=columns)
    whole = ["peak_year", "last_year", "years_after", "short_years"]
    return table.astype(dict.fromkeys(whole, "Int64"))


def _judged(cells: pd.DataFrame, where: str, rule: PeakingRule) -> dict[str, object]:
    """Return state, evidence, missing and notes of the yearly cells of one series."""
    whole, notes = _without_partial_end(cells)
    by_year = pd.Series(whole["amount"].to_numpy(), index=whole["year"].to_numpy(dtype="int64"))
    known = by_year[np.isfinite(by_year)].sort_index()
    mixed, lacking = mixed_bases(whole), lacking_years(by_year, known)
    short = max(rule.years_after + 1 - len(known), 0)
    has_peak = len(known) > 0 and known.max() > 0
    notes += [*gaps(lacking, known), *mixed, *(["too_few_points"] if short else [])]
    notes += [] if has_peak or known.empty else ["base_not_positive"]
    told: dict[str, object] = {"state": "not_computable", "short_years": short,
                               "tied_years": "", "full_trend": "not_computable"}  # fmt: skip
    if has_peak and not mixed:
        after, evidence, more = _evidence(known, where, rule)
        told |= evidence if short else {**evidence, "state": _state(known, after, evidence, rule)}
        notes += more
    left_out = sorted(set(cells["year"]) - set(whole["year"]))
    missing = named_cells(cells["name"].iloc[0], [*lacking, *left_out])
    return {**told, "missing": missing, "notes": SEPARATOR.join(dict.fromkeys(notes))}


def _without_partial_end(cells: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return the cells up to the last year that is whole, with the notes on partial ones."""
    if PARTIAL not in cells:
        return cells, []
    is_partial = cells[PARTIAL].eq(True)
    if is_partial.all() or not is_partial.any():
        return cells, ["partial"] if len(cells) and is_partial.all() else []
    last = cells.loc[~is_partial, "year"].max()
    is_end, kept = cells["year"] > last, cells[cells["year"] <= last]
    notes = {"partial_left_out": is_end.any(), "partial": (is_partial & ~is_end).any()}
    return kept, [code for code, is_so in notes.items() if is_so]


def _evidence(
    known: pd.Series, where: str, rule: PeakingRule
) -> tuple[pd.Series, dict[str, float | str], list[str]]:
    """Return the years after the peak, what they and the whole series show, and the notes."""
    ranks = shared_ranks(known.to_numpy(dtype=float))
    tied = [int(year) for year in known.index[ranks == ranks.max()]]
    peak = float(known.loc[tied[-1]])
    after = known[known.index > tied[-1]]
    test, _ = trend_of(after, rule.trend, where=where)
    # The whole series may be too long for an exact test.
    full, _ = trend_of(known, replace(rule.trend, method="normal"))
    slope = slope_of(after)[0]["slope"]
    evidence: dict[str, float | str] = {
        "peak_year": tied[-1], "peak_amount": peak, "last_year": int(known.index[-1]),
        "tied_years": SEPARATOR.join(map(str, tied)) if len(tied) > 1 else "",
        "years_after": len(after), "slope": slope, "slope_share": slope / peak, "p": test["p"],
        "full_p": full["p"], "full_trend": full["trend"],
    }  # fmt: skip
    notes = {
        "tied_peak": len(tied) > 1,
        "few_years_after": rule.years_after <= len(after) < TRUSTED,
    }
    return after, evidence, [code for code, is_so in notes.items() if is_so]


def _state(
    known: pd.Series, after: pd.Series, evidence: dict[str, float | str], rule: PeakingRule
) -> str:
    """Return the state of a series that is long enough for one."""
    slope, p, peak = (float(evidence[name]) for name in ("slope", "p", "peak_amount"))
    # A hair below the bound, so that rounding does not decide.
    floor = peak * (1 - rule.band) * (1 - ROUNDING)
    # A series that only falls is highest in its first year, whenever its peak was.
    falls = "peak_before_data" if evidence["peak_year"] == known.index[0] else ""
    if len(after) >= rule.years_after and p < rule.trend.alpha and slope < 0:
        return falls or "peaked"
    if known.iloc[-(rule.years_after + 1) :].min() >= floor:
        return "plateau"
    return (falls or "likely") if slope < 0 and known.iloc[-1] < floor else "not_yet"
