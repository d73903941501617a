"""Further measures: a diagnosis with the OECD's factor, and how carbon and pollution go along."""

from __future__ import annotations

import pandas as pd

from parkkit.diagnosis.elasticity import couplings, oecd_factors


def with_measures(table: pd.DataFrame, *, tolerance: float = 1e-9) -> pd.DataFrame:
    """Return a diagnosis with the OECD's decoupling factors and the elasticity of co-control.

    For the park and each industry, over whatever spans were asked for:
    :func:`parkkit.diagnosis.trends.spans` with a length of 1 chains the years,
    :func:`parkkit.diagnosis.trends.spans_from_first` gives the path by end points.

    Parameters
    ----------
    table : DataFrame
        What :func:`parkkit.diagnosis.decoupling.diagnose` returns.
    tolerance : float
        Changes up to it, as shares of the base, are none.

    Returns
    -------
    DataFrame
        ``table`` with, for ``pollution`` and ``carbon``, ``AXIS_oecd_factor`` (1 - pressure per
        economy, end to start) and ``AXIS_oecd``; ``coupling_elasticity`` (the change of carbon
        per change of pollution), ``coupling`` and ``led_by``. Missing and ``not_computable``
        where a change is.

    References
    ----------
    As :func:`parkkit.diagnosis.elasticity.oecd` and
    :func:`parkkit.diagnosis.elasticity.coupling_elasticity`.

    Examples
    --------
    >>> from parkkit.diagnosis.decoupling import diagnose
    >>> pressures = pd.DataFrame({"group": "park", "year": [2020, 2021] * 2,
    ...     "species": ["co2e", "co2e", "so2", "so2"], "amount": [100.0, 95.0, 10.0, 9.0]})
    >>> economy = pd.DataFrame({"group": "park", "year": [2020, 2021], "amount": [100.0, 110.0]})
    >>> table = with_measures(diagnose(pressures, economy, (2020, 2021))).round(6)
    >>> table[["carbon_oecd_factor", "coupling_elasticity", "coupling"]].to_dict("records")
    [{'carbon_oecd_factor': 0.136364, 'coupling_elasticity': 0.5, 'coupling': 'co_control'}]
    """
    told = table.copy()
    for axis in ("pollution", "carbon"):
        found = oecd_factors(table[f"{axis}_change"], table["economy_change"], tolerance=tolerance)
        told[f"{axis}_oecd_factor"], told[f"{axis}_oecd"] = found["factor"], found["state"]
    pair = couplings(table["pollution_change"], table["carbon_change"], tolerance=tolerance)
    return told.join(pair.rename(columns={"elasticity": "coupling_elasticity"}))
