"""Evidence: what speaks for two listed plants being one, and what against."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from rapidfuzz.fuzz import token_set_ratio

from parkkit.core.labels import Language, label
from parkkit.park.listed_plants import ENTERPRISES, Key, ListedPlant, number_of_id
from parkkit.park.name_forms import NameForm, name_likeness

NEAR_M = 3000.0
ONE_PLACE_M = 50.0
# Registers round and shift: below this a list may mean one place.
APART_M = 500.0
LIKE, UNLIKE = 0.3, 0.15
# A shorter number may stand in two lists by chance.
LONG_ID = 5
# How far each goes towards certainty alone; of likeness and nearness this is the most it can be.
FOR = {"same_credit_code": 0.95, "rounded_credit_code": 0.85, "same_id": 0.95, "short_id": 0.3,
       "id_zeros_lost": 0.85, "id_as_number": 0.9, "same_name": 0.8, "former_name": 0.75,
       "similar_name": 0.7, "same_address": 0.35, "near": 0.4, "same_industry": 0.1}  # fmt: skip
AGAINST = {"different_credit_codes": 0.8, "same_list_year": 0.5, "same_list": 0.3,
           "apart_in_one_list": 0.5, "far_apart": 0.5, "different_industry": 0.2, "branch": 0.5,
           "different_numbers": 0.5, "unlike_names": 0.5}  # fmt: skip
IDS = ("same_credit_code", "rounded_credit_code", "same_id", "id_zeros_lost", "id_as_number")
Side = Literal["for", "against"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One thing that speaks for or against: a code, its value as text, its weight (0 to 1)."""

    code: str
    value: str
    weight: float


def told_evidence(cell: str, language: Language) -> str:
    """Return the evidence of a cell of `propose_identities` as a sentence.

    Examples
    --------
    >>> told_evidence("same_name=Mill; near=120", "en")
    'same name after company forms: Mill; listed 120 m apart'
    """
    texts = []
    for each in filter(None, cell.split("; ")):
        code, _, value = each.partition("=")
        texts.append(label(f"identity.evidence.{code}", language, value=value))
    return label("identity.evidence.separator", language).join(texts)


def evidence_cell(found: Sequence[Evidence]) -> str:
    """Return evidence as the text of a cell: ``code=value``, with semicolons between."""
    return "; ".join(f"{each.code}={each.value.replace(';', ',')}" for each in found)


def strength(found: Sequence[Evidence]) -> float:
    """Return how far evidence goes together, 0 to 1: each takes its share of the doubt left.

    Examples
    --------
    >>> strength([Evidence(code="a", value="", weight=0.5)] * 2)
    0.75
    """
    return 1 - math.prod(1 - each.weight for each in found)


def weighed(
    one: ListedPlant, other: ListedPlant, weights: Mapping[str, float] | None = None
) -> tuple[list[Evidence], list[Evidence]]:
    """Return what speaks for two listed plants being one, and what against, strongest first.

    ``weights`` are those of the words of names, as `name_likeness` takes them.
    """
    one, other = sorted((one, other), key=lambda plant: plant.key)
    distance = _distance_m(one, other)
    alike, *named = _names(one, other, weights)
    found = [*_codes(one, other), *_ids(one, other), *named, *_industries(one, other)]
    found += _places(one, other, distance, alike)
    found += _lists(one, other)
    ranked = sorted(found, key=lambda each: (-each.weight, each.code, each.value))
    return ([each for each in ranked if each.code in FOR],
            [each for each in ranked if each.code in AGAINST])  # fmt: skip


def _said(code: str, value: object, share: float = 1.0) -> Evidence:
    return Evidence(code=code, value=str(value), weight=(FOR | AGAINST)[code] * share)


def _codes(one: ListedPlant, other: ListedPlant) -> Iterator[Evidence]:
    if shared := one.credit_codes & other.credit_codes:
        yield _said("same_credit_code", " ".join(sorted(shared)))
    elif one.credit_codes and other.credit_codes:
        pairs = sorted(product(sorted(one.credit_codes), sorted(other.credit_codes)))
        cut = [pair for pair in pairs if _is_rounded(*pair)]
        code = "rounded_credit_code" if cut else "different_credit_codes"
        yield _said(code, " / ".join((cut or pairs)[0]))


def _is_rounded(one: str, other: str) -> bool:
    """Return whether a spreadsheet made one number of the other: it keeps 15 digits."""
    is_number = one.isdecimal() and other.isdecimal() and len(one) == len(other) == 18
    return is_number and one[:14] == other[:14] and (one[-3:] == "000" or other[-3:] == "000")


def _ids(one: ListedPlant, other: ListedPlant) -> Iterator[Evidence]:
    """Tell ids that are equal, or would be but for a spreadsheet: the most telling pair."""
    if set(one.numbers).isdisjoint(other.numbers):
        return
    found = [_id_pair(mine, theirs) for mine, theirs in product(one.ids, other.ids)]
    best = max((each for each in found if each),
               key=lambda each: (each.weight, each.value), default=None)  # fmt: skip
    if best:
        yield best


def _id_pair(mine: Key, theirs: Key) -> Evidence | None:
    (list_, id_), (other_list, other_id) = mine, theirs
    number = number_of_id(id_)
    if number != number_of_id(other_id):
        return None
    value = f"{list_} {id_} / {other_list} {other_id}"
    if len(number) < LONG_ID:
        return _said("short_id", value)
    if id_ == other_id:
        return _said("same_id", value)
    return _said("id_as_number" if "." in id_ + other_id else "id_zeros_lost", value)


def _names(
    one: ListedPlant, other: ListedPlant, weights: Mapping[str, float] | None
) -> tuple[float, *tuple[Evidence, ...]]:
    """Return how alike the most alike names are, and what they say."""
    found = current = _most_alike(one.name_forms, other.name_forms, weights)
    if one.former or other.former:
        mine = (*one.name_forms, *one.former_forms)
        theirs = (*other.name_forms, *other.former_forms)
        found = _most_alike(mine, theirs, weights)
    alike, *forms = found
    if current[0] == 1.0:
        return 1.0, _said("same_name", current[1].whole)
    if alike == 1.0:
        return 1.0, _said("former_name", forms[0].whole)
    if alike < LIKE:
        return (alike,)
    first, second = sorted(form.whole + form.branch for form in forms)
    said = [_said("similar_name", f"{first} / {second} ({alike:.2f})", alike)]
    if forms[0].branch != forms[1].branch:
        said.append(_said("branch", f"{first} / {second}"))
    elif forms[0].numbers != forms[1].numbers:
        said.append(_said("different_numbers", f"{first} / {second}"))
    return alike, *said


def _most_alike(
    mine: Sequence[NameForm], theirs: Sequence[NameForm], weights: Mapping[str, float] | None
) -> tuple[float, NameForm, NameForm]:
    blank = NameForm(core="", whole="", place="", branch="", numbers=(), words=frozenset())
    found = [(name_likeness(a, b, weights), a, b) for a, b in product(mine, theirs)]
    return max(found, key=lambda each: (each[0], each[1].whole, each[1].branch,
                                        each[2].whole, each[2].branch),
               default=(0.0, blank, blank))  # fmt: skip


def _industries(one: ListedPlant, other: ListedPlant) -> Iterator[Evidence]:
    """Codes are one where one begins with the other, and differ where the first two digits do."""
    pairs = sorted(product(sorted(one.industries), sorted(other.industries)))
    shared = [max(pair, key=len) for pair in pairs
              if min(map(len, pair)) > 1 and (pair[0].startswith(pair[1])
                                              or pair[1].startswith(pair[0]))]  # fmt: skip
    if shared:
        yield _said("same_industry", shared[0])
    elif pairs and not any(_may_be_one_industry(*pair) for pair in pairs):
        yield _said("different_industry", " / ".join(pairs[0]))


def _may_be_one_industry(one: str, other: str) -> bool:
    if one[:1].isdecimal() or other[:1].isdecimal():
        return one[:2] == other[:2]
    return token_set_ratio(one, other) >= 80


def _places(
    one: ListedPlant, other: ListedPlant, distance: float, alike: float
) -> Iterator[Evidence]:
    shared = one.addresses & other.addresses
    if shared:
        yield _said("same_address", min(shared))
    if distance < NEAR_M:
        yield _said("near", f"{distance:.0f}", 1 - distance / NEAR_M)
    elif distance < math.inf:
        yield _said("far_apart", f"{distance:.0f}")
    is_named = bool(one.name_forms and other.name_forms)
    if is_named and alike < UNLIKE and (distance < ONE_PLACE_M or shared):
        yield _said("unlike_names", f"{one.name} / {other.name}")


def _lists(one: ListedPlant, other: ListedPlant) -> Iterator[Evidence]:
    """Tell a list that has both, by two ids: a list means to tell plants apart."""
    pairs = [(mine, theirs) for mine, theirs in product(one.ids, other.ids)
             if mine[0] == theirs[0] != ENTERPRISES and mine[1] != theirs[1]]  # fmt: skip
    years = {pair: one.years[pair[0]] & other.years[pair[1]] for pair in pairs}
    both = [pair for pair in pairs if years[pair]]
    unknown = [pair for pair in pairs if not (one.years[pair[0]] and other.years[pair[1]])]
    if both:
        told = [f"{mine[0]} {max(years[mine, theirs])}: {mine[1]} / {theirs[1]}"
                for mine, theirs in _of_each_list(both)]  # fmt: skip
        yield _said("same_list_year", ", ".join(told))
    elif unknown:
        told = [f"{mine[0]}: {mine[1]} / {theirs[1]}" for mine, theirs in _of_each_list(unknown)]
        yield _said("same_list", ", ".join(told))
    apart = {name: _distance_m(one, other, name) for name in {pair[0][0] for pair in both}}
    if far := sorted((-away, name) for name, away in apart.items() if APART_M < away < math.inf):
        yield _said("apart_in_one_list", f"{far[0][1]} {-far[0][0]:.0f}")


def _of_each_list(pairs: Sequence[tuple[Key, Key]]) -> list[tuple[Key, Key]]:
    """Return the first pair of ids of each list."""
    return list({pair[0][0]: pair for pair in sorted(pairs, reverse=True)}.values())[::-1]


def _distance_m(one: ListedPlant, other: ListedPlant, list_: str = "") -> float:
    """Return the metres between the nearest places, of one list or any; infinite without."""
    pairs = product(one.places, other.places)
    return min((metres(*mine[1:], *theirs[1:]) for mine, theirs in pairs
                if not list_ or mine[0] == theirs[0] == list_), default=math.inf)  # fmt: skip


def metres(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Return the metres between two places in degrees, on a sphere.

    Examples
    --------
    >>> round(metres(0.0, 0.0, 1.0, 0.0))
    111195
    """
    north, other_north = math.radians(lat), math.radians(other_lat)
    half = (math.sin((other_north - north) / 2) ** 2
            + math.cos(north) * math.cos(other_north)
            * math.sin(math.radians(other_lon - lon) / 2) ** 2)  # fmt: skip
    return 2 * 6_371_008.8 * math.asin(math.sqrt(half))
