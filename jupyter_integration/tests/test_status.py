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
from jupyter_integration.tests import states
from jupyter_integration.tests.scenes import READY, STOPPING, see, start, stopped

State = SpawnRequest.State


def can(status: ServerStatus) -> set[str]:
    return {name for name in ("start", "stop", "cancel", "open") if getattr(status, f"can_{name}")}


class TestStates:
    @pytest.mark.parametrize(
        ("make", "state", "possible", "busy", "active"),
        [
            (states.nothing_known, ServerState.UNKNOWN, set(), True, False),
            (states.stopped, ServerState.STOPPED, {"start"}, False, False),
            (states.queued, ServerState.QUEUED, {"cancel"}, True, False),
            (states.starting, ServerState.STARTING, {"cancel"}, True, True),
            (states.ready, ServerState.READY, {"stop", "open"}, False, True),
            (states.stopping, ServerState.STOPPING, set(), True, True),
            (lambda sara: see(sara, **STOPPING), ServerState.STOPPING, set(), True, True),
            (states.failed, ServerState.FAILED, {"start"}, False, False),
            (states.hub_away, ServerState.UNKNOWN, {"start"}, False, False),
        ],
    )
    def test_each_state_has_its_buttons(
        self, sara, clock, make, state, possible: set[str], busy: bool, active: bool
    ) -> None:
        make(sara)
        status = server_status(sara)

        assert (status.state, can(status)) == (state, possible)
        assert (status.busy, status.server_active) == (busy, active)
        assert str(status.message)

    def test_unread_server_is_being_checked(self, sara, clock) -> None:
        status = server_status(sara)

        assert (status.checking, status.as_of, status.stale) == (True, None, False)

    def test_starting_shows_percentage_and_message(self, sara, clock) -> None:
        request = start(sara, State.STARTING, progress=40, message="Spawning server...")
        with translation.override("fa"):
            status = server_status(sara)

        assert (status.progress, status.since) == (40, request.created_at)
        assert str(status.message).isascii() is False

    def test_ready_server_opens_through_the_portal(self, sara, clock) -> None:
        see(sara, **READY)

        assert server_status(sara).url == "/server/open/"
        url = server_status(sara, next_path="/user/sara/lab/tree/a b.ipynb").url
        assert url == "/server/open/?next=%2Fuser%2Fsara%2Flab%2Ftree%2Fa+b.ipynb"

    def test_cancelled_start_shows_as_stopping(self, sara, clock) -> None:
        start(sara, State.STARTING, cancel_requested_at=clock.now)
        status = server_status(sara)

        assert (status.state, status.since) == (ServerState.STOPPING, clock.now)

    def test_failed_start_shows_its_reason(self, sara, clock) -> None:
        see(sara)
        request = start(sara, State.FAILED, failure_code=FailureCode.NO_SPACE)
        status = server_status(sara)

        assert status.failure is not None
        assert status.failure.code is FailureCode.NO_SPACE
        assert (status.failure.reference, status.since) == (f"S{request.pk}", request.finished_at)

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

        assert (status.state, status.checking, status.stale) == (ServerState.UNKNOWN, False, True)
        assert (status.last_known, status.as_of) == (ServerState.READY, seen_at)
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
