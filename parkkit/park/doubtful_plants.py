"""Doubtful plants: two plants under one id, and one plant under two because an id was spoilt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import pandas as pd

from parkkit.park.datum import unshifted
from parkkit.park.doubts import Doubt
from parkkit.park.evidence import LONG_ID, NEAR_M, UNLIKE, metres
from parkkit.park.faults import Tables, at
from parkkit.park.listed_plants import ENTERPRISES, Key, level_code, level_id, number_of_id
from parkkit.park.name_forms import name_form, name_likeness
from parkkit.park.verdict_checks import plant_holders, settled_plants, standing

# What both plants must tell for it to stand twice.
SHARED = ["species", "year", "medium"]


def plants_in_doubt(tables: Tables) -> Iterator[Doubt]:
    """Return the releases of plants whose listings contradict each other.

    Two listings contradict each other where they have different credit codes, or where one list
    has both in one year under two ids, with names that are not alike and places more than 3 km
    apart. A verdict ``same`` between the two settles it, and so does one that made the plant of
    two in the first place.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``releases``, ``listings``, ``enterprises`` and ``same_as``.
    """
    listings, releases = unshifted(tables["listings"]), tables["releases"]
    listings = _may_contradict(listings)
    listings = listings[listings["enterprise_id"].isin(releases["enterprise_id"])]
    same = _said_to_be_same(tables["same_as"]) if len(listings) else []
    merged = _merged(same, tables[ENTERPRISES])
    for plant, rows in listings.groupby("enterprise_id", sort=True):
        keys = {(ENTERPRISES, str(plant)), *zip(rows["list"], rows["facility_id"], strict=True)}
        if keys & merged:
            continue
        own = releases[releases["enterprise_id"] == plant]
        pair = _contradiction(rows, own, same)
        held = own.index[own["confirmed_by"] == ""]
        if pair is None or not len(held):
            continue
        one, other, code = pair
        yield Doubt(rows=tuple(int(row) for row in held), reason="plants_in_doubt", problem=at(
            "listings", other, "enterprise_id", code, is_warning=True, plant=plant,
            given=rows["facility_id"][other], list=rows["list"][other],
            other=rows["facility_id"][one], other_list=rows["list"][one], first=one,
            count=len(held),
        ))  # fmt: skip


def _merged(same: Sequence[set[Key]], plants: pd.DataFrame) -> set[Key]:
    """Return all that a verdict joins with a plant that is gone: it was merged by the verdict."""
    here = set(plants["enterprise_id"])
    return {key for found in same for key in found
            if any(name == ENTERPRISES and each not in here for name, each in found)}  # fmt: skip


def _may_contradict(listings: pd.DataFrame) -> pd.DataFrame:
    """Return the listings of plants with several codes, or several ids in one list."""
    plants = listings["enterprise_id"]
    codes = listings["credit_code"].where(listings["credit_code"] != "").groupby(plants)
    ids = listings.groupby(["enterprise_id", "list"])["facility_id"].transform("nunique")
    return listings[(codes.transform("nunique") > 1) | (ids.groupby(plants).transform("max") > 1)]


def ids_in_doubt(tables: Tables) -> Iterator[Doubt]:
    """Return the releases of plants that may stand twice, because a spreadsheet spoilt an id.

    Two plants have listings whose ids are one number but for leading zeros or ``.0``, and both
    tell the same species, year and medium: those of the spoilt id are in doubt until a verdict
    says whether the two are the same or different.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``releases`` (by the vocabulary's species), ``enterprises``, ``listings`` and ``same_as``.
    """
    listings, releases = tables["listings"], tables["releases"]
    ids = listings.assign(number=listings["facility_id"].map(number_of_id),
                          level=listings["facility_id"].map(level_id))  # fmt: skip
    ids = ids[(ids["number"].str.len() >= LONG_ID) & ids["number"].str.isdecimal()]
    plants = ids.groupby("number")["enterprise_id"].transform("nunique")
    ids = ids[plants > 1]
    settled = _settled_pairs(tables) if len(ids) else set()
    for _, rows in ids.groupby("number", sort=True):
        whole = _whole_id(rows)
        for _, spoilt in rows[rows["level"] != whole["level"]].iterrows():
            pair = frozenset((spoilt["enterprise_id"], whole["enterprise_id"]))
            if len(pair) == 2 and pair not in settled:
                yield from _told_twice(releases, spoilt, whole)


def _contradiction(
    listings: pd.DataFrame, releases: pd.DataFrame, same: Sequence[set[Key]]
) -> tuple[int, int, str] | None:
    """Return the rows of the first two listings that contradict each other, and how."""
    for one, other in combinations(listings.index, 2):
        keys = [(str(listings["list"][row]), str(listings["facility_id"][row]))
                for row in (one, other)]  # fmt: skip
        # A list that gives one facility two codes has told its code wrongly, not two plants.
        if keys[0] == keys[1] or any({*keys} <= found for found in same):
            continue
        mine, theirs = listings.loc[one], listings.loc[other]
        if _are_two_codes(str(mine["credit_code"]), str(theirs["credit_code"])):
            return int(one), int(other), "plants_of_two_codes"
        if keys[0][0] == keys[1][0] and _are_two_places(mine, theirs, releases):
            return int(one), int(other), "plants_in_doubt"
    return None


def _are_two_codes(one: str, other: str) -> bool:
    mine, theirs = level_code(one), level_code(other)
    # A number that a spreadsheet cut to 15 digits says nothing of its end.
    cut = 14 if any(code.isdecimal() and code.endswith("000") for code in (mine, theirs)) else 18
    is_told = bool(mine and theirs) and not any("E+" in code.upper() for code in (one, other))
    return is_told and mine[:cut] != theirs[:cut]


def _are_two_places(one: pd.Series, other: pd.Series, releases: pd.DataFrame) -> bool:
    """Tell whether two listings of one list are of unlike names, far apart, in one year."""
    places = [float(each[name]) for each in (one, other) for name in ("lon", "lat")]
    if any(place != place for place in places) or metres(*places) <= NEAR_M:
        return False
    if not (one["name"] and other["name"]):
        return False
    alike = name_likeness(name_form(str(one["name"])), name_form(str(other["name"])))
    return alike < UNLIKE and bool(_years(one, releases) & _years(other, releases))


def _years(listing: pd.Series, releases: pd.DataFrame) -> set[int]:
    """Return the years in which a list tells of a listing: of its process, where it has one."""
    rows = releases[releases["list"] == listing["list"]]
    if listing["process"]:
        rows = rows[rows["process"] == listing["process"]]
    return {int(year) for year in rows["year"].dropna()}


def _said_to_be_same(same_as: pd.DataFrame) -> list[set[Key]]:
    """Return the sets of listings that verdicts join, directly or one by another."""
    stands = standing(same_as)
    stands = stands[stands["verdict"] == "same"]
    sets: list[set[Key]] = []
    for row in stands.itertuples(index=False):
        pair = {(str(row.left_list), str(row.left_id)), (str(row.right_list), str(row.right_id))}
        touching = [found for found in sets if found & pair]
        sets = [found for found in sets if not found & pair] + [pair.union(*touching)]
    return sets


def _settled_pairs(tables: Tables) -> set[frozenset[str]]:
    """Return the pairs of plants that a standing verdict is about, whichever it is."""
    holders = plant_holders(tables[ENTERPRISES], tables["listings"])
    settled = settled_plants(standing(tables["same_as"]), holders)
    return {frozenset(pair) for pair in zip(settled["left"], settled["right"], strict=True)}


def _whole_id(rows: pd.DataFrame) -> pd.Series:
    """Return the listing whose id nothing was taken from: the longest of those without decimals."""
    plain = rows[~rows["level"].str.contains(".", regex=False)]
    ordered = (plain if len(plain) else rows).assign(length=lambda table: table["level"].str.len())
    ordered = ordered.sort_values(["length", "level"], ascending=[False, True], kind="stable")
    return ordered.iloc[0]


def _told_twice(releases: pd.DataFrame, spoilt: pd.Series, whole: pd.Series) -> Iterator[Doubt]:
    mine, theirs = _of_listing(releases, spoilt), _of_listing(releases, whole)
    both = pd.MultiIndex.from_frame(mine[SHARED].astype("str")).isin(
        pd.MultiIndex.from_frame(theirs[SHARED].astype("str")))  # fmt: skip
    held = mine.index[both & (mine["confirmed_by"] == "")]
    if len(held):
        yield Doubt(rows=tuple(int(row) for row in held), reason="id_in_doubt", problem=at(
            "releases", held[0], "enterprise_id", "id_in_doubt", is_warning=True,
            given=spoilt["facility_id"], list=spoilt["list"], plant=spoilt["enterprise_id"],
            other=whole["facility_id"], other_list=whole["list"],
            other_plant=whole["enterprise_id"], count=len(held),
        ))  # fmt: skip


def _of_listing(releases: pd.DataFrame, listing: pd.Series) -> pd.DataFrame:
    is_its = releases["enterprise_id"] == listing["enterprise_id"]
    rows: pd.DataFrame = releases[is_its & (releases["list"] == listing["list"])]
    return rows[rows["process"] == listing["process"]] if listing["process"] else rows
