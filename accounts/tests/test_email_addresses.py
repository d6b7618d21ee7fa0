"""Page of email addresses: an address belongs to one person."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts.models import User


@pytest.fixture
def addresses(client: Client, omid: User):
    client.post(reverse("account_login"), {"login": "omid", "password": "omid-s-password"})
    client.post(reverse("account_reauthenticate"), {"password": "omid-s-password"})

    def act(action: str, address: str):
        return client.post(reverse("account_email"), {f"action_{action}": "", "email": address})

    return act


def test_address_with_persian_digits_becomes_primary(addresses, omid: User) -> None:
    addresses("add", "omid۹۸@example.ir")
    EmailAddress.objects.filter(email="omid98@example.ir").update(verified=True)
    addresses("primary", "omid98@example.ir")

    omid.refresh_from_db()
    assert omid.email == "omid98@example.ir"


def test_taken_address_is_refused(addresses, sara: User, omid: User) -> None:
    response = addresses("add", "Sara@Example.IR")

    assert response.status_code == 200
    assert response.context["form"].errors["email"]
    assert not EmailAddress.objects.filter(user=omid, email="sara@example.ir").exists()


def test_address_taken_meanwhile_cannot_become_primary(addresses, omid: User) -> None:
    addresses("add", "shared@example.ir")
    EmailAddress.objects.filter(email="shared@example.ir").update(verified=True)
    User.objects.create_user("sara", "shared@example.ir")

    response = addresses("primary", "shared@example.ir")

    assert response.status_code == 302
    omid.refresh_from_db()
    assert omid.email == "omid@example.ir"
    assert not EmailAddress.objects.get(user=omid, email="shared@example.ir").primary
    assert [message.level_tag for message in get_messages(response.wsgi_request)][-1] == "error"


def test_address_page_requires_sign_in(client: Client, db: None) -> None:
    assert client.get(reverse("account_email")).status_code == 302


def test_changing_addresses_requires_csrf_token(omid: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(omid)

    response = client.post(reverse("account_email"), {"action_add": "", "email": "evil@example.ir"})

    assert response.status_code == 403
