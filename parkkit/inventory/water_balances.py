"""Water balances: intake against wastewater, and what is sent against what is received."""

from __future__ import annotations

import numpy as np
import pandas as pd

from parkkit.inventory.compilation import Inventory
from parkkit.inventory.material_sides import Sides, closed_or_open, lacks, untold, whole_sum
from parkkit.inventory.water import FRESH, UNIT, WASTEWATER
from parkkit.inventory.water_pollutants import SENT_REASONS

PLANT = ["enterprise_id", "year"]
INTAKE = ("water_withdrawn", "water_reused")
# Loads in tonnes and softened water have the same uses, and are no volumes of these.
ITEMS = {"water_withdrawn": FRESH, "water_reused": "reused_water", "wastewater_sent": WASTEWATER,
         "treated": WASTEWATER}  # fmt: skip
LOADS = ("cod", "nh3_n")


def water_balances(
    inventory: Inventory, given: Sides, *, tolerance: float, load_tolerance: float
) -> pd.DataFrame:
    """Return the balances of plants' water, and of the treatment plants they are connected to."""
    rows = given.everyone
    rows = rows[(rows["item"] == rows["use"].map(ITEMS)) & (rows["unit"] == UNIT)]
    rows = rows.assign(missing=untold(rows))
    inside = pd.MultiIndex.from_frame(given.activity[PLANT].drop_duplicates())
    sent = rows[rows["use"] == "wastewater_sent"]
    receivers = pd.MultiIndex.from_frame(
        sent[["counterpart_id", "year"]].rename(columns={"counterpart_id": "enterprise_id"})
    )
    mine = pd.MultiIndex.from_frame(rows[PLANT])
    parts = [
        _intake(rows[mine.isin(inside) & ~mine.isin(receivers)], tolerance=tolerance),
        _received(rows, sent, inside, tolerance=tolerance),
        _loads(inventory, given, inside, tolerance=load_tolerance),
    ]
    return pd.concat(parts, ignore_index=True)


def _sums(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    groups = rows.groupby(keys)
    amount = groups["amount"].agg(whole_sum)
    return pd.concat([amount, groups["missing"].agg(lacks)], axis=1)


def _intake(rows: pd.DataFrame, *, tolerance: float) -> pd.DataFrame:
    """Return what a plant takes in beside its wastewater.

    Wastewater that is treated before it is sent is told twice: the larger of the two counts.
    """
    taken = _sums(rows[rows["use"].isin(INTAKE)], PLANT)
    sent = _sums(rows[rows["use"] == "wastewater_sent"], PLANT)
    own = _sums(rows[rows["use"] == "treated"], PLANT)
    index = sent.index.union(own.index)
    both = pd.concat([sent["amount"].reindex(index), own["amount"].reindex(index)], axis=1)
    missing = pd.concat([part["missing"].reindex(index) for part in (taken, sent, own)], axis=1)
    none = taken["amount"].reindex(index).isna() & missing.iloc[:, 0].isna()
    told = pd.Series([lacks(row.dropna()) for _, row in missing.iterrows()], index=index,
                     dtype="str")  # fmt: skip
    table = pd.DataFrame(
        {
            "amount_in": taken["amount"].reindex(index), "amount_out": both.max(axis=1),
            "missing": told.mask(none, "water_withdrawn"), "unit": "m3",
        }
    )  # fmt: skip
    return closed_or_open(
        table.reset_index(), balance="water", tolerance=tolerance, above="wastewater_above_intake"
    )


def _received(
    rows: pd.DataFrame, sent: pd.DataFrame, inside: pd.MultiIndex, *, tolerance: float
) -> pd.DataFrame:
    """Return the wastewater that plants send to a treatment plant beside what that one treats."""
    given = sent.assign(enterprise_id=sent["counterpart_id"])
    given = given[pd.MultiIndex.from_frame(given[PLANT]).isin(inside)]
    went = _sums(given, PLANT)
    came = _sums(rows[rows["use"] == "treated"], PLANT).reindex(went.index)
    missing = [
        lacks(pd.Series([first, "treated" if pd.isna(second) else second]))
        for first, second in zip(went["missing"], came["missing"], strict=True)
    ]
    table = pd.DataFrame(
        {
            "amount_in": went["amount"], "amount_out": came["amount"],
            "missing": pd.Series(missing, index=went.index, dtype="str"), "unit": "m3",
        }
    )  # fmt: skip
    return closed_or_open(
        table.reset_index(), balance="wastewater", tolerance=tolerance, least=1.0,
        above="treated_above_sent", below="treated_below_sent",
    )  # fmt: skip


def _loads(
    inventory: Inventory, given: Sides, inside: pd.MultiIndex, *, tolerance: float
) -> pd.DataFrame:
    """Return the load that plants send to a treatment plant beside what reaches its inlet."""
    key = ["enterprise_id", "year", "species"]
    went = _sent_loads(inventory)
    went = went[pd.MultiIndex.from_frame(went[PLANT]).isin(inside) & went["species"].isin(LOADS)]
    sums = went.groupby(key)["amount_t"].agg(whole_sum)
    made = given.generated[given.generated["use"] == "treated"]
    inlet = made.groupby(key)["generated_t"].agg(whole_sum)
    came = inlet.reindex(sums.index)
    missing = np.select([sums.isna(), came.isna()], ["sent", "generated"], "")
    table = pd.DataFrame(
        {
            "amount_in": sums, "amount_out": came, "unit": "t",
            "missing": pd.Series(missing, index=sums.index, dtype="str"),
        }
    )  # fmt: skip
    return closed_or_open(
        table.reset_index().rename(columns={"species": "item"}), balance="load",
        tolerance=tolerance, least=1.0, above="load_above_sent", below="load_below_sent",
    )  # fmt: skip


def _sent_loads(inventory: Inventory) -> pd.DataFrame:
    """Return the tonnes sent to each plant, wherever the stages put them."""
    kept = inventory.emissions
    kept = kept[kept["use"] == "wastewater_sent"].assign(amount_t=kept["emissions_t"])
    ledger = inventory.ledger
    ledger = ledger[(ledger["medium"] == "water") & ~ledger["is_memo"].astype(bool)]
    # What a plant outside the boundary sends to a member reaches its inlet too.
    is_sent = ledger["reason"].isin(SENT_REASONS) | (ledger["stage"] == "boundary")
    moved = ledger[is_sent]
    names = ["counterpart_id", "year", "species", "amount_t"]
    both = pd.concat([kept.loc[kept["medium"] == "water", names], moved[names]], ignore_index=True)
    both = both[both["counterpart_id"] != ""]
    return both.rename(columns={"counterpart_id": "enterprise_id"})
