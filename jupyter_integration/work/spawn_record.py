"""Record of one start while a worker follows it: its row, its progress, its outcome."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from jupyter_integration.failures.classify import code_of_error, is_hub_full
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.hub.errors import HubError
from jupyter_integration.hub.resources import Server
from jupyter_integration.models import SpawnRequest
from jupyter_integration.status import snapshots
from jupyter_integration.work.leases import Lease, LeaseLostError, release_database_connection

logger = logging.getLogger(__name__)


class SpawnCancelledError(Exception):
    """The user cancelled the start."""


class SpawnFailedError(Exception):
    """The server did not come up, and waiting does not help."""

    def __init__(self, code: FailureCode, reason: str = "") -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class RetryLaterError(Exception):
    """Something else has to end first; the request goes back into the queue for a moment."""


@dataclass(frozen=True, slots=True)
class SpawnRecord:
    """Every write is conditional on the lease, and raises LeaseLostError without it."""

    request: SpawnRequest
    lease: Lease

    @property
    def user(self) -> User:
        return self.request.user

    @property
    def hub_username(self) -> str:
        return self.request.user.hub_username

    @property
    def reference(self) -> str:
        return self.request.reference

    def heartbeat(self, **changes: object) -> None:
        """Renew the lease and write `changes`.

        Raises LeaseLostError, and SpawnCancelledError if the user cancelled the start.
        """
        try:
            self.lease.renew(Q(cancel_requested_at__isnull=True), **changes)
        except LeaseLostError:
            if SpawnRequest.objects.cancelling().filter(lease_id=self.lease.holder).exists():
                raise SpawnCancelledError from None
            raise

    def note_post(self) -> None:
        """Write that the POST is sent now, and release the database connection.

        This is the last check before the POST: raises LeaseLostError if another worker has claimed
        the row, SpawnCancelledError if the user cancelled the start.
        """
        again = " again" if self.request.posted_at else ""
        self.request.posted_at = self.request.posted_at or timezone.now()
        self.heartbeat(state=SpawnRequest.State.STARTING, posted_at=self.request.posted_at)
        logger.info("%s: starting %s%s", self.reference, self.hub_username, again)
        release_database_connection()

    def end_ready(self, server: Server) -> None:
        # The snapshot first: the row's change makes pages read it.
        snapshots.record(self.request.user_id, server, as_of=timezone.now())
        try:
            self._end(SpawnRequest.State.READY, Q(cancel_requested_at__isnull=True), progress=100)
        except LeaseLostError:
            self.heartbeat()  # raises SpawnCancelledError if a late cancel was the reason
            raise
        took = timezone.now() - self.request.created_at
        logger.info("%s: ready after %.1f s", self.reference, took.total_seconds())

    def end_cancelled(self) -> None:
        snapshots.record(self.request.user_id, None, as_of=timezone.now())
        self._end(SpawnRequest.State.CANCELLED)
        logger.info("%s: cancelled", self.reference)

    def end_failed(self, code: FailureCode, reason: str = "") -> None:
        self._end(SpawnRequest.State.FAILED, failure_code=code, message=reason)
        logger.warning("%s: failed, %s: %s", self.reference, code, reason)

    def requeue(
        self, delay: timedelta, error: HubError | None = None, *, in_flight: bool = False
    ) -> None:
        """Put the request back into the queue for `delay`; after SPAWN_DEADLINE fail it instead.

        The deadline counts from the first claim, so time in a long queue does not count. A request
        that is `in_flight` keeps its slot.
        """
        tried = timezone.now() - (self.request.taken_up_at or self.request.created_at)
        if tried > timedelta(seconds=settings.SPAWN_DEADLINE):
            if error is None:
                self.end_failed(FailureCode.START_TIMEOUT)
            else:
                self.end_failed(code_of_error(error), error.hub_message or str(error))
            return
        self.lease.release(
            state=SpawnRequest.State.QUEUED,
            not_before=timezone.now() + delay,
            posted_at=self.request.posted_at,
            message=error.hub_message if error and is_hub_full(error.hub_message) else "",
            **({} if in_flight else {"slot": None}),
        )
        logger.info("%s: requeued for %.0f s: %s", self.reference, delay.total_seconds(), error)

    def _end(self, state: SpawnRequest.State, *conditions: Q, **changes: object) -> None:
        self.lease.release(
            *conditions, state=state, finished_at=timezone.now(), slot=None, **changes
        )
