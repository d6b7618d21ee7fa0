"""Store of the circuit breaker in memory; tests can empty it or make it unavailable."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta

from jupyter_integration.hub.breaker import StoreUnavailable


class MemoryStore:
    """A BreakerStore that counts the calls to it."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.calls = 0
        self.is_unavailable = False
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: dict[str, tuple[object, float]] = {}

    def lose_everything(self) -> None:
        """Lose all entries, as a cache that was flushed."""
        self._entries.clear()

    def get_many(self, keys: Collection[str]) -> Mapping[str, object]:
        with self._lock:
            self._count_call()
            return {key: self._entries[key][0] for key in keys if self._has(key)}

    def set(self, key: str, value: object, ttl: timedelta) -> None:
        with self._lock:
            self._count_call()
            self._entries[key] = value, self._clock() + ttl.total_seconds()

    def add(self, key: str, value: object, ttl: timedelta) -> bool:
        with self._lock:
            self._count_call()
            if self._has(key):
                return False
            self._entries[key] = value, self._clock() + ttl.total_seconds()
            return True

    def delete_many(self, keys: Collection[str]) -> None:
        with self._lock:
            self._count_call()
            for key in keys:
                self._entries.pop(key, None)

    def _count_call(self) -> None:
        self.calls += 1
        if self.is_unavailable:
            raise StoreUnavailable

    def _has(self, key: str) -> bool:
        return key in self._entries and self._entries[key][1] > self._clock()
