"""Rate limits over fixed periods, counted in the database by single atomic statements."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import F
from django.utils import timezone

from portal.limits.keys import key_of
from portal.limits.models import RateCount

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""When the first period of each rate began, for all processes."""


@dataclass(frozen=True)
class Rate:
    """At most `amount` events in each `period`."""

    amount: int
    period: timedelta


def take(what: str, subject: str, *rates: Rate) -> timedelta | None:
    """Count one event of `what` by `subject`.

    Return None if every rate allows it, otherwise the time until the refusing period ends.
    """
    for rate in rates:
        ends_at = _end_of_period(rate)
        if not _count(key_of(what, subject, rate.period, ends_at), rate, ends_at):
            return ends_at - timezone.now()
    return None


def give_back(what: str, subject: str, *rates: Rate) -> None:
    """Undo a `take` of this period, for an event that turned out not to count."""
    for rate in rates:
        key = key_of(what, subject, rate.period, _end_of_period(rate))
        RateCount.objects.filter(key=key, count__gt=0).update(count=F("count") - 1)


def _end_of_period(rate: Rate) -> datetime:
    periods_over = (timezone.now() - EPOCH) // rate.period
    return EPOCH + (periods_over + 1) * rate.period


def _count(key: str, rate: Rate, ends_at: datetime) -> bool:
    if _increment(key, rate):
        return True
    _row, is_first = RateCount.objects.get_or_create(
        key=key, defaults={"count": 1, "ends_at": ends_at}
    )
    # Another process may have inserted the row after the first statement.
    return is_first or _increment(key, rate)


def _increment(key: str, rate: Rate) -> bool:
    counted = RateCount.objects.filter(key=key, count__lt=rate.amount).update(count=F("count") + 1)
    return bool(counted)
