"""Events of the Hub on their way to the portal: signed, in order, and never in the Hub's way."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import WebhookVerificationError

from jupyter_integration.testing.waiting import wait_for
from tests.event_receiver import OTHER_SECRET, SECRET, EventReceiver

LOG = logging.getLogger("the-hub")
OpenLine = Callable[..., Any]
HOOK = "/hooks/jupyterhub/"


@pytest.fixture
def module(load: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    module = load("event_sender")
    monkeypatch.setattr(module, "FIRST_PAUSE_SECONDS", 0.01)
    return module


@pytest.fixture
def portal() -> Iterator[EventReceiver]:
    with EventReceiver() as receiver:
        yield receiver


@pytest.fixture
def open_line(module: Any, tmp_path: Path) -> Iterator[OpenLine]:
    """Makes senders, and ends them after the test."""
    lines = []

    def open_line(url: str, *secrets: str, **options: Any) -> Any:
        line = module.EventSender(
            f"{url}{HOOK}", secrets or (SECRET,), kept_in=tmp_path / "kept", log=LOG, **options
        )
        lines.append(line)
        return line

    yield open_line
    for line in lines:
        line.close()


def send(module: Any, line: Any, *names: object) -> None:
    for name in names:
        line.send(module.Event("server.started", {"username": str(name)}))


def names(portal: EventReceiver) -> list[str]:
    return [event["data"]["username"] for event in portal.events()]


def test_an_event_arrives_signed_with_its_time_and_kind(
    module: Any, open_line: OpenLine, portal: EventReceiver
) -> None:
    send(module, open_line(portal.url), "sara")

    event = portal.wait_for("server.started")
    assert event["data"] == {"username": "sara"}
    assert event["timestamp"].endswith("+00:00")
    assert portal.received[0].path == HOOK


def test_each_secret_signs_so_that_the_portal_may_know_either(
    module: Any, open_line: OpenLine, portal: EventReceiver
) -> None:
    send(module, open_line(portal.url, OTHER_SECRET, SECRET), "sara")

    wait_for(lambda: portal.received)
    assert portal.received[0].read(SECRET) == portal.received[0].read(OTHER_SECRET)
    with pytest.raises(WebhookVerificationError):
        portal.received[0].read("whsec_" + "b" * 32)


@pytest.mark.parametrize("status", [500, 503, 429])
def test_what_the_portal_could_not_take_is_sent_again_with_its_id_and_in_order(
    module: Any, open_line: OpenLine, portal: EventReceiver, status: int
) -> None:
    answers = itertools.chain([status, status], itertools.repeat(204))
    portal.answer = lambda: next(answers)
    send(module, open_line(portal.url), "sara", "omid")

    wait_for(lambda: len(portal.received) == 4)
    assert names(portal) == ["sara", "sara", "sara", "omid"]
    assert len({received.id for received in portal.received}) == 2


def test_each_attempt_is_dated_anew_so_that_a_late_one_is_not_stale(
    module: Any, open_line: OpenLine, portal: EventReceiver
) -> None:
    def fail_for_a_second() -> int:
        if len(portal.received) > 1:
            return 204
        wait_for(lambda: time.time() >= int(dates()[0]) + 1)
        return 503

    def dates() -> list[str]:
        return [received.headers["webhook-timestamp"] for received in portal.received]

    portal.answer = fail_for_a_second
    send(module, open_line(portal.url), "sara")

    wait_for(lambda: len(portal.received) == 2)
    assert int(dates()[1]) > int(dates()[0])
    assert portal.received[0].body == portal.received[1].body


@pytest.mark.parametrize("status", [400, 403, 404, 302])
def test_what_the_portal_refuses_is_not_sent_again_and_logged(
    module: Any,
    open_line: OpenLine,
    portal: EventReceiver,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    answers = itertools.chain([status], itertools.repeat(204))
    portal.answer = lambda: next(answers)
    send(module, open_line(portal.url), "sara", "omid")

    wait_for(lambda: len(portal.received) == 2)
    assert names(portal) == ["sara", "omid"]
    assert f"The portal refused server.started: {status}" in caplog.text


def test_a_portal_that_is_not_there_yet_is_told_once_it_is(
    module: Any, open_line: OpenLine, caplog: pytest.LogCaptureFixture
) -> None:
    with EventReceiver() as portal:
        port = portal.port
    send(module, open_line(portal.url), "sara")
    wait_for(lambda: "The portal takes no events" in caplog.text)

    with EventReceiver(port) as portal:
        portal.wait_for("server.started")


def test_sending_never_waits_however_long_the_portal_takes(
    module: Any, open_line: OpenLine, portal: EventReceiver
) -> None:
    gate = threading.Event()
    portal.answer = lambda: 204 if gate.wait(10) else 500
    line = open_line(portal.url, most_waiting=50)
    began = time.monotonic()

    send(module, line, *range(200))

    assert time.monotonic() - began < 1.0
    gate.set()


def test_a_full_line_loses_its_oldest_and_counts_and_logs_them(
    module: Any, open_line: OpenLine, portal: EventReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    gate = threading.Event()
    portal.answer = lambda: 204 if gate.wait(10) else 500
    line = open_line(portal.url, most_waiting=3)
    send(module, line, "on its way")
    wait_for(lambda: portal.received)

    send(module, line, *range(5))
    gate.set()

    wait_for(lambda: len(portal.received) == 4)
    assert names(portal) == ["on its way", "2", "3", "4"]
    assert line.dropped == 3  # the one on its way went from the line too, and got through
    assert "Too many events wait for the portal: 1 dropped" in caplog.text


def test_what_waits_is_sent_as_the_hub_ends(
    module: Any, open_line: OpenLine, portal: EventReceiver
) -> None:
    line = open_line(portal.url)
    send(module, line, "sara", "omid")

    line.close()

    assert names(portal) == ["sara", "omid"]


def test_a_hub_that_ends_does_not_wait_for_a_portal_that_is_away(
    module: Any, open_line: OpenLine, caplog: pytest.LogCaptureFixture
) -> None:
    with EventReceiver() as portal:
        nowhere = portal.url
    line = open_line(nowhere)
    send(module, line, "sara", "omid")
    began = time.monotonic()

    line.close()

    assert time.monotonic() - began < 2.0
    assert "2 events are kept for the portal" in caplog.text


def test_a_hub_that_ends_does_not_wait_for_a_portal_that_hangs(
    module: Any, open_line: OpenLine, portal: EventReceiver
) -> None:
    gate = threading.Event()
    portal.answer = lambda: 204 if gate.wait(10) else 500
    line = open_line(portal.url)
    send(module, line, "sara")
    wait_for(lambda: portal.received)
    began = time.monotonic()

    line.close()

    assert time.monotonic() - began < 2.0
    gate.set()


def test_what_could_not_be_told_is_told_by_the_next_hub_and_first(
    module: Any, open_line: OpenLine, tmp_path: Path
) -> None:
    with EventReceiver() as portal:
        port = portal.port
    line = open_line(portal.url)
    send(module, line, "sara", "omid")
    kept = [event.id for event in line.waiting]
    line.close()

    with EventReceiver(port) as portal:
        send(module, open_line(portal.url), "nasrin")
        wait_for(lambda: len(portal.received) == 3)

        assert names(portal) == ["sara", "omid", "nasrin"]
        assert [received.id for received in portal.received[:2]] == kept
    assert not (tmp_path / "kept").exists()


@pytest.mark.parametrize("kept", ["", "{", "[]", '{"id": "msg_1"}', "\n"])
def test_what_was_kept_half_is_lost_and_stops_no_hub(
    module: Any, open_line: OpenLine, portal: EventReceiver, tmp_path: Path, kept: str
) -> None:
    (tmp_path / "kept").write_text(kept)

    send(module, open_line(portal.url), "sara")

    portal.wait_for("server.started")
