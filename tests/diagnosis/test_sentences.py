"""What an official reads of a diagnosis."""

import pandas as pd
import pytest

from parkkit.core.labels import LANGUAGES, label
from parkkit.diagnosis.decoupling import DecouplingRule, decoupling_states, diagnose
from parkkit.diagnosis.sentences import sentence


def told(language, *, so2=90.0, co2e=104.0, value=(100.0, 110.0), rule=None, **bases):
    pressures = pd.DataFrame(
        {
            "group": "park",
            "year": [2020, 2023] * 2,
            "species": ["so2", "so2", "co2e", "co2e"],
            "amount": [100.0, so2, 100.0, co2e],
        }
    )
    economy = pd.DataFrame({"group": "park", "year": [2020, 2023], "amount": value})
    economy = economy.assign(**({"price_year": 2020, "measure": "value_added"} | bases))
    table = diagnose(pressures, economy, (2020, 2023), rule=rule or DecouplingRule())
    return sentence(table.loc[0], language)


def test_the_chinese_paragraph_has_numbers_state_and_caveat():
    assert told("zh") == (
        "2020—2023 年，全园区的增加值（2020 年价）增长 10.0%，二氧化硫排放量下降 10.0%，"
        "温室气体（二氧化碳当量）排放量上升 4.0%，判定为“脱污未脱碳（污染物单脱钩）”（S2）。"
        "Tapio 弹性系数：二氧化硫为 -1.000（强脱钩），温室气体（二氧化碳当量）为 0.400（弱脱钩）。"
        "方向按首末两年判定，变化不超过基期 1% 的视为不显著；"
        "弹性系数 0.8 至 1.2（含 0.8 和 1.2）为连结。"
        "状态划分与名称系对《产业园区减污降碳协同控制指南》附录 C 的重构，并非标准原文。"
    )


def test_the_english_paragraph_has_numbers_state_and_caveat():
    assert told("en") == (
        "From 2020 to 2023, the whole park: value added (prices of 2020) grew by 10.0%, emissions "
        "of sulphur dioxide fell by 10.0%, emissions of greenhouse gases (CO2e) rose by 4.0%; the "
        'state is "Pollution-only decoupling" (S2). Tapio elasticity to the economy: sulphur '
        "dioxide -1.000 (strong decoupling), greenhouse gases (CO2e) 0.400 (weak decoupling). "
        "Directions are told from the first and the last year, and a change within 1% of the base "
        "counts as none; an elasticity from 0.8 to 1.2, both included, is coupling. The states and "
        "their names are our reconstruction of Appendix C of the guide for co-control of pollution "
        "and carbon in industrial parks, not its text."
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_warning_of_current_prices_stands_in_the_sentence_of_the_verdict(language):
    stop = {"zh": "。", "en": ". "}[language]
    first = told(language, price_year=None).split(stop)[0]
    assert "S2" in first
    assert label("diagnosis.note.current_prices", language) in first


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", "趋势不典型：温室气体（二氧化碳当量）的变化未超过基期的 1%，方向不能判定"),
        ("en", "the change of greenhouse gases (CO2e) is within 1% of the base"),
    ],
)
def test_an_atypical_trend_names_the_axis_without_direction(language, words):
    assert words in told(language, co2e=100.4)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", "脱钩状态无法计算，缺少可用数据：经济总量（2023 年）。"),
        ("en", "the decoupling state is not computable, no usable data for the economy in 2023."),
    ],
)
def test_what_is_missing_is_named_and_the_rest_told(language, words):
    text = told(language, value=(100.0, None))
    assert words in text
    assert "10.0%" in text
    assert "Tapio" not in text


def test_a_standing_economy_has_no_elasticity():
    assert "sulphur dioxide undefined (the economy stands still)" in told("en", value=(1.0, 1.0))


def test_the_worst_pollutant_is_called_that():
    text = told("en", rule=DecouplingRule(pollution="worst"))
    assert "sulphur dioxide (the pollutant that fared worst) fell by 10.0%" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_states_of_a_users_own_come_without_our_caveat(language):
    pressures = pd.DataFrame(
        {"group": "26", "year": [2020, 2021] * 2, "species": ["so2"] * 2 + ["co2e"] * 2,
         "amount": [2.0, 1.0, 2.0, 1.0]}
    )  # fmt: skip
    economy = pd.DataFrame({"group": "26", "year": [2020, 2021], "amount": [1.0, 2.0]})
    states = decoupling_states().assign(name_zh="甲", name_en="mine")
    row = diagnose(pressures, economy, (2020, 2021), states=states).loc[0]
    text = sentence(row, language, states=states)
    assert {"zh": "“甲”（S1）", "en": '"mine" (S1)'}[language] in text
    assert label("diagnosis.sentence.caveat", language) not in text
    assert label("diagnosis.note.price_base_unknown", language) in text
