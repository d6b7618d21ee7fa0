"""Middleware of accounts: language, a session's age, a password of one's own, refused requests."""

import time
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django_htmx.http import HttpResponseClientRedirect

from accounts.audit_log import Event, record
from accounts.models import User

AUTHENTICATED_AT = "authenticated_at"
"""Key of a session: when its person last entered the password or a factor, in Unix seconds."""


class ChosenLanguageMiddleware:
    """Activate the account's language, or the one that a visitor chose in the footer.

    Accept-Language is ignored: phones sold in Iran often send English, and their owners read
    Persian (docs/adr/0005).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = chosen_language(request)
        with translation.override(language):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response


class SessionAgeMiddleware:
    """End a session whose person has not been authenticated for as long as a session lasts.

    Django counts from the last change of a session, and whoever holds its cookie can cause one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, User):
            # Without it the session is of a release before this rule.
            at = request.session.setdefault(AUTHENTICATED_AT, time.time())
            if time.time() - at > request.session.get_expiry_age():
                logout(request)
        return self.get_response(request)


class RefusedAccessMiddleware:
    """Log each request that was refused with 403: a missing right, or a form of another page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.FORBIDDEN:
            user = request.user if isinstance(request.user, User) else None
            record(
                Event.ACCESS_REFUSED,
                user=user,
                request=request,
                method=request.method,
                path=request.path,
            )
        return response


class OwnPasswordMiddleware:
    """Lead people to the page of the password if somebody else set theirs.

    The first administrator's is printed, and staff know those that they set.
    """

    # Pages that the change itself needs, and the ways out.
    OPEN = (
        "/accounts/password/",
        "/accounts/logout/",
        "/accounts/reauthenticate/",
        "/language/",
        "/theme/",
    )

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if (
            not isinstance(user, User)
            or not user.password_change_required
            or request.path.startswith(self.OPEN)
        ):
            return self.get_response(request)
        if request.path.startswith("/api/"):
            raise PermissionDenied
        address = reverse("account_change_password")
        if request.headers.get("HX-Request"):
            return HttpResponseClientRedirect(address)
        return redirect(address)


def chosen_language(request: HttpRequest) -> str:
    """Return the code of the language that the reader of this request chose."""
    if isinstance(request.user, User):
        return request.user.language
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in User.Language.values else settings.LANGUAGE_CODE
