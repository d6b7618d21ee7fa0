"""Run of a start during a cancel, a stop, a Hub restart or a lost lease."""

import pytest
from django.utils import timezone

from jupyter_integration.models import SpawnRequest, StopRequest
from jupyter_integration.services.request_spawn import request_spawn
from jupyter_integration.services.request_stop import request_cancel
from jupyter_integration.testing.fake_hub import Spawn
from jupyter_integration.testing.waiting import wait_for
from jupyter_integration.work.cancel_spawn import cancel_spawn
from jupyter_integration.work.leases import LeaseKeeper

State = SpawnRequest.State

pytestmark = pytest.mark.django_db(transaction=True)


def test_cancelled_start_leaves_no_server(fake_hub, hub, sara, follow) -> None:
    fake_hub.script_all(Spawn(seconds=20))
    request = request_spawn(user=sara)
    follower = follow(request)
    wait_for(lambda: fake_hub.users and fake_hub.phase("sara") == "spawn")

    assert request_cancel(user=sara)
    cancel_spawn(hub=hub, keeper=LeaseKeeper(), request_id=request.pk)
    follower.join(timeout=15)

    request.refresh_from_db()
    assert request.state == State.CANCELLED
    assert fake_hub.phase("sara") == "stopped"


def test_start_after_a_cancel_waits_for_it(fake_hub, hub, sara, follow) -> None:
    fake_hub.script_all(Spawn(seconds=20))
    first = request_spawn(user=sara)
    follow(first)
    wait_for(lambda: fake_hub.users and fake_hub.phase("sara") == "spawn")
    request_cancel(user=sara)
    fake_hub.script_all(Spawn(seconds=0.1))

    second = request_spawn(user=sara)
    assert second.pk != first.pk
    follower = follow(second)
    cancel_spawn(hub=hub, keeper=LeaseKeeper(), request_id=first.pk)
    follower.join(timeout=15)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (State.CANCELLED, State.READY)
    assert fake_hub.phase("sara") == "ready"


def test_start_survives_a_restart_of_the_hub(fake_hub, sara, follow) -> None:
    fake_hub.script_all(Spawn(seconds=20))
    request = request_spawn(user=sara)
    follower = follow(request)
    wait_for(lambda: fake_hub.users and fake_hub.phase("sara") == "spawn")

    fake_hub.down()
    follower.join(timeout=15)
    request.refresh_from_db()
    assert request.state == State.QUEUED

    fake_hub.up()
    fake_hub.script_all(Spawn(seconds=0.1))
    SpawnRequest.objects.update(not_before=None)
    follow(request).join(timeout=15)
    request.refresh_from_db()
    assert request.state == State.READY


def test_worker_that_lost_its_lease_writes_nothing(fake_hub, sara, follow) -> None:
    fake_hub.script_all(Spawn(seconds=0.5, events=[(n, "step") for n in range(1, 20)]))
    request = request_spawn(user=sara)
    follower = follow(request)
    wait_for(lambda: fake_hub.users and fake_hub.phase("sara") == "spawn")
    SpawnRequest.objects.update(lease_id="00000000-0000-0000-0000-000000000001", progress=77)

    follower.join(timeout=15)
    request.refresh_from_db()
    assert (request.state, request.progress) == (State.STARTING, 77)


def test_start_waits_for_an_earlier_stop(fake_hub, sara, follow) -> None:
    stop = StopRequest.objects.create(user=sara, requested_by=sara)
    request = request_spawn(user=sara)
    follower = follow(request)
    wait_for(lambda: SpawnRequest.objects.get(pk=request.pk).lease_id)
    follower.join(timeout=0.6)
    assert "POST /users/sara/server" not in fake_hub.calls

    StopRequest.objects.filter(pk=stop.pk).update(finished_at=timezone.now())
    follower.join(timeout=15)
    request.refresh_from_db()
    assert request.state == State.READY
