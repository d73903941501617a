"""Fused categories: the four levels of each source, sector, item, technology and control.

References
----------
Four levels (sector; fuel or product; technology; end-of-pipe control) as in
大气污染物与温室气体融合排放清单编制技术指南（试行）, whose text was not at hand: which of a park's
columns stands for each level is our reading.
"""

from __future__ import annotations

import pandas as pd

from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.economy import divisions
from parkkit.inventory.joined_names import JOINT, joined_names
from parkkit.park.control_checks import with_spans
from parkkit.park.package import Park

LEVELS = ["category_sector", "category_item", "category_technology", "category_control"]
PROCESS = ["enterprise_id", "process", "year"]
# What a process itself releases, or sends on: what it buys or makes tells nothing of its stack.
RELEASING = ("own", "transfer")


def with_categories(
    rows: pd.DataFrame, activity: pd.DataFrame, park: Park | None = None
) -> pd.DataFrame:
    """Return rows of sources with the four levels of their source category.

    What a list reports has no item, technology or control of its own: the activity of its process
    tells the first two, the park's control devices for its species the third.

    Parameters
    ----------
    rows : DataFrame
        What ``told_rows`` and ``held_rows`` return.
    activity : DataFrame
        The activity of the inventory.
    park : Park, optional
        Tells the scheme of the industry codes, and the control devices of what lists report.
        Without it a sector is the industry code as it stands.

    Returns
    -------
    DataFrame
        With ``category_sector`` (the division of the industry), ``category_item`` (fuel or
        product), ``category_technology`` (process type and technology, with a slash) and
        ``category_control``; several joined by plus signs, blank where nobody tells.
    """
    scheme = "" if park is None else park.about.industry_scheme
    told = _told_of_processes(rows, activity)
    technology = _technology(rows).mask(rows["technology"] == "", told["technology"])
    return rows.assign(
        category_sector=divisions(rows["industry_code"], scheme),
        category_item=rows["item"].mask(rows["item"] == "", told["item"]).fillna(""),
        category_technology=technology.fillna(_technology(rows)),
        category_control=rows["control"] if park is None else _controls(rows, park),
    )


def _technology(rows: pd.DataFrame) -> pd.Series:
    return (rows["process_type"] + "/" + rows["technology"]).str.strip("/")


def _told_of_processes(rows: pd.DataFrame, activity: pd.DataFrame) -> pd.DataFrame:
    """Return what activity tells of the process of each row that a list reports."""
    uses = vocabulary("uses").set_index("use")["gives"]
    own = activity.loc[
        activity["use"].map(uses).isin(RELEASING),
        [*PROCESS, "item", "process_type", "technology"],
    ]
    own = own.assign(year=own["year"].astype("int64"))
    groups = own.groupby(PROCESS).ngroup()
    names = pd.DataFrame({
        "item": joined_names(groups, own["item"]),
        "technology": joined_names(groups, _technology(own)),
    })  # fmt: skip
    processes = own[PROCESS].assign(group=groups).drop_duplicates().set_index("group").join(names)
    # Of what is calculated the row itself says all there is.
    reported = rows.loc[rows["activity_id"] == "", PROCESS]
    found = reported.merge(processes, on=PROCESS, how="left")[["item", "technology"]]
    found.index = reported.index
    return found.reindex(rows.index)


def _controls(rows: pd.DataFrame, park: Park) -> pd.Series:
    """Return the devices of each row; of what lists report those for its species, in series."""
    key = [*PROCESS, "source_id", "species"]
    asked = rows.loc[(rows["control"] == "") & (rows["activity_id"] == ""), key].drop_duplicates()
    named = ["enterprise_id", "process", "species"]
    devices = with_spans(park.abatement).sort_values(["order", "device_id"])
    found = asked.merge(devices[[*named, "stack_id", "technology", "start", "end"]], on=named)
    whole = found["enterprise_id"] + "/" + found["process"]
    stack = whole + "/" + found["stack_id"]
    fits = (found["stack_id"] == "") | (found["source_id"] == whole) | (found["source_id"] == stack)
    fits &= (found["start"] <= found["year"]) & (found["year"] <= found["end"])
    series = found[fits].groupby(key, sort=False)["technology"].agg(_in_series)
    told = rows[key].merge(series.rename("told").reset_index(), on=key, how="left")["told"]
    told.index = rows.index
    return (
        rows["control"].mask((rows["control"] == "") & (rows["activity_id"] == ""), told).fillna("")
    )


def _in_series(technologies: pd.Series) -> str:
    return JOINT.join(dict.fromkeys(technologies))
