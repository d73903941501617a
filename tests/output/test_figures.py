"""Cards and tables show names, units and what is missing, and let no text act as HTML."""

from __future__ import annotations

import re

import pandas as pd

from parkkit.output.figures import Card, card, cards, table


def texts(html: str) -> list[str]:
    """The texts of the cells, in order."""
    return re.findall(r"<t[dh][^>]*>([^<]*)</t[dh]>", html)


def test_a_card_splits_the_number_from_its_unit() -> None:
    html = cards([card("总排放", 36_971_943.6, "zh", note="物理边界")], "zh")
    assert '<div class="pk-value">3697<span class="pk-unit">万t CO₂e</span>' in html
    assert '<div class="pk-note">物理边界</div>' in html


def test_a_card_without_a_value_is_not_computable() -> None:
    assert "无法计算" in cards([card("强度", None, "zh")], "zh")
    assert "not computable" in cards([Card(name="Intensity", value="")], "en")


def test_texts_of_a_park_cannot_act_as_html() -> None:
    evil = "<script>alert('x')</script>"
    html = cards([Card(name=evil, value=evil, unit=evil, note=evil)], "en")
    html += table(pd.DataFrame({evil: [evil], "name_en": [evil]}), "en", caption=evil)
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 8


def test_columns_and_codes_are_shown_by_their_names() -> None:
    frame = pd.DataFrame({"species": ["so2"], "item": ["coke"], "state": ["S1"], "year": [2023.0]})
    assert texts(table(frame, "zh")) == [
        "物质", "物料", "脱钩状态", "年份", "二氧化硫", "焦炭", "碳污协同脱钩", "2023",
    ]  # fmt: skip
    assert "Sulphur dioxide" in table(frame, "en")


def test_tonnes_share_the_unit_that_suits_the_column() -> None:
    frame = pd.DataFrame({"emissions_t": [24_349.524, 16_614.75, None]})
    assert texts(table(frame, "en")) == ["Emissions (kt)", "24.35", "16.61", "not computable"]


def test_tonnes_that_lie_far_apart_have_a_unit_each() -> None:
    frame = pd.DataFrame({"emissions_t": [24_349.524, 0.0123]})
    assert texts(table(frame, "en")) == ["Emissions", "24.35 kt", "12.3 kg"]


def test_a_missing_amount_is_never_told_as_zero() -> None:
    frame = pd.DataFrame({"emissions_t": [None, None], "removal_share": [0.5, None]}, dtype="float")
    assert texts(table(frame, "zh"))[2:] == ["无法计算", "50%", "无法计算", "无法计算"]


def test_a_long_table_tells_how_many_rows_are_not_shown() -> None:
    html = table(pd.DataFrame({"year": range(2000, 2025)}), "zh", limit=10)
    assert html.count("<tr>") == 11
    assert "另有 15 行未显示" in html
    assert "没有记录" in table(pd.DataFrame({"year": []}), "zh")


def test_the_frame_is_left_as_it_was() -> None:
    frame = pd.DataFrame({"species": ["so2"], "emissions_t": [1.5], "is_biogenic": [True]})
    before = frame.copy()
    assert "yes" in table(frame, "en")
    pd.testing.assert_frame_equal(frame, before)


def test_a_name_too_long_for_a_column_may_break_and_others_may_not() -> None:
    names = [
        "滨海新区高分子复合新材料研发与循环化利用科技股份有限公司",
        "澜港热电 · 循环流化床锅炉 DA001",
    ]
    html = table(pd.DataFrame({"name": names, "emissions_t": [1.0, 2.0]}), "zh")
    cells = re.findall("<td([^>]*)>[滨澜]", html)
    assert cells == [' class="pk-long"', ""]
