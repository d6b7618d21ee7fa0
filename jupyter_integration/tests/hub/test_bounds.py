"""Bounds of time and memory: no peer can hold a thread or fill the memory."""

from __future__ import annotations

import contextlib
import socket
import time

import pytest

from jupyter_integration.hub.errors import HubProtocolError, HubTimeout, HubUnreachable
from jupyter_integration.hub.transport import MAX_BODY_SIZE, HubTransport
from jupyter_integration.testing.waiting import wait_for
from jupyter_integration.tests.hub.conftest import TOKEN, client_of
from jupyter_integration.tests.hub.peer import Connection, Peer, answering, sending


def test_slow_body_times_out() -> None:
    def play(connection: Connection) -> None:
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        connection.send(*[b" "] * 1000, pause=0.02)

    began = time.monotonic()
    with Peer(play) as peer, pytest.raises(HubTimeout, match="too slowly"):
        client_of(peer.api_url, read_timeout=0.3).get_version()

    assert time.monotonic() - began < 5


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found"])
def test_endless_body_is_aborted_and_its_connection_closed(status: str) -> None:
    sent: list[int] = []
    cut: list[bool] = []

    def play(connection: Connection) -> None:
        connection.read_request()
        connection.send(f"HTTP/1.1 {status}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        try:
            while True:
                connection.send_chunks(b" " * 1024 * 1024)
                sent.append(1024 * 1024)
        finally:
            cut.append(True)

    with Peer(play) as peer:
        # The error is kept, and with it all that its frames hold.
        with pytest.raises(HubProtocolError, match="too large") as failed:
            client_of(peer.api_url).get_version()
        wait_for(lambda: cut)

    assert failed.value.status == int(status[:3])
    assert sum(sent) < 4 * MAX_BODY_SIZE


def test_a_large_but_sane_body_is_read() -> None:
    with Peer(
        answering("200 OK", b'{"version": "6.1.1", "more": "' + b"x" * 2_000_000 + b'"}')
    ) as peer:
        assert client_of(peer.api_url).get_version() == "6.1.1"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
    ],
    ids=["short", "no last chunk", "no chunk at all"],
)
def test_truncated_body_is_unreachable(answer: bytes) -> None:
    with Peer(sending(answer)) as peer, pytest.raises(HubUnreachable):
        client_of(peer.api_url).get_version()


@pytest.mark.parametrize("answer", [b"SSH-2.0-OpenSSH_9.2\r\n\r\n", b"\x00" * 100_000 + b"\r\n"])
def test_non_http_response_is_unreachable(answer: bytes) -> None:
    with Peer(sending(answer)) as peer, pytest.raises(HubUnreachable):
        client_of(peer.api_url).get_version()


def test_refusing_host_is_unreachable_soon() -> None:
    """A full backlog drops packets, as a firewall does."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        address = listening.getsockname()
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(address)
        time.sleep(0.05)

        began = time.monotonic()
        with pytest.raises(HubUnreachable, match="timed out"):
            api_url = f"http://127.0.0.1:{address[1]}/hub/api"
            client_of(api_url, connect_timeout=0.2).stop_server("a")

        assert 0.15 < time.monotonic() - began < 2.5


def test_a_compressed_body_is_refused_instead_of_unpacked() -> None:
    """A few bytes of it could become gigabytes, and the client did not accept compression."""
    packed = bytes.fromhex("1f8b08000000000000ffabae050043bfa6a302000000")

    with (
        Peer(answering("200 OK", packed, "Content-Encoding: gzip")) as peer,
        pytest.raises(HubProtocolError, match="not JSON"),
    ):
        client_of(peer.api_url).get_version()

    assert b"Accept-Encoding: identity" in peer.requests[0]


def test_stop_has_a_longer_timeout_than_read() -> None:
    """The Hub holds these calls for up to eleven seconds."""

    def play(connection: Connection) -> None:
        while connection.read_request():
            time.sleep(0.4)
            connection.answer("204 No Content")

    with Peer(play) as peer:
        client = client_of(peer.api_url, read_timeout=0.1)
        assert client.stop_server("sara") is True
        client.delete_user("sara")
        with pytest.raises(HubTimeout):
            client.start_server("sara")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://hub/hub/api",
        "http://portal:secret@hub/hub/api",
        "http://hub/hub/api?token=secret",
    ],
)
def test_invalid_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="JUPYTERHUB_API_URL") as refused:
        HubTransport(url, TOKEN)

    assert "secret" not in str(refused.value)
