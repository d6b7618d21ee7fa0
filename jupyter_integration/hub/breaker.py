"""The circuit breaker: once calls in a row find the Hub away, it is asked by one probe at a time.

    closed ──── calls in a row find the Hub away ───► open ──── for some seconds
       ▲                                               ▲            │
       │                                     no answer │            ▼
       └─────────── answered ──────────────────── the probe ◄── half open: one call goes

All processes share its state through a store, and no lock is held while a call runs. So answers
come in any order, and three rules keep old news from passing for new:

- Each change of the state has a name, and a call carries that of the state in which it began.
  What comes of it after the next change is ignored.
- A success clears the failures that it found when it began, and not those that came since.
- The right to probe is a lease, longer than the probe can take: one that hangs or whose process
  died is followed by the next, and what the late one then says is ignored.

The store may forget everything at any time. Then, and while it is away, calls pass.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
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

CIRCUIT_KEY: Final = "hub:circuit"
"""Where the store keeps the `Circuit`, for those who show it."""

_KEPT_FOR: Final = 24 * 3600.0  # seconds; longer than an outage, and than any call
_IN_A_ROW_WITHIN: Final = 600.0  # seconds; a call that hangs takes up to two minutes to fail
_LOOK_AGAIN_AFTER: Final = 1.0  # seconds, while a probe is under way


class StoreAway(Exception):
    """The store cannot be reached now."""


class BreakerStore(Protocol):
    """What all processes share. Every method may raise StoreAway."""

    def get_many(self, keys: Collection[str]) -> Mapping[str, object]:
        """Return what there is of `keys`."""

    def set(self, key: str, value: object, seconds: float) -> None:
        """Keep `value` for so long."""

    def add(self, key: str, value: object, seconds: float) -> bool:
        """Keep `value` if there is none: of many who add at once, one is told True."""

    def delete_many(self, keys: Collection[str]) -> None:
        """Forget `keys`."""


@dataclass(frozen=True, slots=True)
class Circuit:
    """The state between two changes; times are seconds since 1970, None while closed."""

    change: str = ""
    opened_at: float | None = None
    """When it opened, or last found by a probe that it has to stay open."""
    away_since: float | None = None
    """When it opened first."""


class Verdict(Enum):
    ANSWERED = auto()
    AWAY = auto()
    UNCLEAR = auto()
    """Neither: no reason to open, and none to close."""


@dataclass(frozen=True, slots=True)
class AdmittedCall:
    """One call's way through the breaker: a context that sees how the call ends."""

    breaker: CircuitBreaker | None = None
    circuit: Circuit = Circuit()
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
            self.breaker.settle(self, self._verdict_of(error))

    def _verdict_of(self, error: BaseException | None) -> Verdict:
        if isinstance(error, HubServerError) and self.concerns_one_server and error.hub_message:
            # A spawner or a hook that failed is one user's trouble; the Hub said it in its words.
            return Verdict.UNCLEAR
        if isinstance(error, HubUnavailable):
            return Verdict.AWAY
        if isinstance(error, HubProtocolError) or not isinstance(error, HubError | None):
            return Verdict.UNCLEAR
        return Verdict.ANSWERED  # a refusal is an answer, too


class CircuitBreaker:
    """Opens after `failures` calls in a row that found the Hub away, for `open_for` seconds."""

    def __init__(
        self,
        store: BreakerStore,
        *,
        failures: int = 3,
        open_for: float = 5.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        # One key a failure: unlike a counter's increment, `add` is atomic in every store.
        self._failure_keys = [f"hub:failure:{number}" for number in range(1, failures + 1)]
        self._open_for = open_for
        self._clock = clock

    @property
    def is_blocked(self) -> bool:
        """Whether a call would be refused now; costs a read of the store, two when half open."""
        with suppress(StoreAway):
            circuit, _ = self._read()
            if circuit.opened_at is None:
                return False
            if self._seconds_left(circuit.opened_at, self._open_for) > 0:
                return True
            number = 0
            while (lease := self._lease(circuit, number)) is not None:
                if self._seconds_left(*lease) > 0:
                    return True
                number += 1
        return False

    def admit(
        self, call: Call, *, longest: float, concerns_one_server: bool = False
    ) -> AdmittedCall:
        """Let a call pass that, made as a probe, takes no longer than `longest` seconds.

        Where it concerns one server, a 5xx in the Hub's own words tells of that server alone.

        Raises:
            HubCircuitOpen: the call must not be made now.
        """
        try:
            circuit, found_failures = self._read()
            if circuit.opened_at is None:
                return AdmittedCall(self, circuit, found_failures, concerns_one_server)
            wait = self._seconds_left(circuit.opened_at, self._open_for)
            if wait == 0:
                number = self._lease_probe(circuit, longest)
                if number is not None:
                    return AdmittedCall(self, circuit, found_failures, concerns_one_server, number)
                wait = _LOOK_AGAIN_AFTER
        except StoreAway:
            return AdmittedCall()
        raise call.failure(
            HubCircuitOpen, "not asked, since the Hub was away a moment ago", retry_after=wait
        )

    def settle(self, passage: AdmittedCall, verdict: Verdict) -> None:
        """Take note of how an admitted call ended."""
        with suppress(StoreAway):
            if passage.probe_number is not None:
                self._settle_probe(passage, passage.probe_number, verdict)
            elif verdict is Verdict.AWAY:
                self._count_failure(passage)
            elif verdict is Verdict.ANSWERED and passage.found_failures:
                self._clear_failures(passage)

    # --- Closed -------------------------------------------------------------------------------

    def _count_failure(self, passage: AdmittedCall) -> None:
        circuit, _ = self._read()
        if circuit.change != passage.circuit.change:
            return  # it began before the Hub was found away, or back
        now = self._clock()
        places = (self._store.add(key, now, _IN_A_ROW_WITHIN) for key in self._failure_keys)
        place = next((number for number, is_mine in enumerate(places, 1) if is_mine), None)
        # Without a place as well: then whoever had the last died before it could open. Of many
        # that fail in the same moment one opens.
        if place in (None, len(self._failure_keys)) and self._store.add(
            f"hub:opening:{circuit.change}", now, self._open_for
        ):
            self._store.set(CIRCUIT_KEY, Circuit(uuid4().hex, now, now), _KEPT_FOR)
            logger.warning(
                "The Hub is away: %d calls in a row failed. One is tried every %g s",
                len(self._failure_keys),
                self._open_for,
            )

    def _clear_failures(self, passage: AdmittedCall) -> None:
        circuit, _ = self._read()
        if circuit.change == passage.circuit.change:
            self._store.delete_many(self._failure_keys)

    # --- Open ---------------------------------------------------------------------------------

    def _lease_probe(self, circuit: Circuit, seconds: float) -> int | None:
        """Return the number of the probe that the caller may make; None while one is under way.

        Each lease has a key of its own: in a table, to replace one that ran out is not atomic.
        """
        number = 0
        while not self._store.add(_probe_key(circuit, number), (self._clock(), seconds), _KEPT_FOR):
            lease = self._lease(circuit, number)
            if lease is None or self._seconds_left(*lease) > 0:
                return None
            number += 1
        return number

    def _settle_probe(self, passage: AdmittedCall, number: int, verdict: Verdict) -> None:
        circuit, _ = self._read()
        if circuit.change != passage.circuit.change or self._lease(circuit, number + 1):
            return
        now = self._clock()
        away_since = circuit.away_since or now
        if verdict is Verdict.ANSWERED:
            self._store.delete_many(self._failure_keys)
            self._store.set(CIRCUIT_KEY, Circuit(uuid4().hex), _KEPT_FOR)
            logger.warning("The Hub answers again, after %.0f s", now - away_since)
        else:
            self._store.set(CIRCUIT_KEY, Circuit(uuid4().hex, now, away_since), _KEPT_FOR)

    # --- The store ----------------------------------------------------------------------------

    def _read(self) -> tuple[Circuit, bool]:
        """Return the state, and whether there are failures that a success would clear."""
        found = self._store.get_many([CIRCUIT_KEY, *self._failure_keys])
        circuit = found.get(CIRCUIT_KEY)
        found_failures = any(key in found for key in self._failure_keys)
        return circuit if isinstance(circuit, Circuit) else Circuit(), found_failures

    def _lease(self, circuit: Circuit, number: int) -> tuple[float, float] | None:
        """Return when the lease of this probe began, and for how many seconds it was given."""
        key = _probe_key(circuit, number)
        return cast("tuple[float, float] | None", self._store.get_many([key]).get(key))

    def _seconds_left(self, began: float, seconds: float) -> float:
        """How much is left of a time that began at `began`; 0 when it is over.

        Clocks of two machines may differ by as much as that time takes; of one that was set back
        by more nobody waits for the end.
        """
        left = began + seconds - self._clock()
        return min(left, seconds) if 0 < left <= 2 * seconds else 0.0


def _probe_key(circuit: Circuit, number: int) -> str:
    return f"hub:probe:{circuit.change}:{number}"
