"""Queue of starts: which start is next, and the loop that claims and runs one after the other."""

import threading
from collections.abc import Callable

from django.db.models import BooleanField, ExpressionWrapper, Q

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.probe import LabProbe
from jupyter_integration.models import SpawnRequest
from jupyter_integration.work.leases import Lease, LeaseKeeper
from jupyter_integration.work.run_spawn import run_spawn
from jupyter_integration.work.slots import claim_with_slot, free_slots

_claiming = threading.Lock()
"""Without this lock all threads of a process would find the same next start, and all but one would
fail to claim it. Between processes the database decides.
"""


def process_queue(
    *, hub: HubClient, lab: LabProbe, keeper: LeaseKeeper, is_wanted: Callable[[], bool]
) -> None:
    """Run starts until none waits, no slot is free, or `is_wanted()` is false.

    The next start claims a released slot at once and without the broker, so the queue moves on
    while the broker is unavailable. While the Hub is unavailable nothing is claimed.
    """
    while is_wanted() and (lease := _claim_next(hub)) is not None:
        run_spawn(hub=hub, lab=lab, keeper=keeper, lease=lease)


def next_queued() -> int | None:
    """Return the start that a worker shall claim next; None if there is none, or no free slot.

    Starts that hold a slot come first: a worker died, or the Hub interrupted them.
    """
    waits = ExpressionWrapper(Q(slot__isnull=True), BooleanField())
    due = SpawnRequest.objects.wanted().due().order_by(waits, "pk")
    first = due.values_list("pk", "slot").first()
    if first is None:
        return None
    request_id, slot = first
    return request_id if slot is not None or free_slots() else None


def _claim_next(hub: HubClient) -> Lease | None:
    with _claiming:
        while not hub.is_blocked and (request_id := next_queued()) is not None:
            if (lease := claim_with_slot(request_id)) is not None:
                return lease
    return None
