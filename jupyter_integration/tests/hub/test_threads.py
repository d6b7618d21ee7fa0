"""One client serves all threads of a process, over as many connections as its pool holds."""

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
from jupyter_integration.testing import FakeHub, FaultProxy, Spawn
from jupyter_integration.testing.faults import Latency
from jupyter_integration.tests.hub.conftest import TOKEN
from jupyter_integration.tests.hub.peer import Connection, Peer

THREADS = 16


def test_a_pool_of_n_connections_serves_n_threads_at_once_and_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, logger="urllib3")
    # Each round is answered only once all threads have asked: the pool may not make them queue.
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


def test_many_threads_start_and_follow_through_one_client() -> None:
    names = [f"student-{number}" for number in range(THREADS)]
    with FakeHub(token=TOKEN) as hub:
        hub.script_all(Spawn(seconds=0.3, events=((50, "نیمه"),)))
        client = HubClient(HubTransport(hub.api_url, TOKEN, pool_maxsize=THREADS))

        def live(name: str) -> bool:
            client.create_user(name)
            client.start_server(name)
            return [event.ready for event in client.follow_progress(name)][-1]

        with ThreadPoolExecutor(THREADS) as threads:
            assert all(threads.map(live, names))

        assert {user.name for user in client.list_users(state="ready")} == set(names)


def test_of_a_class_that_starts_together_one_after_the_other_asks_the_hub(
    fake_hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Long, because a call is slow on a busy machine.
    monkeypatch.setattr(client, "START_MAX_WAIT", timedelta(seconds=10))
    assert _most_at_once(fake_hub, starts=THREADS, held_for=0.1) == 1


def test_a_turn_comes_when_the_start_before_is_answered(
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


def test_a_hub_that_holds_its_calls_has_a_few_at_a_time(fake_hub: FakeHub) -> None:
    held_for = (MAX_CONCURRENT_STARTS + 2) * START_MAX_WAIT.total_seconds()
    assert _most_at_once(fake_hub, starts=6, held_for=held_for) == MAX_CONCURRENT_STARTS


def test_a_start_that_is_left_in_its_turn_is_not_sent_and_keeps_nobody(fake_hub: FakeHub) -> None:
    fake_hub.add_user("sara")
    hub = HubClient(HubTransport(fake_hub.api_url, fake_hub.token))

    for _ in range(2 * MAX_CONCURRENT_STARTS):
        with pytest.raises(LookupError), hub.start_turn():
            raise LookupError
    assert fake_hub.calls == []

    with hub.start_turn():
        hub.start_server("sara")
    assert fake_hub.calls == ["POST /users/sara/server"]


def _most_at_once(fake_hub: FakeHub, *, starts: int, held_for: float) -> int:
    """Of so many calls for a start, made together, those that were under way in one moment."""
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
        # The proxy notes the end a moment after the client has its answer, and sends the next.
        asked = [
            (call.at, call.at + (call.seconds or 0) - 0.05)
            for call in proxy.calls
            if call.method == "POST"
        ]
    assert len(asked) == starts
    return max(_under_way(moment, asked) for moment, _ in asked)


def _under_way(moment: float, calls: list[tuple[float, float]]) -> int:
    return sum(began <= moment < ended for began, ended in calls)
