"""When the breaker opens, and what it does to calls until it lets one probe."""

from __future__ import annotations

import logging

import pytest

from jupyter_integration.hub.breaker import CircuitBreaker
from jupyter_integration.hub.errors import (
    HubConflict,
    HubError,
    HubNotFound,
    HubProtocolError,
    HubServerError,
    HubStarting,
    HubThrottled,
    HubTimeout,
    HubUnauthorized,
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
    def test_the_third_failure_in_a_row_opens_it(self, breaker) -> None:
        fail(breaker, 2)
        assert not breaker.is_blocked

        fail(breaker)
        assert breaker.is_blocked

    def test_a_success_in_between_begins_the_count_anew(self, breaker) -> None:
        fail(breaker, 2)
        end(begin(breaker))
        fail(breaker, 2)
        assert not breaker.is_blocked

        fail(breaker)
        assert breaker.is_blocked

    def test_failures_of_all_processes_count_together(self, store, clock) -> None:
        for _process in range(3):
            fail(CircuitBreaker(store, clock=clock))

        assert CircuitBreaker(store, clock=clock).is_blocked

    def test_failures_far_apart_are_not_in_a_row(self, breaker, clock) -> None:
        fail(breaker, 2)
        clock.go(3600)
        fail(breaker)

        assert not breaker.is_blocked

    @pytest.mark.parametrize(
        "error", [HubUnreachable(""), HubTimeout(""), HubServerError(""), HubStarting("")]
    )
    def test_each_way_of_being_away_counts(self, breaker, error: HubError) -> None:
        for _ in range(3):
            end(begin(breaker), error)

        assert breaker.is_blocked

    @pytest.mark.parametrize(
        "error",
        [
            HubThrottled("429"),
            HubUnauthorized("403"),
            HubNotFound("404"),
            HubConflict("409"),
            HubProtocolError("HTML with 200"),
            KeyboardInterrupt(),
        ],
    )
    def test_whatever_else_goes_wrong_does_not_count(self, breaker, error) -> None:
        for _ in range(10):
            end(begin(breaker), error)

        assert not breaker.is_blocked

    def test_a_server_that_fails_is_not_a_hub_that_is_away(self, breaker) -> None:
        failed = HubServerError("500", status=500, hub_message="Internal Server Error")
        for _ in range(10):
            end(begin(breaker, concerns_one_server=True), failed)

        assert not breaker.is_blocked

    def test_it_neither_counts_nor_begins_the_count_anew(self, breaker) -> None:
        fail(breaker, 2)
        failed = HubServerError("500", status=500, hub_message="Internal Server Error")
        end(begin(breaker, concerns_one_server=True), failed)
        fail(breaker)

        assert breaker.is_blocked

    def test_a_start_that_fails_in_other_words_than_the_hubs_counts(self, breaker) -> None:
        for _ in range(3):
            end(begin(breaker, concerns_one_server=True), HubServerError("500", status=500))

        assert breaker.is_blocked

    def test_of_many_that_fail_in_the_same_moment_one_opens_it(
        self, breaker, caplog: pytest.LogCaptureFixture
    ) -> None:
        passages = [begin(breaker) for _ in range(THREADS)]

        at_once(lambda number: end(passages[number], HubUnreachable("")))

        assert breaker.is_blocked
        assert [line.levelno for line in caplog.records if "is unavailable" in line.message] == [
            logging.WARNING
        ]

    def test_after_a_process_that_died_while_opening_it_the_next_failure_opens_it(
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
    def test_calls_are_refused_for_five_seconds_and_told_for_how_long(self, breaker, clock) -> None:
        fail(breaker, 3)
        assert refusal(breaker).retry_after == pytest.approx(5)

        clock.go(4.5)
        assert refusal(breaker).retry_after == pytest.approx(0.5)

        clock.go(0.5)
        assert begin(breaker).is_probe

    def test_refusals_do_not_keep_it_open(self, breaker, clock) -> None:
        fail(breaker, 3)
        for _ in range(10):
            clock.go(0.5)
            if breaker.is_blocked:
                refusal(breaker)

        assert begin(breaker).is_probe

    def test_a_clock_that_was_set_back_does_not_keep_it_open_for_an_hour(
        self, breaker, clock
    ) -> None:
        fail(breaker, 3)
        clock.go(-3600)

        assert not breaker.is_blocked
        assert begin(breaker).is_probe

    def test_a_machine_whose_clock_is_seconds_behind_waits_no_longer(self, store, clock) -> None:
        fail(CircuitBreaker(store, clock=clock), 3)
        behind = CircuitBreaker(store, clock=lambda: clock.now - 3)

        assert behind.is_blocked
        assert refusal(behind).retry_after == pytest.approx(5)

    def test_a_refusal_is_not_news(self, breaker, caplog: pytest.LogCaptureFixture) -> None:
        fail(breaker, 3)
        caplog.clear()
        refusal(breaker)

        assert caplog.records == []
