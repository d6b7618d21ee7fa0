"""Cancel of a start in each of its states."""

import pytest
from django.utils import timezone

from jupyter_integration.models import SpawnRequest
from jupyter_integration.services.request_spawn import request_spawn
from jupyter_integration.services.request_stop import request_cancel
from jupyter_integration.status import snapshots
from jupyter_integration.testing.at_once import at_once
from jupyter_integration.testing.fake_hub import Spawn
from jupyter_integration.tests.scenes import start
from jupyter_integration.work.cancel_spawn import cancel_spawn
from jupyter_integration.work.leases import LeaseKeeper, claim

State = SpawnRequest.State


def test_queued_start_is_cancelled_without_the_hub(fake_hub, sara, workers) -> None:
    request = request_spawn(user=sara)

    with workers.committing():
        assert request_cancel(user=sara)
    workers.work_off()

    request.refresh_from_db()
    assert request.state == State.CANCELLED
    assert request.finished_at is not None
    assert fake_hub.calls == []


def test_cancel_of_claimed_start_wakes_a_worker(sara, workers) -> None:
    request = request_spawn(user=sara)
    assert claim(SpawnRequest.objects.all(), request.pk)

    with workers.committing():
        assert request_cancel(user=sara)

    request.refresh_from_db()
    assert request.state == State.QUEUED
    assert request.cancel_requested_at is not None
    assert workers.sent == [("server.cancel_start", (request.pk,))]


def test_requeued_posted_start_is_cancelled_on_hub(fake_hub, hub, sara, workers) -> None:
    fake_hub.add_user("sara")
    fake_hub.script("sara", Spawn(seconds=30))
    hub.start_server("sara")
    request = start(sara, State.QUEUED, posted_at=timezone.now())

    with workers.committing():
        assert request_cancel(user=sara)
    workers.work_off()

    request.refresh_from_db()
    assert request.state == State.CANCELLED
    assert fake_hub.phase("sara") == "stopped"
    snapshot = snapshots.read(sara.pk).snapshot
    assert snapshot is not None
    assert not snapshot.is_active


def test_ended_start_cannot_be_cancelled(sara, workers) -> None:
    request = start(sara, State.READY)

    with workers.committing():
        assert not request_cancel(user=sara)

    request.refresh_from_db()
    assert request.state == State.READY
    assert workers.sent == []


def test_start_cannot_be_cancelled_twice(sara) -> None:
    start(sara, State.STARTING, posted_at=timezone.now())

    assert request_cancel(user=sara)
    assert not request_cancel(user=sara)


def test_start_of_another_user_cannot_be_cancelled(sara, omid) -> None:
    request_spawn(user=sara)

    assert not request_cancel(user=omid)


def test_cancel_is_retried_while_hub_is_unavailable(fake_hub, hub, sara) -> None:
    fake_hub.add_user("sara")
    request = start(
        sara, State.QUEUED, posted_at=timezone.now(), cancel_requested_at=timezone.now()
    )
    fake_hub.down()
    cancel_spawn(hub=hub, keeper=LeaseKeeper(), request_id=request.pk)
    request.refresh_from_db()
    assert (request.state, request.lease_id) == (State.QUEUED, None)
    assert request.not_before > timezone.now()

    fake_hub.up()
    cancel_spawn(hub=hub, keeper=LeaseKeeper(), request_id=request.pk)
    request.refresh_from_db()
    assert request.state == State.CANCELLED


def test_cancel_without_a_hub_user_ends(fake_hub, hub, sara) -> None:
    request = start(sara, State.QUEUED, cancel_requested_at=timezone.now())

    cancel_spawn(hub=hub, keeper=LeaseKeeper(), request_id=request.pk)

    request.refresh_from_db()
    assert request.state == State.CANCELLED


def test_cancel_task_ignores_start_without_cancel(fake_hub, hub, sara) -> None:
    request = start(sara, State.STARTING)

    cancel_spawn(hub=hub, keeper=LeaseKeeper(), request_id=request.pk)

    assert fake_hub.calls == []


@pytest.mark.django_db(transaction=True)
def test_concurrent_cancel_and_claim_have_one_winner(sara) -> None:
    for _round in range(5):
        request = request_spawn(user=sara)

        def act(actor: str, request: SpawnRequest = request) -> object:
            if actor == "user":
                return request_cancel(user=sara)
            return claim(SpawnRequest.objects.wanted().due(), request.pk)

        cancelled, lease = at_once(act, ["user", "worker"])

        request.refresh_from_db()
        assert cancelled
        if lease is None:
            assert request.state == State.CANCELLED
        else:
            assert request.state == State.QUEUED
            assert request.cancel_requested_at is not None
        SpawnRequest.objects.all().delete()
