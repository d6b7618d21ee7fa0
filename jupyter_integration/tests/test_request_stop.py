"""Requests for a stop, and the stop itself."""

import pytest
from django.utils import timezone

from accounts.models import User
from jupyter_integration.hub.client import HubClient
from jupyter_integration.models import SpawnRequest, StopRequest
from jupyter_integration.services.request_spawn import request_spawn
from jupyter_integration.services.request_stop import request_stop
from jupyter_integration.testing.at_once import at_once
from jupyter_integration.testing.fake_hub import Spawn
from jupyter_integration.tests.scenes import claim_and_run, start
from jupyter_integration.work.leases import LeaseKeeper
from jupyter_integration.work.run_stop import run_stop

State = SpawnRequest.State


def requested_stop(user: User) -> StopRequest:
    request_stop(user=user, requested_by=user)
    return StopRequest.objects.get()


def run(hub: HubClient, stop: StopRequest) -> None:
    run_stop(hub=hub, keeper=LeaseKeeper(), stop_id=stop.pk)
    stop.refresh_from_db()


def test_stop_request_stores_row_and_wakes_worker(sara, nasrin, workers) -> None:
    with workers.committing():
        request_stop(user=sara, requested_by=nasrin)

    stop = StopRequest.objects.get()
    assert (stop.user, stop.requested_by, stop.finished_at) == (sara, nasrin, None)
    assert workers.sent == [("server.stop_server", (stop.pk,))]


def test_stop_request_during_a_start_cancels_it(sara) -> None:
    request = start(sara, State.STARTING, posted_at=timezone.now())

    request_stop(user=sara, requested_by=sara)

    request.refresh_from_db()
    assert request.cancel_requested_at is not None
    assert not StopRequest.objects.exists()


def test_requested_stop_stops_the_server(fake_hub, hub, sara) -> None:
    fake_hub.add_user("sara")
    fake_hub.start_behind_the_portal("sara")
    stop = requested_stop(sara)

    run(hub, stop)

    assert stop.stopped
    assert stop.finished_at is not None
    assert fake_hub.phase("sara") == "stopped"


@pytest.mark.parametrize("has_hub_user", [True, False])
def test_stop_without_a_server_is_done_at_once(fake_hub, hub, sara, has_hub_user: bool) -> None:
    if has_hub_user:
        fake_hub.add_user("sara")
    stop = requested_stop(sara)

    run(hub, stop)

    assert stop.stopped


def test_doubled_task_stops_once(fake_hub, hub, sara) -> None:
    fake_hub.add_user("sara")
    stop = requested_stop(sara)
    run(hub, stop)
    before = len(fake_hub.calls)

    run(hub, stop)

    assert len(fake_hub.calls) == before


def test_stop_waits_for_an_unavailable_hub(fake_hub, hub, sara) -> None:
    fake_hub.add_user("sara")
    fake_hub.start_behind_the_portal("sara")
    stop = requested_stop(sara)
    fake_hub.down()
    run(hub, stop)
    assert stop.finished_at is None
    assert stop.not_before > timezone.now()

    fake_hub.up()
    run(hub, stop)  # not yet
    assert fake_hub.phase("sara") == "ready"
    StopRequest.objects.update(not_before=None)
    run(hub, stop)
    assert fake_hub.phase("sara") == "stopped"


def test_stop_fails_after_the_deadline(fake_hub, hub, sara, settings) -> None:
    settings.SPAWN_DEADLINE = 0
    stop = requested_stop(sara)
    fake_hub.down()

    run(hub, stop)

    assert stop.finished_at is not None
    assert not stop.stopped


def test_start_waits_for_the_stop_before_it(fake_hub, hub, lab, sara) -> None:
    fake_hub.add_user("sara")
    User.objects.update(hub_user_created_at=timezone.now())
    fake_hub.users["sara"].begin(Spawn(seconds=0, stop_seconds=0.5), {})
    hub.stop_server("sara")
    assert fake_hub.phase("sara") == "stop"
    request = request_spawn(user=sara)

    claim_and_run(hub=hub, lab=lab, keeper=LeaseKeeper(), request_id=request.pk)

    request.refresh_from_db()
    assert request.state == State.READY
    assert fake_hub.phase("sara") == "ready"


@pytest.mark.django_db(transaction=True)
def test_simultaneous_requests_are_one_stop(sara, workers) -> None:
    at_once(lambda _tab: request_stop(user=sara, requested_by=sara), range(8))

    assert StopRequest.objects.count() == 1
    assert workers.count("server.stop_server") == 1
