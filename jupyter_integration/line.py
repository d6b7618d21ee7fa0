"""What a person who waits in line wants to know: how many come before, and how long it takes."""

from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.db.models import Avg, F

from jupyter_integration.models import SpawnRequest

MEASURED_STARTS = 50
MEASURED_AGAIN_AFTER = 15  # seconds
_KEY = "line:time-in-slot"


def place_in_line(request: SpawnRequest) -> int:
    """Return how many come up to and including this request, 1 for the next."""
    before = SpawnRequest.objects.in_line().filter(pk__lt=request.pk)
    return before.order_by().count() + 1


def expected_wait(place: int) -> timedelta | None:
    """Return how long it takes until the request at this place is taken up, from how long the last
    starts held their slots; None while none has been measured.
    """
    time_in_slot = cache.get_or_set(_KEY, _measure, MEASURED_AGAIN_AFTER)
    if not time_in_slot:
        return None
    return timedelta(seconds=time_in_slot * place / settings.SPAWN_SLOTS)


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
