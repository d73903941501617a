"""Who is who on the command line: told, settled, taken back, and refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from parkkit.commands.identities import listed_key
from parkkit.core.errors import ParkError
from parkkit.park.reading import read_table
from tests.parks import INSIDE, write_park
from tests.test_cli_boundary import run

PLANTS = [
    {"enterprise_id": "A", "name_en": "Harbour Steel Works", "credit_code": "", **INSIDE},
    {"enterprise_id": "B", "name_en": "Harbour Steel Works Ltd", "credit_code": "", **INSIDE},
]
NAMED = ["--by", "M", "--why", "seen"]


@pytest.fixture
def park(tmp_path: Path) -> Path:
    rows = [{"enterprise_id": name, "amount": 10} for name in "AB"]
    return write_park(tmp_path / "mine", enterprises=PLANTS, activity=rows)


def test_a_pair_is_told_with_its_evidence_and_nothing_is_written(
    park: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path.name: path.read_bytes() for path in park.iterdir()}
    status, said, _ = run(capsys, "identity", park)
    assert status == 0
    assert "Harbour Steel Works (enterprises:A) | Harbour Steel Works Ltd (enterprises:B)" in said
    assert "for: same name after company forms" in said
    assert "Open; by: names agree" in said
    assert {path.name: path.read_bytes() for path in park.iterdir()} == before


def test_a_pair_is_settled_and_taken_back(park: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "identity", park, "--same", "A", "enterprises:B", *NAMED)[0] == 0
    told = json.loads(run(capsys, "identity", park, "--json")[1])
    assert [(row["left_id"], row["right_id"], row["verdict"]) for row in told] == [
        ("A", "B", "same")
    ]
    assert run(capsys, "identity", park, "--withdraw", "A", "B", *NAMED)[0] == 0
    told = json.loads(run(capsys, "identity", park, "--json")[1])
    assert [row["verdict"] for row in told] == [""]
    rows, _ = read_table(park, "same_as")
    assert rows["verdict"].tolist() == ["same", "withdrawn"]


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [(["--same", "A", "B", "--why", "seen"], 1, "by is blank"),
     (["--same", "A", "Z", *NAMED], 2, "no id 'Z'"),
     (["--same", ":A", "B", *NAMED], 2, "not LIST:ID"),
     (["--withdraw", "A", "B", *NAMED], 1, "nothing to withdraw"),
     (["--same", "A", "B", "--different", "A", "B", *NAMED], 2, "at a time"),
     (["--threshold", "0"], 2, "threshold")],
)  # fmt: skip
def test_what_settles_nothing_is_refused_and_not_written(
    park: Path, capsys: pytest.CaptureFixture[str], asked: list[str], status: int, said: str
) -> None:
    ended, _, told = run(capsys, "identity", park, *asked)
    assert (ended, said in told) == (status, True), told
    assert read_table(park, "same_as")[0].empty


def test_a_park_without_any_pair_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = write_park(tmp_path / "mine", enterprises=PLANTS[:1], activity=[{"amount": 10}])
    assert "no two listings look like one plant" in run(capsys, "identity", alone)[1]


def test_a_key_without_an_id_is_refused() -> None:
    with pytest.raises(ParkError, match="LIST:ID"):
        listed_key("NEI:")
