"""Limiter of concurrent start calls that does not wait for a slow one."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta


class StartLimiter:
    """One call at a time while each is quick, and up to `limit` at a time while they are slow.

    The next call goes when the previous one is done, or `max_wait` after the previous one began.
    """

    def __init__(self, *, limit: int, max_wait: timedelta) -> None:
        self._slots = threading.BoundedSemaphore(limit)
        self._max_wait = max_wait.total_seconds()
        self._changed = threading.Condition()
        self._running: list[float] = []  # when each call began, by the monotonic clock

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until the caller may send its call, and let the next one go at the end."""
        with self._slots:
            began = self._acquire()
            try:
                yield
            finally:
                self._release(began)

    def _acquire(self) -> float:
        with self._changed:
            while (wait := self._seconds_until_next()) > 0:
                self._changed.wait(wait)
            began = time.monotonic()
            self._running.append(began)
            return began

    def _release(self, began: float) -> None:
        with self._changed:
            self._running.remove(began)
            self._changed.notify()

    def _seconds_until_next(self) -> float:
        if not self._running:
            return 0.0
        return self._running[-1] + self._max_wait - time.monotonic()
