"""Fixtures of the tests of accounts."""

import pytest
from django.test import Client

from accounts.models import User
from accounts.tests.mails import ask_for_reset


@pytest.fixture
def reset_link(client: Client, sara: User, workers) -> str:
    [link] = ask_for_reset(client, workers)
    return link
