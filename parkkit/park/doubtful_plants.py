"""Doubtful plants: two plants under one id, and one plant under two because an id was spoilt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations

import pandas as pd

from parkkit.park.datum import unshifted
from parkkit.park.doubts import Doubt
from parkkit.park.evidence import LONG_ID, NEAR_M, UNLIKE, metres
from parkkit.park.faults import Tables, at
from parkkit.park.listed_plants import ENTERPRISES, Key, level_code, level_id, number_of_id
from parkkit.park.name_forms import is_chinese, is_same_name, name_form, name_likeness
from parkkit.park.verdict_checks import plant_holders, settled_plants, standing

METRES_A_DEGREE = 111_320
PLACED = ["list", "facility_id", "enterprise_id", "process", "name", "lon", "lat"]
# What both plants must tell for it to stand twice.
SHARED = ["species", "year", "medium"]
# The organisation code of before 2015 stands in the credit code, from its ninth sign.
ORGANISATION, CREDIT = 9, 18
# 1.10067E+11: a long number as a spreadsheet shows and saves it.
_SHOWN = re.compile(r"(\d)(?:\.(\d+))?E\+?(\d+)")


def plants_in_doubt(tables: Tables) -> Iterator[Doubt]:
    """Return the releases of plants whose listings contradict each other.

    Two listings contradict each other where they have different credit codes (and not one name:
    a company's code may change), or where one list has both in one year under two ids, with
    names that are not alike and places more than 3 km apart. A verdict ``same`` between the two
    settles it, and so does one that made the plant of two in the first place.

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
    of_plants = dict(iter(releases.groupby("enterprise_id"))) if len(listings) else {}
    for plant, rows in listings.groupby("enterprise_id", sort=True):
        keys = {(ENTERPRISES, str(plant)), *zip(rows["list"], rows["facility_id"], strict=True)}
        if keys & merged:
            continue
        own = of_plants[plant]
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
    """Return the listings of plants with several codes, or several ids and places."""
    plants = listings["enterprise_id"]
    codes = listings["credit_code"].where(listings["credit_code"] != "").groupby(plants)
    ids = listings.groupby(["enterprise_id", "list"])["facility_id"].transform("nunique")
    ids = ids.groupby(plants).transform("max")
    spans = {}
    for name in ("lon", "lat"):
        groups = listings[name].groupby(plants)
        spans[name] = (groups.transform("max") - groups.transform("min")) * METRES_A_DEGREE
    # At least as long as the way between any two, so that near ones are not looked at in pairs.
    is_far = spans["lon"] + spans["lat"] > NEAR_M
    return listings[(codes.transform("nunique") > 1) | ((ids > 1) & is_far)]


def ids_in_doubt(tables: Tables) -> Iterator[Doubt]:
    """Return the releases of plants that may stand twice, because a spreadsheet spoilt an id.

    Two plants have listings, or ids in the park, that are one number but for leading zeros,
    ``.0`` or what ``1.1E+11`` leaves out, and both tell the same species, year and medium: those
    of the spoilt id are in doubt until a verdict says whether the two are the same or different.
    Listings of unlike names that stand far apart are two plants.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``releases`` (by the vocabulary's species), ``enterprises``, ``listings`` and ``same_as``.
    """
    listings, plants = unshifted(tables["listings"]), tables[ENTERPRISES]["enterprise_id"]
    own = pd.DataFrame({"facility_id": plants, "enterprise_id": plants}).assign(
        list=ENTERPRISES, process="", name="", lon=float("nan"), lat=float("nan")
    )
    pairs = [*_spoilt_pairs(_numbered(listings[PLACED])), *_spoilt_pairs(_numbered(own))]
    settled = _settled_pairs(tables) if pairs else set()
    for spoilt, whole in pairs:
        pair = frozenset((str(spoilt["enterprise_id"]), str(whole["enterprise_id"])))
        if len(pair) == 2 and pair not in settled and not _are_two_places(spoilt, whole):
            yield from _told_twice(tables["releases"], spoilt, whole)


def _numbered(ids: pd.DataFrame) -> pd.DataFrame:
    """Return ids with ``level`` and ``number``: themselves, and without what spoils a number."""
    level = ids["facility_id"].map(level_id).astype("str")
    return ids.assign(level=level, number=ids["facility_id"].map(number_of_id).astype("str"))


def _spoilt_pairs(ids: pd.DataFrame) -> Iterator[tuple[pd.Series, pd.Series]]:
    """Return each id that a spreadsheet may have spoilt, with the whole one of another plant."""
    numbers = ids[(ids["number"].str.len() >= LONG_ID) & ids["number"].str.isdecimal()]
    several = numbers.groupby("number")["enterprise_id"].transform("nunique") > 1
    for _, rows in numbers[several].groupby("number", sort=True):
        whole = _whole_id(rows)
        for _, spoilt in rows[rows["level"] != whole["level"]].iterrows():
            yield spoilt, whole
    for _, spoilt in ids[ids["level"].str.fullmatch(_SHOWN.pattern)].iterrows():
        is_shown = numbers["number"].map(
            lambda number, shown=spoilt["level"]: _shows(shown, number)
        )
        for _, whole in numbers[is_shown.astype(bool)].drop_duplicates("enterprise_id").iterrows():
            yield spoilt, whole


def _shows(shown: str, number: str) -> bool:
    """Tell whether 1.1E+11 is what a spreadsheet shows of a number.

    Examples
    --------
    >>> _shows("1.1E+11", "110000397794"), _shows("1.2E+11", "110000397794")
    (True, False)
    """
    found = _SHOWN.fullmatch(shown)
    if not found:
        return False
    digits = found[2] or ""
    return (
        f"{Decimal(number):.{len(digits)}E}"
        == f"{found[1]}{'.' * bool(digits)}{digits}E+{int(found[3])}"
    )


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
        codes = str(mine["credit_code"]), str(theirs["credit_code"])
        if _are_two_codes(*codes) and not _is_one_name(mine, theirs):
            return int(one), int(other), "plants_of_two_codes"
        # Two lists may put one plant far apart under two names; one list means two.
        is_one_list = keys[0][0] == keys[1][0]
        if is_one_list and _are_two_places(mine, theirs) and _share_year(mine, theirs, releases):
            return int(one), int(other), "plants_in_doubt"
    return None


def _are_two_codes(one: str, other: str) -> bool:
    mine, theirs = level_code(one), level_code(other)
    if ORGANISATION in (len(mine), len(theirs)):
        mine, theirs = (code[8:17] if len(code) == CREDIT else code for code in (mine, theirs))
    # A number that a spreadsheet cut to 15 digits says nothing of its end.
    cut = 14 if any(code.isdecimal() and code.endswith("000") for code in (mine, theirs)) else 18
    is_told = bool(mine and theirs) and not any("E+" in code.upper() for code in (one, other))
    return is_told and mine[:cut] != theirs[:cut]


def _is_one_name(one: pd.Series, other: pd.Series) -> bool:
    forms = [name_form(str(each["name"])) for each in (one, other)]
    return all(form.core for form in forms) and is_same_name(*forms)


def _are_two_places(one: pd.Series, other: pd.Series) -> bool:
    """Tell whether two listings have unlike names, in one script, and stand far apart."""
    places = [float(each[name]) for each in (one, other) for name in ("lon", "lat")]
    if any(place != place for place in places) or metres(*places) <= NEAR_M:
        return False
    names = str(one["name"]), str(other["name"])
    if not all(names) or is_chinese(names[0]) != is_chinese(names[1]):
        return False
    return name_likeness(name_form(names[0]), name_form(names[1])) < UNLIKE


def _share_year(one: pd.Series, other: pd.Series, releases: pd.DataFrame) -> bool:
    return bool(_years(one, releases) & _years(other, releases))


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
        is_own = spoilt["list"] == ENTERPRISES
        code = "plant_id_in_doubt" if is_own else "id_in_doubt"
        yield Doubt(rows=tuple(int(row) for row in held), reason="id_in_doubt", problem=at(
            "releases", held[0], "enterprise_id", code, is_warning=True,
            given=spoilt["facility_id"], plant=spoilt["enterprise_id"],
            list=releases["list"][held[0]] if is_own else spoilt["list"],
            other=whole["facility_id"], other_list=whole["list"],
            other_plant=whole["enterprise_id"], count=len(held),
        ))  # fmt: skip


def _of_listing(releases: pd.DataFrame, listing: pd.Series) -> pd.DataFrame:
    is_its = releases["enterprise_id"] == listing["enterprise_id"]
    if listing["list"] != ENTERPRISES:
        is_its &= releases["list"] == listing["list"]
    rows: pd.DataFrame = releases[is_its]
    return rows[rows["process"] == listing["process"]] if listing["process"] else rows
