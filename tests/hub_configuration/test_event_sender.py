"""Event sender: signed and in order, without ever delaying the Hub."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import WebhookVerificationError

from jupyter_integration.testing.waiting import wait_for
from tests.event_receiver import OTHER_SECRET, SECRET, EventReceiver

LOG = logging.getLogger("the-hub")
OpenSender = Callable[..., Any]
HOOK = "/hooks/jupyterhub/"


@pytest.fixture
def module(load: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    module = load("event_sender")
    monkeypatch.setattr(module, "MIN_RETRY_DELAY", timedelta(seconds=0.01))
    return module


@pytest.fixture
def portal() -> Iterator[EventReceiver]:
    with EventReceiver() as receiver:
        yield receiver


@pytest.fixture
def unreachable() -> str:
    """The address of a portal that has ended."""
    with EventReceiver() as portal:
        return portal.url


@pytest.fixture
def gate(portal: EventReceiver) -> Iterator[threading.Event]:
    """The portal responds only after this is set."""
    gate = threading.Event()
    portal.respond = lambda: 204 if gate.wait(10) else 500
    yield gate
    gate.set()


@pytest.fixture
def open_sender(module: Any, tmp_path: Path) -> Iterator[OpenSender]:
    """Return a function that makes senders, which are closed after the test."""
    senders = []

    def open_sender(url: str, *secrets: str, **options: Any) -> Any:
        sender = module.EventSender(
            f"{url}{HOOK}", secrets or (SECRET,), spool=tmp_path / "spool", log=LOG, **options
        )
        senders.append(sender)
        return sender

    yield open_sender
    for sender in senders:
        sender.close()


def send(module: Any, sender: Any, *names: object) -> None:
    for name in names:
        sender.send(module.Event("server.started", {"username": str(name)}))


def names(portal: EventReceiver) -> list[str]:
    return [event["data"]["username"] for event in portal.events()]


def seconds_to_close(sender: Any) -> float:
    began = time.monotonic()
    sender.close()
    return time.monotonic() - began


def test_event_arrives_with_time_and_kind(
    module: Any, open_sender: OpenSender, portal: EventReceiver
) -> None:
    send(module, open_sender(portal.url), "sara")

    event = portal.wait_for("server.started")
    assert event["data"] == {"username": "sara"}
    assert event["timestamp"].endswith("+00:00")
    assert portal.received[0].path == HOOK


def test_every_secret_signs(module: Any, open_sender: OpenSender, portal: EventReceiver) -> None:
    send(module, open_sender(portal.url, OTHER_SECRET, SECRET), "sara")

    wait_for(lambda: portal.received)
    assert portal.received[0].read(SECRET) == portal.received[0].read(OTHER_SECRET)
    with pytest.raises(WebhookVerificationError):
        portal.received[0].read("whsec_" + "b" * 32)


@pytest.mark.parametrize("status", [503, 429])
def test_failed_event_is_retried_with_its_id(
    module: Any, open_sender: OpenSender, portal: EventReceiver, status: int
) -> None:
    statuses = itertools.chain([status, status], itertools.repeat(204))
    portal.respond = lambda: next(statuses)
    send(module, open_sender(portal.url), "sara", "omid")

    wait_for(lambda: len(portal.received) == 4)
    assert names(portal) == ["sara", "sara", "sara", "omid"]
    assert len({received.id for received in portal.received}) == 2


def test_every_attempt_has_a_new_timestamp(
    module: Any, open_sender: OpenSender, portal: EventReceiver
) -> None:
    def fail_for_a_second() -> int:
        if len(portal.received) > 1:
            return 204
        wait_for(lambda: time.time() >= int(timestamps()[0]) + 1)
        return 503

    def timestamps() -> list[str]:
        return [received.headers["webhook-timestamp"] for received in portal.received]

    portal.respond = fail_for_a_second
    send(module, open_sender(portal.url), "sara")

    wait_for(lambda: len(portal.received) == 2)
    assert int(timestamps()[1]) > int(timestamps()[0])
    assert portal.received[0].body == portal.received[1].body


@pytest.mark.parametrize("status", [403, 302])
def test_refused_event_is_logged_and_not_retried(
    module: Any,
    open_sender: OpenSender,
    portal: EventReceiver,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    statuses = itertools.chain([status], itertools.repeat(204))
    portal.respond = lambda: next(statuses)
    send(module, open_sender(portal.url), "sara", "omid")

    wait_for(lambda: len(portal.received) == 2)
    assert names(portal) == ["sara", "omid"]
    assert f"The portal refused server.started: {status}" in caplog.text


def test_event_waits_for_a_portal_that_starts(
    module: Any, open_sender: OpenSender, caplog: pytest.LogCaptureFixture, unreachable: str
) -> None:
    send(module, open_sender(unreachable), "sara")
    wait_for(lambda: "The portal takes no events" in caplog.text)

    with EventReceiver(int(unreachable.rpartition(":")[2])) as portal:
        portal.wait_for("server.started")


def test_full_queue_drops_its_oldest_events(
    module: Any,
    open_sender: OpenSender,
    portal: EventReceiver,
    gate: threading.Event,
    caplog: pytest.LogCaptureFixture,
) -> None:
    sender = open_sender(portal.url, max_queued=3)
    send(module, sender, "on its way")
    wait_for(lambda: portal.received)

    began = time.monotonic()
    send(module, sender, *range(5))
    assert time.monotonic() - began < 1.0  # sending never waits for the portal
    gate.set()

    wait_for(lambda: len(portal.received) == 4)
    assert names(portal) == ["on its way", "2", "3", "4"]
    assert sender.dropped == 3  # the one on its way was dropped from the queue too, and arrived
    assert "The queue for the portal is full: 1 events dropped" in caplog.text


def test_closing_sends_the_queue(
    module: Any, open_sender: OpenSender, portal: EventReceiver
) -> None:
    sender = open_sender(portal.url)
    send(module, sender, "sara", "omid")

    sender.close()

    assert names(portal) == ["sara", "omid"]


def test_closing_does_not_wait_for_unreachable_portal(
    module: Any, open_sender: OpenSender, caplog: pytest.LogCaptureFixture, unreachable: str
) -> None:
    sender = open_sender(unreachable)
    send(module, sender, "sara", "omid")

    assert seconds_to_close(sender) < 2.0
    assert "Stored 2 unsent events" in caplog.text


def test_closing_does_not_wait_for_hanging_portal(
    module: Any, open_sender: OpenSender, portal: EventReceiver, gate: threading.Event
) -> None:
    sender = open_sender(portal.url)
    send(module, sender, "sara")
    wait_for(lambda: portal.received)

    assert seconds_to_close(sender) < 2.0


def test_unsent_events_are_sent_first_by_next_hub(
    module: Any, open_sender: OpenSender, tmp_path: Path, unreachable: str
) -> None:
    sender = open_sender(unreachable)
    send(module, sender, "sara", "omid")
    unsent = [event.id for event in sender.queued]
    sender.close()

    with EventReceiver(int(unreachable.rpartition(":")[2])) as portal:
        send(module, open_sender(portal.url), "nasrin")
        wait_for(lambda: len(portal.received) == 3)

        assert names(portal) == ["sara", "omid", "nasrin"]
        assert [received.id for received in portal.received[:2]] == unsent
    assert not (tmp_path / "spool").exists()


@pytest.mark.parametrize("content", ["{", "[]", '{"id": "msg_1"}', "\n"])
def test_damaged_spool_file_stops_no_hub(
    module: Any, open_sender: OpenSender, portal: EventReceiver, tmp_path: Path, content: str
) -> None:
    (tmp_path / "spool").write_text(content)

    send(module, open_sender(portal.url), "sara")

    portal.wait_for("server.started")
