"""Have what a page shows read again, so that no page asks the Hub itself."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from jupyter_integration import snapshots
from jupyter_integration.server_status import ServerState, ServerStatus
from jupyter_integration.tasks import compare_servers, make_hub_user, refresh_server
from portal.background import wake_on_commit

FRESH_WHILE_CHANGING = timedelta(seconds=1)


def keep_fresh(*, user: User, status: ServerStatus) -> None:
    """Wake a reading if `status` is old: one of this user while their server changes, else one
    list that answers for all, however many pages are open.

    While a start is in line or under way, who works on it reports; nobody needs to ask.
    """
    if user.hub_user_created_at is None:
        if snapshots.claim_refresh(user.pk):
            wake_on_commit(make_hub_user, user.pk)
    elif status.is_reported and not status.stale:
        return
    elif _is_worth_a_reading_of_its_own(status):
        _read_singly(user)
    elif _is_older(status, snapshots.FRESH_FOR):
        if snapshots.lists_are_broken():
            _read_singly(user)
        elif snapshots.claim_list():
            wake_on_commit(compare_servers)


def _is_worth_a_reading_of_its_own(status: ServerStatus) -> bool:
    if status.stale:  # the Hub is away: one question for all is enough to see it come back
        return False
    is_changing = status.state in (ServerState.STARTING, ServerState.STOPPING)
    return status.is_outdated or (is_changing and _is_older(status, FRESH_WHILE_CHANGING))


def _is_older(status: ServerStatus, limit: timedelta) -> bool:
    return status.as_of is None or timezone.now() - status.as_of > limit


def _read_singly(user: User) -> None:
    if snapshots.claim_refresh(user.pk):
        wake_on_commit(refresh_server, user.pk)
