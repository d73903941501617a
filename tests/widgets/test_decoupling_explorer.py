"""DecouplingExplorer: fields, values, verdict and picture say the same."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from parkkit_widgets import DecouplingExplorer

from parkkit.core.errors import ParkError
from parkkit.core.labels import LANGUAGES
from parkkit.core.uncertainty_rule import UncertaintyRule
from parkkit.diagnosis.decoupling import DecouplingRule, decoupling_states, diagnose
from parkkit.diagnosis.sentences import sentence
from parkkit.output.chapters.decoupling import Errors

YEARS = [2020, 2021, 2022]
PRESSURES = pd.concat(
    [
        pd.DataFrame({"group": group, "year": YEARS, "species": species, "amount": amounts})
        for group in ("park", "26")
        for species, amounts in [("co2e", [100.0, 104.0, 90.0]), ("so2", [10.0, 7.0, 8.0]),
                                 ("nox", [5.0, 6.0, 7.0]), ("equivalents", [9.0, 8.0, 7.0])]
    ],
    ignore_index=True,
)  # fmt: skip
ECONOMY = pd.concat(
    [pd.DataFrame({"group": group, "year": YEARS, "amount": [50.0, 55.0, 60.0],
                   "price_year": 2020}) for group in ("park", "26")],
    ignore_index=True,
)  # fmt: skip


def explorer(**given: Any) -> DecouplingExplorer:
    return DecouplingExplorer(PRESSURES, ECONOMY, **given)


def verdict(made: DecouplingExplorer, language: Any = "zh") -> str:
    rows = PRESSURES[PRESSURES["group"] == made.group]
    money = ECONOMY[ECONOMY["group"] == made.group]
    return sentence(diagnose(rows, money, made.years, rule=made.rule).iloc[0], language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_verdict_and_the_picture_of_all_years_are_shown_at_first(language: Any) -> None:
    made = explorer(language=language)
    assert (made.years, made.group) == ((2020, 2022), "park")
    assert "S1" in made._told.value
    assert verdict(made, language).split("（")[0][:12] in made._told.value
    assert "<svg" in made._picture.value


@pytest.mark.parametrize(
    ("name", "value", "state"),
    [("last", 2021, "S2"), ("first", 2021, "S3"), ("pollutant", "nox", "S3"), ("sign", "sen", "S1"),
     ("pollution", "worst", "S3"), ("pollution", "equivalents", "S1"), ("group", "26", "S1")],
)  # fmt: skip
def test_a_field_changes_the_values_and_the_verdict(name: str, value: Any, state: str) -> None:
    made = explorer()
    made._fields[name].value = value
    assert f"（{state}）" in made._told.value
    told = {"first": made.years[0], "last": made.years[1], "group": made.group,
            "sign": made.rule.sign, "pollution": made.rule.pollution,
            "pollutant": made.rule.pollutants[:1]}  # fmt: skip
    assert told[name] in (value, (value,))


def test_a_threshold_is_given_in_per_cent() -> None:
    made = explorer()
    made._fields["threshold"].value = 15
    assert made.rule.threshold == 0.15
    assert "趋势不典型" in made._told.value


def test_a_span_that_does_not_run_forward_is_refused_and_the_last_kept() -> None:
    made = explorer()
    made._fields["last"].value = 2021
    made._fields["first"].value = 2021
    assert 'role="alert"' in made._told.value
    assert made.years == (2020, 2021)
    made._fields["first"].value = 2020
    assert "alert" not in made._told.value


def test_values_that_are_set_fill_the_fields() -> None:
    made = explorer()
    made.rule = DecouplingRule(sign="sen", threshold=0.02, pollutants=("nox",))
    made.years = (2021, 2022)
    shown = {name: field.value for name, field in made._fields.items()}
    assert shown == {"first": 2021, "last": 2022, "length": 0, "group": "park", "sign": "sen",
                     "threshold": 2, "pollution": "each", "pollutant": "nox"}  # fmt: skip


def test_it_prints_as_the_python_that_makes_the_same() -> None:
    made = explorer(rule=DecouplingRule(sign="mann_kendall"), years=(2020, 2021), group="26",
                    length=1)  # fmt: skip
    names = {"DecouplingExplorer": DecouplingExplorer, "DecouplingRule": DecouplingRule,
             "pressures": PRESSURES, "economy": ECONOMY}  # fmt: skip
    again = eval(repr(made), names)
    assert (again.rule, again.years, again.group) == (made.rule, made.years, made.group)
    assert again.length == 1
    assert repr(again) == repr(made)


def test_a_pollutant_is_chosen_only_where_each_is_told_by_itself() -> None:
    made = explorer()
    assert not made._fields["pollutant"].disabled
    made._fields["pollution"].value = "worst"
    assert made._fields["pollutant"].disabled


def test_one_year_is_refused() -> None:
    with pytest.raises(ParkError) as caught:
        DecouplingExplorer(PRESSURES[PRESSURES["year"] == 2020], ECONOMY)
    assert caught.value.code == "too_few_years"


def errors(percent: float | None) -> Errors:
    """The terms of the same series: each amount an activity of its own, known to some per cent."""
    keys = PRESSURES["group"] + PRESSURES["species"] + PRESSURES["year"].astype("str")
    terms = PRESSURES.assign(activity_key=keys, factor_key="", activity_percent=percent,
                             factor_percent=0.0)  # fmt: skip
    return Errors(terms, UncertaintyRule(draws=200))


@pytest.mark.parametrize(
    ("percent", "language", "words"),
    [(1.0, "zh", "（S1，概率 &gt;99%）"), (1.0, "en", "(S1, probability above 99%)"),
     (40.0, "zh", "结论未定"), (40.0, "en", "this is open"), (None, "zh", "把握程度未评定")],
)  # fmt: skip
def test_with_errors_the_verdict_says_how_sure_it_is(
    percent: float | None, language: Any, words: str
) -> None:
    assert words in explorer(errors=errors(percent), language=language)._told.value


def test_moving_spans_are_told_in_a_table_within_the_years_chosen() -> None:
    made = explorer(language="en")
    assert made._spans.value == ""
    made._fields["length"].value = 1
    assert made.length == 1
    assert "S2 Pollution-only decoupling" in made._spans.value
    assert "S3" in made._spans.value
    made._fields["last"].value = 2021
    assert "S3" not in made._spans.value
    made._fields["length"].value = 0
    assert made._spans.value == ""


@pytest.mark.parametrize(("sign", "words"), [("end_points", "首年和末年"), ("sen", "少于 5 年"),
                                             ("mann_kendall", "满 8 年")])  # fmt: skip
def test_the_way_of_telling_a_direction_says_what_it_needs(sign: Any, words: str) -> None:
    made = explorer()
    made._fields["sign"].value = sign
    assert words in made._limits.value
    assert "3 年" in made._limits.value


def test_states_of_a_parks_own_are_told_by_its_names() -> None:
    own = decoupling_states().assign(name_zh="甲")
    made = explorer(states=own, length=1)
    assert "“甲”（S1）" in made._told.value
    assert "甲" in made._spans.value
