"""Overlap: which part a whole holds, and what the ledger says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.parks import compiled, make_park


@pytest.mark.parametrize(
    ("part", "whole", "marked"),
    [({"process": "a"}, {"process": "a"}, "lead_compounds"),
     ({"process": "a"}, {"process": "b"}, ""), ({"process": "a"}, {}, "lead_compounds"),
     ({"process": "a", "amount": 4}, {"process": "a"}, ""),
     ({"process": "a"}, {"process": "a", "amount": 0}, "")],
    ids=["one process", "two processes", "the plant", "above it", "of nothing"],
)  # fmt: skip
def test_the_ledger_tells_a_part_only_beside_the_whole_that_holds_it(
    tmp_path: Path, part: dict[str, Any], whole: dict[str, Any], marked: str
) -> None:
    rows = [{"amount": 2, **part, "species": "lead"},
            {"amount": 3, **whole, "species": "lead_compounds"}]  # fmt: skip
    found = compiled(make_park(tmp_path / "p", releases=rows))
    told = dict(zip(found.emissions["species"], found.emissions["part_of"], strict=True))
    assert told == {"lead": marked, "lead_compounds": ""}
    memos = found.ledger[found.ledger["reason"] == "part_of_other_species"]
    assert memos["species"].tolist() == (["lead"] if marked else [])
