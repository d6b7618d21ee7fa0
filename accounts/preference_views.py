"""Views that store how a reader wants the pages: language and theme, for visitors too."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.i18n import set_language

from accounts.models import User

THEMES = ("light", "dark")
"""Values of the cookie. Without it the pages follow the system's theme."""


def choose_language(request: HttpRequest) -> HttpResponse:
    """Store the language: with the account, and in a cookie for the time after the sign-out."""
    if request.method != "POST":
        return redirect("landing")
    chosen = request.POST.get("language", "")
    if isinstance(request.user, User) and chosen in User.Language.values:
        request.user.language = chosen
        request.user.save(update_fields=["language"])
    return set_language(request)


def choose_theme(request: HttpRequest) -> HttpResponse:
    """Store the theme in a cookie: the same person may want another one on the phone."""
    if request.method != "POST":
        return redirect("landing")
    address = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        address = "/"
    response = redirect(address)
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        response.set_cookie(
            settings.THEME_COOKIE_NAME,
            theme,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.SECURE_COOKIES,
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie(settings.THEME_COOKIE_NAME, samesite="Lax")
    return response


def theme(request: HttpRequest) -> dict[str, str]:
    """Context processor: `theme` is empty while the system decides."""
    chosen = request.COOKIES.get(settings.THEME_COOKIE_NAME, "")
    return {"theme": chosen if chosen in THEMES else ""}
