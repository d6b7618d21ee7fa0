"""Half-open breaker: one call at a time probes, and only a clear answer closes it."""

from __future__ import annotations

import pytest

from jupyter_integration.hub.breaker import STATE_KEY, CircuitBreaker
from jupyter_integration.hub.errors import (
    HubCircuitOpen,
    HubNotFound,
    HubProtocolError,
    HubServerError,
    HubTimeout,
)
from jupyter_integration.tests.hub.breaker.passages import (
    LONGEST_PROBE,
    Clock,
    at_once,
    begin,
    end,
    fail,
    is_open,
    refusal,
)


class TestHalfOpen:
    @pytest.fixture(autouse=True)
    def _half_open(self, breaker: CircuitBreaker, clock: Clock) -> None:
        fail(breaker, 3)
        clock.go(5)

    def test_one_of_many_simultaneous_calls_probes(self, breaker) -> None:
        def call(_number: int) -> bool:
            try:
                return begin(breaker).is_probe
            except HubCircuitOpen:
                return False

        assert at_once(call).count(True) == 1

    def test_calls_are_blocked_during_a_probe(self, breaker) -> None:
        assert not breaker.is_blocked
        begin(breaker)

        assert breaker.is_blocked
        assert refusal(breaker).retry_after == pytest.approx(1)

    @pytest.mark.parametrize("error", [None, HubNotFound("")])
    def test_answered_probe_closes_the_breaker_for_all(self, breaker, store, clock, error) -> None:
        end(begin(breaker), error)

        other = CircuitBreaker(store, clock=clock)
        assert not other.is_blocked
        assert not begin(other).is_probe

    @pytest.mark.parametrize(
        "error",
        [
            HubTimeout(""),
            HubProtocolError("HTML with 200"),
            HubServerError("500", hub_message="Internal Server Error"),
            KeyboardInterrupt(),
        ],
    )
    def test_unanswered_probe_extends_the_open_state(self, breaker, clock, error) -> None:
        end(begin(breaker, concerns_one_server=True), error)
        assert refusal(breaker).retry_after == pytest.approx(5)

        clock.go(5)
        assert begin(breaker).is_probe

    def test_outage_is_measured_from_the_first_opening(self, breaker, store, clock) -> None:
        for _ in range(3):
            end(begin(breaker), HubTimeout(""))
            clock.go(5)

        state = store.get_many([STATE_KEY])[STATE_KEY]
        assert clock.now - state.away_since == pytest.approx(20)

    def test_next_probe_replaces_a_hung_probe(self, breaker, clock) -> None:
        begin(breaker)
        clock.go(LONGEST_PROBE - 0.1)
        refusal(breaker)

        clock.go(0.1)
        assert not breaker.is_blocked
        assert begin(breaker).is_probe
        refusal(breaker)

    def test_one_of_many_callers_replaces_hung_probe(self, breaker, clock) -> None:
        for _ in range(3):
            self.test_one_of_many_simultaneous_calls_probes(breaker)
            clock.go(LONGEST_PROBE)

    @pytest.mark.parametrize(
        ("late", "news"), [(None, HubTimeout("")), (HubTimeout(""), None), (None, None)]
    )
    def test_late_result_of_a_replaced_probe_is_ignored(
        self, breaker, store, clock, late, news
    ) -> None:
        hanging = begin(breaker)
        clock.go(LONGEST_PROBE)
        following = begin(breaker)

        end(hanging, late)
        assert is_open(store)
        refusal(breaker)

        end(following, news)
        assert is_open(store) == (news is not None)

    @pytest.mark.parametrize("late", [None, HubTimeout("")])
    def test_late_result_after_the_next_probe_is_ignored(self, breaker, store, clock, late) -> None:
        hanging = begin(breaker)
        clock.go(LONGEST_PROBE)
        end(begin(breaker))
        fail(breaker, 2)

        end(hanging, late)

        assert not is_open(store)
        fail(breaker)
        assert is_open(store)
