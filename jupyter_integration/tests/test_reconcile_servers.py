"""Reconciliation: one list of the Hub updates the snapshots of all users."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.resources import HubUser
from jupyter_integration.hub.transport import HubTransport
from jupyter_integration.models import SpawnRequest
from jupyter_integration.monitoring import reconciliation_report
from jupyter_integration.server_states import ServerState
from jupyter_integration.status import hub_availability, refresh_claims, snapshots
from jupyter_integration.status.queries import server_status
from jupyter_integration.testing.at_once import at_once
from jupyter_integration.testing.fake_hub import FakeHub, Spawn
from jupyter_integration.testing.waiting import wait_for
from jupyter_integration.tests.scenes import READY, see, student_on_the_hub
from jupyter_integration.work.reconcile_servers import reconcile_servers

State = SpawnRequest.State


def state_of(user: User) -> ServerState:
    return server_status(user).state


def shown(user: User) -> snapshots.Snapshot:
    snapshot = snapshots.read(user.pk).snapshot
    assert snapshot is not None
    return snapshot


class HubWithEventDuringList(HubClient):
    """Calls `event` after the first user of a list was read."""

    def __init__(self, fake_hub: FakeHub, event: Callable[[], None]) -> None:
        super().__init__(HubTransport(fake_hub.api_url, fake_hub.token, backoff=0.01))
        self._event = event

    def list_users(self, *, state: str | None = None, page_size: int = 200) -> Iterator[HubUser]:
        for number, user in enumerate(super().list_users(state=state, page_size=page_size)):
            yield user
            if number == 0:
                self._event()


@pytest.mark.django_db
class TestOneListForAll:
    def test_one_list_answers_for_all_users(self, fake_hub, hub) -> None:
        running = [student_on_the_hub(fake_hub, f"running-{n}", running=True) for n in range(5)]
        resting = [student_on_the_hub(fake_hub, f"resting-{n}") for n in range(5)]

        reconcile_servers(hub=hub)

        assert fake_hub.calls == ["GET /users"]
        assert {state_of(user) for user in running} == {ServerState.READY}
        assert {state_of(user) for user in resting} == {ServerState.STOPPED}

    def test_all_pages_are_read(self, fake_hub, hub) -> None:
        running = [student_on_the_hub(fake_hub, f"running-{n}", running=True) for n in range(5)]

        reconcile_servers(hub=hub, page_size=2)

        assert fake_hub.calls == ["GET /users"] * 3
        assert {state_of(user) for user in running} == {ServerState.READY}

    def test_snapshots_are_as_old_as_the_call(self, fake_hub, hub) -> None:
        running = student_on_the_hub(fake_hub, "r1", running=True)
        resting = student_on_the_hub(fake_hub, "r2")
        before = timezone.now()
        fake_hub.delay(0.3)

        reconcile_servers(hub=hub)

        for user in (running, resting):
            assert shown(user).as_of - before < timedelta(seconds=0.25)

    def test_stopping_server_is_shown_as_stopping(self, fake_hub, hub) -> None:
        user = student_on_the_hub(fake_hub, "r1")
        fake_hub.script("r1", Spawn(seconds=0, stop_seconds=5))
        hub.start_server("r1")
        hub.stop_server("r1")

        reconcile_servers(hub=hub)

        assert state_of(user) is ServerState.STOPPING

    @pytest.mark.django_db(transaction=True)
    def test_one_of_many_workers_reads_the_list(self, fake_hub, hub) -> None:
        fake_hub.delay(0.3)

        at_once(lambda _thread: reconcile_servers(hub=hub), range(5))

        assert fake_hub.calls == ["GET /users"]

    def test_late_pages_wake_no_second_list(self) -> None:
        assert refresh_claims.claim_list()
        assert refresh_claims.begin_list()

        refresh_claims.end_list(took=timedelta(seconds=0.05))

        assert not refresh_claims.claim_list()  # by a late page
        assert refresh_claims.begin_list()  # by beat

    def test_next_list_may_follow_in_a_second(self) -> None:
        assert refresh_claims.claim_list()

        refresh_claims.end_list(took=timedelta(seconds=0.05))

        wait_for(refresh_claims.claim_list)


@pytest.mark.django_db
class TestOrder:
    def test_newer_snapshot_survives_an_older_list(self, fake_hub, hub) -> None:
        """A worker records a stop of the same server while the list is read."""
        user = student_on_the_hub(fake_hub, "r1", running=True)
        other = HubWithEventDuringList(fake_hub, lambda: see(user))

        reconcile_servers(hub=other)

        assert state_of(user) is ServerState.STOPPED
        assert reconciliation_report.read().drift_today == 0

    def test_server_ready_during_the_list_stays_ready(self, fake_hub, hub) -> None:
        student_on_the_hub(fake_hub, "r1", running=True)
        late = student_on_the_hub(fake_hub, "late")
        other = HubWithEventDuringList(fake_hub, lambda: see(late, **READY))

        reconcile_servers(hub=other)

        assert state_of(late) is ServerState.READY
        assert not snapshots.read(late.pk).is_outdated


@pytest.mark.django_db
class TestMissingFromList:
    def test_server_missed_between_pages_stays_ready(self, fake_hub, hub) -> None:
        """A stop between two pages shifts the others, so one of them is in no page."""
        users = [student_on_the_hub(fake_hub, f"r{n}", running=True) for n in range(3)]
        reconcile_servers(hub=hub)
        fake_hub.calls.clear()
        other = HubWithEventDuringList(fake_hub, lambda: fake_hub.kill_server("r0"))

        reconcile_servers(hub=other, page_size=2)

        assert "GET /users/r2" in fake_hub.calls  # it was missing from the list
        assert state_of(users[2]) is ServerState.READY
        assert not snapshots.read(users[2].pk).is_outdated
        assert reconciliation_report.read().drift_today == 0

    def test_unconfirmed_server_is_shown_as_outdated(
        self, fake_hub, hub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("jupyter_integration.work.reconcile_servers.MAX_CONFIRMED", 0)
        user = student_on_the_hub(fake_hub, "r1", running=True)
        reconcile_servers(hub=hub)
        fake_hub.kill_server("r1")

        reconcile_servers(hub=hub)

        assert server_status(user).is_outdated
        assert state_of(user) is ServerState.READY

    def test_missing_servers_are_confirmed_in_batches(
        self, fake_hub, hub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("jupyter_integration.work.reconcile_servers.MAX_CONFIRMED", 2)
        users = [student_on_the_hub(fake_hub, f"r{n}", running=True) for n in range(5)]
        reconcile_servers(hub=hub)
        fake_hub.down()
        fake_hub.up()
        for user in users:
            fake_hub.kill_server(user.hub_username)
        fake_hub.calls.clear()

        for _round in range(3):
            reconcile_servers(hub=hub)

        assert {state_of(user) for user in users} == {ServerState.STOPPED}
        assert len(fake_hub.calls) == 3 + 5
        assert reconciliation_report.read().drift_today == 5

    def test_deleted_account_is_not_confirmed(self, fake_hub, hub) -> None:
        user = student_on_the_hub(fake_hub, "r1", running=True)
        reconcile_servers(hub=hub)
        del fake_hub.users["r1"]
        user.delete()
        fake_hub.calls.clear()

        reconcile_servers(hub=hub)

        assert fake_hub.calls == ["GET /users"]
        assert snapshots.last_list() == frozenset()


@pytest.mark.django_db
class TestOutage:
    def test_broken_off_list_updates_only_its_users(self, fake_hub) -> None:
        users = [student_on_the_hub(fake_hub, f"r{n}", running=True) for n in range(3)]
        resting = student_on_the_hub(fake_hub, "resting")
        other = HubWithEventDuringList(fake_hub, fake_hub.down)

        reconcile_servers(hub=other, page_size=2)

        assert [snapshots.read(user.pk).snapshot is not None for user in users] == [
            True,
            True,
            False,
        ]
        assert snapshots.read(resting.pk).snapshot is None

    def test_known_state_stays_with_its_age(self, fake_hub, hub) -> None:
        user = student_on_the_hub(fake_hub, "r1", running=True)
        reconcile_servers(hub=hub)
        seen = shown(user)
        fake_hub.down()

        for _ in range(3):
            reconcile_servers(hub=hub)

        assert shown(user) == seen
        assert server_status(user).last_known is ServerState.READY

    def test_a_refused_token_is_known_to_all_pages(self, fake_hub, hub) -> None:
        fake_hub.add_token(fake_hub.token, "nothing")

        reconcile_servers(hub=hub)

        assert hub_availability.read().is_unavailable

    def test_unreadable_list_is_no_outage(
        self, fake_hub, hub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        user = student_on_the_hub(fake_hub, "r1", running=True)
        monkeypatch.setattr(type(fake_hub.users["r1"]), "model", lambda self, **_more: {"name": 7})

        reconcile_servers(hub=hub)

        assert refresh_claims.lists_are_broken()
        assert not hub_availability.read().is_unavailable
        assert server_status(user).checking

    def test_user_under_check_breaks_the_list(
        self, fake_hub, hub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The restarted Hub still checks this user's server."""
        student_on_the_hub(fake_hub, "r1", running=True)
        model = fake_hub.users["r1"].model

        def under_check(**more: bool) -> dict[str, object]:
            shown = model(**more)
            shown["servers"][""]["pending"] = "check"
            return shown

        monkeypatch.setattr(fake_hub.users["r1"], "model", under_check)

        reconcile_servers(hub=hub)

        assert refresh_claims.lists_are_broken()
