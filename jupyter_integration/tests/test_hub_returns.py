"""Recovery of the Hub: waiting work continues."""

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
def short_probe_interval(settings) -> None:
    settings.HUB_ASKED_WHILE_AWAY_EVERY = 0.3


def test_recovery_is_shown_on_all_pages(fake_hub, omid, short_probe_interval) -> None:
    see(omid, **READY)
    find_the_hub_away()
    assert server_status(omid).stale

    check_hub_availability()

    assert server_status(omid).state is ServerState.READY


def test_health_check_closes_breaker_and_wakes_work(
    fake_hub, sara, workers, short_probe_interval
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


def test_health_check_of_available_hub_wakes_nothing(fake_hub, sara, workers) -> None:
    start(sara)
    SpawnRequest.objects.update(created_at=timezone.now() - timedelta(minutes=1))

    check_hub_availability()

    assert workers.sent == []


def test_slightly_early_health_check_waits(fake_hub, db: None, settings) -> None:
    settings.HUB_ASKED_WHILE_AWAY_EVERY = 0.8
    find_the_hub_away()

    check_hub_availability()

    assert fake_hub.calls == ["GET /users"]
    assert not hub_availability.read().is_unavailable


def test_much_too_early_health_check_does_not_wait(fake_hub, db: None) -> None:
    find_the_hub_away()

    began = time.monotonic()
    check_hub_availability()

    assert fake_hub.calls == []
    assert time.monotonic() - began < 1


def test_next_call_probes_without_health_check(fake_hub, sara, short_probe_interval) -> None:
    """Otherwise the Hub would stay unavailable while beat is dead."""
    find_the_hub_away()
    wait_for(lambda: not conf.hub_client().is_blocked)

    refresh_server(sara.pk)

    assert not hub_availability.read().is_unavailable
    assert server_status(sara).state is ServerState.STOPPED


def test_health_check_runs_at_the_breakers_interval(settings) -> None:
    interval = settings.CELERY_BEAT_SCHEDULE["server.check_hub"]["schedule"]

    assert interval.total_seconds() <= settings.HUB_ASKED_WHILE_AWAY_EVERY
