"""Fixtures of the Hub client's tests; none of them needs Django."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.transport import HubTransport
from jupyter_integration.testing import FakeHub

SAMPLES = Path(__file__).with_name("samples")

TOKEN = "0123456789abcdef-portal"


@pytest.fixture
def sample() -> Callable[[str], Any]:
    """Read a recorded response by its name."""
    return lambda name: json.loads((SAMPLES / f"{name}.json").read_text())


@pytest.fixture
def fake_hub() -> Iterator[FakeHub]:
    with FakeHub(token=TOKEN) as fake_hub:
        yield fake_hub


@pytest.fixture
def hub(fake_hub: FakeHub) -> Iterator[HubClient]:
    """A client of the fake Hub with short delays between retries."""
    client = HubClient(HubTransport(fake_hub.api_url, fake_hub.token, backoff=0.01))
    yield client
    client.close()


def client_of(api_url: str, **options: float) -> HubClient:
    """Return a client that retries without a delay; `options` are HubTransport's."""
    return HubClient(HubTransport(api_url, TOKEN, **{"backoff": 0.0, **options}))
