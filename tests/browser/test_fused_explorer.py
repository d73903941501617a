"""FusedExplorer by mouse and keyboard, in Voila and in JupyterLab, offline."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, Locator, Page, expect

from parkkit.core.labels import Language, label
from parkkit.output.chapters.decoupling import industry_name
from parkkit.output.figures import name_of
from tests.browser.conftest import PARKS, Watched, lab_of, pages_of
from tests.browser.test_app_pages import BANNERS
from tests.browser.test_boundary_editor import NOT_OURS, window
from tests.browser.test_lab import run_all

pytestmark = pytest.mark.browser

# Two explorers on one page, and below the first what its kernel holds.
CELL = """\
from pathlib import Path
import ipywidgets
import parkkit as pk
from parkkit_widgets import FusedExplorer

park = pk.open_park(Path({park!r}))
inventory = pk.compile_inventory(
    park, boundary_type="physical", convention=park.about.convention)
explorer = FusedExplorer(inventory, park, year=2023, language="zh")
said = ipywidgets.HTML()
def tell(change=None):
    said.value = f'<pre hidden class="kernel">{{explorer.filters}} {{explorer.source}}</pre>'
explorer.observe(tell, ["filters", "source"])
tell()
english = FusedExplorer(inventory, park, year=2023, language="en")
ipywidgets.VBox([explorer, said, english])
"""
BOILER, KILN = "LG01/循环流化床锅炉/DA001", "LG06/石灰窑燃烧/DA001"
CHEMICALS = "26"
SOON_MS = 15_000


@dataclass(frozen=True)
class Desk:
    """A page with an explorer in each language."""

    watched: Watched
    is_lab: bool

    @property
    def page(self) -> Page:
        return self.watched.page

    def explorer(self, language: Language = "zh") -> Locator:
        return self.page.locator(".pk-fused").nth(0 if language == "zh" else 1)

    def mark(self, source: str, place: int = 0, language: Language = "zh") -> Locator:
        """The mark of a source: in the scatter (0), among carbon (1) or pollution (2)."""
        picture = self.explorer(language).locator(".pk-picture").nth(place)
        return picture.locator(f'[data-source="{source}"]')

    def field(self, name: str, language: Language = "zh") -> Locator:
        return self.explorer(language).get_by_label(label(f"fused.field.{name}", language))

    def press_reset(self) -> None:
        self.explorer().get_by_role("button", name=label("fused.field.reset", "zh")).click()


@pytest.fixture(scope="module", params=["voila", "lab"])
def desk(
    request: pytest.FixtureRequest, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp(request.param)
    notebooks = folder / "notebooks"
    notebooks.mkdir()
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    notebook = new_notebook(metadata={"kernelspec": kernel})
    notebook.cells = [new_code_cell(CELL.format(park=str(PARKS / "langang")))]
    nbformat.write(notebook, notebooks / "fused.ipynb")
    is_lab = request.param == "lab"
    server = lab_of(notebooks, folder) if is_lab else pages_of(notebooks, folder / "log")
    with server as address:
        watched = window(browser)
        watched.page.goto(
            f"{address}lab/tree/fused.ipynb?reset" if is_lab
            else f"{address}voila/render/fused.ipynb"
        )  # fmt: skip
        if is_lab:
            run_all(watched.page)
        watched.page.locator(".pk-picture .pk-mark").first.wait_for(timeout=30_000)
        yield Desk(watched, is_lab)
        watched.page.context.close()


@pytest.fixture(autouse=True)
def nothing_wrong(desk: Desk) -> Iterator[None]:
    """Each test begins without filters; afterwards nothing left the machine, and no banner."""
    desk.press_reset()
    yield
    errors = [each for each in desk.watched.errors if not any(word in each for word in NOT_OURS)]
    assert (desk.watched.outside, errors) == ([], [])
    assert desk.page.locator(BANNERS).all_inner_texts() == []


def test_a_click_in_the_scatter_shows_cells_factors_and_ledger(desk: Desk):
    desk.mark(BOILER).click()
    expect(desk.page.locator(".kernel")).to_contain_text(BOILER)
    cells, factors, ledger = (desk.explorer().locator(".pk-table").nth(place) for place in range(3))
    expect(cells).to_contain_text("氮氧化物")
    expect(cells).to_contain_text("在线监测")
    expect(factors).to_contain_text("2006 年 IPCC 国家温室气体清单指南")
    expect(ledger).to_contain_text("同一来源已采用另一份数据")
    expect(desk.mark(BOILER)).to_have_attribute("aria-pressed", "true")
    # The same source is marked in the rankings, and its name is in sight.
    expect(desk.mark(BOILER, 1)).to_have_attribute("aria-pressed", "true")
    expect(desk.explorer().locator(".pk-source h3")).to_be_in_viewport()


def test_a_bar_is_clicked_and_another_chosen_by_keyboard(desk: Desk):
    desk.mark(BOILER, 2).click()
    expect(desk.explorer().locator(".pk-source h3")).to_contain_text("循环流化床锅炉")
    kiln = desk.mark(KILN)
    kiln.focus()
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator(".kernel")).to_contain_text(KILN)
    desk.mark(BOILER).focus()
    desk.page.keyboard.press(" ")
    expect(desk.page.locator(".kernel")).to_contain_text(BOILER)


def test_a_filter_leaves_fewer_sources_and_reset_all(desk: Desk):
    marks = desk.explorer().locator(".pk-picture").nth(0).locator(".pk-mark")
    before = marks.count()
    desk.field("industry").select_option(industry_name(CHEMICALS, "zh"))
    expect(desk.page.locator(".kernel")).to_contain_text("industry='26'")
    expect(marks).not_to_have_count(before)
    desk.press_reset()
    expect(marks).to_have_count(before)


def test_what_fits_nothing_is_told_and_not_drawn(desk: Desk):
    for name, code in (("process_type", "switchgear"), ("species", "so2")):
        desk.field(name).select_option(name_of(code, name, "zh"))
    expect(desk.explorer().get_by_role("status")).to_contain_text("没有排放源")
    expect(desk.explorer().locator(".pk-picture").first).to_be_hidden()


def test_a_threshold_moves_the_points_and_a_bad_one_is_told(desk: Desk):
    field = desk.field("carbon")
    field.fill("100")
    field.press("Enter")
    expect(desk.page.locator(".kernel")).to_contain_text("carbon_share=1.0")
    expect(desk.explorer().get_by_role("status")).not_to_contain_text("协同控制点 1 个")
    field.fill("120")
    field.press("Enter")
    field.press("Tab")
    alert = desk.explorer().get_by_role("alert")
    expect(alert).to_contain_text("120", timeout=SOON_MS)
    expect(desk.page.locator(".kernel")).to_contain_text("carbon_share=1.0")


def test_a_table_is_downloaded(desk: Desk):
    desk.mark(BOILER).click()
    expect(desk.page.locator(".kernel")).to_contain_text(BOILER)
    with desk.page.expect_download() as waiting:
        desk.explorer().get_by_role("link", name=re.compile("本源排放数据")).click()
    assert waiting.value.suggested_filename == "langang_2023_cells.csv"
    text = waiting.value.path().read_bytes().decode("utf-8-sig")
    rows = {row["species"]: row for row in csv.DictReader(io.StringIO(text))}
    assert float(rows["nox"]["emissions_t"]) == pytest.approx(340.2)
    assert rows["nox"]["list"] == "cems"


def test_it_speaks_english_and_fits_the_page(desk: Desk):
    desk.mark(BOILER, language="en").click()
    head = desk.explorer("en").locator(".pk-source h3")
    expect(head).to_contain_text("Langang")
    # JupyterLab itself is wider than a telephone.
    for width in (1280,) if desk.is_lab else (390, 1280):
        desk.page.set_viewport_size({"width": width, "height": 900})
        desk.page.wait_for_timeout(200)
        assert desk.page.evaluate("document.documentElement.scrollWidth") <= width
