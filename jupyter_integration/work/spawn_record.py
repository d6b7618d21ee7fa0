"""The row of a start that a worker follows: how far it is, and how it ended."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from jupyter_integration.failures.catalogue import FailureCode
from jupyter_integration.failures.classify import code_of_error
from jupyter_integration.hub.errors import HubError
from jupyter_integration.hub.resources import Server
from jupyter_integration.models import SpawnRequest
from jupyter_integration.status import snapshots
from jupyter_integration.work.leases import Lease, LeaseLostError

logger = logging.getLogger(__name__)


class SpawnCancelledError(Exception):
    """The user took the start back."""


@dataclass(frozen=True, slots=True)
class SpawnRecord:
    """Every write is conditional on the lease, and raises LeaseLostError without it."""

    request: SpawnRequest
    lease: Lease

    @property
    def name(self) -> str:
        return self.request.user.hub_username

    def heartbeat(self, **changes: object) -> None:
        """Renew the lease with `changes`; raise when the user took the start back."""
        try:
            self.lease.renew(Q(cancel_requested_at__isnull=True), **changes)
        except LeaseLostError:
            if SpawnRequest.objects.cancelling().filter(lease_id=self.lease.holder).exists():
                raise SpawnCancelledError from None
            raise

    def end_ready(self, server: Server) -> None:
        # First what pages read, then what makes them read it.
        snapshots.record(self.request.user_id, server, as_of=timezone.now())
        try:
            self._end(SpawnRequest.State.READY, Q(cancel_requested_at__isnull=True), progress=100)
        except LeaseLostError:
            self.heartbeat()  # tells a cancel in the last moment from a lease that is lost
            raise
        took = timezone.now() - self.request.created_at
        logger.info("%s: ready after %.1f s", self.request.reference, took.total_seconds())

    def end_cancelled(self) -> None:
        snapshots.record(self.request.user_id, None, as_of=timezone.now())
        self._end(SpawnRequest.State.CANCELLED)
        logger.info("%s: cancelled", self.request.reference)

    def end_failed(self, code: FailureCode, reason: str = "") -> None:
        self._end(SpawnRequest.State.FAILED, failure_code=code, message=reason)
        logger.warning("%s: failed, %s: %s", self.request.reference, code, reason)

    def requeue(
        self, seconds: float, error: HubError | None = None, *, in_flight: bool = False
    ) -> None:
        """Back into line for `seconds`, without an error for the user, until the deadline.

        The deadline counts from when it was first taken up: a long line is nobody's failure.
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
            not_before=timezone.now() + timedelta(seconds=seconds),
            posted_at=self.request.posted_at,
            **({} if in_flight else {"slot": None}),
        )
        logger.info("%s: back in line for %.0f s: %s", self.request.reference, seconds, error)

    def _end(self, state: SpawnRequest.State, *conditions: Q, **changes: object) -> None:
        self.lease.release(
            *conditions, state=state, finished_at=timezone.now(), slot=None, **changes
        )
