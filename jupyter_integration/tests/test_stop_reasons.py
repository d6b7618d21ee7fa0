"""Stop reasons: why a server stopped, as far as requests and events of the Hub show it."""

from datetime import datetime, timedelta

import pytest

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.models import HubEvent, SpawnRequest
from jupyter_integration.models.shown_rows import invalidate_user_rows
from jupyter_integration.server_states import ServerState
from jupyter_integration.status.queries import server_status
from jupyter_integration.status.server_status import StopCause, StopReason
from jupyter_integration.tests.scenes import see, start, stop
from jupyter_integration.tests.stopped_servers import ago, event, give_stopped_server, stop_done

State = SpawnRequest.State
Kind = HubEvent.Kind

pytestmark = pytest.mark.django_db


@pytest.fixture
def sara(sara: User) -> User:
    """Sara, whose server was started an hour ago and has stopped."""
    give_stopped_server(sara)
    return sara


def stop_reason(user: User) -> StopReason | None:
    return server_status(user).stop_reason


def cause(user: User) -> StopCause | None:
    reason = stop_reason(user)
    return reason.cause if reason else None


def test_reason_is_as_old_as_the_event(sara) -> None:
    stop_done(sara, by=sara)
    at = event(sara, Kind.STOPPED, last_activity=ago(minutes=6))

    assert stop_reason(sara) == StopReason(StopCause.OWNER, at)


@pytest.mark.parametrize("event_is_lost", [False, True])
def test_stop_request_names_owner_or_staff(sara, nasrin, settings, event_is_lost: bool) -> None:
    """Also for a server that was idle for long enough to be culled."""
    settings.IDLE_TIMEOUT = 600
    if not event_is_lost:
        event(sara, Kind.STOPPED, last_activity=ago(minutes=30))
    for by, expected in ((sara, StopCause.OWNER), (nasrin, StopCause.STAFF)):
        stop_done(sara, by=by)
        assert cause(sara) is expected


@pytest.mark.parametrize(
    ("idle_timeout", "idle", "shown"),
    [
        (1800, timedelta(minutes=33, seconds=20), timedelta(minutes=33)),
        (5, timedelta(seconds=7.5), timedelta(seconds=7)),
    ],
)
def test_idle_server_was_culled(
    sara, settings, idle_timeout: int, idle: timedelta, shown: timedelta
) -> None:
    settings.IDLE_TIMEOUT = idle_timeout
    at = ago(minutes=5)
    event(sara, Kind.STOPPED, at=at, last_activity=at - idle)

    assert stop_reason(sara) == StopReason(StopCause.IDLE, at, idle_for=shown)


@pytest.mark.parametrize("last_activity", [None, ago(minutes=6), ago(minutes=-50)])
def test_old_server_was_culled(sara, settings, last_activity: datetime | None) -> None:
    """Also one that reports activity of the future."""
    settings.SERVER_MAX_AGE = 50 * 60
    at = event(sara, Kind.STOPPED, last_activity=last_activity)

    assert stop_reason(sara) == StopReason(StopCause.MAX_AGE, at)


def test_young_server_was_stopped_at_the_hub(sara, settings) -> None:
    settings.SERVER_MAX_AGE = 56 * 60
    event(sara, Kind.STOPPED, last_activity=ago(minutes=6))

    assert cause(sara) is StopCause.HUB_STAFF


def test_old_server_without_use_was_idle(sara, settings) -> None:
    settings.SERVER_MAX_AGE, settings.IDLE_TIMEOUT = 50 * 60, 600
    event(sara, Kind.STOPPED, last_activity=ago(minutes=30))

    assert cause(sara) is StopCause.IDLE


@pytest.mark.parametrize("last_activity", [None, ago(minutes=6)])
def test_used_server_was_stopped_at_the_hub(sara, last_activity: datetime | None) -> None:
    event(sara, Kind.STOPPED, last_activity=last_activity)

    assert cause(sara) is StopCause.HUB_STAFF


@pytest.mark.parametrize(
    ("exit_status", "expected"),
    [
        (137, StopCause.KILLED),
        (0, StopCause.EXITED),
        (143, StopCause.EXITED),
        (None, StopCause.EXITED),
    ],
)
def test_server_process_exited(sara, exit_status: int | None, expected: StopCause) -> None:
    at = event(sara, Kind.EXITED, exit_status=exit_status)

    assert stop_reason(sara) == StopReason(expected, at, exit_status=exit_status)


@pytest.mark.parametrize(
    ("reason", "message", "expected"),
    [
        ("OOMKilled", "container containerd://1f ran out of memory", StopCause.OUT_OF_MEMORY),
        ("Evicted", "The node was low on resource: memory. ", StopCause.EVICTED),
        (
            "Evicted",
            'Usage of EmptyDir volume "tmp" exceeds the limit "1Gi". ',
            StopCause.TEMPORARY_FILES,
        ),
        (
            "Evicted",
            'Container notebook exceeded its local ephemeral storage limit "2Gi". ',
            StopCause.TEMPORARY_FILES,
        ),
        ("TaintManagerEviction", "Marking for deletion Pod s/jupyter-sara", StopCause.NODE_LOST),
        ("NodeLost", "its node is silent", StopCause.NODE_LOST),
        ("Deleted", "the pod was deleted", StopCause.REMOVED),
        ("AWordOfTheFuture", "", StopCause.REMOVED),
    ],
)
def test_reason_of_kubernetes_is_shown(
    sara, reason: str, message: str, expected: StopCause
) -> None:
    """Whatever the exit status of the container was."""
    for exit_status in (None, 0, 137):
        at = event(sara, Kind.EXITED, exit_status=exit_status, reason=reason, message=message)
        assert stop_reason(sara) == StopReason(expected, at, exit_status=exit_status)
        HubEvent.objects.all().delete()


def test_server_ended_with_the_hub(sara) -> None:
    event(sara, Kind.ENDED_WITH_HUB)

    assert cause(sara) is StopCause.HUB_ENDED


def test_last_event_counts_in_any_order(sara) -> None:
    event(sara, Kind.EXITED, at=ago(minutes=2), exit_status=1)
    event(sara, Kind.ENDED_WITH_HUB, at=ago(minutes=20))

    assert cause(sara) is StopCause.EXITED


class TestWithoutReason:
    def test_stop_without_event_is_unknown(self, sara) -> None:
        assert server_status(sara).state is ServerState.STOPPED
        assert stop_reason(sara) == StopReason(StopCause.UNKNOWN)

    def test_stop_whose_event_is_deleted_has_no_reason(self, sara) -> None:
        long_ago = ago(days=91)
        SpawnRequest.objects.update(posted_at=long_ago, finished_at=long_ago)
        invalidate_user_rows([sara.pk])

        assert stop_reason(sara) is None

    @pytest.mark.parametrize("source", ["event", "request"])
    def test_reason_of_an_earlier_start_is_dropped(self, sara, source: str) -> None:
        if source == "event":
            event(sara, Kind.EXITED, at=ago(minutes=20))
        else:
            stop_done(sara, by=sara, at=ago(minutes=20))
        assert stop_reason(sara) is not None

        began = ago(minutes=10)
        start(sara, State.READY, posted_at=began, finished_at=began)

        assert server_status(sara).state is ServerState.STOPPED
        assert cause(sara) is StopCause.UNKNOWN

    @pytest.mark.parametrize("kind", [Kind.SERVER_STARTED, "server.renamed"])
    def test_other_events_are_ignored(self, sara, omid, kind: str) -> None:
        event(omid, Kind.EXITED)
        event(sara, kind)

        assert cause(sara) is StopCause.UNKNOWN

    def test_failed_stop_and_cancelled_start_are_no_reason(self, sara) -> None:
        stop(sara, finished_at=ago(minutes=7))
        assert cause(sara) is StopCause.UNKNOWN

        start(sara, State.CANCELLED, posted_at=ago(minutes=6))
        event(sara, Kind.STOPPED, last_activity=ago(minutes=6))
        assert stop_reason(sara) is None

    def test_failed_start_shows_its_failure_instead(self, sara) -> None:
        event(sara, Kind.EXITED)
        start(sara, State.FAILED, posted_at=ago(minutes=1), failure_code=FailureCode.NO_SPACE)

        status = server_status(sara)
        assert (status.state, status.stop_reason) == (ServerState.FAILED, None)

    def test_running_server_has_no_stop_reason(self, sara) -> None:
        event(sara, Kind.EXITED)
        see(sara, ready=True)

        assert stop_reason(sara) is None


def test_server_started_elsewhere_has_a_stop_reason(omid) -> None:
    see(omid)
    event(omid, Kind.EXITED, exit_status=1)

    assert cause(omid) is StopCause.EXITED
