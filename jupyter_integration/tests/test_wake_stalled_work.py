"""The sweep: whatever was asked for and lost its worker or its wake-up is found again."""

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
    """Sara and Omid have users of their own on the Hub."""
    User.objects.update(hub_user_created_at=timezone.now())


def make_old() -> None:
    """As if all had been asked for a minute ago."""
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
    def test_one_in_line_whose_wake_up_was_lost_is_found(self, sara) -> None:
        request_spawn(user=sara)
        make_old()

        assert find_stalled().starts == 1

    def test_one_that_was_asked_for_a_moment_ago_is_left_to_its_wake_up(self, sara) -> None:
        request_spawn(user=sara)

        assert find_stalled().starts == 0

    @pytest.mark.parametrize("state", SpawnRequest.OPEN_STATES)
    def test_one_whose_worker_died_is_found(self, sara, state) -> None:
        request = SpawnRequest.objects.create(user=sara, state=state)
        claim(SpawnRequest.objects.all(), request.pk)
        make_old()
        assert find_stalled().starts == 0

        SpawnRequest.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
        assert find_stalled().starts == 1

    def test_one_that_has_to_wait_is_found_when_its_time_has_come(self, sara) -> None:
        request_spawn(user=sara)
        SpawnRequest.objects.update(not_before=timezone.now() + timedelta(seconds=30))
        make_old()
        assert find_stalled().starts == 0

        SpawnRequest.objects.update(not_before=timezone.now() - timedelta(seconds=1))
        assert find_stalled().starts == 1

    @pytest.mark.parametrize("state", [State.READY, State.FAILED, State.CANCELLED])
    def test_one_that_ended_is_left_alone(self, sara, state) -> None:
        SpawnRequest.objects.create(user=sara, state=state, finished_at=timezone.now())
        make_old()

        assert find_stalled().starts == 0

    def test_for_a_long_line_no_more_are_woken_than_there_are_free_slots(
        self, sara, omid, nasrin, settings
    ) -> None:
        settings.SPAWN_SLOTS = 2
        SpawnRequest.objects.create(user=nasrin, state=State.STARTING, slot=1)
        claim(SpawnRequest.objects.all(), SpawnRequest.objects.get().pk)
        for user in (sara, omid):
            request_spawn(user=user)
        make_old()

        assert find_stalled().starts == 1


@pytest.mark.usefixtures("provisioned")
def test_a_cancelled_start_whose_worker_died_is_found_as_one_to_end(sara) -> None:
    request = SpawnRequest.objects.create(
        user=sara, state=State.STARTING, cancel_requested_at=timezone.now()
    )
    make_old()
    found = find_stalled()

    assert found.cancels == [request.pk]
    assert found.starts == 0


@pytest.mark.usefixtures("provisioned")
def test_a_stop_and_a_revocation_whose_wake_ups_were_lost_are_found(sara) -> None:
    stop = StopRequest.objects.create(user=sara, requested_by=sara)
    HubRevocation.objects.create(hub_username="omid")
    assert find_stalled().stops == find_stalled().revocations == []
    make_old()
    found = find_stalled()

    assert found.stops == [stop.pk]
    assert found.revocations == ["omid"]


class TestAccountsWithoutHubUser:
    def test_they_are_found(self, sara, omid) -> None:
        make_old()

        assert find_stalled().accounts_without_hub_user == [sara.pk, omid.pk]

    def test_those_who_joined_a_moment_ago_are_left_to_their_wake_up(self, sara) -> None:
        assert find_stalled().accounts_without_hub_user == []

    def test_those_who_are_inactive_are_left_alone(self, sara) -> None:
        User.objects.update(is_active=False)
        make_old()

        assert find_stalled().accounts_without_hub_user == []

    def test_of_very_many_some_at_a_time_are_tried(self, db: None) -> None:
        for number in range(MAX_WAKE_UPS + 5):
            User.objects.create_user(f"student{number}")
        make_old()

        assert len(find_stalled().accounts_without_hub_user) == MAX_WAKE_UPS


def test_it_wakes_a_worker_for_each(fake_hub, sara, omid, nasrin, workers) -> None:
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


def test_it_asks_the_hub_nothing_itself(fake_hub, sara) -> None:
    SpawnRequest.objects.create(user=sara)
    make_old()

    wake_stalled_work()

    assert fake_hub.calls == []


def test_whatever_was_lost_everything_ends_as_it_was_asked_for(
    fake_hub, sara, omid, workers
) -> None:
    """All wake-ups lost, one worker dead in the middle of a start that the Hub went on with."""
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


def test_with_the_broker_down_the_sweep_fails_and_the_next_one_finds_all(sara, workers) -> None:
    User.objects.update(hub_user_created_at=timezone.now())
    request_spawn(user=sara)
    make_old()
    with broken_broker(), pytest.raises(Exception, match="refused"):
        wake_stalled_work()

    wake_stalled_work()

    assert workers.sent == [("starts.process_queue", ())]
