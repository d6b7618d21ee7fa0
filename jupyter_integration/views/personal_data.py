"""Pages of personal data: what is stored, a copy of it, and the deletion of the account."""

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import AuthenticatedHttpRequest
from accounts.services.anonymise_account import LastAdministratorError
from jupyter_integration.forms import DeleteAccountForm
from jupyter_integration.models.hub_event import EVENT_RETENTION
from jupyter_integration.services.copy_personal_data import copy_personal_data
from jupyter_integration.services.delete_account import delete_account
from portal.mail.send import LONGEST_RETRY_DELAY, MAIL_EXPIRES_AFTER


@require_safe
def show_privacy(request: HttpRequest) -> HttpResponse:
    """Show what is stored about people; the numbers are those by which it is deleted."""
    mail_age = MAIL_EXPIRES_AFTER + LONGEST_RETRY_DELAY
    hours = int(mail_age.total_seconds() // 3600)
    return render(
        request, "privacy.html", {"event_days": EVENT_RETENTION.days, "mail_hours": hours}
    )


@login_required
@require_safe
def download_data(request: AuthenticatedHttpRequest) -> HttpResponse:
    response = JsonResponse(
        copy_personal_data(user=request.user),
        json_dumps_params={"ensure_ascii": False, "indent": 2},
    )
    name = f"shaparak-{request.user.hub_username}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def delete_own_account(request: AuthenticatedHttpRequest) -> HttpResponse:
    form = DeleteAccountForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        user = request.user
        try:
            delete_account(user=user)
        except LastAdministratorError:
            form.add_error(
                None,
                _("You are the only administrator. Give somebody else that right first."),
            )
        else:
            if user.email:
                get_adapter(request).send_notification_mail(
                    "account/email/account_deleted", user, email=user.email
                )
            logout(request)
            messages.success(request, _("Your account is deleted."))
            return redirect("landing")
    return render(request, "personal_data/delete.html", {"form": form})
