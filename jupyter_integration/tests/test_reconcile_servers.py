"""One list of the Hub answers for everybody, and puts right what we believed wrongly."""

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


class HubOfAnEventfulList(HubClient):
    """Lets something happen on the Hub after the first user of a list was read."""

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
    def test_everybody_has_an_answer_after_one_call(self, fake_hub, hub) -> None:
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

    def test_it_is_as_old_as_the_question(self, fake_hub, hub) -> None:
        running = student_on_the_hub(fake_hub, "r1", running=True)
        resting = student_on_the_hub(fake_hub, "r2")
        before = timezone.now()
        fake_hub.delay(0.3)

        reconcile_servers(hub=hub)

        for user in (running, resting):
            assert shown(user).as_of - before < timedelta(seconds=0.25)

    def test_a_server_that_stops_is_shown_as_stopping(self, fake_hub, hub) -> None:
        user = student_on_the_hub(fake_hub, "r1")
        fake_hub.script("r1", Spawn(seconds=0, stop_seconds=5))
        hub.start_server("r1")
        hub.stop_server("r1")

        reconcile_servers(hub=hub)

        assert state_of(user) is ServerState.STOPPING

    @pytest.mark.django_db(transaction=True)
    def test_of_many_who_are_woken_one_reads_the_list(self, fake_hub, hub) -> None:
        fake_hub.delay(0.3)

        at_once(lambda _thread: reconcile_servers(hub=hub), range(5))

        assert fake_hub.calls == ["GET /users"]

    @pytest.mark.parametrize("took", [0.05, 0.3])
    def test_pages_that_looked_before_the_answer_wake_no_second_list(self, took: float) -> None:
        assert refresh_claims.claim_list()
        assert refresh_claims.begin_list()

        refresh_claims.end_list(took=timedelta(seconds=took))

        assert not refresh_claims.claim_list()  # by a page that is late
        assert refresh_claims.begin_list()  # by beat, which comes seldom

    def test_after_a_quick_list_the_next_may_be_woken_in_a_second(self) -> None:
        assert refresh_claims.claim_list()

        refresh_claims.end_list(took=timedelta(seconds=0.05))

        wait_for(refresh_claims.claim_list)

    def test_when_it_ends_another_may_begin(self, fake_hub, hub) -> None:
        reconcile_servers(hub=hub)

        assert refresh_claims.begin_list()


@pytest.mark.django_db
class TestOlderAndNewer:
    def test_what_was_told_after_the_list_was_asked_for_stands(self, fake_hub, hub) -> None:
        """The list is on its way while a worker records that the same server has stopped."""
        user = student_on_the_hub(fake_hub, "r1", running=True)
        other = HubOfAnEventfulList(fake_hub, lambda: see(user))

        reconcile_servers(hub=other)

        assert state_of(user) is ServerState.STOPPED
        assert reconciliation_report.read().drift_today == 0

    def test_what_became_ready_meanwhile_is_not_called_stopped(self, fake_hub, hub) -> None:
        student_on_the_hub(fake_hub, "r1", running=True)
        late = student_on_the_hub(fake_hub, "late")
        other = HubOfAnEventfulList(fake_hub, lambda: see(late, **READY))

        reconcile_servers(hub=other)

        assert state_of(late) is ServerState.READY
        assert not snapshots.read(late.pk).is_outdated


@pytest.mark.django_db
class TestWhoIsMissing:
    def test_one_missed_between_two_pages_is_not_called_stopped(self, fake_hub, hub) -> None:
        """A stop between the pages moves the others up: one of them is in no page."""
        users = [student_on_the_hub(fake_hub, f"r{n}", running=True) for n in range(3)]
        reconcile_servers(hub=hub)
        fake_hub.calls.clear()
        other = HubOfAnEventfulList(fake_hub, lambda: fake_hub.kill_server("r0"))

        reconcile_servers(hub=other, page_size=2)

        assert "GET /users/r2" in fake_hub.calls  # it was missed indeed
        assert state_of(users[2]) is ServerState.READY
        assert not snapshots.read(users[2].pk).is_outdated
        assert reconciliation_report.read().drift_today == 0

    def test_while_it_is_not_confirmed_its_page_shows_it_and_has_it_read(
        self, fake_hub, hub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("jupyter_integration.work.reconcile_servers.MAX_CONFIRMED", 0)
        user = student_on_the_hub(fake_hub, "r1", running=True)
        reconcile_servers(hub=hub)
        fake_hub.kill_server("r1")

        reconcile_servers(hub=hub)

        assert server_status(user).is_outdated
        assert state_of(user) is ServerState.READY

    def test_many_that_are_gone_at_once_are_confirmed_a_few_at_a_time(
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

    def test_an_account_that_was_deleted_is_not_asked_for(self, fake_hub, hub) -> None:
        user = student_on_the_hub(fake_hub, "r1", running=True)
        reconcile_servers(hub=hub)
        del fake_hub.users["r1"]
        user.delete()
        fake_hub.calls.clear()

        reconcile_servers(hub=hub)

        assert fake_hub.calls == ["GET /users"]
        assert snapshots.last_list() == frozenset()


@pytest.mark.django_db
class TestTheHubIsAway:
    def test_a_list_that_breaks_midway_says_what_it_said_and_no_more(self, fake_hub) -> None:
        users = [student_on_the_hub(fake_hub, f"r{n}", running=True) for n in range(3)]
        resting = student_on_the_hub(fake_hub, "resting")
        other = HubOfAnEventfulList(fake_hub, fake_hub.down)

        reconcile_servers(hub=other, page_size=2)

        assert [snapshots.read(user.pk).snapshot is not None for user in users] == [
            True,
            True,
            False,
        ]
        assert snapshots.read(resting.pk).snapshot is None

    def test_what_was_known_stays_with_its_age(self, fake_hub, hub) -> None:
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

    def test_a_list_that_cannot_be_read_is_not_an_absent_hub(
        self, fake_hub, hub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        user = student_on_the_hub(fake_hub, "r1", running=True)
        monkeypatch.setattr(type(fake_hub.users["r1"]), "model", lambda self, **_more: {"name": 7})

        reconcile_servers(hub=hub)

        assert refresh_claims.lists_are_broken()
        assert not hub_availability.read().is_unavailable
        assert server_status(user).checking

    def test_a_hub_that_stumbles_over_one_user_is_asked_for_the_others_one_by_one(
        self, fake_hub, hub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """While it checks after a restart whether this user's server still runs."""
        student_on_the_hub(fake_hub, "r1", running=True)
        model = fake_hub.users["r1"].model

        def under_check(**more: bool) -> dict[str, object]:
            shown = model(**more)
            shown["servers"][""]["pending"] = "check"
            return shown

        monkeypatch.setattr(fake_hub.users["r1"], "model", under_check)

        reconcile_servers(hub=hub)

        assert refresh_claims.lists_are_broken()
