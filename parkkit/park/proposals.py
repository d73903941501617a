"""Proposals: which listings may be one plant, with what speaks for it and against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from parkkit.core.errors import ParkError
from parkkit.core.labels import Language, label
from parkkit.core.tables import empty
from parkkit.park.blocking import candidate_pairs, word_weights
from parkkit.park.datum import unshifted
from parkkit.park.evidence import IDS, evidence_cell, strength, told_evidence, weighed
from parkkit.park.listed_plants import (
    ENTERPRISES,
    Key,
    ListedPlant,
    listed_plants,
)
from parkkit.park.package import Park
from parkkit.park.verdict_checks import LEFT, RIGHT, joined, settled_plants, standing

THRESHOLD = 0.55
COLUMNS = ("left_list", "left_id", "right_list", "right_id", "left_name", "right_name", "score",
           "support", "evidence_for", "evidence_against", "verdict", "why")  # fmt: skip


def propose_identities(
    given: pd.DataFrame | Park,
    *,
    threshold: float = THRESHOLD,
    settled: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return which listings, of different lists or of one, may be one plant. Nothing is merged.

    Parameters
    ----------
    given : DataFrame or Park
        Listings with the columns of the table ``listings`` (and ``year`` and ``former_names``
        where known), or a park. Listings of one ``enterprise_id`` are one plant already and go by
        the list ``enterprises``.
    threshold : float
        The least ``support`` of a proposal, 0 to 1. Settled pairs are told whatever theirs is.
    settled : DataFrame, optional
        Verdicts as in ``same_as.csv``; the park's own unless given.

    Returns
    -------
    DataFrame
        A row a pair: ``left_list``, ``left_id``, ``right_list``, ``right_id`` (left comes first
        by letters), ``left_name``, ``right_name``, ``support`` (how far what speaks for it goes,
        0 to 1), ``score`` (the same less what speaks against it), ``evidence_for`` and
        ``evidence_against`` (codes with values, strongest first; `told_proposals` tells them),
        ``verdict`` so far (blank, ``same``, ``different``) and ``why`` it is proposed:
        ``settled``, ``id``, ``name`` or ``place``. Best score first.

    Examples
    --------
    >>> rows = pd.DataFrame({"list": ["a", "b", "b"], "facility_id": ["1", "7", "8"],
    ...     "name": ["Mill, Inc.", "MILL", "Other works"]})
    >>> propose_identities(rows)[["left_id", "right_id", "score", "evidence_for"]].values.tolist()
    [['1', '7', 0.8, 'same_name=mill']]
    """
    if not 0 < threshold <= 1:
        raise ParkError("threshold_not_share", given=threshold)
    plants = listed_plants(_told_by(given) if isinstance(given, Park) else given)
    own = given.same_as if isinstance(given, Park) else empty("same_as")
    verdicts = _verdicts(plants, own if settled is None else settled)
    weights = word_weights(plants)
    rows = []
    for one, other in sorted(candidate_pairs(plants, weights) | set(verdicts)):
        verdict = verdicts.get((one, other), "")
        row = _proposal(plants[one], plants[other], weights, verdict)
        if verdict or float(str(row["support"])) >= threshold:
            rows.append(row)
    frame = _typed(pd.DataFrame(rows, columns=list(COLUMNS)))
    keys = ["score", "support", *LEFT, *RIGHT]
    return frame.sort_values(keys, ascending=[False, False, *[True] * 4], ignore_index=True)


def told_proposals(
    proposals: pd.DataFrame, language: Language, names: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Return proposals for people: evidence, verdict and why as words of a language.

    ``names`` are what the park's own plants are called in it.
    """
    own = {
        f"{side}_name": pd.Series([
            (names or {}).get(key, told) if list_ == ENTERPRISES else told
            for list_, key, told in zip(
                *(proposals[f"{side}_{part}"] for part in ("list", "id", "name")), strict=True
            )
        ], index=proposals.index, dtype="str")
        for side in ("left", "right")
    }  # fmt: skip
    told = {
        name: [told_evidence(cell, language) for cell in proposals[name]]
        for name in ("evidence_for", "evidence_against")
    }
    why = [label(f"identity.why.{code}", language) for code in proposals["why"]]
    verdicts = [label(f"identity.verdict.{each or 'open'}", language)
                for each in proposals["verdict"]]  # fmt: skip
    return proposals.assign(**own, **told, why=why, verdict=verdicts)


def _told_by(park: Park) -> pd.DataFrame:
    """Return a row for each name of a plant, and one for each listing and year it reports in."""
    own = park.enterprises.assign(list=ENTERPRISES, facility_id=park.enterprises["enterprise_id"])
    own = unshifted(own.assign(name=own["name_zh"]))
    english = own.assign(name=own["name_en"])[own["name_en"] != ""]
    reported = park.releases[["enterprise_id", "list", "year"]].drop_duplicates()
    listed = unshifted(park.listings).merge(reported, on=["enterprise_id", "list"], how="left")
    rows = pd.concat([own, english, listed], ignore_index=True)
    return rows.assign(datum="")


def _proposal(
    one: ListedPlant, other: ListedPlant, weights: Mapping[str, float], verdict: str
) -> dict[str, object]:
    pros, cons = weighed(one, other, weights)
    support = strength(pros)
    return {
        "left_list": one.key[0], "left_id": one.key[1],
        "right_list": other.key[0], "right_id": other.key[1],
        "left_name": one.name, "right_name": other.name,
        # Binary dust would part scores that are one.
        "support": round(support, 6), "score": round(support * (1 - strength(cons)), 6),
        "evidence_for": evidence_cell(pros), "evidence_against": evidence_cell(cons),
        "verdict": verdict, "why": _why([each.code for each in pros], verdict),
    }  # fmt: skip


def _why(codes: Sequence[str], verdict: str) -> str:
    if verdict:
        return "settled"
    if any(code in IDS for code in codes):
        return "id"
    is_named = any(code in ("same_name", "former_name", "similar_name") for code in codes)
    return "name" if is_named else "place"


def _verdicts(plants: Sequence[ListedPlant], same_as: pd.DataFrame) -> dict[tuple[int, int], str]:
    """Return the verdicts on pairs of plants, by position; what follows from others is same."""
    holders: dict[Key, list[str]] = {}
    for place, plant in enumerate(plants):
        for key in {plant.key, *plant.ids}:
            holders.setdefault(key, []).append(str(place))
    settled = settled_plants(standing(same_as), holders)
    settled = settled[settled["left"] != settled["right"]]
    found = {
        _ordered(one, other): "same"
        for plants_ in joined(settled)
        for one in plants_
        for other in plants_
        if one != other
    }
    different = settled[settled["verdict"] == "different"]
    pairs = zip(different["left"], different["right"], strict=True)
    return found | {_ordered(one, other): "different" for one, other in pairs}


def _ordered(one: str, other: str) -> tuple[int, int]:
    low, high = sorted((int(one), int(other)))
    return low, high


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    numbers = ("score", "support")
    return frame.astype({name: "float64" if name in numbers else "str" for name in COLUMNS})
