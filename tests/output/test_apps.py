"""The commands that serve the notebooks, and what their pages are told."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

from parkkit.core.errors import ParkError
from parkkit.output.apps import (
    CHAPTERS,
    TEMPLATES,
    app_command,
    check_free,
    environment,
    lab_command,
    page_texts,
)

NOTEBOOKS = Path("notebooks")


def option(command: list[str], name: str) -> str:
    return next(part for part in command if part.startswith(name)).partition("=")[2]


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (app_command(NOTEBOOKS, port=1, language="zh"), "--Voila.ip"),
        (lab_command(NOTEBOOKS, port=1), "--ServerApp.ip"),
    ],
    ids=["app", "lab"],
)
def test_only_this_machine_is_served(command, name):
    assert option(command, name) == "127.0.0.1"


def test_pages_show_no_code_and_no_traceback():
    command = app_command(NOTEBOOKS, port=1, language="zh")
    assert "--strip_sources=True" in command
    assert not [part for part in command if "traceback" in part]


@pytest.mark.parametrize(("warm", "preheat"), [(0, "False"), (2, "True")])
def test_kernels_stand_ready_where_asked_for(warm, preheat):
    command = app_command(NOTEBOOKS, port=1, language="zh", warm=warm)
    assert option(command, "--preheat_kernel") == preheat
    assert option(command, "--pool_size") == str(warm)


def test_pages_are_told_every_chapter_in_both_languages():
    command = app_command(NOTEBOOKS, port=1, language="en")
    told = json.loads(option(command, "--VoilaConfiguration.resources").removeprefix("parkkit="))
    assert told == page_texts("en")
    assert [chapter["file"] for chapter in told["chapters"]] == [f"{c}.ipynb" for c in CHAPTERS]
    assert told["chapters"][0] == {"file": "00_home.ipynb", "zh": "首页", "en": "Home"}


def test_the_texts_of_a_page_cannot_end_the_script_they_stand_in():
    assert "<" not in json.dumps(page_texts("zh"))


def test_the_part_is_carried_from_page_to_page():
    assert page_texts("zh")["carried"] == ["park", "year", "boundary", "part"]


def test_kernels_learn_the_parks_and_the_language():
    given = environment(language="zh", parks=Path("/p"), inherited={"JUPYTER_PATH": "/mine"})
    assert given["PARKKIT_PARKS"] == str(Path("/p").resolve())
    assert given["PARKKIT_LANGUAGE"] == "zh"
    assert given["JUPYTER_PATH"].split(os.pathsep) == [str(TEMPLATES), "/mine"]


def test_a_taken_port_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ParkError, match=f"port {port} is taken"):
            check_free(port)
    check_free(port)
