"""Fault proxy: what it does to a call, and what it passes on unchanged."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import (
    HubError,
    HubProtocolError,
    HubServerError,
    HubStarting,
    HubThrottled,
    HubTimeout,
    HubUnreachable,
)
from jupyter_integration.hub.transport import HubTransport
from jupyter_integration.testing.fake_hub import FakeHub, Spawn
from jupyter_integration.testing.fault_proxy import FaultProxy
from jupyter_integration.testing.faults import (
    Blackhole,
    Fault,
    Latency,
    Reset,
    SlowBody,
    TruncatedBody,
    bad_json,
    html,
    server_error,
    throttled,
    unavailable,
)
from jupyter_integration.testing.waiting import wait_for

START = {"method": "POST", "path": "/server$"}


@pytest.fixture
def upstream() -> Iterator[FakeHub]:
    with FakeHub() as hub:
        hub.add_user("sara")
        yield hub


@pytest.fixture
def proxy(upstream: FakeHub) -> Iterator[FaultProxy]:
    with FaultProxy(upstream.api_url) as proxy:
        yield proxy


@pytest.fixture
def client(upstream: FakeHub, proxy: FaultProxy) -> Iterator[HubClient]:
    transport = HubTransport(proxy.api_url, upstream.token, read_timeout=0.5, backoff=0.01)
    client = HubClient(transport)
    yield client
    client.close()


def test_everything_passes_without_a_fault(
    upstream: FakeHub, proxy: FaultProxy, client: HubClient
) -> None:
    client.create_user("omid")
    client.start_server("omid")
    *_, last = client.follow_progress("omid")
    client.stop_server("omid")

    assert last.ready
    assert [f"{call.method} {call.path.removeprefix('/hub/api')}" for call in proxy.calls] == (
        upstream.calls
    )
    assert [call.status for call in proxy.calls] == [201, 202, 200, 204]


def test_stream_events_pass_immediately(upstream: FakeHub, client: HubClient) -> None:
    upstream.script("sara", Spawn(seconds=20, events=[(10, "One step of many")]))
    client.start_server("sara")
    began = time.monotonic()

    first = next(client.follow_progress("sara"))

    assert first.message == "Server requested"
    assert time.monotonic() - began < 5


def test_record_distinguishes_attempts_from_calls(proxy: FaultProxy, client: HubClient) -> None:
    proxy.inflict(unavailable(), times=2)
    client.get_user("sara")
    client.get_user("sara")

    assert [call.status for call in proxy.calls] == [503, 503, 200, 200]
    assert len({call.request_id for call in proxy.calls}) == 2
    # The proxy writes down how long it took once the answer is out.
    wait_for(lambda: all(call.seconds is not None for call in proxy.calls))
    assert all(call.seconds < 5 for call in proxy.calls)
    assert proxy.count("GET", "/users/sara$") == 4


def test_fault_affects_only_its_calls_and_times(proxy: FaultProxy, client: HubClient) -> None:
    proxy.inflict(server_error(), method="GET", path="/users/sara$", skip=1, times=1)
    client.get_user("sara")
    client.get_version()
    with pytest.raises(HubServerError):
        client.get_user("sara")
    client.get_user("sara")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (server_error(), HubServerError),
        (unavailable(), HubStarting),
        (bad_json(), HubProtocolError),
        (html(), HubProtocolError),
        (Reset(), HubUnreachable),
        (Blackhole(), HubTimeout),
        (Latency(seconds=1.0), HubTimeout),
        (SlowBody(seconds=0.1), HubTimeout),
        (TruncatedBody(), HubUnreachable),
    ],
    ids=str,
)
def test_each_fault_raises_its_error(
    proxy: FaultProxy, client: HubClient, fault: Fault, error: type[HubError]
) -> None:
    proxy.inflict(fault, method="POST")

    with pytest.raises(error):
        client.create_user("nasrin")


@pytest.mark.parametrize("seconds", [30, None])
def test_throttled_call_names_its_retry_after(
    proxy: FaultProxy, client: HubClient, seconds: int | None
) -> None:
    proxy.inflict(throttled(seconds), **START)
    with pytest.raises(HubThrottled) as refused:
        client.start_server("sara")

    assert refused.value.retry_after == seconds


@pytest.mark.parametrize(
    ("fault", "is_done"),
    [
        (Reset(), False),
        (Reset(after_work=True), True),
        (server_error(), False),
        (server_error(after_work=True), True),
        (Blackhole(), False),
        (Blackhole(after_work=True), True),
        (TruncatedBody(), True),
    ],
    ids=str,
)
def test_after_work_decides_whether_the_hub_acts(
    upstream: FakeHub, proxy: FaultProxy, client: HubClient, fault: Fault, is_done: bool
) -> None:
    proxy.inflict(fault, method="POST", times=1)
    with pytest.raises(HubError):
        client.create_user("omid")

    assert ("omid" in upstream.users) is is_done


def test_a_stream_can_break_within_an_event(
    upstream: FakeHub, proxy: FaultProxy, client: HubClient
) -> None:
    upstream.script("sara", Spawn(seconds=20))
    client.start_server("sara")
    proxy.inflict(TruncatedBody(), path="/progress$")

    with pytest.raises(HubUnreachable):
        list(client.follow_progress("sara"))


def test_heal_releases_held_calls(proxy: FaultProxy, client: HubClient) -> None:
    proxy.inflict(Blackhole())
    with pytest.raises(HubTimeout):
        client.create_user("omid")
    proxy.heal()

    client.get_user("sara")
    wait_for(lambda: all(call.seconds is not None for call in proxy.calls))


def test_stopped_hub_is_a_broken_connection(
    upstream: FakeHub, proxy: FaultProxy, client: HubClient
) -> None:
    upstream.down()
    with pytest.raises(HubUnreachable):
        client.get_user("sara")

    assert [call.status for call in proxy.calls] == [None, None, None]
