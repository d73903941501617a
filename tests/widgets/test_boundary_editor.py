"""BoundaryEditor: what it holds, what the kernel says of it, and what it refuses."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import parkkit_widgets
import pytest
import shapely
from pandas.testing import assert_frame_equal
from parkkit_widgets import BoundaryEditor
from parkkit_widgets.boundary_editor import HINTS, IMPORT, TOOLS
from traitlets import TraitError

from parkkit.core.errors import ParkError
from parkkit.core.labels import LANGUAGES
from parkkit.park.boundary import members
from parkkit.park.package import open_park
from parkkit.park.polygons import FILE, area_ha
from tests.parks import box, write_park

STATIC = Path(parkkit_widgets.__file__).parent / "static"
PLANTS = [
    {"enterprise_id": "A", "name_zh": "甲厂", "lon": 120.005, "lat": 30.005},
    {"enterprise_id": "B", "name_zh": "乙厂", "lon": 120.03, "lat": 30.01},
    {"enterprise_id": "C", "name_zh": "丙厂", "lon": "", "lat": "", "datum": ""},
]
EDGES = (120.0, 30.0, 120.02, 30.02)
HA = pytest.approx(427.79, abs=0.01)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A park with a physical boundary, a part of it, and an approved one; three plants."""
    drawn = [
        box(edges=EDGES, name_zh="老边界", valid_from=2016),
        box("approved", edges=(120.0, 30.0, 120.04, 30.02)),
        box(edges=(120.0, 30.0, 120.01, 30.01), part="东区"),
    ]
    plants = [{"is_registered_here": "yes", **plant} for plant in PLANTS]
    return write_park(
        tmp_path / "tiny", boundaries=drawn, enterprises=plants, activity=[{"amount": 1}]
    )


def polygons(*shapes: shapely.Geometry) -> dict[str, object]:
    return {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {}, "geometry": json.loads(shapely.to_geojson(each))}
        for each in shapes]}  # fmt: skip


def hears(editor: BoundaryEditor, content: dict[str, object]) -> list[dict[str, object]]:
    """Say something to the kernel as the page does; return what it sends back."""
    sent: list[dict[str, object]] = []
    editor.send = lambda content, buffers=None: sent.append(content)
    editor._handle_custom_msg(content, [])
    return sent


def states(editor: BoundaryEditor) -> list[str]:
    return [each["state"] for each in editor.states]


def test_it_shows_what_stands_in_the_park_that_year(folder):
    editor = BoundaryEditor(folder)
    assert editor.shape.equals(shapely.box(*EDGES))
    (feature,) = editor.features["features"]
    assert (feature["id"], feature["properties"]["name_zh"]) == ("physical_0", "老边界")
    assert editor.year == 2023
    assert BoundaryEditor(folder, year=2015).features["features"] == []


def test_the_kernel_says_area_plants_and_vertices(folder):
    editor = BoundaryEditor(folder)
    assert (editor.area_ha, editor.plant_count, editor.vertex_count) == (HA, 1, 4)
    assert (editor.members, editor.problems) == (["A"], [])
    inside, away = "边界内企业 1 家（共 3 家）", "没有坐标、不在图上 1 家"
    assert editor.told["line"] == ["面积 427.8 公顷", inside, away, "顶点 4 个"]
    assert [(each["state"], each["text"]) for each in editor.states] == [
        ("in", "甲厂：边界内"),
        ("out", "乙厂：位于边界外"),
        ("unknown", "丙厂：没有坐标，无法判定"),
    ]


def test_it_says_so_again_when_the_drawing_changes(folder):
    editor = BoundaryEditor(folder, language="en")
    editor.features = polygons(shapely.box(*EDGES), shapely.box(120.02, 30.0, 120.04, 30.02))
    assert (editor.area_ha, editor.members, editor.vertex_count) == (
        pytest.approx(2 * 427.79, abs=0.02), ["A", "B"], 8)  # fmt: skip
    assert states(editor) == ["in", "in", "unknown"]
    assert editor.shape.equals(shapely.box(120.0, 30.0, 120.04, 30.02))


def test_several_polygons_of_one_boundary_are_one_shape(folder):
    editor = BoundaryEditor(folder)
    apart = shapely.box(*EDGES), shapely.box(120.03, 30.0, 120.04, 30.02)
    editor.features = polygons(*apart)
    assert editor.shape.equals_exact(shapely.MultiPolygon(apart))


def test_members_are_those_of_the_park_with_the_boundary_applied(folder):
    editor = BoundaryEditor(folder)
    editor.features = polygons(shapely.box(120.01, 30.0, 120.04, 30.02))
    park = editor.applied(open_park(folder))
    found = members(park, "physical", 2023)
    assert editor.members == list(found.loc[found["is_member"], "enterprise_id"]) == ["B"]


def test_a_part_is_edited_apart_from_the_whole(folder):
    editor = BoundaryEditor(folder, part="东区")
    assert editor.shape.equals(shapely.box(120.0, 30.0, 120.01, 30.01))
    assert [each["name"] for each in editor.outlines] == ["物理边界", "审批边界"]
    assert editor.texts["title"] == "编辑物理边界（东区）（2023 年）"


def test_a_registered_plant_is_in_wherever_the_line_runs(folder):
    editor = BoundaryEditor(folder, boundary_type="statistical")
    assert (states(editor), editor.area_ha) == (["in", "in", "in"], None)
    editor.features = polygons(shapely.box(*EDGES))
    assert (states(editor), editor.area_ha) == (["in", "in", "in"], HA)


@pytest.mark.parametrize(("language", "told"), [("zh", "边界线自相交"), ("en", "crosses itself")])
def test_a_crossing_is_told_where_it_is(folder, language, told):
    editor = BoundaryEditor(folder, language=language)
    editor.features = polygons(
        shapely.Polygon([(120, 30), (120.02, 30.02), (120.02, 30), (120, 30.02)])
    )
    assert [told in each for each in editor.problems] == [True]
    assert editor.told["crossings"] == [[pytest.approx(120.01), pytest.approx(30.01)]]
    assert (editor.area_ha, editor.plant_count) == (None, 0)
    assert states(editor) == ["unknown"] * 3
    with pytest.raises(ParkError, match="crosses itself"):
        editor.shape  # noqa: B018


def test_nothing_drawn_is_told_and_no_zero(folder):
    editor = BoundaryEditor(folder)
    editor.features = polygons()
    assert (editor.area_ha, states(editor)) == (None, ["unknown"] * 3)
    assert editor.told["line"][0] == "面积无法计算"
    assert "没有画出任何面" in editor.problems[0]


@pytest.mark.parametrize(
    ("features", "told"),
    [
        ({"type": "Point"}, "no collection"),
        (polygons(shapely.Point(120, 30)), "no polygon"),
        (polygons(shapely.box(4e5, 3e6, 5e5, 4e6)), "longitude and latitude"),
        (polygons(shapely.Point(120, 30).buffer(0.1, quad_segs=1300)), "5,200 vertices"),
    ],
)
def test_what_is_no_drawing_is_refused_and_the_last_stays(folder, features, told):
    editor = BoundaryEditor(folder, language="en")
    before = editor.features
    with pytest.raises(TraitError, match=told):
        editor.features = features
    assert editor.features == before
    with pytest.raises(ParkError, match=told):
        BoundaryEditor(folder, features=features)


def test_an_outline_too_fine_to_edit_is_shown_and_not_simplified(tmp_path):
    circle = shapely.Point(120.05, 30.05).buffer(0.05, quad_segs=1300)
    feature = {**box(), "geometry": json.loads(shapely.to_geojson(circle))}
    write_park(tmp_path, boundaries=[feature], activity=[{"amount": 1}])
    editor = BoundaryEditor(tmp_path, language="en")
    assert (editor.is_editable, editor.vertex_count) == (False, 5200)
    assert "more than 5,000 vertices" in editor.told["problems"][-1]
    assert editor.shape.equals_exact(circle)
    assert editor.area_ha == pytest.approx(area_ha(circle))


def test_the_editor_prints_as_it_was_made(folder):
    editor = BoundaryEditor(folder, boundary_type="approved", language="en", tile_url="/t/{z}.png")
    editor.features = polygons(shapely.box(*EDGES))
    again = eval(repr(editor), {"BoundaryEditor": BoundaryEditor, "Path": Path})
    assert again.boundary == editor.boundary
    assert (again.language, again.tile_url) == ("en", "/t/{z}.png")
    assert BoundaryEditor(folder, **editor.boundary).shape.equals_exact(editor.shape)


def test_it_opens_a_park_by_its_name(folder, monkeypatch):
    monkeypatch.setenv("PARKKIT_PARKS", str(folder.parent))
    editor = BoundaryEditor("tiny", year=2020)
    assert repr(editor).startswith("BoundaryEditor('tiny', boundary_type='physical', part='', ye")
    assert eval(repr(editor), {"BoundaryEditor": BoundaryEditor}).boundary == editor.boundary


@pytest.mark.parametrize(
    ("given", "told"),
    [({"boundary_type": "physcal"}, "physical"), ({"features": {"type": "x"}}, "no collection")],
)
def test_what_cannot_be_edited_is_told(folder, given, told):
    with pytest.raises(ParkError, match=told):
        BoundaryEditor(folder, **given)


def test_while_something_moves_the_kernel_answers_and_holds_nothing(folder):
    editor = BoundaryEditor(folder)
    before = (editor.features, editor.told, editor.members)
    moved = polygons(shapely.box(120.01, 30.0, 120.04, 30.02))
    (answer,) = hears(editor, {"kind": "moving", "features": moved})
    assert [each["state"] for each in answer["states"]] == ["out", "in", "unknown"]
    assert answer["told"]["line"][1] == "边界内企业 1 家（共 3 家）"
    assert (editor.features, editor.told, editor.members) == before


def test_a_polygon_that_is_none_while_it_moves_is_answered_all_the_same(folder):
    editor = BoundaryEditor(folder)
    (answer,) = hears(editor, {"kind": "moving", "features": {"type": "x"}})
    assert answer["told"] == editor.told


def saved_from_page(editor: BoundaryEditor, **values: str) -> str:
    hears(
        editor, {"kind": "save", "author": "规划科", "note": "批复", "valid_from": "2020", **values}
    )
    return editor.answer["text"]


def test_the_form_saves_a_new_version(folder):
    editor = BoundaryEditor(folder)
    editor.features = polygons(shapely.box(120.01, 30.0, 120.04, 30.02))
    assert saved_from_page(editor).startswith("已保存：物理边界自 2020 年起")
    assert editor.answer["is_error"] is False
    park = open_park(folder)
    assert editor._board.park.boundaries.shape == park.boundaries.shape
    assert_frame_equal(members(park, "physical", 2023), members(
        editor.applied(park), "physical", 2023))  # fmt: skip
    # A second time, on what it wrote itself.
    editor.features = polygons(shapely.box(120.01, 30.0, 120.05, 30.02))
    assert saved_from_page(editor, valid_from="2021").startswith("已保存")


def test_what_is_as_drawn_already_is_not_saved_once_more(folder):
    before = (folder / FILE).read_bytes()
    editor = BoundaryEditor(folder)
    assert "图形没有改动，未保存" in saved_from_page(editor)
    assert editor.answer["is_error"] is True
    assert (folder / FILE).read_bytes() == before
    editor.features = polygons(shapely.box(120.01, 30.0, 120.04, 30.02))
    # After the year shown: the new version is not what stands in that one.
    assert saved_from_page(editor, valid_from="2024").startswith("已保存")
    saved = (folder / FILE).read_bytes()
    for year in ("2024", "2025"):
        assert f"自 {year} 年起的边界已与所画一致" in saved_from_page(editor, valid_from=year)
    assert (folder / FILE).read_bytes() == saved


def test_an_outline_in_another_order_is_no_other_outline(folder):
    apart = [shapely.box(*EDGES), shapely.box(120.03, 30.0, 120.04, 30.02)]
    editor = BoundaryEditor(folder)
    editor.features = polygons(*apart)
    editor.save(author="A", note="B", valid_from=2020)
    editor.features = polygons(*[shapely.reverse(each) for each in apart[::-1]])
    with pytest.raises(ParkError, match="nothing was changed"):
        editor.save(author="A", note="B", valid_from=2020)


@pytest.mark.parametrize("year", [2015, 2018], ids=["it begins earlier", "another one follows"])
def test_the_same_outline_in_other_years_is_a_change(tmp_path, year):
    drawn = [
        box(edges=EDGES, valid_from=2016, valid_to=2019),
        box(edges=(120.0, 30.0, 120.04, 30.02), valid_from=2020),
    ]
    park = write_park(tmp_path / "moved", boundaries=drawn, activity=[{"amount": 1}])
    editor = BoundaryEditor(park, year=2018)
    assert editor.save(author="A", note="B", valid_from=year) == []
    found = open_park(park).boundaries
    assert shapely.box(*EDGES).equals(found["geometry"].iloc[-1])
    assert found["valid_from"].iloc[-1] == year


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"author": ""}, "未填写绘制人"),
        ({"note": " "}, "未填写修改依据"),
        ({"valid_from": ""}, "起始年份“”不可用"),
        ({"valid_from": "20.5"}, "起始年份“20.5”不可用"),
        ({"valid_from": "3020"}, "起始年份“3020”不可用"),
    ],
)
def test_the_form_tells_what_is_missing_and_writes_nothing(folder, values, told):
    before = (folder / FILE).read_bytes()
    editor = BoundaryEditor(folder)
    editor.features = polygons(shapely.box(120.01, 30.0, 120.04, 30.02))
    assert told in saved_from_page(editor, **values)
    assert editor.answer["is_error"] is True
    assert (folder / FILE).read_bytes() == before


def test_a_change_by_somebody_else_is_told_and_kept(folder):
    mine, theirs = BoundaryEditor(folder), BoundaryEditor(folder, boundary_type="approved")
    mine.features = theirs.features = polygons(shapely.box(120.01, 30.0, 120.04, 30.02))
    theirs.save(author="A", note="B", valid_from=2020, today=date(2024, 5, 1))
    content = (folder / FILE).read_bytes()
    assert "已被他人修改" in saved_from_page(mine)
    assert (folder / FILE).read_bytes() == content


def test_the_same_refusal_twice_is_heard_twice(folder):
    editor = BoundaryEditor(folder)
    heard: list[object] = []
    editor.observe(lambda change: heard.append(change["new"]["text"]), "answer")
    for _ in range(2):
        saved_from_page(editor, author="")
    assert len(heard) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_the_page_asks_for_is_there(folder, language):
    texts = BoundaryEditor(folder, language=language).texts
    script = (STATIC / "boundary_editor.js").read_text(encoding="utf-8")
    asked = set(re.findall(r'told\("(\w+)"\)', script))
    asked |= {*TOOLS, *(f"hint_{mode}" for mode in HINTS), "author", "note", "valid_from"}
    assert {name for name in asked if not texts.get(name)} == set()


def test_texts_follow_a_change_of_language(folder):
    editor = BoundaryEditor(folder)
    editor.language = "en"
    assert editor.texts["undo"] == "Undo"
    assert editor.told["line"][1] == "1 of 3 plants inside"
    assert editor.outlines[0]["name"] == "approved boundary"


def test_the_page_is_handed_one_module_without_an_import(folder):
    module = BoundaryEditor._esm
    assert IMPORT in (STATIC / "boundary_editor.js").read_text(encoding="utf-8")
    assert re.findall(r"^import\b", module, flags=re.MULTILINE) == []
    assert module.count("export default { render };") == 1
