"""Browsers in which an account was signed in before: a stranger's guesses do not lock them out.

A signed cookie names the browser once for each of its accounts, as OWASP's "device cookies". An
entry ends with the account's password. It opens nothing: it only gives the browser guesses of its
own.
"""

import secrets
from collections.abc import Callable
from datetime import timedelta

from allauth.account.signals import password_changed, password_reset, user_logged_in
from django.conf import settings
from django.core import signing
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User

LIFETIME = timedelta(days=180)
MOST_ACCOUNTS = 8  # of one browser: those of a shared computer must not fill the headers
_SALT = "accounts.known_browsers"

Entry = tuple[int, str, str]  # the account's key, the browser's name for it, the password's mark


def known_browser(request: HttpRequest, user: User) -> str | None:
    """Return the browser's name for this account, or None if it is unknown."""
    for pk, name, mark in _read(request):
        if pk == user.pk and constant_time_compare(mark, _mark_of(user)):
            return name
    return None


class KnownBrowserMiddleware:
    """Write the cookie after a request in which a person proved to be the account's owner."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        user = getattr(request, "proved_to_be", None)
        if user is not None and known_browser(request, user) is None:
            _write(response, _with_entry(_read(request), user))
        return response


@receiver([user_logged_in, password_changed, password_reset])
def note_owner(request: HttpRequest, user: User, **_kwargs: object) -> None:
    request.proved_to_be = user  # type: ignore[attr-defined]


def _read(request: HttpRequest) -> list[Entry]:
    value = request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE_NAME, "")
    try:
        entries: list[Entry] = signing.loads(value, salt=_SALT, max_age=LIFETIME)
    except signing.BadSignature:
        return []
    return entries


def _with_entry(entries: list[Entry], user: User) -> list[Entry]:
    others = [entry for entry in entries if entry[0] != user.pk]
    return [(user.pk, secrets.token_urlsafe(9), _mark_of(user)), *others][:MOST_ACCOUNTS]


def _write(response: HttpResponse, entries: list[Entry]) -> None:
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE_NAME,
        signing.dumps(entries, salt=_SALT),
        max_age=LIFETIME,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _mark_of(user: User) -> str:
    return salted_hmac(_SALT, user.password, algorithm="sha256").hexdigest()[:16]
