"""Open pages are answered without the database until something changes, then with the change."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.hub.resources import HubEventPayload
from jupyter_integration.models import HubEvent, SpawnRequest, StopRequest
from jupyter_integration.services.record_hub_event import record_hub_event
from jupyter_integration.services.request_spawn import request_spawn
from jupyter_integration.services.request_stop import request_cancel, request_stop
from jupyter_integration.status.dashboard_data import read_dashboard_data
from jupyter_integration.status.recent_requests import RecentRequests, read_recent_requests
from jupyter_integration.tests.pages import CARD, DASHBOARD
from jupyter_integration.tests.scenes import see, start
from jupyter_integration.work.expire_queued_spawns import expire_queued_spawns
from jupyter_integration.work.leases import claim
from jupyter_integration.work.slots import claim_with_slot

State = SpawnRequest.State
API = "/api/v1/server/"


@pytest.fixture(autouse=True)
def remembering(settings: Settings) -> None:
    settings.CACHES_ROWS = True


def follow(user: User, **changes: Any) -> None:
    """A worker takes up the user's start, and writes this to it."""
    lease = claim_with_slot(SpawnRequest.objects.get(user=user, finished_at=None).pk)
    assert lease is not None
    lease.renew(**changes)


def end(user: User, **changes: Any) -> None:
    """A worker takes up the user's start, and ends it so."""
    lease = claim_with_slot(SpawnRequest.objects.get(user=user, finished_at=None).pk)
    assert lease is not None
    lease.release(finished_at=timezone.now(), slot=None, **changes)


def end_stop(user: User) -> None:
    lease = claim(StopRequest.objects.open().due(), StopRequest.objects.get(user=user).pk)
    assert lease is not None
    lease.release(finished_at=timezone.now(), stopped=True)


def start_elsewhere(user: User) -> None:
    request_spawn(user=user, next_path=f"/user/{user.hub_username}/lab/tree/a.ipynb")


def cancel_while_starting(user: User) -> None:
    SpawnRequest.objects.filter(user=user).update(posted_at=timezone.now())
    assert request_cancel(user=user)


def wait_too_long(user: User) -> None:
    long_ago = timezone.now() - timedelta(days=1)
    SpawnRequest.objects.filter(user=user).update(created_at=long_ago)
    expire_queued_spawns(hub_unavailable_since=long_ago)


def die(user: User) -> None:
    event = HubEventPayload(
        kind=HubEvent.Kind.EXITED,
        username=user.hub_username,
        server_name="",
        happened_at=timezone.now(),
        exit_status=137,
        last_activity=None,
    )
    assert record_hub_event(message_id="msg_1", event=event)


QUEUED, RUNNING, STOPPING = "in line", "running", "stopping"

CHANGES: list[tuple[str, Callable[[User], object]]] = [
    (RUNNING, lambda user: request_spawn(user=user)),
    (RUNNING, lambda user: request_stop(user=user, requested_by=user)),
    (RUNNING, die),
    (STOPPING, end_stop),
    (QUEUED, start_elsewhere),
    (QUEUED, lambda user: request_cancel(user=user)),
    (QUEUED, cancel_while_starting),
    (QUEUED, wait_too_long),
    (QUEUED, lambda user: follow(user, state=State.STARTING, progress=40)),
    (QUEUED, lambda user: end(user, state=State.READY)),
    (QUEUED, lambda user: end(user, state=State.FAILED, failure_code=FailureCode.NO_SPACE)),
]


def columns(recent: RecentRequests) -> list[dict[str, Any]]:
    rows = [*recent.starts, recent.last_stop, recent.last_stop_event]
    hidden = {"_state", "lease_id", "lease_expires_at", "slot", "taken_up_at"}
    return [
        {name: value for name, value in vars(row).items() if name not in hidden}
        for row in rows
        if row is not None
    ]


@pytest.mark.parametrize(("before", "change"), CHANGES)
def test_every_change_is_on_the_next_page(
    monkeypatch, browser: Client, sara: User, before: str, change: Callable[[User], object]
) -> None:
    see(sara, ready=before != QUEUED)
    if before == QUEUED:
        request_spawn(user=sara)
    if before == STOPPING:
        request_stop(user=sara, requested_by=sara)
    seen = columns_on_page(browser)

    change(sara)

    now = columns_on_page(browser)
    assert now == columns(read_recent_requests(sara.pk))
    assert now != seen


def columns_on_page(browser: Client) -> list[dict[str, Any]]:
    """The rows behind the page, as it had them."""
    user = browser.get(DASHBOARD).context["user"]
    return columns(read_dashboard_data(user.pk).recent)


@pytest.mark.parametrize("address", [DASHBOARD, CARD, API])
def test_a_page_that_was_asked_for_a_moment_ago_reads_no_row(
    browser: Client, sara: User, address: str
) -> None:
    start(sara, State.READY)
    see(sara, ready=True)
    browser.get(address)

    with CaptureQueriesContext(connection) as queries:
        assert browser.get(address).status_code == 200

    assert [query["sql"] for query in queries if "accounts_user" in query["sql"]] != []
    assert not [query for query in queries if "jupyter_integration_" in query["sql"]]
