"""Chapter 01: four boundaries, who falls between them, and what a moved boundary does."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

from parkkit.core.errors import ParkError
from parkkit.core.labels import LANGUAGES, Language
from parkkit.output import charts, pages
from parkkit.output.chapters import (
    boundary,
    boundary_changes,
    boundary_parts,
    boundary_tables,
)
from parkkit.output.maps import write_map
from parkkit.output.page_choice import PageChoice, years
from parkkit.park.package import Park, open_park, plant_names
from tests.parks import TRADING_PLANTS, TRADING_ROWS, box, make_park

LANGANG = Path(__file__).parents[2] / "sample_parks" / "langang"
COAL = [{"amount": 1}]
WIDE = (120.0, 30.0, 120.3, 30.1)  # holds all three trading plants
# The approved boundary held A and B until 2022, and C, too, from 2023.
MOVED = [
    box(), box("approved", valid_to=2022), box("approved", valid_from=2023, edges=WIDE),
]  # fmt: skip
COAL_OF_2022 = [{"enterprise_id": plant, "amount": amount, "year": 2022}
                for plant, amount in (("A", 500), ("C", 10))]  # fmt: skip


def chosen(
    park: Park, language: Language = "en", *, kind: str = "physical", year: int = 2023,
    part: str = "",
) -> PageChoice:  # fmt: skip
    return PageChoice(park="p", year=year, boundary=kind, language=language, part=part,
                      convention=park.about.convention)  # fmt: skip


def text_of(html: str) -> str:
    """What a reader sees: no tags, no style, single spaces."""
    bare = re.sub(r"<style>.*?</style>", " ", html, flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", bare))).strip()


def rows_of(html: str) -> list[str]:
    return [text_of(row) for row in re.findall(r"<tr.*?</tr>", html, flags=re.S)]


def page(park: Park, choice: PageChoice, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The page as its notebook makes it: its texts, and CHART with its title for a picture."""
    told: list[str] = []
    monkeypatch.setattr(pages, "display", lambda it: told.append(str(it.data)))
    monkeypatch.setattr(
        pages, "show", lambda chart: told.append(f"CHART {chart.to_dict()['description']}")
    )
    names: dict[str, Any] = {"park_data": park, "choice": choice, "language": choice.language}
    notebook = nbformat.read(pages.notebooks_folder() / "01_boundary.ipynb", as_version=4)
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "code" and not {"parameters", "page-only"} & set(tags):
            source = cell.source.replace("from parkkit_widgets import BoundaryEditor\n", "")
            if "open_page" not in source:
                exec(source, names)
    return told


@pytest.fixture(scope="module")
def langang() -> Park:
    return open_park(LANGANG)


@pytest.fixture(scope="module")
def whole_page(langang: Park) -> Callable[[Language], list[str]]:
    """The page of the whole park by its approved boundary, made once a language."""

    @cache
    def made(language: Language) -> list[str]:
        with pytest.MonkeyPatch.context() as patch:
            return page(langang, chosen(langang, language, kind="approved"), patch)

    return made


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Park:
    rows = [*TRADING_ROWS, *COAL_OF_2022]
    folder = tmp_path_factory.mktemp("moved")
    return make_park(folder, boundaries=MOVED, enterprises=TRADING_PLANTS, activity=rows)


# --- the page as a whole ----------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_tells_the_four_boundaries_of_the_sample_park(
    whole_page: Callable[[Language], list[str]], language: Language
) -> None:
    told = whole_page(language)
    assert len([text for text in told if text.startswith("CHART")]) == 5
    whole = text_of(" ".join(told))
    # Declared, the approved boundary grew by 13.6 %; on one perimeter it fell by 3.44 %.
    assert "+13.6%" in whole
    assert "−3.44%" in whole
    english = "the boundaries disagree on 19" in whole
    assert english or "各边界对 19 家归属不一" in whole


LISTED = {"default_boundary": "statistical"}
BARE: dict[str, dict[str, Any]] = {
    "no polygon": {"about": LISTED, "boundaries": [], "activity": COAL},
    "releases only": {"releases": [{"amount": 1}]},
    "not yet drawn": {"boundaries": [box(valid_from=2024)], "activity": COAL},
    "a part alone": {"about": LISTED, "boundaries": [box(part="East")], "activity": COAL},
    "no place": {"enterprises": [{"lon": "", "lat": ""}], "activity": COAL},
    "no registration": {"enterprises": [{"is_registered_here": ""}], "activity": COAL},
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("given", BARE.values(), ids=BARE)
def test_a_bare_park_has_its_page(
    tmp_path: Path, given: dict[str, Any], language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    park = make_park(tmp_path, **given)
    told = text_of(" ".join(page(park, chosen(park, language), monkeypatch)))
    assert not re.search(r"\bnan\b|<NA>|None", told)


def test_the_page_of_a_part_is_about_the_part_and_says_what_is_of_the_whole(
    langang: Park, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = page(langang, chosen(langang, part="新材料园"), monkeypatch)
    pictures = [text for text in told if text.startswith("CHART")]
    assert "CHART 3 plants are inside the 新材料园 (physical) boundary" in pictures[0]
    # The matrix and the way to the other boundaries are of the whole park.
    assert [text.split("\n")[1].startswith("新材料园") for text in pictures] == [
        True, False, False, True]  # fmt: skip
    said = [text for text in told if "whole park, not 新材料园 alone" in text]
    assert len(said) == 4  # areas, matrix, who falls between, the other boundaries


def test_the_page_of_the_whole_has_no_word_on_parts_and_its_totals_before_the_areas(
    whole_page: Callable[[Language], list[str]],
) -> None:
    told = whole_page("en")
    assert not any("This section is about the whole park" in text for text in told)
    heads = [text for text in told if text.startswith("## ")]
    assert heads[:3] == ["## The park and its plants", "## One park, four boundaries",
                         "## The area of each boundary"]  # fmt: skip


# --- key figures and areas --------------------------------------------------------------------


def test_the_drawn_area_is_held_against_the_official_one(tmp_path: Path) -> None:
    park = make_park(tmp_path, activity=COAL, boundaries=[box(official_area_ha=10_000)])
    cards = boundary.key_figures(boundary.comparison(park, chosen(park)), chosen(park))
    assert cards[1].note == "+6.9% against the official area"
    bare = make_park(tmp_path / "bare", activity=COAL)
    assert boundary.key_figures(boundary.comparison(bare, chosen(bare)), chosen(bare))[1].note == ""


def test_areas_stand_for_every_boundary_and_part_and_a_list_has_none(tmp_path: Path) -> None:
    shapes = [box(official_area_ha=10_000, valid_from=2020), box(part="East", valid_to=2030)]
    park = make_park(tmp_path, activity=COAL, boundaries=shapes)
    rows = rows_of(boundary_tables.areas_html(park, chosen(park)))
    assert rows[1:] == [
        "Physical boundary 10,690 10,000 690.5 6.9% since 2020",
        "Approved boundary — — — — —",
        "Management boundary — — — — —",
        "Statistical boundary — — — — —",
        "East (physical) 10,690 not computable not computable not computable until 2030",
    ]


# --- who falls between ------------------------------------------------------------------------


def test_a_plant_between_the_boundaries_has_its_number_tonnes_and_siting(tmp_path: Path) -> None:
    plants = [{"enterprise_id": "A"},
              {"enterprise_id": "B", "name_en": "Abroad", "is_registered_here": "no"},
              {"enterprise_id": "C", "name_en": "Hidden", "lon": "", "lat": ""}]  # fmt: skip
    park = make_park(tmp_path, enterprises=plants, activity=[{"enterprise_id": "B", "amount": 100}])
    between = boundary.disputed(park, chosen(park))
    assert between["enterprise_id"].tolist() == ["B", "C"]
    assert between["number"].tolist() == [1, pd.NA]
    html = boundary_tables.disputed_html(between, park, chosen(park))
    assert rows_of(html)[1].startswith("1 Abroad stands here, registered elsewhere physical ")
    assert rows_of(html)[2].startswith("Hidden no coordinates statistical (cannot tell: physical")
    assert "1 plant produces here and is registered elsewhere (Abroad): " in text_of(html)


def test_the_map_numbers_who_is_in_dispute_and_leaves_nobody_out(tmp_path: Path) -> None:
    plants = [{"enterprise_id": "A"}, {"enterprise_id": "B", "is_registered_here": "no"},
              {"enterprise_id": "C", "lon": "", "lat": ""}]  # fmt: skip
    park = make_park(tmp_path, enterprises=plants, activity=COAL)
    frame = boundary.map_plants(park, chosen(park), boundary.disputed(park, chosen(park)))
    assert frame["number"].tolist() == [pd.NA, 1, pd.NA]
    assert len(frame) == 3


def test_a_boundary_not_drawn_that_year_has_members_nobody_can_tell(tmp_path: Path) -> None:
    park = make_park(tmp_path, activity=COAL, boundaries=[box(valid_from=2024)])
    choice = chosen(park)
    between = boundary.disputed(park, choice)
    assert boundary.map_plants(park, choice, between)["is_member"].isna().all()
    title = boundary.map_title(boundary.comparison(park, choice), between, choice)
    assert title == "Who is inside the physical boundary cannot be told"


# --- from one boundary to the others ----------------------------------------------------------


def test_the_steps_lead_from_the_page_s_boundary_to_each_other_one(moved: Park) -> None:
    steps = boundary_tables.reconciliation(moved, chosen(moved))
    rows = boundary_tables.steps_to_others(steps, chosen(moved))
    assert rows["kind"].tolist()[:4] == ["start", "enters", "end", "end"]
    assert rows["name"][1] == "Physical boundary → Approved boundary: 1 plant enters"
    # C burns 10 t of bituminous coal.
    assert rows["change_t"][1] == pytest.approx(rows["total_t"][2] - rows["total_t"][0])
    assert rows["total_t"][1] == pytest.approx(rows["total_t"][2], rel=1e-12)
    # Management has no polygon and no flag here: it is told as not computable, not as 0.
    assert rows["name"][3] == "Management boundary"
    assert pd.isna(rows["total_t"][3])


def test_each_other_boundary_has_a_group_that_starts_from_the_page_s_own(langang: Park) -> None:
    choice = chosen(langang)
    rows = boundary_tables.steps_to_others(boundary_tables.reconciliation(langang, choice), choice)
    kinds = rows["kind"].tolist()
    assert kinds == [
        "start", "leaves", "end", "start", "enters", "end", "start", "leaves", "enters", "end"
    ]  # fmt: skip
    starts = rows.loc[rows["kind"] == "start", "total_t"]
    assert starts.nunique() == 1
    group = (rows["kind"] == "start").cumsum()
    for _, led in rows.groupby(group):
        reached = led["total_t"].iloc[0] + led["change_t"].sum()
        assert reached == pytest.approx(led["total_t"].iloc[-1], rel=1e-12)


def test_the_table_holds_the_same_steps_for_each_pollutant(langang: Park) -> None:
    choice = chosen(langang, "zh")
    steps = boundary_tables.reconciliation(langang, choice)
    found = boundary_tables.steps_to_others_by_kind(steps, "so2")
    for kind in ("approved", "management", "statistical"):
        moves = sum(found.get((kind, step), 0.0) for step in boundary_tables.STEPS)
        assert found["", "start"] + moves == pytest.approx(found[kind, "end"], rel=1e-12)
    rows = rows_of(boundary_tables.reconciliation_html(steps, langang, choice))
    assert rows[1].startswith("物理边界 327.6 344.3 799.6 707.2")
    assert rows[2].startswith("物理边界 → 审批边界：去掉 14 家 −41.09 −130.5")
    assert [row.split(" ")[0] for row in rows].count("物理边界") == 3 + 4  # starts and steps


def test_what_is_not_in_the_steps_is_named_with_its_substances(langang: Park) -> None:
    choice = chosen(langang, "zh")
    steps = boundary_tables.reconciliation(langang, choice)
    moves = steps["kind"].isin(boundary_tables.STEPS)
    text = text_of(boundary_tables.reconciliation_html(steps, langang, choice))
    lost = steps.loc[moves & steps["amount_t"].isna(), "enterprise_id"]
    assert f"另有 {lost.nunique()} 家企业的部分物质无法计算，未计入变化：" in text
    names = plant_names(langang, "zh")
    assert all(f"{names[plant]}（氮氧化物）" in text for plant in lost)
    whole = steps.assign(amount_t=steps["amount_t"].fillna(0.0))
    assert "未计入变化" not in boundary_tables.reconciliation_html(whole, langang, choice)


# --- a part and the rest ----------------------------------------------------------------------


def test_a_part_and_the_rest_stand_with_their_transfers(langang: Park) -> None:
    html = boundary_parts.part_html(langang, chosen(langang, "zh"), "新材料园")
    rows = rows_of(html)
    assert [row.split(" ")[0] for row in rows[1:5]] == [
        "新材料园", "园区其余部分", "两者之间的往来（整体只计一次）", "园区整体"]  # fmt: skip
    part, rest, transfers, whole = (float(row.split(" ")[2].replace("−", "-")) for row in rows[1:5])
    assert part + rest + transfers == pytest.approx(whole, abs=0.15)  # four digits of 327.6
    assert rows[6].startswith("澜港热电 澜港合成树脂 外购 热力 碳排放")
    # What both count is told as an amount, and the words take it off.
    assert re.search(r"扣除两者之间重复计算的 \d", text_of(html))


def test_without_a_part_the_page_says_so(moved: Park, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(pages, "display", lambda it: told.append(str(it.data)))
    boundary_parts.show_parts(moved, chosen(moved))
    assert told[-1] == "No park within the park is drawn in 2023 (Physical)."


# --- over time --------------------------------------------------------------------------------


def test_a_boundary_that_never_moved_is_one_sentence(
    moved: Park, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(pages, "display", lambda it: told.append(str(it.data)))
    boundary_changes.show_history(moved, chosen(moved))
    assert len(told) == 2
    assert told[1].startswith("The boundary did not move from 2022 to 2023")
    assert boundary_changes.versions(moved, chosen(moved, kind="approved")) == 2


def test_a_park_of_one_year_has_no_history_to_restate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    park = make_park(tmp_path, activity=COAL)
    told: list[str] = []
    monkeypatch.setattr(pages, "display", lambda it: told.append(str(it.data)))
    boundary_changes.show_history(park, chosen(park))
    assert told[1:] == ["There are data of 2023 alone: no other year to compare with."]


def test_history_is_told_as_declared_and_on_one_perimeter(moved: Park) -> None:
    choice = chosen(moved, kind="approved")
    carbon = boundary_changes.restated(moved, choice)
    carbon = carbon[carbon["species"] == "co2e"]
    assert carbon[["declared_count", "restated_count"]].values.tolist() == [[2, 3], [3, 3]]
    first = carbon.iloc[0]
    # In 2022 A burnt 500 t of coal and C, not yet in, 10 t.
    assert first["restated_t"] / first["declared_t"] == pytest.approx(510 / 500)
    rows = rows_of(boundary_changes.history_html(carbon, "en"))
    assert len(rows) == 3


def test_the_change_between_two_years_is_split_and_adds_up(moved: Park) -> None:
    choice = chosen(moved, kind="approved")
    steps = boundary_changes.change_steps(
        moved, boundary_type="approved", convention=choice.convention, first=2022, last=2023
    )
    rows = boundary_changes.change_rows(steps, moved, choice, 2022, 2023)
    assert rows["name"].tolist() == [
        "2022", "Boundary moved (1): Works", "Plants opened", "Plants closed",
        "Change at the other plants", "2023"]  # fmt: skip
    assert rows["total_t"].iloc[-2] == pytest.approx(rows["total_t"].iloc[-1], rel=1e-12)
    moved_t = rows["total_t"].iloc[1] - rows["total_t"].iloc[0]
    assert moved_t == pytest.approx(rows["change_t"].iloc[1])


# --- the map as a picture ---------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_map_is_written_as_a_picture_with_its_letters(
    moved: Park, tmp_path: Path, language: Language
) -> None:
    park = replace(moved, enterprises=moved.enterprises.assign(name_zh="澜港热电"))
    svg, png = tmp_path / "map.svg", tmp_path / "map.PNG"
    for path in (svg, png):
        write_map(park, chosen(park, language), path)
    assert png.read_bytes().startswith(b"\x89PNG\r\n")
    texts = "".join(ET.fromstring(svg.read_text(encoding="utf-8")).itertext())
    assert (
        "物理边界（本页采用）" if language == "zh" else "Physical boundary (used here)"
    ) in texts
    assert ("澜港热电" in texts) == (language == "zh")


def test_a_map_of_another_ending_is_refused(moved: Park, tmp_path: Path) -> None:
    with pytest.raises(ParkError, match="map.pdf: a map is written with one of the endings"):
        write_map(moved, chosen(moved), tmp_path / "map.pdf")


def test_the_editor_is_asked_for_the_page_s_own_boundary(
    langang: Park, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(boundary, "display", asked.append)
    monkeypatch.setattr(pages, "display", lambda it: None)
    choice = chosen(langang, "zh", part="新材料园", year=years(langang)[0])
    boundary.show_editor(lambda *args, **more: (args, more), choice)
    assert asked == [(("p",), {"boundary_type": "physical", "part": "新材料园", "year": 2018,
                               "language": "zh"})]  # fmt: skip


def test_the_charts_of_the_chapter_are_among_all_charts() -> None:
    assert {"perimeter_waterfall", "restated_lines", "boundary_map"} <= set(charts.__all__)
