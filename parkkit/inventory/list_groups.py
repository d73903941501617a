"""List groups: what each list says of each source, summed, with the group of every row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from parkkit.core.convention import Convention
from parkkit.inventory.releases import GAPS, NO_RANK

CELL = ("enterprise_id", "year", "species", "medium")
# Lists report what a plant itself releases: these channels do not compete with them.
FREE = ("bought", "taken_up")
# Sums that differ by less are one amount: in which pieces it was told moves the last digits.
DIGITS = 12
Numbers = NDArray[np.int64]


def list_groups(
    rows: pd.DataFrame, *, convention: Convention, list_order: Sequence[str]
) -> tuple[pd.DataFrame, Numbers]:
    """Return what each list says of each process and stack, or of the whole plant.

    Parameters
    ----------
    rows : DataFrame
        Rows of ``emissions``, at least one.
    list_order : sequence of str
        Lists that it does not name come after those it does, as equals.

    Returns
    -------
    groups : DataFrame
        A row for each list of a source, numbered by content and not by the order of rows:
        ``cell`` (plant, year, species, medium and channel), ``source`` (cell, process and stack),
        ``process`` (cell and process), ``is_whole``, ``part``, ``list``, ``place``, ``rule``,
        ``is_free``; ``amount`` (t), ``weight``, ``weighted``, ``worst``, ``gap``, ``known``,
        ``has_generated``.
    numbers : array
        The group of each row.
    """
    channel = _channel(rows)
    cell = numbered([*(rows[name] for name in CELL), channel])
    process = numbered([cell, rows["process"]])
    part = _parts(rows, process)
    source = numbered([process, part])
    group = numbered([source, rows["list"]]).to_numpy()
    sums, first = _sums(rows, group)
    place = {name: rank for rank, name in enumerate(list_order)}
    told = rows[["species", "process", "list"]].iloc[first].reset_index(drop=True)
    rule = release_rules(told["species"], convention)
    groups = sums.assign(
        cell=cell.to_numpy()[first],
        process=process.to_numpy()[first],
        source=source.to_numpy()[first],
        part=part.to_numpy()[first],
        list=told["list"],
        is_whole=told["process"] == "",
        place=told["list"].map(place).fillna(len(place)).astype("int64"),
        rule=rule,
        is_free=channel.isin(FREE).to_numpy()[first],
    )
    return groups, group


def numbered(keys: Sequence[pd.Series]) -> pd.Series:
    """Return a number for each row: the same for the same keys, in the order of the keys."""
    return keys[0].groupby(list(keys), sort=True, dropna=False).ngroup()


def release_rules(species: pd.Series, convention: Convention) -> pd.Series:
    """Return the rule by which the lists of each species compete.

    Examples
    --------
    >>> chosen = Convention(factor_sets=(), species_rules=(("co2", "largest"),))
    >>> release_rules(pd.Series(["co2", "nox"]), chosen).tolist()
    ['largest', 'best_rank']
    """
    known = dict.fromkeys(species.unique(), convention.release_rule)
    rules: pd.Series = species.map({**known, **dict(convention.species_rules)})
    return rules


def rounded(amounts: pd.Series) -> pd.Series:
    """Return amounts to twelve significant digits.

    Examples
    --------
    >>> rounded(pd.Series([0.1 + 0.2, 0.0, 1e9 / 3])).tolist()
    [0.3, 0.0, 333333333.333]
    """
    size = np.floor(np.log10(amounts.abs().where(amounts != 0, 1.0)))
    scale = 10.0 ** (DIGITS - 1 - size)
    found: pd.Series = (amounts * scale).round() / scale
    return found


def mean_rank(groups: pd.DataFrame) -> pd.Series:
    """Return the tonne-weighted rank; of what weighs nothing the worst."""
    mean = groups["weighted"] / groups["weight"].where(groups["weight"] > 0)
    return rounded(mean.fillna(groups["worst"]))


def missing_degree(groups: pd.DataFrame) -> pd.Series:
    """Return 0 for a whole value, 1 for one with a gap, 2 for none: the last to be chosen."""
    return groups["gap"].where(groups["known"] == 1, 2)


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


def _parts(rows: pd.DataFrame, process: pd.Series) -> pd.Series:
    """Return the stack each row competes for, blank where it is the process as a whole.

    Stacks compete one by one where a list tells them all; else nobody knows which stack of one
    list is which of another, and the sums of the process compete.
    """
    whole = (rows["enterprise_id"] + "/" + rows["process"]).str.rstrip("/")
    stack = rows["source_id"].where(rows["source_id"] != whole, "")
    has_blank = stack.eq("").groupby(process).transform("any")
    if has_blank.all():
        return pd.Series("", index=rows.index, dtype="str")
    process, named = process[~has_blank], stack[~has_blank]
    in_all = named.groupby(process).transform("nunique")
    in_list = named.groupby([process, rows["list"][~has_blank]]).transform("nunique")
    in_longest = in_list.groupby(process).transform("max")
    return named.where(in_longest == in_all, "").reindex(stack.index, fill_value="")


def _sums(rows: pd.DataFrame, group: Numbers) -> tuple[pd.DataFrame, Numbers]:
    """Return the sums of each group, and where its first row stands.

    The rows of a group are summed by size, so that their order moves no digit.
    """
    amount = rows["emissions_t"].astype("float64").fillna(0.0).to_numpy()
    known = rows["emissions_t"].notna()
    is_gap = (~known & rows["status"].isin(GAPS)) | (rows["coverage_share"] < 1)
    rank = _quality(rows).to_numpy()
    order = np.lexsort((rank, amount, group))
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    weight = np.abs(amount)

    def over(values: NDArray[np.generic], combine: np.ufunc) -> NDArray[np.generic]:
        return combine.reduceat(values[order], starts)

    sums = pd.DataFrame(
        {
            "amount": over(amount, np.add),
            "weight": over(weight, np.add),
            "weighted": over(weight * rank, np.add),
            "worst": over(rank, np.maximum),
            "gap": over(is_gap.to_numpy(dtype="int64"), np.maximum),
            "known": over(known.to_numpy(dtype="int64"), np.maximum),
            "has_generated": over(rows["generated_t"].notna().to_numpy(), np.logical_or),
        }
    )
    return sums, order[starts]


def _quality(rows: pd.DataFrame) -> pd.Series:
    """A calculated value is as good as the worse of its activity and its factor."""
    worse = rows[["activity_rank", "factor_rank"]].max(axis=1)
    return worse.fillna(NO_RANK)
