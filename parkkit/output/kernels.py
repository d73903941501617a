"""Kernels as pages need them: replies that are asked for again, requests that are waited for."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from queue import Empty
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from traitlets import Type
from websockets.sync.client import connect

POLL_SECONDS = 0.5
PATIENT_CLIENT = f"{__name__}.PatientClient"


class PatientChannel(AsyncZMQSocketChannel):
    """A channel that looks for its message twice a second.

    Under load a wake-up of the socket gets lost now and then (about one page in six); who waits
    for it without a limit then waits for ever, though the message is there.
    """

    async def get_msg(  # type: ignore[override]  # as the class above declares it
        self, timeout: float | None = None
    ) -> dict[str, Any]:
        """Return the next message, raise ``queue.Empty`` after `timeout` seconds without one."""
        deadline = float("inf") if timeout is None else monotonic() + timeout
        while True:
            step = max(0.0, min(POLL_SECONDS, deadline - monotonic()))
            try:
                return await super().get_msg(timeout=step)
            except Empty:
                if monotonic() >= deadline:
                    raise


class PatientClient(AsyncKernelClient):
    """A kernel client all of whose channels are patient."""

    shell_channel_class = Type(PatientChannel)
    iopub_channel_class = Type(PatientChannel)
    stdin_channel_class = Type(PatientChannel)
    control_channel_class = Type(PatientChannel)


def is_page() -> bool:
    """Return whether this process is the kernel of a Voila page."""
    return "VOILA_APP_PORT" in os.environ


def page_query() -> dict[str, str]:
    """Return what the address of the page asks for; nothing where there is no page.

    A preheated kernel runs before anybody has asked, so there this waits for the request: call
    it after the imports, which then are done in advance.

    Examples
    --------
    >>> page_query()
    {}
    """
    if not is_page():
        return {}
    request = _awaited() if os.environ.get("VOILA_PREHEAT") == "True" else os.environ
    return dict(parse_qsl(request.get("QUERY_STRING", "")))


def _awaited() -> Mapping[str, str]:
    """Return the request that Voila hands this kernel, once somebody asks for the page."""
    port, base = os.environ["VOILA_APP_PORT"], os.environ.get("VOILA_SERVER_URL", "/")
    address = f"ws://127.0.0.1:{port}{base}voila/query/{os.environ['VOILA_KERNEL_ID']}"
    # A proxy set for the machine must not see the loopback.
    with connect(address, proxy=None) as socket:
        request: dict[str, str] = json.loads(socket.recv())
    return request
