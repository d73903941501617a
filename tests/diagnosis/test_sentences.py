"""What an official reads of a diagnosis."""

import pandas as pd
import pytest

from parkkit.core.labels import LANGUAGES, label
from parkkit.diagnosis.certainty import with_certainty
from parkkit.diagnosis.decoupling import DecouplingRule, decoupling_states, diagnose
from parkkit.diagnosis.effect_sentences import apart_sentences, effects_sentence, missing_cells
from parkkit.diagnosis.likelihood import state_probabilities, verdicts
from parkkit.diagnosis.peak_sentences import peaking_sentence
from parkkit.diagnosis.peaking import peaking
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
        "2020—2023 年，本园区的增加值（2020 年价）增长 10.0%，二氧化硫排放量下降 10.0%，"
        "温室气体（二氧化碳当量）排放量上升 4.0%，判定为“脱污未脱碳（污染物单脱钩）”（S2）。"
        "Tapio 弹性系数：二氧化硫为 −1.000（强脱钩），温室气体（二氧化碳当量）为 0.400（弱脱钩）。"
        "方向按首末两年判定，变化不超过基期 1% 的视为不显著；"
        "弹性系数 0.8 至 1.2（含 0.8 和 1.2）为连结。"
        "状态划分与名称系对《产业园区减污降碳协同控制指南》附录 C 的重构，并非标准原文。"
    )


def test_the_english_paragraph_has_numbers_state_and_caveat():
    assert told("en") == (
        "From 2020 to 2023, the whole park: value added (prices of 2020) grew by 10.0%, emissions "
        "of sulphur dioxide fell by 10.0%, emissions of greenhouse gases (CO2e) rose by 4.0%; the "
        'state is "Pollution-only decoupling" (S2). Tapio elasticity to the economy: sulphur '
        "dioxide −1.000 (strong decoupling), greenhouse gases (CO2e) 0.400 (weak decoupling). "
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


def yearly(amounts, *, species="so2", language="en", sign="sen", co2e=None, missing=()):
    years = list(range(2010, 2010 + len(amounts)))
    rows = {"year": years, "group": "park"}
    carbon = co2e or [100.0 + 5 * step for step in range(len(amounts))]
    pressures = pd.concat(
        [pd.DataFrame({**rows, "species": species, "amount": amounts}),
         pd.DataFrame({**rows, "species": "co2e", "amount": carbon})]
    )  # fmt: skip
    pressures = pressures[~((pressures["species"] == species) & pressures["year"].isin(missing))]
    economy = pd.DataFrame({**rows, "amount": carbon, "price_year": 2010})
    rule = DecouplingRule(sign=sign)
    table = diagnose(pressures, economy, (years[0], years[-1]), rule=rule)
    return sentence(table.loc[0], language)


FALLING = [10.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0]
SHAKEN = [10.0, 14.0, 6.0, 13.0, 7.0, 12.0, 8.0, 14.0, 6.0]


@pytest.mark.parametrize(
    ("sign", "words"),
    [("sen", "Directions are told by Sen's slope over all years"),
     ("mann_kendall", "by the Mann-Kendall test (at a level of 0.05) and Sen's slope")],
)  # fmt: skip
def test_a_trend_is_told_with_its_number_and_method(sign, words):
    text = yearly(FALLING, sign=sign)
    assert words in text
    assert "sulphur dioxide −80.0%" in text
    assert "first and the last year" not in text
    assert ("p = 0.000" in text) == (sign == "mann_kendall")


@pytest.mark.parametrize(
    ("language", "words"), [("en", "the trend of sulphur dioxide is not significant (p = "),
                            ("zh", "二氧化硫的趋势不显著（p = ")],
)  # fmt: skip
def test_what_is_not_significant_is_told_with_its_p(language, words):
    assert words in yearly(SHAKEN, sign="mann_kendall", language=language)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "the trend of sulphur dioxide is within 1% of the base"),
                            ("zh", "二氧化硫的趋势变化未超过基期的 1%")],
)  # fmt: skip
def test_a_trend_within_the_threshold_is_told_as_that(language, words):
    assert words in yearly([10.0] * 8 + [20.0], language=language)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "The end points and the trend of sulphur dioxide point"),
                            ("zh", "二氧化硫首末两年之差与趋势方向相反")],
)  # fmt: skip
def test_end_points_that_contradict_a_trend_are_told(language, words):
    assert words in yearly([10.0, 9, 8, 7, 6, 5, 4, 3, 12.0], language=language)
    assert words not in yearly(FALLING, language=language)


def test_years_missing_inside_a_span_are_named():
    text = yearly(FALLING, missing=(2013, 2015))
    assert "Years in between without data: sulphur dioxide in 2013, sulphur dioxide in 2015" in text
    assert "in between" not in yearly(FALLING)


@pytest.mark.parametrize(
    ("amounts", "words"),
    [([1.0, 2, 9, 8, 7, 6, 5, 4], "peaked. The peak is in 2012; up to 2017, 5 year(s)"),
     ([1.0, 2, 3, 4, 5, 6], "not peaked yet. The peak is in 2015"),
     ([9.0, 1.0], "is not computable, 4 more year(s)")],
)  # fmt: skip
def test_a_peak_is_told_with_its_evidence(amounts, words):
    rows = pd.DataFrame({"group": "park", "year": range(2010, 2010 + len(amounts)),
                         "species": "so2", "amount": amounts})  # fmt: skip
    assert words in peaking_sentence(peaking(rows).loc[0], "en")


EFFECTS = pd.DataFrame(
    {"effect": ["opened", "closed", "scale", "structure", "carbon_factor", "total"],
     "amount": [5.0, -2.0, 30.0, -10.0, -40.0, -17.0], "before": 100.0, "start": 2020, "end": 2023,
     "species": "co2e", "missing": "", "sellers": ""}
)  # fmt: skip


def test_what_drove_and_what_held_a_change_is_told_with_openings_apart():
    assert effects_sentence(EFFECTS, "zh") == (
        "2020—2023 年，温室气体（二氧化碳当量）排放量变化 −17.0%：推高最多的是规模效应（+30.0%），"
        "压低最多的是能源碳强度效应（−40.0%），新投产和关停退出分别为 +5.0% 和 −2.0%。"
    )


def test_industries_that_stand_apart_or_tell_nothing_are_named_once():
    both = [EFFECTS.assign(species=name, sellers="77; 44", untold="; 14") for name in ("so2", "pm")]
    told = apart_sentences(both, "zh")
    assert len(told) == 2
    assert "能源的行业（77、44）" in told[0]
    assert told[1].startswith("二氧化硫、颗粒物：以下行业没有任何报告")
    assert told[1].endswith("：14、行业不详。")


def test_a_boundary_that_moved_is_told_with_the_effects():
    moved = pd.concat([EFFECTS, EFFECTS.head(1).assign(effect="boundary_moved", amount=-8.0)])
    assert "边界调整为 −8.0%" in effects_sentence(moved, "zh")
    assert "边界" not in effects_sentence(EFFECTS, "zh")


def test_a_decomposition_names_the_cells_it_lacks():
    gap = EFFECTS.assign(amount=None, missing="26 energy_tce 2020; 44 energy_tce 2020")
    assert effects_sentence(gap.astype({"amount": "float"}), "en") == (
        "The decomposition of greenhouse gases (CO2e) is not computable: missing values (2): "
        "energy consumption (2020: 26 Chemicals), energy consumption (2020: 44 Power and heat)."
    )


def test_of_many_missing_cells_three_are_named_and_the_rest_counted():
    cells = "; ".join(f"{code} so2_generated_t 2020" for code in ("17", "22", "26", "44"))
    gap = EFFECTS.assign(amount=float("nan"), missing=cells, species="so2")
    text = effects_sentence(gap, "zh")
    assert "缺少 4 项数据" in text
    assert ("2020 年：26" in text, "2020 年：44" in text) == (True, False)
    table = missing_cells(gap, "zh")
    assert table[["lacking_count", "lacking_industries"]].to_numpy().tolist() == [
        [4, "17、22、26、44"]
    ]


# How sure a verdict is.

SO2 = {"species": "so2", "activity_key": ["a", "b"], "factor_key": "", "activity_percent": 1.0,
       "factor_percent": 0.0}  # fmt: skip


def sure(language, *, co2e=(100.0, 104.0), percent=4.0, **priced):
    """The paragraph of a park whose carbon moved, its activity known to some per cent."""
    years = {"group": "park", "year": [2020, 2023]}
    carbon = {**SO2, "species": "co2e", "activity_key": ["c", "d"], "activity_percent": percent}
    terms = pd.concat([pd.DataFrame({**years, "amount": [10.0, 5.0], **SO2}),
                       pd.DataFrame({**years, "amount": co2e, **carbon})])  # fmt: skip
    economy = pd.DataFrame({**years, "amount": [50.0, 60.0], "price_year": 2020, **priced})
    found = diagnose(terms, economy, (2020, 2023))
    told = verdicts(state_probabilities(terms, economy, (2020, 2023)))
    return sentence(with_certainty(found, told).iloc[0], language)


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh", "（S2，概率 >99%）"), ("en", "(S2, probability above 99%)")],
)
def test_a_settled_verdict_has_its_probability(language, words):
    text = sure(language, co2e=(100.0, 140.0))
    assert words in text
    assert "2000" in text
    assert {"zh": "未定", "en": "open"}[language] not in text


@pytest.mark.parametrize(
    ("language", "words"), [("zh", "，但结论未定："), ("en", "but this is open: ")]
)
def test_a_verdict_that_flips_within_its_uncertainty_is_called_open(language, words):
    text = sure(language)
    assert words in text
    assert "99%" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_verdict_without_uncertainty_says_that_it_is_not_judged(language):
    text = sure(language, percent=None)
    assert {"zh": "把握程度未评定", "en": "how sure it is was not judged"}[language] in text
    assert "uncertainty_percent" in text
    assert {"zh": "概率由", "en": "The probability is the share"}[language] not in text


def test_the_rows_beside_one_without_terms_keep_whole_numbers_of_draws():
    years = {"group": "26", "year": [2020, 2023]}
    carbon = {**SO2, "species": "co2e", "activity_key": ["c", "d"]}
    terms = pd.concat([pd.DataFrame({**years, "amount": [10.0, 5.0], **SO2}),
                       pd.DataFrame({**years, "amount": [9.0, 5.0], **carbon})])  # fmt: skip
    untold = pd.DataFrame({**years, "amount": None, "species": "nox"})
    economy = pd.DataFrame({**years, "amount": [50.0, 60.0], "price_year": 2020})
    found = diagnose(pd.concat([terms, untold]), economy, (2020, 2023))
    told = verdicts(state_probabilities(terms, economy, (2020, 2023)))
    rows = with_certainty(found, told).set_index("pollutant", drop=False)
    text = sentence(rows.loc["so2"], "zh")
    assert "由 2000 次抽样" in text
    assert "年，26 化学原料" in text
    assert rows.loc["nox", "certainty"] == "unknown"


@pytest.mark.parametrize(
    ("language", "words", "once"),
    [("zh", "增幅含价格变动，且部分数据缺失或不足全年，结论仅供参考", "结论仅供参考"),
     ("en", "and some of the data are missing or cover only part of a year; the verdict is "
      "indicative only", "indicative only")],
)  # fmt: skip
def test_several_doubts_are_one_clause_and_without_a_verdict_none_is_indicative(
    language, words, once
):
    rows = pd.DataFrame({"group": "park", "year": [2020, 2023] * 2, "amount": [10.0, 5.0, 9.0, 5.0],
                         "species": ["so2"] * 2 + ["co2e"] * 2, "is_partial": True})  # fmt: skip
    economy = pd.DataFrame({"group": "park", "year": [2020, 2023], "amount": [50.0, 60.0],
                            "price_year": None})  # fmt: skip
    text = sentence(diagnose(rows, economy, (2020, 2023)).loc[0], language)
    assert words in text
    assert text.count(once) == 1
    none = sentence(diagnose(rows, economy.iloc[1:], (2020, 2023)).loc[0], language)
    assert once not in none
    assert label("diagnosis.doubt.partial", language) in none


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_open_verdict_in_current_prices_has_both_warnings_in_one_sentence(language):
    first = sure(language, price_year=None).split({"zh": "。", "en": ". "}[language])[0]
    assert label("diagnosis.note.current_prices", language) in first
    assert {"zh": "未定", "en": "open"}[language] in first
