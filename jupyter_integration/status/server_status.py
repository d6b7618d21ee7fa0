"""Server status: the value that pages, the API and the admin show, made in queries.py."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils import timezone
from django.utils.functional import Promise

from jupyter_integration.failures.catalogue import Failure
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.server_states import ServerState
from jupyter_integration.status.snapshots import FRESH_FOR

# Times between two polls of a page (docs/adr/0011-the-page-asks.md).
POLL_WHILE_CHANGING = timedelta(seconds=0.7)
POLL_IN_QUEUE = timedelta(seconds=2)
POLL_FAR_BACK_IN_QUEUE = timedelta(seconds=8)
POLL_WHILE_CALM = timedelta(seconds=15)


class StopCause(StrEnum):
    OWNER = "owner"  # requested in the portal
    PASSWORD = "password"  # noqa: S105  (the portal itself, after a change of the password)
    SIGNED_OUT = "signed_out"  # the portal itself, after "sign out everywhere"
    STAFF = "staff"  # requested in the portal, by staff
    IDLE = "idle"  # unused for IDLE_TIMEOUT
    MAX_AGE = "max_age"  # ran for SERVER_MAX_AGE
    HUB_STAFF = "hub_staff"  # requested at the Hub itself
    HUB_ENDED = "hub_ended"
    KILLED = "killed"
    OUT_OF_MEMORY = "out_of_memory"
    TEMPORARY_FILES = "temporary_files"  # more of them than a server may have
    EVICTED = "evicted"  # its node's memory or disk space ran short
    NODE_LOST = "node_lost"
    REMOVED = "removed"  # its pod was deleted, as when a node is drained
    EXITED = "exited"
    UNKNOWN = "unknown"  # it was ready, and neither a request nor an event ended it


@dataclass(frozen=True, slots=True)
class StopReason:
    cause: StopCause
    at: datetime | None = None  # None for UNKNOWN alone
    idle_for: timedelta | None = None  # of IDLE, in whole minutes from one minute on
    exit_status: int | None = None  # of EXITED and KILLED; None when unknown


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """State of one user's server, and how certain it is.

    `since` is when the state began, `as_of` when the Hub was last read; both UTC. `stale` means
    that the Hub cannot be read and `as_of` is old.
    """

    state: ServerState
    message: str | Promise
    url: str = ""
    progress: int | None = None  # percent, while QUEUED or STARTING
    since: datetime | None = None
    as_of: datetime | None = None
    stale: bool = False
    wait: timedelta | None = None  # until a worker claims a QUEUED start, if known
    checking: bool = False  # UNKNOWN until the Hub's first answer
    last_known: ServerState | None = None
    failure: Failure | None = None
    stop_reason: StopReason | None = None  # why it is STOPPED, if known
    request_id: int | None = None  # of the start that led to this state
    is_reported: bool = False  # its worker reports: no refresh is needed
    is_outdated: bool = False  # changed since `as_of`: refresh at once
    is_first_visit: bool = False  # STOPPED, and the person never had a server
    usual_start: timedelta | None = None  # how long a start takes, on the first visit, if known

    @property
    def server_active(self) -> bool:
        """Whether a server runs, starts or stops; the name is of the portal before this one."""
        return self.is_silent or self.state in (
            ServerState.READY,
            ServerState.STARTING,
            ServerState.STOPPING,
        )

    @property
    def is_silent(self) -> bool:
        """Whether a server runs whose Lab does not answer."""
        return self.failure is not None and self.failure.code is FailureCode.LAB_SILENT

    @property
    def can_start(self) -> bool:
        # While the Hub is unavailable a start waits in the queue.
        return self.state in (ServerState.STOPPED, ServerState.FAILED, ServerState.UNKNOWN) and (
            not self.checking
        )

    @property
    def can_stop(self) -> bool:
        return self.state is ServerState.READY or self.is_silent

    @property
    def can_cancel(self) -> bool:
        return self.state in (ServerState.QUEUED, ServerState.STARTING)

    @property
    def can_open(self) -> bool:
        return self.state is ServerState.READY

    @property
    def busy(self) -> bool:
        """Whether the state is about to change by itself."""
        return self.checking or self.state in (
            ServerState.QUEUED,
            ServerState.STARTING,
            ServerState.STOPPING,
        )

    @property
    def poll_after(self) -> float:
        """Seconds after which a page that shows this status polls again.

        Hundreds may wait in the queue, but only as many servers start as there are slots: so quick
        polls are few. Pages far back in the queue poll less often than those near its front.
        """
        return round(self._time_to_poll.total_seconds(), 1)

    @property
    def _time_to_poll(self) -> timedelta:
        if self.state is ServerState.QUEUED and self.wait is not None:
            return min(max(POLL_WHILE_CHANGING, self.wait / 2), POLL_FAR_BACK_IN_QUEUE)
        if self.busy:
            waiting_for_slot = self.state is ServerState.QUEUED or self.stale
            return POLL_IN_QUEUE if waiting_for_slot else POLL_WHILE_CHANGING
        # A page with a stale status has just woken a refresh (refresh_if_stale).
        return POLL_IN_QUEUE if self.is_stale and not self.stale else POLL_WHILE_CALM

    @property
    def is_stale(self) -> bool:
        """Whether the Hub should be read again."""
        return self.is_outdated or self.as_of is None or timezone.now() - self.as_of > FRESH_FOR
