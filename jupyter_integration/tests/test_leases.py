"""Of many workers one has a row, until it gives it back or dies."""

from datetime import timedelta

import pytest
from django.utils import timezone

from jupyter_integration.models import SpawnRequest
from jupyter_integration.services.leases import LeaseLostError, claim
from jupyter_integration.services.request_spawn import request_spawn
from jupyter_integration.testing.at_once import at_once


@pytest.fixture
def request_(sara) -> SpawnRequest:
    return request_spawn(user=sara)


def test_a_row_that_somebody_has_is_not_free(request_) -> None:
    assert claim(SpawnRequest.objects.open(), request_.pk) is not None
    assert claim(SpawnRequest.objects.open(), request_.pk) is None


def test_a_row_whose_worker_died_is_free_again(request_) -> None:
    claim(SpawnRequest.objects.open(), request_.pk)
    SpawnRequest.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))

    assert claim(SpawnRequest.objects.open(), request_.pk) is not None


def test_a_row_that_has_to_wait_is_not_due(request_) -> None:
    SpawnRequest.objects.update(not_before=timezone.now() + timedelta(seconds=5))

    assert claim(SpawnRequest.objects.open().due(), request_.pk) is None


def test_who_lost_the_lease_writes_nothing(request_) -> None:
    lease = claim(SpawnRequest.objects.open(), request_.pk)
    SpawnRequest.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    claim(SpawnRequest.objects.open(), request_.pk)

    for write in (lease.renew, lease.give_back):
        with pytest.raises(LeaseLostError):
            write(progress=50)
    request_.refresh_from_db()
    assert request_.progress == 0


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_gets_it(request_) -> None:
    leases = at_once(lambda _w: claim(SpawnRequest.objects.open(), request_.pk), range(8))

    assert sum(lease is not None for lease in leases) == 1
