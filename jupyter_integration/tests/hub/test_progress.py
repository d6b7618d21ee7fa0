"""Progress of a start, with streams that are split, delayed or broken."""

from __future__ import annotations

import itertools
import json
import time

import pytest

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import (
    HubNotStarting,
    HubProtocolError,
    HubTimeout,
    HubUnreachable,
)
from jupyter_integration.hub.progress import MAX_EVENT_SIZE, events_of
from jupyter_integration.hub.resources import BrokenResource, ProgressEvent
from jupyter_integration.hub.transport import HubTransport
from jupyter_integration.testing import FakeHub, Spawn
from jupyter_integration.testing.waiting import wait_for
from jupyter_integration.tests.hub.conftest import TOKEN, client_of
from jupyter_integration.tests.hub.peer import Connection, Peer, answering

READY = b'data: {"progress": 100, "ready": true, "url": "/user/sara/"}\n\n'


def _streaming(*pieces: bytes, pause: float = 0.0, then_wait: bool = False):
    def play(connection: Connection) -> None:
        connection.read_request()
        connection.begin_chunks()
        connection.send_chunks(*pieces, pause=pause)
        if then_wait:
            connection.wait_until_closed()

    return play


def _data(chunks) -> list[bytes]:
    return [data for data in events_of(chunks) if data is not None]


@pytest.mark.parametrize(
    "name",
    [
        "progress_start_ok",
        "progress_process_exits",
        "progress_after_fast_failure",
        "progress_already_ready",
    ],
)
def test_a_recorded_stream_is_followed_to_its_end(sample, name: str) -> None:
    recorded = sample(name)
    sent = [event for _, event in recorded["events"]]

    with Peer(_streaming(recorded["raw_tail"].encode(), b"")) as peer:
        events = list(client_of(peer.api_url).follow_progress("ali"))

    assert events == [
        ProgressEvent(
            progress=event["progress"],
            message=event["message"],
            ready=event.get("ready", False),
            failed=event.get("failed", False),
            url=event.get("url"),
        )
        for event in sent
    ]
    assert [event.ready or event.failed for event in events][-1]


def test_a_stream_may_be_cut_anywhere() -> None:
    messages = ["نیمهٔ راه", "۵۰٪ 🚀"]
    stream = b"\n\n" + b"".join(
        f"data: {json.dumps({'message': message}, ensure_ascii=False)}\n\n".encode()
        for message in messages
    )

    for cut in range(len(stream)):
        found = [json.loads(data)["message"] for data in _data([stream[:cut], stream[cut:]])]
        assert found == messages
    bytewise = _data(bytes([byte]) for byte in stream)
    assert [json.loads(data)["message"] for data in bytewise] == messages


def test_event_without_percentage_keeps_the_previous() -> None:
    events = b'data: {"progress": 30}\n\ndata: {"message": "still pulling"}\n\n'

    with Peer(_streaming(events, READY, b"")) as peer:
        progress = [event.progress for event in client_of(peer.api_url).follow_progress("sara")]

    assert progress == [30, 30, 100]


@pytest.mark.parametrize(
    ("stream", "data"),
    [
        (b"data: 1\r\n\r\n", [b"1"]),
        (b"data:1\n\n", [b"1"]),
        (b"data: [1,\ndata: 2]\n\n", [b"[1,\n2]"]),
        (b": a comment\nevent: progress\nid: 7\nretry: 5\ndata: 1\n\n", [b"1"]),
        (b"\n\n\n\n\ndata: 1\n\n\n\n", [b"1"]),
        (b"data: 1\n\ndata: 2\n\n", [b"1", b"2"]),
        (b"data: 1\n", []),
        (b"datum: 1\n\n", []),
    ],
)
def test_events_are_split_as_the_standard_demands(stream: bytes, data: list[bytes]) -> None:
    assert _data([stream]) == data


def test_endless_event_is_refused() -> None:
    with pytest.raises(BrokenResource):
        _data(itertools.repeat(b"x" * 4096))
    with pytest.raises(BrokenResource):
        _data(itertools.repeat(b"data: " + b"x" * 4096 + b"\n"))
    # An event just below the limit passes.
    assert len(_data([b"data: " + b"x" * (MAX_EVENT_SIZE - 100) + b"\n\n"])) == 1


def test_many_events_together_may_be_larger_than_one() -> None:
    event = b"data: " + b"x" * 2000 + b"\n\n"

    assert len(_data([event * 500])) == 500


@pytest.mark.parametrize(
    "event",
    [b"data: {oops}\n\n", b'data: {"progress": "5"}\n\n'],
)
def test_a_broken_event_is_a_protocol_error(event: bytes) -> None:
    with Peer(_streaming(event, then_wait=True)) as peer, pytest.raises(HubProtocolError) as broken:
        list(client_of(peer.api_url).follow_progress("sara"))

    assert (broken.value.status, broken.value.path) == (200, "/users/sara/server/progress")
    assert broken.value.request_id


def test_oversized_event_is_a_protocol_error() -> None:
    with (
        Peer(_streaming(b"x" * (MAX_EVENT_SIZE + 1), then_wait=True)) as peer,
        pytest.raises(HubProtocolError, match="too large"),
    ):
        list(client_of(peer.api_url).follow_progress("sara"))


@pytest.mark.parametrize("last", [(b"",), ()], ids=["last chunk", "no last chunk"])
def test_stream_that_ends_early_is_unreachable(last: tuple[bytes, ...]) -> None:
    event = b'data: {"progress": 50, "message": "halfway"}\n\n'
    with Peer(_streaming(event, *last)) as peer:
        events = client_of(peer.api_url).follow_progress("sara")
        assert next(events).progress == 50
        with pytest.raises(HubUnreachable):
            next(events)

    assert len(peer.requests) == 1


def test_a_stream_that_falls_silent_is_a_timeout() -> None:
    began = time.monotonic()
    with Peer(_streaming(b"\n\n", then_wait=True)) as peer, pytest.raises(HubTimeout):
        list(client_of(peer.api_url).follow_progress("sara", read_timeout=0.2))

    assert time.monotonic() - began < 4


def test_keepalives_extend_a_stream_beyond_read_timeout() -> None:
    with Peer(_streaming(*[b"\n\n"] * 6, READY, b"", pause=0.2)) as peer:
        (event,) = client_of(peer.api_url).follow_progress("sara", read_timeout=0.8)

    assert event.ready


def test_keepalives_reach_the_callback() -> None:
    keepalives: list[int] = []
    with FakeHub(token=TOKEN, keepalive=0.05) as hub:
        hub.add_user("sara")
        hub.script("sara", Spawn(seconds=0.8, events=()))
        hub = HubClient(HubTransport(hub.api_url, TOKEN))
        hub.start_server("sara")
        events = list(hub.follow_progress("sara", on_keepalive=lambda: keepalives.append(1)))

    assert len(keepalives) >= 3
    assert len(events) == 2


def test_keepalive_callback_can_end_the_stream() -> None:
    class CancelledError(Exception):
        pass

    def cancel() -> None:
        raise CancelledError

    def play(connection: Connection) -> None:
        _streaming(b"\n\n")(connection)
        closed.append(connection.wait_until_closed())

    closed: list[bool] = []
    with Peer(play) as peer:
        with pytest.raises(CancelledError):
            list(client_of(peer.api_url).follow_progress("sara", on_keepalive=cancel))
        wait_for(lambda: closed)

    assert closed == [True]


def test_closed_iterator_closes_its_connection() -> None:
    closed: list[bool] = []

    def play(connection: Connection) -> None:
        _streaming(b'data: {"progress": 1}\n\n')(connection)
        closed.append(connection.wait_until_closed())

    with Peer(play) as peer:
        events = client_of(peer.api_url).follow_progress("sara")
        next(events)
        assert closed == []
        events.close()
        wait_for(lambda: closed)

    assert closed == [True]


def test_stream_connects_at_the_first_event(fake_hub: FakeHub, hub: HubClient) -> None:
    hub.follow_progress("sara")

    assert fake_hub.calls == []


def test_there_is_no_progress_without_a_start(fake_hub: FakeHub, hub: HubClient) -> None:
    fake_hub.add_user("sara")

    for name in ("sara", "nobody"):
        with pytest.raises(HubNotStarting):
            next(hub.follow_progress(name))


def test_response_without_stream_is_a_protocol_error() -> None:
    with (
        Peer(answering("200 OK", b"<html>", "Content-Type: text/html")) as peer,
        pytest.raises(HubProtocolError, match="text/event-stream"),
    ):
        next(client_of(peer.api_url).follow_progress("sara"))
