"""Which of two truths about a server wins: what was asked for, what the Hub showed, what ended."""

import pytest

from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.models import SpawnRequest
from jupyter_integration.server_states import ServerState
from jupyter_integration.status.queries import server_status
from jupyter_integration.tests.scenes import READY, SPAWNING, STOPPING, see, start, stop, stopped

State = SpawnRequest.State


@pytest.mark.parametrize("shown", [{}, READY, SPAWNING, STOPPING])
@pytest.mark.parametrize("state", SpawnRequest.OPEN_STATES)
def test_an_open_start_over_what_the_hub_showed(sara, clock, state, shown) -> None:
    see(sara, **shown)
    start(sara, state)

    assert server_status(sara).state == ServerState(state.value)


def test_an_open_start_over_an_open_stop(sara, clock) -> None:
    stop(sara)
    start(sara, State.QUEUED)

    assert server_status(sara).state is ServerState.QUEUED


def test_an_open_stop_over_a_start_that_ended(sara, clock) -> None:
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
def test_what_the_hub_shows_over_a_failure(sara, clock, shown, state) -> None:
    """Started behind the portal's back after the failure."""
    start(sara, State.FAILED, failure_code=FailureCode.UNKNOWN)
    clock.go(1)
    see(sara, **shown)

    assert server_status(sara).state is state


def test_a_stop_that_ended_over_an_older_sight_of_a_running_server(sara, clock) -> None:
    see(sara, **READY)
    clock.go(1)
    stopped(sara)

    assert server_status(sara).state is ServerState.STOPPED


def test_a_newer_sight_over_a_stop_that_ended(sara, clock) -> None:
    stopped(sara)
    clock.go(1)
    see(sara, **READY)

    assert server_status(sara).state is ServerState.READY


def test_a_start_that_became_ready_over_an_older_sight_that_came_late(sara, clock) -> None:
    asked_at = clock.now
    clock.go(1)
    start(sara, State.READY)
    see(sara, as_of=asked_at)

    assert server_status(sara).state is ServerState.READY


def test_a_start_that_was_cancelled_over_an_older_sight_of_it(sara, clock) -> None:
    see(sara, **SPAWNING)
    clock.go(1)
    start(sara, State.CANCELLED, posted_at=clock.now)

    assert server_status(sara).state is ServerState.STOPPED


def test_a_start_that_failed_over_an_older_sight_of_a_running_server(sara, clock) -> None:
    see(sara, **READY)
    clock.go(1)
    start(sara, State.FAILED, failure_code=FailureCode.PROCESS_EXITED, posted_at=clock.now)

    assert server_status(sara).state is ServerState.FAILED


@pytest.mark.parametrize(
    ("state", "code"), [(State.CANCELLED, ""), (State.FAILED, FailureCode.ACCOUNT_INACTIVE)]
)
def test_a_running_server_over_a_start_that_the_hub_never_heard_of(
    sara, clock, state, code
) -> None:
    see(sara, **READY)
    clock.go(1)
    start(sara, state, failure_code=code)

    assert server_status(sara).state is ServerState.READY


def test_a_running_server_over_a_start_of_which_the_hub_told_nothing(sara, clock) -> None:
    see(sara, **READY)
    clock.go(1)
    start(sara, State.FAILED, failure_code=FailureCode.HUB_AWAY, posted_at=clock.now)

    assert server_status(sara).state is ServerState.READY


def test_a_stop_that_was_given_up_over_nothing(sara, clock) -> None:
    see(sara, **READY)
    clock.go(1)
    stop(sara, finished_at=clock.now, stopped=False)

    assert server_status(sara).state is ServerState.READY


def test_a_new_start_over_the_failure_of_the_last(sara, clock) -> None:
    see(sara)
    start(sara, State.FAILED, failure_code=FailureCode.UNKNOWN)
    start(sara, State.QUEUED)

    assert server_status(sara).state is ServerState.QUEUED


def test_other_peoples_starts_stops_and_servers_are_their_own(sara, omid, clock) -> None:
    see(omid, **READY)
    start(omid, State.STARTING)
    stop(omid)
    see(sara)

    assert server_status(sara).state is ServerState.STOPPED
