"""Log of the Hub: no key of an address, and no line that a stranger wrote."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

KEY = "w-diox6c-afdc0123456789"

Logged = Callable[..., str]


@pytest.fixture
def logged(load: Any) -> Logged:
    keys = load("log_filter").HideKeys()

    def log(message: str, *arguments: object) -> str:
        record = logging.LogRecord("JupyterHub", logging.INFO, "web", 1, message, arguments, None)
        assert keys.filter(record)
        return record.getMessage()

    return log


@pytest.mark.parametrize(
    "address",
    [
        f"/hub/oauth_callback?code={KEY}&state={KEY}",
        f"/hub/login?next=%2Fuser%2Fsara%2Flab%3Ftoken%3D{KEY}",
        f"/hub/logout?portal={KEY}",
        f"/user/sara/lab?reset&token={KEY}",
    ],
)
def test_hub_logs_no_key(logged: Logged, address: str) -> None:
    line = logged("400 GET %s (127.0.0.1): Missing argument", address)

    assert KEY not in line
    assert line.startswith(f"400 GET {address.partition('?')[0]}?")
    assert line.endswith("(127.0.0.1): Missing argument")


def test_hub_logs_no_forged_line(logged: Logged) -> None:
    first, second = logged("name %s", "\x1b[2J\n[I 2026-11-27 10:00:00 JupyterHub] done").split(
        "\n"
    )

    assert first.isprintable()
    assert second.startswith("    [I")


def test_long_message_of_hub_is_cut(logged: Logged, load: Any) -> None:
    assert len(logged("x" * 200_000)) == load("log_filter").LONGEST_LINE
