"""Reconcile: the calculated and every reported list, one value each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from parkkit.core.convention import Convention
from parkkit.core.ledger import entries, joined
from parkkit.inventory.releases import GAPS, NO_RANK

CELL = ["enterprise_id", "year", "species", "medium", "channel"]
# Lists report what a plant itself releases: these do not compete with them.
FREE = ("bought", "taken_up")


def reconcile(
    rows: pd.DataFrame, *, convention: Convention, list_order: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Choose one value for each source, year, species and medium.

    The values that a source has in several lists compete by the convention's ``release_rule``;
    one that leaves a gap (a part without a number, a month that is not there) comes after those
    that are whole, one without any number last. A whole-plant value then competes with the sum
    of the plant's processes, a year with the sum of its months. The loser goes to the ledger
    whole. What is bought is not in the competition: lists report own releases.

    Under ``release_rule="mean"`` the whole values of a source count with equal weight: of ``n``
    lists each keeps 1/``n`` of every row, the rest goes to the ledger (``mean_of_lists``). With
    no whole value, or one, there is nothing to average and the best rank is taken. A mean is
    taken among lists of one granularity; the whole plant then competes with the processes by
    completeness, by rank, and on a tie the processes count.

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
    work = rows.assign(channel=_channel(rows), _rank=_quality(rows))
    work = work.assign(part=_parts(work))
    groups = _groups(work, list_order)
    groups = _chosen_lists(groups, convention.release_rule)
    groups = _plant_or_processes(groups, convention.release_rule)
    told = groups[[*CELL, "process", "part", "list", "outcome", "share", "generated_share"]]
    found = work.merge(told, how="left")
    found.index = work.index
    is_kept = found["outcome"] == "kept"
    kept, rest = _averaged(rows[is_kept], found[is_kept])
    lost = entries(rows[~is_kept], stage="reconcile", reason=found["outcome"][~is_kept])
    return kept.reset_index(drop=True), joined([lost, rest])


def taken_whole(rows: pd.DataFrame, *, rule: str) -> pd.Series:
    """Tell the rows of the one list that is taken whole for its plant, year and species.

    What became of a plant's waste makes sense only within one list, so lists do not compete
    amount by amount here. A list with a gap comes after those that are whole; of these the best
    rank counts, ties by the park's order of lists (under ``priority`` the order alone, under
    ``largest`` the one that tells most generated; there is no mean of such lists, and ``mean``
    goes by rank). Where one list tells the whole plant and its processes too, the two compete
    alike, and on a tie the processes count.

    Parameters
    ----------
    rows : DataFrame
        Rows of ``Inventory.releases``.
    rule : str
        The ``release_rule`` of a convention.
    """
    cell = ["enterprise_id", "year", "species", "medium"]
    weight = rows["amount_t"].fillna(0.0)
    rank = rows["data_rank"].fillna(NO_RANK)
    is_gap = rows["notation"].isin(GAPS) | (rows["coverage_share"] < 1)
    side = rows[[*cell, "list"]].assign(
        is_whole=rows["process"] == "", is_gap=is_gap, weight=weight, weighted=weight * rank,
        worst=rank, place=rows["list_place"],
        negative=-weight.where(rows["amount_kind"] == "generated", 0.0),
    )  # fmt: skip
    key = [*cell, "list", "is_whole"]
    groups = side.groupby(key, sort=True).agg(
        is_missing=("is_gap", "max"), weight=("weight", "sum"), weighted=("weighted", "sum"),
        worst=("worst", "max"), place=("place", "min"), negative=("negative", "sum"),
    ).reset_index()  # fmt: skip
    groups = groups.assign(rank=_mean_rank(groups), negative=groups["negative"].round(9))
    order = [*cell, *_sort_keys(rule), "is_whole", "list"]
    best = groups.sort_values(order, kind="stable").drop_duplicates(cell)
    taken = pd.MultiIndex.from_frame(side[key]).isin(pd.MultiIndex.from_frame(best[key]))
    return pd.Series(taken, index=rows.index, dtype=bool)


def _averaged(rows: pd.DataFrame, found: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of several lists at their share of the mean, and the rest of each."""
    is_shared = found["share"] < 1
    if not is_shared.any():
        return rows, joined([])
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


def _channel(rows: pd.DataFrame) -> pd.Series:
    """Tell own releases, the biogenic memo, what is sent, bought, taken up: none replaces another.

    What is captured or taken up by a sink is a memo beside the release, never its replacement.
    """
    is_bought = rows["use"].isin(["purchased", "transport_hired"])
    is_taken_up = rows["use"].isin(["captured", "sink"])
    is_sent = rows["use"].isin(["wastewater_sent", "waste_sent"]) | rows["sent_t"].notna()
    is_memo = rows["is_biogenic"].astype(bool)
    words = np.select(
        [is_bought, is_taken_up, is_sent, is_memo], ["bought", "taken_up", "sent", "memo"], "own"
    )
    return pd.Series(words, index=rows.index, dtype="str")


def _parts(work: pd.DataFrame) -> pd.Series:
    """Return the stack each row competes for, blank where it is the process as a whole.

    Stacks compete one by one where a list tells them all; else nobody knows which stack of one
    list is which of another, and the sums of the process compete.
    """
    whole = (work["enterprise_id"] + "/" + work["process"]).str.rstrip("/")
    stack = work["source_id"].where(work["source_id"] != whole, "")
    process = [work[name] for name in [*CELL, "process"]]
    in_all = stack.groupby(process).transform("nunique")
    in_list = stack.groupby([*process, work["list"]]).transform("nunique")
    in_longest = in_list.groupby(process).transform("max")
    has_blank = stack.eq("").groupby(process).transform("any")
    return stack.where((in_longest == in_all) & ~has_blank, "")


def _quality(rows: pd.DataFrame) -> pd.Series:
    """A calculated value is as good as the worse of its activity and its factor."""
    worse = rows[["activity_rank", "factor_rank"]].max(axis=1)
    return worse.fillna(NO_RANK)


def _groups(work: pd.DataFrame, list_order: Sequence[str]) -> pd.DataFrame:
    """Return what each list says of each process and stack (or the whole plant) in each cell."""
    known = work["emissions_t"].notna()
    is_gap = (~known & work["status"].isin(GAPS)) | (work["coverage_share"] < 1)
    weight = work["emissions_t"].abs().fillna(0.0)
    parts = work.assign(
        weight=weight, weighted=weight * work["_rank"], known=known.astype(int),
        gap=is_gap.astype(int), has_generated=work["generated_t"].notna(),
    )  # fmt: skip
    groups = parts.groupby([*CELL, "process", "part", "list"], sort=True).agg(
        amount=("emissions_t", "sum"), weight=("weight", "sum"), weighted=("weighted", "sum"),
        worst=("_rank", "max"), gap=("gap", "max"), known=("known", "max"),
        has_generated=("has_generated", "any"),
    ).reset_index()  # fmt: skip
    place = {name: rank for rank, name in enumerate(list_order)}
    return groups.assign(
        is_missing=_missing_degree(groups),
        rank=_mean_rank(groups),
        place=groups["list"].map(place).fillna(len(place)).astype(int),
    )


def _missing_degree(groups: pd.DataFrame) -> pd.Series:
    """Return 0 for a whole value, 1 for one with a gap, 2 for none: the last to be chosen."""
    return groups["gap"].where(groups["known"] == 1, 2)


def _mean_rank(groups: pd.DataFrame) -> pd.Series:
    """Return the tonne-weighted rank; rounded, so that the order of rows can decide no tie."""
    mean = groups["weighted"] / groups["weight"].where(groups["weight"] > 0)
    return mean.fillna(groups["worst"]).round(9)


def _sort_keys(rule: str) -> list[str]:
    first = {"best_rank": ["rank"], "priority": [], "largest": ["negative"], "mean": ["rank"]}
    return ["is_missing", *first[rule], "place"]


def _chosen_lists(groups: pd.DataFrame, rule: str) -> pd.DataFrame:
    """Choose a list for each process and stack, and for the whole plant, of each cell."""
    source = [*CELL, "process", "part"]
    scored = groups.assign(negative=-groups["amount"].round(9))
    ordered = scored.sort_values([*source, *_sort_keys(rule), "list"], kind="stable")
    free = ordered["channel"].isin(FREE)
    kept = free | ~ordered.duplicated(source)
    ordered = ordered.assign(share=1.0, generated_share=1.0)
    if rule == "mean":
        is_whole = (ordered["is_missing"] == 0) & ~free
        count = _count(is_whole, ordered[source])
        is_shared = is_whole & (count > 1)
        kept |= is_shared
        # Of lists that do not tell what was generated, none lowers what the others tell.
        tellers = _count(is_shared & ordered["has_generated"], ordered[source])
        ordered = ordered.assign(
            share=(1 / count).where(is_shared, 1.0),
            generated_share=(1 / tellers).where(is_shared & (tellers > 0), 1.0),
        )
    return ordered.assign(outcome=np.where(kept, "kept", "other_list_chosen"))


def _count(flags: pd.Series, source: pd.DataFrame) -> pd.Series:
    """Return, beside each row, how many rows of its source are flagged."""
    return flags.groupby([source[name] for name in source]).transform("sum").astype("float64")


def _plant_or_processes(groups: pd.DataFrame, rule: str) -> pd.DataFrame:
    """Let the whole-plant value compete with the sum of the chosen processes."""
    chosen = groups[groups["outcome"] == "kept"]
    averaged = {name: chosen[name] * chosen["share"] for name in ("amount", "weight", "weighted")}
    sides = chosen.assign(is_whole=chosen["process"] == "", **averaged)
    sums = sides.groupby([*CELL, "is_whole"]).agg(
        amount=("amount", "sum"), weight=("weight", "sum"), weighted=("weighted", "sum"),
        worst=("worst", "max"), gap=("gap", "max"), known=("known", "max"),
        place=("place", "max"),
    ).reset_index()  # fmt: skip
    sums = sums.assign(
        is_missing=_missing_degree(sums), rank=_mean_rank(sums),
        negative=-sums["amount"].round(9),
    )  # fmt: skip
    # On a full tie the processes win: they say more.
    keys = [key for key in _sort_keys(rule) if not (rule == "mean" and key == "place")]
    order = sums.sort_values([*CELL, *keys, "is_whole"], kind="stable")
    winner = order.drop_duplicates(CELL)[[*CELL, "is_whole"]].rename(
        columns={"is_whole": "whole_wins"}
    )
    joined_groups = groups.merge(winner, on=CELL, how="left")
    is_whole = joined_groups["process"] == ""
    beaten = is_whole != joined_groups["whole_wins"]
    reason = np.where(joined_groups["whole_wins"], "whole_plant_chosen", "processes_chosen")
    kept = joined_groups["outcome"] == "kept"
    free = joined_groups["channel"].isin(FREE)
    outcome = joined_groups["outcome"].where(~(kept & beaten & ~free), pd.Series(reason))
    return joined_groups.assign(outcome=outcome)
