"""What a page, the API and the admin show of a user's server: one value, made in queries.py."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils import timezone
from django.utils.functional import Promise

from jupyter_integration.failures.catalogue import Failure
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.server_states import ServerState
from jupyter_integration.status.snapshots import FRESH_FOR

# How long a page waits before it asks again, in seconds (docs/adr/0011-the-page-asks.md).
POLL_WHILE_CHANGING = 0.7
POLL_IN_QUEUE = 2.0
POLL_FAR_BACK_IN_QUEUE = 8.0
POLL_WHILE_CALM = 15.0


class StopCause(StrEnum):
    OWNER = "owner"  # asked for in the portal
    STAFF = "staff"  # the same, for the owner
    IDLE = "idle"  # nobody had used it for as long as IDLE_TIMEOUT
    HUB_STAFF = "hub_staff"  # asked for at the Hub itself
    HUB_ENDED = "hub_ended"
    KILLED = "killed"
    EXITED = "exited"


@dataclass(frozen=True, slots=True)
class StopReason:
    cause: StopCause
    at: datetime
    idle_for: timedelta | None = None  # of IDLE, in whole minutes from one minute on
    exit_status: int | None = None  # of EXITED and KILLED; None when nobody knows it


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """The state of one user's server, and how sure we are of it.

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
    wait: timedelta | None = None  # until a QUEUED start is taken up, where that can be told
    checking: bool = False  # UNKNOWN because the first answer of the Hub is on its way
    last_known: ServerState | None = None
    failure: Failure | None = None
    stop_reason: StopReason | None = None  # why it is STOPPED, where that is known
    request_id: int | None = None  # the start that this state comes from
    is_reported: bool = False  # a start of ours that its worker writes down: no need to ask
    is_outdated: bool = False  # something changed since `as_of`: read it now, however young it is

    @property
    def server_active(self) -> bool:
        """Whether a server runs or comes up; what the portal before this one called it."""
        return self.is_silent or self.state in (
            ServerState.READY,
            ServerState.STARTING,
            ServerState.STOPPING,
        )

    @property
    def is_silent(self) -> bool:
        """Whether a server runs of which the Lab did not answer."""
        return self.failure is not None and self.failure.code is FailureCode.LAB_SILENT

    @property
    def can_start(self) -> bool:
        # With the Hub away a start waits in line until it is back.
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
        """Seconds after which a page that shows this asks again.

        Those who wait in line may be hundreds, those whose server starts are as many as there are
        slots: so the quick questions are few. Who is far back asks less often than who is near.
        """
        if self.state is ServerState.QUEUED and self.wait is not None:
            part_of_wait = round(self.wait.total_seconds() / 2, 1)
            return min(max(POLL_WHILE_CHANGING, part_of_wait), POLL_FAR_BACK_IN_QUEUE)
        if self.busy:
            waiting_for_slot = self.state is ServerState.QUEUED or self.stale
            return POLL_IN_QUEUE if waiting_for_slot else POLL_WHILE_CHANGING
        # One that shows something old has just had it read again (refresh_if_stale).
        return POLL_IN_QUEUE if self.is_stale and not self.stale else POLL_WHILE_CALM

    @property
    def is_stale(self) -> bool:
        """Whether the Hub should be read again."""
        return self.is_outdated or self.as_of is None or timezone.now() - self.as_of > FRESH_FOR
