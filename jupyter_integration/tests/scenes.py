"""Set-up of requests and snapshots for tests of servers."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import Permission
from django.utils import timezone

from accounts.models import User
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.probe import LabProbe
from jupyter_integration.hub.resources import STOPPED_SERVER, Server
from jupyter_integration.models import SpawnRequest, StopRequest
from jupyter_integration.status import snapshots
from jupyter_integration.testing.fake_hub import FakeHub
from jupyter_integration.work.leases import LeaseKeeper
from jupyter_integration.work.run_spawn import run_spawn
from jupyter_integration.work.slots import claim_with_slot

READY: dict[str, Any] = {"ready": True}
SPAWNING: dict[str, Any] = {"pending": "spawn"}
STOPPING: dict[str, Any] = {"pending": "stop"}

UNREACHABLE_CACHE: dict[str, Any] = {
    "copies": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": "redis://127.0.0.1:1/0",
        "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 0.2},
    }
}


def provision(user: User) -> User:
    """Record that the account has a Hub user."""
    User.objects.filter(pk=user.pk).update(hub_user_created_at=timezone.now())
    user.refresh_from_db()
    return user


def see(
    user: User, *, as_of: datetime | None = None, ready: bool = False, pending: Any = None
) -> None:
    """Record a snapshot of the user's server: by default, that it does not run."""
    server = STOPPED_SERVER
    if ready or pending:
        server = Server(
            ready=ready,
            pending=pending,
            url=f"/user/{user.hub_username}/",
            started=timezone.now(),
            last_activity=None,
            stopped=False,
        )
    snapshots.record(user.pk, server, as_of=as_of or timezone.now())


def start(
    user: User, state: SpawnRequest.State = SpawnRequest.State.QUEUED, **more: Any
) -> SpawnRequest:
    """Create a start in this state; one that has ended did so now."""
    finished_at = None if state in SpawnRequest.OPEN_STATES else timezone.now()
    return SpawnRequest.objects.create(
        user=user, state=state, **({"finished_at": finished_at} | more)
    )


def stop(user: User, **more: Any) -> StopRequest:
    """Create a stop that is not finished."""
    return StopRequest.objects.create(user=user, requested_by=user, **more)


def employ(user: User, *permissions: str) -> None:
    """Make the user a member of staff with these permissions, given by their codenames."""
    User.objects.filter(pk=user.pk).update(is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__in=permissions))


def stopped(user: User) -> StopRequest:
    """Create a stop that has finished now."""
    return stop(user, finished_at=timezone.now(), stopped=True)


def student_on_the_hub(fake_hub: FakeHub, name: str, *, running: bool = False) -> User:
    """Create an account with a Hub user whose server runs or is stopped."""
    fake_hub.add_user(name)
    if running:
        fake_hub.start_behind_the_portal(name)
    return provision(User.objects.create_user(name))


def claim_and_run(*, hub: HubClient, lab: LabProbe, keeper: LeaseKeeper, request_id: int) -> None:
    """Claim and run this start as a worker does; do nothing if it cannot be claimed."""
    lease = claim_with_slot(request_id)
    if lease is not None:
        run_spawn(hub=hub, lab=lab, keeper=keeper, lease=lease)
