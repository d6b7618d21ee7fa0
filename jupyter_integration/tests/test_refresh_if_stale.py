"""Refresh of a stale status: one wake-up, however many pages are open."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from jupyter_integration.hub.resources import STOPPED_SERVER
from jupyter_integration.models import SpawnRequest
from jupyter_integration.server_states import ServerState
from jupyter_integration.services.refresh_if_stale import refresh_if_stale
from jupyter_integration.status import hub_availability, refresh_claims, snapshots
from jupyter_integration.status.queries import server_status
from jupyter_integration.tasks import refresh_server
from jupyter_integration.testing.at_once import at_once
from jupyter_integration.testing.hub_away import find_the_hub_away
from jupyter_integration.testing.workers import Workers
from jupyter_integration.tests.scenes import provision, start, stop

State = SpawnRequest.State


@pytest.fixture
def sara(sara: User) -> User:
    """Sara, with a user of her own on the Hub."""
    return provision(sara)


def woken(workers: Workers, *users: User, pages: int = 1) -> list[tuple[str, tuple[int, ...]]]:
    """Return the tasks that so many polls of each user wake."""
    with workers.committing():
        for _page in range(pages):
            for user in users:
                poll(user)
    return workers.sent


def refreshes_of(*users: User) -> list[tuple[str, tuple[int, ...]]]:
    return [("server.refresh", (user.pk,)) for user in users]


def poll(user: User) -> None:
    refresh_if_stale(user=user, status=server_status(user))


def record_stopped(user: User, *, ago: float) -> None:
    snapshots.record(user.pk, STOPPED_SERVER, as_of=timezone.now() - timedelta(seconds=ago))


@pytest.mark.parametrize(("ago", "is_read"), [(None, True), (2, False), (9, True)])
def test_unknown_and_old_status_wakes_a_list(
    sara, workers, ago: float | None, is_read: bool
) -> None:
    if ago is not None:
        record_stopped(sara, ago=ago)

    assert woken(workers, sara) == ([("server.reconcile_servers", ())] if is_read else [])


def test_stopping_server_is_refreshed_every_second(sara, workers) -> None:
    record_stopped(sara, ago=2)
    stop(sara)

    assert woken(workers, sara) == refreshes_of(sara)


@pytest.mark.parametrize("state", SpawnRequest.OPEN_STATES)
def test_start_that_its_worker_reports_wakes_nothing(sara, workers, state) -> None:
    record_stopped(sara, ago=60)
    start(sara, state)

    assert woken(workers, sara) == []


def test_start_outside_the_portal_is_refreshed(sara, workers) -> None:
    """Also after an earlier start through the portal: no worker reports this one."""
    ended = timezone.now() - timedelta(minutes=1)
    start(sara, State.READY, finished_at=ended)
    starting = replace(STOPPED_SERVER, pending="spawn", stopped=False)
    snapshots.record(sara.pk, starting, as_of=timezone.now() - timedelta(seconds=2))
    assert server_status(sara).state is ServerState.STARTING

    assert woken(workers, sara) == refreshes_of(sara)


def test_many_pages_of_many_users_wake_one_list(sara, omid, workers) -> None:
    provision(omid)

    assert woken(workers, sara, omid, pages=50) == [("server.reconcile_servers", ())]


def test_each_changing_server_has_its_own_refresh(sara, omid, workers) -> None:
    for user in (sara, provision(omid)):
        record_stopped(user, ago=2)
        stop(user)

    assert woken(workers, sara, omid, pages=50) == [
        ("server.refresh", (sara.pk,)),
        ("server.refresh", (omid.pk,)),
    ]


@pytest.mark.django_db(transaction=True)
def test_thousand_cold_pages_cost_one_hub_call(fake_hub, sara, workers) -> None:
    fake_hub.add_user("sara")
    fake_hub.start_behind_the_portal("sara")

    def poll_often(_thread: int) -> None:
        for _time in range(50):
            poll(sara)

    at_once(poll_often, range(20))
    assert workers.sent == [("server.reconcile_servers", ())]

    workers.work_off()
    assert fake_hub.calls == ["GET /users"]
    assert server_status(sara).state is ServerState.READY

    at_once(poll_often, range(2))
    assert workers.sent == []


@pytest.mark.parametrize("state", ["stopped", "stopping"])
def test_unavailable_hub_is_asked_for_one_list(sara, omid, workers, state: str) -> None:
    for user in (sara, provision(omid)):
        record_stopped(user, ago=30)
        if state == "stopping":
            stop(user)
    find_the_hub_away()

    assert woken(workers, sara, omid) == [("server.reconcile_servers", ())]


def test_broken_list_has_users_refreshed_one_by_one(sara, omid, workers) -> None:
    provision(omid)
    refresh_claims.record_broken_list()

    assert woken(workers, sara, omid) == [
        ("server.refresh", (sara.pk,)),
        ("server.refresh", (omid.pk,)),
    ]


@pytest.mark.django_db(transaction=True)
def test_one_of_many_simultaneous_claims_succeeds() -> None:
    for user_id in range(1000, 1010):
        assert at_once(refresh_claims.claim_refresh, [user_id] * 12).count(True) == 1
    assert at_once(lambda _thread: refresh_claims.claim_list(), range(12)).count(True) == 1


def test_answer_settles_the_refresh(fake_hub, sara, workers) -> None:
    fake_hub.add_user("sara")
    woken(workers, sara)
    assert snapshots.read(sara.pk).asked_at is not None

    workers.work_off()

    assert server_status(sara).state is ServerState.STOPPED
    assert snapshots.read(sara.pk).asked_at is None


def test_account_without_hub_user_gets_one(fake_hub, omid, workers) -> None:
    assert woken(workers, omid) == [("server.make_hub_user", (omid.pk,))]

    workers.work_off()
    assert list(fake_hub.users) == ["omid"]
    omid.refresh_from_db()
    assert server_status(omid).state is ServerState.STOPPED


class TestRefresh:
    def test_pages_show_what_the_hub_shows(self, fake_hub, sara) -> None:
        fake_hub.add_user("sara")
        fake_hub.start_behind_the_portal("sara")

        refresh_server(sara.pk)

        assert server_status(sara).state is ServerState.READY

    def test_user_unknown_to_the_hub_has_no_server(self, fake_hub, sara) -> None:
        refresh_server(sara.pk)

        assert server_status(sara).state is ServerState.STOPPED

    def test_refused_token_makes_every_status_stale(self, fake_hub, sara, omid, settings) -> None:
        settings.JUPYTERHUB_API_TOKEN = "another-token-than-the-hubs"
        refresh_server(sara.pk)
        assert server_status(omid).stale

        settings.JUPYTERHUB_API_TOKEN = fake_hub.token
        refresh_server(sara.pk)
        assert not server_status(omid).stale

    def test_broken_response_concerns_one_user_alone(
        self, fake_hub, sara, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fake_hub.add_user("sara")
        monkeypatch.setattr(
            type(fake_hub.users["sara"]), "model", lambda self, **_more: {"name": 7}
        )

        refresh_server(sara.pk)

        assert not hub_availability.read().is_unavailable
        assert server_status(sara).checking

    def test_snapshot_is_as_old_as_the_request(self, fake_hub, sara) -> None:
        fake_hub.add_user("sara")
        fake_hub.delay(0.3)
        before = timezone.now()

        refresh_server(sara.pk)

        snapshot = snapshots.read(sara.pk).snapshot
        assert snapshot is not None
        assert snapshot.as_of - before < timedelta(seconds=0.25)

    def test_deleted_account_is_not_read(self, fake_hub, db: None) -> None:
        refresh_server(987654321)

        assert fake_hub.calls == []
