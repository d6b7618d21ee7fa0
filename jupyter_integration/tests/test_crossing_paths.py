"""Starts, cancels and revocations that overlap with other events."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.transport import HubTransport
from jupyter_integration.models import HubRevocation, SpawnRequest, StopRequest
from jupyter_integration.server_states import ServerState
from jupyter_integration.services.request_spawn import request_spawn
from jupyter_integration.services.request_stop import request_cancel
from jupyter_integration.status.queries import server_status
from jupyter_integration.testing.fake_hub import FakeHub, Spawn
from jupyter_integration.testing.waiting import wait_for
from jupyter_integration.work import follow_spawn
from jupyter_integration.work.cancel_spawn import cancel_spawn
from jupyter_integration.work.leases import LeaseKeeper
from jupyter_integration.work.revoke_access import revoke_access
from portal import database_settings

State = SpawnRequest.State


@pytest.mark.django_db(transaction=True)
def test_account_made_inactive_while_waiting_gets_no_server(
    fake_hub: FakeHub, hub: HubClient, sara: User, follow
) -> None:
    """The access is revoked before the start is posted, so the Hub shows no start."""
    fake_hub.add_user("sara")
    User.objects.filter(pk=sara.pk).update(hub_user_created_at=timezone.now())
    sara.refresh_from_db()
    stop = StopRequest.objects.create(user=sara, requested_by=sara)
    request = request_spawn(user=sara)
    follower = follow(request)
    wait_for(lambda: SpawnRequest.objects.get(pk=request.pk).lease_id)

    sara.is_active = False
    sara.save()
    revoke_access(hub=hub, keeper=LeaseKeeper(), hub_username="sara")
    assert not HubRevocation.objects.exists()
    StopRequest.objects.filter(pk=stop.pk).update(finished_at=timezone.now())
    follower.join(timeout=15)

    request.refresh_from_db()
    # Depends on what the worker reads first: the cancel or the deactivation.
    assert (request.state, request.failure_code) in (
        (State.CANCELLED, ""),
        (State.FAILED, FailureCode.ACCOUNT_INACTIVE),
    )
    assert "POST /users/sara/server" not in fake_hub.calls


@pytest.mark.django_db(transaction=True)
def test_start_cancelled_on_hub_is_not_lab_silent(
    fake_hub: FakeHub, hub: HubClient, sara: User, follow, monkeypatch
) -> None:
    """During a cancel the Hub sends "ready" to followers."""
    monkeypatch.setattr(follow_spawn, "LAB_TIMEOUT", timedelta(seconds=1))
    fake_hub.script_all(Spawn(seconds=20, cancel_seconds=0.5))
    request = request_spawn(user=sara)
    follower = follow(request)
    wait_for(lambda: fake_hub.users and fake_hub.phase("sara") == "spawn")

    hub.stop_server("sara")
    follower.join(timeout=15)

    request.refresh_from_db()
    assert (request.state, request.failure_code) == (State.QUEUED, "")


@pytest.fixture
def cancelled(fake_hub: FakeHub, sara: User) -> SpawnRequest:
    """A start that Sara cancelled, and whose worker is dead."""
    request = request_spawn(user=sara)
    SpawnRequest.objects.filter(pk=request.pk).update(
        state=State.STARTING, posted_at=timezone.now()
    )
    assert request_cancel(user=sara)
    return request


def test_cancel_fails_after_the_deadline(fake_hub, hub, cancelled, settings) -> None:
    """Otherwise its page would show "stopping", and the next start would wait behind it."""
    fake_hub.down()
    long_ago = timezone.now() - timedelta(seconds=settings.SPAWN_DEADLINE + 1)
    SpawnRequest.objects.update(cancel_requested_at=long_ago)
    cancel_spawn(hub=hub, keeper=LeaseKeeper(), request_id=cancelled.pk)

    cancelled.refresh_from_db()
    assert (cancelled.state, cancelled.failure_code) == (State.FAILED, FailureCode.HUB_AWAY)


def test_cancel_refused_by_the_hub_fails(fake_hub, cancelled) -> None:
    stranger = HubClient(HubTransport(fake_hub.api_url, "not-the-token-of-the-portal"))
    cancel_spawn(hub=stranger, keeper=LeaseKeeper(), request_id=cancelled.pk)

    cancelled.refresh_from_db()
    assert (cancelled.state, cancelled.failure_code) == (State.FAILED, FailureCode.TOKEN_REFUSED)


def test_revocation_does_not_end_a_later_one(fake_hub, hub, sara, monkeypatch) -> None:
    """The account is reactivated and deactivated again while the Hub deletes the user."""
    fake_hub.add_user("sara")
    HubRevocation.objects.create(hub_username="sara")

    def delete_meanwhile(name: str) -> None:
        HubRevocation.objects.all().delete()
        HubRevocation.objects.create(hub_username=name)

    monkeypatch.setattr(hub, "delete_user", delete_meanwhile)
    revoke_access(hub=hub, keeper=LeaseKeeper(), hub_username="sara")

    assert HubRevocation.objects.filter(hub_username="sara").exists()


def test_page_stops_checking_without_a_cache(sara, settings) -> None:
    """A start is a row: it can be requested, and waits for the unavailable parts."""
    redis_is_down = database_settings.redis_cache("redis://127.0.0.1:1/0")
    settings.CACHES = settings.CACHES | {"copies": redis_is_down}

    status = server_status(sara)

    assert (status.state, status.checking) == (ServerState.UNKNOWN, False)
    assert status.can_start
