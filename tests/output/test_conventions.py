"""What another convention does: one sentence, one picture, three figures in the picker."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from parkkit.core.convention import Convention
from parkkit.output import charts, pages
from parkkit.output.chapters import conventions
from parkkit.output.pages import PageChoice
from parkkit.park.package import Park
from tests.parks import compiled, make_park

COAL = {"amount": 1000}
POWER = {"process": "office", "process_type": "purchase", "item": "electricity", "unit": "MWh",
         "use": "purchased", "amount": 100, "counterpart_id": "grid"}  # fmt: skip


@pytest.fixture
def park(tmp_path: Path) -> Park:
    return make_park(tmp_path / "p", activity=[COAL, POWER])


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is displayed: sentences as text, charts as themselves."""
    seen: list[Any] = []
    monkeypatch.setattr(pages, "display", lambda given: seen.append(str(given.data)))
    monkeypatch.setattr(pages, "show", seen.append)
    return seen


def page(park: Park, **changed: Any) -> PageChoice:
    convention = replace(park.about.convention, **changed)
    return PageChoice(park="p", year=2023, boundary="physical", language="zh",
                      convention=convention)  # fmt: skip


def restated(park: Park, **changed: Any) -> None:
    conventions.show_restated(compiled(park, **changed), park, page(park, **changed))


def test_under_its_own_convention_a_page_says_how_to_change_it(
    park: Park, shown: list[Any]
) -> None:
    restated(park)
    assert len(shown) == 2
    assert '设置 convention 参数，如 `{"level": "enterprise"}`' in shown[1]


def test_another_convention_is_drawn_with_what_moved_the_total_most(
    park: Park, shown: list[Any]
) -> None:
    restated(park, electricity="market", gases="co2")
    _, sentence, chart = shown
    # The CH4 and N2O of 1000 t of coal weigh more than 100 MWh x (0.6096 - 0.4974) t/MWh.
    assert "影响最大的是“温室气体种类：全部温室气体（二氧化碳当量） → 仅二氧化碳”：−13" in sentence
    assert isinstance(chart, charts.alt.LayerChart)


def test_choices_that_move_nothing_draw_nothing(park: Park, shown: list[Any]) -> None:
    restated(park, coal_equivalent="equivalent")
    assert len(shown) == 2
    assert "所改的选择不影响总量" in shown[1]


def figures(html: str) -> list[str]:
    return re.findall(r'pk-value[^"]*">([^<]*)', html)


def effect(park: Park, other: Convention) -> str:
    choice = page(park)
    return conventions.effect_html(
        choice, conventions.total_of(compiled(park), park, choice), other
    )  # fmt: skip


def test_the_picker_shows_the_total_and_the_largest_step(park: Park) -> None:
    own = park.about.convention
    html = effect(park, replace(own, electricity="market", coal_equivalent="equivalent"))
    total, difference, largest = figures(html)
    assert difference == largest == "+11.22"  # 100 MWh x (0.6096 - 0.4974) t/MWh
    assert "外购电力核算方法：基于位置法 → 基于市场法" in html


def test_the_same_convention_has_a_total_and_no_difference(park: Park) -> None:
    html = effect(park, park.about.convention)
    assert len(figures(html)) == 1
    assert "与本页的核算约定相同" in html


def test_a_convention_is_compiled_once(park: Park, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Convention] = []
    real: Callable[..., Any] = conventions.compile_inventory

    def counting(*given: Any, convention: Convention, **named: Any) -> Any:
        asked.append(convention)
        return real(*given, convention=convention, **named)

    inventory, choice = compiled(park), page(park)
    monkeypatch.setattr(conventions, "compile_inventory", counting)
    told = conventions.total_of(inventory, park, choice)
    own = park.about.convention
    for other in (own, replace(own, gwp="AR6"), replace(own, gwp="AR6"), own):
        conventions.effect_html(choice, told, other)
    assert asked == [replace(own, gwp="AR6")]
