"""A user, or staff for them, asks for the server to stop."""

import logging

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from jupyter_integration.models import SpawnRequest, StopRequest
from jupyter_integration.tasks import cancel_start, stop_server
from portal.enqueue import enqueue_on_commit

logger = logging.getLogger(__name__)


def request_stop(*, user: User, requested_by: User) -> None:
    """Take back a start that is under way, or have the running server stopped.

    Asked twice is asked once; a server that does not run is left as it is.
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
    """Take back the user's open start; False when there is none."""
    now = timezone.now()
    mine = SpawnRequest.objects.wanted().filter(user=user)
    with transaction.atomic():
        # The Hub knows nothing of a start that nobody has taken up: that one ends here.
        ended = (
            mine.free()
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
