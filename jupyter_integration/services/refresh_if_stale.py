"""Refresh of a stale status: a page wakes a worker, and never calls the Hub itself."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from jupyter_integration.server_states import ServerState
from jupyter_integration.status import refresh_claims
from jupyter_integration.status.server_status import ServerStatus
from jupyter_integration.status.snapshots import FRESH_FOR
from jupyter_integration.tasks import make_hub_user, reconcile_all_servers, refresh_server
from portal.enqueue import enqueue_on_commit

FRESH_WHILE_CHANGING = timedelta(seconds=1)


def refresh_if_stale(*, user: User, status: ServerStatus) -> None:
    """Wake a refresh if `status` is stale: of this user alone while their server changes, otherwise
    one list that covers all users, however many pages are open.

    While a start is queued or under way, its worker reports, and nothing is woken.
    """
    if user.hub_user_created_at is None:
        if refresh_claims.claim_refresh(user.pk):
            enqueue_on_commit(make_hub_user, user.pk)
    elif status.is_reported and not status.stale:
        return
    elif _needs_single_read(status):
        _refresh_one(user)
    elif _is_older(status, FRESH_FOR):
        if refresh_claims.lists_are_broken():
            _refresh_one(user)
        elif refresh_claims.claim_list():
            enqueue_on_commit(reconcile_all_servers)


def _needs_single_read(status: ServerStatus) -> bool:
    if status.stale:  # the Hub is unavailable: one list for all pages shows when it is back
        return False
    is_changing = status.state in (ServerState.STARTING, ServerState.STOPPING)
    return status.is_outdated or (is_changing and _is_older(status, FRESH_WHILE_CHANGING))


def _is_older(status: ServerStatus, limit: timedelta) -> bool:
    return status.as_of is None or timezone.now() - status.as_of > limit


def _refresh_one(user: User) -> None:
    if refresh_claims.claim_refresh(user.pk):
        enqueue_on_commit(refresh_server, user.pk)
