"""Probe of a Lab, which is under its user's control."""

from __future__ import annotations

import time

import pytest

from jupyter_integration.hub.probe import LabProbe
from jupyter_integration.testing import FakeHub, Spawn
from jupyter_integration.testing.waiting import wait_for
from jupyter_integration.tests.hub.conftest import TOKEN
from jupyter_integration.tests.hub.peer import Connection, Peer, answering, sending


def _probe(peer: Peer, **options) -> LabProbe:
    return LabProbe(peer.api_url.removesuffix("/hub/api"), **options)


def test_a_success_is_an_answer() -> None:
    with Peer(answering("204 No Content", b"{}")) as peer:
        assert _probe(peer).answers("/user/sara/") is True


@pytest.mark.parametrize("status", ["302 Found", "403 No", "503 No", "100 No"])
def test_other_statuses_are_no_answer(status: str) -> None:
    """Without a route to the server the proxy answers with a redirect of the Hub, or with 503."""
    with Peer(answering(status, b"{}")) as peer:
        assert _probe(peer).answers("/user/sara/") is False


def test_probe_reads_lab_api_without_credentials() -> None:
    with Peer(answering("200 OK", b"{}")) as peer:
        _probe(peer).answers("/user/sara/")

    (request,) = peer.requests
    assert request.startswith(b"GET /user/sara/api HTTP/1.1\r\n")
    names = {line.split(b":")[0] for line in request.splitlines()[1:] if line}
    assert names == {b"Host", b"Accept-Encoding"}


def test_host_name_of_server_is_never_resolved() -> None:
    with Peer(answering("200 OK", b"{}")) as peer:
        assert _probe(peer).answers("http://sara.hub.invalid:8000/user/sara/") is True

    (request,) = peer.requests
    assert request.startswith(b"GET /user/sara/api HTTP/1.1\r\n")
    assert b"\r\nHost: sara.hub.invalid:8000\r\n" in request


@pytest.mark.parametrize(
    ("server_url", "asked"),
    [
        ("/user/علی/", b"/user/%D8%B9%D9%84%DB%8C/api"),
        ("/user/a b\r\nX-Evil: 1/", b"/user/a%20b%0D%0AX-Evil:%201/api"),
        ("http://a/user/b\r\nX-Evil: 1/", b"/user/b%0D%0AX-Evil:%201/api"),
    ],
)
def test_an_address_cannot_smuggle_anything_into_the_request(server_url: str, asked: bytes) -> None:
    with Peer(answering("200 OK", b"{}")) as peer:
        assert _probe(peer).answers(server_url)

    assert peer.requests[0].splitlines()[0] == b"GET " + asked + b" HTTP/1.1"


@pytest.mark.parametrize("server_url", ["", "user/sara/", "http://a\r\nX-Evil: 1/", "ftp://a/"])
def test_no_request_is_sent_to_a_broken_address(server_url: str) -> None:
    with Peer(answering("200 OK", b"{}")) as peer:
        assert _probe(peer).answers(server_url) is False

    assert peer.requests == []


def test_slow_server_times_out() -> None:
    began = time.monotonic()
    with Peer(sending(*[b"H"] * 1000, pause=0.02)) as peer:
        assert _probe(peer, answer_timeout=0.3).answers("/user/sara/") is False

    assert time.monotonic() - began < 3


def test_silent_server_times_out() -> None:
    def play(connection: Connection) -> None:
        connection.read_request()
        connection.wait_until_closed()

    began = time.monotonic()
    with Peer(play) as peer:
        assert _probe(peer, answer_timeout=0.2).answers("/user/sara/") is False

    assert time.monotonic() - began < 3


def test_only_the_status_line_is_read() -> None:
    closed: list[bool] = []

    def play(connection: Connection) -> None:
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\n")
        closed.append(connection.wait_until_closed())

    with Peer(play) as peer:
        assert _probe(peer).answers("/user/sara/") is True
        wait_for(lambda: closed)

    assert closed == [True]


def test_a_status_line_without_end_is_not_read() -> None:
    def play(connection: Connection) -> None:
        connection.read_request()
        while True:
            connection.send(b"x" * 65536)

    began = time.monotonic()
    with Peer(play) as peer:
        assert _probe(peer, answer_timeout=10).answers("/user/sara/") is False

    assert time.monotonic() - began < 5


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 2000 OK\r\n", b"200 OK\r\n"])
def test_what_is_no_http_is_no_answer(answer: bytes) -> None:
    with Peer(sending(answer)) as peer:
        assert _probe(peer).answers("/user/sara/") is False


def test_closed_port_is_no_answer() -> None:
    with Peer(answering("200 OK", b"{}")) as peer:
        probe = _probe(peer)

    assert probe.answers("/user/sara/") is False


def test_lab_may_answer_later_than_hub_ready() -> None:
    with FakeHub(token=TOKEN) as hub:
        hub.add_user("sara")
        url = hub.users["sara"].url
        probe = LabProbe(hub.proxy_url)
        assert probe.answers(url) is False
        hub.users["sara"].begin(Spawn(seconds=0, lab_delay=1.0), {})
        assert hub.phase("sara") == "ready"
        assert probe.answers(url) is False
        wait_for(lambda: probe.answers(url))
        # The Lab goes on while the Hub is stopped.
        hub.down()
        assert probe.answers(url) is True


@pytest.mark.parametrize("url", ["", "hub:8000", "ftp://hub"])
def test_invalid_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="HUB_PROXY_URL"):
        LabProbe(url)
