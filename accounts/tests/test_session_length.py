"""Length of sessions on the portal."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings as portal_settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import middleware, session_receivers
from accounts.models import User
from accounts.tests.test_sessions import is_signed_in, reauthenticate, sign_in

WORKING_DAY = timedelta(hours=10)
DAYS_14 = timedelta(days=14)


@pytest.fixture
def clock(monkeypatch) -> Callable[[timedelta], None]:
    """Move the clock of the sessions so far from now."""
    start, begin = time.time(), timezone.now()

    def move(by: timedelta) -> None:
        monkeypatch.setattr(middleware.time, "time", lambda: start + by.total_seconds())
        monkeypatch.setattr(timezone, "now", lambda: begin + by)

    return move


def session_cookie(browser: Client):
    return browser.cookies[portal_settings.SESSION_COOKIE_NAME]


def stored_length() -> timedelta:
    return Session.objects.get().expire_date - timezone.now()


def test_session_ends_with_the_browser_after_sign_in(sara: User) -> None:
    assert session_cookie(sign_in())["max-age"] == ""
    assert WORKING_DAY - timedelta(minutes=1) < stored_length() <= WORKING_DAY


def test_session_after_sign_up_is_no_longer(db: None) -> None:
    browser = Client()
    form = {"username": "sara", "email": "sara@example.ir", "password1": "sara-s-password"}
    assert browser.post(reverse("account_signup"), form).status_code == 302

    assert session_cookie(browser)["max-age"] == ""
    assert WORKING_DAY - timedelta(minutes=1) < stored_length() <= WORKING_DAY


def test_remember_me_keeps_the_session_for_days(sara: User) -> None:
    cookie = session_cookie(sign_in(remember="on"))

    assert timedelta(seconds=int(cookie["max-age"])) == timedelta(days=14)


def test_oldest_of_very_many_sessions_ends(sara: User, monkeypatch) -> None:
    monkeypatch.setattr(session_receivers, "MOST_SESSIONS", 3)

    browsers = [sign_in() for _time in range(5)]

    assert [is_signed_in(browser) for browser in browsers] == [False, False, True, True, True]


@pytest.mark.parametrize(("remember", "longest"), [("", timedelta(hours=10)), ("on", DAYS_14)])
def test_session_ends_however_often_it_changes(sara: User, remember: str, longest, clock) -> None:
    browser = sign_in(**({"remember": remember} if remember else {}))
    half = longest * 0.5

    clock(half)
    browser.post(reverse("account_email"), {"action_add": "", "email": "sara@work.example"})
    assert is_signed_in(browser)

    clock(longest + timedelta(seconds=5))
    assert not is_signed_in(browser)


def test_reauthentication_begins_the_session_anew(sara: User, clock) -> None:
    browser = sign_in()

    clock(timedelta(hours=9))
    reauthenticate(browser)
    clock(timedelta(hours=18))

    assert is_signed_in(browser)
