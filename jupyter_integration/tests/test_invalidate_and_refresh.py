"""Refresh after an event of the Hub: pages show the old snapshot until the Hub has been read."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from jupyter_integration.models import SpawnRequest
from jupyter_integration.server_states import ServerState
from jupyter_integration.services.invalidate_and_refresh import invalidate_and_refresh
from jupyter_integration.services.refresh_if_stale import refresh_if_stale
from jupyter_integration.status import snapshots
from jupyter_integration.status.queries import server_status
from jupyter_integration.tests.scenes import READY, provision, see, start

State = SpawnRequest.State


@pytest.fixture
def sara(sara: User) -> User:
    return provision(sara)


def test_event_wakes_a_refresh(fake_hub, sara, workers) -> None:
    fake_hub.add_user("sara")
    see(sara, **READY)
    with workers.committing():
        invalidate_and_refresh(user_id=sara.pk)
    assert server_status(sara).state is ServerState.READY

    workers.work_off()

    assert server_status(sara).state is ServerState.STOPPED
    assert fake_hub.calls == ["GET /users/sara"]


def test_pages_wake_no_second_refresh(sara, workers) -> None:
    see(sara, **READY)
    with workers.committing():
        invalidate_and_refresh(user_id=sara.pk)
        refresh_if_stale(user=sara, status=server_status(sara))

    assert workers.count("server.refresh") == 1


def test_page_replaces_a_lost_wake_up(sara, workers, clock) -> None:
    see(sara, **READY)
    clock.go(1)
    snapshots.mark_outdated(sara.pk)
    before_the_event = clock.now - timedelta(seconds=0.5)
    see(sara, **READY, as_of=before_the_event)
    with workers.committing():
        refresh_if_stale(user=sara, status=server_status(sara))

    assert workers.count("server.refresh") == 1


def test_refreshed_status_wakes_nothing(fake_hub, sara, workers) -> None:
    fake_hub.add_user("sara")
    see(sara, **READY)
    with workers.committing():
        invalidate_and_refresh(user_id=sara.pk)
    workers.work_off()

    with workers.committing():
        refresh_if_stale(user=sara, status=server_status(sara))

    assert workers.sent == []


def test_event_of_an_unread_server_shows_as_checking(sara, workers) -> None:
    with workers.committing():
        invalidate_and_refresh(user_id=sara.pk)

    assert server_status(sara).checking


@pytest.mark.parametrize("state", SpawnRequest.OPEN_STATES)
def test_start_that_its_worker_follows_wakes_nothing(sara, workers, state) -> None:
    start(sara, state)
    with workers.committing():
        invalidate_and_refresh(user_id=sara.pk)

    assert workers.sent == []


def test_event_of_one_user_leaves_others_alone(sara, omid, workers) -> None:
    see(omid, as_of=timezone.now())
    snapshots.mark_outdated(sara.pk)

    assert not server_status(provision(omid)).is_outdated
