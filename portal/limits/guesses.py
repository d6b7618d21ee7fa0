"""Growing waits between guesses at one secret: the first few are free, then each wait doubles."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from portal.limits.keys import key_of
from portal.limits.models import GuessCount

FREE_GUESSES = 5
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)


def count_guess(*subject: object) -> timedelta | None:
    """Count one guess by `subject` before it is verified, so that parallel guesses count too.

    Return None if it may be verified now, otherwise how long to wait; then nothing is counted.
    """
    now = timezone.now()
    with transaction.atomic():
        row, _is_first = GuessCount.objects.select_for_update().get_or_create(
            key=key_of(*subject), defaults={"next_at": now, "ends_at": now + FORGOTTEN_AFTER}
        )
        if row.next_at > now:
            wait: timedelta = row.next_at - now
            return wait
        row.guesses = 1 if row.ends_at <= now else row.guesses + 1
        row.next_at = now + wait_after(row.guesses)
        row.ends_at = now + FORGOTTEN_AFTER
        row.save()
    return None


def forget_guesses(*subject: object) -> None:
    """Start from zero: `subject` has proved to know the secret."""
    GuessCount.objects.filter(key=key_of(*subject)).delete()


def wait_after(guesses: int) -> timedelta:
    """Return how long to wait after this many guesses in a row."""
    if guesses < FREE_GUESSES:
        return timedelta(0)
    doublings = min(guesses - FREE_GUESSES, 10)  # 10 is far beyond LONGEST_WAIT
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
