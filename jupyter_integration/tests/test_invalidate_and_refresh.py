"""An event of the Hub is a hint: what is known is shown until the Hub has been read again."""

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


def test_an_event_wakes_a_reading_and_the_page_shows_what_it_brings(
    fake_hub, sara, workers
) -> None:
    fake_hub.add_user("sara")
    see(sara, **READY)
    with workers.committing():
        invalidate_and_refresh(user_id=sara.pk)
    assert server_status(sara).state is ServerState.READY

    workers.work_off()

    assert server_status(sara).state is ServerState.STOPPED
    assert fake_hub.calls == ["GET /users/sara"]


def test_pages_leave_the_reading_to_whom_the_event_woke(sara, workers) -> None:
    see(sara, **READY)
    with workers.committing():
        invalidate_and_refresh(user_id=sara.pk)
        refresh_if_stale(user=sara, status=server_status(sara))

    assert workers.count("server.refresh") == 1


def test_a_wake_up_that_got_lost_is_made_good_by_the_page(sara, workers, clock) -> None:
    see(sara, **READY)
    clock.go(1)
    snapshots.drop(sara.pk)
    see(sara, **READY, as_of=clock.now - timedelta(seconds=0.5))  # asked before it happened
    with workers.committing():
        refresh_if_stale(user=sara, status=server_status(sara))

    assert workers.count("server.refresh") == 1


def test_after_the_reading_nobody_asks_again(fake_hub, sara, workers) -> None:
    fake_hub.add_user("sara")
    see(sara, **READY)
    with workers.committing():
        invalidate_and_refresh(user_id=sara.pk)
    workers.work_off()

    with workers.committing():
        refresh_if_stale(user=sara, status=server_status(sara))

    assert workers.sent == []


def test_of_one_who_was_never_seen_an_event_makes_no_server(sara, workers) -> None:
    with workers.committing():
        invalidate_and_refresh(user_id=sara.pk)

    assert server_status(sara).checking


@pytest.mark.parametrize("state", SpawnRequest.OPEN_STATES)
def test_while_a_start_is_followed_by_its_worker_nobody_else_reads(sara, workers, state) -> None:
    start(sara, state)
    with workers.committing():
        invalidate_and_refresh(user_id=sara.pk)

    assert workers.sent == []


def test_the_event_of_one_person_leaves_the_others_alone(sara, omid, workers) -> None:
    see(omid, as_of=timezone.now())
    snapshots.drop(sara.pk)

    assert not server_status(provision(omid)).is_outdated
