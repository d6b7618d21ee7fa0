"""Request to stop a user's server or to cancel their start, by the user or by staff."""

import logging

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from jupyter_integration.models import SpawnRequest, StopRequest
from jupyter_integration.tasks import cancel_start, stop_server
from portal.enqueue import enqueue_on_commit

logger = logging.getLogger(__name__)


def request_stop(*, user: User, requested_by: User) -> None:
    """Cancel the open start, or have the running server stopped.

    A second request is the first one. For a server that does not run, the stop has no effect.
    """
    if request_cancel(user=user):
        return
    try:
        with transaction.atomic():
            stop = StopRequest.objects.create(user=user, requested_by=requested_by)
    except IntegrityError:
        return
    logger.info("%s: %s asked to stop %s", stop, requested_by.username, user.hub_username)
    enqueue_on_commit(stop_server, stop.pk)


def request_cancel(*, user: User) -> bool:
    """Cancel the user's open start; return False when there is none."""
    now = timezone.now()
    mine = SpawnRequest.objects.wanted().filter(user=user)
    with transaction.atomic():
        # The Hub does not know a start that no worker has claimed: that one ends here.
        ended = (
            mine.unleased()
            .filter(posted_at__isnull=True)
            .update(
                state=SpawnRequest.State.CANCELLED,
                cancel_requested_at=now,
                finished_at=now,
                lease_id=None,
                slot=None,
            )
        )
        if ended:
            return True
        request_id = mine.values_list("pk", flat=True).first()
        if request_id is None or not mine.filter(pk=request_id).update(cancel_requested_at=now):
            return False
        enqueue_on_commit(cancel_start, request_id)
    logger.info("S%s: cancel asked", request_id)
    return True
