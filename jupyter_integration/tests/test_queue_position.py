"""Queue position of a waiting start, its expected wait, and stalled queues, on a page."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import User
from jupyter_integration.models import SpawnRequest
from jupyter_integration.status import queue_position as queue_position_module
from jupyter_integration.status.queries import server_status
from jupyter_integration.status.queue_position import queue_position
from jupyter_integration.tests.scenes import start, stop
from portal.heartbeats import record_heartbeat

State = SpawnRequest.State


def message(user: User) -> str:
    return str(server_status(user).message)


def measure_spawn(user: User, *, seconds: int) -> None:
    """A start of this user has held its slot for so long."""
    now = timezone.now()
    start(user, State.READY, taken_up_at=now - timedelta(seconds=seconds), finished_at=now)


class TestPosition:
    def test_earlier_starts_come_first(self, sara, omid, nasrin) -> None:
        requests = [start(user) for user in (sara, omid, nasrin)]

        assert [queue_position(request).number for request in requests] == [1, 2, 3]

    def test_queue_is_read_once_for_several_pages(self, sara, omid, monkeypatch) -> None:
        # A busy machine may need more than the real second for the two calls.
        monkeypatch.setattr(queue_position_module, "QUEUE_TTL", timedelta(minutes=1))
        requests = [start(user) for user in (sara, omid)]
        queue_position(requests[0])

        with CaptureQueriesContext(connection) as captured:
            assert queue_position(requests[1]).number == 2
        assert not any("spawnrequest" in query["sql"] for query in captured)

    def test_starting_and_cancelled_starts_do_not_count(self, sara, omid, nasrin) -> None:
        start(sara, State.STARTING, slot=1)
        start(omid, cancel_requested_at=timezone.now())

        assert queue_position(start(nasrin)).number == 1

    @pytest.mark.parametrize("language", ["fa", "en"])
    def test_page_shows_the_position(self, sara, omid, language: str) -> None:
        start(sara)
        start(omid)
        with translation.override(language):
            first, second = message(sara), message(omid)

        assert first != second
        assert "2" in second

    @pytest.mark.parametrize(
        ("held", "expected"),
        [(10, "less than a minute"), (120, "about 2 minutes"), (125, "about 3 minutes")],
    )
    def test_page_shows_the_expected_wait(
        self, sara, omid, nasrin, settings, held: int, expected: str
    ) -> None:
        settings.SPAWN_SLOTS = 2
        measure_spawn(nasrin, seconds=held)
        start(sara)
        start(omid)

        with translation.override("en"):
            assert expected in message(omid)

    def test_unmeasured_wait_is_not_shown(self, sara, omid) -> None:
        start(sara)
        start(omid)

        with translation.override("en"):
            assert message(omid).count(".") == 1

    @pytest.mark.parametrize(("held", "seconds"), [(1, 0.7), (12, 6.0), (3600, 8.0)])
    def test_page_far_back_polls_less_often(
        self, sara, nasrin, settings, held: int, seconds: float
    ) -> None:
        settings.SPAWN_SLOTS = 1
        measure_spawn(nasrin, seconds=held)
        start(sara)

        assert server_status(sara).poll_after == seconds


class TestStalled:
    @pytest.fixture
    def alive(self, clock) -> None:
        for part in ("worker", "spawn_worker", "beat"):
            record_heartbeat(part)

    def test_dead_spawn_worker_shows_as_delay(self, sara, clock, alive) -> None:
        start(sara)
        usual = message(sara)
        clock.go(61)

        assert message(sara) != usual
        assert server_status(sara).can_cancel

        record_heartbeat("spawn_worker")
        assert message(sara) == usual

    def test_spawn_worker_without_any_heartbeat_is_dead(self, sara, clock) -> None:
        start(sara)
        usual = message(sara)
        clock.go(21)

        assert message(sara) != usual

    def test_recent_start_shows_no_delay(self, sara, clock, alive) -> None:
        clock.go(300)
        start(sara)
        at_once = message(sara)
        record_heartbeat("spawn_worker")

        assert message(sara) == at_once

    def test_leases_show_that_a_busy_worker_lives(self, sara, omid, clock, alive) -> None:
        start(sara)
        usual = message(sara)
        clock.go(300)
        expires_at = clock.now + timedelta(seconds=9)
        start(omid, State.STARTING, slot=1, lease_id=uuid4(), lease_expires_at=expires_at)

        assert message(sara) == usual

    @pytest.mark.parametrize("stopping", ["stop", "cancel"])
    def test_dead_worker_shows_as_longer_stopping(self, sara, clock, alive, stopping: str) -> None:
        if stopping == "stop":
            stop(sara)
        else:
            start(sara, State.STARTING, cancel_requested_at=clock.now)
        usual = message(sara)
        clock.go(61)

        assert message(sara) != usual

        record_heartbeat("worker")
        assert message(sara) == usual
