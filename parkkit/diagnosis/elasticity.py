"""Elasticities: how strongly a pressure follows the economy, after Tapio and the OECD."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from parkkit.core.errors import ParkError, unknown
from parkkit.diagnosis.trends import Span, as_spans, joined, span_changes, tidy_series

Closed = Literal["both", "right"]
# Tapio's band of coupling: 1 with a fifth on either side.
LOW, HIGH = 0.8, 1.2


def elasticities(
    pressure_changes: ArrayLike, economy_changes: ArrayLike, *, tolerance: float = 1e-9
) -> NDArray[np.float64]:
    """Return Tapio elasticities; missing where the economy stands still.

    Examples
    --------
    >>> elasticities([0.1, -0.05, 0.05], [0.2, 0.1, 0.0]).tolist()
    [0.5, -0.5, nan]
    """
    pressure, economy = np.broadcast_arrays(
        np.asarray(pressure_changes, dtype=float), np.asarray(economy_changes, dtype=float)
    )
    moves = np.abs(economy) > tolerance
    # Adding 0.0 turns the -0.0 of a standing pressure in a shrinking economy into 0.
    ratio = np.where(moves, pressure / np.where(moves, economy, 1.0), np.nan) + 0.0
    return np.asarray(ratio, dtype=np.float64)


def tapio_states(
    pressure_changes: ArrayLike,
    economy_changes: ArrayLike,
    *,
    closed: Closed = "both",
    tolerance: float = 1e-9,
) -> NDArray[np.str_]:
    """Return Tapio's state for relative changes of a pressure and of the economy.

    Parameters
    ----------
    pressure_changes, economy_changes : array_like
        Changes as shares of their base; NaN gives ``not_computable``.
    closed : {"both", "right"}
        ``both``: 0.8 and 1.2 are coupling; ``right``: 0.8 is weak.
    tolerance : float
        Relative, for the bounds 0.8 and 1.2 and for standing still.

    References
    ----------
    Tapio 2005, Transport Policy 12, 137-151.

    Examples
    --------
    >>> tapio_states([-0.05, 0.04, 0.13], 0.1).tolist()
    ['strong_decoupling', 'weak_decoupling', 'expansive_negative_decoupling']
    """
    if closed not in get_args(Closed):
        raise unknown("closed", closed, get_args(Closed))
    pressure, economy = np.broadcast_arrays(
        np.asarray(pressure_changes, dtype=float), np.asarray(economy_changes, dtype=float)
    )
    elasticity = elasticities(pressure, economy, tolerance=tolerance)
    is_below = (
        elasticity < LOW * (1 - tolerance)
        if closed == "both"
        else elasticity <= LOW * (1 + tolerance)
    )
    is_above = elasticity > HIGH * (1 + tolerance)
    grows = economy > 0
    cases = {
        "not_computable": np.isnan(pressure) | np.isnan(economy),
        "undefined": np.abs(economy) <= tolerance,
        "strong_decoupling": grows & (pressure < -tolerance),
        "weak_decoupling": grows & is_below,
        "expansive_negative_decoupling": grows & is_above,
        "expansive_coupling": grows,
        "strong_negative_decoupling": pressure > tolerance,
        "weak_negative_decoupling": is_below,
        "recessive_decoupling": is_above,
    }
    return np.select(list(cases.values()), list(cases), default="recessive_coupling")


def tapio(
    pressure: pd.Series,
    economy: pd.Series,
    years: Span | Sequence[Span],
    *,
    closed: Closed = "both",
    tolerance: float = 1e-9,
) -> pd.DataFrame:
    """Return Tapio's elasticity and state of one pressure over spans of years.

    Parameters
    ----------
    pressure, economy : Series
        Amounts by year; the economy in constant prices.
    years : (int, int) or sequence of them
        The spans; :func:`parkkit.diagnosis.trends.spans` makes them.

    Returns
    -------
    DataFrame
        A row per span: start, end, pressure_change, economy_change, elasticity, state, missing
        (the cells without which the state is ``not_computable``), notes.

    Examples
    --------
    >>> co2, gdp = pd.Series({2020: 100, 2021: 108}), pd.Series({2020: 100, 2021: 110})
    >>> tapio(co2, gdp, (2020, 2021)).loc[0, "state"]
    'expansive_coupling'
    >>> tapio(co2, gdp, (2020, 2022)).loc[0, ["state", "missing"]].tolist()
    ['not_computable', 'pressure 2022; economy 2022']
    """
    table = _pair_changes(pressure, economy, years)
    pair = table["pressure_change"], table["economy_change"]
    return table.assign(
        elasticity=elasticities(*pair, tolerance=tolerance),
        state=tapio_states(*pair, closed=closed, tolerance=tolerance),
    )[["start", "end", "pressure_change", "economy_change", "elasticity", "state",
       "missing", "notes"]]  # fmt: skip


def oecd(pressure: pd.Series, economy: pd.Series, years: Span | Sequence[Span]) -> pd.DataFrame:
    """Return the OECD decoupling factor of one pressure over spans of years.

    Returns
    -------
    DataFrame
        A row per span: start, end, ratio (pressure per economy, end to start), factor
        (1 - ratio), state (``absolute_decoupling`` where the pressure does not rise,
        ``relative_decoupling``, ``no_decoupling``, ``not_computable``), missing, notes.

    References
    ----------
    OECD 2002, Indicators to Measure Decoupling of Environmental Pressure from Economic Growth.

    Examples
    --------
    >>> co2, gdp = pd.Series({2020: 100, 2021: 95}), pd.Series({2020: 100, 2021: 110})
    >>> oecd(co2, gdp, (2020, 2021)).loc[0, "state"]
    'absolute_decoupling'
    """
    table = _pair_changes(pressure, economy, years)
    told = oecd_factors(table["pressure_change"], table["economy_change"])
    return table.join(told)[["start", "end", "ratio", "factor", "state", "missing", "notes"]]


def oecd_factors(
    pressure_changes: pd.Series, economy_changes: pd.Series, *, tolerance: float = 1e-9
) -> pd.DataFrame:
    """Return ratio, factor and state of the OECD for changes told as shares of their base.

    Examples
    --------
    >>> told = oecd_factors(pd.Series([-0.05, 0.05]), pd.Series([0.1, 0.1]))
    >>> told["factor"].round(6).tolist(), told["state"].tolist()
    ([0.136364, 0.045455], ['absolute_decoupling', 'relative_decoupling'])
    """
    growth = 1 + economy_changes
    ratio = (1 + pressure_changes) / growth.where(growth > 0)
    cases = [ratio.isna(), ratio >= 1 - tolerance, pressure_changes <= tolerance]
    found = ["not_computable", "no_decoupling", "absolute_decoupling"]
    state = np.select(cases, found, default="relative_decoupling")
    return pd.DataFrame({"ratio": ratio, "factor": 1 - ratio, "state": state})


def coupling_elasticity(
    pollution: pd.Series,
    carbon: pd.Series,
    years: Span | Sequence[Span],
    *,
    tolerance: float = 1e-9,
) -> pd.DataFrame:
    """Return how strongly carbon moved with one pollutant over spans of years.

    Parameters
    ----------
    pollution, carbon : Series
        Amounts by year.
    years : (int, int) or sequence of them
        The spans; :func:`parkkit.diagnosis.trends.spans` makes them.
    tolerance : float
        Changes up to it, as shares of the base, are none.

    Returns
    -------
    DataFrame
        A row per span: start, end, pollution_change, carbon_change, elasticity (the change of
        carbon per change of pollution, both as shares of their base), coupling (``co_control``
        where both fell, ``co_increase`` where both rose: their elasticity is above zero, too;
        ``carbon_only``, ``pollution_only``, ``standing`` where carbon stands still,
        ``undefined`` where pollution does, ``not_computable``), led_by (where both moved one
        way: ``carbon``, ``pollution`` or ``both``), missing, notes.

    References
    ----------
    毛显强 et al. 2011: the cross elasticity of co-control, whose reductions are changes with the
    opposite sign, so that the ratio is the same.

    Examples
    --------
    >>> so2, co2 = pd.Series({2020: 500, 2021: 450}), pd.Series({2020: 120000, 2021: 114000})
    >>> table = coupling_elasticity(so2, co2, (2020, 2021))
    >>> table[["elasticity", "coupling", "led_by"]].to_dict("records")
    [{'elasticity': 0.5, 'coupling': 'co_control', 'led_by': 'pollution'}]
    """
    over = as_spans(years)
    left, right = _changes(pollution, "pollution", over), _changes(carbon, "carbon", over)
    table = left[["start", "end"]].assign(
        pollution_change=left["change"],
        carbon_change=right["change"],
        missing=joined(left["missing"], right["missing"]),
        notes=joined(left["notes"], right["notes"]),
    )
    return table.join(couplings(left["change"], right["change"], tolerance=tolerance))[
        ["start", "end", "pollution_change", "carbon_change", "elasticity", "coupling", "led_by",
         "missing", "notes"]
    ]  # fmt: skip


def couplings(
    pollution_changes: pd.Series, carbon_changes: pd.Series, *, tolerance: float = 1e-9
) -> pd.DataFrame:
    """Return elasticity, coupling and led_by for changes told as shares of their base.

    Examples
    --------
    >>> couplings(pd.Series([-0.1]), pd.Series([-0.05])).to_dict("records")
    [{'elasticity': 0.5, 'coupling': 'co_control', 'led_by': 'pollution'}]
    """
    found = elasticities(carbon_changes, pollution_changes, tolerance=tolerance)
    elasticity = pd.Series(found, index=pollution_changes.index)
    return pd.DataFrame({
        "elasticity": elasticity,
        "coupling": _couplings(pollution_changes, carbon_changes, tolerance),
        "led_by": _leaders(elasticity, tolerance),
    })  # fmt: skip


def _couplings(pollution: pd.Series, carbon: pd.Series, tolerance: float) -> NDArray[np.str_]:
    cases = {
        "not_computable": pollution.isna() | carbon.isna(),
        "undefined": pollution.abs() <= tolerance,
        "standing": carbon.abs() <= tolerance,
        "co_control": (pollution < 0) & (carbon < 0),
        "co_increase": (pollution > 0) & (carbon > 0),
        "carbon_only": carbon < 0,
    }
    return np.select(list(cases.values()), list(cases), default="pollution_only")


def _leaders(elasticity: pd.Series, tolerance: float) -> NDArray[np.str_]:
    """Return which of two that move one way moves more, as a share of its base."""
    moves_along = elasticity > tolerance
    cases = [~moves_along, elasticity > 1 + tolerance, elasticity < 1 - tolerance]
    return np.select(cases, ["", "carbon", "pollution"], default="both")


def _pair_changes(
    pressure: pd.Series, economy: pd.Series, years: Span | Sequence[Span]
) -> pd.DataFrame:
    """Return the changes of a pressure and of the economy, side by side by span."""
    over = as_spans(years)
    left, right = _changes(pressure, "pressure", over), _changes(economy, "economy", over)
    return pd.DataFrame(
        {
            "start": left["start"],
            "end": left["end"],
            "pressure_change": left["change"],
            "economy_change": right["change"],
            "missing": joined(left["missing"], right["missing"]),
            "notes": joined(left["notes"], right["notes"]),
        }
    )


def _changes(series: pd.Series, name: str, over: Sequence[Span]) -> pd.DataFrame:
    if not series.index.is_unique:
        twice = sorted(set(series.index[series.index.duplicated()]))
        raise ParkError("duplicate_years", where=name, given=twice)
    given = pd.DataFrame({"group": "", "year": series.index, "amount": series.to_numpy()})
    rows = tidy_series(given, name).assign(name=name)
    return span_changes(rows, pd.DataFrame({"group": [""], "name": [name]}), over)
