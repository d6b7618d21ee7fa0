"""How a user's server came to its end, as far as the Hub can know it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

# What shells and Docker make of a process that signal N ended: 128 + N.
SIGNALLED = 128


class EndingKind(StrEnum):
    """The portal knows these words (models/hub_event.py)."""

    START_FAILED = "server.start_failed"  # it never was ready
    STOPPED = "server.stopped"  # somebody asked the Hub's API: the portal, or the idle culler
    ENDED_WITH_HUB = "server.ended_with_hub"  # the Hub ended it as it went, or died itself
    EXITED = "server.exited"  # its process ended by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerEnding:
    kind: EndingKind
    exit_status: int | None  # of a process that ended by itself; None when nobody knows it
    last_activity: datetime | None  # of the server before it was stopped, UTC


class RemembersItsEnd:
    """To be put in front of a spawner's class: the Hub tells `post_stop_hook` nothing but that a
    server stopped, and by then it has forgotten when the server was last used.
    """

    _started_here = False
    _seen_running = False
    _told_to_stop = False
    _exit_status: int | None = None
    _last_activity: datetime | None = None

    async def start(self) -> Any:
        self._started_here = self._seen_running = True
        self._told_to_stop = False
        self._exit_status = self._last_activity = None
        return await super().start()  # type: ignore[misc]

    async def poll(self) -> Any:
        status = await super().poll()  # type: ignore[misc]
        if status is None:
            self._seen_running = True
        elif not self._told_to_stop:
            self._exit_status = self._as_exit_status(status)
        return status

    async def stop(self, now: bool = False) -> None:
        self._told_to_stop = True
        used = self.orm_spawner.last_activity  # type: ignore[attr-defined]
        # The Hub's database has no time zones: all of it is UTC.
        self._last_activity = used.replace(tzinfo=UTC) if used else None
        await super().stop(now=now)  # type: ignore[misc]

    def _as_exit_status(self, status: int | str) -> int | None:
        """Read what `poll` says: a number, negative for a signal, or DockerSpawner's sentence."""
        if isinstance(status, str):
            told = re.search(r"ExitCode=(\d+)", status)
            return int(told[1]) if told else None
        if status < 0:
            return SIGNALLED - status
        # A Hub that was started again says 0 of every process that is gone.
        is_known = status > 0 or self._started_here
        return status if is_known else None


def ending_of(spawner: Any, *, servers_end_with_hub: bool) -> ServerEnding:
    """Tell the ending of a server from within its `post_stop_hook`.

    The Hub's own marks are read of who ended it: a start that has not come to its end, and a stop
    that was asked for. tests/contract/test_events.py holds a real Hub to them.
    """
    start = spawner._spawn_future
    if start is not None and not start.done():
        kind = EndingKind.START_FAILED
    elif getattr(spawner, "_stop_future", None) is not None:
        kind = EndingKind.STOPPED
    elif spawner._told_to_stop or (servers_end_with_hub and not spawner._seen_running):
        kind = EndingKind.ENDED_WITH_HUB
    else:
        kind = EndingKind.EXITED
    return ServerEnding(
        kind=kind,
        exit_status=spawner._exit_status if kind is EndingKind.EXITED else None,
        last_activity=spawner._last_activity,
    )
