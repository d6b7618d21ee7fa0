"""State of the fake Hub: users, servers and starts, all computed from the clock.

Nothing runs in the background: a start is a script and its time of begin, and its state is computed
at each read.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

HUB_HOST = "hub.localhost:8000"

Phase = Literal["spawn", "cancelling", "ready", "stop", "failed", "stopped"]

# During a cancel the real Hub shows the server as ready, and sends "ready" to followers.
_SHOWN_AS_READY = ("ready", "cancelling")


@dataclass(frozen=True)
class Spawn:
    """Script of a start and of its server's stop; times are in seconds.

    `fails` ends the start with that reason after `seconds`; a `status` other than 500 makes it the
    refusal of a hook. `events` are percentages and messages, sent at equal intervals over the
    `seconds`. The Lab answers `lab_delay` after the Hub's "ready".
    """

    seconds: float = 0.2
    events: Sequence[tuple[int, str]] = ((50, "Halfway there"),)
    fails: str | None = None
    status: int = 500
    lab_delay: float = 0.0
    stop_seconds: float = 0.0
    cancel_seconds: float = 0.1


@dataclass
class FakeServer:
    """A server from its start to its end."""

    spawn: Spawn
    user_options: dict[str, Any]
    began: float = field(default_factory=time.monotonic)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    stop_began: float | None = None
    cancelling: bool = False
    ended: bool = False

    def phase(self) -> Phase:
        now = time.monotonic()
        if self.ended:
            return "stopped"
        if self.cancelling:
            return "cancelling"
        if self.stop_began is not None:
            return "stop" if now < self.stop_began + self.spawn.stop_seconds else "stopped"
        if now < self.began + self.spawn.seconds:
            return "spawn"
        return "failed" if self.spawn.fails is not None else "ready"

    def lab_answers(self) -> bool:
        """Return whether the Lab answers HTTP, which can be later than "ready"."""
        ready_at = self.began + self.spawn.seconds
        return self.phase() == "ready" and time.monotonic() >= ready_at + self.spawn.lab_delay

    def events(self) -> list[dict[str, Any]]:
        """Return the events so far."""
        sent: list[dict[str, Any]] = [{"progress": 0, "message": "Server requested"}]
        step = self.spawn.seconds / (len(self.spawn.events) + 1)
        for number, (progress, message) in enumerate(self.spawn.events, start=1):
            if time.monotonic() >= self.began + number * step:
                sent.append({"progress": progress, "message": message})
        return sent

    def failure_message(self) -> str:
        """Return the message of this start's failure in the progress stream."""
        if self.spawn.status != 500:
            reason = f"{self.spawn.status} SpawnException(reason=policy): {self.spawn.fails}"
            return f"Spawn failed: {reason}"
        return f"Spawn failed: {self.spawn.fails or 'the server is gone'}"


@dataclass
class FakeUser:
    """A user; `server` is active, `failure` is the message of the last failed start.

    `is_in_memory`: whether the Hub has the user's server in memory.
    """

    name: str
    admin: bool = False
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    last_activity: datetime | None = None
    server: FakeServer | None = None
    failure: str | None = None
    is_in_memory: bool = False

    @property
    def path(self) -> str:
        return f"/user/{quote(self.name, safe='@~')}/"

    @property
    def host(self) -> str:
        """Return the server's own host name, which nothing resolves: the proxy routes by it."""
        return f"{self.name}.{HUB_HOST}"

    @property
    def url(self) -> str:
        return f"http://{self.host}{self.path}"

    def settle(self) -> Phase:
        """Apply what has ended by now, and return the state of the server."""
        if self.server is None:
            return "stopped"
        phase = self.server.phase()
        if phase == "failed":
            self.failure = self.server.failure_message()
            self.server = None
        elif phase == "stopped":
            self.server = None
            self.is_in_memory = False
        return phase

    def begin(self, spawn: Spawn, user_options: dict[str, Any]) -> FakeServer:
        """Start a new server."""
        self.failure = None
        self.is_in_memory = True
        self.server = FakeServer(spawn, user_options)
        self.last_activity = self.server.started
        return self.server

    def model(self, *, with_servers: bool) -> dict[str, Any]:
        """Return the user as the API shows them, with `servers` if the token may read it."""
        phase = self.settle()
        model: dict[str, Any] = {
            "kind": "user",
            "name": self.name,
            "admin": self.admin,
            "roles": ["user"],
            "groups": [],
            "server": self.url if phase in _SHOWN_AS_READY else None,
            "pending": phase if phase in ("spawn", "stop") else None,
            "created": _text(self.created),
            "last_activity": _text(self.last_activity),
            "auth_state": {"access_token": "a user's own secret"},
            "user_info": None,
        }
        if with_servers:
            model["servers"] = {"": self._server_model(self.server, phase)} if self.server else {}
        return model

    def _server_model(self, server: FakeServer, phase: Phase) -> dict[str, Any]:
        progress_url = f"/hub/api/users/{quote(self.name, safe='@~')}/server/progress"
        return {
            "name": "",
            "display_name": "",
            "full_name": f"{self.name}/",
            "last_activity": _text(self.last_activity),
            "started": _text(server.started),
            "pending": phase if phase in ("spawn", "stop") else None,
            "ready": phase in _SHOWN_AS_READY,
            "stopped": False,
            "url": self.url,
            "user_options": server.user_options,
            "progress_url": progress_url,
            "full_url": self.url,
            "full_progress_url": f"http://{HUB_HOST}{progress_url}",
            "state": {},
        }


class Progress:
    """Events for one follower: of the start that is pending, or of the last failure."""

    def __init__(self, user: FakeUser) -> None:
        self._server = user.server
        self._failure = user.failure
        self._url = user.url
        self._from_the_start = user.settle() == "spawn"

    def so_far(self) -> tuple[list[dict[str, Any]], bool]:
        """Return all events until now, and whether the stream is complete."""
        if self._server is None:
            return [{"progress": 100, "failed": True, "message": self._failure}], True
        sent = self._server.events() if self._from_the_start else []
        phase = self._server.phase()
        if phase == "spawn":
            return sent, False
        if phase in ("failed", "stopped"):
            failure = self._server.failure_message()
            return [*sent, {"progress": 100, "failed": True, "message": failure}], True
        message = f"Server ready at {self._url}"
        ready = {"progress": 100, "ready": True, "message": message, "url": self._url}
        return [*sent, ready], True


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
