"""Doubtful units: amounts that two lists tell a thousand times, or a GWP, apart."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, groupby
from operator import itemgetter

import pandas as pd

from parkkit.core.vocabulary import vocabulary
from parkkit.park.doubts import Doubt
from parkkit.park.faults import at

CELL = ["enterprise_id", "year", "species", "medium", "amount_kind", "destination"]
SLIPS = (1e3, 1e6)
TOLERANCE = 0.005
# As many cells of two lists, all of them a slip apart, put the lists in doubt and not the cells.
WHOLE_LIST = 3
Key = tuple[object, ...]
# A list in doubt, the one it is apart from, and whether by a GWP.
Whole = tuple[str, str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a list tells of a plant, year, species and medium: tonnes, its first row, if settled."""

    list: str
    tonnes: float
    row: int
    is_settled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """Two lists of a cell that are a slip apart: the one in doubt, and the one beside it.

    ``key`` is the cell and the list in doubt.
    """

    key: Key
    held: Told
    other: Told
    times: float
    is_gwp: bool


def units_in_doubt(releases: pd.DataFrame) -> Iterator[Doubt]:
    """Return the releases whose unit may not be what their list says it is.

    A list tells a plant's species of a year 1000 or a million times what another does (within
    0.5 %): of three lists the odd one is in doubt, of two both are, since nobody can tell which
    errs; one that was confirmed is not. A greenhouse gas told a GWP times what another list does
    is CO2e: the larger is in doubt. Two lists that are a slip apart wherever they meet (in 3 cells
    or more) are in doubt whole; where it is a GWP, so are all gases of the larger.

    Parameters
    ----------
    releases : DataFrame
        Rows of ``releases`` by the vocabulary's species, with ``amount_t``.
    """
    if releases["list"].nunique() < 2:
        return
    cells = _cells(releases)
    clashes = _all_clashes(cells)
    if not clashes:
        return
    whole = _of_lists(cells, clashes)
    yield from _lists(releases, clashes, whole)
    of_lists = {(held, is_gwp) for held, _, is_gwp in whole}
    rows = _open_rows(releases, {each.key for each in clashes})
    for each in clashes:
        if (each.held.list, each.is_gwp) not in of_lists and each.key in rows:
            yield _doubt(each, rows[each.key])


def _open_rows(releases: pd.DataFrame, keys: set[Key]) -> dict[Key, list[int]]:
    """Return the rows of each cell and list that nobody has confirmed."""
    rows = releases[(releases["confirmed_by"] == "") & releases["year"].notna()]
    rows = rows[rows["enterprise_id"].isin({key[0] for key in keys})]
    found: dict[Key, list[int]] = {}
    columns = [rows[name] for name in (*CELL, "list")]
    for row, plant, year, *rest in zip(rows.index, *columns, strict=True):
        if (key := (plant, int(year), *rest)) in keys:
            found.setdefault(key, []).append(int(row))
    return found


def _cells(releases: pd.DataFrame) -> pd.DataFrame:
    """Return what each list tells of each plant, year, species and medium that several tell.

    A list that tells the plant as a whole counts by that, not by its processes.
    """
    rows = releases[releases["amount_t"] > 0]
    lists = rows.groupby("enterprise_id")["list"].transform("nunique")
    rows = rows[lists > 1]
    sides = rows.assign(
        is_whole=rows["process"] == "",
        row=rows.index,
        is_settled=rows["confirmed_by"] != "",
    )
    sums = sides.groupby([*CELL, "list", "is_whole"], sort=True, as_index=False).agg(
        tonnes=("amount_t", "sum"), row=("row", "min"), is_settled=("is_settled", "all")
    )
    sums = sums.drop_duplicates([*CELL, "list"], keep="last")
    sums = sums[sums.duplicated(CELL, keep=False)]
    sums = sums.assign(cell=sums.groupby(CELL, sort=True).ngroup())
    return sums.assign(has_slip=sums["cell"].isin(_cells_with_slips(sums)))


def _cells_with_slips(sums: pd.DataFrame) -> pd.Series:
    """Return the cells in which any two lists are a slip apart, looked for in all at once."""
    told = sums[["cell", "species", "tonnes"]]
    pairs = told.merge(told[["cell", "tonnes"]], on="cell", suffixes=("", "_other"))
    pairs = pairs[pairs["tonnes"] > pairs["tonnes_other"]]
    ratio = pairs["tonnes"] / pairs["tonnes_other"]
    is_slip = pd.Series(False, index=pairs.index)
    for times in SLIPS:
        is_slip |= _is_near(ratio, times)
    for gas in set(_gwps()) & set(pairs["species"]):
        of_gas = pairs["species"] == gas
        for gwp in _gwps()[gas]:
            is_slip |= of_gas & _is_near(ratio, gwp)
    return pairs.loc[is_slip, "cell"]


def _is_near(ratio: pd.Series, times: float) -> pd.Series:
    return (ratio / times - 1).abs() <= TOLERANCE


@cache
def _gwps() -> Mapping[str, tuple[float, ...]]:
    """Return every GWP that a report gives a gas, CO2 itself left out."""
    table = vocabulary("gwp")
    table = table[table["species"] != "co2"]
    return {str(gas): tuple(sorted(set(rows["gwp"].astype(float))))
            for gas, rows in table.groupby("species")}  # fmt: skip


def _all_clashes(cells: pd.DataFrame) -> list[Clash]:
    """Return the clashes of every cell, cell by cell."""
    rows = cells[cells["has_slip"]].sort_values(["cell", "list"], kind="stable")
    names = ("cell", *CELL, "list", "tonnes", "row", "is_settled")
    found: list[Clash] = []
    for _, cell in groupby(zip(*(rows[name] for name in names), strict=True), key=itemgetter(0)):
        each = list(cell)
        plant, year, *rest = each[0][1 : 1 + len(CELL)]
        told = [Told(list=name, tonnes=tonnes, row=int(row), is_settled=bool(is_settled))
                for *_, name, tonnes, row, is_settled in each]  # fmt: skip
        found += _clashes((plant, int(year), *rest), told)
    return found


def _clashes(place: Key, told: Sequence[Told]) -> Iterator[Clash]:
    """Return the lists of a cell that are in doubt, each beside the one that it is apart from."""
    species = place[CELL.index("species")]
    found: dict[str, Clash] = {}
    for one, other in combinations(told, 2):
        small, large = sorted((one, other), key=lambda each: each.tonnes)
        times, is_gwp = _slip(large.tonnes / small.tonnes, str(species))
        if not times:
            continue
        for held in [large] if is_gwp else _odd(small, large, told):
            beside = small if held is large else large
            if not held.is_settled:
                found.setdefault(held.list, Clash(
                    key=(*place, held.list), held=held, other=beside, times=times,
                    is_gwp=is_gwp,
                ))  # fmt: skip
    yield from found.values()


def _slip(ratio: float, species: str) -> tuple[float, bool]:
    """Return the slip that a ratio is, and whether it is a GWP; 0 where it is none."""
    for gwp in _gwps().get(species, ()):
        if abs(ratio / gwp - 1) <= TOLERANCE:
            return gwp, True
    return next((slip for slip in SLIPS if abs(ratio / slip - 1) <= TOLERANCE), 0.0), False


def _odd(small: Told, large: Told, told: Sequence[Told]) -> list[Told]:
    """Return which of two lists is in doubt: the one that the others of the cell stand apart from.

    A confirmed one is right, and the other is not.
    """
    if small.is_settled != large.is_settled:
        return [large if small.is_settled else small]
    sides = [_nearer(each, small, large) for each in told if each not in (small, large)]
    for_small, for_large = sides.count(small), sides.count(large)
    if for_small == for_large:
        return [small, large]
    return [large] if for_small > for_large else [small]


def _nearer(each: Told, small: Told, large: Told) -> Told | None:
    """Return which of two amounts another is nearer to, by orders of magnitude."""
    to_small = abs(math.log(each.tonnes / small.tonnes))
    to_large = abs(math.log(each.tonnes / large.tonnes))
    if math.isclose(to_small, to_large):
        return None
    return small if to_small < to_large else large


def _of_lists(cells: pd.DataFrame, clashes: Sequence[Clash]) -> set[Whole]:
    """Return the lists in doubt whole, each with the one it is apart from wherever they meet."""
    # A slip is one number everywhere; each gas has a GWP of its own.
    counts = Counter(
        (each.held.list, each.other.list, each.is_gwp, 0.0 if each.is_gwp else each.times,
         each.held.tonnes > each.other.tonnes) for each in clashes
    )  # fmt: skip
    is_gas = cells["species"].isin(set(_gwps()))
    found = set()
    for (held, other, is_gwp, _, _), count in counts.items():
        if count < WHOLE_LIST:
            continue
        judged = cells[is_gas] if is_gwp else cells
        both = [set(judged.loc[judged["list"] == name, "cell"]) for name in (held, other)]
        if count == len(both[0] & both[1]):
            found.add((held, other, is_gwp))
    return found


def _lists(releases: pd.DataFrame, clashes: Sequence[Clash], whole: set[Whole]) -> Iterator[Doubt]:
    for held, is_gwp in sorted({(held, is_gwp) for held, _, is_gwp in whole}):
        named = [each for each in clashes if (each.held.list, each.is_gwp) == (held, is_gwp)
                 and (held, each.other.list, is_gwp) in whole]  # fmt: skip
        each = min(named, key=lambda clash: clash.held.row)
        is_open = (releases["list"] == held) & (releases["confirmed_by"] == "")
        if is_gwp:
            is_open &= releases["species"].isin(set(_gwps()))
        rows = [int(row) for row in releases.index[is_open]]
        code = "list_co2e_in_doubt" if is_gwp else "list_unit_in_doubt"
        yield _doubt(each, rows, code=code)


def _doubt(each: Clash, rows: Sequence[int], code: str = "") -> Doubt:
    plant, year, species, *_ = each.key
    code = code or ("co2e_in_doubt" if each.is_gwp else "unit_in_doubt")
    return Doubt(
        rows=tuple(rows), reason="unit_in_doubt",
        problem=at("releases", each.held.row, "unit", code, is_warning=True, count=len(rows),
                   list=each.held.list, given=f"{each.held.tonnes:,.6g}", species=species,
                   plant=plant, year=year, times=f"{each.times:,g}",
                   other=f"{each.other.tonnes:,.6g}", other_list=each.other.list,
                   other_row=each.other.row),
    )  # fmt: skip
