"""Record of simulated servers' lives, and the users it finds with two servers."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.simulated_hub.lives import Event, Lives, users_with_two_servers


def event(what: str, life: str, hub: int = 1) -> Event:
    return Event(at=0.0, user="sara", life=life, what=what, hub=hub)


def test_a_life_is_recorded_until_its_end(tmp_path: Path) -> None:
    lives = Lives(tmp_path)
    life = lives.begin("sara")
    lives.is_ready("sara", life)
    assert Lives(tmp_path).of("sara") == [life]
    assert lives.is_alive("sara", life)

    lives.end("sara", life)
    lives.end("sara", life)

    assert lives.of("sara") == []
    assert [event.what for event in lives.events()] == ["begin", "ready", "end"]


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ([event("begin", "a"), event("end", "a"), event("begin", "b")], set()),
        ([event("begin", "a"), event("begin", "b")], {"sara"}),
        ([event("begin", "a"), event("replaced", "a"), event("begin", "b")], {"sara"}),
        # A server that a dead Hub left behind may be replaced.
        ([event("begin", "a"), event("replaced", "a", hub=2), event("begin", "b", hub=2)], set()),
    ],
    ids=["one after the other", "two at once", "running one replaced", "left by a dead Hub"],
)
def test_users_with_two_servers_are_found(events: list[Event], found: set[str]) -> None:
    assert users_with_two_servers(events) == found
