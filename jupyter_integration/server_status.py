"""What a page, the API and the admin show of a user's server: one value, made in queries.py."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise

from jupyter_integration.failures import Failure, FailureCode


class ServerState(StrEnum):
    STOPPED = "stopped"
    QUEUED = "queued"
    STARTING = "starting"
    READY = "ready"
    STOPPING = "stopping"
    FAILED = "failed"
    UNKNOWN = "unknown"


# How long a page waits before it asks again, in seconds.
POLL_WHILE_BUSY = 1
POLL_WHILE_CALM = 10


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
    checking: bool = False  # UNKNOWN because the first answer of the Hub is on its way
    last_known: ServerState | None = None
    failure: Failure | None = None
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
    def poll_seconds(self) -> int:
        return POLL_WHILE_BUSY if self.busy else POLL_WHILE_CALM
