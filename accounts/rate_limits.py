"""Rate limits of the account pages' forms, by network and by account.

allauth's own limits are off: they take a lock in the cache, and refuse everybody while there is no
cache. A class of 300 signs up and in from one address, behind the university's NAT.
"""

from collections.abc import Callable
from datetime import timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.audit_log import Event, record
from accounts.networks import network_of
from portal.limits.rates import Rate, take

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

OF_NETWORK = {
    "account_signup": (Rate(600, MINUTE),),
    "account_confirm_email": (Rate(600, MINUTE),),
    "account_login": (Rate(1200, MINUTE),),
    "mfa_authenticate": (Rate(600, MINUTE),),
    "mfa_login_webauthn": (Rate(1200, MINUTE),),
    "account_reset_password": (Rate(60, MINUTE), Rate(1000, DAY)),
}
OF_OTHER_FORMS = (Rate(120, MINUTE),)
OF_ACCOUNT = (Rate(20, MINUTE),)
"""Of a signed-in person, for each form."""

FORMS_OF = ("account_", "mfa_", "usersessions_")
"""How the names of allauth's views begin."""

STORE_AT_GET = {"mfa_login_webauthn"}
"""Views that store a session for anybody who opens them: the challenge of a passkey."""

MAILS_TO_ADDRESS = (Rate(5, HOUR), Rate(10, DAY))
"""Of each kind that a stranger can have sent to an address."""
REMINDERS = (Rate(1, DAY),)
"""Mails at sign-in, while the address is not confirmed."""


class RateLimitMiddleware:
    """Refuse a form of the account pages that was sent too often."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        name = (request.resolver_match and request.resolver_match.view_name) or ""
        if not name.startswith(FORMS_OF):
            return None
        if request.method != "POST" and name not in STORE_AT_GET:
            return None
        if request.user.is_authenticated:
            wait = take(name, f"account {request.user.pk}", *OF_ACCOUNT)
        else:
            wait = take(name, network_of(request), *OF_NETWORK.get(name, OF_OTHER_FORMS))
        return None if wait is None else refuse(request, wait)


def refuse(request: HttpRequest, wait: timedelta) -> HttpResponse:
    """Return the page that says how long to wait."""
    seconds = ceil(wait.total_seconds())
    user = request.user if request.user.is_authenticated else None
    record(Event.RATE_LIMITED, user=user, request=request, path=request.path)
    response = render(request, "429.html", {"wait_seconds": seconds}, status=429)
    response["Retry-After"] = str(seconds)
    return response


def take_sign_up(request: HttpRequest) -> timedelta | None:
    """Count a sign-up that is about to succeed; return how long to wait if there were too many."""
    return take("sign-ups", network_of(request), Rate(settings.SIGNUPS_PER_DAY, DAY))


def take_mail(kind: str, address: str) -> timedelta | None:
    """Count a mail that a stranger can have sent; return how long to wait if there were too many.

    The answer depends on the address alone, never on whether an account has it.
    """
    rates = REMINDERS if kind == "reminder" else MAILS_TO_ADDRESS
    return take(f"mail {kind}", address.lower(), *rates)
