"""Dashboard data: read without the database until something changes, then with the change."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from jupyter_integration.hub.resources import HubEventPayload
from jupyter_integration.models import HelpRequest, HubEvent, SpawnRequest, StopRequest
from jupyter_integration.services.answer_help import answer_help as send_answer
from jupyter_integration.services.answer_help import close_help
from jupyter_integration.services.read_thread import mark_answers_read
from jupyter_integration.services.record_hub_event import record_hub_event
from jupyter_integration.services.request_help import request_help
from jupyter_integration.services.request_spawn import request_spawn
from jupyter_integration.services.request_stop import request_cancel, request_stop
from jupyter_integration.services.write_again import write_again as send_message
from jupyter_integration.status.dashboard_data import DashboardData, read_dashboard_data
from jupyter_integration.tests.pages import CARD, DASHBOARD
from jupyter_integration.tests.scenes import see, start, stop
from jupyter_integration.work.leases import Lease, claim
from jupyter_integration.work.slots import claim_with_slot

State = SpawnRequest.State
API = "/api/v1/server/"


@pytest.fixture(autouse=True)
def cached_rows(settings: Settings) -> None:
    settings.CACHES_ROWS = True


def claim_spawn(user: User) -> Lease:
    lease = claim_with_slot(SpawnRequest.objects.get(user=user).pk)
    assert lease is not None
    return lease


def finish_stop(user: User) -> None:
    lease = claim(StopRequest.objects.open().due(), StopRequest.objects.get(user=user).pk)
    assert lease is not None
    lease.release(finished_at=timezone.now(), stopped=True)


def kill_server(user: User) -> None:
    event = HubEventPayload(
        kind=HubEvent.Kind.EXITED,
        username=user.hub_username,
        server_name="",
        happened_at=timezone.now(),
        exit_status=137,
        last_activity=None,
    )
    assert record_hub_event(message_id="msg_1", event=event, sent_at=timezone.now())


def ask_for_help(user: User) -> None:
    request_help(user=user, words="کمک")


def answer_help(user: User) -> None:
    asked = HelpRequest.objects.get(user=user)
    send_answer(help_request=asked, staff=user, text="پاسخ", last_seen=0)


def ask_and_answer(user: User) -> None:
    ask_for_help(user)
    answer_help(user)


def close(user: User) -> None:
    assert close_help(help_request=HelpRequest.objects.get(user=user), staff=user)


def read_answer(user: User) -> None:
    mark_answers_read(help_request=HelpRequest.objects.get(user=user))


def write_again(user: User) -> None:
    send_message(help_request=HelpRequest.objects.get(user=user), text="باز هم نشد")


def do_nothing(_user: User) -> None:
    pass


CHANGES: list[tuple[Callable[[User], object], Callable[[User], object]]] = [
    (do_nothing, lambda user: request_spawn(user=user)),
    (do_nothing, lambda user: request_stop(user=user, requested_by=user)),
    (do_nothing, kill_server),
    (do_nothing, ask_for_help),
    (ask_for_help, answer_help),
    (ask_and_answer, close),
    (ask_and_answer, read_answer),
    (ask_and_answer, write_again),
    (stop, finish_stop),
    (start, lambda user: request_cancel(user=user)),
    (start, lambda user: claim_spawn(user).renew(state=State.STARTING, progress=40)),
]


def shown(data: DashboardData) -> tuple[Any, ...]:
    starts = [(row.pk, row.state, row.progress) for row in data.starts]
    helps = [(row.pk, row.state, row.is_unread) for row in data.help_requests]
    return data.status.state, data.status.stop_reason, data.status.progress, starts, helps


@pytest.mark.parametrize(("prepare", "change"), CHANGES)
def test_next_page_shows_every_change(
    sara: User,
    settings: Settings,
    prepare: Callable[[User], object],
    change: Callable[[User], object],
) -> None:
    see(sara)
    prepare(sara)
    before = shown(read_dashboard_data(sara.pk))

    change(sara)

    see(sara)
    after = shown(read_dashboard_data(sara.pk))
    assert after != before
    settings.CACHES_ROWS = False
    assert after == shown(read_dashboard_data(sara.pk))


def queries_on_rows(action: Callable[[], object]) -> list[str]:
    """The queries on rows of users and their servers."""
    with CaptureQueriesContext(connection) as queries:
        action()
    tables = ("accounts_user", "jupyter_integration_")
    return [query["sql"] for query in queries if any(name in query["sql"] for name in tables)]


def test_renewed_lease_invalidates_nothing(sara: User) -> None:
    start(sara)
    lease = claim_spawn(sara)
    read_dashboard_data(sara.pk)

    assert len(queries_on_rows(lease.renew)) == 1
    assert queries_on_rows(lambda: read_dashboard_data(sara.pk)) == []


@pytest.mark.parametrize("address", [DASHBOARD, CARD, API])
def test_unchanged_page_reads_the_account_alone(browser: Client, sara: User, address: str) -> None:
    start(sara, State.READY)
    see(sara, ready=True)
    browser.get(address)

    queries = queries_on_rows(lambda: browser.get(address))

    assert len(queries) == 1
    assert "accounts_user" in queries[0]
