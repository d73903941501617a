"""The fused inventory on the command line: what is said, JSON, and the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from parkkit.cli import main
from parkkit.inventory.fused_files import read_fused
from tests.parks import write_park

ROWS: list[dict[str, Any]] = [
    {"process": "boiler", "species": "co2", "amount": 3000},
    {"process": "boiler", "species": "so2", "amount": 1.9},
    {"process": "boiler", "species": "so2", "amount": 5, "year": 2022},
    {"process": "cave", "species": "kryptonite", "amount": 5},
    {"process": "shop", "species": "cod", "amount": 2, "medium": "water"},
]


@pytest.fixture
def park(tmp_path: Path) -> Path:
    return write_park(tmp_path / "mine", releases=ROWS)


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["fuse", *map(str, arguments)])
    said = capsys.readouterr()
    assert "Traceback" not in said.err + said.out
    return int(ended.value.code or 0), said.out, said.err


def test_every_source_is_said_with_what_is_marked_on_it(
    park: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = run(capsys, park, "--language", "en")
    assert status == 0
    assert out.splitlines() == [
        "Fused inventory, 2023: 3 source(s); 1 with carbon and pollutants, 0 with carbon only, "
        "1 with pollutants only, 1 with nothing but rows held until settled",
        "Works · boiler: direct 3 kt CO₂e; air 2 thousand equivalents; carbon and pollutants; "
        "lists: permit report",
        "Works · cave: held only; lists: permit report; 1 row(s) held",
        "Works · shop: water 2 thousand equivalents; pollutants only; lists: permit report",
    ]
    assert "数据全部待核实 1 个" in run(capsys, park, "--language", "zh")[1]


def test_what_goes_into_a_file_is_not_listed_besides(
    park: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "fused.csv"
    out = run(capsys, park, "--out", path, "--form", "long", "--language", "en")[1]
    told = "Fused inventory, 2023: 4 row(s), each a species of a source"
    assert out.splitlines() == [told, f"written: {path}"]


def test_json_is_the_table_of_the_year_or_of_every_year(
    park: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = json.loads(run(capsys, park, "--json")[1])
    assert [(row["unit_id"], row["so2_t"]) for row in rows] == [
        ("A/boiler", 1.9), ("A/cave", None), ("A/shop", None)]  # fmt: skip
    every = json.loads(run(capsys, park, "--json", "--every-year")[1])
    assert {row["year"] for row in every} == {2022, 2023}
    air = json.loads(run(capsys, park, "--json", "--media", "air", "--form", "long")[1])
    assert {row["medium"] for row in air} == {"air"}


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".xlsx"])
def test_the_file_holds_the_table_and_is_not_written_over(
    park: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    path = tmp_path / f"fused{ending}"
    status, out, err = run(capsys, park, "--out", path, "--form", "long", "--json")
    assert status == 0
    assert len(json.loads(out)) == len(read_fused(path)) == 4
    assert str(path) in err
    status, _, err = run(capsys, park, "--out", path, "--language", "en")
    assert (status, "exists already" in err) == (2, True)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--out", "fused.txt"], "unknown ending '.txt'"),
        (["--out", "nowhere/fused.csv"], "nowhere"),
        (["--form", "broad"], "unknown form 'broad'"),
        (["--media", "water"], "unknown media 'water'"),
        (["--year", "1999"], "1999"),
    ],
)
def test_a_wrong_call_says_what_would_do(
    park: Path, capsys: pytest.CaptureFixture[str], asked: list[str], said: str
) -> None:
    status, out, err = run(capsys, park, *asked, "--language", "en")
    assert (status, out, said in err) == (2, "", True)


def test_the_long_form_is_said_cell_by_cell(park: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = run(capsys, park, "--form", "long", "--language", "en")[1].splitlines()
    assert len(out) == 5
    assert "Works · boiler: Sulphur dioxide (air) 1.9 t; list: permit report; reported" in out
    assert out[3] == "Works · cave: kryptonite (air) -; list: permit report; held"
