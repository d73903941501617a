"""DecouplingExplorer by mouse, in Voila and in JupyterLab, offline: verdict and picture follow."""

from __future__ import annotations

from collections.abc import Iterator

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, Locator, expect

from parkkit.core.labels import label
from parkkit.output.chapters.decoupling import industry_name
from tests.browser.conftest import Watched, lab_of, pages_of
from tests.browser.test_app_pages import BANNERS
from tests.browser.test_boundary_editor import NOT_OURS, window
from tests.browser.test_lab import run_all

pytestmark = pytest.mark.browser

# Economy 50, 55, 60; carbon up and then below where it was; SO2 down and up a little.
CELL = """\
import pandas as pd
from parkkit_widgets import DecouplingExplorer

years = [2020, 2021, 2022]
rows = [("park", "co2e", [100.0, 104.0, 90.0]), ("park", "so2", [10.0, 7.0, 8.0]),
        ("26", "co2e", [10.0, 11.0, 12.0]), ("26", "so2", [5.0, 6.0, 7.0])]
pressures = pd.concat([pd.DataFrame({"group": group, "year": years, "species": species,
                                     "amount": amounts}) for group, species, amounts in rows])
economy = pd.concat([pd.DataFrame({"group": group, "year": years, "amount": [50.0, 55.0, 60.0],
                                   "price_year": 2020}) for group in ("park", "26")])
DecouplingExplorer(pressures, economy, language="zh")
"""


@pytest.fixture(scope="module", params=["voila", "lab"])
def watched(
    request: pytest.FixtureRequest, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp(request.param)
    notebooks = folder / "notebooks"
    notebooks.mkdir()
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    notebook = new_notebook(metadata={"kernelspec": kernel}, cells=[new_code_cell(CELL)])
    nbformat.write(notebook, notebooks / "explorer.ipynb")
    is_lab = request.param == "lab"
    server = lab_of(notebooks, folder) if is_lab else pages_of(notebooks, folder / "log")
    with server as address:
        made = window(browser)
        path = "lab/tree/explorer.ipynb?reset" if is_lab else "voila/render/explorer.ipynb"
        made.page.goto(f"{address}{path}")
        if is_lab:
            run_all(made.page)
        made.page.locator(".pk-decoupling svg").wait_for(timeout=30_000)
        yield made
        made.page.context.close()


def test_the_verdict_and_the_picture_follow_every_choice(watched: Watched):
    explorer = watched.page.locator(".pk-decoupling")
    verdict, picture = explorer.locator(".pk-verdict"), explorer.locator("svg")

    def field(name: str) -> Locator:
        return explorer.get_by_label(label(f"widgets.decoupling.{name}", "zh"))

    expect(verdict).to_contain_text("S1")
    expect(picture).to_contain_text("2020–2022")
    field("last").select_option("2021")
    expect(verdict).to_contain_text("S2")
    expect(picture).to_contain_text("2020–2021")
    # A span that does not run forward is told in the place of the verdict.
    field("first").select_option("2021")
    expect(explorer.get_by_role("alert")).to_contain_text("2021, 2021")
    field("last").select_option("2022")
    expect(verdict).to_contain_text("S3")
    field("first").select_option("2020")
    expect(verdict).to_contain_text("S1")
    # Carbon fell by a tenth: that is no trend where 15 per cent is asked for.
    field("threshold").fill("15")
    field("threshold").press("Enter")
    expect(verdict).to_contain_text("趋势不典型")
    field("threshold").fill("0")
    field("threshold").press("Enter")
    field("group").select_option(industry_name("26", "zh"))
    expect(verdict).to_contain_text("S4")
    errors = [each for each in watched.errors if not any(word in each for word in NOT_OURS)]
    assert (watched.outside, errors) == ([], [])
    assert watched.page.locator(BANNERS).all_inner_texts() == []
