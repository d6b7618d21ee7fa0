"""Refresh of one user's server after a change that something else reports."""

from jupyter_integration.models import SpawnRequest
from jupyter_integration.status import snapshots
from jupyter_integration.tasks import refresh_server
from portal.enqueue import enqueue_on_commit


def invalidate_and_refresh(*, user_id: int) -> None:
    """Mark what is known of the user's server as outdated, and wake a refresh.

    Pages show the old snapshot until then, and an answer of the Hub from before this moment does
    not count. While a start is open, its worker follows the Hub, and no refresh is woken.
    """
    snapshots.mark_outdated(user_id)
    if not SpawnRequest.objects.open().filter(user_id=user_id).exists():
        enqueue_on_commit(refresh_server, user_id)
