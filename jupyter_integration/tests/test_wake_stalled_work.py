"""Stalled work: requests that lost their worker or their wake-up are found again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from jupyter_integration.models import HubRevocation, SpawnRequest, StopRequest
from jupyter_integration.services.request_spawn import request_spawn
from jupyter_integration.tasks import wake_stalled_work
from jupyter_integration.testing.broken_broker import broken_broker
from jupyter_integration.testing.fake_hub import Spawn
from jupyter_integration.work.find_stalled import MAX_WAKE_UPS, find_stalled
from jupyter_integration.work.leases import claim

State = SpawnRequest.State
LONG_AGO = timedelta(minutes=1)


@pytest.fixture
def provisioned(sara: User, omid: User) -> None:
    """Sara and Omid have Hub users."""
    User.objects.update(hub_user_created_at=timezone.now())


def make_old() -> None:
    """Make all rows a minute old."""
    before = timezone.now() - LONG_AGO
    SpawnRequest.objects.update(created_at=before)
    SpawnRequest.objects.filter(cancel_requested_at__isnull=False).update(
        cancel_requested_at=before
    )
    StopRequest.objects.update(created_at=before)
    HubRevocation.objects.update(created_at=before)
    User.objects.update(date_joined=before)


@pytest.mark.usefixtures("provisioned")
class TestStarts:
    def test_queued_start_without_wake_up_is_found(self, sara) -> None:
        request_spawn(user=sara)
        assert find_stalled().starts == 0

        make_old()
        assert find_stalled().starts == 1

    @pytest.mark.parametrize("state", SpawnRequest.OPEN_STATES)
    def test_start_of_a_dead_worker_is_found(self, sara, state) -> None:
        request = SpawnRequest.objects.create(user=sara, state=state)
        claim(SpawnRequest.objects.all(), request.pk)
        make_old()
        assert find_stalled().starts == 0

        SpawnRequest.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
        assert find_stalled().starts == 1

    def test_delayed_start_is_found_when_due(self, sara) -> None:
        request_spawn(user=sara)
        SpawnRequest.objects.update(not_before=timezone.now() + timedelta(seconds=30))
        make_old()
        assert find_stalled().starts == 0

        SpawnRequest.objects.update(not_before=timezone.now() - timedelta(seconds=1))
        assert find_stalled().starts == 1

    def test_ended_start_is_not_stalled(self, sara) -> None:
        SpawnRequest.objects.create(user=sara, state=State.FAILED, finished_at=timezone.now())
        make_old()

        assert find_stalled().starts == 0

    def test_no_more_workers_than_free_slots(self, sara, omid, nasrin, settings) -> None:
        settings.SPAWN_SLOTS = 2
        SpawnRequest.objects.create(user=nasrin, state=State.STARTING, slot=1)
        claim(SpawnRequest.objects.all(), SpawnRequest.objects.get().pk)
        for user in (sara, omid):
            request_spawn(user=user)
        make_old()

        assert find_stalled().starts == 1


@pytest.mark.usefixtures("provisioned")
def test_cancelled_start_of_dead_worker_is_found(sara) -> None:
    request = SpawnRequest.objects.create(
        user=sara, state=State.STARTING, cancel_requested_at=timezone.now()
    )
    make_old()
    found = find_stalled()

    assert found.cancels == [request.pk]
    assert found.starts == 0


@pytest.mark.usefixtures("provisioned")
def test_stop_and_revocation_without_wake_up_are_found(sara) -> None:
    stop = StopRequest.objects.create(user=sara, requested_by=sara)
    HubRevocation.objects.create(hub_username="omid")
    assert find_stalled().stops == find_stalled().revocations == []
    make_old()
    found = find_stalled()

    assert found.stops == [stop.pk]
    assert found.revocations == ["omid"]


class TestAccountsWithoutHubUser:
    def test_account_without_hub_user_is_found(self, sara, omid) -> None:
        assert find_stalled().accounts_without_hub_user == []

        make_old()
        assert find_stalled().accounts_without_hub_user == [sara.pk, omid.pk]

    def test_inactive_account_is_not_stalled(self, sara) -> None:
        User.objects.update(is_active=False)
        make_old()

        assert find_stalled().accounts_without_hub_user == []

    def test_many_accounts_are_limited_to_max_wake_ups(self, db: None) -> None:
        for number in range(MAX_WAKE_UPS + 5):
            User.objects.create_user(f"student{number}")
        make_old()

        assert len(find_stalled().accounts_without_hub_user) == MAX_WAKE_UPS


def test_stalled_work_wakes_one_task_each(fake_hub, sara, omid, nasrin, workers) -> None:
    User.objects.exclude(pk=nasrin.pk).update(hub_user_created_at=timezone.now())
    SpawnRequest.objects.create(user=sara)
    cancel = SpawnRequest.objects.create(
        user=omid, state=State.STARTING, cancel_requested_at=timezone.now()
    )
    stop = StopRequest.objects.create(user=nasrin, requested_by=nasrin)
    HubRevocation.objects.create(hub_username="gone")
    make_old()

    wake_stalled_work()

    assert sorted(workers.sent) == sorted(
        [
            ("starts.process_queue", ()),
            ("server.cancel_start", (cancel.pk,)),
            ("server.stop_server", (stop.pk,)),
            ("server.revoke_access", ("gone",)),
            ("server.make_hub_user", (nasrin.pk,)),
        ]
    )


def test_wake_stalled_work_makes_no_hub_call(fake_hub, sara) -> None:
    SpawnRequest.objects.create(user=sara)
    make_old()

    wake_stalled_work()

    assert fake_hub.calls == []


def test_all_lost_work_ends_as_requested(fake_hub, sara, omid, workers) -> None:
    """All wake-ups are lost, and one worker died during a start that the Hub completed."""
    fake_hub.script_all(Spawn(seconds=0.05))
    for name in ("sara", "omid"):
        fake_hub.add_user(name)
    User.objects.update(hub_user_created_at=timezone.now())
    fake_hub.users["omid"].begin(Spawn(seconds=0.3), {})
    started = request_spawn(user=sara)
    orphan = SpawnRequest.objects.create(
        user=omid,
        state=State.STARTING,
        posted_at=timezone.now(),
        lease_expires_at=timezone.now() - timedelta(seconds=1),
    )
    make_old()

    wake_stalled_work()
    workers.work_off()

    for request in (started, orphan):
        request.refresh_from_db()
        assert request.state == State.READY
    assert fake_hub.calls.count("POST /users/omid/server") == 0


def test_wake_ups_recover_after_a_broker_failure(sara, workers) -> None:
    User.objects.update(hub_user_created_at=timezone.now())
    request_spawn(user=sara)
    make_old()
    with broken_broker(), pytest.raises(Exception, match="refused"):
        wake_stalled_work()

    wake_stalled_work()

    assert workers.sent == [("starts.process_queue", ())]
