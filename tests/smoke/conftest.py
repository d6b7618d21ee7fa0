"""The whole stack on a real engine, brought up once, and taken down whatever happens."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.smoke.engine import docker
from tests.smoke.stack import EngineIsNotFree, Stack

OUR_IMAGES = ("portal", "jupyterhub", "user-server", "proxy", "socket-guard")

Measured = Callable[[str, str], None]
"""Keep a figure, by its name, for the end of the run."""

_figures: list[tuple[str, str]] = []


@pytest.fixture(scope="session")
def measured() -> Measured:
    return lambda name, value: _figures.append((name, value))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, measured: Measured) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("smoke"))
    _end_on_termination()
    try:
        try:
            with _timed(measured, "building the images"):
                stack.build()
        except EngineIsNotFree as reason:
            pytest.exit(str(reason), returncode=1)
        with _timed(measured, "up, until every service is healthy"):
            stack.bring_up()
        yield stack
    finally:
        with _undisturbed(), _timed(measured, "taking everything down"):
            stack.take_down()
    for image in OUR_IMAGES:
        size = int(docker("image", "inspect", "--format", "{{.Size}}", f"shaparak-{image}"))
        measured(f"image shaparak-{image}", f"{size / 1e6:.0f} MB")


@pytest.fixture(scope="session")
def running_system(stack: Stack) -> Stack:
    """What the page objects and the tests of tests/browser drive: here it is containers."""
    return stack


@contextmanager
def _timed(measured: Measured, name: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    measured(name, f"{time.monotonic() - began:.1f} s")


def _end_on_termination() -> None:
    """SIGTERM ends pytest as Ctrl-C does: with what fixtures have to put away."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Whoever presses Ctrl-C twice gets a clean engine all the same."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, signal.SIG_IGN)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _figures:
        terminalreporter.section("figures")
        for name, value in _figures:
            terminalreporter.write_line(f"{name:<50} {value:>10}")
