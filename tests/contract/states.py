"""The states that a user can be in when a scenario begins."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

from tests.contract.subjects import (
    ACTIVE_SERVER_LIMIT,
    CONCURRENT_SPAWN_LIMIT,
    Behaviour,
    Subject,
)

State: TypeAlias = Callable[[Subject, str], None]

SLOW = Behaviour(slow=1.0)


def missing(subject: Subject, name: str) -> None:
    """The Hub has no such user."""


def idle(subject: Subject, name: str) -> None:
    """A user whose server was never started."""
    subject.client.create_user(name)


def starting(subject: Subject, name: str) -> None:
    """A start is under way for a second more."""
    idle(subject, name)
    subject.start(name, SLOW)


def running(subject: Subject, name: str) -> None:
    """The server is ready."""
    idle(subject, name)
    subject.start(name, Behaviour(stop_slow=0.0))
    assert [event.ready for event in subject.client.follow_progress(name)][-1]


def running_and_slow_to_stop(subject: Subject, name: str) -> None:
    """The server is ready, and takes its time to stop."""
    idle(subject, name)
    subject.start(name, Behaviour(stop_slow=0.8))
    assert [event.ready for event in subject.client.follow_progress(name)][-1]


def stopping(subject: Subject, name: str) -> None:
    """The server is stopping."""
    running_and_slow_to_stop(subject, name)
    assert subject.client.stop_server(name) is False


def stopped(subject: Subject, name: str) -> None:
    """The server ran and was stopped."""
    running(subject, name)
    assert subject.client.stop_server(name) is True


def failed(subject: Subject, name: str) -> None:
    """The last start failed."""
    idle(subject, name)
    subject.start(name, Behaviour(fails="raise"))
    assert [event.failed for event in subject.client.follow_progress(name)][-1]


def idle_while_many_start(subject: Subject, name: str) -> None:
    """As many others start as the Hub allows at once."""
    for _ in range(CONCURRENT_SPAWN_LIMIT):
        starting(subject, subject.new_name("omid"))
    idle(subject, name)


def idle_while_many_run(subject: Subject, name: str) -> None:
    """As many others have servers as the Hub allows."""
    names = [subject.new_name("omid") for _ in range(ACTIVE_SERVER_LIMIT)]
    with ThreadPoolExecutor(CONCURRENT_SPAWN_LIMIT - 1) as pool:
        list(pool.map(lambda other: running(subject, other), names))
    idle(subject, name)
