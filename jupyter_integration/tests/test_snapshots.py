"""Of two answers the one that was asked for later counts, however they come in."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from jupyter_integration.status import snapshots
from jupyter_integration.testing.at_once import at_once

NOW = timezone.now()


@pytest.mark.django_db(transaction=True)
def test_of_answers_that_come_in_at_the_same_moment_the_newest_stays() -> None:
    for user_id in range(5000, 5010):
        moments = [NOW + timedelta(seconds=number) for number in range(8)]

        def record(as_of: datetime, user_id: int = user_id) -> None:
            snapshots.record(user_id, None, as_of=as_of)

        at_once(record, moments)

        snapshot = snapshots.read(user_id).snapshot
        assert snapshot is not None
        assert snapshot.as_of == moments[-1]
