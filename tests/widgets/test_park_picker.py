"""ParkPicker: what can be picked, what cannot and why, and what it says it holds."""

from __future__ import annotations

import json
import shutil
from ast import literal_eval
from pathlib import Path

import pytest
from parkkit_widgets import ParkPicker, listing
from traitlets import TraitError

LANGANG = Path(__file__).parents[2] / "sample_parks" / "langang"
PART = "新材料园"
EVIL = "A（1）<b>$&"
GIVEN = {
    "years": [2021, 2022],
    "boundaries": ["physical", "statistical"],
    "parts": {"physical": [PART, EVIL]},
}


@pytest.fixture
def parks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a sound park and three broken ones."""
    shutil.copytree(LANGANG, tmp_path / "langang")
    shutil.copytree(LANGANG, tmp_path / "no_plants")
    (tmp_path / "no_plants" / "enterprises.csv").unlink()
    for name, text in {"not_toml": "[park", "not_a_table": "park = 3"}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "park.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("PARKKIT_PARKS", str(tmp_path))
    return tmp_path


def options(picker: ParkPicker, name: str) -> dict[str, str]:
    return {option["value"]: option["text"] for option in picker.options[name]}


def disabled(picker: ParkPicker) -> list[str]:
    return [option["value"] for option in picker.options["park"] if option["is_disabled"]]


def test_the_choice_can_be_written_in_a_cell(parks):
    picker = ParkPicker("langang", year=2022, boundary="statistical", **GIVEN)
    assert literal_eval(repr(picker.choice)) == {
        "park": "langang",
        "year": 2022,
        "boundary": "statistical",
        "part": "",
    }


def test_the_picker_prints_as_it_was_made(parks):
    picker = ParkPicker("langang", year=2022, boundary="physical", part=PART, language="en")
    again = eval(repr(picker), {"ParkPicker": ParkPicker})
    assert (again.choice, again.language) == (picker.choice, "en")


def test_what_is_not_given_is_the_parks_own_default(parks):
    picker = ParkPicker("langang")
    whole = {"park": "langang", "year": 2023, "boundary": "physical", "part": ""}
    assert picker.choice == whole
    assert list(options(picker, "year")) == [2018, 2019, 2020, 2021, 2022, 2023]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("park", "nowhere", "no park 'nowhere'"),
        ("park", "../langang", "no park"),
        ("park", "no_plants", "problem.s. in its data"),
        ("park", "not_a_table", "problem.s. in its data"),
        ("year", 1999, "unknown year '1999'"),
        ("boundary", "approved", "unknown boundary 'approved'"),
        ("part", "东区", "unknown part of the park '东区'"),
        ("language", "fr", "language"),
    ],
)
def test_what_cannot_be_picked_is_refused_by_name(parks, name, value, told):
    picker = ParkPicker("langang", **GIVEN)
    before = picker.choice
    with pytest.raises(TraitError, match=told):
        setattr(picker, name, value)
    assert picker.choice == before


def test_a_refused_park_from_the_front_end_changes_nothing(parks):
    picker = ParkPicker("langang", **GIVEN)
    with pytest.raises(TraitError):
        picker.set_state({"park": "no_plants"})
    assert picker.park == "langang"


@pytest.mark.parametrize(
    ("language", "park", "boundary"),
    [
        ("zh", "澜港化工园（合成数据）", "物理边界"),
        ("en", "Langang Chemical Park (synthetic)", "Physical"),
    ],
)
def test_names_are_in_the_language(parks, language, park, boundary):
    picker = ParkPicker("langang", language=language, **GIVEN)
    assert options(picker, "park")["langang"] == park
    assert options(picker, "boundary")["physical"] == boundary


def test_names_follow_a_change_of_language(parks):
    picker = ParkPicker("langang", language="zh", **GIVEN)
    picker.language = "en"
    assert (picker.texts["park"], options(picker, "boundary")["statistical"]) == (
        "Park",
        "Statistical",
    )


def test_a_broken_park_is_listed_and_disabled_with_the_reason(parks):
    picker = ParkPicker("langang", language="en", **GIVEN)
    picker.check()
    assert disabled(picker) == ["no_plants", "not_a_table", "not_toml"]
    named = options(picker, "park")
    assert named["no_plants"].startswith("Langang Chemical Park (synthetic) (")
    assert "problem(s) in its data" in named["no_plants"]
    assert named["not_toml"] == "not_toml (1 problem(s) in its data)"


def test_a_folder_that_breaks_the_reading_itself_is_still_listed(parks, monkeypatch):
    def named(park: str) -> Path:
        if park == "no_plants":
            raise PermissionError("locked")
        return parks / park

    monkeypatch.setattr(listing, "named_park", named)
    picker = ParkPicker("langang", language="zh", **GIVEN)
    picker.check()
    assert options(picker, "park")["no_plants"] == "no_plants（无法读取）"


def test_tables_of_other_parks_are_read_only_when_asked_for(parks):
    picker = ParkPicker("langang", **GIVEN)
    assert disabled(picker) == ["not_a_table", "not_toml"]


def test_only_the_parks_given_are_listed(parks):
    picker = ParkPicker("langang", parks=["langang"], **GIVEN)
    assert list(options(picker, "park")) == ["langang"]


def test_another_park_keeps_year_and_boundary_where_it_has_them(parks):
    shutil.copytree(parks / "langang", parks / "other")
    picker = ParkPicker("langang", year=2021, boundary="statistical")
    picker.park = "other"
    kept = {"park": "other", "year": 2021, "boundary": "statistical", "part": ""}
    assert picker.choice == kept


def test_another_park_without_the_year_shows_its_own_default(parks):
    shutil.copytree(parks / "langang", parks / "other")
    picker = ParkPicker("langang", years=[1990], boundaries=["physical"])
    picker.park = "other"
    assert picker.choice == {"park": "other", "year": 2023, "boundary": "physical", "part": ""}


def test_parts_are_offered_where_the_boundary_has_some(parks):
    picker = ParkPicker("langang", boundary="physical", language="zh")
    assert options(picker, "part") == {"": "整个园区", PART: PART}
    picker.boundary = "statistical"
    assert picker.options["part"] == []


def test_a_part_is_dropped_with_the_boundary_it_is_drawn_for(parks):
    picker = ParkPicker("langang", boundary="physical", part=PART, **GIVEN)
    picker.boundary = "statistical"
    assert (picker.boundary, picker.part) == ("statistical", "")


def test_another_park_keeps_the_part_where_it_has_it(parks):
    shutil.copytree(parks / "langang", parks / "other")
    picker = ParkPicker("langang", boundary="physical", part=PART)
    picker.park = "other"
    assert picker.part == PART
    without = parks / "without"
    shutil.copytree(LANGANG, without)
    shapes = json.loads((without / "boundaries.geojson").read_text(encoding="utf-8"))
    shapes["features"] = [each for each in shapes["features"] if not each["properties"]["part"]]
    (without / "boundaries.geojson").write_text(json.dumps(shapes), encoding="utf-8")
    picker = ParkPicker("langang", boundary="physical", part=PART)
    picker.park = "without"
    assert (picker.park, picker.part) == ("without", "")


def test_a_page_learns_the_parts_of_the_parks_that_were_read(parks):
    picker = ParkPicker("langang", **GIVEN)
    here = next(each for each in picker.options["park"] if each["value"] == "langang")
    assert here["parts"] == {"physical": [PART, EVIL]}


def test_the_name_of_a_part_is_offered_as_it_is_written(parks):
    picker = ParkPicker("langang", boundary="physical", part=EVIL, **GIVEN)
    assert options(picker, "part")[EVIL] == EVIL
    assert literal_eval(repr(picker.choice))["part"] == EVIL


def test_a_page_is_told_from_a_notebook(parks, monkeypatch):
    assert ParkPicker("langang", **GIVEN).is_page is False
    monkeypatch.setenv("VOILA_APP_PORT", "8866")
    assert ParkPicker("langang", **GIVEN).is_page is True
