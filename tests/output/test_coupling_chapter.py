"""Page 03, coupling: leading sources with their answers, penalties, correlations in words."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from parkkit.core.labels import Language
from parkkit.inventory.compilation import Inventory, compile_inventory
from parkkit.inventory.coupling import reason_text
from parkkit.output.chapters.fusion import fused_sources, table
from parkkit.output.chapters.fusion_coupling import (
    correlation_text,
    coupled,
    nothing_told,
    penalties,
    show_coupling,
    show_penalties,
)
from parkkit.output.figures import table as shown_table
from parkkit.output.page_choice import PageChoice
from parkkit.park.package import Park, open_park


@pytest.fixture(scope="module")
def langang() -> tuple[Park, Inventory]:
    park = open_park("langang")
    made = compile_inventory(park, boundary_type="physical", convention=park.about.convention)
    return park, made


def choice_of(park: Park, language: Language = "en", year: int = 2023) -> PageChoice:
    return PageChoice(park="langang", year=year, boundary="physical", language=language,
                      convention=park.about.convention)  # fmt: skip


def test_points_come_first_and_what_cannot_be_judged_says_why(
    langang: tuple[Park, Inventory],
) -> None:
    park, inventory = langang
    told = coupled(inventory, park, choice_of(park))
    assert told["is_point"].tolist() == ["Yes"] + ["No"] * (len(told) - 1)
    first = told.iloc[0]
    assert (first["same_cause"], first["same_direction"], first["why_open"]) == ("Yes", "No", "—")
    is_open = told[["same_cause", "same_direction"]].eq("Open").any(axis=1)
    assert is_open.any()
    assert (told.loc[is_open, "why_open"] != "—").all()


def test_a_share_that_nobody_tells_is_absent_and_one_that_lacks_a_number_is_not() -> None:
    lacking = reason_text("incomplete", "en")
    table = pd.DataFrame({"direct_co2e_share": [None, None, 0.2],
                          "pollution_share": [0.3, 0.3, None],
                          "why_open": ["no direct carbon", lacking, "—"]})  # fmt: skip
    assert nothing_told(table, "en").to_numpy().tolist() == [
        [True, False], [False, False], [False, True]
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
def test_penalties_are_told_in_words_with_what_they_lack(
    langang: tuple[Park, Inventory], language: Language
) -> None:
    park, inventory = langang
    table = penalties(inventory, park, choice_of(park, language))
    assert table["penalty_co2e_t"].dropna().is_monotonic_decreasing
    lacking = table[table["penalty_t_per_t"].isna()]
    assert len(lacking)
    assert (lacking["lacks"] != "—").all()
    assert not table["lacks"].str.contains("_").any()  # no code is shown
    heads = re.findall(r"<th[^>]*>([^<]*)</th>", shown_table(table, language))
    assert (
        heads[3:6]
        == {
            "zh": ["去除量", "设施运行的 CO₂e", "每去除 1 t 的 CO₂e（t）"],
            "en": ["Removed", "CO₂e of running (kt)", "CO₂e per tonne removed (t)"],
        }[language]
    )  # one unit each


def test_a_source_that_lacks_a_number_is_no_point_and_none_is_denied(
    langang: tuple[Park, Inventory],
) -> None:
    park, inventory = langang
    fused = fused_sources(inventory, park, choice_of(park)).set_index("name")
    answers = fused["is_point"]
    assert answers["Langang Heat and Power · 循环流化床锅炉 DA001"] == "Yes"
    assert list(answers[answers == "Open"].index) == ["Langang Lime · 石灰窑燃烧 DA001"]
    assert fused["is_co_control_point"].isna().sum() == 1
    shown = table(fused.reset_index())
    assert shown["is_point"].value_counts().to_dict() == {"No": len(shown) - 2, "Yes": 1, "Open": 1}


def test_correlations_are_sentences_with_their_count_and_p(
    langang: tuple[Park, Inventory],
) -> None:
    park, inventory = langang
    text = correlation_text(inventory, choice_of(park))
    assert text.count("\n- ") + 1 == 5
    assert "(15 sources, rank correlation 0.91, p < 0.001, below 5%)" in text  # PM
    assert "it may be chance (10 sources, rank correlation 0.71, p = 0.060" in text  # VOCs
    assert "fewer than five pairs" in text  # COD


def test_a_park_without_devices_or_leading_sources_says_so(
    langang: tuple[Park, Inventory], monkeypatch: pytest.MonkeyPatch
) -> None:
    park, inventory = langang
    said: list[str] = []
    chapter = "parkkit.output.chapters.fusion_coupling"
    monkeypatch.setattr(f"{chapter}.say", lambda key, _language: said.append(key))
    monkeypatch.setattr(f"{chapter}.coupled", lambda *_given: pd.DataFrame())
    monkeypatch.setattr(f"{chapter}.penalties", lambda *_given: pd.DataFrame())
    show_coupling(inventory, park, choice_of(park))
    show_penalties(inventory, park, choice_of(park))
    assert said[1::2] == ["page.coupling.none", "page.coupling.no_penalty"]
