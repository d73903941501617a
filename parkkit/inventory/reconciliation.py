"""Reconcile: the calculated and every reported list, one value each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.ledger import entries, joined
from parkkit.inventory.list_groups import (
    CELL,
    Numbers,
    list_groups,
    mean_rank,
    missing_degree,
    rounded,
)
from parkkit.inventory.releases import GAPS, NO_RANK

KEPT, MEAN = "kept", "mean"


def reconcile(
    rows: pd.DataFrame, *, convention: Convention, list_order: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Choose one value for each source, year, species and medium.

    The values that a source has in several lists compete by the convention's ``release_rule``,
    or by the rule that ``species_rules`` gives their species; one that leaves a gap (a part
    without a number, a month that is not there) comes after those that are whole, one without
    any number last. Ties go by ``list_order``, among lists it does not name by name. A
    whole-plant value then competes with the sum of the plant's processes, a year with the sum of
    its months. The loser goes to the ledger whole. What is bought is not in the competition:
    lists report own releases. The order of rows and lists chooses nothing.

    Under ``release_rule="mean"`` the whole values of a source count with equal weight: of ``n``
    lists each keeps 1/``n`` of every row, the rest goes to the ledger (``mean_of_lists``). With
    no whole value, or one, there is nothing to average and the best rank is taken. A mean is
    taken among lists of one granularity; the whole plant then competes with the processes by
    completeness, by rank, and on a tie the processes count.

    Processes may be only some of a plant's. Where the list of the whole-plant value also tells
    every process that any list tells, and its own processes do not add up to its own whole, the
    processes leave a gap, whichever lists were chosen for them: something of the plant is in none
    of them. They then lose to a whole-plant value that has none, and on a tie. Processes that
    the list of the whole does not tell cannot be judged so and compete as they are.

    Parameters
    ----------
    rows : DataFrame
        Rows of ``emissions`` from the calculation and from every list, in any order.
    list_order : sequence of str
        Settles ties, and is the rule itself under ``release_rule="priority"``.

    Returns
    -------
    kept, ledger : DataFrame
    """
    if not len(rows):
        return rows, joined([])
    rows = rows.reset_index(drop=True)
    groups, number = list_groups(rows, convention=convention, list_order=list_order)
    groups = _plant_or_processes(_chosen_lists(groups))
    outcome = groups["outcome"].take(number).set_axis(rows.index)
    is_kept = outcome == KEPT
    kept, rest = _averaged(rows[is_kept], groups, number[is_kept])
    lost = entries(rows[~is_kept], stage="reconcile", reason=outcome[~is_kept])
    return kept.reset_index(drop=True), joined([lost, rest])


def taken_whole(rows: pd.DataFrame, *, rule: str | pd.Series) -> pd.Series:
    """Tell the rows of the one list that is taken whole for its plant, year and species.

    What became of a plant's waste makes sense only within one list, so lists do not compete
    amount by amount here. A list with a gap comes after those that are whole; of these the best
    rank counts, ties by the park's order of lists (under ``priority`` the order alone, under
    ``largest`` the one that tells most generated; there is no mean of such lists, and ``mean``
    goes by rank). Where one list tells the whole plant and its processes too, the two compete
    alike, and on a tie the processes count; processes that do not reach what their own list
    tells of the whole plant, in kind or destination, leave a gap and lose the tie.

    Parameters
    ----------
    rows : DataFrame
        Rows of ``Inventory.releases``.
    rule : str or Series
        The ``release_rule`` of a convention, or for each row that of its species
        (``release_rules``).
    """
    weight = rows["amount_t"].fillna(0.0)
    rank = rows["data_rank"].fillna(NO_RANK)
    is_gap = rows["notation"].isin(GAPS) | (rows["coverage_share"] < 1)
    side = rows[[*CELL, "list", "amount_kind", "destination"]].assign(
        is_whole=rows["process"] == "", gap=is_gap, weight=weight, weighted=weight * rank,
        worst=rank, place=rows["list_place"], rule=rule,
        amount=weight.where(rows["amount_kind"] == "generated", 0.0),
    )  # fmt: skip
    key = [*CELL, "list", "is_whole"]
    # Summed by size, so that the order of rows moves no digit.
    groups = side.sort_values(["weight", "worst"]).groupby(key, sort=True).agg(
        gap=("gap", "max"), weight=("weight", "sum"), weighted=("weighted", "sum"),
        worst=("worst", "max"), place=("place", "min"), amount=("amount", "sum"),
        rule=("rule", "first"),
    ).reset_index()  # fmt: skip
    is_short = _falls_short(side, groups)
    groups = groups.assign(
        is_missing=groups["gap"] | (is_short & ~groups["is_whole"]),
        score=_score(groups),
        is_later=groups["is_whole"] != is_short,
    )
    order = [*CELL, "is_missing", "score", "place", "is_later", "list", "is_whole"]
    best = groups.sort_values(order, kind="stable").drop_duplicates(list(CELL))
    taken = pd.MultiIndex.from_frame(side[key]).isin(pd.MultiIndex.from_frame(best[key]))
    return pd.Series(taken, index=rows.index, dtype=bool)


def _falls_short(side: pd.DataFrame, groups: pd.DataFrame) -> pd.Series:
    """Tell the groups of lists whose processes do not reach what they tell of the plant."""
    told = [*CELL, "list"]
    names = [*told, "amount_kind", "destination", "is_whole"]
    sums = side.sort_values("weight").groupby(names)["weight"].sum().unstack(fill_value=0)
    sums = sums.reindex(columns=[False, True], fill_value=0.0)
    is_less = (rounded(sums[False]) < rounded(sums[True])).groupby(level=told).any()
    has_both = groups.duplicated(told, keep=False)
    found = is_less.reindex(pd.MultiIndex.from_frame(groups[told])).to_numpy(dtype=bool)
    return has_both & found


def _averaged(
    rows: pd.DataFrame, groups: pd.DataFrame, number: Numbers
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of several lists at their share of the mean, and the rest of each."""
    if not (groups["share"] < 1).any():
        return rows, joined([])
    found = groups[["share", "generated_share", "part"]].take(number).set_axis(rows.index)
    is_shared = found["share"] < 1
    rest = rows[is_shared]
    rest = rest.assign(emissions_t=rest["emissions_t"] * (1 - found["share"][is_shared]))
    scaled = {name: rows[name] * found["share"] for name in ("emissions_t", "sent_t")}
    process = (rows["enterprise_id"] + "/" + rows["process"]).str.rstrip("/")
    # Stacks that nobody can match are one source once their lists are averaged.
    is_merged = is_shared & (found["part"] == "")
    kept = rows.assign(
        **scaled,
        generated_t=rows["generated_t"] * found["generated_share"],
        source_id=rows["source_id"].mask(is_merged, process),
    )
    return kept, entries(rest, stage="reconcile", reason="mean_of_lists")


def _score(groups: pd.DataFrame) -> pd.Series:
    """Return what each value is chosen by under the rule of its species: the least wins.

    By priority nothing is left to decide but the place of the list.
    """
    least = -rounded(groups["amount"])
    by_place = pd.Series(0.0, index=groups.index)
    by_rank = mean_rank(groups)
    return by_rank.mask(groups["rule"] == "largest", least).mask(
        groups["rule"] == "priority", by_place
    )


def _chosen_lists(groups: pd.DataFrame) -> pd.DataFrame:
    """Choose a list for each process and stack, and for the whole plant, of each cell."""
    scored = groups.assign(is_missing=missing_degree(groups), score=_score(groups))
    # What ties to the end stays in the order of the groups, which is that of the lists' names.
    ordered = scored.sort_values(["source", "is_missing", "score", "place"], kind="stable")
    is_kept = scored["is_free"] | ~ordered["source"].duplicated()
    scored = scored.assign(share=1.0, generated_share=1.0)
    if (scored["rule"] == MEAN).any():
        is_complete = (scored["is_missing"] == 0) & ~scored["is_free"]
        is_averaged = is_complete & (scored["rule"] == MEAN)
        count = _count(is_averaged, scored["source"])
        is_shared = is_averaged & (count > 1)
        is_kept |= is_shared
        # Of lists that do not tell what was generated, none lowers what the others tell.
        tellers = _count(is_shared & scored["has_generated"], scored["source"])
        scored = scored.assign(
            share=(1 / count).where(is_shared, 1.0),
            generated_share=(1 / tellers).where(is_shared & (tellers > 0), 1.0),
        )
    outcome = np.where(is_kept, KEPT, "other_list_chosen")
    return scored.assign(outcome=pd.Series(outcome, index=scored.index, dtype="str"))


def _count(flags: pd.Series, source: pd.Series) -> pd.Series:
    """Return, beside each group, how many groups of its source are flagged."""
    return flags.groupby(source).transform("sum").astype("float64")


def _plant_or_processes(groups: pd.DataFrame) -> pd.DataFrame:
    """Let the whole-plant value compete with the sum of the chosen processes."""
    wholes = groups["is_whole"].groupby(groups["cell"])
    has_both = wholes.transform("any") & ~wholes.transform("all") & ~groups["is_free"]
    both = groups[has_both]
    if not len(both):
        return groups
    whole_wins = both["cell"].map(_whole_wins(both)).astype(bool)
    reason = pd.Series("processes_chosen", index=both.index).mask(whole_wins, "whole_plant_chosen")
    is_beaten = (both["outcome"] == KEPT) & (both["is_whole"] != whole_wins)
    outcome = groups["outcome"].copy()
    outcome.loc[is_beaten[is_beaten].index] = reason[is_beaten]
    return groups.assign(outcome=outcome)


def _whole_wins(both: pd.DataFrame) -> pd.Series:
    """Tell, of each cell with a whole-plant value and processes, whether the former counts."""
    chosen = both[both["outcome"] == KEPT]
    averaged = {name: chosen[name] * chosen["share"] for name in ("amount", "weight", "weighted")}
    sides = chosen.assign(**averaged).groupby(["cell", "is_whole"], sort=True).agg(
        amount=("amount", "sum"), weight=("weight", "sum"), weighted=("weighted", "sum"),
        worst=("worst", "max"), gap=("gap", "max"), known=("known", "max"),
        place=("place", "max"), rule=("rule", "first"),
    ).reset_index()  # fmt: skip
    is_short = sides["cell"].isin(_short_cells(both))
    missing = missing_degree(sides)
    sides = sides.assign(
        is_missing=missing.mask(is_short & ~sides["is_whole"], missing.clip(lower=1)),
        score=_score(sides),
        # Several lists have no one place.
        place=sides["place"].mask(sides["rule"] == MEAN, 0),
        # On a full tie the processes win, which say more, unless they say less of the plant.
        is_later=sides["is_whole"] != is_short,
    )
    order = sides.sort_values(["cell", "is_missing", "score", "place", "is_later"], kind="stable")
    return order.drop_duplicates("cell").set_index("cell")["is_whole"]


def _short_cells(both: pd.DataFrame) -> pd.Series:
    """Return the cells whose processes, by the list of the whole plant itself, are not all of it.

    That list must tell every process that any list tells, each with a number and no gap.
    """
    wholes = both[both["is_whole"] & (both["outcome"] == KEPT) & (both["known"] == 1)]
    processes = both[~both["is_whole"]]
    told = processes.groupby(["cell", "list"], sort=True).agg(
        told=("amount", "sum"), known=("known", "min"), gap=("gap", "max"),
        count=("process", "nunique"),
    ).reset_index()  # fmt: skip
    beside = wholes[["cell", "list", "amount"]].merge(told, on=["cell", "list"])
    in_all = beside["cell"].map(processes.groupby("cell")["process"].nunique())
    can_judge = (beside["count"] == in_all) & (beside["known"] == 1) & (beside["gap"] == 0)
    is_less = rounded(beside["told"]) < rounded(beside["amount"])
    return beside.loc[can_judge & is_less, "cell"]
