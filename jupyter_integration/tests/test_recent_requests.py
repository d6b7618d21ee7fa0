"""A user's last starts and last stop come in one query, whichever of them there are."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jupyter_integration.models import SpawnRequest, StopRequest
from jupyter_integration.status.recent_requests import RECENT, read_recent_requests
from jupyter_integration.tests.scenes import start, stop, stopped

State = SpawnRequest.State


def test_who_pressed_nothing_has_neither(sara) -> None:
    recent = read_recent_requests(sara.pk)

    assert recent.starts == []
    assert recent.last_start is None
    assert recent.last_stop is None


def test_a_stop_is_read_also_of_one_who_never_started(sara) -> None:
    pressed = stop(sara)

    recent = read_recent_requests(sara.pk)

    assert recent.starts == []
    assert recent.last_stop == pressed


def test_the_last_of_many_starts_come_newest_first(sara, omid) -> None:
    pressed = [start(sara, State.READY) for _time in range(RECENT + 2)]
    start(omid)

    recent = read_recent_requests(sara.pk)

    assert recent.starts == pressed[: -RECENT - 1 : -1]
    assert recent.last_start == pressed[-1]


def test_all_that_the_rows_say_is_read_as_the_models_read_it(sara) -> None:
    start(sara, State.STARTING, progress=40, message="ساختن", posted_at=timezone.now())
    stopped(sara)

    recent = read_recent_requests(sara.pk)

    for read, model in ((recent.last_start, SpawnRequest), (recent.last_stop, StopRequest)):
        assert read is not None
        stored = model.objects.get(pk=read.pk)
        names = ["created_at", "finished_at", "user_id"]
        names += (
            ["stopped"] if model is StopRequest else ["state", "progress", "message", "posted_at"]
        )
        assert [getattr(read, name) for name in names] == [getattr(stored, name) for name in names]


@pytest.mark.parametrize("hours", [0, 5])
def test_the_last_stop_counts_and_none_before_it(sara, omid, hours: int) -> None:
    stopped(sara)
    last = stopped(sara)
    StopRequest.objects.filter(pk=last.pk).update(
        finished_at=timezone.now() - timedelta(hours=hours)
    )
    stop(omid)

    read = read_recent_requests(sara.pk).last_stop

    assert read == last


def test_it_is_one_query_however_much_was_pressed(sara) -> None:
    for _time in range(3):
        start(sara, State.READY)
        stopped(sara)

    with CaptureQueriesContext(connection) as queries:
        read_recent_requests(sara.pk)

    assert len(queries) == 1
