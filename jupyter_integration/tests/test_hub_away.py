"""Outage of the Hub: no calls, no lost work, and all pages show it."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from jupyter_integration import conf
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.hub.probe import LabProbe
from jupyter_integration.models import HubRevocation, SpawnRequest, StopRequest
from jupyter_integration.server_states import ServerState
from jupyter_integration.services.request_spawn import request_spawn
from jupyter_integration.status import hub_availability
from jupyter_integration.status.queries import server_status
from jupyter_integration.tasks import (
    cancel_start,
    check_hub_availability,
    make_hub_user,
    process_spawn_queue,
    reconcile_all_servers,
    refresh_server,
    revoke_hub_access,
    scan_for_unknown_users,
    stop_server,
    wake_stalled_work,
)
from jupyter_integration.testing.fake_hub import Spawn
from jupyter_integration.testing.hub_away import find_the_hub_away
from jupyter_integration.tests.scenes import READY, claim_and_run, provision, see, start, stop
from jupyter_integration.work.find_stalled import find_stalled
from jupyter_integration.work.leases import LeaseKeeper
from jupyter_integration.work.slots import claim_with_slot

State = SpawnRequest.State


pytestmark = pytest.mark.usefixtures("both_on_the_hub")


class TestPages:
    @pytest.mark.parametrize("away", ["down", "starting"])
    def test_outage_is_shown_to_all_with_age(self, fake_hub, sara, omid, away: str) -> None:
        seen_at = timezone.now() - timedelta(seconds=30)
        see(omid, as_of=seen_at, **READY)
        getattr(fake_hub, away)()
        for _ in range(3):
            refresh_server(sara.pk)

        status = server_status(omid)
        assert (status.state, status.stale) == (ServerState.UNKNOWN, True)
        assert (status.last_known, status.as_of) == (ServerState.READY, seen_at)

    def test_single_failure_is_not_shown(self, fake_hub, sara, omid) -> None:
        see(omid, **READY)
        fake_hub.down()
        refresh_server(sara.pk)

        assert server_status(omid).state is ServerState.READY

    def test_server_under_check_is_no_outage(
        self, fake_hub, sara, omid, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        see(omid, **READY)
        fake_hub.add_user("sara")
        fake_hub.start_behind_the_portal("sara")
        user = fake_hub.users["sara"]
        shown = user.model(with_servers=True)
        shown["servers"][""]["pending"] = "check"
        monkeypatch.setattr(type(user), "model", lambda self, **_more: shown)

        for _ in range(5):
            refresh_server(sara.pk)
        check_hub_availability()

        assert server_status(omid).state is ServerState.READY
        assert hub_availability.read().answered_at is not None

    def test_failing_servers_are_no_outage(self, fake_hub, lab, sara, omid, nasrin) -> None:
        fake_hub.script_all(Spawn(seconds=0, fails="boom"))
        fake_hub.slow_spawn_timeout = 1
        for user in (sara, omid, provision(nasrin)):
            claim_and_run(
                hub=conf.hub_client(),
                lab=lab,
                keeper=LeaseKeeper(),
                request_id=request_spawn(user=user).pk,
            )

        assert SpawnRequest.objects.filter(state=State.FAILED).count() == 3
        assert not hub_availability.read().is_unavailable

    def test_start_of_outage_is_known(self, db: None) -> None:
        before = timezone.now()
        assert hub_availability.read().away_since is None
        find_the_hub_away()

        away_since = hub_availability.read().away_since
        assert away_since is not None
        assert before <= away_since <= timezone.now()


class TestOutage:
    @pytest.fixture(autouse=True)
    def _away(self, fake_hub, db: None) -> None:
        find_the_hub_away()

    def test_waiting_work_survives_without_calls(
        self, fake_hub, sara, omid, nasrin, caplog: pytest.LogCaptureFixture
    ) -> None:
        request_spawn(user=sara)
        cancelled = start(omid, State.STARTING, cancel_requested_at=timezone.now())
        asked = stop(omid)
        HubRevocation.objects.create(hub_username="omid-old")
        caplog.clear()

        process_spawn_queue()
        cancel_start(cancelled.pk)
        stop_server(asked.pk)
        revoke_hub_access("omid-old")
        make_hub_user(nasrin.pk)
        refresh_server(sara.pk)
        reconcile_all_servers()
        scan_for_unknown_users()

        assert fake_hub.calls == []
        assert [line for line in caplog.records if line.levelno >= logging.WARNING] == []
        assert SpawnRequest.objects.open().count() == 2
        assert StopRequest.objects.get().finished_at is None
        assert HubRevocation.objects.exists()

    def test_queued_starts_stay_untouched(self, sara, omid) -> None:
        for user in (sara, omid):
            request_spawn(user=user)

        process_spawn_queue()

        assert SpawnRequest.objects.filter(not_before=None, taken_up_at=None).count() == 2

    def test_only_starts_older_than_outage_deadline_fail(
        self, sara, omid, nasrin, clock, settings, workers, caplog
    ) -> None:
        queued, in_flight = start(sara), start(omid, slot=1, taken_up_at=timezone.now())
        clock.go(settings.SPAWN_DEADLINE - 60)
        later = start(nasrin)
        wake_stalled_work()
        assert SpawnRequest.objects.open().count() == 3

        clock.go(61)
        wake_stalled_work()

        for request in (queued, in_flight):
            request.refresh_from_db()
            assert (request.state, request.failure_code) == (State.FAILED, FailureCode.HUB_AWAY)
            assert f"{request.reference}: failed" in caplog.text
            assert request.slot is None
        later.refresh_from_db()
        assert later.state == State.QUEUED

    def test_short_outage_does_not_expire_old_starts(self, sara, settings) -> None:
        start(sara)
        long_ago = timezone.now() - timedelta(seconds=2 * settings.SPAWN_DEADLINE)
        SpawnRequest.objects.update(created_at=long_ago)

        wake_stalled_work()

        assert SpawnRequest.objects.get().state == State.QUEUED

    def test_followed_start_does_not_expire(self, sara, clock, settings) -> None:
        start(sara)
        clock.go(settings.SPAWN_DEADLINE + 1)
        claim_with_slot(SpawnRequest.objects.get().pk)

        wake_stalled_work()

        assert SpawnRequest.objects.open().exists()

    def test_refused_start_waits_for_the_next_probe(self, lab: LabProbe, sara) -> None:
        request = request_spawn(user=sara)

        claim_and_run(hub=conf.hub_client(), lab=lab, keeper=LeaseKeeper(), request_id=request.pk)

        request.refresh_from_db()
        assert request.state == State.QUEUED
        wait = (request.not_before - timezone.now()).total_seconds()
        assert 3 < wait <= 5

    def test_outage_wakes_only_stops_and_cancels(self, sara, omid, nasrin, workers) -> None:
        long_ago = timezone.now() - timedelta(minutes=1)
        start(sara)
        stop(nasrin)
        HubRevocation.objects.create(hub_username="omid-old")
        for rows in (SpawnRequest, StopRequest, HubRevocation):
            rows.objects.update(created_at=long_ago)
        User.objects.update(date_joined=long_ago)

        wake_stalled_work()

        assert [name for name, _ in workers.sent] == ["server.stop_server"]
        assert find_stalled().starts == 1

    def test_start_is_accepted_during_an_outage(self, sara) -> None:
        request_spawn(user=sara)

        status = server_status(sara)
        assert (status.state, status.stale) == (ServerState.QUEUED, True)
