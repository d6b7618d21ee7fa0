"""Starts in the portal's database, read without the portal, of which parts may be down."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row, tuple_row

TABLE = "jupyter_integration_spawnrequest"
SETTLE_POLL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class RequestState:
    id: int
    state: str
    lease_expires_at: datetime | None

    def has_progressed_since(self, before: RequestState) -> bool:
        """Return whether a worker has claimed or renewed the start since, or it has ended."""
        if self.state not in ("queued", "starting"):
            return True
        renewed = self.lease_expires_at != before.lease_expires_at
        return self.lease_expires_at is not None and renewed


class Requests:
    def __init__(self, database_url: str) -> None:
        self._url = database_url

    def in_flight(self) -> list[int]:
        """Return the ids of the starts that hold a slot."""
        return [key for (key,) in self._rows(f"SELECT id FROM {TABLE} WHERE slot IS NOT NULL")]

    def states_of(self, keys: Collection[int]) -> dict[int, RequestState]:
        query = f"SELECT id, state, lease_expires_at FROM {TABLE} WHERE id = ANY(%s)"
        with psycopg.connect(self._url, row_factory=class_row(RequestState)) as connection:
            rows = connection.execute(query, [list(keys)]).fetchall()
        return {row.id: row for row in rows}

    def wait_until_settled(self, seconds: float) -> None:
        """Wait until no start is open, at most `seconds`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._rows(
            f"SELECT id FROM {TABLE} WHERE state IN ('queued', 'starting') LIMIT 1"
        ):
            time.sleep(SETTLE_POLL_SECONDS)

    def not_ready(self, user_ids: Iterable[int]) -> list[str]:
        """Return a line for each of these people whose last start did not end ready."""
        found: dict[int, tuple[Any, ...]] = {
            row[0]: row
            for row in self._rows(
                f"SELECT DISTINCT ON (user_id) user_id, id, state, failure_code, message"
                f" FROM {TABLE} ORDER BY user_id, id DESC"
            )
        }
        return [
            f"user {user_id}: {found.get(user_id, 'no start')}"
            for user_id in user_ids
            if user_id not in found or found[user_id][2] != "ready"
        ]

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._url, row_factory=tuple_row) as connection:
            return connection.execute(query).fetchall()
