"""Fixtures: a breaker with a manual clock, and clients with a breaker in real time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta

import pytest

from jupyter_integration.hub.breaker import CircuitBreaker
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.transport import HubTransport
from jupyter_integration.testing.memory_store import MemoryStore
from jupyter_integration.tests.hub.breaker.calling import OPEN_FOR, Connect
from jupyter_integration.tests.hub.breaker.passages import Clock
from jupyter_integration.tests.hub.conftest import TOKEN


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> MemoryStore:
    return MemoryStore(clock)


@pytest.fixture
def breaker(store: MemoryStore, clock: Clock) -> CircuitBreaker:
    return CircuitBreaker(store, clock=clock)


@pytest.fixture
def shared_store() -> MemoryStore:
    """The store of several processes."""
    return MemoryStore()


@pytest.fixture
def connect(shared_store: MemoryStore) -> Iterator[Connect]:
    """Make clients as of several processes: each has its own breaker over one store."""
    with contextlib.ExitStack() as stack:

        def connect(api_url: str, **options: float) -> HubClient:
            breaker = CircuitBreaker(shared_store, open_for=timedelta(seconds=OPEN_FOR))
            transport = HubTransport(api_url, TOKEN, breaker=breaker, **{"backoff": 0.0, **options})
            return stack.enter_context(contextlib.closing(HubClient(transport)))

        yield connect
