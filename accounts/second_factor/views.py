"""Views of allauth.mfa where its own lead people to another page than they expect."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.utils import passthrough_next_redirect_url
from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.webauthn.views import LoginWebAuthnView, ReauthenticateWebAuthnView
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import FormView

from accounts.second_factor import rules
from accounts.second_factor.codes import unused_recovery_codes
from accounts.second_factor.encryption import UnknownEncryptionKeyError


class SignInSecurity(IndexView):
    """Page of a person's second factors; for staff it says why they need one."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        needs, has = rules.needs_factor(user), rules.has_factor(user)
        return super().get_context_data(**kwargs) | {
            "may_add_factor": rules.may_add_factor(user),
            "must_set_up": needs and not has,
            "may_open_administration": needs and has,
            "unused_recovery_codes": unused_recovery_codes(user),
        }


class SecondStep(AuthenticateView):
    """Second step of the sign-in, which can be broken off.

    Until it is done allauth leads this browser from the sign-in page to here.
    """

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "cancel" in request.POST:
            return self.stage.abort()
        return super().post(request, *args, **kwargs)


class RecoveryCodes(ViewRecoveryCodesView):
    """Recovery codes; new ones replace those that an unknown SECRET_KEY encrypted."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().get(request, *args, **kwargs)
        except UnknownEncryptionKeyError:
            return redirect("mfa_generate_recovery_codes")


class NewRecoveryCodes(GenerateRecoveryCodesView):
    """Replacement of the recovery codes; the page needs none of the former ones."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # allauth counts the former codes here, which may be unreadable.
        return dict(FormView.get_context_data(self, **kwargs))


class SignInByPasskey(LoginWebAuthnView):
    """Sign-in by a passkey alone; after a failure `next` is still there."""

    def form_invalid(self, form: Form) -> HttpResponse:
        return _again(self.request, form, reverse("account_login"))


class ReauthenticationByPasskey(ReauthenticateWebAuthnView):
    """Reauthentication by a passkey; after a failure it is the same page again."""

    def form_invalid(self, form: Form) -> HttpResponse:
        return _again(self.request, form, self.request.path)


def _again(request: HttpRequest, form: Form, url: str) -> HttpResponse:
    for message in form.errors.get("credential", []):
        get_adapter().add_message(request, messages.ERROR, message=message)
    return redirect(passthrough_next_redirect_url(request, url, REDIRECT_FIELD_NAME))
