"""park.toml may say how uncertainty is told; wrong values are named like the convention's."""

from __future__ import annotations

from pathlib import Path

import pytest

from parkkit.core.errors import ParkError
from parkkit.core.uncertainty_rule import UncertaintyRule
from parkkit.park.package import open_park
from tests.parks import write_park


def opened_with(folder: Path, section: str) -> UncertaintyRule:
    path = write_park(folder, activity=[{"amount": 1}]) / "park.toml"
    path.write_text(path.read_text(encoding="utf-8") + section, encoding="utf-8")
    return open_park(folder).about.uncertainty


def test_the_section_may_be_left_out(tmp_path: Path) -> None:
    assert opened_with(tmp_path / "p", "") == UncertaintyRule()


def test_the_section_names_the_choices(tmp_path: Path) -> None:
    section = '[uncertainty]\nfactor_distribution = "lognormal"\nseed = 4\n'
    rule = opened_with(tmp_path / "p", section + "factor_by_rank = {1 = 5, 4 = 50}\n")
    assert rule == UncertaintyRule(
        factor_distribution="lognormal", seed=4, factor_by_rank={1: 5, 4: 50}
    )


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("[uncertainty]\ndraws = 1\n", "park.toml [uncertainty]: draws takes a whole number"),
        ('[uncertainty]\nfactor_distribution = "flat"\n', "unknown factor_distribution 'flat'"),
        ("[uncertainty]\nactivity_by_rank = {best = 5}\n", "not 'best = 5'"),
        ("[uncertainty]\nspread = 5\n", "park.toml [uncertainty]: unknown choice 'spread'"),
        ("[uncertainties]\n", "unknown section 'uncertainties'. Did you mean 'uncertainty'?"),
    ],
)
def test_what_does_not_do_is_named_with_its_place(tmp_path: Path, section: str, told: str) -> None:
    with pytest.raises(ParkError) as error:
        opened_with(tmp_path / "p", section)
    assert told in str(error.value)
