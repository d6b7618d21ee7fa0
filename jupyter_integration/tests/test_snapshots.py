"""Snapshots of servers: the answer to the later question counts, in whatever order they come."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from jupyter_integration.hub.resources import STOPPED_SERVER
from jupyter_integration.models import SpawnRequest
from jupyter_integration.server_states import ServerState
from jupyter_integration.services.refresh_if_stale import refresh_if_stale
from jupyter_integration.status import snapshots
from jupyter_integration.status.queries import server_status
from jupyter_integration.tests.scenes import provision, see, start
from portal.caches import copies

NOW = timezone.now()


def cross(monkeypatch: pytest.MonkeyPatch, user: User, *, older: float) -> None:
    """Two answers cross: the older one (a stopped server, some seconds old) is written last,
    because its writer looked before the newer one was written.
    """
    see(user, ready=True)
    with monkeypatch.context() as before_the_newer:
        before_the_newer.setattr(copies, "get", lambda _key: None)
        see(user, as_of=timezone.now() - timedelta(seconds=older))


def test_older_answer_is_ignored(sara: User) -> None:
    see(sara, ready=True, as_of=NOW)
    see(sara, as_of=NOW - timedelta(seconds=1))

    assert snapshots.read(sara.pk).snapshot.as_of == NOW


def test_snapshot_without_server_is_a_stopped_server(sara: User) -> None:
    snapshots.record(sara.pk, None, as_of=NOW)

    assert snapshots.read(sara.pk).snapshot == snapshots.Snapshot(STOPPED_SERVER, NOW)


def test_crossed_answers_hide_no_change(sara: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of a start, which its worker records, and an event of the Hub are newer anyway."""
    provision(sara)
    cross(monkeypatch, sara, older=0.1)
    assert server_status(sara).state is ServerState.STOPPED

    snapshots.mark_outdated(sara.pk)
    assert server_status(sara).is_outdated

    start(sara, SpawnRequest.State.READY)
    assert server_status(sara).state is ServerState.READY


def test_crossed_answer_is_refreshed_after_eight_seconds(
    sara: User, clock, workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    provision(sara)
    cross(monkeypatch, sara, older=0.1)
    clock.go(snapshots.FRESH_FOR.total_seconds())

    with workers.committing():
        refresh_if_stale(user=sara, status=server_status(sara))

    assert workers.sent == [("server.reconcile_servers", ())]
