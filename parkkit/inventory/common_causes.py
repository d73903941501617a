"""Common causes (同源): whether carbon and a pollutant of a source come from one thing."""

from __future__ import annotations

import pandas as pd

NO_CARBON, NO_POLLUTANT = "no_direct_carbon", "no_local_pollutant"
WHOLE_PLANT, NO_OUTLET = "whole_plant_list", "outlet_not_told"
CAUSE = ["same_cause", "cause", "cause_reason"]


def common_causes(carbon: pd.DataFrame, pollution: pd.DataFrame, units: pd.Series) -> pd.DataFrame:
    """Return whether carbon and pollutant of each source come from one activity row or outlet.

    Parameters
    ----------
    carbon, pollution : DataFrame
        Rows of ``emissions`` of one year, of the direct carbon and of the pollutant, with
        ``unit_id``.
    units : Series of str
        The sources to judge.

    Returns
    -------
    DataFrame
        By ``units``: ``same_cause`` (``yes``; ``no`` where both sides tell rows or outlets and
        share none; ``unknown``), ``cause`` (what they share: activity ids, else outlets, joined
        by ``+``) and ``cause_reason``, the code why it is unknown.
    """
    mine, theirs = _by_unit(carbon), _by_unit(pollution)
    found = [_judged(mine.get(unit), theirs.get(unit)) for unit in units]
    return pd.DataFrame(found, index=units.index, columns=CAUSE, dtype="str")


def _by_unit(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    process = rows["enterprise_id"] + "/" + rows["process"]
    is_plain = rows["source_id"].isin(["", *rows["enterprise_id"]]) | (rows["source_id"] == process)
    told = pd.DataFrame(
        {
            "activity": rows["activity_id"].fillna(""),
            "outlet": rows["source_id"].mask(is_plain, ""),
            "is_whole": rows["process"] == "",
        }
    )
    return {str(unit): each for unit, each in told.groupby(rows["unit_id"])}


def _judged(carbon: pd.DataFrame | None, pollution: pd.DataFrame | None) -> tuple[str, str, str]:
    if carbon is None or pollution is None:
        return "unknown", "", NO_CARBON if carbon is None else NO_POLLUTANT
    for kind in ("activity", "outlet"):
        shared = ({*carbon[kind]} & {*pollution[kind]}) - {""}
        if shared:
            return "yes", "+".join(sorted(shared)), ""
    sides = pd.concat([carbon, pollution])
    if sides["is_whole"].any():
        return "unknown", "", WHOLE_PLANT
    # Rows apart are of two causes; so are outlets apart. A row beside an outlet is neither.
    comparable = any(
        (carbon[kind] != "").all() and (pollution[kind] != "").all()
        for kind in ("activity", "outlet")
    )
    return ("no", "", "") if comparable else ("unknown", "", NO_OUTLET)
