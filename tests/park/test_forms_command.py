"""The command for forms: what it says of what went where, and its exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from parkkit.cli import main
from parkkit.park.package import open_park
from tests.park.test_forms import ENERGY, PERMIT, STATISTICS, form_file, park_folder


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARKKIT_LANGUAGE", "en")


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([str(each) for each in arguments])
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


WHICH = ("--enterprise", "A", "--year", 2023)


def test_a_form_is_added_and_what_was_done_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    park, file = park_folder(tmp_path), form_file(tmp_path, ENERGY)
    status, out, err = run(capsys, "import", file, park, "--as", "energy_205_1", *WHICH)
    assert status == 0
    assert "activity.csv: 7 row(s) appended." in out
    assert "sources.csv: 1 row(s) appended." in out
    assert "Energy purchase, consumption and stock (form 205-1) imported" in out
    assert "warning: form.csv, row 12, column '购进量实物量': the purchase of '电力'" in err
    rows = open_park(park).activity
    assert set(rows["process"]) == {"Whole plant (energy return)"}


def test_every_row_not_taken_is_said_with_why(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    park, file = park_folder(tmp_path), form_file(tmp_path, STATISTICS, "form.xlsx")
    status, out, err = run(capsys, "import", file, park, "--as", "env_statistics", *WHICH,
                           "--treatment-plant", "W", "--origin", "o")  # fmt: skip
    assert status == 0
    assert "releases.csv: 14 row(s) appended." in out
    assert "activity.csv: 2 row(s) appended." in out
    assert "sources.csv" not in out
    assert "form.xlsx, row 12, column '指标名称': '月光产生量' is not known" in err


def test_a_form_with_a_problem_ends_with_1_and_writes_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    park = park_folder(tmp_path)
    file = form_file(tmp_path, [["排放口编号", "污染物", "实际排放量（桶）"], ["DA001", "SO2", 1]])
    before = sorted(path.name for path in park.iterdir())
    status, _, err = run(capsys, "import", file, park, "--as", "permit_report", *WHICH)
    assert status == 1
    assert "form.csv, row 2, column '实际排放量（桶）': 'SO2' has no unit" in err
    assert sorted(path.name for path in park.iterdir()) == before


def test_a_form_imported_twice_ends_with_1(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    park, file = park_folder(tmp_path), form_file(tmp_path, PERMIT)
    arguments = ("import", file, park, "--as", "permit_report", *WHICH)
    assert run(capsys, *arguments)[0] == 0
    before = (park / "releases.csv").read_bytes()
    status, _, err = run(capsys, *arguments)
    assert status == 1
    assert "row 4, column '污染物种类': was imported already" in err
    assert (park / "releases.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--as", "energy_205_1", "--enterprise", "Z", "--year", 2023), "unknown plant 'Z'"),
        (("--as", "energy_205"), "energy_205"),
        ((), "--boundary"),
    ],
    ids=["plant", "form", "register without a boundary"],
)
def test_a_wrong_call_ends_with_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: tuple[object, ...], said: str
) -> None:
    park, file = park_folder(tmp_path), form_file(tmp_path, ENERGY)
    status, _, err = run(capsys, "import", file, park, *arguments)
    assert status == 2
    assert said in err


def test_a_park_that_is_not_there_ends_with_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = form_file(tmp_path, ENERGY)
    status, _, err = run(capsys, "import", file, tmp_path / "no", "--as", "energy_205_1", *WHICH)
    assert status == 2
    assert "there is no park" in err
