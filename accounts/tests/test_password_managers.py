"""Hints in forms for password managers and phones' keyboards."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from accounts.models import User


def inputs(page) -> dict[str, dict]:
    found = BeautifulSoup(page.content, "html.parser").select("main form input")
    return {field.get("name", ""): field.attrs for field in found}


@pytest.mark.parametrize(
    ("page", "name"), [("account_login", "login"), ("account_signup", "username")]
)
def test_name_field_is_a_user_name(client: Client, db: None, page: str, name: str) -> None:
    field = inputs(client.get(reverse(page)))[name]

    assert field["autocomplete"] == "username"
    assert field["autocapitalize"] == "none"
    assert field["spellcheck"] == "false"


def assert_password_is_saras(page) -> None:
    """Assert that a password manager knows whose password the form changes."""
    fields = inputs(page)
    assert fields["username"]["value"] == "sara"
    assert fields["username"]["autocomplete"] == "username"
    assert any("password" in field.get("autocomplete", "") for field in fields.values())


@pytest.mark.parametrize("page", ["account_change_password", "account_reauthenticate"])
def test_password_form_names_its_account(client: Client, sara: User, page: str) -> None:
    client.force_login(sara)

    assert_password_is_saras(client.get(reverse(page)))


def test_first_password_names_its_account(client: Client, sara: User) -> None:
    sara.set_unusable_password()
    sara.save()
    client.force_login(sara)

    assert_password_is_saras(client.get(reverse("account_set_password")))


def test_new_password_names_its_account(client: Client, reset_link: str) -> None:
    assert_password_is_saras(client.get(reset_link, follow=True))
