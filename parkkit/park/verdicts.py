"""Verdicts: a person's word on who is who, kept in a park folder and applied to a park."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, get_args

import pandas as pd

from parkkit.core.errors import ParkError, Problem, unknown
from parkkit.park.appending import append
from parkkit.park.checking import errors
from parkkit.park.listed_plants import ENTERPRISES, Key
from parkkit.park.reading import read_table
from parkkit.park.verdict_checks import (
    contradictions,
    plant_holders,
    settled_plants,
    standing,
)

Verdict = Literal["same", "different", "withdrawn"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


def record_verdict(
    folder: Path,
    left: Key,
    right: Key,
    verdict: Verdict,
    *,
    by: str,
    why: str,
    on: date | None = None,
) -> list[Problem]:
    """Append a verdict to ``same_as.csv``: nothing before it is changed or lost.

    The last verdict on a pair counts; ``withdrawn`` leaves the pair as if nobody had judged it.

    Parameters
    ----------
    folder : Path
        The park folder.
    left, right : tuple of str
        List and id of each, as `propose_identities` gives them.
    verdict : {"same", "different", "withdrawn"}
    by, why : str
        Who says so, and the reason; neither may be blank.
    on : date, optional
        The day, today unless given.

    Returns
    -------
    list of Problem
        The warnings that the park did not have before: evidence against the verdict.

    Raises
    ------
    ParkError
        If something is blank, the park lists no such plant, both are one, there is nothing to
        withdraw, or the verdict contradicts others. Nothing is written then.
    """
    if verdict not in VERDICTS:
        raise unknown("verdict", verdict, VERDICTS)
    for name, text in (("by", by), ("why", why)):
        if not text.strip():
            raise ParkError(f"verdict_no_{name}")
    tables = {name: _read(folder, name) for name in ("enterprises", "listings", "same_as")}
    holders = plant_holders(tables["enterprises"], tables["listings"])
    stands = standing(tables["same_as"])
    if verdict == "withdrawn":
        _check_stands(stands, left, right)
    else:
        _check_listed(holders, left, right, verdict)
    row = {"left_list": left[0], "left_id": left[1], "right_list": right[0], "right_id": right[1],
           "verdict": verdict, "by": by.strip(), "on": (on or date.today()).isoformat(),
           "why": why.strip()}  # fmt: skip
    frame = pd.DataFrame([row])
    after = pd.concat([tables["same_as"], frame.set_axis([_next_row(tables["same_as"])])])
    wrong, before = _contradicting(standing(after), holders), _contradicting(stands, holders)
    if len(wrong) > len(before):
        raise ParkError("verdict_contradicts", count=len(wrong), problems=wrong)
    return append(folder, {"same_as": frame})


def _read(folder: Path, table: str) -> pd.DataFrame:
    frame, problems = read_table(folder, table)
    if wrong := errors(problems):
        raise ParkError("file_has_problems", given=f"{table}.csv", count=len(wrong),
                        problems=wrong)  # fmt: skip
    return frame


def _contradicting(same_as: pd.DataFrame, holders: Mapping[Key, Sequence[str]]) -> list[Problem]:
    found = contradictions(settled_plants(same_as, holders))
    return [problem for problem in found if problem.code == "verdicts_contradict"]


def _next_row(frame: pd.DataFrame) -> int:
    """Return the row that a row added below has in the file."""
    return 2 if frame.empty else int(frame.index.max()) + 1


def _check_stands(stands: pd.DataFrame, left: Key, right: Key) -> None:
    columns = [stands[name] for name in ("left_list", "left_id", "right_list", "right_id")]
    pairs = [{(a, b), (c, d)} for a, b, c, d in zip(*columns, strict=True)]
    if {left, right} not in pairs:
        raise ParkError("nothing_to_withdraw", left=" ".join(left), right=" ".join(right))


def _check_listed(holders: dict[Key, list[str]], left: Key, right: Key, verdict: Verdict) -> None:
    """Refuse a verdict on what the park does not list, on one plant, or on more than two.

    That two listings of one plant are the same may be said: it settles a doubt about them.
    """
    for key in (left, right):
        plants = holders.get(key, [])
        if not plants:
            known = sorted({each for list_, each in holders if list_ == key[0]})
            raise ParkError("verdict_on_unlisted", given=key[1], list=key[0], known=known)
        if len(plants) > 1:
            raise ParkError("verdict_on_several", given=key[1], list=key[0], plants=plants)
    is_of_listings = left != right and ENTERPRISES not in (left[0], right[0])
    if holders[left] == holders[right] and not (verdict == "same" and is_of_listings):
        raise ParkError("verdict_on_one_plant", left=" ".join(left), right=" ".join(right),
                        given=holders[left][0])  # fmt: skip
