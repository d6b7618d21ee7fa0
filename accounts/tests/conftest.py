"""Fixtures of the tests of accounts."""

from functools import cache

import pytest
from django.test import Client

from accounts.models import User
from accounts.tests.mails import ask_for_reset
from portal.limits import rates


@pytest.fixture(autouse=True)
def one_period(monkeypatch) -> None:
    """Keep a test within one period of each rate limit, also over the turn of a minute or a day."""
    monkeypatch.setattr(rates, "_end_of_period", cache(rates._end_of_period))


@pytest.fixture
def reset_link(client: Client, sara: User, workers) -> str:
    [link] = ask_for_reset(client, workers)
    return link
