"""Bad input to a diagnosis: a message that says which and what would do, the rest computed."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from parkkit.core.errors import ParkError
from parkkit.core.labels import label
from parkkit.diagnosis.decomposition import decompose
from parkkit.diagnosis.decoupling import DecouplingRule, diagnose
from parkkit.diagnosis.peaking import peaking
from parkkit.diagnosis.sentences import sentence
from parkkit.diagnosis.trends import spans, spans_from_first

YEARS = (2020, 2021, 2022)
SPAN = (2020, 2022)
IDENTITY = "co2 = [value] * value/[value] * co2/value"


def pressures(
    so2: Any = (10, 9, 8), co2e: Any = (100, 90, 80), group: str = "park", years: Any = YEARS
) -> pd.DataFrame:
    return pd.DataFrame([
        {"group": group, "year": year, "species": species, "amount": amount}
        for species, amounts in {"so2": so2, "co2e": co2e}.items()
        for year, amount in zip(years, amounts, strict=True)
    ])  # fmt: skip


def economy(amounts: Any = (50, 55, 60), group: str = "park", **more: Any) -> pd.DataFrame:
    rows = pd.DataFrame({"group": group, "year": YEARS, "amount": amounts})
    return rows.assign(**{"measure": "value_added", "price_year": 2020, **more})


def row_of(*tables: pd.DataFrame, years: Any = SPAN, **choices: Any) -> pd.Series:
    return diagnose(*tables, years, rule=DecouplingRule(**choices)).loc[0]


def plants(**amounts: Any) -> pd.DataFrame:
    """Value and CO2 of plants in 2020 and 2021; a pair that is absent has no row."""
    rows = [
        {"plant": name, "year": year, "value": pair[0], "co2": pair[1]}
        for name, pairs in amounts.items()
        for year, pair in zip((2020, 2021), pairs, strict=True)
        if pair
    ]
    return pd.DataFrame(rows)


def effects(rows: pd.DataFrame, identity: str = IDENTITY) -> pd.DataFrame:
    return decompose(rows, identity, (2020, 2021), by=[], key=["plant"]).set_index("effect")


# One year only.


def test_one_year_makes_no_span_and_says_what_would() -> None:
    for make in (spans, spans_from_first):
        with pytest.raises(ParkError, match="at least two different years are needed; there are"):
            make([2020, 2020])


def test_one_year_has_no_verdict_and_names_the_other_of_the_span() -> None:
    one = pressures(years=[2020], so2=[1], co2e=[1])
    row = row_of(one, economy(), years=(2020, 2021))
    assert (row["state"], row["missing"]) == ("not_computable", "so2 2021; co2e 2021")
    assert row["economy_change"] == pytest.approx(0.1)
    assert peaking(one)["short_years"].tolist() == [5, 5]


# A span outside the data.


def test_a_span_outside_the_data_is_marked_and_the_others_told() -> None:
    table = diagnose(pressures(), economy(), [SPAN, (2022, 2030)])
    assert table["state"].tolist() == ["S1", "not_computable"]
    assert table.loc[1, "missing"] == "economy 2030; so2 2030; co2e 2030"
    told = sentence(table.loc[1], "zh")
    assert "缺少可用数据：经济总量（2030 年）" in told


def test_a_span_that_runs_backwards_is_refused() -> None:
    with pytest.raises(ParkError, match=r"give \(first year, last year\)"):
        diagnose(pressures(), economy(), (2022, 2020))


# An economy of zero, and a change of sign.


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_economy_of_zero_has_no_rate_and_carbon_and_pollution_are_told(language: Any) -> None:
    row = row_of(pressures(), economy([0, 55, 60]))
    assert (row["state"], row["missing"]) == ("not_computable", "economy 2020")
    assert (row["pollution"], row["carbon"]) == ("-", "-")
    assert label("diagnosis.note.base_not_positive", language) in sentence(row, language)


def test_an_economy_that_ends_at_zero_is_a_fall_and_no_division_by_it() -> None:
    row = row_of(pressures(), economy([50, 55, 0]))
    assert (row["state"], row["economy_change"], row["carbon_elasticity"]) == (
        "S5", -1.0, pytest.approx(0.2))  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_change_of_sign_is_computed_with_a_warning(language: Any) -> None:
    row = row_of(pressures(co2e=[100, 50, -20]), economy())
    assert (row["state"], row["notes"]) == ("S1", "sign_changed")
    assert row["carbon_change"] == pytest.approx(-1.2)
    assert label("diagnosis.note.sign_changed", language) in sentence(row, language)


def test_a_base_below_zero_has_no_rate() -> None:
    row = row_of(pressures(co2e=[-100, 50, 20]), economy())
    assert (row["state"], row["missing"], row["notes"]) == (
        "not_computable", "co2e 2020", "base_not_positive")  # fmt: skip


def test_a_negative_amount_in_a_decomposition_is_refused_with_its_cell() -> None:
    with pytest.raises(ParkError) as error:
        effects(plants(A=[(10, 5), (12, -1)]))
    [problem] = error.value.problems
    assert (problem.column, problem.values["cell"]) == ("co2", "A / 2021")


# A missing year in the middle.


@pytest.mark.parametrize("sign", ["sen", "mann_kendall"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_year_missing_in_the_middle_is_named_by_every_axis(sign: str, language: Any) -> None:
    years = range(2014, 2022)
    rows = pressures(range(20, 12, -1), range(200, 120, -10), years=years)
    money = pd.DataFrame({"group": "park", "year": years, "amount": range(50, 58),
                          "measure": "value_added", "price_year": 2020})  # fmt: skip
    row = row_of(rows[rows["year"] != 2017], money[money["year"] != 2018], sign=sign,
                 years=(2014, 2021))  # fmt: skip
    assert row["missing"] == "economy 2018; so2 2017; co2e 2017"
    assert "gap_years" in row["notes"]
    told = sentence(row, language)
    assert "2017" in told
    assert "2018" in told


def test_a_year_missing_in_the_middle_leaves_its_own_spans_open_only() -> None:
    table = diagnose(pressures(), economy([50, None, 60]), spans(YEARS, 1) + [SPAN])
    by_span = table.set_index(["start", "end"])["state"].to_dict()
    assert by_span == {(2020, 2021): "not_computable", (2021, 2022): "not_computable",
                       (2020, 2022): "S1"}  # fmt: skip


def test_a_chain_with_a_year_missing_names_it() -> None:
    rows = plants(A=[(10, 5), (12, 6)]).replace({"year": {2021: 2022}})
    table = decompose(rows, IDENTITY, SPAN, by=[], key=["plant"], chained=True)
    told = table.set_index("effect")
    assert told.loc["total", ["amount", "status"]].tolist() == [1, "computed"]
    assert set(told.drop(index="total")["missing"]) == {"co2 2021"}
    assert told.drop(index="total")["amount"].isna().all()


# An identity that does not cancel, or names a column nobody has.


def test_an_identity_that_does_not_cancel_says_what_is_left() -> None:
    with pytest.raises(ParkError, match=r"does not cancel.*value"):
        effects(plants(A=[(10, 5), (12, 6)]), "co2 = value * co2/[value]")


def test_a_column_nobody_has_is_told_with_the_one_meant() -> None:
    with pytest.raises(ParkError, match=r"unknown column 'valu'. Did you mean 'value'"):
        effects(plants(A=[(10, 5), (12, 6)]), "co2 = valu * co2/valu")


# Industries that differ between years.


def test_industries_that_differ_between_years_are_told_each_and_the_whole_decomposed() -> None:
    rows = pd.concat([pressures(), pressures(group="26"),
                      pressures(group="44").query("year == 2020"),
                      pressures(group="30").query("year == 2022")])  # fmt: skip
    money = pd.concat([economy(group=group) for group in ("park", "26", "44", "30")])
    table = diagnose(rows, money, SPAN).set_index("group")
    assert table["state"].to_dict() == {"26": "S1", "30": "not_computable",
                                        "44": "not_computable", "park": "S1"}  # fmt: skip
    assert table.loc["30", "missing"] == "so2 2020; co2e 2020"
    found = effects(plants(A=[(10, 5), (12, 6)], B=[(4, 2), None], C=[None, (3, 9)]))["amount"]
    assert (found["opened"], found["closed"], found["total"]) == (9, -2, 8)


# Value added and gross output in one series; prices of several years.


@pytest.mark.parametrize(
    ("bases", "note"),
    [({"measure": ["value_added", "value_added", "gross_output"]}, "mixed_measure"),
     ({"price_year": [2020, 2020, None]}, "mixed_price_year")],
    ids=["value added and gross output", "constant and current prices"],
)  # fmt: skip
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_measured_in_two_ways_is_not_one_series(
    bases: dict[str, Any], note: str, language: Any
) -> None:
    table = diagnose(pressures(), economy(**bases), [(2020, 2021), SPAN])
    assert table["state"].tolist() == ["S1", "not_computable"]
    assert table.loc[1, "notes"] == note
    assert label(f"diagnosis.note.{note}", language) in sentence(table.loc[1], language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_current_prices_are_warned_of_in_the_sentence_of_the_verdict(language: Any) -> None:
    row = row_of(pressures(), economy(price_year=None))
    first = sentence(row, language).split({"zh": "。", "en": ". "}[language])[0]
    assert "S1" in first
    assert label("diagnosis.note.current_prices", language) in first


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh", "增加值（2020 年价，按价格指数 ppi（行业 26；以 2020 年为基期）折算）增长 20.0%"),
     ("en", "value added (prices of 2020, by price index ppi (industry 26; base 2020)) grew")],
)  # fmt: skip
def test_the_index_of_deflated_prices_stands_in_the_sentence(language: Any, words: str) -> None:
    money = economy(deflator=["", "ppi/26/2020", "ppi/26/2020"])
    row = row_of(pressures(), money)
    assert row["deflator"] == "ppi/26/2020"
    told = sentence(row, language)
    assert words in told
    assert label("diagnosis.note.current_prices", language) not in told
