"""Versions: a boundary drawn anew, in memory and in the file, with nothing lost."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from parkkit.core.errors import ParkError
from parkkit.park import replacing, versions
from parkkit.park.boundary import area, members, outline
from parkkit.park.drawings import MOST_VERTICES, polygons_of, united
from parkkit.park.package import Park, open_park
from parkkit.park.polygons import FILE, read_boundaries
from parkkit.park.versions import as_features, digest, save_version, with_version, write_geojson
from tests.parks import box, write_park

DAY = date(2024, 5, 1)
DRAWN = shapely.box(120.02, 30.02, 120.08, 30.08)
MADE = {"author": "规划科", "note": "按批复红线修改", "today": DAY}
OLD = {"name_zh": "老边界", "official_area_ha": 900.0, "origin": "o", "surveyor": "甲"}


def park_of(folder: Path, *boundaries: dict[str, object]) -> Park:
    drawn = boundaries or [box(valid_from=2016, **OLD)]
    return open_park(write_park(folder, boundaries=drawn, activity=[{"amount": 1}]))


def saved(
    folder: Path, shape: shapely.Geometry = DRAWN, **given: object
) -> list[dict[str, object]]:
    """Save a version; return the properties of every feature then in the file."""
    save_version(
        folder, shape, **{"boundary_type": "physical", "valid_from": 2020, **MADE, **given}
    )
    return [each["properties"] for each in features(folder)]


def features(folder: Path) -> list[dict[str, object]]:
    return json.loads((folder / FILE).read_text(encoding="utf-8"))["features"]


def assert_same_park(left: Park, right: Park) -> None:
    for name in ("boundaries", "sources", "enterprises", "activity"):
        one, other = getattr(left, name), getattr(right, name)
        # What is blank may be None or NaN, depending on the rows beside it.
        assert_frame_equal(one.astype(object).where(one.notna(), None),
                           other.astype(object).where(other.notna(), None))  # fmt: skip
        assert list(one.index) == list(other.index)


def test_the_version_before_ends_the_year_before(tmp_path):
    park_of(tmp_path)
    old, new = saved(tmp_path)
    assert (old["valid_from"], old["valid_to"]) == (2016, 2019)
    assert (new["valid_from"], new["valid_to"]) == (2020, None)
    park = open_park(tmp_path)
    assert outline(park, "physical", 2019).equals(shapely.box(120.0, 30.0, 120.1, 30.1))
    assert outline(park, "physical", 2020).equals(DRAWN)


def test_the_new_version_tells_who_drew_it_when_and_why(tmp_path):
    park_of(tmp_path)
    new = saved(tmp_path)[-1]
    assert (new["author"], new["note"], new["drawn_on"]) == (
        "规划科", "按批复红线修改", "2024-05-01")  # fmt: skip
    source = open_park(tmp_path).sources.set_index("origin").loc[str(new["origin"])]
    assert new["origin"] == "drawn_physical_2020"
    assert (source["publisher"], source["date"]) == ("规划科", "2024-05-01")
    assert source["title"] == "手绘物理边界，自 2020 年起 / drawn: physical boundary, from 2020"


def test_names_and_official_area_are_those_of_the_one_before(tmp_path):
    park_of(tmp_path)
    new = saved(tmp_path)[-1]
    assert (new["name_zh"], new["name_en"], new["official_area_ha"]) == ("老边界", None, 900.0)
    assert area(open_park(tmp_path), "physical", 2021, kind="official") == 900


@pytest.mark.parametrize(("second", "expected"), [(100.0, 1000.0), (None, None)])
def test_the_official_area_of_several_pieces_adds_up_unless_one_is_not_known(
    tmp_path, second, expected
):
    east = box(edges=(120.2, 30.0, 120.3, 30.1), official_area_ha=second)
    park_of(tmp_path, box(**OLD), east)
    assert saved(tmp_path)[-1]["official_area_ha"] == expected


@pytest.mark.parametrize(("first_year", "name"), [(2020, None), (2022, "老边界")])
def test_one_that_began_then_or_later_stays_as_history(tmp_path, first_year, name):
    park_of(tmp_path, box(valid_from=2016, valid_to=first_year - 1, **OLD),
            box(valid_from=first_year))  # fmt: skip
    early, late, new = saved(tmp_path)
    assert early["valid_to"] == 2019
    assert (late["replaced_on"], late["valid_from"]) == ("2024-05-01", first_year)
    assert new["name_zh"] == name
    assert list(open_park(tmp_path).boundaries["valid_from"]) == [2016, 2020]


def test_versions_that_followed_each_other_are_not_taken_for_pieces(tmp_path):
    south = (120.0, 30.0, 120.1, 30.05)
    park_of(tmp_path, box(valid_from=2018, valid_to=2019, official_area_ha=200, name_zh="老"),
            box(valid_from=2020, official_area_ha=250, name_zh="新"))  # fmt: skip
    new = saved(tmp_path, shapely.box(*south), valid_from=2018)[-1]
    assert (new["official_area_ha"], new["name_zh"]) == (200, "老")


def test_pieces_that_began_together_add_up_when_they_are_replaced(tmp_path):
    east = box(edges=(120.2, 30.0, 120.3, 30.1), valid_from=2021, official_area_ha=50)
    park_of(tmp_path, box(valid_from=2021, official_area_ha=200), east,
            box("approved", valid_from=2021))  # fmt: skip
    assert saved(tmp_path)[-1]["official_area_ha"] == 250


def test_one_that_ended_before_is_left_as_it_is(tmp_path):
    park_of(tmp_path, box(valid_from=2010, valid_to=2015, **OLD))
    old, new = saved(tmp_path)
    assert (old["valid_to"], new["name_zh"]) == (2015, None)


def test_history_is_never_touched_again(tmp_path):
    park_of(tmp_path)
    saved(tmp_path, valid_from=2018)
    before = saved(tmp_path, valid_from=2017)[1]
    assert before["replaced_on"] == "2024-05-01"
    again = saved(tmp_path, valid_from=2017, today=date(2025, 1, 1))
    assert again[1] == before
    assert again[2]["replaced_on"] == "2025-01-01"


def test_other_types_and_parts_stay_as_they_are(tmp_path):
    others = [box("approved", **OLD), box(part="东区(一期)", **OLD)]
    park_of(tmp_path, box(**OLD), *others)
    found = saved(tmp_path)
    assert found[1:3] == [each["properties"] for each in others]


def test_a_part_is_known_in_either_width_of_brackets(tmp_path):
    park_of(tmp_path, box(), box(part="东区(一期)", **OLD))
    found = saved(tmp_path, part="东区（一期）")
    assert (found[0].get("valid_to"), found[1]["valid_to"]) == (None, 2019)
    assert (found[2]["part"], found[2]["name_zh"]) == ("东区（一期）", "老边界")


def test_what_else_the_file_says_stays(tmp_path):
    park_of(tmp_path)
    path = tmp_path / FILE
    given = json.loads(path.read_text(encoding="utf-8"))
    given |= {"name": "边界", "crs": {"properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}}
    given["features"][0] |= {"id": 7, "bbox": [120, 30, 120.1, 30.1]}
    path.write_text(json.dumps(given), encoding="utf-8")
    saved(tmp_path)
    now = json.loads(path.read_text(encoding="utf-8"))
    assert (now["name"], now["crs"]) == (given["name"], given["crs"])
    assert (now["features"][0]["id"], now["features"][0]["bbox"]) == (7, [120, 30, 120.1, 30.1])
    assert now["features"][0]["properties"]["surveyor"] == "甲"
    assert now["features"][0]["geometry"] == given["features"][0]["geometry"]


def test_a_park_without_boundaries_gets_its_first(tmp_path):
    write_park(tmp_path, boundaries=[], about={"default_boundary": "statistical"},
               activity=[{"amount": 1}])  # fmt: skip
    assert [each["boundary_type"] for each in saved(tmp_path)] == ["physical"]
    assert outline(open_park(tmp_path), "physical", 2020).equals(DRAWN)


SHAPES = {
    "one": DRAWN,
    "with a hole": DRAWN.difference(shapely.box(120.04, 30.04, 120.06, 30.06)),
    "two pieces": shapely.union(DRAWN, shapely.box(120.2, 30.0, 120.25, 30.05)),
}


@pytest.mark.parametrize("valid_from", [2016, 2020])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_in_memory_it_is_what_is_read_after_saving(tmp_path, shape, valid_from):
    before = park_of(tmp_path, box(valid_from=2016, **OLD), box("approved", part="东区"))
    drawn = with_version(before, shape, boundary_type="physical", valid_from=valid_from, **MADE)
    saved(tmp_path, shape, valid_from=valid_from)
    after = open_park(tmp_path)
    assert_same_park(drawn, after)
    assert drawn.boundaries["geometry"].iloc[-1].equals_exact(shape)
    assert_frame_equal(members(drawn, "physical", 2023), members(after, "physical", 2023))


def test_the_park_given_is_not_changed(tmp_path):
    park = park_of(tmp_path)
    frames = {name: getattr(park, name).copy() for name in ("boundaries", "sources")}
    with_version(park, DRAWN, boundary_type="physical", valid_from=2020)
    for name, frame in frames.items():
        assert_frame_equal(getattr(park, name), frame)


@pytest.fixture(scope="module")
def one_park(tmp_path_factory) -> Park:
    return park_of(tmp_path_factory.mktemp("park"))


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(years=st.lists(st.integers(2000, 2030), min_size=1, max_size=5))
def test_one_version_and_no_more_is_valid_in_every_year(one_park, years):
    park = one_park
    for number, year in enumerate(years):
        moved = shapely.box(120.0, 30.0, 120.01 + number / 100, 30.1)
        park = with_version(park, moved, boundary_type="physical", valid_from=year)
    for year in range(min([*years, 2016]), 2031):
        rows = park.boundaries
        starts, ends = rows["valid_from"].fillna(0), rows["valid_to"].fillna(9999)
        assert ((starts <= year) & (year <= ends)).sum() == 1
    last = shapely.box(120.0, 30.0, 120.01 + (len(years) - 1) / 100, 30.1)
    assert outline(park, "physical", max(years[-1], 2030)).equals(last)


def test_a_change_by_somebody_else_is_not_overwritten(tmp_path):
    park_of(tmp_path)
    known = digest(tmp_path)
    saved(tmp_path, expected=known)
    content = (tmp_path / FILE).read_bytes()
    with pytest.raises(ParkError, match="was changed by somebody else"):
        saved(tmp_path, expected=known)
    assert (tmp_path / FILE).read_bytes() == content


@pytest.mark.parametrize("name", ["sources.csv", FILE])
def test_what_somebody_writes_while_a_version_is_checked_is_kept(tmp_path, monkeypatch, name):
    park_of(tmp_path)
    before = (tmp_path / name).read_bytes()
    theirs = before + (b"mine,My source\n" if name == "sources.csv" else b"\n")
    check, checks = versions.check_park, []

    def meanwhile(folder: Path) -> object:
        checks.append(folder)
        (tmp_path / name).write_bytes(theirs)
        return check(folder)

    monkeypatch.setattr(versions, "check_park", meanwhile)
    with pytest.raises(ParkError, match=f"'{name}' was changed by somebody else"):
        saved(tmp_path, expected=digest(tmp_path))
    assert (tmp_path / name).read_bytes() == theirs
    assert len(features(tmp_path)) == 1


def test_a_source_added_since_the_park_was_opened_does_not_stop_a_drawing(tmp_path):
    park_of(tmp_path)
    known = digest(tmp_path)
    with (tmp_path / "sources.csv").open("a", encoding="utf-8") as file:
        file.write("mine,My source\n")
    saved(tmp_path, expected=known)
    assert list(open_park(tmp_path).sources["origin"]) == ["o", "mine", "drawn_physical_2020"]


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", "EPSG:3857"])
def test_a_reference_system_may_be_told_by_its_bare_name(tmp_path, crs):
    park_of(tmp_path)
    given = json.loads((tmp_path / FILE).read_text(encoding="utf-8"))
    if crs == "EPSG:3857":
        metres = shapely.box(13358338.895, 3503549.844, 13369470.844, 3516418.0)
        given["features"][0]["geometry"] = shapely.geometry.mapping(metres)
    (tmp_path / FILE).write_text(json.dumps({**given, "crs": crs}), encoding="utf-8")
    saved(tmp_path)
    park = open_park(tmp_path)
    assert outline(park, "physical", 2020).equals(DRAWN)
    assert outline(park, "physical", 2019).bounds == pytest.approx((120, 30, 120.1, 30.1), abs=1e-4)


CROSSED = shapely.Polygon([(120, 30), (120.1, 30.1), (120.1, 30), (120, 30.1)])


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"author": " "}, "the author is blank"),
        ({"note": ""}, "blank; say why"),
        ({"boundary_type": "physcal"}, "Did you mean 'physical'"),
        ({"valid_from": 20}, "'20' will not do"),
        ({"valid_from": "二〇二〇"}, "'二〇二〇' will not do"),
        ({"shape": CROSSED}, "crosses itself"),
        ({"shape": shapely.Polygon()}, "no polygon is drawn"),
        ({"shape": shapely.Point(120, 30)}, "'Point' is no area"),
        ({"shape": shapely.box(4e5, 3e6, 4.1e5, 3.1e6)}, "no longitude and latitude"),
    ],
)  # fmt: skip
def test_what_cannot_be_saved_is_told_and_nothing_is_written(tmp_path, changed, told):
    park_of(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(ParkError, match=told):
        saved(tmp_path, **{"shape": DRAWN, **changed})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_boundary_that_breaks_the_park_is_refused(tmp_path):
    park_of(tmp_path)
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(ParkError, match="would have 1 problem"):
        saved(tmp_path, shapely.box(80, 40, 80.1, 40.1), valid_from=2010)
    assert (tmp_path / FILE).read_bytes() == before


def test_a_file_that_cannot_be_read_whole_is_not_written_anew(tmp_path):
    park_of(tmp_path)
    (tmp_path / FILE).write_text('{"features": 3}', encoding="utf-8")
    with pytest.raises(ParkError):
        saved(tmp_path)
    assert (tmp_path / FILE).read_text(encoding="utf-8") == '{"features": 3}'


def test_a_disk_that_fails_half_way_leaves_both_files_as_they_were(tmp_path, monkeypatch):
    park_of(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    replace = replacing.os.replace

    def fail(source: Path, target: Path) -> None:
        if target.name == FILE:
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(replacing.os, "replace", fail)
    with pytest.raises(ParkError, match="No space left"):
        saved(tmp_path)
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_source_id_already_taken_gets_a_number(tmp_path):
    park_of(tmp_path)
    assert [saved(tmp_path)[-1]["origin"] for _ in range(2)] == [
        "drawn_physical_2020", "drawn_physical_2020_2"]  # fmt: skip


def test_features_written_are_the_boundaries_read(tmp_path):
    park = park_of(tmp_path, box(valid_from=2016, **OLD), box("approved", part="东区"))
    write_geojson(tmp_path / FILE, as_features(park.boundaries))
    again, problems = read_boundaries(tmp_path / FILE)
    assert problems == []
    assert_frame_equal(again, park.boundaries)


def collection(*geometries: object) -> dict[str, object]:
    features = [{"type": "Feature", "properties": {}, "geometry": each} for each in geometries]
    return {"type": "FeatureCollection", "features": features}


SQUARE = box()["geometry"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"type": "Feature"}, "no collection"),
        (None, "no collection"),
        (collection(None), "feature 1 is no polygon .*None"),
        (collection(SQUARE, {"type": "Point", "coordinates": [1, 2]}), "feature 2 .*Point"),
        (collection({"type": "Polygon", "coordinates": []}), "feature 1"),
        (collection({"type": "Polygon", "coordinates": [[[1, 2]]]}), "feature 1"),
        (collection({"type": "Polygon", "coordinates": [[[1, 200], [2, 200], [2, 210]]]}),
         "no longitude and latitude"),
    ],
)  # fmt: skip
def test_what_is_no_drawing_is_told(given, told):
    with pytest.raises(ParkError, match=told):
        polygons_of(given)


def ring(vertices: int) -> dict[str, object]:
    circle = shapely.Point(120, 30).buffer(0.1, quad_segs=vertices // 4)
    return shapely.geometry.mapping(circle)


def test_no_drawing_is_finer_than_can_be_edited():
    assert len(polygons_of(collection(ring(MOST_VERTICES)))) == 1
    with pytest.raises(ParkError, match="5,004 vertices"):
        polygons_of(collection(ring(MOST_VERTICES + 4)))


def test_pieces_that_overlap_count_once():
    left, right = shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1)
    assert united([left, right]).area == pytest.approx(3)
    assert united([left]).equals_exact(left)


def test_blank_cells_are_blank_in_the_file(tmp_path):
    park = park_of(tmp_path, box(), box("approved", valid_from=2016, official_area_ha=7.5))
    first, second = (each["properties"] for each in as_features(park.boundaries))
    assert (first["valid_from"], first["part"], first["official_area_ha"]) == (None, None, None)
    assert (second["valid_from"], second["official_area_ha"]) == (2016, 7.5)
    assert isinstance(second["valid_from"], int)
    assert pd.isna(park.boundaries["valid_from"].iloc[0])
