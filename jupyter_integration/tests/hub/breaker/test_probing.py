"""Half open: one call at a time probes, and only a clear answer closes the breaker."""

from __future__ import annotations

import pytest

from jupyter_integration.hub.breaker import STATE_KEY, CircuitBreaker
from jupyter_integration.hub.errors import (
    HubCircuitOpen,
    HubNotFound,
    HubProtocolError,
    HubServerError,
    HubThrottled,
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

    def test_of_many_who_call_in_the_same_moment_one_probes(self, breaker) -> None:
        def call(_number: int) -> bool:
            try:
                return begin(breaker).is_probe
            except HubCircuitOpen:
                return False

        assert at_once(call).count(True) == 1

    def test_calls_are_blocked_from_when_somebody_probes(self, breaker) -> None:
        assert not breaker.is_blocked
        begin(breaker)

        assert breaker.is_blocked
        assert refusal(breaker).retry_after == pytest.approx(1)

    @pytest.mark.parametrize("error", [None, HubNotFound(""), HubThrottled("")])
    def test_a_probe_that_is_answered_closes_it_for_all(self, breaker, store, clock, error) -> None:
        end(begin(breaker), error)

        other = CircuitBreaker(store, clock=clock)
        assert not other.is_blocked
        assert not begin(other).is_probe

    def test_once_closed_three_failures_open_it_again(self, breaker) -> None:
        end(begin(breaker))
        fail(breaker, 2)
        assert not breaker.is_blocked

        fail(breaker)
        assert breaker.is_blocked

    @pytest.mark.parametrize(
        "error",
        [
            HubTimeout(""),
            HubProtocolError("HTML with 200"),
            HubServerError("500", hub_message="Internal Server Error"),
            KeyboardInterrupt(),
        ],
    )
    def test_a_probe_without_a_clear_answer_leaves_it_open_for_five_seconds_more(
        self, breaker, clock, error
    ) -> None:
        end(begin(breaker, concerns_one_server=True), error)
        assert refusal(breaker).retry_after == pytest.approx(5)

        clock.go(5)
        assert begin(breaker).is_probe

    def test_how_long_the_hub_has_been_away_is_counted_from_the_first_time(
        self, breaker, store, clock
    ) -> None:
        for _ in range(3):
            end(begin(breaker), HubTimeout(""))
            clock.go(5)

        circuit = store.get_many([STATE_KEY])[STATE_KEY]
        assert clock.now - circuit.away_since == pytest.approx(20)

    def test_a_probe_that_hangs_is_followed_by_the_next_when_its_time_is_over(
        self, breaker, clock
    ) -> None:
        begin(breaker)
        clock.go(LONGEST_PROBE - 0.1)
        refusal(breaker)

        clock.go(0.1)
        assert not breaker.is_blocked
        assert begin(breaker).is_probe
        refusal(breaker)

    def test_of_many_who_follow_a_probe_that_hangs_one_probes(self, breaker, clock) -> None:
        for _ in range(3):
            self.test_of_many_who_call_in_the_same_moment_one_probes(breaker)
            clock.go(LONGEST_PROBE)

    @pytest.mark.parametrize("late", [None, HubTimeout("")])
    @pytest.mark.parametrize("news", [None, HubTimeout("")])
    def test_what_comes_of_a_probe_that_was_followed_by_another_changes_nothing(
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
    def test_nor_what_comes_of_it_after_the_others_end(self, breaker, store, clock, late) -> None:
        hanging = begin(breaker)
        clock.go(LONGEST_PROBE)
        end(begin(breaker))
        fail(breaker, 2)

        end(hanging, late)

        assert not is_open(store)
        fail(breaker)
        assert is_open(store)
