"""Each task delivered twice in the same moment, and two beats at once, do what one does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from celery import current_app
from django.test import Client
from django.utils import timezone

from accounts.models import User
from jupyter_integration import tasks
from jupyter_integration.models import HubRevocation, SpawnRequest, StopRequest
from jupyter_integration.testing import FakeHub, Spawn
from jupyter_integration.testing.at_once import at_once
from jupyter_integration.testing.workers import Workers
from jupyter_integration.tests.scenes import provision

pytestmark = pytest.mark.django_db(transaction=True)

A_CLASS = 5


def changes(fake_hub: FakeHub) -> list[str]:
    """The calls that were to change something on the Hub."""
    return [call for call in fake_hub.calls if not call.startswith("GET")]


def deliver_twice(task: Callable[..., None], *arguments: object) -> None:
    at_once(lambda _worker: task(*arguments), range(2))


def test_a_start(fake_hub: FakeHub, browser: Client, sara: User) -> None:
    fake_hub.add_user("sara")
    provision(sara)
    browser.post("/server/start/")

    deliver_twice(tasks.process_spawn_queue)

    assert SpawnRequest.objects.get().state == SpawnRequest.State.READY
    assert changes(fake_hub) == ["POST /users/sara/server"]


def test_a_stop(fake_hub: FakeHub, sara: User) -> None:
    fake_hub.add_user("sara")
    fake_hub.script_all(Spawn(seconds=0, stop_seconds=0.3))
    fake_hub.start_behind_the_portal("sara")
    stop = StopRequest.objects.create(user=sara, requested_by=sara)

    deliver_twice(tasks.stop_server, stop.pk)

    stop.refresh_from_db()
    assert stop.stopped
    assert changes(fake_hub) == ["DELETE /users/sara/server"]


def test_a_cancel(fake_hub: FakeHub, sara: User) -> None:
    fake_hub.add_user("sara")
    fake_hub.script_all(Spawn(seconds=20))
    fake_hub.start_behind_the_portal("sara")
    request = SpawnRequest.objects.create(
        user=sara,
        state=SpawnRequest.State.STARTING,
        posted_at=timezone.now(),
        cancel_requested_at=timezone.now(),
    )

    deliver_twice(tasks.cancel_start, request.pk)

    request.refresh_from_db()
    assert request.state == SpawnRequest.State.CANCELLED
    assert fake_hub.phase("sara") == "stopped"
    # The second takes the first for one who follows the start, and interrupts that: no harm.
    assert set(changes(fake_hub)) == {"DELETE /users/sara/server"}


def test_a_new_user_of_the_hub(fake_hub: FakeHub, sara: User) -> None:
    deliver_twice(tasks.make_hub_user, sara.pk)

    assert changes(fake_hub) == ["POST /users/sara"]


def test_a_revocation(fake_hub: FakeHub, sara: User) -> None:
    fake_hub.add_user("sara")
    fake_hub.start_behind_the_portal("sara")
    HubRevocation.objects.create(hub_username="sara")

    deliver_twice(tasks.revoke_hub_access, "sara")

    assert fake_hub.users == {}
    assert changes(fake_hub) == ["DELETE /users/sara/server", "DELETE /users/sara"]


def test_two_beats_wake_twice_and_everybody_gets_one_server(
    fake_hub: FakeHub, workers: Workers
) -> None:
    fake_hub.script_all(Spawn(seconds=0.2))
    for number in range(A_CLASS):
        user = provision(User.objects.create_user(f"student{number}"))
        fake_hub.add_user(user.hub_username)
        SpawnRequest.objects.create(user=user)
    SpawnRequest.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    workers.forget()

    deliver_twice(tasks.wake_stalled_work)
    sent = [current_app.tasks[name] for name, _arguments in workers.sent]
    at_once(lambda task: task(), sent)

    assert len(sent) > A_CLASS
    assert {request.state for request in SpawnRequest.objects.all()} == {SpawnRequest.State.READY}
    assert Counter(changes(fake_hub)) == Counter(
        f"POST /users/student{number}/server" for number in range(A_CLASS)
    )
