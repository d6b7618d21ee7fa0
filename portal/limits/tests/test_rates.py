"""Counts of rate limits: exact over threads, and gone when their period is over."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from portal.limits.guesses import FREE_GUESSES, count_guess, forget_guesses
from portal.limits.models import GuessCount, RateCount
from portal.limits.rates import Rate, give_back, take
from portal.limits.tasks import delete_ended_counts

TWO = Rate(2, timedelta(days=1))
TEN = Rate(10, timedelta(days=1))


def in_threads(count: int, event: Callable[[], timedelta | None]) -> list[timedelta | None]:
    def run(_number: int) -> timedelta | None:
        try:
            return event()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(run, range(count)))


def test_event_over_the_amount_is_refused(db: None) -> None:
    waits = [take("x", "sara", TWO) for _time in range(3)]

    assert waits[:2] == [None, None]
    assert waits[2] is not None
    assert timedelta(0) < waits[2] <= TWO.period


def test_subjects_and_events_count_apart(db: None) -> None:
    for _time in range(3):
        take("x", "sara", TWO)

    assert take("x", "omid", TWO) is None
    assert take("y", "sara", TWO) is None


def test_every_rate_of_an_event_counts(db: None) -> None:
    minute = Rate(5, timedelta(minutes=1))
    waits = [take("x", "sara", minute, TWO) for _time in range(3)]

    assert waits[2] is not None
    assert waits[2] > minute.period or TWO.period - waits[2] > timedelta(0)


def test_period_over_allows_again(db: None, monkeypatch) -> None:
    for _time in range(3):
        take("x", "sara", TWO)
    later = timezone.now() + TWO.period
    monkeypatch.setattr(timezone, "now", lambda: later)

    assert take("x", "sara", TWO) is None


def test_event_given_back_counts_no_more(db: None) -> None:
    for _time in range(5):
        assert take("x", "sara", TWO) is None
        give_back("x", "sara", TWO)


@pytest.mark.django_db(transaction=True)
def test_parallel_events_are_counted_exactly() -> None:
    waits = in_threads(40, lambda: take("x", "sara", TEN))

    assert waits.count(None) == TEN.amount


@pytest.mark.django_db(transaction=True)
def test_parallel_guesses_are_counted_exactly() -> None:
    waits = in_threads(40, lambda: count_guess("x", "sara"))

    assert waits.count(None) == FREE_GUESSES


def test_forgotten_guesses_are_free_again(db: None) -> None:
    for _time in range(FREE_GUESSES):
        count_guess("x", "sara")
    assert count_guess("x", "sara") is not None

    forget_guesses("x", "sara")

    assert count_guess("x", "sara") is None


def test_hourly_task_deletes_what_is_over(db: None, monkeypatch) -> None:
    take("x", "sara", TWO)
    count_guess("x", "sara")
    delete_ended_counts()
    assert (RateCount.objects.count(), GuessCount.objects.count()) == (1, 1)
    later = timezone.now() + timedelta(days=2)
    monkeypatch.setattr(timezone, "now", lambda: later)

    delete_ended_counts()

    assert (RateCount.objects.count(), GuessCount.objects.count()) == (0, 0)
