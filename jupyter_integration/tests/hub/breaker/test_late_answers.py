"""Late results: results from before a change of the breaker's state are ignored."""

from __future__ import annotations

from jupyter_integration.hub.errors import HubTimeout
from jupyter_integration.tests.hub.breaker.passages import (
    THREADS,
    begin,
    end,
    fail,
    is_open,
    refusal,
)


class TestLateAnswers:
    def test_success_from_before_opening_does_not_close(self, breaker, store) -> None:
        slow = begin(breaker)
        fail(breaker, 3)

        end(slow)

        assert is_open(store)

    def test_success_from_before_opening_does_not_end_probe(self, breaker, store, clock) -> None:
        slow = begin(breaker)
        fail(breaker, 3)
        clock.go(5)
        begin(breaker)

        end(slow)

        assert is_open(store)
        refusal(breaker)

    def test_failures_from_before_closing_do_not_reopen(self, breaker, clock) -> None:
        """Other threads of the worker time out long after the Hub is back."""
        hanging = [begin(breaker) for _ in range(THREADS)]
        fail(breaker, 3)
        clock.go(5)
        end(begin(breaker))

        for call in hanging:
            end(call, HubTimeout(""))

        assert not breaker.is_blocked

    def test_failures_while_open_do_not_extend_it(self, breaker, clock) -> None:
        hanging = begin(breaker)
        fail(breaker, 3)
        clock.go(4)
        end(hanging, HubTimeout(""))
        clock.go(1)

        assert begin(breaker).is_probe

    def test_success_does_not_clear_later_failures(self, breaker) -> None:
        """The Hub may have stopped after the success began."""
        slow = begin(breaker)
        fail(breaker, 2)
        end(slow)
        fail(breaker)

        assert breaker.is_blocked

    def test_success_from_before_opening_clears_no_failures(self, breaker, clock) -> None:
        fail(breaker)
        slow = begin(breaker)
        fail(breaker, 2)
        clock.go(5)
        end(begin(breaker))
        fail(breaker, 2)

        end(slow)
        fail(breaker)

        assert breaker.is_blocked
