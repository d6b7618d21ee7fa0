"""What a spawner remembers of its server's end, in the words of each kind of spawner.

Who ended it is asked of a real Hub: tests/contract/test_events.py.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

DOCKER = "ExitCode={}, Error='', FinishedAt=2026-11-23T20:30:00Z"


@pytest.fixture
def module(load: Any) -> Any:
    return load("server_exits")


def spawner(module: Any, *statuses: object) -> Any:
    """A spawner that `poll`s these one after another."""

    class Spawner:
        _spawn_future = None
        orm_spawner = SimpleNamespace(last_activity=datetime(2026, 11, 23, 20))  # noqa: DTZ001

        def __init__(self) -> None:
            self.statuses = list(statuses)

        async def start(self) -> str:
            return "http://127.0.0.1:1"

        async def poll(self) -> object:
            return self.statuses.pop(0)

        async def stop(self, now: bool = False) -> None: ...

    return type("OfAKind", (module.RemembersItsEnd, Spawner), {})()


def ended(module: Any, one: Any, *, servers_end_with_hub: bool = False) -> Any:
    while one.statuses:
        asyncio.run(one.poll())
    return module.ending_of(one, servers_end_with_hub=servers_end_with_hub)


@pytest.mark.parametrize(
    ("status", "exit_status"),
    [(0, 0), (1, 1), (-9, 137), (-15, 143), (DOCKER.format(137), 137), (DOCKER.format(0), 0)],
)
def test_the_exit_status_is_that_of_a_shell(module: Any, status: object, exit_status: int) -> None:
    one = spawner(module, None, status)
    assert asyncio.run(one.start()) == "http://127.0.0.1:1"

    stop_reason = ended(module, one)

    assert (stop_reason.kind, stop_reason.exit_status) == ("server.exited", exit_status)


@pytest.mark.parametrize(
    ("status", "exit_status"), [(0, None), (DOCKER.format(0), 0), ("gone", None)]
)
def test_of_a_server_that_an_earlier_hub_started_only_docker_knows_the_status(
    module: Any, status: object, exit_status: int | None
) -> None:
    assert ended(module, spawner(module, None, status)).exit_status == exit_status


def test_one_that_is_found_dead_ended_with_the_hub_where_servers_do(module: Any) -> None:
    found_dead = ended(module, spawner(module, 0), servers_end_with_hub=True)
    found_alive = ended(module, spawner(module, None, 0), servers_end_with_hub=True)

    assert (found_dead.kind, found_alive.kind) == ("server.ended_with_hub", "server.exited")


def test_when_it_was_last_used_is_kept_before_the_hub_forgets_it(module: Any) -> None:
    one = spawner(module)
    asyncio.run(one.start())
    asyncio.run(one.stop())

    assert ended(module, one).last_activity == datetime(2026, 11, 23, 20, tzinfo=UTC)


def test_a_start_remembers_nothing_of_the_end_before(module: Any) -> None:
    one = spawner(module, -9)
    asyncio.run(one.start())
    asyncio.run(one.poll())
    asyncio.run(one.stop())
    asyncio.run(one.start())

    stop_reason = ended(module, one)

    assert (stop_reason.kind, stop_reason.exit_status, stop_reason.last_activity) == (
        "server.exited",
        None,
        None,
    )
