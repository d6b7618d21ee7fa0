"""Browsers in which an account was signed in before keep guesses of their own."""

import re

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts import guessing
from accounts.models import User
from accounts.tests.signing_in import guess_wrong, is_signed_in, try_password
from portal.limits.guesses import FREE_GUESSES

SARAS = "sara-s-password"
COOKIE = settings.KNOWN_BROWSER_COOKIE_NAME


@pytest.fixture
def known(sara: User) -> Client:
    """Sara's browser, in which she has signed in and out."""
    browser = Client()
    try_password("sara", SARAS, browser=browser)
    browser.post(reverse("account_logout"))
    return browser


def test_stranger_nearby_does_not_lock_known_browser_out(known: Client) -> None:
    guess_wrong("sara", 3 * FREE_GUESSES)

    assert is_signed_in(try_password("sara", SARAS, browser=known))


def test_budget_of_all_networks_spares_known_browser(known: Client) -> None:
    for number in range(guessing.PASSWORD.everywhere.amount):
        guess_wrong("sara", 1, ip=f"198.51.100.{number}")

    assert is_signed_in(try_password("sara", SARAS, browser=known))


def test_known_browser_is_limited_by_itself(known: Client) -> None:
    guess_wrong("sara", FREE_GUESSES, browser=known)

    assert not is_signed_in(try_password("sara", SARAS, browser=known))
    assert is_signed_in(try_password("sara", SARAS))


def test_browser_is_known_to_its_account_only(known: Client, omid: User) -> None:
    guess_wrong("omid", FREE_GUESSES)

    assert not is_signed_in(try_password("omid", "omid-s-password", browser=known))


def test_browser_knows_several_accounts(known: Client, omid: User) -> None:
    try_password("omid", "omid-s-password", browser=known)
    known.post(reverse("account_logout"))
    guess_wrong("sara", FREE_GUESSES)
    guess_wrong("omid", FREE_GUESSES)

    assert is_signed_in(try_password("sara", SARAS, browser=known))
    known.post(reverse("account_logout"))
    assert is_signed_in(try_password("omid", "omid-s-password", browser=known))


def test_new_password_makes_browser_unknown(known: Client, sara: User) -> None:
    sara.set_password("another-password-7")
    sara.save()
    guess_wrong("sara", FREE_GUESSES)

    assert not is_signed_in(try_password("sara", "another-password-7", browser=known))


def test_own_password_change_keeps_browser_known(known: Client) -> None:
    try_password("sara", SARAS, browser=known)
    new = "another-password-7"
    known.post(
        reverse("account_change_password"),
        {"oldpassword": SARAS, "password1": new, "password2": new},
    )
    known.post(reverse("account_logout"))
    guess_wrong("sara", FREE_GUESSES)

    assert is_signed_in(try_password("sara", new, browser=known))


def test_reset_by_mail_lets_the_owner_in(sara: User, workers) -> None:
    guess_wrong("sara", FREE_GUESSES)
    browser = Client()
    with workers.committing():
        browser.post(reverse("account_reset_password"), {"email": "sara@example.ir"})
    workers.work_off()
    [link] = re.findall(r"http://testserver(\S+/reset/key/\S+)", str(mail.outbox[-1].body))
    new = "another-password-7"
    browser.post(browser.get(link).url, {"password1": new, "password2": new})

    assert is_signed_in(try_password("sara", new, browser=browser))


@pytest.mark.parametrize("forged", ["", "x", "W1sxLCJhIiwiYiJdXQ:1v:x"])
def test_forged_cookie_is_unknown(sara: User, forged: str) -> None:
    guess_wrong("sara", FREE_GUESSES)
    browser = Client()
    browser.cookies[COOKIE] = forged

    assert not is_signed_in(try_password("sara", SARAS, browser=browser))


def test_cookie_is_hidden_from_scripts(known: Client) -> None:
    cookie = known.cookies[COOKIE]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_wrong_password_writes_no_cookie(sara: User) -> None:
    browser = Client()
    guess_wrong("sara", 1, browser=browser)

    assert COOKIE not in browser.cookies


def test_cookie_of_a_shared_computer_stays_small(db: None) -> None:
    browser = Client()
    for number in range(30):
        User.objects.create_user(f"student{number}", "", SARAS)
        try_password(f"student{number}", SARAS, browser=browser)
        browser.post(reverse("account_logout"))

    assert len(browser.cookies[COOKIE].value) < 700
