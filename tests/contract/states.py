"""States of a user at the beginning of a scenario."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from tests.contract.subjects import Behaviour, Subject

State: TypeAlias = Callable[[Subject, str], None]

# Longer than any test.
SLOW = Behaviour(slow=5.0)


def missing(subject: Subject, name: str) -> None:
    """The Hub has no such user."""


def idle(subject: Subject, name: str) -> None:
    """A user whose server was never started."""
    subject.client.create_user(name)


def starting(subject: Subject, name: str) -> None:
    """A start is pending."""
    idle(subject, name)
    subject.start(name, SLOW)


def running(subject: Subject, name: str) -> None:
    """The server is ready."""
    _run(subject, name, Behaviour())


def running_and_slow_to_stop(subject: Subject, name: str) -> None:
    """The server is ready, and slow to stop."""
    _run(subject, name, Behaviour(stop_slow=2.0))


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
    # Longer than slow_spawn_timeout on a busy Hub, so that it accepts the start before that fails.
    subject.start(name, Behaviour(slow=0.5, fails="raise"))
    assert [event.failed for event in subject.client.follow_progress(name)][-1]


def idle_while_another_starts(subject: Subject, name: str) -> None:
    """Another user's start is pending."""
    starting(subject, subject.new_name("omid"))
    idle(subject, name)


def idle_while_another_runs(subject: Subject, name: str) -> None:
    """Another user has a server."""
    running(subject, subject.new_name("omid"))
    idle(subject, name)


def _run(subject: Subject, name: str, behaviour: Behaviour) -> None:
    idle(subject, name)
    subject.start(name, behaviour)
    assert [event.ready for event in subject.client.follow_progress(name)][-1]
