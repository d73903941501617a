"""The lists of chapter 02: which differ on a source, by how much, and what it may mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from parkkit.core.labels import LANGUAGES, Language
from parkkit.output import pages
from parkkit.output.chapters import lists
from parkkit.output.pages import PageChoice
from parkkit.park.package import Park
from tests.parks import compiled, make_park

COAL = {"amount": 1000}
STATISTICS = {"list": "statistics", "data_rank": 3}


def chosen(park: Park, language: Language = "zh", **about: Any) -> PageChoice:
    return PageChoice(park="p", year=2023, boundary="physical", language=language,
                      convention=park.about.convention)  # fmt: skip


def html_of(folder: Path, language: Language = "zh", **tables: Any) -> str:
    park = make_park(folder, **tables)
    return lists.lists_html(compiled(park), park, chosen(park, language))


def two_lists(taken: float, other: float, **row: Any) -> list[dict[str, Any]]:
    """A permit report, and statistics of a worse rank, of one species of the boiler."""
    first = {"process": "boiler", **row}
    return [{"amount": taken, **first}, {"amount": other, **STATISTICS, **first}]


def test_a_difference_tells_both_lists_and_its_size(tmp_path: Path) -> None:
    html = html_of(tmp_path / "p", releases=two_lists(100, 110))
    assert "<b>Works</b><br>boiler：二氧化硫（大气）" in html
    assert "100 t<br>排污许可执行报告" in html
    assert "110 t<br>环境统计" in html
    assert "+10%" in html
    assert "请向企业或主管部门核实以哪一份为准" in html


def test_a_value_of_the_whole_plant_says_so(tmp_path: Path) -> None:
    plant = two_lists(5, 6, process="", species="nox")
    html = html_of(tmp_path / "p", releases=[*two_lists(3, 4), *plant])
    assert "全厂：氮氧化物（大气）" in html


def test_lists_that_agree_are_counted_and_not_listed(tmp_path: Path) -> None:
    html = html_of(tmp_path / "p", releases=two_lists(100, 100.9))
    assert "共比对 1 组：相差不超过 1% 的 1 组，超过 1% 的 0 组" in html
    assert "<table" not in html


def test_the_largest_difference_in_tonnes_comes_first(tmp_path: Path) -> None:
    releases = [*two_lists(1, 2), *two_lists(1000, 1100, species="nox")]
    html = html_of(tmp_path / "p", releases=releases)
    assert html.index("氮氧化物") < html.index("二氧化硫")


@pytest.mark.parametrize(
    ("share", "verdict", "why"),
    [
        (2.0, "清单值大于核算值", "可能漏填了燃料或生产活动"),
        (0.5, "清单值小于核算值", "含碳较少的其他燃料"),
    ],
    ids=["larger", "smaller"],
)
def test_a_list_against_the_calculation_says_what_it_may_mean(
    tmp_path: Path, share: float, verdict: str, why: str
) -> None:
    own = compiled(make_park(tmp_path / "own", activity=[COAL])).emissions
    co2 = float(own.loc[own["species"] == "co2", "emissions_t"].sum())
    html = html_of(
        tmp_path / "p",
        activity=[COAL],
        releases=[{"species": "co2", "amount": share * co2, "data_rank": 1, "process": "boiler"}],
    )
    assert verdict in html
    assert why in html
    assert "核算值" in html


def test_no_more_than_thirty_are_listed_and_the_rest_is_counted(tmp_path: Path) -> None:
    plants = [{"enterprise_id": f"P{n:02d}", "credit_code": f"SYN{n}"} for n in range(33)]
    releases = [
        row for plant in plants for row in two_lists(10, 12, enterprise_id=plant["enterprise_id"])
    ]
    html = html_of(tmp_path / "p", enterprises=plants, releases=releases)
    assert html.count("pk-pair'") == lists.MOST
    assert "另有 3 组相差较小或无法比较，未列出" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_park_with_one_list_says_one_sentence(tmp_path: Path, language: Language) -> None:
    html = html_of(tmp_path / "p", language, releases=[{"amount": 3}])
    assert html.startswith("<p>")
    assert html.count("<") == 2
    assert "2023" in html


def test_a_name_is_text_not_markup(tmp_path: Path) -> None:
    html = html_of(tmp_path / "p", enterprises=[{"name_en": "<i>W"}], releases=two_lists(1, 2))
    assert "<i>W" not in html
    assert "&lt;i&gt;W" in html


@pytest.mark.parametrize(
    ("method", "told"),
    [("location", False), ("market", True), ("fossil_except_green", True)],
)
def test_a_caption_names_the_electricity_method_where_it_is_not_location(
    tmp_path: Path, method: str, told: bool
) -> None:
    park = make_park(tmp_path / "p", convention={"electricity": method}, activity=[COAL])
    text = pages.caption(chosen(park), park)
    assert ("电力" in text) is told


def test_a_caption_without_purchased_power_names_no_method(tmp_path: Path) -> None:
    convention = {"electricity": "market", "scopes": [1]}
    park = make_park(tmp_path / "p", convention=convention, activity=[COAL])
    assert "市场法" not in pages.caption(chosen(park), park)
