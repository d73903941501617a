"""Trends that others published: Mann-Kendall, its corrections, Sen's slope."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parkkit.diagnosis.elasticity import coupling_elasticity
from parkkit.diagnosis.slopes import sen_slope
from parkkit.diagnosis.trend_tests import mann_kendall

pytestmark = pytest.mark.real

# The published p is one less a rounded probability, so its last digits are those of 1.
CLOSE = {"rel": 1e-9, "abs": 1e-15}
RENAMED = {"Tau": "tau"}


@pytest.fixture(scope="module")
def expected(real: Path) -> dict[str, Any]:
    return json.loads((real / "trend_tests" / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def arbitrary(real: Path) -> pd.Series:
    """A series of 360 steps, seven of them blank."""
    return pd.read_csv(real / "trend_tests" / "arbitrary_1d.csv")["x"]


def agrees(table: pd.DataFrame, wanted: dict[str, Any]) -> None:
    row, numbers = table.iloc[0], {k: v for k, v in wanted.items() if k != "trend"}
    found = {key: row[RENAMED.get(key, key)] for key in numbers}
    assert found == pytest.approx(numbers, **CLOSE)
    if "trend" in wanted:
        assert row["trend"] == wanted["trend"].replace(" ", "_")


def test_the_test_of_a_series_with_blanks(arbitrary, expected):
    table = mann_kendall(arbitrary)
    agrees(table, expected["arbitrary_1d"]["original_test"])
    assert (table.loc[0, "n"], table.loc[0, "notes"]) == (353, "gap_years")


def test_the_correction_of_hamed_and_rao(arbitrary, expected):
    agrees(mann_kendall(arbitrary, correction="hamed_rao"), expected["arbitrary_1d"]["hamed_rao"])


def test_the_correction_of_hamed_and_rao_over_three_lags(arbitrary, expected):
    # Filed as yue_wang; the tests it was taken from have it as hamed_rao with lag=3.
    table = mann_kendall(arbitrary, correction="hamed_rao", lags=3)
    agrees(table, expected["arbitrary_1d"]["yue_wang"])


def test_the_correction_of_yue_and_wang(arbitrary):
    # pyMannKendall, tests/test_pymannkendall.py: yue_wang_modification_test(arbitrary_1d_data).
    published = {
        "trend": "decreasing",
        "p": 0.008401398144858296,
        "z": -2.6354977553857504,
        "var_s": 551950.4269211816,
    }
    agrees(mann_kendall(arbitrary, correction="yue_wang"), published)


def test_the_slope_of_a_series_with_blanks(arbitrary, expected):
    agrees(sen_slope(arbitrary), expected["arbitrary_1d"]["sens_slope"])
    agrees(sen_slope(arbitrary, period=12), expected["arbitrary_1d"]["seasonal_sens_slope12"])


@pytest.mark.parametrize(
    ("name", "column"), [("AirPassengers", "#Passengers"), ("shampoo", "Sales")]
)
def test_monthly_series(real, expected, name, column):
    series = pd.read_csv(real / "trend_tests" / f"{name}.csv")[column]
    wanted = expected[name]
    lines = {key: wanted[key] for key in ("slope", "intercept")}
    agrees(mann_kendall(series), {k: v for k, v in wanted.items() if k not in lines})
    agrees(sen_slope(series), lines)


def test_a_hump_has_no_trend_as_a_whole(real):
    path = real.parent / "acceptance" / "worked_examples.json"
    if not path.is_file():
        pytest.skip(f"no worked examples at {path}")
    case = json.loads(path.read_text(encoding="utf-8"))["mk_full"]
    series, wanted = pd.Series(case["inputs"]), case["out"]
    row = mann_kendall(series).loc[0]
    assert (row["s"], row["var_s"], row["trend"]) == (wanted["S"], wanted["var"], "no_trend")
    assert (row["z"], row["p"]) == pytest.approx((wanted["z"], wanted["p"]), abs=5e-7)
    assert sen_slope(series).loc[0, "slope"] == pytest.approx(wanted["slope"], abs=5e-7)
    assert mann_kendall(series, method="exact").loc[0, "p"] == pytest.approx(0.155742, abs=5e-7)


def test_the_cross_elasticity_of_the_worked_examples(real):
    path = real.parent / "acceptance" / "worked_examples.json"
    if not path.is_file():
        pytest.skip(f"no worked examples at {path}")
    case = json.loads(path.read_text(encoding="utf-8"))["cross_elasticity"]
    given, wanted = case["inputs"], case["out"]
    carbon = falling(given["C0"], given["dC"])
    so2 = coupling_elasticity(falling(given["SO2_0"], given["dSO2"]), carbon, (2020, 2021))
    nox = coupling_elasticity(falling(given["NOx_0"], given["dNOx"]), carbon, (2020, 2021))
    assert so2.loc[0, "elasticity"] == pytest.approx(wanted["Els_C_SO2"])
    assert nox.loc[0, "elasticity"] == pytest.approx(wanted["Els_C_NOx"])
    assert (so2.loc[0, "coupling"], nox.loc[0, "coupling"]) == ("co_control", "carbon_only")


def falling(start: float, reduction: float) -> pd.Series:
    return pd.Series({2020: start, 2021: start - reduction})
