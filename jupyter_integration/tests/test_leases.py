"""Leases: one worker has a row until it releases it or dies."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from jupyter_integration.models import SpawnRequest
from jupyter_integration.models.leased import LeasedQuerySet
from jupyter_integration.services.request_spawn import request_spawn
from jupyter_integration.testing.at_once import at_once
from jupyter_integration.testing.waiting import wait_for
from jupyter_integration.work import leases
from jupyter_integration.work.leases import LeaseKeeper, LeaseLostError, claim


@pytest.fixture
def request_(sara) -> SpawnRequest:
    return request_spawn(user=sara)


def test_leased_row_cannot_be_claimed(request_) -> None:
    assert claim(SpawnRequest.objects.open(), request_.pk) is not None
    assert claim(SpawnRequest.objects.open(), request_.pk) is None


def test_expired_lease_can_be_claimed(request_) -> None:
    claim(SpawnRequest.objects.open(), request_.pk)
    SpawnRequest.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))

    assert claim(SpawnRequest.objects.open(), request_.pk) is not None


def test_row_before_its_time_is_not_due(request_) -> None:
    SpawnRequest.objects.update(not_before=timezone.now() + timedelta(seconds=5))

    assert claim(SpawnRequest.objects.open().due(), request_.pk) is None


def test_lost_lease_writes_nothing(request_) -> None:
    lease = claim(SpawnRequest.objects.open(), request_.pk)
    SpawnRequest.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    claim(SpawnRequest.objects.open(), request_.pk)

    for write in (lease.renew, lease.release):
        with pytest.raises(LeaseLostError):
            write(progress=50)
    request_.refresh_from_db()
    assert request_.progress == 0


@pytest.mark.django_db(transaction=True)
def test_one_of_many_workers_gets_the_lease(request_) -> None:
    leases = at_once(lambda _w: claim(SpawnRequest.objects.open(), request_.pk), range(8))

    assert sum(lease is not None for lease in leases) == 1


@pytest.mark.django_db(transaction=True)
class TestTheKeeper:
    @pytest.fixture(autouse=True)
    def often(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(leases, "RENEW_INTERVAL", timedelta(seconds=0.05))

    @pytest.fixture
    def keeper(self) -> LeaseKeeper:
        return LeaseKeeper()

    def test_keeper_renews_during_a_long_call(self, request_, keeper) -> None:
        lease = claim(SpawnRequest.objects.open(), request_.pk)
        with keeper.keep(lease):
            runs_out_at = timezone.now() + timedelta(seconds=1)
            SpawnRequest.objects.update(lease_expires_at=runs_out_at)

            wait_for(lambda: SpawnRequest.objects.get().lease_expires_at > runs_out_at)

    def test_keeper_stops_renewing_ended_work(self, request_, keeper) -> None:
        lease = claim(SpawnRequest.objects.open(), request_.pk)
        other = SpawnRequest.objects.create(user=request_.user, cancel_requested_at=timezone.now())
        with keeper.keep(claim(SpawnRequest.objects.all(), other.pk)):
            with keeper.keep(lease):
                pass
            runs_out_at = timezone.now() + timedelta(seconds=1)
            SpawnRequest.objects.update(lease_expires_at=runs_out_at)

            wait_for(lambda: SpawnRequest.objects.get(pk=other.pk).lease_expires_at > runs_out_at)
        request_.refresh_from_db()
        assert request_.lease_expires_at == runs_out_at

    def test_keeper_does_not_renew_a_lost_lease(self, request_, keeper) -> None:
        lease = claim(SpawnRequest.objects.open(), request_.pk)
        with keeper.keep(lease):
            SpawnRequest.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
            taken = claim(SpawnRequest.objects.open(), request_.pk)
            if taken is None:  # the keeper was faster, as it is meant to be
                SpawnRequest.objects.update(lease_id=uuid.uuid4())
            before = SpawnRequest.objects.get().lease_expires_at
            mine = SpawnRequest.objects.create(
                user=request_.user, cancel_requested_at=timezone.now()
            )
            with keeper.keep(claim(SpawnRequest.objects.filter(pk=mine.pk), mine.pk)):
                first = SpawnRequest.objects.get(pk=mine.pk).lease_expires_at
                wait_for(lambda: SpawnRequest.objects.get(pk=mine.pk).lease_expires_at > first)
            assert SpawnRequest.objects.get(pk=request_.pk).lease_expires_at == before

    def test_keeper_survives_a_database_failure(
        self, request_, keeper, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lease = claim(SpawnRequest.objects.open(), request_.pk)
        update = LeasedQuerySet.update
        refused = threading.Event()

        def refuse_once(rows: LeasedQuerySet, **changes: object) -> int:
            if threading.current_thread().name == "leases" and not refused.is_set():
                refused.set()
                raise OperationalError("the database is restarting")
            return update(rows, **changes)

        monkeypatch.setattr(LeasedQuerySet, "update", refuse_once)
        with keeper.keep(lease):
            refused.wait(5)
            runs_out_at = timezone.now() + timedelta(seconds=1)
            SpawnRequest.objects.filter().update(lease_expires_at=runs_out_at)

            wait_for(lambda: SpawnRequest.objects.get().lease_expires_at > runs_out_at)
