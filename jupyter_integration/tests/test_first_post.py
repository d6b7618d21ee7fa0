"""A server that was seen stopped a moment ago is asked for without another look at the Hub."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
from django.core.cache import cache
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
from jupyter_integration.tests.scenes import provision, see, take_up_and_run
from jupyter_integration.work.leases import LeaseKeeper

State = SpawnRequest.State
LOOK, POST = "GET /users/sara", "POST /users/sara/server"


@pytest.fixture
def run(hub, lab) -> Callable[[SpawnRequest], SpawnRequest]:
    def run_once(request: SpawnRequest) -> SpawnRequest:
        take_up_and_run(hub=hub, lab=lab, keeper=LeaseKeeper(), request_id=request.pk)
        request.refresh_from_db()
        return request

    return run_once


@pytest.fixture
def stopped(sara: User, fake_hub: FakeHub) -> User:
    """Sara, whose page has shown that her server is stopped."""
    fake_hub.add_user("sara")
    see(provision(sara))
    return sara


def test_the_post_is_the_first_call(fake_hub, run, stopped) -> None:
    assert run(request_spawn(user=stopped)).state == State.READY
    assert fake_hub.calls[0] == POST
    assert fake_hub.calls.count(POST) == 1


def test_the_progress_is_the_other_and_tells_all_that_a_page_shows(fake_hub, run, stopped) -> None:
    fake_hub.script_all(Spawn(seconds=0.1))
    run(request_spawn(user=stopped))

    assert fake_hub.calls == [POST, f"{LOOK}/server/progress"]
    status = server_status(stopped)
    assert (status.state, status.is_stale) == (ServerState.READY, False)
    assert status.since is not None


def test_a_hub_that_does_not_tell_where_the_server_is_is_asked(
    fake_hub, hub, run, stopped, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow = hub.follow_progress

    def follow_without_url(name: str, **more: object):
        return (replace(event, url=None) for event in follow(name, **more))

    monkeypatch.setattr(hub, "follow_progress", follow_without_url)

    assert run(request_spawn(user=stopped)).state == State.READY
    assert fake_hub.calls[-1] == LOOK


def test_what_was_seen_too_long_ago_is_looked_at_first(fake_hub, run, stopped) -> None:
    cache.clear()
    see(stopped, as_of=timezone.now() - snapshots.BELIEVED_FOR)

    assert run(request_spawn(user=stopped)).state == State.READY
    assert fake_hub.calls[0] == LOOK


def test_what_an_event_told_a_change_of_is_looked_at_first(fake_hub, run, stopped) -> None:
    snapshots.mark_outdated(stopped.pk)

    assert run(request_spawn(user=stopped)).state == State.READY
    assert fake_hub.calls[0] == LOOK


def test_a_server_that_runs_since_then_is_the_one_that_is_opened(
    fake_hub, hub, run, stopped
) -> None:
    fake_hub.start_behind_the_portal("sara")
    began = fake_hub.users["sara"].server.began

    assert run(request_spawn(user=stopped)).state == State.READY
    assert fake_hub.users["sara"].server.began == began
    assert server_status(stopped).since == hub.get_user("sara").server.started


def test_one_that_stops_since_then_is_waited_for(fake_hub, hub, run, stopped) -> None:
    fake_hub.users["sara"].begin(Spawn(seconds=0, stop_seconds=0.5), {})
    hub.stop_server("sara")
    request = run(request_spawn(user=stopped))
    assert request.state == State.QUEUED

    SpawnRequest.objects.update(not_before=None)
    assert run(request).state == State.READY


def test_a_user_whom_the_hub_has_lost_is_made_anew_at_once(fake_hub, run, stopped) -> None:
    del fake_hub.users["sara"]

    assert run(request_spawn(user=stopped)).state == State.READY
    assert fake_hub.calls.count("POST /users/sara") == 1


def test_an_account_that_was_made_inactive_meanwhile_is_not_asked_for(
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


def test_it_is_not_sent_a_second_time_before_a_look(fake_hub, run, stopped) -> None:
    fake_hub.lose_answers(1)
    request = run(request_spawn(user=stopped))
    assert request.state == State.QUEUED
    assert fake_hub.calls == [POST]

    SpawnRequest.objects.update(not_before=None)
    assert run(request).state == State.READY
    assert fake_hub.calls[1] == LOOK
    assert fake_hub.calls.count(POST) == 1


def test_a_refusal_is_no_try_and_an_older_failure_not_its_own(fake_hub, run, stopped) -> None:
    """The Hub repeats why the start before failed for as long as it takes no other."""
    fake_hub.script_all(Spawn(seconds=0.05, fails="boom"))
    assert run(request_spawn(user=stopped)).state == State.FAILED
    fake_hub.script_all(Spawn(seconds=0.05))
    fake_hub.throttle(retry_after=30)
    request = run(request_spawn(user=stopped))
    assert request.state == State.QUEUED

    fake_hub.unthrottle()
    SpawnRequest.objects.update(not_before=None)
    assert run(request).state == State.READY


def test_one_that_finds_the_hub_away_in_its_turn_was_never_sent(
    fake_hub, hub, run, stopped, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_hub.script_all(Spawn(seconds=0.05, fails="boom"))
    assert run(request_spawn(user=stopped)).state == State.FAILED
    fake_hub.script_all(Spawn(seconds=0.05))
    with monkeypatch.context() as away:
        away.setattr(hub, "start_server", _refuse_in_its_turn)
        request = run(request_spawn(user=stopped))
    assert (request.state, request.posted_at, request.slot) == (State.QUEUED, None, None)

    SpawnRequest.objects.update(not_before=None)
    assert run(request).state == State.READY


def _refuse_in_its_turn(_name: str) -> None:
    raise HubCircuitOpen("the Hub was away a moment ago", retry_after=1.0)


def test_one_that_is_taken_back_while_it_waits_for_its_turn_is_not_sent(
    fake_hub, hub, run, stopped, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_turn = hub.start_turn

    def cancel_and_wait_for_turn() -> AbstractContextManager[None]:
        assert request_cancel(user=stopped)
        return start_turn()

    monkeypatch.setattr(hub, "start_turn", cancel_and_wait_for_turn)

    assert run(request_spawn(user=stopped)).state == State.CANCELLED
    assert POST not in fake_hub.calls
