"""Datum conversion against the published vectors."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkkit.core.errors import ParkError
from parkkit.park.datum import convert


@pytest.mark.real
def test_published_vectors_are_met(real):
    vectors = pd.read_csv(real / "coordinates" / "vectors.csv")
    usable = vectors[vectors["usable"]]
    assert len(usable) == 7
    for row in usable.to_dict("records"):
        lon, lat = convert(row["lon_in"], row["lat_in"], source=row["from"], target=row["to"])
        assert abs(float(lon) - row["lon_out"]) < 1e-6, row
        assert abs(float(lat) - row["lat_out"]) < 1e-6, row


@given(
    lon=st.floats(73.5, 135),
    lat=st.floats(18, 53.5),
    datum=st.sampled_from(["gcj02", "bd09"]),
)
def test_round_trip_is_below_a_millimetre(lon, lat, datum):
    there = convert(lon, lat, source="wgs84", target=datum)
    back = convert(*there, source=datum, target="wgs84")
    # 1e-8 degrees are about 1.1 mm of latitude
    assert np.hypot(float(back[0]) - lon, float(back[1]) - lat) < 0.9e-8


def test_nothing_is_shifted_outside_china():
    assert convert(-87.4, 41.6, source="gcj02") == (-87.4, 41.6)


def test_an_unknown_datum_is_named():
    with pytest.raises(ParkError, match="unknown datum 'wgs-84'.*Did you mean 'wgs84'"):
        convert(120.0, 30.0, source="wgs-84")
