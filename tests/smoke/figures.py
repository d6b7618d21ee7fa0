"""Figures of a run on real containers or a real cluster, printed in its summary."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

Measured = Callable[[str, str], None]
"""Record a figure, by its name, for the summary of the run."""

_figures: list[tuple[str, str]] = []


@pytest.fixture(scope="session")
def measured() -> Measured:
    return lambda name, value: _figures.append((name, value))


@contextmanager
def timed(measured: Measured, name: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    measured(name, f"{time.monotonic() - began:.1f} s")


def print_figures(terminalreporter: pytest.TerminalReporter) -> None:
    if _figures:
        terminalreporter.section("figures")
        for name, value in _figures:
            terminalreporter.write_line(f"{name:<50} {value:>10}")
