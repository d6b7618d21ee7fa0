"""Language of pages: Persian, or the reader's own choice; never the browser's setting."""

import pytest
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db


def language_of(page) -> str:
    return page.content.decode().partition('lang="')[2][:2]


def test_accept_language_is_ignored(client: Client) -> None:
    assert language_of(client.get("/", headers={"accept-language": "en-US"})) == "fa"


def test_chosen_language_is_kept_at_sign_up(client: Client) -> None:
    client.post("/language/", {"language": "en", "next": "/accounts/signup/"})

    assert language_of(client.get("/")) == "en"
    client.post(
        "/accounts/signup/",
        {"username": "sara", "email": "sara@example.ir", "password1": "Parvaneh-dar-bad-81"},
    )
    assert User.objects.get().language == "en"


def test_unknown_language_becomes_persian(client: Client) -> None:
    client.cookies["shaparak_language"] = "de"

    assert language_of(client.get("/")) == "fa"


def test_account_language_overrides_cookie(client: Client, sara: User) -> None:
    client.cookies["shaparak_language"] = "en"
    client.force_login(sara)

    assert language_of(client.get("/dashboard/")) == "fa"
