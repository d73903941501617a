"""Kernels of pages: no reply is missed, no request is misread."""

from __future__ import annotations

import asyncio
import json
from queue import Empty
from threading import Thread

import pytest
import zmq
import zmq.asyncio
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.session import Session
from websockets.sync.server import ServerConnection, serve

from parkkit.output.kernels import (
    PATIENT_CLIENT,
    POLL_SECONDS,
    PatientChannel,
    PatientClient,
    is_page,
    page_query,
)

MESSAGE = {"msg_type": "execute_reply"}


@pytest.fixture
def waits(monkeypatch):
    """Replace the socket: nothing wakes the first three waits; they are written down."""
    asked: list[float] = []

    async def deaf(_self, timeout=None):
        asked.append(timeout)
        await asyncio.sleep(0)
        if len(asked) <= 3:
            raise Empty
        return MESSAGE

    monkeypatch.setattr(AsyncZMQSocketChannel, "get_msg", deaf)
    return asked


def received(timeout: float | None) -> dict[str, object]:
    async def receive() -> dict[str, object]:
        with zmq.asyncio.Context() as context, context.socket(zmq.DEALER) as socket:
            return await PatientChannel(socket, Session()).get_msg(timeout=timeout)

    return asyncio.run(receive())


def test_a_message_whose_wake_up_was_lost_is_found(waits):
    assert received(timeout=None) == MESSAGE
    assert waits == [POLL_SECONDS] * 4


def test_a_limit_on_waiting_still_holds(waits):
    with pytest.raises(Empty):
        received(timeout=0)
    assert waits == [0]


def test_the_client_that_servers_are_told_of_is_patient():
    client = AsyncKernelManager(client_class=PATIENT_CLIENT).client()
    assert isinstance(client, PatientClient)
    assert client.shell_channel_class is client.iopub_channel_class is PatientChannel


def test_outside_a_page_nothing_is_asked(monkeypatch):
    monkeypatch.delenv("VOILA_APP_PORT", raising=False)
    monkeypatch.setenv("QUERY_STRING", "park=langang")
    assert not is_page()
    assert page_query() == {}


def test_a_page_is_asked_by_its_address(monkeypatch):
    monkeypatch.setenv("VOILA_APP_PORT", "8866")
    monkeypatch.setenv("VOILA_PREHEAT", "False")
    monkeypatch.setenv("QUERY_STRING", "park=%E6%BE%9C%E6%B8%AF&year=2021&boundary=")
    assert page_query() == {"park": "澜港", "year": "2021"}


def test_a_warm_kernel_waits_until_its_page_is_asked_for(monkeypatch):
    paths = []

    def answer(connection: ServerConnection) -> None:
        paths.append(connection.request.path)
        connection.send(json.dumps({"QUERY_STRING": "lang=en"}))

    with serve(answer, "127.0.0.1", 0) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("VOILA_APP_PORT", str(server.socket.getsockname()[1]))
        monkeypatch.setenv("VOILA_PREHEAT", "True")
        monkeypatch.setenv("VOILA_SERVER_URL", "/park/")
        monkeypatch.setenv("VOILA_KERNEL_ID", "7")
        monkeypatch.setenv("QUERY_STRING", "lang=zh")
        assert page_query() == {"lang": "en"}
        server.shutdown()
        thread.join()
    assert paths == ["/park/voila/query/7"]
