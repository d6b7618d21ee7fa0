"""Whoever waits while a worker is dead is told that it is held up, and not "next in line"."""

from datetime import timedelta
from uuid import uuid4

import pytest

from jupyter_integration.models import SpawnRequest
from jupyter_integration.status.queries import server_status
from jupyter_integration.tests.scenes import start, stop
from portal.heartbeats import record_heartbeat

State = SpawnRequest.State


def words(user) -> str:
    return str(server_status(user).message)


@pytest.fixture
def alive(clock) -> None:
    for part in ("worker", "spawn_worker", "beat"):
        record_heartbeat(part)


def test_in_line_behind_a_dead_spawn_worker_it_is_said(sara, clock, alive) -> None:
    start(sara)
    next_queued = words(sara)
    clock.go(61)

    assert words(sara) != next_queued
    assert server_status(sara).can_cancel

    record_heartbeat("spawn_worker")
    assert words(sara) == next_queued


def test_one_that_never_lived_is_dead_as_well(sara, clock) -> None:
    start(sara)
    next_queued = words(sara)
    clock.go(21)

    assert words(sara) != next_queued


def test_one_who_has_only_just_pressed_is_not_frightened(sara, clock, alive) -> None:
    clock.go(300)
    start(sara)
    at_once = words(sara)
    record_heartbeat("spawn_worker")

    assert words(sara) == at_once


def test_a_worker_that_is_too_busy_for_a_sign_of_life_is_seen_by_its_leases(
    sara, omid, clock, alive
) -> None:
    start(sara)
    next_queued = words(sara)
    clock.go(300)
    start(
        omid,
        State.STARTING,
        slot=1,
        lease_id=uuid4(),
        lease_expires_at=clock.now + timedelta(seconds=9),
    )

    assert words(sara) == next_queued


def test_a_stop_that_nobody_works_on_takes_longer_than_usual(sara, clock, alive) -> None:
    stop(sara)
    usual = words(sara)
    clock.go(61)

    assert words(sara) != usual

    record_heartbeat("worker")
    assert words(sara) == usual


def test_a_cancel_that_nobody_works_on_does_so_too(sara, clock, alive) -> None:
    start(sara, State.STARTING, cancel_requested_at=clock.now)
    usual = words(sara)
    clock.go(61)

    assert words(sara) != usual
