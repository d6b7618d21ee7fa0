"""What the breaker asks of its store, and what it does without."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jupyter_integration.hub.breaker import STATE_KEY
from jupyter_integration.hub.errors import HubNotFound, HubTimeout
from jupyter_integration.tests.hub.breaker.passages import begin, end, fail


class TestStore:
    def test_while_nothing_is_wrong_a_call_costs_one_visit(self, breaker, store) -> None:
        end(begin(breaker))

        assert store.calls == 1

    def test_after_it_closed_too(self, breaker, store, clock) -> None:
        fail(breaker, 3)
        clock.go(5)
        end(begin(breaker))
        store.calls = 0
        end(begin(breaker))

        assert store.calls == 1

    @pytest.mark.parametrize("failures", [0, 3])
    def test_whether_it_is_blocked_costs_one_visit(self, breaker, store, failures: int) -> None:
        fail(breaker, failures)
        store.calls = 0
        assert breaker.is_blocked == bool(failures)

        assert store.calls == 1

    def test_a_store_that_lost_everything_lets_calls_pass(self, breaker, store) -> None:
        fail(breaker, 3)
        store.lose_everything()

        assert not breaker.is_blocked
        end(begin(breaker))

    def test_a_store_that_is_away_lets_calls_pass(self, breaker, store) -> None:
        fail(breaker, 3)
        store.is_unavailable = True

        assert not breaker.is_blocked
        for error in (None, HubTimeout(""), HubNotFound("")):
            end(begin(breaker), error)

    def test_a_store_that_goes_during_a_call_hides_no_answer(self, breaker, store) -> None:
        fail(breaker)
        passages = [begin(breaker), begin(breaker)]
        store.is_unavailable = True
        end(passages[0])
        end(passages[1], HubTimeout(""))

        store.is_unavailable = False
        fail(breaker)
        assert not breaker.is_blocked

    def test_what_a_store_holds_that_is_not_ours_is_no_reason_to_fail(self, breaker, store) -> None:
        store.set(STATE_KEY, "of another version", timedelta(minutes=1))

        end(begin(breaker))
