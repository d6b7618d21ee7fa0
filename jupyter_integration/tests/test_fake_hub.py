"""Controls of the fake Hub that the contract tests do not cover."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import (
    HubStarting,
    HubThrottled,
    HubTimeout,
    HubUnreachable,
)
from jupyter_integration.hub.probe import LabProbe
from jupyter_integration.hub.transport import HubTransport
from jupyter_integration.testing import FakeHub, Spawn
from jupyter_integration.testing.waiting import wait_for


@pytest.fixture
def fake_hub() -> Iterator[FakeHub]:
    with FakeHub() as fake_hub:
        fake_hub.add_user("sara")
        yield fake_hub


def _client(fake_hub: FakeHub, **options) -> HubClient:
    return HubClient(HubTransport(fake_hub.api_url, fake_hub.token, backoff=0.0, **options))


def test_closed_fake_hub_does_not_answer() -> None:
    with FakeHub() as fake_hub:
        pass

    with pytest.raises(HubUnreachable):
        _client(fake_hub).get_version()


def test_fake_hub_restarts_with_ports_and_users(fake_hub: FakeHub) -> None:
    hub = _client(fake_hub)
    for leave in (fake_hub.down, fake_hub.starting, fake_hub.down):
        leave()
        with pytest.raises(HubUnreachable):
            hub.get_user("sara")
        fake_hub.up()
        assert hub.get_user("sara").name == "sara"


def test_outage_keeps_servers_and_loses_starts(fake_hub: FakeHub) -> None:
    fake_hub.add_user("omid")
    fake_hub.start_behind_the_portal("sara")
    fake_hub.script("omid", Spawn(seconds=5))
    _client(fake_hub).start_server("omid")

    fake_hub.down()

    assert LabProbe(fake_hub.proxy_url).answers(fake_hub.users["sara"].url)
    behind_proxy = HubTransport(f"{fake_hub.proxy_url}/hub/api", fake_hub.token, backoff=0.0)
    with pytest.raises(HubStarting):
        HubClient(behind_proxy).get_user("sara")
    fake_hub.up()
    assert (fake_hub.phase("sara"), fake_hub.phase("omid")) == ("ready", "stopped")


def test_responses_can_be_delayed(fake_hub: FakeHub) -> None:
    fake_hub.delay(0.3)
    with pytest.raises(HubTimeout):
        _client(fake_hub, read_timeout=0.1).create_user("omid")
    fake_hub.delay(0)
    # As with any lost answer the call may yet have its effect.
    wait_for(lambda: "omid" in fake_hub.users)


def test_lose_answers_loses_the_given_number(fake_hub: FakeHub) -> None:
    hub = _client(fake_hub)
    fake_hub.lose_answers(2)

    for name in ("omid", "nasrin"):
        with pytest.raises(HubUnreachable):
            hub.create_user(name)

    assert hub.create_user("ali").name == "ali"
    assert {user.name for user in hub.list_users()} == {"sara", "omid", "nasrin", "ali"}


def test_progress_can_be_cut(fake_hub: FakeHub) -> None:
    hub = _client(fake_hub)
    fake_hub.script("sara", Spawn(seconds=0.8, events=((30, "a"), (60, "b"))))
    hub.start_server("sara")
    fake_hub.cut_progress(2)

    events = hub.follow_progress("sara")
    assert [next(events).progress, next(events).progress] == [0, 30]
    with pytest.raises(HubUnreachable):
        next(events)

    fake_hub.cut_progress(None)
    assert [event.ready for event in hub.follow_progress("sara")][-1]


def test_starts_can_be_throttled(fake_hub: FakeHub) -> None:
    hub = _client(fake_hub)
    for retry_after in (30, None):
        fake_hub.throttle(retry_after)
        with pytest.raises(HubThrottled) as throttled:
            hub.start_server("sara")
        assert throttled.value.retry_after == retry_after
        # Everything else goes on.
        assert hub.get_user("sara").server is None

    fake_hub.unthrottle()
    hub.start_server("sara")
    server = hub.get_user("sara").server
    assert server is not None
    assert server.pending == "spawn"


def test_follower_of_a_dying_server_gets_failure(fake_hub: FakeHub) -> None:
    hub = _client(fake_hub)
    fake_hub.script("sara", Spawn(seconds=5))
    hub.start_server("sara")
    events = hub.follow_progress("sara")
    next(events)

    fake_hub.kill_server("sara")

    assert [event.failed for event in events][-1]


def test_a_class_of_students_is_served_at_once() -> None:
    names = [f"student-{number}" for number in range(64)]
    with FakeHub() as fake_hub:
        fake_hub.script_all(Spawn(seconds=0.1, events=()))
        hub = HubClient(HubTransport(fake_hub.api_url, fake_hub.token, pool_maxsize=64))
        began = time.monotonic()

        def live(name: str) -> bool:
            hub.create_user(name)
            hub.start_server(name)
            return [event.ready for event in hub.follow_progress(name)][-1]

        with ThreadPoolExecutor(64) as threads:
            assert all(threads.map(live, names))

        # One after the other they would take 6.4 seconds.
        assert time.monotonic() - began < 5
