"""What a person who waits in line wants to know: how many come before, and how long it takes."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.db.models import Avg, F

from jupyter_integration.models import SpawnRequest

MEASURED_STARTS = 50
MEASURED_AGAIN_AFTER = 15  # seconds
COUNTED_AGAIN_AFTER = 1  # seconds: everybody in line asks, and all ask the same

_WAITING = "line:waiting"
_TIME_IN_SLOT = "line:time-in-slot"


@dataclass(frozen=True, slots=True)
class QueuePosition:
    number: int  # 1 for the next
    wait: timedelta | None
    """How long it takes until it is taken up; None where nothing tells."""


def queue_position(request: SpawnRequest) -> QueuePosition:
    """Return the place of a request that waits."""
    found = cache.get_many([_WAITING, _TIME_IN_SLOT])
    waiting = found.get(_WAITING)
    if waiting is None:
        waiting = list(SpawnRequest.objects.waiting_for_slot().values_list("pk", flat=True))
        cache.set(_WAITING, waiting, COUNTED_AGAIN_AFTER)
    number = bisect_left(waiting, request.pk) + 1
    return QueuePosition(number, _wait(number, found.get(_TIME_IN_SLOT)))


def expected_wait(number: int) -> timedelta | None:
    """Return how long it takes until the request at this place is taken up, from how long the last
    starts held their slots; None while none has been measured.
    """
    return _wait(number, cache.get(_TIME_IN_SLOT))


def _wait(number: int, time_in_slot: float | None) -> timedelta | None:
    if time_in_slot is None:
        time_in_slot = _measure()
        cache.set(_TIME_IN_SLOT, time_in_slot, MEASURED_AGAIN_AFTER)
    if not time_in_slot:
        # Most often there is a slot for the next in line, who is taken up in this very moment.
        return timedelta() if number == 1 else None
    return timedelta(seconds=time_in_slot * number / settings.SPAWN_SLOTS)


def _measure() -> float:
    """Return the mean time in a slot in seconds, 0 when no start has ended well yet."""
    last = (
        SpawnRequest.objects.filter(
            state=SpawnRequest.State.READY, taken_up_at__isnull=False, finished_at__isnull=False
        )
        .order_by("-finished_at")
        .annotate(held=F("finished_at") - F("taken_up_at"))[:MEASURED_STARTS]
    )
    mean: timedelta | None = last.aggregate(mean=Avg("held"))["mean"]
    return mean.total_seconds() if mean is not None else 0.0
