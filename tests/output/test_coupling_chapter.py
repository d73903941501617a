"""Page 03, coupling: leading sources with their answers, penalties, correlations in words."""

from __future__ import annotations

import pandas as pd
import pytest

from parkkit.core.labels import Language
from parkkit.inventory.compilation import Inventory, compile_inventory
from parkkit.output.chapters.fusion_coupling import (
    correlation_text,
    coupled,
    penalties,
    show_coupling,
    show_penalties,
)
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
    table = coupled(inventory, park, choice_of(park))
    assert table["is_point"].tolist() == ["Yes"] + ["No"] * (len(table) - 1)
    first = table.iloc[0]
    assert (first["same_cause"], first["same_direction"], first["why_open"]) == ("Yes", "No", "—")
    is_open = table[["same_cause", "same_direction"]].eq("Open").any(axis=1)
    assert is_open.any()
    assert (table.loc[is_open, "why_open"] != "—").all()


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


def test_correlations_are_sentences_with_their_count_and_p(
    langang: tuple[Park, Inventory],
) -> None:
    park, inventory = langang
    text = correlation_text(inventory, choice_of(park))
    assert text.count("\n- ") + 1 == 5
    assert "adjusted p < 0.001" in text  # PM
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
