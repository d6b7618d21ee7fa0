"""A server that does not run any more says why, as far as anybody knows it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone, translation

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.hub.resources import read_event
from jupyter_integration.models import HubEvent, SpawnRequest
from jupyter_integration.server_states import ServerState
from jupyter_integration.services.record_hub_event import record_hub_event
from jupyter_integration.status.queries import server_status
from jupyter_integration.status.recent_requests import (
    invalidate_recent_requests,
    read_recent_requests,
)
from jupyter_integration.status.server_status import StopCause, StopReason
from jupyter_integration.testing.hub_hooks import SentEvent
from jupyter_integration.tests.pages import DASHBOARD
from jupyter_integration.tests.scenes import provision, see, start, stop

State = SpawnRequest.State
Kind = HubEvent.Kind

pytestmark = pytest.mark.django_db


@pytest.fixture
def sara(sara: User) -> User:
    """Sara, whose server was started an hour ago and does not run now."""
    provision(sara)
    started = ago(minutes=60)
    start(sara, State.READY, posted_at=started, finished_at=started)
    see(sara)
    return sara


def ago(**span: float) -> datetime:
    return timezone.now() - timedelta(**span)


def told(user: User, kind: str, *, at: datetime | None = None, **more: Any) -> datetime:
    """The Hub told this of the user's server, five minutes ago; returns when."""
    at = at or ago(minutes=5)
    event = HubEvent(kind=kind, hub_username=user.hub_username, happened_at=at, **more)
    event.message_id = f"msg_{HubEvent.objects.count()}"
    event.save()
    invalidate_recent_requests(user.pk)
    return at


def pressed_stop(user: User, *, by: User, at: datetime | None = None) -> None:
    at = at or ago(minutes=5)
    pressed = stop(user, finished_at=at + timedelta(seconds=2), stopped=True)
    pressed.requested_by = by
    pressed.created_at = at - timedelta(seconds=1)
    pressed.save()
    invalidate_recent_requests(user.pk)


def stop_reason(user: User) -> StopReason | None:
    return server_status(user).stop_reason


def cause(user: User) -> StopCause | None:
    found = stop_reason(user)
    return found.cause if found else None


def test_its_owner_stopped_it_here(sara) -> None:
    pressed_stop(sara, by=sara)
    at = told(sara, Kind.STOPPED, last_activity=ago(minutes=6))

    assert stop_reason(sara) == StopReason(StopCause.OWNER, at)


def test_staff_stopped_it_for_its_owner(sara, nasrin) -> None:
    pressed_stop(sara, by=nasrin)
    told(sara, Kind.STOPPED, last_activity=ago(minutes=6))

    assert cause(sara) is StopCause.STAFF


def test_who_stopped_it_is_known_also_where_the_event_was_lost(sara) -> None:
    pressed_stop(sara, by=sara)

    assert cause(sara) is StopCause.OWNER


def test_an_owner_who_stops_a_server_that_was_idle_stopped_it_all_the_same(sara, settings) -> None:
    settings.IDLE_TIMEOUT = 600
    pressed_stop(sara, by=sara)
    told(sara, Kind.STOPPED, last_activity=ago(minutes=30))

    assert cause(sara) is StopCause.OWNER


@pytest.mark.parametrize(
    ("idle_timeout", "idle", "shown"),
    [
        (1800, timedelta(minutes=33, seconds=20), timedelta(minutes=33)),
        (5, timedelta(seconds=7.5), timedelta(seconds=7)),
    ],
)
def test_nobody_used_it_for_as_long_as_is_allowed(
    sara, settings, idle_timeout: int, idle: timedelta, shown: timedelta
) -> None:
    settings.IDLE_TIMEOUT = idle_timeout
    at = ago(minutes=5)
    told(sara, Kind.STOPPED, at=at, last_activity=at - idle)

    assert stop_reason(sara) == StopReason(StopCause.IDLE, at, idle_for=shown)


@pytest.mark.parametrize("last_activity", [None, ago(minutes=6)])
def test_one_that_was_used_and_stopped_without_the_portal_was_stopped_at_the_hub(
    sara, last_activity: datetime | None
) -> None:
    told(sara, Kind.STOPPED, last_activity=last_activity)

    assert cause(sara) is StopCause.HUB_STAFF


@pytest.mark.parametrize(
    ("exit_status", "expected"),
    [
        (137, StopCause.KILLED),
        (0, StopCause.EXITED),
        (1, StopCause.EXITED),
        (143, StopCause.EXITED),
        (None, StopCause.EXITED),
    ],
)
def test_its_process_ended_by_itself(sara, exit_status: int | None, expected: StopCause) -> None:
    at = told(sara, Kind.EXITED, exit_status=exit_status)

    assert stop_reason(sara) == StopReason(expected, at, exit_status=exit_status)


def test_it_ended_with_the_hub(sara) -> None:
    told(sara, Kind.ENDED_WITH_HUB)

    assert cause(sara) is StopCause.HUB_ENDED


def test_the_last_ending_counts_in_whatever_order_they_come(sara) -> None:
    told(sara, Kind.EXITED, at=ago(minutes=2), exit_status=1)
    told(sara, Kind.ENDED_WITH_HUB, at=ago(minutes=20))

    assert cause(sara) is StopCause.EXITED


def test_an_event_that_comes_twice_tells_the_same(sara, workers) -> None:
    event = SentEvent(kind=Kind.EXITED, username="sara", exit_status=1)
    for _time in range(2):
        record_hub_event(message_id=event.id, event=read_event(event.payload))

    assert stop_reason(sara) == StopReason(StopCause.EXITED, event.happened_at, exit_status=1)


class TestOfNoEnding:
    def test_where_nothing_was_told_nothing_is_claimed(self, sara) -> None:
        assert server_status(sara).state is ServerState.STOPPED
        assert stop_reason(sara) is None

    @pytest.mark.parametrize("how", ["told", "asked for"])
    def test_that_of_an_earlier_start_is_gone(self, sara, how: str) -> None:
        if how == "told":
            told(sara, Kind.EXITED, at=ago(minutes=20))
        else:
            pressed_stop(sara, by=sara, at=ago(minutes=20))
        assert stop_reason(sara) is not None

        began = ago(minutes=10)
        start(sara, State.READY, posted_at=began, finished_at=began)

        assert server_status(sara).state is ServerState.STOPPED
        assert stop_reason(sara) is None

    def test_another_persons_says_nothing(self, sara, omid) -> None:
        told(omid, Kind.EXITED)

        assert stop_reason(sara) is None

    @pytest.mark.parametrize("kind", [Kind.SERVER_STARTED, Kind.START_FAILED, "server.renamed"])
    def test_what_is_no_end_of_a_server_is_none_here(self, sara, kind: str) -> None:
        told(sara, kind)

        assert stop_reason(sara) is None

    def test_a_start_that_was_taken_back_ended_no_server(self, sara) -> None:
        start(sara, State.CANCELLED, posted_at=ago(minutes=6))
        told(sara, Kind.STOPPED, last_activity=ago(minutes=6))

        assert stop_reason(sara) is None

    def test_a_stop_that_was_given_up_ended_none(self, sara) -> None:
        stop(sara, finished_at=ago(minutes=5))

        assert stop_reason(sara) is None

    def test_a_failed_start_says_its_own_reason(self, sara) -> None:
        told(sara, Kind.EXITED)
        start(sara, State.FAILED, posted_at=ago(minutes=1), failure_code=FailureCode.NO_SPACE)

        status = server_status(sara)
        assert (status.state, status.stop_reason) == (ServerState.FAILED, None)

    def test_a_server_that_runs_has_none(self, sara) -> None:
        told(sara, Kind.EXITED)
        see(sara, ready=True)

        assert stop_reason(sara) is None


def test_the_ending_of_a_server_that_the_portal_never_started_is_told_too(omid) -> None:
    see(omid)
    told(omid, Kind.EXITED, exit_status=1)

    assert cause(omid) is StopCause.EXITED


def test_it_is_read_with_all_else_in_one_query(sara, django_assert_num_queries) -> None:
    at = told(sara, Kind.EXITED, exit_status=3, last_activity=ago(hours=1))
    stored = HubEvent.objects.get()

    with django_assert_num_queries(1):
        read = read_recent_requests(sara.pk).last_stop_event

    assert read is not None
    assert (read.kind, read.happened_at, read.exit_status) == (Kind.EXITED, at, 3)
    assert (read, read.last_activity) == (stored, stored.last_activity)


class TestOfTheCard:
    @pytest.fixture
    def card(self, sara: User) -> Any:
        def card(language: str = "fa") -> Any:
            sara.language = language
            sara.save()
            client = Client()
            client.force_login(sara)
            html = BeautifulSoup(client.get(DASHBOARD).content, "html.parser")
            return html.find(id="server-stop-reason")

        return card

    def said(self, tag: Any) -> str:
        return " ".join(tag.get_text().split())

    def test_it_says_why_and_when_by_both_calendars(self, sara, card) -> None:
        at = told(sara, Kind.EXITED, exit_status=137)

        shown = card()

        assert "تمام شدن حافظه" in self.said(shown)
        assert "کد خروج ۱۳۷" in self.said(shown)
        assert "۵ دقیقه پیش" in self.said(shown)
        assert "ساعت" in self.said(shown)
        moment = timezone.localtime(at)
        assert shown.find("time")["title"] == f"{moment:%Y-%m-%d %H:%M}"

    @pytest.mark.parametrize("language", ["fa", "en"])
    def test_every_cause_has_a_sentence_of_its_own(self, sara, nasrin, card, language) -> None:
        said = set()

        def note() -> None:
            said.add(self.said(card(language).find("span")).split("·")[0])

        for exit_status in (None, 0, 1, 137):
            told(sara, Kind.EXITED, at=timezone.now(), exit_status=exit_status)
            note()
        told(sara, Kind.ENDED_WITH_HUB, at=timezone.now())
        note()
        told(sara, Kind.STOPPED, at=timezone.now(), last_activity=ago(hours=2))
        note()
        told(sara, Kind.STOPPED, at=timezone.now())
        note()
        pressed_stop(sara, by=nasrin, at=ago(seconds=30))
        note()
        pressed_stop(sara, by=sara, at=ago(seconds=30))
        note()

        assert len(said) == 9

    def test_without_an_ending_there_is_no_empty_sentence(self, card) -> None:
        assert card() is None

    def test_the_limit_is_said_while_the_server_runs(self, sara, client, settings) -> None:
        settings.IDLE_TIMEOUT = 5400
        see(sara, ready=True)
        client.force_login(sara)

        with translation.override("fa"):
            html = BeautifulSoup(client.get(DASHBOARD).content, "html.parser")

        limit = html.find(class_="server-card__limit")
        assert "پس از ۱ ساعت و ۳۰ دقیقه بی‌استفاده ماندن" in " ".join(limit.get_text().split())
