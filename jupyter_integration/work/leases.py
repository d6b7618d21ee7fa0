"""Leases: the right of one worker to work on a row, until the lease expires."""

import logging
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import Error as DatabaseFailure
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from jupyter_integration.models.leased import LeasedQuerySet, LeasedRow

logger = logging.getLogger(__name__)

LEASE_DURATION: Final = timedelta(seconds=9)
"""`wake_stalled_work` runs every 5 seconds, so a dead worker's row is claimed within 15."""

RENEW_INTERVAL: Final = timedelta(seconds=3)
"""Two renewals may fail before a lease expires."""


class LeaseLostError(Exception):
    """Another worker has claimed the row, or it was settled: stop, and write nothing."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one row and to write to it."""

    rows: type[LeasedRow]
    row_id: Any
    holder: uuid.UUID

    def renew(self, *conditions: Q, **changes: Any) -> None:
        """Extend the lease to LEASE_DURATION from now and write `changes` to the row.

        Raises LeaseLostError, also if the row no longer meets the conditions.
        """
        self._write(*conditions, lease_expires_at=timezone.now() + LEASE_DURATION, **changes)

    def release(self, *conditions: Q, **changes: Any) -> None:
        """Write `changes` to the row and end the lease.

        Raises LeaseLostError, also if the row no longer meets the conditions.
        """
        self._write(*conditions, lease_id=None, lease_expires_at=None, **changes)

    def _write(self, *conditions: Q, **changes: Any) -> None:
        mine = self.rows._default_manager.filter(pk=self.row_id, lease_id=self.holder)
        if not mine.filter(*conditions).update(**changes):
            raise LeaseLostError


def claim(rows: LeasedQuerySet[LeasedRow], row_id: Any, **changes: Any) -> Lease | None:
    """Lease the row and write `changes` to it; None if it is leased or not among `rows`.

    One UPDATE decides, so of several workers that were woken for a row one gets the lease.
    """
    holder = uuid.uuid4()
    claimed = (
        rows.unleased()
        .filter(pk=row_id)
        .update(lease_id=holder, lease_expires_at=timezone.now() + LEASE_DURATION, **changes)
    )
    if not claimed:
        return None
    return Lease(rows.model, row_id, holder)


class LeaseKeeper:
    """Thread that renews the leases of this process while their work goes on.

    A call to the Hub can take half a minute. A lease of that length would delay the work of a dead
    worker by as much. A killed worker renews nothing. A worker that lost the database for a while
    still has its leases, unless another worker has claimed the rows.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._kept: dict[uuid.UUID, Lease] = {}
        self._thread: threading.Thread | None = None

    @contextmanager
    def keep(self, lease: Lease) -> Iterator[None]:
        """Renew the lease while the context lasts. A lost lease is noticed at the next write."""
        with self._changed:
            self._kept[lease.holder] = lease
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="leases", daemon=True)
                self._thread.start()
            self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                del self._kept[lease.holder]

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._kept)
            # A lease that is added during the sleep is new, and needs no renewal before.
            time.sleep(RENEW_INTERVAL.total_seconds())
            self._renew_all()

    def _renew_all(self) -> None:
        with self._changed:
            leases = list(self._kept.values())
        for rows in {lease.rows for lease in leases}:
            holders = [lease.holder for lease in leases if lease.rows is rows]
            try:
                rows._default_manager.filter(lease_id__in=holders).update(
                    lease_expires_at=timezone.now() + LEASE_DURATION
                )
            except DatabaseFailure as error:
                logger.warning("Leases were not renewed: %s", error)
        release_database_connection()


def release_database_connection() -> None:
    """Return the connection to the pool before a long wait; the next query gets one again.

    A hundred starts that wait for the Hub must not hold a hundred connections.
    """
    if not connection.in_atomic_block:
        connection.close()
