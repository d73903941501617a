"""What a million points in 2 543 parks cost, beside ``geopandas.sjoin``.

The polygons are stars of 20 to 200 corners strewn over China: some overlap, some have holes, some
several parts. Half of the points stand around the parks and half anywhere in the rectangle. Both
ways start from two columns of degrees and end with the pairs of point and polygon; what the join
alone takes, once its points are made, is told beside. Each runs in a fresh process, and the two
take turns.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from time import perf_counter

import geopandas
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from parkkit.park.placement import within
from tests.benchmarks._side_by_side import begin, in_turn, peak_mb

POINTS, PARKS = 1_000_000, 2_543
BAR = 5.0
ROUNDS = 5
WEST, SOUTH, EAST, NORTH = 75.0, 18.0, 133.0, 53.0
Degrees = NDArray[np.float64]


def star(rng: np.random.Generator, middle: Degrees, radius: float) -> shapely.Polygon:
    """A polygon around its middle, of 20 to 200 corners at uneven distances; one in five holed."""
    angle = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(20, 201)))
    away = radius * rng.uniform(0.5, 1.0, len(angle))
    ring = middle + np.column_stack([away * np.cos(angle), away * np.sin(angle)])
    holes = [middle + 0.4 * (ring - middle)] if rng.random() < 0.2 else []
    return shapely.make_valid(shapely.Polygon(ring, holes))


def parks(rng: np.random.Generator) -> tuple[list[BaseGeometry], Degrees]:
    """Return the polygons, one in ten of several parts, and the middles they stand around."""
    middles = rng.uniform((WEST, SOUTH), (EAST, NORTH), (PARKS, 2))
    # One in four stands beside the one before it, so that many overlap.
    beside = np.flatnonzero(rng.random(PARKS) < 0.25)
    middles[beside] = middles[beside - 1] + rng.normal(0, 0.03, (len(beside), 2))
    shapes: list[BaseGeometry] = []
    for middle in middles:
        radius = 0.02 * rng.lognormal(0, 0.5)
        parts = [star(rng, middle, radius)]
        if rng.random() < 0.1:
            away = rng.normal(0, 0.3, (3, 2))
            parts += [star(rng, middle + each, radius / 2) for each in away]
        shapes.append(shapely.union_all(parts))
    return shapes, middles


def job() -> tuple[Degrees, Degrees, list[BaseGeometry]]:
    """Return the points and polygons, the same in every process."""
    rng = np.random.default_rng(11)
    shapes, middles = parks(rng)
    around = middles[rng.integers(0, PARKS, POINTS // 2)] + rng.normal(0, 0.02, (POINTS // 2, 2))
    anywhere = rng.uniform((WEST, SOUTH), (EAST, NORTH), (POINTS - POINTS // 2, 2))
    points = rng.permutation(np.concatenate([around, anywhere]))
    # A few stand on a corner of a park.
    corners = shapely.get_coordinates(shapes[:200])[:1000]
    points[: len(corners)] = corners
    return points[:, 0].copy(), points[:, 1].copy(), shapes


def ours(lon: Degrees, lat: Degrees, shapes: list[BaseGeometry]) -> tuple[pd.DataFrame, float]:
    """By a grid of the points, without Point objects; there is nothing to make before."""
    return within(lon, lat, shapes), 0.0


def joined(lon: Degrees, lat: Degrees, shapes: list[BaseGeometry]) -> tuple[pd.DataFrame, float]:
    """By ``geopandas.sjoin``, and the seconds it takes to make its points and frames."""
    started = perf_counter()
    points = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(lon, lat))
    polygons = geopandas.GeoDataFrame(geometry=shapes)
    making = perf_counter() - started
    found = geopandas.sjoin(points, polygons, predicate="intersects")
    return pd.DataFrame({"point": found.index, "shape": found["index_right"]}), making


WAYS: dict[str, Callable[..., tuple[pd.DataFrame, float]]] = {"ours": ours, "joined": joined}


def measure(way: str) -> None:
    """Run a way once in this process, warm, and print its pairs' digest, seconds and peak."""
    lon, lat, shapes = job()
    WAYS[way](lon[:100], lat[:100], shapes[:10])
    started = perf_counter()
    pairs, making = WAYS[way](lon, lat, shapes)
    seconds = perf_counter() - started
    pairs = pairs.sort_values(["point", "shape"])
    digest = hashlib.sha256(pairs.astype("int64").to_numpy().tobytes()).hexdigest()
    peak = peak_mb()
    told = {"pairs": len(pairs), "digest": digest, "seconds": seconds, "making": making}
    print(json.dumps({**told, "peak_mb": peak}))


def main() -> None:
    """Print one line: the two medians, their ratio, the bar, and whether the pairs are the same."""
    found = in_turn("placing", dict.fromkeys(WAYS, ROUNDS), medians=("seconds", "making"))
    fast, slow = found["ours"], found["joined"]
    ratio = slow["seconds"] / fast["seconds"]
    alone = slow["seconds"] - slow["making"]
    is_same = fast["digest"] == slow["digest"]
    print(
        f"{POINTS:.0e} points in {PARKS} parks: {fast['seconds']:.2f} s, baseline "
        f"{slow['seconds']:.2f} s, ratio {ratio:.1f}, bar {BAR:.0f}: "
        f"{'ok' if is_same and ratio >= BAR else 'short'} ({fast['pairs']} pairs, "
        f"{'the same' if is_same else 'NOT the same'}; the join alone {alone:.2f} s, ratio "
        f"{alone / fast['seconds']:.1f}; peak {fast['peak_mb']:.0f} and "
        f"{slow['peak_mb']:.0f} MB)"
    )


if __name__ == "__main__":
    begin(measure, main)
