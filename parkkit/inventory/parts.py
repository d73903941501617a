"""Parts: a calculated part above the whole that holds it is refused."""

from __future__ import annotations

import pandas as pd

from parkkit.core.errors import ParkError
from parkkit.park.control_checks import SIZES, parts_of_wholes, with_spans
from parkkit.park.package import Park

# Two products of the same numbers in another order differ by this much at most.
TOLERANCE = 1e-9
AMOUNTS = ("generated_t", "emissions_t")


def check_parts(emissions: pd.DataFrame, activity: pd.DataFrame, park: Park) -> None:
    """Refuse calculated amounts in which a part is above its whole at one source.

    Only rows of activity for which both are known are compared, so a whole that lacks a fuel is
    no reason.

    Parameters
    ----------
    emissions : DataFrame
        Calculated rows of ``emissions``.
    activity : DataFrame
        With ``activity_id`` and ``row`` (of activity.csv).

    Raises
    ------
    ParkError
        With the source, the year, both values and the rows to look at: PM2.5 above PM10, PM10
        above PM, lead above lead and its compounds.
    """
    pairs = parts_of_wholes()
    species = set(emissions["species"].unique())
    pairs = pairs[pairs["part"].isin(species) & pairs["whole"].isin(species)]
    if not len(pairs):
        return
    rows = emissions[emissions["species"].isin({*pairs["part"], *pairs["whole"]})]
    for amount in AMOUNTS:
        above = _above(rows, pairs, amount)
        if len(above):
            _refuse(above.iloc[0], amount, rows, activity, park)


def _above(rows: pd.DataFrame, pairs: pd.DataFrame, amount: str) -> pd.DataFrame:
    """Return the parts above their wholes, by source and year."""
    # What is taken off by its use (recovered) is below zero, and the larger is the smaller there.
    known = rows.loc[rows[amount] >= 0, ["source_id", "year", "activity_id", "species", amount]]
    parts = known.merge(pairs, left_on="species", right_on="part")
    both = parts.merge(
        known[["activity_id", "species", amount]], left_on=["activity_id", "whole"],
        right_on=["activity_id", "species"], suffixes=("", "_whole"),
    )  # fmt: skip
    sums = both.groupby(["source_id", "year", "part", "whole"])[[amount, f"{amount}_whole"]].sum()
    sums = sums.set_axis(["part_t", "whole_t"], axis=1).reset_index()
    return sums[sums["part_t"] > sums["whole_t"] * (1 + TOLERANCE)]


def _refuse(
    found: pd.Series, amount: str, rows: pd.DataFrame, activity: pd.DataFrame, park: Park
) -> None:
    names = [found["part"], found["whole"]]
    here = rows[(rows["source_id"] == found["source_id"]) & (rows["year"] == found["year"])]
    used = activity[activity["activity_id"].isin(here["activity_id"])]
    raise ParkError(
        "part_above_whole", source=found["source_id"], year=int(found["year"]),
        part=found["part"], whole=found["whole"], measure=amount,
        given=f"{found['part_t']:,.10g}", high=f"{found['whole_t']:,.10g}",
        rows=[*_told("activity.csv", used["row"]), *_behind(used, names, park)],
    )  # fmt: skip


def _behind(used: pd.DataFrame, names: list[str], park: Park) -> list[str]:
    """Return the rows of factors and devices that the two amounts rest on."""
    first = used.iloc[0]
    site, devices = with_spans(park.site_factors), with_spans(park.abatement)
    is_named = site["species"].isin(names) | site["parameter"].isin(SIZES)
    site = site[is_named & site["item"].isin(used["item"])]
    devices = devices[devices["species"].isin(names)]
    found = []
    for file, table in (("site_factors.csv", site), ("abatement.csv", devices)):
        mine = table[
            (table["enterprise_id"] == first["enterprise_id"])
            & table["process"].isin(["", first["process"]])
            & (table["start"] <= first["year"])
            & (first["year"] <= table["end"])
        ]
        found += _told(file, mine.index.to_series())
    return found


def _told(file: str, rows: pd.Series) -> list[str]:
    return [f"{file} {row}" for row in sorted(rows.astype(int).unique())]
