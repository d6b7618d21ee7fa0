"""The rarer ways in which a start goes: every one of them ends, and never with two servers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.models import SpawnRequest, StopRequest
from jupyter_integration.services.request_spawn import request_spawn
from jupyter_integration.services.request_stop import request_cancel
from jupyter_integration.status import snapshots
from jupyter_integration.testing.fake_hub import FakeHub, Spawn
from jupyter_integration.tests.scenes import provision, take_up_and_run
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
def run(hub, lab):
    def run_once(request: SpawnRequest) -> SpawnRequest:
        SpawnRequest.objects.filter(pk=request.pk).update(not_before=None)
        take_up_and_run(hub=hub, lab=lab, keeper=LeaseKeeper(), request_id=request.pk)
        request.refresh_from_db()
        return request

    return run_once


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes half a minute in life takes half a second."""
    half_a_second = timedelta(seconds=0.5)
    monkeypatch.setattr(follow_spawn, "LAB_TIMEOUT", half_a_second)
    monkeypatch.setattr(spawn_server, "EARLIER_WORK_TIMEOUT", half_a_second)


def posts(fake_hub: FakeHub) -> int:
    return fake_hub.calls.count("POST /users/sara/server")


def make_old(request: SpawnRequest) -> None:
    """As old as a start may get."""
    SpawnRequest.objects.filter(pk=request.pk).update(
        created_at=timezone.now() - timedelta(hours=1),
        taken_up_at=timezone.now() - timedelta(hours=1),
    )


def test_a_lab_that_never_answers_is_a_failure_and_the_server_is_left_to_its_user(
    fake_hub, run, sara, impatient
) -> None:
    fake_hub.script_all(Spawn(seconds=0, lab_delay=60))

    request = run(request_spawn(user=sara))

    assert (request.state, request.failure_code) == (State.FAILED, FailureCode.LAB_SILENT)
    assert fake_hub.phase("sara") == "ready"


def test_pressed_again_a_lab_that_answers_by_now_is_ready_without_a_second_start(
    fake_hub, run, sara, impatient
) -> None:
    fake_hub.script_all(Spawn(seconds=0, lab_delay=0.7))
    run(request_spawn(user=sara))

    assert run(request_spawn(user=sara)).state == State.READY
    assert posts(fake_hub) == 1


def test_a_cancel_in_the_very_last_moment_leaves_no_server(
    fake_hub, run, sara, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Lab has answered, and READY is about to be written."""
    record = snapshots.record

    def cancel_and_record(*arguments: object, **more: object) -> None:
        request_cancel(user=sara)
        record(*arguments, **more)

    with monkeypatch.context() as last_moment:
        last_moment.setattr(snapshots, "record", cancel_and_record)
        request = run(request_spawn(user=sara))

    assert request.state == State.CANCELLED
    assert fake_hub.phase("sara") == "stopped"


def test_a_start_that_fails_because_it_was_cancelled_is_cancelled(
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


def test_when_the_answer_to_the_post_is_lost_it_is_not_sent_again(fake_hub, run, sara) -> None:
    fake_hub.script_all(Spawn(seconds=0.2))
    fake_hub.lose_answers(1)

    request = run(request_spawn(user=sara))
    assert request.state == State.QUEUED

    assert run(request).state == State.READY
    assert posts(fake_hub) == 1


def test_a_progress_stream_that_breaks_is_followed_anew_and_nothing_is_sent_again(
    fake_hub, run, sara
) -> None:
    fake_hub.script_all(Spawn(seconds=0.3))
    fake_hub.cut_progress(after=1)
    request = run(request_spawn(user=sara))
    assert request.state == State.QUEUED

    fake_hub.cut_progress(None)
    assert run(request).state == State.READY
    assert posts(fake_hub) == 1


@pytest.mark.parametrize("limit", [{"concurrent_spawns": 0}, {"servers": 0}])
def test_at_the_hubs_limits_it_waits_in_line_and_starts_when_there_is_room(
    fake_hub, run, sara, limit: dict[str, int]
) -> None:
    fake_hub.limit(**limit)
    request = run(request_spawn(user=sara))
    assert request.state == State.QUEUED
    assert request.not_before > timezone.now() + timedelta(seconds=10)

    fake_hub.limit()
    assert run(request).state == State.READY


def test_at_the_hubs_limits_until_the_deadline_it_fails_for_want_of_room(
    fake_hub, run, sara
) -> None:
    fake_hub.limit(servers=0)
    request = request_spawn(user=sara)
    make_old(request)

    assert run(request).failure_code == FailureCode.HUB_FULL


def test_what_waits_for_something_else_to_end_does_not_wait_for_ever(
    fake_hub, run, sara, impatient
) -> None:
    fake_hub.users["sara"].begin(Spawn(seconds=0, stop_seconds=600), {})
    fake_hub.users["sara"].server.stop_began = fake_hub.users["sara"].server.began
    request = run(request_spawn(user=sara))
    assert request.state == State.QUEUED

    make_old(request)
    request = run(request)
    assert (request.state, request.failure_code) == (State.FAILED, FailureCode.START_TIMEOUT)
    assert posts(fake_hub) == 0


def test_an_open_stop_that_nobody_works_on_does_not_hold_it_for_ever(
    fake_hub, run, sara, impatient
) -> None:
    StopRequest.objects.create(user=sara, requested_by=sara)
    request = request_spawn(user=sara)
    make_old(request)
    StopRequest.objects.update(created_at=timezone.now() - timedelta(hours=2))

    assert run(request).state == State.FAILED


def test_a_hub_user_who_is_removed_in_the_middle_is_made_again(
    fake_hub, hub, run, sara, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = hub.start_server

    def start_without_user(name: str, **more: object):
        del fake_hub.users["sara"]
        monkeypatch.setattr(hub, "start_server", start)
        return start(name, **more)

    monkeypatch.setattr(hub, "start_server", start_without_user)
    request = run(request_spawn(user=sara))
    assert request.state == State.QUEUED

    assert run(request).state == State.READY


def test_a_server_that_dies_between_ready_and_the_lab_is_started_once_more(
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


def test_a_hook_that_refuses_is_told_in_its_own_words(fake_hub, run, sara) -> None:
    fake_hub.script_all(Spawn(seconds=0, fails="No places on Fridays", status=403))
    fake_hub.slow_spawn_timeout = 1

    request = run(request_spawn(user=sara))

    assert request.failure_code == FailureCode.REFUSED_BY_HOOK
    assert "No places on Fridays" in request.message


def test_its_progress_is_written_down_as_the_hub_tells_it(
    fake_hub, run, sara, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_hub.script_all(Spawn(seconds=0.3, events=[(30, "Pulling image"), (70, "Created")]))
    told = []
    heartbeat = SpawnRecord.heartbeat

    def note(self: SpawnRecord, **changes: object) -> None:
        heartbeat(self, **changes)
        if "progress" not in changes:
            return
        row = SpawnRequest.objects.get()
        told.append((row.state, row.progress, row.message))

    monkeypatch.setattr(SpawnRecord, "heartbeat", note)

    request = run(request_spawn(user=sara))

    assert (State.STARTING, 30, "Pulling image") in told
    assert (State.STARTING, 70, "Created") in told
    assert [progress for _state, progress, _message in told] == sorted(p for _s, p, _m in told)
    assert request.progress == 100


def test_woken_for_what_is_no_row_any_more_it_does_nothing(fake_hub, hub, lab, db: None) -> None:
    take_up_and_run(hub=hub, lab=lab, keeper=LeaseKeeper(), request_id=987654321)

    assert fake_hub.calls == []


def test_of_an_account_that_is_deleted_meanwhile_it_ends_quietly(
    fake_hub, hub, lab, sara, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = request_spawn(user=sara)
    start = hub.start_server

    def start_and_delete(name: str, **more: object):
        server = start(name, **more)
        User.objects.get(pk=sara.pk).delete()
        return server

    monkeypatch.setattr(hub, "start_server", start_and_delete)

    take_up_and_run(hub=hub, lab=lab, keeper=LeaseKeeper(), request_id=request.pk)

    assert not SpawnRequest.objects.exists()
