"""Pages of accounts that allauth does not have, or that need a rule of ours."""

from allauth.account.views import SignupView
from allauth.idp.oidc import views as oidc_views
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError, transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from accounts.forms import ProfileForm


class SignUp(SignupView):
    """allauth's sign-up; of two presses at once, the second gets a sentence and not an error."""

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            with transaction.atomic():
                return super().form_valid(form)
        except IntegrityError:
            return self.form_invalid(self.get_form())


@login_required
def edit_profile(request: HttpRequest) -> HttpResponse:
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
    user = request.user
    if user.is_authenticated and user.hub_user_created_at is None:
        messages.info(request, _("Your server account is being prepared. Try again in a moment."))
        return redirect("dashboard")
    return oidc_views.authorization(request)
