"""Revocation of a server and a Hub user after deactivation or deletion."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from accounts.models import User
from jupyter_integration.models import HubRevocation, SpawnRequest
from jupyter_integration.services.request_spawn import AccountInactiveError, request_spawn
from jupyter_integration.tasks import wake_stalled_work
from jupyter_integration.testing.fake_hub import FakeHub, Spawn
from jupyter_integration.work.ensure_hub_user import ensure_hub_user
from jupyter_integration.work.leases import LeaseKeeper
from jupyter_integration.work.revoke_access import revoke_access


@pytest.fixture
def sara(sara: User, fake_hub: FakeHub) -> User:
    """Sara, with a running server."""
    fake_hub.add_user("sara")
    fake_hub.start_behind_the_portal("sara")
    User.objects.filter(pk=sara.pk).update(hub_user_created_at=timezone.now())
    sara.refresh_from_db()
    return sara


def deactivate(user: User) -> None:
    user.is_active = False
    user.save()


def make_due() -> None:
    HubRevocation.objects.update(not_before=None, created_at=timezone.now() - timedelta(seconds=10))


@pytest.mark.parametrize("end", [deactivate, User.delete])
def test_revocation_stops_server_and_deletes_hub_user(fake_hub, sara, workers, end) -> None:
    with workers.committing():
        end(sara)
    assert fake_hub.calls == []
    workers.work_off()

    assert fake_hub.users == {}
    assert "DELETE /users/sara/server" in fake_hub.calls
    assert not HubRevocation.objects.exists()


def test_revocation_waits_for_a_slow_stop(fake_hub, sara, workers) -> None:
    fake_hub.script("sara", Spawn(seconds=0, stop_seconds=0.4))
    fake_hub.kill_server("sara")
    fake_hub.users["sara"].begin(Spawn(seconds=0, stop_seconds=0.4), {})

    with workers.committing():
        deactivate(sara)
    workers.work_off()

    assert fake_hub.users == {}


def test_revocation_waits_for_an_unavailable_hub(fake_hub, sara, workers) -> None:
    fake_hub.down()
    with workers.committing():
        deactivate(sara)
    workers.work_off()
    revocation = HubRevocation.objects.get()
    assert revocation.not_before > timezone.now()

    fake_hub.up()
    make_due()
    with workers.committing():
        wake_stalled_work()
    workers.work_off()

    assert fake_hub.users == {}
    assert not HubRevocation.objects.exists()


def test_missing_hub_user_counts_as_revoked(fake_hub, sara, workers) -> None:
    del fake_hub.users["sara"]

    with workers.committing():
        deactivate(sara)
    workers.work_off()

    assert not HubRevocation.objects.exists()


def test_foreign_hub_user_of_same_name_stays(fake_hub, omid, workers) -> None:
    """The Hub user of this name may belong to another person."""
    fake_hub.add_user("omid")

    with workers.committing():
        deactivate(omid)
    workers.work_off()

    assert list(fake_hub.users) == ["omid"]


def test_deactivation_cancels_the_queued_start(fake_hub, sara, workers) -> None:
    with workers.committing():
        request = request_spawn(user=sara)
        deactivate(sara)
    workers.work_off()

    request.refresh_from_db()
    assert request.state == SpawnRequest.State.CANCELLED
    assert fake_hub.users == {}


def test_inactive_account_cannot_request_a_start(sara) -> None:
    deactivate(sara)

    with pytest.raises(AccountInactiveError):
        request_spawn(user=sara)


def test_reactivated_account_gets_its_hub_user_back(fake_hub, hub, sara, workers) -> None:
    with workers.committing():
        deactivate(sara)
    workers.work_off()

    sara.is_active = True
    sara.save()
    ensure_hub_user(hub=hub, user=sara)

    assert list(fake_hub.users) == ["sara"]
    assert sara.hub_username == "sara"


def test_reactivation_in_time_keeps_everything(fake_hub, sara, workers) -> None:
    with workers.committing():
        deactivate(sara)
        sara.is_active = True
        sara.save()
    workers.work_off()

    assert fake_hub.phase("sara") == "ready"
    assert not HubRevocation.objects.exists()


def test_reactivation_during_revocation_keeps_hub_user(
    fake_hub, hub, sara, monkeypatch: pytest.MonkeyPatch
) -> None:
    deactivate(sara)
    stop = hub.stop_server

    def stop_and_activate(name: str) -> bool:
        stopped = stop(name)
        sara.is_active = True
        sara.save()
        return stopped

    monkeypatch.setattr(hub, "stop_server", stop_and_activate)

    revoke_access(hub=hub, keeper=LeaseKeeper(), hub_username="sara")

    assert list(fake_hub.users) == ["sara"]


def test_save_of_another_field_revokes_nothing(sara) -> None:
    User.objects.filter(pk=sara.pk).update(is_active=False)
    sara.refresh_from_db()

    sara.save(update_fields=["last_login"])

    assert not HubRevocation.objects.exists()


def test_deactivation_and_revocation_are_one_transaction(
    sara, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database fails between the two writes."""

    def fail(*_arguments: object) -> None:
        raise OperationalError

    monkeypatch.setattr("jupyter_integration.receivers._revoke", fail)
    with pytest.raises(OperationalError):
        deactivate(sara)

    sara.refresh_from_db()
    assert sara.is_active


def test_two_workers_revoke_once(fake_hub, hub, sara) -> None:
    deactivate(sara)

    revoke_access(hub=hub, keeper=LeaseKeeper(), hub_username="sara")
    before = len(fake_hub.calls)
    revoke_access(hub=hub, keeper=LeaseKeeper(), hub_username="sara")

    assert len(fake_hub.calls) == before


def test_name_of_deleted_account_is_not_reissued(fake_hub, sara, workers) -> None:
    with workers.committing():
        sara.delete()
        second = User.objects.create_user("sara")
    workers.work_off()

    second.refresh_from_db()
    assert second.hub_username == "sara-2"
    assert list(fake_hub.users) == ["sara-2"]
