"""How a start goes, and how it ends whatever happens on the way."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from jupyter_integration import snapshots
from jupyter_integration.failures import FailureCode
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.probe import LabProbe
from jupyter_integration.hub.transport import HubTransport
from jupyter_integration.models import SpawnRequest, StopRequest
from jupyter_integration.services.leases import LeaseKeeper
from jupyter_integration.services.request_spawn import request_spawn
from jupyter_integration.services.request_stop import request_cancel
from jupyter_integration.services.run_spawn import run_spawn
from jupyter_integration.services.run_stop import run_cancel
from jupyter_integration.testing.fake_hub import FakeHub, Spawn
from jupyter_integration.testing.waiting import wait_for

State = SpawnRequest.State


@pytest.fixture
def run(hub: HubClient, lab: LabProbe):
    def run_once(request: SpawnRequest) -> SpawnRequest:
        run_spawn(hub=hub, lab=lab, keeper=LeaseKeeper(), request_id=request.pk)
        request.refresh_from_db()
        return request

    return run_once


def posts(fake_hub: FakeHub) -> list[str]:
    return [call for call in fake_hub.calls if call.startswith("POST") and "/server" in call]


def test_a_start_ends_ready_and_pages_know_it_at_once(fake_hub, run, sara: User) -> None:
    fake_hub.script_all(Spawn(seconds=0.1))

    request = run(request_spawn(user=sara))

    assert request.state == State.READY
    assert request.progress == 100
    assert request.lease_id is None
    snapshot = snapshots.read(sara.pk).snapshot
    assert snapshot is not None
    assert snapshot.server.ready
    assert len(posts(fake_hub)) == 1


def test_the_hub_user_is_made_on_demand_and_is_no_administrator(fake_hub, run, sara) -> None:
    run(request_spawn(user=sara))

    sara.refresh_from_db()
    assert sara.hub_user_created_at is not None
    assert list(fake_hub.users) == ["sara"]


def test_a_task_delivered_twice_starts_once(fake_hub, run, sara) -> None:
    request = request_spawn(user=sara)
    run(request)
    run(request)

    assert len(posts(fake_hub)) == 1


def test_a_server_that_runs_already_is_ready_without_a_post(fake_hub, run, sara) -> None:
    fake_hub.add_user("sara")
    User.objects.filter(pk=sara.pk).update(hub_user_created_at=timezone.now())
    fake_hub.start_behind_the_portal("sara")

    assert run(request_spawn(user=sara)).state == State.READY
    assert posts(fake_hub) == []


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("no such image: shaparak/singleuser", FailureCode.IMAGE_MISSING),
        ("write /home: no space left on device", FailureCode.NO_SPACE),
        ("Server at http://127.0.0.1 didn't respond in 20 seconds", FailureCode.START_TIMEOUT),
        ("503 SpawnException(reason=capacity): No GPU left", FailureCode.REFUSED_BY_HOOK),
        ("boom", FailureCode.UNKNOWN),
    ],
)
def test_a_failed_start_keeps_the_reason_of_the_progress_stream(
    fake_hub, run, sara, reason: str, code: FailureCode
) -> None:
    fake_hub.script_all(Spawn(seconds=0.05, fails=reason))

    request = run(request_spawn(user=sara))

    assert request.state == State.FAILED
    assert request.failure_code == code
    assert reason in request.message


def test_a_start_that_failed_is_not_sent_again_by_itself(fake_hub, run, sara) -> None:
    """A worker died after its POST; the next one finds that the start failed meanwhile."""
    fake_hub.script_all(Spawn(seconds=0, fails="boom"))
    first = run(request_spawn(user=sara))
    SpawnRequest.objects.filter(pk=first.pk).update(state=State.STARTING, finished_at=None)

    assert run(first).state == State.FAILED
    assert len(posts(fake_hub)) == 1


def test_a_start_that_the_hub_forgot_is_sent_again(fake_hub, run, sara) -> None:
    request = request_spawn(user=sara)
    SpawnRequest.objects.filter(pk=request.pk).update(
        state=State.STARTING, posted_at=timezone.now()
    )

    assert run(request).state == State.READY
    assert len(posts(fake_hub)) == 1


def test_a_server_left_pending_by_a_dead_worker_is_followed_and_not_started_again(
    fake_hub, hub, run, sara
) -> None:
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


def test_while_the_hub_is_away_the_start_waits_in_line_without_an_error(
    fake_hub, run, sara
) -> None:
    fake_hub.down()
    request = run(request_spawn(user=sara))
    assert request.state == State.QUEUED
    assert request.not_before > timezone.now()
    assert snapshots.hub_failed_at() is not None

    fake_hub.up()
    SpawnRequest.objects.update(not_before=None)
    assert run(request).state == State.READY


def test_after_the_deadline_a_start_without_a_hub_fails_with_the_reason(
    fake_hub, run, sara, settings
) -> None:
    settings.SPAWN_DEADLINE = 0
    fake_hub.down()

    request = run(request_spawn(user=sara))

    assert request.state == State.FAILED
    assert request.failure_code == FailureCode.HUB_AWAY


def test_a_throttled_start_waits_as_long_as_the_hub_says(fake_hub, run, sara) -> None:
    fake_hub.throttle(retry_after=49)

    request = run(request_spawn(user=sara))

    assert request.state == State.QUEUED
    assert 45 < (request.not_before - timezone.now()).total_seconds() <= 49


def test_a_refused_token_fails_the_start_at_once(fake_hub, lab, sara) -> None:
    stranger = HubClient(HubTransport(fake_hub.api_url, "not-the-token-of-the-portal"))
    request = request_spawn(user=sara)
    run_spawn(hub=stranger, lab=lab, keeper=LeaseKeeper(), request_id=request.pk)

    request.refresh_from_db()
    assert request.failure_code == FailureCode.TOKEN_REFUSED


def test_an_account_made_inactive_in_line_is_not_started(fake_hub, run, sara) -> None:
    request = request_spawn(user=sara)
    User.objects.filter(pk=sara.pk).update(is_active=False)

    request = run(request)

    assert request.failure_code == FailureCode.ACCOUNT_INACTIVE
    assert fake_hub.calls == []


def test_ready_is_said_only_once_the_lab_itself_answers(fake_hub, run, sara) -> None:
    fake_hub.script_all(Spawn(seconds=0.05, lab_delay=0.6))
    before = timezone.now()

    request = run(request_spawn(user=sara))

    assert request.state == State.READY
    assert (request.finished_at - before).total_seconds() >= 0.6


@pytest.mark.django_db(transaction=True)
class TestInTheMiddleOfAStart:
    """A worker follows the start in a thread of its own, while somebody else acts."""

    @pytest.fixture
    def follow(self, hub: HubClient, lab: LabProbe):
        threads = []

        def follow_in_a_thread(request: SpawnRequest) -> threading.Thread:
            def work() -> None:
                run_spawn(hub=hub, lab=lab, keeper=LeaseKeeper(), request_id=request.pk)
                connection.close()

            thread = threading.Thread(target=work)
            thread.start()
            threads.append(thread)
            return thread

        yield follow_in_a_thread
        for thread in threads:
            thread.join(timeout=20)

    def test_cancelled_it_ends_cancelled_and_leaves_no_server(
        self, fake_hub, hub, sara, follow
    ) -> None:
        fake_hub.script_all(Spawn(seconds=20))
        request = request_spawn(user=sara)
        follower = follow(request)
        wait_for(lambda: fake_hub.users and fake_hub.phase("sara") == "spawn")

        assert request_cancel(user=sara)
        run_cancel(hub=hub, keeper=LeaseKeeper(), request_id=request.pk)
        follower.join(timeout=15)

        request.refresh_from_db()
        assert request.state == State.CANCELLED
        assert fake_hub.phase("sara") == "stopped"

    def test_a_new_start_after_a_cancel_waits_for_it_and_comes_up(
        self, fake_hub, hub, sara, follow
    ) -> None:
        fake_hub.script_all(Spawn(seconds=20))
        first = request_spawn(user=sara)
        follow(first)
        wait_for(lambda: fake_hub.users and fake_hub.phase("sara") == "spawn")
        request_cancel(user=sara)
        fake_hub.script_all(Spawn(seconds=0.1))

        second = request_spawn(user=sara)
        assert second.pk != first.pk
        follower = follow(second)
        run_cancel(hub=hub, keeper=LeaseKeeper(), request_id=first.pk)
        follower.join(timeout=15)

        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, second.state) == (State.CANCELLED, State.READY)
        assert fake_hub.phase("sara") == "ready"

    def test_the_hub_dies_and_comes_back_and_the_start_goes_on(
        self, fake_hub, sara, follow
    ) -> None:
        fake_hub.script_all(Spawn(seconds=20))
        request = request_spawn(user=sara)
        follower = follow(request)
        wait_for(lambda: fake_hub.users and fake_hub.phase("sara") == "spawn")

        fake_hub.down()
        follower.join(timeout=15)
        request.refresh_from_db()
        assert request.state == State.QUEUED

        fake_hub.up()
        fake_hub.script_all(Spawn(seconds=0.1))
        SpawnRequest.objects.update(not_before=None)
        follow(request).join(timeout=15)
        request.refresh_from_db()
        assert request.state == State.READY

    def test_when_another_worker_took_it_up_the_first_writes_nothing_more(
        self, fake_hub, sara, follow
    ) -> None:
        fake_hub.script_all(Spawn(seconds=0.5, events=[(n, "step") for n in range(1, 20)]))
        request = request_spawn(user=sara)
        follower = follow(request)
        wait_for(lambda: fake_hub.users and fake_hub.phase("sara") == "spawn")
        SpawnRequest.objects.update(lease_id="00000000-0000-0000-0000-000000000001", progress=77)

        follower.join(timeout=15)
        request.refresh_from_db()
        assert (request.state, request.progress) == (State.STARTING, 77)

    def test_it_waits_for_the_stop_that_was_asked_before(self, fake_hub, sara, follow) -> None:
        stop = StopRequest.objects.create(user=sara, requested_by=sara)
        request = request_spawn(user=sara)
        follower = follow(request)
        wait_for(lambda: SpawnRequest.objects.get(pk=request.pk).lease_id)
        follower.join(timeout=0.6)
        assert posts(fake_hub) == []

        StopRequest.objects.filter(pk=stop.pk).update(finished_at=timezone.now())
        follower.join(timeout=15)
        request.refresh_from_db()
        assert request.state == State.READY
