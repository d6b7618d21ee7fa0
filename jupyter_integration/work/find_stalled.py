"""Find work that was asked for and that nobody does.

Tasks get lost with the worker or the broker that held them; rows do not.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from jupyter_integration.models import HubRevocation, SpawnRequest, StopRequest
from jupyter_integration.work.slots import free_slots

SETTLED_IN = timedelta(seconds=3)
"""Younger work was woken a moment ago by whoever asked for it."""

MOST_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class StalledWork:
    """Primary keys, the longest waiting first; of starts only how many workers they need."""

    starts: int
    cancels: list[int]
    stops: list[int]
    revocations: list[str]
    accounts_without_hub_user: list[int]


def find_stalled(*, hub_is_unavailable: bool = False) -> StalledWork:
    """Return what somebody should be woken for now.

    For the line no more workers than there are free slots. While the Hub is away only for stops
    and cancels, which end then when their time is over; the rest waits until it is back.
    """
    before = timezone.now() - SETTLED_IN
    starts = SpawnRequest.objects.wanted().due().filter(created_at__lt=before)
    waiting = min(starts.waiting_for_slot().count(), len(free_slots()))
    cancels = SpawnRequest.objects.cancelling().due().filter(cancel_requested_at__lt=before)
    stops = StopRequest.objects.open().due().filter(created_at__lt=before).order_by("id")
    revocations = HubRevocation.objects.due().filter(created_at__lt=before)
    accounts = User.objects.filter(
        is_active=True, hub_user_created_at__isnull=True, date_joined__lt=before
    ).order_by("pk")
    most_unlimited = 0 if hub_is_unavailable else MOST_AT_ONCE  # tried for as long as it takes
    return StalledWork(
        starts=0 if hub_is_unavailable else starts.in_flight().count() + waiting,
        cancels=list(cancels.values_list("pk", flat=True)[:MOST_AT_ONCE]),
        stops=list(stops.values_list("pk", flat=True)[:MOST_AT_ONCE]),
        revocations=list(revocations.values_list("pk", flat=True)[:most_unlimited]),
        accounts_without_hub_user=list(accounts.values_list("pk", flat=True)[:most_unlimited]),
    )
