"""Bring one requested server up: from the first call of the Hub to a Lab that answers."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from jupyter_integration.failures.catalogue import FailureCode
from jupyter_integration.failures.classify import code_of_reason
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import (
    HubCircuitOpen,
    HubConflict,
    HubNotFound,
    HubNotStarting,
    HubRejected,
    HubServerError,
    HubThrottled,
)
from jupyter_integration.hub.probe import LabProbe
from jupyter_integration.hub.resources import ProgressEvent, Server
from jupyter_integration.models import SpawnRequest, StopRequest
from jupyter_integration.status import snapshots
from jupyter_integration.work.ensure_hub_user import ensure_hub_user
from jupyter_integration.work.leases import release_database_connection
from jupyter_integration.work.spawn_record import SpawnRecord

logger = logging.getLogger(__name__)

LONGEST_WAIT_FOR_LAB = 30.0  # seconds from the Hub's "ready" to the Lab's first answer
LOOK_AGAIN_AFTER = 0.2  # seconds


class SpawnFailedError(Exception):
    """The server did not come up, and will not by waiting."""

    def __init__(self, code: FailureCode, reason: str = "") -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class RetryLaterError(Exception):
    """Something else has to end first; the request goes back into line for a moment."""


def spawn_server(*, hub: HubClient, lab: LabProbe, start: SpawnRecord) -> Server:
    """Return the ready server.

    Raises SpawnFailedError, RetryLaterError, SpawnCancelledError, LeaseLostError, any HubError, and
    what `ensure_hub_user` raises.
    """
    return _BringingUp(hub, lab, start).bring_up()


@dataclass(frozen=True, slots=True)
class _BringingUp:
    hub: HubClient
    lab: LabProbe
    start: SpawnRecord

    def bring_up(self) -> Server:
        self.refuse_the_inactive()
        self.start.heartbeat()
        self.wait_until(self.earlier_work_has_ended)
        server = None if self.post_first() else self.look_and_post()
        if server is None or not server.ready:
            server = self.follow_progress()
        return self.wait_for_lab(server)

    def post_first(self) -> bool:
        """Ask the Hub for the first time, without a look where none was running a moment ago;
        whether it took that.

        The Hub itself starts no second server beside one that came up since
        (docs/adr/0014-first-post-without-a-look.md).
        """
        user = self.start.request.user
        if self.start.request.posted_at is not None or not self.is_known_as_stopped():
            return False
        user.refresh_from_db(fields=["hub_username", "hub_user_created_at", "is_active"])
        self.refuse_the_inactive()
        if user.hub_user_created_at is None:
            return False
        try:
            self.post()
        except HubNotFound:  # it has lost the user, who is made anew
            return False
        return True

    def is_known_as_stopped(self) -> bool:
        reading = snapshots.read(self.start.request.user_id)
        snapshot = reading.snapshot
        return snapshot is not None and not (
            snapshot.is_active or reading.is_outdated or not snapshot.is_believable
        )

    def look_and_post(self) -> Server | None:
        """See to it that the Hub has the user, and ask for a server that it shows no sign of.

        Returns the server that was there already.
        """
        server = ensure_hub_user(hub=self.hub, user=self.start.request.user).server
        while server is not None and server.pending == "stop":
            self.wait_until(self.nothing_stops)
            server = self.hub.get_user(self.start.name).server
        if server is not None and (server.ready or server.pending == "spawn"):
            return server
        self.refuse_a_second_try_after_a_failure()
        self.post()
        return None

    def refuse_the_inactive(self) -> None:
        if not self.start.request.user.is_active:
            raise SpawnFailedError(FailureCode.ACCOUNT_INACTIVE)

    def earlier_work_has_ended(self) -> bool:
        """Whether the user's earlier stops and cancelled starts are over."""
        earlier_starts = SpawnRequest.objects.open().filter(
            user=self.start.request.user, pk__lt=self.start.request.pk
        )
        stops = StopRequest.objects.open().filter(
            user=self.start.request.user, created_at__lte=self.start.request.created_at
        )
        return not (earlier_starts.exists() or stops.exists())

    def nothing_stops(self) -> bool:
        server = self.hub.get_user(self.start.name).server
        return server is None or server.pending != "stop"

    def refuse_a_second_try_after_a_failure(self) -> None:
        """A start that failed is never sent again by itself; one that the Hub forgot is.

        Only the progress stream still knows: it repeats the failure of the last start, and knows
        of none when the Hub was restarted.
        """
        if (
            self.start.request.posted_at is not None
            and (reason := self.reported_failure()) is not None
        ):
            raise SpawnFailedError(code_of_reason(reason), reason)

    def post(self) -> None:
        """Ask the Hub once; what becomes of it the progress tells."""
        request = self.start.request
        posted_before = request.posted_at
        release_database_connection()
        try:
            self.hub.start_server(self.start.name, on_turn=self.note_post)
        except (HubConflict, HubThrottled, HubCircuitOpen) as refusal:
            # The Hub took nothing: a failure that it tells of later is that of an older start.
            request.posted_at = posted_before
            if not isinstance(refusal, HubConflict):
                raise
            snapshots.drop(request.user_id)  # it began to stop since we looked
            raise RetryLaterError from refusal
        except (HubServerError, HubRejected) as error:
            # The Hub says "Internal Server Error"; why is in the progress stream alone. And a hook
            # may refuse with whatever status it likes.
            reason = self.reported_failure()
            if reason is None:
                raise
            raise SpawnFailedError(code_of_reason(reason), reason) from error

    def note_post(self) -> None:
        """The last moment to see that somebody else has taken the row up, or the user back."""
        request = self.start.request
        again = " again" if request.posted_at else ""
        request.posted_at = request.posted_at or timezone.now()
        self.start.heartbeat(state=SpawnRequest.State.STARTING, posted_at=request.posted_at)
        logger.info("%s: starting %s%s", request.reference, self.start.name, again)
        release_database_connection()

    def reported_failure(self) -> str | None:
        """The Hub's words for why the last start failed; None when it knows of no failure."""
        try:
            event = next(self.hub.follow_progress(self.start.name), None)
        except HubNotStarting:
            return None
        return event.message if event is not None and event.failed else None

    def follow_progress(self) -> Server:
        """Return the server when the Hub says that it is ready."""
        came_up = False
        release_database_connection()
        try:
            for event in self.hub.follow_progress(
                self.start.name, on_keepalive=self.start.heartbeat
            ):
                if event.failed:
                    raise SpawnFailedError(code_of_reason(event.message), event.message)
                if event.ready:
                    return self.server_of(event) if came_up else self.ready_on_hub()
                came_up = True
                self.record(event)
                release_database_connection()
        except HubNotStarting as error:
            # The Hub was restarted meanwhile, or the server was stopped behind our back.
            self.start.heartbeat()
            raise RetryLaterError from error
        raise RetryLaterError

    def server_of(self, ready: ProgressEvent) -> Server:
        """What the Hub shows of a server that came up before our eyes: it need not be asked again,
        in the very seconds in which a whole class comes up.
        """
        asked_at = self.start.request.posted_at
        if ready.url is None or asked_at is None:
            return self.ready_on_hub()
        return Server(
            ready=True,
            pending=None,
            url=ready.url,
            started=asked_at,
            last_activity=None,
            stopped=False,
        )

    def ready_on_hub(self) -> Server:
        server = self.hub.get_user(self.start.name).server
        if server is None or not server.ready:
            raise RetryLaterError
        return server

    def record(self, event: ProgressEvent) -> None:
        self.start.heartbeat(progress=event.progress, message=event.message)

    def wait_for_lab(self, server: Server) -> Server:
        """The Hub's "ready" can be a second early: a browser sent there would see an error.

        While a start is cancelled behind our back it is plainly wrong: so the Hub is asked where
        the Lab is silent at first, and once more before that is called a failure.
        """
        release_database_connection()
        if self.lab.answers(server.url):
            return server
        server = self.ready_on_hub()
        deadline = time.monotonic() + LONGEST_WAIT_FOR_LAB
        while not self.lab.answers(server.url):
            if time.monotonic() > deadline:
                self.ready_on_hub()
                raise SpawnFailedError(FailureCode.LAB_SILENT)
            self.start.heartbeat()
            release_database_connection()
            time.sleep(LOOK_AGAIN_AFTER)
        return server

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + LONGEST_WAIT_FOR_LAB
        while not is_so():
            if time.monotonic() > deadline:
                raise RetryLaterError
            self.start.heartbeat()
            release_database_connection()
            time.sleep(LOOK_AGAIN_AFTER)
