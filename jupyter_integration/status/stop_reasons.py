"""Stop reasons: why a user's server stopped, and when.

They come from stop requests and events of the Hub. If an event was lost, the reason is unknown.
"""

import re
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.failures.pod_problems import code_of
from jupyter_integration.models import HubEvent, SpawnRequest, StopRequest
from jupyter_integration.models.hub_event import EVENT_RETENTION
from jupyter_integration.status.recent_requests import RecentRequests
from jupyter_integration.status.server_status import StopCause, StopReason

KILLED = 137
"""128 + SIGKILL: the exit status that the out-of-memory killers of the kernel and Docker leave."""

_CAUSES = {
    FailureCode.NO_MEMORY: StopCause.OUT_OF_MEMORY,
    FailureCode.POD_EVICTED: StopCause.EVICTED,
    FailureCode.NODE_LOST: StopCause.NODE_LOST,
}

# The kubelet's words for a pod above its own limits; other evictions relieve the node.
_OWN_EXCESS = re.compile("exceed.* limit")


def read_stop_reason(recent: RecentRequests) -> StopReason | None:
    """Return why the server of the user's last start stopped; None when that is unknown.

    The caller knows that the server does not run now.
    """
    start = recent.last_start
    if start is not None and start.state == SpawnRequest.State.CANCELLED:
        return None  # the server never ran
    began = (start.posted_at or start.created_at) if start else None
    event, stop = recent.last_stop_event, recent.last_stop
    if event is not None and began is not None and event.happened_at < began:
        event = None
    if stop is not None and not _caused_stop(stop, began):
        stop = None
    if event is None:
        if stop is not None and stop.finished_at is not None:
            return _stopped_by(stop, stop.finished_at)
        return StopReason(StopCause.UNKNOWN) if _lacks_event(start) else None
    if event.kind == HubEvent.Kind.ENDED_WITH_HUB:
        return StopReason(StopCause.HUB_ENDED, event.happened_at)
    if event.kind == HubEvent.Kind.EXITED:
        return StopReason(_exit_cause(event), event.happened_at, exit_status=event.exit_status)
    if stop is not None:
        return _stopped_by(stop, event.happened_at)
    idle_for = _idle_time(event)
    if idle_for is not None:
        return StopReason(StopCause.IDLE, event.happened_at, idle_for=idle_for)
    # The culler stops the oldest servers through the API as well. The portal posted the start
    # before the Hub began to count.
    is_old = began and event.happened_at - began >= timedelta(seconds=settings.SERVER_MAX_AGE)
    return StopReason(StopCause.MAX_AGE if is_old else StopCause.HUB_STAFF, event.happened_at)


def _exit_cause(event: HubEvent) -> StopCause:
    if not event.reason:
        return StopCause.KILLED if event.exit_status == KILLED else StopCause.EXITED
    code = code_of(event.reason, event.message)
    if code is FailureCode.POD_EVICTED and _OWN_EXCESS.search(event.message):
        return StopCause.TEMPORARY_FILES
    return _CAUSES.get(code, StopCause.REMOVED)


def _lacks_event(start: SpawnRequest | None) -> bool:
    """Return whether the start led to a server whose end the Hub should have reported."""
    if start is None or start.state != SpawnRequest.State.READY or start.finished_at is None:
        return False
    return start.finished_at > timezone.now() - EVENT_RETENTION


def _caused_stop(stop: StopRequest, began: datetime | None) -> bool:
    if not stop.stopped or stop.finished_at is None:
        return False
    return began is None or stop.finished_at > began


def _stopped_by(stop: StopRequest, at: datetime) -> StopReason:
    if stop.reason:
        return StopReason(StopCause(stop.reason), at)
    by_owner = stop.requested_by_id == stop.user_id
    return StopReason(StopCause.OWNER if by_owner else StopCause.STAFF, at)


def _idle_time(event: HubEvent) -> timedelta | None:
    """Return for how long the server was unused; None if that is less than IDLE_TIMEOUT.

    The Hub's culler stops servers through the same API as the portal, and its event does not
    name it.
    """
    if event.last_activity is None:
        return None
    idle_for = event.happened_at - event.last_activity
    if idle_for < timedelta(seconds=settings.IDLE_TIMEOUT):
        return None
    minute = timedelta(minutes=1)
    return idle_for - idle_for % (minute if idle_for > minute else timedelta(seconds=1))
