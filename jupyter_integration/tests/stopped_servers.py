"""Stopped servers for tests: what requests and events of the Hub tell about their ends."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from jupyter_integration.models import HubEvent, SpawnRequest, StopRequest
from jupyter_integration.models.shown_rows import invalidate_user_rows
from jupyter_integration.tests.scenes import provision, see, start, stop


def ago(**span: float) -> datetime:
    return timezone.now() - timedelta(**span)


def give_stopped_server(user: User) -> None:
    """Give the user a server that was started an hour ago and has stopped."""
    provision(user)
    started = ago(minutes=60)
    start(user, SpawnRequest.State.READY, posted_at=started, finished_at=started)
    see(user)


def event(user: User, kind: str, *, at: datetime | None = None, **more: Any) -> datetime:
    """Store this event of the user's server, of five minutes ago; return when it happened."""
    at = at or ago(minutes=5)
    HubEvent.objects.create(
        message_id=f"msg_{HubEvent.objects.count()}",
        kind=kind,
        hub_username=user.hub_username,
        happened_at=at,
        **more,
    )
    invalidate_user_rows([user.pk])
    return at


def stop_done(user: User, *, by: User, at: datetime | None = None) -> None:
    at = at or ago(minutes=5)
    request = stop(user, finished_at=at + timedelta(seconds=2), stopped=True)
    StopRequest.objects.filter(pk=request.pk).update(
        requested_by=by, created_at=at - timedelta(seconds=1)
    )
