"""What is known of a user's server, from the database and the cache: never from the Hub."""

from datetime import datetime, timedelta
from math import ceil
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.hub.resources import Server
from jupyter_integration.models import SpawnRequest, StopRequest
from jupyter_integration.server_states import ServerState
from jupyter_integration.status import snapshots
from jupyter_integration.status.progress_messages import translate_hub_message
from jupyter_integration.status.queue_position import QueuePosition, queue_position
from jupyter_integration.status.recent_requests import RecentRequests, read_recent_requests
from jupyter_integration.status.server_status import ServerStatus
from jupyter_integration.status.stalled_queues import spawn_queue_is_stalled, stop_queue_is_stalled
from jupyter_integration.status.stop_reasons import read_stop_reason

State = SpawnRequest.State


def server_status(
    user: User,
    *,
    next_path: str = "",
    recent: RecentRequests | None = None,
    reading: snapshots.CachedStatus | None = None,
) -> ServerStatus:
    """Return the state of the user's server as a page shows it.

    What was asked for comes first, then what the Hub last said; the newer of the two wins where
    both speak of the same. `next_path` goes into the address behind "open"; `presses` are the
    user's and `reading` is of their server, from who has read them already.
    """
    recent = recent or read_recent_requests(user.pk)
    last_start, last_stop = recent.last_start, recent.last_stop
    reading = reading or snapshots.read(user.pk)
    if last_start is not None and last_start.is_open:
        if last_start.cancel_requested_at is not None:
            return _stopping(last_start.cancel_requested_at, reading)
        return _coming_up(last_start, reading)
    if last_stop is not None and last_stop.finished_at is None:
        return _stopping(last_stop.created_at, reading)
    return _settled(recent, reading, next_path)


def _coming_up(request: SpawnRequest, reading: snapshots.CachedStatus) -> ServerStatus:
    if request.state == State.STARTING:
        return ServerStatus(
            ServerState.STARTING,
            translate_hub_message(request.message) or _("The server is being requested."),
            progress=request.progress,
            since=request.created_at,
            as_of=_as_of(reading),
            last_known=_ready_beside(reading),
            request_id=request.pk,
            is_reported=True,
        )
    wait = None
    if reading.is_unanswered:
        message = _(
            "The service that runs the servers cannot be reached now. "
            "Your place in the queue is kept, and the start continues by itself."
        )
    elif spawn_queue_is_stalled(waiting_since=request.created_at):
        message = _(
            "Starts are delayed at the moment. Your place in the queue is kept, and the start "
            "continues by itself: you do not have to do anything."
        )
    else:
        place = queue_position(request)
        message, wait = _queue_message(place), place.wait
    return ServerStatus(
        ServerState.QUEUED,
        message,
        progress=0,
        since=request.created_at,
        as_of=_as_of(reading),
        stale=reading.is_unanswered,
        wait=wait,
        last_known=_ready_beside(reading),
        request_id=request.pk,
        is_reported=True,
    )


def _ready_beside(reading: snapshots.CachedStatus) -> ServerState | None:
    """Return READY where the Hub shows a ready server beside a start that was asked for: one was
    pressed in a tab that did not know yet, and who opens the Lab gets there all the same.
    """
    snapshot = reading.snapshot
    is_ready = snapshot is not None and snapshot.server.ready and not reading.is_outdated
    return ServerState.READY if is_ready else None


def _queue_message(place: QueuePosition) -> str:
    if place.number == 1:
        return _("You are next in the queue.")
    message = ngettext(
        "You are number %(place)d in the queue.",
        "You are number %(place)d in the queue.",
        place.number,
    ) % {"place": place.number}
    return message if place.wait is None else f"{message} {_duration(place.wait)}"


def _duration(wait: timedelta) -> str:
    minutes = ceil(wait / timedelta(minutes=1))
    if minutes <= 1:
        return _("It takes less than a minute.")
    return ngettext(
        "It takes about %(minutes)d minute.", "It takes about %(minutes)d minutes.", minutes
    ) % {"minutes": minutes}


def _stopping(since: datetime, reading: snapshots.CachedStatus) -> ServerStatus:
    if stop_queue_is_stalled(waiting_since=since):
        message = _("Stopping takes longer than usual and continues by itself. Saved files stay.")
    else:
        message = _("The server is being stopped. Saved files stay.")
    return ServerStatus(
        ServerState.STOPPING,
        message,
        since=since,
        as_of=_as_of(reading),
        stale=reading.is_unanswered,
    )


def _settled(
    recent: RecentRequests, reading: snapshots.CachedStatus, next_path: str
) -> ServerStatus:
    last_start, last_stop = recent.last_start, recent.last_stop
    snapshot = reading.snapshot
    if snapshot is None:
        return _unknown(reading, last_known=None)
    if reading.is_unanswered or not snapshot.is_believable:
        return _unknown(reading, last_known=_state_of(snapshot.server))
    state = _newest(snapshot, last_start, last_stop)
    if last_start is not None and _shows_as_failed(last_start, last_stop, state):
        failure = last_start.failure
        return ServerStatus(
            ServerState.FAILED,
            str(failure.title),
            since=last_start.finished_at,
            as_of=snapshot.as_of,
            failure=failure,
            request_id=last_start.pk,
            is_outdated=reading.is_outdated,
        )
    return ServerStatus(
        state,
        _MESSAGES[state](),
        url=_open_url(next_path) if state is ServerState.READY else "",
        progress=0 if state is ServerState.STARTING else None,
        since=snapshot.server.started if state is ServerState.READY else None,
        stop_reason=read_stop_reason(recent) if state is ServerState.STOPPED else None,
        as_of=snapshot.as_of,
        request_id=last_start.pk if last_start is not None else None,
        is_outdated=reading.is_outdated,
    )


def _newest(
    snapshot: snapshots.Snapshot, last_start: SpawnRequest | None, last_stop: StopRequest | None
) -> ServerState:
    """Return what was seen last, by whoever read the Hub or by who brought a start or stop to its
    end: pages must not fall back for the time of one reading.
    """
    seen = [(snapshot.as_of, _state_of(snapshot.server))]
    if last_stop is not None and last_stop.stopped and last_stop.finished_at is not None:
        seen.append((last_stop.finished_at, ServerState.STOPPED))
    left = _left_by(last_start) if last_start is not None else None
    if left is not None and last_start is not None and last_start.finished_at is not None:
        seen.append((last_start.finished_at, left))
    return max(seen, key=lambda moment_and_state: moment_and_state[0])[1]


def _left_by(ended: SpawnRequest) -> ServerState | None:
    """Return the state in which a start left the server; None when it tells nothing of that."""
    if ended.state == State.READY or ended.failure_code == FailureCode.LAB_SILENT:
        return ServerState.READY
    if ended.posted_at is None or ended.failure_code in _HUB_TOLD_NOTHING:
        return None
    return ServerState.STOPPED


_HUB_TOLD_NOTHING = frozenset(
    {
        FailureCode.HUB_AWAY,
        FailureCode.HUB_BROKEN_ANSWER,
        FailureCode.HUB_BUSY,
        FailureCode.HUB_FULL,
        FailureCode.SCOPE_MISSING,
        FailureCode.TOKEN_REFUSED,
    }
)


def _shows_as_failed(
    last_start: SpawnRequest, last_stop: StopRequest | None, state: ServerState
) -> bool:
    """Whether the last start's failure is what a page shows, and not what came after it."""
    if last_start.state != State.FAILED or last_start.finished_at is None:
        return False
    if last_start.failure_code != FailureCode.LAB_SILENT:
        return state is ServerState.STOPPED
    stopped_at = last_stop.finished_at if last_stop and last_stop.stopped else None
    was_stopped = stopped_at is not None and stopped_at > last_start.finished_at
    # The Hub says that such a server is ready.
    return state in (ServerState.READY, ServerState.STOPPED) and not was_stopped


def _unknown(reading: snapshots.CachedStatus, *, last_known: ServerState | None) -> ServerStatus:
    checking = not reading.is_unanswered
    return ServerStatus(
        ServerState.UNKNOWN,
        _("Checking …") if checking else _("Error connecting to JupyterHub"),
        as_of=_as_of(reading),
        stale=not checking,
        checking=checking,
        last_known=last_known,
        is_outdated=reading.is_outdated,
    )


def _state_of(server: Server) -> ServerState:
    if server.pending == "stop":
        return ServerState.STOPPING
    if server.pending == "spawn":
        return ServerState.STARTING
    return ServerState.READY if server.ready else ServerState.STOPPED


_MESSAGES = {
    ServerState.STOPPED: lambda: _("Your server is off. Your files are kept."),
    ServerState.STARTING: lambda: _("The server is starting."),
    ServerState.READY: lambda: _("Your server is running."),
    ServerState.STOPPING: lambda: _("The server is being stopped. Saved files stay."),
}


def _as_of(reading: snapshots.CachedStatus) -> datetime | None:
    return reading.snapshot.as_of if reading.snapshot else None


def _open_url(next_path: str) -> str:
    url = reverse("server_open")
    return f"{url}?{urlencode({'next': next_path})}" if next_path else url
