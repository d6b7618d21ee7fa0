"""Queue and slots: in order of request, and never more in flight than slots."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from jupyter_integration.models import SpawnRequest
from jupyter_integration.services.request_spawn import request_spawn
from jupyter_integration.services.request_stop import request_cancel
from jupyter_integration.testing.at_once import at_once
from jupyter_integration.testing.fake_hub import Spawn
from jupyter_integration.tests.scenes import provision
from jupyter_integration.work import process_queue as module
from jupyter_integration.work.leases import Lease, LeaseKeeper
from jupyter_integration.work.process_queue import next_queued, process_queue
from jupyter_integration.work.slots import claim_with_slot, free_slots

State = SpawnRequest.State


@pytest.fixture
def two_slots(settings) -> None:
    settings.SPAWN_SLOTS = 2


def make_class(size: int) -> list[User]:
    return [User.objects.create_user(f"student{number}") for number in range(size)]


@pytest.mark.usefixtures("two_slots")
class TestClaim:
    def test_full_slots_leave_no_next_request(self, sara, omid, nasrin) -> None:
        for user in (sara, omid):
            claim_with_slot(request_spawn(user=user).pk)
        last = request_spawn(user=nasrin)

        assert next_queued() is None
        assert claim_with_slot(last.pk) is None

    def test_start_of_dead_worker_comes_first(self, sara, omid, nasrin) -> None:
        for user in (sara, omid):
            claim_with_slot(request_spawn(user=user).pk)
        request_spawn(user=nasrin)
        left = SpawnRequest.objects.get(user=omid)
        SpawnRequest.objects.filter(pk=left.pk).update(
            lease_expires_at=timezone.now() - timedelta(seconds=1)
        )

        assert next_queued() == left.pk
        assert claim_with_slot(left.pk) is not None
        assert SpawnRequest.objects.get(pk=left.pk).slot == left.slot

    def test_waiting_request_keeps_its_place_in_queue(self, sara, omid) -> None:
        first, second = request_spawn(user=sara), request_spawn(user=omid)
        SpawnRequest.objects.filter(pk=first.pk).update(
            not_before=timezone.now() + timedelta(seconds=30)
        )
        assert next_queued() == second.pk

        SpawnRequest.objects.update(not_before=None)
        assert next_queued() == first.pk

    def test_lowered_slot_count_claims_nothing(self, sara, omid, nasrin, settings) -> None:
        for user in (sara, omid):
            claim_with_slot(request_spawn(user=user).pk)
        request_spawn(user=nasrin)
        settings.SPAWN_SLOTS = 1

        assert free_slots() == []
        assert next_queued() is None

    def test_cancelled_request_releases_its_slot(self, sara) -> None:
        request = request_spawn(user=sara)
        claim_with_slot(request.pk)
        SpawnRequest.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))

        assert request_cancel(user=sara)
        assert free_slots() == [1, 2]

    def test_database_refuses_a_slot_of_ended_start(self, sara) -> None:
        request = request_spawn(user=sara)
        claim_with_slot(request.pk)

        with pytest.raises(IntegrityError), transaction.atomic():
            SpawnRequest.objects.filter(pk=request.pk).update(state=State.READY)


@pytest.mark.django_db(transaction=True)
def test_concurrent_workers_do_not_exceed_the_slots(settings) -> None:
    settings.SPAWN_SLOTS = 3
    requests = [request_spawn(user=user) for user in make_class(8)]

    leases = at_once(lambda request: claim_with_slot(request.pk), requests)

    assert sum(lease is not None for lease in leases) == 3
    assert sorted(SpawnRequest.objects.in_flight().values_list("slot", flat=True)) == [1, 2, 3]


class TestRelease:
    def test_start_with_lost_response_keeps_its_slot(self, fake_hub, run, sara) -> None:
        fake_hub.add_user("sara")
        fake_hub.script_all(Spawn(seconds=5))
        fake_hub.lose_answers(1)
        request = run(request_spawn(user=provision(sara)))

        assert (request.state, request.slot) == (State.QUEUED, 1)

    def test_time_in_queue_does_not_fail_a_start(self, fake_hub, run, sara, settings) -> None:
        """SPAWN_DEADLINE counts from the first claim."""
        request = request_spawn(user=sara)
        SpawnRequest.objects.update(
            created_at=timezone.now() - timedelta(seconds=10 * settings.SPAWN_DEADLINE)
        )
        fake_hub.throttle(retry_after=30)

        assert run(request).state == State.QUEUED


@pytest.mark.django_db(transaction=True)
class TestWorkers:
    @pytest.fixture
    def workers(self, hub, lab) -> Iterator[list[threading.Thread]]:
        """Three threads of a spawn worker that process the queue."""

        def work() -> None:
            process_queue(hub=hub, lab=lab, keeper=LeaseKeeper(), is_wanted=lambda: True)
            connection.close()

        threads = [threading.Thread(target=work) for _ in range(3)]
        yield threads
        for thread in threads:
            if thread.ident:
                thread.join(timeout=30)

    def test_class_starts_in_order_within_its_slots(self, fake_hub, workers, settings) -> None:
        settings.SPAWN_SLOTS = 2
        fake_hub.script_all(Spawn(seconds=0.2))
        fake_hub.limit(concurrent_spawns=2)
        requests = [request_spawn(user=user) for user in make_class(6)]

        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(timeout=30)

        assert not SpawnRequest.objects.exclude(state=State.READY).exists()
        posts = [call for call in fake_hub.calls if call.endswith("/server") and "POST" in call]
        assert len(posts) == len(requests), "the Hub refused some"
        taken_up = SpawnRequest.objects.order_by("taken_up_at", "pk")
        assert [request.pk for request in taken_up] == [request.pk for request in requests]

    def test_threads_claim_different_starts(
        self, fake_hub, workers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        leases = []

        def claim_and_record(request_id: int) -> Lease | None:
            lease = claim_with_slot(request_id)
            leases.append(lease)
            return lease

        monkeypatch.setattr(module, "claim_with_slot", claim_and_record)
        requests = [request_spawn(user=user) for user in make_class(12)]

        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(timeout=30)

        assert [lease.row_id for lease in leases] == [request.pk for request in requests]

    def test_worker_that_shuts_down_claims_nothing(self, hub, lab, sara) -> None:
        request_spawn(user=sara)

        process_queue(hub=hub, lab=lab, keeper=LeaseKeeper(), is_wanted=lambda: False)

        assert SpawnRequest.objects.get().state == State.QUEUED
