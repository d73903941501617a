"""Each page of the site in a real browser, offline, in both languages, wide and narrow."""

from __future__ import annotations

from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page

from parkkit.core.labels import LANGUAGES, Language, label
from parkkit.output.apps import CHAPTERS

pytestmark = pytest.mark.browser

WITH_CHARTS = CHAPTERS[1:]
DRAWN = ".vega-embed svg.marks, .vega-embed canvas.marks"
# What JupyterLab draws around an error, and the words of one.
BANNERS = ".jp-OutputArea-output[data-mime-type*='stderr'], .jp-RenderedText[data-mime-type*=error]"
WORDS = ("Traceback", "Error:", "There was an error when executing cell")
LAST_CELL = "cell 29"
LOADS = 40
AT_ONCE = 2
LOAD_SECONDS = 30

ASK_TO_EXECUTE = """async () => {
  const config = JSON.parse(document.getElementById("jupyter-config-data").textContent);
  const socket = new WebSocket(
    `ws://${location.host}${config.baseUrl}api/kernels/${config.kernelId}/channels`);
  const types = [];
  socket.onmessage = (event) => {
    if (typeof event.data === "string") types.push(JSON.parse(event.data).header.msg_type);
  };
  await new Promise((opened) => { socket.onopen = opened; });
  const send = (type, content) => socket.send(JSON.stringify({
    channel: "shell", parent_header: {}, metadata: {}, content, buffers: [],
    header: {msg_id: crypto.randomUUID(), msg_type: type, session: "x", username: "x",
      version: "5.3", date: new Date().toISOString()},
  }));
  send("execute_request", {code: "1", silent: false, store_history: false, user_expressions: {},
    allow_stdin: false, stop_on_error: true});
  send("kernel_info_request", {});
  await new Promise((passed) => setTimeout(passed, 2000));
  socket.close();
  return types;
}"""


def address(server: str, chapter: str, query: str) -> str:
    return f"{server}voila/render/{chapter}.ipynb?{query}"


def wait_until_drawn(page: Page, chapter: str) -> None:
    page.locator("#rendered_cells").wait_for(state="visible", timeout=60_000)
    if chapter in WITH_CHARTS:
        page.locator(DRAWN).first.wait_for(state="visible", timeout=60_000)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_page_is_drawn_and_clean(voila_server, open_page, chapter: str, language: Language):
    watched = open_page(address(voila_server, chapter, f"lang={language}&park=langang"))
    page = watched.page
    wait_until_drawn(page, chapter)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("html").get_attribute("lang") == label("apps.html_lang", language)
    assert label(f"apps.chapter.{chapter}", language) in page.title()
    text = page.locator("body").inner_text()
    assert [word for word in WORDS if word in text] == []
    assert page.locator(BANNERS).all_inner_texts() == []
    assert watched.outside == []
    assert watched.errors == []


def test_park_year_and_boundary_follow_to_the_next_page(voila_server, open_page):
    query = "lang=en&park=langang&year=2022&boundary=management&else=1"
    page = open_page(address(voila_server, "02_inventory", query)).page
    page.get_by_role("link", name=label("apps.chapter.00_home", "en")).click()
    page.wait_for_url("**/00_home.ipynb?**")
    carried = parse_qs(urlsplit(page.url).query)
    assert carried == {
        "lang": ["en"],
        "park": ["langang"],
        "year": ["2022"],
        "boundary": ["management"],
    }


def test_the_other_language_is_the_same_page(voila_server, open_page):
    page = open_page(address(voila_server, "02_inventory", "lang=zh&park=langang")).page
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**/02_inventory.ipynb?park=langang&lang=en")
    assert page.locator("html").get_attribute("lang") == "en"


def test_the_root_leads_to_the_home_page(voila_server, open_page):
    page = open_page(voila_server).page
    page.wait_for_url("**/voila/render/00_home.ipynb*")


def test_code_is_neither_shown_nor_served(voila_server, open_page):
    page = open_page(address(voila_server, "00_home", "lang=zh")).page
    page.locator("#rendered_cells").wait_for(state="visible", timeout=60_000)
    assert "import parkkit" not in page.content()
    with pytest.raises(HTTPError, match="403"):
        urlopen(f"{voila_server}voila/files/00_home.ipynb")


def test_a_page_may_not_run_code_of_its_own(voila_server, open_page):
    page = open_page(address(voila_server, "00_home", "lang=zh")).page
    page.locator("#rendered_cells").wait_for(state="visible", timeout=60_000)
    replies = page.evaluate(ASK_TO_EXECUTE)
    assert "kernel_info_reply" in replies, "the socket did not answer at all"
    assert "execute_reply" not in replies


@pytest.mark.slow
def test_no_page_hangs_in_forty_loads(many_cells_server, browser):
    # Without the patience of output.kernels a page now and then waits for ever.
    context = browser.new_context()
    for _ in range(LOADS // AT_ONCE):
        pages = [context.new_page() for _ in range(AT_ONCE)]
        for page in pages:
            page.goto(address(many_cells_server, "many_cells", "lang=en"), wait_until="commit")
        for page in pages:
            page.get_by_text(LAST_CELL, exact=True).wait_for(timeout=LOAD_SECONDS * 1000)
            page.close()
    context.close()
