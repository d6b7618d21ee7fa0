"""Run of a start: its rarer outcomes, none of which gives a user two servers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.models import SpawnRequest, StopRequest
from jupyter_integration.services.request_spawn import request_spawn
from jupyter_integration.services.request_stop import request_cancel
from jupyter_integration.status import snapshots
from jupyter_integration.status.queries import server_status
from jupyter_integration.testing.fake_hub import FakeHub, Spawn
from jupyter_integration.tests.scenes import claim_and_run, provision
from jupyter_integration.work import follow_spawn, spawn_server
from jupyter_integration.work.leases import LeaseKeeper
from jupyter_integration.work.spawn_record import SpawnRecord

State = SpawnRequest.State


@pytest.fixture
def sara(sara: User, fake_hub: FakeHub) -> User:
    """Sara, with a user of her own on the Hub."""
    fake_hub.add_user("sara")
    return provision(sara)


@pytest.fixture
def short_timeouts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the timeouts of half a minute to half a second."""
    half_a_second = timedelta(seconds=0.5)
    monkeypatch.setattr(follow_spawn, "LAB_TIMEOUT", half_a_second)
    monkeypatch.setattr(spawn_server, "EARLIER_WORK_TIMEOUT", half_a_second)


def posts(fake_hub: FakeHub) -> int:
    return fake_hub.calls.count("POST /users/sara/server")


def make_old(request: SpawnRequest) -> None:
    """Make the start older than SPAWN_DEADLINE."""
    SpawnRequest.objects.filter(pk=request.pk).update(
        created_at=timezone.now() - timedelta(hours=1),
        taken_up_at=timezone.now() - timedelta(hours=1),
    )


def test_silent_lab_fails_and_server_stays(fake_hub, run, sara, short_timeouts) -> None:
    fake_hub.script_all(Spawn(seconds=0, lab_delay=60))

    request = run(request_spawn(user=sara))

    assert (request.state, request.failure_code) == (State.FAILED, FailureCode.LAB_SILENT)
    assert fake_hub.phase("sara") == "ready"


def test_second_request_uses_the_late_lab(fake_hub, run, sara, short_timeouts) -> None:
    fake_hub.script_all(Spawn(seconds=0, lab_delay=0.7))
    run(request_spawn(user=sara))

    assert run(request_spawn(user=sara)).state == State.READY
    assert posts(fake_hub) == 1


def test_cancel_just_before_ready_leaves_no_server(
    fake_hub, run, sara, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cancel arrives after the Lab has answered, before READY is written."""
    record = snapshots.record

    def cancel_and_record(*arguments: object, **more: object) -> None:
        request_cancel(user=sara)
        record(*arguments, **more)

    with monkeypatch.context() as last_moment:
        last_moment.setattr(snapshots, "record", cancel_and_record)
        request = run(request_spawn(user=sara))

    assert request.state == State.CANCELLED
    assert fake_hub.phase("sara") == "stopped"


def test_start_failed_by_its_cancel_is_cancelled(
    fake_hub, hub, run, sara, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_hub.script_all(Spawn(seconds=0.1, fails="killed"))
    follow = hub.follow_progress

    def follow_and_cancel(name: str, **more: object):
        for event in follow(name, **more):
            if event.failed:
                request_cancel(user=sara)
            yield event

    monkeypatch.setattr(hub, "follow_progress", follow_and_cancel)

    assert run(request_spawn(user=sara)).state == State.CANCELLED


def test_post_with_lost_response_is_not_repeated(fake_hub, run, sara) -> None:
    fake_hub.script_all(Spawn(seconds=0.2))
    fake_hub.lose_answers(1)

    request = run(request_spawn(user=sara))
    assert request.state == State.QUEUED

    assert run(request).state == State.READY
    assert posts(fake_hub) == 1


def test_broken_progress_stream_is_followed_again(fake_hub, run, sara) -> None:
    fake_hub.script_all(Spawn(seconds=0.3))
    fake_hub.cut_progress(after=1)
    request = run(request_spawn(user=sara))
    assert request.state == State.QUEUED

    fake_hub.cut_progress(None)
    assert run(request).state == State.READY
    assert posts(fake_hub) == 1


@pytest.mark.parametrize("limit", [{"concurrent_spawns": 0}, {"servers": 0}])
def test_start_waits_at_the_hubs_limits(fake_hub, run, sara, limit: dict[str, int]) -> None:
    fake_hub.limit(**limit)
    request = run(request_spawn(user=sara))
    assert request.state == State.QUEUED
    assert request.not_before > timezone.now() + timedelta(seconds=10)

    fake_hub.limit()
    assert run(request).state == State.READY


def test_page_says_that_all_places_are_taken(fake_hub, run, sara) -> None:
    fake_hub.limit(servers=0)
    run(request_spawn(user=sara))

    assert "همهٔ جاها" in str(server_status(sara).message)

    fake_hub.limit(concurrent_spawns=0)
    run(SpawnRequest.objects.get())
    assert "همهٔ جاها" not in str(server_status(sara).message)


def test_start_fails_at_limits_after_the_deadline(fake_hub, run, sara) -> None:
    fake_hub.limit(servers=0)
    request = request_spawn(user=sara)
    make_old(request)

    assert run(request).failure_code == FailureCode.HUB_FULL


def test_start_behind_endless_stop_times_out(fake_hub, run, sara, short_timeouts) -> None:
    fake_hub.users["sara"].begin(Spawn(seconds=0, stop_seconds=600), {})
    fake_hub.users["sara"].server.stop_began = fake_hub.users["sara"].server.began
    request = run(request_spawn(user=sara))
    assert request.state == State.QUEUED

    make_old(request)
    request = run(request)
    assert (request.state, request.failure_code) == (State.FAILED, FailureCode.START_TIMEOUT)
    assert posts(fake_hub) == 0


def test_start_behind_abandoned_stop_request_times_out(fake_hub, run, sara, short_timeouts) -> None:
    StopRequest.objects.create(user=sara, requested_by=sara)
    request = request_spawn(user=sara)
    make_old(request)
    StopRequest.objects.update(created_at=timezone.now() - timedelta(hours=2))

    assert run(request).state == State.FAILED


def test_hub_user_removed_during_start_is_recreated(
    fake_hub, hub, run, sara, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = hub.start_server

    def start_without_user(name: str, options: object):
        del fake_hub.users["sara"]
        monkeypatch.setattr(hub, "start_server", start)
        return start(name, options)

    monkeypatch.setattr(hub, "start_server", start_without_user)
    request = run(request_spawn(user=sara))
    assert request.state == State.QUEUED

    assert run(request).state == State.READY


def test_server_dying_before_lab_answers_is_restarted(
    fake_hub, hub, run, sara, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_hub.script_all(Spawn(seconds=0.1))
    follow = hub.follow_progress

    def follow_and_kill(name: str, **more: object):
        for event in follow(name, **more):
            if event.ready:
                fake_hub.kill_server("sara")
                monkeypatch.setattr(hub, "follow_progress", follow)
            yield event

    monkeypatch.setattr(hub, "follow_progress", follow_and_kill)
    request = run(request_spawn(user=sara))
    assert request.state == State.QUEUED

    assert run(request).state == State.READY


def test_refusal_of_a_hook_keeps_its_message(fake_hub, run, sara) -> None:
    fake_hub.script_all(Spawn(seconds=0, fails="No places on Fridays", status=403))
    fake_hub.slow_spawn_timeout = 1

    request = run(request_spawn(user=sara))

    assert request.failure_code == FailureCode.REFUSED_BY_HOOK
    assert "No places on Fridays" in request.message


def test_progress_is_written_to_the_request(
    fake_hub, run, sara, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_hub.script_all(Spawn(seconds=0.3, events=[(30, "Pulling image"), (70, "Created")]))
    written = []
    heartbeat = SpawnRecord.heartbeat

    def note(self: SpawnRecord, **changes: object) -> None:
        heartbeat(self, **changes)
        if "progress" not in changes:
            return
        row = SpawnRequest.objects.get()
        written.append((row.state, row.progress, row.message))

    monkeypatch.setattr(SpawnRecord, "heartbeat", note)

    request = run(request_spawn(user=sara))

    assert (State.STARTING, 30, "Pulling image") in written
    assert (State.STARTING, 70, "Created") in written
    assert [progress for _state, progress, _message in written] == sorted(
        p for _s, p, _m in written
    )
    assert request.progress == 100


def test_missing_request_makes_no_call(fake_hub, hub, lab, db: None) -> None:
    claim_and_run(hub=hub, lab=lab, keeper=LeaseKeeper(), request_id=987654321)

    assert fake_hub.calls == []


def test_start_of_deleted_account_ends_quietly(
    fake_hub, hub, lab, sara, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = request_spawn(user=sara)
    start = hub.start_server

    def start_and_delete(name: str, options: object):
        server = start(name, options)
        User.objects.get(pk=sara.pk).delete()
        return server

    monkeypatch.setattr(hub, "start_server", start_and_delete)

    claim_and_run(hub=hub, lab=lab, keeper=LeaseKeeper(), request_id=request.pk)

    assert not SpawnRequest.objects.exists()
