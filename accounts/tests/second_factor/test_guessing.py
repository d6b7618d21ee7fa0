"""Guesses at the codes of a second factor: growing waits, apart from those of the password."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.second_factor.app import App, app_of, enter_code, is_signed_in, sign_in
from accounts.tests.signing_in import guess_wrong
from portal.limits.guesses import FREE_GUESSES


@pytest.fixture
def app(sara: User) -> App:
    return app_of(sara)


def test_wrong_codes_make_the_right_one_wait(client: Client, app: App) -> None:
    sign_in(client)
    for _time in range(FREE_GUESSES):
        enter_code(client, app.wrong_code())

    response = enter_code(client, app.code())

    assert "data-countdown" in response.content.decode()
    assert not is_signed_in(client)


def test_another_sign_in_gives_no_new_guesses(client: Client, app: App) -> None:
    for _time in range(FREE_GUESSES):
        sign_in(client)
        enter_code(client, app.wrong_code())
        client.cookies.clear()
    sign_in(client)

    enter_code(client, app.code())

    assert not is_signed_in(client)


def test_reauthentication_shares_count_of_codes(client: Client, sara: User, app: App) -> None:
    client.force_login(sara)
    for _time in range(FREE_GUESSES):
        client.post(reverse("mfa_reauthenticate"), {"code": app.wrong_code()})
    other = Client()
    sign_in(other)

    enter_code(other, app.code())

    assert not is_signed_in(other)


def test_wrong_passwords_leave_codes_free(client: Client, app: App) -> None:
    guess_wrong("sara", FREE_GUESSES - 1)
    sign_in(client)

    enter_code(client, app.code())

    assert is_signed_in(client)
