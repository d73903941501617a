"""The pollution of chapter 02: air, water and waste, with what is missing for each."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parkkit.core.labels import LANGUAGES, Language
from parkkit.inventory.compilation import Inventory
from parkkit.inventory.intensity import POLLUTANTS, intensity
from parkkit.output import pages
from parkkit.output.chapters import pollution
from parkkit.output.chapters.inventory import gas_table
from parkkit.output.chapters.pollution_amounts import air_table, water_table
from parkkit.output.chapters.pollution_tables import intensity_html
from parkkit.output.chapters.pollution_waste import (
    lacking_plants,
    waste_fates,
    waste_html,
    waste_rows,
    waste_title,
)
from parkkit.output.pages import PageChoice
from parkkit.park.package import Park, open_park
from tests.parks import OUTSIDE, box, compiled, make_park

LANGANG = Path(__file__).parents[2] / "sample_parks" / "langang"
PLANTS = [
    {"enterprise_id": "A"},
    {"enterprise_id": "B", "name_en": "Burner", "credit_code": "SYN2"},
    {"enterprise_id": "W", "name_en": "Plant W", "credit_code": "SYN3", "role": "wastewater"},
]
MADE = {"amount_kind": "generated", "destination": ""}
TO_W = {"destination": "treatment_plant", "counterpart_id": "W"}
WATER = {"item": "fresh_water", "use": "water_withdrawn", "unit": "m3", "process_type": "",
         "process": "water"}  # fmt: skip
REUSED = {**WATER, "item": "reused_water", "use": "water_reused"}
SEWAGE = {**WATER, "item": "wastewater", "use": "wastewater_sent", "counterpart_id": "W"}
SHOWS = (pollution.show_air, pollution.show_water, pollution.show_waste_picture,
         pollution.show_waste, pollution.show_intensities)  # fmt: skip


@pytest.fixture(scope="module")
def langang() -> tuple[Inventory, Park]:
    park = open_park(LANGANG)
    return compiled(park), park


def chosen(park: Park, language: Language = "zh") -> PageChoice:
    return PageChoice(park="p", year=2023, boundary="physical", language=language,
                      convention=park.about.convention)  # fmt: skip


def opened(folder: Path, **tables: Any) -> tuple[Inventory, Park, PageChoice]:
    park = make_park(folder / "p", **{"enterprises": PLANTS, **tables})
    return compiled(park), park, chosen(park)


def release(species: str, amount: object, **told: Any) -> dict[str, Any]:
    medium = {"cod": "water", "nh3_n": "water", "tn": "water"}.get(species, "air")
    return {"species": species, "medium": medium, "amount": amount, **told}


def solid(amount: object, destination: str = "", **told: Any) -> dict[str, Any]:
    kind = {"destination": destination} if destination else MADE
    return {"species": "general_solid_waste", "medium": "waste", "amount": amount,
            "list": "statistics", **kind, **told}  # fmt: skip


def shown(
    monkeypatch: pytest.MonkeyPatch, inventory: Inventory, park: Park, choice: PageChoice
) -> str:
    """What all of the chapter's cells show, in place of a page."""
    told: list[str] = []
    monkeypatch.setattr(pages, "display", lambda it: told.append(str(it.data)))
    monkeypatch.setattr(pages, "show", lambda chart: told.append("<i>CHART</i>"))
    for show in SHOWS:
        show(inventory, park, choice)
    return "\n".join(told)


def words(html: str) -> str:
    """The text of a piece of HTML, without its styles."""
    return re.sub(r"<[^>]+>", "\n", re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL))


def cells(html: str, name: str) -> list[str]:
    """The cells of the row that begins with a name."""
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in html.split("<tr")]
    return next(row for row in rows if row and row[0] == name)


def of(table: pd.DataFrame, species: str) -> pd.Series:
    return table.set_index("species").loc[species]


def test_control_is_one_less_released_over_generated(tmp_path: Path) -> None:
    rows = [release("so2", 100, **MADE), release("so2", 20)]
    inventory, _, choice = opened(tmp_path, releases=rows)
    table = air_table(inventory, choice)
    assert of(table, "so2")["control_share"] == pytest.approx(0.8)
    html = pollution.air_html(table, choice)
    # 20 t x 1000 / 0.95 kg
    assert cells(html, "二氧化硫") == [
        "二氧化硫", "100 t", "20 t", "80%", "0.95", "2.105 万", "排污许可执行报告"
    ]  # fmt: skip
    assert "产生量只在" not in html


def test_control_is_not_told_where_a_source_does_not_tell_what_it_generated(tmp_path: Path) -> None:
    rows = [release("so2", 100, **MADE), release("so2", 20),
            release("so2", 5, enterprise_id="B"), release("nox", 9, **MADE),
            release("nox", 9)]  # fmt: skip
    inventory, _, choice = opened(tmp_path, releases=rows)
    table = air_table(inventory, choice)
    assert pd.isna(of(table, "so2")["generated_t"])
    html = pollution.air_html(table, choice)
    assert cells(html, "二氧化硫")[1:4] == ["无法计算", "25 t", "无法计算"]
    assert cells(html, "氮氧化物")[3] == "0%"
    assert "二氧化硫 1/2 个" in html


def test_columns_that_nobody_could_fill_are_told_in_a_line(tmp_path: Path) -> None:
    inventory, _, choice = opened(tmp_path, releases=[release("so2", 20)])
    html = pollution.air_html(air_table(inventory, choice), choice)
    assert "去除率" not in html.split("</thead>")[0]
    assert "产生量和去除率：2023 年没有一种污染物" in html


def test_what_is_partial_is_marked_with_what_it_lacks(tmp_path: Path) -> None:
    rows = [release("so2", 20), release("so2", "", notation="NE", enterprise_id="B")]
    inventory, _, choice = opened(tmp_path, releases=rows)
    html = pollution.air_html(air_table(inventory, choice), choice)
    assert cells(html, "二氧化硫")[1:4] == ["20 t*", "0.95", "2.105 万*"]
    assert "二氧化硫的数据不全，缺少：数量" in html


def test_a_convention_stands_in_a_column_of_its_own_and_in_no_sum(tmp_path: Path) -> None:
    rows = [release("so2", 19), release("nox", 9.5), release("voc", 9.5)]
    inventory, _, choice = opened(tmp_path, releases=rows)
    table = air_table(inventory, choice)
    html = pollution.air_html(table, choice)
    assert cells(html, "挥发性有机物")[2:5] == ["—", "—", "1 万"]
    assert cells(html, "氮氧化物")[2:5] == ["0.95", "1 万", "—"]
    # 19 t and 9.5 t at 0.95 kg, without the VOCs.
    assert cells(html, "合计") == ["合计", "", "", "3 万", "", ""]
    assert "挥发性有机物没有法定当量数：法律未规定当量值。" in html
    told = pollution.convention_html(table, "zh")
    assert "挥发性有机物 0.95 kg；惯用值，未经原文核实" in told
    assert "任何时候都不相加" in told


def test_a_park_without_conventional_pollutants_says_nothing_of_conventions(tmp_path: Path) -> None:
    inventory, _, choice = opened(tmp_path, releases=[release("so2", 19)])
    table = air_table(inventory, choice)
    assert pollution.convention_html(table, "zh") == ""
    assert "约定" not in pollution.air_html(table, choice)


def test_dust_of_combustion_and_of_process_shows_both_values(tmp_path: Path) -> None:
    rows = [release("pm", 2.18, process="boiler"), release("pm", 4, process="kiln")]
    coal = {"amount": 1}
    kiln = {"process": "kiln", "process_type": "cement_kiln", "item": "clinker",
            "use": "process_output", "amount": 1}  # fmt: skip
    inventory, _, choice = opened(tmp_path, releases=rows, activity=[coal, kiln])
    row = of(air_table(inventory, choice), "pm")
    assert row["kg"] == "4、2.18"
    assert row["equivalents"] == pytest.approx(2000)


def test_what_is_sent_to_the_parks_plant_counts_once_at_its_outlet(tmp_path: Path) -> None:
    rows = [release("cod", 100, **MADE), release("cod", 60, **TO_W),
            release("cod", 6, enterprise_id="W")]  # fmt: skip
    inventory, park, choice = opened(tmp_path, releases=rows)
    table = water_table(inventory, choice)
    html = pollution.water_html(table, park, choice)
    assert cells(html, "化学需氧量")[:5] == ["化学需氧量", "100 t", "60 t", "6 t", "94%"]
    (told,) = pollution.sent_told(table, "zh")
    assert "化学需氧量 60 t" in told
    assert "只在该厂出水口计一次" in told


def test_what_is_sent_outside_is_not_called_removed(tmp_path: Path) -> None:
    rows = [release("cod", 100, **MADE), release("cod", 60, **TO_W), release("cod", 10)]
    plants = [*PLANTS[:2], {**PLANTS[2], **OUTSIDE}]
    inventory, _, choice = opened(tmp_path, enterprises=plants, releases=rows)
    table = water_table(inventory, choice)
    assert of(table, "cod")["control_share"] == pytest.approx(0.3)
    (told,) = pollution.sent_told(table, "zh")
    assert told == "送园区外处理的（化学需氧量 60 t）不在园区排放量内。"


def test_a_pollutant_nobody_told_the_generation_of_names_the_plants(tmp_path: Path) -> None:
    rows = [release("cod", 60, **TO_W), release("cod", 6, enterprise_id="W")]
    inventory, park, choice = opened(tmp_path, releases=rows)
    html = pollution.water_html(water_table(inventory, choice), park, choice)
    assert cells(html, "化学需氧量")[1:4] == ["无法计算", "60 t", "6 t"]
    assert "没有产生量数据的企业：化学需氧量：Works" in html


def test_what_one_of_two_plants_generated_is_not_the_parks(tmp_path: Path) -> None:
    rows = [release("cod", 100, **MADE), release("cod", 60), release("cod", 9, enterprise_id="B")]
    inventory, park, choice = opened(tmp_path, releases=rows)
    html = pollution.water_html(water_table(inventory, choice), park, choice)
    assert cells(html, "化学需氧量")[1:4] == ["无法计算", "—", "69 t"]
    assert "没有产生量数据的企业：化学需氧量：Burner" in html


def test_the_cards_tell_the_water_and_where_the_wastewater_goes(tmp_path: Path) -> None:
    none = {"enterprise_id": "W", "amount": "", "notation": "NO"}
    activity = [{**WATER, "amount": 30_000}, {**REUSED, "amount": 10_000},
                {**SEWAGE, "amount": 20_000}, {**WATER, **none}, {**REUSED, **none}]  # fmt: skip
    inventory, park, choice = opened(tmp_path, activity=activity)
    found = {card.name: card for card in pollution.water_cards(inventory, park, choice)}
    assert {name: f"{card.value} {card.unit}".strip() for name, card in found.items()} == {
        "取新水量": "3 万m³", "回用水量": "1 万m³", "用水重复利用率": "25%",
        "送园区内污水处理厂的废水": "2 万m³",
    }  # fmt: skip
    assert found["回用水量"].note == ""
    assert found["送园区内污水处理厂的废水"].note == ""


def test_without_one_plants_reuse_the_share_is_not_computable(tmp_path: Path) -> None:
    activity = [{**WATER, "amount": 30_000}, {**REUSED, "amount": 10_000},
                {**WATER, "enterprise_id": "W", "amount": 20_000}]  # fmt: skip
    inventory, park, choice = opened(tmp_path, activity=activity)
    found = {card.name: card for card in pollution.water_cards(inventory, park, choice)}
    assert found["用水重复利用率"].value == "无法计算"
    assert found["回用水量"].note == "未填报或填报不全的企业：Plant W"


def test_a_plant_that_does_not_tell_its_reuse_is_named(tmp_path: Path) -> None:
    activity = [{**WATER, "amount": 30_000}]
    inventory, park, choice = opened(tmp_path, activity=activity)
    found = {card.name: card for card in pollution.water_cards(inventory, park, choice)}
    assert found["回用水量"].value == "无法计算"
    assert found["回用水量"].note == "未填报或填报不全的企业：Works"
    assert found["废水产生量"].value == "无法计算"


def test_waste_by_kind_with_the_share_used_as_defined(tmp_path: Path) -> None:
    rows = [solid(100), solid(60, "used"), solid(40, "stored"), solid(20, "used_from_stock")]
    inventory, park, choice = opened(tmp_path, releases=rows)
    html = waste_html(inventory, park, choice)
    assert cells(html, "产生量") == ["产生量", "100 t"]
    # (60 + 20) / (100 + 20)
    assert cells(html, "综合利用率") == ["综合利用率", "66.7%"]
    assert cells(html, "倾倒丢弃量") == ["倾倒丢弃量", "—"]
    assert cells(html, "填报企业（家）") == ["填报企业（家）", "1"]
    assert cells(html, "采用的清单") == ["采用的清单", "环境统计"]
    assert "综合利用率 =（综合利用量 + 综合利用往年贮存量）÷" in html
    assert "数据不全" not in html
    assert "产生量与各去向合计之差" not in html


def test_waste_that_does_not_close_shows_the_difference(tmp_path: Path) -> None:
    inventory, park, choice = opened(tmp_path, releases=[solid(100), solid(60, "used")])
    html = waste_html(inventory, park, choice)
    assert cells(html, "产生量与各去向合计之差")[1] == "40 t"


def test_a_rounding_in_waste_is_no_difference(tmp_path: Path) -> None:
    inventory, park, choice = opened(tmp_path, releases=[solid(10_000), solid(9_999, "used")])
    assert "产生量与各去向合计之差" not in waste_html(inventory, park, choice)


def test_a_plant_that_tells_only_part_of_its_waste_is_named(tmp_path: Path) -> None:
    rows = [solid(100), solid(100, "used"), solid(7, "used", enterprise_id="B")]
    inventory, park, choice = opened(tmp_path, releases=rows)
    html = waste_html(inventory, park, choice)
    assert cells(html, "产生量")[1] == "100 t*"
    assert "一般工业固体废物数据不全：Burner（产生量" in html


def test_the_picture_shows_what_became_of_the_waste(tmp_path: Path) -> None:
    rows = [solid(100), solid(60, "used"), solid(40, "stored"), solid(20, "used_from_stock")]
    inventory, _, choice = opened(tmp_path, releases=rows)
    fates = waste_fates(inventory, choice)
    assert fates.set_index("fate")["share"].to_dict() == {"used": 0.6, "stored": 0.4}
    assert not fates["is_partial"].any()
    assert waste_title(fates, "zh") == "一般工业固体废物 60% 综合利用"


def test_many_plants_are_cut_to_three() -> None:
    missing = ";".join(f"{name}/used" for name in "ABCDE")
    assert lacking_plants(missing, "waste", {}, "zh") == (
        "A（综合利用量）、B（综合利用量）、C（综合利用量）等 5 家"
    )


def test_a_park_without_water_or_waste_says_one_line_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inventory, park, choice = opened(tmp_path, activity=[{"amount": 10}])
    inventory = replace(inventory, emissions=gases_only(inventory))
    assert shown(monkeypatch, inventory, park, choice).splitlines() == [
        "2023 年没有大气污染物排放数据。",
        "## 用水、废水与水污染物",
        "2023 年没有取水、用水和废水数据，也没有水污染物排放数据。",
        "## 固体废物",
        "2023 年没有固体废物数据。",
    ]


def gases_only(inventory: Inventory) -> pd.DataFrame:
    return inventory.emissions[inventory.emissions["species"] == "co2"]


def test_waste_without_a_destination_draws_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inventory, park, choice = opened(tmp_path, releases=[solid(100)])
    text = shown(monkeypatch, inventory, park, choice)
    assert "CHART" not in text
    assert cells(text, "综合利用率")[1] == "无法计算"


def test_intensities_of_pollutants_by_hand(tmp_path: Path) -> None:
    inventory, park, choice = opened(
        tmp_path, releases=[release("so2", 2), release("nox", "", notation="NE")],
        economy=[{"amount": 50, "enterprise_id": name} for name in "ABW"],
        boundaries=[box(official_area_ha=200)],
    )  # fmt: skip
    table = intensity(inventory, park).set_index(["measure", "per"])
    assert table.loc[("so2", "official_area"), ["value", "unit"]].tolist() == [10.0, "kg/ha"]
    assert table.loc[("so2", "value_added"), "value"] == pytest.approx(2000 / 150)
    assert table.loc[("so2", "energy"), "missing"] == "energy"
    assert table.loc[("nox", "official_area"), "missing"] == "nox"
    assert table.loc[("cod", "official_area"), "missing"] == "cod"
    html = intensity_html(inventory, park, choice)
    assert cells(html, "二氧化硫")[1:3] == ["13.33 kg", "10 kg"]
    assert "缺少：综合能源消费量" in html
    assert "没有排放数据、未列出的污染物：氮氧化物、颗粒物" in html


def test_per_tce_divides_by_the_consumption(tmp_path: Path) -> None:
    grid = {"item": "electricity", "use": "purchased", "counterpart_id": "grid", "unit": "MWh",
            "process": "power", "process_type": "", "amount": 10_000}  # fmt: skip
    park = make_park(
        tmp_path / "p", activity=[grid], releases=[release("so2", 1.229)],
        convention={"factor_sets": ["CN_PROV2025", "CN_GRID", "CN_GBT2589", "IPCC2006"]},
    )  # fmt: skip
    table = intensity(compiled(park), park).set_index(["measure", "per"])
    # 10 000 MWh x 0.1229 tce = 1229 tce.
    assert table.loc[("so2", "energy"), ["value", "unit"]].tolist() == [
        pytest.approx(1.0), "kg/tce"
    ]  # fmt: skip


def test_an_intensity_is_of_one_medium(tmp_path: Path) -> None:
    rows = [release("voc", 2), release("voc", 5, medium="water")]
    inventory, park, _ = opened(tmp_path, releases=rows, boundaries=[box(official_area_ha=200)])
    table = intensity(inventory, park).set_index(["measure", "per"])
    assert table.loc[("voc", "official_area"), "value"] == pytest.approx(10)


def test_an_intensity_of_a_partial_release_is_partial(tmp_path: Path) -> None:
    rows = [release("so2", 2), release("so2", "", notation="NE", enterprise_id="B")]
    inventory, park, choice = opened(
        tmp_path, releases=rows, boundaries=[box(official_area_ha=200)]
    )
    html = intensity_html(inventory, park, choice)
    assert cells(html, "二氧化硫")[1:3] == ["无法计算", "10 kg*"]
    assert "数据不全：二氧化硫排放量" in html


def test_the_gases_have_a_table_without_pollutants(tmp_path: Path) -> None:
    inventory, _, choice = opened(
        tmp_path, activity=[{"amount": 10}], releases=[release("so2", 20)]
    )
    species = gas_table(inventory, choice)["species"].tolist()
    assert "co2" in species
    assert not set(species) & set(POLLUTANTS)


def test_langang_tells_its_cod_once(langang: tuple[Inventory, Park]) -> None:
    inventory, park = langang
    row = of(water_table(inventory, chosen(park)), "cod")
    assert row["sent_to_members_t"] == pytest.approx(8508.04, abs=0.01)
    assert row["released_t"] == pytest.approx(707.16, abs=0.01)


def test_langang_tells_both_kinds_of_waste(langang: tuple[Inventory, Park]) -> None:
    inventory, park = langang
    rows = waste_rows(inventory, chosen(park))
    assert rows["species"].tolist() == ["general_solid_waste", "hazardous_waste"]
    html = waste_html(inventory, park, chosen(park))
    assert cells(html, "综合利用率") == ["综合利用率", "85.1%", "0%*"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_langang_reads_whole_in_both_languages(
    langang: tuple[Inventory, Park], language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    inventory, park = langang
    text = words(shown(monkeypatch, inventory, park, chosen(park, language)))
    strange = r"[\u3400-\u9fff]" if language == "en" else r"\b(?!CEMS|CHART)[A-Za-z_]{4,}"
    assert re.findall(strange, text) == []
    assert "nan" not in text
    assert text.count("CHART") == 1
