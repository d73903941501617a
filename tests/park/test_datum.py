"""Datum conversion: there and back, in three steps, at scale, outside China, and by row."""

from time import perf_counter

import numpy as np
import pandas as pd
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkkit.core.errors import ParkError
from parkkit.park import datum as module
from parkkit.park.datum import DATUMS, convert, unshifted

EARTH = pyproj.Geod(ellps="WGS84")
IN_CHINA = {"lon": st.floats(73.5, 135), "lat": st.floats(18, 53.5)}


def metres(one, other) -> float:
    return float(np.max(EARTH.inv(*one, *other)[2]))


@given(**IN_CHINA, source=st.sampled_from(DATUMS), target=st.sampled_from(DATUMS))
def test_round_trip_is_below_a_millimetre(lon, lat, source, target):
    there = convert(lon, lat, source=source, target=target)
    back = convert(*there, source=target, target=source)
    assert metres((lon, lat), back) < 1e-3


@given(**IN_CHINA, datum=st.sampled_from(["gcj02", "bd09"]))
def test_cgcs2000_is_wgs84_whichever_way_it_goes(lon, lat, datum):
    for one, other in (("wgs84", "cgcs2000"), ("cgcs2000", "wgs84")):
        assert convert(lon, lat, source=one, target=other) == (lon, lat)
        assert convert(lon, lat, source=one, target=datum) == convert(
            lon, lat, source=other, target=datum
        )


@given(**IN_CHINA)
def test_by_way_of_wgs84_is_the_same_as_straight(lon, lat):
    straight = convert(lon, lat, source="bd09", target="gcj02")
    round_about = convert(*convert(lon, lat, source="bd09"), source="wgs84", target="gcj02")
    assert metres(straight, round_about) < 1e-3


def test_the_shift_is_some_hundred_metres():
    lon, lat = np.meshgrid(np.linspace(80, 130, 40), np.linspace(20, 50, 40))
    moved = convert(lon, lat, source="wgs84", target="gcj02")
    away = EARTH.inv(lon, lat, *moved)[2]
    assert away.min() > 10
    assert 300 < np.median(away) < 600
    assert away.max() < 1300


def test_one_step_leaves_metres_and_three_less_than_a_millimetre(monkeypatch):
    assert module._STEPS == 3
    lon, lat = np.meshgrid(np.linspace(80, 130, 60), np.linspace(20, 50, 60))
    there = convert(lon, lat, source="wgs84", target="gcj02")
    left = {}
    for steps in (1, 2, 3):
        monkeypatch.setattr(module, "_STEPS", steps)
        left[steps] = metres((lon, lat), convert(*there, source="gcj02"))
    assert left[1] > 1
    assert left[1] > left[2] > left[3]
    assert left[3] < 1e-3


def test_a_million_points_are_converted_at_once():
    lon, lat = np.random.default_rng(1).uniform((75, 20), (130, 50), (1_000_000, 2)).T
    start = perf_counter()
    x, y = convert(lon, lat, source="gcj02")
    # some 0.6 s alone on a core; a loop over points takes a minute
    assert perf_counter() - start < 5
    assert x.shape == y.shape == (1_000_000,)
    some = convert(lon[:3], lat[:3], source="gcj02")
    assert (x[:3].tolist(), y[:3].tolist()) == (some[0].tolist(), some[1].tolist())


def test_what_is_given_is_not_changed():
    lon, lat = np.array([120.0]), np.array([30.0])
    convert(lon, lat, source="gcj02")[0][:] = 0
    convert(lon, lat, source="wgs84")[0][:] = 0
    assert (lon[0], lat[0]) == (120.0, 30.0)


def test_nothing_is_shifted_outside_china():
    assert convert(-87.4, 41.6, source="gcj02") == (-87.4, 41.6)


def test_a_missing_place_stays_missing():
    lon, lat = convert([np.nan, 120.0], [30.0, np.nan], source="gcj02")
    assert np.isnan(lon[0])
    assert np.isnan(lat[1])


def test_an_unknown_datum_is_named():
    with pytest.raises(ParkError, match="unknown datum 'wgs-84'.*Did you mean 'wgs84'"):
        convert(120.0, 30.0, source="wgs-84")


def test_each_row_is_converted_from_its_own_datum():
    rows = pd.DataFrame({"lon": 120.0, "lat": 30.0, "datum": [*DATUMS, ""]}, index=range(2, 7))
    before = rows.copy()
    moved = unshifted(rows).set_index("datum")
    for datum in DATUMS:
        assert tuple(moved.loc[datum, ["lon", "lat"]]) == convert(120.0, 30.0, source=datum)
    assert tuple(moved.loc["", ["lon", "lat"]]) == (120.0, 30.0)
    pd.testing.assert_frame_equal(rows, before)
