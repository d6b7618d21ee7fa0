"""Starts and their ends on the fake Hub and on a real one, with several calls."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from jupyter_integration.hub.errors import HubNotStarting, HubServerError
from jupyter_integration.hub.resources import ProgressEvent
from tests.contract import states
from tests.contract.subjects import HALFWAY, Behaviour, Subject


def test_progress_moves_and_ends_ready_with_the_address(subject: Subject) -> None:
    name = subject.new_name()
    states.idle(subject, name)
    subject.start(name, Behaviour(slow=0.8))

    events = list(subject.client.follow_progress(name))

    assert [(event.progress, event.message) for event in events[:-1]] == [
        (0, "Server requested"),
        (50, HALFWAY),
    ]
    assert events[-1] == ProgressEvent(
        progress=100,
        message=f"Server ready at {subject.lab_url(name)}",
        ready=True,
        failed=False,
        url=subject.lab_url(name),
    )
    server = subject.client.get_user(name).server
    assert server is not None
    assert (server.ready, server.pending) == (True, None)
    assert subject.probe.answers(server.url)


def test_progress_of_a_ready_server_is_one_event(subject: Subject) -> None:
    name = subject.new_name()
    states.running(subject, name)

    (event,) = subject.client.follow_progress(name)

    assert (event.progress, event.ready, event.url) == (100, True, subject.lab_url(name))


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (Behaviour(fails="raise"), "Spawn failed: the image is gone"),
        (Behaviour(fails="policy"), "No GPU left, sorry"),
        (Behaviour(fails="exit"), "didn't respond in 2 seconds"),
    ],
    ids=["spawner raises", "hook refuses", "process exits"],
)
def test_only_progress_reports_why_a_start_failed(
    subject: Subject, behaviour: Behaviour, reason: str
) -> None:
    name = subject.new_name()
    states.idle(subject, name)
    subject.start(name, behaviour)

    *_, last = subject.client.follow_progress(name)

    assert (last.failed, last.ready, last.progress) == (True, False, 100)
    assert reason in last.message
    assert subject.client.get_user(name).server is None
    # A later follower gets the failure as well.
    (again,) = subject.client.follow_progress(name)
    assert (again.failed, again.message) == (True, last.message)


def test_exited_process_stays_pending_for_a_while(subject: Subject) -> None:
    name = subject.new_name()
    states.idle(subject, name)

    subject.client.start_server(name, subject.options(name, Behaviour(fails="exit")))

    server = subject.client.get_user(name).server
    assert server is not None
    assert (server.ready, server.pending) == (False, "spawn")


def test_follower_of_a_cancelled_start_gets_ready(subject: Subject) -> None:
    """A bug of the Hub, and the reason to trust the Lab and not the last event."""
    name = subject.new_name()
    states.starting(subject, name)
    events = subject.client.follow_progress(name)
    next(events)
    cancelling = threading.Thread(target=subject.client.stop_server, args=(name,))
    cancelling.start()

    *_, last = events
    claimed = subject.client.get_user(name).server
    answered = subject.probe.answers(f"/user/{name}/")
    cancelling.join()

    assert last.ready
    assert claimed is not None
    assert claimed.ready
    assert not answered
    assert subject.client.get_user(name).server is None
    with pytest.raises(HubNotStarting):
        next(subject.client.follow_progress(name))


def test_start_during_a_cancel_breaks_the_cancel(subject: Subject) -> None:
    name = subject.new_name()
    states.starting(subject, name)
    with ThreadPoolExecutor(1) as pool:
        cancelling = pool.submit(subject.client.stop_server, name)
        _wait_for_cancel(subject, name)
        subject.start(name, states.SLOW)

        with pytest.raises(HubServerError):
            cancelling.result()

    server = subject.client.get_user(name).server
    assert server is not None
    assert server.pending == "spawn"


def test_server_ready_during_a_cancel_is_ended(subject: Subject) -> None:
    name = subject.new_name()
    states.starting(subject, name)
    with ThreadPoolExecutor(1) as pool:
        cancelling = pool.submit(subject.client.stop_server, name)
        _wait_for_cancel(subject, name)
        subject.start(name, Behaviour())

        assert cancelling.result() is True

    assert subject.client.get_user(name).server is None


def _wait_for_cancel(subject: Subject, name: str) -> None:
    while (server := subject.client.get_user(name).server) and server.pending == "spawn":
        time.sleep(0.005)


def test_stopping_ends_without_another_call(subject: Subject) -> None:
    name = subject.new_name()
    states.idle(subject, name)
    subject.start(name, Behaviour(stop_slow=0.6))
    assert [event.ready for event in subject.client.follow_progress(name)][-1]
    assert subject.client.stop_server(name) is False

    deadline = time.monotonic() + 5
    while subject.client.get_user(name).server is not None and time.monotonic() < deadline:
        time.sleep(0.02)

    assert subject.client.get_user(name).server is None
    assert not subject.probe.answers(f"/user/{name}/")


def test_eight_starts_at_once_are_one_start(subject: Subject) -> None:
    name = subject.new_name()
    states.idle(subject, name)
    options = subject.options(name, states.SLOW)
    servers = []

    def start() -> None:
        subject.client.start_server(name, options)
        servers.append(subject.client.get_user(name).server)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({server.started for server in servers}) == 1
    assert {server.pending for server in servers} == {"spawn"}
