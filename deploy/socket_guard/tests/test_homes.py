"""Volumes of homes: with HOME_SIZE each has its limit, or no server starts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.socket_guard.engine import Engine
from deploy.socket_guard.guard import Guard, GuardServer
from deploy.socket_guard.server_limits import GUARD_LABEL
from deploy.socket_guard.tests.conftest import LIMITS, EngineDouble, Send, served
from deploy.socket_guard.tests.escapes import CREATE, SERVER

SIZE = 5 * 2**30


@pytest.fixture
def server(engine: EngineDouble, tmp_path: Path) -> Iterator[GuardServer]:
    """A guard whose homes have a limit."""
    guard = Guard(Engine(str(tmp_path / "engine.sock")), replace(LIMITS, home_size=SIZE))
    server = GuardServer(("127.0.0.1", 0), guard)
    with served(server):
        yield server


def test_home_gets_its_limit_before_the_server(send: Send, engine: EngineDouble) -> None:
    assert send("POST", CREATE, SERVER)[0] == 201

    volume, container = engine.creations
    assert volume[1:] == (
        "/v1.45/volumes/create",
        {
            "Name": "shaparak-home-sara",
            "Driver": "local",
            "DriverOpts": {"size": str(SIZE)},
            "Labels": {GUARD_LABEL: "sara"},
        },
    )
    assert container[1].startswith("/v1.45/containers/create")


def test_no_server_starts_on_a_disk_without_quotas(send: Send, engine: EngineDouble) -> None:
    engine.volume_status = 400

    status, answer = send("POST", CREATE, SERVER)

    assert (status, answer["message"]) == (400, "quota size requested but no quota support")
    assert [path for _, path, _ in engine.creations] == ["/v1.45/volumes/create"]


def test_home_with_another_limit_is_logged(
    send: Send, engine: EngineDouble, caplog: pytest.LogCaptureFixture
) -> None:
    """It was made before the setting."""
    engine.volume_options = None

    assert send("POST", CREATE, SERVER)[0] == 201
    assert "home of sara has the limit None" in caplog.text


def test_refused_server_gets_no_home(send: Send, engine: EngineDouble) -> None:
    assert send("POST", CREATE, {**SERVER, "User": "0"})[0] == 403
    assert engine.creations == []
