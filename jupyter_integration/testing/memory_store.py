"""A breaker's store in memory, for tests: shared by threads, and lost or away when told to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping

from jupyter_integration.hub.breaker import StoreAway


class MemoryStore:
    """A BreakerStore that counts the visits to it."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.visits = 0
        self.is_away = False
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: dict[str, tuple[object, float]] = {}

    def lose_everything(self) -> None:
        """Forget all, as a cache that was flushed."""
        self._entries.clear()

    def get_many(self, keys: Collection[str]) -> Mapping[str, object]:
        with self._lock:
            self._visit()
            return {key: self._entries[key][0] for key in keys if self._has(key)}

    def set(self, key: str, value: object, seconds: float) -> None:
        with self._lock:
            self._visit()
            self._entries[key] = value, self._clock() + seconds

    def add(self, key: str, value: object, seconds: float) -> bool:
        with self._lock:
            self._visit()
            if self._has(key):
                return False
            self._entries[key] = value, self._clock() + seconds
            return True

    def delete_many(self, keys: Collection[str]) -> None:
        with self._lock:
            self._visit()
            for key in keys:
                self._entries.pop(key, None)

    def _visit(self) -> None:
        self.visits += 1
        if self.is_away:
            raise StoreAway

    def _has(self, key: str) -> bool:
        return key in self._entries and self._entries[key][1] > self._clock()
