"""BoundaryEditor by mouse and keyboard, in Voila and in JupyterLab, offline: the kernel has it."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, Locator, Page

from parkkit.core.labels import label
from tests.browser.conftest import (
    PARKS,
    Watched,
    lab_of,
    pages_of,
)
from tests.browser.test_lab import run_all
from tests.parks import box, write_park

pytestmark = pytest.mark.browser

SQUARE = {
    "edges": (120.0, 30.0, 120.02, 30.02),
    "name_zh": "老边界",
    "origin": "o",
    "valid_from": 2016,
}
PLANTS = [
    {"enterprise_id": "A", "lon": 120.005, "lat": 30.005},
    {"enterprise_id": "B", "lon": 120.018, "lat": 30.018},
    {"enterprise_id": "C", "lon": 120.03, "lat": 30.011},
]
# Editors on one page, and below each what its kernel holds.
CELL = """\
import json
from pathlib import Path
import ipywidgets
from parkkit_widgets import BoundaryEditor

park = Path({park!r})
editors = {{
    "one": BoundaryEditor(park, language="zh"),
    "two": BoundaryEditor(park, boundary_type="approved", language="en"),
    "sample": BoundaryEditor(Path({sample!r}), language="zh"),
}}

def shown(name, editor):
    said = ipywidgets.HTML()
    def tell(change=None):
        state = {{"features": editor.features["features"], "members": editor.members,
                 "area_ha": editor.area_ha, "problems": editor.problems}}
        said.value = f'<pre hidden class="kernel-{{name}}">{{json.dumps(state)}}</pre>'
    editor.observe(tell, ["features", "told"])
    tell()
    return ipywidgets.VBox([editor, said])

ipywidgets.VBox([shown(*each) for each in editors.items()])
"""
CLOSE_PX = 2
SOON_MS = 10_000
NAMES = ["one", "two", "sample"]
Point = tuple[float, float]
# What a page says in JupyterLab whatever stands on it.
NOT_OURS = ("favicon", "WebSocket")


@dataclass(frozen=True)
class Desk:
    """A page with editors, and the park folder that two of them write to."""

    watched: Watched
    park: Path
    is_lab: bool

    @property
    def page(self) -> Page:
        return self.watched.page

    def editor(self, name: str) -> Editor:
        return Editor(self.page, self.page.locator(".pk-editor").nth(NAMES.index(name)), name)


@dataclass(frozen=True)
class Editor:
    """One of the editors, handled as a person would."""

    page: Page
    root: Locator
    name: str

    def press(self, tool: str) -> None:
        self.root.locator(f"button[data-name={tool}]").click()

    def state(self) -> dict[str, object]:
        """What the kernel holds."""
        return json.loads(self.page.locator(f".kernel-{self.name}").text_content() or "")

    def rings(self) -> list[list[Point]]:
        """Every ring of every feature that the kernel holds."""
        found: list[list[Point]] = []
        for feature in self.state()["features"]:
            geometry = feature["geometry"]
            parts = geometry["coordinates"]
            parts = [parts] if geometry["type"] == "Polygon" else parts
            found += [[tuple(corner) for corner in ring[:-1]] for part in parts for ring in part]
        return found

    def reset(self) -> None:
        """Put every tool away and take every step back."""
        self.map.scroll_into_view_if_needed()
        self.map.press("Escape")
        while self.root.locator("button[data-name=undo]").is_enabled():
            self.press("undo")
        self.map.scroll_into_view_if_needed()

    @property
    def map(self) -> Locator:
        return self.root.locator(".pk-editor-map")

    def handles(self, kind: str = ":not(.marker-icon-middle)") -> list[Point]:
        """Where the handles of the vertices are, on the page."""
        boxes = [each.bounding_box() for each in self.root.locator(f".marker-icon{kind}").all()]
        return [(each["x"] + each["width"] / 2, each["y"] + each["height"] / 2)
                for each in boxes if each]  # fmt: skip

    def drag(self, start: Point, end: Point) -> None:
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=6)
        self.page.mouse.up()

    def click(self, *points: Point) -> None:
        for point in points:
            self.page.mouse.move(*point, steps=2)
            self.page.mouse.click(*point)

    def until(self, is_true: Callable[[], bool]) -> None:
        for _ in range(SOON_MS // 50):
            if is_true():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"the kernel holds {self.state()}")

    def changes(self, act: Callable[[], None]) -> None:
        """Do something and wait until the kernel has it."""
        before = self.state()["features"]
        act()
        self.until(lambda: self.state()["features"] != before)

    def standing_handles(self) -> list[Point]:
        """Where the handles are once the page has come to rest around them."""
        places: list[Point] = []
        for _ in range(SOON_MS // 200):
            before, places = places, self.handles()
            if places and places == before:
                return places
            self.page.wait_for_timeout(200)
        raise AssertionError("the map does not come to rest")

    def projection(self) -> Callable[[Point], Point]:
        """How degrees become places on the page: two handles of known vertices tell."""
        self.press("vertices")
        corners = [corner for ring in self.rings() for corner in ring]
        places = self.standing_handles()
        self.press("vertices")
        west, east = min(lon for lon, _ in corners), max(lon for lon, _ in corners)
        south, north = (pick(lat for _, lat in corners) for pick in (min, max))
        left, right = min(x for x, _ in places), max(x for x, _ in places)
        top, bottom = min(y for _, y in places), max(y for _, y in places)

        def on_page(corner: Point) -> Point:
            lon, lat = corner
            share = (mercator(lat) - mercator(south)) / (mercator(north) - mercator(south))
            return (left + (lon - west) / (east - west) * (right - left),
                    bottom - share * (bottom - top))  # fmt: skip

        return on_page


def mercator(lat: float) -> float:
    return math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))


def is_close(one: Point, other: Point) -> bool:
    return math.dist(one, other) <= CLOSE_PX


def nearest(points: Sequence[Point], wanted: Point) -> Point:
    return min(points, key=lambda point: math.dist(point, wanted))


@pytest.fixture(scope="module", params=["voila", "lab"])
def desk(
    request: pytest.FixtureRequest, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp(request.param)
    park = folder / "tiny"
    drawn = [box(**SQUARE), box("approved", **SQUARE)]
    write_park(park, boundaries=drawn, enterprises=PLANTS, activity=[{"amount": 1}])
    sample = shutil.copytree(PARKS / "langang", folder / "langang")
    notebooks = folder / "notebooks"
    notebooks.mkdir()
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    notebook = new_notebook(metadata={"kernelspec": kernel})
    notebook.cells = [new_code_cell(CELL.format(park=str(park), sample=str(sample)))]
    nbformat.write(notebook, notebooks / "editors.ipynb")
    is_lab = request.param == "lab"
    server = lab_of(notebooks, folder) if is_lab else pages_of(notebooks, folder / "log")
    with server as address:
        watched = window(browser)
        yield Desk(opened(watched, address, is_lab), park, is_lab)
        watched.page.context.close()


def window(browser: Browser, width: int = 1280) -> Watched:
    """A window of its own that lets nothing leave this machine."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    watched = Watched(context.new_page())
    context.route("**/*", watched.route)
    watched.page.on("console", watched.said)
    watched.page.on("pageerror", lambda error: watched.errors.append(str(error)))
    return watched


def opened(watched: Watched, address: str, is_lab: bool) -> Watched:
    page = watched.page
    if is_lab:
        page.goto(f"{address}lab/tree/editors.ipynb?reset")
        run_all(page)
    else:
        page.goto(f"{address}voila/render/editors.ipynb")
    page.locator(".pk-editor").nth(2).locator(".pk-editor-drawn").first.wait_for(timeout=30_000)
    # Room around the square, also where JupyterLab's side bar leaves little.
    for button in page.locator(".leaflet-control-zoom-out").all():
        button.click()
    page.wait_for_timeout(500)
    return watched


@pytest.fixture(autouse=True)
def nothing_wrong(desk: Desk) -> Iterator[None]:
    """Whatever was done: nothing left the machine, and the console has no error."""
    yield
    errors = [each for each in desk.watched.errors if not any(word in each for word in NOT_OURS)]
    assert (desk.watched.outside, errors) == ([], [])


@pytest.fixture
def editor(desk: Desk) -> Editor:
    editor = desk.editor("one")
    editor.reset()
    return editor


def test_a_polygon_is_drawn(editor: Editor):
    on_page = editor.projection()
    outline = [(120.022, 30.002), (120.026, 30.004), (120.025, 30.015), (120.0215, 30.012)]
    wanted = [on_page(each) for each in outline]
    editor.press("polygon")
    editor.changes(lambda: editor.click(*wanted, wanted[0]))
    old, new = editor.rings()
    assert old == [(120.0, 30.0), (120.02, 30.0), (120.02, 30.02), (120.0, 30.02)]
    assert len(new) == 4
    assert all(is_close(nearest([on_page(each) for each in new], point), point) for point in wanted)


def test_a_vertex_lands_where_it_is_dropped(editor: Editor):
    on_page = editor.projection()
    start, end = on_page((120.02, 30.02)), on_page((120.024, 30.012))
    editor.press("vertices")
    editor.changes(lambda: editor.drag(nearest(editor.handles(), start), end))
    ring = editor.rings()[0]
    assert len(ring) == 4
    assert is_close(on_page(nearest(ring, (120.024, 30.012))), end)
    assert {(120.0, 30.0), (120.02, 30.0), (120.0, 30.02)} < set(ring)
    assert editor.state()["members"] == ["A"]


def test_a_midpoint_lands_where_it_is_dropped_and_is_one_step(editor: Editor):
    on_page = editor.projection()
    start, end = on_page((120.02, 30.01)), on_page((120.031, 30.011))
    editor.press("vertices")
    middle = nearest(editor.handles(".marker-icon-middle"), start)
    editor.changes(lambda: editor.drag(middle, end))
    ring = editor.rings()[0]
    assert len(ring) == 5
    assert is_close(on_page(nearest(ring, (120.031, 30.011))), end)
    assert editor.state()["members"] == ["A", "B", "C"]
    editor.changes(lambda: editor.press("undo"))
    assert editor.rings() == [[(120.0, 30.0), (120.02, 30.0), (120.02, 30.02), (120.0, 30.02)]]
    assert editor.root.locator("button[data-name=undo]").is_disabled()


def test_the_line_follows_while_something_is_dragged(editor: Editor):
    on_page = editor.projection()
    start, end = on_page((120.02, 30.02)), on_page((120.012, 30.012))
    line = editor.root.locator(".pk-editor-line")
    before, kept = line.inner_text(), editor.state()["features"]
    editor.press("vertices")
    editor.page.mouse.move(*nearest(editor.handles(), start))
    editor.page.mouse.down()
    editor.page.mouse.move(*end, steps=6)
    editor.until(lambda: label("editor.inside", "zh", inside=1, all=3) in line.inner_text())
    assert editor.root.locator(".leaflet-marker-icon.pk-plant-in").count() == 1
    # Nothing is held yet: it may still be dragged back.
    assert editor.state()["features"] == kept
    editor.page.mouse.up()
    editor.until(lambda: editor.state()["members"] == ["A"])
    assert line.inner_text() != before


def test_a_hole_is_cut_and_the_name_stays(editor: Editor):
    on_page = editor.projection()
    before = editor.state()
    hole = [on_page(each) for each in [(120.012, 30.012), (120.019, 30.012), (120.019, 30.019),
                                       (120.012, 30.019)]]  # fmt: skip
    editor.press("hole")
    editor.changes(lambda: editor.click(*hole, hole[0]))
    (old,), (new,) = before["features"], editor.state()["features"]
    assert (new["id"], new["properties"]) == (old["id"], old["properties"])
    assert new["properties"]["name_zh"] == "老边界"
    assert [len(ring) for ring in editor.rings()] == [4, 4]
    assert editor.state()["members"] == ["A"]
    assert editor.state()["area_ha"] < before["area_ha"]


def test_a_boundary_cut_in_two_keeps_its_name_and_id(editor: Editor):
    on_page = editor.projection()
    before = editor.state()["features"][0]
    strip = [on_page(each) for each in [(120.009, 29.998), (120.011, 29.998), (120.011, 30.022),
                                        (120.009, 30.022)]]  # fmt: skip
    editor.press("hole")
    editor.changes(lambda: editor.click(*strip, strip[0]))
    (new,) = editor.state()["features"]
    assert new["geometry"]["type"] == "MultiPolygon"
    assert (new["id"], new["properties"]) == (before["id"], before["properties"])
    editor.press("vertices")
    editor.changes(lambda: editor.drag(nearest(editor.handles(), on_page((120.0, 30.02))),
                                       on_page((119.998, 30.021))))  # fmt: skip
    (moved,) = editor.state()["features"]
    assert (moved["geometry"]["type"], moved["id"]) == ("MultiPolygon", before["id"])


def test_a_rectangle_is_drawn_moved_and_deleted_and_each_is_one_step(editor: Editor):
    on_page = editor.projection()
    first = editor.state()["features"]
    editor.press("rectangle")
    corners = [on_page((120.022, 30.002)), on_page((120.026, 30.006))]
    editor.changes(lambda: editor.click(*corners))
    editor.press("move")
    inside = on_page((120.024, 30.004))
    editor.changes(lambda: editor.drag(inside, (inside[0], inside[1] - 60)))
    moved = editor.rings()[1]
    assert is_close(on_page(min(moved)), (corners[0][0], corners[0][1] - 60))
    editor.press("erase")
    editor.changes(lambda: editor.click((inside[0], inside[1] - 60)))
    assert editor.state()["features"] == first
    for _ in range(3):
        editor.changes(lambda: editor.press("undo"))
    assert editor.state()["features"] == first
    assert editor.root.locator("button[data-name=undo]").is_disabled()
    editor.changes(lambda: editor.press("redo"))
    assert len(editor.rings()) == 2


@pytest.fixture
def sample(desk: Desk) -> Editor:
    """The physical boundary of the sample park: a body, and a small exclave in its west."""
    editor = desk.editor("sample")
    editor.reset()
    return editor


# In the exclave, on a plant that covers a good part of it.
EXCLAVE = (121.279, 30.3045)


def test_of_a_boundary_in_two_pieces_only_the_one_clicked_is_deleted(sample: Editor):
    before, on_page = sample.state(), sample.projection()
    sample.press("erase")
    sample.changes(lambda: sample.click(on_page(EXCLAVE)))
    (old,), (new,) = before["features"], sample.state()["features"]
    body, exclave = old["geometry"]["coordinates"]
    assert max(lon for lon, _ in exclave[0]) < min(lon for lon, _ in body[0])
    assert new == {**old, "geometry": {"type": "MultiPolygon", "coordinates": [body]}}
    assert 0 < sample.state()["area_ha"] < before["area_ha"]
    sample.changes(lambda: sample.press("undo"))
    assert sample.state()["features"] == before["features"]
    assert sample.root.locator("button[data-name=undo]").is_disabled()


def test_of_a_boundary_in_two_pieces_only_the_one_dragged_moves(sample: Editor):
    before, on_page = sample.state()["features"], sample.projection()
    start = on_page(EXCLAVE)
    sample.press("move")
    sample.changes(lambda: sample.drag(start, (start[0], start[1] - 60)))
    (old,), (new,) = before, sample.state()["features"]
    body, exclave = old["geometry"]["coordinates"]
    kept, moved = new["geometry"]["coordinates"]
    assert (kept, new["id"], new["properties"]) == (body, old["id"], old["properties"])
    assert is_close(on_page(min(map(tuple, moved[0]))),
                    (on_page(min(map(tuple, exclave[0])))[0],
                     on_page(min(map(tuple, exclave[0])))[1] - 60))  # fmt: skip
    sample.changes(lambda: sample.press("undo"))
    assert sample.state()["features"] == before


def test_the_legend_tells_what_is_edited_from_the_same_colour(desk: Desk):
    legend = desk.editor("two").root.locator(".pk-editor-legend")
    names = [legend.locator("li", has=desk.page.locator(each)).all_inner_texts()
             for each in ("circle", "svg:not(:has(circle))")]  # fmt: skip
    assert names == [["the boundary being edited"], ["physical boundary"]]
    width = "(path) => path.getAttribute('stroke-width')"
    widths = [path.evaluate(width) for path in legend.locator("path").all()]
    assert widths == ["3", "1.5"]


def test_a_vertex_is_taken_out_by_clicking_it(editor: Editor):
    on_page = editor.projection()
    editor.press("thin")
    editor.changes(lambda: editor.click(nearest(editor.handles(), on_page((120.02, 30.02)))))
    assert editor.rings() == [[(120.0, 30.0), (120.02, 30.0), (120.0, 30.02)]]


def test_what_crosses_itself_is_told_and_not_saved(editor: Editor):
    on_page = editor.projection()
    editor.press("vertices")
    editor.changes(lambda: editor.drag(nearest(editor.handles(), on_page((120.02, 30.02))),
                                       on_page((120.01, 29.994))))  # fmt: skip
    problems = editor.root.locator(".pk-editor-problems")
    editor.until(lambda: "自相交" in problems.inner_text())
    assert editor.root.locator(".pk-crossing").count() == 1
    assert editor.state()["area_ha"] is None


def test_keys_work_on_the_map_and_go_nowhere_else(editor: Editor, desk: Desk):
    on_page = editor.projection()
    before = editor.state()["features"]
    editor.press("polygon")
    editor.click(on_page((120.022, 30.002)), on_page((120.026, 30.004)), on_page((120.025, 30.01)))
    assert editor.root.locator(".marker-icon").count() >= 3
    vertices = editor.root.locator(".leaflet-marker-pane .marker-icon").count()
    editor.page.keyboard.press("Control+z")
    assert editor.root.locator(".leaflet-marker-pane .marker-icon").count() == vertices - 1
    editor.page.keyboard.press("Escape")
    assert editor.root.locator(".leaflet-marker-pane .marker-icon").count() == 0
    assert editor.state()["features"] == before
    # In JupyterLab these would add a cell, cut one and turn one into text.
    cells = editor.page.locator(".jp-Cell").count()
    for key in ("b", "x", "m", "d", "d"):
        editor.page.keyboard.press(key)
    assert editor.page.locator(".jp-Cell").count() == cells
    assert editor.root.is_visible()


def test_every_tool_is_reached_by_tab(editor: Editor):
    editor.root.locator("button[data-name=polygon]").focus()
    reached = []
    for _ in range(8):
        reached.append(editor.page.evaluate("document.activeElement.dataset.name"))
        editor.page.keyboard.press("Tab")
    assert reached[:7] == ["polygon", "rectangle", "vertices", "thin", "hole", "move", "erase"]


def test_two_editors_live_on_one_page(desk: Desk):
    one, two = desk.editor("one"), desk.editor("two")
    one.reset()
    two.reset()
    kept = one.state()["features"]
    on_page = two.projection()
    two.press("vertices")
    two.changes(lambda: two.drag(nearest(two.handles(), on_page((120.02, 30.02))),
                                 on_page((120.024, 30.016))))  # fmt: skip
    assert one.state()["features"] == kept
    assert one.root.locator(".marker-icon").count() == 0
    two.changes(lambda: desk.page.keyboard.press("Control+z"))
    assert one.state()["features"] == kept
    assert desk.page.evaluate("window.L === undefined")
    titles = [each.root.locator(".pk-editor-title").inner_text() for each in (one, two)]
    assert titles == ["编辑物理边界（2023 年）", "Editing the approved boundary, 2023"]


def test_what_is_drawn_is_saved_and_the_other_editor_hears_of_it(editor: Editor, desk: Desk):
    on_page = editor.projection()
    editor.press("vertices")
    editor.changes(lambda: editor.drag(nearest(editor.handles(), on_page((120.02, 30.02))),
                                       on_page((120.024, 30.024))))  # fmt: skip
    fill(editor, author="", note="按批复", valid_from="2020")
    editor.until(lambda: "未填写绘制人" in said(editor))
    fill(editor, author="规划科", note="按批复", valid_from="2020")
    editor.until(lambda: "已保存" in said(editor))
    old, approved, new = json.loads((desk.park / "boundaries.geojson").read_text("utf-8"))[
        "features"
    ]
    assert (old["properties"]["valid_to"], approved["properties"].get("valid_to")) == (2019, None)
    assert new["properties"]["author"] == "规划科"
    assert new["geometry"] == editor.state()["features"][0]["geometry"]
    fill(editor, author="规划科", note="按批复", valid_from="2020")
    editor.until(lambda: "图形没有改动" in said(editor))
    other = desk.editor("two")
    other.reset()
    on_page = other.projection()
    other.press("vertices")
    other.changes(lambda: other.drag(nearest(other.handles(), on_page((120.02, 30.02))),
                                     on_page((120.024, 30.016))))  # fmt: skip
    fill(other, author="A", note="B", valid_from="2021")
    other.until(lambda: "changed by somebody else" in said(other))


def fill(editor: Editor, **values: str) -> None:
    for name, value in values.items():
        editor.root.locator(f"input[name={name}]").fill(value)
    editor.root.locator(".pk-editor-save").click()


def said(editor: Editor) -> str:
    return editor.root.locator(".pk-editor-answer").inner_text()


SMALL = """(root) => [...root.querySelectorAll("button, a, input")]
  .filter((each) => each.offsetParent)
  .filter((each) => each.offsetHeight < 32 || each.offsetWidth < 32)
  .map((each) => each.outerHTML)"""
FAINT = """(root) => [...root.querySelectorAll("*")]
  .filter((each) => [...each.childNodes].some((one) => one.nodeType === 3 && one.data.trim()))
  .filter((each) => parseFloat(getComputedStyle(each).fontSize) < 13)
  .map((each) => each.outerHTML)"""


def test_it_is_legible_and_fits(desk: Desk):
    # JupyterLab itself leaves no room on a phone.
    for width in (1280,) if desk.is_lab else (1280, 390):
        desk.page.set_viewport_size({"width": width, "height": 900})
        desk.page.wait_for_timeout(300)
        for name in NAMES:
            root = desk.editor(name).root
            assert root.evaluate(SMALL) == []
            assert root.evaluate(FAINT) == []
            assert root.evaluate("(e) => e.scrollWidth <= e.clientWidth + 1")
            assert desk.editor(name).map.bounding_box()["width"] <= width
