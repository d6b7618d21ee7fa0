"""The record of simulated servers' lives, and whom it finds with two at once."""

from __future__ import annotations

from pathlib import Path

from bench.simulated_hub.lives import Event, Lives, users_with_two_servers


def event(what: str, life: str, hub: int = 1) -> Event:
    return Event(at=0.0, user="sara", life=life, what=what, hub=hub)


def test_a_life_is_there_until_it_ends_and_is_written_down(tmp_path: Path) -> None:
    lives = Lives(tmp_path)
    life = lives.begin("sara")
    lives.is_ready("sara", life)
    assert Lives(tmp_path).of("sara") == [life]
    assert lives.goes_on("sara", life)

    lives.end("sara", life)
    lives.end("sara", life)

    assert lives.of("sara") == []
    assert [event.what for event in lives.events()] == ["begin", "ready", "end"]


def test_one_server_after_the_other_is_not_two() -> None:
    events = [event("begin", "a"), event("end", "a"), event("begin", "b")]

    assert users_with_two_servers(events) == set()


def test_two_at_the_same_moment_are_found() -> None:
    assert users_with_two_servers([event("begin", "a"), event("begin", "b")]) == {"sara"}


def test_a_running_server_lost_to_a_second_start_is_found() -> None:
    events = [event("begin", "a"), event("replaced", "a"), event("begin", "b")]

    assert users_with_two_servers(events) == {"sara"}


def test_what_a_dead_hub_left_behind_may_be_replaced() -> None:
    events = [event("begin", "a", hub=1), event("replaced", "a", hub=2), event("begin", "b", hub=2)]

    assert users_with_two_servers(events) == set()
