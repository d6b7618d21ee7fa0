"""No answer of before changes what was found since."""

from __future__ import annotations

import pytest

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
