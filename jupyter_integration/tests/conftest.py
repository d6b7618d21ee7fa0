"""What the tests of servers share beside the cast."""

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
from jupyter_integration.tests.scenes import provision, take_up_and_run
from jupyter_integration.work.leases import LeaseKeeper


class Clock:
    """Time that goes only when it is told to."""

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
    """Sara's, signed in; she has a user of her own on the Hub."""
    client.force_login(provision(sara))
    return client


@pytest.fixture
def staff(client: Client, nasrin: User) -> Client:
    """Nasrin's, signed in."""
    client.force_login(nasrin)
    return client


@pytest.fixture
def both_on_the_hub(sara: User, omid: User) -> None:
    """Sara and Omid have users of their own on the Hub."""
    provision(sara)
    provision(omid)


Follow = Callable[[SpawnRequest], threading.Thread]


@pytest.fixture
def follow(hub: HubClient, lab: LabProbe) -> Iterator[Follow]:
    """A worker takes up a start in a thread of its own, while the test acts."""
    threads = []

    def follow_in_a_thread(request: SpawnRequest) -> threading.Thread:
        def work() -> None:
            take_up_and_run(hub=hub, lab=lab, keeper=LeaseKeeper(), request_id=request.pk)
            connection.close()

        thread = threading.Thread(target=work)
        thread.start()
        threads.append(thread)
        return thread

    yield follow_in_a_thread
    for thread in threads:
        thread.join(timeout=20)
