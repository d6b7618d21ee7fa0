"""Precedence of open requests, the Hub's snapshot, and requests that ended."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.models import SpawnRequest
from jupyter_integration.server_states import ServerState
from jupyter_integration.status.queries import server_status
from jupyter_integration.tests.conftest import Clock
from jupyter_integration.tests.scenes import READY, SPAWNING, STOPPING, see, start, stop, stopped

State = SpawnRequest.State
Step = Callable[[User, Clock], object]


def shown(**server: Any) -> Step:
    return lambda user, clock: see(user, as_of=clock.now, **server)


def spawn(state: State, **more: Any) -> Step:
    return lambda user, _clock: start(user, state, **more)


def posted(state: State, **more: Any) -> Step:
    return lambda user, clock: start(user, state, posted_at=clock.now, **more)


def open_stop(user: User, _clock: Clock) -> None:
    stop(user)


def ended_stop(user: User, _clock: Clock) -> None:
    stopped(user)


def failed_stop(user: User, clock: Clock) -> None:
    stop(user, finished_at=clock.now, stopped=False)


UNKNOWN_FAILURE = spawn(State.FAILED, failure_code=FailureCode.UNKNOWN)

# Steps one second apart, and the state that a page shows after the last one.
CASES: dict[str, tuple[list[Step], ServerState]] = {
    "queued start over ready server": ([shown(**READY), spawn(State.QUEUED)], ServerState.QUEUED),
    "start over stopping server": (
        [shown(**STOPPING), spawn(State.STARTING)],
        ServerState.STARTING,
    ),
    "open start over open stop": ([open_stop, spawn(State.QUEUED)], ServerState.QUEUED),
    "open stop over ended start": ([spawn(State.READY), open_stop], ServerState.STOPPING),
    "newer ready server over failure": ([UNKNOWN_FAILURE, shown(**READY)], ServerState.READY),
    "newer spawn over failure": ([UNKNOWN_FAILURE, shown(**SPAWNING)], ServerState.STARTING),
    "ended stop over older snapshot": ([shown(**READY), ended_stop], ServerState.STOPPED),
    "newer snapshot over ended stop": ([ended_stop, shown(**READY)], ServerState.READY),
    "cancelled start over older snapshot": (
        [shown(**SPAWNING), posted(State.CANCELLED)],
        ServerState.STOPPED,
    ),
    "failed start over older snapshot": (
        [shown(**READY), posted(State.FAILED, failure_code=FailureCode.PROCESS_EXITED)],
        ServerState.FAILED,
    ),
    "running server over start never posted": (
        [shown(**READY), spawn(State.CANCELLED)],
        ServerState.READY,
    ),
    "running server over refused account": (
        [shown(**READY), spawn(State.FAILED, failure_code=FailureCode.ACCOUNT_INACTIVE)],
        ServerState.READY,
    ),
    "running server over unanswered start": (
        [shown(**READY), posted(State.FAILED, failure_code=FailureCode.HUB_AWAY)],
        ServerState.READY,
    ),
    "failed stop over nothing": ([shown(**READY), failed_stop], ServerState.READY),
    "new start over last failure": ([UNKNOWN_FAILURE, spawn(State.QUEUED)], ServerState.QUEUED),
}


@pytest.mark.parametrize(("steps", "state"), CASES.values(), ids=CASES)
def test_page_shows_what_takes_precedence(
    sara, clock, steps: list[Step], state: ServerState
) -> None:
    for step in steps:
        clock.go(1)
        step(sara, clock)

    assert server_status(sara).state is state


def test_ready_start_precedes_a_late_older_snapshot(sara, clock) -> None:
    asked_at = clock.now
    clock.go(1)
    start(sara, State.READY)
    see(sara, as_of=asked_at)

    assert server_status(sara).state is ServerState.READY


def test_other_users_rows_are_ignored(sara, omid, clock) -> None:
    see(omid, **READY)
    start(omid, State.STARTING)
    stop(omid)
    see(sara)

    assert server_status(sara).state is ServerState.STOPPED
