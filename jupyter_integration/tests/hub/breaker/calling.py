"""Shared parts of the tests of the breaker around real calls."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubError

OPEN_FOR = 0.3  # seconds

Connect = Callable[..., HubClient]


def fail(hub: HubClient, times: int = 3) -> None:
    for _ in range(times):
        with pytest.raises(HubError):
            hub.get_user("sara")
