"""Whether nobody works on what a person waits for, so that a page need not say "next in line" for
ever.
"""

from datetime import datetime, timedelta

from django.utils import timezone

from jupyter_integration.models import SpawnRequest
from portal.heartbeats import is_silent

LONGER_THAN_USUAL = timedelta(seconds=20)
"""With all parts alive somebody takes up a start or a stop long before."""


def spawn_queue_is_stalled(*, waiting_since: datetime) -> bool:
    """Whether the worker of starts is dead.

    A busy one may be too late for its signs of life, but keeps the leases of its starts.
    """
    if not _is_long_ago(waiting_since) or not is_silent("spawn_worker"):
        return False
    followed = SpawnRequest.objects.in_flight().filter(lease_expires_at__gt=timezone.now())
    return not followed.exists()


def stop_queue_is_stalled(*, waiting_since: datetime) -> bool:
    """Whether the worker that stops servers is dead."""
    return _is_long_ago(waiting_since) and is_silent("worker")


def _is_long_ago(since: datetime) -> bool:
    return timezone.now() - since > LONGER_THAN_USUAL
