"""Store of the breaker: cost per call, and its failures."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jupyter_integration.hub.breaker import STATE_KEY
from jupyter_integration.hub.errors import HubNotFound, HubTimeout
from jupyter_integration.tests.hub.breaker.passages import begin, end, fail


class TestStore:
    def test_successful_call_costs_one_store_call(self, breaker, store) -> None:
        end(begin(breaker))

        assert store.calls == 1

    def test_call_after_closing_costs_one_store_call(self, breaker, store, clock) -> None:
        fail(breaker, 3)
        clock.go(5)
        end(begin(breaker))
        store.calls = 0
        end(begin(breaker))

        assert store.calls == 1

    @pytest.mark.parametrize("failures", [0, 3])
    def test_is_blocked_costs_one_store_call(self, breaker, store, failures: int) -> None:
        fail(breaker, failures)
        store.calls = 0
        assert breaker.is_blocked == bool(failures)

        assert store.calls == 1

    def test_emptied_store_lets_calls_pass(self, breaker, store) -> None:
        fail(breaker, 3)
        store.lose_everything()

        assert not breaker.is_blocked
        end(begin(breaker))

    def test_unavailable_store_lets_calls_pass(self, breaker, store) -> None:
        fail(breaker, 3)
        store.is_unavailable = True

        assert not breaker.is_blocked
        for error in (None, HubTimeout(""), HubNotFound("")):
            end(begin(breaker), error)

    def test_store_lost_during_a_call_hides_no_result(self, breaker, store) -> None:
        fail(breaker)
        calls = [begin(breaker), begin(breaker)]
        store.is_unavailable = True
        end(calls[0])
        end(calls[1], HubTimeout(""))

        store.is_unavailable = False
        fail(breaker)
        assert not breaker.is_blocked

    def test_foreign_value_in_the_store_is_ignored(self, breaker, store) -> None:
        store.set(STATE_KEY, "of another version", timedelta(minutes=1))

        end(begin(breaker))
