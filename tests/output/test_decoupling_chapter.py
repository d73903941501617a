"""Why and since when: rows by hand, effects that keep the whole, gaps that are named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parkkit.core.labels import LANGUAGES, Language, label
from parkkit.core.uncertainty_rule import UncertaintyRule
from parkkit.diagnosis.decomposition import note_text
from parkkit.diagnosis.decoupling import DecouplingRule
from parkkit.diagnosis.identities import park_identities
from parkkit.diagnosis.park_effects import decompose_park
from parkkit.diagnosis.park_rows import CARBON, park_rows
from parkkit.inventory.compilation import total
from parkkit.output import pages
from parkkit.output.chapters import decomposition as chapter
from parkkit.output.chapters import (
    decomposition_effects,
    decomposition_tables,
    decoupling,
    decoupling_words,
)
from parkkit.output.chapters.decoupling import Errors
from parkkit.output.chapters.inventory import key_figures
from parkkit.output.decoupling_charts import state_grid
from parkkit.output.figures import Card
from parkkit.output.page_choice import PageChoice
from parkkit.park.package import Park
from tests.parks import compiled, make_park

PLANTS = [{"enterprise_id": "A"},
          {"enterprise_id": "B", "credit_code": "SYN2", "industry_code": "44"}]  # fmt: skip
COAL = [{"enterprise_id": plant, "year": year, "amount": amount}
        for plant, year, amount in [("A", 2022, 100), ("A", 2023, 150), ("B", 2022, 200),
                                    ("B", 2023, 200)]]  # fmt: skip
VALUE = [{"enterprise_id": plant, "year": year, "amount": amount}
         for plant, year, amount in [("A", 2022, 10), ("A", 2023, 20), ("B", 2022, 40),
                                     ("B", 2023, 30)]]  # fmt: skip
SO2 = [{"enterprise_id": plant, "year": year, "amount": amount, **kind}
       for plant, year, made, left in [("A", 2022, 10, 4), ("A", 2023, 15, 3), ("B", 2022, 20, 6),
                                       ("B", 2023, 20, 2)]
       for amount, kind in [(made, {"amount_kind": "generated", "destination": ""}),
                            (left, {})]]  # fmt: skip


def opened(folder: Path, **tables: Any) -> Park:
    given = {"enterprises": PLANTS, "activity": COAL, "economy": VALUE, "releases": SO2}
    return make_park(folder / "p", **{**given, **tables})


def shown(monkeypatch: pytest.MonkeyPatch, park: Park, language: Language) -> str:
    told: list[str] = []
    monkeypatch.setattr(pages, "display", lambda it: told.append(str(it.data)))
    monkeypatch.setattr(pages, "show", lambda chart: told.append("<i>CHART</i>"))
    choice = PageChoice(park="p", year=2023, boundary="physical", language=language,
                        convention=park.about.convention)  # fmt: skip
    decomposition_effects.show_why(compiled(park), park, choice)
    return "\n".join(told)


def test_rows_hold_value_energy_carbon_and_pollutants_of_each_industry(tmp_path: Path) -> None:
    park = opened(tmp_path)
    rows = park_rows(compiled(park), park, ["so2"]).set_index(["industry", "year"])
    assert rows["value_added"].to_dict() == {
        ("26", 2022): 1e5, ("26", 2023): 2e5, ("44", 2022): 4e5, ("44", 2023): 3e5
    }  # fmt: skip
    assert rows["so2_generated_t"].tolist() == [10, 15, 20, 20]
    assert rows["so2_emitted_t"].tolist() == [4, 3, 6, 2]
    # the same coal: half as much again of it burns and emits half as much again
    for column in ("energy_tce", CARBON):
        cells = rows[column] / rows.loc[("26", 2022), column]
        assert cells.tolist() == pytest.approx([1, 1.5, 2, 2])


def test_what_one_plant_does_not_tell_is_blank_in_its_industry(tmp_path: Path) -> None:
    park = opened(tmp_path, economy=VALUE[:3],
                  releases=SO2[:-2] + SO2[-1:])  # fmt: skip
    rows = park_rows(compiled(park), park, ["so2"]).set_index(["industry", "year"])
    assert rows["value_added"].isna().tolist() == [False, False, False, True]
    assert rows["so2_generated_t"].isna().tolist() == [False, False, False, True]
    assert rows["so2_emitted_t"].tolist() == [4, 3, 6, 2]


def test_an_industry_nobody_names_keeps_what_it_earns(tmp_path: Path) -> None:
    plants = [PLANTS[0], {**PLANTS[1], "industry_code": ""}]
    park = opened(tmp_path, enterprises=plants)
    rows = park_rows(compiled(park), park).set_index(["industry", "year"])
    assert rows.loc[[("", 2022), ("", 2023)], "value_added"].tolist() == [4e5, 3e5]


def test_carbon_and_pollutant_keep_their_whole_change(tmp_path: Path) -> None:
    park = opened(tmp_path)
    rows = park_rows(compiled(park), park, ["so2"])
    table = decompose_park(rows, park_identities(["so2"], carbon=CARBON), (2022, 2023))
    so2 = table[table["species"] == "so2"].set_index("effect")["amount"]
    assert so2["total"] == pytest.approx(-5)
    assert so2.drop("total").sum() == pytest.approx(-5)
    # coal made the sulphur in both years: all of the fall but coal's is treatment
    assert so2["source"] == pytest.approx(0, abs=1e-9)
    assert so2["end_of_pipe"] < -5


def test_industries_that_sell_energy_stand_apart_and_the_sum_is_kept() -> None:
    rows = pd.DataFrame(
        {"group": "park", "industry": ["26", "77", "26", "77"], "year": [2020, 2020, 2021, 2021],
         "value_added": [1.0, 1.0, 2.0, 1.0], "energy_tce": [10.0, -2.0, 15.0, -3.0],
         CARBON: [30.0, 5.0, 40.0, 9.0]}
    )  # fmt: skip
    table = decompose_park(rows, park_identities(carbon=CARBON), (2020, 2021))
    amounts = table.set_index("effect")["amount"]
    assert amounts["net_sellers"] == 4
    assert amounts["total"] == pytest.approx(14)
    assert amounts.drop("total").sum() == pytest.approx(14)
    assert table["sellers"].unique().tolist() == ["77"]
    assert (table["before"].iloc[0], table["after"].iloc[0]) == (35, 49)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_draws_what_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    assert shown(monkeypatch, opened(tmp_path), language).count("<i>CHART</i>") == 2


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", "二氧化硫产生量（2023 年：44 电力、热力生产和供应业）"),
        ("en", "sulphur dioxide generated (2023: 44 Power and heat)"),
    ],
)
def test_the_page_names_the_cells_that_are_missing_and_draws_nothing_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: Language, words: str
) -> None:
    told = shown(monkeypatch, opened(tmp_path, releases=SO2[:-2] + SO2[-1:]), language)
    assert words in told
    assert told.count("<i>CHART</i>") == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh", "二氧化硫未作分解：增加值（2023 年：44 电力、热力生产和供应业）为负值"),
     ("en", "sulphur dioxide): value added (2023: 44 Power and heat) is below zero")],
)  # fmt: skip
def test_a_negative_value_added_is_named_once_of_all_it_keeps_from_being_decomposed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: Language, words: str
) -> None:
    park = opened(tmp_path, economy=[*VALUE[:3], {**VALUE[3], "amount": -30}])
    told = shown(monkeypatch, park, language)
    assert words in told
    assert told.count("2023 年：44" if language == "zh" else "2023: 44") == 1
    assert "value_added" not in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_variable_that_was_zero_is_told_beside_the_effects_it_is_not_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    nothing = [{**row, "amount": 0} if row["year"] == 2022 else row for row in VALUE]
    told = shown(monkeypatch, opened(tmp_path, economy=nothing), language)
    assert told.count(note_text("zero_inside", language)) == 1


def test_without_an_economy_nothing_is_decomposed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = shown(monkeypatch, opened(tmp_path, economy=[]), "zh")
    assert "无法分解" in told
    assert "CHART" not in told


PRESSURE = pd.DataFrame(
    {"group": ["park"] * 4 + ["26"] * 2, "year": [2020, 2021, 2020, 2021, 2020, 2021],
     "species": ["co2e", "co2e", "so2", "so2", "co2e", "co2e"],
     "amount": [100.0, 90.0, 10.0, 8.0, 50.0, 60.0]}
)  # fmt: skip
ECONOMY = pd.DataFrame(
    {"group": ["park", "park", "26", "26"], "year": [2020, 2021] * 2,
     "amount": [10.0, 12.0, 5.0, 5.5], "price_year": 2020}
)  # fmt: skip


def test_a_path_is_the_change_since_the_first_year() -> None:
    table = chapter.paths(PRESSURE, ECONOMY, "en")
    assert table["group"].tolist() == ["the whole park"] * 2 + ["26 Chemicals"] * 2
    assert table["economy_change"].tolist() == pytest.approx([0, 0.2, 0, 0.1])
    assert table["pressure_change"].tolist() == pytest.approx([0, -0.1, 0, 0.2])


def test_what_is_explored_is_the_group_and_span_asked_for() -> None:
    rule = DecouplingRule(pollutants=("so2",))
    found, lines = chapter.explored(PRESSURE, ECONOMY, "park", (2020, 2021), rule)
    assert (found["state"], found["pollutant"]) == ("S1", "so2")
    last = lines[lines["year"] == 2021].set_index("series")["index"]
    assert last.to_dict() == pytest.approx({"carbon": 90, "economy": 120, "so2": 80})


def test_a_first_year_of_nothing_has_no_index_and_no_infinite_one() -> None:
    money = ECONOMY.assign(amount=[0.0, 12.0, 5.0, 5.5])
    lines = decoupling.index_lines(PRESSURE, money)
    assert lines.loc[lines["series"] == "economy", "index"].isna().all()
    assert lines.loc[lines["series"] == "carbon", "index"].tolist() == pytest.approx([100, 90])


def test_a_park_that_cannot_be_told_is_no_state_that_industries_share() -> None:
    air = PRESSURE.assign(species=PRESSURE["species"].replace({"so2": "equivalents"}))
    grid = decoupling.states_by_industry(air, ECONOMY.assign(amount=[0.0, 12.0, 5.0, 5.5]), "zh")
    assert decoupling_words.grid_title(grid, "zh") == label(
        "page.decoupling.grid_title_unknown", "zh")  # fmt: skip


# Why the value added is not known, or not in constant prices.

NOW = {"price_year": ""}
BASE = {"about": {"price_base_year": 2022}}


def index_of(*values: float, name: str = "ppi") -> list[dict[str, Any]]:
    return [{"index": name, "year": 2022 + place, "value": value, "base_year": 2022, "origin": "o"}
            for place, value in enumerate(values)]  # fmt: skip


@pytest.mark.parametrize(
    ("tables", "zh", "en"),
    [
        ({}, "", ""),
        ({"economy": VALUE[:3]},
         "2023 年增加值合计无法计算，以下企业或行业没有数据：Works。\n- 增加值齐全的年份：2022。",
         "The value added of 2023 is not computable, without data of: Works.\n"
         "- Value added is whole in 2022."),
        ({"economy": [*VALUE[:3], {**VALUE[3], "measure": "gross_output"}]},
         "2023 年，Works未报增加值，报的是总产值；与增加值口径不同，未混用。",
         "2023: Works gave gross output and no value added; another measure"),
        ({"economy": [{**row, **NOW} for row in VALUE], "price_index": index_of(100), **BASE},
         "价格指数 ppi（整体）缺少 2023 年的数值", "Price index ppi (the whole) lacks 2023"),
        ({"economy": [{**row, **NOW} for row in VALUE], **BASE, "price_index":
          [{**row, "industry_code": "99"} for row in index_of(100, 110)]},
         "2023 年的增加值没有可用的价格指数", "No price index serves the value added of 2023"),
        ({"economy": [{**row, **NOW} for row in VALUE], **BASE,
          "price_index": [*index_of(100, 110), *index_of(100, 120, name="gdp")]},
         "价格指数不止一个（gdp、ppi）", "several price indexes (gdp, ppi)"),
        ({"economy": [{**row, **NOW} for row in VALUE], "price_index": index_of(100, 110)},
         "请在 park.toml 中填写 price_base_year", "give price_base_year in park.toml"),
    ],
    ids=["whole", "a member absent", "another measure", "an index ends", "no index", "two indexes",
         "no base year"],
)  # fmt: skip
def test_the_page_says_why_value_added_is_not_known(
    tmp_path: Path, tables: dict[str, Any], zh: str, en: str
) -> None:
    park = opened(tmp_path, **tables)
    value = decoupling.economy(compiled(park), park)
    told = decoupling_words.economy_text(value, park, "zh")
    assert zh in told
    assert bool(told) == bool(zh)
    assert en in decoupling_words.economy_text(value, park, "en")


def test_page_02_tells_the_value_added_of_page_04(tmp_path: Path) -> None:
    tables = {"economy": [{**row, **NOW} for row in VALUE], **BASE}
    park = opened(tmp_path, **tables, price_index=index_of(100, 125))
    inventory = compiled(park)
    choice = PageChoice(park="p", year=2023, boundary="physical", language="zh",
                        convention=park.about.convention)  # fmt: skip
    cards = {card.name: card for card in key_figures(inventory, park, choice)}
    card = cards[label("page.per_value", "zh")]
    assert card.note == "按 2022 年价格，由价格指数 ppi（整体；以 2022 年为基期）折算"
    value = decoupling.economy(inventory, park).set_index(["group", "year"])["amount"]
    # 20 and 30 in prices that rose by a quarter
    assert value["park", 2023] == pytest.approx(40e4)
    per_value = total(inventory, "co2e", 2023) / 40
    assert float(card.value.replace(",", "")) == pytest.approx(per_value, rel=1e-3)
    bare = opened(tmp_path / "bare", **tables)
    cards = {card.name: card for card in key_figures(compiled(bare), bare, choice)}
    assert cards[label("page.per_value", "zh")].note == label("page.prices_current", "zh")


# How sure, on the page.


def errors(percent: float | None) -> Errors:
    """The terms of PRESSURE, each amount an activity of its own, known to some per cent."""
    keys = PRESSURE["group"] + PRESSURE["species"] + PRESSURE["year"].astype("str")
    terms = PRESSURE.assign(activity_key=keys, factor_key="", activity_percent=percent,
                            factor_percent=0.0)  # fmt: skip
    return Errors(terms, UncertaintyRule(draws=300))


@pytest.mark.parametrize(
    ("percent", "value", "note", "cell"),
    [
        (1.0, "S1 碳污协同脱钩", "2020–2021，概率 >99%", "确定（>99%）"),
        (30.0, "S1 碳污协同脱钩（未定）", "2020–2021，概率", "未定（"),
        (None, "S1 碳污协同脱钩", "2020–2021，把握程度未评定", "无法判断"),
    ],
    ids=["settled", "open", "not judged"],
)
def test_card_and_table_say_how_sure_a_state_is(
    percent: float | None, value: str, note: str, cell: str
) -> None:
    found = decoupling.verdicts(PRESSURE, ECONOMY, errors(percent))
    total = Card(name="total", value="1")
    card = decoupling_words.key_figures(found, total, "zh")[1]
    assert card.value == value
    assert card.note.startswith(note)
    shown = decoupling_words.table(found, "zh").iloc[0]
    assert shown["state"] == "S1 碳污协同脱钩"
    assert shown["certainty"].startswith(cell)


def test_the_grid_marks_states_that_are_open() -> None:
    air = PRESSURE.assign(species=PRESSURE["species"].replace({"so2": "equivalents"}))
    for percent, is_open in ((1.0, False), (30.0, True)):
        drawn = errors(percent)._replace(terms=errors(percent).terms.assign(species=air["species"]))
        grid = decoupling.states_by_industry(air, ECONOMY, "zh", drawn)
        park = grid[grid["group"] == "本园区"].iloc[0]
        assert (park["state"], park["is_open"]) == ("S1", is_open)
        assert ("未定" in decoupling_words.grid_title(grid, "zh")) == is_open
        chart = str(state_grid(grid, language="zh", title="", caption="").to_dict())
        assert ("S1?" in chart, "结论未定" in chart) == (is_open, is_open)


def test_a_park_without_uncertainty_says_that_nothing_was_judged(tmp_path: Path) -> None:
    park = opened(tmp_path)
    inventory = compiled(park)
    pressure, value = decoupling.pressures(inventory, park), decoupling.economy(inventory, park)
    found = decoupling.verdict(pressure, value, decoupling.errors_of(inventory, park))
    assert found["certainty"].tolist() == ["unknown"]
    assert "把握程度未评定" in decoupling_words.paragraph(found, "zh")


# Captions and tables.


@pytest.mark.parametrize(
    ("frame", "years"),
    [({"year": [2018, 2023]}, "2018–2023"), ({"start": [2018], "end": [2023]}, "2018–2023"),
     ({"span_end": [2019, 2023], "start": [2018, 2022]}, "2018–2023"), ({"name": ["a"]}, "2021")],
    ids=["years", "spans", "grid", "one year"],
)  # fmt: skip
def test_a_caption_names_the_years_that_its_chart_shows(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, frame: dict[str, Any], years: str
) -> None:
    told: list[str] = []
    monkeypatch.setattr(pages, "show", lambda chart: None)
    park = opened(tmp_path)
    choice = PageChoice(park="p", year=2021, boundary="physical", language="en",
                        convention=park.about.convention)  # fmt: skip

    def chart(rows: pd.DataFrame, *, language: str, title: str, caption: str) -> Any:
        told.append(caption)

    pages.draw(chart, pd.DataFrame(frame), choice=choice, park=park, title="")
    assert f"; {years};" in told[0]


def test_carbon_and_pollutants_stand_side_by_side_in_shares(tmp_path: Path) -> None:
    rows = park_rows(compiled(opened(tmp_path)), opened(tmp_path), ["so2"])
    identities = park_identities(["so2"], carbon=CARBON)
    found = {name: decompose_park(rows, {name: identity}, (2022, 2023))
             for name, identity in identities.items()}  # fmt: skip
    table = decomposition_tables.compared(found, "zh").set_index("因素")
    carbon, so2 = table.columns
    assert table.loc["末端治理效应", carbon] == table.loc["能源碳强度效应", so2] == "—"
    assert table.loc["末端治理效应", so2].startswith("−")
    # 10 t of SO2 became 5, 300 t of coal 350
    assert (table.loc["总变化", so2], table.loc["总变化", carbon]) == ("−50.0%", "+16.7%")
    assert "边界调整" not in table.index


@pytest.mark.parametrize("language", LANGUAGES)
def test_three_years_show_a_chain_with_its_residual(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    older = [{**row, "year": 2021} for row in COAL if row["year"] == 2022]
    value = [{**row, "year": 2021} for row in VALUE if row["year"] == 2022]
    park = opened(tmp_path, activity=[*older, *COAL], economy=[*value, *VALUE])
    told = shown(monkeypatch, park, language)
    assert "2021–2022" in told
    assert "0.000 t" in told
    assert "10⁻¹²" in told
    assert "2021–2022" not in shown(monkeypatch, opened(tmp_path / "two"), language)
