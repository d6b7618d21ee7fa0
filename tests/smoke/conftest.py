"""The stack on a real engine, started once and removed in any case."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.smoke.edge_browser import browser_of_edge
from tests.smoke.engine import docker
from tests.smoke.figures import Measured, measured, print_figures, timed  # noqa: F401  (a fixture)
from tests.smoke.stack import EngineIsNotFree, Stack
from tests.smoke.stop_signals import handle_stop_signals, ignore_stop_signals

OUR_IMAGES = ("portal", "jupyterhub", "user-server", "proxy", "socket-guard", "firewall")


@pytest.fixture(scope="package")
def browser(stack: Stack) -> Iterator[Browser]:
    with browser_of_edge(stack.authority("intermediate")) as browser:
        yield browser


@pytest.fixture(scope="session")
def stack(
    tmp_path_factory: pytest.TempPathFactory,
    measured: Measured,  # noqa: F811
) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("smoke"))
    handle_stop_signals()
    try:
        try:
            with timed(measured, "building the images"):
                stack.build()
        except EngineIsNotFree as reason:
            pytest.exit(str(reason), returncode=1)
        with timed(measured, "up, until every service is healthy"):
            stack.bring_up()
        yield stack
    finally:
        ignore_stop_signals()
        with timed(measured, "taking everything down"):
            stack.take_down()
    for image in OUR_IMAGES:
        size = int(docker("image", "inspect", "--format", "{{.Size}}", f"shaparak-{image}"))
        measured(f"image shaparak-{image}", f"{size / 1e6:.0f} MB")


@pytest.fixture(scope="session")
def running_system(stack: Stack) -> Stack:
    """The system that the tests of tests/browser use: here it runs in containers."""
    return stack


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    print_figures(terminalreporter)
