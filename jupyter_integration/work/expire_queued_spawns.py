"""Expiry of queued starts while the Hub is unavailable."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.models import SpawnRequest

logger = logging.getLogger(__name__)


def expire_queued_spawns(*, hub_unavailable_since: datetime) -> None:
    """Fail the starts that have waited for SPAWN_DEADLINE while the Hub was unavailable throughout.

    No worker claims them while the Hub is unavailable. Younger requests go on waiting.
    """
    before = timezone.now() - timedelta(seconds=settings.SPAWN_DEADLINE)
    if hub_unavailable_since > before:
        return
    waiting = SpawnRequest.objects.wanted().unleased()
    for request in waiting.filter(created_at__lte=before):
        ended = waiting.filter(pk=request.pk).update(
            state=SpawnRequest.State.FAILED,
            failure_code=FailureCode.HUB_AWAY,
            finished_at=timezone.now(),
            slot=None,
            lease_id=None,
        )
        if ended:
            logger.warning("%s: failed, the Hub was unavailable for too long", request.reference)
