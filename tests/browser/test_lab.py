"""Each notebook in JupyterLab in a real browser, offline: run all, charts drawn, widgets live."""

from __future__ import annotations

from contextlib import suppress

import pytest
from playwright.sync_api import Page, TimeoutError, WebSocket

from parkkit.output.apps import CHAPTERS

pytestmark = pytest.mark.browser

WITH_CHARTS = CHAPTERS[1:]
DRAWN = ".vega-embed svg.marks, .vega-embed canvas.marks"
STDERR = "[data-mime-type='application/vnd.jupyter.stderr']"
ERROR = "[data-mime-type='application/vnd.jupyter.error']"
# What changes the state of a widget; a plain button only says that it was pressed.
CONTROLS = (
    ".jupyter-widgets select, .jupyter-widgets input, .jupyter-widgets .noUi-handle,"
    " .jupyter-widgets button:not(.widget-button)"
)
CHANGEABLE = "(e) => !e.disabled && !e.readOnly && !(e.options && e.options.length < 2)"
RUN_SECONDS = 90


def run_all(page: Page) -> None:
    """Run every cell from the menu and wait until the kernel has nothing left to do."""
    page.locator(".jp-NotebookPanel-notebook").wait_for(timeout=30_000)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=30_000)
    # What was kept in the file must not pass for what was drawn now.
    command(page, "Edit", "Clear Outputs of All Cells")
    page.locator(".jp-OutputArea-child").first.wait_for(state="detached")
    for _ in range(TRIES):
        command(page, "Run", "Run All Cells")
        with suppress(TimeoutError):
            page.wait_for_function(HAS_BEGUN, timeout=5_000)
            break
    page.wait_for_function(HAS_ENDED, timeout=RUN_SECONDS * 1000)


# Lab calls a kernel idle a moment before it runs cells for the asking; what comes then is lost.
TRIES = 4
PROMPTS = """[...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")]
  .map((prompt) => prompt.textContent).filter((text) => text)"""
HAS_BEGUN = f"() => {PROMPTS}.some((text) => /[*0-9]/.test(text))"
# After an error the cells below never get a number.
HAS_ENDED = f"""() => document.querySelector("{ERROR}")
  || {PROMPTS}.every((text) => /[0-9]/.test(text))"""


def command(page: Page, menu: str, item: str) -> None:
    page.get_by_role("menuitem", name=menu, exact=True).click()
    page.get_by_role("menuitem", name=item, exact=True).click()


def frames_received(page: Page) -> list[bytes]:
    """Collect what kernels send to the page from here on."""
    frames: list[bytes] = []

    def listen(websocket: WebSocket) -> None:
        websocket.on(
            "framereceived",
            lambda frame: frames.append(frame if isinstance(frame, bytes) else frame.encode()),
        )

    page.on("websocket", listen)
    return frames


def change(page: Page) -> None:
    """Change the first control of the notebook that can be, whatever kind it is."""
    control = next(each for each in page.locator(CONTROLS).all() if each.evaluate(CHANGEABLE))
    control.scroll_into_view_if_needed()
    kind = control.evaluate("(e) => e.tagName === 'INPUT' ? e.type : e.tagName.toLowerCase()")
    if kind == "select":
        control.select_option(index=control.evaluate("(e) => e.selectedIndex ? 0 : 1"))
    elif kind == "div":
        control.press("ArrowRight")
    elif kind in {"button", "checkbox", "radio"}:
        control.click()
    else:
        control.fill("1")
        control.press("Enter")


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_notebook_runs_and_draws(lab_server, open_page, chapter: str):
    watched = open_page(f"{lab_server}lab/tree/{chapter}.ipynb?reset")
    page = watched.page
    run_all(page)
    if chapter in WITH_CHARTS:
        page.locator(DRAWN).first.wait_for(state="attached", timeout=30_000)
    assert page.locator(f"{STDERR}, {ERROR}").all_inner_texts() == []
    assert watched.outside == []


def test_a_widget_answers(lab_server, open_page):
    page = open_page("about:blank").page
    frames = frames_received(page)
    page.goto(f"{lab_server}lab/tree/02_inventory.ipynb?reset")
    run_all(page)
    before = len(frames)
    change(page)
    page.wait_for_timeout(3_000)
    # The kernel sends back what it took over; without a live widget nothing comes.
    assert any(b"echo_update" in frame for frame in frames[before:])
