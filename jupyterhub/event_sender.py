"""Queue of events for the portal, sent by a thread of its own so that the Hub never waits.

Events are signed as Standard Webhooks (https://www.standardwebhooks.com): an event keeps its id
over all attempts, and each attempt has a timestamp of its own.
"""

from __future__ import annotations

import json
import logging
import random
import threading
import uuid
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import requests
from standardwebhooks import Webhook

MAX_QUEUED = 1000  # events
MIN_RETRY_DELAY = timedelta(seconds=0.5)
MAX_RETRY_DELAY = timedelta(seconds=10)
EVENT_CONNECT_TIMEOUT = timedelta(seconds=2)
EVENT_READ_TIMEOUT = timedelta(seconds=5)
# For the last events when the Hub ends. Supervisors do not wait for long.
EVENT_FLUSH_TIMEOUT = timedelta(seconds=1)

_RETRIED_STATUSES = frozenset({408, 425, 429})
"""Statuses below 500 that do not reject the event itself."""


@dataclass(frozen=True, slots=True)
class Event:
    kind: str
    data: dict[str, Any]
    happened_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    id: str = field(default_factory=lambda: f"msg_{uuid.uuid4().hex}")

    @property
    def body(self) -> str:
        return json.dumps(
            {"type": self.kind, "timestamp": self.happened_at.isoformat(), "data": self.data}
        )

    @classmethod
    def from_line(cls, line: str) -> Self:
        """Read what `to_line` wrote. Raises ValueError, KeyError or TypeError for other text."""
        stored = json.loads(line)
        moment = datetime.fromisoformat(stored["happened_at"])
        return cls(stored["kind"], dict(stored["data"]), moment, str(stored["id"]))

    def to_line(self) -> str:
        """Return the event as one line of the spool file."""
        return json.dumps(asdict(self) | {"happened_at": self.happened_at.isoformat()})


class EventSender:
    """Bounded queue of events, and the thread that sends them in order."""

    def __init__(
        self,
        url: str,
        secrets: Sequence[str],
        *,
        spool: Path,
        log: logging.Logger | logging.LoggerAdapter[Any],
        max_queued: int = MAX_QUEUED,
    ) -> None:
        """Start the thread.

        Each of the `secrets` signs, so that the portal needs only one of them. Events that are
        unsent when the Hub ends are stored in the file `spool` until the next start.

        Raises ValueError for a secret that is not base64.
        """
        self._url = url
        self._webhooks = [Webhook(secret) for secret in secrets]
        self._log = log
        self._spool = spool
        self._queue: deque[Event] = deque(self._load_spool(), maxlen=max_queued)
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._failing = False
        self.dropped = 0
        self._thread = threading.Thread(target=self._run, name="portal-events", daemon=True)
        self._thread.start()

    def send(self, event: Event) -> None:
        """Queue the event and return at once. A full queue drops its oldest event."""
        with self._changed:
            if len(self._queue) == self._queue.maxlen:
                self._count_dropped()
            self._queue.append(event)
            self._changed.notify()

    @property
    def queued(self) -> list[Event]:
        with self._changed:
            return list(self._queue)

    def close(self) -> None:
        """Try once to send the queue, for EVENT_FLUSH_TIMEOUT at most, and store the rest."""
        self._closing.set()
        with self._changed:
            self._changed.notify()
        self._thread.join(EVENT_FLUSH_TIMEOUT.total_seconds())
        if unsent := self.queued:
            self._log.warning("Stored %d unsent events for the portal", len(unsent))
            self._spool.write_text("\n".join(event.to_line() for event in unsent), encoding="utf-8")

    def _load_spool(self) -> list[Event]:
        try:
            lines = self._spool.read_text(encoding="utf-8").splitlines()
            self._spool.unlink()
            return [Event.from_line(line) for line in lines]
        except FileNotFoundError:
            return []
        except (ValueError, KeyError, TypeError) as error:  # a write that was interrupted
            self._log.warning("Stored events for the portal are lost: %r", error)
            return []

    def _count_dropped(self) -> None:
        self.dropped += 1
        if self.dropped == 1 or self.dropped % 100 == 0:
            self._log.warning("The queue for the portal is full: %d events dropped", self.dropped)

    # --- In the thread ------------------------------------------------------------------------

    def _run(self) -> None:
        with requests.Session() as session:
            session.trust_env = False  # a proxy for the outside is not one for the portal
            while (event := self._next()) is not None:
                if not self._deliver(session, event):
                    return
                self._remove(event)

    def _next(self) -> Event | None:
        """Wait for an event, and leave it queued. Return None when the Hub ends without one."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closing.is_set())
            return self._queue[0] if self._queue else None

    def _remove(self, sent: Event) -> None:
        with self._changed:
            if self._queue and self._queue[0] is sent:  # it may have been dropped meanwhile
                self._queue.popleft()

    def _deliver(self, session: requests.Session, event: Event) -> bool:
        """Retry until the portal accepts or rejects it. Return False if the Hub ends first."""
        delay = MIN_RETRY_DELAY
        while (problem := self._post(session, event)) is not None:
            if not self._failing:
                self._failing = True
                self._log.warning("The portal takes no events, retrying: %s", problem)
            # Jitter: several Hubs must not retry at the same moment.
            jitter = random.uniform(0.5, 1)  # noqa: S311  (not a secret)
            if self._closing.wait((delay * jitter).total_seconds()):
                return False
            delay = min(2 * delay, MAX_RETRY_DELAY)
        if self._failing:
            self._failing = False
            self._log.info("The portal takes events again")
        return True

    def _post(self, session: requests.Session, event: Event) -> str | None:
        """Return why the event must be sent again, or None."""
        now = datetime.now(UTC)
        signatures = [webhook.sign(event.id, now, event.body) for webhook in self._webhooks]
        try:
            response = session.post(
                self._url,
                data=event.body.encode(),
                headers={
                    "Content-Type": "application/json",
                    "webhook-id": event.id,
                    "webhook-timestamp": str(int(now.timestamp())),
                    "webhook-signature": " ".join(signatures),
                },
                timeout=(EVENT_CONNECT_TIMEOUT.total_seconds(), EVENT_READ_TIMEOUT.total_seconds()),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return str(error)
        status = response.status_code
        if status >= 500 or status in _RETRIED_STATUSES:
            return f"{status} {response.reason}"
        if status >= 300:
            # A retry would be refused again.
            self._log.error("The portal refused %s: %d %s", event.kind, status, response.text[:200])
        return None
