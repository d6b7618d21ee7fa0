"""What the tests of people who are remembered share."""

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User


@pytest.fixture
def browser(client: Client, sara: User, settings: Settings) -> Client:
    """Sara's, on which her dashboard was open a moment ago, in a portal that remembers rows."""
    settings.CACHES_ROWS = True
    client.force_login(sara)
    assert client.get("/dashboard/").status_code == 200
    return client
