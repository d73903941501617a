"""What pages say of names and addresses: as text, never as markup."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from parkkit.core.errors import ParkError
from parkkit.core.labels import Language
from parkkit.inventory.compilation import compile_inventory
from parkkit.output import pages
from parkkit.output.chapters.conventions import total_of
from parkkit.output.chapters.inventory import key_figures
from parkkit.output.page_choice import PageChoice, chosen_part
from parkkit.park.package import Park
from tests.parks import box, make_park, write_park

COAL = {"amount": 10}
EVIL = "<img src=x onerror=alert(1)> [a](javascript:alert(2)) **b**"
ASKED: dict[str, Any] = {"park": "langang", "year": 2023, "boundary": "physical",
                         "language": "en", "convention": {}}  # fmt: skip
HALF = (120.0, 30.0, 120.06, 30.1)
EAST, ODD = "东区（一期）", "<b>A&B</b> $x$\n[1]"
PARTS = [box(), box("approved"), box(part=EAST, edges=HALF), box(part=ODD, edges=HALF)]


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


def test_what_a_later_cell_refuses_is_said_on_the_page_as_well(
    page: dict[str, str], shown: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Shell:
        traced: list[object] = []

        def set_custom_exc(self, kinds: tuple[type, ...], told: Any) -> None:
            self.kinds, self.told = kinds, told

        def showtraceback(self, given: tuple[object, ...], tb_offset: int | None) -> None:
            self.traced.append(given[1])

    shell = Shell()
    monkeypatch.setattr(pages, "get_ipython", lambda: shell)
    write_park(tmp_path / "langang", activity=[COAL])
    page["lang"] = "zh"
    pages.open_page(**{**ASKED, "boundary": None})
    assert shell.kinds == (ParkError,)
    error = ParkError("no_parks_folder", given="<b>")
    shell.told(shell, ParkError, error, None)
    assert "&lt;b&gt;" in shown[-1]
    assert "首页" in shown[-1]
    assert shell.traced == [error]


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


@pytest.fixture
def parted(tmp_path: Path) -> Park:
    """A park with two parts within its physical boundary, one of a name that is hard to show."""
    return make_park(tmp_path / "mine", activity=[COAL], boundaries=PARTS)


def choice_of(park: Park, part: str, language: Language = "zh") -> PageChoice:
    return PageChoice(park="mine", year=2023, boundary="physical", language=language, part=part,
                      convention=park.about.convention)  # fmt: skip


@pytest.mark.parametrize("given", [EAST, "东区(一期)", " 东区 (一期)\n"])
def test_a_part_is_known_in_either_width_and_spelt_as_the_park_spells_it(
    parted: Park, given: str
) -> None:
    assert chosen_part(given, parted, "physical") == EAST


def test_the_whole_is_no_part(parted: Park) -> None:
    assert chosen_part(" ", parted, "approved") == ""


@pytest.mark.parametrize(
    ("given", "boundary", "said"),
    [
        ("西区", "physical", "unknown part of the park '西区'.*Known: .*东区（一期）"),
        (EAST, "approved", "not drawn within the boundary of type 'approved'; it is for: physical"),
    ],
)
def test_an_unknown_part_is_refused_with_the_known_ones(
    parted: Park, given: str, boundary: str, said: str
) -> None:
    with pytest.raises(ParkError, match=f"(?s){said}"):
        chosen_part(given, parted, boundary)


def test_a_park_without_parts_says_so(tmp_path: Path) -> None:
    park = make_park(tmp_path / "p", activity=[COAL])
    with pytest.raises(ParkError, match="no part is drawn in park 'tiny'"):
        chosen_part("东区", park, "physical")


def test_the_address_names_the_part(parted: Park, page: dict[str, str]) -> None:
    page.update({"park": "mine", "part": "东区(一期)"})
    assert pages.open_page(**ASKED)[0].part == EAST


def test_the_part_of_the_parameters_counts_where_the_address_names_no_park(
    parted: Park, page: dict[str, str]
) -> None:
    given = {**ASKED, "park": "mine", "part": EAST}
    assert pages.open_page(**given)[0].part == EAST
    # The picker names the park always, and no part for the whole.
    page.update({"park": "mine"})
    assert pages.open_page(**given)[0].part == ""


def test_a_wrong_part_of_an_address_is_answered_as_text(
    parted: Park, page: dict[str, str], shown: list[str]
) -> None:
    page.update({"park": "mine", "part": EVIL, "lang": "en"})
    with pytest.raises(ParkError):
        pages.open_page(**ASKED)
    assert "unknown part of the park &#x27;&lt;img" in shown[0]
    assert "<img" not in shown[0]


def test_the_title_names_park_and_part(parted: Park, shown: list[str]) -> None:
    pages.title("02_inventory", choice_of(parted, EAST), parted)
    assert "小园区（合成数据） · 东区（一期）** · 2023 年 · 物理边界" in shown[0]


def test_the_name_of_a_part_is_no_markup(parted: Park, shown: list[str]) -> None:
    pages.title("02_inventory", choice_of(parted, ODD), parted)
    line = shown[0].splitlines()[2]
    assert "&#60;b&#62;A&#38;B&#60;/b&#62; &#36;x&#36; &#91;1&#93;</span>** · 2023" in line


def test_nothing_that_is_shown_is_read_as_a_formula(shown: list[str]) -> None:
    pages.show_html("costs $1 to $2")
    assert shown == ['<div class="mathjax_ignore">costs $1 to $2</div>']
    assert pages.plain("\\(x\\)").startswith('<span class="mathjax_ignore">')


@pytest.mark.parametrize(
    ("language", "start"),
    [
        ("zh", "东区（一期）（物理边界）；2023 年；"),
        ("en", "东区（一期） (physical boundary); 2023; "),
    ],
)
def test_the_caption_names_the_part(parted: Park, language: Language, start: str) -> None:
    assert pages.caption(choice_of(parted, EAST, language), parted).startswith(start)


def test_another_convention_is_tried_on_the_part_too(tmp_path: Path) -> None:
    far = {"enterprise_id": "B", "lon": 120.09, "lat": 30.05}
    rows = [COAL, {**COAL, "enterprise_id": "B"}]
    park = make_park(tmp_path / "p", enterprises=[{}, far], activity=rows, boundaries=PARTS)
    convention = park.about.convention
    whole, part = (
        compile_inventory(park, boundary_type="physical", part=name, convention=convention)
        for name in ("", EAST)
    )
    told = total_of(part, park, choice_of(park, EAST))
    other = replace(convention, gwp="AR6")
    # Two plants burn the same coal; one of them stands in the part.
    all_told = total_of(whole, park, choice_of(park, ""))
    assert told(other)[0] == pytest.approx(all_told(other)[0] / 2)
    assert told(convention)[0] == pytest.approx(all_told(convention)[0] / 2)


def test_emissions_by_area_are_by_the_area_of_the_part(parted: Park) -> None:
    convention = parted.about.convention
    per_area = {}
    for name in ("", EAST):
        inventory = compile_inventory(
            parted, boundary_type="physical", part=name, convention=convention
        )
        cards = key_figures(inventory, parted, choice_of(parted, name, "en"))
        per_area[name] = float(cards[-1].value)
    # The one plant is in both, and the part is 0.6 of the whole.
    assert per_area[EAST] == pytest.approx(per_area[""] / 0.6, rel=1e-3)


def test_the_caption_of_the_whole_names_no_part(parted: Park) -> None:
    assert pages.caption(choice_of(parted, ""), parted).startswith("物理边界；2023 年；")
