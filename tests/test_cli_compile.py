"""The first line of a compilation: what the total is, and whether it is all of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from parkkit.cli import main
from tests.parks import write_park

OFFICE = {"process": "office", "process_type": "purchase", "item": "electricity", "unit": "MWh",
          "use": "purchased", "counterpart_id": "grid", "amount": 100}  # fmt: skip


def lines(capsys: pytest.CaptureFixture[str], park: Path, *more: str) -> list[str]:
    main_arguments = ["compile", str(park), "--language", "en", *more]
    with pytest.raises(SystemExit) as ended:
        main(main_arguments)
    assert not ended.value.code
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("item", "is_partial"), [("raw_coal", True), ("bituminous", False)], ids=["partial", "whole"]
)
def test_the_first_line_says_whether_the_total_is_partial(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], item: str, is_partial: bool
) -> None:
    coal = {"item": item, "amount": 10, "process_type": ""}
    sets = {"factor_sets": ["CN_NDRC24", "CN_GRID"]}
    park = write_park(tmp_path / "p", activity=[coal, OFFICE], convention=sets)
    told = lines(capsys, park)
    assert told[0].startswith("Greenhouse-gas emissions (2023): ")
    assert ("(partial: " in told[0]) is is_partial
    gap = [line for line in told if line.startswith("  incomplete: A/boiler (raw_coal)")]
    assert bool(gap) is is_partial
    assert not is_partial or "co2" in gap[0]
    headline = json.loads("\n".join(lines(capsys, park, "--json")))["headline"]
    assert headline["status"] == ("partial" if is_partial else "computed")
