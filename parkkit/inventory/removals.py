"""Removals: the tonnes that each control device takes off."""

from __future__ import annotations

import pandas as pd

from parkkit.inventory.compilation import Inventory, is_incomplete
from parkkit.park.control_checks import with_spans
from parkkit.park.package import Park

PLACE = ["enterprise_id", "process"]
GENERATED, EMITTED = "generated", "emitted"
NO_ROW, NO_OUTLET, NO_REMOVAL = "emissions", "stack_id", "removal_share"
NO_GENERATED, NOTHING = "generated_t", "nothing_removed"
REMOVED = ["removed_t", "removed_basis", "medium", "source_class", "missing"]


def standing_devices(inventory: Inventory, park: Park, year: int) -> pd.DataFrame:
    """Return the rows of abatement.csv of members whose process ran in the year.

    A process ran where an activity row or an emission of the year names it.
    """
    in_year = with_spans(park.abatement)
    in_year = in_year[(in_year["start"] <= year) & (year <= in_year["end"])]
    members = inventory.members
    inside = members.loc[(members["year"] == year) & members["is_member"].astype(bool)]
    running = [each.loc[each["year"] == year, PLACE] for each in
               (inventory.activity, inventory.emissions)]  # fmt: skip
    ran = pd.MultiIndex.from_frame(pd.concat(running).drop_duplicates())
    is_there = in_year["enterprise_id"].isin(inside["enterprise_id"])
    is_there &= pd.MultiIndex.from_frame(in_year[PLACE]).isin(ran)
    return in_year[is_there].drop(columns=["start", "end"]).reset_index(drop=True)


def removals(inventory: Inventory, devices: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return what each device removes of its species, beside its row.

    Of a series each takes its own share: what passes the first meets the second. Together they
    take what was generated less what is left. Where nobody tells what was generated it is
    counted back from what is left and their removal shares.

    Parameters
    ----------
    devices : DataFrame
        What ``standing_devices`` returns.

    Returns
    -------
    DataFrame
        By the index of ``devices``: ``removed_t``, ``removed_basis`` (``generated``,
        ``emitted``; blank where not computable), ``medium`` and ``source_class`` of the rows it
        acts on, ``missing`` (codes joined by ``;``).
    """
    cells = _cells(inventory.emissions[inventory.emissions["year"] == year])
    found = _met(devices, cells)
    split = _split(found)
    by_device = split.groupby("device")
    is_open = split["removed"].isna().groupby(split["device"]).any()
    table = pd.DataFrame({
        "removed_t": by_device["removed"].sum(min_count=1).mask(is_open),
        "removed_basis": by_device["basis"].agg(_joined),
        "medium": by_device["medium"].first(), "source_class": by_device["source_class"].first(),
        "missing": by_device["missing"].agg(_joined),
    }).reindex(devices.index)  # fmt: skip
    without = table["missing"].isna()
    names = devices["enterprise_id"] + "/" + devices["process"] + "/" + devices["species"]
    near = names.isin(cells["enterprise_id"] + "/" + cells["process"] + "/" + cells["species"])
    table["missing"] = table["missing"].mask(without, near.map({True: NO_OUTLET, False: NO_ROW}))
    is_none = (table["removed_t"] == 0) & (table["missing"] == "")
    table["missing"] = table["missing"].mask(is_none, NOTHING)
    text = ["removed_basis", "medium", "source_class", "missing"]
    table[text] = table[text].fillna("").astype("str")
    return table.astype({"removed_t": "float64"})[REMOVED]


def _joined(codes: pd.Series) -> str:
    return ";".join(sorted({*codes} - {""}))


def _cells(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what each outlet generates and lets out of each species, months together."""
    plain = rows["enterprise_id"] + "/" + rows["process"]
    rows = rows.assign(
        outlet=rows["source_id"].mask(rows["source_id"] == plain, ""), is_short=is_incomplete(rows),
        # A list tells what was generated once for all its months, an activity row by itself.
        is_unmade=rows["generated_t"].isna() & (rows["activity_id"].fillna("") != ""),
    )  # fmt: skip
    groups = rows.groupby([*PLACE, "outlet", "species", "medium"], sort=True)
    table = groups.agg(
        left=("emissions_t", "sum"), made=("generated_t", "sum"), is_short=("is_short", "any"),
        source_class=("source_class", "first"),
        is_unmade=("is_unmade", "any"), told=("emissions_t", "count"),
        made_told=("generated_t", "count"),
    ).reset_index()  # fmt: skip
    is_unmade = table["is_unmade"].astype(bool) | (table["made_told"] == 0)
    return table.assign(
        left=table["left"].where(table["told"] > 0), made=table["made"].mask(is_unmade),
        cell=range(len(table)),
    )  # fmt: skip


def _met(devices: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Return each device beside every outlet it acts on.

    A row of the whole process is one of the only outlet that its devices name.
    """
    named = devices[devices["stack_id"] != ""].groupby([*PLACE, "species"])["stack_id"].nunique()
    count = pd.MultiIndex.from_frame(devices[[*PLACE, "species"]])
    is_only = named.reindex(count).eq(1).to_numpy()
    found = devices.assign(device=devices.index, is_only=is_only).merge(
        cells, on=[*PLACE, "species"]
    )
    own = found["enterprise_id"] + "/" + found["process"] + "/" + found["stack_id"]
    is_met = (found["stack_id"] == "") | (found["outlet"] == own)
    is_met |= (found["outlet"] == "") & found["is_only"]
    return found[is_met].sort_values(["cell", "order", "device_id"], ignore_index=True)


def _split(found: pd.DataFrame) -> pd.DataFrame:
    """Add ``removed``, ``basis`` and ``missing`` to each device at each outlet."""
    passed = 1 - found["removal_share"] * found["running_share"]
    # What does not run takes nothing off, whatever it could remove.
    passed = passed.mask(found["running_share"] == 0, 1.0).astype("float64")
    cell = found["cell"]
    through = passed.groupby(cell).transform(lambda each: each.prod(skipna=False))
    before = passed.groupby(cell).cumprod() / passed
    is_alone = (passed.groupby(cell).transform("size") == 1) & found["made"].notna()
    told = (found["made"] - found["left"]).astype("float64")
    back = found["left"] / through.where(through > 0) * (1 - through)
    whole = told.fillna(back)
    part = before * (1 - passed) / (1 - through).where(through < 1)
    part = part.mask(through == 1, 0.0).mask(is_alone, 1.0)
    removed = (whole * part).mask(told < 0)
    missing = pd.Series("", index=found.index, dtype="str")
    missing = missing.mask(found["is_short"].astype(bool), NO_ROW)
    missing = missing.mask(removed.isna() & found["left"].notna(), NO_GENERATED)
    missing = missing.mask(passed.isna() & removed.isna(), NO_REMOVAL)
    basis = found["made"].notna().map({True: GENERATED, False: EMITTED}).mask(removed.isna(), "")
    return found.assign(removed=removed, basis=basis, missing=missing)
