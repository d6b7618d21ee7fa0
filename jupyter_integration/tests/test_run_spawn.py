"""Run of a start: its usual outcomes."""

import pytest
from django.utils import timezone

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.transport import HubTransport
from jupyter_integration.models import SpawnRequest
from jupyter_integration.services.request_spawn import request_spawn
from jupyter_integration.status import snapshots
from jupyter_integration.testing.fake_hub import FakeHub, Spawn
from jupyter_integration.tests.scenes import claim_and_run
from jupyter_integration.work.leases import LeaseKeeper

State = SpawnRequest.State


def posts(fake_hub: FakeHub) -> list[str]:
    return [call for call in fake_hub.calls if call.startswith("POST") and "/server" in call]


def test_start_ends_ready_with_a_snapshot(fake_hub, run, sara: User) -> None:
    fake_hub.script_all(Spawn(seconds=0.1))

    request = run(request_spawn(user=sara))

    assert request.state == State.READY
    assert request.progress == 100
    assert (request.lease_id, request.slot) == (None, None)
    snapshot = snapshots.read(sara.pk).snapshot
    assert snapshot is not None
    assert snapshot.server.ready
    assert len(posts(fake_hub)) == 1


@pytest.mark.parametrize("language", User.Language.values)
def test_start_carries_the_persons_language(fake_hub, run, sara, language: str) -> None:
    User.objects.filter(pk=sara.pk).update(language=language)
    sara.refresh_from_db()
    run(request_spawn(user=sara))

    server = fake_hub.users["sara"].server
    assert server is not None
    assert server.user_options == {"language": language}


def test_task_delivered_twice_posts_once(fake_hub, run, sara) -> None:
    request = request_spawn(user=sara)
    run(request)
    run(request)

    assert len(posts(fake_hub)) == 1


def test_running_server_is_ready_without_a_post(fake_hub, run, sara) -> None:
    fake_hub.add_user("sara")
    User.objects.filter(pk=sara.pk).update(hub_user_created_at=timezone.now())
    fake_hub.start_behind_the_portal("sara")

    assert run(request_spawn(user=sara)).state == State.READY
    assert posts(fake_hub) == []


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("no such image: shaparak/singleuser", FailureCode.IMAGE_MISSING),
        ("503 SpawnException(reason=capacity): No GPU left", FailureCode.REFUSED_BY_HOOK),
        ("boom", FailureCode.UNKNOWN),
    ],
)
def test_failed_start_keeps_the_progress_reason(
    fake_hub, run, sara, reason: str, code: FailureCode
) -> None:
    fake_hub.script_all(Spawn(seconds=0.05, fails=reason))

    request = run(request_spawn(user=sara))

    assert request.state == State.FAILED
    assert request.failure_code == code
    assert request.slot is None
    assert reason in request.message


def test_failed_start_is_not_posted_again(fake_hub, run, sara) -> None:
    """A worker dies after its POST, and the start fails before the next worker claims it."""
    fake_hub.script_all(Spawn(seconds=0, fails="boom"))
    first = run(request_spawn(user=sara))
    SpawnRequest.objects.filter(pk=first.pk).update(state=State.STARTING, finished_at=None)

    assert run(first).state == State.FAILED
    assert len(posts(fake_hub)) == 1


def test_start_forgotten_by_the_hub_is_reposted(fake_hub, run, sara) -> None:
    request = request_spawn(user=sara)
    SpawnRequest.objects.filter(pk=request.pk).update(
        state=State.STARTING, posted_at=timezone.now()
    )

    assert run(request).state == State.READY
    assert len(posts(fake_hub)) == 1


def test_pending_start_of_dead_worker_is_followed(fake_hub, hub, run, sara) -> None:
    fake_hub.script_all(Spawn(seconds=0.3))
    hub.create_user("sara")
    User.objects.filter(pk=sara.pk).update(hub_user_created_at=timezone.now())
    hub.start_server("sara")
    request = request_spawn(user=sara)
    SpawnRequest.objects.filter(pk=request.pk).update(
        state=State.STARTING, posted_at=timezone.now()
    )

    assert run(request).state == State.READY
    assert len(posts(fake_hub)) == 1


def test_start_waits_while_hub_is_unavailable(fake_hub, run, sara) -> None:
    fake_hub.down()
    request = run(request_spawn(user=sara))
    assert request.state == State.QUEUED
    assert request.not_before > timezone.now()
    assert request.slot is None

    fake_hub.up()
    assert run(request).state == State.READY


def test_start_without_hub_fails_after_the_deadline(fake_hub, run, sara, settings) -> None:
    settings.SPAWN_DEADLINE = 0
    fake_hub.down()

    request = run(request_spawn(user=sara))

    assert request.state == State.FAILED
    assert request.failure_code == FailureCode.HUB_AWAY


def test_throttled_start_waits_for_retry_after(fake_hub, run, sara) -> None:
    fake_hub.throttle(retry_after=49)

    request = run(request_spawn(user=sara))

    assert (request.state, request.slot) == (State.QUEUED, None)
    assert 45 < (request.not_before - timezone.now()).total_seconds() <= 49


def test_a_refused_token_fails_the_start_at_once(fake_hub, lab, sara) -> None:
    stranger = HubClient(HubTransport(fake_hub.api_url, "not-the-token-of-the-portal"))
    request = request_spawn(user=sara)
    claim_and_run(hub=stranger, lab=lab, keeper=LeaseKeeper(), request_id=request.pk)

    request.refresh_from_db()
    assert request.failure_code == FailureCode.TOKEN_REFUSED


def test_account_made_inactive_in_queue_is_not_started(fake_hub, run, sara) -> None:
    request = request_spawn(user=sara)
    User.objects.filter(pk=sara.pk).update(is_active=False)

    request = run(request)

    assert request.failure_code == FailureCode.ACCOUNT_INACTIVE
    assert fake_hub.calls == []


def test_start_is_ready_when_the_lab_answers(fake_hub, run, sara) -> None:
    fake_hub.script_all(Spawn(seconds=0.05, lab_delay=0.6))
    before = timezone.now()

    request = run(request_spawn(user=sara))

    assert request.state == State.READY
    assert (request.finished_at - before).total_seconds() >= 0.6
