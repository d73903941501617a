"""Datum conversion against the vectors that two public converters give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyproj
import pytest

from parkkit.park.datum import DATUMS, convert

pytestmark = pytest.mark.real

EARTH = pyproj.Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def vectors(real: Path) -> pd.DataFrame:
    return pd.read_csv(real / "coordinates" / "vectors.csv")


def errors_of(rows: pd.DataFrame) -> list[float]:
    """The larger difference of each row, in degrees."""
    found = []
    for row in rows.to_dict("records"):
        lon, lat = convert(row["lon_in"], row["lat_in"], source=row["from"], target=row["to"])
        found.append(max(abs(float(lon) - row["lon_out"]), abs(float(lat) - row["lat_out"])))
    return found


def test_every_usable_row_is_met_within_a_millionth_of_a_degree(vectors: pd.DataFrame) -> None:
    usable = errors_of(vectors[vectors["usable"]])
    assert len(usable) == 7
    assert max(usable) < 1e-6


def test_the_two_unusable_rows_are_not_matched(vectors: pd.DataFrame) -> None:
    """They use pi for pi * 3000 / 180 in BD-09, which is 5 to 45 m off."""
    unusable = errors_of(vectors[~vectors["usable"]])
    assert len(unusable) == 2
    assert min(unusable) > 4e-5


@pytest.mark.parametrize("source", DATUMS)
@pytest.mark.parametrize("target", DATUMS)
def test_the_round_trip_of_every_place_is_below_a_millimetre(
    vectors: pd.DataFrame, source: str, target: str
) -> None:
    lon, lat = vectors["lon_in"].to_numpy(), vectors["lat_in"].to_numpy()
    there = convert(lon, lat, source=source, target=target)
    back = convert(*there, source=target, target=source)
    metres = EARTH.inv(lon, lat, *back)[2]
    assert np.max(metres) < 1e-3
