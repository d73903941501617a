"""Effect indexes: the factors of an identity as series of indexes, 1 in a base year."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from parkkit.core.errors import ParkError
from parkkit.diagnosis.compared_rows import Key, Panel, panel
from parkkit.diagnosis.decomposition import (
    Told,
    change,
    gathered,
    laid_out,
    residual,
)
from parkkit.diagnosis.identities import EFFECTS, Identity, parse_identity
from parkkit.diagnosis.links import Link, link
from parkkit.diagnosis.logarithmic_means import Floats, Method, check_choices
from parkkit.diagnosis.trends import Span, as_spans

EVERY_YEAR = (-(2**31), 2**31)


def lmdi_index(
    rows: pd.DataFrame,
    identity: str | Identity,
    *,
    base: int,
    years: Span | None = None,
    method: Method = "lmdi2",
    by: Sequence[str] = ("group",),
    key: Sequence[str] = ("industry",),
    moved: Collection[Key] = (),
) -> pd.DataFrame:
    """Return the factors of an identity as indexes by year, chained year on year.

    Parameters
    ----------
    rows, identity, by, key, moved
        As in :func:`parkkit.diagnosis.decomposition.decompose`.
    base : int
        The year in which every index is 1.
    years : (int, int), optional
        The first and the last year; all years of the rows where not given.
    method : {"lmdi2", "lmdi1"}
        LMDI-II, whose log-mean weights of the shares are normalised to 1, is what energy agencies
        publish.

    Returns
    -------
    DataFrame
        A row per group, year and effect: the columns ``by``, year, effect, index, residual, status,
        missing (cells between that year and the base), notes. The indexes of a year multiply to
        the one of ``total``.

    Raises
    ------
    ParkError
        As in ``decompose``, and if the base is not among the years.

    References
    ----------
    Ang 2015, Energy Policy 86, 233-238.

    Examples
    --------
    >>> rows = pd.DataFrame({"group": "US", "industry": "rail", "year": [1985, 1986, 1987],
    ...     "tkm": [10.0, 20.0, 20.0], "energy": [5.0, 8.0, 10.0]})
    >>> table = lmdi_index(rows, "energy = activity: tkm * intensity: energy/tkm", base=1985)
    >>> table.pivot(index="year", columns="effect", values="index")["intensity"].round(9).to_dict()
    {1985: 1.0, 1986: 0.8, 1987: 1.0}
    """
    check_choices(method, "multiplicative", "lmdi_index")
    parsed = parse_identity(identity) if isinstance(identity, str) else identity
    asked = EVERY_YEAR if years is None else as_spans(years)[0]
    found = panel(rows, parsed, by=by, key=key, years=asked, moved=moved)
    first, last = (found.years[0], found.years[-1]) if years is None else asked
    if not first <= base <= last:
        raise ParkError("base_outside", where="base", given=base, first=first, last=last)
    links = [
        link(found, parsed, year, year + 1, method=method, form="multiplicative")
        for year in range(first, last)
    ]
    tables = [
        _year(found, parsed, year, base, _between(links, first, year, base))
        for year in range(first, last + 1)
    ]
    table = pd.concat(tables, ignore_index=True)
    order = ["_group", "year"]
    return table.sort_values(order, kind="stable", ignore_index=True).drop(columns="_group")


def _between(links: Sequence[Link], first: int, year: int, base: int) -> list[Link]:
    """Return the links between a year and the base, none for the base itself."""
    low, high = sorted([year, base])
    return list(links[low - first : high - first])


def _year(
    found: Panel, identity: Identity, year: int, base: int, links: Sequence[Link]
) -> pd.DataFrame:
    """Return the indexes of one year, a row per group and effect."""
    indexes = _multiplied(found, identity, links)
    base_total = found.totals(base)
    effects = np.where((base_total > 0)[:, None], indexes if year >= base else 1 / indexes, np.nan)
    whole = change(base_total, found.totals(year), "multiplicative")
    # Of the base year itself there is no link that could name what is missing.
    unknown = [[f"{identity.left} {base}"] if np.isnan(total) else [] for total in base_total]
    zero = [["no_ratio"] if total == 0 else [] for total in base_total]
    told = Told(
        at={"year": year},
        effects=effects,
        whole=whole,
        residual=residual(effects, whole, whole, "multiplicative"),
        measured="index",
        missing=gathered([each.missing for each in links] or [unknown]),
        notes=gathered([zero, *(each.notes for each in links)]),
    )
    return laid_out(found, identity, told)


def _multiplied(found: Panel, identity: Identity, links: Sequence[Link]) -> Floats:
    """Return the links' indexes multiplied, 1 without any: the base is compared with itself."""
    if links:
        return np.asarray(np.stack([each.effects for each in links]).prod(axis=0))
    return np.ones((len(found.groups), len(EFFECTS) + len(identity.factors)))
