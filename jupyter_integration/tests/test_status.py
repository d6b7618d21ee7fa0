"""Server status that a page shows in each state, and how old it may be."""

import pytest
from django.utils import translation

from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.models import SpawnRequest
from jupyter_integration.server_states import ServerState
from jupyter_integration.status import refresh_claims
from jupyter_integration.status.queries import server_status
from jupyter_integration.status.server_status import ServerStatus
from jupyter_integration.testing.hub_away import find_the_hub_away
from jupyter_integration.tests.scenes import READY, SPAWNING, STOPPING, see, start, stop, stopped

State = SpawnRequest.State


def can(status: ServerStatus) -> set[str]:
    return {name for name in ("start", "stop", "cancel", "open") if getattr(status, f"can_{name}")}


class TestStates:
    def test_unread_server_is_being_checked(self, sara, clock) -> None:
        status = server_status(sara)

        assert (status.state, status.checking, status.busy) == (ServerState.UNKNOWN, True, True)
        assert (status.as_of, status.stale, can(status)) == (None, False, set())

    def test_stopped(self, sara, clock) -> None:
        see(sara)
        status = server_status(sara)

        assert status.state is ServerState.STOPPED
        assert (status.as_of, status.stale, status.server_active) == (clock.now, False, False)
        assert can(status) == {"start"}
        assert not status.busy

    def test_queued(self, sara, clock) -> None:
        see(sara)
        request = start(sara, State.QUEUED)
        status = server_status(sara)

        assert status.state is ServerState.QUEUED
        assert (status.progress, status.since) == (0, request.created_at)
        assert can(status) == {"cancel"}
        assert status.busy
        assert not status.server_active

    def test_starting_shows_percentage_and_message(self, sara, clock) -> None:
        request = start(sara, State.STARTING, progress=40, message="Spawning server...")
        with translation.override("fa"):
            status = server_status(sara)

        assert (status.state, status.progress) == (ServerState.STARTING, 40)
        assert status.since == request.created_at
        assert str(status.message).isascii() is False
        assert can(status) == {"cancel"}
        assert status.server_active

    def test_ready_server_opens_through_the_portal(self, sara, clock) -> None:
        see(sara, **READY)
        status = server_status(sara, next_path="/user/sara/lab/tree/a b.ipynb")

        assert status.state is ServerState.READY
        assert status.url == "/server/open/?next=%2Fuser%2Fsara%2Flab%2Ftree%2Fa+b.ipynb"
        assert server_status(sara).url == "/server/open/"
        assert can(status) == {"stop", "open"}
        assert status.server_active

    @pytest.mark.parametrize("source", ["request", "hub"])
    def test_stopping(self, sara, clock, source: str) -> None:
        see(sara, **(READY if source == "request" else STOPPING))
        if source == "request":
            stop(sara)
        status = server_status(sara)

        assert status.state is ServerState.STOPPING
        assert can(status) == set()
        assert status.busy
        assert status.server_active

    def test_cancelled_start_shows_as_stopping(self, sara, clock) -> None:
        start(sara, State.STARTING, cancel_requested_at=clock.now)
        status = server_status(sara)

        assert (status.state, status.since) == (ServerState.STOPPING, clock.now)

    @pytest.mark.parametrize("code", [FailureCode.NO_SPACE, FailureCode.HUB_AWAY])
    def test_failed_start_shows_its_reason(self, sara, clock, code) -> None:
        see(sara)
        request = start(sara, State.FAILED, failure_code=code)
        status = server_status(sara)

        assert status.state is ServerState.FAILED
        assert status.failure is not None
        assert (status.failure.code, status.failure.reference) == (code, f"S{request.pk}")
        assert status.since == request.finished_at
        assert can(status) == {"start"}

    def test_silent_lab_can_be_stopped(self, sara, clock) -> None:
        see(sara, **READY)
        start(sara, State.FAILED, failure_code=FailureCode.LAB_SILENT)
        status = server_status(sara)

        assert status.state is ServerState.FAILED
        assert can(status) == {"start", "stop"}
        assert status.server_active

    def test_stopped_silent_lab_shows_as_stopped(self, sara, clock) -> None:
        see(sara, **READY)
        start(sara, State.FAILED, failure_code=FailureCode.LAB_SILENT)
        clock.go(5)
        see(sara)
        stopped(sara)

        assert server_status(sara).state is ServerState.STOPPED

    def test_unavailable_hub_shows_the_last_known_state(self, sara, clock) -> None:
        see(sara, **READY)
        seen_at = clock.now
        clock.go(30)
        find_the_hub_away()
        status = server_status(sara)

        assert (status.state, status.checking) == (ServerState.UNKNOWN, False)
        assert (status.last_known, status.as_of, status.stale) == (
            ServerState.READY,
            seen_at,
            True,
        )
        assert can(status) == {"start"}  # waits in the queue until the Hub is back
        assert not status.busy


class TestAge:
    def test_refresh_unanswered_for_twenty_seconds_shows_as_unreachable(self, sara, clock) -> None:
        assert refresh_claims.claim_refresh(sara.pk)
        clock.go(20)
        assert server_status(sara).checking

        clock.go(1)
        status = server_status(sara)
        assert (status.state, status.checking, status.stale) == (ServerState.UNKNOWN, False, True)

    def test_answer_ends_the_wait_for_a_refresh(self, sara, clock) -> None:
        refresh_claims.claim_refresh(sara.pk)
        clock.go(60)
        see(sara)

        assert server_status(sara).state is ServerState.STOPPED

    def test_snapshot_is_believed_for_five_minutes(self, sara, clock) -> None:
        see(sara, **READY)
        clock.go(299)
        assert server_status(sara).state is ServerState.READY

        clock.go(2)
        status = server_status(sara)
        assert (status.checking, status.last_known) == (True, ServerState.READY)

    def test_queued_start_keeps_its_place_without_the_hub(self, sara, clock) -> None:
        start(sara, State.QUEUED)
        next_queued = str(server_status(sara).message)
        find_the_hub_away()
        status = server_status(sara)

        assert (status.state, status.stale) == (ServerState.QUEUED, True)
        assert str(status.message) != next_queued

    def test_empty_cache_shows_as_checking(self, sara, clock) -> None:
        start(sara, State.READY)

        assert server_status(sara).checking


def test_each_state_has_a_message(sara, clock) -> None:
    for shown in ({}, READY, SPAWNING, STOPPING):
        clock.go(1)
        see(sara, **shown)
        assert str(server_status(sara).message)
