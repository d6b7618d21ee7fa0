"""Exit of a server as its spawner records it, for each kind of spawner.

tests/contract/test_events.py verifies the cause with a real Hub.
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


def make_spawner(module: Any, *statuses: object) -> Any:
    """Return a spawner whose `poll` returns these statuses in order."""

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

    return type("RecordingSpawner", (module.RecordsExit, Spawner), {})()


def exit_of(module: Any, spawner: Any, *, servers_end_with_hub: bool = False) -> Any:
    while spawner.statuses:
        asyncio.run(spawner.poll())
    return module.exit_of(spawner, servers_end_with_hub=servers_end_with_hub)


@pytest.mark.parametrize(
    ("status", "exit_status"), [(0, 0), (1, 1), (-9, 137), (DOCKER.format(137), 137)]
)
def test_exit_status_is_that_of_a_shell(module: Any, status: object, exit_status: int) -> None:
    spawner = make_spawner(module, None, status)
    assert asyncio.run(spawner.start()) == "http://127.0.0.1:1"

    found = exit_of(module, spawner)

    assert (found.kind, found.exit_status) == ("server.exited", exit_status)


@pytest.mark.parametrize(
    ("status", "exit_status"), [(0, None), (DOCKER.format(0), 0), ("gone", None)]
)
def test_restarted_hub_knows_only_docker_statuses(
    module: Any, status: object, exit_status: int | None
) -> None:
    assert exit_of(module, make_spawner(module, None, status)).exit_status == exit_status


def test_server_found_dead_ended_with_the_hub(module: Any) -> None:
    found_dead = exit_of(module, make_spawner(module, 0), servers_end_with_hub=True)
    found_alive = exit_of(module, make_spawner(module, None, 0), servers_end_with_hub=True)

    assert (found_dead.kind, found_alive.kind) == ("server.ended_with_hub", "server.exited")


def test_last_activity_before_the_stop_is_recorded(module: Any) -> None:
    spawner = make_spawner(module)
    asyncio.run(spawner.start())
    asyncio.run(spawner.stop())

    assert exit_of(module, spawner).last_activity == datetime(2026, 11, 23, 20, tzinfo=UTC)


def test_start_clears_the_exit_before_it(module: Any) -> None:
    spawner = make_spawner(module, -9)
    asyncio.run(spawner.start())
    asyncio.run(spawner.poll())
    asyncio.run(spawner.stop())
    asyncio.run(spawner.start())

    found = exit_of(module, spawner)

    assert (found.kind, found.exit_status) == ("server.exited", None)
    assert found.last_activity is None
