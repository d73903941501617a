"""The energy of chapter 02: key figures, the picture, the balance, and what is missing for them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from parkkit.core.errors import ParkError
from parkkit.core.labels import LANGUAGES, Language
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.energy import consumption, park_energy
from parkkit.inventory.intensity import intensity
from parkkit.output import pages
from parkkit.output.chapters import energy
from parkkit.output.chapters.energy_tables import (
    balance_html,
    coal_html,
    intensity_html,
    lacking,
    physical,
)
from parkkit.output.energy_charts import energy_bars
from parkkit.output.figures import Card
from parkkit.output.pages import PageChoice
from parkkit.park.package import Park
from tests.parks import box, compiled, make_park

SETS = ("CN_PROV2025", "CN_GRID", "CN_HEAT", "CN_GBT2589", "IPCC2006")
COAL = {"amount": 1000}
GRID = {"item": "electricity", "use": "purchased", "counterpart_id": "grid", "unit": "MWh",
        "process": "power", "process_type": "", "amount": 10_000}  # fmt: skip
HEAT = {**GRID, "item": "heat", "unit": "GJ", "counterpart_id": "outside"}
B = {"enterprise_id": "B", "name_en": "Burner", "credit_code": "SYN2"}


def chosen(park: Park, language: Language = "zh", **choices: Any) -> PageChoice:
    convention = replace(park.about.convention, **choices)
    return PageChoice(park="p", year=2023, boundary="physical", language=language,
                      convention=convention)  # fmt: skip


def opened(folder: Path, **tables: Any) -> tuple[Inventory, Park, PageChoice]:
    park = make_park(folder, convention={"factor_sets": list(SETS)}, **tables)
    return compiled(park), park, chosen(park)


def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a chapter shows, in place of a page."""
    told: list[str] = []
    monkeypatch.setattr(pages, "display", lambda it: told.append(str(it.data)))
    monkeypatch.setattr(pages, "show", lambda chart: told.append("CHART"))
    return told


def cards_of(inventory: Inventory, park: Park, choice: PageChoice) -> dict[str, Card]:
    rows = intensity(inventory, park)
    rows = rows[rows["year"] == choice.year]
    return {row.name: row for row in energy.energy_cards(inventory, rows, park, choice)}


def test_the_consumption_stands_in_both_values(tmp_path: Path) -> None:
    inventory, _, choice = opened(tmp_path / "p", activity=[GRID])
    card = energy.consumed_card(inventory, choice)
    # 10 000 MWh x 0.1229 tce = 1229 tce; more coal is burnt to supply it.
    assert (card.name, card.value, card.unit) == ("综合能源消费量（当量值）", "1229", "tce")
    supplied, _ = energy.consumed(inventory, "equivalent", choice)
    assert supplied > 2500
    assert card.note == f"按等价值为 {energy.readable(supplied, 'zh', 'energy')}"


def test_the_convention_names_the_first_of_the_two_values(tmp_path: Path) -> None:
    _, park, _ = opened(tmp_path / "p", activity=[GRID])
    inventory = compiled(park, coal_equivalent="equivalent")
    card = energy.consumed_card(inventory, chosen(park, coal_equivalent="equivalent"))
    assert card.name == "综合能源消费量（等价值）"
    assert card.note == "按当量值为 1229 tce"


def test_energy_per_value_added_tells_its_price_year(tmp_path: Path) -> None:
    inventory, park, choice = opened(tmp_path / "p", activity=[GRID], economy=[{"amount": 1229}])
    card = cards_of(inventory, park, choice)["单位工业增加值能耗"]
    assert (card.value, card.unit) == ("1", "tce/万元")
    assert card.note == "按当量值计算；2020 年不变价"


def test_carbon_per_tce_is_the_headline_over_the_consumption(tmp_path: Path) -> None:
    inventory, park, choice = opened(tmp_path / "p", activity=[GRID])
    factor = inventory.emissions["emissions_t"].sum() / 1229
    card = cards_of(inventory, park, choice)["单位能耗碳排放"]
    assert float(card.value) == pytest.approx(factor, rel=1e-3)


def test_what_is_not_computable_says_what_is_missing(tmp_path: Path) -> None:
    inventory, park, choice = opened(tmp_path / "p", activity=[GRID], boundaries=[box()])
    found = cards_of(inventory, park, choice)
    assert found["单位工业增加值能耗"].value == "无法计算"
    assert "缺少：增加值" in found["单位工业增加值能耗"].note
    rows = intensity(inventory, park)
    html = intensity_html(rows[rows["year"] == 2023], park, choice)
    assert "缺少：公布面积" in html
    assert "nan" not in html


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("coke/ncv;diesel/amount", "缺少：焦炭的低位发热量、柴油的数量"),
        ("value_added/A", "缺少：甲厂的增加值"),
        ("co2e", "缺少：二氧化碳当量排放量"),
        ("ncv;amount;months;energy", "缺少：低位发热量、数量、部分月份等 4 项"),
    ],
    ids=["items", "plant", "quantity", "many"],
)
def test_lacks_are_told_by_name(missing: str, told: str) -> None:
    row = {"status": "not_computable", "missing": missing}
    assert lacking(row, {"A": "甲厂"}, "zh") == told
    assert lacking({**row, "status": "partial"}, {"A": "甲厂"}, "zh").startswith("数据不全：")


def test_a_park_without_energy_says_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inventory, park, choice = opened(tmp_path / "p", releases=[{"amount": 3}])
    told = shown(monkeypatch)
    energy.show_figures(inventory, park, choice)
    energy.show_picture(inventory, park, choice)
    energy.show_balance(inventory, park, choice)
    assert told == [
        "## 能源",
        "2023 年没有能源活动数据（activity.csv），综合能源消费量及相关指标无法计算。",
    ]


def test_no_chart_is_drawn_where_no_item_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inventory, park, choice = opened(
        tmp_path / "p", activity=[{**COAL, "amount": "", "notation": "NE"}]
    )
    told = shown(monkeypatch)
    energy.show_figures(inventory, park, choice)
    energy.show_picture(inventory, park, choice)
    energy.show_balance(inventory, park, choice)
    assert "CHART" not in told
    assert any("未作图" in text for text in told)
    assert any("缺少：数量" in text for text in told)
    with pytest.raises(ParkError, match="nothing to draw"):
        energy_bars(energy.consumed_by_item(inventory, choice), language="zh", title="", caption="")


def test_the_picture_adds_up_to_the_consumption(tmp_path: Path) -> None:
    sold = {**HEAT, "use": "sold", "amount": 1000}
    made = {**HEAT, "use": "self_generated", "counterpart_id": "A", "amount": 1000}
    inventory, _, choice = opened(tmp_path / "p", activity=[COAL, GRID, made, sold])
    table = energy.consumed_by_item(inventory, choice)
    assert table["item"].tolist() == ["electricity", "bituminous", "heat"]
    assert table["name"].tolist() == ["电力（净购入）", "烟煤（燃烧）", "热力（净售出）"]
    total = consumption(inventory)["consumed_tce"].item()
    assert table["consumed_tce"].sum() == pytest.approx(total)
    assert table["consumed_tce"].iloc[-1] < 0
    assert energy.energy_title(table, "zh").startswith("综合能源消费量 1863 tce，其中电力占")
    notes = energy_bars(table, language="zh", title="t", caption="c").to_dict()["description"]
    assert "空心条为扣减" in notes


def test_power_of_the_sun_is_told_beside_what_is_bought(tmp_path: Path) -> None:
    sun = {**GRID, "use": "self_generated", "process_type": "solar_power", "counterpart_id": "A",
           "process": "roof", "amount": 1000}  # fmt: skip
    inventory, _, choice = opened(tmp_path / "p", activity=[GRID, sun])
    assert energy.consumed_by_item(inventory, choice)["name"].tolist() == [
        "电力（净购入、风、光、水电自发）"
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_difference_inside_is_told(tmp_path: Path, language: Language) -> None:
    made = {**HEAT, "use": "self_generated", "counterpart_id": "A", "amount": 1000}
    sold = {**HEAT, "use": "sold", "counterpart_id": "B", "amount": 900}
    bought = {**HEAT, "enterprise_id": "B", "counterpart_id": "A", "amount": 890}
    inventory, _, _ = opened(
        tmp_path / "p", enterprises=[{}, B], activity=[COAL, made, sold, bought]
    )
    table = park_energy(inventory)
    html = balance_html(table, language)
    assert "−10 GJ" in html
    assert "nan" not in html
    (told,) = energy.unequal(table, language)
    assert "−10 GJ" in told


def test_equal_trade_inside_needs_no_word(tmp_path: Path) -> None:
    inventory, _, _ = opened(tmp_path / "p", activity=[COAL, GRID])
    assert energy.unequal(park_energy(inventory), "zh") == []


def test_use_that_follows_from_nothing_is_not_computable(tmp_path: Path) -> None:
    sold = {**HEAT, "use": "sold", "amount": 900}
    inventory, _, _ = opened(tmp_path / "p", activity=[COAL, sold])
    table = park_energy(inventory)
    assert balance_html(table, "zh").count("无法计算") == 1
    assert "热力（数据不全：自产量）" in coal_html(table, "zh")


def test_the_sum_of_the_table_is_the_consumption(tmp_path: Path) -> None:
    inventory, _, _ = opened(tmp_path / "p", activity=[COAL, GRID])
    html = coal_html(park_energy(inventory), "zh")
    total = consumption(inventory)["consumed_tce"].item()
    last = html.split('class="pk-sum"')[1].split("</tr>")[0]
    assert f"{energy.readable(total, 'zh', 'energy')}</td>" in last


def test_an_item_without_all_its_months_marks_the_sum(tmp_path: Path) -> None:
    months = [{**GRID, "month": month, "amount": 100} for month in range(1, 12)]
    inventory, _, _ = opened(tmp_path / "p", activity=[{**COAL, "amount": 1}, *months])
    html = coal_html(park_energy(inventory), "zh")
    assert "电力（数据不全：部分月份）" in html
    # Eleven times 100 MWh x 0.1229 tce, and the sum with the coal.
    assert "135.2 tce*" in html
    assert html.split('class="pk-sum"')[1].count("*</td>") == 4


def test_a_plant_below_zero_by_waste_is_told_why(tmp_path: Path) -> None:
    waste = {"item": "municipal_waste", "use": "treated", "process": "line", "amount": 1000,
             "process_type": "incinerator", "technology": "continuous_stoker"}  # fmt: skip
    made = {**GRID, "use": "self_generated", "counterpart_id": "A", "amount": 300}
    sold = {**GRID, "use": "sold", "amount": 200}
    inventory, park, choice = opened(tmp_path / "p", activity=[waste, made, sold])
    (told,) = energy.below_zero(inventory, park, choice)
    # 200 MWh x 0.1229 tce
    assert "Works的综合能源消费量为 −24.58 tce" in told
    assert "生活垃圾" in told


def test_a_plant_below_zero_without_waste_is_to_be_checked(tmp_path: Path) -> None:
    made = {**GRID, "use": "self_generated", "counterpart_id": "A", "amount": 300}
    sold = {**GRID, "use": "sold", "amount": 200}
    inventory, park, choice = opened(
        tmp_path / "p", enterprises=[{}, B], activity=[made, sold, {**COAL, "enterprise_id": "B"}]
    )
    (told,) = energy.below_zero(inventory, park, choice)
    assert told.startswith("Works")
    assert "可能漏填了燃料" in told


def test_a_plant_above_zero_needs_no_word(tmp_path: Path) -> None:
    inventory, park, choice = opened(tmp_path / "p", activity=[COAL, GRID])
    assert energy.below_zero(inventory, park, choice) == []


@pytest.mark.parametrize(
    ("amount", "unit", "told"),
    [(12_000, "MWh", "1200 万kWh"), (1500, "t", "1500 t"), (2.5e8, "m3", "2.5 亿m³"),
     (-1e-9, "GJ", "0 GJ"), (float("nan"), "t", "无法计算")],
)  # fmt: skip
def test_amounts_stand_in_the_units_people_use(amount: float, unit: str, told: str) -> None:
    assert physical(amount, unit, "zh") == told
