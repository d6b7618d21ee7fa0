"""Server status of a user, from the database and the cache, never from the Hub itself."""

from datetime import datetime, timedelta
from math import ceil
from operator import itemgetter
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from jupyter_integration.failures.classify import is_hub_full
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.hub.resources import Server
from jupyter_integration.models import SpawnRequest, StopRequest
from jupyter_integration.server_states import ServerState
from jupyter_integration.status import snapshots
from jupyter_integration.status.progress_messages import translate_hub_message
from jupyter_integration.status.queue_position import (
    QueuePosition,
    queue_position,
    spawn_queue_is_stalled,
    stop_queue_is_stalled,
    usual_start,
)
from jupyter_integration.status.recent_requests import RecentRequests, read_recent_requests
from jupyter_integration.status.server_status import ServerStatus
from jupyter_integration.status.snapshots import CachedStatus, Snapshot
from jupyter_integration.status.stop_reasons import read_stop_reason

State = SpawnRequest.State


def server_status(user: User, *, next_path: str = "") -> ServerStatus:
    """Read and return the status of the user's server.

    `next_path`, a path in the user's own server, goes into the address behind "open".
    """
    return status_from(read_recent_requests(user.pk), snapshots.read(user.pk), next_path=next_path)


def status_from(
    recent: RecentRequests, cached_status: CachedStatus, *, next_path: str = ""
) -> ServerStatus:
    """Return the status that a page shows, from rows and a cached status that are read already.

    Open requests come first, then what the Hub last showed. Where both know how a server ended up,
    the newer one wins.
    """
    last_start, last_stop = recent.last_start, recent.last_stop
    if last_start is not None and last_start.is_open:
        if last_start.cancel_requested_at is not None:
            return _stopping(last_start.cancel_requested_at, cached_status)
        return _coming_up(last_start, cached_status)
    if last_stop is not None and last_stop.finished_at is None:
        return _stopping(last_stop.created_at, cached_status)
    return _settled(recent, cached_status, next_path)


def _coming_up(request: SpawnRequest, cached_status: CachedStatus) -> ServerStatus:
    if request.state == State.STARTING:
        return ServerStatus(
            ServerState.STARTING,
            translate_hub_message(request.message) or _("The server is being requested."),
            progress=request.progress,
            since=request.created_at,
            as_of=_as_of(cached_status),
            last_known=_ready_beside(cached_status),
            request_id=request.pk,
            is_reported=True,
        )
    wait = None
    if cached_status.is_unanswered:
        message = _(
            "The service that runs the servers cannot be reached now. "
            "Your place in the queue is kept, and the start continues by itself."
        )
    elif spawn_queue_is_stalled(waiting_since=request.created_at):
        message = _(
            "Starts are delayed at the moment. Your place in the queue is kept, and the start "
            "continues by itself: you do not have to do anything."
        )
    elif is_hub_full(request.message):
        message = _(
            "All places are taken at the moment. Your place in the queue is kept: your server "
            "starts as soon as somebody else's stops."
        )
    else:
        position = queue_position(request)
        message, wait = _queue_message(position), position.wait
    return ServerStatus(
        ServerState.QUEUED,
        message,
        progress=0,
        since=request.created_at,
        as_of=_as_of(cached_status),
        stale=cached_status.is_unanswered,
        wait=wait,
        last_known=_ready_beside(cached_status),
        request_id=request.pk,
        is_reported=True,
    )


def _ready_beside(cached_status: CachedStatus) -> ServerState | None:
    """Return READY where the Hub shows a ready server beside an open start. The start may come from
    a stale tab; the running server can still be opened.
    """
    snapshot = cached_status.snapshot
    is_ready = snapshot is not None and snapshot.server.ready and not cached_status.is_outdated
    return ServerState.READY if is_ready else None


def _queue_message(position: QueuePosition) -> str:
    if position.number == 1:
        return _("You are next in the queue.")
    message = ngettext(
        "You are number %(place)d in the queue.",
        "You are number %(place)d in the queue.",
        position.number,
    ) % {"place": position.number}
    return message if position.wait is None else f"{message} {_duration(position.wait)}"


def _duration(wait: timedelta) -> str:
    minutes = ceil(wait / timedelta(minutes=1))
    if minutes <= 1:
        return _("It takes less than a minute.")
    return ngettext(
        "It takes about %(minutes)d minute.", "It takes about %(minutes)d minutes.", minutes
    ) % {"minutes": minutes}


def _stopping(since: datetime, cached_status: CachedStatus) -> ServerStatus:
    if stop_queue_is_stalled(waiting_since=since):
        message = _("Stopping takes longer than usual and continues by itself. Saved files stay.")
    else:
        message = _("The server is being stopped. Saved files stay.")
    return ServerStatus(
        ServerState.STOPPING,
        message,
        since=since,
        as_of=_as_of(cached_status),
        stale=cached_status.is_unanswered,
    )


def _settled(recent: RecentRequests, cached_status: CachedStatus, next_path: str) -> ServerStatus:
    last_start, last_stop = recent.last_start, recent.last_stop
    snapshot = cached_status.snapshot
    if snapshot is None:
        return _unknown(cached_status, last_known=None)
    if cached_status.is_unanswered or not snapshot.is_believable:
        return _unknown(cached_status, last_known=state_of(snapshot.server))
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
            is_outdated=cached_status.is_outdated,
        )
    if state is ServerState.STOPPED and recent.is_first_visit:
        return ServerStatus(
            state,
            _("You have no server yet."),
            as_of=snapshot.as_of,
            is_outdated=cached_status.is_outdated,
            is_first_visit=True,
            usual_start=usual_start(),
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
        is_outdated=cached_status.is_outdated,
    )


def _newest(
    snapshot: Snapshot, last_start: SpawnRequest | None, last_stop: StopRequest | None
) -> ServerState:
    """Return the newest state, from the Hub or from a start or stop that ended: a page must not
    fall back to the state before until the Hub is read again.
    """
    seen = [(snapshot.as_of, state_of(snapshot.server))]
    if last_stop is not None and last_stop.stopped and last_stop.finished_at is not None:
        seen.append((last_stop.finished_at, ServerState.STOPPED))
    left = _left_by(last_start) if last_start is not None else None
    if left is not None and last_start is not None and last_start.finished_at is not None:
        seen.append((last_start.finished_at, left))
    return max(seen, key=itemgetter(0))[1]


def _left_by(ended: SpawnRequest) -> ServerState | None:
    """Return the state in which a start left the server; None where its end does not show that."""
    if ended.state == State.READY or ended.failure_code == FailureCode.LAB_SILENT:
        return ServerState.READY
    if ended.posted_at is None or ended.failure_code in _WITHOUT_SERVER_STATE:
        return None
    return ServerState.STOPPED


_WITHOUT_SERVER_STATE = frozenset(
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
    """Return whether a page shows the last start's failure, and not what came after it."""
    if last_start.state != State.FAILED or last_start.finished_at is None:
        return False
    if last_start.failure_code != FailureCode.LAB_SILENT:
        return state is ServerState.STOPPED
    stopped_at = last_stop.finished_at if last_stop and last_stop.stopped else None
    was_stopped = stopped_at is not None and stopped_at > last_start.finished_at
    # For the Hub such a server is ready.
    return state in (ServerState.READY, ServerState.STOPPED) and not was_stopped


def _unknown(cached_status: CachedStatus, *, last_known: ServerState | None) -> ServerStatus:
    checking = not cached_status.is_unanswered
    return ServerStatus(
        ServerState.UNKNOWN,
        _("Checking …") if checking else _("Error connecting to JupyterHub"),
        as_of=_as_of(cached_status),
        stale=not checking,
        checking=checking,
        last_known=last_known,
        is_outdated=cached_status.is_outdated,
    )


def state_of(server: Server) -> ServerState:
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


def _as_of(cached_status: CachedStatus) -> datetime | None:
    return cached_status.snapshot.as_of if cached_status.snapshot else None


def _open_url(next_path: str) -> str:
    url = reverse("server_open")
    return f"{url}?{urlencode({'next': next_path})}" if next_path else url
