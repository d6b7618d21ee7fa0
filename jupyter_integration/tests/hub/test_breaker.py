"""When the breaker opens and closes, and that no late answer does either."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from jupyter_integration.hub import (
    CircuitBreaker,
    HubCircuitOpen,
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
from jupyter_integration.hub.breaker import CIRCUIT_KEY, Circuit, Passage
from jupyter_integration.hub.calls import Call
from jupyter_integration.testing.memory_store import MemoryStore

LONGEST = 30.0  # seconds that a probe may take
THREADS = 16


class Clock:
    """Time that goes only when it is told to; 2026, so that no time of ours looks like 1970."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now

    def go(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> MemoryStore:
    return MemoryStore(clock)


@pytest.fixture
def breaker(store: MemoryStore, clock: Clock) -> CircuitBreaker:
    return CircuitBreaker(store, clock=clock)


def begin(breaker: CircuitBreaker, *, concerns_one_server: bool = False) -> Passage:
    call = Call("GET", "/users/sara")
    return breaker.admit(call, longest=LONGEST, concerns_one_server=concerns_one_server)


def end(passage: Passage, error: BaseException | None = None) -> None:
    passage.__exit__(type(error) if error else None, error, None)


def fail(breaker: CircuitBreaker, times: int = 1) -> None:
    for _ in range(times):
        end(begin(breaker), HubUnreachable("nobody there"))


def refusal(breaker: CircuitBreaker) -> HubCircuitOpen:
    with pytest.raises(HubCircuitOpen) as refused:
        begin(breaker)
    return refused.value


def is_open(store: MemoryStore) -> bool:
    circuit = store.get_many([CIRCUIT_KEY]).get(CIRCUIT_KEY, Circuit())
    assert isinstance(circuit, Circuit)
    return circuit.opened_at is not None


def at_once(work: Callable[[int], object]) -> list[object]:
    together = threading.Barrier(THREADS, timeout=10)

    def set_off(number: int) -> object:
        together.wait()
        return work(number)

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(set_off, range(THREADS)))


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
        assert [line.levelno for line in caplog.records if "is away" in line.message] == [
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

        circuit = store.get_many([CIRCUIT_KEY])[CIRCUIT_KEY]
        assert clock.now - circuit.away_since == pytest.approx(20)

    def test_a_probe_that_hangs_is_followed_by_the_next_when_its_time_is_over(
        self, breaker, clock
    ) -> None:
        begin(breaker)
        clock.go(LONGEST - 0.1)
        refusal(breaker)

        clock.go(0.1)
        assert not breaker.is_blocked
        assert begin(breaker).is_probe
        refusal(breaker)

    def test_of_many_who_follow_a_probe_that_hangs_one_probes(self, breaker, clock) -> None:
        for _ in range(3):
            self.test_of_many_who_call_in_the_same_moment_one_probes(breaker)
            clock.go(LONGEST)

    @pytest.mark.parametrize("late", [None, HubTimeout("")])
    @pytest.mark.parametrize("news", [None, HubTimeout("")])
    def test_what_comes_of_a_probe_that_was_followed_by_another_changes_nothing(
        self, breaker, store, clock, late, news
    ) -> None:
        hanging = begin(breaker)
        clock.go(LONGEST)
        following = begin(breaker)

        end(hanging, late)
        assert is_open(store)
        refusal(breaker)

        end(following, news)
        assert is_open(store) == (news is not None)

    @pytest.mark.parametrize("late", [None, HubTimeout("")])
    def test_nor_what_comes_of_it_after_the_others_end(self, breaker, store, clock, late) -> None:
        hanging = begin(breaker)
        clock.go(LONGEST)
        end(begin(breaker))
        fail(breaker, 2)

        end(hanging, late)

        assert not is_open(store)
        fail(breaker)
        assert is_open(store)


class TestLateAnswers:
    @pytest.mark.parametrize("passed", [0, 5])
    def test_a_success_that_began_before_it_opened_does_not_close_it(
        self, breaker, store, clock, passed: float
    ) -> None:
        slow = begin(breaker)
        fail(breaker, 3)
        clock.go(passed)

        end(slow)

        assert is_open(store)

    def test_nor_while_a_probe_is_under_way(self, breaker, store, clock) -> None:
        slow = begin(breaker)
        fail(breaker, 3)
        clock.go(5)
        begin(breaker)

        end(slow)

        assert is_open(store)
        refusal(breaker)

    def test_failures_that_began_before_it_closed_do_not_open_it_again(
        self, breaker, clock
    ) -> None:
        """A worker's other threads hang in a Hub that has long been back when they give up."""
        hanging = [begin(breaker) for _ in range(THREADS)]
        fail(breaker, 3)
        clock.go(5)
        end(begin(breaker))

        for passage in hanging:
            end(passage, HubTimeout(""))

        assert not breaker.is_blocked

    def test_failures_that_come_while_it_is_open_do_not_keep_it_open(self, breaker, clock) -> None:
        hanging = begin(breaker)
        fail(breaker, 3)
        clock.go(4)
        end(hanging, HubTimeout(""))
        clock.go(1)

        assert begin(breaker).is_probe

    def test_a_success_clears_no_failure_that_came_after_it_began(self, breaker) -> None:
        """Of a Hub that went meanwhile it tells nothing."""
        slow = begin(breaker)
        fail(breaker, 2)
        end(slow)
        fail(breaker)

        assert breaker.is_blocked

    def test_a_success_from_before_clears_no_failures_of_after(self, breaker, clock) -> None:
        fail(breaker)
        slow = begin(breaker)
        fail(breaker, 2)
        clock.go(5)
        end(begin(breaker))
        fail(breaker, 2)

        end(slow)
        fail(breaker)

        assert breaker.is_blocked


class TestStore:
    def test_while_nothing_is_wrong_a_call_costs_one_visit(self, breaker, store) -> None:
        end(begin(breaker))

        assert store.visits == 1

    def test_after_it_closed_too(self, breaker, store, clock) -> None:
        fail(breaker, 3)
        clock.go(5)
        end(begin(breaker))
        store.visits = 0
        end(begin(breaker))

        assert store.visits == 1

    @pytest.mark.parametrize("failures", [0, 3])
    def test_whether_it_is_blocked_costs_one_visit(self, breaker, store, failures: int) -> None:
        fail(breaker, failures)
        store.visits = 0
        assert breaker.is_blocked == bool(failures)

        assert store.visits == 1

    def test_a_store_that_lost_everything_lets_calls_pass(self, breaker, store) -> None:
        fail(breaker, 3)
        store.lose_everything()

        assert not breaker.is_blocked
        end(begin(breaker))

    def test_a_store_that_is_away_lets_calls_pass(self, breaker, store) -> None:
        fail(breaker, 3)
        store.is_away = True

        assert not breaker.is_blocked
        for error in (None, HubTimeout(""), HubNotFound("")):
            end(begin(breaker), error)

    def test_a_store_that_goes_during_a_call_hides_no_answer(self, breaker, store) -> None:
        fail(breaker)
        passages = [begin(breaker), begin(breaker)]
        store.is_away = True
        end(passages[0])
        end(passages[1], HubTimeout(""))

        store.is_away = False
        fail(breaker)
        assert not breaker.is_blocked

    def test_what_a_store_holds_that_is_not_ours_is_no_reason_to_fail(self, breaker, store) -> None:
        store.set(CIRCUIT_KEY, "of another version", 60)

        end(begin(breaker))
