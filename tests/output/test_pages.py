"""What pages say of names and addresses: as text, never as markup."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from parkkit.core.errors import ParkError
from parkkit.output import pages
from tests.parks import make_park, write_park

COAL = {"amount": 10}
EVIL = "<img src=x onerror=alert(1)> [a](javascript:alert(2)) **b**"
ASKED: dict[str, Any] = {"park": "langang", "year": 2023, "boundary": "physical",
                         "language": "en", "convention": {}}  # fmt: skip


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is displayed, as its source."""
    texts: list[str] = []
    monkeypatch.setattr(pages, "display", lambda given: texts.append(str(given.data)))
    return texts


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """A page whose address asks for what is put in here, over the parks of ``tmp_path``."""
    asked: dict[str, str] = {}
    monkeypatch.setenv("PARKKIT_PARKS", str(tmp_path))
    monkeypatch.setattr(pages, "page_query", lambda: asked)
    monkeypatch.setattr(pages, "is_page", lambda: True)
    return asked


def test_the_name_of_a_park_is_no_markup(tmp_path: Path, shown: list[str]) -> None:
    names = {"name_zh": EVIL, "name_en": EVIL}
    park = make_park(tmp_path / "p", activity=[COAL], about=names)
    choice = pages.PageChoice(park="p", year=2023, boundary="physical", language="en",
                              convention=park.about.convention)  # fmt: skip
    pages.title("02_inventory", choice, park)
    assert "alert" in shown[0]
    assert not {"<img", "](", "**b"} & {mark for mark in ("<img", "](", "**b") if mark in shown[0]}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"park": "../.."}, "is not the name of a park folder"),
        ({"park": "nowhere"}, "no park &#x27;nowhere&#x27;"),
        ({"year": "abc"}, "unknown year &#x27;abc&#x27;"),
        ({"boundary": "x"}, "unknown boundary &#x27;x&#x27;"),
        ({"year": EVIL}, "&lt;img"),
    ],
)
def test_a_wrong_address_is_answered_with_the_parks_there_are(
    tmp_path: Path, shown: list[str], page: dict[str, str], asked: dict[str, str], said: str
) -> None:
    write_park(tmp_path / "mine", activity=[COAL])
    page.update({"lang": "en", **asked})
    with pytest.raises(ParkError):
        pages.open_page(**ASKED)
    assert said in shown[0]
    assert "<img" not in shown[0]
    assert '<a href="00_home.ipynb?park=mine&amp;lang=en">mine</a>' in shown[0]


def test_a_language_nobody_speaks_is_refused_in_chinese(
    tmp_path: Path, shown: list[str], page: dict[str, str]
) -> None:
    write_park(tmp_path / "mine", activity=[COAL])
    page.update({"lang": "fr"})
    with pytest.raises(ParkError):
        pages.open_page(**ASKED)
    assert "未知的语言：“fr”" in shown[0]


def test_a_site_without_the_sample_park_opens_on_its_own_first_park(
    tmp_path: Path, page: dict[str, str]
) -> None:
    write_park(tmp_path / "mine", activity=[COAL])
    assert pages.open_page(**ASKED)[0].park == "mine"
