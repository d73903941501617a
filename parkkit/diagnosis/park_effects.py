"""Park effects: why what a park emits changed, over a span and link by link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from parkkit.core.errors import ParkError
from parkkit.diagnosis.decomposition import RESIDUAL, decompose
from parkkit.diagnosis.identities import BOUNDARY_MOVED, TOTAL, Identity, parse_identity
from parkkit.diagnosis.logarithmic_means import logarithmic_mean
from parkkit.diagnosis.park_rows import ENERGY
from parkkit.diagnosis.trends import SEPARATOR, Span

NET_SELLERS = "net_sellers"


def decompose_park(
    rows: pd.DataFrame,
    identities: Mapping[str, str | Identity],
    span: Span,
    *,
    restated: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Tell why what a park emits changed over a span, industries that sell energy apart.

    An industry that sells more energy than it takes in (waste burnt for power) has a consumption
    below zero, for which no energy intensity is defined. What it emits stands in an effect of its
    own, ``net_sellers``, and the effects still sum to the whole change. An industry in which
    nobody tells of a pollutant is left out of that pollutant, as it is of its total.

    Parameters
    ----------
    rows : DataFrame
        What :func:`parkkit.diagnosis.park_rows.park_rows` returns.
    identities : mapping of str to str
        By species, as :func:`parkkit.diagnosis.identities.park_identities` makes them.
    span : (int, int)
        First and last year.
    restated : DataFrame, optional
        The rows of the first year on the perimeter of the last, where the boundary moved: what
        :func:`parkkit.diagnosis.park_rows.restated_rows` returns. The effect ``boundary_moved``
        is what they differ by from those declared; the factors compare one perimeter.

    Returns
    -------
    DataFrame
        As :func:`parkkit.diagnosis.decomposition.decompose_each` (LMDI-I, additive, by the end
        points), with ``sellers`` and ``untold`` (industries, joined by semicolons) and the
        ``before`` and ``after`` of the whole. ``total`` is that of all industries.

    Raises
    ------
    ParkError
        If an amount other than the energy is negative.

    References
    ----------
    Ang 2015, Energy Policy 86, 233-238. That net sellers stand apart is our choice.

    Examples
    --------
    >>> rows = pd.DataFrame({"group": "park", "industry": ["26", "77"] * 2,
    ...     "year": [2020, 2020, 2021, 2021], "energy_tce": [10.0, -2.0, 20.0, -3.0],
    ...     "co2e_t": [30.0, 5.0, 60.0, 6.0]})
    >>> table = decompose_park(rows, {"co2e": "co2e_t = energy: energy_tce * co2e_t/energy_tce"},
    ...     (2020, 2021))
    >>> table.set_index("effect").loc[["energy", "net_sellers"], "amount"].round(9).tolist()
    [30.0, 1.0]
    """
    declared = rows[rows["year"].isin(span)]
    if restated is None:
        compared = declared
    else:
        last = declared[declared["year"] == span[1]]
        compared = pd.concat([restated, last], ignore_index=True)
    frames = [_decomposed(declared, compared, name, identity, span)
              for name, identity in identities.items()]  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def _decomposed(
    declared: pd.DataFrame,
    compared: pd.DataFrame,
    name: str,
    identity: str | Identity,
    span: Span,
) -> pd.DataFrame:
    parsed = parse_identity(identity) if isinstance(identity, str) else identity
    kept, sellers = _kept(compared, parsed), net_sellers(compared)
    is_seller = kept["industry"].isin(sellers)
    table = decompose(kept[~is_seller], parsed, span)
    if not len(table):
        return table.assign(species=name, sellers="", untold="", before=np.nan, after=np.nan)
    own = _kept(declared, parsed)
    whole = _ends(own, parsed.left, span)
    sold = _ends(kept[is_seller], parsed.left, span)
    moved = _ends(kept, parsed.left, span)[0] - whole[0]
    if np.isnan(moved) and table["missing"].eq("").all():
        # Only on the declared perimeter: its cell is not among those that were compared.
        table["missing"] = f" {parsed.left} {span[0]}"
    untold = sorted(set(compared["industry"]) - set(kept["industry"]))
    told = _with_whole(table, whole, sold[1] - sold[0] if sellers else None, moved)
    return told.assign(species=name, sellers=SEPARATOR.join(sellers),
                       untold=SEPARATOR.join(untold), before=whole[0], after=whole[1])  # fmt: skip


def net_sellers(rows: pd.DataFrame) -> list[str]:
    """Return the industries that sell more energy than they take in, in any year of the rows."""
    return sorted(set(rows.loc[rows[ENERGY] < 0, "industry"]))


def _kept(rows: pd.DataFrame, identity: Identity) -> pd.DataFrame:
    """Return the rows of the industries that tell of what an identity explains."""
    told = f"{identity.left.removesuffix('_emitted_t')}_is_told"
    return rows[rows[told]] if told in rows else rows


def _ends(rows: pd.DataFrame, column: str, span: Span) -> tuple[float, float]:
    """Return the sums of the first and the last year; of no rows 0, of a blank nothing."""
    first, last = (float(rows.loc[rows["year"] == year, column].sum(skipna=False)) for year in span)
    return first, last


def _with_whole(
    table: pd.DataFrame, whole: tuple[float, float], sold: float | None, moved: float
) -> pd.DataFrame:
    """Return effects with what the boundary and net sellers changed, before the whole change."""
    is_total, is_moved = table["effect"] == TOTAL, table["effect"] == BOUNDARY_MOVED
    told = table.assign(amount=table["amount"].mask(is_moved, table["amount"] + moved))
    if sold is not None:
        own = told[is_total].assign(effect=NET_SELLERS, amount=sold, missing="", notes="")
        told = pd.concat([told[~is_total], own, told[is_total]], ignore_index=True)
    is_known = told.loc[told["effect"] != TOTAL, "amount"].notna().all()
    change = whole[1] - whole[0] if is_known else np.nan
    told["amount"] = told["amount"].mask(told["effect"] == TOTAL, change)
    told["status"] = np.where(told["amount"].notna(), "computed", "not_computable")
    effects = told.loc[told["effect"] != TOTAL, "amount"]
    return told.assign(residual=_residual(change, effects, max(whole)))


def _residual(change: float, effects: pd.Series, largest: float) -> float:
    """Return what effects leave of a change; more than rounding is refused."""
    left = change - float(effects.sum(skipna=False))
    if abs(left) > RESIDUAL * max(largest, float(effects.abs().max())):
        raise ParkError("residual_open", given=f"{left:g}")
    return left


def whole_years(rows: pd.DataFrame, identity: str | Identity, span: Span) -> list[int]:
    """Return the years of a span in which no industry lacks a cell that an identity reads.

    Examples
    --------
    >>> rows = pd.DataFrame({"group": "park", "industry": "26", "year": [2020, 2021, 2022],
    ...     "energy_tce": [1.0, None, 2.0], "co2e_t": [2.0, 3.0, 4.0]})
    >>> whole_years(rows, "co2e_t = energy: energy_tce * co2e_t/energy_tce", (2020, 2022))
    [2020, 2022]
    """
    parsed = parse_identity(identity) if isinstance(identity, str) else identity
    kept = _kept(rows[rows["year"].between(*span)], parsed)
    is_seller = kept["industry"].isin(net_sellers(kept))
    lacks = kept[parsed.columns].isna().any(axis=1).mask(is_seller, kept[parsed.left].isna())
    short = set(kept.loc[lacks, "year"])
    return sorted({int(year) for year in kept["year"]} - {int(year) for year in short})


def decompose_links(
    rows: pd.DataFrame,
    name: str,
    identity: str | Identity,
    links: Sequence[Span],
    *,
    restated: Mapping[Span, pd.DataFrame],
) -> pd.DataFrame:
    """Decompose link by link, so that the weights follow the years.

    Parameters
    ----------
    links : sequence of (int, int)
        Each begins in the year in which the one before ends.
    restated : mapping of span to DataFrame
        As :func:`decompose_park` takes them, of the links over which the boundary moved.

    Returns
    -------
    DataFrame
        As :func:`decompose_park`, the links one after another, with ``index``: what the effect
        multiplied the whole by, ``exp(amount / L(after, before))``. The indexes of a link
        multiply to ``after / before``.

    References
    ----------
    Ang 2015, Energy Policy 86, 233-238 (additive and multiplicative LMDI-I, one from the other).
    """
    tables = [decompose_park(rows, {name: identity}, each, restated=restated.get(each))
              for each in links]  # fmt: skip
    table = pd.concat(tables, ignore_index=True)
    means = logarithmic_mean(table["before"].to_numpy(), table["after"].to_numpy())
    has_mean = (table["before"] > 0) & (table["after"] > 0)
    return table.assign(index=np.exp(table["amount"] / np.where(has_mean, means, np.nan)))


def chained(links: pd.DataFrame) -> pd.DataFrame:
    """Return the effects of links as one chain: amounts summed, indexes multiplied.

    Parameters
    ----------
    links : DataFrame
        What :func:`decompose_links` returns.

    Returns
    -------
    DataFrame
        ``effect``, ``amount``, ``index``, ``residual`` (what the sums leave of the whole change),
        ``start``, ``end``, ``before``, ``after``.

    Raises
    ------
    ParkError
        If the effects do not sum to the whole change.

    Examples
    --------
    >>> rows = pd.DataFrame({"group": "park", "industry": "26", "year": [2020, 2021, 2022],
    ...     "energy_tce": [1.0, 2.0, 2.0], "co2e_t": [2.0, 4.0, 3.0]})
    >>> links = decompose_links(rows, "co2e", "co2e_t = energy: energy_tce * co2e_t/energy_tce",
    ...     [(2020, 2021), (2021, 2022)], restated={})
    >>> chained(links).set_index("effect")["index"].round(9).loc[["energy", "total"]].tolist()
    [2.0, 1.5]
    """
    ways = {"amount": lambda amounts: amounts.sum(skipna=False),
            "index": lambda shares: shares.prod(skipna=False)}  # fmt: skip
    table = links.groupby("effect", sort=False).agg(ways).reset_index()
    ordered = links.sort_values("start", kind="stable")
    first, last = ordered.iloc[0], ordered.iloc[-1]
    effects = table.loc[table["effect"] != TOTAL, "amount"]
    change = float(table.loc[table["effect"] == TOTAL, "amount"].sum(skipna=False))
    left = _residual(change, effects, float(max(links["before"].max(), links["after"].max())))
    return table.assign(residual=left, start=first["start"], end=last["end"],
                        before=first["before"], after=last["after"])  # fmt: skip
