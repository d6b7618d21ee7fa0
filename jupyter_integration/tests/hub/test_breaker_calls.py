"""The breaker around real calls: which answers open it, and what it does to calls on their way."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from jupyter_integration.hub import (
    CircuitBreaker,
    HubCircuitOpen,
    HubClient,
    HubError,
    HubStarting,
    HubTimeout,
    HubTransport,
    HubUnreachable,
)
from jupyter_integration.testing import FakeHub, Spawn
from jupyter_integration.testing.memory_store import MemoryStore
from jupyter_integration.testing.waiting import wait_for
from jupyter_integration.tests.hub.conftest import TOKEN
from jupyter_integration.tests.hub.peer import Connection, Peer

OPEN_FOR = 0.3  # seconds

Connect = Callable[..., HubClient]


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def connect(store: MemoryStore) -> Iterator[Connect]:
    """Makes clients as of several processes: each has a breaker of its own, over one store."""
    with contextlib.ExitStack() as stack:

        def connect(api_url: str, **options: float) -> HubClient:
            breaker = CircuitBreaker(store, open_for=OPEN_FOR)
            transport = HubTransport(api_url, TOKEN, breaker=breaker, **{"backoff": 0.0, **options})
            return stack.enter_context(contextlib.closing(HubClient(transport)))

        yield connect


def fail(hub: HubClient, times: int = 3) -> None:
    for _ in range(times):
        with pytest.raises(HubError):
            hub.get_user("sara")


def time_out(hub: HubClient) -> None:
    """By a change: a read would be tried three times."""
    with pytest.raises(HubTimeout):
        hub.create_user("sara")


def answering(status: str, body: bytes = b"", *headers: str) -> Callable[[Connection], None]:
    def play(connection: Connection) -> None:
        while connection.read_request():
            connection.answer(status, body, *headers)

    return play


def hold(connection: Connection) -> None:
    """Take the call and say nothing, as a Hub behind a black hole."""
    connection.read_request()
    connection.wait_until_closed(30)


def test_what_one_client_finds_keeps_all_from_calling(fake_hub: FakeHub, connect: Connect) -> None:
    fake_hub.add_user("sara")
    one, other = connect(fake_hub.api_url), connect(fake_hub.api_url)
    fake_hub.down()
    fail(one, 2)
    fail(other, 1)
    fake_hub.up()

    assert one.is_blocked
    assert other.is_blocked
    for call in (lambda: one.get_user("sara"), lambda: other.start_server("sara")):
        with pytest.raises(HubCircuitOpen) as refused:
            call()
        assert refused.value.retry_after is not None
        assert 0 < refused.value.retry_after <= OPEN_FOR
        assert refused.value.request_id
    assert fake_hub.calls == []

    wait_for(lambda: not other.is_blocked)
    assert other.get_user("sara").name == "sara"
    assert not one.is_blocked
    assert one.get_user("sara").name == "sara"


def test_while_the_hub_stays_away_it_is_asked_once_each_time(connect: Connect) -> None:
    """Once means one request: a probe is not tried again."""

    def hang_up(connection: Connection) -> None:
        connection.read_request()

    with Peer(hang_up) as peer:
        hub = connect(peer.api_url)
        fail(hub)
        before = len(peer.requests)
        for asked in range(1, 4):
            wait_for(lambda: not hub.is_blocked)
            fail(hub, 5)
            assert len(peer.requests) == before + asked


@pytest.mark.parametrize(
    ("status", "body", "opens"),
    [
        ("500 Internal Server Error", b'{"status": 500, "message": "boom"}', True),
        ("502 Bad Gateway", b"", True),
        ("503 Service Unavailable", b"Service Unavailable", True),
        ("404 Not Found", b"<h1>Not Found</h1>", True),
        ("404 Not Found", b'{"status": 404, "message": "Not Found"}', False),
        ("403 Forbidden", b'{"status": 403, "message": "Forbidden"}', False),
        ("400 Bad Request", b'{"status": 400, "message": "no"}', False),
        ("429 Too Many Requests", b'{"status": 429, "message": "Too many"}', False),
        ("200 OK", b"<h1>Welcome</h1>", False),
        ("302 Found", b"", False),
    ],
)
def test_it_opens_when_the_hub_is_away_and_for_nothing_else(
    connect: Connect, status: str, body: bytes, opens: bool
) -> None:
    with Peer(answering(status, body)) as peer:
        hub = connect(peer.api_url)
        fail(hub)

        assert hub.is_blocked == opens


def test_one_user_whose_server_the_hub_still_checks_opens_nothing(connect: Connect) -> None:
    checked = (
        b'{"name": "sara", "admin": false, "last_activity": null, "created": null, "servers": '
        b'{"": {"ready": false, "pending": "check", "url": "/user/sara/", "started": null, '
        b'"last_activity": null, "stopped": false}}}'
    )
    with Peer(answering("200 OK", checked)) as peer:
        hub = connect(peer.api_url)
        for _ in range(5):
            with pytest.raises(HubStarting, match="checks"):
                hub.get_user("sara")

        assert not hub.is_blocked


@pytest.mark.parametrize("change", ["start_server", "stop_server", "delete_user"])
@pytest.mark.parametrize(
    ("body", "opens"),
    [(b'{"status": 500, "message": "Internal Server Error"}', False), (b"<h1>500</h1>", True)],
)
def test_a_change_of_one_server_that_fails_in_the_hubs_own_words_opens_nothing(
    connect: Connect, change: str, body: bytes, opens: bool
) -> None:
    with Peer(answering("500 Internal Server Error", body)) as peer:
        hub = connect(peer.api_url)
        for _ in range(3):
            with pytest.raises(HubError):
                getattr(hub, change)("sara")

        assert hub.is_blocked == opens


@pytest.mark.parametrize("status", [500, 503])
def test_a_whole_class_whose_servers_fail_at_once_opens_nothing(
    fake_hub: FakeHub, connect: Connect, status: int
) -> None:
    """By a spawner (500), and by a hook that refuses with a status of its own."""
    fake_hub.slow_spawn_timeout = 5
    fake_hub.script_all(Spawn(seconds=0, fails="no places on Fridays", status=status))
    names = [f"student-{number}" for number in range(8)]
    for name in names:
        fake_hub.add_user(name)
    hub = connect(fake_hub.api_url)

    def start(name: str) -> None:
        with pytest.raises(HubError):
            hub.start_server(name)

    with ThreadPoolExecutor(len(names)) as threads:
        list(threads.map(start, names))

    assert not hub.is_blocked


def test_a_read_counts_once_however_often_it_is_tried(connect: Connect) -> None:
    with Peer(answering("502 Bad Gateway")) as peer:
        hub = connect(peer.api_url)
        fail(hub, 2)

        assert len(peer.requests) == 6
        assert not hub.is_blocked


class TestBlackHole:
    """A Hub that takes calls and answers none."""

    def test_while_a_probe_hangs_nobody_else_does(self, connect: Connect) -> None:
        with Peer(hold) as peer:
            hubs = [connect(peer.api_url, read_timeout=1.0, connect_timeout=0.5) for _ in range(2)]
            with ThreadPoolExecutor(3) as threads:
                list(threads.map(time_out, hubs[:1] * 3))
            wait_for(lambda: not hubs[0].is_blocked)
            before = len(peer.requests)

            probing = threading.Thread(target=fail, args=(hubs[0], 1))
            probing.start()
            wait_for(lambda: hubs[1].is_blocked)
            began = time.monotonic()
            for hub in hubs * 10:
                with pytest.raises(HubCircuitOpen):
                    hub.get_user("sara")
            took = time.monotonic() - began
            probing.join()

            assert took < 0.5
            assert len(peer.requests) == before + 1

    def test_calls_that_hung_in_it_do_not_block_the_hub_that_came_back(
        self, connect: Connect
    ) -> None:
        is_back = threading.Event()

        def play(connection: Connection) -> None:
            while connection.read_request():
                if not is_back.is_set():
                    connection.wait_until_closed(30)
                    return
                connection.answer("200 OK", b'{"version": "6.1.1"}')

        with Peer(play) as peer:
            quick = connect(peer.api_url, read_timeout=0.2)
            slow = connect(peer.api_url, read_timeout=2.0)
            with ThreadPoolExecutor(8) as threads:
                hanging = [threads.submit(time_out, slow) for _ in range(8)]
                wait_for(lambda: len(peer.requests) == 8)
                for _ in range(3):
                    time_out(quick)
                assert quick.is_blocked
                is_back.set()
                wait_for(lambda: not quick.is_blocked)
                assert quick.get_version() == "6.1.1"
                for call in hanging:
                    call.result()

            assert not quick.is_blocked


class TestProgress:
    def test_a_stream_passes_only_while_it_connects(
        self, fake_hub: FakeHub, store: MemoryStore, connect: Connect
    ) -> None:
        """While it is read others fail and succeed, and its own end is no news of the Hub."""
        fake_hub.add_user("sara")
        fake_hub.script_all(Spawn(seconds=30))
        hub = connect(fake_hub.api_url)
        hub.start_server("sara")
        for _ in range(5):
            events = hub.follow_progress("sara")
            next(events)
            visits = store.visits
            events.close()
            assert store.visits == visits

        assert not hub.is_blocked

    def test_streams_that_break_do_not_open_it(self, connect: Connect) -> None:
        def play(connection: Connection) -> None:
            connection.read_request()
            connection.begin_chunks()
            connection.send_chunks(b'data: {"progress": 10, "message": "m"}\n\n')

        with Peer(play) as peer:
            hub = connect(peer.api_url)
            for _ in range(5):
                with pytest.raises(HubUnreachable):
                    list(hub.follow_progress("sara"))

            assert not hub.is_blocked

    def test_streams_that_find_no_hub_open_it_and_are_refused(self, connect: Connect) -> None:
        with Peer(answering("503 Service Unavailable", b"Service Unavailable")) as peer:
            hub = connect(peer.api_url)
            for _ in range(3):
                with pytest.raises(HubStarting):
                    list(hub.follow_progress("sara"))
            before = len(peer.requests)
            with pytest.raises(HubCircuitOpen):
                list(hub.follow_progress("sara"))

            assert len(peer.requests) == before

    def test_a_stream_that_connects_as_the_probe_closes_it(
        self, fake_hub: FakeHub, connect: Connect
    ) -> None:
        fake_hub.add_user("sara")
        hub = connect(fake_hub.api_url)
        fake_hub.down()
        fail(hub)
        fake_hub.up()
        fake_hub.start_behind_the_portal("sara")
        wait_for(lambda: not hub.is_blocked)
        list(hub.follow_progress("sara"))

        assert hub.get_user("sara").server is not None


def test_calls_do_not_wait_for_each_other(fake_hub: FakeHub, connect: Connect) -> None:
    """Eight of half a second take half a second, and not four."""
    hub = connect(fake_hub.api_url)
    fake_hub.delay(0.5)

    began = time.monotonic()
    with ThreadPoolExecutor(8) as threads:
        versions = list(threads.map(lambda _: hub.get_version(), range(8)))

    assert len(versions) == 8
    assert time.monotonic() - began < 2
