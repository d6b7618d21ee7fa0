"""Fixtures of the fault tests: a Hub behind the fault proxy, and Sara's browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from jupyter_integration.testing import FakeHub, FaultProxy


@pytest.fixture
def fault_proxy(fake_hub: FakeHub, settings: Settings) -> Iterator[FaultProxy]:
    """The fault proxy between the portal and its Hub."""
    with FaultProxy(fake_hub.api_url) as proxy:
        settings.JUPYTERHUB_API_URL = proxy.api_url
        settings.HUB_READ_TIMEOUT = 0.4  # shortens the wait for responses that never come
        settings.HUB_ASKED_WHILE_AWAY_EVERY = 0.1
        yield proxy


@pytest.fixture
def browser(transactional_db: None, client: Client, sara: User) -> Client:
    """Sara's browser, signed in."""
    client.force_login(sara)
    return client
