"""Copies of the system that tests may stop and break, and calls of their Hub."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.transport import HubTransport
from tests.running_system import RunningSystem


@pytest.fixture(scope="session")
def own_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """A copy beside the session's, which tests may start, stop and break."""
    with RunningSystem(tmp_path_factory.mktemp("own") / "var") as copy:
        yield copy


@pytest.fixture
def own_copy(own_system: RunningSystem) -> RunningSystem:
    """The same copy, running."""
    if not own_system.runs:
        own_system.bring_up()
    return own_system


def get_json(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=10) as response:
        content: dict[str, Any] = json.load(response)
    return content


def hub_client(copy: RunningSystem) -> HubClient:
    return HubClient(HubTransport(copy.hub_api_url, copy.token))


def start_lab(copy: RunningSystem, name: str) -> None:
    """Create the Hub user if it is missing, start the server, and wait until it is ready."""
    hub = hub_client(copy)
    if name not in {user.name for user in hub.list_users()}:
        hub.create_user(name)
    hub.start_server(name)
    *_, last = hub.follow_progress(name)
    assert last.ready, last
