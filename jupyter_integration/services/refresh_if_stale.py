"""Have what a page shows read again, so that no page asks the Hub itself."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from jupyter_integration.server_states import ServerState
from jupyter_integration.status import snapshots
from jupyter_integration.status.server_status import ServerStatus
from jupyter_integration.tasks import make_hub_user, reconcile_all_servers, refresh_server
from portal.enqueue import enqueue_on_commit

FRESH_WHILE_CHANGING = timedelta(seconds=1)


def refresh_if_stale(*, user: User, status: ServerStatus) -> None:
    """Wake a reading if `status` is old: one of this user while their server changes, else one
    list that answers for all, however many pages are open.

    While a start is in line or under way, who works on it reports; nobody needs to ask.
    """
    if user.hub_user_created_at is None:
        if snapshots.claim_refresh(user.pk):
            enqueue_on_commit(make_hub_user, user.pk)
    elif status.is_reported and not status.stale:
        return
    elif _needs_single_read(status):
        _refresh_one(user)
    elif _is_older(status, snapshots.FRESH_FOR):
        if snapshots.lists_are_broken():
            _refresh_one(user)
        elif snapshots.claim_list():
            enqueue_on_commit(reconcile_all_servers)


def _needs_single_read(status: ServerStatus) -> bool:
    if status.stale:  # the Hub is away: one question for all is enough to see it come back
        return False
    is_changing = status.state in (ServerState.STARTING, ServerState.STOPPING)
    return status.is_outdated or (is_changing and _is_older(status, FRESH_WHILE_CHANGING))


def _is_older(status: ServerStatus, limit: timedelta) -> bool:
    return status.as_of is None or timezone.now() - status.as_of > limit


def _refresh_one(user: User) -> None:
    if snapshots.claim_refresh(user.pk):
        enqueue_on_commit(refresh_server, user.pk)
