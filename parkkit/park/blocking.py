"""Blocking: which pairs of listed plants are worth weighing, without looking at every pair."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from parkkit.park.evidence import NEAR_M
from parkkit.park.listed_plants import ListedPlant, number_of_id
from parkkit.park.name_forms import NameForm

# A key of more plants tells nothing: it pairs them only where they are neighbours.
COMMON, CROWDED = 40, 200
# Of the words of the shorter name, by weight, that must be shared for a closer look; of plants
# that are no neighbours more, as only their names can speak for them.
SHARED_LEAST, SHARED_FAR = 0.25, 0.5
CELL_DEGREES = NEAR_M / 111_320
NEIGHBOURS = ((0, 0), (1, 0), (0, 1), (1, 1), (1, -1))
Pairs = set[tuple[int, int]]


def candidate_pairs(plants: Sequence[ListedPlant], weights: dict[str, float]) -> Pairs:
    """Return the pairs of plants, by position, that share an id, a name, an address or words.

    Words that more than 40 plants have pair only plants within about 3 km; names and ids that
    more than 200 have likewise.
    """
    keys = _keys(_strong_keys(plants))
    count = keys.groupby("key")["at"].transform("size")
    found = _paired(keys[count <= CROWDED])
    cells = pd.DataFrame(
        list(_cells(plants)), columns=["at", "x", "y"], dtype="int64"
    ).drop_duplicates()
    found = pd.concat([found, _neighbours(keys[count > CROWDED], cells)])
    words = _keys(_word_keys(plants))
    count = words.groupby("key")["at"].transform("size")
    shared = pd.concat([_paired(words[count <= COMMON]), _neighbours(words[count > COMMON], cells)])
    found = pd.concat([found, _enough(shared, plants, weights)])
    return set(zip(found["one"].tolist(), found["other"].tolist(), strict=True))


def _keys(found: Iterator[tuple[int, str]]) -> pd.DataFrame:
    table = pd.DataFrame(list(found), columns=["at", "key"]).drop_duplicates()
    return table.astype({"at": "int64", "key": "str"})


def word_weights(plants: Sequence[ListedPlant]) -> dict[str, float]:
    """Return the weight of each word of the plants' names: the rarer, the more it tells."""
    counts = Counter(word for plant in plants for word in _words(plant))
    return {word: math.log(1 + len(plants) / count) for word, count in counts.items()}


def _forms(plant: ListedPlant) -> tuple[NameForm, ...]:
    return (*plant.name_forms, *plant.former_forms)


def _words(plant: ListedPlant) -> set[str]:
    return {word for form in _forms(plant) for word in form.words}


def _strong_keys(plants: Sequence[ListedPlant]) -> Iterator[tuple[int, str]]:
    for at, plant in enumerate(plants):
        for code in plant.credit_codes:
            # The 14 digits that a spreadsheet leaves of a long number.
            yield at, f"code {code[:14] if code.isdecimal() else code}"
        for _, each in plant.ids:
            yield at, f"id {number_of_id(each)}"
        for address in plant.addresses:
            yield at, f"address {address}"
        for form in _forms(plant):
            for reading in sorted({form.core, form.whole, *form.readings}):
                yield at, f"name {reading}"


def _word_keys(plants: Sequence[ListedPlant]) -> Iterator[tuple[int, str]]:
    for at, plant in enumerate(plants):
        # Sorted: sums of weights must not move with the order of a set.
        for word in sorted(_words(plant)):
            yield at, word
            if word.isascii() and len(word) > 5:
                # A slip in a long word leaves its beginning, mostly.
                yield at, f"^{word[:5]}"


def _cells(plants: Sequence[ListedPlant]) -> Iterator[tuple[int, int, int]]:
    for at, plant in enumerate(plants):
        for _, lon, lat in plant.places:
            # Degrees of longitude shrink northwards: two of them do up to 60 degrees.
            yield at, math.floor(lon / CELL_DEGREES / 2), math.floor(lat / CELL_DEGREES)


def _paired(keys: pd.DataFrame) -> pd.DataFrame:
    """Return each pair of plants that share a key: ``one`` before ``other``, ``key``."""
    both = keys.merge(keys, on="key", suffixes=("", "_other"))
    both = both[both["at"] < both["at_other"]]
    names = {"at": "one", "at_other": "other"}
    found: pd.DataFrame = both.rename(columns=names)[["one", "other", "key"]]
    return found


def _neighbours(keys: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs that share a key and stand in one cell or in cells that touch."""
    placed = keys.merge(cells, on="at")
    size = placed.groupby(["key", "x", "y"])["at"].transform("size")
    placed = placed[size <= COMMON]
    parts = []
    for east, north in NEIGHBOURS:
        moved = placed.assign(x=placed["x"] - east, y=placed["y"] - north)
        both = placed.merge(moved, on=["key", "x", "y"], suffixes=("", "_other"))
        one, other = both["at"].to_numpy(), both["at_other"].to_numpy()
        low, high = np.minimum(one, other), np.maximum(one, other)
        pairs = pd.DataFrame({"one": low, "other": high, "key": both["key"]})
        parts.append(pairs.loc[low < high])
    found: pd.DataFrame = pd.concat(parts).drop_duplicates()
    return found


def _enough(
    shared: pd.DataFrame, plants: Sequence[ListedPlant], weights: dict[str, float]
) -> pd.DataFrame:
    """Return the pairs that share enough of the shorter name's words."""
    least = np.array([
        min((_weight(form, weights) for form in _forms(plant)), default=0.0) for plant in plants
    ])  # fmt: skip
    beginnings = shared["key"].str.startswith("^")
    common = shared[~beginnings].drop_duplicates()
    weight = common["key"].map(weights).astype("float64")
    sums = common.assign(weight=weight).groupby(["one", "other"])["weight"]
    pairs = sums.sum().reset_index()
    shorter = np.minimum(least[pairs["one"]], least[pairs["other"]])
    near = _may_be_near(pairs["one"].to_numpy(), pairs["other"].to_numpy(), plants)
    alike = pairs[pairs["weight"] >= np.where(near, SHARED_LEAST, SHARED_FAR) * shorter]
    found: pd.DataFrame = pd.concat([alike, shared[beginnings]])[["one", "other"]]
    return found.drop_duplicates()


def _weight(form: NameForm, weights: dict[str, float]) -> float:
    return sum(weights[word] for word in sorted(form.words))


def _may_be_near(
    one: NDArray[np.int64], other: NDArray[np.int64], plants: Sequence[ListedPlant]
) -> NDArray[np.bool_]:
    """Return which pairs may be within 3 km, by the boxes that hold their places."""
    box = np.array([_reach(plant) for plant in plants])
    gap = np.maximum(box[one, :2], box[other, :2]) - np.minimum(box[one, 2:], box[other, 2:])
    near: NDArray[np.bool_] = (gap <= [2 * CELL_DEGREES, CELL_DEGREES]).all(axis=1)
    return near


def _reach(plant: ListedPlant) -> tuple[float, float, float, float]:
    """Return the western, southern, eastern and northern edge of a plant's places."""
    if not plant.places:
        return math.inf, math.inf, -math.inf, -math.inf
    lons, lats = [place[1] for place in plant.places], [place[2] for place in plant.places]
    return min(lons), min(lats), max(lons), max(lats)
