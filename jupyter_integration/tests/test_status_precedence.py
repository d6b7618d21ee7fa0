"""Precedence of open requests, the Hub's snapshot, and requests that ended."""

import pytest

from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.models import SpawnRequest
from jupyter_integration.server_states import ServerState
from jupyter_integration.status.queries import server_status
from jupyter_integration.tests.scenes import READY, SPAWNING, STOPPING, see, start, stop, stopped

State = SpawnRequest.State


@pytest.mark.parametrize("shown", [{}, READY, SPAWNING, STOPPING])
@pytest.mark.parametrize("state", SpawnRequest.OPEN_STATES)
def test_open_start_precedes_the_snapshot(sara, clock, state, shown) -> None:
    see(sara, **shown)
    start(sara, state)

    assert server_status(sara).state == ServerState(state.value)


def test_open_start_precedes_an_open_stop(sara, clock) -> None:
    stop(sara)
    start(sara, State.QUEUED)

    assert server_status(sara).state is ServerState.QUEUED


def test_open_stop_precedes_an_ended_start(sara, clock) -> None:
    start(sara, State.READY)
    see(sara, **READY)
    stop(sara)

    assert server_status(sara).state is ServerState.STOPPING


@pytest.mark.parametrize(
    ("shown", "state"),
    [
        (READY, ServerState.READY),
        (SPAWNING, ServerState.STARTING),
        (STOPPING, ServerState.STOPPING),
    ],
)
def test_newer_snapshot_precedes_a_failure(sara, clock, shown, state) -> None:
    """The server was started outside the portal after the failure."""
    start(sara, State.FAILED, failure_code=FailureCode.UNKNOWN)
    clock.go(1)
    see(sara, **shown)

    assert server_status(sara).state is state


def test_ended_stop_precedes_an_older_snapshot(sara, clock) -> None:
    see(sara, **READY)
    clock.go(1)
    stopped(sara)

    assert server_status(sara).state is ServerState.STOPPED


def test_newer_snapshot_precedes_an_ended_stop(sara, clock) -> None:
    stopped(sara)
    clock.go(1)
    see(sara, **READY)

    assert server_status(sara).state is ServerState.READY


def test_ready_start_precedes_a_late_older_snapshot(sara, clock) -> None:
    asked_at = clock.now
    clock.go(1)
    start(sara, State.READY)
    see(sara, as_of=asked_at)

    assert server_status(sara).state is ServerState.READY


def test_cancelled_start_precedes_an_older_snapshot(sara, clock) -> None:
    see(sara, **SPAWNING)
    clock.go(1)
    start(sara, State.CANCELLED, posted_at=clock.now)

    assert server_status(sara).state is ServerState.STOPPED


def test_failed_start_precedes_an_older_snapshot(sara, clock) -> None:
    see(sara, **READY)
    clock.go(1)
    start(sara, State.FAILED, failure_code=FailureCode.PROCESS_EXITED, posted_at=clock.now)

    assert server_status(sara).state is ServerState.FAILED


@pytest.mark.parametrize(
    ("state", "code"), [(State.CANCELLED, ""), (State.FAILED, FailureCode.ACCOUNT_INACTIVE)]
)
def test_running_server_precedes_a_start_never_posted(sara, clock, state, code) -> None:
    see(sara, **READY)
    clock.go(1)
    start(sara, state, failure_code=code)

    assert server_status(sara).state is ServerState.READY


def test_running_server_precedes_an_unanswered_start(sara, clock) -> None:
    see(sara, **READY)
    clock.go(1)
    start(sara, State.FAILED, failure_code=FailureCode.HUB_AWAY, posted_at=clock.now)

    assert server_status(sara).state is ServerState.READY


def test_failed_stop_precedes_nothing(sara, clock) -> None:
    see(sara, **READY)
    clock.go(1)
    stop(sara, finished_at=clock.now, stopped=False)

    assert server_status(sara).state is ServerState.READY


def test_new_start_precedes_the_last_failure(sara, clock) -> None:
    see(sara)
    start(sara, State.FAILED, failure_code=FailureCode.UNKNOWN)
    start(sara, State.QUEUED)

    assert server_status(sara).state is ServerState.QUEUED


def test_other_users_rows_are_ignored(sara, omid, clock) -> None:
    see(omid, **READY)
    start(omid, State.STARTING)
    stop(omid)
    see(sara)

    assert server_status(sara).state is ServerState.STOPPED
