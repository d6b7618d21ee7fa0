"""What becomes of a start when something else happens in the middle of it."""

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
def test_an_account_made_inactive_while_its_start_waits_gets_no_server(
    fake_hub: FakeHub, hub: HubClient, sara: User, follow
) -> None:
    """Its access is revoked before the start has left a trace on the Hub: nothing shows that one
    is on its way.
    """
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
    # As the worker came to know first: that it was taken back, or why.
    assert (request.state, request.failure_code) in (
        (State.CANCELLED, ""),
        (State.FAILED, FailureCode.ACCOUNT_INACTIVE),
    )
    assert "POST /users/sara/server" not in fake_hub.calls


@pytest.mark.django_db(transaction=True)
def test_a_start_that_the_hub_cancels_by_itself_is_no_silent_notebook(
    fake_hub: FakeHub, hub: HubClient, sara: User, follow, monkeypatch
) -> None:
    """While it cancels, the Hub tells followers that the server is ready."""
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
    """A start that Sara took back, and whose worker is dead."""
    request = request_spawn(user=sara)
    SpawnRequest.objects.filter(pk=request.pk).update(
        state=State.STARTING, posted_at=timezone.now()
    )
    assert request_cancel(user=sara)
    return request


def test_a_cancel_waits_for_a_hub_that_is_away(fake_hub, hub, cancelled, settings) -> None:
    fake_hub.down()
    cancel_spawn(hub=hub, keeper=LeaseKeeper(), request_id=cancelled.pk)

    cancelled.refresh_from_db()
    assert cancelled.state == State.STARTING
    assert cancelled.lease_id is None
    assert cancelled.not_before > timezone.now()


def test_a_cancel_does_not_wait_for_ever(fake_hub, hub, cancelled, settings) -> None:
    """Its page would say "stopping" for as long, and a next start would wait behind it."""
    fake_hub.down()
    long_ago = timezone.now() - timedelta(seconds=settings.SPAWN_DEADLINE + 1)
    SpawnRequest.objects.update(cancel_requested_at=long_ago)
    cancel_spawn(hub=hub, keeper=LeaseKeeper(), request_id=cancelled.pk)

    cancelled.refresh_from_db()
    assert (cancelled.state, cancelled.failure_code) == (State.FAILED, FailureCode.HUB_AWAY)


def test_a_cancel_that_the_hub_refuses_is_given_up(fake_hub, cancelled) -> None:
    stranger = HubClient(HubTransport(fake_hub.api_url, "not-the-token-of-the-portal"))
    cancel_spawn(hub=stranger, keeper=LeaseKeeper(), request_id=cancelled.pk)

    cancelled.refresh_from_db()
    assert (cancelled.state, cancelled.failure_code) == (State.FAILED, FailureCode.TOKEN_REFUSED)


def test_a_revocation_ends_itself_and_none_that_came_after_it(
    fake_hub, hub, sara, monkeypatch
) -> None:
    """The account is made active and inactive again while the Hub deletes the user."""
    fake_hub.add_user("sara")
    HubRevocation.objects.create(hub_username="sara")

    def delete_meanwhile(name: str) -> None:
        HubRevocation.objects.all().delete()
        HubRevocation.objects.create(hub_username=name)

    monkeypatch.setattr(hub, "delete_user", delete_meanwhile)
    revoke_access(hub=hub, keeper=LeaseKeeper(), hub_username="sara")

    assert HubRevocation.objects.filter(hub_username="sara").exists()


def test_without_a_cache_the_page_does_not_check_for_ever(sara, settings) -> None:
    """A start is a row: it can be asked for, and waits for what is away."""
    redis_is_down = database_settings.cache("redis://127.0.0.1:1/0")
    settings.CACHES = {"default": redis_is_down}

    status = server_status(sara)

    assert (status.state, status.checking) == (ServerState.UNKNOWN, False)
    assert status.can_start
