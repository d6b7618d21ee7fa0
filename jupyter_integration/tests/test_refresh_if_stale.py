"""Pages have old readings read again: once, however many pages there are."""

from dataclasses import replace
from datetime import timedelta

import pytest
from celery import Task
from django.utils import timezone

from accounts.models import User
from jupyter_integration.hub.resources import STOPPED_SERVER
from jupyter_integration.models import SpawnRequest
from jupyter_integration.server_states import ServerState
from jupyter_integration.services.refresh_if_stale import refresh_if_stale
from jupyter_integration.status import hub_availability, snapshots
from jupyter_integration.status.queries import server_status
from jupyter_integration.tasks import reconcile_all_servers, refresh_server
from jupyter_integration.testing.at_once import at_once
from jupyter_integration.testing.broken_broker import broken_broker
from jupyter_integration.testing.hub_away import find_the_hub_away
from jupyter_integration.tests.scenes import provision, start, stop

State = SpawnRequest.State


@pytest.fixture
def sara(sara: User) -> User:
    """Sara, with a user of her own on the Hub."""
    return provision(sara)


def look(user: User) -> None:
    refresh_if_stale(user=user, status=server_status(user))


def seen(user: User, *, ago: float) -> None:
    snapshots.record(user.pk, STOPPED_SERVER, as_of=timezone.now() - timedelta(seconds=ago))


def test_a_page_of_which_nothing_is_known_wakes_a_reading(sara, workers) -> None:
    with workers.committing():
        look(sara)

    assert workers.sent == [("server.reconcile_servers", ())]


def test_a_fresh_reading_is_left_as_it_is(sara, workers) -> None:
    seen(sara, ago=2)
    with workers.committing():
        look(sara)

    assert workers.sent == []


def test_an_old_reading_is_read_again(sara, workers) -> None:
    seen(sara, ago=9)
    with workers.committing():
        look(sara)

    assert workers.sent == [("server.reconcile_servers", ())]


def test_while_a_server_is_stopping_it_is_read_every_second(sara, workers) -> None:
    seen(sara, ago=2)
    stop(sara)
    with workers.committing():
        look(sara)

    assert workers.count("server.refresh") == 1


@pytest.mark.parametrize("state", SpawnRequest.OPEN_STATES)
def test_of_a_start_that_a_worker_reports_nobody_asks(sara, workers, state) -> None:
    seen(sara, ago=60)
    start(sara, state)
    with workers.committing():
        look(sara)

    assert workers.sent == []


def test_a_start_behind_the_portals_back_is_read_again_and_again(sara, workers) -> None:
    """Also of one who has started through the portal before: no worker of ours reports this one."""
    ended = timezone.now() - timedelta(minutes=1)
    start(sara, State.READY, finished_at=ended)
    starting = replace(STOPPED_SERVER, pending="spawn", stopped=False)
    snapshots.record(sara.pk, starting, as_of=timezone.now() - timedelta(seconds=2))
    assert server_status(sara).state is ServerState.STARTING

    with workers.committing():
        look(sara)

    assert workers.count("server.refresh") == 1


def test_many_pages_of_many_people_wake_one_list(sara, omid, workers) -> None:
    provision(omid)
    with workers.committing():
        for _page in range(50):
            look(sara)
            look(omid)

    assert workers.sent == [("server.reconcile_servers", ())]


def test_each_changing_server_has_readings_of_its_own(sara, omid, workers) -> None:
    for user in (sara, provision(omid)):
        seen(user, ago=2)
        stop(user)
    with workers.committing():
        for _page in range(50):
            look(sara)
            look(omid)

    assert workers.sent == [("server.refresh", (sara.pk,)), ("server.refresh", (omid.pk,))]


@pytest.mark.django_db(transaction=True)
def test_a_thousand_cold_pages_at_the_same_moment_cost_the_hub_one_call(
    fake_hub, sara, workers
) -> None:
    fake_hub.add_user("sara")
    fake_hub.start_behind_the_portal("sara")

    def look_often(_thread: int) -> None:
        for _time in range(50):
            look(sara)

    at_once(look_often, range(20))
    assert workers.sent == [("server.reconcile_servers", ())]

    workers.work_off()
    assert fake_hub.calls == ["GET /users"]
    assert server_status(sara).state is ServerState.READY

    at_once(look_often, range(2))
    assert workers.sent == []


@pytest.mark.parametrize("state", ["stopped", "stopping"])
def test_while_the_hub_is_away_one_question_for_all_is_enough(
    sara, omid, workers, state: str
) -> None:
    for user in (sara, provision(omid)):
        seen(user, ago=30)
        if state == "stopping":
            stop(user)
    find_the_hub_away()
    with workers.committing():
        look(sara)
        look(omid)

    assert workers.sent == [("server.reconcile_servers", ())]


def test_while_the_list_is_broken_people_are_read_one_by_one(sara, omid, workers) -> None:
    provision(omid)
    snapshots.record_broken_list()
    with workers.committing():
        look(sara)
        look(omid)

    assert workers.sent == [("server.refresh", (sara.pk,)), ("server.refresh", (omid.pk,))]


@pytest.mark.django_db(transaction=True)
def test_of_those_who_ask_in_the_same_instant_one_may_wake() -> None:
    for user_id in range(1000, 1010):
        assert at_once(snapshots.claim_refresh, [user_id] * 12).count(True) == 1
    assert at_once(lambda _thread: snapshots.claim_list(), range(12)).count(True) == 1


def test_the_answer_ends_the_asking(fake_hub, sara, workers) -> None:
    fake_hub.add_user("sara")
    with workers.committing():
        look(sara)
    assert snapshots.read(sara.pk).asked_at is not None

    workers.work_off()

    assert server_status(sara).state is ServerState.STOPPED
    assert snapshots.read(sara.pk).asked_at is None


def test_one_who_has_no_hub_user_yet_gets_one_and_is_read(fake_hub, omid, workers) -> None:
    with workers.committing():
        look(omid)
    assert workers.sent == [("server.make_hub_user", (omid.pk,))]

    workers.work_off()
    assert list(fake_hub.users) == ["omid"]
    omid.refresh_from_db()
    assert server_status(omid).state is ServerState.STOPPED


def test_with_the_broker_down_no_page_breaks(sara, workers) -> None:
    with broken_broker(), workers.committing():
        look(sara)

    assert workers.sent == []


@pytest.mark.parametrize("task", [refresh_server, reconcile_all_servers])
def test_a_reading_that_nobody_got_round_to_is_dropped_by_the_worker(task: Task) -> None:
    """Else those of an outage would be worked off one by one after it."""
    assert task.expires == snapshots.WAKE_AGAIN_AFTER


class TestReading:
    def test_what_the_hub_shows_is_what_pages_show(self, fake_hub, sara) -> None:
        fake_hub.add_user("sara")
        fake_hub.start_behind_the_portal("sara")

        refresh_server(sara.pk)

        assert server_status(sara).state is ServerState.READY

    def test_one_whom_the_hub_does_not_know_has_no_server(self, fake_hub, sara) -> None:
        refresh_server(sara.pk)

        assert server_status(sara).state is ServerState.STOPPED

    def test_a_hub_that_refuses_our_token_is_lost_for_all(
        self, fake_hub, sara, omid, settings
    ) -> None:
        settings.JUPYTERHUB_API_TOKEN = "another-token-than-the-hubs"

        refresh_server(sara.pk)

        assert server_status(omid).stale

    def test_until_it_accepts_the_token_again(self, fake_hub, sara, omid) -> None:
        fake_hub.add_user("sara")
        hub_availability.record_refusal()

        refresh_server(sara.pk)

        assert not server_status(omid).stale

    def test_one_persons_broken_answer_is_not_everybodys(
        self, fake_hub, sara, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fake_hub.add_user("sara")
        monkeypatch.setattr(
            type(fake_hub.users["sara"]), "model", lambda self, **_more: {"name": 7}
        )

        refresh_server(sara.pk)

        assert not hub_availability.read().is_unavailable
        assert server_status(sara).checking

    def test_it_is_as_old_as_the_question_and_not_as_the_answer(self, fake_hub, sara) -> None:
        fake_hub.add_user("sara")
        fake_hub.delay(0.3)
        before = timezone.now()

        refresh_server(sara.pk)

        snapshot = snapshots.read(sara.pk).snapshot
        assert snapshot is not None
        assert snapshot.as_of - before < timedelta(seconds=0.25)

    def test_of_an_account_that_is_gone_nothing_is_read(self, fake_hub, db: None) -> None:
        refresh_server(987654321)

        assert fake_hub.calls == []
