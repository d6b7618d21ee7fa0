"""What a page shows of a server in each state, and how old it may be."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.hub.resources import STOPPED_SERVER
from jupyter_integration.models import SpawnRequest
from jupyter_integration.server_states import ServerState
from jupyter_integration.status import snapshots
from jupyter_integration.status.queries import queue_position, server_status
from jupyter_integration.status.server_status import ServerStatus
from jupyter_integration.testing.hub_away import find_the_hub_away
from jupyter_integration.tests.scenes import READY, SPAWNING, STOPPING, see, start, stop, stopped

State = SpawnRequest.State


def can(status: ServerStatus) -> set[str]:
    return {name for name in ("start", "stop", "cancel", "open") if getattr(status, f"can_{name}")}


class TestOfEachState:
    def test_never_read_it_is_being_checked(self, sara, clock) -> None:
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

    def test_starting_with_percentage_and_words(self, sara, clock) -> None:
        request = start(sara, State.STARTING, progress=40, message="Spawning server...")
        with translation.override("fa"):
            status = server_status(sara)

        assert (status.state, status.progress) == (ServerState.STARTING, 40)
        assert status.since == request.created_at
        assert str(status.message).isascii() is False
        assert can(status) == {"cancel"}
        assert status.server_active

    def test_ready_leads_through_the_portals_own_door(self, sara, clock) -> None:
        see(sara, **READY)
        status = server_status(sara, next_path="/user/sara/lab/tree/a b.ipynb")

        assert status.state is ServerState.READY
        assert status.url == "/server/open/?next=%2Fuser%2Fsara%2Flab%2Ftree%2Fa+b.ipynb"
        assert server_status(sara).url == "/server/open/"
        assert can(status) == {"stop", "open"}
        assert status.server_active

    @pytest.mark.parametrize("how", ["asked", "seen"])
    def test_stopping(self, sara, clock, how: str) -> None:
        see(sara, **(READY if how == "asked" else STOPPING))
        if how == "asked":
            stop(sara)
        status = server_status(sara)

        assert status.state is ServerState.STOPPING
        assert can(status) == set()
        assert status.busy
        assert status.server_active

    def test_being_cancelled_it_is_stopping(self, sara, clock) -> None:
        start(sara, State.STARTING, cancel_requested_at=clock.now)
        status = server_status(sara)

        assert (status.state, status.since) == (ServerState.STOPPING, clock.now)

    @pytest.mark.parametrize("code", [c for c in FailureCode if c is not FailureCode.LAB_SILENT])
    def test_failed_with_the_reason(self, sara, clock, code) -> None:
        see(sara)
        request = start(sara, State.FAILED, failure_code=code)
        status = server_status(sara)

        assert status.state is ServerState.FAILED
        assert status.failure is not None
        assert (status.failure.code, status.failure.reference) == (code, f"S{request.pk}")
        assert status.since == request.finished_at
        assert can(status) == {"start"}

    def test_a_silent_lab_shows_as_failed_with_the_stop_button_that_its_remedy_names(
        self, sara, clock
    ) -> None:
        see(sara, **READY)
        start(sara, State.FAILED, failure_code=FailureCode.LAB_SILENT)
        status = server_status(sara)

        assert status.state is ServerState.FAILED
        assert can(status) == {"start", "stop"}
        assert status.server_active

    def test_a_silent_lab_that_was_stopped_is_a_stopped_server(self, sara, clock) -> None:
        see(sara, **READY)
        start(sara, State.FAILED, failure_code=FailureCode.LAB_SILENT)
        clock.go(5)
        see(sara)
        stopped(sara)

        assert server_status(sara).state is ServerState.STOPPED

    def test_unknown_while_the_hub_is_away_with_what_was_last_seen_and_its_age(
        self, sara, clock
    ) -> None:
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
        assert can(status) == {"start"}  # waits in line until the Hub is back
        assert not status.busy


class TestAge:
    def test_asked_for_and_unanswered_for_twenty_seconds_it_is_unreachable(
        self, sara, clock
    ) -> None:
        assert snapshots.claim_refresh(sara.pk)
        clock.go(20)
        assert server_status(sara).checking

        clock.go(1)
        status = server_status(sara)
        assert (status.state, status.checking, status.stale) == (ServerState.UNKNOWN, False, True)

    def test_an_answer_ends_the_waiting(self, sara, clock) -> None:
        snapshots.claim_refresh(sara.pk)
        clock.go(60)
        see(sara)

        assert server_status(sara).state is ServerState.STOPPED

    def test_a_reading_is_believed_for_minutes_and_then_checked(self, sara, clock) -> None:
        see(sara, **READY)
        clock.go(299)
        assert server_status(sara).state is ServerState.READY

        clock.go(2)
        status = server_status(sara)
        assert (status.checking, status.last_known) == (True, ServerState.READY)

    def test_an_older_answer_does_not_replace_a_newer_one(self, sara, clock) -> None:
        earlier = clock.now
        clock.go(1)
        see(sara, **READY)
        see(sara, as_of=earlier)

        assert server_status(sara).state is ServerState.READY

    def test_in_line_with_the_hub_away_it_says_that_the_place_is_kept(self, sara, clock) -> None:
        start(sara, State.QUEUED)
        next_queued = str(server_status(sara).message)
        find_the_hub_away()
        status = server_status(sara)

        assert (status.state, status.stale) == (ServerState.QUEUED, True)
        assert str(status.message) != next_queued

    def test_with_an_empty_cache_nothing_is_lost_but_a_moment(self, sara, clock) -> None:
        start(sara, State.READY)

        assert server_status(sara).checking


class TestPlaceInLine:
    def test_one_is_behind_those_who_pressed_before(self, sara, omid, nasrin) -> None:
        requests = [start(user, State.QUEUED) for user in (sara, omid, nasrin)]

        assert [queue_position(request).number for request in requests] == [1, 2, 3]

    def test_the_line_is_counted_once_for_all_who_ask_in_the_same_second(self, sara, omid) -> None:
        requests = [start(user, State.QUEUED) for user in (sara, omid)]
        queue_position(requests[0])

        with CaptureQueriesContext(connection) as captured:
            assert queue_position(requests[1]).number == 2
        assert not any("spawnrequest" in query["sql"] for query in captured)

    def test_those_who_are_starting_or_gave_up_are_not_before_one(self, sara, omid, nasrin) -> None:
        start(sara, State.STARTING, slot=1)
        start(omid, State.QUEUED, cancel_requested_at=timezone.now())

        assert queue_position(start(nasrin, State.QUEUED)).number == 1

    @pytest.mark.parametrize("language", ["fa", "en"])
    def test_the_page_tells_it(self, sara, omid, language: str) -> None:
        start(sara, State.QUEUED)
        start(omid, State.QUEUED)
        with translation.override(language):
            first, second = str(server_status(sara).message), str(server_status(omid).message)

        assert first != second
        assert "2" in second

    @pytest.mark.parametrize(
        ("held", "said"),
        [(10, "less than a minute"), (120, "about 2 minutes"), (125, "about 3 minutes")],
    )
    def test_and_how_long_it_takes_from_how_long_the_last_starts_took(
        self, sara, omid, nasrin, settings, held: int, said: str
    ) -> None:
        settings.SPAWN_SLOTS = 2
        now = timezone.now()
        start(nasrin, State.READY, taken_up_at=now - timedelta(seconds=held), finished_at=now)
        start(sara, State.QUEUED)
        start(omid, State.QUEUED)

        with translation.override("en"):
            assert said in str(server_status(omid).message)

    @pytest.mark.parametrize(("held", "seconds"), [(1, 0.7), (12, 6.0), (3600, 8.0)])
    def test_a_page_far_back_in_line_asks_less_often_than_one_that_is_near(
        self, sara, nasrin, settings, held: int, seconds: float
    ) -> None:
        settings.SPAWN_SLOTS = 1
        now = timezone.now()
        start(nasrin, State.READY, taken_up_at=now - timedelta(seconds=held), finished_at=now)
        start(sara, State.QUEUED)

        assert server_status(sara).poll_after == seconds

    def test_while_nothing_was_measured_it_promises_nothing(self, sara, omid) -> None:
        start(sara, State.QUEUED)
        start(omid, State.QUEUED)

        with translation.override("en"):
            assert str(server_status(omid).message) == "You are number 2 in the queue."


def test_all_states_have_a_sentence(sara, clock) -> None:
    for shown in ({}, READY, SPAWNING, STOPPING):
        clock.go(1)
        see(sara, **shown)
        assert str(server_status(sara).message)


def test_what_the_cache_gives_back_is_what_was_put_in(sara) -> None:
    as_of = timezone.now()
    snapshots.record(sara.pk, None, as_of=as_of)

    reading = snapshots.read(sara.pk)

    assert reading.snapshot == snapshots.Snapshot(STOPPED_SERVER, as_of)
