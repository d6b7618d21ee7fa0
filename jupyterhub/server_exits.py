"""Exit of a user's server: why it ended, as far as the Hub can know."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

# Shells and Docker report a process that signal N ended as 128 + N.
SIGNAL_OFFSET = 128


class ExitKind(StrEnum):
    """Types of events for the portal. Its HubEvent.Kind has the same values."""

    START_FAILED = "server.start_failed"  # it never became ready
    STOPPED = "server.stopped"  # on request over the Hub's API, by the portal or the idle culler
    ENDED_WITH_HUB = "server.ended_with_hub"  # the Hub ended it while shutting down, or crashed
    EXITED = "server.exited"  # its process ended by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerExit:
    kind: ExitKind
    exit_status: int | None  # of a process that ended by itself; None when it is unknown
    reason: str  # a word of Kubernetes, such as OOMKilled; empty when it gives none
    message: str  # its sentence
    last_activity: datetime | None  # of the server before it was stopped, UTC


class RecordsExit:
    """Mixin for a spawner class; it comes first among the base classes.

    The Hub passes `post_stop_hook` no reason, and has reset the last activity by then.
    """

    _started_by_this_hub = False
    _seen_running = False
    _stop_requested = False
    _exit_status: int | None = None
    _last_activity: datetime | None = None

    @property
    def exit_reason(self) -> tuple[str, str]:
        """Word and sentence of what ended the server from outside; empty if nothing did."""
        return "", ""

    async def start(self) -> Any:
        self._started_by_this_hub = self._seen_running = True
        self._stop_requested = False
        self._exit_status = self._last_activity = None
        return await super().start()  # type: ignore[misc]

    async def poll(self) -> Any:
        status = await super().poll()  # type: ignore[misc]
        if status is None:
            self._seen_running = True
        elif not self._stop_requested:
            self._exit_status = self._parse_exit_status(status)
        return status

    async def stop(self, now: bool = False) -> None:
        self._stop_requested = True
        last_activity = self.orm_spawner.last_activity  # type: ignore[attr-defined]
        # The Hub's database stores UTC without a time zone.
        self._last_activity = last_activity.replace(tzinfo=UTC) if last_activity else None
        await super().stop(now=now)  # type: ignore[misc]

    def _parse_exit_status(self, status: int | str) -> int | None:
        """Parse what `poll` returns: a number, negative for a signal, or DockerSpawner's text."""
        if isinstance(status, str):
            found = re.search(r"ExitCode=(\d+)", status)
            return int(found[1]) if found else None
        if status < 0:
            return SIGNAL_OFFSET - status
        # A restarted Hub reports 0 for every process that is gone.
        is_known = status > 0 or self._started_by_this_hub
        return status if is_known else None


def exit_of(spawner: Any, *, servers_end_with_hub: bool) -> ServerExit:
    """Return why a server ended. Call this from its `post_stop_hook`.

    The Hub's private attributes show an unfinished start and a requested stop.
    tests/contract/test_events.py verifies this against a real Hub.
    """
    start = spawner._spawn_future
    if start is not None and not start.done():
        kind = ExitKind.START_FAILED
    elif getattr(spawner, "_stop_future", None) is not None:
        kind = ExitKind.STOPPED
    elif spawner._stop_requested or (servers_end_with_hub and not spawner._seen_running):
        kind = ExitKind.ENDED_WITH_HUB
    else:
        kind = ExitKind.EXITED
    has_exited = kind is ExitKind.EXITED
    reason, message = spawner.exit_reason if has_exited else ("", "")
    return ServerExit(
        kind=kind,
        exit_status=spawner._exit_status if has_exited else None,
        reason=reason,
        message=message,
        last_activity=spawner._last_activity,
    )
