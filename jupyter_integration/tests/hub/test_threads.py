"""Threads that share one client and its connection pool."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from jupyter_integration.hub import client
from jupyter_integration.hub.client import MAX_CONCURRENT_STARTS, START_MAX_WAIT, HubClient
from jupyter_integration.hub.errors import HubRejected
from jupyter_integration.hub.transport import HubTransport
from jupyter_integration.testing import FakeHub, FaultProxy
from jupyter_integration.testing.faults import Latency
from jupyter_integration.tests.hub.conftest import TOKEN
from jupyter_integration.tests.hub.peer import Connection, Peer

THREADS = 16


def test_pool_serves_as_many_threads_as_connections(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, logger="urllib3")
    # Each round is answered when all threads have called: the pool must not queue them.
    together = threading.Barrier(THREADS, timeout=5)

    def play(connection: Connection) -> None:
        while connection.read_request():
            together.wait()
            connection.answer("200 OK", b'{"version": "6.1.1"}')

    with Peer(play) as peer, ThreadPoolExecutor(THREADS) as threads:
        client = HubClient(HubTransport(peer.api_url, TOKEN, pool_maxsize=THREADS))
        for _ in range(5):
            versions = list(threads.map(lambda _: client.get_version(), range(THREADS)))
            assert versions == ["6.1.1"] * THREADS

    assert len(peer.connections) == THREADS
    assert len(peer.requests) == 5 * THREADS
    assert "pool is full" not in caplog.text


def test_a_connection_outlives_every_kind_of_answer(
    fake_hub: FakeHub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="urllib3")
    hub = HubClient(HubTransport(fake_hub.api_url, TOKEN, pool_maxsize=1))

    hub.create_user("sara")
    hub.start_server("sara")
    hub.stop_server("sara")
    for call in (lambda: hub.get_user("nobody"), lambda: hub.create_user("sara")):
        with pytest.raises(HubRejected):
            call()
    hub.delete_user("sara")

    assert len(fake_hub.calls) == 6
    assert caplog.text.count("Starting new HTTP connection") == 1


def test_start_turns_send_one_call_at_a_time(
    fake_hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Long, because a call is slow on a busy machine.
    monkeypatch.setattr(client, "START_MAX_WAIT", timedelta(seconds=10))
    assert _max_concurrent(fake_hub, starts=THREADS, held_for=0.1) == 1


def test_start_turn_waits_for_the_previous_response(
    fake_hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "START_MAX_WAIT", timedelta(seconds=10))
    names = ["sara", "omid", "nasrin"]
    for name in names:
        fake_hub.add_user(name)
    hub = HubClient(HubTransport(fake_hub.api_url, fake_hub.token, pool_maxsize=3))
    sent_before: list[int] = []

    def start(name: str) -> None:
        with hub.start_turn():
            sent_before.append(len(fake_hub.calls))
            hub.start_server(name)

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(start, names))

    assert sent_before == [0, 1, 2]


def test_slow_hub_gets_a_few_concurrent_starts(fake_hub: FakeHub) -> None:
    held_for = (MAX_CONCURRENT_STARTS + 2) * START_MAX_WAIT.total_seconds()
    assert _max_concurrent(fake_hub, starts=6, held_for=held_for) == MAX_CONCURRENT_STARTS


def test_abandoned_start_turn_blocks_no_other(fake_hub: FakeHub) -> None:
    fake_hub.add_user("sara")
    hub = HubClient(HubTransport(fake_hub.api_url, fake_hub.token))

    for _ in range(2 * MAX_CONCURRENT_STARTS):
        with pytest.raises(LookupError), hub.start_turn():
            raise LookupError
    assert fake_hub.calls == []

    with hub.start_turn():
        hub.start_server("sara")
    assert fake_hub.calls == ["POST /users/sara/server"]


def _max_concurrent(fake_hub: FakeHub, *, starts: int, held_for: float) -> int:
    """Return the maximum of concurrent calls among simultaneous starts."""
    names = [f"student{number}" for number in range(starts)]
    for name in names:
        fake_hub.add_user(name)
    with FaultProxy(fake_hub.api_url) as proxy, ThreadPoolExecutor(starts) as threads:
        proxy.inflict(Latency(seconds=held_for), method="POST", path="/server$")
        hub = HubClient(HubTransport(proxy.api_url, fake_hub.token, pool_maxsize=starts))

        def start(name: str) -> None:
            with hub.start_turn():
                hub.start_server(name)

        list(threads.map(start, names))
        # The proxy records the end a moment after the client has its response and sends the next.
        asked = [
            (call.at, call.at + (call.seconds or 0) - 0.05)
            for call in proxy.calls
            if call.method == "POST"
        ]
    assert len(asked) == starts
    return max(_under_way(moment, asked) for moment, _ in asked)


def _under_way(moment: float, calls: list[tuple[float, float]]) -> int:
    return sum(began <= moment < ended for began, ended in calls)
