"""Have the status that a page shows read again when it is old."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from jupyter_integration import snapshots
from jupyter_integration.server_status import ServerStatus
from jupyter_integration.tasks import make_hub_user, refresh_server
from portal.background import wake_on_commit

FRESH_WHILE_CHANGING = timedelta(seconds=1)


def keep_fresh(*, user: User, status: ServerStatus) -> None:
    """Wake one refresh if `status` is old, however many pages show it.

    While a start is in line or under way, who works on it reports; nobody needs to ask.
    """
    if user.hub_user_created_at is None and snapshots.claim_refresh(user.pk):
        wake_on_commit(make_hub_user, user.pk)
        wake_on_commit(refresh_server, user.pk)
        return
    if status.is_reported and not status.stale:
        return
    limit = FRESH_WHILE_CHANGING if status.busy else snapshots.FRESH_FOR
    is_old = status.as_of is None or timezone.now() - status.as_of > limit
    if (is_old or status.is_outdated) and snapshots.claim_refresh(user.pk):
        wake_on_commit(refresh_server, user.pk)
