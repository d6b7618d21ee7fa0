"""Slots of the starts in flight.

A start holds one of SPAWN_SLOTS slots from its first claim until it is ready, failed or cancelled.
The slot is a unique column of the row, so several workers together cannot hold too many.
"""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from jupyter_integration.models import SpawnRequest
from jupyter_integration.work.leases import Lease, claim


def claim_with_slot(request_id: int) -> Lease | None:
    """Claim the start; None if another worker has it, if it has to wait, or if no slot is free."""
    due = SpawnRequest.objects.open().due()
    for slot in free_slots():
        try:
            with transaction.atomic():
                return claim(
                    due,
                    request_id,
                    slot=Coalesce(F("slot"), slot),
                    taken_up_at=Coalesce(F("taken_up_at"), timezone.now()),
                )
        except IntegrityError:  # another start got this slot; the next one may still be free
            continue
    return claim(due.in_flight(), request_id)


def free_slots() -> list[int]:
    """Return the numbers of the slots that no start holds.

    The list is empty while more than SPAWN_SLOTS are held, for example after the setting was
    lowered.
    """
    held = set(SpawnRequest.objects.in_flight().values_list("slot", flat=True))
    left = settings.SPAWN_SLOTS - len(held)
    free = (slot for slot in range(1, settings.SPAWN_SLOTS + 1) if slot not in held)
    return [slot for slot, _ in zip(free, range(left), strict=False)]
