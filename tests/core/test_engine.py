"""Rows are gathered into cells alike on pandas and DuckDB; blanks stay blanks."""

from __future__ import annotations

from pathlib import Path

import duckdb
import narwhals as nw
import pandas as pd
import pytest

from parkkit.core.engine import doubled, gather, rows_of, scan
from parkkit.core.errors import ParkError


def in_memory(**columns: object) -> pd.DataFrame:
    """Gather rows of one key ``item``; what is not given is blank and plain."""
    rows = pd.DataFrame({"uncertainty_percent": float("nan"), "is_odd": False, **columns})
    return gather(nw.from_native(rows.assign(row=range(2, len(rows) + 2))).lazy(), ["item"])


def from_file(path: Path, keys: tuple[str, ...] = ("item",)) -> pd.DataFrame:
    return gather(scan(path, keys).frame, keys).sort_values([*keys], ignore_index=True)


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def as_parquet(path: Path, query: str) -> Path:
    duckdb.sql(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


def test_rows_of_one_cell_add_up_and_the_first_is_kept() -> None:
    cells = in_memory(item=["coal", "gas", "coal"], amount=[1.0, 10.0, 2.5])
    told = cells.set_index("item")[["amount", "rows", "row"]].to_dict("index")
    assert told == {
        "coal": {"amount": 3.5, "rows": 2, "row": 2}, "gas": {"amount": 10.0, "rows": 1, "row": 3}
    }  # fmt: skip


def test_a_cell_of_blanks_is_blank_and_a_cell_of_zeros_is_zero() -> None:
    cells = in_memory(item=["coal", "coal", "gas"], amount=[None, None, 0.0]).set_index("item")
    assert pd.isna(cells.loc["coal", "amount"])
    assert cells.loc["gas", "amount"] == 0.0


def test_a_blank_among_numbers_is_told() -> None:
    cells = in_memory(item=["coal", "coal", "gas"], amount=[1.0, None, None]).set_index("item")
    assert cells["is_mixed"].to_dict() == {"coal": True, "gas": False}


def test_errors_of_rows_are_independent() -> None:
    # 3 +- 10 % and 4 +- 10 %: 0.3 and 0.4 make 0.5 of 7.
    cells = in_memory(item="coal", amount=[3.0, 4.0], uncertainty_percent=[10.0, 10.0])
    assert cells.loc[0, "uncertainty_percent"] == pytest.approx(50 / 7)


def test_a_row_without_uncertainty_leaves_its_cell_without() -> None:
    cells = in_memory(item="coal", amount=[3.0, 4.0], uncertainty_percent=[10.0, None])
    assert cells["uncertainty_percent"].isna().all()


def test_zeros_keep_an_uncertainty() -> None:
    cells = in_memory(item="coal", amount=[0.0, 0.0], uncertainty_percent=[3.0, 5.0])
    assert cells["uncertainty_percent"].tolist() == [5.0]


def test_a_table_that_nothing_tells_apart_is_one_cell() -> None:
    rows = pd.DataFrame({"amount": [1.0, 2.0], "uncertainty_percent": 1.0, "is_odd": False})
    cells = gather(nw.from_native(rows.assign(row=[2, 3])).lazy(), [])
    assert cells["amount"].tolist() == [3.0]


def test_csv_and_parquet_give_the_same_cells(tmp_path: Path) -> None:
    text = "item,month,amount,uncertainty_percent\ncoal,1,1.5,5\ncoal,1,2,5\ncoal,,4,\ngas,1,,\n"
    table = written(tmp_path / "a.csv", text)
    packed = as_parquet(tmp_path / "a.parquet", f"FROM read_csv('{table}')")
    left, right = (from_file(path, ("item", "month")) for path in (table, packed))
    pd.testing.assert_frame_equal(left.drop(columns="month"), right.drop(columns="month"))
    assert left["amount"].tolist()[:2] == [3.5, 4.0]
    assert left["row"].tolist() == [2, 4, 5]


def test_a_table_in_memory_gives_the_cells_of_the_file(tmp_path: Path) -> None:
    text = "item,amount,uncertainty_percent\ncoal,1.5,5\ngas,,\ncoal,2,5\n,4,\n"
    table = pd.read_csv(written(tmp_path / "a.csv", text)).set_axis([2, 3, 4, 5])
    cells = gather(rows_of(table), ["item"]).sort_values("item", ignore_index=True)
    left = from_file(tmp_path / "a.csv")
    pd.testing.assert_frame_equal(left.fillna({"item": ""}), cells.fillna({"item": ""}))


def test_tables_in_memory_do_not_stand_in_for_one_another() -> None:
    tables = [
        pd.DataFrame({"item": ["coal"], "amount": [amount], "uncertainty_percent": [1.0]})
        for amount in (1.0, 2.0)
    ]
    rows = [rows_of(table) for table in tables]
    assert [gather(each, ["item"])["amount"].tolist() for each in rows] == [[1.0], [2.0]]


def test_columns_that_differ_in_case_alone_stay_apart(tmp_path: Path) -> None:
    table = written(tmp_path / "a.csv", "item,Amount,amount,ITEM\ncoal,100,1,gas\n")
    cells = from_file(table)
    assert cells[["item", "amount"]].to_dict("records") == [{"item": "coal", "amount": 1.0}]


@pytest.mark.parametrize("odd", ["-1", "much", "inf", "nan", "1e999"])
def test_what_is_no_number_from_zero_up_is_told_as_it_was_given(tmp_path: Path, odd: str) -> None:
    rows = scan(written(tmp_path / "a.csv", f"item,amount\ncoal,1\ncoal,{odd}\n"), ["item"])
    assert gather(rows.frame, ["item"])["is_mixed"].all()
    cells = gather(rows.careful, ["item", "as_given"]).sort_values("row")
    assert cells["amount"].tolist()[:1] == [1.0]
    assert pd.isna(cells["amount"].iloc[1])
    assert cells["as_given"].iloc[1] == f"{odd}\x1f"


def test_rows_of_commas_are_counted_and_are_no_rows(tmp_path: Path) -> None:
    cells = from_file(written(tmp_path / "a.csv", "item,amount\n,\ncoal,1\n,\n"))
    assert cells[["item", "row"]].to_dict("records") == [{"item": "coal", "row": 3}]


def test_what_a_parquet_file_says_of_itself_spares_a_key(tmp_path: Path) -> None:
    columns = "'coal' AS item, NULL::INT AS month, i AS amount, 'm' || i AS meter"
    query = f"SELECT {columns} FROM range(3) AS r(i)"
    rows = scan(as_parquet(tmp_path / "a.parquet", query), ["item", "month", "meter"])
    assert rows.constants == {"item": "coal", "month": ""}


def test_doubled_and_blank_values_are_found_with_their_first_row(tmp_path: Path) -> None:
    table = written(tmp_path / "a.csv", "id,amount\na,1\nb,1\n,1\na,1\n")
    found = doubled(scan(table, ["id"]).frame, "id").fillna("")
    assert found.to_dict("list") == {"id": ["a", ""], "rows": [2, 1], "row": [2, 4]}


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "park [1] o'clock*"
    folder.mkdir()
    assert len(from_file(written(folder / "a.csv", "item,amount\ncoal,1\n"))) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "item,amount\n烟煤,1\n".encode("gb18030")),
        ("a.csv", b"item,amount\ncoal,1,2\n"),
        ("a.parquet", b"item,amount\n"),
    ],
    ids=["not UTF-8", "a row too long", "no Parquet"],
)
def test_a_file_that_cannot_be_scanned_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises((ParkError, duckdb.Error)) as caught:
        from_file(path)
    if isinstance(caught.value, ParkError):
        assert caught.value.where == name
