"""The readable ledger and the factors: each reason says why, each factor how far it is checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from parkkit.core.labels import LANGUAGES, Language, catalogue, label
from parkkit.inventory.compilation import Inventory
from parkkit.output.chapters import factors, ledger
from parkkit.output.pages import PageChoice
from parkkit.park.package import Park
from tests.parks import OUTSIDE, compiled, make_park

COAL = {"amount": 1000}
REASONS = [key.removeprefix("reason.") for key in catalogue() if key.startswith("reason.")]


def chosen(park: Park, language: Language = "zh") -> PageChoice:
    return PageChoice(park="p", year=2023, boundary="physical", language=language,
                      convention=park.about.convention)  # fmt: skip


def two_plants(folder: Path) -> tuple[Inventory, PageChoice]:
    """A burns coal inside and has two lists of SO2, C burns coal outside."""
    park = make_park(
        folder,
        enterprises=[{}, {"enterprise_id": "C", **OUTSIDE}],
        activity=[COAL, {"enterprise_id": "C", "amount": 10}],
        releases=[
            {"amount": 3, "data_rank": 1},
            {"amount": 4, "data_rank": 3, "list": "statistics"},
        ],
    )
    return compiled(park), chosen(park)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_says_why_and_what_can_be_done(reason: str, language: Language) -> None:
    why = label(f"why.{reason}", language)
    assert why.endswith("。" if language == "zh" else ".")
    assert len(why) > len(label(f"reason.{reason}", language))


def test_the_ledger_tells_amount_rows_and_plants_of_each_reason(tmp_path: Path) -> None:
    inventory, choice = two_plants(tmp_path / "p")
    table = ledger.reasons(inventory, choice).set_index("reason")
    assert table.loc["other_list_chosen", ["entry_count", "plant_count"]].tolist() == [1, 1]
    assert "二氧化硫 −4 t" in table.loc["other_list_chosen", "pollutants"]
    outside = inventory.ledger[inventory.ledger["reason"] == "outside"]
    assert table.loc["outside", "entry_count"] == len(outside)
    co2 = outside.loc[outside["species"] == "co2", "amount_t"].sum()
    assert table.loc["outside", "co2e_t"] > co2


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_the_ledger_says_each_reason_once_with_its_why(
    tmp_path: Path, language: Language
) -> None:
    inventory, choice = two_plants(tmp_path / "p")
    html = ledger.ledger_html(inventory, chosen_in(choice, language))
    for reason in set(inventory.ledger["reason"]):
        assert html.count(label(f"why.{reason}", language)) == 1
    assert "nan" not in html


def chosen_in(choice: PageChoice, language: Language) -> PageChoice:
    return PageChoice(park=choice.park, year=choice.year, boundary=choice.boundary,
                      language=language, convention=choice.convention)  # fmt: skip


def test_an_empty_ledger_says_so(tmp_path: Path) -> None:
    park = make_park(tmp_path / "p", activity=[{**COAL, "amount": 1}])
    html = ledger.ledger_html(compiled(park), chosen(park))
    assert html == "<p>本年度台账没有记录：全部候选量计入总量。</p>"


def test_the_title_tells_what_share_is_kept_and_what_took_most(tmp_path: Path) -> None:
    inventory, choice = two_plants(tmp_path / "p")
    told = ledger.title(ledger.steps(inventory, choice), "zh")
    # 10 of 1010 t of the same coal are burnt outside.
    assert told == "候选量的 99% 计入总量；变动最大的一项：位于边界外"


def test_each_factor_tells_its_mark_and_how_much_rests_on_it(tmp_path: Path) -> None:
    inventory, choice = two_plants(tmp_path / "p")
    table = factors.factors_table(inventory, choice).set_index(["factor_id", "species"])
    rows = inventory.emissions[inventory.emissions["factor_id"] != ""]
    assert len(table) == len(rows)
    assert table["emissions_t"].sum() == pytest.approx(rows["emissions_t"].sum())
    assert set(table["factor_mark"]) <= {"seen", "seen_once", "recalled"}
    assert table["entry_count"].eq(1).all()


def test_factors_stand_under_their_set_with_their_mark(tmp_path: Path) -> None:
    inventory, choice = two_plants(tmp_path / "p")
    html = factors.factors_html(inventory, choice)
    assert "省级温室气体清单编制指南（2025）（CN_PROV2025）" in html
    assert "<td>bituminous/<wbr>carbon_<wbr>content</td>" in html
    assert "见于公开文本" in html
    assert "nan" not in html


def test_every_mark_of_a_factor_is_named() -> None:
    marks = ("seen", "seen_once", "recalled", "site", "own", "certificate")
    assert [mark for mark in marks if f"factor_mark.{mark}" not in catalogue()] == []
