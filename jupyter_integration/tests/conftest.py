"""Fixtures of the tests of servers."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.probe import LabProbe
from jupyter_integration.models import SpawnRequest
from jupyter_integration.tests.scenes import claim_and_run, provision
from jupyter_integration.work.leases import LeaseKeeper


class Clock:
    """A clock that stands still until `go`."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def go(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


@pytest.fixture
def browser(client: Client, sara: User) -> Client:
    """Sara's browser, signed in; she has a Hub user."""
    client.force_login(provision(sara))
    return client


@pytest.fixture
def staff(client: Client, nasrin: User) -> Client:
    """Nasrin's, signed in."""
    client.force_login(nasrin)
    return client


@pytest.fixture
def both_on_the_hub(sara: User, omid: User) -> None:
    """Sara and Omid have Hub users."""
    provision(sara)
    provision(omid)


Follow = Callable[[SpawnRequest], threading.Thread]
Run = Callable[[SpawnRequest], SpawnRequest]


@pytest.fixture
def follow(hub: HubClient, lab: LabProbe) -> Iterator[Follow]:
    """Let a worker claim a start and work on it in a thread of its own."""
    threads = []

    def follow_in_a_thread(request: SpawnRequest) -> threading.Thread:
        def work() -> None:
            claim_and_run(hub=hub, lab=lab, keeper=LeaseKeeper(), request_id=request.pk)
            connection.close()

        thread = threading.Thread(target=work)
        thread.start()
        threads.append(thread)
        return thread

    yield follow_in_a_thread
    for thread in threads:
        thread.join(timeout=20)


@pytest.fixture
def run(hub: HubClient, lab: LabProbe) -> Run:
    """Let a worker claim a start and work on it once, also if it has to wait by now."""

    def run_once(request: SpawnRequest) -> SpawnRequest:
        SpawnRequest.objects.filter(pk=request.pk).update(not_before=None)
        claim_and_run(hub=hub, lab=lab, keeper=LeaseKeeper(), request_id=request.pk)
        request.refresh_from_db()
        return request

    return run_once
