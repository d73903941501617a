"""ConventionPicker: the fields and the convention say the same, and a refusal keeps the last."""

from __future__ import annotations

from dataclasses import fields, replace
from threading import Event

import pytest
from parkkit_widgets import ConventionPicker
from parkkit_widgets.convention_picker import FIELDS

from parkkit.core.convention import Convention, choices
from parkkit.core.errors import ParkError
from parkkit.core.labels import LANGUAGES, has_label, label
from parkkit.inventory.factors import factor_sets

BASE = Convention(factor_sets=("CN_PROV2025", "CN_GRID", "CN_HEAT"), grid_year="nearest")
CLOSED = [(name, value) for name, values in choices().items() for value in values]


def test_the_convention_prints_as_python():
    picker = ConventionPicker(BASE)
    assert eval(repr(picker.convention), {"Convention": Convention}) == BASE


def test_the_fields_show_the_base():
    picker = ConventionPicker(replace(BASE, scopes=(1,), grid_year=2022))
    assert picker._fields["grid_year"].value == 2022
    assert [box.value for box in picker._scopes.values()] == [True, False, False]
    assert picker._sets.value == BASE.factor_sets


def test_every_choice_of_a_convention_has_its_field():
    has_no_field = {"species_rules"}
    assert {*FIELDS, "scopes", "factor_sets"} | has_no_field == {
        field.name for field in fields(Convention)
    }
    assert [value for _, value in ConventionPicker(BASE)._fields["release_rule"].options][-1] == (
        "mean"
    )


@pytest.mark.parametrize("name", FIELDS)
def test_every_value_of_a_field_becomes_the_convention(name):
    picker = ConventionPicker(BASE)
    values = [value for _, value in picker._fields[name].options]
    assert {value for value in choices()[name] if value is not int} <= set(values)
    for value in values:
        picker._fields[name].value = value
        assert picker.convention == replace(BASE, **{name: value})
        assert eval(repr(picker.convention), {"Convention": Convention}) == picker.convention
    assert picker._refusal.value == ""


def test_the_rules_of_single_species_are_told_and_kept():
    picker = ConventionPicker(replace(BASE, species_rules=(("co2", "largest"),)))
    assert "个别物质的取值规则：二氧化碳：取最大值" in picker._single.value
    picker._fields["release_rule"].value = "priority"
    assert picker.convention == replace(
        BASE, release_rule="priority", species_rules=(("co2", "largest"),)
    )
    picker.convention = BASE
    assert picker._single.value == ""


def greyed(picker):
    return {name for name, field in picker._fields.items() if field.disabled}


def test_what_shapes_nothing_is_greyed_and_said():
    picker = ConventionPicker(BASE)
    assert greyed(picker) == {"export_value", "chp"}
    assert "外供能源的扣除方法，热电联产分摊方法" in picker._unused.value
    picker._fields["view"].value = "consumption"
    assert greyed(picker) == set()
    assert picker._unused.value == ""
    picker._fields["export_value"].value = "factor"
    assert greyed(picker) == {"chp"}
    picker._fields["electricity"].value = "market"
    assert greyed(picker) == {"chp", "grid_region"}


def test_a_greyed_choice_keeps_its_value():
    picker = ConventionPicker(replace(BASE, chp="exergy"))
    picker._fields["gwp"].value = "AR6"
    assert picker.convention == replace(BASE, chp="exergy", gwp="AR6")


def test_a_set_of_the_park_can_be_chosen_like_any_other():
    base = replace(BASE, factor_sets=("MINE", *BASE.factor_sets))
    picker = ConventionPicker(base, own_sets=["MINE", "OTHER"])
    picker._sets.value = ("OTHER", "MINE")
    assert picker._refusal.value == ""
    assert picker.convention.factor_sets == ("OTHER", "MINE")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refused_combination_is_told_and_keeps_the_last(language):
    picker = ConventionPicker(BASE, language=language)
    picker._scopes[2].value = False
    picker._scopes[1].value = False
    assert 'role="alert"' in picker._refusal.value
    assert ParkError("no_scope").told(language) in picker._refusal.value
    assert picker.convention == replace(BASE, scopes=(1,))
    picker._scopes[2].value = True
    assert picker._refusal.value == ""
    assert picker.convention == replace(BASE, scopes=(2,))


def test_an_unknown_factor_set_is_refused_by_name():
    picker = ConventionPicker(BASE)
    picker._sets.value = ("CN_NOWHERE",)
    assert "CN_NOWHERE" in picker._refusal.value
    assert picker.convention == BASE


def test_who_observes_hears_of_each_change_once():
    heard: list[Convention] = []
    picker = ConventionPicker(BASE)
    picker.observe(lambda change: heard.append(change["new"]), "convention")
    picker._fields["gwp"].value = "AR6"
    picker.convention = replace(BASE, level="enterprise", scopes=(1,))
    assert heard == [replace(BASE, gwp="AR6"), replace(BASE, level="enterprise", scopes=(1,))]
    assert picker._fields["level"].value == "enterprise"
    assert picker._scopes[2].value is False


def test_factor_sets_keep_the_order_they_are_given_in():
    picker = ConventionPicker(BASE)
    picker._sets._list.value = "CN_HEAT"
    picker._sets._up.click()
    assert picker.convention.factor_sets == ("CN_PROV2025", "CN_HEAT", "CN_GRID")
    picker._sets._out.click()
    assert picker.convention.factor_sets == ("CN_PROV2025", "CN_GRID")
    picker._sets._rest.value = "IPCC2006"
    picker._sets._add.click()
    assert picker.convention.factor_sets == ("CN_PROV2025", "CN_GRID", "IPCC2006")


def test_the_marked_set_stays_marked_when_it_moves():
    order = ConventionPicker(BASE)._sets
    order._list.value = "CN_PROV2025"
    order._up.click()
    assert order.value == ("CN_PROV2025", "CN_GRID", "CN_HEAT")
    for _ in range(3):
        order._down.click()
    assert order._list.value == "CN_PROV2025"
    assert order.value == ("CN_GRID", "CN_HEAT", "CN_PROV2025")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_option_is_named_in_the_language(language):
    picker = ConventionPicker(BASE, language=language)
    for name, field in picker._fields.items():
        assert field.description == label(f"convention.{name}", language)
        for text, value in field.options:
            year = label("widgets.in_year", language, year=value)
            assert text == (
                year if isinstance(value, int) else label(f"convention.{name}.{value}", language)
            )
    assert [text[3:] for text, _ in picker._sets._list.options] == [
        label(f"factor_set.{name}", language) for name in BASE.factor_sets
    ]


@pytest.mark.parametrize(("name", "value"), CLOSED)
def test_every_value_of_a_convention_has_a_name(name, value):
    # a year stands for itself
    assert value is int or has_label(f"convention.{name}.{value}")


def test_every_choice_scope_and_factor_set_has_a_name():
    wanted = [f"convention.{field.name}" for field in fields(Convention)]
    wanted += [f"convention.scopes.{scope}" for scope in (1, 2, 3)]
    wanted += [f"factor_set.{name}" for name in (*factor_sets(), "site")]
    assert [key for key in wanted if not has_label(key)] == []


def test_what_is_computed_is_shown():
    picker = ConventionPicker(BASE, compute=lambda convention: f"<b>{convention.gwp}</b>")
    picker._fields["gwp"].value = "AR6"
    picker.wait()
    assert (picker._result.value, picker._waiting.value) == ("<b>AR6</b>", "")


def test_the_last_result_stays_until_the_next_is_there():
    finish = Event()

    def compute(convention: Convention) -> str:
        if convention.gwp != "AR5":
            assert finish.wait(10)
        return convention.gwp

    picker = ConventionPicker(BASE, compute=compute)
    picker.wait()
    picker._fields["gwp"].value = "AR6"
    picker._fields["gwp"].value = "AR4"
    assert picker._result.value == "AR5"
    assert "pk-stale" in picker._result._dom_classes
    assert "<progress>" in picker._waiting.value
    finish.set()
    picker.wait()
    assert picker._result.value == "AR4"
    assert "pk-stale" not in picker._result._dom_classes


def test_a_convention_chosen_while_another_is_computed_replaces_it():
    finish, seen = Event(), []

    def compute(convention: Convention) -> str:
        seen.append(convention.gwp)
        assert finish.wait(10)
        return convention.gwp

    picker = ConventionPicker(replace(BASE, gwp="SAR"), compute=compute)
    shown: list[str] = []
    picker._result.observe(lambda change: shown.append(change["new"]), "value")
    while not seen:
        pass
    for gwp in ("AR4", "AR5", "AR6"):
        picker._fields["gwp"].value = gwp
    finish.set()
    picker.wait()
    assert (seen, shown) == (["SAR", "AR6"], ["AR6"])


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ParkError("no_scope"), "请至少选择一个核算范围"),
        (ZeroDivisionError("a < b"), "计算失败：a &lt; b"),
    ],
)
def test_an_error_of_what_is_computed_is_told_in_the_widget(error, told):
    def compute(_: Convention) -> str:
        raise error

    picker = ConventionPicker(BASE, compute=compute)
    picker.wait()
    assert told in picker._result.value
    assert 'role="alert"' in picker._result.value
