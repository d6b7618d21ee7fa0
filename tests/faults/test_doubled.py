"""Tasks that are delivered twice at the same moment."""

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

CLASS_SIZE = 5


def changes(fake_hub: FakeHub) -> list[str]:
    """Return the calls that change something on the Hub."""
    return [call for call in fake_hub.calls if not call.startswith("GET")]


def deliver_twice(task: Callable[..., None], *arguments: object) -> None:
    at_once(lambda _worker: task(*arguments), range(2))


def test_doubled_start_posts_once(fake_hub: FakeHub, browser: Client, sara: User) -> None:
    fake_hub.add_user("sara")
    provision(sara)
    browser.post("/server/start/")

    deliver_twice(tasks.process_spawn_queue)

    assert SpawnRequest.objects.get().state == SpawnRequest.State.READY
    assert changes(fake_hub) == ["POST /users/sara/server"]


def test_doubled_stop_sends_one_delete(fake_hub: FakeHub, sara: User) -> None:
    fake_hub.add_user("sara")
    fake_hub.script_all(Spawn(seconds=0, stop_seconds=0.3))
    fake_hub.start_behind_the_portal("sara")
    stop = StopRequest.objects.create(user=sara, requested_by=sara)

    deliver_twice(tasks.stop_server, stop.pk)

    stop.refresh_from_db()
    assert stop.stopped
    assert changes(fake_hub) == ["DELETE /users/sara/server"]


def test_doubled_cancel_ends_the_start(fake_hub: FakeHub, sara: User) -> None:
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
    # The second worker takes the first for a follower of the start and interrupts it: no harm.
    assert set(changes(fake_hub)) == {"DELETE /users/sara/server"}


def test_doubled_provisioning_creates_one_user(fake_hub: FakeHub, sara: User) -> None:
    deliver_twice(tasks.make_hub_user, sara.pk)

    assert changes(fake_hub) == ["POST /users/sara"]


def test_doubled_revocation_deletes_once(fake_hub: FakeHub, sara: User) -> None:
    fake_hub.add_user("sara")
    fake_hub.start_behind_the_portal("sara")
    HubRevocation.objects.create(hub_username="sara")

    deliver_twice(tasks.revoke_hub_access, "sara")

    assert fake_hub.users == {}
    assert changes(fake_hub) == ["DELETE /users/sara/server", "DELETE /users/sara"]


def test_two_beats_give_each_user_one_server(fake_hub: FakeHub, workers: Workers) -> None:
    fake_hub.script_all(Spawn(seconds=0.2))
    for number in range(CLASS_SIZE):
        user = provision(User.objects.create_user(f"student{number}"))
        fake_hub.add_user(user.hub_username)
        SpawnRequest.objects.create(user=user)
    SpawnRequest.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    workers.forget()

    deliver_twice(tasks.wake_stalled_work)
    sent = [current_app.tasks[name] for name, _arguments in workers.sent]
    at_once(lambda task: task(), sent)

    assert len(sent) > CLASS_SIZE
    assert {request.state for request in SpawnRequest.objects.all()} == {SpawnRequest.State.READY}
    assert Counter(changes(fake_hub)) == Counter(
        f"POST /users/student{number}/server" for number in range(CLASS_SIZE)
    )
