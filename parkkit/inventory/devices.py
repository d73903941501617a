"""Devices: what share of a release passes the control devices of its source."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.errors import Problem
from parkkit.core.units import conversions
from parkkit.core.vocabulary import vocabulary
from parkkit.inventory.factors import CHECKED, SITE, factors_of
from parkkit.park.control_checks import (
    CLEANING,
    cleaning_codes,
    combined_technologies,
    parts_of_wholes,
    with_spans,
)
from parkkit.park.package import Park

REMOVAL = "removal_share"
OF_PART = "removal_of_part"
# What decides which devices a release passes, and which averages may serve them.
CELL = ["enterprise_id", "process", "stack_id", "item", "species", "year"]


def controlled(
    rows: pd.DataFrame, park: Park, convention: Convention
) -> tuple[pd.DataFrame, list[Problem]]:
    """Return what passes the control devices of each row.

    A device acts on the species it is for, in its years, at its outlet (blank: every outlet of
    the process). One without a removal share takes the average of its technology from the
    convention's sets. A device for a whole says nothing of a part: fine dust is caught less.

    Parameters
    ----------
    rows : DataFrame
        The columns of ``CELL``, ``is_before`` and ``is_after``: whether the amount is one before
        control, on which devices act, or already after it.

    Returns
    -------
    passing : DataFrame
        Beside each row ``passed_share`` (missing where a removal is not known), ``control`` (the
        technologies in their order), ``missing``, and ``is_average_checked``.
    notes : list of Problem
        Averages that were used or are not there, and devices beside a release factor.
    """
    passing = pd.DataFrame(
        {"passed_share": 1.0, "control": "", "missing": "", "is_average_checked": True},
        index=rows.index,
    ).astype({"control": "str", "missing": "str"})
    near = rows[rows["enterprise_id"].isin(park.abatement["enterprise_id"])]
    notes = list(_unapplied(near[near["is_after"]], park))
    before = near.loc[near["is_before"], CELL]
    cells = before.groupby(CELL, sort=False).ngroup()
    standing = _standing(before.assign(cell=cells).drop_duplicates("cell"), park)
    if not len(standing):
        return passing, notes
    averages = removal_averages(park, convention)
    standing = _with_removal(standing, averages)
    told = _by_cell(standing)
    there = cells[cells.isin(told.index)]
    for name in passing.columns:
        passing.loc[there.index, name] = told[name].reindex(there).to_numpy()
    notes += [*_average_notes(standing, averages), *_combined_notes(standing, averages),
              *_part_notes(standing), *_whole_notes(standing, before)]  # fmt: skip
    return passing, notes


def _standing(cells: pd.DataFrame, park: Park) -> pd.DataFrame:
    """Return each cell beside every device that stands there for its species, or for its whole."""
    wholes = parts_of_wholes().rename(columns={"part": "species", "whole": "device_species"})
    species = cells["species"].unique()
    itself = pd.DataFrame({"species": species, "device_species": species})
    relation = pd.concat(
        [itself.assign(is_own=True), wholes.assign(is_own=False)], ignore_index=True
    )
    devices = with_spans(park.abatement).reset_index(names="row")
    devices = devices.rename(columns={"species": "device_species", "stack_id": "device_stack"})
    found = cells.merge(relation, on="species").merge(
        devices, on=["enterprise_id", "process", "device_species"]
    )
    here = (found["device_stack"] == "") | (found["device_stack"] == found["stack_id"])
    in_time = (found["start"] <= found["year"]) & (found["year"] <= found["end"])
    return found[here & in_time].sort_values(["cell", "order", "device_id"], ignore_index=True)


def _with_removal(standing: pd.DataFrame, averages: pd.DataFrame) -> pd.DataFrame:
    """Add each device's ``removal``: its own, else the average of its technology and the set."""
    code = cleaning_codes(standing["technology"])
    is_blank = standing["is_own"] & standing["removal_share"].isna()
    wanted = standing.assign(code=code)[is_blank].reset_index(names="at")
    found = _averages(wanted, averages).set_index("at").reindex(standing.index)
    removal = standing["removal_share"].fillna(found["average"])
    passed = 1 - removal * standing["running_share"]
    return standing.assign(
        code=code,
        is_blank=is_blank,
        average=found["average"],
        factor_set=found["factor_set"],
        checked=found["checked"],
        # What does not run takes nothing off, whatever it could remove.
        passed=passed.mask(standing["running_share"] == 0, 1.0),
    )


def removal_averages(park: Park, convention: Convention) -> pd.DataFrame:
    """Return the average removals of the convention's sets, the first set first.

    Returns
    -------
    DataFrame
        ``factor_set``, ``place``, ``code`` (technology), ``species``, ``factor_item`` (blank is
        any), ``average`` (a share), ``checked``, ``start`` and ``end`` of its years.
    """
    table = factors_of(park)
    place = {name: rank for rank, name in enumerate(convention.factor_sets)}
    fits = (table["parameter"] == REMOVAL) & (table["factor_process_type"] == CLEANING)
    rows = with_spans(table[fits & table["factor_set"].isin(place) & table["value"].notna()])
    share = rows["value"] * conversions(rows["unit"], pd.Series("1", index=rows.index))
    rows = rows.assign(average=share, place=rows["factor_set"].map(place))
    columns = ["factor_set", "place", "factor_technology", "species", "factor_item", "average",
               "checked", "start", "end"]  # fmt: skip
    return rows[columns].rename(columns={"factor_technology": "code"})


def _averages(wanted: pd.DataFrame, averages: pd.DataFrame) -> pd.DataFrame:
    """Return the average that serves each device: set by set, the exact item before any."""
    groups = vocabulary("items").set_index("item")["item_group"]
    found = wanted.drop(columns=["start", "end"]).merge(averages, on=["code", "species"])
    group = found["item"].map(groups)
    rank = pd.Series(np.nan, index=found.index)
    rank = rank.mask(found["factor_item"] == "", 2.0).mask(found["factor_item"] == group, 1.0)
    rank = rank.mask(found["factor_item"] == found["item"], 0.0)
    in_time = (found["start"] <= found["year"]) & (found["year"] <= found["end"])
    ranked = found.assign(item_rank=rank)[rank.notna() & in_time]
    first = ranked.sort_values(["at", "place", "item_rank"]).drop_duplicates("at")
    return first[["at", "average", "factor_set", "checked"]]


def _by_cell(standing: pd.DataFrame) -> pd.DataFrame:
    """Return what each cell lets pass, and what is missing to say so."""
    own = standing[standing["is_own"]]
    series = own.groupby("cell")
    unknown = own["passed"].isna().groupby(own["cell"]).any()
    doubted = own["average"].notna() & ~own["checked"].isin([CHECKED, SITE])
    told = pd.DataFrame(
        {
            "passed_share": series["passed"].prod().mask(unknown),
            "control": series["technology"].agg("+".join),
            "missing": unknown.map({True: REMOVAL, False: ""}),
            "is_average_checked": ~doubted.groupby(own["cell"]).any(),
        }
    )
    # A device that stands still, or takes nothing off the whole, takes nothing off its part.
    acts = (standing["running_share"] > 0) & (standing["removal_share"] != 0)
    held = standing.loc[~standing["is_own"] & acts, "cell"].unique()
    held = pd.Index(held).difference(told.index)
    silent = pd.DataFrame(
        {"passed_share": np.nan, "control": "", "missing": OF_PART, "is_average_checked": True},
        index=held,
    )
    return pd.concat([told, silent]) if len(silent) else told


def _average_notes(standing: pd.DataFrame, averages: pd.DataFrame) -> Iterator[Problem]:
    """Say which devices took an average, from which set, and which ones found none."""
    blank = standing[standing["is_blank"] & (standing["running_share"] > 0)]
    used = blank[blank["average"].notna()].drop_duplicates(["row", "factor_set", "average"])
    for row in used.sort_values(["row", "factor_set"]).to_dict("records"):
        yield _note("average_removal_used", row, species=row["species"],
                    technology=row["technology"], set=row["factor_set"],
                    value=f"{row['average']:g}", checked=row["checked"])  # fmt: skip
    without = blank[blank["average"].isna()].drop_duplicates("row")
    for row in without.sort_values("row").to_dict("records"):
        known = averages.loc[averages["species"] == row["species"], "code"].unique()
        yield _note("no_average_removal", row, species=row["species"],
                    technology=row["technology"], known=sorted(known))  # fmt: skip


def _combined_notes(standing: pd.DataFrame, averages: pd.DataFrame) -> Iterator[Problem]:
    """Say where two devices take an average each, and the set has one of both together."""
    taken = standing[standing["average"].notna()]
    for together, parts in combined_technologies().items():
        mine = taken[taken["code"].isin(parts)]
        known = averages[averages["code"] == together]
        pairs = mine.merge(mine, on="cell", suffixes=("", "_first"))
        pairs = pairs[(pairs["code"] == parts[-1]) & (pairs["code_first"] == parts[0])]
        pairs = pairs.merge(
            known[["factor_set", "species", "average"]], on=["factor_set", "species"],
            suffixes=("", "_together"),
        )  # fmt: skip
        for row in pairs.drop_duplicates(["row", "row_first"]).to_dict("records"):
            yield _note("combined_average", row, other=row["device_id_first"],
                        set=row["factor_set"], technology=together,
                        value=f"{row['average_together']:g}")  # fmt: skip


def _part_notes(standing: pd.DataFrame) -> Iterator[Problem]:
    """Say where fewer devices are told for a part than for its whole."""
    key = [*CELL, "cell", "device_species", "is_own"]
    counts = standing[standing["running_share"] > 0].groupby(key, sort=False).agg(
        devices=("row", "nunique"), row=("row", "min")
    ).reset_index()  # fmt: skip
    own, whole = counts[counts["is_own"]], counts[~counts["is_own"]]
    both = own.merge(whole, on="cell", suffixes=("", "_whole"))
    fewer = both[both["devices"] < both["devices_whole"]].sort_values(
        ["devices_whole", "year"], ascending=[False, True], kind="stable"
    )
    source = ["enterprise_id", "process", "stack_id", "species"]
    for row in fewer.drop_duplicates(source).sort_values("row_whole").to_dict("records"):
        yield Problem(code="device_not_for_part", file="abatement.csv", row=int(row["row_whole"]),
                      column="species", is_warning=True,
                      values={"source": _source(row), "year": int(row["year"]),
                              "part": row["species"], "whole": row["device_species_whole"],
                              "parts": row["devices"], "wholes": row["devices_whole"]})  # fmt: skip


def _whole_notes(standing: pd.DataFrame, before: pd.DataFrame) -> Iterator[Problem]:
    """Say where a device is told for a part alone, so that its whole stays as generated."""
    acts = (standing["running_share"] > 0) & (standing["removal_share"] != 0)
    own = standing[standing["is_own"] & acts]
    wholes = parts_of_wholes().rename(columns={"part": "species"})
    place = [name for name in CELL if name != "species"]
    pairs = own.merge(wholes, on="species")[[*place, "species", "whole", "row"]]
    cells = before.drop_duplicates().rename(columns={"species": "whole"})
    held = standing.loc[standing["is_own"], CELL].drop_duplicates().rename(
        columns={"species": "whole"}).assign(is_held=True)  # fmt: skip
    both = pairs.merge(cells, on=[*place, "whole"]).merge(held, on=[*place, "whole"], how="left")
    bare = both[both["is_held"].isna()].sort_values(["row", "year"], kind="stable")
    source = ["enterprise_id", "process", "stack_id", "whole"]
    for row in bare.drop_duplicates(source).to_dict("records"):
        yield Problem(code="device_not_for_whole", file="abatement.csv", row=int(row["row"]),
                      column="species", is_warning=True,
                      values={"source": _source(row), "year": int(row["year"]),
                              "part": row["species"], "whole": row["whole"]})  # fmt: skip


def _unapplied(after: pd.DataFrame, park: Park) -> Iterator[Problem]:
    """Say where devices stand beside a release factor: that factor is already after control."""
    cells = after[CELL].drop_duplicates().reset_index(drop=True)
    standing = _standing(cells.reset_index(names="cell"), park)
    own = standing[standing["is_own"]].sort_values("row")
    for row in own.drop_duplicates(CELL[:3] + ["species"]).to_dict("records"):
        yield Problem(code="control_not_applied", file="abatement.csv", row=int(row["row"]),
                      column="species", is_warning=True,
                      values={"source": _source(row), "species": row["species"]})  # fmt: skip


def _source(row: Mapping[Hashable, Any]) -> str:
    return "/".join(row[name] for name in CELL[:3] if row[name])


def _note(code: str, row: Mapping[Hashable, Any], **values: object) -> Problem:
    return Problem(code=code, file="abatement.csv", row=int(row["row"]), column=REMOVAL,
                   is_warning=True, values={"given": row["device_id"], **values})  # fmt: skip
