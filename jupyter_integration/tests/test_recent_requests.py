"""Recent requests of a user: the newest, their own, whichever there are."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from jupyter_integration.models import SpawnRequest, StopRequest
from jupyter_integration.status.recent_requests import RECENT_STARTS, read_recent_requests
from jupyter_integration.tests.scenes import start, stop, stopped

State = SpawnRequest.State


def test_new_user_has_no_recent_requests(sara: User) -> None:
    recent = read_recent_requests(sara.pk)

    assert (recent.starts, recent.last_start) == ([], None)
    assert (recent.last_stop, recent.last_stop_event) == (None, None)


def test_last_own_starts_come_newest_first(sara: User, omid: User) -> None:
    starts = [start(sara, State.READY) for _time in range(RECENT_STARTS + 2)]
    start(omid)

    recent = read_recent_requests(sara.pk)

    assert recent.starts == starts[: -RECENT_STARTS - 1 : -1]
    assert recent.last_start == starts[-1]


@pytest.mark.parametrize("hours", [0, 5])
def test_last_own_stop_counts(sara: User, omid: User, hours: int) -> None:
    stopped(sara)
    last = stopped(sara)
    StopRequest.objects.filter(pk=last.pk).update(
        finished_at=timezone.now() - timedelta(hours=hours)
    )
    stop(omid)

    assert read_recent_requests(sara.pk).last_stop == last
