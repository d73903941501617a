"""Pareto front: the sources that no other source beats in both carbon and pollution."""

from __future__ import annotations

import pandas as pd


def pareto_front(
    fused: pd.DataFrame, carbon: str = "direct_co2e_t", pollution: str = "equivalents_air"
) -> pd.Series:
    """Tell the sources on the front of carbon against pollution, year by year.

    A source is on it where no other source of its year has at least as much of both and more of
    one. One that does not tell both stands nowhere on the plane and is not on the front; one
    with 0 of both is, where it stands alone.

    Parameters
    ----------
    fused : DataFrame
        What ``fuse`` returns: ``year`` and the two columns, in whatever unit.
    carbon, pollution : str
        The columns compared; one that no source tells may be absent.

    Returns
    -------
    Series of bool
        By the index of ``fused``.

    Examples
    --------
    b has less carbon and more pollution than a, c less of both:

    >>> sources = pd.DataFrame({"year": 2023, "direct_co2e_t": [90, 50, 40],
    ...     "equivalents_air": [10, 30, 5]})
    >>> pareto_front(sources).tolist()
    [True, True, False]
    """
    plane = fused.reindex(columns=["year", carbon, pollution]).astype(
        {carbon: "float64", pollution: "float64"}
    )
    plane = plane.set_axis(["year", "carbon", "pollution"], axis=1).dropna()
    is_beaten = plane["pollution"] < plane.groupby(["year", "carbon"])["pollution"].transform("max")
    # The most pollution among sources of strictly more carbon: as much is enough to beat.
    columns = plane.groupby(["year", "carbon"], sort=True)["pollution"].max().sort_index(
        ascending=[True, False]
    )  # fmt: skip
    most = columns.groupby(level="year").cummax().groupby(level="year").shift()
    above = most.reindex(pd.MultiIndex.from_frame(plane[["year", "carbon"]])).to_numpy()
    is_beaten |= above >= plane["pollution"]
    return (~is_beaten).reindex(fused.index, fill_value=False).astype(bool)
