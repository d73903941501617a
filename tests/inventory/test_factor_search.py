"""The factors searched, in Python and on the command line."""

from __future__ import annotations

import json

import pytest

from parkkit.cli import main
from parkkit.core.errors import ParkError
from parkkit.inventory.factors import factors


def test_names_people_use_find_an_item_and_its_group() -> None:
    by_name = factors(item="烟煤", species="SO2")
    assert set(by_name["item"]) == {"coal"}
    assert "CN_CENSUS2/coal/stoker/so2" in by_name["factor_id"].tolist()


def test_a_word_is_looked_for_in_ids_and_sources() -> None:
    zhejiang = factors("330000")
    assert zhejiang["value"].tolist() == [0.5422, 0.5153, 0.4974]


def test_a_search_that_fits_nothing_is_empty() -> None:
    assert len(factors("unobtainium")) == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [({"item": "gold"}, "unknown items 'gold'"), ({"factor_set": "CN_NDRC25"}, "CN_NDRC24")],
)
def test_an_unknown_name_is_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(ParkError, match=said):
        factors(**given)


def test_the_command_prints_value_unit_and_mark(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["factors", "--item", "heat", "--set", "CN_HEAT", "--language", "en"])
    out = capsys.readouterr().out
    assert out.startswith("CN_HEAT/default: 0.11 t/GJ; seen in a public copy; NDRC guidelines")
    assert out.endswith("1 factor(s).\n")


def test_the_command_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["factors", "--set", "CN_HEAT", "--json"])
    assert json.loads(capsys.readouterr().out)[0]["value"] == 0.11
