"""The session's copy, and copies that a test may break."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.transport import HubTransport
from tests.running_system import RunningSystem


@pytest.fixture(scope="session")
def prepared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy's folder on which a first run has been, so that another one is quick."""
    var = tmp_path_factory.mktemp("prepared") / "var"
    with RunningSystem.start(var):
        pass
    return var


@pytest.fixture
def own_copy(prepared_folder: Path) -> Iterator[RunningSystem]:
    """A running copy for one test, to be stopped and broken at will."""
    with RunningSystem.start(prepared_folder) as copy:
        yield copy


def hub_client(copy: RunningSystem) -> HubClient:
    return HubClient(HubTransport(copy.hub_api_url, copy.token))


def start_lab(copy: RunningSystem, name: str) -> None:
    """Make the Hub user and wait until the server is ready."""
    hub = hub_client(copy)
    if name not in {user.name for user in hub.list_users()}:
        hub.create_user(name)
    hub.start_server(name)
    *_, last = hub.follow_progress(name)
    assert last.ready, last
