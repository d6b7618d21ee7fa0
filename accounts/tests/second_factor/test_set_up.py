"""Set-up and removal of an authenticator app, recovery codes, and the notices about them."""

import re
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.second_factor.app import (
    App,
    app_of,
    is_signed_in,
    reauthenticate,
    recovery_codes_of,
    shown_secret,
    sign_in,
)
from portal.persian.text import persian_digits
from tests.reading import latin_words, words_of_mail

ACTIVATE = reverse("mfa_activate_totp")


@pytest.fixture
def browser(client: Client, sara: User) -> Client:
    """Sara's, in which she has just entered her password."""
    EmailAddress.objects.create(user=sara, email=sara.email, primary=True, verified=True)
    sign_in(client)
    reauthenticate(client)
    return client


def set_up(browser: Client) -> App:
    app = App(shown_secret(browser.get(ACTIVATE)))
    response = browser.post(ACTIVATE, {"code": app.code()})
    assert response.url == reverse("mfa_view_recovery_codes")
    return app


def test_app_is_set_up_with_its_first_code(browser: Client, sara: User) -> None:
    app = set_up(browser)

    other = Client()
    assert urlsplit(sign_in(other).url).path == reverse("mfa_authenticate")
    assert not is_signed_in(other)
    other.post(reverse("mfa_authenticate"), {"code": app.code()})
    assert is_signed_in(other)


def test_wrong_first_code_sets_nothing_up(browser: Client, sara: User) -> None:
    app = App(shown_secret(browser.get(ACTIVATE)))

    response = browser.post(ACTIVATE, {"code": app.wrong_code()})

    assert response.context["form"].errors["code"]
    assert shown_secret(response) == app.secret
    assert not Authenticator.objects.exists()


def test_first_code_may_have_persian_digits(browser: Client, sara: User) -> None:
    app = App(shown_secret(browser.get(ACTIVATE)))
    code = persian_digits(app.code())

    browser.post(ACTIVATE, {"code": f"{code[:3]} {code[3:]}\u200f"})

    assert Authenticator.objects.filter(user=sara, type=Authenticator.Type.TOTP).exists()


def test_set_up_asks_the_password_first(client: Client, sara: User) -> None:
    sign_in(client)

    for address in (ACTIVATE, reverse("mfa_add_webauthn")):
        assert urlsplit(client.get(address).url).path == reverse("account_reauthenticate")


def test_removal_asks_the_password_first(client: Client, sara: User) -> None:
    client.force_login(sara)
    app_of(sara)

    response = client.post(reverse("mfa_deactivate_totp"))

    assert urlsplit(response.url).path == reverse("account_reauthenticate")
    assert Authenticator.objects.filter(user=sara).exists()


def test_unconfirmed_address_gets_no_factor(client: Client, sara: User) -> None:
    """Otherwise whoever signs up with her address first could keep her out for ever."""
    EmailAddress.objects.create(user=sara, email=sara.email, primary=True, verified=False)
    sign_in(client)
    reauthenticate(client)
    app = App(shown_secret(client.get(ACTIVATE)))

    response = client.post(ACTIVATE, {"code": app.code()})

    assert response.context["form"].errors["code"]
    assert not Authenticator.objects.exists()


def test_account_without_address_may_have_factor(client: Client, sara: User) -> None:
    """As the first administrator's."""
    User.objects.filter(pk=sara.pk).update(email="")
    sign_in(client)
    reauthenticate(client)

    set_up(client)


def test_secret_is_never_stored_in_clear(browser: Client, sara: User) -> None:
    app = App(shown_secret(browser.get(ACTIVATE)))
    assert app.secret not in str(dict(browser.session))

    browser.post(ACTIVATE, {"code": app.code()})

    assert app.secret not in str(list(Authenticator.objects.values()))
    assert app.secret not in str(dict(browser.session))


def test_picture_has_issuer_and_account(browser: Client) -> None:
    url = browser.get(ACTIVATE).context["totp_url"]

    assert "issuer=%D8%B4%D8%A7%D9%BE%D8%B1%DA%A9" in url  # شاپرک
    assert url.startswith("otpauth://totp/sara%40example.ir?")


def test_recovery_codes_can_be_downloaded(browser: Client, sara: User) -> None:
    set_up(browser)

    response = browser.get(reverse("mfa_download_recovery_codes"))

    text = response.content.decode()
    assert "attachment" in response["Content-Disposition"]
    assert response["Content-Type"].startswith("text/plain")
    for code in recovery_codes_of(sara):
        assert f"{code[:4]} {code[4:]}" in text


def test_recovery_codes_cannot_be_guessed(browser: Client, sara: User) -> None:
    set_up(browser)

    codes = recovery_codes_of(sara)

    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"\d{8}", code) for code in codes)  # 26 bits
    stored = str(list(Authenticator.objects.values()))
    assert not [code for code in codes if code in stored]


def test_new_recovery_codes_replace_former_ones(browser: Client, sara: User) -> None:
    set_up(browser)
    before = recovery_codes_of(sara)

    browser.post(reverse("mfa_generate_recovery_codes"))

    assert not set(before) & set(recovery_codes_of(sara))


def test_removed_app_takes_recovery_codes_with_it(browser: Client, sara: User) -> None:
    set_up(browser)

    browser.post(reverse("mfa_deactivate_totp"))

    assert not Authenticator.objects.exists()
    other = Client()
    sign_in(other)
    assert is_signed_in(other)


@pytest.mark.django_db(transaction=True)
def test_owner_gets_mail_of_each_change(workers, browser: Client, sara: User) -> None:
    set_up(browser)
    browser.post(reverse("mfa_generate_recovery_codes"))
    browser.post(reverse("mfa_deactivate_totp"))
    workers.work_off()

    assert [letter.to for letter in mail.outbox] == [[sara.email]] * 3
    assert len({letter.subject for letter in mail.outbox}) == 3
    for letter in mail.outbox:
        assert latin_words(words_of_mail(str(letter.body))) == set()


def test_second_address_can_be_added_with_factor(browser: Client, sara: User) -> None:
    app_of(sara)

    browser.post(reverse("account_email"), {"action_add": "", "email": "sara@home.example"})

    assert EmailAddress.objects.filter(user=sara, email="sara@home.example").exists()
