"""Names of companies: form, place and spelling set aside, branches and numbers kept apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkkit.core.vocabulary import vocabulary
from parkkit.park.name_forms import (
    all_names,
    is_same_name,
    name_form,
    name_likeness,
    told_former,
)

ONE = [
    ("宁波澜港化工有限公司", "宁波市澜港化工股份有限公司"),
    ("澜港钢铁集团有限公司", "澜港钢铁（集团）有限责任公司"),
    ("浙江省宁波市澜港热电有限公司", "澜港热电公司"),
    ("澜港（宁波）化工有限公司", "宁波澜港化工有限公司"),
    ("澜港 化工·有限公司", "澜港化工有限公司"),
    ("澜港热电有限公司（原滨海热电厂）", "澜港热电有限公司"),
    ("ＢＡＳＦ Antwerpen", "basf antwerpen N.V."),
    ("Müller Söhne GmbH & Co. KG", "MULLER SOHNE"),
    ("Société Anonyme Cockerill", "Cockerill S.A."),
    ("NLMK Indiana, LLC", "NLMK INDIANA"),
    ("U.S. Steel Corp - Gary Works", "US STEEL   GARY WORKS"),
    ("N.V. Nederlandse Gasunie", "Nederlandse Gasunie"),
    ("O'Neill Ltd.", "ONEILL LIMITED"),
    ("Raffinaderij Esso", "Esso Raffinaderij"),
]
TWO = [
    ("上海澜港化工有限公司", "浙江澜港化工有限公司"),
    ("澜港化工有限公司", "澜海化工有限公司"),
    ("澜港化工有限公司", "澜港化工有限公司宁波分公司"),
    ("澜港石化股份有限公司化工一厂", "澜港石化股份有限公司化工二厂"),
    ("澜港集团化工有限公司", "澜港集团有限公司"),
    ("北仑区澜港热电", "开发区澜港热电"),
    ("INEOS", "INEOS PHENOL BELGIUM"),
    ("Linde Whiting 1", "Linde Whiting 2"),
]


@pytest.mark.parametrize(("one", "other"), ONE)
def test_one_company_is_known_under_its_forms(one: str, other: str) -> None:
    assert is_same_name(name_form(one), name_form(other))
    assert name_likeness(name_form(one), name_form(other)) == 1.0


@pytest.mark.parametrize(("one", "other"), TWO)
def test_two_companies_are_not_one_by_name(one: str, other: str) -> None:
    assert not is_same_name(name_form(one), name_form(other))
    assert name_likeness(name_form(one), name_form(other)) < 1.0


@pytest.mark.parametrize(("one", "other"), [TWO[2], TWO[3], TWO[7]])
def test_a_branch_and_another_number_are_half_alike_at_most(one: str, other: str) -> None:
    assert name_likeness(name_form(one), name_form(other)) <= 0.5


def test_chinese_names_are_compared_by_pairs_of_characters() -> None:
    # 澜港 港化 化工 and 澜港 港化 化学: two of four.
    assert name_likeness(name_form("澜港化工"), name_form("澜港化学")) == pytest.approx(2 / 4)


def test_rare_words_tell_more_than_common_ones() -> None:
    one, other = name_form("澜港化工"), name_form("澜港化学")
    weights = {"澜港": 6.0, "港化": 6.0, "化工": 1.0, "化学": 1.0}
    assert name_likeness(one, other, weights) == pytest.approx(12 / 14)


def test_a_slip_in_a_long_word_costs_as_much_as_its_letters() -> None:
    found = name_likeness(name_form("Arcelormital Gent"), name_form("ArcelorMittal Gent"))
    # 12 letters and 13: 24 of 25 agree; the other word is whole.
    assert found == pytest.approx((24 / 25 + 1) / 2)


def test_a_slip_in_a_short_word_makes_another_name() -> None:
    assert name_likeness(name_form("Esso Gent"), name_form("Eszo Gent")) == pytest.approx(1 / 3)


def test_former_names_are_read_from_lists_and_brackets() -> None:
    assert all_names(["甲厂；乙厂", "乙厂; C"]) == ("甲厂", "乙厂", "C")
    assert told_former("澜港热电（曾用名：滨海热电厂）") == ("滨海热电厂",)
    assert told_former("澜港热电（集团）") == ()


def test_parks_stay_in_the_name_and_counties_do_not() -> None:
    assert name_form("澜港县热电厂").core == "热电厂"
    assert name_form("宁波高新区热电厂").core == "宁波高新区热电厂"


@pytest.mark.parametrize("form", vocabulary("company_forms")["form"])
def test_every_form_of_the_vocabulary_falls_away_and_never_leaves_nothing(form: str) -> None:
    stands = vocabulary("company_forms").set_index("form")["stands"][form]
    if isinstance(stands, str) and stands == "start":
        assert name_form(f"{form} Langang").core == "langang"
    else:
        name = f"澜港{form}" if not form.isascii() else f"Langang {form}"
        assert name_form(name).core in ("澜港", "langang")
    assert name_form(form).core


@given(st.text(max_size=20), st.text(max_size=20))
def test_likeness_is_a_share_whichever_name_comes_first(one: str, other: str) -> None:
    forms = name_form(one), name_form(other)
    assert 0 <= name_likeness(*forms) <= 1
    assert name_likeness(*forms) == name_likeness(*forms[::-1])
    if forms[0].core:
        assert name_likeness(forms[0], forms[0]) == 1
