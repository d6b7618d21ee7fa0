"""Circuit breaker shared by all processes.

The state is in a store. The store may be a database table that serves as a cache, where `add` (set
if missing) is the only atomic operation: there is no increment and no compare-and-set. About half
of the difficulty of this file comes from that.

    closed ──── failures in a row ───► open ──── for `open_for`
       ▲                                ▲            │
       │                     no answer  │            ▼
       └────── answered ─────────── the probe ◄── half open: one call passes

No lock is held during a call, so results come in any order. Three rules keep late results from
being taken for new ones:

- Each change of the state has an id, and a call carries the id of the state in which it began. Its
  result is ignored after the next change.
- A success clears only the failures that were counted before it began.
- The right to probe is a lease, longer than the probe can take. If a probe hangs or its process
  dies, the next lease replaces it and its late result is ignored.

The store may lose everything at any time. Then, and while it is unavailable, calls pass.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from types import TracebackType
from typing import Final, Protocol, Self, cast
from uuid import uuid4

from jupyter_integration.hub.calls import Call
from jupyter_integration.hub.errors import (
    HubCircuitOpen,
    HubError,
    HubProtocolError,
    HubServerError,
    HubUnavailable,
)

logger = logging.getLogger("jupyter_integration.hub")

STATE_KEY: Final = "hub:breaker-state"
"""Key of the `BreakerState` in the store, for pages that show it."""

_STATE_TTL: Final = timedelta(hours=24)
"""Longer than an outage, and than any call."""

_FAILURE_TTL: Final = timedelta(minutes=10)
"""Failures within this time are "in a row". A call that hangs takes up to two minutes to fail."""

_PROBE_POLL_INTERVAL: Final = timedelta(seconds=1)
"""`retry_after` of a refused call while a probe runs."""


class StoreUnavailable(Exception):
    """The store cannot be reached now."""


class BreakerStore(Protocol):
    """Store shared by all processes. Every method may raise StoreUnavailable."""

    def get_many(self, keys: Collection[str]) -> Mapping[str, object]:
        """Return the values of those `keys` that exist."""

    def set(self, key: str, value: object, ttl: timedelta) -> None:
        """Store `value` until `ttl` has passed."""

    def add(self, key: str, value: object, ttl: timedelta) -> bool:
        """Store `value` if the key is missing; return whether it was.

        If several processes add the key at once, one call returns True.
        """

    def delete_many(self, keys: Collection[str]) -> None:
        """Delete `keys`."""


@dataclass(frozen=True, slots=True)
class BreakerState:
    """The state between two changes; times are seconds since 1970, None while closed."""

    id: str = ""
    opened_at: float | None = None
    """When the breaker opened, or when the last probe failed."""
    away_since: float | None = None
    """When the breaker opened first."""


class Result(Enum):
    ANSWERED = auto()
    UNAVAILABLE = auto()
    UNCLEAR = auto()
    """Neither: no reason to open, and no reason to close."""


@dataclass(frozen=True, slots=True)
class AdmittedCall:
    """A call that the breaker lets pass: a context that reports the result to the breaker."""

    breaker: CircuitBreaker | None = None
    state: BreakerState = BreakerState()
    found_failures: bool = False
    concerns_one_server: bool = False
    probe_number: int | None = None

    @property
    def is_probe(self) -> bool:
        return self.probe_number is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.breaker is not None:
            self.breaker.record_result(self, self._result_of(error))

    def _result_of(self, error: BaseException | None) -> Result:
        if isinstance(error, HubServerError) and self.concerns_one_server and error.hub_message:
            # The Hub's own message: the spawner or a hook of one user failed, and not the Hub.
            return Result.UNCLEAR
        if isinstance(error, HubUnavailable):
            return Result.UNAVAILABLE
        if isinstance(error, HubProtocolError) or not isinstance(error, HubError | None):
            return Result.UNCLEAR
        return Result.ANSWERED  # a refusal is an answer as well


class CircuitBreaker:
    """Opens for `open_for` after `failures` calls in a row that found the Hub unavailable."""

    def __init__(
        self,
        store: BreakerStore,
        *,
        failures: int = 3,
        open_for: timedelta = timedelta(seconds=5),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        # One key per failure, since `add` is atomic in every store and an increment is not.
        self._failure_keys = [f"hub:failure:{number}" for number in range(1, failures + 1)]
        self._open_for = open_for
        self._clock = clock

    @property
    def is_blocked(self) -> bool:
        """Whether a call would be refused now; costs one read of the store, two when half open."""
        with suppress(StoreUnavailable):
            state, _ = self._read()
            if state.opened_at is None:
                return False
            if self._time_left(state.opened_at, self._open_for):
                return True
            number = 0
            while (lease := self._lease(state, number)) is not None:
                if self._time_left(*lease):
                    return True
                number += 1
        return False

    def admit(
        self, call: Call, *, max_duration: timedelta, concerns_one_server: bool = False
    ) -> AdmittedCall:
        """Let a call pass that takes at most `max_duration` as a probe.

        If it `concerns_one_server`, a 5xx with the Hub's own message does not count as a failure.

        Raises:
            HubCircuitOpen: the call must not be made now.
        """
        try:
            state, found_failures = self._read()
            if state.opened_at is None:
                return AdmittedCall(self, state, found_failures, concerns_one_server)
            wait = self._time_left(state.opened_at, self._open_for)
            if not wait:
                number = self._lease_probe(state, max_duration)
                if number is not None:
                    return AdmittedCall(self, state, found_failures, concerns_one_server, number)
                wait = _PROBE_POLL_INTERVAL
        except StoreUnavailable:
            return AdmittedCall()
        raise call.failure(
            HubCircuitOpen,
            "not sent, since the Hub was unavailable a moment ago",
            retry_after=wait.total_seconds(),
        )

    def record_result(self, admitted: AdmittedCall, result: Result) -> None:
        """Count the result of an admitted call."""
        with suppress(StoreUnavailable):
            if admitted.probe_number is not None:
                self._settle_probe(admitted, admitted.probe_number, result)
            elif result is Result.UNAVAILABLE:
                self._count_failure(admitted)
            elif result is Result.ANSWERED and admitted.found_failures:
                self._clear_failures(admitted)

    # --- Closed -------------------------------------------------------------------------------

    def _count_failure(self, admitted: AdmittedCall) -> None:
        state, _ = self._read()
        if state.id != admitted.state.id:
            return  # the call began before the breaker opened or closed
        now = self._clock()
        added = (self._store.add(key, now, _FAILURE_TTL) for key in self._failure_keys)
        count = next((number for number, is_mine in enumerate(added, 1) if is_mine), None)
        # Also when all failure keys are taken (None): the process that took the last one may have
        # died before it opened the breaker. Of several failures at once, one opens it.
        if count in (None, len(self._failure_keys)) and self._store.add(
            f"hub:opening:{state.id}", now, self._open_for
        ):
            self._store.set(STATE_KEY, BreakerState(uuid4().hex, now, now), _STATE_TTL)
            logger.warning(
                "The Hub is unavailable: %d calls in a row failed. Probing every %g s",
                len(self._failure_keys),
                self._open_for.total_seconds(),
            )

    def _clear_failures(self, admitted: AdmittedCall) -> None:
        state, _ = self._read()
        if state.id == admitted.state.id:
            self._store.delete_many(self._failure_keys)

    # --- Open ---------------------------------------------------------------------------------

    def _lease_probe(self, state: BreakerState, duration: timedelta) -> int | None:
        """Return the number of the probe that the caller may make; None while a probe runs.

        Each lease has its own key, because replacing an expired one is not atomic in a table.
        """
        number = 0
        while not self._store.add(_probe_key(state, number), (self._clock(), duration), _STATE_TTL):
            lease = self._lease(state, number)
            if lease is None or self._time_left(*lease):
                return None
            number += 1
        return number

    def _settle_probe(self, admitted: AdmittedCall, number: int, result: Result) -> None:
        state, _ = self._read()
        if state.id != admitted.state.id or self._lease(state, number + 1):
            return
        now = self._clock()
        away_since = state.away_since or now
        if result is Result.ANSWERED:
            self._store.delete_many(self._failure_keys)
            self._store.set(STATE_KEY, BreakerState(uuid4().hex), _STATE_TTL)
            logger.warning("The Hub answers again, after %.0f s", now - away_since)
        else:
            self._store.set(STATE_KEY, BreakerState(uuid4().hex, now, away_since), _STATE_TTL)

    # --- The store ----------------------------------------------------------------------------

    def _read(self) -> tuple[BreakerState, bool]:
        """Return the state, and whether there are failures that a success would clear."""
        found = self._store.get_many([STATE_KEY, *self._failure_keys])
        state = found.get(STATE_KEY)
        found_failures = any(key in found for key in self._failure_keys)
        return state if isinstance(state, BreakerState) else BreakerState(), found_failures

    def _lease(self, state: BreakerState, number: int) -> tuple[float, timedelta] | None:
        """Return when the lease of this probe began, and its duration."""
        key = _probe_key(state, number)
        return cast("tuple[float, timedelta] | None", self._store.get_many([key]).get(key))

    def _time_left(self, began: float, duration: timedelta) -> timedelta:
        """Return the rest of a duration that began at `began`; zero when it is over.

        Clocks of two machines may differ by up to `duration`. If a clock was set back by more, the
        duration counts as over.
        """
        left = timedelta(seconds=began - self._clock()) + duration
        return min(left, duration) if timedelta() < left <= 2 * duration else timedelta()


def _probe_key(state: BreakerState, number: int) -> str:
    return f"hub:probe:{state.id}:{number}"
