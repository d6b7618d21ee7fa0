"""Pages of accounts: those that allauth lacks, and those with additional rules."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.views import EmailView, PasswordResetView, SignupView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError, transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import rate_limits
from accounts.forms import ProfileForm
from accounts.models import User
from accounts.requests import AuthenticatedHttpRequest
from accounts.services.settle_addresses import ensure_main_address


class SignUp(SignupView):
    """allauth's sign-up; the second of two concurrent requests gets a message and not an error.

    There is no transaction around it: User.save has one, and hashing a password takes too long to
    lock SQLite while a class signs up.
    """

    def form_valid(self, form: Form) -> HttpResponse:
        wait = rate_limits.take_sign_up(self.request)
        if wait is not None:
            return rate_limits.refuse(self.request, wait)
        try:
            return super().form_valid(form)
        except IntegrityError:
            # The other request was saved after this form was validated: validate it again.
            form.full_clean()
            return super().form_valid(form) if form.is_valid() else self.form_invalid(form)


class ForgottenPassword(PasswordResetView):
    """allauth's request of a reset, with limits of mails to an address."""

    def form_valid(self, form: Form) -> HttpResponse:
        wait = rate_limits.take_mail("reset", form.cleaned_data["email"])
        return super().form_valid(form) if wait is None else rate_limits.refuse(self.request, wait)


class Addresses(EmailView):
    """allauth's page of email addresses; shows a message if the database refuses a change."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if isinstance(request.user, User):
            ensure_main_address(user=request.user)
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            # All or nothing: allauth changes one address after another.
            with transaction.atomic():
                return super().post(request, *args, **kwargs)
        except IntegrityError:
            messages.error(request, get_adapter(request).error_messages["email_taken"])
            return redirect("account_email")

    def _action_primary(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Make an address the main one; allauth asks only later ones to be confirmed."""
        address = self._get_email_address(request)
        if address is not None and not address.verified:
            unconfirmed = "account/messages/unverified_primary_email.txt"
            get_adapter(request).add_message(request, messages.ERROR, unconfirmed)
            return redirect("account_email")
        return super()._action_primary(request, *args, **kwargs)


@login_required
def edit_profile(request: AuthenticatedHttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        with translation.override(user.language):
            messages.success(request, _("Your profile is saved."))
        return redirect("profile")
    return render(request, "profile.html", {"form": form})
