"""Leases: who works on a row now, with a time after which another may take it up."""

import logging
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from jupyter_integration.models.leased import LeasedQuerySet, LeasedRow

logger = logging.getLogger(__name__)


def lease_time() -> timedelta:
    """Longer than one call to the Hub can take: a GET has three attempts.

    Else, with a Hub that takes calls and does not answer them, every worker would lose its row to
    the next before it can put it back or give it up.
    """
    one_attempt = settings.HUB_CONNECT_TIMEOUT + settings.HUB_READ_TIMEOUT
    pauses_and_body = settings.HUB_READ_TIMEOUT + 10
    return timedelta(seconds=3 * one_attempt + pauses_and_body)


class LeaseLostError(Exception):
    """Another worker took the row up, or it was settled: stop working on it, write nothing."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one row and to write to it."""

    rows: type[LeasedRow]
    row_id: Any
    holder: uuid.UUID

    def renew(self, **changes: Any) -> None:
        """Keep the row for another `lease_time()`, and write `changes` to it.

        Raises LeaseLostError.
        """
        self._write(lease_expires_at=timezone.now() + lease_time(), **changes)

    def give_back(self, *conditions: Q, **changes: Any) -> None:
        """Write `changes` and let go of the row, if it meets the conditions still.

        Raises LeaseLostError.
        """
        self._write(*conditions, lease_id=None, lease_expires_at=None, **changes)

    def _write(self, *conditions: Q, **changes: Any) -> None:
        mine = self.rows._default_manager.filter(pk=self.row_id, lease_id=self.holder)
        if not mine.filter(*conditions).update(**changes):
            raise LeaseLostError


def claim(rows: LeasedQuerySet[LeasedRow], row_id: Any) -> Lease | None:
    """Take the row if it is among `rows` and free; None when it is not.

    One UPDATE decides: of many that were woken for a row, one gets it.
    """
    holder = uuid.uuid4()
    claimed = (
        rows.free()
        .filter(pk=row_id)
        .update(lease_id=holder, lease_expires_at=timezone.now() + lease_time())
    )
    return Lease(rows.model, row_id, holder) if claimed else None


def release_database_connection() -> None:
    """Give the connection back to the pool before a long wait; the next query takes one again.

    A hundred starts that wait for the Hub must not hold a hundred connections.
    """
    if not connection.in_atomic_block:
        connection.close()
