"""Jumps: what stands out from the year before, and what may explain it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.core.labels import label
from parkkit.inventory.jumps import jumps, unit_ratio
from tests.parks import OUTSIDE, compiled, make_park

OWN = {"convention": {"factor_sets": ["CN_NDRC24"]}}


def years(**amounts: float) -> list[dict[str, Any]]:
    return [{"year": int(name[1:]), "amount": amount} for name, amount in amounts.items()]


def found(folder: Path, *, factor: float = 1.5, **rows: Any) -> pd.DataFrame:
    park = make_park(folder / "p", **{**OWN, **rows})
    return jumps(compiled(park), park=park, factor=factor)


def of_activity(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["what"] == "activity"].reset_index(drop=True)


def test_a_rise_and_a_fall_stand_out_with_their_rows(tmp_path: Path) -> None:
    table = of_activity(found(tmp_path, activity=years(y2020=100, y2021=160, y2022=90, y2023=100)))
    assert table[["year", "kind", "previous", "current"]].values.tolist() == [
        [2021, "rise", 100, 160], [2022, "fall", 160, 90],
    ]  # fmt: skip
    assert table["ratio"].tolist() == pytest.approx([1.6, 0.5625])
    assert table[["rows_previous", "rows_current"]].values.tolist() == [["2", "3"], ["3", "4"]]
    assert set(table["cure"]) == {"check"}


def test_the_factor_decides_what_stands_out(tmp_path: Path) -> None:
    rows = years(y2022=100, y2023=160)
    assert len(of_activity(found(tmp_path, activity=rows, factor=1.61))) == 0
    assert len(of_activity(found(tmp_path / "2", activity=rows, factor=1.6))) == 1


def test_emissions_follow_their_activity(tmp_path: Path) -> None:
    table = found(tmp_path, activity=years(y2022=100, y2023=160))
    row = table[table["what"] == "emissions"].iloc[0]
    assert (row["species"], row["reasons"], row["cure"]) == ("co2", "activity", "activity")
    assert row["ratio"] == pytest.approx(1.6)


@pytest.mark.parametrize(
    ("ratio", "name"),
    [(1000, "1000"), (1e-3, "0.001"), (10_400, "10000"), (10_600, ""), (3.6, "GJ/MWh"),
     (1 / 3.6, "MWh/GJ"), (29.3, "GJ/tce"), (2.0, ""), (1.0, ""), (0.0, ""), (-10.0, ""),
     (float("nan"), "")],
)  # fmt: skip
def test_a_ratio_near_that_of_two_units_is_named(ratio: float, name: str) -> None:
    assert unit_ratio(ratio) == name


def test_a_slip_of_the_unit_is_told_first(tmp_path: Path) -> None:
    row = of_activity(found(tmp_path, activity=years(y2022=100, y2023=99_000))).iloc[0]
    assert (row["looks_like_unit"], row["unit_ratio"], row["cure"]) == (True, "1000", "unit")
    plain = of_activity(found(tmp_path / "2", activity=years(y2022=100, y2023=500))).iloc[0]
    assert not plain["looks_like_unit"]


def test_the_tolerance_of_units_is_asked_for(tmp_path: Path) -> None:
    inventory = compiled(make_park(tmp_path / "p", activity=years(y2022=100, y2023=1100), **OWN))
    assert not jumps(inventory)["looks_like_unit"].any()
    assert jumps(inventory, unit_tolerance=0.11)["looks_like_unit"].all()


def test_a_plant_that_opens_or_closes_is_told_apart_from_a_source(tmp_path: Path) -> None:
    plants = [{"enterprise_id": "A"}, {"enterprise_id": "B", "opened": 2022, "closed": 2022}]
    rows = [
        *years(y2021=100, y2022=100, y2023=100),
        {"enterprise_id": "B", "year": 2022, "amount": 5},
        {"process": "kiln", "year": 2022, "amount": 5},
    ]
    table = of_activity(found(tmp_path, enterprises=plants, activity=rows))
    assert table[["enterprise_id", "year", "kind", "cure"]].values.tolist() == [
        ["A", 2022, "begun", "source"], ["A", 2023, "ended", "source"],
        ["B", 2022, "opened", "none"], ["B", 2023, "closed", "none"],
    ]  # fmt: skip
    assert not table["looks_like_unit"].any()


def test_a_first_year_need_not_be_whole(tmp_path: Path) -> None:
    plants = [{"enterprise_id": "A"}, {"enterprise_id": "B", "opened": 2022}]
    rows = [*years(y2021=100, y2022=100, y2023=100),
            {"enterprise_id": "B", "year": 2022, "amount": 5},
            {"enterprise_id": "B", "year": 2023, "amount": 10}]  # fmt: skip
    table = of_activity(found(tmp_path, enterprises=plants, activity=rows))
    assert table.loc[table["kind"] == "rise", ["enterprise_id", "reasons"]].values.tolist() == [
        ["B", "first_year"]
    ]


def test_a_year_without_a_number_is_no_jump(tmp_path: Path) -> None:
    rows = [{"year": 2022, "amount": 100}, {"year": 2023, "notation": "NE"}]
    assert len(found(tmp_path, activity=rows)) == 0


def test_years_that_are_not_neighbours_are_not_compared(tmp_path: Path) -> None:
    assert len(found(tmp_path, activity=years(y2020=100, y2023=900))) == 0


def test_a_change_of_technology_is_a_reason(tmp_path: Path) -> None:
    rows = years(y2022=100, y2023=160)
    rows[1]["technology"] = "cfb"
    row = of_activity(found(tmp_path, activity=rows)).iloc[0]
    assert (row["reasons"], row["cure"]) == ("technology", "confirm")


def test_a_new_device_is_a_reason_for_what_a_list_says(tmp_path: Path) -> None:
    lists = [{"species": "so2", "process": "boiler", "year": year, "amount": amount}
             for year, amount in ((2022, 100), (2023, 10))]  # fmt: skip
    given_rows = {"activity": years(y2022=100, y2023=100), "releases": lists,
                  "abatement": [{"valid_from": 2023}]}  # fmt: skip
    row = found(tmp_path, **given_rows).iloc[0]
    assert (row["species"], row["kind"], row["reasons"]) == ("so2", "fall", "device")
    assert row["file"] == "releases.csv"
    # A fall to a tenth that a device explains still looks like a unit, and says both.
    assert row["unit_ratio"] == "0.1"


def test_another_list_is_a_reason(tmp_path: Path) -> None:
    lists = [{"species": "so2", "process": "boiler", "year": 2022, "amount": 100},
             {"species": "so2", "process": "boiler", "year": 2023, "amount": 200,
              "list": "statistics"}]  # fmt: skip
    row = found(tmp_path, activity=years(y2022=100, y2023=100), releases=lists).iloc[0]
    assert (row["reasons"], row["cure"]) == ("list", "list")


def test_missing_months_are_a_reason(tmp_path: Path) -> None:
    rows = [{"year": 2022, "amount": 100}, {"year": 2023, "month": 1, "amount": 8}]
    row = of_activity(found(tmp_path, activity=rows)).iloc[0]
    assert (row["kind"], row["reasons"], row["cure"]) == ("fall", "months", "months")


def test_plants_outside_do_not_jump(tmp_path: Path) -> None:
    plants = [{"enterprise_id": "A", **OUTSIDE}]
    rows = years(y2022=100, y2023=900)
    assert len(found(tmp_path, enterprises=plants, activity=rows)) == 0


def test_every_code_has_its_text() -> None:
    codes = {
        "kind": ("rise", "fall", "begun", "ended", "opened", "closed"),
        "reason": ("technology", "device", "list", "months", "first_year", "activity"),
        "cure": ("unit", "activity", "none", "source", "months", "list", "confirm", "check"),
    }
    for group, names in codes.items():
        assert all(label(f"jump.{group}.{name}", "zh") for name in names)


ROWS = [*years(y2021=8, y2022=16, y2023=64), {"process": "kiln", "year": 2023, "amount": 4}]


@settings(deadline=None, max_examples=5, derandomize=True)
@given(rows=st.permutations(ROWS), is_split=st.booleans())
def test_order_and_split_rows_change_no_jump(rows: list[dict[str, Any]], is_split: bool) -> None:
    halves = [{**row, "amount": row["amount"] / 2} for row in rows]
    tables = []
    for activity in (ROWS, [*halves, *halves] if is_split else rows):
        with tempfile.TemporaryDirectory() as folder:
            table = found(Path(folder), activity=activity)
            tables.append(table.drop(columns=["rows_previous", "rows_current"]))
    pd.testing.assert_frame_equal(tables[0], tables[1])
