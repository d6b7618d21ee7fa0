"""What staff see at a glance: how the Hub, the line and the parts are, in a bounded time."""

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
from jupyter_integration.tests.scenes import start
from portal.heartbeats import record_heartbeat

State = SpawnRequest.State


def asked(request: SpawnRequest, *, ago: timedelta) -> None:
    SpawnRequest.objects.filter(pk=request.pk).update(created_at=timezone.now() - ago)


def ended(user: User, state: State, *, seconds: float = 1, code: str = "") -> SpawnRequest:
    request = start(user, state, failure_code=code)
    request.finished_at = request.created_at + timedelta(seconds=seconds)
    request.save()
    return request


@pytest.mark.django_db
class TestTheHub:
    def test_it_answers_and_says_its_version(self, fake_hub) -> None:
        check_hub_availability()
        read_hub_version()

        state = read_system_state()
        assert state.hub_answers
        assert state.report.hub_version == "6.1.1"

    def test_it_is_away_since_it_was_found_so(self, fake_hub) -> None:
        check_hub_availability()
        before = timezone.now()
        find_the_hub_away()

        state = read_system_state()
        assert not state.hub_answers
        assert state.hub.away_since is not None
        assert abs((state.hub.away_since - before).total_seconds()) < 5

    def test_it_answers_since_it_was_first_found_to_and_anew_after_it_was_away(
        self, fake_hub, clock
    ) -> None:
        first = clock.now
        check_hub_availability()
        clock.go(60)
        check_hub_availability()
        assert read_system_state().report.hub_answers_since == first

        hub_availability.record_refusal()
        back = clock.go(60)
        check_hub_availability()
        assert read_system_state().report.hub_answers_since == back

    def test_its_last_version_stands_while_it_is_away(self, fake_hub) -> None:
        read_hub_version()
        fake_hub.down()
        read_hub_version()

        assert read_system_state().report.hub_version == "6.1.1"

    def test_of_one_that_nobody_asked_nothing_is_said(self) -> None:
        state = read_system_state()
        assert not state.hub_answers
        assert not state.hub.is_unavailable


class TestTheLine:
    def test_who_waits_since_when_and_what_is_in_flight(self, sara, omid, nasrin, settings) -> None:
        settings.SPAWN_SLOTS = 7
        asked(start(sara), ago=timedelta(minutes=3))
        asked(start(omid), ago=timedelta(minutes=2))
        start(nasrin, State.STARTING, slot=1)

        queue = read_system_state().queue
        assert (queue.waiting, queue.in_flight, queue.slots) == (2, 1, 7)
        assert queue.waiting_since is not None
        assert timezone.now() - queue.waiting_since > timedelta(minutes=2.9)
        assert not queue.has_live_worker

    def test_one_who_was_taken_back_does_not_wait(self, sara) -> None:
        start(sara, cancel_requested_at=timezone.now())

        assert read_system_state().queue.waiting == 0

    def test_a_busy_worker_is_alive_without_a_sign_of_life(self, sara) -> None:
        start(
            sara,
            State.STARTING,
            slot=1,
            lease_id=uuid4(),
            lease_expires_at=timezone.now() + timedelta(seconds=9),
        )

        state = read_system_state()
        assert state.part("spawn_worker").is_alive
        assert not state.part("worker").is_alive


class TestTheLastHour:
    def test_it_counts_by_end_and_by_reason(self, sara) -> None:
        ended(sara, State.READY)
        for code in (FailureCode.NO_SPACE, FailureCode.IMAGE_MISSING, FailureCode.NO_SPACE):
            ended(sara, State.FAILED, code=code)
        ended(sara, State.CANCELLED)
        start(sara)

        hour = read_system_state().last_hour
        assert (hour.ready, hour.failed, hour.cancelled, hour.in_progress) == (1, 3, 1, 1)
        assert hour.reasons == [(FailureCode.NO_SPACE, 2), (FailureCode.IMAGE_MISSING, 1)]

    def test_older_ones_are_not_of_it(self, sara) -> None:
        asked(ended(sara, State.FAILED), ago=timedelta(minutes=61))
        asked(ended(sara, State.READY), ago=timedelta(minutes=59))

        hour = read_system_state().last_hour
        assert (hour.ready, hour.failed) == (1, 0)

    def test_the_median_and_the_slowest_are_times_that_were_taken(self, sara) -> None:
        for seconds in range(1, 101):
            ended(sara, State.READY, seconds=seconds)

        hour = read_system_state().last_hour
        assert (hour.median, hour.p95) == (timedelta(seconds=50), timedelta(seconds=95))

    def test_without_one_that_became_ready_there_are_no_times(self, sara) -> None:
        ended(sara, State.FAILED)

        hour = read_system_state().last_hour
        assert (hour.median, hour.p95) == (None, None)

    def test_of_a_busier_hour_the_newest_are_looked_at(
        self, sara, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(system_state, "MAX_STARTS", 3)
        ended(sara, State.FAILED)
        for _time in range(3):
            ended(sara, State.READY)

        hour = read_system_state().last_hour
        assert (hour.ready, hour.failed, hour.is_truncated) == (3, 0, True)


@pytest.mark.django_db
class TestWithoutItsCache:
    def test_it_says_so_and_the_line_is_known(self, sara, settings) -> None:
        start(sara)
        settings.CACHES = {
            "default": {
                "BACKEND": "django_redis.cache.RedisCache",
                "LOCATION": "redis://127.0.0.1:1/0",
                "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 0.2},
            }
        }

        state = read_system_state()
        assert not state.cache_answers
        assert state.queue.waiting == 1

    def test_an_empty_one_is_not_away(self) -> None:
        assert read_system_state().cache_answers
        record_heartbeat("beat")
        assert read_system_state().cache_answers


def test_reading_it_asks_the_hub_nothing(fake_hub, db: None) -> None:
    hub_availability.record_answer()
    read_system_state()

    assert fake_hub.calls == []
