"""Placement: which points stand in which polygons, and which of several parks a plant is in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isqrt

import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from parkkit.core.errors import ParkError, Problem

Positions = NDArray[np.int64]
Numbers = NDArray[np.float64]
# More cells a side than this cost more to look up than they save.
MOST_CELLS = 1024
BLOCK = 65_536
MOST_AT_ONCE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """A grid of square numbers of cells over a box; what lies beyond is in its outer cells."""

    west: float
    south: float
    per_degree: tuple[float, float]
    side: int

    def cells_of(self, boxes: Numbers) -> Positions:
        """Return the columns and rows of the corners of boxes, in the order of the corners."""
        west, south, east, north = boxes.T
        corners = (self.column(west), self.row(south), self.column(east), self.row(north))
        return np.column_stack(corners)

    def column(self, lon: Numbers) -> Positions:
        return self._cell(lon, self.west, self.per_degree[0])

    def row(self, lat: Numbers) -> Positions:
        return self._cell(lat, self.south, self.per_degree[1])

    def _cell(self, values: Numbers, start: float, per_degree: float) -> Positions:
        # Each step keeps the order of the values, so that no point between two edges can fall
        # into a cell outside theirs, however the numbers are rounded.
        steps = np.clip((values - start) * per_degree, 0, self.side - 1)
        return steps.astype(np.int64)


def within(lon: ArrayLike, lat: ArrayLike, shapes: Sequence[BaseGeometry]) -> pd.DataFrame:
    """Return which points are in which polygons, a row for each pair; an edge is in.

    Points are sorted into the cells of a grid once. A polygon then asks only for those in the
    cells that its box touches, parts far apart each by its own box.

    Parameters
    ----------
    lon, lat : array-like
        Degrees; a point without a finite longitude and latitude is in no polygon.
    shapes : sequence of shapely geometries
        Polygons, multi-part or with holes, in the datum of the points. An empty one holds nothing.

    Returns
    -------
    DataFrame
        ``point`` and ``shape``, positions in what was given, in the order of the points and
        within a point in that of the shapes.

    Examples
    --------
    >>> squares = [shapely.box(0, 0, 2, 2), shapely.box(1, 1, 3, 3)]
    >>> within([0.5, 2.0, 5.0, float("nan")], [0.5, 2.0, 5.0, 1.0], squares).to_numpy().tolist()
    [[0, 0], [1, 0], [1, 1]]
    """
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    parts, owners = _parts(shapes)
    if not len(parts) or not len(x):
        return _pairs([], len(shapes))
    shapely.prepare(parts)
    boxes = shapely.bounds(parts)
    grid = _grid(boxes, len(x))
    corners = grid.cells_of(boxes)
    points, cells = _near(grid, corners, x, y, boxes)
    order = np.argsort(cells)
    points, first = points[order], _starts(cells, grid.side)
    x, y = x[points], y[points]
    found = []
    for place, part in _candidates(first, corners, grid.side):
        u, v = x[place], y[place]
        met = np.flatnonzero(_in_box(u, v, boxes, part))
        met = met[shapely.intersects_xy(parts[part[met]], u[met], v[met])]
        found.append(points[place[met]] * len(shapes) + owners[part[met]])
    return _pairs(found, len(shapes))


def _parts(shapes: Sequence[BaseGeometry]) -> tuple[NDArray[np.object_], Positions]:
    """Return the single polygons of all shapes, and the position of the shape each is of."""
    parts, owners = shapely.get_parts(np.asarray(shapes, dtype=object), return_index=True)
    filled = ~shapely.is_empty(parts)
    return parts[filled], owners[filled].astype(np.int64)


def _grid(boxes: Numbers, count: int) -> _Grid:
    """Return a grid over all boxes, with about as many cells as there are points."""
    (west, south), (east, north) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    side = min(max(isqrt(count), 1), MOST_CELLS)
    return _Grid(west=west, south=south, side=side,
                 per_degree=(_over(side, east - west), _over(side, north - south)))  # fmt: skip


def _over(cells: int, degrees: float) -> float:
    return cells / degrees if degrees > 0 else 0.0


def _near(
    grid: _Grid, corners: Positions, x: Numbers, y: Numbers, boxes: Numbers
) -> tuple[Positions, Positions]:
    """Return the points in cells that a box touches, and their cells: most touch none."""
    touched = np.zeros((grid.side + 1, grid.side + 1), dtype=np.int32)
    left, low, right, high = corners.T
    # Each box adds one from its first corner on; the sums take it back beyond its last.
    for rows, columns, sign in ((low, left, 1), (high + 1, left, -1), (low, right + 1, -1),
                                (high + 1, right + 1, 1)):  # fmt: skip
        np.add.at(touched, (rows, columns), sign)
    is_touched = touched.cumsum(axis=0).cumsum(axis=1)[:-1, :-1].ravel() > 0
    west, south = boxes[:, :2].min(axis=0)
    east, north = boxes[:, 2:].max(axis=0)
    points, cells = [], []
    # By blocks that stay in the processor's cache.
    for start in range(0, len(x), BLOCK):
        u, v = x[start : start + BLOCK], y[start : start + BLOCK]
        # A comparison with what is not a number is false.
        around = np.flatnonzero((u >= west) & (u <= east) & (v >= south) & (v <= north))
        cell = grid.row(v[around]) * grid.side + grid.column(u[around])
        kept = is_touched[cell]
        points.append(around[kept] + start)
        cells.append(cell[kept])
    return np.concatenate(points), np.concatenate(cells)


def _starts(cells: Positions, side: int) -> Positions:
    """Return where the points of each cell begin among the sorted ones, with their number last."""
    return np.concatenate([[0], np.bincount(cells, minlength=side * side).cumsum()])


def _candidates(
    first: Positions, corners: Positions, side: int
) -> Iterator[tuple[Positions, Positions]]:
    """Yield places among the sorted points, and the part whose box touches their cell.

    In a row of cells what a box touches stands in one run.
    """
    left, low, right, high = corners.T
    part, row = _runs(low, high + 1)
    starts, ends = first[row * side + left[part]], first[row * side + right[part] + 1]
    filled = starts < ends
    part, starts, ends = part[filled], starts[filled], ends[filled]
    block = (ends - starts).cumsum() // MOST_AT_ONCE
    edges = np.flatnonzero(np.diff(block, prepend=-1, append=-1))
    for begin, end in pairwise(edges):
        run, place = _runs(starts[begin:end], ends[begin:end])
        yield place, part[begin:end][run]


def _runs(starts: Positions, ends: Positions) -> tuple[Positions, Positions]:
    """Return every whole number of the runs from start to before end, with the run it is of.

    Examples
    --------
    >>> [each.tolist() for each in _runs(np.array([5, 1]), np.array([7, 4]))]
    [[0, 0, 1, 1, 1], [5, 6, 1, 2, 3]]
    """
    sizes = ends - starts
    run = np.repeat(np.arange(len(sizes)), sizes)
    before = sizes.cumsum() - sizes
    return run, np.arange(len(run)) + (starts - before)[run]


def _in_box(x: Numbers, y: Numbers, boxes: Numbers, part: Positions) -> NDArray[np.bool_]:
    west, south, east, north = boxes.T
    met = (x >= west[part]) & (x <= east[part]) & (y >= south[part]) & (y <= north[part])
    answer: NDArray[np.bool_] = met
    return answer


def _pairs(found: Sequence[Positions], shape_count: int) -> pd.DataFrame:
    """Return the pairs of numbers that hold both; a point on two parts of a shape is in it once."""
    both = np.sort(np.concatenate(found)) if found else np.array([], dtype=np.int64)
    both = both[np.diff(both, prepend=-1) > 0]
    point, shape = np.divmod(both, max(shape_count, 1))
    return pd.DataFrame({"point": point, "shape": shape})


def home_parks(plants: pd.DataFrame, parks: pd.DataFrame) -> pd.DataFrame:
    """Return which of several parks each plant is in, by place.

    Parameters
    ----------
    plants : DataFrame
        ``enterprise_id``, ``lon`` and ``lat`` (degrees, WGS-84), and ``registered_in``: the
        ``park_id`` of the park that registers the plant, blank where unknown.
    parks : DataFrame
        ``park_id`` and ``geometry`` (WGS-84); a park may have several rows.

    Returns
    -------
    DataFrame
        A row for each plant, in their order: ``enterprise_id``, ``park_id`` (blank where it is
        in none) and ``basis``: ``inside`` one park; ``registered`` by one of the parks that
        overlap there; ``outside`` all; ``unknown_place``.

    Raises
    ------
    ParkError
        If plants stand where parks overlap and none of those registers them: each is named with
        the parks.

    Examples
    --------
    >>> parks = pd.DataFrame({"park_id": ["east", "west"],
    ...                       "geometry": [shapely.box(1, 0, 3, 1), shapely.box(0, 0, 2, 1)]})
    >>> plants = pd.DataFrame({"enterprise_id": ["A", "B", "C"], "lon": [0.5, 1.5, None],
    ...                        "lat": [0.5, 0.5, None], "registered_in": ["", "west", "east"]})
    >>> home_parks(plants, parks).to_numpy().tolist()
    [['A', 'west', 'inside'], ['B', 'west', 'registered'], ['C', '', 'unknown_place']]
    """
    pairs = within(plants["lon"], plants["lat"], list(parks["geometry"]))
    claims = pd.DataFrame(
        {"point": pairs["point"], "park_id": parks["park_id"].to_numpy()[pairs["shape"]]}
    ).drop_duplicates()
    registered_in = plants["registered_in"].fillna("").to_numpy()
    sizes = claims.groupby("point")["park_id"].transform("size")
    alone = claims[sizes == 1].set_index("point")["park_id"]
    tied = claims[sizes > 1]
    settled = tied[tied["park_id"] == registered_in[tied["point"]]].set_index("point")["park_id"]
    _check_settled(plants, tied[~tied["point"].isin(settled.index)])
    place = pd.RangeIndex(len(plants))
    has_place = np.isfinite(plants[["lon", "lat"]].to_numpy(dtype=float, na_value=np.nan))
    basis = np.select(
        [place.isin(alone.index), place.isin(settled.index), ~has_place.all(axis=1)],
        ["inside", "registered", "unknown_place"], default="outside",
    )  # fmt: skip
    park_id = pd.concat([alone, settled]).reindex(place).astype("str").fillna("")
    return pd.DataFrame(
        {"enterprise_id": plants["enterprise_id"].to_numpy(), "park_id": park_id, "basis": basis}
    ).astype("str")


def _check_settled(plants: pd.DataFrame, tied: pd.DataFrame) -> None:
    """Refuse plants that stand in several parks of which none registers them."""
    if tied.empty:
        return
    disputed = set(tied["point"])
    problems = [
        Problem(code="in_two_parks", column="registered_in",
                values={"plant": plant, "parks": sorted(tied["park_id"][tied["point"] == point]),
                        "registered": "—" if pd.isna(named) or not named else named})
        for point, plant, named in zip(range(len(plants)), plants["enterprise_id"],
                                       plants["registered_in"], strict=True)
        if point in disputed
    ]  # fmt: skip
    raise ParkError("plants_in_two_parks", count=len(problems), problems=problems)
