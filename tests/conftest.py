"""What every test may ask for, and what is missing on this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from hypothesis import settings

# A machine with other work is slow now and then; that is no failure.
settings.register_profile("parkkit", deadline=None)
settings.load_profile("parkkit")

REPOSITORY = Path(__file__).parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def browser_path() -> str | None:
    """Return the browser the pages are tried in, None where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def real_folder() -> Path:
    """Return the folder of real plants and published results, whether it exists or not."""
    return Path(os.environ.get("PARKKIT_REAL") or REPOSITORY.parent / "shared" / "real")


def _no_browser() -> str:
    return "" if browser_path() else f"no browser found (looked for {', '.join(BROWSERS)})"


def _no_real() -> str:
    folder = real_folder()
    return "" if folder.is_dir() else f"no folder of real data at {folder}; set PARKKIT_REAL"


MISSING: dict[str, Callable[[], str]] = {"browser": _no_browser, "real": _no_real}


def _required(item: pytest.Item) -> list[str]:
    named = os.environ.get("PARKKIT_REQUIRE", "").split(",")
    return [need for need in MISSING if need in named and item.get_closest_marker(need)]


def pytest_runtest_setup(item: pytest.Item) -> None:
    for need, why_missing in MISSING.items():
        if item.get_closest_marker(need) and (reason := why_missing()):
            pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Make a skip a failure where PARKKIT_REQUIRE names what the test needs."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and (needs := _required(item)):
        report.outcome = "failed"
        report.longrepr = f"PARKKIT_REQUIRE={','.join(needs)}: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def real() -> Path:
    """The folder of real plants and published results; mark the test ``real``."""
    return real_folder()


@pytest.fixture(scope="session")
def browser_executable() -> str:
    """The browser the pages are tried in; mark the test ``browser``."""
    return browser_path() or ""
