"""Circuit breaker around real calls: which responses open it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from jupyter_integration.hub.errors import HubCircuitOpen, HubError, HubStarting
from jupyter_integration.testing import FakeHub
from jupyter_integration.testing.waiting import wait_for
from jupyter_integration.tests.hub.breaker.calling import OPEN_FOR, Connect, fail
from jupyter_integration.tests.hub.peer import Connection, Peer, answering


def test_failures_of_one_client_block_all_clients(fake_hub: FakeHub, connect: Connect) -> None:
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


def test_unavailable_hub_gets_one_probe_each_interval(connect: Connect) -> None:
    """A probe is one request, without retries."""

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
        ("503 Service Unavailable", b"Service Unavailable", True),
        ("404 Not Found", b"<h1>Not Found</h1>", True),
        ("404 Not Found", b'{"status": 404, "message": "Not Found"}', False),
        ("429 Too Many Requests", b'{"status": 429, "message": "Too many"}', False),
        ("200 OK", b"<h1>Welcome</h1>", False),
    ],
)
def test_breaker_opens_only_when_hub_is_unavailable(
    connect: Connect, status: str, body: bytes, opens: bool
) -> None:
    with Peer(answering(status, body)) as peer:
        hub = connect(peer.api_url)
        fail(hub)

        assert hub.is_blocked == opens


def test_server_under_check_does_not_open_the_breaker(connect: Connect) -> None:
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


@pytest.mark.parametrize(
    ("change", "body", "opens"),
    [
        ("start_server", b'{"status": 500, "message": "Internal Server Error"}', False),
        ("stop_server", b'{"status": 500, "message": "Internal Server Error"}', False),
        ("delete_user", b'{"status": 500, "message": "Internal Server Error"}', False),
        ("start_server", b"<h1>500</h1>", True),
    ],
)
def test_failed_server_change_does_not_open_the_breaker(
    connect: Connect, change: str, body: bytes, opens: bool
) -> None:
    with Peer(answering("500 Internal Server Error", body)) as peer:
        hub = connect(peer.api_url)
        for _ in range(3):
            with pytest.raises(HubError):
                getattr(hub, change)("sara")

        assert hub.is_blocked == opens


def test_retried_read_counts_as_one_failure(connect: Connect) -> None:
    with Peer(answering("502 Bad Gateway")) as peer:
        hub = connect(peer.api_url)
        fail(hub, 2)

        assert len(peer.requests) == 6
        assert not hub.is_blocked


def test_calls_do_not_wait_for_each_other(fake_hub: FakeHub, connect: Connect) -> None:
    """Eight calls of half a second take half a second, and not four."""
    hub = connect(fake_hub.api_url)
    fake_hub.delay(0.5)

    began = time.monotonic()
    with ThreadPoolExecutor(8) as threads:
        versions = list(threads.map(lambda _: hub.get_version(), range(8)))

    assert len(versions) == 8
    assert time.monotonic() - began < 2
