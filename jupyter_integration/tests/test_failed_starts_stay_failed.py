"""Inactive accounts: no worker creates a Hub user for them again."""

from collections.abc import Callable

import pytest

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.resources import HubUser
from jupyter_integration.hub.transport import HubTransport
from jupyter_integration.models import HubRevocation, SpawnRequest
from jupyter_integration.tasks import reconcile_all_servers, refresh_server, wake_stalled_work
from jupyter_integration.testing.fake_hub import FakeHub
from jupyter_integration.tests.scenes import provision, see
from jupyter_integration.work.ensure_hub_user import HubUserRefusedError, ensure_hub_user
from jupyter_integration.work.provision_hub_user import provision_hub_user


class HubWithEventBeforeCreate(HubClient):
    """Calls `event` right before the Hub creates a user."""

    def __init__(self, fake_hub: FakeHub, event: Callable[[], None]) -> None:
        super().__init__(HubTransport(fake_hub.api_url, fake_hub.token, backoff=0.01))
        self._event = event

    def create_user(self, name: str) -> HubUser:
        self._event()
        return super().create_user(name)


def make_inactive(user: User) -> None:
    account = User.objects.get(pk=user.pk)
    account.is_active = False
    account.save()


def test_worker_with_stale_account_starts_no_server(fake_hub, hub, sara) -> None:
    make_inactive(provision(sara))
    assert sara.is_active  # in the worker's stale copy

    with pytest.raises(HubUserRefusedError):
        ensure_hub_user(hub=hub, user=sara)

    assert fake_hub.calls == []


@pytest.mark.parametrize("time", ["first", "second"])
def test_hub_user_created_during_deactivation_is_revoked(
    fake_hub, sara, workers, time: str
) -> None:
    if time == "second":
        provision(sara)  # and the Hub has lost the user
    hub = HubWithEventBeforeCreate(fake_hub, lambda: make_inactive(sara))

    with pytest.raises(HubUserRefusedError):
        ensure_hub_user(hub=hub, user=sara)

    assert HubRevocation.objects.filter(hub_username="sara").exists()


def test_provisioning_of_inactive_account_leaves_no_user(fake_hub, sara) -> None:
    provision_hub_user(
        hub=HubWithEventBeforeCreate(fake_hub, lambda: make_inactive(sara)), user_id=sara.pk
    )

    assert HubRevocation.objects.filter(hub_username="sara").exists()


def test_start_of_inactive_account_fails_with_reason(
    fake_hub, sara, workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    provision(sara)
    hub = HubWithEventBeforeCreate(fake_hub, lambda: make_inactive_behind_the_start(sara))
    monkeypatch.setattr("jupyter_integration.conf.hub_client", lambda: hub)
    SpawnRequest.objects.create(user=sara)
    workers.sent.append(("starts.process_queue", ()))

    workers.work_off()

    start = SpawnRequest.objects.get()
    assert (start.state, start.failure_code) == (
        SpawnRequest.State.FAILED,
        FailureCode.ACCOUNT_INACTIVE,
    )
    assert "POST /users/sara/server" not in fake_hub.calls


def make_inactive_behind_the_start(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def test_background_tasks_start_no_server(fake_hub, sara, workers) -> None:
    see(provision(sara), ready=True)
    make_inactive(sara)
    HubRevocation.objects.all().delete()  # as if done
    with workers.committing():
        refresh_server(sara.pk)
        reconcile_all_servers()
        wake_stalled_work()
    workers.work_off()

    assert not fake_hub.users
    assert {call.split()[0] for call in fake_hub.calls} == {"GET"}
