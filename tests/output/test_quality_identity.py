"""Page 05, who is who: the pairs of a park, open ones first, with both sides of the evidence."""

from __future__ import annotations

from pathlib import Path

import pytest

from parkkit.core.labels import Language
from parkkit.output.chapters.quality_identity import MOST, identity_html
from parkkit.output.page_choice import PageChoice
from parkkit.park.package import as_listed
from tests.parks import INSIDE, write_park

EVIL = "<img src=x onerror=alert(1)>"


def html_of(folder: Path, language: Language = "en") -> str:
    park = as_listed(folder)
    choice = PageChoice(park="p", year=2023, boundary="physical", language=language,
                        convention=park.about.convention)  # fmt: skip
    return identity_html(park, choice)


def plants(count: int, name: str = "Harbour Steel") -> list[dict[str, object]]:
    return [{"enterprise_id": f"P{number:02d}", "name_zh": f"港钢{number}", "name_en": name,
             "credit_code": "", **INSIDE} for number in range(count)]  # fmt: skip


def test_open_pairs_stand_before_settled_ones_and_names_are_no_markup(tmp_path: Path) -> None:
    same = {
        "left_list": "enterprises",
        "left_id": "P00",
        "right_list": "enterprises",
        "right_id": "P01",
        "verdict": "same",
        "by": "M",
        "on": "2025-01-01",
        "why": "seen",
    }
    folder = write_park(tmp_path / "p", enterprises=plants(3, EVIL), activity=[
        {"enterprise_id": "P00", "amount": 1}], same_as=[same])  # fmt: skip
    told = html_of(folder)
    assert "2 pair(s) open, 1 settled as the same plant, 0 settled as different" in told
    assert told.index(">Open<") < told.index(">Same<")
    assert "<img" not in told
    assert "&lt;img" in told
    assert "For: same name after company forms" in told


@pytest.mark.parametrize(("language", "name"), [("zh", "港钢0"), ("en", "Harbour Steel")])
def test_plants_are_named_in_the_language_of_the_page(
    tmp_path: Path, language: Language, name: str
) -> None:
    folder = write_park(tmp_path / "p", enterprises=plants(2), activity=[
        {"enterprise_id": "P00", "amount": 1}])  # fmt: skip
    assert f"<b>{name}</b> P00" in html_of(folder, language)


def test_what_does_not_fit_is_counted(tmp_path: Path) -> None:
    folder = write_park(tmp_path / "p", enterprises=plants(8), activity=[
        {"enterprise_id": "P00", "amount": 1}])  # fmt: skip
    told = html_of(folder)
    assert told.count("<tr><td>") == MOST
    assert "8 more pair(s) are not shown" in told
