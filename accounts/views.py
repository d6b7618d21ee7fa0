"""Pages of accounts that allauth does not have, or that need a rule of ours."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.views import EmailView, LogoutView, SignupView
from allauth.idp.oidc import views as oidc_views
from allauth.idp.oidc.models import Client as OidcClient
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.db import IntegrityError, transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from accounts.forms import ProfileForm
from accounts.models import User
from accounts.requests import AuthenticatedHttpRequest


class SignUp(SignupView):
    """allauth's sign-up; of two presses at once, the second gets a sentence and not an error.

    No transaction around it all: User.save has one, and hashing a password takes longer than
    SQLite should be locked for when a class signs up.
    """

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            return super().form_valid(form)
        except IntegrityError:
            # The other press was saved after this form was checked: check again, with it there.
            form.full_clean()
            return super().form_valid(form) if form.is_valid() else self.form_invalid(form)


class Addresses(EmailView):
    """allauth's page of e-mail addresses; what the database refuses becomes a sentence."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            # All or nothing: allauth changes one address after the other.
            with transaction.atomic():
                return super().post(request, *args, **kwargs)
        except IntegrityError:
            messages.error(request, get_adapter(request).error_messages["email_taken"])
            return redirect("account_email")


class SignOut(LogoutView):
    """allauth's sign-out, which always goes on to the Hub's: a `next` would leave that out."""

    def get_redirect_url(self) -> str:
        return get_adapter(self.request).get_logout_redirect_url(self.request)


@login_required
def edit_profile(request: AuthenticatedHttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        with translation.override(user.language):
            messages.success(request, _("Your profile is saved."))
        return redirect("profile")
    return render(request, "profile.html", {"form": form})


# The Hub sends the browser here with its own protection (state, PKCE); allauth checks what
# is posted from a consent form itself.
@csrf_exempt
def authorize(request: HttpRequest) -> HttpResponse:
    """Let a person into the Hub, once the Hub has a user that is theirs."""
    if request.method != "POST" and not _is_to_registered_address(request):
        raise BadRequest("redirect_uri is not one of the client's, letter by letter")
    user = request.user
    if isinstance(user, User) and user.hub_user_created_at is None:
        messages.info(request, _("Your server account is being prepared. Try again in a moment."))
        return redirect("dashboard")
    return oidc_views.authorization(request)


def _is_to_registered_address(request: HttpRequest) -> bool:
    """allauth takes every port of 127.0.0.1 for a registered one: meant for programs on one's own
    machine, while on a trial's other people's programs may listen.
    """
    client_id = request.GET.get("client_id", "")
    if not client_id.isprintable():  # a database may not take it
        return False
    client = OidcClient.objects.filter(pk=client_id).first()
    return client is not None and request.GET.get("redirect_uri") in client.get_redirect_uris()
