"""Leases: who works on a row now, with a time after which another may take it up."""

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

LEASE_TIME: Final = timedelta(seconds=9)
"""With the sweep of every 5 seconds, what a dead worker left is taken up within 15."""

RENEW_EVERY: Final = 3.0  # seconds: two renewals may fail before a row is lost


class LeaseLostError(Exception):
    """Another worker took the row up, or it was settled: stop working on it, write nothing."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one row and to write to it."""

    rows: type[LeasedRow]
    row_id: Any
    holder: uuid.UUID

    def renew(self, *conditions: Q, **changes: Any) -> None:
        """Keep the row for another LEASE_TIME and write `changes` to it, if it meets the conditions
        still.

        Raises LeaseLostError.
        """
        self._write(*conditions, lease_expires_at=timezone.now() + LEASE_TIME, **changes)

    def release(self, *conditions: Q, **changes: Any) -> None:
        """Write `changes` and let go of the row, if it meets the conditions still.

        Raises LeaseLostError.
        """
        self._write(*conditions, lease_id=None, lease_expires_at=None, **changes)

    def _write(self, *conditions: Q, **changes: Any) -> None:
        mine = self.rows._default_manager.filter(pk=self.row_id, lease_id=self.holder)
        if not mine.filter(*conditions).update(**changes):
            raise LeaseLostError


def claim(rows: LeasedQuerySet[LeasedRow], row_id: Any, **changes: Any) -> Lease | None:
    """Take the row if it is among `rows` and free, and write `changes` to it; None when it is not.

    One UPDATE decides: of many that were woken for a row, one gets it.
    """
    holder = uuid.uuid4()
    claimed = (
        rows.free()
        .filter(pk=row_id)
        .update(lease_id=holder, lease_expires_at=timezone.now() + LEASE_TIME, **changes)
    )
    if not claimed:
        return None
    return Lease(rows.model, row_id, holder)


class LeaseKeeper:
    """Renews the leases of a process from a thread of its own, for as long as the work goes on.

    A call to the Hub can take half a minute, and a lease as long as that would leave the work of a
    dead worker lying for as long. A worker that was killed renews nothing. One that only lost the
    database for a while has its rows still, unless another took them up.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._kept: dict[uuid.UUID, Lease] = {}
        self._thread: threading.Thread | None = None

    @contextmanager
    def keep(self, lease: Lease) -> Iterator[None]:
        """Renew the lease while the context lasts. Whether it is lost shows at the next write."""
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
            time.sleep(RENEW_EVERY)  # a lease that comes meanwhile has its full time
            self._renew_all()

    def _renew_all(self) -> None:
        with self._changed:
            leases = list(self._kept.values())
        for rows in {lease.rows for lease in leases}:
            holders = [lease.holder for lease in leases if lease.rows is rows]
            try:
                rows._default_manager.filter(lease_id__in=holders).update(
                    lease_expires_at=timezone.now() + LEASE_TIME
                )
            except DatabaseFailure as error:
                logger.warning("Leases are not renewed: %s", error)
        release_database_connection()


def release_database_connection() -> None:
    """Give the connection back to the pool before a long wait; the next query takes one again.

    A hundred starts that wait for the Hub must not hold a hundred connections.
    """
    if not connection.in_atomic_block:
        connection.close()
