"""Shaparak on the cluster that `kubectl` reaches, applied once and removed in any case."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.smoke.edge_browser import browser_of_edge
from tests.smoke.engine import CommandFailed
from tests.smoke.figures import Measured, measured, print_figures, timed  # noqa: F401  (a fixture)
from tests.smoke.stop_signals import handle_stop_signals, ignore_stop_signals
from tests.smoke_kubernetes.images import NoWayToTheNodes
from tests.smoke_kubernetes.installation import ClusterIsNotFree, Installation

NAMESPACE = "shaparak-smoke"


@pytest.fixture(scope="package")
def browser(installation: Installation) -> Iterator[Browser]:
    with browser_of_edge(installation.authority("intermediate")) as browser:
        yield browser


@pytest.fixture(scope="session")
def installation(
    tmp_path_factory: pytest.TempPathFactory,
    measured: Measured,  # noqa: F811
) -> Iterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("smoke"), NAMESPACE)
    handle_stop_signals()
    try:
        try:
            with timed(measured, "images, on the nodes"):
                installation.build()
            with timed(measured, "up, until every part is ready"):
                installation.bring_up()
        except (ClusterIsNotFree, NoWayToTheNodes, CommandFailed) as reason:
            # Told once, and not by each test.
            pytest.exit(str(reason), returncode=1)
        yield installation
    finally:
        ignore_stop_signals()
        with timed(measured, "taking everything down"):
            installation.take_down()


@pytest.fixture(scope="session")
def running_system(installation: Installation) -> Installation:
    """The system that the tests of tests/browser use: here it runs in pods."""
    return installation


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    print_figures(terminalreporter)
