"""A start needs a confirmed address where addresses are confirmed."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts.models import User
from jupyter_integration.models import SpawnRequest

START, API, ADDRESSES = reverse("server_start"), reverse("api-server"), reverse("account_email")


@pytest.fixture(autouse=True)
def verification(settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "optional"


@pytest.fixture
def browser(client: Client, db: None) -> Client:
    """Of a student who has just signed up."""
    form = {"username": "parvin", "email": "parvin@example.ir", "password1": "Parvaneh-81-dar"}
    client.post(reverse("account_signup"), form)
    return client


def test_start_leads_to_the_page_of_addresses(browser: Client) -> None:
    response = browser.post(START)

    assert response.url == ADDRESSES
    assert not SpawnRequest.objects.exists()
    [message] = list(get_messages(response.wsgi_request))[-1:]
    assert "نشانی" in str(message)
    page = browser.get(ADDRESSES).content.decode()
    assert str(message) in page
    assert 'name="action_send"' in page


def test_start_by_htmx_leads_there_too(browser: Client) -> None:
    response = browser.post(START, headers={"HX-Request": "true"})

    assert response["HX-Redirect"] == ADDRESSES
    assert not SpawnRequest.objects.exists()


def test_start_by_api_is_refused_with_code(browser: Client) -> None:
    response = browser.post(API)

    assert (response.status_code, response.json()["code"]) == (403, "address_not_confirmed")
    assert not SpawnRequest.objects.exists()


def test_confirmed_address_starts(browser: Client) -> None:
    EmailAddress.objects.update(verified=True)

    browser.post(START)

    assert SpawnRequest.objects.exists()


def test_account_made_by_staff_starts(client: Client, sara: User) -> None:
    client.force_login(sara)
    client.post(START)

    assert SpawnRequest.objects.exists()


def test_start_needs_no_confirmation_without_verification(browser: Client, settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"

    browser.post(START)

    assert SpawnRequest.objects.exists()
