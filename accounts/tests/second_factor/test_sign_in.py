"""Second step of the sign-in: codes, recovery codes, and where it leads."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.second_factor import codes
from accounts.tests.mails import ask_for_reset
from accounts.tests.second_factor.app import (
    App,
    app_of,
    enter_code,
    is_signed_in,
    recovery_codes_of,
    sign_in,
)
from portal.persian.text import ARABIC_DIGITS, LATIN_DIGITS, persian_digits

TO_ARABIC = str.maketrans(LATIN_DIGITS, ARABIC_DIGITS)
SERVER_API = reverse("api-server")


@pytest.fixture
def app(sara: User) -> App:
    RecoveryCodes.activate(sara)
    return app_of(sara)


def test_password_alone_does_not_sign_in(client: Client, app: App) -> None:
    response = sign_in(client)

    assert response.url == reverse("mfa_authenticate")
    assert not is_signed_in(client)
    assert client.get(reverse("dashboard")).status_code == 302


def test_api_waits_for_second_step(client: Client, app: App) -> None:
    sign_in(client)
    assert client.get(SERVER_API).status_code == 403

    enter_code(client, app.code())

    assert client.get(SERVER_API).status_code == 200


@pytest.mark.parametrize(
    "typed",
    [
        str,
        persian_digits,
        lambda code: code.translate(TO_ARABIC),
        lambda code: f" {code[:3]} {code[3:]} ",
        lambda code: f"\u200e{code[:3]}-{code[3:]}",
    ],
    ids=["latin", "persian", "arabic", "spaces", "dash"],
)
def test_code_of_any_keyboard_is_accepted(client: Client, app: App, typed) -> None:
    sign_in(client)

    enter_code(client, typed(app.code()))

    assert is_signed_in(client)


@pytest.mark.parametrize("half_minutes", [-1, 0, 1])
def test_clock_of_phone_may_differ_a_little(client: Client, app: App, half_minutes: int) -> None:
    sign_in(client)

    enter_code(client, app.code(half_minutes=half_minutes))

    assert is_signed_in(client)


@pytest.mark.parametrize("code", ["", "abc", "1" * 500, "\x00", "۱۲۳"])
def test_malformed_code_is_refused(client: Client, app: App, code: str) -> None:
    sign_in(client)

    assert enter_code(client, code).status_code in (200, 400)
    assert not is_signed_in(client)


def test_wrong_code_is_refused_in_persian(client: Client, app: App) -> None:
    sign_in(client)

    response = enter_code(client, app.wrong_code())

    assert not is_signed_in(client)
    [error] = response.context["form"].errors["code"]
    assert "کد" in error


def test_code_signs_in_only_once(client: Client, app: App) -> None:
    """Also while it would still count, and from another browser."""
    code = app.code()
    sign_in(client)
    enter_code(client, code)

    thief = Client()
    sign_in(thief)
    enter_code(thief, code)

    assert is_signed_in(client)
    assert not is_signed_in(thief)


@pytest.mark.django_db(transaction=True)
def test_code_sent_twice_at_once_counts_once(sara: User, app: App, monkeypatch) -> None:
    code, both_verified = app.code(), Barrier(2)
    time_step = codes._time_step

    def verify_together(secret: str, code: str) -> int | None:
        step = time_step(secret, code)
        with suppress(BrokenBarrierError):  # the other one waits for the row
            both_verified.wait(timeout=0.5)
        return step

    def use(_number: int) -> bool:
        try:
            return codes.accepting_authenticator(sara, code) is not None
        finally:
            connection.close()

    monkeypatch.setattr(codes, "_time_step", verify_together)
    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(use, range(2))) == [False, True]


def test_older_code_is_refused_after_newer_one(client: Client, app: App) -> None:
    older, newer = app.code(), app.code(half_minutes=1)
    sign_in(client)
    enter_code(client, newer)

    thief = Client()
    sign_in(thief)
    enter_code(thief, older)

    assert not is_signed_in(thief)


def test_recovery_code_signs_in_only_once(client: Client, sara: User, app: App) -> None:
    code = recovery_codes_of(sara)[0]
    for browser in (client, Client()):
        sign_in(browser)
        enter_code(browser, persian_digits(f"{code[:4]} {code[4:]}"))

    assert is_signed_in(client)
    assert not is_signed_in(browser)
    assert len(recovery_codes_of(sara)) == 9


def test_code_of_another_person_is_refused(client: Client, omid: User, app: App) -> None:
    app_of(omid)

    sign_in(client, "omid", "omid-s-password")
    enter_code(client, app.code())

    assert not is_signed_in(client)


def test_wrong_codes_are_limited(client: Client, app: App) -> None:
    sign_in(client)
    for _guess in range(12):
        enter_code(client, app.wrong_code())

    enter_code(client, app.code())

    assert not is_signed_in(client)


def test_deep_link_survives_second_step(client: Client, app: App) -> None:
    link = "/server/open/?next=%2Fuser%2Fsara%2Flab%2Ftree%2Fa.ipynb"
    page = client.get(link)
    assert urlsplit(page.url).path == reverse("account_login")

    sign_in(client, next=link)
    response = enter_code(client, app.code())

    assert response.url == link


def test_code_page_needs_first_step(client: Client, app: App) -> None:
    assert client.get(reverse("mfa_authenticate")).url == reverse("account_login")
    assert enter_code(client, app.code()).url == reverse("account_login")
    assert not is_signed_in(client)


def test_inactive_account_is_refused_after_second_step(
    client: Client, sara: User, app: App
) -> None:
    sign_in(client)
    User.objects.filter(pk=sara.pk).update(is_active=False)

    enter_code(client, app.code())

    assert client.get(reverse("dashboard")).status_code == 302


def test_new_password_by_mail_keeps_second_step(client: Client, app: App, workers: Any) -> None:
    [link] = ask_for_reset(client, workers)
    new = {"password1": "another-password", "password2": "another-password"}

    response = client.post(client.get(link).url, new)

    assert response.url == reverse("mfa_authenticate")
    assert not is_signed_in(client)
    enter_code(client, app.code())
    assert is_signed_in(client)


def test_second_step_can_be_broken_off(client: Client, omid: User, app: App) -> None:
    """At a shared machine the next person signs in with their own name."""
    sign_in(client)
    assert client.get(reverse("account_login")).url == reverse("mfa_authenticate")

    response = client.post(reverse("mfa_authenticate"), {"cancel": ""})

    assert response.url == reverse("account_login")
    assert client.get(reverse("account_login")).status_code == 200
    sign_in(client, "omid", "omid-s-password")
    assert client.get(reverse("dashboard")).context["user"] == omid


def test_code_field_suits_phones(client: Client, app: App) -> None:
    sign_in(client)

    page = BeautifulSoup(client.get(reverse("mfa_authenticate")).content, "html.parser")

    field = page.select_one("[name=code]")
    assert field is not None
    assert field["inputmode"] == "numeric"
    assert field["autocomplete"] == "one-time-code"
    assert field["dir"] == "ltr"
    assert field.has_attr("autofocus")
