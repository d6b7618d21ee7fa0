"""State that the page of staff shows: the Hub, the queue, the last hour, the processes."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.models import SpawnRequest
from jupyter_integration.monitoring import system_state
from jupyter_integration.monitoring.system_state import read_system_state
from jupyter_integration.status import hub_availability
from jupyter_integration.tasks import check_hub_availability, read_hub_version
from jupyter_integration.testing.hub_away import find_the_hub_away
from jupyter_integration.tests.scenes import UNREACHABLE_CACHE, start

State = SpawnRequest.State


def backdate(request: SpawnRequest, ago: timedelta) -> None:
    SpawnRequest.objects.filter(pk=request.pk).update(created_at=timezone.now() - ago)


def ended(user: User, state: State, *, seconds: float = 1, code: str = "") -> SpawnRequest:
    request = start(user, state, failure_code=code)
    request.finished_at = request.created_at + timedelta(seconds=seconds)
    request.save()
    return request


@pytest.mark.django_db
class TestHub:
    def test_hub_is_shown_with_last_known_version(self, fake_hub) -> None:
        check_hub_availability()
        read_hub_version()
        assert read_system_state().hub_answers

        fake_hub.down()
        read_hub_version()
        assert read_system_state().report.hub_version == "6.1.1"

    def test_unavailable_hub_is_shown_with_time(self, fake_hub) -> None:
        check_hub_availability()
        before = timezone.now()
        find_the_hub_away()

        state = read_system_state()
        assert not state.hub_answers
        assert state.hub.away_since is not None
        assert abs((state.hub.away_since - before).total_seconds()) < 5

    def test_availability_counts_from_latest_return(self, fake_hub, clock) -> None:
        first = clock.now
        check_hub_availability()
        clock.go(60)
        check_hub_availability()
        assert read_system_state().report.hub_answers_since == first

        hub_availability.record_refusal()
        back = clock.go(60)
        check_hub_availability()
        assert read_system_state().report.hub_answers_since == back

    def test_unchecked_hub_is_neither_up_nor_down(self) -> None:
        state = read_system_state()
        assert not state.hub_answers
        assert not state.hub.is_unavailable


class TestQueue:
    def test_queue_counts_waiting_starts_and_slots(self, sara, omid, nasrin, settings) -> None:
        settings.SPAWN_SLOTS = 7
        backdate(start(sara), timedelta(minutes=3))
        backdate(start(omid), timedelta(minutes=2))
        start(nasrin, State.STARTING, slot=1)
        start(User.objects.create_user("parisa"), cancel_requested_at=timezone.now())

        queue = read_system_state().queue
        assert (queue.waiting, queue.in_flight, queue.slots) == (2, 1, 7)
        assert queue.waiting_since is not None
        assert timezone.now() - queue.waiting_since > timedelta(minutes=2.9)
        assert not queue.has_live_worker

    def test_worker_with_a_lease_is_alive(self, sara) -> None:
        expires_at = timezone.now() + timedelta(seconds=9)
        start(sara, State.STARTING, slot=1, lease_id=uuid4(), lease_expires_at=expires_at)

        state = read_system_state()
        assert state.part("spawn_worker").is_alive
        assert not state.part("worker").is_alive


class TestLastHour:
    def test_starts_are_counted_by_state_and_reason(self, sara) -> None:
        ended(sara, State.READY)
        for code in (FailureCode.NO_SPACE, FailureCode.IMAGE_MISSING, FailureCode.NO_SPACE):
            ended(sara, State.FAILED, code=code)
        ended(sara, State.CANCELLED)
        start(sara)

        hour = read_system_state().last_hour
        assert (hour.ready, hour.failed, hour.cancelled, hour.in_progress) == (1, 3, 1, 1)
        assert hour.reasons == [(FailureCode.NO_SPACE, 2), (FailureCode.IMAGE_MISSING, 1)]

    def test_older_starts_are_not_counted(self, sara) -> None:
        backdate(ended(sara, State.FAILED), timedelta(minutes=61))
        backdate(start(sara), timedelta(minutes=59))

        hour = read_system_state().last_hour
        assert (hour.in_progress, hour.failed) == (1, 0)
        assert (hour.median, hour.p95) == (None, None)

    def test_percentiles_are_measured_durations(self, sara) -> None:
        for seconds in range(1, 101):
            ended(sara, State.READY, seconds=seconds)

        hour = read_system_state().last_hour
        assert (hour.median, hour.p95) == (timedelta(seconds=50), timedelta(seconds=95))

    def test_busy_hour_counts_only_newest_starts(self, sara, monkeypatch) -> None:
        monkeypatch.setattr(system_state, "MAX_COUNTED_STARTS", 3)
        ended(sara, State.FAILED)
        for _time in range(3):
            ended(sara, State.READY)

        hour = read_system_state().last_hour
        assert (hour.ready, hour.failed, hour.is_truncated) == (3, 0, True)


@pytest.mark.django_db
class TestCache:
    def test_queue_is_known_without_cache(self, sara, settings) -> None:
        start(sara)
        settings.CACHES = settings.CACHES | UNREACHABLE_CACHE

        state = read_system_state()
        assert not state.cache_answers
        assert state.queue.waiting == 1

    def test_empty_cache_counts_as_available(self) -> None:
        assert read_system_state().cache_answers


def test_state_is_read_without_the_hub(fake_hub, db: None) -> None:
    hub_availability.record_answer()
    read_system_state()

    assert fake_hub.calls == []
