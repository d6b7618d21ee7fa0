"""First POST without reading the Hub, after a recent snapshot of a stopped server."""

from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
from django.utils import timezone

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.hub.errors import HubCircuitOpen
from jupyter_integration.models import SpawnRequest
from jupyter_integration.server_states import ServerState
from jupyter_integration.services.request_spawn import request_spawn
from jupyter_integration.services.request_stop import request_cancel
from jupyter_integration.status import snapshots
from jupyter_integration.status.queries import server_status
from jupyter_integration.testing.fake_hub import FakeHub, Spawn
from jupyter_integration.tests.scenes import provision, see
from portal.caches import copies

State = SpawnRequest.State
READ, POST = "GET /users/sara", "POST /users/sara/server"


@pytest.fixture
def stopped(sara: User, fake_hub: FakeHub) -> User:
    """Sara, with a fresh snapshot of a stopped server."""
    fake_hub.add_user("sara")
    see(provision(sara))
    return sara


def test_post_is_the_first_call(fake_hub, run, stopped) -> None:
    assert run(request_spawn(user=stopped)).state == State.READY
    assert fake_hub.calls[0] == POST
    assert fake_hub.calls.count(POST) == 1


def test_progress_provides_all_that_pages_show(fake_hub, run, stopped) -> None:
    fake_hub.script_all(Spawn(seconds=0.1))
    run(request_spawn(user=stopped))

    assert fake_hub.calls == [POST, f"{READ}/server/progress"]
    status = server_status(stopped)
    assert (status.state, status.is_stale) == (ServerState.READY, False)
    assert status.since is not None


def test_progress_without_url_reads_the_user(
    fake_hub, hub, run, stopped, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow = hub.follow_progress

    def follow_without_url(name: str, **more: object):
        return (replace(event, url=None) for event in follow(name, **more))

    monkeypatch.setattr(hub, "follow_progress", follow_without_url)

    assert run(request_spawn(user=stopped)).state == State.READY
    assert fake_hub.calls[-1] == READ


def test_old_snapshot_is_checked_before_the_post(fake_hub, run, stopped) -> None:
    copies.clear()
    see(stopped, as_of=timezone.now() - snapshots.BELIEVED_FOR)

    assert run(request_spawn(user=stopped)).state == State.READY
    assert fake_hub.calls[0] == READ


def test_outdated_snapshot_is_checked_before_the_post(fake_hub, run, stopped) -> None:
    snapshots.mark_outdated(stopped.pk)

    assert run(request_spawn(user=stopped)).state == State.READY
    assert fake_hub.calls[0] == READ


def test_server_started_since_snapshot_is_used(fake_hub, hub, run, stopped) -> None:
    fake_hub.start_behind_the_portal("sara")
    began = fake_hub.users["sara"].server.began

    assert run(request_spawn(user=stopped)).state == State.READY
    assert fake_hub.users["sara"].server.began == began
    assert server_status(stopped).since == hub.get_user("sara").server.started


def test_server_stopping_since_snapshot_is_awaited(fake_hub, hub, run, stopped) -> None:
    fake_hub.users["sara"].begin(Spawn(seconds=0, stop_seconds=0.5), {})
    hub.stop_server("sara")
    request = run(request_spawn(user=stopped))
    assert request.state == State.QUEUED

    assert run(request).state == State.READY


def test_lost_hub_user_is_created_again_at_once(fake_hub, run, stopped) -> None:
    del fake_hub.users["sara"]

    assert run(request_spawn(user=stopped)).state == State.READY
    assert fake_hub.calls.count("POST /users/sara") == 1


def test_inactive_account_is_not_posted(
    fake_hub, run, stopped, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = request_spawn(user=stopped)
    read = snapshots.read

    def make_inactive_and_read(user_id: int) -> snapshots.CachedStatus:
        User.objects.filter(pk=user_id).update(is_active=False)
        return read(user_id)

    monkeypatch.setattr(snapshots, "read", make_inactive_and_read)
    request = run(request)

    assert (request.state, request.failure_code) == (State.FAILED, FailureCode.ACCOUNT_INACTIVE)
    assert POST not in fake_hub.calls


def test_second_post_follows_a_check(fake_hub, run, stopped) -> None:
    fake_hub.lose_answers(1)
    request = run(request_spawn(user=stopped))
    assert request.state == State.QUEUED
    assert fake_hub.calls == [POST]

    assert run(request).state == State.READY
    assert fake_hub.calls[1] == READ
    assert fake_hub.calls.count(POST) == 1


def test_refused_post_does_not_inherit_older_failure(fake_hub, run, stopped) -> None:
    """The Hub reports the failure of the last start until it accepts another one."""
    fake_hub.script_all(Spawn(seconds=0.05, fails="boom"))
    assert run(request_spawn(user=stopped)).state == State.FAILED
    fake_hub.script_all(Spawn(seconds=0.05))
    fake_hub.throttle(retry_after=30)
    request = run(request_spawn(user=stopped))
    assert request.state == State.QUEUED

    fake_hub.unthrottle()
    assert run(request).state == State.READY


def test_post_refused_by_breaker_was_never_sent(
    fake_hub, hub, run, stopped, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_hub.script_all(Spawn(seconds=0.05, fails="boom"))
    assert run(request_spawn(user=stopped)).state == State.FAILED
    fake_hub.script_all(Spawn(seconds=0.05))
    with monkeypatch.context() as away:
        away.setattr(hub, "start_server", _refuse_in_its_turn)
        request = run(request_spawn(user=stopped))
    assert (request.state, request.posted_at, request.slot) == (State.QUEUED, None, None)

    assert run(request).state == State.READY


def _refuse_in_its_turn(_name: str, _options: object) -> None:
    raise HubCircuitOpen("the Hub was away a moment ago", retry_after=1.0)


def test_start_cancelled_during_its_turn_is_not_sent(
    fake_hub, hub, run, stopped, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_turn = hub.start_turn

    def cancel_and_wait_for_turn() -> AbstractContextManager[None]:
        assert request_cancel(user=stopped)
        return start_turn()

    monkeypatch.setattr(hub, "start_turn", cancel_and_wait_for_turn)

    assert run(request_spawn(user=stopped)).state == State.CANCELLED
    assert POST not in fake_hub.calls
