"""A start's progress, however the stream is cut, delayed or broken."""

from __future__ import annotations

import itertools
import json
import time

import pytest

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import (
    HubNotStarting,
    HubProtocolError,
    HubStarting,
    HubTimeout,
    HubUnreachable,
)
from jupyter_integration.hub.progress import MAX_EVENT_SIZE, events_of
from jupyter_integration.hub.resources import BrokenResource, ProgressEvent
from jupyter_integration.hub.transport import HubTransport
from jupyter_integration.testing import FakeHub, Spawn
from jupyter_integration.testing.waiting import wait_for
from jupyter_integration.tests.hub.conftest import TOKEN
from jupyter_integration.tests.hub.peer import Connection, Peer

READY = b'data: {"progress": 100, "ready": true, "url": "/user/sara/"}\n\n'


def _client(peer: Peer) -> HubClient:
    return HubClient(HubTransport(peer.api_url, TOKEN, backoff=0.0))


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
        "progress_slow_ok",
        "progress_process_exits",
        "progress_after_spawnexception",
        "progress_after_fast_failure",
        "progress_already_ready",
        "progress_after_201_but_pending",
    ],
)
def test_a_recorded_stream_is_followed_to_its_end(sample, name: str) -> None:
    recorded = sample(name)
    told = [event for _, event in recorded["events"]]

    with Peer(_streaming(recorded["raw_tail"].encode(), b"")) as peer:
        events = list(_client(peer).follow_progress("ali"))

    assert events == [
        ProgressEvent(
            progress=event["progress"],
            message=event["message"],
            ready=event.get("ready", False),
            failed=event.get("failed", False),
            url=event.get("url"),
        )
        for event in told
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


def test_letters_cut_in_the_middle_arrive_whole() -> None:
    event = 'data: {"progress": 5, "message": "نیمهٔ راه"}\n\n'.encode()

    with Peer(_streaming(*(bytes([byte]) for byte in event), READY, b"")) as peer:
        first, _ = _client(peer).follow_progress("sara")

    assert first.message == "نیمهٔ راه"


def test_an_event_without_a_percentage_leaves_it_where_it_was() -> None:
    events = b'data: {"progress": 30}\n\ndata: {"message": "still pulling"}\n\n'

    with Peer(_streaming(events, READY, b"")) as peer:
        progress = [event.progress for event in _client(peer).follow_progress("sara")]

    assert progress == [30, 30, 100]


@pytest.mark.parametrize(
    ("stream", "data"),
    [
        (b"data: 1\r\n\r\n", [b"1"]),
        (b"data:1\n\n", [b"1"]),
        (b"data:  1\n\n", [b" 1"]),
        (b"data: [1,\ndata: 2]\n\n", [b"[1,\n2]"]),
        (b": a comment\nevent: progress\nid: 7\nretry: 5\ndata: 1\n\n", [b"1"]),
        (b"\n\n\n\n\ndata: 1\n\n\n\n", [b"1"]),
        (b"data: 1\n\ndata: 2\n\n", [b"1", b"2"]),
        (b"data: 1\n", []),
        (b"data: 1", []),
        (b"datum: 1\n\n", []),
        (b"", []),
    ],
)
def test_events_are_cut_as_the_standard_says(stream: bytes, data: list[bytes]) -> None:
    assert _data([stream]) == data


def test_an_event_without_end_is_given_up() -> None:
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
    [b"data: {oops}\n\n", b"data: []\n\n", b'data: {"progress": "5"}\n\n', b"data: \xff\n\n"],
)
def test_a_broken_event_is_a_protocol_error(event: bytes) -> None:
    with Peer(_streaming(event, then_wait=True)) as peer, pytest.raises(HubProtocolError) as broken:
        list(_client(peer).follow_progress("sara"))

    assert (broken.value.status, broken.value.path) == (200, "/users/sara/server/progress")
    assert broken.value.request_id


def test_an_event_that_is_too_large_is_a_protocol_error() -> None:
    with (
        Peer(_streaming(b"x" * (MAX_EVENT_SIZE + 1), then_wait=True)) as peer,
        pytest.raises(HubProtocolError, match="too large"),
    ):
        list(_client(peer).follow_progress("sara"))


@pytest.mark.parametrize("last", [(b"",), ()], ids=["politely", "abruptly"])
def test_a_stream_that_ends_before_the_start_is_unreachable(last: tuple[bytes, ...]) -> None:
    event = b'data: {"progress": 50, "message": "halfway"}\n\n'
    with Peer(_streaming(event, *last)) as peer:
        events = _client(peer).follow_progress("sara")
        assert next(events).progress == 50
        with pytest.raises(HubUnreachable):
            next(events)

    assert len(peer.requests) == 1


def test_a_stream_that_falls_silent_is_a_timeout() -> None:
    began = time.monotonic()
    with Peer(_streaming(b"\n\n", then_wait=True)) as peer, pytest.raises(HubTimeout):
        list(_client(peer).follow_progress("sara", read_timeout=0.2))

    assert time.monotonic() - began < 4


def test_empty_lines_keep_a_stream_alive_longer_than_a_read_may_take() -> None:
    with Peer(_streaming(*[b"\n\n"] * 6, READY, b"", pause=0.2)) as peer:
        (event,) = _client(peer).follow_progress("sara", read_timeout=0.8)

    assert event.ready


def test_signs_of_life_reach_whoever_wants_them() -> None:
    signs: list[int] = []
    with FakeHub(token=TOKEN, keepalive=0.05) as hub:
        hub.add_user("sara")
        hub.script("sara", Spawn(seconds=0.8, events=()))
        hub = HubClient(HubTransport(hub.api_url, TOKEN))
        hub.start_server("sara")
        events = list(hub.follow_progress("sara", on_keepalive=lambda: signs.append(1)))

    assert len(signs) >= 3
    assert len(events) == 2


def test_a_sign_of_life_is_a_chance_to_give_up() -> None:
    class CancelledError(Exception):
        pass

    def give_up() -> None:
        raise CancelledError

    def play(connection: Connection) -> None:
        _streaming(b"\n\n")(connection)
        closed.append(connection.wait_until_closed())

    closed: list[bool] = []
    with Peer(play) as peer:
        with pytest.raises(CancelledError):
            list(_client(peer).follow_progress("sara", on_keepalive=give_up))
        wait_for(lambda: closed)

    assert closed == [True]


def test_whoever_stops_reading_leaves_no_connection_behind() -> None:
    closed: list[bool] = []

    def play(connection: Connection) -> None:
        _streaming(b'data: {"progress": 1}\n\n')(connection)
        closed.append(connection.wait_until_closed())

    with Peer(play) as peer:
        events = _client(peer).follow_progress("sara")
        next(events)
        assert closed == []
        events.close()
        wait_for(lambda: closed)

    assert closed == [True]


def test_nothing_is_asked_before_the_first_event_is_wanted(
    fake_hub: FakeHub, hub: HubClient
) -> None:
    hub.follow_progress("sara")

    assert fake_hub.calls == []


def test_there_is_no_progress_without_a_start(fake_hub: FakeHub, hub: HubClient) -> None:
    fake_hub.add_user("sara")

    for name in ("sara", "nobody"):
        with pytest.raises(HubNotStarting):
            next(hub.follow_progress(name))


def test_an_answer_that_is_no_stream_is_a_protocol_error() -> None:
    def play(connection: Connection) -> None:
        connection.read_request()
        connection.answer("200 OK", b"<html>", "Content-Type: text/html")

    with Peer(play) as peer, pytest.raises(HubProtocolError, match="text/event-stream"):
        next(_client(peer).follow_progress("sara"))


def test_the_progress_of_a_hub_that_starts_is_unavailable() -> None:
    def play(connection: Connection) -> None:
        while connection.read_request():
            connection.answer("503 Service Unavailable", b"Service Unavailable")

    with Peer(play) as peer, pytest.raises(HubStarting):
        next(_client(peer).follow_progress("sara"))
