"""Retries of calls: which, how many, and their delays."""

from __future__ import annotations

import itertools
import time
from datetime import timedelta

import pytest

from jupyter_integration.hub.errors import (
    HubError,
    HubServerError,
    HubStarting,
    HubThrottled,
    HubTimeout,
    HubUnreachable,
)
from jupyter_integration.hub.retries import with_attempts
from jupyter_integration.tests.hub.conftest import client_of
from jupyter_integration.tests.hub.peer import Connection, Peer, answering


def _hanging_up(connection: Connection) -> None:
    connection.read_request()


def _silent(connection: Connection) -> None:
    connection.read_request()
    connection.wait_until_closed()


def _timeout(play) -> float:
    return 0.1 if play is _silent else 5.0


FAILURES = pytest.mark.parametrize(
    ("play", "kind"),
    [
        (answering("503 Service Unavailable", b"Service Unavailable"), HubStarting),
        (_hanging_up, HubUnreachable),
        (_silent, HubTimeout),
    ],
    ids=["503", "hangs up", "silent"],
)


@FAILURES
def test_a_read_is_tried_three_times(play, kind) -> None:
    with Peer(play) as peer, pytest.raises(HubError) as failed:
        client_of(peer.api_url, read_timeout=_timeout(play)).get_user("sara")

    assert type(failed.value) is kind
    assert len(peer.requests) == 3
    # All attempts have one id in the Hub's log.
    ids = {line for one in peer.requests for line in one.splitlines() if b"X-Request-ID" in line}
    assert ids == {f"X-Request-ID: {failed.value.request_id}".encode()}


@FAILURES
@pytest.mark.parametrize("method", ["start_server", "stop_server"])
def test_a_change_is_tried_once(play, kind, method, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "jupyter_integration.hub.client.STOP_CALL_TIMEOUT", timedelta(seconds=_timeout(play))
    )
    with Peer(play) as peer, pytest.raises(HubError) as failed:
        getattr(client_of(peer.api_url, read_timeout=_timeout(play)), method)("sara")

    assert type(failed.value) is kind
    assert len(peer.requests) == 1


def test_a_read_succeeds_at_the_third_attempt() -> None:
    attempts = itertools.count(1)

    def play(connection: Connection) -> None:
        connection.read_request()
        if next(attempts) == 3:
            connection.answer("200 OK", b'{"version": "6.1.1"}')

    with Peer(play) as peer:
        assert client_of(peer.api_url).get_version() == "6.1.1"


@pytest.mark.parametrize(
    ("status", "kind"), [("500 Internal Server Error", HubServerError), ("429 No", HubThrottled)]
)
def test_other_failures_are_not_tried_again(status: str, kind) -> None:
    with Peer(answering(status)) as peer, pytest.raises(kind):
        client_of(peer.api_url).get_user("sara")

    assert len(peer.requests) == 1


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_retry_after_does_not_delay_retries(status: str) -> None:
    began = time.monotonic()
    with (
        Peer(answering(status, b"", "Retry-After: 30")) as peer,
        pytest.raises(HubError) as failed,
    ):
        client_of(peer.api_url).get_user("sara")

    assert failed.value.retry_after == 30.0
    assert time.monotonic() - began < 5


def test_closed_port_is_unreachable_for_reads_and_changes() -> None:
    with Peer(_silent) as peer:
        url = peer.api_url

    for call in (client_of(url).get_version, lambda: client_of(url).start_server("sara")):
        with pytest.raises(HubUnreachable, match="refused") as refused:
            call()
        assert refused.value.status is None


def test_change_is_not_retried_after_refused_connection() -> None:
    """urllib3 would retry: then a start could arrive long after its caller gave up."""
    with Peer(_silent) as peer:
        url = peer.api_url
    client = client_of(url, backoff=5.0)

    began = time.monotonic()
    with pytest.raises(HubUnreachable):
        client.start_server("sara")

    assert time.monotonic() - began < 2


def test_delays_between_attempts_double_with_jitter() -> None:
    def waits() -> tuple[float, float]:
        retry = with_attempts(3, 1.0).increment("GET", "/", error=None)
        return retry.get_backoff_time(), retry.increment("GET", "/").get_backoff_time()

    firsts, seconds = zip(*(waits() for _ in range(200)), strict=True)

    assert 0.5 <= min(firsts) < 0.7
    assert 1.3 < max(firsts) <= 1.5
    assert 1.0 <= min(seconds) < 1.4
    assert 2.6 < max(seconds) <= 3.0


def test_the_wait_between_attempts_is_really_waited() -> None:
    began = time.monotonic()
    with Peer(_hanging_up) as peer, pytest.raises(HubUnreachable):
        client_of(peer.api_url, backoff=0.2).get_version()

    # 0.2 and 0.4 seconds, each with a jitter of 50 %.
    assert 0.3 <= time.monotonic() - began < 5
