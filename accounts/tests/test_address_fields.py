"""Fields for email addresses: what browsers let through, and how long an address may be."""

import pytest
from allauth.account.models import EmailAddress
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from accounts.addresses import LONGEST_ADDRESS
from accounts.models import User

SIGN_UP = reverse("account_signup")
RESET = reverse("account_reset_password")
ADDRESSES = reverse("account_email")
PASSWORD = "گذرواژه-بلند-7"


def address_of_length(length: int) -> str:
    domain = ".".join(["d" * 60] * 3) + ".ir"
    return f"{'s' * (length - len(domain) - 1)}@{domain}"


@pytest.fixture
def signed_in(client: Client, sara: User) -> Client:
    client.post(reverse("account_login"), {"login": "sara", "password": "sara-s-password"})
    # In Django's own tests the password is fresh; see test_reauthentication.
    client.post(reverse("account_reauthenticate"), {"password": "sara-s-password"})
    return client


def email_input(client: Client, path: str):
    return BeautifulSoup(client.get(path).content, "html.parser").find("input", id="id_email")


@pytest.mark.parametrize("path", [SIGN_UP, RESET])
def test_browser_does_not_check_an_address(client: Client, db: None, path: str) -> None:
    """With type="email" it refuses ali۱۲@example.ir before the form is sent."""
    field = email_input(client, path)

    assert field["type"] == "text"
    assert field["inputmode"] == field["autocomplete"] == "email"
    assert field["dir"] == "ltr"
    assert not field.has_attr("maxlength")  # would cut what is pasted


def test_browser_does_not_check_an_added_address(signed_in: Client) -> None:
    assert email_input(signed_in, ADDRESSES)["type"] == "text"


def test_browser_does_not_check_addresses_in_admin(
    client: Client, nasrin: User, sara: User
) -> None:
    client.force_login(nasrin)

    field = email_input(client, reverse("admin:accounts_user_change", args=[sara.pk]))

    assert field["type"] == "text"


def test_longest_address_of_the_column_signs_up(client: Client, db: None) -> None:
    address = address_of_length(LONGEST_ADDRESS)

    client.post(SIGN_UP, {"username": "sara", "email": address, "password1": PASSWORD})

    assert User.objects.get().email == EmailAddress.objects.get().email == address


def test_sign_up_refuses_a_longer_address(client: Client, db: None) -> None:
    address = address_of_length(LONGEST_ADDRESS + 1)

    response = client.post(SIGN_UP, {"username": "sara", "email": address, "password1": PASSWORD})

    assert str(LONGEST_ADDRESS) in response.context["form"].errors["email"][0]
    assert not User.objects.exists()


def test_longer_address_is_not_added(signed_in: Client) -> None:
    address = address_of_length(LONGEST_ADDRESS + 1)

    response = signed_in.post(ADDRESSES, {"action_add": "", "email": address})

    assert response.context["form"].errors["email"]
    assert not EmailAddress.objects.filter(email__startswith="sss").exists()


def test_admin_refuses_a_longer_address(client: Client, nasrin: User, sara: User) -> None:
    client.force_login(nasrin)
    page = reverse("admin:accounts_user_change", args=[sara.pk])

    response = client.post(page, {"email": address_of_length(LONGEST_ADDRESS + 1)})

    assert str(LONGEST_ADDRESS) in response.context["adminform"].form.errors["email"][0]
