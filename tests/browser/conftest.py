"""Servers of the real notebooks and a browser that writes down what goes wrong on a page."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, sync_playwright

from parkkit.output.apps import app_command, environment, lab_command

REPOSITORY = Path(__file__).parents[2]
NOTEBOOKS = REPOSITORY / "notebooks"
PARKS = REPOSITORY / "sample_parks"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# What a page may ask for; a websocket never passes the route that watches.
OURS = ("http://127.0.0.1:", "data:", "blob:", "file:")
START_SECONDS = 60
MANY_CELLS = 30


@dataclass
class Watched:
    """A page, with everything on it that should not be."""

    page: Page
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def route(self, route: Route) -> None:
        """Let through what stays on this machine; stop and write down the rest."""
        if route.request.url.startswith(OURS):
            route.continue_()
        else:
            self.outside.append(route.request.url)
            route.abort()

    def said(self, message: ConsoleMessage) -> None:
        """Write down an error of the console."""
        if message.type == "error":
            self.errors.append(message.text)


OpenPage = Callable[..., Watched]


# For a module, not the session: while Playwright runs, no other test of the worker could run an
# event loop of its own.
@pytest.fixture(scope="module")
def browser(browser_executable: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_executable, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Open an address in a window of its own that lets nothing leave this machine."""
    opened: list[Page] = []

    def open_address(address: str, *, width: int = 1280) -> Watched:
        context = browser.new_context(viewport={"width": width, "height": 900})
        watched = Watched(context.new_page())
        opened.append(watched.page)
        context.route("**/*", watched.route)
        watched.page.on("console", watched.said)
        watched.page.on("pageerror", lambda error: watched.errors.append(str(error)))
        watched.page.goto(address)
        return watched

    yield open_address
    for page in opened:
        page.context.close()


@pytest.fixture(scope="module")
def voila_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the pages, each with a warm kernel."""
    with pages_of(NOTEBOOKS, tmp_path_factory.mktemp("voila") / "log") as address:
        yield address


@contextmanager
def pages_of(notebooks: Path, log: Path, *, warm: int = 1) -> Iterator[str]:
    """Serve a folder of notebooks as long as it is needed; yields the address."""
    port = free_port()
    command = app_command(notebooks, port=port, language="zh", warm=warm)
    with running(command, log):
        address = f"http://127.0.0.1:{port}/"
        wait_until(lambda: answers(address), "Voila does not answer", log)
        pools = len(list(notebooks.glob("*.ipynb"))) if warm else 0
        wait_until(lambda: log.read_text().count("is filled with") >= pools, "none warm", log)
        yield address


@pytest.fixture(scope="module")
def many_cells_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of one page of many quick cells: many replies to wait for, little to compute."""
    folder = tmp_path_factory.mktemp("many_cells")
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    notebook = new_notebook(metadata={"kernelspec": kernel})
    notebook.cells = [new_code_cell(f"print('cell {i}')") for i in range(MANY_CELLS)]
    nbformat.write(notebook, folder / "many_cells.ipynb")
    with pages_of(folder, folder / "log", warm=2) as address:
        yield address


@pytest.fixture(scope="module")
def lab_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of JupyterLab over a copy of the notebooks, which it would save back."""
    folder = tmp_path_factory.mktemp("lab")
    with lab_of(shutil.copytree(NOTEBOOKS, folder / "notebooks"), folder) as address:
        yield address


@contextmanager
def lab_of(notebooks: Path, folder: Path) -> Iterator[str]:
    """Serve a folder of notebooks by JupyterLab; yields the address."""
    port, settings = free_port(), folder / "settings"
    # Cells out of sight are drawn as well, so that they can be looked at.
    tracker = settings / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    tracker.parent.mkdir(parents=True)
    tracker.write_text('{"windowingMode": "none"}', encoding="utf-8")
    command = [
        *lab_command(notebooks, port=port, is_opened=False),
        f"--LabApp.user_settings_dir={settings}",
        f"--LabApp.workspaces_dir={folder / 'workspaces'}",
        "--IdentityProvider.token=",
        "--allow-root",
    ]
    with running(command, folder / "log") as log:
        address = f"http://127.0.0.1:{port}/"
        wait_until(lambda: answers(f"{address}api"), "JupyterLab does not answer", log)
        yield address


@contextmanager
def running(command: Sequence[str], log: Path) -> Iterator[Path]:
    """Run a server as long as it is needed; yields where it writes."""
    variables = environment(language="zh", parks=PARKS)
    with (
        log.open("w", encoding="utf-8") as file,
        subprocess.Popen(command, env=variables, stdout=file, stderr=file) as server,
    ):
        try:
            yield log
        finally:
            server.terminate()


def wait_until(is_true: Callable[[], bool], otherwise: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_true():
        assert time.monotonic() < deadline, f"{otherwise}:\n{log.read_text()[-2000:]}"
        time.sleep(0.2)


def answers(address: str) -> bool:
    try:
        with closing(urlopen(address, timeout=5)):
            return True
    except (URLError, OSError):
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
