"""The breaker around real calls: which answers open it, and what it does to others."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from jupyter_integration.hub.errors import HubCircuitOpen, HubError, HubStarting
from jupyter_integration.testing import FakeHub, Spawn
from jupyter_integration.testing.waiting import wait_for
from jupyter_integration.tests.hub.breaker.calling import OPEN_FOR, Connect, answering, fail
from jupyter_integration.tests.hub.peer import Connection, Peer


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


def test_calls_do_not_wait_for_each_other(fake_hub: FakeHub, connect: Connect) -> None:
    """Eight of half a second take half a second, and not four."""
    hub = connect(fake_hub.api_url)
    fake_hub.delay(0.5)

    began = time.monotonic()
    with ThreadPoolExecutor(8) as threads:
        versions = list(threads.map(lambda _: hub.get_version(), range(8)))

    assert len(versions) == 8
    assert time.monotonic() - began < 2
