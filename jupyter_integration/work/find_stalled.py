"""Stalled work: rows that are due and that no worker has a lease on.

A task is lost with the worker or the broker that held it; its row is not.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from jupyter_integration.models import HubRevocation, HubSessionEnd, SpawnRequest, StopRequest
from jupyter_integration.work.slots import free_slots

MIN_AGE = timedelta(seconds=3)
"""The request itself has just woken a worker for a younger row."""

MAX_WAKE_UPS = 20


@dataclass(frozen=True, slots=True)
class StalledWork:
    """Primary keys, the oldest first; for starts only the number of workers to wake."""

    starts: int
    cancels: list[int]
    stops: list[int]
    revocations: list[str]
    session_ends: list[str]
    accounts_without_hub_user: list[int]


def find_stalled(*, hub_is_unavailable: bool = False) -> StalledWork:
    """Return the work to wake workers for now.

    Wakes at most one worker per free slot. While the Hub is unavailable, only stops and cancels are
    woken, so that they can time out.
    """
    before = timezone.now() - MIN_AGE
    starts = SpawnRequest.objects.wanted().due().filter(created_at__lt=before)
    waiting = min(starts.waiting_for_slot().count(), len(free_slots()))
    cancels = SpawnRequest.objects.cancelling().due().filter(cancel_requested_at__lt=before)
    stops = StopRequest.objects.open().due().filter(created_at__lt=before).order_by("id")
    revocations = HubRevocation.objects.due().filter(created_at__lt=before)
    session_ends = HubSessionEnd.objects.due().filter(created_at__lt=before)
    accounts = User.objects.filter(
        is_active=True, hub_user_created_at__isnull=True, date_joined__lt=before
    ).order_by("pk")
    max_without_deadline = 0 if hub_is_unavailable else MAX_WAKE_UPS
    return StalledWork(
        starts=0 if hub_is_unavailable else starts.in_flight().count() + waiting,
        cancels=list(cancels.values_list("pk", flat=True)[:MAX_WAKE_UPS]),
        stops=list(stops.values_list("pk", flat=True)[:MAX_WAKE_UPS]),
        revocations=list(revocations.values_list("pk", flat=True)[:max_without_deadline]),
        session_ends=list(session_ends.values_list("pk", flat=True)[:max_without_deadline]),
        accounts_without_hub_user=list(
            accounts.values_list("pk", flat=True)[:max_without_deadline]
        ),
    )
