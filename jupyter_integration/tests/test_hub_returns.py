"""A Hub that was away is found to be back, and what waited goes on."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from jupyter_integration import conf
from jupyter_integration.models import SpawnRequest
from jupyter_integration.server_states import ServerState
from jupyter_integration.status import hub_availability
from jupyter_integration.status.queries import server_status
from jupyter_integration.tasks import check_hub_availability, refresh_server
from jupyter_integration.testing.hub_away import find_the_hub_away
from jupyter_integration.testing.waiting import wait_for
from jupyter_integration.tests.scenes import READY, see, start

State = SpawnRequest.State


pytestmark = pytest.mark.usefixtures("both_on_the_hub")


@pytest.fixture
def soon_asked_again(settings) -> None:
    settings.HUB_ASKED_WHILE_AWAY_EVERY = 0.3


def test_once_it_is_back_all_are_shown_what_is_known(fake_hub, omid, soon_asked_again) -> None:
    see(omid, **READY)
    find_the_hub_away()
    assert server_status(omid).stale

    check_hub_availability()

    assert server_status(omid).state is ServerState.READY


def test_the_look_closes_the_breaker_and_wakes_what_waits(
    fake_hub, sara, workers, soon_asked_again
) -> None:
    fake_hub.add_user("sara")
    start(sara)
    SpawnRequest.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    fake_hub.down()
    for _ in range(3):
        check_hub_availability()
    assert workers.sent == []
    fake_hub.up()

    check_hub_availability()

    assert not hub_availability.read().is_unavailable
    assert workers.count("starts.process_queue") == 1
    workers.work_off()
    assert SpawnRequest.objects.get().state == State.READY


def test_a_look_at_a_hub_that_was_not_away_wakes_nobody(fake_hub, sara, workers) -> None:
    start(sara)
    SpawnRequest.objects.update(created_at=timezone.now() - timedelta(minutes=1))

    check_hub_availability()

    assert workers.sent == []


def test_a_look_that_is_a_moment_early_waits_for_its_time(fake_hub, db: None, settings) -> None:
    settings.HUB_ASKED_WHILE_AWAY_EVERY = 0.8
    find_the_hub_away()

    check_hub_availability()

    assert fake_hub.calls == ["GET /users"]
    assert not hub_availability.read().is_unavailable


def test_one_that_is_much_too_early_does_not(fake_hub, db: None) -> None:
    find_the_hub_away()

    began = time.monotonic()
    check_hub_availability()

    assert fake_hub.calls == []
    assert time.monotonic() - began < 1


def test_without_any_look_the_next_call_is_the_probe(fake_hub, sara, soon_asked_again) -> None:
    """With beat dead the Hub would else be away for ever."""
    find_the_hub_away()
    wait_for(lambda: not conf.hub_client().is_blocked)

    refresh_server(sara.pk)

    assert not hub_availability.read().is_unavailable
    assert server_status(sara).state is ServerState.STOPPED


def test_looks_come_as_often_as_the_breaker_lets_one_pass(settings) -> None:
    interval = settings.CELERY_BEAT_SCHEDULE["server.check_hub"]["schedule"]

    assert interval.total_seconds() <= settings.HUB_ASKED_WHILE_AWAY_EVERY
