"""Persian first; the reader's own choice after that; never the browser's."""

import pytest
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db


def language_of(page) -> str:
    return page.content.decode().partition('lang="')[2][:2]


def test_a_visitor_reads_persian_whatever_the_browser_asks_for(client: Client) -> None:
    assert language_of(client.get("/", headers={"accept-language": "en-US"})) == "fa"


def test_a_visitor_who_chose_english_reads_it_and_signs_up_in_it(client: Client) -> None:
    client.post("/language/", {"language": "en", "next": "/accounts/signup/"})

    assert language_of(client.get("/")) == "en"
    client.post(
        "/accounts/signup/",
        {"username": "sara", "email": "sara@example.ir", "password1": "Parvaneh-dar-bad-81"},
    )
    assert User.objects.get().language == "en"


def test_a_language_that_we_do_not_speak_is_persian(client: Client) -> None:
    client.cookies["shaparak_language"] = "de"

    assert language_of(client.get("/")) == "fa"


def test_a_signed_in_persons_own_choice_beats_the_machines(client: Client, sara: User) -> None:
    client.cookies["shaparak_language"] = "en"
    client.force_login(sara)

    assert language_of(client.get("/dashboard/")) == "fa"
