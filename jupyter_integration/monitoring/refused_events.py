"""Refused events of the Hub, for staff: since when and why. They live in the cache only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils import timezone

from portal.caches import copies

_KEY = "events:refused"
REFUSAL_TTL = timedelta(days=1)


class RefusalCause(StrEnum):
    CLOCK = "clock"  # signed with our secret, at another time
    SIGNATURE = "signature"  # not by our secret


@dataclass(frozen=True, slots=True)
class RefusedEvents:
    cause: RefusalCause
    since: datetime
    """The first refusal of this cause with no accepted event after it."""
    hub_clock_ahead: timedelta
    """Of the last one; negative if the Hub's clock is behind. Zero for SIGNATURE."""


def record_refusal(cause: RefusalCause, *, hub_clock_ahead: timedelta = timedelta(0)) -> None:
    known = read()
    since = known.since if known and known.cause == cause else timezone.now()
    copies.set(_KEY, RefusedEvents(cause, since, hub_clock_ahead), REFUSAL_TTL.total_seconds())


def record_accepted() -> None:
    """Forget the refusals: the Hub's events are accepted."""
    copies.delete(_KEY)


def read() -> RefusedEvents | None:
    """Return the refusals since the last accepted event; None if there are none."""
    known = copies.get(_KEY)
    return known if isinstance(known, RefusedEvents) else None
