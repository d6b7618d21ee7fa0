"""Admin site that opens to staff only once their session has shown a second factor."""

from typing import Any

from allauth.account.utils import passthrough_next_redirect_url
from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.models import User
from accounts.second_factor import rules


class StaffSite(AdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and _missing_step(request) is None

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead staff who are signed in on, or to what is missing; all others to the sign-in.

        The admin's own form is never answered: it counts no guesses and asks for no second factor.
        """
        if self.has_permission(request):
            return redirect("admin:index")
        step = _missing_step(request) if super().has_permission(request) else None
        address = step or reverse("account_login")
        return redirect(passthrough_next_redirect_url(request, address, REDIRECT_FIELD_NAME))


def _missing_step(request: HttpRequest) -> str | None:
    """Return the page of the step without which the admin stays closed; None if there is none."""
    user = request.user
    if not isinstance(user, User) or not rules.needs_factor(user):
        return None
    if not rules.has_factor(user):
        return reverse("mfa_index")
    if rules.session_used_factor(request):
        return None
    # Signed in before the factor was set up, in another browser.
    if rules.has_app(user):
        return reverse("mfa_reauthenticate")
    return reverse("mfa_reauthenticate_webauthn")
