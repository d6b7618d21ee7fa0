"""Reauthentication: an open session alone changes nothing that keeps or opens an account."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from allauth.account.internal.flows import reauthentication
from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User

PASSWORD = "sara-s-password"
ADDRESSES = reverse("account_email")
REAUTHENTICATE = reverse("account_reauthenticate")


@pytest.fixture
def browser(client: Client, sara: User) -> Client:
    """Sara's: she left it signed in."""
    client.post(reverse("account_login"), {"login": "sara", "password": PASSWORD})
    EmailAddress.objects.create(user=sara, email=sara.email, primary=True, verified=True)
    EmailAddress.objects.create(user=sara, email="sara@home.example", verified=True)
    return client


@contextmanager
def later(seconds: float) -> Iterator[None]:
    now = time.time() + seconds
    with patch.object(reauthentication.time, "time", lambda: now):
        yield


@pytest.mark.parametrize(
    "change",
    [
        {"action_add": "", "email": "mallory@example.ir"},
        {"action_remove": "", "email": "sara@home.example"},
        {"action_primary": "", "email": "sara@home.example"},
    ],
)
def test_address_change_asks_password_first(browser: Client, sara: User, change) -> None:
    before = set(EmailAddress.objects.values_list("email", "primary"))

    response = browser.post(ADDRESSES, change)

    assert urlsplit(response.url).path == REAUTHENTICATE
    assert set(EmailAddress.objects.values_list("email", "primary")) == before


def test_change_goes_on_after_right_password(browser: Client, sara: User) -> None:
    asked = browser.post(ADDRESSES, {"action_add": "", "email": "sara@work.example"})

    browser.post(asked.url, {"password": PASSWORD, "next": ADDRESSES})

    assert EmailAddress.objects.filter(user=sara, email="sara@work.example").exists()


def test_wrong_password_changes_nothing(browser: Client, sara: User) -> None:
    asked = browser.post(ADDRESSES, {"action_add": "", "email": "mallory@example.ir"})

    response = browser.post(asked.url, {"password": "guess", "next": ADDRESSES})

    assert response.context["form"].errors["password"]
    assert not EmailAddress.objects.filter(email="mallory@example.ir").exists()


def test_password_is_asked_again_after_timeout(browser: Client, sara: User) -> None:
    browser.post(REAUTHENTICATE, {"password": PASSWORD})

    with later(settings.ACCOUNT_REAUTHENTICATION_TIMEOUT + 1):
        response = browser.post(ADDRESSES, {"action_add": "", "email": "mallory@example.ir"})

    assert urlsplit(response.url).path == REAUTHENTICATE
