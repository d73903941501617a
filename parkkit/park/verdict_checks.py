"""Verdict checks: which settled identities stand, what they join, and where they contradict."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from parkkit.core.errors import Problem
from parkkit.park.datum import unshifted
from parkkit.park.evidence import NEAR_M, metres
from parkkit.park.faults import Tables, at
from parkkit.park.listed_plants import ENTERPRISES, Key, level_code

LEFT, RIGHT = ["left_list", "left_id"], ["right_list", "right_id"]
Holders = Mapping[Key, Sequence[str]]
# The rows of same_as.csv that join two plants directly.
Joints = Mapping[str, Mapping[str, int]]


def verdict_problems(tables: Tables) -> Iterator[Problem]:
    """Return what is wrong with ``same_as.csv``, and what is odd.

    All are warnings: where verdicts contradict each other (A is B, B is C, and A is not C) the
    plants stay apart, and a verdict on something the park does not list, or on a listing of
    several plants, settles nothing. One against what codes and places say is applied, and told.
    """
    same_as = standing(tables["same_as"])
    holders = plant_holders(tables["enterprises"], tables["listings"])
    yield from _unheld(same_as, holders)
    settled = settled_plants(same_as, holders)
    yield from contradictions(settled)
    yield from _against_evidence(settled, tables)
    yield from _several_codes(tables)


def standing(same_as: pd.DataFrame) -> pd.DataFrame:
    """Return the verdicts that stand: the last on each pair, whichever is left, if not withdrawn.

    The last by date, of one day by row.

    Examples
    --------
    >>> rows = pd.DataFrame({"left_list": ["a", "b"], "left_id": ["1", "2"],
    ...     "right_list": ["b", "a"], "right_id": ["2", "1"], "verdict": ["same", "withdrawn"],
    ...     "on": ["2024-01-01", "2024-02-01"]})
    >>> len(standing(rows)), len(standing(rows.iloc[:1]))
    (0, 1)
    """
    ordered = same_as.sort_values("on", kind="stable")
    last = {frozenset([left, right]): row for row, (left, right) in _sides(ordered).items()}
    kept = same_as.loc[sorted(last.values())]
    return kept[kept["verdict"] != "withdrawn"]


def plant_holders(enterprises: pd.DataFrame, listings: pd.DataFrame) -> dict[Key, list[str]]:
    """Return the plants that each list and id stands for.

    A plant goes by its id in the list ``enterprises``, and by what ``listings`` say of it.
    """
    found: dict[Key, list[str]] = {}
    for plant in enterprises["enterprise_id"]:
        found[ENTERPRISES, plant] = [plant]
    columns = (listings["list"], listings["facility_id"], listings["enterprise_id"])
    for list_, facility, plant in zip(*columns, strict=True):
        plants = found.setdefault((list_, facility), [])
        if plant not in plants:
            plants.append(plant)
    return found


def settled_plants(same_as: pd.DataFrame, holders: Holders) -> pd.DataFrame:
    """Return standing verdicts on plants: ``left``, ``right``, ``verdict``, by row of same_as.csv.

    Verdicts on what nobody holds, or on a listing of several plants, are left out.
    """
    rows = {
        row: (*holders[left], *holders[right], same_as["verdict"][row])
        for row, (left, right) in _sides(same_as).items()
        if len(holders.get(left, ())) == len(holders.get(right, ())) == 1
    }
    index = pd.Index(list(rows), dtype="int64")
    return pd.DataFrame(list(rows.values()), index=index, columns=["left", "right", "verdict"])


def joined(settled: pd.DataFrame) -> list[set[str]]:
    """Return the sets of plants that ``same`` verdicts join, directly or one by another.

    Examples
    --------
    >>> rows = pd.DataFrame({"left": ["A", "B"], "right": ["B", "C"], "verdict": ["same"] * 2})
    >>> [sorted(plants) for plants in joined(rows)]
    [['A', 'B', 'C']]
    """
    joints = _joints(settled)
    sets: list[set[str]] = []
    for plant in joints:
        if not any(plant in found for found in sets):
            sets.append(set(_reached(joints, plant)))
    return sets


def contradictions(settled: pd.DataFrame) -> Iterator[Problem]:
    """Tell each ``different`` verdict on plants that ``same`` verdicts join, with their rows."""
    joints = _joints(settled)
    different = settled[settled["verdict"] == "different"]
    pairs = zip(different.index, different["left"], different["right"], strict=True)
    for row, left, right in pairs:
        if left == right:
            yield at("same_as", row, "verdict", "verdict_against_listings", is_warning=True,
                     given=left)  # fmt: skip
        elif rows := _reached(joints, left).get(right):
            yield at("same_as", row, "verdict", "verdicts_contradict", is_warning=True,
                     left=left, right=right, rows=sorted(rows))  # fmt: skip


def _sides(same_as: pd.DataFrame) -> dict[int, tuple[Key, Key]]:
    """Return both sides of each row, by row."""
    columns = [same_as[name] for name in (*LEFT, *RIGHT)]
    return {row: ((str(a), str(b)), (str(c), str(d)))
            for row, a, b, c, d in zip(same_as.index, *columns, strict=True)}  # fmt: skip


def _joints(settled: pd.DataFrame) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    same = settled[settled["verdict"] == "same"]
    for row, left, right in zip(same.index, same["left"], same["right"], strict=True):
        if left != right:
            found.setdefault(left, {})[right] = row
            found.setdefault(right, {})[left] = row
    return found


def _reached(joints: Joints, start: str) -> dict[str, list[int]]:
    """Return the plants joined with one, each with the rows that lead to it."""
    rows: dict[str, list[int]] = {start: []}
    waiting = deque([start])
    while waiting:
        plant = waiting.popleft()
        for other, row in joints.get(plant, {}).items():
            if other not in rows:
                rows[other] = [*rows[plant], row]
                waiting.append(other)
    return rows


def _unheld(same_as: pd.DataFrame, holders: Holders) -> Iterator[Problem]:
    for row, sides in _sides(same_as).items():
        if sides[0] == sides[1]:
            yield at("same_as", row, "right_id", "verdict_on_itself", is_warning=True,
                     given=" ".join(sides[0]))  # fmt: skip
        for name, side in zip(("left_id", "right_id"), sides, strict=True):
            plants = holders.get(side, ())
            known = [each for list_, each in holders if list_ == side[0]]
            if not plants:
                yield at("same_as", row, name, "verdict_on_unlisted", is_warning=True,
                         given=side[1], list=side[0], known=known)  # fmt: skip
            elif len(plants) > 1:
                yield at("same_as", row, name, "verdict_on_several", is_warning=True,
                         given=side[1], list=side[0], plants=list(plants))  # fmt: skip


def _against_evidence(settled: pd.DataFrame, tables: Tables) -> Iterator[Problem]:
    """Warn of plants settled as one that have two credit codes, or stand far apart."""
    same = settled[(settled["verdict"] == "same") & (settled["left"] != settled["right"])]
    if same.empty:
        return
    codes = _credit_codes(tables)
    places = unshifted(tables["enterprises"]).dropna(subset=["lon", "lat"])
    places = places.drop_duplicates("enterprise_id").set_index("enterprise_id")
    for row, left, right in zip(same.index, same["left"], same["right"], strict=True):
        mine, theirs = codes.get(left, set()), codes.get(right, set())
        if mine and theirs and mine.isdisjoint(theirs):
            yield at("same_as", row, "verdict", "same_with_two_codes", is_warning=True, left=left,
                     right=right, given=[*sorted(mine), *sorted(theirs)])  # fmt: skip
        if left in places.index and right in places.index:
            ends = [float(places.loc[each, name]) for each in (left, right)
                    for name in ("lon", "lat")]  # fmt: skip
            if (away := metres(*ends)) > NEAR_M:
                yield at("same_as", row, "verdict", "same_far_apart", is_warning=True, left=left,
                         right=right, away=f"{away / 1000:,.1f}")  # fmt: skip


def _credit_codes(tables: Tables) -> dict[str, set[str]]:
    both = pd.concat([tables[name][["enterprise_id", "credit_code"]]
                      for name in ("enterprises", "listings")])  # fmt: skip
    found: dict[str, set[str]] = {}
    for plant, code in zip(both["enterprise_id"], both["credit_code"], strict=True):
        if level := level_code(code):
            found.setdefault(plant, set()).add(level)
    return found


def _several_codes(tables: Tables) -> Iterator[Problem]:
    """Warn of listings of one plant that name another credit code: two may have been made one."""
    listings = tables["listings"]
    codes = _credit_codes(tables)
    rows = listings[listings["enterprise_id"].isin([p for p in codes if len(codes[p]) > 1])]
    for row in rows[rows["credit_code"] != ""].drop_duplicates("enterprise_id").index:
        plant = rows["enterprise_id"][row]
        yield at("listings", row, "credit_code", "plant_of_two_codes", is_warning=True,
                 given=sorted(codes[plant]), plant=plant, list=rows["list"][row])  # fmt: skip
