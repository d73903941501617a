"""Correlations: which species go together over the sources of a year, or over the years."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Literal, TypedDict, get_args

import pandas as pd

from parkkit.core.errors import ParkError, unknown
from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.calculation import greenhouse_gases
from parkkit.inventory.compilation import CO2E, Inventory, known_year
from parkkit.inventory.fusion import fuse
from parkkit.inventory.significance import correlation_p_value, holm, rank_p_value

Method = Literal["spearman", "pearson"]
Over = Literal["sources", "years"]
LEAST_PAIRS = 5
ALPHA = 0.05
FEW, NO_SPREAD = "fewer_than_five_pairs", "no_spread"
CORRELATIONS = ["species_a", "species_b", "n", "coefficient", "p_value", "p_adjusted",
                "is_significant", "status", "reason"]  # fmt: skip


class Found(TypedDict):
    """What one pair of species gives."""

    n: int
    coefficient: float
    p_value: float
    reason: str


def correlations(
    inventory: Inventory,
    *,
    species: Sequence[str],
    over: Over = "sources",
    year: int | None = None,
    method: Method = "spearman",
) -> pd.DataFrame:
    """Return how each pair of species goes together, and whether chance would do as well.

    Over sources, a source counts for a pair where it tells both in full; over years, a year in
    which every source does. That two species both fell over years does not say that one cause
    moved them: what follows the years correlates with anything that does.

    Parameters
    ----------
    species : sequence of str
        Two or more; ``co2e`` is direct CO2e. Tonnes of all media together.
    over : {"sources", "years"}
        The sources of ``year``, or the park's sums of all years.
    year : int, optional
        Needed over sources; over years there is none.
    method : {"spearman", "pearson"}
        By ranks (ties share theirs), or by amounts.

    Returns
    -------
    DataFrame
        A row per pair: ``species_a``, ``species_b``, ``n`` (pairs of numbers), ``coefficient``
        (-1 to 1), ``p_value`` (two-sided: of amounts, and of more than eight ranks, by Student's t,
        of up to eight ranks by counting every order),
        ``p_adjusted`` (Holm, over the pairs of the table that were computed),
        ``is_significant`` (adjusted below 0.05), ``status`` (``computed``, ``cannot_judge``) and
        ``reason`` (``fewer_than_five_pairs``; ``no_spread``: all of one are equal).

    Raises
    ------
    ParkError
        If a choice, the year or a species is unknown, fewer than two species are asked for or
        one twice, or the year is not given where it is needed.

    References
    ----------
    Holm 1979, Scandinavian Journal of Statistics 6, 65-70.
    """
    names = _checked(species, over, method)
    values = _values(inventory, names, over, year)
    pairs = list(combinations(names, 2))
    found = [_correlated(values[one], values[other], method) for one, other in pairs]
    table = pd.DataFrame(pairs, columns=["species_a", "species_b"]).join(pd.DataFrame(found))
    table["p_adjusted"] = holm(table["p_value"])
    is_known = table["reason"] == ""
    table["status"] = is_known.map({True: "computed", False: "cannot_judge"})
    is_sure = (table["p_adjusted"] < ALPHA).astype("boolean")
    return table.assign(is_significant=is_sure.where(is_known))[CORRELATIONS]


def _checked(species: Sequence[str], over: str, method: str) -> list[str]:
    if over not in get_args(Over):
        raise unknown("over", over, get_args(Over))
    if method not in get_args(Method):
        raise unknown("method", method, get_args(Method))
    names = [species] if isinstance(species, str) else list(species)
    known = {CO2E, *vocabulary("species")["species"]}
    for name in names:
        if name not in known:
            raise unknown("species", name, known, where="species")
    if len(names) < 2 or len({*names}) < len(names):
        raise ParkError("not_two_species", given=names)
    return names


def _values(
    inventory: Inventory, names: Sequence[str], over: Over, year: int | None
) -> pd.DataFrame:
    """Return the tonnes of each species by source or year, missing where not told in full."""
    if (over == "sources") != (year is not None):
        raise ParkError("year_and_over", given=year, over=over)
    fused = fuse(inventory)
    if year is not None:
        fused = fused[fused["year"] == known_year(inventory, year)]
    lacking = [set(text.split(";")) for text in fused["missing"]]
    table = {}
    for name in names:
        amount = fused.get("direct_co2e_t" if name == CO2E else f"{name}_t")
        tonnes = pd.Series(float("nan"), index=fused.index) if amount is None else amount
        needed = greenhouse_gases() if name == CO2E else {name}
        is_short = pd.Series([bool(each & needed) for each in lacking], index=fused.index)
        if over == "years":
            is_short = is_short.groupby(fused["year"]).any()
            tonnes = tonnes.groupby(fused["year"]).sum(min_count=1)
        table[name] = tonnes.astype("float64").mask(is_short.astype(bool))
    return pd.DataFrame(table)


def _correlated(one: pd.Series, other: pd.Series, method: Method) -> Found:
    both = pd.DataFrame({"one": one, "other": other}).dropna()
    nothing = Found(n=len(both), coefficient=float("nan"), p_value=float("nan"), reason="")
    if len(both) < LEAST_PAIRS:
        return {**nothing, "reason": FEW}
    if both["one"].nunique() < 2 or both["other"].nunique() < 2:
        return {**nothing, "reason": NO_SPREAD}
    points = both.rank() if method == "spearman" else both
    # Each side in units of its own spread, so that tonnes or kilograms make no difference.
    apart = points - points.mean()
    apart = apart / (apart**2).sum() ** 0.5
    coefficient = float((apart["one"] * apart["other"]).sum())
    coefficient = max(-1.0, min(1.0, coefficient))  # a perfect one may end in binary dust
    by_ranks = method == "spearman"
    p_value = (rank_p_value(points["one"], points["other"]) if by_ranks
               else correlation_p_value(coefficient, len(both)))  # fmt: skip
    return {**nothing, "coefficient": coefficient, "p_value": p_value}
