"""Callers who take turns, and do not wait for ever for one that takes long."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class StartLimiter:
    """One caller at a time while each is quick, and up to `most` where they are slow.

    The next goes when the one before is done, or `patience` seconds after that one began.
    """

    def __init__(self, *, most: int, max_wait: float) -> None:
        self._places = threading.BoundedSemaphore(most)
        self._patience = max_wait
        self._changed = threading.Condition()
        self._under_way: list[float] = []  # when each began, by the monotonic clock

    @contextmanager
    def take(self) -> Iterator[None]:
        """Wait for a turn, and have it while the context lasts."""
        with self._places:
            began = self._begin()
            try:
                yield
            finally:
                self._end(began)

    def _begin(self) -> float:
        with self._changed:
            while (pause := self._seconds_until_next()) > 0:
                self._changed.wait(pause)
            began = time.monotonic()
            self._under_way.append(began)
            return began

    def _end(self, began: float) -> None:
        with self._changed:
            self._under_way.remove(began)
            self._changed.notify()

    def _seconds_until_next(self) -> float:
        if not self._under_way:
            return 0.0
        return self._under_way[-1] + self._patience - time.monotonic()
