"""The uncertainty rule: the choices an inventory's uncertainty is told under."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal, get_args

import numpy as np
import pandas as pd

from parkkit.core.errors import ParkError, Problem, unknown

Distribution = Literal["normal", "lognormal", "triangular"]
DISTRIBUTIONS: tuple[Distribution, ...] = get_args(Distribution)
RANKS = (1, 2, 3, 4, 5)
# Half-widths of the central 95 % interval in standard deviations: of the normal distribution, and
# of the symmetric triangular one, whose half base c has c * (1 - sqrt(0.05)) inside and a
# standard deviation of c / sqrt(6).
NORMAL_95 = 1.959963984540054
TRIANGULAR_95 = math.sqrt(6) * (1 - math.sqrt(0.05))
DRAWS = (100, 10_000_000)
BY_RANK = ("activity_by_rank", "factor_by_rank")
# Factors known to an order of magnitude reach 100 to 200 %; more is a slip of the comma, mostly.
WIDEST_PERCENT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class UncertaintyRule:
    """How uncertainties are read and drawn.

    Every uncertainty is the half-width of a central 95 % interval in percent, and every value is
    the mean of its distribution: no total moves because its uncertainty is told.

    Parameters
    ----------
    activity_distribution, factor_distribution : {"normal", "lognormal", "triangular"}
        Of every activity amount (and reported release), and of every factor.
    activity_by_rank, factor_by_rank : mapping of int to float, optional
        Percent by data rank (1 best to 5), taken where a row tells no uncertainty of its own. A
        rank between two given ones is interpolated in a straight line; one outside of them has
        none. Without a mapping a row without an uncertainty has none.
    draws : int
        From 100 to 10 000 000.
    seed : int
        Not negative; the same seed gives the same draws.

    Raises
    ------
    ParkError
        If a value does not do.

    Examples
    --------
    >>> UncertaintyRule(factor_by_rank={1: 2, 5: 50}).draws
    10000
    >>> UncertaintyRule(draws=0)
    Traceback (most recent call last):
    parkkit.core.errors.ParkError: draws takes a whole number from 100 to 10000000, not '0'.
    """

    activity_distribution: Distribution = "normal"
    factor_distribution: Distribution = "normal"
    activity_by_rank: Mapping[int, float] | None = field(default=None, hash=False)
    factor_by_rank: Mapping[int, float] | None = field(default=None, hash=False)
    draws: int = 10_000
    seed: int = 1

    def __post_init__(self) -> None:
        for name in ("activity_distribution", "factor_distribution"):
            given = getattr(self, name)
            if given not in DISTRIBUTIONS:
                raise ParkError("unknown", kind=name, given=given, known=list(DISTRIBUTIONS))
        for name in BY_RANK:
            if (table := getattr(self, name)) is not None:
                _check_ranks(name, table)
                # A copy, in order of rank: what is given may be changed later.
                object.__setattr__(self, name, {rank: table[rank] for rank in sorted(table)})
        _check_whole("draws", self.draws, *DRAWS)
        _check_whole("seed", self.seed, 0, 2**63 - 1)


def _check_ranks(name: str, given: object) -> None:
    if not isinstance(given, Mapping) or not given:
        raise ParkError("not_by_rank", name=name, given=given)
    for rank, percent in given.items():
        is_rank = type(rank) is int and rank in RANKS
        is_number = isinstance(percent, int | float) and not isinstance(percent, bool)
        if not is_rank or not is_number or not math.isfinite(percent) or percent < 0:
            raise ParkError("not_by_rank", name=name, given=_as_typed(rank, percent))
    ordered = [given[rank] for rank in sorted(given)]
    if ordered != sorted(ordered):
        raise ParkError("ranks_fall", name=name, given=ordered)


def _as_typed(rank: object, percent: object) -> str:
    """Return a rank and its half-width as they stand in TOML, where 1.5 is a 5 within a 1."""
    while isinstance(percent, Mapping) and percent:
        within, percent = next(iter(percent.items()))
        rank = f"{rank}.{within}"
    return f"{rank} = {percent}"


def wide_ranks(rule: UncertaintyRule) -> list[Problem]:
    """Return a warning for each half-width of a rank above ``WIDEST_PERCENT``.

    Examples
    --------
    >>> [problem.values["given"] for problem in wide_ranks(UncertaintyRule(
    ...     factor_by_rank={1: 5, 5: 2000}))]
    ['5 = 2000']
    """
    return [
        Problem(code="wide_rank", is_warning=True,
                values={"name": name, "given": f"{rank} = {percent:g}", "high": WIDEST_PERCENT})
        for name in BY_RANK for rank, percent in (getattr(rule, name) or {}).items()
        if percent > WIDEST_PERCENT
    ]  # fmt: skip


def _check_whole(name: str, given: object, low: int, high: int) -> None:
    if type(given) is not int or not low <= given <= high:
        raise ParkError("not_whole_between", name=name, given=given, low=low, high=high)


def uncertainty_rule(given: Mapping[str, object], *, where: str = "") -> UncertaintyRule:
    """Return the rule written in a mapping, such as ``[uncertainty]`` of ``park.toml``.

    Raises
    ------
    ParkError
        If a name is no choice or a value does not do.

    Examples
    --------
    >>> uncertainty_rule({"activity_by_rank": {"1": 2, "5": 40}, "seed": 7}).activity_by_rank
    {1: 2, 5: 40}
    """
    names = [each.name for each in fields(UncertaintyRule)]
    for name in given:
        if name not in names:
            raise unknown("choice", name, names, where=where)
    values = {name: _with_ranks(v) if name in BY_RANK else v for name, v in given.items()}
    return UncertaintyRule(**values)  # type: ignore[arg-type]  # checked where it is made


def _with_ranks(given: object) -> object:
    """Return a table of TOML, whose keys are text, with whole numbers for keys."""
    if not isinstance(given, Mapping):
        return given
    known = {str(rank): rank for rank in RANKS}
    return {known.get(key, key) if isinstance(key, str) else key: v for key, v in given.items()}


def percent_by_rank(ranks: pd.Series, table: Mapping[int, float] | None) -> pd.Series:
    """Return the half-width in percent that a rule gives each data rank; missing where none.

    Examples
    --------
    >>> percent_by_rank(pd.Series([1.0, 2.5, 4.0]), {1: 5, 3: 25}).tolist()
    [5.0, 20.0, nan]
    """
    if table is None:
        return pd.Series(np.nan, index=ranks.index)
    given = sorted(table)
    found = np.interp(ranks, given, [table[rank] for rank in given], left=np.nan, right=np.nan)
    # With one rank given, a rank that is not there would take its percent.
    return pd.Series(found, index=ranks.index).where(ranks.notna())


def relative_sd(percent: np.ndarray, distribution: Distribution) -> np.ndarray:
    """Return standard deviations as shares of the mean, from half-widths in percent.

    Normal: U / 1.959964. Triangular: U / 1.901768, so that its own 95 % interval is plus and
    minus U. Lognormal: U / 1.959964 too; its interval is not symmetric, so it takes the variance
    of the normal distribution that U speaks of, with the value as its mean (IPCC 2006 V1 Ch3,
    where U/200 stands for the same).

    Examples
    --------
    >>> [round(float(relative_sd(np.array([10.0]), name)[0]), 6) for name in DISTRIBUTIONS]
    [0.051021, 0.051021, 0.052583]
    """
    width = TRIANGULAR_95 if distribution == "triangular" else NORMAL_95
    return np.asarray(percent, dtype="float64") / (100 * width)
