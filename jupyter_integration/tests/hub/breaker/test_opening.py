"""Opening of the breaker, and refused calls while it is open."""

from __future__ import annotations

import logging

import pytest

from jupyter_integration.hub.breaker import CircuitBreaker
from jupyter_integration.hub.errors import (
    HubError,
    HubNotFound,
    HubProtocolError,
    HubServerError,
    HubStarting,
    HubThrottled,
    HubTimeout,
    HubUnreachable,
)
from jupyter_integration.tests.hub.breaker.passages import (
    THREADS,
    at_once,
    begin,
    end,
    fail,
    refusal,
)


class TestOpening:
    def test_third_failure_in_a_row_opens_the_breaker(self, breaker) -> None:
        fail(breaker, 2)
        assert not breaker.is_blocked

        fail(breaker)
        assert breaker.is_blocked

    def test_success_resets_the_failure_count(self, breaker) -> None:
        fail(breaker, 2)
        end(begin(breaker))
        fail(breaker, 2)
        assert not breaker.is_blocked

        fail(breaker)
        assert breaker.is_blocked

    def test_failures_far_apart_are_not_in_a_row(self, breaker, clock) -> None:
        fail(breaker, 2)
        clock.go(3600)
        fail(breaker)

        assert not breaker.is_blocked

    @pytest.mark.parametrize(
        "error", [HubUnreachable(""), HubTimeout(""), HubServerError(""), HubStarting("")]
    )
    def test_every_unavailable_error_counts_as_failure(self, breaker, error: HubError) -> None:
        for _ in range(3):
            end(begin(breaker), error)

        assert breaker.is_blocked

    @pytest.mark.parametrize(
        "error",
        [HubThrottled("429"), HubNotFound("404"), HubProtocolError("HTML"), KeyboardInterrupt()],
    )
    def test_other_errors_do_not_count_as_failure(self, breaker, error) -> None:
        for _ in range(10):
            end(begin(breaker), error)

        assert not breaker.is_blocked

    def test_failed_server_does_not_count_as_failure(self, breaker) -> None:
        fail(breaker, 2)
        failed = HubServerError("500", status=500, hub_message="Internal Server Error")
        for _ in range(10):
            end(begin(breaker, concerns_one_server=True), failed)
        assert not breaker.is_blocked

        # And it does not reset the count.
        fail(breaker)
        assert breaker.is_blocked

    def test_simultaneous_failures_open_the_breaker_once(
        self, breaker, caplog: pytest.LogCaptureFixture
    ) -> None:
        calls = [begin(breaker) for _ in range(THREADS)]

        at_once(lambda number: end(calls[number], HubUnreachable("")))

        assert breaker.is_blocked
        assert [line.levelno for line in caplog.records if "is unavailable" in line.message] == [
            logging.WARNING
        ]

    def test_next_failure_opens_after_process_died_while_opening(
        self, breaker, store, clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fail(breaker, 2)
        with monkeypatch.context() as dying, pytest.raises(SystemExit):
            dying.setattr(store, "set", lambda *_arguments: exit())
            fail(breaker)
        assert not breaker.is_blocked

        clock.go(6)
        fail(breaker)
        assert breaker.is_blocked


class TestOpen:
    def test_refused_calls_name_the_time_left(self, breaker, clock) -> None:
        fail(breaker, 3)
        assert refusal(breaker).retry_after == pytest.approx(5)

        clock.go(4.5)
        assert refusal(breaker).retry_after == pytest.approx(0.5)

        clock.go(0.5)
        assert begin(breaker).is_probe

    def test_refusals_do_not_extend_the_open_state(self, breaker, clock) -> None:
        fail(breaker, 3)
        for _ in range(10):
            clock.go(0.5)
            if breaker.is_blocked:
                refusal(breaker)

        assert begin(breaker).is_probe

    def test_clock_set_back_does_not_extend_open_state(self, breaker, clock) -> None:
        fail(breaker, 3)
        clock.go(-3600)

        assert not breaker.is_blocked
        assert begin(breaker).is_probe

    def test_clock_seconds_behind_does_not_extend_open_state(self, store, clock) -> None:
        fail(CircuitBreaker(store, clock=clock), 3)
        behind = CircuitBreaker(store, clock=lambda: clock.now - 3)

        assert behind.is_blocked
        assert refusal(behind).retry_after == pytest.approx(5)

    def test_refused_call_logs_no_warning(self, breaker, caplog: pytest.LogCaptureFixture) -> None:
        fail(breaker, 3)
        caplog.clear()
        refusal(breaker)

        assert caplog.records == []
