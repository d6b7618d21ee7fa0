"""Shared parts of the tests of the breaker alone: a manual clock, and calls with a given result."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from jupyter_integration.hub.breaker import STATE_KEY, AdmittedCall, BreakerState, CircuitBreaker
from jupyter_integration.hub.calls import Call
from jupyter_integration.hub.errors import HubCircuitOpen, HubUnreachable
from jupyter_integration.testing.memory_store import MemoryStore

LONGEST_PROBE = 30.0  # seconds
THREADS = 16


class Clock:
    """A clock that stands still until `go`; it begins in 2026."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now

    def go(self, seconds: float) -> None:
        self.now += seconds


def begin(breaker: CircuitBreaker, *, concerns_one_server: bool = False) -> AdmittedCall:
    call = Call("GET", "/users/sara")
    return breaker.admit(
        call, max_duration=timedelta(seconds=LONGEST_PROBE), concerns_one_server=concerns_one_server
    )


def end(call: AdmittedCall, error: BaseException | None = None) -> None:
    call.__exit__(type(error) if error else None, error, None)


def fail(breaker: CircuitBreaker, times: int = 1) -> None:
    for _ in range(times):
        end(begin(breaker), HubUnreachable("refused"))


def refusal(breaker: CircuitBreaker) -> HubCircuitOpen:
    with pytest.raises(HubCircuitOpen) as refused:
        begin(breaker)
    return refused.value


def is_open(store: MemoryStore) -> bool:
    state = store.get_many([STATE_KEY]).get(STATE_KEY, BreakerState())
    assert isinstance(state, BreakerState)
    return state.opened_at is not None


def at_once(work: Callable[[int], object]) -> list[object]:
    together = threading.Barrier(THREADS, timeout=10)

    def work_together(number: int) -> object:
        together.wait()
        return work(number)

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(work_together, range(THREADS)))
