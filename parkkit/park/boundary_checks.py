"""Checks of polygons against each other: overlaps, parts, areas and years."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from parkkit.core.errors import Problem
from parkkit.core.texts import part_key
from parkkit.park.faults import OPEN
from parkkit.park.polygons import FILE, area_ha, inside, polygonal

# Below this share of the smaller polygon an overlap is a matter of drawing.
OVERLAP_SHARE = 0.001
OUTSIDE_SHARE = 0.01
AREA_SHARE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What a boundary, or a part of it, was from one year to another: the polygons then valid.

    ``rows`` are the index of the boundary table; without rows it is a gap between two editions.
    """

    boundary_type: str
    part: str
    first: float
    last: float
    rows: tuple[int, ...]
    shape: BaseGeometry


def boundary_problems(boundaries: pd.DataFrame, places: pd.DataFrame) -> list[Problem]:
    """Return what polygons of one park say against each other; all of it is worth a warning.

    Parameters
    ----------
    boundaries : DataFrame
        As ``read_boundaries`` gives it.
    places : DataFrame
        Plants with a place: ``enterprise_id``, ``lon``, ``lat`` in WGS-84.
    """
    if boundaries.empty:
        return []
    drawn = boundaries.assign(key=part_keys(boundaries["part"]), name=feature_names(boundaries))
    spans = editions(drawn)
    return [
        *_overlaps(drawn, places),
        *_gaps(spans, drawn),
        *_parts_outside(spans, drawn),
        *_areas(spans, drawn),
        *_holes(spans, drawn, places),
    ]


def part_keys(parts: pd.Series) -> pd.Series:
    """Return the names of parts as they are compared."""
    return parts.astype("str").map(part_key).astype("str")


def feature_names(boundaries: pd.DataFrame) -> pd.Series:
    """Return what to call each polygon: its name, with its number where it is no one's own."""
    given = [
        next((name for name in names if isinstance(name, str) and name), "")
        for names in zip(boundaries["name_zh"], boundaries["name_en"], strict=True)
    ]
    names = pd.Series(given, index=boundaries.index, dtype="str")
    numbers = pd.Series([f"#{row + 1}" for row in names.index], index=names.index, dtype="str")
    is_own = (names != "") & ~names.duplicated(keep=False)
    return names.where(is_own, (names + " " + numbers).str.strip())


def editions(drawn: pd.DataFrame) -> list[Edition]:
    """Return what each boundary and part was in turn, gaps between two editions included.

    Parameters
    ----------
    drawn : DataFrame
        The boundary table with ``key``, the part as it is compared.
    """
    found: list[Edition] = []
    for _, rows in drawn.groupby(["boundary_type", "key"], sort=False):
        start, end = _span(rows)
        cuts = sorted({*start, *(end + 1)} - {OPEN})
        for first, after in zip(cuts, [*cuts[1:], OPEN], strict=True):
            valid = rows[(start <= first) & (end >= first)]
            if len(valid) or after < OPEN:
                kind, part = rows["boundary_type"].iloc[0], rows["part"].iloc[0]
                found.append(Edition(boundary_type=kind, part=part, first=first, last=after - 1,
                                     rows=tuple(valid.index),
                                     shape=_union(valid["geometry"])))  # fmt: skip
    return found


def _union(shapes: pd.Series) -> BaseGeometry:
    # A union of one would walk its 200 000 vertices for nothing.
    return shapes.iloc[0] if len(shapes) == 1 else shapely.union_all(list(shapes))


def _span(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the first and last years as numbers, open ends as infinities."""
    return (rows["valid_from"].astype("float64").fillna(-OPEN),
            rows["valid_to"].astype("float64").fillna(OPEN))  # fmt: skip


def _warning(code: str, **values: object) -> Problem:
    return Problem(code=code, file=FILE, is_warning=True, values=values)


def _years(first: float, last: float) -> str:
    """Return years as they are told; an open end is left open."""
    if first == last:
        return f"{first:.0f}"
    return "–".join("" if abs(year) == OPEN else f"{year:.0f}" for year in (first, last))


def _overlaps(drawn: pd.DataFrame, places: pd.DataFrame) -> Iterator[Problem]:
    """Tell polygons of one type and year that lie on each other: of one part, or of two parts."""
    start, end = (years.to_numpy() for years in _span(drawn))
    shapes = drawn["geometry"].to_numpy()
    kinds, parts = drawn["boundary_type"].to_numpy(), drawn["key"].to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    is_pair = (left < right) & (kinds[left] == kinds[right])
    is_pair &= (start[left] <= end[right]) & (start[right] <= end[left])
    # A part lies on the whole by its nature.
    is_pair &= (parts[left] == parts[right]) | ((parts[left] != "") & (parts[right] != ""))
    for one, other in zip(left[is_pair], right[is_pair], strict=True):
        common = polygonal(shapely.intersection(shapes[one], shapes[other]))
        if common.is_empty:
            continue
        pair = drawn.iloc[[one, other]]
        shared_ha = area_ha(common)
        if shared_ha > OVERLAP_SHARE * float(pair["drawn_area_ha"].min()):
            years = (max(start[one], start[other]), min(end[one], end[other]))
            yield _overlap(pair, shared_ha, _standing(common, places), years)


def _overlap(
    pair: pd.DataFrame, shared_ha: float, plants: Sequence[str], years: tuple[float, float]
) -> Problem:
    values = {"feature": pair["name"].iloc[0], "other": pair["name"].iloc[1],
              "area": f"{shared_ha:,.2f}"}  # fmt: skip
    if pair["key"].nunique() > 1:
        return _warning("parts_overlap", **values, plants=plants)
    spans = pair[["valid_from", "valid_to"]].astype("float64")
    if spans.iloc[0].equals(spans.iloc[1]):
        return _warning("polygons_overlap", **values)
    # The same ground in years that only meet in part: an older version was not ended.
    return _warning("versions_overlap", **values, years=_years(*years))


def _standing(shape: BaseGeometry, places: pd.DataFrame) -> list[str]:
    return places.loc[inside(shape, places["lon"], places["lat"]), "enterprise_id"].tolist()


def _gaps(spans: Sequence[Edition], drawn: pd.DataFrame) -> Iterator[Problem]:
    for before, gap in zip(spans, spans[1:], strict=False):
        if not gap.rows:
            yield _warning("years_without_polygon", feature=_named(before, drawn),
                           years=_years(gap.first, gap.last))  # fmt: skip


def _named(edition: Edition, drawn: pd.DataFrame) -> list[str]:
    return drawn.loc[list(edition.rows), "name"].tolist()


def _parts_outside(spans: Sequence[Edition], drawn: pd.DataFrame) -> Iterator[Problem]:
    """Tell parts that reach beyond the whole of their type; each part's polygons once."""
    told: set[tuple[int, ...]] = set()
    wholes = [edition for edition in spans if not edition.part and edition.rows]
    for part in (edition for edition in spans if edition.part and edition.rows):
        for whole in wholes:
            is_meant = part.boundary_type == whole.boundary_type and part.rows not in told
            if not is_meant or part.first > whole.last or whole.first > part.last:
                continue
            beyond = polygonal(shapely.difference(part.shape, whole.shape))
            outside_ha = 0.0 if beyond.is_empty else area_ha(beyond)
            if outside_ha > OUTSIDE_SHARE * area_ha(part.shape):
                told.add(part.rows)
                yield _warning("part_outside", feature=_named(part, drawn),
                               other=_named(whole, drawn),
                               area=f"{outside_ha:,.2f}")  # fmt: skip


def _areas(spans: Sequence[Edition], drawn: pd.DataFrame) -> Iterator[Problem]:
    """Tell drawn areas that are not the official one; what overlaps counts once."""
    told: set[tuple[int, ...]] = set()
    for edition in spans:
        rows = drawn.loc[list(edition.rows)]
        # Where one piece has none, the others are not the official area of all.
        official = float(pd.to_numeric(rows["official_area_ha"]).sum(skipna=False))
        if not official > 0 or edition.rows in told:
            continue
        drawn_ha = area_ha(edition.shape)
        if abs(drawn_ha - official) > AREA_SHARE * official:
            told.add(edition.rows)
            yield _warning("area_differs", feature=_named(edition, drawn),
                           drawn=f"{drawn_ha:,.1f}", official=f"{official:,.1f}",
                           percent=f"{(drawn_ha / official - 1) * 100:+.1f}")  # fmt: skip


def _holes(
    spans: Sequence[Edition], drawn: pd.DataFrame, places: pd.DataFrame
) -> Iterator[Problem]:
    """Tell plants that stand in a hole: they are out, which may not have been meant."""
    told: set[tuple[str, str, str]] = set()
    for edition in spans:
        plants = [
            plant for plant in _in_holes(edition.shape, places)
            if (edition.boundary_type, edition.part, plant) not in told
        ]  # fmt: skip
        told |= {(edition.boundary_type, edition.part, plant) for plant in plants}
        if plants:
            yield _warning("plant_in_hole", feature=_named(edition, drawn), plants=plants)


def _in_holes(shape: BaseGeometry, places: pd.DataFrame) -> list[str]:
    holed = [part for part in shapely.get_parts(shape) if len(part.interiors)]
    if not holed:
        return []
    filled = shapely.union_all([shapely.Polygon(part.exterior) for part in holed])
    is_out = inside(filled, places["lon"], places["lat"])
    is_out &= ~inside(shape, places["lon"], places["lat"])
    return places.loc[is_out, "enterprise_id"].tolist()
