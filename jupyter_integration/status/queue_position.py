"""Queue position of a waiting request, its expected wait, and whether the queue stalls."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.db.models import Avg, F
from django.utils import timezone

from jupyter_integration.models import SpawnRequest
from portal.caches import copies
from portal.heartbeats import is_silent

MEASURED_SPAWNS = 50
SECONDS_IN_SLOT_TTL = timedelta(seconds=15)
QUEUE_TTL = timedelta(seconds=1)  # every page of the queue needs the same list of requests

STALLED_AFTER = timedelta(seconds=20)
"""While all workers live, a start or a stop is claimed long before."""

_QUEUE_KEY = "queue:waiting"
_SECONDS_IN_SLOT_KEY = "queue:seconds-in-slot"


@dataclass(frozen=True, slots=True)
class QueuePosition:
    number: int  # 1 for the next
    wait: timedelta | None
    """Expected time until a worker claims the request; None while nothing was measured."""


def queue_position(request: SpawnRequest) -> QueuePosition:
    """Return the position of a request that waits for a slot."""
    cached = copies.get_many([_QUEUE_KEY, _SECONDS_IN_SLOT_KEY])
    queue = cached.get(_QUEUE_KEY)
    if queue is None:
        queue = list(SpawnRequest.objects.waiting_for_slot().values_list("pk", flat=True))
        copies.set(_QUEUE_KEY, queue, QUEUE_TTL.total_seconds())
    number = bisect_left(queue, request.pk) + 1
    return QueuePosition(number, _wait(number, cached.get(_SECONDS_IN_SLOT_KEY)))


def expected_wait(number: int) -> timedelta | None:
    """Return how long the request at this position waits for a slot, from how long the last starts
    held theirs; None while none was measured.
    """
    return _wait(number, copies.get(_SECONDS_IN_SLOT_KEY))


def usual_start() -> timedelta | None:
    """Return how long a start takes from its slot to the ready server, rounded up as a person says
    it, to five seconds or a minute; None while none was measured.
    """
    seconds = _seconds_in_slot(copies.get(_SECONDS_IN_SLOT_KEY))
    step = 5 if seconds <= 60 else 60
    return timedelta(seconds=ceil(seconds / step) * step) if seconds else None


def spawn_queue_is_stalled(*, waiting_since: datetime) -> bool:
    """Return whether the worker of starts is dead.

    A busy worker may be late with its heartbeats, but renews the leases of its starts.
    """
    if not _is_overdue(waiting_since) or not is_silent("spawn_worker"):
        return False
    followed = SpawnRequest.objects.in_flight().filter(lease_expires_at__gt=timezone.now())
    return not followed.exists()


def stop_queue_is_stalled(*, waiting_since: datetime) -> bool:
    """Return whether the worker that stops servers is dead."""
    return _is_overdue(waiting_since) and is_silent("worker")


def _is_overdue(waiting_since: datetime) -> bool:
    return timezone.now() - waiting_since > STALLED_AFTER


def _wait(number: int, seconds_in_slot: float | None) -> timedelta | None:
    seconds_in_slot = _seconds_in_slot(seconds_in_slot)
    if not seconds_in_slot:
        # Most often a slot is free for the next request, which a worker claims at this moment.
        return timedelta() if number == 1 else None
    return timedelta(seconds=seconds_in_slot * number / settings.SPAWN_SLOTS)


def _seconds_in_slot(cached: float | None) -> float:
    """Return the cached mean time in a slot; without one, measure it and put it into the cache."""
    if cached is None:
        cached = _mean_seconds_in_slot()
        copies.set(_SECONDS_IN_SLOT_KEY, cached, SECONDS_IN_SLOT_TTL.total_seconds())
    return cached


def _mean_seconds_in_slot() -> float:
    """Return the mean time in a slot in seconds; 0 while no start has become ready."""
    last = (
        SpawnRequest.objects.filter(
            state=SpawnRequest.State.READY, taken_up_at__isnull=False, finished_at__isnull=False
        )
        .order_by("-finished_at")
        .annotate(held=F("finished_at") - F("taken_up_at"))[:MEASURED_SPAWNS]
    )
    mean: timedelta | None = last.aggregate(mean=Avg("held"))["mean"]
    return mean.total_seconds() if mean is not None else 0.0
