"""Fused files: CSV, Parquet and Excel hold the same numbers, and are written whole or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook

from parkkit.core.errors import ParkError
from parkkit.inventory import fused_files
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.fused_files import read_fused, write_fused
from parkkit.inventory.fusion import co_control_points, fuse
from tests.parks import compiled, make_park

ENDINGS = [".csv", ".parquet", ".xlsx"]
# A code with a leading zero, a text that looks like a formula, a notation that looks like a blank.
ROWS: list[dict[str, Any]] = [
    {"process": "001", "species": "co2", "amount": 0.1 + 0.2},
    {"process": "001", "species": "so2", "amount": 1 / 3},
    {"process": "=1+1", "species": "nox", "amount": 7e-12},
    {"process": "窑, \"一号\"", "species": "co", "amount": "", "notation": "NA"},
    {"process": "cave", "species": "kryptonite", "amount": 5},
]  # fmt: skip


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    folder = tmp_path_factory.mktemp("parks") / "p"
    return compiled(make_park(folder, releases=ROWS, enterprises=[{"industry_code": "0610"}]))


@pytest.mark.parametrize("form", ["wide", "long"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_written_reads_back_the_same(
    inventory: Inventory, tmp_path: Path, form: Any, ending: str
) -> None:
    fused = fuse(inventory, form=form)
    path = write_fused(fused, tmp_path / f"fused{ending}")
    # A spreadsheet keeps 16 digits; the other two keep every bit.
    exact = {"check_exact": True} if ending != ".xlsx" else {"rtol": 1e-15}
    pd.testing.assert_frame_equal(read_fused(path), fused, **exact)  # type: ignore[arg-type]


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_points_are_written_with_the_table(
    inventory: Inventory, tmp_path: Path, ending: str
) -> None:
    told = co_control_points(fuse(inventory))
    found = read_fused(write_fused(told, tmp_path / f"fused{ending}"))
    assert found["is_co_control_point"].tolist() == told["is_co_control_point"].tolist()
    assert found["judged_on"].tolist() == told["judged_on"].tolist()


def test_a_spreadsheet_sees_chinese_and_no_formula(inventory: Inventory, tmp_path: Path) -> None:
    fused = fuse(inventory)
    assert write_fused(fused, tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    sheet = load_workbook(write_fused(fused, tmp_path / "a.xlsx")).active
    cells = {cell.value: cell.data_type for row in sheet.iter_rows() for cell in row}
    assert cells["=1+1"] == "s"
    assert cells["0610"] == "s"


@pytest.mark.parametrize("name", ["fused.txt", "fused"])
def test_another_ending_is_refused_with_those_that_do(tmp_path: Path, name: str) -> None:
    with pytest.raises(ParkError, match=r"unknown ending .* Known: \.csv, \.parquet, \.xlsx"):
        write_fused(pd.DataFrame(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_told(inventory: Inventory, tmp_path: Path) -> None:
    with pytest.raises(ParkError, match="cannot be written to"):
        write_fused(fuse(inventory), tmp_path / "no" / "fused.csv")


def test_what_excel_cannot_hold_is_refused_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "fused.xlsx"
    path.write_bytes(b"old")
    bad = pd.DataFrame({"unit_id": ["A/oven", "A/\x01"]})
    with pytest.raises(ParkError, match="row 3, column unit_id: the text 'A/\x01' has a control"):
        write_fused(bad, path)
    monkeypatch.setattr(fused_files, "EXCEL_ROWS", 2)
    with pytest.raises(ParkError, match="the table has 2 rows and 1 columns, more than a sheet"):
        write_fused(bad, path)
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["fused.xlsx"]
