"""Sends events to the portal from a thread of its own: the Hub never waits for it.

Signed as Standard Webhooks (https://www.standardwebhooks.com): an event keeps its id through all
attempts, and each attempt is dated anew.
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
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import requests
from standardwebhooks import Webhook

MOST_WAITING = 1000
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
TIMEOUT_SECONDS = (2.0, 5.0)  # to connect, to be answered
# Seconds for what is still to be sent when the Hub ends; supervisors do not wait for long.
LAST_WORDS_SECONDS = 1.0

_LATER = frozenset({408, 425, 429})
"""Statuses below 500 that say nothing against the event itself."""


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
    def read(cls, line: str) -> Self:
        """Read what `line` wrote. Raises ValueError, KeyError or TypeError for something else."""
        kept = json.loads(line)
        moment = datetime.fromisoformat(kept["happened_at"])
        return cls(kept["kind"], dict(kept["data"]), moment, str(kept["id"]))

    @property
    def line(self) -> str:
        """The event as it is kept while there is no Hub."""
        return json.dumps(asdict(self) | {"happened_at": self.happened_at.isoformat()})


class EventSender:
    """A bounded line of events and the thread that works it off, in order."""

    def __init__(
        self,
        url: str,
        secrets: Sequence[str],
        *,
        kept_in: Path,
        log: logging.Logger | logging.LoggerAdapter[Any],
        most_waiting: int = MOST_WAITING,
    ) -> None:
        """Each of the `secrets` signs, so that the portal may know any one of them. What cannot be
        sent before the Hub ends is kept in the file `kept_in` until it is back.

        Raises ValueError for a secret that is no base64.
        """
        self._url = url
        self._webhooks = [Webhook(secret) for secret in secrets]
        self._log = log
        self._kept_in = kept_in
        self._waiting: deque[Event] = deque(self._take_kept(), maxlen=most_waiting)
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._failing = False
        self.dropped = 0
        self._thread = threading.Thread(target=self._work, name="portal-events", daemon=True)
        self._thread.start()

    def send(self, event: Event) -> None:
        """Put the event in line and return at once; a full line loses its oldest."""
        with self._changed:
            if len(self._waiting) == self._waiting.maxlen:
                self._count_dropped()
            self._waiting.append(event)
            self._changed.notify()

    @property
    def waiting(self) -> list[Event]:
        with self._changed:
            return list(self._waiting)

    def close(self) -> None:
        """Try once to send what waits, for LAST_WORDS_SECONDS at most, and keep the rest."""
        self._closing.set()
        with self._changed:
            self._changed.notify()
        self._thread.join(LAST_WORDS_SECONDS)
        if left := self.waiting:
            self._log.warning("%d events are kept for the portal", len(left))
            self._kept_in.write_text("\n".join(event.line for event in left), encoding="utf-8")

    def _take_kept(self) -> list[Event]:
        try:
            lines = self._kept_in.read_text(encoding="utf-8").splitlines()
            self._kept_in.unlink()
            return [Event.read(line) for line in lines]
        except FileNotFoundError:
            return []
        except (ValueError, KeyError, TypeError) as error:  # cut off in the middle of a write
            self._log.warning("Events that were kept for the portal are lost: %r", error)
            return []

    def _count_dropped(self) -> None:
        self.dropped += 1
        if self.dropped == 1 or self.dropped % 100 == 0:
            self._log.warning("Too many events wait for the portal: %d dropped", self.dropped)

    # --- In the thread ------------------------------------------------------------------------

    def _work(self) -> None:
        with requests.Session() as session:
            session.trust_env = False  # a proxy for the outside world is none for the portal
            while (event := self._next()) is not None:
                if not self._deliver(session, event):
                    return
                self._remove(event)

    def _next(self) -> Event | None:
        """Wait for an event, which stays in line; None when there is none and the Hub ends."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing.is_set())
            return self._waiting[0] if self._waiting else None

    def _remove(self, sent: Event) -> None:
        with self._changed:
            if self._waiting and self._waiting[0] is sent:  # and was not dropped meanwhile
                self._waiting.popleft()

    def _deliver(self, session: requests.Session, event: Event) -> bool:
        """Try until the portal has answered; False when the Hub ends before that."""
        pause = FIRST_PAUSE_SECONDS
        while (problem := self._post(session, event)) is not None:
            if not self._failing:
                self._failing = True
                self._log.warning("The portal takes no events, trying on: %s", problem)
            # Spread out, so that several Hubs do not come back together.
            if self._closing.wait(random.uniform(pause / 2, pause)):  # noqa: S311 (no secret)
                return False
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        if self._failing:
            self._failing = False
            self._log.info("The portal takes events again")
        return True

    def _post(self, session: requests.Session, event: Event) -> str | None:
        """Return why the event has to be sent again; None when it has not."""
        now = datetime.now(UTC)
        signatures = [webhook.sign(event.id, now, event.body) for webhook in self._webhooks]
        try:
            answer = session.post(
                self._url,
                data=event.body.encode(),
                headers={
                    "Content-Type": "application/json",
                    "webhook-id": event.id,
                    "webhook-timestamp": str(int(now.timestamp())),
                    "webhook-signature": " ".join(signatures),
                },
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return str(error)
        if answer.status_code >= 500 or answer.status_code in _LATER:
            return f"{answer.status_code} {answer.reason}"
        if answer.status_code >= 300:
            # Sent again it would be refused again.
            self._log.error(
                "The portal refused %s: %d %s", event.kind, answer.status_code, answer.text[:200]
            )
        return None
