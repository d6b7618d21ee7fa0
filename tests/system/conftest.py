"""Copies of the system that tests may stop and break, and a visitor of the session's copy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.running_system import RunningSystem
from tests.system.visitor import Visitor


@pytest.fixture
def visitor(running_system: RunningSystem) -> Iterator[Visitor]:
    with Visitor(running_system) as visitor:
        yield visitor


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
