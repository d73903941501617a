"""The notebooks served: as a site of pages by Voila, as notebooks by JupyterLab."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from parkkit.core.errors import ParkError
from parkkit.core.labels import LANGUAGES, Language, label
from parkkit.output.kernels import PATIENT_CLIENT

TEMPLATES = Path(__file__).parent / "templates"
LOOPBACK = "127.0.0.1"
CHAPTERS = ("00_home", "01_boundary", "02_inventory", "03_fused_inventory", "04_decoupling",
            "05_data_quality")  # fmt: skip
# What the address of one page hands on to the next.
CARRIED = ("park", "year", "boundary", "part")
LAB_ONLY = "lab-only"
# Extensions of JupyterLab that a page without an editor has no use for.
DENIED_EXTENSIONS = ("jupyterlab_pygments", "@voila-dashboards/widgets-manager7")


def serve(
    notebooks: Path, *, port: int, language: Language, parks: Path, is_opened: bool = False
) -> int:
    """Serve the notebooks as pages until interrupted; return the exit status.

    Only this machine can reach them: whoever serves others puts a proxy with a login in front.

    Raises
    ------
    ParkError
        If the port is taken.
    """
    check_free(port)
    check_parks(parks)
    command = app_command(notebooks, port=port, language=language, is_opened=is_opened)
    return _run(command, environment(language=language, parks=parks))


def lab(notebooks: Path, *, port: int, language: Language, parks: Path) -> int:
    """Open the notebooks in JupyterLab until interrupted; return the exit status.

    Raises
    ------
    ParkError
        If the port is taken.
    """
    check_free(port)
    check_parks(parks)
    return _run(lab_command(notebooks, port=port), environment(language=language, parks=parks))


def app_command(
    notebooks: Path, *, port: int, language: Language, is_opened: bool = False, warm: int = 1
) -> list[str]:
    """Return the command that serves the notebooks as pages.

    Parameters
    ----------
    warm : int
        Kernels of each page that stand ready, about 130 MB each; a page asked for by more
        people at once starts a kernel of its own. With 0 every page does.
    """
    return [
        *(sys.executable, "-m", "voila", str(notebooks)),
        f"--Voila.ip={LOOPBACK}",
        f"--port={port}",
        # Warm kernels are told the port before Voila finds out that it is taken.
        "--Voila.port_retries=0",
        f"--Voila.open_browser={is_opened}",
        "--template=parkkit",
        "--strip_sources=True",
        # The title that a notebook shows in JupyterLab; a page says it in its own language.
        "--TagRemovePreprocessor.enabled=True",
        f"--TagRemovePreprocessor.remove_cell_tags={LAB_ONLY}",
        f"--preheat_kernel={warm > 0}",
        f"--pool_size={warm}",
        *(f"--VoilaConfiguration.extension_denylist={name}" for name in DENIED_EXTENSIONS),
        f"--VoilaConfiguration.resources=parkkit={json.dumps(page_texts(language))}",
        f"--AsyncKernelManager.client_class={PATIENT_CLIENT}",
    ]


def lab_command(notebooks: Path, *, port: int, is_opened: bool = True) -> list[str]:
    """Return the command that opens the notebooks in JupyterLab."""
    return [
        *(sys.executable, "-m", "jupyterlab", f"--notebook-dir={notebooks}"),
        f"--ServerApp.ip={LOOPBACK}",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.open_browser={is_opened}",
        # No extension is looked up and no news is fetched: nothing leaves the machine.
        "--LabApp.extension_manager=readonly",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]


def environment(
    *, language: Language, parks: Path, inherited: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the environment of a server: its kernels read the parks and language from it.

    Examples
    --------
    >>> given = environment(language="en", parks=Path("/parks"), inherited={"HOME": "/home"})
    >>> given["HOME"], given["PARKKIT_LANGUAGE"]
    ('/home', 'en')
    """
    given = dict(os.environ if inherited is None else inherited)
    templates = [str(TEMPLATES), given.get("JUPYTER_PATH", "")]
    return {
        **given,
        "PARKKIT_PARKS": str(parks.resolve()),
        "PARKKIT_LANGUAGE": language,
        "JUPYTER_PATH": os.pathsep.join(filter(None, templates)),
    }


def page_texts(language: Language) -> dict[str, object]:
    """Return what the page template says, in both languages: which one, the address decides."""
    return {
        "language": language,
        "carried": list(CARRIED),
        "chapters": [
            {"file": f"{name}.ipynb", **_both(f"apps.chapter.{name}")} for name in CHAPTERS
        ],
        **{
            name: _both(f"apps.{name}")
            for name in ("title", "chapters_name", "calculating", "other_language", "html_lang")
        },
    }


def _both(key: str) -> dict[str, str]:
    return {language: label(key, language) for language in LANGUAGES}


def check_parks(parks: Path) -> None:
    """Raise if there is no such folder of parks: a site of no park helps nobody."""
    if not parks.is_dir():
        raise ParkError("no_parks_folder", given=parks)


def check_free(port: int) -> None:
    """Raise if somebody else listens on a port of this machine."""
    if not 0 < port < 65536:
        raise ParkError("no_port", given=port)
    with socket.socket() as probe:
        # As servers do it: a port that was just given up counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise ParkError("port_taken", port=port) from error


def _run(command: Sequence[str], variables: Mapping[str, str]) -> int:
    with subprocess.Popen(command, env=variables) as server:
        # Who ends this process means the server, which else would live on with its kernels.
        before = signal.signal(signal.SIGTERM, lambda *_: server.terminate())
        try:
            return _waited(server)
        finally:
            signal.signal(signal.SIGTERM, before)


def _waited(server: subprocess.Popen[bytes]) -> int:
    while True:
        try:
            return server.wait()
        except KeyboardInterrupt:
            # The server was interrupted too and is shutting its kernels down.
            continue
