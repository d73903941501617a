"""An inventory of rows, of cells gathered by pandas, and by DuckDB from CSV or Parquet is one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkkit.inventory.compilation import Inventory, compile_inventory, totals
from parkkit.park import gathering
from parkkit.park.package import Park, gathered, open_park
from tests.large_parks import to_parquet
from tests.parks import OUTSIDE, make_park

REPOSITORY = Path(__file__).parents[2]
PER_SOURCE = ("year", "enterprise_id", "process", "item", "scope")


def compiled(park: Park) -> Inventory:
    about = park.about
    return compile_inventory(
        park, boundary_type=about.default_boundary, convention=about.convention
    )


def opened_large(folder: Path) -> Park:
    """Open a park as if its activity were too large to read row by row."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gathering, "LARGE_BYTES", 0)
        return open_park(folder)


def in_three_ways(folder: Path, park: Park) -> Iterator[Park]:
    """Yield a park gathered by pandas, by DuckDB from CSV, and by DuckDB from Parquet."""
    yield gathered(park)
    yield opened_large(folder)
    yield open_park(to_parquet(folder))


def same(left: Inventory, right: Inventory) -> None:
    """Check totals and the sums of sources; cells count differently, so not how many are short."""
    for by in (("year",), PER_SOURCE):
        one, two = (totals(each, by=by).drop(columns="missing_rows") for each in (left, right))
        pd.testing.assert_frame_equal(one, two, rtol=1e-12, atol=0)
    ledgers = [
        each.ledger.groupby(["stage", "reason", "year", "species"])["amount_t"].sum()
        for each in (left, right)
    ]
    # What nets to nothing leaves dust of the tonnes that went in.
    pd.testing.assert_series_equal(*ledgers, rtol=1e-12, atol=1e-9)


@pytest.fixture(scope="module")
def metered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Langang as meters would tell it: every amount in three rows, in another order."""
    folder = tmp_path_factory.mktemp("parks") / "langang"
    shutil.copytree(REPOSITORY / "sample_parks" / "langang", folder)
    table = pd.read_csv(folder / "activity.csv", dtype="str", keep_default_na=False)
    parts = [
        table.assign(activity_id=table["activity_id"] + f"-{share}", amount=_share(table, share))
        for share in (0.5, 0.25, 0.25000)
    ]
    parts[2]["activity_id"] += "b"
    pd.concat(parts).sort_values("amount").to_csv(folder / "activity.csv", index=False)
    return folder


def _share(table: pd.DataFrame, share: float) -> pd.Series:
    amount = pd.to_numeric(table["amount"]) * share
    return amount.map("{:.17g}".format).where(table["amount"] != "", "")


@pytest.fixture(scope="module")
def row_wise(metered: Path) -> tuple[Park, Inventory]:
    park = open_park(metered)
    return park, compiled(park)


@pytest.mark.parametrize("way", [0, 1, 2], ids=["pandas", "DuckDB on CSV", "DuckDB on Parquet"])
def test_langang_is_the_same_gathered(
    metered: Path, row_wise: tuple[Park, Inventory], tmp_path: Path, way: int
) -> None:
    park, inventory = row_wise
    folder = Path(shutil.copytree(metered, tmp_path / "langang"))
    cells = list(in_three_ways(folder, park))[way]
    assert len(cells.activity) < len(park.activity) / 2
    same(compiled(cells), inventory)


AMOUNT = st.one_of(st.integers(0, 10**6).map(lambda number: number / 8), st.just(""))
row = st.fixed_dictionaries(
    {
        "enterprise_id": st.sampled_from("ABC"),
        "process": st.sampled_from(["boiler", "kiln"]),
        "item": st.sampled_from(["bituminous", "anthracite"]),
        "year": st.sampled_from([2022, 2023]),
        "month": st.sampled_from([1, 2, 12]),
        "amount": AMOUNT,
        "unit": st.sampled_from(["t", "kg"]),
        "data_rank": st.sampled_from([1, 2.5, 5, ""]),
        "uncertainty_percent": st.sampled_from([3, 10, ""]),
    }
).map(
    # A blank must say why; NO is a month told, NE is a gap.
    lambda each: (
        each if each["amount"] != "" else {**each, "notation": ["NO", "NE"][each["month"] % 2]}
    )
)
release = st.fixed_dictionaries(
    {
        "enterprise_id": st.sampled_from("ABC"),
        "process": st.sampled_from(["boiler", "kiln", ""]),
        "species": st.sampled_from(["nox", "co2"]),
        "year": st.sampled_from([2022, 2023]),
        "amount": AMOUNT.filter(bool),
        "data_rank": st.sampled_from([1, 4, 4.5]),
    }
)


@settings(deadline=None, max_examples=5, derandomize=True)
@given(
    activity=st.lists(row, min_size=1, max_size=25), releases=st.lists(release, max_size=4),
    data=st.data(),
)  # fmt: skip
def test_random_parks_are_the_same_gathered(
    activity: list[dict[str, Any]], releases: list[dict[str, Any]], data: st.DataObject
) -> None:
    plants = [{"enterprise_id": "A"}, {"enterprise_id": "B"}, {"enterprise_id": "C", **OUTSIDE}]
    turned = data.draw(st.permutations(activity))
    with tempfile.TemporaryDirectory() as home:
        tables: dict[str, Any] = {"enterprises": plants, "releases": releases}
        park = make_park(Path(home) / "rows", activity=activity, **tables)
        inventory = compiled(park)
        folder = Path(home) / "cells"
        other = make_park(folder, activity=turned, **tables)
        for cells in in_three_ways(folder, other):
            same(compiled(cells), inventory)


def test_a_blank_among_numbers_leaves_the_same_gap(tmp_path: Path) -> None:
    rows = [{"month": 1, "amount": 10}, {"month": 1, "amount": "", "notation": "NE"}]
    park = make_park(tmp_path / "p", activity=rows)
    for cells in in_three_ways(tmp_path / "p", park):
        table = totals(compiled(cells))
        co2 = table[table["species"] == "co2"]
        assert co2["status"].tolist() == ["partial"]
        assert co2["missing_rows"].tolist() == [1]


def test_months_and_coverage_stay(tmp_path: Path) -> None:
    rows = [{"month": month, "amount": 1} for month in range(1, 12) for _ in range(3)]
    park = make_park(tmp_path / "p", activity=rows)
    for cells in in_three_ways(tmp_path / "p", park):
        inventory = compiled(cells)
        assert inventory.activity["coverage_share"].unique().tolist() == [11 / 12]
        assert inventory.emissions["month"].nunique() == 11
