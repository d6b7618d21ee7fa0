"""Page of a new help request: the form with the facts attached."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.requests import AuthenticatedHttpRequest
from jupyter_integration.forms import HelpForm
from jupyter_integration.models import HelpRequest, SpawnRequest
from jupyter_integration.models.help_message import has_unread_answer
from jupyter_integration.monitoring.support_recipients import support_recipients
from jupyter_integration.references import number_of
from jupyter_integration.services.request_help import TooManyHelpRequestsError, request_help
from jupyter_integration.status.queries import server_status
from jupyter_integration.views.login_required import login_required_htmx

LISTED = 10  # earlier requests below the form


@require_http_methods(["GET", "HEAD", "POST"])
@login_required_htmx
def ask_for_help(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the form; store a posted request and redirect to its page.

    `about` is the reference of one of the user's own starts; any other reference is ignored.
    """
    about = _own_start(request.user, request.POST.get("about") or request.GET.get("about", ""))
    words_are_optional = about is not None and about.failure_code != ""
    if request.method != "POST":
        not_closed = HelpRequest.objects.filter(closed_at__isnull=True, user=request.user)
        earlier = not_closed.filter(spawn_request=about).first() if about is not None else None
        if earlier is not None:
            return redirect("help_request", number=earlier.pk)
        return _show_form(request, HelpForm(can_be_empty=words_are_optional), about)
    form = HelpForm(request.POST, can_be_empty=words_are_optional)
    if not form.is_valid():
        return _show_form(request, form, about)
    try:
        help_request = request_help(
            user=request.user,
            words=form.cleaned_data["words"],
            about=about,
            browser=request.headers.get("User-Agent", ""),
        )
    except TooManyHelpRequestsError:
        form.add_error(
            None,
            _("You have asked for support several times within an hour. Please wait a little."),
        )
        return _show_form(request, form, about, status=429)
    messages.success(request, _registered())
    return redirect("help_request", number=help_request.pk)


def _registered() -> str:
    if support_recipients():
        return _("Your request is recorded, and an email to the administrators is on its way.")
    return _("Your request is recorded.")


def _show_form(
    request: AuthenticatedHttpRequest,
    form: HelpForm,
    about: SpawnRequest | None,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "about": about,
        "failure": about.failure if about and about.failure_code else None,
        "server": server_status(request.user),
        "browser": request.headers.get("User-Agent", ""),
        "earlier": HelpRequest.objects.filter(user=request.user).annotate(
            is_unread=has_unread_answer()
        )[:LISTED],
    }
    return render(request, "help/ask.html", context, status=status)


def _own_start(user: User, reference: str) -> SpawnRequest | None:
    number = number_of(reference, "S")
    return SpawnRequest.objects.filter(user=user, pk=number).first() if number else None
